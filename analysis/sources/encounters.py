"""Arrests, or stop and searches, by force and ethnic group: one CSV layout for either.

Columns: period, area, group, number, printed_in. An empty number is not available. The groups are
the five that editions and censuses can be brought to, Chinese, and not reported. Chinese is added
to Asian, as the official tables of use of force have it from 2019/20 on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.counts import ALL, NOT_AVAILABLE, STATED, WRITTEN, Counts, build
from analysis.errors import Refused, refusal
from analysis.ledger import Entry, Ledger
from analysis.sources.taser_activity import NOT_PRINTED
from analysis.standard.forces import ENGLAND_AND_WALES, force_name
from analysis.standard.names import plain
from analysis.standard.people import ETHNIC_GROUPS, ETHNICITY
from analysis.standard.periods import parse_period
from analysis.tables import read_table

# source: what it counts
MEASURES = {"arrests": "arrests", "stop-and-search": "stop and searches"}
COLUMNS = ["period", "area", "group", "number", "printed_in"]
GROUPS = (*ETHNIC_GROUPS, "Chinese", "Not reported")
WHOSE = "the file does not say whether ethnic group is self-defined or as an officer saw it"
NO_SUM = "Chinese cannot be added to Asian, since one of the two is empty"


@dataclass(frozen=True)
class _Row:
    """A row of the file, checked; ``number`` is empty where it is not available."""

    place: int  # the line of the file, the header being the first
    period: str
    area: str
    group: str
    number: str
    printed_in: str

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.period, self.area, self.group)


def read(path: Path) -> pd.DataFrame:
    """The file as text, one row for each period, area and group; other columns are refused."""
    return read_table(path, COLUMNS)


def clean(frame: pd.DataFrame, source: str, file: str, ledger: Ledger, edition: str) -> Counts:
    """Counts of arrests or of searches, as ``source`` says, by ethnic group.

    Refuses an unknown period, area or group, a number that is not whole, a row that stands twice
    or does not say where it is printed, and Chinese without a row of Asian to which it belongs.
    Where one of those two is empty, Asian is not available.
    """
    if frame.empty:
        raise refusal(file, "holds no rows", COLUMNS)
    rows: dict[tuple[str, str, str], _Row] = {}
    for place, line in enumerate(frame.to_dict("records"), 2):
        row = _checked(line, place, file)
        if row.key in rows:
            problem = f"{', '.join(row.key)!r} stands in row {rows[row.key].place} already"
            raise refusal(f"{file}: row {place}, columns period, area, group", problem, "one row")
        rows[row.key] = row
    written = []
    for row in rows.values():
        asian = (row.period, row.area, "Asian")
        if row.group == "Chinese":
            if asian not in rows:
                where = f"{file}: row {row.place}, column group"
                raise refusal(where, "'Chinese' has no row of Asian", "both, or Asian alone")
            _note_chinese(row, rows[asian], source, file, ledger)
            continue
        chinese = rows.get((row.period, row.area, "Chinese")) if row.group == "Asian" else None
        written.append(_count(row, chinese, MEASURES[source]))
    ledger.note(Entry(source, file, "read", len(frame), "row", reason="rows of the file"))
    ledger.note(Entry(source, file, "used", len(written), "row", reason="taken as counts"))
    return build(
        pd.DataFrame(written, columns=WRITTEN), source=source, edition=edition, subject=source
    )


def _checked(line: dict[str, str], place: int, file: str) -> _Row:
    """One line of the file in the words of the standard."""
    where = f"{file}: row {place}"
    period = str(parse_period(line["period"], f"{where}, column period"))
    area = _area(line["area"], f"{where}, column area")
    group = ETHNICITY.group(line["group"])
    if group not in GROUPS:
        raise refusal(f"{where}, column group", repr(line["group"]), GROUPS)
    number = line["number"].strip()
    if number and not (number.isascii() and number.isdecimal()):
        raise refusal(f"{where}, column number", f"{number!r}", "a whole number or nothing")
    if not line["printed_in"].strip():
        raise refusal(f"{where}, column printed_in", "''", "where the number stands")
    return _Row(place, period, area, group, number, line["printed_in"].strip())


def _area(printed: str, where: str) -> str:
    """A force, or England and Wales."""
    if plain(printed) == plain(ENGLAND_AND_WALES):
        return ENGLAND_AND_WALES
    try:
        return force_name(printed, where)
    except Refused as error:
        raise Refused(f"{error}, or {ENGLAND_AND_WALES}") from None


def _note_chinese(chinese: _Row, asian: _Row, source: str, file: str, ledger: Ledger) -> None:
    """Say in the ledger what became of a row of Chinese: added to Asian, or set aside."""
    both = bool(chinese.number and asian.number)
    ledger.note(
        Entry(
            source,
            file,
            "used" if both else "set aside",
            1,
            "row",
            printed="Chinese",
            becomes="Asian" if both else "",
            reason="Chinese added to Asian" if both else NO_SUM,
            first=f"row {chinese.place}",
        )
    )


def _count(row: _Row, chinese: _Row | None, measure: str) -> dict[str, str]:
    """A row in the columns ``WRITTEN``; Asian with Chinese where that stands apart."""
    rows = [row, chinese] if chinese else [row]
    stated = all(one.number for one in rows)
    missing = NO_SUM if chinese else NOT_PRINTED
    return {
        "period": row.period,
        "area": row.area,
        "measure": measure,
        "tactic": ALL,
        "breakdown": ETHNICITY.name,
        "group": row.group,
        "printed": str(sum(int(one.number) for one in rows)) if stated else row.number,
        "status": STATED if stated else NOT_AVAILABLE,
        "table": "; ".join(dict.fromkeys(one.printed_in for one in rows)),
        "cell": " and ".join(f"row {one.place}" for one in rows),
        "note": WHOSE if stated else missing,
    }
