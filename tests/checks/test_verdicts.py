"""Verdicts: each by a case worked by hand, those of the project's claims, and planted mistakes."""

import ast
import csv
import operator
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis.audit import open_audit
from analysis.checks import verdicts
from analysis.checks.claims import Claim, Paper, Papers, read_claims
from analysis.counts import WRITTEN, build
from analysis.findings import Finding, Findings, not_available
from analysis.measures import taser
from analysis.places import ROOT
from analysis.sources import published
from tests.checks import claim_mutations
from tests.records_by_hand import records_of

DIFFER = {
    "claims-cambs-times-2017/peterborough",
    "claims-hunts-post-2017/incidents",
    "claims-cambs-times-2017/aged-18-to-34-in-caption",
}  # of the example's margins, those that a paper prints otherwise
EXPECTED = ROOT / "tests" / "expected" / "claims.csv"
MEN, WOMEN = {"gender": "Male"}, {"gender": "Female"}
NONE = Findings(())
PAPERS = read_claims()


def a_count(period="2018/19", area="Kent", measure="reports", group="all", number=100):
    return dict.fromkeys(WRITTEN, "") | {
        "period": period, "area": area, "measure": measure, "tactic": "all", "group": group,
        "breakdown": "" if group == "all" else "ethnicity", "printed": str(number),
        "status": "stated", "table": "Table 1", "cell": "A1",
    }  # fmt: skip


def counts_of(*rows):
    return build(pd.DataFrame(rows, columns=WRITTEN), source="s", edition="e", subject="t")


COUNTS = counts_of(
    a_count(),
    a_count(group="Black", number=12),
    a_count(group="White", number=60),
    a_count(period="2019/20", number=150),
    a_count(measure="tactic uses", number=130),
    a_count(group="Asian", number=0),
)
ID = "s/t/2018-19/kent/reports/all/{}"
REPORTS = {"measure": "reports"}
BLACK, WHITE = REPORTS | {"group": "Black"}, REPORTS | {"group": "White"}


def checked(claim, counts=COUNTS, findings=NONE, records=None, others=(), kind="newspaper"):
    usual = {"id": "it", "text": "It", "area": "Kent", "period": "2018/19"}
    claims = [Claim.model_validate(usual | one) for one in (claim, *others)]
    paper = Paper(name="p", kind=kind, printed_by="P", where="w", date="2019", claims=claims)
    found = verdicts.check(Papers((paper,)), counts, findings, records, claims[0].area)
    return {row.kind: row for row in found if row.series_id.startswith("claim/p/it/")}


def outcome(claim, **given):
    return checked(claim, **given)["verdict"].text()


SHARE = {"unit": "per cent", "of": BLACK, "against": REPORTS,
         "about": {"part": ID.format("black"), "whole": ID.format("all")}}  # fmt: skip
ONE = {"of": REPORTS, "about": {"count": ID.format("all")}}
LATER = "s/t/2019-20/kent/reports/all/all"
BEFORE = {"of": REPORTS | {"period": "2019/20"}, "against": REPORTS,
          "about": {"now": LATER, "before": ID.format("all")}}  # fmt: skip


@pytest.mark.parametrize(
    "claim, printed, figure",
    [
        (ONE, "100", "100"),
        (SHARE, "12", "12.0%"),
        (SHARE | {"unit": "per thousand"}, "120", "120.0"),
        (BEFORE, "50", "50"),  # 150 less 100
        (BEFORE | {"unit": "per cent"}, "50", "50.0%"),  # of 100
        ({"of": REPORTS | {"group": ["Black", "White"]},
          "about": {"parts": [ID.format("black"), ID.format("white")]}}, "72", "72"),
        ({"unit": "ratio", "of": WHITE, "against": BLACK,
          "about": {"first": ID.format("white"), "second": ID.format("black")}}, "5", "5.0"),
        # (60 / 100) over (12 / 130)
        ({"unit": "ratio", "of": WHITE, "against": BLACK, "per": REPORTS,
          "about": {"first": ID.format("white"), "first_per": ID.format("white"),
                    "second": ID.format("black"), "second_per": ID.format("black")}}, "1", "1.0"),
    ],
)  # fmt: skip
def test_what_a_claim_can_be_about(claim, printed, figure):
    found = checked(claim | {"printed": printed})
    assert (found["verdict"].text(), found["figure"].text()) == ("holds", figure)
    assert found["printed"].counts == ("claims-p/it",)
    assert "difference" not in found and found["figure"].counts


