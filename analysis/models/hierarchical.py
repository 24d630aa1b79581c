"""Events of several groups in several areas: areas differ by a random effect, groups by a ratio.

After Gelman, Fagan and Kiss 2007 (doi 10.1198/016214506000001040), by maximum marginal likelihood
in place of their Bayesian fit and without their further effect of each cell: events of group g in
area a are Poisson with mean base · exp(α_g + u_a), u_a normal with mean 0 and deviation σ. The
ratio of two groups is the same in every area. Where it is not, ``dispersion`` is far above 1, and
limits from ``covariance`` are far too narrow: take ``clustered_covariance``, and show the spread
(``analysis.models.random_effects``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri, wrightomega

STEPS, CLOSE = 100, 1e-10
HALVINGS = 40
NOISE = 1e-11  # of the log likelihood, relative: less is the error of the quadrature
STEP = 0.0625  # of the quadrature, in deviations of an area's integrand at its mode
GRID = np.arange(-20, 14, STEP)  # far on the side of no event, where the integrand falls slowly
SMALLEST = 1e-4  # of σ: below it the data cannot tell it from nought
FARTHEST = 10.0  # of σ, where one deviation is a factor of 22,000: beyond it is no limit


class Unsettled(ValueError):
    """The events do not say how the areas differ: too few areas have any."""


@dataclass(frozen=True)
class HierarchicalFit:
    """The marginal likelihood at ``alphas`` (log rates of the groups in an area with no effect).

    ``events``, ``base``: (areas, groups), a base of 0 for a cell that is not there. ``sigma``:
    standard deviation of the areas' effects on the log scale; at its boundary of 0 the fit is that
    of a plain Poisson, which is no proof of equal areas: see ``sigma_limits``. For a common outcome
    (a share p of the base) the Poisson overstates the variance of chance by 1 / (1 - p), so that
    ``sigma`` is too small and its limits too cautious.
    """

    events: np.ndarray
    base: np.ndarray
    alphas: np.ndarray
    sigma: float

    @cached_property
    def _cells(self) -> np.ndarray:
        """Expected events of each cell in an area with no effect."""
        return self.base * np.exp(self.alphas)

    @cached_property
    def _nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """(areas, points): standard normal nodes of the areas and logs of what each weighs.

        The trapezoidal rule around the mode of each area's integrand, scaled by its curvature
        there (as Pinheiro and Bates 1995, doi 10.1080/10618600.1995.10474663, scale Gauss-Hermite,
        which fails an area without an event at a large σ, where the integrand is a cliff). The
        mode solves u = σ² (events - expected · exp(u)), by Wright's omega function.
        """
        events, expected = self.events.sum(axis=1), self._cells.sum(axis=1)
        pull = self.sigma**2 * events
        with np.errstate(divide="ignore"):  # σ of nought: no pull, and the mode is at nought
            mode = pull - wrightomega(pull + np.log(self.sigma**2 * expected))
        centre = mode / self.sigma if self.sigma else mode
        scale = 1 / np.sqrt(1 + self.sigma**2 * expected * np.exp(mode))
        z = centre[:, None] + scale[:, None] * GRID
        u = self.sigma * z
        heights = events[:, None] * u - expected[:, None] * np.exp(u) - z**2 / 2
        return z, heights + np.log(STEP * scale)[:, None] - np.log(2 * np.pi) / 2

    @cached_property
    def _by_area(self) -> np.ndarray:
        """Log likelihood of each area, without the factorials and bases."""
        logs = self._nodes[1]
        top = logs.max(axis=1)
        return top + np.log(np.exp(logs - top[:, None]).sum(axis=1)) + self.events @ self.alphas

    @property
    def log_likelihood(self) -> float:
        """Without what holds no parameter: factorials of events, and bases."""
        return float(self._by_area.sum())

    @cached_property
    def _weights(self) -> np.ndarray:
        """(areas, points): posterior probability of each node."""
        logs = self._nodes[1]
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def _posterior(self, values: np.ndarray) -> np.ndarray:
        return np.einsum("ak,ak...->a...", self._weights, values)

    @cached_property
    def _complete_scores(self) -> np.ndarray:
        """(areas, points, groups + 1): were the effect known; the last is that of σ."""
        z = self._nodes[0]
        left = self.events[:, None, :] - self._cells[:, None, :] * np.exp(self.sigma * z)[..., None]
        return np.concatenate([left, (z * left.sum(axis=2))[..., None]], axis=2)

    @cached_property
    def scores(self) -> np.ndarray:
        """(areas, groups + 1): slope of each area's log likelihood in the alphas, then in σ."""
        return self._posterior(self._complete_scores)

    @cached_property
    def information(self) -> np.ndarray:
        """Observed information of the alphas and σ: what is expected of the complete data, less
        what its scores vary (Louis 1982, doi 10.1111/j.2517-6161.1982.tb01203.x)."""
        z, groups = self._nodes[0], len(self.alphas)
        rates = np.exp(self.sigma * z)
        first, second, third = (self._posterior(rates * z**power) for power in range(3))
        complete = np.zeros((groups + 1, groups + 1))
        complete[np.diag_indices(groups)] = first @ self._cells
        complete[:groups, groups] = complete[groups, :groups] = second @ self._cells
        complete[groups, groups] = third @ self._cells.sum(axis=1)
        off = self._complete_scores - self.scores[:, None, :]
        return complete - np.einsum("ak,aki,akj->ij", self._weights, off, off)

    @property
    def _free(self) -> slice:
        """What the errors are of: σ among it, unless it is at its boundary."""
        return slice(None if self.sigma else -1)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Of the alphas, with σ estimated too: as if the model held."""
        free, groups = self._free, len(self.alphas)
        return np.linalg.inv(self.information[free, free])[:groups, :groups]

    @cached_property
    def clustered_covariance(self) -> np.ndarray:
        """Of the alphas, with areas independent of each other and nothing more (White 1982,
        doi 10.2307/1912526): holds, for many areas, where ratios differ from area to area."""
        free, groups = self._free, len(self.alphas)
        bread, scores = np.linalg.inv(self.information[free, free]), self.scores[:, free]
        return (bread @ (scores.T @ scores) @ bread)[:groups, :groups]

    def ratio(
        self, group: int, reference: int, confidence: float, *, clustered: bool
    ) -> tuple[float, float, float]:
        """Rate ratio of two groups within an area, with its Wald limits on the log scale.

        ``clustered`` takes the errors of ``clustered_covariance`` in place of ``covariance``.
        """
        covariance = self.clustered_covariance if clustered else self.covariance
        contrast = np.zeros(len(self.alphas))
        contrast[group] += 1
        contrast[reference] -= 1
        half = _quantile(confidence) * sqrt(contrast @ covariance @ contrast)
        log_ratio = contrast @ self.alphas
        return exp(log_ratio), exp(log_ratio - half), exp(log_ratio + half)

    @property
    def area_effects(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each area's effect u_a given its events.

        Shrunken towards nought where events are few; the deviations take the alphas and σ as known.
        """
        u = self.sigma * self._nodes[0]
        means = self._posterior(u)
        return means, np.sqrt(self._posterior((u - means[:, None]) ** 2))

    @property
    def dispersion(self) -> float:
        """Pearson's X² over its degrees of freedom within areas: 1 where only chance is at work.

        Given its events an area's groups share them as their expected events do, whatever its
        effect: (cells - areas - groups + 1) degrees, over areas with an event.
        """
        seen = self.events.sum(axis=1) > 0
        events, cells = self.events[seen], self._cells[seen]
        means = events.sum(axis=1, keepdims=True) * cells / cells.sum(axis=1, keepdims=True)
        there = means > 0
        degrees = there.sum() - seen.sum() - (len(self.alphas) - 1)
        if degrees <= 0:
            return float("nan")
        return float(((events - means)[there] ** 2 / means[there]).sum() / degrees)

    def sigma_limits(self, confidence: float) -> tuple[float, float]:
        """Profile-likelihood limits of σ; the lower is 0 where the data do not exclude it.

        By the χ² quantile on 1 degree of freedom, which near the boundary is cautious (Self and
        Liang 1987, doi 10.1080/01621459.1987.10478472). The upper is infinite where none is found
        up to ``FARTHEST``.
        """
        allowed = _quantile(confidence) ** 2

        def beyond(sigma: float) -> float:
            fallen = self.log_likelihood - _given(self, sigma).log_likelihood
            return 2 * fallen - allowed

        lower = brentq(beyond, 0, self.sigma) if beyond(0.0) > 0 else 0.0
        if beyond(FARTHEST) < 0:
            return lower, float("inf")
        return lower, brentq(beyond, self.sigma, FARTHEST)


