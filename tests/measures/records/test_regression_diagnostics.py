"""Diagnostics of the main fit as findings: which numbers go in, and when there are none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.findings import TOO_FEW
from analysis.measures.records import regression_diagnostics as module
from analysis.measures.records.regression_diagnostics import (
    NO_BETTER,
    OUTSIDE,
    UNSETTLED,
    calibration,
    diagnostics,
)
from analysis.measures.records.regression_overview import odds_ratio
from analysis.models.diagnostics import Calibration, link_test
from analysis.rows import rows_of
from tests.measures.records.regression_by_hand import planted, study_of
from tests.records_by_hand import records_of


@pytest.fixture(scope="module")
def study():
    return study_of(planted())


@pytest.fixture(scope="module")
def rows(study):
    return {row.label: row for row in diagnostics(study, "Taser used", "Black", 1)}


@pytest.fixture(scope="module")
def on_raw_reports(study):
    """statsmodels' logit on a row for each report, with the factors of the main fit."""
    drawn = study.sample("Taser used", study.main("Taser used"))
    design = pd.get_dummies(drawn.factors, drop_first=True, dtype=float)
    return sm.Logit(drawn.event.astype(float), sm.add_constant(design)).fit(disp=False)


def test_the_size_of_the_fit_is_that_of_the_records(study, rows):
    sizes = study.incidents["within 30 minutes"].value_counts()
    assert rows["Reports"].value == len(study.records)
    assert rows["Incidents"].value == len(sizes)
    assert rows["Largest incident"].value == sizes.max()


def test_sizes_rest_on_counts_and_what_else_there_is_on_the_ratio(study, rows):
    for label in ("Reports", "Incidents", "Largest incident"):
        (count,) = rows[label].counts
        assert count.value == rows[label].value
    largest = rows_of(rows["Largest incident"].counts[0].rows)
    sizes = study.incidents["within 30 minutes"].value_counts()
    assert len(largest) == sizes.max()
    assert study.incidents["within 30 minutes"][largest].nunique() == 1
    ratio = odds_ratio(study, study.estimate("Taser used", "Black"))
    used = study.records.reports.index.isin(study.records.ced["row"]).sum()
    assert rows["Brier score"].findings == (ratio.id,)
    assert [count.value for count in rows["Brier score"].counts] == [used, len(study.records)]


def test_events_per_coefficient_leaves_the_intercept_out(study, rows, on_raw_reports):
    used = study.records.reports.index.isin(study.records.ced["row"]).sum()
    coefficients = len(on_raw_reports.params) - 1
    assert rows["Events per coefficient"].value == pytest.approx(used / coefficients)


def test_brier_is_the_mean_squared_error_of_single_reports(rows, on_raw_reports):
    errors = on_raw_reports.model.endog - on_raw_reports.predict()
    assert rows["Brier score"].value == pytest.approx((errors**2).mean(), rel=1e-7)
    share = on_raw_reports.model.endog.mean()
    scaled = 1 - (errors**2).mean() / (share * (1 - share))
    assert rows["Scaled Brier score"].value == pytest.approx(scaled, rel=1e-6)


def test_the_link_test_is_the_square_of_the_log_odds(study, rows, on_raw_reports):
    linear = on_raw_reports.fittedvalues
    columns = np.column_stack([np.ones(len(linear)), linear, linear**2])
    found = sm.Logit(on_raw_reports.model.endog, columns).fit(disp=False)
    assert rows["Link test"].value == pytest.approx(found.params[2], abs=1e-6)
    model = study.estimate("Taser used", "Black").model
    error = link_test(model.patterns, model.fit.probabilities).errors[2]
    lower, upper = rows["Link test"].lower, rows["Link test"].upper
    assert (lower, upper) == pytest.approx(
        (found.params[2] - 1.959964 * error, found.params[2] + 1.959964 * error), abs=1e-5
    )


def test_inflation_is_from_the_covariance_of_the_coefficients(rows, on_raw_reports):
    covariance = on_raw_reports.cov_params()
    names = [name for name in covariance if name != "const"]
    own = [name for name in names if name.startswith("ethnicity")]
    rest = [name for name in names if name not in own]

    def volume(among):
        part = covariance.loc[among, among].to_numpy()
        scale = np.sqrt(np.diag(part))
        return np.linalg.det(part / np.outer(scale, scale))

    gvif = volume(own) * volume(rest) / volume(names)
    expected = gvif ** (1 / (2 * len(own)))
    assert rows["Generalised VIF, ethnicity"].value == pytest.approx(expected, rel=1e-6)