def test_a_number_that_does_not_hold_has_the_difference_beside_it():
    found = checked(SHARE | {"printed": "15"})
    assert found["verdict"].text() == "does not hold"
    assert found["difference"].text() == "3.0%"  # 15 less 12
    assert verdicts.POINTS in found["difference"].caveats
    assert checked(ONE | {"printed": "90"})["difference"].text() == "−10"


def test_rounded_another_way():
    counts = counts_of(a_count(number=309), a_count(group="Black", number=55))  # 17.8 %
    assert (
        outcome(SHARE | {"printed": "17"}, counts=counts) == "holds only when rounded another way"
    )


def test_what_the_claim_says_of_itself_has_to_agree():
    wrong = {
        "group": SHARE | {"of": WHITE},
        "measure": ONE | {"of": {"measure": "tactic uses"}},
        "period": ONE | {"of": REPORTS | {"period": "2019/20"}},
        "area": ONE | {"of": REPORTS | {"area": "Essex"}},
        "tactic": ONE | {"of": REPORTS | {"tactic": "CED"}},
    }
    for field, claim in wrong.items():
        found = checked(claim | {"printed": "100"})
        assert found["verdict"].text() == "does not hold" and "figure" not in found
        assert f"the claim speaks of the {field} " in found["remark"].text()
    other_base = SHARE | {"against": {"measure": "tactic uses"}, "printed": "12"}
    assert "the figure is of the measure reports" in checked(other_base)["remark"].text()


def test_not_checkable_says_which_data_would_do():
    found = checked({"printed": "5", "needs": "a log of calls"})
    assert (found["verdict"].text(), found["remark"].text()) == (
        "not checkable", "would need a log of calls",
    )  # fmt: skip
    absent = checked(ONE | {"printed": "5", "about": {"count": ID.format("mixed")}})
    assert absent["verdict"].text() == "not checkable" and "remark" in absent
    nothing = {"against": REPORTS | {"group": "Asian"},
               "about": {"part": ID.format("black"), "whole": ID.format("asian")}}  # fmt: skip
    assert (
        checked(SHARE | nothing | {"printed": "5"})["remark"].text()
        == "would need a base that is not nought"
    )


def test_contradicted_by_another_source_where_no_figure_decides():
    other = {"id": "other", "printed": "7", "needs": "more"}
    claim = {"printed": "5", "needs": "more", "contradicts": ["claims-p/other"]}
    found = checked(claim, others=[other])
    assert found["verdict"].text() == "contradicted by another source"
    assert (
        found["remark"].text()
        == "against it stands 7 (P), and nothing at hand tells which is right; would need more"
    )
    # a figure decides where there is one
    assert outcome(ONE | {"printed": "100", "contradicts": ["claims-p/other"]}, others=[other]) == (
        "holds"
    )


def test_a_judgement_does_not_follow_from_the_figures():
    found = checked({"judgement": True})
    assert found["verdict"].text() == "does not follow from the figures" and len(found) == 2
    assert "needs a standard to be judged by" in found["remark"].text()


def test_another_claim_can_be_what_a_claim_is_about():
    other = {"id": "other", "printed": "40", "of": REPORTS, "needs": "more"}
    claim = {"printed": "40", "of": REPORTS, "about": {"count": "claims-p/other"}}
    found = checked(claim, others=[other])
    assert found["verdict"].text() == "holds" and found["figure"].counts == ("claims-p/other",)
    assert outcome(claim | {"of": BLACK}, others=[other]) == "does not hold"


def test_a_claim_held_against_its_papers_own_numbers_only_says_so():
    whole = {"id": "whole", "printed": "200", "of": REPORTS, "needs": "more"}
    part = {"id": "part", "printed": "40", "of": BLACK, "needs": "more"}
    claim = {"printed": "20", "unit": "per cent", "of": BLACK, "against": REPORTS}
    own = {"about": {"part": "claims-p/part", "whole": "claims-p/whole"}}
    found = checked(claim | own, others=[whole, part])
    assert found["verdict"].text() == "holds"
    assert verdicts.BY_ITSELF in found["figure"].caveats
    assert verdicts.BY_ITSELF in found["verdict"].caveats
    # by its own numbers a share can be wrong too
    found = checked(claim | own | {"printed": "30"}, others=[whole, part])
    assert found["verdict"].text() == "does not hold"
    assert verdicts.BY_ITSELF in found["difference"].caveats
    # one number from elsewhere is enough not to say so
    mixed = {"about": {"part": "claims-p/part", "whole": ID.format("all")}}
    found = checked(claim | mixed | {"printed": "40"}, others=[whole, part])
    assert found["verdict"].text() == "holds"
    assert verdicts.BY_ITSELF not in found["verdict"].caveats
    assert verdicts.BY_ITSELF not in checked(ONE | {"printed": "100"})["verdict"].caveats


