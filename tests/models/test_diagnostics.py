"""Diagnostics against car and base R (tests/expected/README.md), statsmodels, and by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.models.diagnostics import (
    CONDITIONS,
    brier,
    calibration,
    cross_validated_calibration,
    dispersion,
    events_per_column,
    generalised_vif,
    link_test,
)
from analysis.models.logit import fit_logit
from analysis.models.patterns import collapse
from tests.models.expected import number, rows

LEVELS = {
    "group": ["White", "Black", "Asian"],
    "age": ["18-34", "11-17", "35-49", "50-64"],
    "place": ["Home", "Street"],
}
VALUES = {row["measure"]: float(row["value"]) for row in rows("diagnostics_values.csv")}


@pytest.fixture(scope="module")
def reports():
    return pd.DataFrame(rows("diagnostics_reports.csv"))


@pytest.fixture(scope="module")
def patterns(reports):
    factors = pd.DataFrame(
        {name: pd.Categorical(reports[name], levels) for name, levels in LEVELS.items()}
    )
    outcome, incidents = reports["outcome"] == "1", reports["incident"].astype(int)
    return collapse(outcome.to_numpy(), factors, incidents.to_numpy())


@pytest.fixture(scope="module")
def fit(patterns):
    return fit_logit(patterns)


def close(value):
    return pytest.approx(value, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("row", rows("diagnostics_vif.csv"), ids=lambda row: row["term"])
def test_generalised_vif_as_car_gives_it(patterns, fit, row):
    found = generalised_vif(fit.model_covariance, patterns.terms).loc[row["term"]]
    assert found.to_list() == close(number(row, "columns", "gvif", "per_column"))


def test_inflation_does_not_hang_on_the_reference(reports):
    factors = pd.DataFrame(
        {name: pd.Categorical(reports[name], levels[::-1]) for name, levels in LEVELS.items()}
    )
    outcome, incidents = reports["outcome"] == "1", reports["incident"].astype(int)
    turned = collapse(outcome.to_numpy(), factors, incidents.to_numpy())
    found = generalised_vif(fit_logit(turned).model_covariance, turned.terms)
    for row in rows("diagnostics_vif.csv"):
        assert found.loc[row["term"], "gvif"] == close(float(row["gvif"]))


def test_inflation_that_cannot_be_had_is_refused(patterns, fit):
    with pytest.raises(ValueError, match="one term has no other"):
        generalised_vif(fit.model_covariance, {"group": slice(1, 3)})
    endless = fit.model_covariance.copy()
    endless[1] = endless[:, 1] = np.nan
    with pytest.raises(ValueError, match="without a finite variance"):
        generalised_vif(endless, patterns.terms)


def test_link_test_as_r_gives_it(patterns, fit):
    found = link_test(patterns, fit.probabilities)
    assert found.clustered
    for place in range(3):
        assert found.coefficients[place] == pytest.approx(VALUES[f"link_{place}"], abs=1e-9)
        assert found.errors[place] == close(VALUES[f"link_{place}_se"])


def test_link_test_finds_the_curve_that_is_there(patterns, fit):
    linear = np.log(fit.probabilities / (1 - fit.probabilities))
    curved = patterns.trials / (1 + np.exp(-(linear + 0.3 * linear**2)))
    found = link_test(replace(patterns, events=curved), fit.probabilities)
    assert found.coefficients == pytest.approx([0, 1, 0.3], abs=1e-8)


def test_link_test_leaves_out_what_is_certain(patterns, fit):
    certain = fit.probabilities.copy()
    certain[:2] = 0, np.nan
    found = link_test(patterns, certain)
    incidents = np.repeat(np.arange(len(patterns.starts) - 1), np.diff(patterns.starts))
    kept = patterns.pattern_of > 1
    chance = certain[patterns.pattern_of[kept]]
    linear = np.log(chance / (1 - chance))
    design = np.column_stack([np.ones(len(linear)), linear, linear**2])
    single = sm.Logit(patterns.outcome_of[kept].astype(float), design)
    by_incident = {"groups": incidents[kept], "use_correction": False}
    other = single.fit(disp=0, tol=1e-12, cov_type="cluster", cov_kwds=by_incident)
    assert found.coefficients == pytest.approx(other.params, abs=1e-8)
    assert found.errors == pytest.approx(other.bse, rel=1e-8)


def test_calibration_as_r_gives_it(patterns, fit):
    log_odds = np.log(fit.probabilities / (1 - fit.probabilities))
    other = 1 / (1 + np.exp(-0.3 - 1.7 * log_odds))
    found = calibration(other, patterns.trials, patterns.events)
    assert found.intercept == close(VALUES["calibration_intercept"])
    assert found.slope == close(VALUES["calibration_slope"])
    assert found.slope_error == close(VALUES["calibration_slope_se"])


def test_calibration_on_the_reports_of_the_fit_says_nothing(patterns, fit):
    found = calibration(fit.probabilities, patterns.trials, patterns.events)
    assert (found.intercept, found.slope) == pytest.approx((0, 1), abs=1e-7)


def test_predictions_that_part_the_outcomes_are_refused():
    with pytest.raises((ValueError, np.linalg.LinAlgError)):
        calibration(np.array([0.2, 0.8]), np.array([5, 5]), np.array([0, 5]))


def test_cross_validation_as_statsmodels_gives_it_on_single_reports(reports, patterns):
    # the incidents in their order, dealt to ten folds by the seed's permutation
    incidents = np.sort(reports["incident"].astype(int).unique())
    order = np.random.default_rng(7).permutation(len(incidents))
    fold_of = dict(zip(incidents[order], np.arange(len(incidents)) % 10, strict=True))
    fold = reports["incident"].astype(int).map(fold_of).to_numpy()
    dummies = [
        (reports[name] == level).to_numpy(float)
        for name, levels in LEVELS.items()
        for level in levels[1:]
    ]
    design = np.column_stack([np.ones(len(reports)), *dummies])
    outcome = (reports["outcome"] == "1").to_numpy(float)
    linear = np.empty(len(reports))
    for one in range(10):
        seen = fold != one
        trained = sm.Logit(outcome[seen], design[seen]).fit(disp=0, tol=1e-12)
        linear[~seen] = design[~seen] @ trained.params
    expected = sm.Logit(outcome, sm.add_constant(linear)).fit(disp=0, tol=1e-12)
    found = cross_validated_calibration(
        patterns, lambda training: fit_logit(training).probabilities, 7
    )
    assert (found.intercept, found.slope) == pytest.approx(tuple(expected.params), rel=1e-6)
    assert found.slope_error == pytest.approx(expected.bse[1], rel=1e-6)
    assert found.slope < 1
    again = cross_validated_calibration(patterns, lambda one: fit_logit(one).probabilities, 8)
    assert again.slope != found.slope


def test_too_few_clusters_for_the_folds_are_refused(patterns):
    few = patterns.among(np.arange(len(patterns.starts) - 1) < 9)
    with pytest.raises(ValueError, match="9 clusters are fewer than 10 folds"):
        cross_validated_calibration(few, lambda one: np.full(len(one.trials), 0.5), 1)


def test_brier_and_dispersion_as_r_gives_them(patterns, fit):
    found = brier(fit.probabilities, patterns.trials, patterns.events)
    assert found.score == close(VALUES["brier"])
    assert found.scaled == close(VALUES["brier_scaled"])
    given = fit.probabilities, patterns.trials, patterns.events
    columns = len(patterns.columns)
    assert dispersion(*given, columns) == close(VALUES["dispersion"])
    assert events_per_column(*given[1:], columns) == close(VALUES["events_per_column"])


def test_brier_by_hand():
    # four reports at 0.25, one with the outcome; two at 1, both; an empty pattern, an unknown one
    chance, trials = np.array([0.25, 1, 0.9, np.nan]), np.array([4, 2, 0, 3])
    events = np.array([1, 2, 0, 3])
    found = brier(chance, trials, events)
    score = (0.75**2 + 3 * 0.25**2) / 6
    assert (found.score, found.scaled) == pytest.approx((score, 1 - score / 0.25))
    with pytest.raises(ValueError, match="all reports have one outcome"):
        brier(np.array([0.5]), np.array([4]), np.array([4]))


def test_dispersion_by_hand():
    # residuals 1 and 2 over deviations 1 and 2, a certain pattern, and one column: X² 2 on 1
    chance, trials = np.array([0.5, 0.5, 1]), np.array([4, 16, 3])
    events = np.array([3, 10, 3])
    assert dispersion(chance, trials, events, 1) == pytest.approx(2)
    assert np.isnan(dispersion(chance, trials, events, 2))


def test_events_of_the_rarer_outcome_count():
    assert events_per_column(np.array([50, 50]), np.array([45, 40]), 4) == 5


@pytest.mark.parametrize(
    "measure, good, bad",
    [
        ("generalised VIF per column", 1.2, 3.2),
        ("events per column", 10, 9.9),
        ("dispersion", 1.1, 1.6),
        ("calibration slope", 0.95, 0.85),
        ("calibration slope", 1.05, 1.15),
    ],
)
def test_conditions(measure, good, bad):
    condition = CONDITIONS[measure]
    assert condition.holds(good) and not condition.holds(bad) and not condition.holds(float("nan"))


def test_reports_that_calibration_cannot_take_in_are_counted():
    """Of 20 at 0.2 and 0.8 a slope; 5 at 0 of which 2 have it, 4 at 1 of which 1 has not, 3 nan."""
    chance = np.array([0.2, 0.8, 0, 1, np.nan, 0])
    trials, events = np.array([10, 10, 5, 4, 3, 0]), np.array([2, 8, 2, 3, 1, 0])
    found = calibration(chance, trials, events)
    assert (found.certain, found.wrong, found.unknown) == (9, 3, 3)
    assert (found.intercept, found.slope) == pytest.approx((0, 1), abs=1e-9)


def test_a_fit_without_certain_reports_leaves_none_out(patterns, fit):
    found = calibration(fit.probabilities, patterns.trials, patterns.events)
    assert (found.certain, found.wrong, found.unknown) == (0, 0, 0)
