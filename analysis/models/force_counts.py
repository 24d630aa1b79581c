"""Counts over forces and groups: Poisson with force effects and residents as exposure.

A force effect for each force is the same as asking, within each force, which share of its events
falls on each group (the likelihood given the force's total is the product of multinomials), so
only the ratios between groups are estimated. Poisson quasi-likelihood: the ratios hold whatever
the spread, and errors come from ``analysis.models.few_clusters``. A negative binomial with force
effects is not consistent here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

STEPS, CLOSE = 100, 1e-9  # the step after one of 1e-9 would be near 1e-18


@dataclass(frozen=True)
class ForceCounts:
    """``events`` and ``residents``: a row for each force, a column for each group.

    The first group is the reference. A cell without residents is one that is not available, and
    tells nothing. Refuses a force without an event, which tells nothing either, a group without
    an event (its ratio is nought), and events among no residents.
    """

    forces: tuple[str, ...]
    groups: tuple[str, ...]
    events: np.ndarray
    residents: np.ndarray

    def __post_init__(self) -> None:
        shape = (len(self.forces), len(self.groups))
        if self.events.shape != shape or self.residents.shape != shape:
            raise ValueError(f"events and residents must have the shape {shape}")
        if (self.residents < 0).any() or (self.events < 0).any():
            raise ValueError("residents and events must not be below nought")
        if (self.events[self.residents == 0] > 0).any():
            raise ValueError("there are events where there are no residents")
        if not (self.events.sum(axis=0) > 0).all() or not (self.events.sum(axis=1) > 0).all():
            raise ValueError("a force or a group without an event cannot be fitted")

    def without(self, force: str) -> ForceCounts:
        """The same with one force left out."""
        kept = [place for place, name in enumerate(self.forces) if name != force]
        return replace(
            self,
            forces=tuple(self.forces[place] for place in kept),
            events=self.events[kept],
            residents=self.residents[kept],
        )


@dataclass(frozen=True)
class Fit:
    """``log_ratios`` of each group to the reference, in the order of the groups after it."""

    data: ForceCounts
    log_ratios: np.ndarray
    means: np.ndarray  # expected events: they add up to the events in each force

    @cached_property
    def design(self) -> np.ndarray:
        """(forces, groups, ratios): each cell's row of the design, scaled by the root of its mean.

        Force effects are taken out: the indicator of a group less its share in the force.
        """
        shares = self.means / self.means.sum(axis=1, keepdims=True)
        groups = self.means.shape[1]
        indicators = np.eye(groups)[None, :, 1:]
        return np.sqrt(self.means)[:, :, None] * (indicators - shares[:, None, 1:])

    @cached_property
    def information_by_force(self) -> np.ndarray:
        """(forces, ratios, ratios): what each force knows of the ratios."""
        return np.einsum("gki,gkj->gij", self.design, self.design)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Covariance of the log ratios if every event were independent of every other."""
        return np.linalg.inv(self.information_by_force.sum(axis=0))

    @cached_property
    def residuals(self) -> np.ndarray:
        """Pearson residuals: 1 in size where only chance is at work."""
        # a cell without residents has a mean of nought, and no residual
        roots = np.sqrt(np.where(self.means > 0, self.means, 1))
        return (self.data.events - self.means) / roots

    @property
    def dispersion(self) -> float:
        """Pearson's X² over its degrees of freedom: 1 where only chance is at work."""
        forces, groups = self.means.shape
        degrees = (self.means > 0).sum() - forces - (groups - 1)
        return float((self.residuals**2).sum() / degrees)


def fit(data: ForceCounts, fixed: tuple[int, float] | None = None) -> Fit:
    """Maximum likelihood by Newton's method, damped so that it settles from any start.

    A long step is shortened to the logarithm of its length, which is proven to settle for such
    likelihoods (Sun and Tran-Dinh 2019, doi 10.1007/s10107-018-1282-4, equation 12 with ν = 2).
    ``fixed`` holds one log ratio (its place, its value) at a value, as a test of that value needs.
    """
    beta = np.log(data.events.sum(axis=0) / data.residents.sum(axis=0))
    beta = (beta - beta[0])[1:]
    free = np.ones(len(beta), bool)
    if fixed is not None:
        beta[fixed[0]], free[fixed[0]] = fixed[1], False
    for _ in range(STEPS):
        now = Fit(data, beta, _means(data, beta))
        if not free.any():
            return now
        score = (data.events - now.means)[:, 1:].sum(axis=0)[free]
        step = np.linalg.solve(now.information_by_force.sum(axis=0)[np.ix_(free, free)], score)
        length = np.ptp([0.0, *step])  # from the group that falls most to the one that rises most
        beta = beta.copy()
        beta[free] += step * (np.log1p(length) / length if length else 1)
        if length < CLOSE:
            return Fit(data, beta, _means(data, beta))
    raise ValueError("the fit did not settle")


def _means(data: ForceCounts, beta: np.ndarray) -> np.ndarray:
    weight = data.residents * np.exp(np.concatenate([[0.0], beta]))
    return data.events.sum(axis=1, keepdims=True) * weight / weight.sum(axis=1, keepdims=True)
