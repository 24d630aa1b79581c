"""The cells of one column of the form, judged: each different value once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.sources.records.headers import letters
from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Table
from analysis.sources.records.values import Verdict, judge, no_answer, tidy
from analysis.standard.form import Column, report_fields
from analysis.standard.periods import Period


@dataclass(frozen=True)
class Judged:
    """A column of the form: the verdict on each different value of the whole file."""

    column: Column
    header: str
    place: int
    printed: list[str]
    verdicts: list[Verdict]

    @cached_property
    def faulty(self) -> np.ndarray:
        """Which values may not stand."""
        return np.array([one.value is None for one in self.verdicts], bool)

    @cached_property
    def filled(self) -> np.ndarray:
        """Which values are more than spaces."""
        return np.array([bool(tidy(one)) for one in self.printed], bool)

    @cached_property
    def values(self) -> np.ndarray:
        """The value of the standard of each; None where there is none."""
        return np.array([one.value for one in self.verdicts], object)

    @cached_property
    def categories(self) -> np.ndarray:
        """The place of each among the answers that the form allows; -1 where there is none."""
        places = {answer: place for place, answer in enumerate(self.column.allowed)}
        return np.array([places.get(one.value, -1) for one in self.verdicts], np.int8)

    @cached_property
    def remarked(self) -> np.ndarray:
        """The codes of values that may stand and are remarked on."""
        return np.flatnonzero([bool(one.action) and one.value is not None for one in self.verdicts])

    def of(self, codes: np.ndarray) -> Cells:
        """The cells of some rows."""
        return Cells(self, codes)


@dataclass(frozen=True)
class Cells:
    """Cells of a column of the form: ``codes`` say which value each row has."""

    judged: Judged
    codes: np.ndarray

    @property
    def column(self) -> Column:
        return self.judged.column

    @property
    def header(self) -> str:
        return self.judged.header

    @cached_property
    def faulty(self) -> np.ndarray:
        """Which rows hold a value that may not stand."""
        return self.judged.faulty[self.codes]

    @cached_property
    def filled(self) -> np.ndarray:
        """Which rows hold anything."""
        return self.judged.filled[self.codes]

    @cached_property
    def values(self) -> np.ndarray:
        """The value of the standard of each row; None where there is none."""
        return self.judged.values[self.codes]

    def says(self, *answers: str) -> np.ndarray:
        """Which rows have one of these values of the standard."""
        return np.array([one.value in answers for one in self.judged.verdicts], bool)[self.codes]

    def printed(self, place: int) -> str:
        """What stands in the file."""
        return self.judged.printed[self.codes[place]]

    def remarks(self, rows: np.ndarray, kept: np.ndarray) -> Iterator[Remark]:
        """Repairs row by row; spellings and labels once, with how many rows they concern."""
        remarked = self.judged.remarked
        if not len(remarked):
            return
        numbers = np.bincount(self.codes[kept], minlength=len(self.judged.verdicts))
        for code in remarked[numbers[remarked] > 0]:
            value, action, reason = self.judged.verdicts[code]
            places = np.flatnonzero(kept & (self.codes == code))
            each = places if action == "repaired" else places[:1]
            number = 1 if action == "repaired" else int(numbers[code])
            for place in each:
                printed = self.judged.printed[code]
                yield Remark(int(rows[place]), self.header, printed, action, value, reason, number)


def judged(table: Table, column: Column, place: int, period: Period | None) -> Judged:
    printed = list(table.values[place].codes)
    verdicts = [judge(column, one, period) for one in printed]
    if column.kind == "text" and column.field in report_fields():
        whole = table.blocks.column(place)[~table.damaged]
        verdicts = _in_one_spelling(verdicts, np.bincount(whole, minlength=len(verdicts)))
    return Judged(column, table.header[place], place, printed, verdicts)


def _in_one_spelling(verdicts: list[Verdict], numbers: np.ndarray) -> list[Verdict]:
    """Free text that differs in case, marks and spaces alone, in its commonest spelling.

    ``numbers``: the rows of each verdict. Of spellings equally common, the first in the file.
    """
    rows: Counter[str] = Counter()
    for verdict, number in zip(verdicts, numbers, strict=True):
        rows[verdict.value] += int(number)
    commonest: dict[str, str] = {}
    for text, _ in rows.most_common():
        commonest.setdefault(letters(text), text)
    return [_spelt(verdict, commonest[letters(verdict.value)]) for verdict in verdicts]


def _spelt(verdict: Verdict, commonest: str) -> Verdict:
    if verdict.value and no_answer(verdict.value):
        return Verdict("", "spelled", "words or marks for no answer")
    if verdict.value in ("", commonest):
        return verdict
    return Verdict(commonest, "spelled", "spelt otherwise in most rows or in the first")
