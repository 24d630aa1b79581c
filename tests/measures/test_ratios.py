"""Ratios of two rates or proportions against R, scipy and statsmodels, and by hand.

tests/expected/README.md says how R made the numbers.
"""

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis.measures.ratios import (
    log_ratio,
    mantel_haenszel,
    ratio_of_proportions,
    ratio_of_rates,
)
from tests.models.expected import number, published, rows


def close(numbers):
    return pytest.approx(numbers, rel=1e-11, abs=0)


def all_of(ratio):
    return ratio.value, ratio.lower, ratio.upper


# rates
@pytest.mark.parametrize(
    "census, printed", [("2011", ("10.0", "6.0", "15.8")), ("2021", ("5.8", "3.5", "9.2"))]
)
def test_cambridgeshire_as_definition_11_prints_it(census, printed):
    data = published("2019/20", census)
    place = data.forces.index("Cambridgeshire")
    (white, black), (base, other) = data.events[place, :2], data.residents[place, :2]
    assert (black, white) == (21, 150)
    found = ratio_of_rates(21, other, 150, base, 0.95)
    assert tuple(f"{one:.1f}" for one in all_of(found)) == printed


@pytest.mark.parametrize(
    "row",
    [row for row in rows("ladder.csv") if row["lower"]],
    ids=lambda row: f"{row['measure']}-{row['benchmark']}",
)
def test_the_rungs_of_a_force_as_r_gives_them(row):
    counts = (int(row[column]) for column in ("x1", "n1", "x2", "n2"))
    found = ratio_of_rates(*counts, 0.95)
    assert all_of(found) == close(tuple(number(row, "ratio", "lower", "upper")))


counts = st.integers(1, 3000)
bases = st.integers(1, 10**7)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@given(counts, bases, counts, bases, levels)
def test_limits_of_rates_are_where_the_exact_test_begins_to_reject(a, n, b, m, confidence):
    # given a + b events, those of the first group are binomial with the share r n / (r n + m)
    found = ratio_of_rates(a, n, b, m, confidence)
    assert found.value == pytest.approx(a / n / (b / m))
    shares = [limit * n / (limit * n + m) for limit in (found.lower, found.upper)]
    tails = (binom.sf(a - 1, a + b, shares[0]), binom.cdf(a, a + b, shares[1]))
    assert tails == pytest.approx(((1 - confidence) / 2,) * 2, rel=1e-6)


@given(counts, bases, counts, bases, levels)
def test_turning_two_rates_round_inverts_ratio_and_limits(a, n, b, m, confidence):
    one, other = ratio_of_rates(a, n, b, m, confidence), ratio_of_rates(b, m, a, n, confidence)
    assert all_of(other) == pytest.approx((1 / one.value, 1 / one.upper, 1 / one.lower), rel=1e-6)
    assert one.lower < one.value < one.upper


def test_no_event_in_the_first_group_has_an_upper_limit_only():
    # Of 7 events none: the upper limit of the share is 1 - 0.025^(1/7), by hand
    share = 1 - 0.025 ** (1 / 7)
    found = ratio_of_rates(0, 100, 7, 200, 0.95)
    assert all_of(found) == close((0, 0, share / (1 - share) * 2))


@pytest.mark.parametrize(
    "given", [(5, 100, 0, 200), (5, 0, 7, 200), (5, 100, 7, 0), (5, -1, 7, 200)]
)
def test_what_is_no_ratio_of_rates_is_refused(given):
    with pytest.raises(ValueError, match="needs two bases, and events to be compared with"):
        ratio_of_rates(*given, 0.95)


# proportions
shares = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))


@given(shares, shares, levels)
def test_statsmodels_gives_the_same_limits_of_proportions(one, other, confidence):
    found = ratio_of_proportions(*one, *other, confidence)
    wanted = confint_proportions_2indep(
        *one, *other, compare="ratio", method="log", alpha=1 - confidence
    )
    assert (found.lower, found.upper) == pytest.approx(wanted, rel=1e-9)
    assert found.value == pytest.approx(one[0] / one[1] / (other[0] / other[1]))


@given(shares, shares, levels)
def test_turning_two_proportions_round_inverts_ratio_and_limits(one, other, confidence):
    here = ratio_of_proportions(*one, *other, confidence)
    there = ratio_of_proportions(*other, *one, confidence)
    assert all_of(there) == pytest.approx((1 / here.value, 1 / here.upper, 1 / here.lower))


def test_discharges_given_use_as_a_ratio_of_proportions():
    # by hand: 598 of 6,406 against 2,201 of 18,474 (mantel_haenszel.csv, added up over forces)
    found = ratio_of_proportions(598, 6406, 2201, 18474, 0.95)
    error = sqrt(1 / 598 - 1 / 6406 + 1 / 2201 - 1 / 18474)
    ratio = 598 * 18474 / (6406 * 2201)
    factor = exp(1.959963984540054 * error)
    assert all_of(found) == close((ratio, ratio / factor, ratio * factor))


