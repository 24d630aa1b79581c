"""Intervals against R, against Newcombe's printed table, against statsmodels, and by what they are.

tests/expected/README.md says how R made the numbers.
"""

import csv
from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from analysis.measures.intervals import (
    byar,
    exact_count,
    exact_proportion,
    product,
    rate,
    wilson,
)
from tests.conftest import EXPECTED


def expected(name):
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def close(numbers):
    """Twelve digits are written; zeros and ones stand as they are."""
    return pytest.approx(numbers, rel=1e-11, abs=0)


def interval(row):
    events, trials, confidence = int(row["x"]), int(row["n"]), float(row["confidence"])
    return {
        "wilson": lambda: wilson(events, trials, confidence),
        "exact_binomial": lambda: exact_proportion(events, trials, confidence),
        "exact_poisson": lambda: exact_count(events, confidence),
        "byar": lambda: byar(events, confidence),
    }[row["method"]]()


def name(row):
    return "-".join(row[key] for key in ("method", "x", "n", "confidence"))


@pytest.mark.parametrize("row", expected("intervals.csv"), ids=name)
def test_limits_as_r_gives_them(row):
    assert interval(row) == close((float(row["lower"]), float(row["upper"])))


@pytest.mark.parametrize("row", expected("intervals_published.csv"), ids=name)
def test_limits_as_newcombe_1998_prints_them(row):
    assert [f"{limit:.4f}" for limit in interval(row)] == [row["lower"], row["upper"]]


@pytest.mark.parametrize(
    "row", expected("rates.csv"),
    ids=lambda row: "-".join(row[key] for key in ("quantity", "method", "per", "confidence")),
)  # fmt: skip
def test_rates_and_products_as_r_gives_them(row):
    first, second = (row["x1"], row["n1"]), (row["x2"], row["n2"])
    per, confidence, events = float(row["per"]), float(row["confidence"]), int(row["x1"])
    wanted = [float(row[key]) for key in ("estimate", "lower", "upper")]
    if row["method"] == "log_delta_product":
        pairs = [tuple(map(int, pair)) for pair in (first, second)]
        assert [number * per for number in product(*pairs, confidence)] == close(wanted)
        return
    base = int(row["n1"])
    if row["method"] == "wilson":
        limits = wilson(events, base, confidence)
        assert [limit * per for limit in limits] == close(wanted[1:])
        return
    lower, upper, method = rate(events, base, per, confidence)
    chosen = {"Byar": "byar", "exact Poisson": "exact_poisson"}[method]
    if chosen == row["method"]:
        assert [lower, upper] == close(wanted[1:])
    else:  # R gives both methods for every count; the toolkit takes one by the number of events
        assert (events < 10) == (chosen == "exact_poisson")


def test_exact_below_ten_events_and_byar_from_ten():
    # Fingertips technical guidance
    assert rate(9, 881, 1000, 0.95)[2] == "exact Poisson"
    assert rate(10, 881, 1000, 0.95)[2] == "Byar"


def test_cambridgeshire_ratios_of_definition_11_lie_inside_exact_limits():
    # 21 and 150 uses: 10.0 (6.0 to 15.8) on Census 2011, by the exact share of Black among both
    lower, upper = exact_proportion(21, 171, 0.95)
    black_to_white = 10.0 / (21 / 150)  # residents White to Black
    limits = [share / (1 - share) * black_to_white for share in (lower, upper)]
    assert limits == pytest.approx([6.0, 15.8], abs=0.05)


shares = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.998])


@given(shares, levels)
def test_statsmodels_gives_the_same_shares(share, confidence):
    events, trials = share
    for ours, theirs in ((wilson, "wilson"), (exact_proportion, "beta")):
        wanted = proportion_confint(events, trials, 1 - confidence, theirs)
        assert ours(events, trials, confidence) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@given(st.integers(1, 100000), levels)
def test_statsmodels_gives_the_same_counts(events, confidence):
    wanted = confint_poisson(events, 1, method="exact-c", alpha=1 - confidence)
    assert exact_count(events, confidence) == pytest.approx(wanted, rel=1e-9)


