"""Which rows of a file are used as reports, which are set aside, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.sources.records import moments
from analysis.sources.records.cells import Cells, Judged, judged
from analysis.sources.records.headers import Layout
from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Block, Blocks, Table, mask
from analysis.sources.records.values import tidy
from analysis.standard.form import TACTIC_PAIRS
from analysis.standard.periods import Period

COMMUNICATION = "Tactical communication"
_COMMUNICATION_ALONE = "tactical communication alone is not a use of force (definition 4)"
_COMMUNICATION_SEEN = "tactical communication alone: kept, as columns for a tactic are missing"
_QUESTIONS = ("location", "impact factor", "reason", "outcome")  # several boxes for each
_WEIGHT = np.uint64(1_000_003)  # of a column against the next, where rows are summed
_FIREARMS = ("firearm aimed", "firearm fired")


class Columns:
    """The columns of a table, each different value of the whole file judged."""

    def __init__(self, table: Table, found: Layout, period: Period | None) -> None:
        self.table = table
        self.judged: dict[str, Judged] = {
            field: judged(table, column, found.places[field], period)
            for field, column in found.columns.items()
        }

    def check_dates(self) -> None:
        """Refuse dates with the month first: of 04/05/2017 nobody can say then what is meant.

        One among dates that can only be read in one way is a slip: its row is set aside.
        """
        one = self.judged["date"]
        codes, whole = self.table.blocks.column(one.place), ~self.table.damaged
        orders = [moments.order(tidy(text)) for text in one.printed]
        found = {orders[code] for code in np.unique(codes[whole])}
        if "month" in found and "day" not in found and ("either" in found or not self.months_held):
            first = [order == "month" for order in orders]
            place = np.argmax(np.array(first, bool)[codes] & whole)
            where = f"{self.table.file}: row {self.table.row(place)}, column {one.header}"
            printed = one.printed[codes[place]]
            raise refusal(where, f"{printed!r} has the month first", "2017-04-13 or 13/04/2017")

    @cached_property
    def months_held(self) -> str:
        """The range of months of every date that can be read, whatever the period asked for."""
        one = self.judged["date"]
        codes = np.unique(self.table.blocks.column(one.place)[~self.table.damaged])
        days = {moments.day(tidy(one.printed[code]), None)[0] for code in codes}
        return range_of_months(days - {None})


class Rows:
    """Rows of a table whose cells have been judged, and which of them are kept.

    ``judged``: the columns of the form by field, as ``Columns`` has them.
    """

    def __init__(self, judged: Mapping[str, Judged], block: Block) -> None:
        self.rows, self.block = block.rows, block
        self.cells = {field: one.of(block.codes[one.place]) for field, one in judged.items()}
        self.damaged = mask(block.damaged, len(block.rows))

    @cached_property
    def headers(self) -> dict[str, str]:
        """The file's own headers, by field."""
        return {field: one.header for field, one in self.cells.items()}

    @cached_property
    def faulty(self) -> np.ndarray:
        """Which rows are damaged as a whole or hold a value that may not stand."""
        found = self.damaged.copy()
        for one in self.cells.values():
            if one.judged.faulty.any():
                found |= one.faulty
        return found

    @cached_property
    def communication_alone(self) -> np.ndarray:
        """Which rows name tactical communication, no other tactic, no CED and no firearm."""
        tactics = self.of_kind("tactic")
        talk = np.logical_or.reduce([one.says(COMMUNICATION) for one in tactics])
        firearms = [self.cells[field] for field in _FIREARMS if field in self.cells]
        force = [~one.says(COMMUNICATION, "") for one in tactics]
        force += [one.says("Yes") for one in (*self.of_kind("ced"), *firearms)]
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
        return pd.Index(self.rows[self.kept].astype(np.int64), name="row")

    @property
    def told(self) -> Told:
        """What the block is asked for when all of the file has been judged."""
        made_up = self.cells["made up"].says("Yes") if "made up" in self.cells else None
        sums = np.zeros(len(self.rows), np.uint64)
        for codes in self.block.codes:
            sums *= _WEIGHT
            sums += codes
        return Told(self.rows, self.kept, self.damaged, made_up, sums)

    def of_kind(self, kind: str) -> list[Cells]:
        """The columns of a kind, in the order of the form."""
        return [one for one in self.cells.values() if one.column.kind == kind]

    def blank_box(self, field: str) -> np.ndarray:
        """Where a box is blank and another of its question is filled: then it is a No."""
        return ~self.cells[field].filled & self._question_filled[field.partition(":")[0]]

    @property
    def boxes(self) -> list[str]:
        """The fields that are one box of several of a question."""
        return [field for field in self.cells if field.partition(":")[0] in _QUESTIONS]

    @cached_property
    def _question_filled(self) -> dict[str, np.ndarray]:
        filled = {question: np.zeros(len(self.rows), bool) for question in _QUESTIONS}
        for field in self.boxes:
            filled[field.partition(":")[0]] |= self.cells[field].filled
        return filled

    def faults(self) -> Iterator[Remark]:
        """Everything for which a row is set aside, damage first."""
        for place, problem in self.block.damaged.items():
            yield Remark(int(self.rows[place]), "", "", "set aside", reason=problem)
        for one in self.cells.values():
            if not one.judged.faulty.any():
                continue
            for place in np.flatnonzero(one.faulty & ~self.damaged):
                reason = one.judged.verdicts[one.codes[place]].reason
                row, printed = int(self.rows[place]), one.printed(place)
                yield Remark(row, one.header, printed, "set aside", reason=reason)
        if self.tactic_columns == TACTIC_PAIRS:
            yield from self._talk("set aside", _COMMUNICATION_ALONE)

    def talk_that_is_kept(self) -> Iterator[Remark]:
        """Communication alone, where that is no reason to set a row aside."""
        if self.tactic_columns < TACTIC_PAIRS:
            yield from self._talk("labelled", _COMMUNICATION_SEEN)

    def _talk(self, action: str, reason: str) -> Iterator[Remark]:
        for place in np.flatnonzero(self.communication_alone):
            one = next(one for one in self.of_kind("tactic") if one.values[place] == COMMUNICATION)
            row, printed = int(self.rows[place]), one.printed(place)
            yield Remark(row, one.header, printed, action, reason=reason)

    def changes(self) -> Iterator[Remark]:
        """Cells that are repaired, spelled or labelled by themselves."""
        for one in self.cells.values():
            yield from one.remarks(self.rows, self.kept)

    def boxes_left_blank(self) -> Iterator[Remark]:
        """A remark for each box that is blank beside a filled one."""
        for field in self.boxes:
            places = np.flatnonzero(self.blank_box(field) & self.kept)
            if len(places):
                reason = "blank where another box of the same question is filled"
                row, header = int(self.rows[places[0]]), self.cells[field].header
                yield Remark(row, header, "", "labelled", "No", reason, len(places))

    def effects_alone(self) -> Iterator[Remark]:
        """Whether a tactic was effective, where none is named."""
        for position in range(1, TACTIC_PAIRS + 1):
            effect, tactic = (self.cells.get(f"{name} {position}")
                              for name in ("effective", "tactic"))  # fmt: skip
            if effect is None:
                continue
            none = tactic.says("") if tactic else np.full(len(self.kept), True)
            for place in np.flatnonzero(effect.filled & none & self.kept):
                row, printed = int(self.rows[place]), effect.printed(place)
                yield Remark(row, effect.header, printed, "labelled",
                             reason="effectiveness without a tactic: not counted")  # fmt: skip


