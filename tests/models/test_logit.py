"""The logit against R's glm and sandwich (tests/expected/README.md), and statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.errors import Refused
from analysis.models.logit import fit_logit
from analysis.models.patterns import collapse
from tests.models.expected import number, rows
from tests.models.made_up_reports import drawn, reports, table


def errors(covariance):
    return np.sqrt(np.diag(covariance))


def r_rows(case):
    return {row["column"]: row for row in rows("logit.csv", case=case)}


def assert_as_r(fit, expected, columns):
    """Coefficients and both errors of these columns, by the twelve digits that R writes."""
    for column in columns:
        place = fit.columns.index(column)
        coefficient, model, clustered = number(
            expected[column], "coefficient", "model_se", "clustered_se"
        )
        # absolute for coefficients: one is near nought, and glm stops at 1e-15 of the deviance
        assert fit.coefficients[place] == pytest.approx(coefficient, rel=1e-9, abs=1e-11)
        assert errors(fit.model_covariance)[place] == pytest.approx(model, rel=1e-9)
        assert errors(fit.clustered_covariance)[place] == pytest.approx(clustered, rel=1e-9)


def test_the_fit_as_r_gives_it():
    fit = fit_logit(collapse(*reports()))
    expected = r_rows("all")
    assert fit.columns == tuple(expected)
    assert_as_r(fit, expected, fit.columns)
    assert fit.log_likelihood == pytest.approx(
        float(expected["intercept"]["log_likelihood"]), rel=1e-11
    )
    assert fit.converged and fit.separated == ()


def by_statsmodels(outcome, factors, clusters):
    design = pd.get_dummies(factors, drop_first=True, dtype=float)
    design.insert(0, "intercept", 1.0)
    return sm.Logit(outcome.astype(float), design).fit(
        method="newton", tol=1e-14, disp=0, cov_type="cluster", cov_kwds={"groups": clusters}
    )


def test_the_fit_as_statsmodels_gives_it_on_single_reports():
    given_reports = reports()
    ours, theirs = fit_logit(collapse(*given_reports)), by_statsmodels(*given_reports)
    assert ours.coefficients == pytest.approx(theirs.params.to_numpy(), abs=1e-10)
    assert ours.clustered_covariance == pytest.approx(theirs.cov_params().to_numpy(), rel=1e-8)
    hessian = theirs.model.hessian(theirs.params)
    assert ours.model_covariance == pytest.approx(-np.linalg.inv(hessian), rel=1e-8)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-12)
    factors = given_reports[1]
    groups = pd.Series(theirs.predict()).groupby([factors[name] for name in factors], observed=True)
    assert ours.probabilities == pytest.approx(groups.first().to_numpy(), abs=1e-10)


@given(drawn(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_row_order_and_cluster_labels_do_not_matter(given_reports, random):
    outcome, factors, clusters = given_reports
    one = fit_logit(collapse(outcome, factors, clusters))
    order = list(range(len(outcome)))
    random.shuffle(order)
    labels = list(range(50, 63))
    random.shuffle(labels)
    renamed = np.array(labels)[clusters]
    other = fit_logit(collapse(outcome[order], factors.iloc[order], renamed[order]))
    assert one.separated == other.separated
    assert other.coefficients == pytest.approx(one.coefficients, nan_ok=True, abs=1e-9)
    if len(set(clusters.tolist())) > 1:
        assert other.clustered_covariance == pytest.approx(
            one.clustered_covariance, nan_ok=True, rel=1e-6, abs=1e-9
        )


def made_all(outcome, factors, name, level, value):
    """The outcome with one value in a level."""
    return np.where(factors[name] == level, value, outcome).astype(bool)


@pytest.mark.parametrize("value", [False, True])
def test_a_level_that_is_predicted_with_certainty(value):
    outcome, factors, clusters = reports()
    outcome = made_all(outcome, factors, "ethnicity", "Other", value)
    found = collapse(outcome, factors, clusters)
    fit = fit_logit(found)
    assert fit.separated == ("ethnicity: Other",) and fit.converged
    expected = r_rows("without ethnicity Other")
    assert_as_r(fit, expected, expected)
    assert fit.log_likelihood == pytest.approx(
        float(expected["intercept"]["log_likelihood"]), rel=1e-11
    )
    place = fit.columns.index("ethnicity: Other")
    assert np.isnan(fit.coefficients[place])
    for covariance in (fit.model_covariance, fit.clustered_covariance):
        blank = np.isnan(covariance)
        assert blank[place].all() and blank[:, place].all() and blank.sum() == 2 * len(blank) - 1
    assert np.array_equal(fit.certain, found.codes[:, 0] == 4)
    assert set(fit.probabilities[fit.certain].tolist()) == {float(value)}


def test_a_reference_that_is_predicted_takes_its_factor_and_the_intercept_with_it():
    outcome, factors, clusters = reports()
    outcome = made_all(outcome, factors, "gender", "Male", False)
    fit = fit_logit(collapse(outcome, factors, clusters))
    assert fit.separated == ("intercept", "gender: Female", "gender: Other")
    expected = r_rows("without gender Male")
    others = [name for name in expected if name not in ("intercept", "gender: Other")]
    assert_as_r(fit, expected, others)


def test_a_separation_that_no_level_shows_alone():
    # events only where both are "yes", or neither is: no level is all or none
    one = ["no"] * 4 + ["yes"] * 4
    other = ["no", "no", "yes", "yes", "no", "no", "yes", "yes"]
    outcome = np.array([False, False, False, True, False, True, True, True])
    factors = table(one=one, other=other)
    fit = fit_logit(collapse(outcome, factors, np.arange(8)))
    assert fit.separated == ("intercept", "one: yes", "other: yes")
    assert fit.certain.tolist() == [True, False, False, True]
    assert fit.probabilities.tolist() == pytest.approx([0, 0.5, 0.5, 1])


def test_one_cluster_has_no_error_by_cluster():
    outcome, factors, clusters = reports()
    fit = fit_logit(collapse(outcome, factors, np.zeros_like(clusters)))
    assert np.isnan(fit.clustered_covariance).all() and fit.converged
    usual = errors(fit_logit(collapse(outcome, factors, clusters)).model_covariance)
    assert errors(fit.model_covariance) == pytest.approx(usual, rel=1e-12)


@pytest.mark.parametrize("outcome", [[True] * 4, [False] * 4, [True, True, False, False]])
def test_everything_predicted(outcome):
    factors = table(kind=["a", "a", "b", "b"])
    fit = fit_logit(collapse(np.array(outcome), factors, np.arange(4)))
    assert fit.separated == ("intercept", "kind: b")
    assert fit.certain.all() and fit.log_likelihood == 0
    assert fit.probabilities.tolist() == [float(outcome[0]), float(outcome[-1])]
    assert np.isnan(fit.coefficients).all() and np.isnan(fit.clustered_covariance).all()


def separated_by_definition(found):
    """Columns that Konis's linear programme moves when it looks at one pattern and one column."""
    design = found.design
    pure = (found.events == 0) | (found.events == found.trials)
    side = np.where(found.events > 0, 1, -1)
    endless = set()
    for column, name in enumerate(found.columns):
        for sign in (1, -1):
            # a direction with this column at 1 or -1 that contradicts no report
            held = [(None, None)] * design.shape[1]
            held[column] = (sign, sign)
            done = linprog(
                np.zeros(design.shape[1]),
                A_ub=-(design * side[:, None])[pure], b_ub=np.zeros(pure.sum()),
                A_eq=design[~pure] if (~pure).any() else None,
                b_eq=np.zeros((~pure).sum()) if (~pure).any() else None,
                bounds=held,
            )  # fmt: skip
            if done.status == 0:
                endless.add(name)
    return tuple(name for name in found.columns if name in endless)


