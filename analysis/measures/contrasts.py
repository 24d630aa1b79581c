"""One estimate against another: how far apart they are, with limits and a test.

All is made from what is printed of the two, which must be independent of each other. What makes
the limits of one estimate wide (several reports of one incident) makes those of the contrast wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot, inf, isclose, log, sqrt

from scipy.special import bdtr, bdtrc, ndtr, ndtri

from analysis.measures.intervals import exact_count, rate
from analysis.measures.ratios import ratio_of_rates

DIFFERENCE, RATIO = "difference", "ratio"


class NoContrast(ValueError):
    """What is printed does not carry a contrast; the text says why."""


@dataclass(frozen=True)
class Estimate:
    """A number with the limits printed with it, all at one confidence."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Contrast:
    """Limits of the difference (after less before) or of the ratio (after over before), and a test.

    ``p`` is two-sided. A limit is infinite where a ratio has none.
    """

    of: str
    lower: float
    upper: float
    p: float
    method: str


def shares(before: Estimate, after: Estimate, confidence: float) -> Contrast:
    """Two shares with score limits: the difference by Newcombe's hybrid of both limits.

    Newcombe 1998 (Statistics in Medicine 17:873, method 10); with limits by incident it is the
    same square-and-add of what is printed (MOVER: Zou and Donner 2008, Statistics in Medicine
    27:1693), which keeps their design effect. The test is the score test (chi-square without
    correction) with the number of reports that each pair of limits is as good as. Refuses limits
    that are not those of a score interval.
    """
    held = [score_number(one, confidence) for one in (before, after)]
    together = (held[0] * before.value + held[1] * after.value) / sum(held)
    error = sqrt(together * (1 - together) * (1 / held[0] + 1 / held[1]))
    return Contrast(
        DIFFERENCE,
        *square_and_add(before, after),
        _two_sided((after.value - before.value) / error) if error else 1.0,
        "difference: Newcombe from both score limits; test: score, without correction",
    )


def square_and_add(before: Estimate, after: Estimate) -> tuple[float, float]:
    """Limits of after less before from the limits of each."""
    difference = after.value - before.value
    return (
        difference - hypot(after.value - after.lower, before.upper - before.value),
        difference + hypot(after.upper - after.value, before.value - before.lower),
    )


def score_number(share: Estimate, confidence: float) -> float:
    """The number of independent reports whose score interval (Wilson 1927) the limits are.

    A limit x of n reports solves (x - p)^2 = z^2 x (1 - x) / n. Refuses limits of which the two
    disagree by more than rounding can.
    """
    z = float(ndtri((1 + confidence) / 2))
    found = [
        z**2 * limit * (1 - limit) / (limit - share.value) ** 2
        for limit in (share.lower, share.upper)
        if 0 < limit < 1 and limit != share.value
    ]
    fits = bool(found) and isclose(min(found), max(found), rel_tol=1e-3)
    if not (fits and 0 <= share.lower <= share.value <= share.upper <= 1):
        raise NoContrast("its limits are not those of a score interval")
    return sum(found) / len(found)


def rates(before: tuple[int, Estimate], after: tuple[int, Estimate], confidence: float) -> Contrast:
    """Two Poisson rates of one unit, each with its number of events; their base follows from both.

    Refuses rates whose printed limits are not those of so many events, and two without any.
    """
    bases = [_exposure(events, one, confidence) for events, one in (before, after)]
    return counts(before[0], after[0], confidence, bases[0], bases[1])


def _exposure(events: int, printed: Estimate, confidence: float) -> float:
    """What the rate is over, in its own unit, such as thousands of residents."""
    base = events / printed.value if events else exact_count(0, confidence)[1] / printed.upper
    lower, upper, _ = rate(events, base, 1, confidence)
    if not (isclose(lower, printed.lower, rel_tol=1e-6) and isclose(upper, printed.upper,
                                                                   rel_tol=1e-6)):  # fmt: skip
        raise NoContrast("its limits are not those of a number of events")
    return base


def counts(
    before: int, after: int, confidence: float, base: float = 1.0, base_after: float = 1.0
) -> Contrast:
    """Two Poisson numbers of events over their bases: the ratio of rates and its exact test.

    Of both numbers together the later is a binomial share: Clopper-Pearson limits and twice the
    smaller tail, so that test and limits agree. Refuses two without events.
    """
    if not before + after:
        raise NoContrast("none in either")
    share = base_after / (base + base_after)
    both = before + after
    tails = bdtr(after, both, share), bdtrc(after - 1, both, share) if after else 1.0
    if before:
        ratio = ratio_of_rates(after, base_after, before, base, confidence)
        lower, upper = ratio.lower, ratio.upper
    else:  # the ratio turned round has limits
        lower, upper = 1 / ratio_of_rates(0, base, after, base_after, confidence).upper, inf
    method = "ratio and test: exact, given the number of both events"
    return Contrast(RATIO, lower, upper, float(min(1.0, 2 * min(tails))), method)


def clustered_counts(
    before: int, after: int, effects: tuple[float, float], confidence: float
) -> Contrast:
    """Two numbers of reports of which several are of one incident.

    Incidents as Poisson events that bring their reports (compound Poisson): the variance of a
    number is its design effect times it. Log limits. Refuses fewer than 10 reports in either.
    """
    if min(before, after) < 10:
        raise NoContrast("fewer than 10 reports in one of the two")
    error = sqrt(effects[0] / before + effects[1] / after)
    return _log_contrast(log(after / before), error, confidence, "compound Poisson by incident")


def ratios(before: Estimate, after: Estimate, confidence: float) -> Contrast:
    """Two ratios: the ratio of both, with the errors of their logarithms that their limits show.

    Refuses a ratio of nought and limits without an end.
    """
    errors = []
    for one in (before, after):
        if not (0 < one.lower <= one.value <= one.upper < inf) or one.lower == one.upper:
            raise NoContrast("its limits have no logarithm")
        errors.append(_error(log(one.lower), log(one.upper), confidence))
    return _log_contrast(
        log(after.value / before.value), hypot(*errors), confidence,
        "errors of the logarithms from both limits",
    )  # fmt: skip


def _log_contrast(value: float, error: float, confidence: float, how: str) -> Contrast:
    half = float(ndtri((1 + confidence) / 2)) * error
    method = f"ratio and test: normal on the logarithm, {how}"
    return Contrast(RATIO, exp(value - half), exp(value + half), _two_sided(value / error), method)


def effects(before: Estimate, after: Estimate, confidence: float) -> Contrast:
    """Two effects with symmetric limits, such as percentage points: the difference of both."""
    error = hypot(*(_error(one.lower, one.upper, confidence) for one in (before, after)))
    if not error:
        raise NoContrast("its limits have no width")
    difference = after.value - before.value
    half = float(ndtri((1 + confidence) / 2)) * error
    method = "difference and test: normal, errors from both limits"
    return Contrast(DIFFERENCE, difference - half, difference + half,
                    _two_sided(difference / error), method)  # fmt: skip


def _error(lower: float, upper: float, confidence: float) -> float:
    return (upper - lower) / (2 * float(ndtri((1 + confidence) / 2)))


def _two_sided(z: float) -> float:
    return float(2 * ndtr(-abs(z)))
