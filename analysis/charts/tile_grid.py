"""Chart of force areas as equal tiles, roughly where they lie, each with its value as text.

Tiles are equal because forces are: a map would show moorland. Which force stands where is in
``force_tiles.csv``; the tests hold it against the borders of force areas.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.patches import Rectangle

from analysis.charts.drawing import (
    BLACK,
    GREY,
    ORANGE,
    SMALL,
    STYLE,
    Chart,
    finish,
    mark,
    new_figure,
    warn,
)
from analysis.findings import Findings
from analysis.measures.forces_compared import Question
from analysis.standard.forces import official_forces

# One hue from light to middle, told apart by lightness alone; black text stands out on all five
# (a contrast of 6.7 or more).
SHADES = ("#f0f6fb", "#d3e5f3", "#b3d2e9", "#8fbbdc", "#6aa5d0")


@dataclass(frozen=True)
class Tile:
    """A force in the grid: a short name, and its row and column from the north-west."""

    short: str
    row: int
    column: int


@cache
def tiles() -> dict[str, Tile]:
    """The tile of each force."""
    with (Path(__file__).parent / "force_tiles.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["force"]: Tile(row["short"], int(row["row"]), int(row["column"]))
            for row in csv.DictReader(file)
        }


def tile_grid(placed: Findings, question: Question, area: str) -> Chart:
    """A question's value in each force on its tile; the area framed, regions parted by lines.

    Shades are five equal steps from the least to the most; they say how much, not how good. A
    force without a value is hatched.
    """
    rows = {row.area: row for row in placed if row.series_id == f"{question.ids()}/limits-95"}
    values = [row.value for row in rows.values() if row.available]
    steps = np.linspace(min(values), max(values), len(SHADES) + 1)
    figure = new_figure(7.6)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        axes.set_axis_off()
        for place, tile in tiles().items():
            row = rows[place]
            at, middle = (tile.column, tile.row), (tile.column + 0.5, tile.row)
            look = {"facecolor": "white", "hatch": "///"}
            if row.available:
                step = np.searchsorted(steps[1:-1], row.value, side="right")
                look = {"facecolor": SHADES[step]}
            axes.add_patch(Rectangle(at, 1, 1, edgecolor=GREY, linewidth=0.6, **look))
            paper = None if row.available else {"facecolor": "white", "edgecolor": "none", "pad": 1}
            axes.text(middle[0], middle[1] + 0.32, tile.short, ha="center", va="center",
                      fontsize=SMALL - 2, fontweight="bold" if place == area else "normal",
                      bbox=paper)  # fmt: skip
            if row.available:
                label = axes.text(middle[0], middle[1] + 0.7, row.text(), ha="center",
                                  va="center", fontsize=SMALL)  # fmt: skip
                mark(label, row)
        _regions(axes)
        own = tiles()[area]
        axes.add_patch(Rectangle((own.column + 0.04, own.row + 0.04), 0.92, 0.92, fill=False,
                                 edgecolor=ORANGE, linewidth=3))  # fmt: skip
        columns, down = (1 + max(getattr(tile, side) for tile in tiles().values())
                         for side in ("column", "row"))  # fmt: skip
        axes.set_xlim(-0.05, columns + 0.05)
        axes.set_ylim(down + 0.05, -0.05)
        _key(axes, len(values) < len(rows), area)
        warn(figure)
    missing = [place for place in sorted(rows) if not rows[place].available]
    told = rows[area].text() if rows[area].available else rows[area].status
    low, high = (next(row for row in rows.values() if row.available and row.value == end)
                 for end in (min(values), max(values)))  # fmt: skip
    return finish(
        figure,
        f"{question.name}-tiles",
        f"{question.label}: force areas as equal tiles, {rows[area].period}",
        "A grid of equal tiles, one for each force, roughly where its area lies, regions parted by "
        f"lines; darker is more. The values run from {low.text()} to {high.text()}. {area}: "
        f"{told}. Without a value: {', '.join(missing) or 'none'}. The data of the chart have "
        "every force. Comparisons between forces are not always reliable; nothing is ranked.",
        tuple(rows[place] for place in sorted(rows)),
    )


def _regions(axes: mpl.axes.Axes) -> None:
    """A line around each region."""
    region = {
        (tile.column, tile.row): official_forces()[place].region for place, tile in tiles().items()
    }
    for (column, row), own in region.items():
        for beside, ends in (
            ((column - 1, row), ((column, column), (row, row + 1))),
            ((column + 1, row), ((column + 1, column + 1), (row, row + 1))),
            ((column, row - 1), ((column, column + 1), (row, row))),
            ((column, row + 1), ((column, column + 1), (row + 1, row + 1))),
        ):
            if region.get(beside) != own:
                axes.plot(*ends, color=BLACK, linewidth=1.6, solid_capstyle="projecting")


def _key(axes: mpl.axes.Axes, some_missing: bool, area: str) -> None:
    """What shades, frames and hatches mean, in the empty corner of the north-west."""
    for number, shade in enumerate(SHADES):
        axes.add_patch(Rectangle((0.1 + 0.42 * number, 0.45), 0.42, 0.4, facecolor=shade,
                                 edgecolor=GREY, linewidth=0.6))  # fmt: skip
    for height, words in ((0.2, "less  to  more"), (1.45, area)):
        axes.text(0.1 if height < 1 else 0.62, height, words, va="center", fontsize=SMALL)
    axes.add_patch(Rectangle((0.1, 1.25), 0.4, 0.4, fill=False, edgecolor=ORANGE, linewidth=3))
    if some_missing:
        axes.add_patch(Rectangle((0.1, 1.9), 0.4, 0.4, facecolor="white", hatch="///",
                                 edgecolor=GREY, linewidth=0.6))  # fmt: skip
        axes.text(0.62, 2.1, "no value", va="center", fontsize=SMALL)
