"""Two reports side by side, by hand, from official workbooks and from made-up records."""

from dataclasses import replace

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis.audit import open_audit
from analysis.checks import comparison
from analysis.checks.comparison import compare
from analysis.errors import Refused
from analysis.findings import Finding, not_available
from analysis.made_up.files import make, write
from analysis.made_up.plan import USUAL
from analysis.measures.records import incidents, injuries
from analysis.measures.records.injury_study import Study
from analysis.sources.records import read_records
from tests.checks.side_by_side import CHOICES, GROUPS, as_read, counts, report, share
from tests.conftest import EXPECTED, WORKBOOKS

KENT, ESSEX = "Kent", "Essex"


def row(found: comparison.Comparison, series: str, relation: str = "") -> dict:
    frame = found.frame[found.frame["series_id"] == series]
    if relation:
        frame = frame[frame["relation"] == relation]
    (one,) = frame[frame["table"] == "finding"].to_dict("records")
    return one


def pair(before: Finding, after: Finding, **more) -> dict:
    """One finding of Kent in 2018/19 against one in 2019/20."""
    reports = report(KENT, "2018/19", [before]), report(KENT, "2019/20", [after], **more)
    return row(compare(*reports), after.series_id)


def test_shares_of_two_periods_are_tested():
    # Newcombe 1998, Table II, example a: 48 of 80 and 56 of 70
    found = pair(share(KENT, "2018/19", 48, 80), share(KENT, "2019/20", 56, 70))
    assert found["relation"] == comparison.CHANGE
    assert found["result"] == comparison.BEYOND
    limits = [float(found[name]) for name in ("difference", "lower", "upper")]
    assert [round(one, 4) for one in limits] == [0.2, 0.0524, 0.3339]
    assert float(found["p"]) == pytest.approx(0.0080450813682)  # R: prop.test(correct = FALSE)
    assert "better recording" in found["caveats"] and "independent" in found["caveats"]
    assert found["ratio"] == ""


def test_two_areas_are_set_beside_each_other_without_a_ranking():
    reports = (report(area, "2019/20", [share(area, "2019/20", n, 80)])
               for area, n in ((KENT, 20), (ESSEX, 40)))  # fmt: skip
    compared = compare(*reports)
    found = row(compared, "share")
    assert found["relation"] == comparison.BESIDE
    assert found["p"] and "ranking" in found["caveats"]
    numbers = compared.frame[compared.frame["table"] == "count"]
    assert set(numbers["p"]) == {""}  # of areas of other sizes
    assert numbers["reason"].str.contains("differ in size").all()


def test_other_area_and_other_period_are_allowed_and_named():
    reports = (
        report(KENT, "2018/19", [share(KENT, "2018/19", 20, 80)]),
        report(ESSEX, "2019/20", [share(ESSEX, "2019/20", 40, 80)]),
    )
    found = compare(*reports)
    assert found.relation == row(found, "share")["relation"] == comparison.APART


def test_a_period_in_both_reports_is_a_revision_and_never_tested():
    old = share(KENT, "2018/19", 48, 80)
    new = share(KENT, "2018/19", 56, 80, edition="2020")
    before = report(KENT, "2018/19", [old])
    after = report(KENT, "2019/20", [new, share(KENT, "2019/20", 30, 80)],
                   files={"official-2018-19": {"official-2018-19.csv": "b"}})  # fmt: skip
    found = compare(before, after)
    revised = row(found, "share", comparison.ONE_PLACE)
    assert revised["result"] == comparison.REVISED and revised["p"] == ""
    assert float(revised["difference"]) == pytest.approx(0.1)
    change = row(found, "share", comparison.CHANGE)
    assert (change["period_a"], change["period_b"]) == ("2018/19", "2019/20") and change["p"]


def test_another_number_from_the_same_bytes_was_made_otherwise():
    reports = (report(KENT, "2019/20", [share(KENT, "2019/20", n, 80)]) for n in (48, 49))
    found = compare(*reports)
    assert found.relation == comparison.RUNS
    assert row(found, "share")["result"] == comparison.OTHERWISE


