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
from analysis.findings import Finding, Findings
from analysis.measures.disparity import Comparison, rung_of_limit
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces

_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1}
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def ladder(
    findings: Findings, limits: Findings, compared: Comparison, area: str, period: str
) -> Chart | None:
    """Each rung with its interval and its limits for what is not known, the nation above the area.

    A rung without a value for either is named in words only; None where no rung has a value.
    """
    rungs: dict[str, dict[str, Finding]] = {}
    for row in findings.where(period=period):
        rungs.setdefault(row.label, {})[row.area] = row
    empty = [label for label, rows in rungs.items()
             if not any(row.available for row in rows.values())]  # fmt: skip
    if len(empty) == len(rungs):
        return None
    drawn = {label: rows for label, rows in rungs.items() if label not in empty}
    shown = tuple(row for rows in drawn.values() for row in rows.values())
    bounds = {key: ends for key, ends in _bounds(limits.where(period=period)).items()
              if key[0] in drawn}  # fmt: skip
    figure = new_figure(0.72 * len(drawn) + 1.8)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for place, (name, rows) in enumerate(drawn.items()):
            for where, marker, colour, shift in (
                (ENGLAND_AND_WALES, "o", BLUE, -0.17),
                (area, "D", ORANGE, 0.17),
            ):
                height = place + shift
                if ends := bounds.get((name, where)):
                    axes.plot([row.value for row in ends], [height + 0.11] * 2, "-|", color=GREY,
                              markersize=7, linewidth=1)  # fmt: skip
                if where in rows:
                    _rung(axes, rows[where], height, marker, colour)
        ends = [row.value for pair in bounds.values() for row in pair]
        _ratios(axes, [row for row in shown if row.available], ends)
        # each label above its dots, inside: beside them it would leave no room on a phone
        axes.set_yticks([place - 0.33 for place in range(len(drawn))], list(drawn), ha="left",
                        va="bottom", fontsize=SMALL)  # fmt: skip
        for label in axes.get_yticklabels():
            label.set_bbox(_PAPER)
        axes.tick_params(axis="y", length=0, pad=-4)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(len(drawn) - 0.5, -0.8)
        axes.set_xlabel("ratio, log scale")
        for label, marker, colour in (
            (ENGLAND_AND_WALES, "o", BLUE), (area, "D", ORANGE), ("limits, not known", "-|", GREY)
        ):  # fmt: skip
            axes.plot([], [], marker, color=colour, label=label)
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
    told = "; ".join(f"{row.label}, {row.area}: {_told(row)}" for row in shown)
    limited = "; ".join(f"{name}, {where}: {low.text()} to {high.text()}"
                     for (name, where), (low, high) in bounds.items())  # fmt: skip
    return finish(
        figure,
        "disparity-ladder",
        f"{compared.tactic} uses, {compared.group} to {compared.reference}: the ratio on every "
        f"benchmark, {period}, not standardised for age",
        f"Dots with interval lines on a logarithmic scale, a line at a ratio of one: {told}. "
        f"Limits for what is not known: {limited or 'none'}. Without a value: "
        f"{', '.join(empty) or 'none'}.",
        (
            *(row for rows in rungs.values() for row in rows.values()),
            *(row for pair in bounds.values() for row in pair),
        ),
    )


def _bounds(limits: Findings) -> dict[tuple[str, str], tuple[Finding, Finding]]:
    """The lowest and highest of the limits of a rung, by its label and area."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for row in limits:
        if row.available and not row.series_id.endswith("/with-breakdown"):
            found.setdefault((rung_of_limit(row), row.area), []).append(row)
    return {
        key: (min(rows, key=lambda row: row.value), max(rows, key=lambda row: row.value))
        for key, rows in found.items()
    }


def _rung(axes: mpl.axes.Axes, row: Finding, height: float, marker: str, colour: str) -> None:
    """A dot with its interval and value, or the word for why there is none."""
    if not row.available:
        axes.annotate(row.text(), (1, height), xytext=(5, 0), textcoords="offset points",
                      va="center", fontsize=SMALL, color=GREY)  # fmt: skip
        return
    axes.plot([row.lower, row.upper], [height, height], color=colour, linewidth=2)
    axes.plot([row.value], [height], marker, color=colour, markersize=6)
    label = axes.annotate(row.text(), (row.upper, height), xytext=(5, 0),
                          textcoords="offset points", va="center", fontsize=SMALL,
                          bbox=_PAPER, zorder=1.5)  # fmt: skip
    mark(label, row)


def _told(row: Finding) -> str:
    """A rung in words."""
    if not row.available:
        return row.text()
    return f"{row.text()}, {row.text('lower')} to {row.text('upper')}"


def by_force(ratios: Findings, compared: Comparison, area: str) -> Chart:
    """The ratio per resident in each force, in alphabetical order; no dot where it says nothing."""
    rows = {row.area: row for row in ratios}
    places = sorted(official_forces(), reverse=True)
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
                axes.annotate(row.text(), (1, height), xytext=(5, 0), textcoords="offset points",
                              va="center", fontsize=SMALL, color=GREY)  # fmt: skip
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
        f"line at a ratio of one. {area}: {_told(rows[area])}. {listed}. The data of the chart "
        "have every force.",
        tuple(rows[place] for place in sorted(official_forces())),
    )


def _ratios(axes: mpl.axes.Axes, rows: Iterable[Finding], also: Iterable[float] = ()) -> None:
    """A log scale that holds the rows' intervals, more values, and one, where rates are equal."""
    axes.set_xscale("log")
    low = min([1, *also, *(row.lower for row in rows if row.lower)])
    high = max([1, *also, *(row.upper for row in rows)])
    axes.set_xticks(_TICKS)
    # its own line of the grid, since labels may lie over the grid
    axes.xaxis.get_major_ticks()[_TICKS.index(1)].gridline.set(color=BLACK, linewidth=1.4)
    axes.set_xlim(low / 1.4, high * 1.6)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
