"""Do authorisations, uses and discharges of Taser rise in proportion to graded incidents?

Slopes on the logarithm of graded incidents by district and month, with the power to see a
departure from proportion, since about twenty discharges a year cannot fill a picture of districts
and months.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.counts import ALL, Count, Counts
from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.intervals import EXACT_BELOW
from analysis.measures.records.volume import NO_ACTIVITY, totals
from analysis.models import volume as models
from analysis.sources.district_activity import STAGES, SUBJECT
from analysis.standard.names import slug

VERSIONS = {
    "all": "every district and month",
    "within": "months within a district",
    "between": "whole districts",
}
# slope that is told from proportion with the power given: the slope, and how it is named
SLOPES = {
    "0": (0.0, "a slope of nought"),
    "a-half": (0.5, "a slope of a half"),
    "two": (2.0, "a slope of two"),
}
NEEDED = 0.5  # power to tell no relation from proportion, below which no slope is given

FEW_EVENTS = "fewer than ten events cannot fill a picture of districts and months"
NO_POWER = (
    "there are so few events, or volumes so much alike, that even no relation at all would be told "
    "from proportion in fewer than half of such data"
)
NONE_VISIBLE = "no departure that was tried would be seen"
CELLS = (
    "errors are those of a quasi-Poisson model, with t: errors clustered by district would need "
    "some forty districts",
    "a slope on volume does not say why: places and months differ in more than their "
    "graded incidents",
)
INDEPENDENT_CELLS = (
    "takes cells of one district as independent; what sets districts apart makes the true "
    "uncertainty wider"
)


def slopes(activity: Counts, area: str, period: str, confidence: float) -> Findings:
    """Do authorisations, uses and discharges rise in proportion to graded incidents?

    For each of them and each of ``VERSIONS``: the slope of log events on log graded incidents with
    its limits, whether it is told from 1 (proportion), the dispersion, the power to tell other
    slopes from 1, and the slopes nearest to 1 that would be seen with 80 % power. No slope is given
    ("too few to say") below 10 events, or where no relation at all would be told from proportion
    with less than 50 % power. Cells without graded incidents or with a figure that is not available
    are left out. ``period`` is named only where the area has no counts.
    """
    own, sums = activity.where(area=area), totals(activity, area)
    rows = []
    for measure in STAGES:
        for version, cells in VERSIONS.items():
            words = {
                "series_id": f"volume/slope/{measure}/{version}",
                "label": f"{measure.capitalize()} on graded incidents, {cells}",
                "kind": "statistic",
                "unit": "slope",
                "form": "number:2",
            }
            if len(own):
                rows += _slope(own, sums, measure, version, words, confidence)
            else:
                place = {"area": area, "period": period, "edition": "none"}
                rows += _absent(NO_ACTIVITY, (), words | place)
    return Findings(tuple(rows))


def _slope(
    own: Counts, sums: Counts, measure: str, version: str, words: dict, confidence: float
) -> list[Finding]:
    """The slope of one measure in one version, and what stands beside it."""
    place, shown = _rests_on(own, sums, measure)
    words = words | place | {"basis": "{0} over {1}"}
    try:
        cells = _cells(own, measure, version)
    except ValueError as error:  # the model says what it needs
        return [*_absent(str(error), shown, words)]
    fitted = models.fit(cells, confidence)
    powers = [
        _power(cells, fitted, key, words | {"counts": shown, "basis": ""}, confidence)
        for key in SLOPES
    ]
    few = FEW_EVENTS if cells.events.sum() < EXACT_BELOW else ""
    if few := few or (NO_POWER if powers[0].value < NEEDED else ""):
        verdict = too_few(few, shown, **words | _verdict_words(words["series_id"]))
        return [too_few(few, shown, **words), verdict, *powers]
    found = Finding(**words, value=fitted.value, lower=fitted.lower, upper=fitted.upper,
                    confidence=confidence, method="quasi-Poisson, t",
                    caveats=CELLS + (() if version == "between" else (INDEPENDENT_CELLS,)),
                    counts=shown)  # fmt: skip
    return [found, *_beside(cells, fitted, found, confidence), *powers]


def _absent(reason: str, counts: tuple[Count | str, ...], words: dict) -> Iterator[Finding]:
    """A slope, its verdict and its powers as not available."""
    series = words["series_id"]
    yield not_available(reason, counts, **words)
    yield not_available(reason, counts, **words | _verdict_words(series))
    for key in SLOPES:
        yield not_available(reason, counts, **words | _power_words(series, key))


def _verdict_words(series: str) -> dict[str, str]:
    return {
        "series_id": _beside_series(series, "slope-verdict"),
        "kind": "verdict",
        "unit": "verdict",
    }


def _power_words(series: str, key: str) -> dict[str, str]:
    return {
        "series_id": _beside_series(series, f"power-{key}"),
        "kind": "share",
        "unit": f"power to tell {SLOPES[key][1]}",
        "form": "percent:0",
    }


def _rests_on(own: Counts, sums: Counts, measure: str) -> tuple[dict, tuple[Count | str, ...]]:
    """Place of a slope, and what it rests on: the totals to be shown, every count as a pattern."""
    period = own.frame["period"].min()[:7], own.frame["period"].max()[:7]
    first = next(iter(own))
    words = {"area": first.area, "period": "..".join(period), "edition": first.edition}
    whole = [sums.one(measure=one, period=words["period"], group=ALL)
             for one in (measure, "incidents")]  # fmt: skip
    prefix = f"{slug(first.source)}/{slug(SUBJECT)}/*/{slug(first.area)}"
    return words, (*whole, *(f"{prefix}/{one}/*" for one in (measure, "incidents")))


def _cells(own: Counts, measure: str, version: str) -> models.Cells:
    """Events and graded incidents of each district and month, or of each district."""
    values = own.frame.pivot(index=["group", "period"], columns="measure", values="value")
    pairs = values[["incidents", measure]].dropna()
    pairs = pairs[pairs["incidents"] > 0]
    if version == "between":
        pairs = pairs.groupby("group").sum()
    strata = pd.factorize(pairs.index.get_level_values(0))[0] if version == "within" else None
    return models.Cells(pairs[measure].to_numpy(), pairs["incidents"].to_numpy(), strata)


def _beside_series(series_id: str, name: str) -> str:
    """The series of what stands beside a slope.

    >>> _beside_series("volume/slope/uses/all", "power-0")
    'volume/power-0/uses/all'
    """
    return series_id.replace("/slope/", f"/{name}/")


def _power(
    cells: models.Cells, fitted: models.Slope, key: str, words: dict, confidence: float
) -> Finding:
    value = models.power(cells, SLOPES[key][0], fitted.dispersion, confidence)
    return Finding(**words | _power_words(words["series_id"], key), value=value,
                   method="non-central t, error under the slope named")  # fmt: skip


def _beside(
    cells: models.Cells, fitted: models.Slope, slope: Finding, confidence: float
) -> Iterator[Finding]:
    """What stands beside a slope: verdict, dispersion, and the departures that would be seen."""
    place = {"area": slope.area, "period": slope.period, "edition": slope.edition}
    place |= {"counts": slope.counts, "findings": (slope.id,)}
    series, label = slope.series_id, slope.label
    yield Finding(**_verdict_words(series), label=label, outcome=_verdict(fitted, confidence),
                  method=slope.method, **place)  # fmt: skip
    yield Finding(series_id=_beside_series(series, "dispersion"), label=label,
                  kind="statistic", unit="dispersion", form="number:2",
                  value=fitted.dispersion, method="Pearson's X² over df", **place)  # fmt: skip
    seen = models.visible_slopes(cells, fitted.dispersion, confidence)
    for side, edge in zip(("below", "above"), seen, strict=True):
        words = {
            "series_id": _beside_series(series, f"visible-{side}"),
            "label": label,
            "kind": "statistic",
            "unit": f"nearest slope {side} one that would be seen",
            "form": slope.form,
        } | place
        if edge is None:
            yield too_few(NONE_VISIBLE, words.pop("counts"), **words)
        else:
            yield Finding(**words, value=edge, method="power of eighty per cent, in small steps")


def _verdict(fitted: models.Slope, confidence: float) -> str:
    if fitted.p_proportional >= 1 - confidence:
        return "cannot be told from a proportional rise"
    side = "more" if fitted.value > models.PROPORTIONAL else "less"
    return f"rise by {side} than in proportion to graded incidents"
