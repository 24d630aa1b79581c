"""Which coefficients of a logit are not finite, found before the fit.

The likelihood has no maximum at finite values when some direction in the coefficients predicts
some reports with certainty and contradicts none (Albert and Anderson 1984,
doi 10.1093/biomet/71.1.1). It is looked for by linear programming (Konis 2007, Linear programming
algorithms for detecting separated data, DPhil thesis, University of Oxford), where alone it can
be: such a direction is nought on every pattern that has reports with and without the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

from analysis.errors import refusal
from analysis.models.patterns import Patterns

NOUGHT = 1e-10  # of an eigenvalue, among columns scaled to length 1
SMALL = 1e-7  # of an entry of a direction whose largest is 1


@dataclass(frozen=True)
class Separation:
    """``certain`` (patterns): predicted with certainty. ``endless`` (columns): not finite.

    ``kept`` (columns): those that fit the other reports, and are independent among them.
    ``unknown`` (patterns): without a report, and without a probability for that reason.
    """

    certain: np.ndarray
    endless: np.ndarray
    kept: np.ndarray
    unknown: np.ndarray


def find_separation(patterns: Patterns) -> Separation:
    """Separation of the outcome by the columns, as far as it goes.

    Refuses columns that are not independent of each other, which is another matter.
    """
    seen = patterns.trials > 0
    pure = (patterns.events == 0) | (patterns.events == patterns.trials)
    certain = np.zeros(len(seen), bool)
    directions = _null_space(patterns, ~pure)
    if directions.shape[1]:
        _independent(patterns, seen)
        certain[seen & pure] = _certain(patterns, directions, seen & pure)
        directions = _null_space(patterns, seen & ~certain)
    kept = np.ones(len(directions), bool)
    kept[_pivots(directions)] = False
    moved = (np.abs(patterns.linear(directions)) > SMALL).any(axis=1)
    return Separation(certain, (np.abs(directions) > SMALL).any(axis=1), kept, moved & ~seen)


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


def _certain(patterns: Patterns, directions: np.ndarray, pure: np.ndarray) -> np.ndarray:
    """Which of the pure patterns some direction predicts, while it contradicts no other.

    Maximises the number of patterns on the right side by 1 or more; none may be on the wrong one.
    Directions can be added and stretched, so all that can be predicted are so at the maximum.
    """
    side = np.where(patterns.events[pure] > 0, 1, -1)
    moves = patterns.linear(directions)[pure] * side[:, None]
    rows, row_of = np.unique(np.round(moves, 9), axis=0, return_inverse=True)
    count, free = rows.shape
    done = linprog(
        np.concatenate([np.zeros(free), -np.ones(count)]),
        A_ub=hstack([csr_array(-rows), eye_array(count)]).tocsr(),
        b_ub=np.zeros(count),
        bounds=[(None, None)] * free + [(0, 1)] * count,
    )
    if done.status:
        raise ArithmeticError(f"the search for separation did not end: {done.message}")
    return (done.x[free:] > 0.5)[row_of.ravel()]


def _pivots(directions: np.ndarray) -> np.ndarray:
    """As many columns as there are directions, without which the others are independent."""
    count = directions.shape[1]
    return qr(directions.T, mode="r", pivoting=True)[1][:count] if count else np.array([], int)