def test_the_same_report_twice_differs_in_nothing():
    reports = (report(KENT, "2019/20", [share(KENT, "2019/20", 48, 80)]) for _ in range(2))
    found = compare(*reports)
    assert set(found.frame["result"]) == {comparison.EQUAL}
    assert found.tests == 0


def test_another_edition_of_a_period_makes_two_editions():
    one = report(KENT, "2019/20", counts=counts(KENT, "2019/20", {"all": 90}, "first"))
    two = report(KENT, "2019/20", counts=counts(KENT, "2019/20", {"all": 95}, "second"))
    found = compare(one, two)
    assert found.relation == comparison.EDITIONS
    assert list(found.frame["result"]) == [comparison.REVISED]


def test_numbers_of_two_periods_are_tested_exactly_and_of_unequal_ones_not():
    def held(period: str, number: int):
        return report(KENT, period, counts=counts(KENT, period, {"all": number}))

    (found,) = compare(held("2018/19", 190), held("2019/20", 240)).frame.to_dict("records")
    # R: poisson.test(c(240, 190)), and twice the smaller of its one-sided p-values
    assert [float(found[name]) for name in ("lower", "upper", "p")] == pytest.approx(
        [1.03987736815, 1.5361355263, 0.018025302448]
    )
    (found,) = compare(held("2017-Q2", 190), held("2019/20", 240)).frame.to_dict("records")
    assert (found["result"], found["reason"]) == (
        comparison.UNTESTED,
        "over periods of 3 and 12 months",
    )
    (found,) = compare(held("2019-Q2", 190), held("2019/20", 240)).frame.to_dict("records")
    assert found["reason"] == "the two periods overlap"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"unit": "use"}, "units differ: report and use"),
        ({"form": "number:1"}, "forms differ: percent and number"),
        ({"method": "exact (Clopper-Pearson)"}, "methods differ: Wilson score and exact"),
        ({"confidence": 0.9}, "confidence differs: 0.95 and 0.9"),
    ],
)
def test_one_series_measured_in_two_ways_is_not_compared(changed, reason):
    other = share(KENT, "2019/20", 56, 80, **changed)
    found = pair(share(KENT, "2018/19", 48, 80), other)
    assert found["result"] == comparison.UNCOMPARABLE
    assert found["reason"].startswith(reason)
    assert found["difference"] == found["p"] == ""


def test_limits_by_other_incidents_are_not_compared():
    clustered = [share(KENT, period, 48 + n, 80, method="Wilson score by incident")
                 for n, period in enumerate(("2018/19", "2019/20"))]  # fmt: skip
    found = pair(*clustered, choices=CHOICES | {"incident_rule": "one place"})
    assert found["reason"] == (
        "limits by other incidents (incident_rule: within 30 minutes and one place)"
    )


def test_groups_that_editions_draw_otherwise_are_not_compared():
    # definition 14: Chinese and Don't know are groups of their own until 2018/19
    old = {"White": 900, "Asian": 40, "Chinese": 2, "Don't know": 9, "Not reported": 3}
    new = {"White": 950, "Asian": 90, "Not reported": 80}
    reports = (
        report(KENT, period, counts=counts(KENT, period, numbers, breakdown="ethnicity"))
        for period, numbers in (("2018/19", old), ("2019/20", new))
    )
    frame = compare(*reports).frame.set_index("series_id")
    for group in ("asian", "not-reported"):
        one = frame.loc[f"by-group/tactic-uses/ced/{group}"]
        assert one["result"] == comparison.UNCOMPARABLE and "groups differ" in one["reason"]
    assert frame.loc["by-group/tactic-uses/ced/white", "p"]
    assert frame.loc["by-group/tactic-uses/ced/chinese", "result"] == "only in A"


def test_a_group_that_others_leave_over_is_not_compared():
    rests = [share(KENT, period, n, 80, "of/Restraint, the rest")
             for period, n in (("2018/19", 10), ("2019/20", 40))]  # fmt: skip
    found = pair(*(replace(one, series_id="left-over") for one in rests))
    assert found["result"] == comparison.UNCOMPARABLE and "leave over" in found["reason"]


