"""Shares of reports, and ratios of such shares, where several reports are of one incident.

Officers who report one event tend to report the same, so that reports are not independent and
limits that take them so are too narrow. Only chance is in the limits: that the incidents are
themselves a guess (``analysis.measures.records.incidents``) is not. docs/decisions.md says how this
method was chosen, tests/expected/clustered_coverage.py how often its limits hold the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.measures.ratios import Ratio

FEW = 10  # incidents with the event, or without it: fewer cannot tell how alike their reports are
WORST_CASE = ", worst case"  # of the design effect; else it is estimated
HARDLY_ANY = 0.05  # of the reports share an incident: how alike they are is as good as unknown
INDEPENDENT = "reports as independent (the true interval is wider)"


@dataclass(frozen=True)
class ClusteredShare:
    """A share with its limits.

    ``design_effect``: the number of reports over the number of independent reports that would tell
    as much. ``incidents``: those that the base falls into. ``method`` names the interval.
    """

    value: float
    lower: float
    upper: float
    design_effect: float
    incidents: int
    method: str


@dataclass(frozen=True)
class _Sums:
    """Reports of the base and events among them: an entry for each incident."""

    reports: np.ndarray
    events: np.ndarray

    @property
    def share(self) -> float:
        return self.events.sum() / self.reports.sum()

    @property
    def few(self) -> bool:
        with_event, without = self.events > 0, self.events < self.reports
        return bool(min(with_event.sum(), without.sum()) < FEW)

    @property
    def residuals(self) -> np.ndarray:
        return self.events - self.share * self.reports

    @property
    def worst(self) -> float:
        """Design effect where all reports of an incident are alike."""
        return (self.reports**2).sum() / self.reports.sum()

    @property
    def estimated(self) -> float:
        """Linearised variance over that of independent reports; 1 where there is none."""
        held, share, reports = len(self.reports), self.share, self.reports.sum()
        if held < 2 or share in (0, 1):
            return 1.0
        variance = held / (held - 1) * (self.residuals**2).sum() / reports**2
        return variance / (share * (1 - share) / (reports - 1))

    @property
    def design_effect(self) -> float:
        return max(1.0, self.estimated, self.worst if self.few else 1.0)


def hardly_grouped(incidents: pd.Series) -> bool:
    """Whether fewer than 1 report in 20 shares an incident with another.

    So it is in a file without times, and where each report is taken for an incident of its own.
    Officers of one incident are alike all the same, and nothing in the limits allows for it.
    """
    return bool(incidents.duplicated(keep=False).mean() < HARDLY_ANY)


def _method(interval: str, incidents: pd.Series, few: bool) -> str:
    if hardly_grouped(incidents):
        return f"{interval}, {INDEPENDENT}"
    return f"{interval} by incident" + WORST_CASE * few


def share(
    events: pd.Series, base: pd.Series, incidents: pd.Series, confidence: float
) -> ClusteredShare:
    """The share of the reports in ``base`` that are ``events``, with limits by incident.

    All three have a row for each report: the first two True or False, ``incidents`` the number from
    ``analysis.measures.records.incidents.group_reports``. Wilson's score interval (Wilson 1927)
    with the effective number of reports, which is their number over the design effect (Kish 1965;
    Korn and Graubard 1998, Survey Methodology 24:193). The design effect is that of the linearised
    variance, at least 1, and where fewer than 10 incidents have an event, or fewer than 10 have a
    report without one, at least the worst case: the sum of squared incident sizes over the sum of
    sizes. Where hardly any of all reports, in the base or not, share an incident, ``method`` says
    that they are taken as independent. Refuses an empty base, rows that differ, and a confidence
    outside 0 to 1.
    """
    sums, z = _by_incident(events, base, incidents), _quantile(confidence)
    lower, upper = _score(sums.share, sums.reports.sum() / sums.design_effect, z)
    return ClusteredShare(
        value=float(sums.share),
        lower=lower if sums.share > 0 else 0.0,  # where rounding would leave 1e-17
        upper=upper if sums.share < 1 else 1.0,
        design_effect=float(sums.design_effect),
        incidents=len(sums.reports),
        method=_method("Wilson score", incidents, sums.few),
    )


def ratio_of_shares(
    events: pd.Series,
    group: pd.Series,
    other: pd.Series,
    incidents: pd.Series,
    confidence: float,
) -> Ratio:
    """The share of events in ``group`` over that in ``other``, with log limits by incident.

    A row for each report, as in ``share``; no report is in both groups, an incident may have
    reports of both. Delta method on the logarithm, linearised by incident, at least the variance
    for independent reports (Katz and others 1978); where ``share`` takes the worst case for one of
    the groups, at least each group's variance for independent reports times its worst case.
    ``method`` as in ``share``. Refuses a group without events, a report in both groups, and what
    ``share`` refuses.
    """
    if (group & other).any():
        raise ValueError("a report is in both groups")
    sums = [_by_incident(events, base, incidents) for base in (group, other)]
    if not all(one.share > 0 for one in sums):
        raise ValueError("a ratio of shares needs events in both groups")
    few = any(one.few for one in sums)
    independent = [(1 - one.share) / one.events.sum() for one in sums]
    worst = sum(v * one.worst for v, one in zip(independent, sums, strict=True)) if few else 0.0
    variance = max(sum(independent), worst, _linearised(events, group, other, incidents))
    value = float(sums[0].share / sums[1].share)
    factor = exp(_quantile(confidence) * sqrt(variance))
    return Ratio(value, value / factor, value * factor,
                 _method("log, delta method", incidents, few))  # fmt: skip


def _linearised(
    events: pd.Series, group: pd.Series, other: pd.Series, incidents: pd.Series
) -> float:
    """Variance of the log ratio from each incident's part in both groups."""
    influence = pd.Series(0.0, index=events.index)
    for base, sign in ((group, 1), (other, -1)):
        found, reports = events[base].sum(), base.sum()
        influence[base] += sign * (events[base] / found - 1 / reports)
    parts = influence.groupby(incidents[group | other]).sum()
    return len(parts) / max(len(parts) - 1, 1) * float((parts**2).sum())


def _by_incident(events: pd.Series, base: pd.Series, incidents: pd.Series) -> _Sums:
    if not (events.index.equals(base.index) and events.index.equals(incidents.index)):
        raise ValueError("events, base and incidents must have the same rows")
    inside = base.to_numpy(bool)
    if not inside.any():
        raise ValueError("there is no report in the base")
    numbers, _ = pd.factorize(incidents.to_numpy()[inside])
    events_inside = events.to_numpy(bool)[inside]
    return _Sums(np.bincount(numbers).astype(float), np.bincount(numbers, weights=events_inside))


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    return float(ndtri((1 + confidence) / 2))


def _score(value: float, trials: float, z: float) -> tuple[float, float]:
    """Wilson's limits, for a number of trials that need not be whole."""
    centre = value + z**2 / (2 * trials)
    half = z * sqrt(value * (1 - value) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    return (centre - half) / scale, (centre + half) / scale
