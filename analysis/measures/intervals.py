"""Intervals for proportions and rates.

The special functions are scipy's; ``scipy.stats`` and statsmodels have the same intervals and
cost a second at every start of a chapter (docs/decisions.md), so they stand in the tests instead.
"""

from __future__ import annotations

from math import exp, sqrt

from scipy.special import betaincinv, gammaincinv, ndtri

INDEPENDENT = (
    "the interval treats reports as independent; several officers often report one event, so the "
    "true uncertainty is wider"
)
EXACT_BELOW = 10  # events; Byar's approximation from there (Fingertips technical guidance)


def _check(events: float, base: float, confidence: float) -> None:
    if not events >= 0 or events != int(events):
        raise ValueError(f"{events} is not a number of events")
    if base <= 0:
        raise ValueError(f"{base} is not a base: it must be above 0")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")


def wilson(events: int, trials: int, confidence: float) -> tuple[float, float]:
    """Score interval of a proportion (Wilson 1927), as (lower, upper) shares."""
    _check(events, trials, confidence)
    if events > trials:
        raise ValueError(f"{events} of {trials} is not a proportion")
    z = ndtri((1 + confidence) / 2)
    share = events / trials
    centre = share + z**2 / (2 * trials)
    half = z * sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    lower, upper = (centre - half) / scale, (centre + half) / scale
    # exact at the ends, where rounding would leave 1e-17
    return (0.0 if events == 0 else lower), (1.0 if events == trials else upper)


def exact_proportion(events: int, trials: int, confidence: float) -> tuple[float, float]:
    """Exact interval of a proportion (Clopper and Pearson 1934), as (lower, upper) shares."""
    _check(events, trials, confidence)
    if events > trials:
        raise ValueError(f"{events} of {trials} is not a proportion")
    tail = (1 - confidence) / 2
    lower = 0.0 if events == 0 else float(betaincinv(events, trials - events + 1, tail))
    upper = 1.0 if events == trials else float(betaincinv(events + 1, trials - events, 1 - tail))
    return lower, upper


def exact_count(events: int, confidence: float) -> tuple[float, float]:
    """Exact Poisson interval of a number of events (Garwood 1936)."""
    _check(events, 1, confidence)
    tail = (1 - confidence) / 2
    lower = 0.0 if events == 0 else float(gammaincinv(events, tail))
    return lower, float(gammaincinv(events + 1, 1 - tail))


def byar(events: int, confidence: float) -> tuple[float, float]:
    """Byar's approximation to the Poisson interval (Breslow and Day 1987)."""
    _check(events, 1, confidence)
    z = ndtri((1 + confidence) / 2)
    lower = 0.0
    if events:  # below 0 for tiny counts at high confidence
        lower = max(0.0, events * (1 - 1 / (9 * events) - z / (3 * sqrt(events))) ** 3)
    more = events + 1
    return float(lower), float(more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3)


def rate(events: int, base: float, per: float, confidence: float) -> tuple[float, float, str]:
    """Interval of a rate ``per`` so many of the base, and the name of the method used.

    Exact Poisson below 10 events, Byar from 10 on.
    """
    _check(events, base, confidence)
    exact = events < EXACT_BELOW
    lower, upper = exact_count(events, confidence) if exact else byar(events, confidence)
    return lower * per / base, upper * per / base, "exact Poisson" if exact else "Byar"


def product(
    first: tuple[int, int], second: tuple[int, int], confidence: float
) -> tuple[float, float, float]:
    """Product of two proportions (events, trials) with its log-delta interval.

    Variance of the log: the sum of (1 - p) / (n p). Assumes that the second stage is nested in
    the first, and independent of it given the number that reached it. Refuses a stage with none.
    """
    variance, share = 0.0, 1.0
    for events, trials in (first, second):
        _check(events, trials, confidence)
        if not 0 < events <= trials:
            raise ValueError(f"{events} of {trials} is not a proportion above 0")
        share *= events / trials
        variance += (1 - events / trials) / events
    factor = exp(ndtri((1 + confidence) / 2) * sqrt(variance))
    return share, share / factor, min(1.0, share * factor)
