"""Funnel of proportions or rates adjusted for more spread than chance gives.

Spiegelhalter 2005, Statistics in Medicine 24:1185 (doi 10.1002/sim.1970): arcsine scale for
proportions and square root scale for rates, z-scores clipped at their 10th and 90th percentiles
(linear interpolation, which matters: see docs/decisions.md), additive between-area variance. No
league table comes out of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

LIMITS = {"95%": 1.96, "99.8%": 3.09}
CLIP = (10, 90)
# The rules for percentiles that numpy and R know; the published method does not say which.
RULES = (
    "linear", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
    "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased",
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """A scale on which chance spreads every level alike: a standard error of 1/(2√base)."""

    name: str
    of: Callable[[np.ndarray], np.ndarray]
    back: Callable[[np.ndarray], np.ndarray]
    top: float  # where the scale ends


PROPORTION = Scale("arcsine", lambda share: np.arcsin(np.sqrt(share)), lambda angle:
                   np.sin(angle) ** 2, np.pi / 2)  # fmt: skip
RATE = Scale("square root", np.sqrt, np.square, np.inf)


@dataclass(frozen=True)
class Funnel:
    """The fitted funnel; arrays have one entry for each area, in the order given."""

    scale: Scale
    pooled: float  # the share or rate of all areas together
    phi: float  # mean of the squared clipped z: 1 where only chance is at work
    tau2: float  # variance between areas, on the scale
    z: np.ndarray
    z_adjusted: np.ndarray

    def outside(self, limit: str, *, adjusted: bool) -> int:
        """How many areas lie outside a limit; the unclipped z-scores are counted."""
        scores = self.z_adjusted if adjusted else self.z
        return int((np.abs(scores) > LIMITS[limit]).sum())

    def limits(self, base: np.ndarray, limit: str) -> tuple[np.ndarray, np.ndarray]:
        """Adjusted limits of the share or rate at so large a base, as (lower, upper)."""
        spread = LIMITS[limit] * np.sqrt(1 / (4 * np.asarray(base, float)) + self.tau2)
        centre = self.scale.of(self.pooled)
        lower, upper = self.scale.back(np.clip([centre - spread, centre + spread], 0,
                                               self.scale.top))  # fmt: skip
        return lower, upper


def p_of(z_adjusted: np.ndarray) -> np.ndarray:
    """Two-sided p of adjusted z-scores: as if forces differed as they usually do, and no more."""
    return 2 * ndtr(-np.abs(z_adjusted))


def fit(
    events: np.ndarray, base: np.ndarray, rule: str = RULES[0], scale: Scale = PROPORTION
) -> Funnel:
    """Fit the funnel to ``events`` out of, or over, a ``base`` in each area.

    ``rule`` is the rule for percentiles, one of ``RULES``. Refuses fewer than three areas, an
    area without a base, and a proportion above one.
    """
    events, base = np.asarray(events, float), np.asarray(base, float)
    nested = scale is not PROPORTION or (events <= base).all()
    if len(events) < 3 or (base <= 0).any() or (events < 0).any() or not nested:
        raise ValueError("a funnel needs three areas or more, each with events out of trials")
    error = 1 / (2 * np.sqrt(base))
    pooled = events.sum() / base.sum()
    away = scale.of(events / base) - scale.of(pooled)
    z = away / error
    clipped = np.clip(z, *np.percentile(z, CLIP, method=rule))
    phi = float((clipped**2).mean())
    weight = 1 / error**2
    areas = len(z)
    tau2 = max(0.0, (areas * phi - (areas - 1)) / (weight.sum() - (weight**2).sum() / weight.sum()))
    return Funnel(scale, float(pooled), phi, float(tau2), z, away / np.sqrt(error**2 + tau2))