def test_what_is_not_available_or_in_one_report_only_is_listed_with_its_reason():
    words = {"label": "x", "kind": "share", "area": KENT, "edition": "e", "unit": "report"}
    missing = not_available("no such table", series_id="share", period="2018/19", **words)
    before = report(KENT, "2018/19", [missing, share(KENT, "2018/19", 9, 80, "old")])
    after = report(KENT, "2019/20", [share(KENT, "2019/20", 9, 80)])
    found = compare(before, after)
    assert row(found, "share")["result"] == "not available in A"
    assert row(found, "share")["reason"] == "A: not available, no such table"
    assert row(found, "old")["result"] == "only in A"
    assert row(found, "old")["reason"] == "the other report has no such series"


def test_figures_on_the_same_counts_are_not_independent():
    both = share(KENT, "2017/18", 20, 80)
    reports = (
        report(KENT, period, [replace(share(KENT, period, n, 80), counts=both.counts)])
        for period, n in (("2018/19", 48), ("2019/20", 56))
    )
    found = row(compare(*reports), "share")
    assert (found["result"], found["reason"]) == (
        comparison.UNTESTED, "both rest on the same counts",
    )  # fmt: skip


def test_rounded_numbers_of_a_release_are_not_tested():
    found = pair(share(KENT, "2018/19", 45, 80), share(KENT, "2019/20", 55, 80),
                 rounded=frozenset(["official-2019-20"]))  # fmt: skip
    assert found["result"] == comparison.UNTESTED and "rounded" in found["reason"]


def test_many_tests_have_q_values():
    # Benjamini and Hochberg 1995, section 4.1, with R's p.adjust
    known = pd.read_csv(EXPECTED / "comparison_q.csv")
    rows = [{"p": p, "q": "", **dict.fromkeys(("difference", "ratio", "lower", "upper"), "")}
            for p in known["p"]]  # fmt: skip
    found = comparison._with_q(rows, 0.05)
    assert [float(one["q"]) for one in found] == pytest.approx(known["q"].tolist(), rel=1e-9)
    assert [one["result"] for one in found].count(comparison.BEYOND) == 4


def test_two_periods_of_one_content_are_refused_as_a_copy():
    numbers = {group: 10 + place for place, group in enumerate(GROUPS)}

    def held(period: str, changed: dict[str, int]):
        return report(KENT, period, counts=counts(KENT, period, numbers | changed))

    with pytest.raises(Refused, match="100% of the 25 figures .* likely copy"):
        compare(held("2018/19", {}), held("2019/20", {}))
    with pytest.raises(Refused, match="likely copy"):  # noughts in both tell nothing
        compare(held("2018/19", {"all": 0}), held("2019/20", {"all": 0}))
    assert compare(held("2018/19", {}), held("2019/20", {"Band 3": 14})).tests == 25
    few = {group: 5 for group in GROUPS[:19]}
    small = (report(KENT, one, counts=counts(KENT, one, few)) for one in ("2018/19", "2019/20"))
    assert compare(*small).tests == 19


# --- official tables -------------------------------------------------------------------------

SHEETS = {"age-by-force": "Table_14", "gender-by-force": "Table_15",
          "ethnicity-by-force": "Table_16", "health-condition-by-force": "Table_17"}  # fmt: skip
AREA = "Cambridgeshire"


@pytest.fixture(scope="module")
def official():
    """Every count of the tables by force for one area, of two years, compared."""
    reports = []
    for period in WORKBOOKS:
        tables = open_audit(AREA, period).official_tables
        held = [table.where(area=AREA, period=period) for table in tables.values()]
        reports.append(report(AREA, period, counts=(one for table in held for one in table)))
    return compare(*reports)


def printed(shared, period: str) -> dict[tuple[str, str, int], float]:
    """Sheet, row and number of the cell from the right: what calamine reads for the area."""
    path = shared / "data" / "home_office" / WORKBOOKS[period]
    workbook, cells = CalamineWorkbook.from_path(path), {}
    for sheet in SHEETS.values():
        lines = workbook.get_sheet_by_name(sheet).to_python()
        heads = next(line for line in lines if line[0] == "Police force")
        for line in lines:
            if line[0] == AREA:
                tactic = line[2].replace(",", "").replace(" of which", "").strip()
                for head, cell in zip(heads[3:], line[3:], strict=True):
                    cells[sheet, tactic, head.partition(" (")[0].strip()] = cell
    return cells


