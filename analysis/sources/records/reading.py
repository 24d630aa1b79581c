"""Reading a record-level file: every row is used or set aside, and every change is remarked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from analysis.counts import MADE_UP
from analysis.errors import refusal
from analysis.ledger import Entry, Ledger
from analysis.processes import in_order
from analysis.records import Records
from analysis.sources.records import canonical
from analysis.sources.records.cells import Judged
from analysis.sources.records.contradictions import contradictions, of_tactics
from analysis.sources.records.files import read_table
from analysis.sources.records.headers import layout
from analysis.sources.records.remarks import Remark, Remarks, lines, remarks_frame
from analysis.sources.records.rows import (
    Columns,
    Rows,
    SaidMadeUp,
    SameRows,
    Told,
    range_of_months,
)
from analysis.sources.records.table import Block
from analysis.standard.periods import parse_period

Kept = TypeVar("Kept")
SOURCE, MADE_UP_SOURCE = "records", "made-up-records"


@dataclass(frozen=True)
class Reading:
    """``rows`` of the file that hold anything: those of ``records`` and those set aside.

    ``remarks``: columns row, column, value, action, becomes, reason, number. ``months``: those of
    all dates of the file that can be read, ``2017-01..2017-03``, whatever the period asked for.
    """

    records: Records
    remarks: pd.DataFrame
    rows: int
    months: str = ""

    @property
    def set_aside(self) -> pd.DataFrame:
        """The first fault of every row that was set aside."""
        return self.remarks[self.remarks["action"] == "set aside"].drop_duplicates("row")

    def note(self, ledger: Ledger) -> None:
        """Write what was read, used, set aside, repaired, spelled and labelled.

        A row set aside is noted once, for its first fault, so that read = used + set aside.
        """
        source, file = self.records.source, self.records.file
        ledger.note(Entry(source, file, "read", self.rows, "row", reason="rows of the file"))
        used = len(self.records)
        ledger.note(Entry(source, file, "used", used, "row", reason="taken as reports"))
        others = self.remarks[self.remarks["action"] != "set aside"]
        for frame, unit in ((self.set_aside, "row"), (others, "cell")):
            for (action, column, reason), same in frame.groupby(["action", "column", "reason"]):
                about = f"{column}: {reason}" if column else reason
                number, first = int(same["number"].sum()), f"row {same['row'].min()}"
                printed, becomes = (_if_one(same[name]) for name in ("value", "becomes"))
                ledger.note(
                    Entry(source, file, action, number, unit, printed, becomes, about, first)
                )


def _if_one(values: pd.Series) -> str:
    """The value, or how many different ones there are."""
    different = values.unique()
    return different[0] if len(different) == 1 else f"{len(different)} different"


def summary(reading: Reading) -> list[str]:
    """What became of the file, for a terminal: the rows, then the remarks, a line each."""
    used, aside = len(reading.records), len(reading.set_aside)
    first = f"{reading.rows:,} rows = {used:,} used + {aside:,} set aside"
    return [f"{reading.records.file}: {first}", *lines(reading.remarks)]


def read_records(path: Path, area: str, period: str | None) -> Reading:
    """Read a record-level file of a force: CSV, XLSX or ODS in the columns of the form.

    A row with a value outside the standard, with a date outside ``period`` (not checked where it
    is None), or with no force but tactical communication is set aside with every fault named.
    Where the file lacks a column for a tactic, communication alone is labelled and kept. Refused: a
    file that holds no such table or no rows, dates with the month first, and made-up rows among
    others.
    """
    judging = Judging(Path(path), area, period)
    return judging.reading(_joined([*judging.parts(lambda _, records: records)]))


class Judging:
    """A file that has been read, and whose rows are judged a block after the other.

    Every value is known before the first block is judged. Memory holds a few blocks, and of every
    row the nine bytes by which equal rows are found.
    """

    def __init__(
        self, path: Path, area: str, period: str | None, pool: ProcessPoolExecutor | None = None
    ) -> None:
        """With a ``pool``, blocks are read and judged in its processes."""
        self.table = read_table(path, pool)
        if not self.table.rows:
            raise refusal(str(path), "holds a header and no rows", "one row for each report")
        self.area, self.period, self._pool = area, period, pool
        self._layout = layout(self.table)
        self._columns = Columns(self.table, self._layout, parse_period(period) if period else None)
        self._columns.check_dates()
        self._said, self._same, self._days = SaidMadeUp(), SameRows(), set()
        self._remarks = {kind: Remarks(kind in _ONCE) for kind in _KINDS}

    def parts(self, keep: Callable[[int, Records], Kept]) -> Iterator[Kept]:
        """What is kept of the reports of each block, its number given, where it is judged.

        Source and period are those of the whole file.
        """
        asked = (self.table.file, self.area, self.period or "")
        judge = partial(_judged, asked, self._columns.judged, keep)
        for found in in_order(self._pool, judge, enumerate(self.table.blocks)):
            self._said.ask(found.told)
            self._same.add(found.told)
            self._days.update(found.days)
            for kind, remarks in found.remarks.items():
                self._remarks[kind].add(remarks)
            yield found.kept

    def reading(self, records: Records) -> Reading:
        """What was read, behind the last block: all reports, as made up where the file says so."""
        header = self._columns.judged["made up"].header if "made up" in self._columns.judged else ""
        period = self.period or range_of_months(self._days)
        records = replace(records, period=period)
        if self._said.answer(self.table.file, header):
            records = replace(records, source=MADE_UP_SOURCE, edition=MADE_UP, made_up=True)
        self._remarks["equal rows"].add(self._same.remarks(self.table.blocks))
        remarks = [
            *self.table.remarks,
            *self._layout.remarks,
            *_few_tactics(records, self.table.header_row),
            *(remark for kind in self._remarks.values() for remark in kind),
        ]
        months = self._columns.months_held
        return Reading(records, remarks_frame(remarks), self.table.rows, months)


@dataclass(frozen=True)
class _Judgement:
    """Of a block: what is kept of its reports, their dates, and the remarks of each kind."""

    kept: object
    told: Told
    days: list[str]
    remarks: dict[str, list[Remark]]


def _judged(
    asked: tuple[str, str, str], columns: dict[str, Judged],
    keep: Callable[[int, Records], object], block: tuple[int, Block],
) -> _Judgement:  # fmt: skip
    """``asked``: file, area and period."""
    number, rows = block[0], Rows(columns, block[1])
    records = _records(rows, *asked)
    remarks = {kind: list(found(rows, records)) for kind, found in _KINDS.items()}
    days = records.reports["date"].unique().tolist()
    return _Judgement(keep(number, records), rows.told, days, remarks)


def _records(rows: Rows, file: str, area: str, period: str) -> Records:
    return Records(
        source=SOURCE,
        file=file,
        edition=Path(file).stem,
        area=area,
        period=period,
        made_up=False,
        reports=canonical.reports(rows),
        tactics=canonical.tactics(rows),
        ced=canonical.ced(rows),
        ced_details=canonical.ced_details(rows),
        absent=canonical.absent(rows),
    )


# what is remarked on in a block, in the order in which the remarks on a row stand
_KINDS: dict[str, Callable[[Rows, Records], Iterable[Remark]]] = {
    "faults": lambda rows, records: rows.faults(),
    "changes": lambda rows, records: rows.changes(),
    "boxes": lambda rows, records: rows.boxes_left_blank(),
    "effects": lambda rows, records: rows.effects_alone(),
    "talk": lambda rows, records: rows.talk_that_is_kept(),
    "equal rows": lambda rows, records: (),  # known behind the last block
    "details": lambda rows, records: canonical.unread_details(rows),
    "tactics": lambda rows, records: of_tactics(records, rows.headers),
    "contradictions": lambda rows, records: contradictions(
        records, rows.headers, canonical.ced_block(rows)
    ),
}
_ONCE = ("changes", "boxes")  # with the first row in which they stand, and how many there are


def _few_tactics(records: Records, header_row: int) -> list[Remark]:
    reason = records.lacks_tactics()
    return [Remark(header_row, "", "", "labelled", reason=reason)] if reason else []


def _joined(parts: list[Records]) -> Records:
    """The reports of all blocks, one below the other."""
    held = [one for one in parts if len(one)] or parts[:1]
    tables = {
        name: pd.concat([getattr(one, name) for one in held], ignore_index=True)
        for name in ("tactics", "ced", "ced_details")
    }
    return replace(held[0], reports=pd.concat([one.reports for one in held]), **tables)
