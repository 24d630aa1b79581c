"""Reading a record-level file: every row is used or set aside, and every change is remarked on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.ledger import Entry, Ledger
from analysis.records import Records
from analysis.sources.records.contradictions import contradictions, of_tactics
from analysis.sources.records.files import Coded, Table, read_table
from analysis.sources.records.headers import Layout, layout
from analysis.sources.records.remarks import Remark, lines, remarks_frame
from analysis.sources.records.values import Verdict, judge, tidy
from analysis.standard.form import (
    HEALTH_CONDITIONS,
    NOT_REPORTED,
    TACTIC_PAIRS,
    Column,
    report_fields,
)
from analysis.standard.periods import Period, parse_period

SOURCE, MADE_UP_SOURCE, MADE_UP_EDITION = "records", "made-up-records", "made up"
COMMUNICATION = "Tactical communication"
_COMMUNICATION_ALONE = "tactical communication alone is not a use of force (definition 4)"
_NOT_USED = ("No", "N", "None", "FALSE", "False", "0", "N/A")  # in the column "CED Used"
_QUESTIONS = ("location", "impact factor", "reason", "outcome")  # several boxes for each
_FIREARMS = ("firearm aimed", "firearm fired")
_BOXES = ("physical disability", "mental disability")


@dataclass(frozen=True)
class Reading:
    """``rows`` of the file that hold anything: those of ``records`` and those set aside.

    ``remarks``: columns row, column, value, action, becomes, reason, number.
    """

    records: Records
    remarks: pd.DataFrame
    rows: int

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
    Refused: a file that holds no such table or no rows, and made-up rows among others.
    """
    table = read_table(Path(path))
    if not len(table.rows):
        raise refusal(str(path), "holds a header and no rows", "one row for each report")
    found = layout(table)
    return _Judged(table, found, parse_period(period) if period else None).reading(area, period)


@dataclass(frozen=True)
class _Cells:
    """A column of the form: the verdict on each different value, and which each row has."""

    column: Column
    header: str
    coded: Coded
    verdicts: list[Verdict]

    @cached_property
    def faulty(self) -> np.ndarray:
        """Which rows hold a value that may not stand."""
        return np.array([one.value is None for one in self.verdicts], bool)[self.coded.codes]

    @cached_property
    def filled(self) -> np.ndarray:
        """Which rows hold anything."""
        return np.array([bool(tidy(one)) for one in self.coded.values], bool)[self.coded.codes]

    @cached_property
    def values(self) -> np.ndarray:
        """The value of the standard of each row; None where there is none."""
        return np.array([one.value for one in self.verdicts], object)[self.coded.codes]

    def remarks(self, rows: np.ndarray, kept: np.ndarray) -> Iterator[Remark]:
        """Repairs row by row; spellings and labels once, with how many rows they concern."""
        numbers = np.bincount(self.coded.codes[kept], minlength=len(self.verdicts))
        for code, (value, action, reason) in enumerate(self.verdicts):
            if not action or value is None or not numbers[code]:
                continue
            places = np.flatnonzero(kept & (self.coded.codes == code))
            each = places if action == "repaired" else places[:1]
            number = 1 if action == "repaired" else int(numbers[code])
            for place in each:
                printed = self.coded.values[code]
                yield Remark(int(rows[place]), self.header, printed, action, value, reason, number)


