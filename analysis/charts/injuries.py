"""Chart of the injuries chapter: reports of an injury per thousand reports."""

from __future__ import annotations

import matplotlib as mpl

from analysis.charts.drawing import BLUE, ORANGE, STYLE, Chart, finish, mark, new_figure
from analysis.findings import Findings
from analysis.standard.forces import ENGLAND_AND_WALES

_SIDES = {"officers": ("o", BLUE), "subjects": ("D", ORANGE)}


def rates(findings: Findings) -> Chart:
    """The national rates by both measures in each year, officers above subjects, with intervals."""
    rows = [row for row in findings if row.area == ENGLAND_AND_WALES and row.available]
    figure = new_figure(0.55 * len(rows) + 1.0)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for place, row in enumerate(rows):
            marker, colour = _SIDES[row.series_id.split("/")[1]]
            axes.plot([row.lower, row.upper], [place, place], color=colour, linewidth=2)
            axes.plot([row.value], [place], marker, color=colour, markersize=7)
            mark(
                axes.annotate(
                    row.text(),
                    (row.value, place),
                    xytext=(0, 7),
                    textcoords="offset points",
                    ha="center",
                ),
                row,
            )
        names = [row.label.partition(",")[0].replace(" injured by", ", by") for row in rows]
        axes.set_yticks(
            range(len(rows)),
            [f"{name}\n{row.period}" for name, row in zip(names, rows, strict=True)],
        )
        axes.set_ylim(len(rows) - 0.5, -0.8)
        axes.margins(x=0.12)
        axes.set_xlabel("per thousand reports\n(axis not from nought)")
    listed = "; ".join(
        f"in {row.period} {row.label.partition(',')[0].lower()} {row.text()}, "
        f"{row.text('lower')} to {row.text('upper')}"
        for row in rows
    )
    return finish(
        figure,
        "injury-rates",
        f"Reports of an injury per thousand reports, {ENGLAND_AND_WALES}",
        f"Dots with interval lines, one for each measure and year: {listed}.",
        tuple(rows),
    )
