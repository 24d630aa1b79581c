"""Districts of which few have the outcome, and a spread of nought, in findings."""

import pytest

from analysis.findings import NOT_AVAILABLE, TOO_FEW
from analysis.measures.records.regression_districts import (
    COMMON_OUTCOME,
    NO_SPREAD,
    NO_UPPER_LIMIT,
    TOO_FEW_DISTRICTS,
    within_districts,
)
from tests.measures.records.regression_by_hand import study_of
from tests.records_by_hand import records_of

SPREAD = "regression/taser-used/within-districts/spread"
RATIO = "regression/taser-used/within-districts/black-to-white"


def made_up(*districts):
    """Reports of a White and of a Black group in each district: reports of each, and uses."""
    reports = []
    for place, (count, used) in enumerate(districts):
        for group in ("White", "Black"):
            for one in range(count):
                reports.append({
                    "district": f"District {place}", "ethnicity": group,
                    "ced": ["CED drawn"] if one < used else [],
                    "date": f"2017-04-{1 + one % 28:02d}", "time": f"{one % 24:02d}:00",
                })  # fmt: skip
    return within_districts(study_of(records_of(*reports)), "Taser used")


@pytest.mark.parametrize(
    "districts",
    [[(60, 20), (60, 0)], [(60, 20), (60, 1)], [(60, 20), (60, 5), (60, 0), (60, 0)]],
)
def test_fewer_than_three_districts_with_the_outcome_are_too_few(districts):
    rows = made_up(*districts)
    assert len(rows) == 5
    assert {(row.status, row.reason) for row in rows} == {(NOT_AVAILABLE, TOO_FEW_DISTRICTS)}


def test_a_district_without_the_outcome_stays_beside_three_that_have_it():
    rows = made_up((60, 20), (60, 0), (60, 12), (60, 9))
    assert rows.one(RATIO).value == pytest.approx(1)
    spread = rows.one(SPREAD)
    assert 0.3 < spread.value < spread.upper < 10


def test_no_upper_limit_to_the_spread_is_said():
    rows = made_up((30, 29), (300, 0), (300, 0), (30, 30), (300, 0), (300, 0), (300, 1))
    assert (rows.one(SPREAD).status, rows.one(SPREAD).reason) == (TOO_FEW, NO_UPPER_LIMIT)
    assert rows.one(RATIO).available


def test_nought_says_what_its_limits_allow_and_nothing_of_chance():
    spread = made_up((100, 10), (100, 10), (100, 10)).one(SPREAD)
    assert spread.value == 0 < spread.upper and NO_SPREAD in spread.caveats
    assert not any("chance" in caveat for caveat in spread.caveats)


@pytest.mark.parametrize(("used", "is_said"), [(14, False), (15, True), (60, True)])
def test_of_a_common_outcome_it_is_said_that_the_poisson_is_too_cautious(used, is_said):
    spread = made_up((100, used), (100, used), (100, used)).one(SPREAD)
    assert (COMMON_OUTCOME in spread.caveats) == is_said
