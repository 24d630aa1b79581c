"""The ladder of one outcome among records, and the ratio within districts."""

import numpy as np
import pandas as pd
import pytest

from analysis.audit import open_audit
from analysis.findings import TOO_FEW
from analysis.ledger import Ledger
from analysis.measures.disparity import MISSING_ONLY
from analysis.measures.records.benchmark_ladder import Against, Ladder
from analysis.measures.records.clustered import ratio_of_shares
from analysis.measures.records.regression_districts import within_districts
from analysis.measures.records.specifications import ALLOCATION
from analysis.models.hierarchical import fit_hierarchical
from analysis.sources.encounters import clean
from tests.measures.records.regression_by_hand import DISTRICTS, planted, study_of
from tests.records_by_hand import records_of


@pytest.fixture(scope="module")
def against():
    audit = open_audit("Cambridgeshire", "2019/20")
    censuses = {year: audit.residents_by("ethnicity", year) for year in ("2011", "2021")}
    return Against(censuses, audit.arrests, audit.stop_and_search)


@pytest.fixture(scope="module")
def ladder(against):
    return Ladder(study_of(planted()), "Taser used", "Black", against)


def _rung(ladder, name):
    found = [row for row in ladder.rungs() if row.series_id.endswith(f"/{name}")]
    assert len(found) == 1
    return found[0]


def _numbers(ladder):
    reports = ladder.study.records.reports
    used = reports.index.isin(ladder.study.records.ced["row"])
    return [
        int((which & (reports["ethnicity"] == group)).sum())
        for group in ("Black", "White")
        for which in (used, np.ones(len(reports), bool))
    ]


def test_per_resident_is_reports_over_residents_of_the_census(ladder):
    used, _, others, _ = _numbers(ladder)
    rung = _rung(ladder, "census-2021")
    # Cambridgeshire, Census 2021 (data/published/census-2021-ethnicity)
    assert rung.value == pytest.approx(used / 18496 / (others / 763744), rel=1e-9)
    assert [count.unit for count in rung.counts] == ["report", "person", "report", "person"]
    assert rung.lower < rung.value < rung.upper


def test_per_report_is_the_ratio_of_shares_by_incident(ladder):
    used, black, others, white = _numbers(ladder)
    rung = _rung(ladder, "per-report")
    assert rung.value == pytest.approx(used / black / (others / white))
    reports = ladder.study.records.reports
    event = pd.Series(reports.index.isin(ladder.study.records.ced["row"]), index=reports.index)
    groups = [reports["ethnicity"] == group for group in ("Black", "White")]
    found = ratio_of_shares(event, *groups, ladder.study.incidents["within 30 minutes"], 0.95)
    assert (rung.lower, rung.upper) == pytest.approx((found.lower, found.upper))


def test_within_the_stage_uses_are_the_base(ladder):
    rung = _rung(ladder, "discharged-given-used")
    used, _, others, _ = _numbers(ladder)
    assert [count.value for count in rung.counts][1::2] == [used, others]


@pytest.mark.parametrize("outcome", ["Taser discharged", "subject injured", "ground restraint"])
def test_only_uses_of_a_ced_have_the_stage_of_discharge_below_them(against, outcome):
    rungs = Ladder(study_of(planted()), outcome, "Black", against).rungs()
    assert not [row for row in rungs if "discharged-given-used" in row.series_id]


def test_without_a_file_of_arrests_the_rung_says_so(ladder):
    assert _rung(ladder, "per-arrest").reason == "no file of arrests was given for this audit"
    search = "no file of stop and searches was given for this audit"
    assert _rung(ladder, "per-stop-and-search").reason == search


def test_arrests_of_the_period_are_a_base(against):
    rows = [("2017-Q2", "Cambridgeshire", group, number, "Made up")
            for group, number in (("White", "1000"), ("Black", "100"))]  # fmt: skip
    columns = ["period", "area", "group", "number", "printed_in"]
    frame = pd.DataFrame(rows, columns=columns)
    arrests = clean(frame, "arrests", "arrests.csv", Ledger(), "arrests")
    ladder = Ladder(study_of(planted()), "Taser used", "Black",
                    Against(against.censuses, arrests, against.searches))  # fmt: skip
    used, _, others, _ = _numbers(ladder)
    assert _rung(ladder, "per-arrest").value == pytest.approx(used / 100 / (others / 1000))


def test_limits_put_all_not_known_to_one_group_then_to_the_other(ladder):
    reports = ladder.study.records.reports
    used = reports.index.isin(ladder.study.records.ced["row"])
    unknown = (reports["ethnicity"] == "Not reported").to_numpy()
    more, extra = int((used & unknown).sum()), int(unknown.sum())
    a, n, b, m = _numbers(ladder)
    found = {row.series_id.split("/black-to-white/")[1]: row.value for row in ladder.limits()}
    assert found["per-report/all-not-known-to-group"] == pytest.approx(
        (a + more) / (n + extra) / (b / m)
    )
    assert found["per-report/all-not-known-to-reference"] == pytest.approx(
        a / n / ((b + more) / (m + extra))
    )
    assert found["census-2021/all-not-known-to-group"] == pytest.approx(
        (a + more) / 18496 / (b / 763744)
    )
    shown = {row.series_id.split("/black-to-white/")[1]: row for row in ladder.limits()}
    row = shown["per-report/all-not-known-to-group"]
    assert row.basis.format(*(f"{count.value:.0f}" for count in row.counts)) == (
        f"{a} + {more} of {n} + {extra} against {b} of {m}"
    )
    assert row.lower is None
    row = shown["census-2021/all-not-known-to-reference"]
    assert row.basis.format(*(f"{count.value:.0f}" for count in row.counts)) == (
        f"{a} per 18496 against {b} + {more} per 763744"
    )
    assert shown["per-report/all-not-known-to-group"].method == "one of two allocations"
    assert row.method == "missing-data limit"
    limits = {name for name, row in shown.items() if MISSING_ONLY in row.caveats}
    assert limits == {name for name in shown if name.startswith("census")} | {
        "per-report/lowest", "per-report/highest",
    }  # fmt: skip
    assert {name for name, row in shown.items() if ALLOCATION in row.caveats} == {*shown} - limits
    adjusted = _rung(ladder, "adjusted").value
    assert found["adjusted/all-not-known-to-group"] != pytest.approx(adjusted)