def test_the_same_seed_deals_the_same_folds(study, rows):
    again, other = (
        {row.label: row for row in diagnostics(study, "Taser used", "Black", seed)}
        for seed in (1, 2)
    )
    assert again["Calibration slope"].value == rows["Calibration slope"].value
    assert other["Calibration slope"].value != rows["Calibration slope"].value


def test_a_breach_of_a_rule_of_thumb_is_remarked_on(rows):
    """Little but ethnic group is planted, so predictions from all factors are too extreme."""
    slope = rows["Calibration slope"]
    assert slope.value < 0.9
    assert any(caveat.startswith(OUTSIDE[:20]) for caveat in slope.caveats)
    assert not [one for one in rows["Generalised VIF, ethnicity"].caveats if "outside" in one]


def _with(monkeypatch, **given):
    """The calibration slope of a study where cross-validation gives these numbers."""
    numbers = {"intercept": 0, "slope": 1, "slope_error": 0.1, "certain": 0, "wrong": 0,
               "unknown": 0} | given  # fmt: skip
    monkeypatch.setattr(module.measured, "cross_validated_calibration",
                        lambda *_: Calibration(**numbers))  # fmt: skip
    return calibration(diagnostics(study_of(planted()), "Taser used", "Black", 1))


def test_the_slope_can_be_told_beside_the_ratio(rows, study):
    found = calibration(diagnostics(study, "Taser used", "Black", 1))
    assert found == rows["Calibration slope"]


@pytest.mark.parametrize(
    ("slope", "error", "is_said"),
    [(0.19, 0.1, True), (0.21, 0.1, False), (-0.5, 0.1, True), (0.9, 0.5, True)],
)
def test_a_slope_whose_interval_holds_nought_is_put_in_words(monkeypatch, slope, error, is_said):
    found = _with(monkeypatch, slope=slope, slope_error=error)
    assert (NO_BETTER in found.caveats) == is_said


def test_held_out_reports_that_no_slope_takes_in_are_told(monkeypatch):
    found = _with(monkeypatch, certain=9, wrong=3, unknown=4)
    said = " ".join(found.caveats)
    assert "9 reports" in said and "3 of them wrongly" in said
    assert "4 reports of incidents left out could not be predicted" in said
    assert found.caveats and not _with(monkeypatch).caveats


def test_a_fold_that_does_not_settle_is_a_reason(monkeypatch, study):
    true = module.fit_logit
    monkeypatch.setattr(module, "fit_logit", lambda one: replace(true(one), converged=False))
    found = calibration(diagnostics(study, "Taser used", "Black", 1))
    assert not found.available and found.reason == UNSETTLED


def test_a_penalised_fit_has_diagnostics_too():
    study = study_of(planted(130))
    found = {row.label: row for row in diagnostics(study, "Taser used", "Black", 1)}
    model = study.estimate("Taser used", "Black").model
    assert model.penalty("Black")
    chance, outcome = model.penalised.probabilities, model.patterns
    mean = outcome.events * (1 - chance) ** 2 + (outcome.trials - outcome.events) * chance**2
    assert found["Brier score"].value == pytest.approx(mean.sum() / outcome.trials.sum(), rel=1e-8)


def test_without_a_ratio_every_diagnostic_says_why():
    rows = diagnostics(study_of(records_of(*[{"ced": ["CED drawn"]}] * 20, *[{}] * 20)),
                       "Taser used", "Black", 1)  # fmt: skip
    assert len(rows) == 10
    assert {row.status for row in rows} == {TOO_FEW}
    nothing = diagnostics(study_of(records_of()), "Taser used", "Black", 1)
    assert {row.reason for row in nothing} == {"no report can tell of the outcome"}


def test_what_a_diagnostic_refuses_is_its_reason():
    """Ethnic group alone: no other factor that it could be tied to."""
    reports = [{"ethnicity": group, "ced": ["CED drawn"] if place % 3 == 0 else [],
                "date": f"2017-04-{1 + place % 28:02d}", "time": f"{place % 24:02d}:00"}
               for group in ("White", "Black") for place in range(90)]  # fmt: skip
    rows = {row.label: row for row in diagnostics(study_of(records_of(*reports)), "Taser used",
                                                  "Black", 1)}  # fmt: skip
    assert "one term has no other" in rows["Generalised VIF, ethnicity"].reason
    assert rows["Brier score"].available
