"""Chart of the data quality chapter: what was not reported, by force."""

from __future__ import annotations

import matplotlib as mpl

from analysis.charts.drawing import BLUE, ORANGE, SMALL, STYLE, Chart, finish, new_figure
from analysis.findings import Findings
from analysis.standard.forces import official_forces


def not_reported(shares: Findings, breakdown: str, area: str) -> Chart:
    """Share of uses whose group was not reported, each force in alphabetical order."""
    series = {
        label: {
            row.area: row
            for row in shares
            if row.series_id == f"not-reported/{breakdown}/{tactic}"
            and row.area in official_forces()
        }
        for tactic, label in (("all-tactics", "all tactics"), ("ced", "CED"))
    }
    places = sorted(official_forces(), reverse=True)
    figure = new_figure(10.5)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        for (label, rows), marker, colour in zip(series.items(), "oD", (BLUE, ORANGE), strict=True):
            known = [
                (rows[place].value, number)
                for number, place in enumerate(places)
                if rows[place].available
            ]
            axes.plot(
                *zip(*known, strict=True),
                marker,
                color=colour,
                markersize=6,
                label=label,
                markerfacecolor=colour if marker == "o" else "none",
            )
        axes.set_yticks(range(len(places)), places, fontsize=SMALL)
        axes.get_yticklabels()[places.index(area)].set_fontweight("bold")
        axes.set_ylim(-0.7, len(places) - 0.3)
        axes.set_xlim(left=-0.005)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes.set_xlabel("share not known")
        figure.legend(loc="outside upper left", ncols=2, frameon=False)
    absent = [place for place in sorted(places) if not series["CED"][place].available]
    own = series["all tactics"][area]
    return finish(
        figure,
        f"not-reported-{breakdown}",
        f"Uses of force whose {breakdown} is not known, by force, {own.period}",
        f"Dots for each force in alphabetical order. {area}: {own.text()} of all tactics. Without "
        f"a breakdown of CED use: {', '.join(absent) or 'none'}.",
        tuple(rows[place] for rows in series.values() for place in sorted(places)),
    )