class _Judged:
    """A table whose cells have been judged."""

    def __init__(self, table: Table, found: Layout, period: Period | None) -> None:
        self.table, self.layout = table, found
        self.cells = {
            field: _judged(table, column, found.places[field], period)
            for field, column in found.columns.items()
        }
        self.damaged = np.isin(np.arange(len(table.rows)), list(table.damaged))

    def reading(self, area: str, period: str | None) -> Reading:
        made_up = self._made_up()
        records = Records(
            source=MADE_UP_SOURCE if made_up else SOURCE,
            file=self.table.file,
            edition=MADE_UP_EDITION if made_up else Path(self.table.file).stem,
            area=area,
            period=period or self._months(),
            made_up=made_up,
            reports=self._reports(),
            tactics=self._tactics(),
            ced=self._ced(),
            absent=self._absent(),
        )
        return Reading(records, remarks_frame(self._remarks(records)), len(self.table.rows))

    @cached_property
    def headers(self) -> dict[str, str]:
        return {field: one.header for field, one in self.cells.items()}

    @cached_property
    def faulty(self) -> np.ndarray:
        """Which rows are damaged as a whole or hold a value that may not stand."""
        return np.logical_or.reduce([self.damaged, *(one.faulty for one in self.cells.values())])

    @cached_property
    def communication_alone(self) -> np.ndarray:
        """Which rows name tactical communication, no other tactic, no CED and no firearm."""
        named = [one.values for one in self._of_kind("tactic")]
        talk = np.logical_or.reduce([values == COMMUNICATION for values in named])
        force = [(values != COMMUNICATION) & (values != "") for values in named]
        firearms = [self.cells[field] for field in _FIREARMS if field in self.cells]
        force += [one.values == "Yes" for one in (*self._of_kind("ced"), *firearms)]
        return talk & ~np.logical_or.reduce(force) & ~self.faulty

    @cached_property
    def kept(self) -> np.ndarray:
        return ~(self.faulty | self.communication_alone)

    def _of_kind(self, kind: str) -> list[_Cells]:
        return [one for one in self.cells.values() if one.column.kind == kind]

    def _made_up(self) -> bool:
        """Whether the file says so in every row; in some only is refused."""
        if "made up" not in self.cells:
            return False
        judged = self.kept if self.kept.any() else ~self.damaged
        said = self.cells["made up"].values == "Yes"
        if (said & judged).any() and (~said & judged).any():
            row = self.table.rows[np.flatnonzero(~said & judged)[0]]
            where = f"{self.table.file}: row {row}, column {self.headers['made up']}"
            raise refusal(where, "does not say that it is made up as other rows do", "all or none")
        return bool((said & judged).any())

    def _months(self) -> str:
        """The range of months of the reports, where no period was asked for."""
        days = self.cells["date"].values[self.kept]
        return f"{min(days)[:7]}..{max(days)[:7]}" if len(days) else ""

    def _absent(self) -> tuple[str, ...]:
        fields = [one for one in report_fields() if one not in self.cells]
        if any(box in self.cells for box in _BOXES) and "health condition" in fields:
            fields.remove("health condition")
        return tuple(fields)

    @cached_property
    def index(self) -> pd.Index:
        """The row numbers of the reports."""
        return pd.Index(self.table.rows[self.kept], name="row")

    def _reports(self) -> pd.DataFrame:
        written = {}
        for field, allowed in report_fields().items():
            values = self._answers(field)
            if values is None:
                values = np.full(self.kept.sum(), NOT_REPORTED if allowed else "", object)
            written[field] = pd.Categorical(values, allowed) if allowed else values
        return pd.DataFrame(written, index=self.index)

    def _answers(self, field: str) -> np.ndarray | None:
        """The answers of the rows kept; None where the file has no column for them."""
        if field in self.cells:
            values = self.cells[field].values[self.kept]
            return np.where(self._blank_box(field)[self.kept], "No", values)
        return self._health() if field == "health condition" else None

    def _health(self) -> np.ndarray | None:
        """From the two boxes on disability, where the file has no column of its own."""
        if not any(box in self.cells for box in _BOXES):
            return None
        missing = np.full(self.kept.sum(), NOT_REPORTED, object)
        physical, mental = (
            self.cells[box].values[self.kept] if box in self.cells else missing for box in _BOXES
        )
        none, one, other, both = HEALTH_CONDITIONS
        cases = {
            both: (physical == "Yes") & (mental == "Yes"),
            other: physical == "Yes",
            one: mental == "Yes",
            none: (physical == "No") & (mental == "No"),
        }
        return np.select(list(cases.values()), list(cases), NOT_REPORTED)

    def _blank_box(self, field: str) -> np.ndarray:
        """Where a box is blank and another of its question is filled: then it is a No."""
        question = field.partition(":")[0]
        if question not in _QUESTIONS:
            return np.zeros(len(self.table.rows), bool)
        return ~self.cells[field].filled & self._question_filled[question]

    @cached_property
    def _question_filled(self) -> dict[str, np.ndarray]:
        filled = {question: np.zeros(len(self.table.rows), bool) for question in _QUESTIONS}
        for field, one in self.cells.items():
            if (question := field.partition(":")[0]) in filled:
                filled[question] |= one.filled
        return filled

    def _tactics(self) -> pd.DataFrame:
        parts = []
        for position in range(1, TACTIC_PAIRS + 1):
            if f"tactic {position}" not in self.cells:
                continue
            tactic = self.cells[f"tactic {position}"].values[self.kept]
            named = tactic != ""
            effective = self._answers(f"effective {position}")
            answers = NOT_REPORTED if effective is None else effective[named]
            part = {"row": self.index[named], "position": position, "tactic": tactic[named],
                    "effective": answers}  # fmt: skip
            parts.append(part)
        return _long(parts, ["row", "position", "tactic", "effective"])

    def _ced(self) -> pd.DataFrame:
        parts = []
        for one in self._of_kind("ced"):
            device, use = one.column.field.removeprefix("CED ").split(": ")
            rows = self.index[one.values[self.kept] == "Yes"]
            parts.append({"row": rows, "device": int(device), "use": use})
        return _long(parts, ["row", "device", "use"])

    def _ced_block(self) -> pd.Series:
        """In which reports the block on CEDs says that one was used: in words or by a tick."""
        said = [one.values == "Yes" for one in self._of_kind("ced")]
        if (used := self.cells.get("CED 1: used")) is not None:
            said.append(used.filled & ~np.isin(used.values.astype(str), _NOT_USED))
        block = np.logical_or.reduce([np.zeros(len(self.kept), bool), *said])
        return pd.Series(block[self.kept], index=self.index)

    def _remarks(self, records: Records) -> Iterator[Remark]:
        yield from self.table.remarks
        yield from self.layout.remarks
        yield from self._faults()
        for one in self.cells.values():
            yield from one.remarks(self.table.rows, self.kept)
        yield from self._boxes_left_blank()
        yield from self._effects_alone()
        yield from of_tactics(records, self.headers)
        yield from contradictions(records, self.headers, self._ced_block())
        yield from self._same_rows()

    def _faults(self) -> Iterator[Remark]:
        """Everything for which a row is set aside, damage first."""
        rows = self.table.rows
        for place, problem in self.table.damaged.items():
            yield Remark(int(rows[place]), "", "", "set aside", reason=problem)
        for one in self.cells.values():
            for place in np.flatnonzero(one.faulty & ~self.damaged):
                code = one.coded.codes[place]
                printed, reason = one.coded.values[code], one.verdicts[code].reason
                yield Remark(int(rows[place]), one.header, printed, "set aside", reason=reason)
        for place in np.flatnonzero(self.communication_alone):
            one = next(one for one in self._of_kind("tactic") if one.values[place] == COMMUNICATION)
            yield Remark(int(rows[place]), one.header, one.coded.values[one.coded.codes[place]],
                         "set aside", reason=_COMMUNICATION_ALONE)  # fmt: skip

    def _boxes_left_blank(self) -> Iterator[Remark]:
        for field, one in self.cells.items():
            places = np.flatnonzero(self._blank_box(field) & self.kept)
            if len(places):
                reason = "blank where another box of the same question is filled"
                row = int(self.table.rows[places[0]])
                yield Remark(row, one.header, "", "labelled", "No", reason, len(places))

    def _effects_alone(self) -> Iterator[Remark]:
        for position in range(1, TACTIC_PAIRS + 1):
            effect, tactic = (self.cells.get(f"{name} {position}")
                              for name in ("effective", "tactic"))  # fmt: skip
            if effect is None:
                continue
            none = tactic.values == "" if tactic else np.full(len(self.kept), True)
            for place in np.flatnonzero(effect.filled & none & self.kept):
                printed = effect.coded.values[effect.coded.codes[place]]
                yield Remark(int(self.table.rows[place]), effect.header, printed, "labelled",
                             reason="effectiveness without a tactic: not counted")  # fmt: skip

    def _same_rows(self) -> Iterator[Remark]:
        """Rows that are equal in every column of the file to one above them."""
        weight = np.uint64(1_000_003)
        sums = np.zeros(len(self.table.rows), np.uint64)
        for column in self.table.columns:
            sums = sums * weight + column.codes.astype(np.uint64)
        alike = np.flatnonzero(pd.Series(sums).duplicated(keep=False) & self.kept)
        first: dict[bytes, int] = {}
        for place in alike:
            key = np.array([column.codes[place] for column in self.table.columns]).tobytes()
            row = int(self.table.rows[place])
            if (before := first.setdefault(key, row)) != row:
                reason = f"equal to row {before} in every column"
                yield Remark(row, "", "", "labelled", reason=reason)


def _judged(table: Table, column: Column, place: int, period: Period | None) -> _Cells:
    coded = table.columns[place]
    verdicts = [judge(column, printed, period) for printed in coded.values]
    return _Cells(column, table.header[place], coded, verdicts)


def _long(parts: list[dict], columns: list[str]) -> pd.DataFrame:
    """Parts that have rows, one below the other, by the first two columns."""
    frames = [pd.DataFrame(part) for part in parts if len(part["row"])]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    types = {name: int if name in ("row", "position", "device") else str for name in columns}
    return frame.astype(types).sort_values(columns[:2], kind="stable", ignore_index=True)
