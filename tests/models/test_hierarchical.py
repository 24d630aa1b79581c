"""The hierarchical Poisson against lme4 and base R (tests/expected/README.md), and by hand."""

from functools import cache
from itertools import pairwise
from math import exp, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from analysis.models import hierarchical as module
from analysis.models.hierarchical import HierarchicalFit, fit_hierarchical
from tests.models.expected import number, rows

FITS = rows("hierarchical_fits.csv")


def name(row):
    return row["data"]


@cache
def table(data):
    """Areas, groups, events and base of the expected cells of this name."""
    cells = rows("hierarchical_cells.csv", data=data)
    areas = list(dict.fromkeys(row["area"] for row in cells))
    groups = list(dict.fromkeys(row["group"] for row in cells))
    numbers = np.array([number(row, "events", "base") for row in cells])
    return areas, groups, *numbers.reshape(len(areas), len(groups), 2).transpose(2, 0, 1)


@cache
def fitted(data):
    return fit_hierarchical(*table(data)[2:])


@pytest.mark.parametrize("row", FITS, ids=name)
def test_fit_as_r_has_it(row):
    fit = fitted(row["data"])
    assert fit.sigma == pytest.approx(float(row["sigma"]), rel=1e-6)
    assert fit.log_likelihood == pytest.approx(float(row["log_likelihood"]), rel=1e-9)
    assert fit.sigma_limits(0.95) == pytest.approx(
        number(row, "sigma_lower", "sigma_upper"), rel=1e-5
    )
    assert fit.dispersion == pytest.approx(float(row["dispersion"]), rel=1e-6)


@pytest.mark.parametrize("row", FITS, ids=name)
def test_errors_of_the_ratio_of_two_groups_as_r_has_them(row):
    fit = fitted(row["data"])
    log_ratio = fit.alphas[1] - fit.alphas[0]
    for column, clustered in (("ratio_se", False), ("clustered_ratio_se", True)):
        ratio, lower, upper = fit.ratio(1, 0, 0.95, clustered=clustered)
        half = 1.959963985 * float(row[column])
        assert log(ratio) == pytest.approx(log_ratio)
        assert (log(lower), log(upper)) == pytest.approx(
            (log_ratio - half, log_ratio + half), rel=1e-5
        )


@pytest.mark.parametrize(
    "row", rows("hierarchical_groups.csv"), ids=lambda row: f"{row['data']}-{row['group']}"
)
def test_groups_as_r_has_them(row):
    fit, place = fitted(row["data"]), table(row["data"])[1].index(row["group"])
    assert fit.alphas[place] == pytest.approx(float(row["alpha"]), abs=1e-6)
    for column, covariance in (("se", fit.covariance), ("clustered_se", fit.clustered_covariance)):
        assert sqrt(covariance[place, place]) == pytest.approx(float(row[column]), rel=1e-4)


@pytest.mark.parametrize("row", FITS, ids=name)
def test_lme4_agrees_as_far_as_it_settles(row):
    fit = fitted(row["data"])
    assert fit.sigma == pytest.approx(float(row["lme4_sigma"]), rel=1e-3, abs=1e-3)
    for group in rows("hierarchical_groups.csv", data=row["data"]):
        place = table(row["data"])[1].index(group["group"])
        assert fit.alphas[place] == pytest.approx(float(group["lme4_alpha"]), abs=1e-3)
        if group["lme4_se"] != "NA":
            error = sqrt(fit.covariance[place, place])
            assert error == pytest.approx(float(group["lme4_se"]), rel=1e-2)


@pytest.mark.parametrize("row", FITS, ids=name)
def test_effects_of_the_areas_as_r_has_them(row):
    expected = rows("hierarchical_areas.csv", data=row["data"])
    means, deviations = fitted(row["data"]).area_effects
    assert means == pytest.approx([float(area["mean"]) for area in expected], abs=1e-6)
    assert deviations == pytest.approx([float(area["sd"]) for area in expected], abs=1e-6)


