"""Which numbers of a file are hidden, so that those shown give none of them away.

Small numbers are hidden, the others rounded. A linear programme bounds every hidden number from all
that are not (Fischetti and Salazar 2000 call it the attacker's problem), which it takes as known
exactly: somebody else may have printed them, and a release rounds for its readers, not for its
safety. Where the bounds are too close, the programme's own prices name the shown numbers that make
them so, and the cheapest of those is hidden too, until no hidden number is bounded too closely.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import OptimizeResult, linprog

from analysis.disclosure.relations import Relations
from analysis.parameters import Disclosure

_NEAR = 1e-6  # what the solver leaves of a whole number
# The weight of cells that are sought beside the one that matters, and how many widths they may go:
# they cannot outweigh it. What bounds that one has a price of at least such a part of the highest.
_BESIDE, _FAR, _BINDING = 1e-5, 100, 0.05


def rounded(number: int, rule: Disclosure) -> int:
    """A number of at least the threshold as it is shown; it stays at or above the threshold.

    The nearest multiple of the base, a half upwards.

    >>> [rounded(number, Disclosure(threshold=10, rounding=5)) for number in (10, 12, 13)]
    [10, 10, 15]
    """
    base = rule.rounding
    nearest = (number + base // 2) // base * base
    return max(nearest, -(-rule.threshold // base) * base)


def between(shown: int, rule: Disclosure) -> tuple[int, int]:
    """The least and the greatest number that is shown as ``shown``.

    >>> between(10, Disclosure(threshold=10, rounding=5))
    (10, 12)
    """
    base = rule.rounding
    least, most = shown - base // 2, shown + base - base // 2 - 1
    first = shown == rounded(rule.threshold, rule)
    return (rule.threshold if first else least), most


def small(numbers: np.ndarray, threshold: int) -> np.ndarray:
    """Which numbers are hidden for their own sake: from 1 to below the threshold."""
    return (numbers >= 1) & (numbers < threshold)


def hidden(relations: Relations, cost: np.ndarray, threshold: int) -> np.ndarray:
    """Which cells are hidden: the small ones, and those that would give a hidden one away.

    ``cost``: what hiding each cell costs the reader. To one who knows all others exactly, each
    hidden number can be any of ``threshold`` - 1 whole numbers at least.
    """
    search = _Search(relations, cost, threshold)
    while search.unsafe.any():
        search.spread_together()
        for cell in np.flatnonzero(search.unsafe):
            search.protect(cell)
    return search.hidden


@dataclass
class _Search:
    """Hides cells until every one is safe.

    ``low`` and ``high`` hold for each cell the ends of what it was seen to be in some solution.
    Hiding more leaves every solution possible, so a cell once safe stays safe. The true numbers are
    the first solution.
    """

    relations: Relations
    cost: np.ndarray
    threshold: int
    hidden: np.ndarray = field(init=False)
    low: np.ndarray = field(init=False)
    high: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        numbers = self.relations.numbers
        self.hidden = small(numbers, self.threshold)
        self.low, self.high = numbers.copy(), numbers.copy()

    @property
    def width(self) -> int:
        """How far apart the ends of a hidden number have to be: as 1 and threshold - 1."""
        return self.threshold - 2

    @property
    def unsafe(self) -> np.ndarray:
        """Which hidden cells were not yet seen to take so many whole numbers."""
        seen = np.floor(self.high + _NEAR) - np.ceil(self.low - _NEAR)
        return self.hidden & (seen < self.width)

    def spread_together(self) -> None:
        """Raise all unsafe cells at once, and lower them: most can be wide at the same time."""
        for sign in (1, -1):
            while (wanted := self.unsafe).any():
                self._seek(wanted.astype(float), sign, wanted)
                if (self.unsafe == wanted).all():
                    break

    def protect(self, cell: int) -> None:
        """Hide the cheapest of those that bound a cell, until it is safe."""
        alone = np.arange(len(self.hidden)) == cell
        while self.unsafe[cell]:
            # other unsafe cells beside it: what is open then costs it nothing
            prices = self._seek(alone + _BESIDE * self.unsafe, 1, alone)
            if np.floor(self.high[cell] + _NEAR) - 1 >= self.width:  # a lower end can help
                prices = np.maximum(prices, self._seek(alone.astype(float), -1, alone))
            if not self.unsafe[cell]:
                return
            prices = prices * (~self.hidden & (self.relations.numbers > 0))
            binding = prices > _BINDING * prices.max()
            cheapest_first = np.lexsort((self.relations.numbers, self.cost))
            self.hidden[next(one for one in cheapest_first if binding[one])] = True

    def _seek(self, weights: np.ndarray, sign: int, just: np.ndarray) -> np.ndarray:
        """Make the weighted cells large (1) or small (-1), of ``just`` no further than needed.

        Returns the price of each cell's bounds: those without one do not stand in the way.
        """
        lower, upper = bounds(self.relations, self.hidden)
        if sign > 0:
            others = (weights > 0) & ~just  # far off, so that they do not bound the cells sought
            upper[others] = self.relations.numbers[others] + _FAR * self.width
            upper[just] = np.ceil(self.low[just] - _NEAR) + self.width
        else:
            lower[just] = np.maximum(1, np.floor(self.high[just] + _NEAR) - self.width)
        solved = solve(self.relations, -sign * weights, lower, upper)
        seen = solved.x[: len(weights)]
        self.low, self.high = np.minimum(self.low, seen), np.maximum(self.high, seen)
        prices = np.abs(solved.lower.marginals) + np.abs(solved.upper.marginals)
        return prices[: len(weights)]


def bounds(relations: Relations, hide: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most that each cell is known to be; a hidden one is never nought."""
    numbers = relations.numbers
    return np.where(hide, 1.0, numbers), np.where(hide, np.inf, numbers)


def solve(
    relations: Relations, objective: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> OptimizeResult:
    """The cells (first ones of ``x``) of the least ``objective`` within bounds and relations."""
    parts = relations.equal.shape[1] - len(objective)
    ends = np.column_stack([lower, upper])
    solved = linprog(
        np.concatenate([objective, np.zeros(parts)]).astype(float),
        A_ub=relations.at_most,
        b_ub=relations.most,
        A_eq=relations.equal,
        b_eq=np.zeros(relations.equal.shape[0]),
        bounds=np.vstack([ends, np.tile([0, np.inf], (parts, 1))]),
        method="highs",
    )
    if not solved.success:
        raise ValueError(f"disclosure control: {solved.message}")
    return solved