def test_a_number_of_another_paper_is_not_the_papers_own():
    other = {"id": "other", "text": "Other", "area": "Kent", "period": "2018/19",
             "printed": "40", "of": REPORTS, "needs": "more"}  # fmt: skip
    claim = other | {"id": "it", "about": {"count": "claims-pp/other"}, "needs": ""}
    papers = [
        Paper(name=name, kind="newspaper", printed_by=name, where="w", date="2019",
              claims=[Claim.model_validate(one)])
        for name, one in (("p", claim), ("pp", other))
    ]  # fmt: skip
    found = verdicts.check(Papers(tuple(papers)), COUNTS, NONE, None, "Kent")
    verdict = found.one("claim/p/it/verdict")
    assert verdict.text() == "holds" and verdicts.BY_ITSELF not in verdict.caveats


def test_tables_against_tables_are_counted_by_what_came_of_it():
    table = {"area": "Kent", "period": "2018/19", "of": REPORTS, "text": "It"}
    alike = table | {"id": "alike", "printed": "100", "about": {"count": ID.format("all")}}
    differs = table | {"id": "differs", "printed": "90", "about": {"count": ID.format("all")}}
    of_another = differs | {"id": "of-another", "printed": "100", "of": BLACK}
    alone = table | {"id": "alone", "printed": "7", "needs": "more"}
    papers = [
        Paper(name=name, kind=kind, printed_by=name, where="w", date="2019",
              claims=[Claim.model_validate(one) for one in claims])
        for name, kind, claims in (
            ("tables", "official table", [alike, differs, of_another, alone]),
            ("paper", "newspaper", [alike, alone]),
        )
    ]  # fmt: skip
    papers = Papers(tuple(papers))
    found = verdicts.check(papers, COUNTS, NONE, None, "Kent")
    tables = verdicts.tables_against_tables(found, papers, "Kent", "2018/19")
    assert {row.label: row.value for row in tables} == {
        "held against another table, another edition or a sum": 3, "agree": 1, "differ": 2,
        "nothing to be held against": 1,
    }  # fmt: skip
    assert tables.one("claims/tables/agree").findings == (
        "claim/tables/alike/verdict@kent@2018-19@2019",
    )
    # the newspaper's are counted by themselves
    numbers = verdicts.number_of_claims(found, papers, "Kent", "2018/19")
    assert {row.label: row.value for row in numbers if row.value} == {
        "claims": 2, "holds": 1, "not checkable": 1,
    }  # fmt: skip


def test_claims_of_another_area_are_not_shown():
    claim = Claim(id="it", text="It", area="Kent", period="2018/19", printed="1", needs="more")
    paper = Paper(name="p", kind="newspaper", printed_by="P", where="w", date="1", claims=[claim])
    assert len(verdicts.check(Papers((paper,)), COUNTS, NONE, None, "Essex")) == 0


# findings
FOUND = {
    "series_id": "a/share", "label": "", "kind": "share", "unit": "", "edition": "x",
    "area": "Kent", "period": "2018/19",
}  # fmt: skip
ABOUT = {"printed": "17", "unit": "per cent", "about": {"series": "a/share"}}


def test_a_finding_can_be_what_a_claim_is_about():
    figure = Finding(**FOUND, value=0.17)
    found = checked(ABOUT, findings=Findings((figure,)))
    assert found["verdict"].text() == "holds" and found["figure"].findings == (figure.id,)


@pytest.mark.parametrize("differs", [{"area": "Essex"}, {"period": "2014"}])
def test_a_finding_of_another_area_or_period_never_stands_in(differs):
    figure = Finding(**FOUND | differs, value=0.17)
    assert outcome(ABOUT, findings=Findings((figure,))) == "not checkable"


