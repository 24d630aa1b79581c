"""Residents of police force areas: ethnic group, sex and age band, a file for each.

The census is self-defined; demographics in use of force reports are as perceived by the officer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.counts import ALL, STATED, WRITTEN, Counts, build
from analysis.errors import refusal
from analysis.ledger import Entry, Ledger
from analysis.sources.registry import sources
from analysis.standard.forces import official_force_name, official_forces
from analysis.tables import read_table

AREA = "police_force_area"


@dataclass(frozen=True)
class Layout:
    """A population file: its breakdown, and what each column counts (``None`` is set aside)."""

    source: str
    period: str
    breakdown: str
    groups: dict[str, str | None]

    @property
    def subject(self) -> str:
        return f"residents by {self.breakdown}"


LAYOUTS = (
    Layout("census-2011-ethnicity", "2011", "ethnicity", {
        "white": "White", "black": "Black", "asian_without_chinese": "Asian without Chinese",
        "chinese": "Chinese", "mixed": "Mixed", "other": "Other"}),
    Layout("census-2021-ethnicity", "2021", "ethnicity", {
        "area_code": None, "asian": "Asian", "black": "Black", "mixed": "Mixed",
        "other": "Other", "white": "White", "total": ALL, "of_which_chinese": "of whom Chinese"}),
    Layout("census-2021-sex", "2021", "sex", {
        "total_population": ALL, "total_females": "Female", "total_males": "Male",
        "younger_females": None, "working_age_females": None, "older_females": None,
        "younger_males": None, "working_age_males": None, "older_males": None}),
    Layout("mid-2020-age", "2020", "age", {
        "0-10": "Under 11", "11-17": "11-17", "18-34": "18-34", "35-49": "35-49",
        "50-64": "50-64", "65 and over": "65 and over", "total": ALL}),
)  # fmt: skip


def subject_of(source: str) -> str:
    """What the table of a population source is about."""
    return next(layout.subject for layout in LAYOUTS if layout.source == source)


def read(path: Path) -> pd.DataFrame:
    """A population file as text, one row for each police force area."""
    return read_table(path)


def clean(frame: pd.DataFrame, layout: Layout, file: str, ledger: Ledger) -> Counts:
    """Counts of residents for all 43 forces; a name that fails to match stops the run."""
    columns = [AREA, *layout.groups]
    if list(frame.columns) != columns:
        raise refusal(f"{file}: header", f"{list(frame.columns)}", columns)
    rows = []
    for number, line in enumerate(frame.to_dict("records"), 2):
        area = official_force_name(line[AREA], f"{file}: row {number}, column {AREA}")
        if area != line[AREA]:
            ledger.note(
                Entry(
                    layout.source,
                    file,
                    "spelled",
                    1,
                    "row",
                    printed=line[AREA],
                    becomes=area,
                    reason="one name for a force in all tables",
                    first=f"row {number}",
                )
            )
        for column, group in layout.groups.items():
            if group is None:
                continue
            rows.append(
                {
                    "period": layout.period,
                    "area": area,
                    "measure": "residents",
                    "tactic": ALL,
                    "breakdown": "" if group == ALL else layout.breakdown,
                    "group": group,
                    "printed": line[column],
                    "status": STATED,
                    "table": file,
                    "cell": f"{column}, row {number}",
                    "note": "",
                }
            )
    missing = sorted(set(official_forces()) - {row["area"] for row in rows})
    if missing:
        raise refusal(
            file, f"has no row for {missing[0]!r}", f"all {len(official_forces())} forces"
        )
    unused = [column for column, group in layout.groups.items() if group is None]
    ledger.note(Entry(layout.source, file, "read", len(frame) * len(layout.groups), "cell"))
    ledger.note(Entry(layout.source, file, "used", len(rows), "cell", reason="taken as counts"))
    if unused:
        ledger.note(
            Entry(
                layout.source,
                file,
                "set aside",
                len(frame) * len(unused),
                "cell",
                reason=f"columns not used: {', '.join(unused)}",
            )
        )
    return build(
        pd.DataFrame(rows, columns=WRITTEN),
        source=layout.source,
        edition=sources()[layout.source].edition,
        subject=layout.subject,
    )
