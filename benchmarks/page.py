"""docs/benchmarks.md and its chart from the tables in benchmarks/results.

``python -m benchmarks.page`` after any benchmark; a test holds the page to the tables.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from analysis.charts.drawing import BLUE, GREY, ORANGE, STYLE, finish
from benchmarks.measuring import RESULTS, ROOT

PAGE, CHART = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "benchmarks.svg"
NUMBERS = ("records", "forces", "seconds", "peak_mb", "ratio", "limit")
HEADINGS = {
    "what": "what", "records": "records", "forces": "forces", "seconds": "seconds",
    "peak_mb": "peak MB", "ratio_of": "ratio of", "ratio": "ratio", "limit": "at most",
    "note": "note",
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A benchmark: its module and table of results, a title, and what it does in words."""

    name: str
    title: str
    words: str


SECTIONS = (
    Section(
        "country", "One year of the country",
        "A made-up file of records for each of the forces of the national list, as large as its "
        "reports in the official tables, and every chapter of every force with `uof-audit "
        "run-all`. Against it stands the same without the toolkit's run: papermill's command line, "
        "one chapter after another, and pandas reading a file of 16 MB or more once for each "
        "chapter on records. That is measured for three of the forces that have every chapter, the "
        "smallest, the middle one and the largest, and scaled: seconds of a chapter are taken to "
        "grow in a straight line with reports between them. Plain papermill finds large files "
        "stored already, whose rows it need not check or judge, and writes no page: the comparison "
        "is in its favour. The stages say where the workers' time goes.",
    ),
    Section(
        "growth", "Growth with records and forces",
        "Checking and storing the files, every national table, and the regression over all "
        "records, each in a process of its own. The exponent is the slope of the logarithm of "
        "seconds on that of records, by least squares: 1 is time in proportion to records.",
    ),
    Section(
        "store", "Checking and storing a file of records",
        "One file of 271 columns, checked row by row and stored as Parquet, against "
        "`pandas.read_csv` of the same file with pyarrow installed, which checks nothing.",
    ),
    Section(
        "default_run", "The two default reports",
        "`uof-audit run`, which makes both default reports with their pages, against the papermill "
        "command line running the same chapters one by one.",
    ),
    Section(
        "regression", "The logit on covariate patterns",
        "`collapse` and `fit_logit` against statsmodels, glum and pyfixest on a million made-up "
        "reports in incidents of one to four, from a table of categoricals to coefficients and "
        "errors clustered by incident. Memory is the peak of the process, the reports and the "
        "libraries included. Coefficients and errors are compared with ours, absolutely and "
        "relatively.",
    ),
)  # fmt: skip


def results(folder: Path = RESULTS) -> dict[str, list[dict[str, str]]]:
    """The rows of each benchmark; none where it has not been measured."""
    found = {}
    for section in SECTIONS:
        path = folder / f"{section.name}.csv"
        found[section.name] = []
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                found[section.name] = [*csv.DictReader(file)]
    return found


def page(found: dict[str, list[dict[str, str]]]) -> str:
    """The text of docs/benchmarks.md."""
    parts = [
        "# Benchmarks",
        "Written from `benchmarks/results` by `python -m benchmarks.page`. **All records here are "
        "made up.** Each benchmark is one command and compares with the alternative in the same "
        "run, on one machine. Trust the ratios, not the seconds: those are of another machine than "
        "yours. The ratios to papermill are those of Linux: elsewhere each chapter starts a kernel "
        "of its own, which takes seconds more and was not measured. Memory is the peak of all "
        "processes of a command together.",
    ]
    missed = [
        f"- {section.title}: {row['what']}, {row['ratio_of']} {_number(row['ratio'])} "
        f"(at most {_number(row['limit'])})"
        for section in SECTIONS
        for row in found[section.name]
        if not held(row)
    ]
    if missed:
        parts.append("\n".join(["Limits that are missed:", "", *missed]))
    for section in SECTIONS:
        rows = found[section.name]
        parts += [f"## {section.title}", section.words]
        command = f"`python -m benchmarks.{section.name}`"
        if not rows:
            parts.append(f"Not measured yet: {command}.")
            continue
        if section.name == "growth":
            parts.append(f"![{alternative(rows)}](benchmarks.svg)")
        parts += [_table(rows), _measured(rows, command)]
    return "\n\n".join(parts) + "\n"


