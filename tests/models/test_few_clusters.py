"""Errors for few clusters against clubSandwich and wildboottest, and by what they are.

tests/expected/README.md says how the numbers were made. tests/long/test_coverage.py shows how often
the intervals hold the truth.
"""

from dataclasses import replace
from itertools import product
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.models.few_clusters import (
    DRAWS,
    cr2,
    draws,
    effective_clusters,
    wild_bootstrap,
    wild_limits,
)
from analysis.models.force_counts import ForceCounts, fit
from tests import coverage
from tests.models.expected import number, published, recorded, rows
from tests.models.test_force_counts import ROBUST, data_of, name

WILD = rows("wild_bootstrap.csv")


def close(numbers):
    # R writes twelve digits; clubSandwich takes roots of matrices, which costs one or two
    return pytest.approx(numbers, rel=1e-9, abs=0)


@pytest.mark.parametrize("row", ROBUST, ids=name)
def test_cr2_as_clubsandwich_gives_it(row):
    fitted = fit(data_of(row))
    place, robust = fitted.data.groups.index(row["group"]) - 1, cr2(fitted)
    assert robust.errors[place] == close(float(row["cr2_se"]))
    assert robust.degrees[place] == close(float(row["cr2_df"]))
    lower, upper = robust.limits(fitted.log_ratios, 0.95)
    assert (lower[place], upper[place]) == close(tuple(number(row, "cr2_lower", "cr2_upper")))


@pytest.mark.parametrize("row", rows("not_recorded.csv"), ids=name)
def test_cr2_as_clubsandwich_gives_it_where_cells_are_not_available(row):
    fitted = fit(recorded(row["year"], row["census"]).without(row["without"]))
    place, robust = fitted.data.groups.index(row["group"]) - 1, cr2(fitted)
    assert robust.errors[place] == close(float(row["cr2_se"]))
    assert robust.degrees[place] == close(float(row["cr2_df"]))
    lower, upper = robust.limits(fitted.log_ratios, 0.95)
    assert (lower[place], upper[place]) == close(tuple(number(row, "cr2_lower", "cr2_upper")))
    assert effective_clusters(fitted)[place] == close(float(row["effective_clusters"]))


@pytest.mark.parametrize(
    "row", rows("effective_clusters.csv"), ids=lambda row: f"{row['census']}-{row['group']}"
)
def test_effective_clusters_as_r_gives_them(row):
    fitted = fit(published(row["year"], row["census"]))
    place = fitted.data.groups.index(row["group"]) - 1
    assert effective_clusters(fitted)[place] == close(float(row["effective_clusters"]))


def equal_forces(events):
    """Forces with the same 300 White and 100 Black residents."""
    events = np.array(events, float)
    names = tuple(f"Force {number}" for number in range(len(events)))
    return ForceCounts(names, ("White", "Black"), events, np.tile([300.0, 100.0], (len(events), 1)))


def test_equal_forces_by_hand():
    # Four forces of 10 uses each, 4, 6, 3 and 7 of them on people perceived as White: 20 in all, so
    # the share is 1/2 and the log ratio log(300/100). Scores are 4-5 .. 7-5, squares 1+1+4+4 = 10.
    # Information 10/4 from each force, 10 in all: CR0 is 10/10^2. Each force has a leverage of a
    # quarter, so CR2 is CR0 / (1 - 1/4), the variance of a mean of four on 3 degrees of freedom.
    fitted = fit(equal_forces([[4, 6], [6, 4], [3, 7], [7, 3]]))
    robust = cr2(fitted)
    assert fitted.log_ratios == pytest.approx([log(3)])
    assert robust.errors == pytest.approx([sqrt(10 / 100 / (1 - 1 / 4))])
    assert robust.degrees == pytest.approx([3])
    assert effective_clusters(fitted) == pytest.approx([4])
    # t at 0.975 on 3 degrees of freedom: 3.182446 (printed tables)
    lower, upper = robust.limits(fitted.log_ratios, 0.95)
    half = 3.182446 * sqrt(10 / 75)
    assert (lower[0], upper[0]) == pytest.approx((log(3) - half, log(3) + half), abs=1e-6)


def test_forces_that_are_copies_count_as_they_stand():
    # twice the same force, a force alone: information 2:2:4 of 8, so that Γ is 1/8 and G* is 2.67
    fitted = fit(equal_forces([[5, 5], [5, 5], [10, 10]]))
    assert effective_clusters(fitted) == pytest.approx([3 / (1 + 1 / 8)])


