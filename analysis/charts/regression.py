"""Charts of the demographic regression: ratios one below the other, and the specification curve."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib as mpl
import numpy as np

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
from analysis.measures.records.regression import REPORT, Specification
from analysis.measures.records.regression_factors import MISSING_RULES, SETS
from analysis.measures.records.regression_overview import ODDS
from analysis.standard.form import INCIDENT_RULES

_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1}
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
FARTHEST = (0.01, 100)  # an interval beyond is drawn to the edge


def forest(rows: Findings, name: str, title: str) -> Chart | None:
    """Each ratio with its interval on a log scale, or the words for why there is none.

    Among other ratios those of odds are open diamonds. None where no row has a value.
    """
    drawn = [row for row in rows if row.available]
    if not drawn:
        return None
    mixed = len({row.unit == ODDS for row in drawn}) > 1
    figure = new_figure(0.62 * len(rows) + 0.9)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for height, row in enumerate(rows):
            _ratio(axes, row, height, apart=mixed and row.unit == ODDS)
        axes.set_xscale("log")
        axes.set_xlim(*_reach(drawn))
        _scale(axes.xaxis, "ratio, log scale")
        # each label above its dot, inside: beside them it would leave no room on a phone
        heights = [height - 0.22 for height in range(len(rows))]
        names = [row.label for row in rows]
        axes.set_yticks(heights, names, ha="left", va="bottom", fontsize=SMALL)
        for label in axes.get_yticklabels():
            label.set_bbox(_PAPER)
        axes.tick_params(axis="y", length=0, pad=-4)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(len(rows) - 0.5, -0.8)
    told = "; ".join(f"{row.label}: {_told(row)}" for row in rows)
    apart = " An open diamond is a ratio of odds, not of shares." if mixed else ""
    words = (
        f"Dots with interval lines on a logarithmic scale, a line at a ratio of one.{apart} {told}."
    )
    return finish(figure, name, title, words, tuple(rows))


def _ratio(axes: mpl.axes.Axes, row: Finding, height: float, *, apart: bool) -> None:
    if not row.available:
        axes.annotate(row.text(), (1, height), xytext=(5, 0), textcoords="offset points",
                      va="center", fontsize=SMALL, color=GREY)  # fmt: skip
        return
    # an upper limit may be infinite, a lower one nought
    lower, upper = np.clip([row.lower, row.upper], *FARTHEST)
    axes.plot([lower, upper], [height, height], color=BLUE, linewidth=2)
    shape = {"marker": "D", "markerfacecolor": "white"} if apart else {"marker": "o"}
    axes.plot([np.clip(row.value, *FARTHEST)], [height], color=BLUE, markersize=6, **shape)
    label = axes.annotate(row.text(), (upper, height), xytext=(5, 0), textcoords="offset points",
                          va="center", fontsize=SMALL, bbox=_PAPER, zorder=1.5)  # fmt: skip
    mark(label, row)


def _told(row: Finding) -> str:
    if not row.available:
        return row.text()
    return f"{row.text()}, {row.text('lower')} to {row.text('upper')}"


def _reach(rows: list[Finding]) -> tuple[float, float]:
    """Ends of a log scale that holds one and the intervals, with room for a number at the right."""
    low, high = FARTHEST
    least = min([1, *(max(row.lower, low) for row in rows)])
    most = max([1, *(min(row.upper, high) for row in rows)])
    return least / 1.4, most * 1.9


def _scale(axis: mpl.axis.Axis, words: str) -> None:
    axis.set_major_locator(mpl.ticker.FixedLocator(_TICKS))
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_minor_locator(mpl.ticker.NullLocator())
    # its own line of the grid, since labels may lie over the grid
    axis.get_major_ticks()[_TICKS.index(1)].gridline.set(color=BLACK, linewidth=1.4)
    axis.set_label_text(words)


def curve(rows: Findings, specifications: Iterable[Specification], main: Specification,
          title: str) -> Chart | None:  # fmt: skip
    """Every specification's ratio in order of size, and below what each of them chose.

    ``specifications`` in the order of ``rows``. The main one is a diamond. None where no
    specification has a value.
    """
    pairs = [(row, chosen) for row, chosen in zip(rows, specifications, strict=True)
             if row.available]  # fmt: skip
    if not pairs:
        return None
    pairs.sort(key=lambda pair: pair[0].value)
    choices = _choices(chosen for _, chosen in pairs)
    figure = new_figure(3.2 + 0.27 * (len(choices) + 2))
    with mpl.rc_context(STYLE):
        upper, lower = figure.subplots(
            2, sharex=True, height_ratios=[2.6, 0.27 * (len(choices) + 2)]
        )
        for place, (row, chosen) in enumerate(pairs):
            _column(upper, row, place, chosen == main)
        _named(upper, pairs, main)
        upper.set_yscale("log")
        upper.set_ylim(*_reach([row for row, _ in pairs]))
        _scale(upper.yaxis, "odds ratio, log scale")
        upper.grid(axis="x", visible=False)
        _panel(lower, [chosen for _, chosen in pairs], choices)
    least, most = pairs[0][0], pairs[-1][0]
    told = "; ".join(f"{row.label}: {_told(row)}" for row, chosen in pairs if chosen == main)
    words = (
        f"{'Every specification' if len(pairs) == len(rows) else 'Each specification with a value'}"
        " is a dot with its interval as a line, in order of size, with a line at a ratio of one; a "
        "panel below marks what each chose. "
        f"Lowest: {least.label}: {_told(least)}. Highest: {most.label}: {_told(most)}. "
        f"Main: {told or 'without a value'}."
    )
    return finish(figure, "specification-curve", title, words, tuple(rows))


def _column(axes: mpl.axes.Axes, row: Finding, place: int, main: bool) -> None:
    ends = np.clip([row.lower, row.upper], *FARTHEST)
    colour, marker, size = (ORANGE, "D", 8) if main else (BLUE, "o", 3.5)
    axes.plot([place, place], ends, color=colour, linewidth=2.4 if main else 1)
    axes.plot([place], [np.clip(row.value, *FARTHEST)], marker, color=colour, markersize=size,
              markeredgecolor=BLACK if main else colour)  # fmt: skip


def _named(axes: mpl.axes.Axes, pairs: list, main: Specification) -> None:
    """The numbers of the lowest, the main and the highest, above their lines."""
    last = len(pairs) - 1
    for place, (row, chosen) in enumerate(pairs):
        if place in (0, last) or chosen == main:
            side = {0: "left", last: "right"}.get(place, "center")
            label = axes.annotate(row.text(), (place, min(row.upper, FARTHEST[1])), ha=side,
                                  xytext=(0, 4), textcoords="offset points",
                                  fontsize=SMALL, bbox=_PAPER)  # fmt: skip
            mark(label, row)


def _choices(specifications: Iterable[Specification]) -> list[tuple[str, str]]:
    """Each choice that some specification made: (what is chosen, the choice), in a fixed order."""
    made = {(part, getattr(one, part)) for one in specifications for part in _ORDER}
    return [(part, choice) for part, all_ in _ORDER.items() for choice in all_
            if (part, choice) in made]  # fmt: skip


def _panel(axes: mpl.axes.Axes, chosen: list[Specification], choices: list) -> None:
    heights, height, before = [], 0.0, ""
    for part, _ in choices:
        height += 1 if part == before else 1.7
        before = part
        heights.append(height)
    for height, (part, choice) in zip(heights, choices, strict=True):
        places = [place for place, one in enumerate(chosen) if getattr(one, part) == choice]
        axes.plot(places, [height] * len(places), "|", color=BLACK, markersize=9)
    axes.set_yticks(heights, [_LABELS.get(choice, choice) for _, choice in choices],
                    fontsize=SMALL)  # fmt: skip
    axes.set_ylim(heights[-1] + 0.8, 0.7)
    axes.set_xticks([])
    axes.grid(axis="x", visible=False)


_ORDER = {
    "unit": tuple(dict.fromkeys((REPORT, *INCIDENT_RULES))),
    "covariates": tuple(SETS),
    "missing": tuple(MISSING_RULES),
}
_LABELS = {  # short, so that a phone has room for the picture
    "report": "reports",
    "within 30 minutes": "30 minutes",
    "category": "kept as level",
    "to comparison": "to compared",
    "and circumstances": "circumstances",
    "and encounter": "encounter",
}
