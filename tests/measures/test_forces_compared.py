"""Forces side by side against R (tests/expected/forces_compared.R), and planted forces."""

import csv
from functools import cache

import pandas as pd
import pytest

from analysis.audit import open_audit
from analysis.counts import Counts
from analysis.measures import forces_compared
from analysis.measures.forces_compared import (
    ALIKE,
    CED_USES,
    COUNTED,
    DISCHARGED,
    ETHNICITY,
    HANGS,
    KEPT,
    QUESTIONS,
    REPORTS,
    UNDER_EIGHTEEN,
    WITH_NOT_STATED,
)
from analysis.standard.forces import force_name, official_forces
from tests.conftest import EXPECTED
from tests.one_cell import effects, must_change

YEARS = ("2018/19", "2019/20")
CLOSE = {"rel": 2e-9, "abs": 1e-12}  # findings keep ten significant digits, R's files twelve
BY_NAME = {question.name: question for question in QUESTIONS}


@cache
def expected(name, year):
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["year"] == year]


@cache
def tables(year):
    audit = open_audit("Cambridgeshire", year)
    subjects = {subject for question in QUESTIONS for subject in question.subjects} - {"residents"}
    official = {subject: audit.official(subject) for subject in subjects}
    return official | {"residents": audit.residents_by("age")}


@cache
def placed(year):
    return forces_compared.in_funnel(tables(year), year, *QUESTIONS)


@cache
def q_values(year):
    return forces_compared.q_values(placed(year), *QUESTIONS)


@cache
def whatever(year):
    return forces_compared.whatever_was_not_stated(tables(year), year, *WITH_NOT_STATED)


@pytest.mark.parametrize("year", YEARS)
def test_every_force_and_question_as_r_gives_it(year):
    rows = expected("forces_compared.csv", year)
    assert {row["question"] for row in rows} == set(BY_NAME)
    for row in rows:
        question = BY_NAME[row["question"]]
        start, place = question.ids(), {"area": row["force"]}
        value = question.per * float(row["events"]) / float(row["base"])
        for limit in ("95", "998"):
            ours = placed(year).one(f"{start}/limits-{limit}", **place)
            limits = [question.per * float(row[f"{end}_{limit}"]) for end in ("lower", "upper")]
            assert [ours.value, ours.lower, ours.upper] == pytest.approx([value, *limits], **CLOSE)
        z = placed(year).one(f"{start}/z", **place).value
        assert z == pytest.approx(float(row["z"]), **CLOSE)
        assert placed(year).one(f"{start}/phi").value == pytest.approx(float(row["phi"]), **CLOSE)
        assert placed(year).one(f"{start}/tau2").value == pytest.approx(float(row["tau2"]), **CLOSE)
        # q-values are of z-scores with ten digits
        q = q_values(year).one(f"{start}/q", **place).value
        assert q == pytest.approx(float(row["q"]), rel=1e-7)


@pytest.mark.parametrize("year, number, beyond", [("2018/19", 255, 7), ("2019/20", 252, 14)])
def test_the_family_is_all_forces_and_questions(year, number, beyond):
    # printed by tests/expected/forces_compared.R
    assert q_values(year).one("forces/family/number").value == number
    assert q_values(year).one("forces/family/beyond").value == beyond
    assert len(expected("forces_compared.csv", year)) == number
    named = {
        f"{BY_NAME[row['question']].label}: {row['force']}"
        for row in expected("forces_compared.csv", year)
        if float(row["q"]) <= 0.05
    }
    ours = {
        f"{question.label}: {place}"
        for question in QUESTIONS
        for place in q_values(year).one(f"{question.ids()}/names-beyond").outcome.split(", ")
        if place != "no force"
    }
    assert ours == named


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_names_on_either_side_are_those_beyond_the_inner_limits(year, question):
    rows = [
        row for row in expected("forces_compared.csv", year) if row["question"] == question.name
    ]
    for name, side in (("above", 1), ("below", -1)):
        wanted = sorted(row["force"] for row in rows if side * float(row["z"]) > 1.96)
        ours = placed(year).one(f"{question.ids()}/names-{name}").outcome
        assert ours == (", ".join(wanted) or "no force")
        for force in wanted:
            position = placed(year).one(f"{question.ids()}/position", area=force).outcome
            far = any(row["force"] == force and abs(float(row["z"])) > 3.09 for row in rows)
            assert position == f"{name} the {'outer' if far else 'inner'} limits"


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("way, column", [(KEPT, "z_none"), (COUNTED, "z_all")])
def test_positions_with_what_is_not_stated_put_back_as_r_gives_them(year, way, column):
    rows = forces_compared.in_funnel(tables(year), year, *WITH_NOT_STATED, way=way)
    for row in expected("forces_compared.csv", year):
        if row[column]:
            question, z = BY_NAME[row["question"]], float(row[column])
            position = rows.one(f"{question.ids(way)}/position", area=row["force"]).outcome
            side = "inside" if abs(z) <= 1.96 else ("above" if z > 0 else "below")
            assert position.startswith(side)
    assert not [row for row in rows if row.series_id.endswith(("/limits-95", "/z"))]


