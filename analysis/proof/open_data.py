"""The tables of a release as open data: plain CSV, described in CSV on the Web (CSVW).

Source of the form: W3C, Metadata Vocabulary for Tabular Data (2015); written and held against the
files with the csvw library.
"""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from analysis.counts import SUPPRESSED
from analysis.sources.registry import Source
from analysis.tables import read_table, without_formulas, write_table

METADATA = "csv-metadata.json"
LOG = "suppressed.csv"


@dataclass(frozen=True)
class Column:
    """What a column holds; ``several``: texts with a semicolon between them."""

    title: str
    description: str
    datatype: str = "string"
    required: bool = False
    several: bool = False


_COLUMNS = {
    "id": Column("Id", "Name of the row; the same in every run", required=True),
    "label": Column("Label", "What the row is about, in words"),
    "status": Column(
        "Status",
        f"stated; or why there is no value: {SUPPRESSED} is hidden so that nobody can be told by "
        "it, and the others are in words",
        required=True,
    ),
    "period": Column("Period", "Quarter, year or span of months", required=True),
    "area": Column("Area", "Police force, region, district or nation", required=True),
    "edition": Column("Edition", "Edition of the source, or that it is made up", required=True),
    "unit": Column("Unit", "What the value counts or is a share of"),
    "value": Column("Value", "The number; a share is a proportion", "number"),
    "lower": Column("Lower limit", "Lower end of the interval", "number"),
    "upper": Column("Upper limit", "Upper end of the interval", "number"),
    "made_by": Column("Made by", "Function of the toolkit that counted or concluded it"),
    "source": Column("Source", "Key of the source", required=True),
    "subject": Column("Subject", "What the table is about that the count stands in", required=True),
    "measure": Column("Measure", "What is counted", required=True),
    "tactic": Column("Tactic", "Tactic, or all", required=True),
    "breakdown": Column("Breakdown", "What the groups divide by; empty for none"),
    "group": Column("Group", "Group of the breakdown, or all", required=True),
    "printed": Column("Printed", "The number as its source prints it"),
    "table": Column("Table", "Table or file of the source"),
    "cell": Column("Cell", "Cell of the table, or in words which records were counted"),
    "note": Column("Note", "Why there is no value"),
    "part_of": Column("Part of", "Ids of the totals that it is a part of", several=True),
    "series_id": Column("Series", "The same in every period and area", required=True),
    "kind": Column("Kind", "Kind of conclusion", required=True),
    "form": Column("Form", "How the page prints the value", required=True),
    "confidence": Column("Confidence", "Level of the interval", "number"),
    "method": Column("Method", "How value and interval were had"),
    "outcome": Column("Outcome", "A conclusion in words"),
    "reason": Column("Reason", "Why there is no value"),
    "caveats": Column("Caveats", "What to bear in mind", several=True),
    "counts": Column("Counts", "Ids, or patterns of ids, of the counts it rests on", several=True),
    "basis": Column("Basis", "How the counts make the value"),
    "findings": Column("Findings", "Ids of the findings it rests on", several=True),
    "action": Column("Action", "What was done with cells or rows", required=True),
    "number": Column(
        "Number", f"How many cells or rows; {SUPPRESSED} of restricted sources", "integer"
    ),
    "becomes": Column("Becomes", "What it was read as"),
    "first": Column("First", "Where it stands first"),
    "what": Column("What", "What is counted, or the kind of conclusion", required=True),
    "why": Column("Why", "Why it is hidden", required=True),
}
_TITLES = {
    "counts.csv": "Counts: what was counted",
    "findings.csv": "Findings: what was concluded",
    "ledger.csv": "Ledger: what was set aside, repaired or read otherwise",
    LOG: "What is hidden, and why",
}


def tidy(folder: Path) -> None:
    """Write every table of a folder anew for strangers' programs.

    No cell is a formula to a spreadsheet, and what has no end is written as CSVW has it.
    """
    for path in sorted(folder.rglob("*.csv")):
        table = without_formulas(read_table(path))
        endless = {"inf": "INF", "-inf": "-INF"}
        numbers = [name for name in table if _COLUMNS[name].datatype == "number"]
        write_table(table.replace({name: endless for name in numbers}), path)


def describe(folder: Path, title: str, sources: list[Source]) -> None:
    """Write ``csv-metadata.json``: each table, its columns, and the sources with their licences."""
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": title,
        "dc:creator": "uof-audit",
        "dc:source": [
            ", ".join(filter(None, (one.publisher, one.title, one.edition, one.address)))
            for one in sources
        ],
        "dc:rights": sorted({f"{one.title}: {one.licence}" for one in sources}),
        "tables": [
            _table(path.relative_to(folder).as_posix(), list(read_table(path).columns))
            for path in sorted(folder.rglob("*.csv"))
        ],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False)
    (folder / METADATA).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _table(name: str, header: list[str]) -> dict:
    """A chart's rows are counts and findings together, of which some have what others have not."""
    of_chart = name not in _TITLES
    title = f"Rows of the chart {Path(name).stem}" if of_chart else _TITLES[name]
    schema = {"columns": [_column(one, of_chart) for one in header]}
    if header[0] == "id":
        schema["primaryKey"] = "id"
    return {"url": name, "dc:title": title, "tableSchema": schema}


def _column(name: str, of_chart: bool) -> dict:
    about = _COLUMNS[name]
    described = {"name": name, "titles": [name, about.title],
                 "dc:description": about.description, "datatype": about.datatype}  # fmt: skip
    if about.datatype != "string":
        described["null"] = ["", SUPPRESSED]
    if about.required and (name == "id" or not of_chart):
        described["required"] = True
    if about.several:
        described["separator"] = ";"
    return described


def faults(folder: Path) -> list[str]:
    """What the csvw library finds wrong with the tables, held against their metadata."""
    from csvw import CSVW  # takes long to import, and releases alone need it

    try:
        with warnings.catch_warnings(record=True) as found:
            described = CSVW(str(folder / METADATA), validate=True)
            sound = described.is_valid
    except ValueError as error:  # what it does not go on from, such as an id that stands twice
        return [str(error).replace(f"{folder}{os.sep}", "")]
    told = [str(one.message) for one in (*found, *described.warnings)]
    return told if told or sound else ["is not valid CSVW"]