def test_a_finding_that_is_not_available_passes_its_reason_on():
    figure = not_available("the source leaves it empty", **FOUND)
    found = checked(ABOUT, findings=Findings((figure,)))
    assert found["verdict"].text() == "not checkable"
    assert found["remark"].text().endswith("the source leaves it empty")


# records
OF_RECORDS = {
    "area": "Cambridgeshire", "period": "2017-Q2", "about": {"condition": "male"},
    "of": {"measure": "reports", "group": "male"}, "against": REPORTS,
}  # fmt: skip


@pytest.mark.parametrize(
    "men, women, given, verdict",
    [
        (2, 1, {"printed": "2"}, "holds"),
        (2, 1, {"printed": "3"}, "does not hold"),
        (2, 1, {"printed": "67", "unit": "per cent"}, "holds"),  # 66.7
        (2, 1, {"printed": "66", "unit": "per cent"}, "holds only when rounded another way"),
        (1, 7, {"printed": "13", "unit": "per cent"}, "holds"),  # 12.5: a half goes up
        (3, 1, {"printed": "80", "unit": "per cent", "qualifier": "nearly"}, "holds"),  # 75
        (3, 1, {"printed": "74", "unit": "per cent", "qualifier": "more than"}, "holds"),
        (3, 1, {"printed": "75", "unit": "per cent", "qualifier": "more than"}, "does not hold"),
    ],
)
def test_a_condition_is_counted_in_the_records(men, women, given, verdict):
    records = records_of(*[MEN] * men, *[WOMEN] * women, made_up=False, edition="2017")
    found = checked(OF_RECORDS | given, records=records)
    assert found["verdict"].text() == verdict
    assert found["figure"].id.endswith("@2017") and found["printed"].edition == "2019"


# between a group of 6 and one of 9, of 10 reports
BETWEEN = {
    "area": "Cambridgeshire", "period": "2017-Q2", "unit": "per cent", "against": REPORTS,
    "of": {"measure": "reports", "group": ["aged 18-34", "aged 18-49"]},
    "about": {"inside": "aged 18-34", "around": "aged 18-49"},
}  # fmt: skip
AGED = [*["18-34"] * 6, *["35-49"] * 3, "11-17"]


@pytest.mark.parametrize(
    "given, verdict, figure, basis",
    [
        ({"printed": "50", "qualifier": "more than"}, "holds", "60.0%", (6, 10)),
        ({"printed": "90", "qualifier": "more than"}, "does not hold", "90.0%", (9, 10)),
        ({"printed": "90", "qualifier": "at most"}, "holds", "90.0%", (9, 10)),
        ({"printed": "40"}, "does not hold", "60.0%", (6, 10)),
        ({"printed": "5", "qualifier": "more than", "unit": "count"}, "holds", "6", (6,)),
        ({"printed": "75", "qualifier": "more than"}, "not checkable", None, None),
        ({"printed": "75"}, "not checkable", None, None),
        ({"printed": "60"}, "not checkable", None, None),
    ],
)
def test_a_group_that_lies_between_two_that_are_known(given, verdict, figure, basis):
    records = records_of(*[{"age": age} for age in AGED], made_up=False, edition="2017")
    found = checked(BETWEEN | given, records=records)
    assert found["verdict"].text() == verdict
    # whatever the verdict, it rests on both groups
    groups = {"aged-18-34", "aged-18-49"}
    for kind in ("verdict", "remark"):
        rests_on = {one.rpartition("/")[2] for one in found[kind].count_ids}
        assert groups <= rests_on
    if figure:
        assert found["figure"].text() == figure
        assert tuple(count.value for count in found["figure"].counts) == basis
        assert "nearer to the printed number" in found["remark"].text()
    else:
        assert "figure" not in found and "tell this group apart" in found["remark"].text()


def test_a_group_between_two_says_what_it_counts_and_made_up_records_decide_nothing():
    records = records_of(*[{"age": age} for age in AGED], made_up=False)
    given = BETWEEN | {"printed": "50", "qualifier": "more than"}
    other = given | {"of": {"measure": "reports", "group": "male"}}
    assert "speaks of the group male" in checked(other, records=records)["remark"].text()
    for printed in ("50", "75"):
        found = checked(given | {"printed": printed}, records=replace(records, made_up=True))
        assert found["verdict"].text() == "not checkable"
        assert found["remark"].text().startswith(verdicts.OF_MADE_UP) and "figure" in found
    assert checked(given)["remark"].text() == verdicts.RECORDS_NEEDED