@pytest.mark.parametrize("year", YEARS)
def test_what_hangs_is_at_least_what_two_ways_move(year):
    # R's z with all left out, none and all of it counted everywhere: three of the five ways
    for row in expected("forces_compared.csv", year):
        if row["z_none"]:
            question = BY_NAME[row["question"]]
            scores = [float(row[column]) for column in ("z", "z_none", "z_all")]
            sides = {(z > 1.96) - (z < -1.96) for z in scores}
            ours = whatever(year).one(f"{question.series}/whatever-was-not-stated",
                                      area=row["force"]).outcome  # fmt: skip
            if len(sides) > 1:
                assert ours == HANGS, row


@pytest.mark.parametrize("year, without", [
    ("2018/19", {"under-eighteen": {"Warwickshire", "West Mercia"}}),
    ("2019/20", {"under-eighteen": {"Warwickshire", "West Mercia"},
                 "mental-health": {"Warwickshire", "West Mercia", "Wiltshire"}}),
])  # fmt: skip
def test_forces_without_an_answer_have_none(year, without):
    # definition 13: Tables 14 and 17; Wiltshire gives no health condition in 2019/20, and the other
    # two print no report without one
    for question in QUESTIONS:
        rows = placed(year).where(series_id=f"{question.ids()}/limits-95")
        missing = {row.area for row in rows if not row.available}
        city = {"City of London"} if question is REPORTS else set()
        assert missing == without.get(question.name, set()) | city
        assert all(row.reason for row in rows if not row.available)
        positions = placed(year).where(series_id=f"{question.ids()}/position")
        assert {row.area for row in positions if not row.available} == missing
        # in alphabetical order, those without an answer in their place
        assert [row.area for row in positions] == sorted(official_forces())


def test_the_city_of_london_has_no_rate_per_resident():
    row = placed("2019/20").one(f"{REPORTS.ids()}/limits-95", area="City of London")
    assert row.status == "not available" and "very many work there" in row.reason


def test_ethnic_group_not_known_is_as_definition_13_gives_it():
    # "Avon & Somerset 33 %, Cleveland 15 %, Wiltshire 11 %, Cambridgeshire 2.3 %"
    shares = {
        row.area: row for row in placed("2019/20").where(series_id=f"{ETHNICITY.ids()}/limits-95")
    }
    assert f"{100 * shares['Avon and Somerset'].value:.0f}" == "33"
    assert f"{100 * shares['Cleveland'].value:.0f}" == "15"
    assert f"{100 * shares['Wiltshire'].value:.0f}" == "11"
    assert shares["Cambridgeshire"].text() == "2.3%"


def test_uses_of_a_kind_not_stated():
    # definition 7: "Kent 38 %"; Table 13: none of the 208 of Cambridgeshire
    rows = forces_compared.not_stated(tables("2019/20"), "2019/20", DISCHARGED)
    assert f"{100 * rows.one('ced/not-stated-share', area='Kent').value:.0f}" == "38"
    assert rows.one("ced/not-stated-share", area="Cambridgeshire").value == 0
    assert len(rows) == 43


# catalogue: "Checked: discharge share of CED use, Table 13, 43 forces"
@pytest.mark.parametrize(
    "year, phi, numbers",
    [
        ("2019/20", "3.64", {"95-before": 16, "95-after": 7, "998-before": 9, "998-after": 5}),
        ("2018/19", "4.76", {"95-before": 18, "95-after": 6, "998-before": 12, "998-after": 2}),
    ],
)
def test_the_funnel_of_discharges(year, phi, numbers):
    rows = placed(year)
    for name, number in numbers.items():
        assert rows.one(f"ced/funnel-left-out/outside-{name}").value == number
    assert rows.one("ced/funnel-left-out/phi").text() == phi
    for row in expected("funnel_forces.csv", year):
        place = {"area": force_name(row["force"], "funnel_forces.csv")}
        for limit in ("95", "998"):
            ours = rows.one(f"ced/funnel-left-out/limits-{limit}", **place)
            theirs = [float(row[part]) for part in ("share", f"lower_{limit}", f"upper_{limit}")]
            assert [ours.value, ours.lower, ours.upper] == pytest.approx(theirs, **CLOSE)


