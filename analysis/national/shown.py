"""The national tables as the page of a country shows them; every number is one of their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.counts import ALL, COLUMNS, MADE_UP
from analysis.national.tables import BY_HIGHEST_CED, BY_TACTIC, REPORTS, TOGETHER
from analysis.records import CED_NOT_STATED
from analysis.standard.form import NOT_REPORTED
from analysis.standard.tactics import CED_ORDERS, TACTICS, ancestors
from analysis.tables import read_table

_INJURED = {
    "Subject": "reports by injury of the subject", "Officer": "reports by injury of the officer",
}  # fmt: skip
_ANSWERS = {"injured": "Yes", "not injured": "No", "not reported": NOT_REPORTED}


@dataclass(frozen=True)
class Row:
    """A row by its heading, ``depth`` steps below a whole, with a cell for each column."""

    heading: str
    cells: list[str]
    depth: int = 0


@dataclass(frozen=True)
class Table:
    """A table with a heading for each column of cells."""

    caption: str
    heads: list[str]
    rows: list[Row]


class Shown:
    """What a page shows of the file that ``analysis.national.tables`` writes.

    ``order`` is that of CED use, ``periods`` come in their order. Of a force and period without a
    report there is nothing, and ``held`` are the others.
    """

    def __init__(self, path: Path, order: str, periods: Sequence[str]) -> None:
        frame = read_table(path, COLUMNS)
        columns = (frame[name] for name in ("subject", "period", "area", "tactic", "group"))
        values = [int(one) for one in frame["value"]]
        self._numbers = dict(zip(zip(*columns, strict=True), values, strict=True))
        self.made_up = MADE_UP in {*frame["edition"]}
        self.order, self.order_name = CED_ORDERS[order], order
        self.held = {
            (area, period) for subject, period, area, *_ in self._numbers if subject == REPORTS
        }
        self.forces = sorted({area for area, _ in self.held} - {TOGETHER})
        self.periods = [one for one in periods if one in {period for _, period in self.held}]
        self.added_up = [one for one in self.periods if (TOGETHER, one) in self.held]

    def reports(self) -> Table:
        """Reports by force, a column for each period."""
        cells = {period: (REPORTS, period, ALL, ALL) for period in self.periods}
        return self._by_force("Officers’ reports by force", cells)

    def tactics(self) -> Table:
        """Reports of all forces that involve a tactic, a column for each period added up."""
        known = {tactic for subject, _, _, tactic, _ in self._numbers if subject == BY_TACTIC}
        rows = []
        for tactic in (one for one in TACTICS if one in known):
            places = [(BY_TACTIC, period, tactic, ALL) for period in self.added_up]
            cells = [self._number(TOGETHER, *place) for place in places]
            rows.append(Row(tactic, cells, len(ancestors(tactic))))
        return Table(f"Officers’ reports by tactic, {TOGETHER.lower()}", self.added_up, rows)

    def highest_ced(self, period: str) -> Table:
        """Reports by force and the highest use of a CED in each."""
        uses = (*self.order, CED_NOT_STATED)
        cells = {use: (BY_HIGHEST_CED, period, use, ALL) for use in uses}
        return self._by_force(f"Officers’ reports by highest use of a CED, {period}", cells)

    def injuries(self, period: str) -> Table:
        """Reports by force and by whether subject and officer were injured."""
        cells = {
            f"{who} {words}": (subject, period, ALL, answer)
            for who, subject in _INJURED.items()
            for words, answer in _ANSWERS.items()
        }
        return self._by_force(
            f"Officers’ reports by injury of subject and officer, {period}", cells
        )

    def _by_force(self, caption: str, cells: dict[str, tuple[str, str, str, str]]) -> Table:
        """Forces by the alphabet, then all of them; for each heading what stands below it."""
        areas = [*self.forces, *([TOGETHER] if self.added_up else [])]
        rows = [Row(area, [self._number(area, *one) for one in cells.values()]) for area in areas]
        return Table(caption, [*cells], rows)

    def _number(self, area: str, subject: str, period: str, tactic: str, group: str) -> str:
        if (area, period) not in self.held:
            return "not added up" if area == TOGETHER else "no records"
        # the file has no row for nought
        return f"{self._numbers.get((subject, period, area, tactic, group), 0):,}"