@pytest.mark.parametrize(
    "given", [(0, 9, 5, 9), (5, 9, 0, 9), (10, 9, 5, 9), (5, 9, 10, 9), (-1, 9, 5, 9)]
)
def test_what_is_no_ratio_of_proportions_is_refused(given):
    with pytest.raises(ValueError, match="needs events in both groups, out of trials"):
        ratio_of_proportions(*given, 0.95)


# within strata
def strata(row):
    """Events and bases of Black and White in each force."""
    if row["subject"] == "CED uses":
        data = published(row["year"], row["census"], ("Black", "White"))
        events, bases = data.events, data.residents
    else:
        cells = {
            (cell["force"], cell["group"]): number(cell, "discharges", "stated_uses")
            for cell in rows("discharge_counts.csv")
        }
        forces = dict.fromkeys(force for force, _ in cells)
        table = np.array(
            [[cells[force, group] for group in ("Black", "White")] for force in forces]
        )
        events, bases = table[..., 0], table[..., 1]
    found = events[:, 0], bases[:, 0], events[:, 1], bases[:, 1]
    assert len(events) == int(row["forces"])
    assert [one.sum() for one in found] == number(row, "x1", "n1", "x2", "n2")
    return found


@pytest.mark.parametrize(
    "row",
    rows("mantel_haenszel.csv"),
    ids=lambda row: "-".join(row[key] for key in ("subject", "year", "census", "measure")),
)
def test_within_forces_as_metafor_gives_it(row):
    found = mantel_haenszel(*strata(row), 0.95, nested=row["measure"] == "RR")
    assert all_of(found) == close(tuple(number(row, "ratio", "lower", "upper")))
    assert found.method.startswith(
        "Mantel-Haenszel for proportions" if row["measure"] == "RR" else
        "Mantel-Haenszel for person-time"
    )  # fmt: skip


tables = st.lists(
    st.tuples(counts, st.integers(3000, 10**6), counts, st.integers(3000, 10**6)),
    min_size=1, max_size=20,
).map(lambda table: np.array(table, float))  # fmt: skip


@given(tables, st.booleans(), levels)
def test_turning_strata_round_inverts_ratio_and_limits(table, nested, confidence):
    one = mantel_haenszel(*table.T, confidence, nested=nested)
    other = mantel_haenszel(*table.T[[2, 3, 0, 1]], confidence, nested=nested)
    assert all_of(other) == pytest.approx((1 / one.value, 1 / one.upper, 1 / one.lower))


@given(tables, st.booleans(), st.randoms(use_true_random=False))
def test_neither_order_nor_a_stratum_without_a_base_matters(table, nested, random):
    moved = np.array([*random.sample(list(table), len(table)), [0, 0, 0, 0]])
    one, other = (mantel_haenszel(*one.T, 0.95, nested=nested) for one in (table, moved))
    assert all_of(other) == pytest.approx(all_of(one))


@given(counts, bases, counts, bases, st.integers(2, 50))
def test_one_stratum_is_the_crude_ratio_and_copies_of_it_only_narrow_it(a, n, b, m, times):
    # for person-time the variance is 1/a + 1/b, by hand from the formula with one stratum
    one = mantel_haenszel([a], [n], [b], [m], 0.95, nested=False)
    assert one.value == pytest.approx(a / n / (b / m))
    assert log(one.upper / one.value) == pytest.approx(1.959964 * sqrt(1 / a + 1 / b), rel=1e-6)
    many = mantel_haenszel([a] * times, [n] * times, [b] * times, [m] * times, 0.95, nested=False)
    assert many.value == pytest.approx(one.value)
    assert log(many.upper / many.value) * sqrt(times) == pytest.approx(log(one.upper / one.value))


@pytest.mark.parametrize("events, others", [([0, 0], [1, 2]), ([1, 2], [0, 0])])
def test_strata_without_events_in_a_group_are_refused(events, others):
    for nested in (False, True):
        with pytest.raises(ValueError, match="a ratio within strata needs events in both groups"):
            mantel_haenszel(events, [9, 9], others, [9, 9], 0.95, nested=nested)


# one force's log ratio, as the random effects take it
@pytest.mark.parametrize("subject", ["CED uses", "CED discharges"])
def test_log_ratios_of_forces_as_metafor_gives_them(subject):
    forces = rows("random_effects_forces.csv", subject=subject)
    assert any("0" in (row["x1"], row["x2"]) for row in forces) == (subject == "CED discharges")
    for row in forces:
        given = (int(row[column]) for column in ("x1", "n1", "x2", "n2"))
        wanted = number(row, "log_ratio", "variance")
        assert log_ratio(*given) == pytest.approx(wanted, rel=1e-11), row["force"]
