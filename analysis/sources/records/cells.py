"""The cells of one column of the form, judged: each different value once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Coded, Table
from analysis.sources.records.values import Verdict, judge, tidy
from analysis.standard.form import Column
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
    return Cells(column, table.header[place], coded, verdicts)