@pytest.mark.parametrize("printed", ["2", "3"])
def test_made_up_records_show_a_figure_and_decide_nothing(printed):
    claim = OF_RECORDS | {"printed": printed}
    found = checked(claim, records=records_of(MEN, MEN, WOMEN))
    assert (found["printed"].text(), found["figure"].text()) == (printed, "2")
    assert found["verdict"].text() == "not checkable" and "difference" not in found
    assert found["remark"].text() == verdicts.OF_MADE_UP
    assert found["figure"].id.endswith("@made-up")


def test_made_up_records_do_not_settle_what_two_printers_dispute():
    claim = OF_RECORDS | {"printed": "2", "contradicts": ["claims-p/other"]}
    other = {"id": "other", "printed": "3", "needs": "more"}
    found = checked(claim, records=records_of(MEN, MEN, WOMEN), others=[other])
    assert found["verdict"].text() == "contradicted by another source"
    assert found["figure"].text() == "2" and found["remark"].text() == (
        f"against it stands 3 (P), and nothing at hand tells which is right; {verdicts.OF_MADE_UP}"
    )
    # real records do
    real = records_of(MEN, MEN, WOMEN, made_up=False)
    assert outcome(claim, records=real, others=[other]) == "holds"


def test_a_claim_of_people_is_held_against_reports_and_says_so():
    people = checked(ONE | {"printed": "100", "text": "Subjects"})
    assert verdicts.COUNTS_REPORTS in people["verdict"].caveats
    assert verdicts.COUNTS_REPORTS not in checked(ONE | {"printed": "100"})["verdict"].caveats


def test_a_table_that_another_table_gives_otherwise_is_contradicted():
    found = checked(ONE | {"printed": "90"}, kind="official table")
    assert found["verdict"].text() == "contradicted by another source"
    assert found["difference"].text() == "−10"
    assert outcome(ONE | {"printed": "100"}, kind="official table") == "holds"


@pytest.mark.parametrize("given", [None, {"area": "Kent"}, {"period": "2017-Q3"}])
def test_without_the_records_of_that_period_it_is_not_checkable(given):
    records = given and records_of(MEN, **given)
    found = checked(OF_RECORDS | {"printed": "1"}, records=records)
    assert found["verdict"].text() == "not checkable"
    assert found["remark"].text() == verdicts.RECORDS_NEEDED


def test_a_file_without_the_column_says_so():
    found = checked(OF_RECORDS | {"printed": "1"}, records=records_of(MEN, absent=("gender",)))
    assert found["verdict"].text() == "not checkable"
    assert found["remark"].text().endswith("the file has no column for gender")


# the claims of the project
@pytest.fixture(scope="module")
def audit():
    records = "data/made-up/cambridgeshire_2017-Q2/records.csv"
    return open_audit("Cambridgeshire", "2017-Q2", {"records": str(ROOT / records)})


@pytest.fixture(scope="module")
def basis(audit):
    ladder = taser.ladder(audit.activity, audit.area, audit.period, 0.95)
    counts = audit.published_counts(PAPERS.about(audit.area).count_ids())
    # as if they were real: made-up records decide nothing
    return counts, ladder, replace(audit.records, made_up=False)


@pytest.fixture(scope="module")
def found(audit, basis):
    return verdicts.check(PAPERS, *basis, audit.area)


@pytest.fixture(scope="module")
def expected():
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return {row["claim"]: row for row in csv.DictReader(file)}


def name_of(row):
    return f"claims-{'/'.join(row.series_id.split('/')[1:3])}"


WORK = {ast.Add: operator.add, ast.Mult: operator.mul, ast.Div: operator.truediv}


def worked_out(node):
    if isinstance(node, ast.Constant):
        return Fraction(node.value)
    return WORK[type(node.op)](worked_out(node.left), worked_out(node.right))


def arithmetic(row):
    return worked_out(ast.parse(row["arithmetic"], mode="eval").body)


def test_every_verdict_is_the_one_worked_out_by_hand(found, expected):
    decided = {
        name_of(row): row.text()
        for row in found.where(kind="verdict")
        if row.text() in ("holds", "holds only when rounded another way", "does not hold")
        or (row.text() == verdicts.CONTRADICTED and name_of(row) in expected)
    }
    assert decided == {name: row["verdict"] for name, row in expected.items()}
    assert Counter(decided.values())["holds"] == 146