@dataclass(frozen=True)
class Told:
    """Rows of a block: their numbers, which are kept, and which are damaged as a whole.

    ``made_up``: which say that they are, or None in a file that has no column for it. Rows that are
    equal in every column have equal ``sums``.
    """

    rows: np.ndarray
    kept: np.ndarray
    damaged: np.ndarray
    made_up: np.ndarray | None
    sums: np.ndarray


class SaidMadeUp:
    """Whether a file says in every row that it is made up; in some only is refused."""

    def __init__(self) -> None:
        self._reports, self._rows = _Said(), _Said()

    def ask(self, block: Told) -> None:
        """Take what the rows of a block say, the blocks in their order."""
        if block.made_up is not None:
            self._reports.add(block.made_up, block.kept, block.rows)
            self._rows.add(block.made_up, ~block.damaged, block.rows)

    def answer(self, file: str, header: str) -> bool:
        """Of the reports, or of all rows that are not damaged where none is used."""
        asked = self._reports if self._reports.asked else self._rows
        if asked.yes and asked.without:
            where = f"{file}: row {asked.without}, column {header}"
            raise refusal(where, "does not say that it is made up as other rows do", "all or none")
        return asked.yes


class _Said:
    def __init__(self) -> None:
        self.asked, self.yes, self.without = False, False, 0  # the first row without it

    def add(self, said: np.ndarray, asked: np.ndarray, rows: np.ndarray) -> None:
        self.asked |= bool(asked.any())
        self.yes |= bool((said & asked).any())
        silent = np.flatnonzero(~said & asked)
        if len(silent) and not self.without:
            self.without = int(rows[silent[0]])


class SameRows:
    """Rows that are equal in every column of the file to one above them."""

    def __init__(self) -> None:
        self._sums: list[np.ndarray] = []
        self._kept: list[np.ndarray] = []

    def add(self, block: Told) -> None:
        """Take what is told of a block, the blocks in their order."""
        self._sums.append(block.sums)
        self._kept.append(block.kept)

    def remarks(self, blocks: Blocks) -> Iterator[Remark]:
        """A remark for each; only the blocks in which sums are alike are looked at again."""
        alike = pd.Series(np.concatenate(self._sums)).duplicated(keep=False).to_numpy()
        first: dict[bytes, int] = {}
        start = 0
        for number, kept in enumerate(self._kept):
            places = np.flatnonzero(alike[start : start + len(kept)] & kept)
            start += len(kept)
            if not len(places):
                continue
            block = blocks[number]
            cells = np.column_stack([codes[places].astype(np.uint64) for codes in block.codes])
            for row, line in zip(block.rows[places].tolist(), cells, strict=True):
                key = blake2b(line.tobytes(), digest_size=16).digest()
                if (before := first.setdefault(key, row)) != row:
                    reason = f"equal to row {before} in every column"
                    yield Remark(row, "", "", "labelled", reason=reason)


def range_of_months(days: Iterable[str]) -> str:
    """``2017-04..2017-06``, of days as ``2017-04-01``; nothing of none."""
    months = sorted(day[:7] for day in days)
    return f"{months[0]}..{months[-1]}" if months else ""
