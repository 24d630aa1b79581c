"""How strong an unmeasured difference, or how uneven a gap in the record, would undo a ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

COMMON = 0.15  # of reports with the outcome: from there an odds ratio is no risk ratio


@dataclass(frozen=True)
class EValue:
    """``estimate`` and ``limit``: E-values of a ratio and of its limit nearer 1, each 1 or more."""

    estimate: float
    limit: float


def e_value(ratio: float, lower: float, upper: float) -> EValue:
    """The least risk ratio that an unmeasured characteristic must have with the group and with the
    outcome alike, beside all that is in the model, to explain the ratio away.

    RR + √(RR (RR - 1)), a ratio below 1 inverted first (VanderWeele and Ding 2017,
    doi 10.7326/M16-2607); 1 for the limit where the interval holds 1. For adjusted risk ratios
    from records only, never for a ratio of rates per resident. Refuses limits that do not hold
    the ratio, and one that is not above nought.

    >>> round(e_value(3.9, 1.8, 8.7).estimate, 2), round(e_value(3.9, 1.8, 8.7).limit, 1)
    (7.26, 3.0)
    """
    if not (ratio > 0 and 0 <= lower <= ratio <= upper):
        raise ValueError(f"{lower} to {upper} are no limits of a ratio of {ratio}")
    nearer = lower if ratio > 1 else upper
    covered = lower <= 1 <= upper
    return EValue(_least(ratio), 1.0 if covered else _least(nearer))


def _least(ratio: float) -> float:
    away = max(ratio, 1 / ratio)
    return away + sqrt(away * (away - 1))


def e_value_of_odds(odds_ratio: float, lower: float, upper: float, share: float) -> EValue:
    """The same for an odds ratio, of an outcome that a ``share`` of reports have.

    An odds ratio stands for a risk ratio where the share is below 15 per cent, and its square root
    from there (VanderWeele 2017, doi 10.1097/EDE.0000000000000733).
    """
    if not 0 < share < 1:
        raise ValueError(f"share {share} is not between 0 and 1")
    power = 0.5 if share >= COMMON else 1
    return e_value(odds_ratio**power, lower**power, upper**power)


@dataclass(frozen=True)
class MissingLimits:
    """A ratio of proportions among reports, and what reports without a group could make of it.

    ``to_first``, ``to_other``: all of them put to one group. ``lowest``, ``highest``: those with
    the outcome put to one group and those without it to the other, beyond which no allocation goes.
    """

    ratio: float
    to_first: float
    to_other: float
    lowest: float
    highest: float


def missing_data_limits(
    first: tuple[int, int], other: tuple[int, int], not_reported: tuple[int, int]
) -> MissingLimits:
    """Limits for the reports whose group is not reported; each pair is (events, trials).

    The proportion of the first group over that of the other. Worst cases in the manner of Horowitz
    and Manski 1998 (doi 10.1016/S0304-4076(97)00077-8): limits for missing data alone, without
    chance, misperception, or forces that report no group at all. Refuses a pair that is no
    proportion, groups without trials, and another group without an event.
    """
    for events, trials in (first, other, not_reported):
        if not 0 <= events <= trials:
            raise ValueError(f"{events} of {trials} is not a proportion")
    if not (first[1] and other[0]):
        raise ValueError("a ratio of proportions needs trials, and events to be compared with")
    events, without = not_reported[0], not_reported[1] - not_reported[0]
    nothing, with_outcome, the_rest = (0, 0), (events, events), (0, without)
    given = (
        (nothing, nothing),
        (not_reported, nothing),
        (nothing, not_reported),
        (the_rest, with_outcome),
        (with_outcome, the_rest),
    )
    return MissingLimits(*(_share(first, more) / _share(other, less) for more, less in given))


def _share(pair: tuple[int, int], added: tuple[int, int]) -> float:
    return (pair[0] + added[0]) / (pair[1] + added[1])