def test_at_the_boundary_it_is_a_plain_poisson():
    # made up to vary less than chance: rates are sums over sums, ratios have 1/a + 1/b
    _, _, events, base = table("boundary")
    fit = fitted("boundary")
    assert fit.sigma == 0
    totals = events.sum(axis=0)
    assert fit.alphas == pytest.approx(np.log(totals / base.sum(axis=0)), abs=1e-9)
    assert fit.covariance == pytest.approx(np.diag(1 / totals), rel=1e-8)
    assert fit.sigma_limits(0.95)[0] == 0
    assert not any(effects.any() for effects in fit.area_effects)


def test_cells_and_areas_without_a_base_count_for_nothing():
    _, _, events, base = table("few areas")
    more = fit_hierarchical(np.vstack([events, [0, 0, 0]]), np.vstack([base, [0, 0, 0]]))
    assert more.alphas == pytest.approx(fitted("few areas").alphas, abs=1e-9)
    assert len(more.area_effects[0]) == len(events)


def by_quad(fit, area):
    """Log likelihood of an area by scipy's integrator, without factorials and bases."""
    events, expected = fit.events[area].sum(), (fit.base[area] * np.exp(fit.alphas)).sum()
    cliff = -log(expected) / fit.sigma  # where one event is expected

    def density(z):
        return exp(events * fit.sigma * z - expected * exp(fit.sigma * z) - z * z / 2)

    parts = (-12, *np.clip(cliff + np.array([-4, -1, -0.3, 0, 0.3, 1]), -11, 11), 12)
    area_under = sum(quad(density, *each, epsabs=0, epsrel=1e-12, limit=200)[0]
                     for each in pairwise(parts))  # fmt: skip
    return log(area_under) - log(2 * pi) / 2 + fit.events[area] @ fit.alphas


@pytest.mark.parametrize("sigma", [0.3, 1, 3, 6, 10])
def test_an_area_without_an_event_is_integrated_at_any_deviation(sigma):
    events, base = (
        np.array([[0.0, 0], [2, 1], [1, 4]]),
        np.array([[500.0, 300], [90, 30], [80, 60]]),
    )
    fit = HierarchicalFit(events, base, np.log([0.02, 0.05]), sigma)
    for area in range(3):
        own = HierarchicalFit(events[[area]], base[[area]], fit.alphas, sigma).log_likelihood
        assert own == pytest.approx(by_quad(fit, area), rel=1e-7)


def test_areas_without_an_event_have_limits():
    # two of eight, and a large deviation
    events = np.array([[0, 0], [41, 9], [0, 1], [2, 7], [4, 2], [13, 0], [1, 2], [0, 0]])
    base = np.array([[600, 190], [140, 20], [400, 400], [170, 160], [400, 100], [200, 200],
                     [90, 90], [500, 80]])  # fmt: skip
    fit = fit_hierarchical(events, base)
    lower, upper = fit.sigma_limits(0.95)
    assert 0.5 < lower < fit.sigma < upper < 10
    # both limits are where twice the log likelihood has fallen by the quantile: no slope is left
    for limit in (lower, upper):
        there = module._given(fit, limit)
        assert 2 * (fit.log_likelihood - there.log_likelihood) == pytest.approx(3.841459, abs=1e-5)


@pytest.mark.parametrize("events", [[[0, 0], [2, 1]], [[40, 134], [0, 0]], [[0, 0], [13, 12]]])
def test_two_areas_of_which_one_has_no_event_settle_without_an_upper_limit(events):
    fit = fit_hierarchical(np.array(events), np.full((2, 2), 500))
    assert fit.sigma_limits(0.95)[1] == np.inf


def test_areas_that_differ_without_bound_are_a_named_refusal(monkeypatch):
    monkeypatch.setattr(module, "FARTHEST", 0.5)
    with pytest.raises(module.Unsettled, match="without bound"):
        fit_hierarchical(np.array([[1, 1], [90, 90]]), np.full((2, 2), 500))


