"""What the findings of a release tell of the counts that they rest on.

A finding that the shown counts reproduce tells nothing more. Of any other an attacker takes it
that it was made of the true counts, as long as some counts fit; those that fit are then bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from math import isfinite

import numpy as np
import pandas as pd
from scipy.stats import beta, norm

from analysis.counts import STATED, SUPPRESSED

FEW = 10  # the toolkit says "too few" below it
MOST = 2000  # larger bases are not looked through
_FORMULAS: tuple[tuple[str, int, Callable], ...] = (  # basis, number of counts, value
    ("{0} of {1}", 2, lambda c: c[0] / c[1]),
    ("{0} in {1}", 2, lambda c: c[0] / c[1]),
    ("{0} over {1}", 2, lambda c: c[0] / c[1]),
    ("{0} over {1}", 2, lambda c: 1000 * c[0] / c[1]),
    ("{0} less {1}", 2, lambda c: c[0] - c[1]),
    ("{0} against {1}", 2, lambda c: c[0] - c[1]),
    ("{0} of {1}", 3, lambda c: c[0] / c[1]),
    ("{0} of {1}, less {2} not stated", 3, lambda c: c[0] / (c[1] - c[2])),
    ("{0} and {1} not reported, of {2}", 3, lambda c: (c[0] + c[1]) / c[2]),
    ("{0} and {2} not stated, of {1}", 3, lambda c: (c[0] + c[2]) / c[1]),
    ("", 1, lambda c: c[0]),
)
Tie = tuple[list[tuple[str, float]], float, float]  # counts with coefficients, lower, upper


def half_a_digit(number: float, digits: int = 10) -> float:
    """Half a unit of the last of so many significant digits."""
    return 0.5 * 10.0 ** (Decimal(repr(float(number))).adjusted() + 1 - digits)


def wilson(events: np.ndarray, base: np.ndarray, confidence: float) -> tuple:
    """Wilson's limits of a share."""
    z, share = norm.ppf((1 + confidence) / 2), events / base
    middle = share + z**2 / (2 * base)
    half = z * np.sqrt(share * (1 - share) / base + z**2 / (4 * base**2))
    return (middle - half) / (1 + z**2 / base), (middle + half) / (1 + z**2 / base)


def exact(events: np.ndarray, base: np.ndarray, confidence: float) -> tuple:
    """Clopper and Pearson's limits of a share."""
    tail = (1 - confidence) / 2
    lower = np.where(events > 0, beta.ppf(tail, events, base - events + 1), 0)
    upper = np.where(events < base, beta.ppf(1 - tail, events + 1, base - events), 1)
    return lower, upper


_LIMITS = {"Wilson score": wilson, "exact (Clopper-Pearson)": exact}


def ties(findings: pd.DataFrame, counts: pd.DataFrame, ranges: pd.DataFrame) -> Iterator[Tie]:
    """Linear statements on counts (by id) that the findings make."""
    shown = pd.to_numeric(counts["value"], errors="coerce").set_axis(counts["id"]).to_dict()
    hidden = set(counts.loc[counts["status"] == SUPPRESSED, "id"])
    for row in findings.itertuples():
        ids = [one for one in str(row.counts).split(";") if one]
        if not ids or row.status == SUPPRESSED or any(one not in shown for one in ids):
            continue
        if row.status != STATED:
            if "fewer than ten reports" in str(row.reason) and hidden & {*ids} and len(ids) < 4:
                yield [(ids[-1], 1)], 0, FEW - 1
            continue
        if str(row.series_id).startswith("incidents/design-effect/"):
            continue
        yield from _of_number(row, ids, shown, hidden & {*ids}, ranges)


def _of_number(row, ids: list, shown: dict, hidden: set, ranges: pd.DataFrame) -> Iterator[Tie]:
    value = float(row.value) if row.value not in ("", None) else float("nan")
    formulas = [made for basis, number, made in _FORMULAS
                if number == len(ids) and basis == (row.basis or "")]  # fmt: skip
    if not isfinite(value) or not formulas:
        return
    for half in (half_a_digit(value), half_a_digit(value, 2)):  # models are printed with two
        if not hidden and any(
            _near(made, [shown[one] for one in ids], value, half) for made in formulas
        ):
            return
        found = list(_statements(row, ids, value, half, ranges))
        if found:
            yield from found
            return


def _statements(row, ids: list, value: float, half: float, ranges: pd.DataFrame) -> Iterator[Tie]:
    if len(ids) == 2 and row.basis in ("{0} of {1}", "{0} in {1}", "{0} over {1}"):
        yield from _of_share(row, ids, value, half, ranges)
    elif len(ids) == 2:
        yield [(ids[0], 1), (ids[1], -1)], value - half, value + half
    elif len(ids) == 1:
        yield [(ids[0], 1)], value - half, value + half


def _near(made: Callable, numbers: list[float], value: float, half: float) -> bool:
    try:
        return abs(made(numbers) - value) <= 1.001 * half
    except ZeroDivisionError:
        return False


def _of_share(row, ids: list, value: float, half: float, ranges: pd.DataFrame) -> Iterator[Tie]:
    events, base = ids
    low, high = ranges.loc[base, "lower"], min(ranges.loc[base, "upper"], MOST)
    if row.form.startswith("number") and row.unit and "thousand" in str(row.label):
        value, half = value / 1000, half / 1000
    bases = np.arange(max(low, 1), high + 1)
    whole = np.round(value * bases)
    fits = np.abs(whole / bases - value) <= 1.001 * half
    fits &= (whole >= ranges.loc[events, "lower"]) & (whole <= ranges.loc[events, "upper"])
    if limits := _LIMITS.get(row.method):
        for found, printed in zip(
            limits(whole, bases, float(row.confidence)), (row.lower, row.upper), strict=True
        ):
            fits &= np.abs(found - float(printed)) <= max(half, 1e-8)
    if not fits.any():
        return
    yield [(events, 1), (base, -(value - half))], 0, np.inf
    yield [(events, 1), (base, -(value + half))], -np.inf, 0
    if high < MOST or row.method in _LIMITS:
        yield [(base, 1)], bases[fits].min(), bases[fits].max()
        yield [(events, 1)], whole[fits].min(), whole[fits].max()


def squared_sizes(findings: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Rule of incidents: between what the mean of squared sizes over reports lies, as printed.

    It is the design effect if an incident shares its outcome.
    """
    found = {}
    for row in findings.itertuples():
        prefix, _, rule = str(row.series_id).rpartition("/")
        if prefix == "incidents/design-effect" and row.status == STATED:
            value = float(row.value)
            half = half_a_digit(value, 2)
            found[rule.replace("-", " ")] = (value - half, value + half)
    return found