def test_a_cell_that_is_not_available_counts_for_nothing():
    # a group in one force alone, wherever its own ratio lies, tells nothing of the two others
    two = published("2019/20", "2021", ("White", "Black"))
    more = [np.column_stack([one, np.zeros(len(one))]) for one in (two.events, two.residents)]
    more[0][5, 2], more[1][5, 2] = 40, 9000
    three = ForceCounts(two.forces, ("White", "Black", "Asian"), *more)
    one, other = fit(two), fit(three)
    assert other.log_ratios[0] == pytest.approx(one.log_ratios[0], rel=1e-9)
    assert cr2(other).errors[0] == pytest.approx(cr2(one).errors[0], rel=1e-7)
    assert cr2(other).degrees[0] == pytest.approx(cr2(one).degrees[0], rel=1e-7)
    signs = draws(len(two.forces), 1)
    assert wild_bootstrap(three, 0, log(5), signs) == pytest.approx(
        wild_bootstrap(two, 0, log(5), signs), rel=1e-7
    )


# the wild cluster bootstrap
def every_sign(forces):
    """Each pattern of signs once."""
    return np.array(list(product([1.0, -1.0], repeat=forces)))


@pytest.fixture(scope="module")
def eleven():
    """The eleven forces with the most residents, 2019/20, Census 2021 (wild_bootstrap.py)."""
    data = published("2019/20", "2021")
    kept = np.sort(np.argsort(data.residents.sum(axis=1))[-11:])
    assert "Metropolitan Police" in np.array(data.forces)[kept]
    return ForceCounts(
        tuple(np.array(data.forces)[kept]), data.groups, data.events[kept], data.residents[kept]
    )


@pytest.mark.parametrize("row", WILD, ids=lambda row: f"{row['group']}-{row['null_ratio']}")
def test_every_sign_pattern_as_wildboottest_gives_it(eleven, row):
    place = eleven.groups.index(row["group"]) - 1
    signs = every_sign(11)
    assert len(signs) == int(row["draws"])
    statistic, p = wild_bootstrap(eleven, place, float(row["null_coefficient"]), signs)
    # wildboottest's t has the factor of cr1s_se in it, which cancels in p: G = 11, N = 55, p = 15
    factor = 11 * (55 - 1) / ((11 - 1) * (55 - 15))
    assert statistic / sqrt(factor) == close(float(row["t"]))
    assert p == float(row["p_with_ties"])


def test_the_statistic_at_the_estimate_is_nought_and_nothing_is_rejected(eleven):
    estimate = fit(eleven).log_ratios[0]
    statistic, p = wild_bootstrap(eleven, 0, estimate, every_sign(11))
    assert statistic == pytest.approx(0, abs=1e-9)
    assert p >= 1 - 2 / 2**11  # all signs equal give nought too, but for rounding


def test_the_data_as_they_are_count_among_the_patterns(eleven):
    # a p-value of two patterns, as they are and all turned round, is the least that can be had
    assert wild_bootstrap(eleven, 0, 0.0, every_sign(11))[1] == 2 / 2**11


def test_limits_are_where_the_bootstrap_begins_to_reject(eleven):
    # wild_bootstrap.csv: 3 is rejected and 3.5 is not, 5 is not (p 0.0508) and 6 is; for Asian 0.6
    # and 0.7, 0.8 and 0.9
    signs, estimates = every_sign(11), fit(eleven).log_ratios
    for place, (below, low, high, above) in enumerate([(3, 3.5, 5, 6), (0.6, 0.7, 0.8, 0.9)]):
        lower, upper = wild_limits(eleven, place, estimates[place], 0.95, signs)
        assert below < exp(lower) < low and high < exp(upper) < above
        for limit, outward in ((lower, -1), (upper, 1)):
            inside, outside = (
                wild_bootstrap(eleven, place, limit + outward * step, signs)[1]
                for step in (-2e-6, 2e-6)
            )
            assert inside > 0.05 >= outside


def test_two_forces_are_too_few_to_reject_anything():
    # of four patterns two always tie with the data: p is 1/2 or more
    data = equal_forces([[4, 6], [6, 4]])
    assert wild_limits(data, 0, log(3), 0.95, every_sign(2)) == (-np.inf, np.inf)