def _measured(rows: list[dict[str, str]], command: str) -> str:
    first = rows[0]
    return (
        f"Measured on {first['date']} with {first['cores']} cores and CPython "
        f"{first['python']}: {command}."
    )


def held(row: dict[str, str]) -> bool:
    """Whether the limit of a row is kept; a row without one is."""
    return not row["limit"] or float(row["ratio"]) <= float(row["limit"])


def _table(rows: list[dict[str, str]]) -> str:
    """The rows as a table of Markdown, without columns that are empty."""
    shown = [name for name in HEADINGS if any(row[name] for row in rows)]
    lines = [
        "| " + " | ".join(HEADINGS[name] for name in shown) + " |",
        "|" + "|".join("---:" if name in NUMBERS else "---" for name in shown) + "|",
    ]
    for row in rows:
        cells = {name: _number(row[name]) if name in NUMBERS else row[name] for name in shown}
        if not held(row):
            cells["ratio"] = f"**{cells['ratio']}, missed**"
        lines.append("| " + " | ".join(cells[name] for name in shown) + " |")
    return "\n".join(lines)


def _number(text: str) -> str:
    """To three digits, thousands set apart; nothing where there is nothing."""
    if not text:
        return ""
    value = float(f"{float(text):.3g}") if "." in text or "e" in text else float(text)
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def series(rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """The measured rows of growth in records by what is measured, fewest records first."""
    forces = max(int(row["forces"]) for row in rows if row["forces"])
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if row["seconds"] and row["records"] and int(row["forces"]) == forces:
            found.setdefault(row["what"], []).append(row)
    return {
        what: sorted(points, key=lambda row: int(row["records"]))
        for what, points in found.items()
        if len(points) > 1
    }


def alternative(rows: list[dict[str, str]]) -> str:
    """The chart of growth in words."""
    words = [
        f"{what} {', '.join(_number(row['seconds']) for row in points)} seconds and "
        f"{', '.join(_number(row['peak_mb']) for row in points)} MB for "
        f"{', '.join(_number(row['records']) for row in points)} records"
        for what, points in series(rows).items()
    ]
    return (
        f"Seconds and peak memory by number of records, both axes logarithmic: {'; '.join(words)}."
    )


def chart(rows: list[dict[str, str]]) -> str:
    """Seconds and peak memory by number of records as SVG: equal results, equal bytes."""
    marks = zip(("o", "s", "^", "D", "v"), (BLUE, ORANGE, GREY, BLUE, ORANGE), strict=True)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 4), layout="constrained")
        panels = figure.subplots(1, 2)
        for (what, points), (marker, colour) in zip(series(rows).items(), marks, strict=False):
            records = [int(row["records"]) for row in points]
            for panel, name in zip(panels, ("seconds", "peak_mb"), strict=True):
                values = [float(row[name]) for row in points]
                panel.loglog(records, values, marker=marker, color=colour, label=what)
        for panel, label in zip(panels, ("seconds", "peak memory in MB"), strict=True):
            panel.set_xlabel("records (made up)")
            panel.set_ylabel(label)
            for axis in (panel.xaxis, panel.yaxis):
                axis.set_major_formatter("{x:,.0f}")
                axis.set_minor_formatter(NullFormatter())
        names = panels[0].get_legend_handles_labels()
        figure.legend(*names, loc="outside upper center", ncols=3, frameon=False)
    title = "Seconds and peak memory by number of records"
    return finish(figure, "benchmarks", title, alternative(rows), ()).svg + "\n"


def main() -> None:
    found = results()
    PAGE.write_text(page(found), encoding="utf-8", newline="\n")
    if found["growth"]:
        CHART.write_text(chart(found["growth"]), encoding="utf-8", newline="\n")
    print(PAGE)


if __name__ == "__main__":
    main()
