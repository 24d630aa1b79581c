"""Ratios of two rates or two proportions, crude and within strata, with their intervals.

Events over a base (residents, arrests) are Poisson counts; reports out of reports are proportions.
Every interval is for chance alone: it takes events as independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import ndtri

from analysis.measures.intervals import exact_proportion


@dataclass(frozen=True)
class Ratio:
    """A ratio with its limits; ``method`` names the interval."""

    value: float
    lower: float
    upper: float
    method: str


def ratio_of_rates(
    events: int, base: float, other_events: int, other_base: float, confidence: float
) -> Ratio:
    """Rate over other rate, with the exact interval given the number of both events.

    Of all events together those of the first group are a binomial share; its Clopper-Pearson
    limits become limits of the ratio (Rothman, Greenland and Lash 2008, chapter 14). Refuses
    groups without an event in the second, and bases of nought.
    """
    if not other_events or base <= 0 or other_base <= 0:
        raise ValueError("a ratio of rates needs two bases, and events to be compared with")
    scale = other_base / base
    lower, upper = (
        share / (1 - share) * scale if share < 1 else float("inf")
        for share in exact_proportion(events, events + other_events, confidence)
    )
    return Ratio(events / other_events * scale, lower, upper, "exact, given the number of events")


def ratio_of_proportions(
    events: int, trials: int, other_events: int, other_trials: int, confidence: float
) -> Ratio:
    """Proportion over other proportion, log interval (Katz and others 1978, Biometrics 34:469).

    Refuses a group without events or with more events than trials.
    """
    if not (0 < events <= trials and 0 < other_events <= other_trials):
        raise ValueError("a ratio of proportions needs events in both groups, out of trials")
    value = events / trials / (other_events / other_trials)
    variance = 1 / events - 1 / trials + 1 / other_events - 1 / other_trials
    return _log_interval(value, variance, confidence, "log (Katz)")


def _log_interval(value: float, variance: float, confidence: float, method: str) -> Ratio:
    factor = exp(float(ndtri((1 + confidence) / 2)) * sqrt(variance))
    return Ratio(value, value / factor, value * factor, method)


def mantel_haenszel(
    events: np.ndarray,
    base: np.ndarray,
    other_events: np.ndarray,
    other_base: np.ndarray,
    confidence: float,
    *,
    nested: bool,
) -> Ratio:
    """Common ratio within strata (Mantel and Haenszel 1959), one entry of each array a stratum.

    ``nested`` says whether the events are out of the base (reports out of reports, so that it is
    a ratio of proportions) or over it (uses over residents, a ratio of rates). The estimate is
    the same; the variance of its logarithm differs (Greenland and Robins 1985, Biometrics 41:55).
    A stratum with an empty base adds nothing. Refuses strata without events in either group.
    """
    a, n, b, m = (np.asarray(given, float) for given in (events, base, other_events, other_base))
    both = n + m > 0
    a, n, b, m = a[both], n[both], b[both], m[both]
    total = n + m
    above, below = (a * m / total).sum(), (b * n / total).sum()
    if not (above and below):
        raise ValueError("a ratio within strata needs events in both groups")
    spread = n * m * (a + b) - (a * b * total if nested else 0)
    variance = float((spread / total**2).sum() / (above * below))
    of = "proportions" if nested else "person-time"
    return _log_interval(
        float(above / below), variance, confidence, f"Mantel-Haenszel for {of}, Greenland-Robins"
    )


def log_ratio(
    events: int, base: float, other_events: int, other_base: float
) -> tuple[float, float]:
    """Logarithm of a ratio of rates and its variance; half an event is added where one has none."""
    extra = 0 if events and other_events else 0.5
    a, b = events + extra, other_events + extra
    return log(a / base / (b / other_base)), 1 / a + 1 / b