def test_kent_is_an_outlier_only_without_the_not_stated():
    # catalogue: "not stated kept in 14 → 8"; Kent top without them and inside with them
    kept = forces_compared.in_funnel(tables("2019/20"), "2019/20", DISCHARGED, way=KEPT)
    numbers = [kept.one(f"ced/funnel-kept/outside-95-{when}").value for when in ("before", "after")]
    assert numbers == [14, 8]
    position = placed("2019/20").one("ced/funnel-left-out/position", area="Kent")
    assert position.outcome == "above the outer limits"
    assert kept.one("ced/funnel-kept/position", area="Kent").outcome == "inside the inner limits"
    assert "Kent" in whatever("2019/20").one("ced/outside-hangs").outcome


# tests/expected/README.md: forces outside the outer limits under R's nine rules for percentiles
@pytest.mark.parametrize("year, least, most", [("2019/20", 1, 5), ("2018/19", 1, 2)])
def test_the_rule_for_percentiles_decides(year, least, most):
    numbers = [
        placed(year).one(f"ced/funnel-left-out/outside-998-{name}") for name in ("fewest", "most")
    ]
    assert [row.value for row in numbers] == [least, most]


def with_cells(**cells):
    """The CED table of 2019/20 with every force alike, and Kent as given."""
    alike = {"CED": 200, "CED discharge": 20, "CED not stated": 0}
    frame = tables("2019/20")["CED by force"].frame
    frame = frame[(frame["period"] == "2019/20") & frame["tactic"].isin(alike)].copy()
    values = frame["tactic"].map(alike).astype(float)
    # forces differ a little, in a pattern that has no outlier
    shift = (
        frame["area"].map({place: n % 5 - 2 for n, place in enumerate(official_forces())}).fillna(0)
    )
    values += shift.where(frame["tactic"] == "CED discharge", 0)
    for tactic, value in cells.items():
        values[(frame["area"] == "Kent") & (frame["tactic"] == tactic.replace("_", " "))] = value
    frame["value"] = values
    return {"CED by force": Counts(frame.assign(printed=values.astype(int).astype(str)))}


def planted(**cells):
    given = with_cells(**cells)
    rows = forces_compared.in_funnel(given, "2019/20", DISCHARGED)
    held = forces_compared.whatever_was_not_stated(given, "2019/20", DISCHARGED)
    q = forces_compared.q_values(rows, DISCHARGED)
    return rows, held, q


def test_where_forces_are_alike_none_is_outside():
    rows, _, q = planted()
    assert rows.one("ced/funnel-left-out/tau2").value == 0
    assert rows.one("ced/funnel-left-out/names-above").outcome == "no force"
    assert q.one("forces/family/beyond").value == 0


def test_a_planted_outlier_is_found_on_its_side():
    for discharges, side, other in ((60, "above", "below"), (1, "below", "above")):
        rows, held, q = planted(CED_discharge=discharges)
        assert rows.one(f"ced/funnel-left-out/names-{side}").outcome == "Kent"
        assert rows.one(f"ced/funnel-left-out/names-{other}").outcome == "no force"
        assert q.one("ced/funnel-left-out/names-beyond").outcome == "Kent"
        assert held.one("ced/whatever-was-not-stated", area="Kent").outcome == ALIKE
        assert held.one("ced/outside-whatever").outcome == "Kent"


def test_what_is_not_stated_can_hide_a_planted_outlier():
    # 40 of 120 stated uses discharged is far above one in ten, but 40 of 320 is not, and 240 is
    rows, held, _ = planted(CED=320, CED_discharge=40, CED_not_stated=200)
    assert rows.one("ced/funnel-left-out/names-above").outcome == "Kent"
    assert held.one("ced/whatever-was-not-stated", area="Kent").outcome == HANGS
    assert held.one("ced/outside-whatever").outcome == "no force"
    assert held.one("ced/outside-hangs").outcome == "Kent"


def test_a_force_inside_that_may_lie_outside_is_counted():
    rows, held, _ = planted(CED=320, CED_discharge=12, CED_not_stated=200)
    assert rows.one("ced/funnel-left-out/position", area="Kent").outcome.startswith("inside")
    assert held.one("ced/whatever-was-not-stated", area="Kent").outcome == HANGS
    assert held.one("ced/inside-hangs").value >= 1


def test_flags_of_what_may_mislead():
    flagged = forces_compared.flags(
        with_cells(CED=320, CED_discharge=9, CED_not_stated=32), "2019/20", DISCHARGED
    )
    kent = flagged.one("ced/flags", area="Kent")
    assert kent.outcome == "a tenth or more not stated; fewer than ten events"
    assert flagged.one("ced/flags", area="Essex").outcome == "none"
    just = forces_compared.flags(
        with_cells(CED=320, CED_discharge=10, CED_not_stated=31), "2019/20", DISCHARGED
    )
    assert just.one("ced/flags", area="Kent").outcome == "none"


