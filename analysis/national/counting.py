"""Counting the stored records of one force and period, in a stream: no report stays in memory."""

from __future__ import annotations

import polars as pl

from analysis.counts import ALL
from analysis.national.tables import BY_ANSWER, BY_HIGHEST_CED, BY_TACTIC, REPORTS, Counted
from analysis.records import CED_NOT_STATED
from analysis.standard.form import CED_USES
from analysis.standard.tactics import CED_ORDERS, TACTICS, ancestors
from analysis.store import StoredRecords

# each tactic, and every tactic that it is a part of
_COUNTED_AS = [(one, whole) for one in TACTICS for whole in (one, *ancestors(one))]


def count(stored: StoredRecords, order: str) -> Counted:
    """Reports in all, by tactic and by answer, and the highest use of CED by ``order``.

    ``order``: one of ``CED_ORDERS``.
    """
    reports = stored.scan("reports")
    queries = {REPORTS: reports.select("row", group=pl.lit(ALL))}
    for subject, field in BY_ANSWER.items():
        queries[subject] = reports.select(group=pl.col(field).cast(pl.String))
    queries[BY_TACTIC] = _tactics(stored)
    queries[BY_HIGHEST_CED] = _highest_ced(stored, order)
    lazy = [query.group_by("group").len() for query in queries.values()]
    frames = pl.collect_all(lazy, engine="streaming")
    numbers = {subject: dict(frame.iter_rows())
               for subject, frame in zip(queries, frames, strict=True)}  # fmt: skip
    place = (stored.area, stored.period, stored.source, stored.file, stored.made_up)
    return Counted(*place, numbers)


def _used(stored: StoredRecords) -> pl.LazyFrame:
    """Every tactic in a report, whether named among the tactics or ticked in the block on CEDs."""
    named = stored.scan("tactics").select("row", "tactic")
    return pl.concat([named, stored.scan("ced").select("row", tactic="use")])


def _tactics(stored: StoredRecords) -> pl.LazyFrame:
    wholes = pl.LazyFrame(_COUNTED_AS, {"tactic": pl.String, "group": pl.String}, orient="row")
    return _used(stored).join(wholes, on="tactic").select("row", "group").unique()


def _highest_ced(stored: StoredRecords, order: str) -> pl.LazyFrame:
    uses = (*CED_ORDERS[order], CED_NOT_STATED)
    ranked = _used(stored).filter(pl.col("tactic").is_in([*CED_USES, CED_NOT_STATED]))
    rank = pl.col("tactic").cast(pl.Enum(uses)).to_physical()
    highest = ranked.group_by("row").agg(rank.min())
    return highest.select(group=pl.col("tactic").cat.to(pl.Enum(uses)).cast(pl.String))
