"""Errors that hold when clusters (forces) are few and unequal.

Reports of one force share its practice and its recording, so the force is the unit that varies.
One force can hold most of a group's events; ordinary clustered errors are then far too small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from analysis.models.force_counts import Fit, ForceCounts, fit

SINGULAR = 1e-8  # leverages are between 0 and 1: below this a direction is taken as fitted exactly
DRAWS = 1999
TIE = 1e-9  # statistics that differ by less, relatively, are equal: floats end differently
CLOSE = 1e-6  # of a limit, on the log scale
FARTHEST = 20.0  # on the log scale: no limit is looked for beyond


@dataclass(frozen=True)
class Robust:
    """Standard errors and degrees of freedom of the log ratios, one entry each."""

    errors: np.ndarray
    degrees: np.ndarray

    def limits(self, log_ratios: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper limits of the log ratios, by the t distribution."""
        half = stdtrit(self.degrees, (1 + confidence) / 2) * self.errors
        return log_ratios - half, log_ratios + half


def cr2(fitted: Fit) -> Robust:
    """Bias-reduced clustered errors (CR2) with Satterthwaite degrees of freedom.

    Bell and McCaffrey 2002; Pustejovsky and Tipton 2018 (doi 10.1080/07350015.2016.1247004). The
    working model is that of the fit, variance in proportion to the mean.
    """
    design, bread = fitted.design, fitted.covariance
    forces, groups, _ = design.shape
    shares = np.sqrt(fitted.means / fitted.means.sum(axis=1, keepdims=True))
    # residuals of the fit are (I - H) times the errors, H with the force effects in it
    own = np.eye(groups) - np.einsum("gk,gl->gkl", shares, shares)
    leverage = np.einsum("gki,ij,glj->gkl", design, bread, design)
    adjust = _inverse_root(own - leverage)
    adjusted = np.einsum("gkl,gli->gki", adjust, design)
    scores = np.einsum("gki,gk->gi", adjusted, fitted.residuals)
    errors = np.sqrt(((scores @ bread) ** 2).sum(axis=0))
    degrees = []
    for column in bread.T:
        weights = adjusted @ column  # (forces, groups)
        through = np.einsum("gki,gk->gi", design, weights)
        spread = -through @ bread @ through.T
        spread[np.diag_indices(forces)] += np.einsum("gk,gkl,gl->g", weights, own, weights)
        degrees.append(np.trace(spread) ** 2 / (spread**2).sum())
    return Robust(errors, np.array(degrees))


def _inverse_root(matrices: np.ndarray) -> np.ndarray:
    """Symmetric inverse square roots, Moore-Penrose where a matrix is singular."""
    values, vectors = np.linalg.eigh(matrices)
    roots = np.where(values > SINGULAR, 1 / np.sqrt(np.maximum(values, SINGULAR)), 0)
    return np.einsum("gij,gj,gkj->gik", vectors, roots, vectors)


def effective_clusters(fitted: Fit) -> np.ndarray:
    """The effective number of clusters for each log ratio.

    G / (1 + Γ) with Γ the squared coefficient of variation of what the clusters add to the variance
    (Carter, Schnepel and Steigerwald 2017, doi 10.1162/REST_a_00639), events independent.
    """
    bread = fitted.covariance
    share = np.einsum("ik,gij,jk->gk", bread, fitted.information_by_force, bread)
    return len(share) / (1 + share.var(axis=0) / share.mean(axis=0) ** 2)


def draws(forces: int, seed: int) -> np.ndarray:
    """(``DRAWS``, forces) signs of either kind with equal chance, from a seed (Rademacher)."""
    return np.random.default_rng(seed).choice([-1.0, 1.0], (DRAWS, forces))


def wild_bootstrap(
    data: ForceCounts, place: int, log_ratio: float, signs: np.ndarray
) -> tuple[float, float]:
    """Statistic and two-sided p-value of one log ratio being ``log_ratio``.

    Wild cluster bootstrap-t with the hypothesis imposed, on the model made linear at the fit under
    the hypothesis: the scores of each cluster change sign together (Cameron, Gelbach and Miller
    2008, doi 10.1162/rest.90.3.414; Kline and Santos 2012, doi 10.1515/2156-6674.1006). ``signs``
    holds a row for each draw and a column for each cluster.
    """
    held = fit(data, (place, log_ratio))
    scores = (data.events - held.means)[:, 1:]
    direction = held.covariance[place]
    per_force = held.information_by_force @ direction

    def statistic(signs: np.ndarray) -> np.ndarray:
        steps = signs @ scores @ held.covariance  # one step of Newton, a row for each draw
        left = signs * (scores @ direction) - steps @ per_force.T
        return steps[:, place] / np.sqrt((left**2).sum(axis=1))

    (observed,) = statistic(np.ones((1, len(data.forces))))
    drawn = np.abs(statistic(signs))
    return float(observed), float((drawn >= abs(observed) * (1 - TIE)).mean())


def wild_limits(
    data: ForceCounts, place: int, estimate: float, confidence: float, signs: np.ndarray
) -> tuple[float, float]:
    """The log ratios that the wild bootstrap does not reject: the nearest limit on either side.

    Minus or plus infinity where none is rejected.
    """
    return tuple(_limit(data, place, estimate, confidence, signs, side) for side in (-1, 1))


def _limit(
    data: ForceCounts, place: int, estimate: float, confidence: float, signs: np.ndarray, side: int
) -> float:
    def kept(log_ratio: float) -> bool:
        return wild_bootstrap(data, place, log_ratio, signs)[1] > 1 - confidence

    inside, width = estimate, 0.1
    while kept(outside := estimate + side * width):
        inside, width = outside, 2 * width
        if width > FARTHEST:
            return side * float("inf")
    while abs(outside - inside) > CLOSE:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if kept(middle) else (inside, middle)
    return inside