def test_equal_areas_by_hand():
    # no difference to find: sigma is at its boundary, and the ratio has 1/a + 1/b
    fit = fit_hierarchical(np.array([[10, 20], [10, 20]]), np.array([[100, 100], [100, 100]]))
    assert fit.sigma == 0
    assert fit.ratio(1, 0, 0.95, clustered=False) == pytest.approx(
        (2, 2 * exp(-1.959964 * sqrt(1 / 20 + 1 / 40)), 2 * exp(1.959964 * sqrt(1 / 20 + 1 / 40)))
    )
    assert fit.dispersion == pytest.approx(0, abs=1e-12)


def test_errors_by_area_widen_where_ratios_differ():
    # ratios of 5 and of 1/5 in equal areas: the model's limits do not see it
    base = np.full((20, 2), 1000.0)
    events = np.tile([[10.0, 50.0], [50.0, 10.0]], (10, 1))
    fit = fit_hierarchical(events, base)
    assert fit.dispersion > 10
    narrow, wide = (fit.ratio(1, 0, 0.95, clustered=which) for which in (False, True))
    assert narrow[0] == wide[0] == pytest.approx(1)
    assert log(wide[2]) > 3 * log(narrow[2])


@st.composite
def tables(draw):
    """Five areas and two groups, each with events; one cell may have no base."""
    areas = 5
    rates = draw(st.lists(st.floats(0.2, 5), min_size=areas, max_size=areas))
    base = np.array(
        draw(st.lists(st.integers(100, 10**5), min_size=2 * areas, max_size=2 * areas)), float
    ).reshape(areas, 2)
    events = np.ceil(base * np.outer(rates, [0.004, 0.01]))
    if draw(st.booleans()):
        base[0, 1] = events[0, 1] = 0
    return events, base


@settings(max_examples=20, deadline=None)
@given(tables())
def test_scores_are_nought_and_effects_shrink(cells):
    events, base = cells
    fit = fit_hierarchical(events, base)
    slopes = fit.scores.sum(axis=0)
    assert slopes[:-1] == pytest.approx(0, abs=1e-6 * events.sum())
    means, _ = fit.area_effects
    expected = (base * np.exp(fit.alphas)).sum(axis=1)
    own = np.log(events.sum(axis=1) / expected)
    assert (np.abs(means) <= np.abs(own) + 0.5 * fit.sigma**2 + 1e-6).all()
    lower, upper = fit.sigma_limits(0.9)
    assert lower <= fit.sigma <= upper


@settings(max_examples=20, deadline=None)
@given(tables(), st.floats(0.01, 100))
def test_the_size_of_the_base_moves_the_level_alone(cells, factor):
    events, base = cells
    one, other = fit_hierarchical(events, base), fit_hierarchical(events, base * factor)
    assert other.alphas == pytest.approx(one.alphas - log(factor), abs=1e-6)
    assert other.sigma == pytest.approx(one.sigma, abs=1e-5)


@pytest.mark.parametrize(
    "events, base, message",
    [
        ([[1, 2]], [[1, 2]], "two areas"),
        ([[1, 0], [2, 0]], [[5, 5], [5, 5]], "an event in each group"),
        ([[1, 1], [2, 1]], [[5, 0], [5, 5]], "events where there is no base"),
        ([[1, -1], [2, 2]], [[5, 5], [5, 5]], "below nought"),
        ([[1, np.nan], [2, 2]], [[5, 5], [5, 5]], "nor missing"),
        ([[1, 1], [2, 2]], [[5, 5]], "must be"),
    ],
)
def test_what_cannot_be_fitted_is_refused(events, base, message):
    with pytest.raises(ValueError, match=message):
        fit_hierarchical(np.array(events), np.array(base))


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_what_is_no_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="is not between 0 and 1"):
        fitted("few areas").ratio(1, 0, confidence, clustered=False)