NAMED = {"*Total Tactics": "all-tactics", "*Total Restraint": "restraint", "CED": "ced",
         "Ground restraint": "ground-restraint", "Handcuffing": "handcuffing"}  # fmt: skip
HEADS = {"Number of times tactics used": "all", "Under 11 \nyears": "under-11",
         "11 - 17 years": "11-17", "18 - 34 years": "18-34", "35 - 49 years": "35-49",
         "50 - 64 years": "50-64"}  # fmt: skip


def test_each_change_of_official_counts_is_that_of_the_workbooks(official, shared):
    cells = [printed(shared, period) for period in WORKBOOKS]
    frame = official.frame[official.frame["difference"] != ""].set_index("series_id")
    checked = 0
    for subject, sheet in SHEETS.items():
        for tactic, slug in NAMED.items():
            heads = {key[2] for key in cells[1] if key[:2] == (sheet, tactic)}
            for head in heads & {key[2] for key in cells[0]}:
                name = HEADS.get(head, "all" if head.startswith("Number of times") else
                                 head.lower().replace(" ", "-"))  # fmt: skip
                series = f"{subject}/tactic-uses/{slug}/{name}"
                if series in frame.index:
                    a, b = (one[sheet, tactic, head] for one in cells)
                    assert float(frame.loc[series, "difference"]) == b - a, series
                    if a:
                        assert float(frame.loc[series, "ratio"]) == pytest.approx(b / a)
                    checked += 1
    assert checked == 5 * (8 + 5 + 5 + 6)  # of ethnicity without Asian and Not reported


# --- made-up records -------------------------------------------------------------------------


def quarter(folder, period: str, seed: int, injured: float):
    """What is found of a made-up quarter in which so many subjects are injured, read from disk."""
    plan = replace(USUAL, period=period)
    injury = replace(plan.outcomes["subject injured"], share=injured)
    plan = replace(plan, outcomes=plan.outcomes | {"subject injured": injury})
    path, *_ = write(folder / str(seed), make(500, seed, plan))
    study = Study(read_records(path, AREA, period).records, "within 30 minutes", 0.95)
    found = [*injuries.overall(study), *injuries.by_location(study, "officers"),
             *incidents.range_of_incidents(study.records),
             *incidents.sizes_of_incidents(study.records)]  # fmt: skip
    return report(AREA, period, found)


@pytest.fixture(scope="module")
def quarters(tmp_path_factory):
    """One quarter, the next with nothing changed, and the next with three times the injuries."""
    folder, share = tmp_path_factory.mktemp("quarters"), USUAL.outcomes["subject injured"].share
    planned = (("2017-Q2", 21, share), ("2017-Q3", 22, share), ("2017-Q3", 23, 3 * share))
    return [quarter(folder, *one) for one in planned]


def test_a_planted_change_is_found_and_no_other(quarters):
    before, same, more = quarters
    unchanged = compare(before, same)
    assert unchanged.tests > 20
    assert comparison.BEYOND not in set(unchanged.frame["result"])
    changed = compare(before, more)
    found = row(changed, "record-injuries/subjects/share")
    assert found["result"] == comparison.BEYOND and float(found["difference"]) > 0
    beyond = changed.frame.loc[changed.frame["result"] == comparison.BEYOND, "series_id"]
    assert all("subject" in series for series in beyond)
    assert row(changed, "record-injuries/officers/share")["result"] == comparison.WITHIN


def test_numbers_of_reports_keep_the_size_of_incidents(quarters):
    frame = compare(*quarters[:2]).frame
    tested = frame[(frame["table"] == "count") & (frame["unit"] == "report") & (frame["p"] != "")]
    assert len(tested) and tested["method"].str.contains("by incident").all()


def test_a_table_is_read_again_as_text():
    assert as_read(pd.DataFrame({"a": [1.0, None]}), ["a", "b"]).to_dict("list") == {
        "a": ["1", ""], "b": ["", ""],
    }  # fmt: skip
