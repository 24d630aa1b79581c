"""Logit on covariate patterns, with errors clustered by incident.

Equals the logit on single reports to rounding: their likelihood depends on the reports and events
of each pattern only, and the scores of a cluster on the patterns and outcomes of its reports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter

import numpy as np
from scipy.special import expit

from analysis.models.patterns import Patterns
from analysis.models.separation import Separation, find_separation

STEPS, CLOSE = 100, 1e-7  # the step after one of 1e-7 would be near 1e-14
SMALL_SAMPLE = "G/(G-1) × (N-1)/(N-K)"  # as statsmodels and Stata have it


@dataclass(frozen=True)
class Fit:
    """``coefficients``: log odds ratios to the reference level, one for each column.

    ``model_covariance`` takes every report as independent of every other, ``clustered_covariance``
    only those of different clusters. ``log_likelihood``: of single reports, natural logarithm.
    ``probabilities``: of the outcome, one for each pattern.

    ``separated``: columns without a finite coefficient. It is nan, as are its covariances;
    patterns predicted with certainty (``certain``) have the probability 0 or 1, and all else is
    the fit to the other reports. ``kept`` (columns) can be estimated from these together, and
    ``covariance_of_kept`` is their clustered covariance: without separation, that of all columns.

    Where it has not ``converged`` nothing here is a maximum; all of it is nan where it could not
    be decided whether there is a finite one.
    """

    columns: tuple[str, ...]
    coefficients: np.ndarray
    model_covariance: np.ndarray
    clustered_covariance: np.ndarray
    log_likelihood: float
    probabilities: np.ndarray
    converged: bool
    separated: tuple[str, ...]
    certain: np.ndarray
    kept: np.ndarray
    covariance_of_kept: np.ndarray


@dataclass(frozen=True)
class _Place:
    """The likelihood at ``beta`` (columns, nought where not kept), of the reports fitted."""

    patterns: Patterns
    separation: Separation
    beta: np.ndarray
    linear: np.ndarray

    def after(self, step: np.ndarray, moved: np.ndarray, part: float) -> _Place:
        """The place after a part of a step, by which the log odds are moved."""
        return replace(self, beta=self.beta + part * step, linear=self.linear + part * moved)

    @property
    def score(self) -> np.ndarray:
        left = self.patterns.events - self.patterns.trials * expit(self.linear)
        return self.patterns.totals(self._fitted(left))[self.separation.kept]

    @property
    def information(self) -> np.ndarray:
        # from both tails, since 1 less a probability near 1 has no digits left
        weights = self.patterns.trials * expit(self.linear) * expit(-self.linear)
        kept = np.ix_(self.separation.kept, self.separation.kept)
        return self.patterns.cross(self._fitted(weights))[kept]

    @cached_property
    def log_likelihood(self) -> float:
        trials, events = self.patterns.trials, self.patterns.events
        terms = events * self.linear - trials * np.logaddexp(0, self.linear)
        return float(self._fitted(terms).sum())

    @property
    def probabilities(self) -> np.ndarray:
        certain, unknown = self.separation.certain, self.separation.unknown
        chance = np.where(certain, self.patterns.events > 0, expit(self.linear))
        return np.where(unknown, np.nan, chance)

    def _fitted(self, of_patterns: np.ndarray) -> np.ndarray:
        return np.where(self.separation.certain, 0, of_patterns)


def fit_logit(patterns: Patterns) -> Fit:
    """Maximum likelihood by damped Newton steps, and the sandwich clustered by cluster.

    The covariance by clusters (Liang and Zeger 1986, doi 10.1093/biomet/73.1.13) is multiplied by
    ``SMALL_SAMPLE``: G clusters, N reports and K columns that the fit rests on. Refuses columns
    that are not independent of each other. The clustered covariance is nan for one cluster, and
    for no more reports than columns. For separation see ``Fit``: it is no reason to refuse.
    """
    separation = find_separation(patterns)
    if not separation.decided:
        return _undecided(patterns)
    here, converged = _maximum(patterns, separation)
    kept = separation.kept
    bread = np.linalg.inv(here.information)
    meat = patterns.cross_of_clusters(here.probabilities)[np.ix_(kept, kept)]
    clustered = _small_sample(patterns, separation) * bread @ meat @ bread
    return Fit(
        columns=patterns.columns,
        coefficients=np.where(separation.endless, np.nan, here.beta),
        model_covariance=_spread(bread, separation),
        clustered_covariance=_spread(clustered, separation),
        log_likelihood=here.log_likelihood,
        probabilities=here.probabilities,
        converged=converged,
        separated=tuple(np.array(patterns.columns)[separation.endless].tolist()),
        certain=separation.certain,
        kept=kept,
        covariance_of_kept=clustered,
    )


def _undecided(patterns: Patterns) -> Fit:
    """No fit, since separation could not be excluded: Newton's steps might run on for ever."""
    columns = len(patterns.columns)
    none = np.full((columns, columns), np.nan)
    return Fit(
        columns=patterns.columns,
        coefficients=none[0],
        model_covariance=none,
        clustered_covariance=none,
        log_likelihood=float("nan"),
        probabilities=np.full(len(patterns.codes), np.nan),
        converged=False,
        separated=(),
        certain=np.zeros(len(patterns.codes), bool),
        kept=np.ones(columns, bool),
        covariance_of_kept=none,
    )


def _maximum(patterns: Patterns, separation: Separation) -> tuple[_Place, bool]:
    """The better of a Newton step and of the same shortened to the logarithm of its length.

    The length is the most by which it moves the log odds of a pattern. The shortened steps alone
    are proven to settle (Sun and Tran-Dinh 2019, doi 10.1007/s10107-018-1282-4, equation 12 with
    ν = 2).
    """
    none = np.zeros(len(patterns.columns))
    here = _Place(patterns, separation, none, patterns.linear(none))
    for _ in range(STEPS):
        step = none.copy()
        step[separation.kept] = np.linalg.solve(here.information, here.score)
        moved = patterns.linear(step)
        length = np.abs(moved).max()
        if length < CLOSE:
            return here.after(step, moved, 1), True
        parts = 1, np.log1p(length) / length
        here = max(
            (here.after(step, moved, part) for part in parts), key=attrgetter("log_likelihood")
        )
    return here, False


def _small_sample(patterns: Patterns, separation: Separation) -> float:
    fitted = ~separation.certain[patterns.pattern_of]
    before = np.concatenate([[0], np.cumsum(fitted)])
    clusters = (np.diff(before[patterns.starts]) > 0).sum()
    reports, columns = before[-1], separation.kept.sum()
    if clusters < 2 or reports <= columns:
        return float("nan")
    return float(clusters / (clusters - 1) * (reports - 1) / (reports - columns))


def _spread(covariance: np.ndarray, separation: Separation) -> np.ndarray:
    """A covariance of the kept columns among all columns, nan where one is not finite."""
    spread = np.full((len(separation.kept),) * 2, np.nan)
    spread[np.ix_(separation.kept, separation.kept)] = covariance
    spread[separation.endless] = spread[:, separation.endless] = np.nan
    return spread