def test_odds_say_that_they_are_no_shares(ladder):
    rows = [row for row in (*ladder.rungs(), *ladder.limits()) if row.unit == "odds ratio"]
    assert len(rows) == 3
    assert all("odds, not shares" in row.label for row in rows)


def test_no_allocation_of_the_not_known_goes_beyond_the_worst(ladder):
    a, n, b, m = _numbers(ladder)
    found = {row.series_id.split("/")[-1]: row for row in ladder.limits()}
    events, reports = (found["lowest"].counts[place].value for place in (4, 5))
    lowest = a / (n + reports - events) / ((b + events) / (m + events))
    highest = (a + events) / (n + events) / (b / (m + reports - events))
    assert found["lowest"].value == pytest.approx(lowest)
    assert found["highest"].value == pytest.approx(highest)
    assert events and reports


def test_too_few_shows_the_numbers_on_every_rung_and_no_ratio(against):
    reports = [*[{"ced": ["CED drawn"]}] * 13, *[{}] * 137,
               *[{"ethnicity": "Black", "ced": ["CED drawn"]}] * 3,
               *[{"ethnicity": "Black"}] * 18]  # fmt: skip
    ladder = Ladder(study_of(records_of(*reports)), "Taser used", "Black", against)
    rung = _rung(ladder, "per-report")
    assert (rung.status, rung.value) == (TOO_FEW, None)
    assert [count.value for count in rung.counts] == [3, 21, 13, 150]
    assert not any(row.available for row in (*ladder.rungs(), *ladder.limits()))


@pytest.mark.parametrize("given", [{"absent": ("ethnicity",)}, {"absent": ("tactic 1",)}, {}])
def test_nothing_to_count_leaves_every_rung_without_a_value(against, given):
    ladder = Ladder(study_of(records_of(*[{}] * 30, **given)), "Taser used", "Black", against)
    assert not any(row.available for row in (*ladder.rungs(), *ladder.limits()))


def test_a_place_without_residents_has_no_rate_per_resident(against):
    records = records_of(*[{}] * 5, area="City of London")
    ladder = Ladder(study_of(records), "Taser used", "Black", against)
    assert "few people live in the City" in _rung(ladder, "census-2021").reason


# within districts
def test_the_ratio_within_districts_is_that_of_the_hierarchical_model():
    study = study_of(planted())
    reports = study.records.reports
    used = reports.index.isin(study.records.ced["row"])
    groups = ("White", "Black", "Asian", "Mixed")
    cells = [
        [(reports["district"] == one) & (reports["ethnicity"] == group) for group in groups]
        for one in DISTRICTS
    ]
    base = np.array([[cell.sum() for cell in row] for row in cells], float)
    events = np.array([[(cell & used).sum() for cell in row] for row in cells], float)
    fit = fit_hierarchical(events, base)
    value, lower, upper = fit.ratio(1, 0, 0.95, clustered=False)
    rows = within_districts(study, "Taser used")
    found = rows.one("regression/taser-used/within-districts/black-to-white")
    assert found.value == pytest.approx(value, rel=1e-6)
    sizes = study.incidents["within 30 minutes"].value_counts()
    effect = (sizes**2).sum() / sizes.sum()
    assert effect > 1.5
    wider = np.log(found.upper / found.lower) / np.log(upper / lower)
    assert wider == pytest.approx(np.sqrt(effect))
    spread = rows.one("regression/taser-used/within-districts/spread")
    assert spread.value == pytest.approx(fit.sigma, abs=1e-6)


def test_a_group_of_few_events_has_no_ratio_within_districts():
    rows = within_districts(study_of(planted()), "Taser used")
    found = rows.one("regression/taser-used/within-districts/other-to-white")
    assert found.status == TOO_FEW
    assert [count.value for count in found.counts][:2] == [0, 0]


@pytest.mark.parametrize(
    ("reports", "given", "reason"),
    [
        ([{}] * 20, {}, "no report, or every report, has it"),
        ([], {}, "no report can tell"),
        ([{"ced": ["CED drawn"]}, {}], {"absent": ("district",)}, "no column for district"),
        ([{"ced": ["CED drawn"]}, {}] * 20, {}, "fewer than two districts"),
        ([{"ced": ["CED drawn"], "district": ""}, {"district": ""}] * 20, {}, "two districts"),
    ],
)
def test_districts_that_cannot_be_compared_are_said(reports, given, reason):
    rows = within_districts(study_of(records_of(*reports, **given)), "Taser used")
    assert len(rows) == 5
    assert all(reason in row.reason for row in rows)
