"""The cells of one column of the form, judged: each different value once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.sources.records.headers import letters
from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Coded, Table
from analysis.sources.records.values import Verdict, judge, no_answer, tidy
from analysis.standard.form import Column, report_fields
from analysis.standard.periods import Period


@dataclass(frozen=True)
class Cells:
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


def judged(table: Table, column: Column, place: int, period: Period | None) -> Cells:
    coded = table.columns[place]
    verdicts = [judge(column, printed, period) for printed in coded.values]
    if column.kind == "text" and column.field in report_fields():
        whole = np.delete(coded.codes, list(table.damaged))
        verdicts = _in_one_spelling(verdicts, np.bincount(whole, minlength=len(verdicts)))
    return Cells(column, table.header[place], coded, verdicts)


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
