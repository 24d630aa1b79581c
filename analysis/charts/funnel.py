"""Chart of a funnel: all forces against the size of their base, with adjusted limits."""

from __future__ import annotations

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
    new_figure,
    warn,
)
from analysis.counts import Count
from analysis.findings import Finding, Findings
from analysis.measures.forces_compared import Question


def funnel(placed: Findings, question: Question, area: str) -> Chart:
    """A question's value in each force against its base, with limits and the warning.

    The area and the forces outside the outer limits are named; nothing is ranked. A force without
    an answer has no dot and is named in the alternative text.
    """
    start = question.ids()
    every, outer, position = (
        {row.area: row for row in placed if row.series_id == f"{start}/{name}"}
        for name in ("limits-95", "limits-998", "position")
    )
    inner = {place: row for place, row in every.items() if row.available}
    pooled = next(row for row in placed if row.series_id == f"{start}/pooled")
    base = {place: _base(question, row) for place, row in inner.items()}
    order = sorted(inner, key=base.get)
    named = [place for place in order if "outer" in position[place].outcome]
    figure = new_figure(6.1)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for limits, style, label in ((inner, "--", "inner limits"), (outer, "-", "outer limits")):
            for part in ("lower", "upper"):
                axes.plot([base[p] for p in order], [getattr(limits[p], part) for p in order],
                          style, color=GREY, linewidth=1.1,
                          label=label if part == "lower" else None)  # fmt: skip
        axes.axhline(
            pooled.value, color=BLACK, linewidth=1.4, linestyle="-.", label="all forces together"
        )
        others = [place for place in order if place != area]
        axes.plot([base[p] for p in others], [inner[p].value for p in others], "o", color=BLUE,
                  markersize=5, alpha=0.85, clip_on=False)  # fmt: skip
        if area in inner:
            axes.plot(base[area], inner[area].value, "D", color=ORANGE, markersize=9,
                      markeredgecolor=BLACK, label=area, clip_on=False)  # fmt: skip
        _names(axes, [p for p in named if p != area], base, inner, position)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.xaxis.set_minor_formatter(mpl.ticker.NullFormatter())
        share = question.form.startswith("percent")
        axes.yaxis.set_major_formatter(
            lambda value, _: f"{100 * value:g}%" if share else f"{value:,g}"
        )
        axes.margins(x=0.08)
        axes.set_ylim(0, 1.04 * axes.get_ylim()[1])
        axes.set_xlabel(f"{question.base}, log scale", fontsize=SMALL)
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
        warn(figure)
    words = position[area].outcome or f"not shown ({position[area].status})"
    without = [place for place in sorted(every) if place not in inner]
    return finish(
        figure,
        f"{question.name}-funnel",
        f"{question.label}: all forces in a funnel, {pooled.period}",
        f"Funnel plot of all forces against their size: {question.base}. All forces together: "
        f"{pooled.text()}. {area} is {words}. Outside the outer limits: "
        f"{', '.join(sorted(named)) or 'none'}. Without a value: {', '.join(without) or 'none'}. "
        "Comparisons between forces are not always reliable; nothing is ranked.",
        (
            pooled,
            *(row for place in sorted(every)
              for row in (*_counts(every[place]), every[place],
                          *filter(None, [outer.get(place)]))),
        ),
    )  # fmt: skip


def _names(
    axes: mpl.axes.Axes, named: list[str], base: dict[str, float], inner: dict[str, Finding],
    position: dict[str, Finding],
) -> None:  # fmt: skip
    """Names beside the dots of forces far outside, those below stacked with a line to the dot."""
    below = 0
    middle = (min(base.values()) * max(base.values())) ** 0.5
    for place in named:
        high = position[place].outcome.startswith("above")
        below += not high
        right = base[place] < middle  # a name runs towards the middle, so that it is not cut off
        step = (6, 4) if high else (14, 4 - 13 * below)
        axes.annotate(
            place, (base[place], inner[place].value), xytext=(step[0] if right else -step[0],
            step[1]), textcoords="offset points", fontsize=SMALL, ha="left" if right else "right",
            arrowprops=None if high else {"arrowstyle": "-", "color": GREY},
        )  # fmt: skip


def _counts(row: Finding) -> list[Count]:
    """The counts that a force's value names."""
    return [one for one in row.counts if isinstance(one, Count)]


def _base(question: Question, row: Finding) -> float:
    """The base behind a force's point: the whole less what is not stated."""
    _, whole, unstated = question.numbers(_counts(row))
    return whole - unstated
