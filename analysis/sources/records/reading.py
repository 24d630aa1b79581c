"""Reading a record-level file: every row is used or set aside, and every change is remarked on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.counts import MADE_UP
from analysis.errors import refusal
from analysis.ledger import Entry, Ledger
from analysis.records import Records
from analysis.sources.records import canonical
from analysis.sources.records.contradictions import contradictions, of_tactics
from analysis.sources.records.files import read_table
from analysis.sources.records.headers import layout
from analysis.sources.records.remarks import Remark, lines, remarks_frame
from analysis.sources.records.rows import Rows
from analysis.standard.periods import parse_period

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
    table = read_table(Path(path))
    if not len(table.rows):
        raise refusal(str(path), "holds a header and no rows", "one row for each report")
    found = layout(table)
    rows = Rows(table, found, parse_period(period) if period else None)
    rows.check_dates()
    records = _records(rows, area, period)
    remarks = [
        *table.remarks,
        *found.remarks,
        *_few_tactics(records, table.header_row),
        *rows.remarks(),
        *canonical.unread_details(rows),
        *of_tactics(records, rows.headers),
        *contradictions(records, rows.headers, canonical.ced_block(rows)),
    ]
    return Reading(records, remarks_frame(remarks), len(table.rows), rows.months_held)


def _few_tactics(records: Records, header_row: int) -> list[Remark]:
    reason = records.lacks_tactics()
    return [Remark(header_row, "", "", "labelled", reason=reason)] if reason else []


def _records(rows: Rows, area: str, period: str | None) -> Records:
    made_up = rows.made_up()
    return Records(
        source=MADE_UP_SOURCE if made_up else SOURCE,
        file=rows.table.file,
        edition=MADE_UP if made_up else Path(rows.table.file).stem,
        area=area,
        period=period or rows.months(),
        made_up=made_up,
        reports=canonical.reports(rows),
        tactics=canonical.tactics(rows),
        ced=canonical.ced(rows),
        ced_details=canonical.ced_details(rows),
        absent=canonical.absent(rows),
    )
