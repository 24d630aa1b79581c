"""Charts of the Taser chapter: the ladder and the official series."""

from __future__ import annotations

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
from analysis.counts import Counts
from analysis.findings import Findings
from analysis.standard.periods import parse_period

_STACK = (
    ("CED non-discharge", "not discharged", BLUE, ""),
    ("CED discharge", "discharged", ORANGE, "//"),
    ("CED not stated", "not stated", "#ffffff", ".."),
)


def ladder(findings: Findings) -> Chart | None:
    """Each stage given each stage before, with its interval, on a log scale; None without data."""
    rows = [row for row in findings if row.available and row.method == "Wilson score"]
    if not rows:
        return None
    figure = new_figure(0.6 * len(rows) + 1.0)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for place, row in enumerate(rows):
            axes.plot([row.lower, row.upper], [place, place], color=BLUE, linewidth=2)
            axes.plot([row.value], [place], "o", color=BLUE, markersize=7)
            mark(
                axes.annotate(
                    row.text(),
                    (row.value, place),
                    xytext=(0, 6),
                    textcoords="offset points",
                    ha="center",
                ),
                row,
            )
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
        axes.set_yticks(range(len(rows)), [row.label for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.7)
        axes.set_xlabel("share, log scale")
    period = rows[0].period
    listed = "; ".join(
        f"{row.label.lower()} {row.text()}, {row.text('lower')} to {row.text('upper')}"
        for row in rows
    )
    return finish(
        figure,
        "taser-ladder",
        f"Stages of the Taser ladder, {rows[0].area}, {period}",
        f"Dots with interval lines on a logarithmic scale, one for each pair of stages: {listed}.",
        tuple(rows),
    )


def series(counts: Counts, area: str) -> Chart:
    """CED use by kind in each full year, calendar and financial years set apart."""
    own = counts.where(area=area)
    periods = sorted(
        (p for p in set(own.frame["period"]) if parse_period(p).months == 12), key=parse_period
    )
    kinds = {
        period: {count.tactic: count for count in own.where(period=period)} for period in periods
    }
    financial = [parse_period(period).kind == "financial year" for period in periods]
    broken = any(financial) and not all(financial)
    places = np.arange(len(periods)) + 0.6 * np.array(financial, float)
    figure = new_figure(4.0)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        base = np.zeros(len(periods))
        for tactic, label, colour, hatch in _STACK:
            height = np.array([kinds[period][tactic].value for period in periods])
            axes.bar(
                places,
                height,
                bottom=base,
                width=0.7,
                label=label,
                color=colour,
                hatch=hatch,
                edgecolor=BLACK,
                linewidth=0.8,
            )
            base += height
        for place, period, top in zip(places, periods, base, strict=True):
            total = kinds[period]["CED"]
            mark(
                axes.annotate(
                    total.text(),
                    (place, top),
                    xytext=(0, 4),
                    textcoords="offset points",
                    ha="center",
                ),
                total,
            )
        if broken:
            middle = places[financial.index(True)] - 0.8
            axes.axvline(middle, color=GREY, linestyle=":")
            for words, side, offset in (
                ("calendar years", "right", -6),
                ("financial years", "left", 6),
            ):
                axes.annotate(
                    words,
                    (middle, 1),
                    xycoords=("data", "axes fraction"),
                    xytext=(offset, -10),
                    textcoords="offset points",
                    ha=side,
                    fontsize=SMALL,
                    color=GREY,
                )
        axes.set_xticks(places, periods, fontsize=SMALL)
        axes.grid(axis="x", visible=False)
        axes.set_ylabel("CED uses (highest use in a report)")
        axes.set_ylim(0, max(base.max() * 1.18, 1))
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
    rows = tuple(
        kinds[period][tactic]
        for period in periods
        for tactic in ("CED", *(kind for kind, *_ in _STACK))
    )
    listed = "; ".join(
        f"{period}: {kinds[period]['CED'].text()}, of which "
        + ", ".join(f"{kinds[period][tactic].text()} {label}" for tactic, label, *_ in _STACK)
        for period in periods
    )
    gap = " A gap parts calendar years from financial years, which are not comparable."
    return finish(
        figure,
        "ced-series",
        f"CED uses recorded, by kind, {area}",
        f"Stacked bars of CED uses by kind. {listed}.{gap if broken else ''}",
        rows,
    )