@given(shares, levels)
def test_an_interval_of_a_share_holds_the_share(share, confidence):
    events, trials = share
    for method in (wilson, exact_proportion):
        lower, upper = method(events, trials, confidence)
        assert 0 <= lower <= events / trials <= upper <= 1 and lower < upper


@given(st.integers(0, 100000), levels)
def test_an_interval_of_a_count_holds_the_count(events, confidence):
    for method in (exact_count, byar) if events >= 10 else (exact_count,):
        lower, upper = method(events, confidence)
        assert 0 <= lower <= events < upper


@given(shares)
def test_more_confidence_is_a_wider_interval(share):
    for method in (wilson, exact_proportion):
        narrow, wide = (method(*share, confidence) for confidence in (0.9, 0.99))
        assert wide[0] <= narrow[0] and narrow[1] <= wide[1] and wide != narrow
    for method in (exact_count, byar):
        narrow, wide = (method(share[0], confidence) for confidence in (0.9, 0.99))
        assert wide[0] <= narrow[0] and narrow[1] < wide[1]


@given(shares, levels)
def test_events_and_their_absence_mirror_each_other(share, confidence):
    events, trials = share
    for method in (wilson, exact_proportion):
        lower, upper = method(events, trials, confidence)
        mirrored = (1 - upper, 1 - lower)
        assert method(trials - events, trials, confidence) == pytest.approx(mirrored, abs=1e-9)


@given(st.integers(10, 1000))
def test_byar_is_near_the_exact_limits_from_ten_events(events):
    assert byar(events, 0.95) == pytest.approx(exact_count(events, 0.95), rel=2e-3)


nested = shares.filter(lambda pair: pair[0]).flatmap(
    lambda pair: st.tuples(st.integers(1, pair[0]), st.just(pair[0]), st.just(pair[1]))
)


@given(nested, levels)
def test_product_of_nested_stages_is_the_log_interval_of_the_whole(stages, confidence):
    # the middle stage cancels: variance of the log is 1/uses - 1/incidents, as for the two alone
    uses, authorised, incidents = stages
    value, lower, upper = product((authorised, incidents), (uses, authorised), confidence)
    assert value == pytest.approx(uses / incidents)
    z = log(upper / value) if upper < 1 else log(value / lower)
    assert z == pytest.approx(log(value / lower), rel=1e-6, abs=1e-9)
    quantile = {0.8: 1.281552, 0.9: 1.644854, 0.95: 1.959964, 0.99: 2.575829, 0.998: 3.090232}
    wanted = uses / incidents / exp(quantile[confidence] * sqrt(1 / uses - 1 / incidents))
    assert lower == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(
    "call, problem",
    [
        (lambda: wilson(-1, 10, 0.95), "-1 is not a number of events"),
        (lambda: wilson(1.5, 10, 0.95), "1.5 is not a number of events"),
        (lambda: wilson(11, 10, 0.95), "11 of 10 is not a proportion"),
        (lambda: exact_proportion(11, 10, 0.95), "11 of 10 is not a proportion"),
        (lambda: wilson(0, 0, 0.95), "0 is not a base"),
        (lambda: rate(5, 0, 1000, 0.95), "0 is not a base"),
        (lambda: rate(5, -1, 1000, 0.95), "-1 is not a base"),
        (lambda: wilson(1, 10, 95), "confidence 95 is not between 0 and 1"),
        (lambda: exact_count(1, 0), "confidence 0 is not between 0 and 1"),
        (lambda: byar(-1, 0.95), "-1 is not a number of events"),
        (lambda: product((0, 10), (1, 10), 0.95), "is not a proportion above 0"),
        (lambda: product((5, 10), (0, 5), 0.95), "is not a proportion above 0"),
        (lambda: product((11, 10), (1, 5), 0.95), "11 of 10 is not a proportion"),
    ],
)
def test_what_is_no_proportion_or_rate_is_refused(call, problem):
    with pytest.raises(ValueError, match=problem):
        call()
