"""Levels of the injury regression, merged by rule until each can carry an estimate."""

from __future__ import annotations

import pandas as pd

from analysis.measures.records.injuries import NONE_OF_ORDER
from analysis.measures.records.regression_factors import REST, UNKNOWN
from analysis.standard.tactics import TACTICS, ancestors, parent

EVENTS_EACH = 10  # injured, and not injured, of a level that stands alone and of each column
RARER = "Rarer tactics"


def tactic_classes(highest: pd.Series, injured: pd.Series) -> pd.Series:
    """The class of each report's highest tactic, so that each class can carry an estimate.

    Both one entry for each report. A tactic stands alone where ten of its reports have the subject
    injured and ten have not; otherwise it is counted with the others of its type, from the finest
    type up, and what no type can hold is "Rarer tactics". A type beside parts of it that stand
    alone is "the rest" of it.
    """
    classes = highest.astype(str)
    while few := rare(classes, injured) - {RARER}:
        depth = max(map(_depth, few))
        classes = classes.replace({one: _above(one) for one in few if _depth(one) == depth})
    standing = set(classes)
    return classes.replace({one: f"{one}, the rest" for one in standing if _split(one, standing)})


def rare(levels: pd.Series, injured: pd.Series) -> set[str]:
    """The levels with fewer than ten injured or fewer than ten not injured."""
    table = pd.crosstab(levels, injured).reindex(columns=[False, True], fill_value=0)
    return set(table.index[(table < EVENTS_EACH).any(axis=1)])


def _depth(tactic: str) -> int:
    return len(ancestors(tactic)) if tactic in TACTICS else 0


def _above(tactic: str) -> str:
    above = parent(tactic) if tactic != NONE_OF_ORDER else None
    return RARER if above in (None, "All tactics") else above


def _split(tactic: str, standing: set[str]) -> bool:
    return any(tactic in ancestors(other) for other in standing & {*TACTICS})


def merged_levels(levels: pd.Series, injured: pd.Series, order: tuple[str, ...] = ()) -> pd.Series:
    """A covariate of which every level has ten reports injured and ten not.

    Levels with an ``order`` are taken together with the next ones until they have. Others with
    fewer, and what is not known, become "other or not known"; where even that has fewer, its
    reports join the commonest level.
    """
    banded = levels.replace(_bands(levels, injured, order))
    merged = banded.replace(dict.fromkeys(rare(banded, injured) | {UNKNOWN}, REST))
    others = merged[merged != REST]
    if REST in rare(merged, injured) and len(others):
        merged = merged.replace(REST, others.mode().iloc[0])
    return merged


def _bands(levels: pd.Series, injured: pd.Series, order: tuple[str, ...]) -> dict[str, str]:
    """Each ordered level and the band that it is in: the fewest neighbours that suffice.

    What is left over at the end joins the last band.
    """
    bands: list[list[str]] = []
    open_: list[str] = []
    for level in (one for one in order if (levels == one).any()):
        open_.append(level)
        inside = levels.isin(open_)
        yes = int(injured[inside].sum())
        if min(yes, int(inside.sum()) - yes) >= EVENTS_EACH:
            bands.append(open_)
            open_ = []
    bands[-1:] = [[*bands[-1], *open_]] if bands else [open_]
    return {
        level: band[0] if len(band) == 1 else f"{band[0]} to {band[-1]}"
        for band in bands
        for level in band
    }


def commonest_first(levels: pd.Series, injured: pd.Series) -> pd.Series:
    """Categories with the commonest level first, which is the reference, and the others by name.

    A level without ten reports injured and ten not is no reference where another has them. An
    order by size would say which of two numbers is the larger where a release hides both.
    """
    few = rare(levels, injured)
    sizes = levels.value_counts()
    reference = sorted(sizes.index, key=lambda one: (one in few, -sizes[one], one))[:1]
    order = [*reference, *sorted({*sizes.index} - {*reference})]
    return pd.Series(pd.Categorical(levels, order), index=levels.index)