@given(drawn(most=20))
@settings(max_examples=40, deadline=None)
def test_separation_is_found_column_by_column(given_reports):
    found = collapse(*given_reports)
    assume(np.linalg.matrix_rank(found.design) == len(found.columns))
    fit = fit_logit(found)
    assert fit.separated == separated_by_definition(found)
    assert fit.converged


@given(drawn(most=20))
@settings(max_examples=40, deadline=None)
def test_where_nothing_is_separated_the_fit_is_statsmodels(given_reports):
    outcome, factors, clusters = given_reports
    found = collapse(outcome, factors, clusters)
    assume(np.linalg.matrix_rank(found.design) == len(found.columns))
    fit = fit_logit(found)
    assume(not fit.separated and len(set(clusters.tolist())) > 1)
    theirs = by_statsmodels(outcome, factors, clusters)
    assert fit.coefficients == pytest.approx(theirs.params.to_numpy(), abs=1e-8)
    assert errors(fit.clustered_covariance) == pytest.approx(theirs.bse.to_numpy(), abs=1e-8)


def test_a_pattern_without_reports_has_a_probability():
    outcome, factors, clusters = reports()
    found = collapse(outcome, factors, clusters)
    kept = np.arange(found.clusters) % 2 == 0
    half = fit_logit(found.among(kept))
    named = np.isin(clusters, np.unique(clusters)[kept])
    theirs = by_statsmodels(outcome[named], factors[named], clusters[named])
    assert half.coefficients == pytest.approx(theirs.params.to_numpy(), abs=1e-10)
    assert half.clustered_covariance == pytest.approx(theirs.cov_params().to_numpy(), rel=1e-8)
    assert (found.among(kept).trials == 0).any()
    linear = found.design @ theirs.params.to_numpy()
    assert half.probabilities == pytest.approx(1 / (1 + np.exp(-linear)), abs=1e-10)


def test_a_pattern_without_reports_has_none_where_its_coefficient_is_not_finite():
    # "c" has no event; with "y" it has no report among the first nine clusters
    one = ["a", "a", "a", "a", "b", "b", "b", "b", "c", "c"]
    other = ["x", "x", "y", "y", "x", "x", "y", "y", "x", "y"]
    outcome = np.array([True, False] * 4 + [False, False])
    found = collapse(outcome, table(one=one, other=other), np.arange(10))
    fit = fit_logit(found.among(np.arange(10) < 9))
    assert fit.separated == ("one: c",)
    assert fit.probabilities[-2:].tolist() == pytest.approx([0, np.nan], nan_ok=True)


def test_columns_that_add_up_to_each_other_are_refused():
    factors = table(
        one=["a", "b", "c", "a"], other=["x", "y", "y", "x"], third=["p", "p", "q", "q"]
    )
    with pytest.raises(Refused, match=r"add up to each other \(one: b, one: c, other: y\)"):
        fit_logit(collapse(np.array([True, False, True, False]), factors, np.arange(4)))
