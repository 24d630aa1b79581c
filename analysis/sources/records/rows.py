"""Which rows of a file are used as reports, which are set aside, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.sources.records import moments
from analysis.sources.records.cells import Cells, judged
from analysis.sources.records.headers import Layout
from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Table
from analysis.sources.records.values import tidy
from analysis.standard.form import TACTIC_PAIRS
from analysis.standard.periods import Period

COMMUNICATION = "Tactical communication"
_COMMUNICATION_ALONE = "tactical communication alone is not a use of force (definition 4)"
_COMMUNICATION_SEEN = "tactical communication alone: kept, as columns for a tactic are missing"
_QUESTIONS = ("location", "impact factor", "reason", "outcome")  # several boxes for each
_FIREARMS = ("firearm aimed", "firearm fired")


class Rows:
    """The rows of a table whose cells have been judged, and which of them are kept."""

    def __init__(self, table: Table, found: Layout, period: Period | None) -> None:
        self.table = table
        self.cells = {
            field: judged(table, column, found.places[field], period)
            for field, column in found.columns.items()
        }
        self.damaged = np.isin(np.arange(len(table.rows)), list(table.damaged))

    @cached_property
    def headers(self) -> dict[str, str]:
        """The file's own headers, by field."""
        return {field: one.header for field, one in self.cells.items()}

    @cached_property
    def faulty(self) -> np.ndarray:
        """Which rows are damaged as a whole or hold a value that may not stand."""
        return np.logical_or.reduce([self.damaged, *(one.faulty for one in self.cells.values())])

    @cached_property
    def communication_alone(self) -> np.ndarray:
        """Which rows name tactical communication, no other tactic, no CED and no firearm."""
        named = [one.values for one in self.of_kind("tactic")]
        talk = np.logical_or.reduce([values == COMMUNICATION for values in named])
        force = [(values != COMMUNICATION) & (values != "") for values in named]
        firearms = [self.cells[field] for field in _FIREARMS if field in self.cells]
        force += [one.values == "Yes" for one in (*self.of_kind("ced"), *firearms)]
        return talk & ~np.logical_or.reduce(force) & ~self.faulty

    @cached_property
    def kept(self) -> np.ndarray:
        """Which rows are used as reports.

        Where a column for a tactic is missing, what stood there is not known: communication alone
        is then no reason to set a row aside.
        """
        if self.tactic_columns < TACTIC_PAIRS:
            return ~self.faulty
        return ~(self.faulty | self.communication_alone)

    @property
    def tactic_columns(self) -> int:
        """How many columns for a tactic the file has, of the 20 of the form."""
        return len(self.of_kind("tactic"))

    @cached_property
    def index(self) -> pd.Index:
        """The row numbers of the reports."""
        return pd.Index(self.table.rows[self.kept], name="row")

    def of_kind(self, kind: str) -> list[Cells]:
        """The columns of a kind, in the order of the form."""
        return [one for one in self.cells.values() if one.column.kind == kind]

    def made_up(self) -> bool:
        """Whether the file says so in every row; in some only is refused."""
        if "made up" not in self.cells:
            return False
        asked = self.kept if self.kept.any() else ~self.damaged
        said = self.cells["made up"].values == "Yes"
        if (said & asked).any() and (~said & asked).any():
            row = self.table.rows[np.flatnonzero(~said & asked)[0]]
            where = f"{self.table.file}: row {row}, column {self.headers['made up']}"
            raise refusal(where, "does not say that it is made up as other rows do", "all or none")
        return bool((said & asked).any())

    def check_dates(self) -> None:
        """Refuse dates with the month first: of 04/05/2017 nobody can say then what is meant.

        One among dates that can only be read in one way is a slip: its row is set aside.
        """
        one = self.cells["date"]
        orders = np.array([moments.order(tidy(text)) for text in one.coded.values], object)
        orders = np.where(self.damaged, "", orders[one.coded.codes])
        found = {*orders}
        if "month" in found and "day" not in found and ("either" in found or not self.months_held):
            place = np.argmax(orders == "month")
            where = f"{self.table.file}: row {self.table.rows[place]}, column {one.header}"
            printed = one.coded.values[one.coded.codes[place]]
            raise refusal(where, f"{printed!r} has the month first", "2017-04-13 or 13/04/2017")

    def months(self) -> str:
        """The range of months of the reports, where no period was asked for."""
        return _months(self.cells["date"].values[self.kept])

    @cached_property
    def months_held(self) -> str:
        """The range of months of every date that can be read, whatever the period asked for."""
        coded = self.cells["date"].coded
        days = [moments.day(tidy(text), None)[0] for text in coded.values]
        held = {days[code] for code in np.unique(coded.codes[~self.damaged])}
        return _months(held - {None})

    def blank_box(self, field: str) -> np.ndarray:
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

    def remarks(self) -> Iterator[Remark]:
        """What is set aside, changed or labelled, but for contradictions between answers."""
        yield from self._faults()
        for one in self.cells.values():
            yield from one.remarks(self.table.rows, self.kept)
        yield from self._boxes_left_blank()
        yield from self._effects_alone()
        if self.tactic_columns < TACTIC_PAIRS:
            yield from self._talk("labelled", _COMMUNICATION_SEEN)
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
        if self.tactic_columns == TACTIC_PAIRS:
            yield from self._talk("set aside", _COMMUNICATION_ALONE)

    def _talk(self, action: str, reason: str) -> Iterator[Remark]:
        for place in np.flatnonzero(self.communication_alone):
            one = next(one for one in self.of_kind("tactic") if one.values[place] == COMMUNICATION)
            printed = one.coded.values[one.coded.codes[place]]
            yield Remark(int(self.table.rows[place]), one.header, printed, action, reason=reason)

    def _boxes_left_blank(self) -> Iterator[Remark]:
        for field, one in self.cells.items():
            places = np.flatnonzero(self.blank_box(field) & self.kept)
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


def _months(days: Collection[str]) -> str:
    return f"{min(days)[:7]}..{max(days)[:7]}" if len(days) else ""
