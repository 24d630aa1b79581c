"""Taser activity: a CSV of period and area with incidents by grade and the stages of the ladder.

Columns: period, area, incidents_immediate, incidents_prompt, incidents_immediate_and_prompt,
authorisations, uses, discharges, printed_in. An empty cell is not available. Authorisation is no
Home Office measure: what a force counts as one is its own (definition 8).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.counts import ALL, NOT_AVAILABLE, STATED, WRITTEN, Counts, build
from analysis.errors import refusal
from analysis.ledger import Entry, Ledger
from analysis.standard.forces import force_name
from analysis.standard.periods import parse_period
from analysis.tables import read_table

SOURCE = SUBJECT = "taser-activity"
INCIDENTS = "immediate and prompt"
# column: (measure, group)
FIGURES = {
    "incidents_immediate": ("incidents", "immediate"),
    "incidents_prompt": ("incidents", "prompt"),
    "incidents_immediate_and_prompt": ("incidents", INCIDENTS),
    "authorisations": ("authorisations", ALL),
    "uses": ("uses", ALL),
    "discharges": ("discharges", ALL),
}
COLUMNS = ["period", "area", *FIGURES, "printed_in"]
NOT_PRINTED = "the source leaves this figure empty"


def read(path: Path) -> pd.DataFrame:
    """The file as text, one row for each period and area; other columns are refused."""
    return read_table(path, COLUMNS)


def clean(frame: pd.DataFrame, file: str, ledger: Ledger, edition: str) -> Counts:
    """Counts with unit and grade; refuses what is no whole number, and a row that stands twice.

    Where a file gives both grades and not their sum, the sum is taken, and the ledger says so.
    """
    rows = []
    for number, line in enumerate(frame.to_dict("records"), 2):
        where = f"{file}: row {number}"
        period = str(parse_period(line["period"], f"{where}, column period"))
        area = force_name(line["area"], f"{where}, column area")
        figures = {column: line[column].strip() for column in FIGURES}
        for column, text in figures.items():
            if text and not text.isdecimal():
                raise refusal(f"{where}, column {column}", f"{text!r}", "a whole number or nothing")
        note = _sum_of_grades(figures, where)
        if note:
            ledger.note(
                Entry(SOURCE, file, "labelled", 1, "row", reason=note, first=f"row {number}")
            )
        for column, (measure, group) in FIGURES.items():
            text = figures[column]
            rows.append(
                {
                    "period": period,
                    "area": area,
                    "measure": measure,
                    "tactic": ALL,
                    "breakdown": "",
                    "group": group,
                    "printed": text,
                    "status": STATED if text else NOT_AVAILABLE,
                    "table": line["printed_in"],
                    "cell": "",
                    "note": "" if text else NOT_PRINTED,
                }
            )
    ledger.note(Entry(SOURCE, file, "read", len(frame), "row", reason="rows of the file"))
    ledger.note(Entry(SOURCE, file, "used", len(frame), "row", reason="taken as counts"))
    return build(
        pd.DataFrame(rows, columns=WRITTEN), source=SOURCE, edition=edition, subject=SUBJECT
    )


def _sum_of_grades(figures: dict[str, str], where: str) -> str:
    """Fill in the sum of both grades where only they are given; refuse one that disagrees."""
    grades = [figures["incidents_immediate"], figures["incidents_prompt"]]
    if not all(grades):
        return ""
    total = str(sum(int(grade) for grade in grades))
    if not figures["incidents_immediate_and_prompt"]:
        figures["incidents_immediate_and_prompt"] = total
        return "immediate and prompt incidents added up, since the file gives only the two"
    if figures["incidents_immediate_and_prompt"] != total:
        raise refusal(
            f"{where}, column incidents_immediate_and_prompt",
            repr(figures["incidents_immediate_and_prompt"]),
            total,
        )
    return ""
