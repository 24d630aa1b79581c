"""Firth's logit against brglm2 and firthmodels (tests/expected/README.md), and by what it is."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.models.firth import fit_firth, profile_limits, worst_design_effect
from tests.models.expected import number, rows

COLUMNS = {
    "endometrial": ("(Intercept)", "NV", "PI", "EH"),
    "patterns": ("(Intercept)", "black", "asian", "night", "armed"),
}


def expected_data(name):
    """Design, trials and events of the data of an expected table."""
    table = rows(f"firth_{name}.csv")
    covariates = np.array([number(row, *COLUMNS[name][1:]) for row in table])
    ends = ("trials", "events") if name == "patterns" else ("HG",)
    counts = np.array([number(row, *ends) for row in table]).T
    trials, events = counts if name == "patterns" else (np.ones(len(table)), counts[0])
    return np.column_stack([np.ones(len(table)), covariates]), trials, events


@pytest.fixture(scope="module")
def fitted():
    return {name: fit_firth(*expected_data(name)) for name in COLUMNS}


@pytest.mark.parametrize("row", rows("firth_estimates.csv"), ids=lambda row: row["column"])
def test_estimates_as_brglm2_gives_them(fitted, row):
    fit, place = fitted[row["data"]], COLUMNS[row["data"]].index(row["column"])
    estimate, error = number(row, "estimate", "se")
    assert fit.coefficients[place] == pytest.approx(estimate, rel=1e-8)
    assert sqrt(fit.covariance[place, place]) == pytest.approx(error, rel=1e-8)


@pytest.mark.parametrize("row", rows("firth_limits.csv"), ids=lambda row: row["column"])
def test_profile_limits_as_firthmodels_gives_them(fitted, row):
    place = COLUMNS[row["data"]].index(row["column"])
    found = profile_limits(fitted[row["data"]], place, *number(row, "confidence", "design_effect"))
    assert found == pytest.approx(number(row, "lower", "upper"), rel=1e-6)


def test_a_table_of_two_by_two_is_fitted_as_if_half_a_report_stood_in_each_cell():
    # Haldane 1956 and Anscombe 1956: log of (0.5 / 22.5) over (7.5 / 356.5)
    fit = fit_firth(np.array([[1, 0], [1, 1]]), np.array([363, 22]), np.array([7, 0]))
    assert fit.coefficients == pytest.approx([log(7.5 / 356.5), log(0.5 * 356.5 / (22.5 * 7.5))])
    assert fit.probabilities == pytest.approx([7.5 / 364, 0.5 / 23])
    assert fit.leverages == pytest.approx([1, 1])


def test_without_any_event_it_is_finite():
    # a sample of ten without an event: log of 0.5 / 10.5
    fit = fit_firth(np.ones((1, 1)), np.array([10]), np.array([0]))
    assert fit.coefficients == pytest.approx([log(0.5 / 10.5)])
    lower, upper = profile_limits(fit, 0, 0.95)
    assert lower < log(0.5 / 10.5) < upper
    # twice the fall of 0.5 log p + 10.5 log(1 - p), the penalised likelihood in full
    for limit in (lower, upper):
        share = 1 / (1 + np.exp(-limit))
        fallen = [0.5 * log(p) + 10.5 * log(1 - p) for p in (0.5 / 11, share)]
        assert 2 * (fallen[0] - fallen[1]) == pytest.approx(chi2.ppf(0.95, 1), rel=1e-6)


def test_a_limit_beyond_what_is_looked_for_is_infinite():
    fit = fit_firth(np.array([[1, 0], [1, 1]]), np.array([363, 22]), np.array([7, 0]))
    lower, upper = profile_limits(fit, 1, 0.95, 10)
    assert lower == -np.inf and 3 < upper < 10


def test_collapsing_reports_to_patterns_changes_nothing(fitted):
    design, trials, events = expected_data("patterns")
    lines = np.repeat(np.arange(len(trials)), trials.astype(int))
    place = np.concatenate([np.arange(n) for n in trials])
    single = fit_firth(design[lines], np.ones(len(lines)), place < events[lines])
    assert single.coefficients == pytest.approx(fitted["patterns"].coefficients, rel=1e-8)
    assert single.log_likelihood == pytest.approx(fitted["patterns"].log_likelihood, rel=1e-12)


def test_a_pattern_without_reports_counts_for_nothing(fitted):
    design, trials, events = expected_data("patterns")
    more = fit_firth(np.vstack([design, [[1, 1, 1, 0, 0]]]), [*trials, 0], [*events, 0])
    assert more.coefficients == pytest.approx(fitted["patterns"].coefficients, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=6, max_size=6))
def test_swapping_outcome_and_its_absence_turns_every_sign(cells):
    design = np.column_stack([np.ones(6), np.tile([0, 1], 3), np.repeat(np.eye(3), 2, 0)[:, 1:]])
    trials = np.array([n for n, _ in cells])
    events = np.floor(trials * [share for _, share in cells])
    one, other = fit_firth(design, trials, events), fit_firth(design, trials, trials - events)
    assert other.coefficients == pytest.approx(-one.coefficients, abs=1e-7)
    lower, upper = profile_limits(one, 1, 0.9, 1.5)
    assert lower < one.coefficients[1] < upper
    assert profile_limits(other, 1, 0.9, 1.5) == pytest.approx((-upper, -lower), abs=1e-5)


def test_design_effect_by_hand():
    # incidents of 1, 1, 2 and 4 reports: 1 + 1 + 4 + 16 of 8
    assert worst_design_effect(np.array([1, 1, 2, 4])) == pytest.approx(22 / 8)
    assert worst_design_effect(np.ones(9)) == 1


def test_what_cannot_be_fitted_is_refused(fitted):
    with pytest.raises(ValueError, match="2 columns and a rank of 1"):
        fit_firth(np.ones((3, 2)), np.ones(3), np.zeros(3))
    with pytest.raises(ValueError, match="2 columns and a rank of 1"):
        fit_firth(np.array([[1, 0], [1, 1]]), np.array([5, 0]), np.zeros(2))
    with pytest.raises(ValueError, match="between nought and the trials"):
        fit_firth(np.ones((1, 1)), np.array([3]), np.array([4]))
    with pytest.raises(ValueError, match="confidence 95 is not"):
        profile_limits(fitted["patterns"], 1, 95)
    with pytest.raises(ValueError, match="design effect 0.5 is below 1"):
        profile_limits(fitted["patterns"], 1, 0.95, 0.5)
    with pytest.raises(ValueError, match="one report or more"):
        worst_design_effect(np.array([2, 0]))
