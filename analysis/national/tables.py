"""National tables over the stored records of many forces, counted without a report in memory.

A row of a force's file is an officer's report (definition 1); each force and period is counted by
itself, in a stream, and what is added up is counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd
import polars as pl

from analysis.counts import ALL, MADE_UP, STATED, WRITTEN, Counts, build, gather
from analysis.errors import refusal
from analysis.records import CED_NOT_STATED
from analysis.standard.form import CED_USES
from analysis.standard.tactics import CED_ORDERS, TACTICS, ancestors
from analysis.store import StoredRecords

TOGETHER = "All forces at hand"  # no claim that they are those of a country
# subject of a table: the field whose answers are counted
BY_ANSWER = {
    "reports by ethnicity": "ethnicity",
    "reports by age": "age",
    "reports by gender": "gender",
    "reports by injury of the subject": "subject injured",
    "reports by injury of the officer": "officer injured",
    "reports by hospital": "outcome: Hospitalised",
}
BY_TACTIC, BY_HIGHEST_CED = "reports by tactic", "highest use of CED"
# each tactic, and every tactic that it is a part of
_COUNTED_AS = [(one, whole) for one in TACTICS for whole in (one, *ancestors(one))]


def national_tables(stored: Iterable[StoredRecords], order: str) -> Counts:
    """Reports by force and period, in all, by tactic and by answer, and the highest use of CED.

    ``order``: one of ``CED_ORDERS``. A table has a row for each force and for ``TOGETHER``; the
    latter only of periods that every force has. Refuses a force and period given twice, and made-up
    records among others.
    """
    stored = list(stored)
    _check(stored)
    found = [(one, _counted(one, order)) for one in stored]
    source = stored[0].source
    edition = MADE_UP if stored[0].made_up else source
    tables = []
    for subject in found[0][1]:
        rows = [row for one, tables_of in found for row in _rows(one, subject, tables_of[subject])]
        frame = pd.DataFrame(rows, columns=WRITTEN)
        both = pd.concat([frame, _together(frame, stored)], ignore_index=True)
        tables.append(build(both, source=source, edition=edition, subject=subject))
    return gather(tables)


def _check(stored: list[StoredRecords]) -> None:
    if not stored:
        raise refusal("national tables", "no records are given", "those of one force or more")
    seen = set()
    for one in stored:
        if (one.area, one.period) in seen:
            raise refusal(one.file, f"{one.area}, {one.period} is given twice", "each once")
        seen.add((one.area, one.period))
        if one.made_up != stored[0].made_up:
            raise refusal(one.file, "differs from others in being made up", "all or none")


def _counted(stored: StoredRecords, order: str) -> dict[str, dict[str, int]]:
    """By subject, how many reports each group or tactic has."""
    reports = stored.scan("reports")
    queries = {"reports": reports.select("row", group=pl.lit(ALL))}
    for subject, field in BY_ANSWER.items():
        queries[subject] = reports.select(group=pl.col(field).cast(pl.String))
    queries[BY_TACTIC] = _tactics(stored)
    queries[BY_HIGHEST_CED] = _highest_ced(stored, order)
    lazy = [query.group_by("group").len() for query in queries.values()]
    frames = pl.collect_all(lazy, engine="streaming")
    return {subject: dict(frame.iter_rows())
            for subject, frame in zip(queries, frames, strict=True)}  # fmt: skip


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


def _rows(stored: StoredRecords, subject: str, numbers: dict[str, int]) -> Iterator[dict]:
    field = BY_ANSWER.get(subject, "")
    for group, number in sorted(numbers.items()):
        of_tactic = subject in (BY_TACTIC, BY_HIGHEST_CED)
        involving = "reports involving tactic" if subject == BY_TACTIC else "tactic uses"
        yield {
            "period": stored.period, "area": stored.area,
            "measure": involving if of_tactic else "reports",
            "tactic": group if of_tactic else ALL, "breakdown": field,
            "group": ALL if of_tactic else group, "printed": str(number), "status": STATED,
            "table": stored.file, "cell": f"{subject}: {group}", "note": "",
        }  # fmt: skip


def _together(frame: pd.DataFrame, stored: list[StoredRecords]) -> pd.DataFrame:
    """The sums over all forces, of periods that each of them has."""
    held = pd.DataFrame([(one.area, one.period) for one in stored], columns=["area", "period"])
    forces = held.groupby("period")["area"].nunique()
    whole = forces.index[forces == held["area"].nunique()]
    keys = [name for name in WRITTEN if name not in ("area", "printed", "table")]
    chosen = frame[frame["period"].isin(whole)]
    numbers = chosen.assign(printed=chosen["printed"].astype(int))
    sums = numbers.groupby(keys, sort=False)["printed"].sum().reset_index()
    table = f"the files of {held['area'].nunique()} forces"
    return sums.assign(area=TOGETHER, table=table, printed=sums["printed"].astype(str))[WRITTEN]
