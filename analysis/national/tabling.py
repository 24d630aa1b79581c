"""The job of the national tables: files are counted by the workers, and added up here.

What counts is imported when there is something to count: a run that is unchanged needs none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.national.jobs import Job, Place, Shared, Wanted, refuse_another, write
from analysis.national.nodes import Node, digest, hash_of

if TYPE_CHECKING:
    from analysis.national.tables import Counted

TABLE = "national-tables.csv"


class TablesJob(Job):
    """The national tables in one file, counted from the records of reports that were made.

    ``wanted``: the reports, one or more, each with records; ``number`` of them at a time.
    """

    def __init__(self, out: Path, wanted: Sequence[Wanted], number: int, shared: Shared) -> None:
        self.table, self.number, self.shared = out / TABLE, number, shared
        self.wanted = sorted(wanted, key=_asked)
        self.order = wanted[0].parameters.choices.ced_order  # the same in all of a params file
        rests_on = [
            Node("records of the national tables", self._records),
            Node("order of CED use", lambda: digest(self.order)),
            Node("code", shared.code),
            Node("environment", shared.environment),
        ]
        super().__init__(TABLE, rests_on, Node("national tables", lambda: hash_of(self.table)))

    def _records(self) -> str:
        return digest([[*_asked(one), self.shared.hashes.of(_file(one))] for one in self.wanted])

    def do(self, place: Place) -> None:
        from analysis.counts import COLUMNS
        from analysis.national.tables import national_tables
        from analysis.tables import without_formulas

        same = self.shared.project()

        def counted(one: Wanted) -> Counted:
            return place(count_records, _file(one), *_asked(one), self.order, same)

        with ThreadPoolExecutor(self.number) as threads:
            tables = national_tables(threads.map(counted, self.wanted))
        text = without_formulas(tables.frame[COLUMNS].astype(str))
        write(self.table, text.to_csv(index=False, lineterminator="\n"))


def _file(wanted: Wanted) -> Path:
    return (wanted.base / wanted.parameters.sources.records).resolve()


def _asked(wanted: Wanted) -> tuple[str, str]:
    return wanted.parameters.area, wanted.parameters.period


def count_records(path: Path, area: str, period: str, order: str, same: str) -> Counted:
    """A force's file counted where this is called; ``same`` as for ``jobs.make_chapter``."""
    # polars is for the workers alone: see analysis.audit
    from analysis.national.counting import count
    from analysis.store import stored

    refuse_another(same)
    return count(stored(path, area, period), order)
