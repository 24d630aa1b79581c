"""Injuries against the printed tables, statsmodels' intervals and hand calculations."""

import csv
from functools import cache

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analysis.audit import open_audit
from analysis.counts import NOT_AVAILABLE, Counts
from analysis.measures import injuries
from analysis.standard.forces import ENGLAND_AND_WALES
from tests.conftest import EXPECTED

CLOSE = {"rel": 2e-9}  # findings keep ten significant digits
REPORTS = {"2018/19": 427725, "2019/20": 491984}  # Table 12, first row
TIMES, POST, TELEGRAPH = "cambs-times-2017", "hunts-post-2017", "peterborough-telegraph-2017"

with (EXPECTED / "injuries.csv").open(encoding="utf-8", newline="") as file:
    PRINTED = list(csv.DictReader(file))


def printed(side, period, series):
    (row,) = [
        row
        for row in PRINTED
        if (row["side"], row["period"], row["series"]) == (side, period, series)
    ]
    return int(row["value"])


@cache
def audit(period="2019/20"):
    return open_audit("Cambridgeshire", period)


@cache
def tables(period="2019/20"):
    one = audit(period)
    return one.every_year("officer injuries"), one.every_year("subject injuries")


@cache
def all_counts():
    officers, subjects = tables()
    return (
        injuries.both_measures(officers, subjects)
        + injuries.unknown(officers, subjects)
        + injuries.assaults(officers)
        + injuries.deaths(audit().every_year("outcome"), subjects)
    )


@cache
def rates(period="2019/20", area="Cambridgeshire", confidence=0.95):
    return injuries.rates(*tables(), area, period, confidence)


@pytest.mark.parametrize(
    "row", PRINTED, ids=lambda row: "-".join((row["side"], row["period"], row["series"]))
)
def test_counts_are_those_printed(row):
    found = all_counts().one(f"injuries/{row['side']}/{row['series']}", period=row["period"])
    assert (found.value, found.unit) == (int(row["value"]), "report")
    assert found.area == ENGLAND_AND_WALES


def test_no_other_counts_are_shown():
    # officers are not asked "Unknown", and have no level "Death"
    shown = {
        (row.series_id.removeprefix("injuries/"), row.period)
        for row in all_counts()
        if row.kind == "count"
    }
    assert shown == {(f"{row['side']}/{row['series']}", row["period"]) for row in PRINTED}


def test_nothing_is_left_over_in_either_year():
    # 27,224 - 474 + 684 = 27,434; 23,243 - 969 + 140 = 22,414
    left = [row for row in all_counts() if row.series_id.endswith("/left-over")]
    assert [row.value for row in left] == [0, 0, 0, 0]


def test_a_table_that_contradicts_its_own_sums_leaves_something_over():
    officers, subjects = tables()
    frame = subjects.frame.copy()
    at = (frame["group"] == "Yes / Not reported") & (frame["period"] == "2019/20")
    frame.loc[at, "value"] += 5
    rows = injuries.both_measures(officers, Counts(frame))
    assert rows.one("injuries/subjects/left-over", period="2019/20").value == 5
    assert rows.one("injuries/subjects/left-over", period="2018/19").value == 0


@pytest.mark.parametrize("side", ["officers", "subjects"])
@pytest.mark.parametrize("measure", ["answer", "level"])
@pytest.mark.parametrize("period", REPORTS)
@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_national_rates_have_wilsons_limits(side, measure, period, confidence):
    row = rates(confidence=confidence).one(
        f"injuries/{side}/{measure}-per-1000-reports", area=ENGLAND_AND_WALES, period=period
    )
    injured, reports = printed(side, period, measure), REPORTS[period]
    limits = proportion_confint(injured, reports, 1 - confidence, "wilson")
    wanted = [1000 * injured / reports, *(1000 * limit for limit in limits)]
    assert [row.value, row.lower, row.upper] == pytest.approx(wanted, **CLOSE)
    assert row.method == "Wilson score" and row.counts[-1].value == reports
    assert any("once for every officer" in caveat for caveat in row.caveats)
    assert any("independent" in caveat for caveat in row.caveats)


