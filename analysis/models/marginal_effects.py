"""Average marginal effects of a logit on categorical covariates: differences in probability.

The effect of a level is the mean, over all reports, of the probability with every report set to
the level less that with every report set to the reference, all else as observed. With categorical
covariates this is a sum over patterns. Compare ``marginaleffects.avg_comparisons`` (Arel-Bundock,
Greifer and Heiss 2024, doi 10.18637/jss.v111.i09). statsmodels' ``get_margeff`` is another number:
it moves one dummy and leaves the other levels of the factor as observed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.models.logit import Fit
from analysis.models.patterns import Patterns


def average_marginal_effects(patterns: Patterns, fit: Fit) -> pd.DataFrame:
    """A row for each level but the reference: factor, level, reference, effect, se.

    ``effect``: difference in the probability of the outcome, averaged over reports; ``se``: by the
    delta method from the covariance by clusters, the reports' covariates taken as given. Both are
    nan in a factor that has a column without a finite coefficient. Reports that are predicted with
    certainty are so whatever the other factors are, so their part in those effects is nought.
    """
    rows = [
        (factor, level, levels[0], *_effect(patterns, fit, factor, place))
        for factor, levels in patterns.levels.items()
        for place, level in enumerate(levels[1:], start=1)
    ]
    return pd.DataFrame(rows, columns=["factor", "level", "reference", "effect", "se"])


def _effect(patterns: Patterns, fit: Fit, factor: str, place: int) -> tuple[float, float]:
    term = patterns.terms[factor]
    shifts = np.concatenate([[0.0], fit.coefficients[term]])
    if np.isnan(shifts).any():
        return np.nan, np.nan
    weights = patterns.trials / patterns.trials.sum()
    own = patterns.codes[:, list(patterns.levels).index(factor)]
    without = logit(np.where(weights > 0, fit.probabilities, 0.5)) - shifts[own]
    there, here = expit(without + shifts[place]), expit(without)
    slope = weights * there * expit(-without - shifts[place])
    gradient = patterns.totals(slope - weights * here * expit(-without))
    gradient[term] = 0
    gradient[term.start + place - 1] = slope.sum()
    gradient = gradient[fit.kept]
    variance = gradient @ fit.covariance_of_kept @ gradient
    return float(weights @ (there - here)), float(np.sqrt(variance))
