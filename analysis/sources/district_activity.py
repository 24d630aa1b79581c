"""Taser activity by district and month: a CSV of incidents and the stages of the ladder.

Columns: month (``2017-04``), area, district, incidents_immediate, incidents_prompt, authorisations,
uses, discharges, printed_in. An empty cell is not available. A count keeps the district as its
group and the month as its period; the incidents of both grades are one count, and its cell names
the two. Authorisation is no Home Office measure (definition 8).
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from analysis.counts import ALL, MADE_UP, NOT_AVAILABLE, ROWS, STATED, WRITTEN, Counts, build
from analysis.errors import refusal
from analysis.ledger import Entry, Ledger
from analysis.rows import packed
from analysis.standard.forces import force_name
from analysis.standard.form import MADE_UP as MARK
from analysis.standard.names import slug
from analysis.tables import read_table

SOURCE, MADE_UP_SOURCE = "district-activity", "made-up-taser-activity"
SUBJECT = "district activity"
BREAKDOWN = "district"
GRADES = ("incidents_immediate", "incidents_prompt")
STAGES = ("authorisations", "uses", "discharges")
COLUMNS = ["month", "area", "district", *GRADES, *STAGES, "printed_in"]
NOT_PRINTED = "the source leaves this figure empty"
BOTH_GRADES = "immediate and prompt incidents added up: they are one count"


def read(path: Path) -> pd.DataFrame:
    """The file as text, one row for each month, area and district; other columns are refused."""
    return read_table(path, COLUMNS)


def source_of(frame: pd.DataFrame, file: str) -> str:
    """Whether the file says in every row that it is made up; refuses one that mixes.

    >>> source_of(pd.DataFrame({"printed_in": ["Made up: no force's record"]}), "activity.csv")
    'made-up-taser-activity'
    """
    made_up = frame["printed_in"].str.strip().str.startswith(MARK)
    if made_up.any() and not made_up.all():
        odd = int((made_up != made_up.iloc[0]).idxmax())
        problem = f"{frame['printed_in'][odd]!r} stands beside {frame['printed_in'][0]!r}"
        where = f"{file}: row {odd + 2}, column printed_in"
        raise refusal(where, problem, f"{MARK!r} in every row or in none")
    return MADE_UP_SOURCE if made_up.all() else SOURCE


def clean(frame: pd.DataFrame, file: str, ledger: Ledger, edition: str) -> Counts:
    """Counts of incidents, authorisations, uses and discharges by district and month.

    Refuses what is no whole number, no month, no police force, no district or a total of them, two
    spellings of one district, and a month, area and district that stands twice. A file that says
    that it is made up has the edition "made up".
    """
    if frame.empty:
        raise refusal(file, "holds no rows", "one for each month, area and district")
    source = source_of(frame, file)
    rows, seen = [], {}
    for number, line in enumerate(frame.to_dict("records"), 2):
        place = _place(line, f"{file}: row {number}")
        _refuse_doubles(place, number, seen, file)
        rows += [place | count for count in _figures(line, file, number)]
    for action, reason in (
        ("read", "rows of the file"),
        ("used", "taken as counts"),
        ("labelled", BOTH_GRADES),
    ):
        ledger.note(Entry(source, file, action, len(frame), "row", reason=reason))
    return build(
        pd.DataFrame(rows, columns=[*WRITTEN, ROWS]),
        source=source,
        edition=MADE_UP if source == MADE_UP_SOURCE else edition,
        subject=SUBJECT,
    )


def _place(line: dict[str, str], where: str) -> dict[str, str]:
    """Month, area and district of a row, as dimensions of its counts."""
    month = line["month"].strip()
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise refusal(f"{where}, column month", repr(line["month"]), "a month such as 2017-04")
    district = " ".join(line["district"].split())
    if not slug(district) or slug(district).startswith(("all", "total")):
        raise refusal(
            f"{where}, column district", repr(line["district"]), "a district, and no total of them"
        )
    return {
        "period": f"{month}..{month}",
        "area": force_name(line["area"], f"{where}, column area"),
        "tactic": ALL,
        "breakdown": BREAKDOWN,
        "group": district,
    }


def _refuse_doubles(place: dict[str, str], number: int, seen: dict, file: str) -> None:
    """Refuse a row that stands twice, and a district that is spelled in two ways."""
    district, where = place["group"], f"{file}: row {number}"
    known = seen.setdefault((place["area"], slug(district)), district)
    if known != district:
        raise refusal(f"{where}, column district", f"{district!r} is also spelled", [repr(known)])
    key = (place["area"], place["period"], district)
    if key in seen:
        month = place["period"][:7]
        problem = f"{month}, {place['area']}, {district} stands in row {seen[key]} already"
        raise refusal(where, problem, "one row for each month, area and district")
    seen[key] = number


def _figures(line: dict[str, str], file: str, number: int) -> list[dict[str, str]]:
    """The four counts of a row: incidents of both grades, authorisations, uses, discharges."""
    figures = {column: line[column].strip() for column in (*GRADES, *STAGES)}
    for column, text in figures.items():
        if text and not re.fullmatch("[0-9]+", text):
            where = f"{file}: row {number}, column {column}"
            raise refusal(where, f"{text!r}", "a whole number or nothing")
    grades = [figures[column] for column in GRADES]
    both = str(sum(map(int, grades))) if all(grades) else ""
    shown = " and ".join(
        column if text else f"{column} (empty)" for column, text in zip(GRADES, grades, strict=True)
    )
    counted = [("incidents", both, shown), *((stage, figures[stage], stage) for stage in STAGES)]
    return [
        {
            "measure": measure,
            "printed": text,
            "status": STATED if text else NOT_AVAILABLE,
            "table": line["printed_in"].strip(),
            "cell": f"row {number}, {cell}",
            "note": "" if text else NOT_PRINTED,
            ROWS: packed(measure, [number]),
        }
        for measure, text, cell in counted
    ]