@pytest.mark.parametrize("area", ["Cambridgeshire", "Norfolk", "City of London"])
@pytest.mark.parametrize("period", REPORTS)
def test_a_force_has_no_rate(area, period):
    # definition 18: never show the national rate as a force's
    own = rates(period, area).where(area=area)
    assert len(own) == 4 and {row.period for row in own} == {period}
    assert {(row.status, row.value) for row in own} == {("not available", None)}
    assert all("no force and no tactic" in row.reason for row in own)


def test_officers_are_never_divided_by_subjects():
    # definition 18: from the incident, and from the officer's force
    made = [*rates(), *all_counts(), *injuries.changes(*tables(), 0.95)]
    for row in made:
        assert len({c.measure for c in row.counts} & {"officer injuries", "subject injuries"}) <= 1


@pytest.mark.parametrize(
    "side, period, none, every",
    [
        # (27,224 and 27,224 + 23,749 + 13,363) / 491.984; (23,243 and 23,243 + 1,920) / 491.984
        ("subjects", "2019/20", "55.3", "130.8"),
        ("officers", "2019/20", "47.2", "51.1"),
        # (25,451 and 25,451 + 15,883 + 15,109) / 427.725; (21,868 and 21,868 + 8,189) / 427.725
        ("subjects", "2018/19", "59.5", "132.0"),
        ("officers", "2018/19", "51.1", "70.3"),
    ],
)
def test_limits_for_answers_not_known(side, period, none, every):
    rows = all_counts()
    limits = [rows.one(f"injuries/{side}/limit-{name}", period=period) for name in ("none", "all")]
    assert [row.text() for row in limits] == [none, every]


@pytest.mark.parametrize("side", ["officers", "subjects"])
@pytest.mark.parametrize("measure", ["answer", "level"])
def test_the_change_has_katzs_interval(side, measure):
    rows = injuries.changes(*tables(), 0.95)
    assert len(rows) == 4
    row = rows.one(f"injuries/{side}/{measure}-rate-over-year-before", period="2019/20")
    new, old = (printed(side, period, measure) for period in ("2019/20", "2018/19"))
    reports = REPORTS["2019/20"], REPORTS["2018/19"]
    limits = confint_proportions_2indep(
        new, reports[0], old, reports[1], compare="ratio", method="log", correction=False
    )
    wanted = [new / reports[0] / (old / reports[1]), *limits]
    assert [row.value, row.lower, row.upper] == pytest.approx(wanted, **CLOSE)
    assert any("better recording" in caveat for caveat in row.caveats)


def test_the_year_of_the_audit_does_not_change_the_tables():
    officers, subjects = tables("2018/19")
    assert injuries.both_measures(officers, subjects) == injuries.both_measures(*tables())


def without_a_cell(counts, group):
    """The table with one cell of 2019/20 not available."""
    frame = counts.frame.copy()
    at = (frame["group"] == group) & (frame["period"] == "2019/20")
    assert at.sum() == 1
    frame.loc[at, ["value", "status", "note"]] = [float("nan"), NOT_AVAILABLE, "not held"]
    return Counts(frame)


def test_a_cell_that_is_not_available_is_never_nought():
    officers, subjects = tables()
    holed = without_a_cell(subjects, "Yes / all")
    year = {"period": "2019/20"}
    both = injuries.both_measures(officers, holed)
    limits = injuries.unknown(officers, holed)
    changes = injuries.changes(officers, holed, 0.95)
    made = injuries.rates(officers, holed, "Kent", "2019/20", 0.95).where(area=ENGLAND_AND_WALES)
    missing = [
        both.one("injuries/subjects/answer", **year),
        both.one("injuries/subjects/left-over", **year),
        limits.one("injuries/subjects/limit-none", **year),
        limits.one("injuries/subjects/limit-all", **year),
        made.one("injuries/subjects/answer-per-1000-reports", **year),
        changes.one("injuries/subjects/answer-rate-over-year-before", **year),
    ]
    assert {(row.status, row.reason) for row in missing} == {("not available", "not held")}
    # what does not rest on the cell stands
    assert both.one("injuries/subjects/level", **year).value == 27434
    assert made.one("injuries/officers/answer-per-1000-reports", **year).available


@cache
def press(area="Cambridgeshire", confidence=0.95):
    return injuries.press_rates(audit().press, area, confidence)


