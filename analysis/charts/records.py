"""Charts of a period's records: incidents by each rule, and reports by tactic."""

from __future__ import annotations

import textwrap

import matplotlib as mpl

from analysis.charts.drawing import BLACK, BLUE, STYLE, Chart, finish, mark, new_figure
from analysis.findings import Finding, Findings

_LINE = 24  # characters of a name in a line


def incidents(findings: Findings) -> Chart | None:
    """The number of incidents by each rule, in the order of the rules; None without reports."""
    rows = [
        row for row in findings if row.series_id.startswith("incidents/number/") and row.available
    ]
    if not any(row.value for row in rows):
        return None
    names = [row.label.removeprefix("Incidents, ") for row in rows]
    figure = new_figure(0.55 * len(rows) + 0.9)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        axes.barh(range(len(rows)), [row.value for row in rows], height=0.6, color=BLUE,
                  edgecolor=BLACK, linewidth=0.8)  # fmt: skip
        for place, row in enumerate(rows):
            mark(axes.annotate(row.text(), (row.value, place), xytext=(4, 0), va="center",
                               textcoords="offset points"), row)  # fmt: skip
        axes.set_yticks(range(len(rows)), names)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_xlim(0, 1.25 * max(row.value for row in rows))
        axes.locator_params(axis="x", nbins=4)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlabel("incidents")
    listed = "; ".join(f"{name} {row.text()}" for name, row in zip(names, rows, strict=True))
    first = rows[0]
    return finish(
        figure, "records-incidents",
        f"Incidents by each rule that takes reports together, {first.area}, {first.period}",
        f"Bars, one for each rule, from the most incidents that there can be: {listed}. "
        "None is the fewest that there can be: officers may see or place one incident differently.",
        tuple(rows),
    )  # fmt: skip


def tactics(findings: Findings) -> Chart | None:
    """Share of reports that involve each tactic, most first; None where no report does."""
    used = [row for row in findings if row.available and row.value]
    shown = sorted(used, key=lambda row: -row.value)
    if not shown:
        return None
    figure = new_figure(0.5 * len(shown) + 1.0)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for place, row in enumerate(shown):
            axes.plot([row.lower, row.upper], [place, place], color=BLUE, linewidth=2)
            axes.plot([row.value], [place], "o", color=BLUE, markersize=7)
            mark(axes.annotate(row.text(), (row.upper, place), xytext=(5, 0), va="center",
                               textcoords="offset points"), row)  # fmt: skip
        axes.set_yticks(range(len(shown)), [textwrap.fill(row.label, _LINE) for row in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlim(0, 1.3 * max(row.upper for row in shown))
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel("share of reports")
    listed = "; ".join(map(_said, shown))
    none = [row.label for row in findings if row.available and not row.value]
    rest = f" In no report: {', '.join(none)}." if none else ""
    first = shown[0]
    return finish(
        figure, "records-tactics",
        f"Reports that involve each tactic, {first.area}, {first.period}",
        f"Dots with interval lines, one for each tactic, most first: {listed}.{rest}",
        tuple(findings),
    )  # fmt: skip


def _said(row: Finding) -> str:
    return f"{row.label} {row.text()}, {row.text('lower')} to {row.text('upper')}"