def test_revised_figures_are_flagged():
    given = with_cells()["CED by force"].frame
    note = pd.Series("", index=given.index).mask(given["area"] == "Kent", "revised (R)")
    flagged = forces_compared.flags(
        {"CED by force": Counts(given.assign(note=note))}, "2019/20", DISCHARGED
    )
    assert {row.area for row in flagged if row.outcome == "revised"} == {"Kent"}


def test_nothing_stated_is_no_answer():
    rows, _, _ = planted(CED=50, CED_discharge=0, CED_not_stated=50)
    kent = rows.one("ced/funnel-left-out/limits-95", area="Kent")
    assert (kent.status, kent.reason) == ("not available", forces_compared.NOTHING_STATED)
    assert not rows.where(series_id="ced/funnel-left-out/z", area="Kent").rows
    pooled = rows.one("ced/funnel-left-out/pooled")
    assert not any(count.area == "Kent" for count in pooled.counts)


def test_a_table_of_forces_outside_holds_them_and_the_area_alphabetically():
    unstated = forces_compared.not_stated(tables("2019/20"), "2019/20", UNDER_EIGHTEEN)
    rows = forces_compared.notable(
        UNDER_EIGHTEEN, "Surrey", placed("2019/20"), q_values("2019/20"), unstated
    )
    areas = list(dict.fromkeys(row.area for row in rows))
    outside = [
        row["force"]
        for row in expected("forces_compared.csv", "2019/20")
        if row["question"] == "under-eighteen" and abs(float(row["z"])) > 1.96
    ]
    assert areas == sorted({*outside, "Surrey"})
    assert {row.label for row in rows} >= {"q-value", "Share not stated"}


def test_how_many_questions_put_an_area_outside():
    # tests/expected/forces_compared.csv
    scores = [row for row in expected("forces_compared.csv", "2019/20")
              if row["force"] == "City of London"]  # fmt: skip
    rows = forces_compared.of_area(placed("2019/20"), "City of London", *QUESTIONS)
    assert rows.one("forces/area/answered").value == len(scores) == 5
    outside = sum(abs(float(row["z"])) > 1.96 for row in scores)
    assert rows.one("forces/area/outside").value == outside


def test_every_value_says_that_forces_are_not_always_comparable():
    # definitions, "Status of the official figures"
    values = [row for row in placed("2019/20") if row.series_id.endswith("/limits-95")]
    for row in values:
        said = "; ".join(row.caveats)
        assert not row.available or ("not always reliable" in said and "not people" in said)


def test_a_value_rests_on_its_counts():
    row = placed("2019/20").one(f"{CED_USES.ids()}/limits-95", area="Kent")
    assert [count.table for count in row.counts] == ["Table 13", "Table 12"]
    ids = {one.id for one in placed("2019/20")}
    assert all(set(row.findings) <= ids for row in placed("2019/20"))


def everything(given):
    year = "2019/20"
    rows = forces_compared.in_funnel(given, year, *QUESTIONS)
    for way in (KEPT, COUNTED):
        rows += forces_compared.in_funnel(given, year, *WITH_NOT_STATED, way=way)
    return (
        rows
        + forces_compared.q_values(rows, *QUESTIONS)
        + forces_compared.not_stated(given, year, *WITH_NOT_STATED)
        + forces_compared.whatever_was_not_stated(given, year, *WITH_NOT_STATED)
        + forces_compared.flags(given, year, *QUESTIONS)
        + forces_compared.of_area(rows, "Kent", *QUESTIONS)
    )


@pytest.mark.parametrize("subject, area, tactic, group", [
    # one that gives its force an answer, ones that do not, and ones in every part
    ("health condition by force", "West Mercia", "All tactics", "None"),
    ("health condition by force", "Wiltshire", "All tactics", "all"),
    ("health condition by force", "Kent", "All tactics", "Not reported"),
    ("CED by force", "Kent", "CED not stated", "all"),
    ("age by force", "Kent", "All tactics", "Under 11"),
    ("reports by force", "City of London", "all", "all"),
    ("ethnicity by force", "Kent", "All tactics", "Not reported"),
])  # fmt: skip
def test_one_cell_moves_what_rests_on_it_and_nothing_else(subject, area, tactic, group):
    frame = tables("2019/20")[subject].frame
    cell = (frame[["area", "tactic", "group", "period"]] == [area, tactic, group, "2019/20"]).all(
        axis=1
    )
    (count,) = frame.loc[cell, "id"]
    moved = Counts(frame.assign(value=frame["value"] + cell))
    before = everything(tables("2019/20"))
    changed, resting = effects(before, everything(tables("2019/20") | {subject: moved}), count)
    assert changed and changed - resting == set()
    assert must_change(before, count) - changed == set()