@pytest.mark.parametrize(
    "series, injured, reports",
    [
        # the papers' own figures: Cambs Times, Hunts Post, and 77 + 1 in the Peterborough Telegraph
        (f"officer-injuries-per-1000-reports/{TIMES}", 85, 1234),
        (f"officer-injuries-per-1000-reports/{POST}", 85, 1256),
        (f"subject-injuries-per-1000-reports/{TIMES}", 78, 1234),
        (f"injuries-per-1000-reports/{TELEGRAPH}", 78, 1234),
    ],
)
@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_each_newspaper_has_its_own_base(series, injured, reports, confidence):
    row = press(confidence=confidence).one(f"press-injuries/{series}")
    limits = proportion_confint(injured, reports, 1 - confidence, "wilson")
    wanted = [1000 * injured / reports, *(1000 * limit for limit in limits)]
    assert [row.value, row.lower, row.upper] == pytest.approx(wanted, **CLOSE)
    assert (row.area, row.period) == ("Cambridgeshire", "2017-Q2")
    assert any("no official statistic" in caveat for caveat in row.caveats)


def test_a_share_without_a_number_has_the_widest_limits():
    # 6.5 % and 7.5 % of 1,234 are 80.21 and 92.55: from 81 to 92 officers round to 7 %
    ends = [
        press().one(f"press-injuries/officer-injuries-{which}/{TELEGRAPH}")
        for which in ("fewest", "most")
    ]
    assert [row.value for row in ends] == [81, 92]
    row = press().one(f"press-injuries/officer-injury-share-per-1000-reports/{TELEGRAPH}")
    lower = proportion_confint(81, 1234, 0.05, "wilson")[0]
    upper = proportion_confint(92, 1234, 0.05, "wilson")[1]
    assert (row.value, row.text()) == (70, "70")
    assert (row.lower, row.upper) == pytest.approx((1000 * lower, 1000 * upper), **CLOSE)
    assert set(row.findings) == {end.id for end in ends}


@pytest.mark.parametrize(
    "share, reports, numbers",
    [
        (7, 1234, (81, 92)),
        (5, 200, (9, 10)),  # 9 of 200 are 4.5 % and round up; 11 are 5.5 % and round to 6
        (0, 1000, (0, 4)),  # 5 are 0.5 %
        (100, 1000, (995, 1000)),
    ],
)
def test_numbers_that_round_to_a_share(share, reports, numbers):
    assert injuries.numbers_that_round_to(share, reports) == numbers


def contradictions(counts, area="Cambridgeshire"):
    return injuries.press_contradictions(counts, injuries.press_rates(counts, area, 0.95), area)


def test_contradictions_are_shown_and_not_resolved():
    rows = contradictions(audit().press)
    reports = rows.one("press-injuries/reports-hunts-post-less-cambs-times")
    assert (reports.value, [c.value for c in reports.counts]) == (22, [1256, 1234])
    whose = rows.one("press-injuries/injuries-peterborough-telegraph-less-cambs-times")
    assert (whose.value, [c.value for c in whose.counts]) == (0, [77, 1, 78])
    against = rows.one("press-injuries/officer-injuries-against-share")
    assert against.outcome == "within the numbers that round to it"  # 81 <= 85 <= 92
    assert [(c.source, c.value) for c in against.counts] == [(TIMES, 85), (POST, 85)]


def test_a_number_outside_the_printed_share_is_said_to_be_so():
    frame = audit().press.frame.copy()
    at = (frame["source"] == POST) & (frame["measure"] == "officer injuries")
    frame.loc[at, "value"] = 93
    against = contradictions(Counts(frame)).one("press-injuries/officer-injuries-against-share")
    assert against.outcome == "outside the numbers that round to it"


def test_newspaper_figures_are_of_one_area():
    rows = press("Kent") + contradictions(audit().press, "Kent")
    ours = press() + contradictions(audit().press)
    assert [row.series_id for row in rows] == [row.series_id for row in ours]
    assert {(row.area, row.status, row.value) for row in rows} == {("Kent", "not available", None)}
    assert all("Cambridgeshire only" in row.reason and not row.counts for row in rows)