def test_every_figure_is_the_one_worked_out_by_hand(found, expected):
    figures = {name_of(row): row for row in found.where(kind="figure")}
    for name, row in expected.items():
        if row["arithmetic"]:
            scale = 100 if figures[name].unit == "per cent" else 1
            assert figures[name].value * scale == pytest.approx(float(arithmetic(row)), rel=1e-9)


WORKBOOKS = {
    "home-office-2018-19": "police-use-of-force-apr2018-mar2019-hosb3319-tables.ods",
    "home-office-2019-20": "police-use-of-force-apr2019-mar2020-hosb3720-tables.ods",
}


def test_the_cited_cells_hold_the_numbers_in_the_publishers_own_workbooks(expected):
    folder = Path(ROOT.parent / "shared" / "data" / "home_office")
    if not folder.exists():
        pytest.skip("the publisher's workbooks are not at hand")
    books = {key: CalamineWorkbook.from_path(folder / name) for key, name in WORKBOOKS.items()}
    sheets, seen = {}, 0
    for row in expected.values():
        cited = re.findall(r"(home-office-\S+) Table (\d+) ([A-Z]+)(\d+)", row["citation"])
        for key, table, letters, number in cited:
            if (key, table) not in sheets:
                sheet = books[key].get_sheet_by_name(f"Table_{table}")
                sheets[key, table] = sheet.to_python(skip_empty_area=False)
            column = 0
            for letter in letters:
                column = 26 * column + ord(letter) - 64
            value = sheets[key, table][int(number) - 1][column - 1]
            assert str(int(value)) in re.findall(r"\d+", row["arithmetic"]), row["claim"]
            seen += 1
    assert seen > 120


def test_the_board_paper_without_records():
    audit = open_audit("Cambridgeshire", "2019/20")
    ladder = taser.ladder(audit.activity, audit.area, audit.period, 0.95)
    papers = Papers(tuple(one for one in PAPERS.papers if one.kind == "force paper"))
    found = verdicts.check(papers, COUNTS, ladder, audit.records_or_none, audit.area)
    said = {row.series_id.split("/")[2]: row.text() for row in found.where(kind="verdict")}
    assert said == {
        "authorised-per-incident": "holds",
        "used-per-authorisation": "holds only when rounded another way",
        "discharged-per-authorisation": "holds",
        "not-excessive": "does not follow from the figures",
    }
    assert (
        "approximately"
        in found.one("claim/cambridgeshire-board-paper-2014/used-per-authorisation/printed").method
    )


def test_the_margins_of_the_example_are_those_printed_and_give_no_verdict(audit, basis):
    # issue 4: the made-up records are made to have the numbers that the papers print
    found = verdicts.check(PAPERS, *basis[:2], audit.records, audit.area)
    rows = {kind: {name_of(row): row for row in found.where(kind=kind)}
            for kind in ("printed", "figure", "verdict")}  # fmt: skip
    claims = PAPERS.printed()
    margins = [
        name for name, (_, claim) in claims.items()
        if claim.about and claim.about.condition and name in rows["figure"]
    ]  # fmt: skip
    assert {name for name in margins if rows["verdict"][name].text() != "not checkable"} == {
        name for name in margins if claims[name][1].contradicts
    }
    assert {row.text() for name, row in rows["verdict"].items() if name in margins} == {
        "not checkable", verdicts.CONTRADICTED,
    }  # fmt: skip
    assert len(margins) >= 30
    differ = {
        name for name in margins
        if not claim_mutations.still_true(
            claims[name][1],
            Fraction(rows["figure"][name].value)
            * (100 if claims[name][1].unit == "per cent" else 1),
        )
    }  # fmt: skip
    assert differ == DIFFER


def test_the_numbers_of_claims_add_up(audit, found):
    given = (found, PAPERS, audit.area, audit.period)
    numbers = verdicts.number_of_claims(*given)
    others, *parts = [row.value for row in numbers]
    assert others == sum(parts)
    tables = verdicts.tables_against_tables(*given)
    held, agree, differ, alone = [row.value for row in tables]
    assert held == agree + differ
    total = others + held + alone
    assert total == len(found.where(kind="verdict"))
    by_source = verdicts.by_source(found, PAPERS, audit.area, audit.period)
    assert sum(row.value for row in by_source) == total
    fails = verdicts.with_verdict(found, "does not hold")
    assert len(fails.where(kind="verdict")) == numbers.one("claims/does-not-hold").value
    papers = {"newspaper", "force paper", "force page", "official bulletin", "official table",
              "campaign or research"}  # fmt: skip
    shown = [verdicts.printed_in(found, PAPERS, kind) for kind in sorted(papers)]
    assert sum(len(rows) for rows in shown) == len(found)


