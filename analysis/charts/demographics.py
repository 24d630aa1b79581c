"""Charts of the demographics chapter: the ladder of benchmarks, and the ratio in every force."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib as mpl

from analysis.charts.drawing import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    STYLE,
    Chart,
    finish,
    mark,
    new_figure,
)
from analysis.findings import TOO_FEW, Finding, Findings
from analysis.measures.disparity import Comparison
from analysis.standard.forces import ENGLAND_AND_WALES, forces

_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def ladder(findings: Findings, compared: Comparison, area: str, period: str) -> Chart:
    """Each rung with its interval, England and Wales above the area, on a log scale."""
    rungs: dict[str, dict[str, Finding]] = {}
    for row in findings.where(period=period):
        if row.available:
            rungs.setdefault(row.label, {})[row.area] = row
    figure = new_figure(0.72 * len(rungs) + 1.4)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for place, rows in enumerate(rungs.values()):
            for where, marker, colour, shift in (
                (ENGLAND_AND_WALES, "o", BLUE, -0.17),
                (area, "D", ORANGE, 0.17),
            ):
                if where in rows:
                    row, height = rows[where], place + shift
                    axes.plot([row.lower, row.upper], [height, height], color=colour, linewidth=2)
                    axes.plot([row.value], [height], marker, color=colour, markersize=6)
                    label = axes.annotate(row.text(), (row.upper, height), xytext=(5, 0),
                                          textcoords="offset points", va="center",
                                          fontsize=SMALL)  # fmt: skip
                    mark(label, row)
        shown = tuple(row for rows in rungs.values() for row in rows.values())
        _ratios(axes, shown)
        # each label above its dots, inside: beside them it would leave no room on a phone
        axes.set_yticks([place - 0.33 for place in range(len(rungs))], list(rungs), ha="left",
                        va="bottom", fontsize=SMALL)  # fmt: skip
        for label in axes.get_yticklabels():
            label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
        axes.tick_params(axis="y", length=0, pad=-4)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(len(rungs) - 0.5, -0.8)
        axes.set_xlabel("ratio, log scale")
        for where, marker, colour in ((ENGLAND_AND_WALES, "o", BLUE), (area, "D", ORANGE)):
            axes.plot([], [], marker, color=colour, label=where)
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
    listed = "; ".join(f"{row.label}, {row.area}: {row.text()}" for row in shown)
    return finish(
        figure,
        "disparity-ladder",
        f"{compared.tactic} uses, {compared.group} to {compared.reference}: the ratio on every "
        f"benchmark, {period}, not standardised for age",
        f"Dots with interval lines on a logarithmic scale, a line at a ratio of one: {listed}.",
        shown,
    )


def by_force(ratios: Findings, compared: Comparison, area: str) -> Chart:
    """The ratio per resident in each force, in alphabetical order; no dot where it says nothing."""
    rows = {row.area: row for row in ratios}
    places = sorted(forces(), reverse=True)
    period, census = ratios.rows[0].period, ratios.rows[0].label.rpartition(", ")[2]
    figure = new_figure(10.5)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for height, place in enumerate(places):
            row = rows[place]
            if row.available:
                colour, marker = (ORANGE, "D") if place == area else (BLUE, "o")
                axes.plot([row.lower, row.upper], [height, height], color=colour, linewidth=1.6)
                axes.plot([row.value], [height], marker, color=colour, markersize=6)
            else:
                axes.annotate(
                    "too few to say" if row.status == TOO_FEW else "not available",
                    (1, height), xytext=(5, 0), textcoords="offset points", va="center",
                    fontsize=SMALL, color=GREY)  # fmt: skip
        _ratios(axes, [row for row in ratios if row.available])
        axes.set_yticks(range(len(places)), places, fontsize=SMALL)
        axes.get_yticklabels()[places.index(area)].set_fontweight("bold")
        axes.set_ylim(-0.7, len(places) - 0.3)
        axes.set_xlabel("ratio of uses per resident, log scale")
    listed = "; ".join(
        f"{status}: {', '.join(names)}"
        for status in dict.fromkeys(row.status for row in ratios if not row.available)
        if (names := [row.area for row in ratios if row.status == status])
    )
    return finish(
        figure,
        "disparity-by-force",
        f"{compared.tactic} uses per resident, {compared.group} to {compared.reference}, by force, "
        f"{census}, {period}, not standardised for age",
        "Dots with interval lines for each force in alphabetical order, on a logarithmic scale, a "
        f"line at a ratio of one. {area}: {rows[area].text()}. {listed}.",
        tuple(rows[place] for place in sorted(forces())),
    )


def _ratios(axes: mpl.axes.Axes, rows: Iterable[Finding]) -> None:
    """A log scale that holds the rows' intervals and one, where two rates are equal."""
    axes.set_xscale("log")
    low = min((row.lower for row in rows if row.lower), default=1)
    high = max((row.upper for row in rows), default=1)
    axes.set_xticks(_TICKS)
    # its own line of the grid, since labels may lie over the grid
    axes.xaxis.get_major_ticks()[_TICKS.index(1)].gridline.set(color=BLACK, linewidth=1.4)
    axes.set_xlim(min(1, low) / 1.4, max(1, high) * 1.6)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
