"""Which coefficients of a logit are not finite, found before the fit.

The likelihood has no maximum at finite values when some direction in the coefficients predicts
some reports with certainty and contradicts none (Albert and Anderson 1984,
doi 10.1093/biomet/71.1.1). Levels whose reports all have or all lack the outcome are found by
counting. What is left is looked for by linear programming (Konis 2007, Linear programming
algorithms for detecting separated data, DPhil thesis, University of Oxford), where alone it can
be: such a direction is nought on every pattern that has reports with and without the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr
from scipy.optimize import linprog

from analysis.errors import refusal
from analysis.models.patterns import Patterns

NOUGHT = 1e-10  # of an eigenvalue, among columns scaled to length 1
SMALL = 1e-7  # of an entry of a direction whose largest is 1
MOVED = 1e-5  # of the move of a pattern whose largest possible is about 1: less is tolerance
METHODS = "highs-ds", "highs-ipm"  # of the linear programme: the second where the first fails


@dataclass(frozen=True)
class Separation:
    """``certain`` (patterns): predicted with certainty. ``endless`` (columns): not finite.

    ``kept`` (columns): those that fit the other reports, and are independent among them.
    ``unknown`` (patterns): without a report, and without a probability for that reason.
    ``decided``: False where no linear programme ended, so that more may be separated than is told.
    """

    certain: np.ndarray
    endless: np.ndarray
    kept: np.ndarray
    unknown: np.ndarray
    decided: bool


def find_separation(patterns: Patterns) -> Separation:
    """Separation of the outcome by the columns, as far as it goes.

    Refuses columns that are not independent of each other, which is another matter.
    """
    seen = patterns.trials > 0
    certain, decided = np.zeros(len(seen), bool), True
    directions = _null_space(patterns, seen & ~_pure(patterns))
    if directions.shape[1]:
        _independent(patterns, seen)
        levels = _by_levels(patterns, seen)
        certain, decided = _by_directions(patterns, directions, seen, levels)
        directions = _null_space(patterns, seen & ~certain)
    kept = np.ones(len(directions), bool)
    kept[_pivots(directions)] = False
    moved = (np.abs(patterns.linear(directions)) > SMALL).any(axis=1)
    endless = (np.abs(directions) > SMALL).any(axis=1)
    return Separation(certain, endless, kept, moved & ~seen, decided)


def _pure(patterns: Patterns) -> np.ndarray:
    return (patterns.events == 0) | (patterns.events == patterns.trials)


def _null_space(patterns: Patterns, among: np.ndarray) -> np.ndarray:
    """(columns, directions): those that change the prediction of none ``among`` the patterns."""
    products = patterns.cross(among.astype(float))
    lengths = np.sqrt(np.where(np.diag(products) > 0, np.diag(products), 1))
    values, vectors = np.linalg.eigh(products / np.outer(lengths, lengths))
    directions = vectors[:, values < NOUGHT] / lengths[:, None]
    return directions / np.abs(directions).max(axis=0, initial=0)


def _independent(patterns: Patterns, seen: np.ndarray) -> None:
    directions = _null_space(patterns, seen)
    if directions.shape[1]:
        tied = (np.abs(directions) > SMALL).any(axis=1)
        names = ", ".join(name for name, is_ in zip(patterns.columns, tied, strict=True) if is_)
        raise refusal("factors", f"have columns that add up to each other ({names})",
                      "columns independent of each other")  # fmt: skip


def _by_levels(patterns: Patterns, seen: np.ndarray) -> np.ndarray:
    """Patterns of a level whose reports all have, or all lack, the outcome; then among the rest."""
    certain = np.zeros(len(seen), bool)
    while True:
        rest = seen & ~certain
        slots = patterns.slots[:, rest]
        trials, events = (
            np.bincount(slots.ravel(), np.tile(of[rest], len(slots)), patterns.width)
            for of in (patterns.trials, patterns.events)
        )
        found = ((events == 0) | (events == trials))[slots].any(axis=0)
        if not found.any():
            return certain
        certain[rest] = found


def _by_directions(
    patterns: Patterns, directions: np.ndarray, seen: np.ndarray, certain: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Which patterns are certain when those already ``certain`` are, and whether that is all.

    A direction that predicts some of the rest may move the certain ones either way, since a
    longer step along theirs outdoes it. So one is found after another until none is left.
    """
    rest = seen & ~certain & _pure(patterns)
    side = np.where(patterns.events[rest] > 0, 1, -1)
    moves = patterns.linear(_simple(directions))[rest] * side[:, None]
    longest = np.abs(moves).max(axis=1, initial=0)
    moves = np.where(longest > SMALL, 1 / np.maximum(longest, SMALL), 0)[:, None] * moves
    found, left = certain.copy(), np.flatnonzero(rest)
    while len(left):
        direction = _direction(moves)
        if direction is None:
            return found, False
        up = moves @ direction > MOVED
        if not up.any():
            break
        found[left[up]] = True
        moves, left = moves[~up], left[~up]
    return found, True


def _direction(moves: np.ndarray) -> np.ndarray | None:
    """The direction that moves the patterns furthest in all, and none of them back.

    Its entries are between -1 and 1; it moves nothing where there is none such. None where the
    linear programme does not end, or not with what it promises.
    """
    for method in METHODS:
        done = linprog(
            -moves.sum(axis=0), A_ub=-moves, b_ub=np.zeros(len(moves)), bounds=(-1, 1),
            method=method,
        )  # fmt: skip
        if done.status == 0 and (moves @ done.x).min() > -MOVED:
            return done.x
    return None


def _simple(directions: np.ndarray) -> np.ndarray:
    """The same space by directions that are 1 in a column of their own: most entries are 0."""
    simple = directions @ np.linalg.inv(directions[_pivots(directions)])
    return np.where(np.abs(simple) > SMALL, simple, 0)


def _pivots(directions: np.ndarray) -> np.ndarray:
    """As many columns as there are directions, without which the others are independent."""
    count = directions.shape[1]
    return qr(directions.T, mode="r", pivoting=True)[1][:count] if count else np.array([], int)
