"""Log ratios of several forces pooled as if drawn from a common distribution of true ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

CLOSE = 1e-10  # of Q to its expectation


@dataclass(frozen=True)
class Pooled:
    """On the log scale: mean, its limits, limits of a further force's, spread between forces."""

    mean: float
    limits: tuple[float, float]
    prediction: tuple[float, float]
    tau: float
    i2: float


def _excess(log_ratios: np.ndarray, weights: np.ndarray) -> float:
    """Cochran's Q less what chance gives it."""
    mean = weights @ log_ratios / weights.sum()
    return weights @ (log_ratios - mean) ** 2 - (len(weights) - 1)


def _dersimonian_laird(log_ratios: np.ndarray, variances: np.ndarray) -> float:
    """τ² by one step (DerSimonian and Laird 1986, doi 10.1016/0197-2456(86)90046-2)."""
    weights = 1 / variances
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    return max(0.0, _excess(log_ratios, weights) / scale)


def _paule_mandel(log_ratios: np.ndarray, variances: np.ndarray) -> float:
    """τ² at which Q is what chance gives it (Paule and Mandel 1982, doi 10.6028/jres.087.022).

    Newton's method from nought never oversteps, since Q falls ever more slowly as τ² grows.
    """
    tau2 = 0.0
    weights = 1 / variances
    while (excess := _excess(log_ratios, weights)) > CLOSE:
        mean = weights @ log_ratios / weights.sum()
        tau2 += excess / (weights**2 @ (log_ratios - mean) ** 2)
        weights = 1 / (variances + tau2)
    return float(tau2)


METHODS = {"Paule-Mandel": _paule_mandel, "DerSimonian-Laird": _dersimonian_laird}


def pool(
    log_ratios: Sequence[float], variances: Sequence[float], confidence: float, method: str
) -> Pooled:
    """Random effects, one log ratio and variance a force; ``method`` of ``METHODS`` gives τ².

    Limits of the mean by Hartung and Knapp (doi 10.1002/sim.1009; t with one less than the
    forces); prediction interval by Higgins, Thompson and Spiegelhalter 2009
    (doi 10.1111/j.1467-985X.2008.00552.x; t with two less). I² is τ² over τ² and the typical
    variance of a force (Higgins and Thompson 2002, doi 10.1002/sim.1186). Refuses fewer than
    three forces.
    """
    ratios, chance = np.asarray(log_ratios, float), np.asarray(variances, float)
    forces = len(ratios)
    if forces < 3:
        raise ValueError("a prediction interval needs three forces or more")
    tau2 = METHODS[method](ratios, chance)
    weights = 1 / (chance + tau2)
    mean, variance = weights @ ratios / weights.sum(), 1 / weights.sum()
    scatter = weights @ (ratios - mean) ** 2 / (forces - 1)
    inner = _quantile(forces - 1, confidence) * np.sqrt(scatter * variance)
    outer = _quantile(forces - 2, confidence) * np.sqrt(tau2 + variance)
    own = 1 / chance
    typical = (forces - 1) * own.sum() / (own.sum() ** 2 - (own**2).sum())
    return Pooled(
        float(mean),
        (float(mean - inner), float(mean + inner)),
        (float(mean - outer), float(mean + outer)),
        tau2**0.5,
        float(tau2 / (tau2 + typical)),
    )


def _quantile(degrees: int, confidence: float) -> float:
    return float(stdtrit(degrees, (1 + confidence) / 2))
