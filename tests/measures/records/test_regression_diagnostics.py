"""Diagnostics of the main fit as findings: which numbers go in, and when there are none."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.findings import TOO_FEW
from analysis.measures.records.regression_diagnostics import OUTSIDE, diagnostics
from analysis.models.diagnostics import link_test
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


def test_a_penalised_fit_has_diagnostics_too():
    study = study_of(planted(140))
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
