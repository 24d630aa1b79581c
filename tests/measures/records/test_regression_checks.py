"""E-values and diagnostics of the regression, as findings."""

from math import sqrt

import pytest

from analysis.findings import TOO_FEW, Finding, Findings
from analysis.measures.records.regression_checks import ROOT, e_values, held_out
from tests.measures.records.regression_by_hand import planted, study_of
from tests.records_by_hand import records_of


@pytest.fixture(scope="module")
def study():
    return study_of(planted())


def test_the_e_value_of_a_common_outcome_is_that_of_the_root_of_the_odds_ratio(study):
    """CED use is in a fifth of these reports."""
    made = study.estimate("Taser used", "Black")
    share = study.sample("Taser used", study.main("Taser used")).event.mean()
    assert 0.2 < share < 0.25
    rows = e_values(study, "Taser used", "Black")
    root, limit = sqrt(made.value), sqrt(made.lower)
    found = rows.one("regression/taser-used/black-to-white/e-value")
    assert found.value == pytest.approx(root + sqrt(root * (root - 1)), rel=1e-8)
    assert ROOT in found.caveats
    found = rows.one("regression/taser-used/black-to-white/e-value-of-the-limit")
    assert found.value == pytest.approx(limit + sqrt(limit * (limit - 1)), rel=1e-8)


def test_an_interval_that_holds_one_has_a_limit_of_one_and_no_root_for_a_rare_outcome(study):
    made = study.estimate("subject injured", "Black")
    assert made.lower < 1 < made.upper
    rows = e_values(study, "Taser used", "Black")
    away = max(made.value, 1 / made.value)
    found = rows.one("regression/subject-injured/black-to-white/e-value")
    assert found.value == pytest.approx(away + sqrt(away * (away - 1)), rel=1e-8)
    assert ROOT not in found.caveats
    assert rows.one("regression/subject-injured/black-to-white/e-value-of-the-limit").value == 1


def test_what_has_no_ratio_is_left_out_but_for_the_pair_chosen():
    rows = e_values(study_of(records_of(*[{"ced": ["CED drawn"]}] * 20, *[{}] * 20)),
                    "Taser used", "Black")  # fmt: skip
    assert [row.status for row in rows] == [TOO_FEW, TOO_FEW]


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [(-0.2, 0.9, "no better than chance would"), (0.1, 0.9, "better than chance would")],
)
def test_a_slope_whose_interval_holds_nought_is_no_better_than_chance(study, lower, upper, words):
    slope = Finding("some/fit/calibration-slope", "Calibration slope", "statistic", unit="",
                    form="number:2", value=0.5, lower=lower, upper=upper, confidence=0.95,
                    **study.records.place)  # fmt: skip
    found = held_out(Findings((slope,)))
    assert (found.text(), found.findings) == (words, (slope.id,))


def test_without_a_slope_nothing_is_said_of_held_out_reports(study):
    slope = Finding("some/fit/calibration-slope", "Calibration slope", "statistic", unit="",
                    status=TOO_FEW, reason="few", **study.records.place)  # fmt: skip
    assert held_out(Findings((slope,))).reason == "few"
