"""Charts of Taser in records and against volume: from carriage, on graded incidents, districts."""

from __future__ import annotations

import textwrap

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

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

LINE = 24  # characters of a name in a line
PER_THOUSAND = "volume/uses-per-1000-incidents"
# edges of a funnel: the end of the series, how it is drawn, its name in the legend
EDGES = {
    "95-lower": ("--", "inner limits"),
    "95-upper": ("--", None),
    "998-lower": ("-", "outer limits"),
    "998-upper": ("-", None),
}


def carriage(findings: Findings) -> Chart | None:
    """The ladder from carriage: each stage given the one before, on a log scale; None without."""
    shown = [row for row in findings if row.available and row.value > 0]
    if not shown:
        return None
    figure = new_figure(0.75 * len(shown) + 1.0)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for place, row in enumerate(shown):
            axes.plot([row.lower, row.upper], [place, place], color=BLUE, linewidth=2)
            axes.plot([row.value], [place], "o", color=BLUE, markersize=7)
            label = axes.annotate(row.text(), (row.value, place), xytext=(0, 6),
                                  textcoords="offset points", ha="center")  # fmt: skip
            mark(label, row)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
        axes.set_yticks(range(len(shown)), [textwrap.fill(row.label, LINE) for row in shown])
        axes.set_ylim(len(shown) - 0.5, -0.8)
        axes.set_xlabel("share, log scale")
    listed = "; ".join(f"{row.label} {row.text()}, {_limits(row)}" for row in shown)
    left = [row.label for row in findings if row not in shown]
    rest = f" Without a dot: {'; '.join(left)}." if left else ""
    return finish(
        figure,
        "records-carriage",
        f"From officers trained to CEDs discharged, {shown[0].area}, {shown[0].period}",
        f"Dots with interval lines on a logarithmic scale, one for each stage: {listed}.{rest}",
        tuple(findings),
    )


def _limits(row: Finding) -> str:
    return f"{row.text('lower')} to {row.text('upper')}"


def on_incidents(findings: Findings, area: str) -> Chart | None:
    """Uses against graded incidents of each district on log axes, with the line of proportion.

    ``findings`` of ``analysis.measures.records.volume.by_district``; the number at a point is its
    uses per thousand graded incidents. None where no district has a use.
    """
    rows = [row for row in findings.where(series_id=PER_THOUSAND) if row.available]
    whole = next((row for row in rows if row.area == area), None)
    shown = [row for row in rows if row.area != area and row.value > 0]
    if whole is None or not shown:
        return None
    figure = new_figure(5.0)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        sizes = [row.counts[1].value for row in shown]
        for row, size in zip(shown, sizes, strict=True):
            limits = [edge * size / 1000 for edge in (row.lower, row.upper)]
            axes.plot([size, size], limits, color=BLUE, linewidth=1.6)
            axes.plot(size, row.counts[0].value, "o", color=BLUE, markersize=7)
        ends = np.array([min(sizes) / 1.25, max(sizes) * 1.25])
        axes.plot(ends, whole.value * ends / 1000, "--", color=BLACK, linewidth=1.4,
                  label=f"in proportion, as in all of {area}")  # fmt: skip
        _log_axes(axes)
        _names(axes, [(row, row.counts[1].value, row.counts[0].value) for row in shown])
        axes.set_xlabel("graded incidents, log scale")
        axes.set_ylabel("uses of Taser, log scale")
        figure.legend(loc="outside lower left", frameon=False, fontsize=SMALL)
    left = [row.area for row in rows if row not in shown and row is not whole]
    rest = f" Without a use and not drawn: {', '.join(left)}." if left else ""
    listed = "; ".join(f"{row.area} {row.text()}, {_limits(row)}" for row in shown)
    return finish(
        figure,
        "taser-on-incidents",
        f"Uses of Taser against graded incidents by district, {area}, {whole.period}",
        f"Dots with interval lines on two logarithmic axes and a line of proportion, which is "
        f"{whole.text()} uses per thousand graded incidents. By district: {listed}.{rest}",
        (whole, *shown),
    )