def fit_hierarchical(events: np.ndarray, base: np.ndarray) -> HierarchicalFit:
    """Maximum marginal likelihood; ``events`` and ``base`` (residents): (areas, groups).

    For each σ the alphas are climbed to, where the likelihood has one top; σ is where the slope
    of that profile crosses nought, and 0 where it falls from the start. Refuses events among no
    base, a group or base without an event, and fewer than two areas; ``Unsettled`` where there is
    no σ up to ``FARTHEST``. An area without a base leaves; one with a base and no event stays.
    """
    events, base = _checked(np.asarray(events, float), np.asarray(base, float))
    alphas = np.log(events.sum(axis=0) / base.sum(axis=0))
    plain = _given(HierarchicalFit(events, base, alphas, 0.0), 0.0)

    def slope(sigma: float) -> float:
        return float(_given(plain, sigma).scores[:, -1].sum())

    if slope(SMALLEST) <= 0:
        return plain
    if slope(FARTHEST) > 0:
        raise Unsettled("the areas differ without bound")
    return _given(plain, brentq(slope, SMALLEST, FARTHEST, xtol=1e-12))


def _checked(events: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if events.ndim != 2 or events.shape != base.shape:
        raise ValueError(f"events {events.shape} and base {base.shape} must be (areas, groups)")
    if not ((events >= 0) & (base >= 0)).all():
        raise ValueError("events and base must not be below nought, nor missing")
    if (events[base == 0] > 0).any():
        raise ValueError("there are events where there is no base")
    kept = base.sum(axis=1) > 0
    if kept.sum() < 2 or not (events.sum(axis=0) > 0).all():
        raise ValueError("two areas with a base, and an event in each group, are needed")
    return events[kept], base[kept]


def _given(start: HierarchicalFit, sigma: float) -> HierarchicalFit:
    """The best alphas at a σ, by Newton's method with halved steps.

    The integrand is log-concave in the alphas and the effect, so the likelihood has one top.
    """
    here = HierarchicalFit(start.events, start.base, start.alphas, sigma)
    for _ in range(STEPS):
        step = np.linalg.solve(here.information[:-1, :-1], here.scores[:, :-1].sum(axis=0))
        if np.abs(step).max() < CLOSE:
            return here
        here = _uphill(here, step)
    raise Unsettled(f"the fit at a deviation of {sigma} did not settle")


def _uphill(here: HierarchicalFit, step: np.ndarray) -> HierarchicalFit:
    for _ in range(HALVINGS):
        alphas = here.alphas + step
        there = HierarchicalFit(here.events, here.base, alphas, here.sigma)
        if there.log_likelihood >= here.log_likelihood - NOISE * abs(here.log_likelihood):
            return there
        step = step / 2
    raise Unsettled("the likelihood could not be raised")


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    return float(ndtri((1 + confidence) / 2))
