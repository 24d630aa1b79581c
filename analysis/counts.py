"""Counts: what was counted. One row each, with where it stands and what it is a part of.

A count is an official cell, or a figure that somebody printed. It keeps what was printed even
where that cannot be used: a ``:`` and a 0 that another table contradicts are both
``not available``, never zero (definition 13).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.origin import maker
from analysis.standard.forces import ENGLAND_AND_WALES, forces, region_area
from analysis.standard.names import slug
from analysis.standard.people import BREAKDOWNS
from analysis.standard.tactics import ancestors
from analysis.tables import read_table, write_table

STATED, NOT_AVAILABLE = "stated", "not available"
SUPPRESSED = "[c]"  # hidden by disclosure control; official statistics write it so
MADE_UP = "made up"  # the edition of what is no force's record, so that every id of it says so
ALL = "all"  # a total over the groups of a breakdown, or over tactics where none is named

# measure: the unit that it counts (definition 1)
MEASURES = {
    "tactic uses": "tactic",  # a tactic once per report; of CED the highest use only
    "reports involving tactic": "report",
    "reports": "report",
    "officer injuries": "report",
    "subject injuries": "report",
    "injuries": "injury",  # of officers or of subjects: the source does not say
    "per cent of reports with an officer injured": "per cent",  # where no number is printed
    "incidents": "incident",  # immediate and prompt graded incidents of a force's own log
    "authorisations": "authorisation",
    "uses": "use",
    "discharges": "discharge",
    "arrests": "arrest",
    "stop and searches": "search",
    "residents": "person",
}

# As written by hand or by a source; the rest is derived on loading.
WRITTEN = ["period", "area", "measure", "tactic", "breakdown", "group",
           "printed", "status", "table", "cell", "note"]  # fmt: skip
COLUMNS = [
    "id",
    "source",
    "edition",
    "subject",
    *WRITTEN[:6],
    "unit",
    "value",
    "printed",
    "status",
    "table",
    "cell",
    "note",
    "part_of",
    "made_by",
]
ROWS = "rows"  # held beside the columns, and written to a table of its own: analysis.rows


@dataclass(frozen=True)
class Count:
    """One count: ``value`` is NaN where the status is not ``stated``.

    ``made_by`` is the function that counted it, ``rows`` those that were counted
    (``analysis.rows``); a printed count has none.
    """

    id: str
    source: str
    edition: str
    subject: str
    period: str
    area: str
    measure: str
    tactic: str
    breakdown: str
    group: str
    unit: str
    value: float
    printed: str
    status: str
    table: str
    cell: str
    note: str
    part_of: str
    made_by: str = field(default="", compare=False)
    rows: str = field(default="", compare=False, repr=False)

    @property
    def available(self) -> bool:
        return self.status == STATED

    def text(self, part: str = "value") -> str:
        """What the reader sees of it: its ``value``, or ``where`` it stands in its source."""
        if part == "where":
            return f"{self.table}, cell {self.cell}"
        return f"{self.value:,.0f}" if self.available else self.status

    @property
    def label(self) -> str:
        """What it counts, in words."""
        named = [part for part in (self.tactic, self.group) if part != ALL]
        return ", ".join(named) or self.measure

    @property
    def printed_in(self) -> str:
        """Which table prints it, and as what."""
        return f"{self.table}, {self.measure}"

    @property
    def reason(self) -> str:
        """Why it is not available, in words; empty where it is."""
        return "" if self.available else self.note


@dataclass(frozen=True)
class Counts:
    """A table of counts in the columns ``COLUMNS`` and ``ROWS``, one row each, ids unique."""

    frame: pd.DataFrame

    def where(self, **dimensions: str | list[str]) -> Counts:
        """The counts whose columns equal the given text, or one of the given texts."""
        keep = pd.Series(True, index=self.frame.index)
        for column, wanted in dimensions.items():
            wanted = [wanted] if isinstance(wanted, str) else wanted
            keep &= self.frame[column].isin(wanted)
        return Counts(self.frame[keep])

    def one(self, **dimensions: str) -> Count:
        """The single count with these dimensions; none or several is a defect of the caller."""
        found = self.where(**dimensions).frame
        if len(found) != 1:
            raise LookupError(f"{len(found)} counts, not one, with {dimensions}")
        return Count(**found.iloc[0].to_dict())

    def __add__(self, other: Counts) -> Counts:
        return gather([self, other])

    def __iter__(self) -> Iterator[Count]:
        held = self.frame.to_dict("list")
        rows = zip(*held.values(), strict=True)
        return (Count(**dict(zip(held, row, strict=True))) for row in rows)

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def by_id(self) -> pd.DataFrame:
        return self.frame.set_index("id", drop=False)

    def equations(self) -> pd.DataFrame:
        """Every total of this table with its parts in it: columns total, part, relation.

        The relation is the dimension in which part and total differ: ``area``, ``tactic``,
        ``group``, or in the injury tables ``level`` (along a row) and ``answer`` (down a column).
        """
        return self._equations

    @cached_property
    def _equations(self) -> pd.DataFrame:
        parts = self.frame[self.frame["part_of"] != ""]
        if parts.empty:
            return pd.DataFrame(columns=["total", "part", "relation"])
        pairs = parts.assign(total=parts["part_of"].str.split(";")).explode("total")
        pairs = pairs[pairs["total"].isin(self.by_id.index)]
        totals = self.by_id.loc[pairs["total"]]
        differs = {
            column: pairs[column].to_numpy() != totals[column].to_numpy()
            for column in ("area", "tactic", "group")
        }
        injury = (pairs["breakdown"] == "injury").to_numpy()
        same_answers = injury.copy()
        if injury.any():
            answers = (
                frame.loc[injury, "group"].str.rpartition(" / ")[0].to_numpy()
                for frame in (pairs, totals)
            )
            same_answers[injury] = np.equal(*answers)
        relation = np.select(
            [differs["area"], differs["tactic"], same_answers, injury],
            ["area", "tactic", "level", "answer"],
            default="group",
        )
        return pd.DataFrame(
            {
                "total": pairs["total"].to_numpy(),
                "part": pairs["id"].to_numpy(),
                "relation": relation,
            }
        )


def gather(tables: list[Counts]) -> Counts:
    """Several tables of counts as one."""
    frames = [table.frame for table in tables]
    return Counts(pd.concat(frames, ignore_index=True) if frames else _empty())


def _empty() -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=object) for column in [*COLUMNS, ROWS]})


def build(
    written: pd.DataFrame | dict[str, list[str]], *, source: str, edition: str, subject: str
) -> Counts:
    """Counts from rows in the columns ``WRITTEN``, and ``ROWS`` where rows were counted, all text.

    ``source`` and ``subject`` (what the table is about) begin every id, so that an id is the
    same in every run. Refuses a printed value that is not a whole number, an unknown measure,
    and two counts with the same dimensions.
    """
    # lists, since most tables of records have four rows: pandas takes a hundred times as long
    held = written if isinstance(written, dict) else written.to_dict("list")
    unknown = sorted(set(held["measure"]) - set(MEASURES))
    if unknown:
        raise refusal(f"{source}/{subject}", f"measure {unknown[0]!r} is not known", MEASURES)
    stated = [status == STATED for status in held["status"]]
    for row, (is_stated, text) in enumerate(zip(stated, held["printed"], strict=True)):
        if is_stated and not _WHOLE_NUMBER.fullmatch(text):
            where = f"{source}/{subject}: {held['table'][row]} cell {held['cell'][row]}"
            raise refusal(where, f"printed value {text!r}", "a whole number")
    prefix = f"{slug(source)}/{slug(subject)}/"
    dimensions = (held[key] for key in ("period", "area", "measure", "tactic", "group"))
    slugs = [tuple(map(slug, row)) for row in zip(*dimensions, strict=True)]
    ids = [prefix + "/".join(row) for row in slugs]
    if len(set(ids)) < len(ids):
        double = next(one for row, one in enumerate(ids) if one in ids[:row])
        raise refusal(f"{source}/{subject}", f"count {double!r} stands twice")
    number = int if all(stated) else float  # a column with gaps is of floats
    printed = zip(stated, held["printed"], strict=True)
    derived = {
        "id": ids,
        "source": [source] * len(ids),
        "edition": [edition] * len(ids),
        "subject": [subject] * len(ids),
        "unit": [MEASURES[measure] for measure in held["measure"]],
        "value": [number(text) if is_stated else np.nan for is_stated, text in printed],
        "made_by": [maker()] * len(ids),
        "part_of": _part_of(held, slugs, ids, prefix),
        ROWS: held.get(ROWS, [""] * len(ids)),
    }
    if not ids:
        return Counts(_empty())
    table = held | derived
    return Counts(pd.DataFrame({name: table[name] for name in (*COLUMNS, ROWS)}))


_WHOLE_NUMBER = re.compile("[0-9]+")


def _part_of(
    held: dict[str, list[str]], slugs: list[tuple[str, ...]], ids: list[str], prefix: str
) -> list[str]:
    """The ids of the printed totals of which each count is a part, joined by ``;``.

    A total is taken only where it is printed in the same table: the nearest ancestor of a
    tactic, the force's region or else England and Wales, the total or sub-total of a breakdown.
    Reports that involve a tactic do not add up over tactics: one report may involve several.
    """
    known = set(ids)
    region = {force.name: slug(region_area(force.region)) for force in forces().values()}
    nation = slug(ENGLAND_AND_WALES)
    totals = []
    rows = zip(slugs, *(held[key] for key in ("area", "tactic", "breakdown", "group")), strict=True)
    for (period, place, measure, tactic, group), area, name, breakdown, label in rows:
        found = []
        start = f"{prefix}{period}/"
        rest = f"/{measure}/{tactic}/{group}"
        if place != nation:
            for larger in (region.get(area), nation):
                if larger and (total := f"{start}{larger}{rest}") in known:
                    found.append(total)
                    break
        if measure == "tactic-uses" and name != ALL:
            for larger in map(slug, ancestors(name)):
                if (total := f"{start}{place}/{measure}/{larger}/{group}") in known:
                    found.append(total)
                    break
        if label != ALL:
            wholes = (
                f"{start}{place}/{measure}/{tactic}/{slug(larger)}"
                for larger in _wholes(breakdown, label)
            )
            found.extend(total for total in wholes if total in known)
        totals.append(";".join(found))
    return totals


@cache
def _wholes(breakdown: str, group: str) -> list[str]:
    """The groups that ``group`` adds up to within its breakdown; none where it does not.

    Injury groups are written ``injured / intentional / level``, with ``all`` for a total: a cell
    of that table is part of its row's total and of its column's.
    """
    if breakdown in BREAKDOWNS:
        kind = BREAKDOWNS[breakdown]
        return [kind.inside.get(group, ALL)] if kind.adds_up or group in kind.inside else []
    if breakdown == "injury":
        *answers, level = group.split(" / ")
        row = " / ".join([*answers, ALL])
        column = " / ".join([ALL] * len(answers) + [level])
        return [whole for whole in (row, column) if whole != group]
    return []


def write_counts(counts: Counts, path: Path) -> None:
    """The tidy columns that a stranger reads; ids and totals are derived again on loading."""
    write_table(counts.frame[WRITTEN], path)


def read_written(path: Path) -> pd.DataFrame:
    """A tidy table as ``write_counts`` wrote it, all text."""
    return read_table(path, WRITTEN)