@st.composite
def tables(draw):
    """Six or seven forces that differ, and three groups, each with events."""
    forces = draw(st.integers(6, 7))
    cells = st.lists(
        st.tuples(st.integers(1, 300), st.integers(100, 10**6)),
        min_size=3 * forces, max_size=3 * forces,
    )  # fmt: skip
    events, residents = np.array(draw(cells), float).reshape(forces, 3, 2).transpose(2, 0, 1)
    names = tuple(map(str, range(forces)))
    made = ForceCounts(names, ("White", "Black", "Asian"), events, residents)
    assume((cr2(fit(made)).errors > 1e-3).all())  # no group's ratio is the same in all forces
    return made


@settings(max_examples=25, deadline=None)
@given(tables())
def test_wild_limits_hold_the_estimate(data):
    estimate = fit(data).log_ratios[0]
    lower, upper = wild_limits(data, 0, estimate, 0.9, every_sign(len(data.forces)))
    assert lower < estimate < upper


@settings(max_examples=25, deadline=None)
@given(tables(), st.integers(2, 1000), st.randoms(use_true_random=False))
def test_neither_the_size_nor_the_order_of_forces_matters(data, factor, random):
    order = random.sample(range(len(data.forces)), len(data.forces))
    residents = data.residents.copy()
    residents[0] *= factor
    moved = replace(data, events=data.events[order], residents=residents[order])
    one, other = (cr2(fit(given)) for given in (data, moved))
    assert other.errors == pytest.approx(one.errors, rel=1e-5)
    assert other.degrees == pytest.approx(one.degrees, rel=1e-5)
    signs = every_sign(len(data.forces))
    first, second = (wild_bootstrap(given, 0, 0.3, signs) for given in (data, moved))
    assert second[0] == pytest.approx(first[0], rel=1e-5, abs=1e-7)
    assert second[1] == pytest.approx(
        first[1], abs=4 / len(signs)
    )  # a near tie may fall either way


@settings(max_examples=25, deadline=None)
@given(tables())
def test_turning_the_comparison_round_turns_everything_round(data):
    # the first two groups change places: the other group's ratio moves, this one's is inverted
    turned = replace(
        data,
        groups=("Black", "White", "Asian"),
        events=data.events[:, [1, 0, 2]],
        residents=data.residents[:, [1, 0, 2]],
    )
    one, other = fit(data), fit(turned)
    assert other.log_ratios[0] == pytest.approx(-one.log_ratios[0], abs=1e-8)
    assert cr2(other).errors[0] == pytest.approx(cr2(one).errors[0], rel=1e-6)
    assert cr2(other).degrees[0] == pytest.approx(cr2(one).degrees[0], rel=1e-6)
    assert effective_clusters(other)[0] == pytest.approx(effective_clusters(one)[0], rel=1e-6)
    signs = every_sign(len(data.forces))
    here, there = wild_bootstrap(data, 0, 0.3, signs), wild_bootstrap(turned, 0, -0.3, signs)
    assert there[0] == pytest.approx(-here[0], rel=1e-6, abs=1e-7)


@settings(max_examples=25, deadline=None)
@given(tables())
def test_there_are_never_more_effective_forces_than_forces(data):
    fitted = fit(data)
    assert (effective_clusters(fitted) <= len(data.forces) * (1 + 1e-12)).all()
    assert (cr2(fitted).degrees <= len(data.forces) - 1 + 1e-6).all()
    assert (effective_clusters(fitted) >= 1 - 1e-12).all()


def test_draws_are_signs_of_either_kind_and_the_seed_makes_them():
    signs = draws(41, seed=1)
    assert signs.shape == (DRAWS, 41) and set(np.unique(signs)) == {-1, 1}
    assert (signs == draws(41, seed=1)).all() and (signs != draws(41, seed=2)).any()
    # 81,959 fair coins: beyond four standard errors of 1/2 in one of 16,000 seeds
    assert abs((signs > 0).mean() - 0.5) < 4 * 0.5 / sqrt(signs.size)


def test_a_sample_of_the_signs_comes_near_all_of_them(eleven):
    # standard error of a p-value of 0.114 in 1,999 draws: 0.007
    everything, sample = (
        wild_bootstrap(eleven, 1, log(0.7), signs)[1] for signs in (every_sign(11), draws(11, 1))
    )
    assert abs(everything - sample) < 4 * sqrt(0.1142 * 0.8858 / DRAWS)


def test_intervals_for_chance_alone_hold_the_truth_far_more_seldom():
    # a hundred of the 2,000 runs that docs/coverage.md shows
    held = dict(zip(coverage.METHODS, coverage.coverage(100), strict=True))
    assert (held[coverage.CHANCE] < 0.5).all()
    assert (held[coverage.CR2] > 0.85).all() and (held[coverage.WILD] > 0.85).all()
