"""Funnel of proportions adjusted for more spread than chance gives.

Spiegelhalter 2005, Statistics in Medicine 24:1185 (doi 10.1002/sim.1970): arcsine scale,
z-scores clipped at their 10th and 90th percentiles (linear interpolation, which matters: see
docs/decisions.md), additive between-area variance. No league table comes out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LIMITS = {"95%": 1.96, "99.8%": 3.09}
CLIP = (10, 90)
# The rules for percentiles that numpy and R know; the published method does not say which.
RULES = (
    "linear", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
    "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased",
)  # fmt: skip


@dataclass(frozen=True)
class Funnel:
    """The fitted funnel; arrays have one entry for each area, in the order given."""

    pooled: float  # the share of all areas together
    phi: float  # mean of the squared clipped z: 1 where only chance is at work
    tau2: float  # variance between areas, on the arcsine scale
    z: np.ndarray
    z_adjusted: np.ndarray

    def outside(self, limit: str, *, adjusted: bool) -> int:
        """How many areas lie outside a limit; the unclipped z-scores are counted."""
        scores = self.z_adjusted if adjusted else self.z
        return int((np.abs(scores) > LIMITS[limit]).sum())

    def limits(self, trials: np.ndarray, limit: str) -> tuple[np.ndarray, np.ndarray]:
        """Adjusted limits of the share at so many trials, as (lower, upper) shares."""
        spread = LIMITS[limit] * np.sqrt(1 / (4 * np.asarray(trials, float)) + self.tau2)
        centre = np.arcsin(np.sqrt(self.pooled))
        angles = np.clip([centre - spread, centre + spread], 0, np.pi / 2)
        lower, upper = np.sin(angles) ** 2
        return lower, upper


def fit(events: np.ndarray, trials: np.ndarray, rule: str = RULES[0]) -> Funnel:
    """Fit the funnel to ``events`` of ``trials`` in each area; refuses an area without trials.

    ``rule`` is the rule for percentiles, one of ``RULES``.
    """
    events, trials = np.asarray(events, float), np.asarray(trials, float)
    if len(events) < 3 or (trials <= 0).any() or (events < 0).any() or (events > trials).any():
        raise ValueError("a funnel needs three areas or more, each with events out of trials")
    angle = np.arcsin(np.sqrt(events / trials))
    error = 1 / (2 * np.sqrt(trials))
    pooled = events.sum() / trials.sum()
    away = angle - np.arcsin(np.sqrt(pooled))
    z = away / error
    clipped = np.clip(z, *np.percentile(z, CLIP, method=rule))
    phi = float((clipped**2).mean())
    weight = 1 / error**2
    areas = len(z)
    tau2 = max(0.0, (areas * phi - (areas - 1)) / (weight.sum() - (weight**2).sum() / weight.sum()))
    return Funnel(float(pooled), phi, float(tau2), z, away / np.sqrt(error**2 + tau2))
