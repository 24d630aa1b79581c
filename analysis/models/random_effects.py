"""Log ratios of several forces pooled as if drawn from a common distribution of true ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit
from statsmodels.stats.meta_analysis import combine_effects

METHODS = {"Paule-Mandel": "iterated", "DerSimonian-Laird": "chi2"}


@dataclass(frozen=True)
class Pooled:
    """On the log scale: mean, its limits, limits of a further force's, spread between forces."""

    mean: float
    limits: tuple[float, float]
    prediction: tuple[float, float]
    tau: float
    i2: float


def pool(
    log_ratios: Sequence[float], variances: Sequence[float], confidence: float, method: str
) -> Pooled:
    """Random effects, one log ratio and variance a force; ``method`` of ``METHODS`` gives τ².

    Limits of the mean by Hartung and Knapp (t with one less than the forces); prediction interval
    by Higgins, Thompson and Spiegelhalter 2009 (doi 10.1111/j.1467-985X.2008.00552.x; t with two
    less). Refuses fewer than three forces.
    """
    if len(log_ratios) < 3:
        raise ValueError("a prediction interval needs three forces or more")
    made = combine_effects(
        np.asarray(log_ratios), np.asarray(variances), method_re=METHODS[method], use_t=True
    )
    mean, tau2 = float(made.mean_effect_re), max(0.0, float(made.tau2))
    _, _, _, (lower, upper) = made.conf_int(alpha=1 - confidence)
    half = stdtrit(len(log_ratios) - 2, (1 + confidence) / 2) * np.sqrt(tau2 + made.var_eff_w_re)
    i2 = max(0.0, float(made.i2))
    return Pooled(
        mean, (float(lower), float(upper)), (mean - float(half), mean + float(half)), tau2**0.5, i2
    )
