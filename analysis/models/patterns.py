"""Reports collapsed to covariate patterns: what a logit on categorical covariates needs, no more.

With categorical covariates only, millions of reports have a few thousand different rows of the
design. The likelihood needs the reports and events of each such pattern; errors clustered by
incident need the pattern and outcome of each report besides, in the order of the incidents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from math import prod

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from analysis.errors import refusal

DIRECT = 4  # a table of this many places for each value is looked up; beyond it values are hashed
LARGEST = 2**62  # of a key, in 64 bits
FEW = 48  # combinations of factors taken together
AT_ONCE, TOGETHER = 2048, 64  # clusters whose sums are held, and those of one product


@dataclass(frozen=True)
class Patterns:
    """``codes``: (patterns, factors), the place of each level in ``levels``; the reference is 0.

    ``trials`` and ``events``: reports of each pattern, and those of them with the outcome.
    ``levels``: those that occur, by factor. ``starts`` (clusters + 1), ``pattern_of`` and
    ``outcome_of`` (reports): the reports of a cluster stand together, from its start to the next.
    """

    levels: dict[str, tuple[str, ...]]
    codes: np.ndarray
    trials: np.ndarray
    events: np.ndarray
    starts: np.ndarray
    pattern_of: np.ndarray
    outcome_of: np.ndarray

    @property
    def clusters(self) -> int:
        """How many clusters have a report."""
        return int((np.diff(self.starts) > 0).sum())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The intercept, then a dummy for each level but the reference."""
        named = (f"{factor}: {level}" for factor, all_ in self.levels.items() for level in all_[1:])
        return ("intercept", *named)

    @cached_property
    def terms(self) -> dict[str, slice]:
        """The columns of each factor."""
        ends = np.cumsum([1] + [len(levels) - 1 for levels in self.levels.values()]).tolist()
        return {factor: slice(*ends[i : i + 2]) for i, factor in enumerate(self.levels)}

    @cached_property
    def slots(self) -> np.ndarray:
        """(1 + factors, patterns): where each pattern is 1 among the intercept and all levels."""
        sizes = self._sizes
        slots = np.zeros((len(sizes), len(self.codes)), np.intp)
        slots[1:] = self.codes.T
        return slots + np.cumsum([0, *sizes[:-1]])[:, None]

    @cached_property
    def of_columns(self) -> np.ndarray:
        """The slots that are columns of the design: all but those of a reference."""
        return np.delete(np.arange(self.width), np.cumsum(self._sizes)[:-1])

    @cached_property
    def width(self) -> int:
        """The number of slots."""
        return sum(self._sizes)

    @property
    def _sizes(self) -> list[int]:
        return [1, *(len(levels) for levels in self.levels.values())]

    @cached_property
    def design(self) -> np.ndarray:
        """(patterns, columns) of 0 and 1. Large; nothing here needs it."""
        return (self.slots[:, :, None] == self.of_columns).any(axis=0).astype(float)

    @cached_property
    def joint(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """Factors taken together while they have few combinations: fewer tables to make.

        Of each group the combination of each pattern, and (combinations, slots) of 0 and 1.
        """
        groups = []
        sizes, first = self._sizes, 0
        while first < len(sizes):
            last = first + 1
            while last < len(sizes) and prod(sizes[first : last + 1]) <= FEW:
                last += 1
            groups.append(self._group(range(first, last)))
            first = last
        return tuple(groups)

    def _group(self, places: range) -> tuple[np.ndarray, np.ndarray]:
        shape = [self._sizes[place] for place in places]
        starts = [sum(self._sizes[:place]) for place in places]
        levels = self.slots[places.start : places.stop] - np.array(starts)[:, None]
        ones = np.zeros((prod(shape), self.width))
        for start, level in zip(starts, np.unravel_index(np.arange(len(ones)), shape), strict=True):
            ones[np.arange(len(ones)), start + level] = 1
        return np.ravel_multi_index(tuple(levels), shape), ones

    def linear(self, coefficients: np.ndarray) -> np.ndarray:
        """The design times coefficients, of shape (columns,) or (columns, several)."""
        by_slot = np.zeros((self.width, *coefficients.shape[1:]))
        by_slot[self.of_columns] = coefficients
        return sum((ones @ by_slot)[combination] for combination, ones in self.joint)

    def totals(self, weights: np.ndarray) -> np.ndarray:
        """The transposed design times ``weights``, one weight for each pattern."""
        by_slot = sum(
            np.bincount(combination, weights, len(ones)) @ ones for combination, ones in self.joint
        )
        return by_slot[self.of_columns]

    def cross(self, weights: np.ndarray) -> np.ndarray:
        """X'WX of the design X, by tables of weights: they cost less than products."""
        half = np.zeros((self.width, self.width))
        for combination, ones in self.joint:
            half += (ones.T * np.bincount(combination, weights / 2, len(ones))) @ ones
        for (one, its), (other, others) in combinations(self.joint, 2):
            shape = len(its), len(others)
            table = np.bincount(one * shape[1] + other, weights, prod(shape)).reshape(shape)
            half += its.T @ table @ others
        return self._of_columns(half)

    def cross_of_clusters(self, probabilities: np.ndarray) -> np.ndarray:
        """Sum over clusters of ss', s the sum of (outcome - probability) times the design's row.

        In pieces, since all sums by cluster are large; products of a few rows stay on one core,
        which is no slower alone and much faster beside other work.
        """
        table = np.zeros((self.width, self.width))
        for first in range(0, len(self.starts) - 1, AT_ONCE):
            sums = self._sums(self.starts[first : first + AT_ONCE + 1], probabilities)
            sums = sums.reshape(-1, TOGETHER, self.width)
            table += np.matmul(sums.transpose(0, 2, 1), sums).sum(axis=0)
        return self._of_columns(table / 2)

    def _sums(self, starts: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """By slot, nought in the rows beyond the last cluster."""
        pattern = self.pattern_of[starts[0] : starts[-1]]
        residuals = self.outcome_of[starts[0] : starts[-1]] - probabilities[pattern]
        rows = np.repeat(np.arange(len(starts) - 1) * self.width, np.diff(starts))
        places = rows + self.slots.take(pattern, axis=1)
        weights = np.broadcast_to(residuals, places.shape)
        return np.bincount(places.ravel(), weights.ravel(), AT_ONCE * self.width)

    def _of_columns(self, half: np.ndarray) -> np.ndarray:
        return (half + half.T)[np.ix_(self.of_columns, self.of_columns)]

    def among(self, kept: np.ndarray) -> Patterns:
        """The reports of the clusters ``kept`` (bool, one for each) in the same patterns.

        A pattern without a report there stays, with no trials.
        """
        sizes = np.diff(self.starts)
        reports = np.repeat(kept, sizes)
        pattern, outcome = self.pattern_of[reports], self.outcome_of[reports]
        return replace(
            self,
            trials=np.bincount(pattern, minlength=len(self.codes)),
            events=np.bincount(pattern[outcome], minlength=len(self.codes)),
            starts=np.concatenate([[0], np.cumsum(sizes[kept])]),
            pattern_of=pattern,
            outcome_of=outcome,
        )


def collapse(outcome: np.ndarray, factors: pd.DataFrame, clusters: np.ndarray) -> Patterns:
    """Patterns of reports: ``outcome`` bool, ``factors`` categoricals, ``clusters`` integers.

    One entry or row for each report. The first category that occurs is the reference. Refuses
    other types, other lengths, missing values, no report at all, and a factor with one level.
    """
    outcome, clusters = np.asarray(outcome), np.asarray(clusters)
    _check(outcome, factors, clusters)
    codes = [_codes(str(name), column) for name, column in factors.items()]
    pattern, count = _combined(codes, [len(column.cat.categories) for _, column in factors.items()])
    example = np.empty(count, np.intp)  # a report of each pattern: any will do
    example[pattern] = np.arange(len(pattern))
    occurring = {
        str(name): _occurring(str(name), column.cat.categories, one[example])
        for (name, column), one in zip(factors.items(), codes, strict=True)
    }
    starts, order = _by_cluster(clusters)
    return Patterns(
        levels={name: levels for name, (levels, _) in occurring.items()},
        codes=np.column_stack([places for _, places in occurring.values()]),
        trials=np.bincount(pattern, minlength=count),
        events=np.bincount(pattern[outcome], minlength=count),
        starts=starts,
        pattern_of=pattern[order],
        outcome_of=outcome[order],
    )


def _check(outcome: np.ndarray, factors: pd.DataFrame, clusters: np.ndarray) -> None:
    if outcome.dtype != bool:
        raise refusal("outcome", f"is of type {outcome.dtype}", ["bool, without missing values"])
    if not np.issubdtype(clusters.dtype, np.integer):
        raise refusal("clusters", f"are of type {clusters.dtype}", ["integers, none missing"])
    if not len(outcome) == len(factors) == len(clusters):
        lengths = f"{len(outcome)}, {len(factors)} and {len(clusters)} long"
        raise refusal("outcome, factors and clusters", f"are {lengths}", "one length")
    if not len(outcome):
        raise refusal("outcome", "has no report", "one report or more")
    if not factors.shape[1]:
        raise refusal("factors", "there are none", "one factor or more")


def _codes(name: str, column: pd.Series) -> np.ndarray:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        raise refusal(f"factor {name!r}", f"is of type {column.dtype}", "categorical")
    codes = column.cat.codes.to_numpy()
    if codes.min() < 0:
        row = int(codes.argmin())
        raise refusal(f"factor {name!r}, row {row}", "is missing", column.cat.categories)
    return codes


def _combined(codes: list[np.ndarray], sizes: list[int]) -> tuple[np.ndarray, int]:
    """The pattern of each report, numbered in the order of the levels, and how many there are."""
    key, space = codes[0].astype(np.int64), sizes[0]
    for one, size in zip(codes[1:], sizes[1:], strict=True):
        if space * size > LARGEST:
            key, space = _numbered(key, space)
            key = key.astype(np.int64)
        key *= size
        key += one
        space *= size
    return _numbered(key, space)


def _occurring(name: str, categories: pd.Index, codes: np.ndarray) -> tuple[tuple, np.ndarray]:
    """The levels of a factor that occur, and the place of each pattern's level among them."""
    found, places = np.unique(codes, return_inverse=True)
    levels = tuple(str(level) for level in categories[found])
    if len(levels) < 2:
        raise refusal(f"factor {name!r}", f"has the level {levels[0]!r} only", "two levels or more")
    return levels, places


def _numbered(values: np.ndarray, space: int) -> tuple[np.ndarray, int]:
    """Whole numbers from 0 to below ``space`` as places in their sorted list, and its length."""
    if space > DIRECT * len(values):
        places, found = pd.factorize(values, sort=True)
        return places.astype(np.int32), len(found)
    occurs = np.zeros(space, bool)
    occurs[values] = True
    place = np.cumsum(occurs, dtype=np.int32)
    place -= 1
    return place[values], int(place[-1]) + 1


def _by_cluster(clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each cluster starts in the order of the clusters, and that order of the reports."""
    lowest = int(clusters.min())
    number, count = _numbered(clusters - lowest, int(clusters.max()) - lowest + 1)
    # one entry in each row: turning it over sorts by counting
    rows = np.arange(len(number) + 1, dtype=np.int32)
    sparse = csr_array((np.ones(len(number), np.int8), number, rows), (len(number), count))
    turned = sparse.tocsc()
    return turned.indptr, turned.indices