# mistakes planted
@pytest.fixture(scope="module")
def figures(found, expected):
    """The figures of the claims that hold, in the unit printed: worked out from the expected
    table or, of made-up records, from the counts."""
    held = {name: row for name, row in expected.items() if row["verdict"] == "holds"}
    figures = {name: arithmetic(row) for name, row in held.items() if row["arithmetic"]}
    for row in found.where(kind="figure"):
        name = name_of(row)
        if name in held and name not in figures:
            first, *base = [Fraction(int(count.value)) for count in row.counts]
            figures[name] = 100 * first / base[0] if base else first
    return figures


@pytest.fixture(scope="module")
def wrong(figures):
    """Every mistake that can be made of the claims that hold."""
    values = {}
    for source in ("home-office-2018-19", "home-office-2019-20"):
        for subject in ("ethnicity by force", "CED by force", "reports by force", "tactics"):
            frame = published.load(source, subject).frame
            frame = frame[(frame["area"] == "England and Wales") & (frame["status"] == "stated")]
            values |= {one.id: Fraction(int(one.value)) for one in frame.itertuples()}
    bases = [1234, 982, 1256, 580]
    return claim_mutations.wrong_claims(PAPERS, figures, values, bases)


def said_of(claims, audit, basis):
    """The verdict on each claim that is planted, in order, and the remark on it or nothing."""
    papers = claim_mutations.planted(PAPERS, claims)
    found = verdicts.check(papers, *basis, audit.area)
    said = [{"remark": ""} for _ in claims]
    for row in found:
        if row.series_id.startswith("claim/planted/"):
            said[int(row.series_id.split("/")[2][1:])][row.kind] = row.text()
    return [(one["verdict"], one["remark"]) for one in said]


def test_every_planted_mistake_is_found(audit, basis, wrong):
    # issue 5: "60 wrong claims planted by mutation of true ones ... are all found"; here all that
    # can be made, and at least forty of each kind
    said = said_of([one.claim for one in wrong], audit, basis)
    assert [one for one, (verdict, _) in zip(wrong, said, strict=True) if verdict == "holds"] == []
    undecided = [
        (one.kind, remark) for one, (verdict, remark) in zip(wrong, said, strict=True)
        if verdict == "not checkable"
    ]  # fmt: skip
    # of another period there are no records at hand; between two bounds nobody can tell
    assert {kind for kind, remark in undecided if "this group apart" not in remark} <= {"period"}
    assert len(undecided) < 40
    found = Counter(
        one.kind for one, (verdict, _) in zip(wrong, said, strict=True)
        if verdict in ("does not hold", "holds only when rounded another way")
    )  # fmt: skip
    assert found.keys() == {*claim_mutations.KINDS} and min(found.values()) >= 40
    assert found.total() > 1000


def test_no_right_way_to_print_a_figure_is_called_wrong(audit, basis, figures):
    right = list(claim_mutations.right_claims(PAPERS, figures))
    said = said_of([claim for _, claim in right], audit, basis)
    called_wrong = [
        (name, claim.qualifier, claim.printed, verdict)
        for (name, claim), (verdict, _) in zip(right, said, strict=True)
        if verdict != "holds" and not claim.about.inside
    ]
    assert called_wrong == [] and len(right) > 1300
    between = [
        verdict for (_, claim), (verdict, _) in zip(right, said, strict=True) if claim.about.inside
    ]
    assert "does not hold" not in between and "holds" in between


def test_a_mutation_that_leaves_a_claim_true_is_no_mistake(wrong):
    # 147 of 1,256 and 147 of 1,234 are both 12 %, and of 982 they are 15 %
    share = "claims-hunts-post-2017/huntingdonshire-share"
    claim = PAPERS.printed()[share][1]
    assert claim_mutations.still_true(claim, Fraction(14700, 1256))
    assert claim_mutations.still_true(claim, Fraction(14700, 1234))
    assert not claim_mutations.still_true(claim, Fraction(14700, 982))
    planted = [one.claim for one in wrong if (one.of, one.kind) == (share, "denominator")]
    assert [one.printed for one in planted if one.against == claim.against] == ["15", "25"]
