"""Which column of a file is which of the form: by header, never by position (definition 22)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from analysis.errors import refusal
from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Table
from analysis.standard.form import (
    HEALTH_CONDITIONS,
    MADE_UP,
    NOT_REPORTED,
    Column,
    columns,
)
from analysis.standard.names import plain

# Some forces have one column in place of the form's two boxes on disability.
HEALTH = Column(
    "HealthCondition", "health condition", "choice", (*HEALTH_CONDITIONS, NOT_REPORTED),
    ("SubjectHealthCondition", "SubjectDisability", "Disability"),
)  # fmt: skip
MADE_UP_COLUMN = Column(MADE_UP, "made up", "made up")
KNOWN = (*columns(), HEALTH, MADE_UP_COLUMN)
HEADERS = [column.header for column in columns()]


@lru_cache(4_096)
def letters(label: str) -> str:
    """A header without what programs change at will: case, spaces, marks, invisible characters.

    >>> letters("Incident Location: Hospital / A&E"), letters("\\ufeffIncidentDate")
    ('incidentlocationhospitalaande', 'incidentdate')
    """
    return re.sub(r"[\W_]+", "", plain(label))


@cache
def _known() -> dict[str, Column]:
    return {letters(text): one for one in KNOWN for text in (one.header, *one.spellings)}


def is_known(header: str) -> bool:
    """Whether a header is one of the form's."""
    return letters(header) in _known()


def recognised(cells: Iterable[str]) -> int:
    """How many columns of the form a row names as a header would."""
    return len({letters(cell) for cell in cells} & _known().keys())


@dataclass(frozen=True)
class Layout:
    """``places``: where in the file each column of the form stands, by field."""

    places: dict[str, int]
    columns: dict[str, Column]
    remarks: list[Remark]


def layout(table: Table) -> Layout:
    """Find the columns of the form; those that are not of the form are labelled and kept out.

    Refuses a file without a date or any tactic, and two columns of one meaning that differ.
    """
    places: dict[str, int] = {}
    remarks = []
    for place, printed in enumerate(table.header):
        column = _known().get(letters(printed))
        if column is None:
            remarks += _unknown(table, place)
        elif column.field in places:
            remarks.append(_twice(table, places[column.field], place))
        else:
            places[column.field] = place
            if printed not in (column.header, *column.spellings):
                reason = "a header of the form, spelt otherwise"
                remarks.append(
                    Remark(table.header_row, printed, printed, "spelled", column.header, reason)
                )
    _check_essential(table, places)
    return Layout(places, {one.field: one for one in KNOWN if one.field in places}, remarks)


def _unknown(table: Table, place: int) -> list[Remark]:
    """A column that is not of the form; one without header and contents is none."""
    printed = table.header[place]
    if not letters(printed) and not table.values[place].filled:
        return []
    shown = printed if printed.strip() else f"column {place + 1}, without a header"
    reason = "not a column of the form: kept out"
    return [Remark(table.header_row, shown, printed, "labelled", reason=reason)]


def _twice(table: Table, first: int, second: int) -> Remark:
    one, other = table.column(first), table.column(second)
    printed = table.header[second]
    if one.values != other.values or (one.codes != other.codes).any():
        problem = f"columns {first + 1} and {second + 1} are both {printed!r} and differ"
        raise refusal(f"{table.file}: row {table.header_row}", problem, "each column once")
    reason = f"stands in column {first + 1} already, with equal contents"
    return Remark(table.header_row, printed, printed, "labelled", reason=reason)


def _check_essential(table: Table, places: dict[str, int]) -> None:
    where = f"{table.file}: row {table.header_row}"
    if "date" not in places:
        raise refusal(where, "no column for the date", "IncidentDate")
    if not any(field.startswith("tactic ") for field in places):
        raise refusal(where, "no column for a tactic", "Tactic 1, Tactic 2, ...")
