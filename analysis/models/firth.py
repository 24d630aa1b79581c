"""Logit by Firth's penalised likelihood: finite where an outcome is rare or perfectly predicted.

The log likelihood gains half the logarithm of the determinant of its information (Firth 1993,
doi 10.1093/biomet/80.1.27); for separation and limits see Heinze and Schemper 2002
(doi 10.1002/sim.1047). On collapsed covariate patterns the fit is that of the single reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtri

STEPS, CLOSE = 500, 1e-11
HALVINGS = 40
NOISE = 1e-13  # of the log likelihood, relative: less is rounding
FARTHEST = 30.0  # from the estimate, in log odds: no limit is looked for beyond


@dataclass(frozen=True)
class FirthFit:
    """The penalised likelihood at ``coefficients``, one for each column of ``design``.

    ``design``: (patterns, columns), the intercept among them; ``trials`` and ``events``: reports
    of each pattern, and those of them with the outcome.
    """

    design: np.ndarray
    trials: np.ndarray
    events: np.ndarray
    coefficients: np.ndarray

    @cached_property
    def probabilities(self) -> np.ndarray:
        """Fitted probability of the outcome, one for each pattern."""
        return expit(self.design @ self.coefficients)

    @cached_property
    def variances(self) -> np.ndarray:
        """Of the outcome of one report of each pattern."""
        # from both tails, since 1 less a probability near 1 has no digits left
        linear = self.design @ self.coefficients
        return expit(linear) * expit(-linear)

    @cached_property
    def _factors(self) -> tuple[np.ndarray, np.ndarray]:
        """Q and R of the weighted design; R'R is the information of the coefficients."""
        return np.linalg.qr(np.sqrt(self.trials * self.variances)[:, None] * self.design)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Inverse of the information, as if every report were independent of every other."""
        inverse = np.linalg.inv(self._factors[1])
        return inverse @ inverse.T

    @cached_property
    def log_likelihood(self) -> float:
        """Penalised; without the binomial coefficients of the patterns, which hold no parameter."""
        linear = self.design @ self.coefficients
        plain = self.events @ linear - self.trials @ np.logaddexp(0, linear)
        with np.errstate(divide="ignore"):  # minus infinity where the information has run out
            penalty = np.log(np.abs(np.diag(self._factors[1]))).sum()
        return float(plain + penalty)

    @property
    def leverages(self) -> np.ndarray:
        """Of each pattern, added up over its reports: they add up to the number of columns."""
        return (self._factors[0] ** 2).sum(axis=1)


def fit_firth(design: np.ndarray, trials: np.ndarray, events: np.ndarray) -> FirthFit:
    """Coefficients (log odds ratios) that maximise the penalised likelihood.

    They exist whatever the outcomes are, provided the design has full rank (Kosmidis and Firth
    2021, doi 10.1093/biomet/asaa052). Refuses a design without full rank among the patterns
    with reports, and events beyond the trials.
    """
    design, trials, events = (np.asarray(given, float) for given in (design, trials, events))
    columns = design.shape[1]
    if not ((events >= 0) & (events <= trials)).all():
        raise ValueError("events must be between nought and the trials of their pattern")
    rank = np.linalg.matrix_rank(design[trials > 0])
    if rank < columns:
        raise ValueError(f"the design has {columns} columns and a rank of {rank} only")
    start = FirthFit(design, trials, events, np.zeros(columns))
    return _climb(start, np.ones(columns, bool))


def _climb(here: FirthFit, free: np.ndarray) -> FirthFit:
    """The maximum over the ``free`` coefficients, the others held where they are.

    Newton's method on the data with each pattern's leverage added as half an event and half a
    non-event (Heinze and Schemper 2002), and a step halved until the likelihood does not fall.
    """
    for _ in range(STEPS):
        step = _step(here, free)
        if np.abs(step).max() < CLOSE:
            return here
        here = _uphill(here, step)
    raise ValueError("the penalised fit did not settle")


def _step(here: FirthFit, free: np.ndarray) -> np.ndarray:
    step, added = np.zeros(len(free)), here.leverages
    design, chance = here.design[:, free], here.probabilities
    if free.any():
        left = here.events + added / 2 - (here.trials + added) * chance
        weights = (here.trials + added) * here.variances
        step[free] = np.linalg.solve((design.T * weights) @ design, design.T @ left)
    return step


def _uphill(here: FirthFit, step: np.ndarray) -> FirthFit:
    for _ in range(HALVINGS):
        there = FirthFit(here.design, here.trials, here.events, here.coefficients + step)
        if there.log_likelihood >= here.log_likelihood - NOISE * abs(here.log_likelihood):
            return there
        step = step / 2
    raise ValueError("the penalised likelihood could not be raised")


def profile_limits(
    fitted: FirthFit, column: int, confidence: float, design_effect: float = 1.0
) -> tuple[float, float]:
    """Limits of one coefficient: where the profile of twice the penalised likelihood has fallen
    by the χ² quantile on 1 degree of freedom times ``design_effect`` (Heinze and Schemper 2002).

    Dividing the deviance by a design effect widens the limits for reports in clusters (Rao and
    Scott 1984, doi 10.1214/aos/1176346391, first order). Minus or plus infinity where no limit
    lies within 30 of the estimate. Refuses a design effect below 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    if not design_effect >= 1:
        raise ValueError(f"design effect {design_effect} is below 1")
    allowed = design_effect * float(ndtri((1 + confidence) / 2)) ** 2
    return _limit(fitted, column, allowed, -1), _limit(fitted, column, allowed, 1)


def _limit(fitted: FirthFit, column: int, allowed: float, side: int) -> float:
    free = np.arange(len(fitted.coefficients)) != column
    along = fitted.covariance[column] / fitted.covariance[column, column]

    def beyond(distance: float) -> float:
        start = fitted.coefficients + side * distance * along
        held = FirthFit(fitted.design, fitted.trials, fitted.events, start)
        fallen = fitted.log_likelihood - _climb(held, free).log_likelihood
        return 2 * fallen - allowed

    inside, outside = 0.0, sqrt(allowed * fitted.covariance[column, column])
    while outside <= FARTHEST:
        if beyond(outside) >= 0:
            distance = brentq(beyond, inside, outside, xtol=1e-9)
            return float(fitted.coefficients[column] + side * distance)
        inside, outside = outside, 1.5 * outside
    return side * float("inf")


def worst_design_effect(reports: np.ndarray) -> float:
    """Σm² / Σm over incidents of m reports each: 1 where every incident has one report.

    The design effect of a mean if all reports of an incident shared their outcome, and the
    subject's group (Kish 1965, Survey Sampling, with an intraclass correlation of 1): the worst
    case for a coefficient of the subject, hence wide limits.
    """
    sizes = np.asarray(reports, float)
    if not len(sizes) or not (sizes >= 1).all():
        raise ValueError("an incident has one report or more")
    return float((sizes**2).sum() / sizes.sum())
