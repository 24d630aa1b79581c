"""Charts of injuries in records: shares of reports by tactic and by resistance."""

from __future__ import annotations

import textwrap

import matplotlib as mpl

from analysis.charts.drawing import BLUE, ORANGE, STYLE, Chart, finish, mark, new_figure
from analysis.counts import SUPPRESSED
from analysis.findings import TOO_FEW, Findings
from analysis.measures.records.injury_study import OF_ALL

LINE = 22  # characters of a name in a line


def subjects_by_tactic(findings: Findings) -> Chart | None:
    """Reports with the subject injured by the highest tactic, highest first."""
    return _shares(findings, "injured-subjects", "the subject injured, by the highest tactic",
                   "D", ORANGE)  # fmt: skip


def officers_by_resistance(findings: Findings) -> Chart | None:
    """Reports with the officer injured by the subject's conduct, least first."""
    return _shares(findings, "injured-officers", "the officer injured, by the subject's resistance",
                   "o", BLUE)  # fmt: skip


def _shares(findings: Findings, name: str, what: str, marker: str, colour: str) -> Chart | None:
    """A dot and an interval for each group that has enough reports; None where no group has."""
    rows = findings.where(unit=OF_ALL)
    shown = [row for row in rows if row.available]
    if not shown:
        return None
    figure = new_figure(0.6 * len(shown) + 1.2)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for place, row in enumerate(shown):
            axes.plot([row.lower, row.upper], [place, place], color=colour, linewidth=2)
            axes.plot([row.value], [place], marker, color=colour, markersize=7)
            label = axes.annotate(row.text(), (row.value, place), xytext=(0, 6),
                                  textcoords="offset points", ha="center")  # fmt: skip
            mark(label, row)
        axes.set_yticks(range(len(shown)), [textwrap.fill(row.label, LINE) for row in shown])
        axes.set_ylim(len(shown) - 0.5, -0.8)
        axes.margins(x=0.12)
        axes.set_xlim(left=-0.1 * max(row.upper for row in shown))  # room for a label at nought
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel("share of reports")
    first = shown[0]
    listed = "; ".join(
        f"{row.label} {row.text()}, {row.text('lower')} to {row.text('upper')}" for row in shown
    )
    few = [row.label for row in rows if row.status == TOO_FEW]
    rest = f" Too few reports to say: {', '.join(few)}." if few else ""
    hidden = [row.label for row in rows if row.status == SUPPRESSED]
    rest += f" {SUPPRESSED}: {', '.join(hidden)}." if hidden else ""
    return finish(
        figure,
        name,
        f"Share of reports with {what}, {first.area}, {first.period}",
        f"Dots with interval lines, one for each group: {listed}.{rest}",
        tuple(rows),
    )