def _names(axes: Axes, points: list[tuple[Finding, float, float]]) -> None:
    """Beside the axes the name and the marked figure of each point, with a line to it.

    In the order of the points' heights and evenly apart, so that none lies on another.
    """
    order = sorted(points, key=lambda point: (point[2], point[1]))
    for place, (row, across, up) in enumerate(order):
        beside = 1.05, (place + 0.5) / len(order)
        axes.annotate(row.area, (across, up), xytext=beside, textcoords="axes fraction",
                      fontsize=SMALL, va="bottom", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8,
                                  "relpos": (0, 0)})  # fmt: skip
        label = axes.annotate(row.text(), beside, xycoords="axes fraction", xytext=(0, -1),
                              textcoords="offset points", fontsize=SMALL, va="top",
                              annotation_clip=False)  # fmt: skip
        mark(label, row)


def _log_axes(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def funnel(findings: Findings) -> Chart | None:
    """Districts in a funnel of one stage given the one before; None where there is no funnel.

    ``findings`` of ``analysis.measures.records.volume.funnel`` by district. Nothing is ranked.
    """
    limits = {edge: _at_places(findings, f"limits-{edge}") for edge in EDGES}
    shares = {
        place: row
        for place, row in _at_places(findings, "share").items()
        if all(place in rows for rows in limits.values())
    }
    pooled = _at_places(findings, "pooled")
    if not shares or not pooled:
        return None
    [pooled] = pooled.values()
    sizes = {place: row.counts[1].value for place, row in shares.items()}
    order = sorted(shares, key=sizes.get)
    out = [place for place in order if _outside(shares, limits, place)]
    figure = new_figure(5.0)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for edge, (style, label) in EDGES.items():
            axes.plot([sizes[place] for place in order],
                      [limits[edge][place].value for place in order], style, color=GREY,
                      linewidth=1.1, label=label)  # fmt: skip
        axes.axhline(pooled.value, color=BLACK, linewidth=1.4, linestyle="-.", label="all together")
        for place in order:
            axes.plot(sizes[place], shares[place].value, "D" if place in out else "o",
                      color=ORANGE if place in out else BLUE, markersize=8)  # fmt: skip
        _names(axes, [(shares[place], sizes[place], shares[place].value) for place in order])
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_ylim(bottom=0)
        axes.margins(x=0.06)
        axes.set_xlabel(f"{shares[order[0]].counts[1].measure}")
        axes.set_ylabel(shares[order[0]].label.lower())
        figure.legend(loc="outside lower left", ncols=3, frameon=False, fontsize=SMALL)
    listed = "; ".join(
        f"{place} {shares[place].text()}, {limits['95-lower'][place].text()} to "
        f"{limits['95-upper'][place].text()}"
        for place in order
    )
    return finish(
        figure,
        pooled.series_id.split("/")[1],
        f"{shares[order[0]].label} by district, {pooled.area}, {pooled.period}",
        f"Funnel plot; all together {pooled.text()}. Share and inner limits at its size, fewest "
        f"{shares[order[0]].counts[1].measure} first: {listed}. Outside the inner limits: "
        f"{', '.join(out) or 'none'}.",
        (pooled, *(rows[place] for place in sorted(shares) for rows in (shares, *limits.values()))),
    )


def _at_places(findings: Findings, name: str) -> dict[str, Finding]:
    """The findings of a series that ends so and that have a value, by place."""
    return {
        row.area: row for row in findings if row.available and row.series_id.endswith(f"/{name}")
    }


def _outside(shares: dict, limits: dict, place: str) -> bool:
    """Whether a place lies outside the inner limits."""
    lower, upper = (limits[f"95-{side}"][place].value for side in ("lower", "upper"))
    return not lower <= shares[place].value <= upper
