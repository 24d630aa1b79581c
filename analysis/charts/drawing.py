"""What all charts share: colours, sizes, the bytes of the SVG, and marks on their labels.

Colours are of Okabe and Ito's palette, told apart by shape or hatching too. A label that shows a
count or a finding is marked with its id, so that a page can be held against the tables.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import matplotlib as mpl
from markupsafe import escape
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.counts import MADE_UP, Count
from analysis.findings import Finding

BLUE, ORANGE, GREY, BLACK = "#0072B2", "#B85C00", "#595959", "#0b0c0c"
WIDTH = 5.2  # inches: still legible when a phone shows it at two thirds
SIZE, SMALL = 13, 11  # points: about 12 and 10.5 pixels on a phone
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "uof-audit", "font.size": SIZE,
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"],
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK, "xtick.color": BLACK, "ytick.color": BLACK, "text.color": BLACK,
    "axes.grid": True, "grid.color": "#d9d9d9", "grid.linewidth": 0.7, "axes.axisbelow": True,
    "hatch.linewidth": 1.2,
}  # fmt: skip
_MARK = "mark:"
# Beside every picture of several forces, also where it is cut out of its page.
WARNING = (
    "Officers' reports: not incidents and not people. The national list\n"
    "says of comparisons between forces that they are not always\n"
    "reliable: forces differ in what they record. This is no ranking."
)


@dataclass(frozen=True)
class Chart:
    """A chart: its name, its picture, what it shows in words, and the rows that it shows."""

    name: str
    title: str
    svg: str
    alternative: str
    rows: tuple[Count | Finding, ...]


def new_figure(height: float) -> Figure:
    """A figure ``WIDTH`` inches wide in the house style."""
    with mpl.rc_context(STYLE):
        return Figure(figsize=(WIDTH, height), layout="constrained")


def warn(figure: Figure) -> None:
    """The warning of comparisons between forces, within the picture below all else."""
    figure.supxlabel(WARNING, x=0.01, ha="left", fontsize=SMALL, linespacing=1.15)


def mark(label: Text, row: Count | Finding, part: str = "value") -> None:
    """Mark a label as showing a part of a count or finding."""
    label.set_gid(f"{_MARK}{part}|{row.id}")


def _numbered(svg: str) -> str:
    """Ids of clips, markers and hatches by their order: matplotlib makes them of the last digits of
    a float, and those differ between processors.
    """
    hashes = dict.fromkeys(re.findall(r' id="([a-z][0-9a-f]{10})"', svg))
    for number, one in enumerate(hashes, 1):
        svg = re.sub(rf"(?<=[\"#]){one}(?=[\")])", f"part_{number}", svg)
    return svg


def finish(
    figure: Figure, name: str, title: str, alternative: str, rows: tuple[Count | Finding, ...]
) -> Chart:
    """The chart with its SVG: same figures, same bytes; ids unique within a page.

    Of made-up rows the picture, its title and its alternative text say that they are.
    """
    if any(row.edition == MADE_UP for row in rows):
        with mpl.rc_context(STYLE):
            figure.suptitle("MADE UP: no force's record", x=0.01, ha="left", size=SMALL)
        title, alternative = f"{title} (made up)", f"Made up. {alternative}"
    stream = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    svg = stream.getvalue()
    svg = _numbered(svg[svg.index("<svg") :].replace("\r\n", "\n").rstrip())
    svg = re.sub(r' id="([^"]+)"', rf' id="{name}-\1"', svg)
    svg = re.sub(rf' id="{name}-{_MARK}(\w+)\|([^"]+)"', r' data-part="\1" data-id="\2"', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"\s*<(metadata|style)\b.*?</\1>", "", svg, flags=re.S)
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    svg = re.sub(
        r"<svg [^>]*>",
        f'<svg class="chart" role="img" aria-label="{escape(alternative)}" '
        f'viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'style="stroke-linejoin: round; stroke-linecap: butt">',
        svg,
        count=1,
    )
    return Chart(name, title, svg, alternative, rows)
