"""How far two figures of two reports differ, and whether chance alone could do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analysis.checks.compared import Row
from analysis.measures import contrasts
from analysis.measures.contrasts import Contrast, Estimate, NoContrast
from analysis.standard.periods import parse_period

_PER = {"per hundred thousand": 1e5, "per thousand": 1e3}


def contrast_of(before: Row, after: Row) -> tuple[Contrast, bool]:
    """Limits and test, and whether they take reports as independent."""
    if reason := _not_independent(before, after):
        raise NoContrast(reason)
    if not before["value"] or not after["value"]:
        raise NoContrast("words, not numbers")
    if before.sources & before.report.rounded or after.sources & after.report.rounded:
        raise NoContrast("numbers that a release has rounded tell nothing of chance")
    if before["confidence"] != after["confidence"]:
        raise NoContrast("the reports have other levels of confidence")
    if after.table == "count" and before["area"] != after["area"]:
        raise NoContrast("numbers of two areas, which differ in size: see their shares and rates")
    months = [parse_period(row["period"]).months for row in (before, after)]
    in_time = after.table == "count" or (after["kind"] == "rate" and after.of_residents)
    if in_time and months[0] != months[1]:
        raise NoContrast(f"over periods of {months[0]} and {months[1]} months")
    if after.table == "count":
        return _count_contrast(before, after)
    if not before["lower"] or not after["lower"]:
        raise NoContrast("no limits are given with it")
    return _interval_contrast(before, after), "incident" not in before["method"] + after["method"]


def _not_independent(before: Row, after: Row) -> str:
    periods = [parse_period(row["period"]) for row in (before, after)]
    if before["area"] == after["area"] and (
        periods[0].first <= periods[1].last and periods[1].first <= periods[0].last
    ):
        return "the two periods overlap"
    events = [{one for one in row.counts if "/residents/" not in one} for row in (before, after)]
    return "both rest on the same counts" if events[0] & events[1] else ""


def _count_contrast(before: Row, after: Row) -> tuple[Contrast, bool]:
    if after["unit"] in {"person", "per cent"}:
        raise NoContrast("no number of events")
    numbers = int(float(before["value"])), int(float(after["value"]))
    units = [row.report.units.get(row["id"], "") for row in (before, after)]
    level = float(after["confidence"])
    if "report" not in units:
        return contrasts.counts(*numbers, level), not any(units)
    effects = [row.report.design_effect for row in (before, after)]
    if None in effects:
        raise NoContrast("reports come in incidents, and how large these are is not told")
    return contrasts.clustered_counts(*numbers, tuple(effects), level), False


def _interval_contrast(before: Row, after: Row) -> Contrast:
    for begins, contrast in _FAMILIES.items():
        if after["method"].startswith(begins) and after["kind"] != "statistic":
            return contrast(before, after, float(after["confidence"]))
    raise NoContrast("for limits by this method there is no test of two")


def _shares(before: Row, after: Row, level: float) -> Contrast:
    """Shares, or rates per so many reports, in their own unit."""
    per = next((number for words, number in _PER.items() if words in after["unit"]), 1.0)
    scaled = (
        Estimate(*(part / per for part in (one.value, one.lower, one.upper)))
        for one in (before.estimate, after.estimate)
    )
    found = contrasts.shares(*scaled, level)
    return replace(found, lower=found.lower * per, upper=found.upper * per)


def _rates(before: Row, after: Row, level: float) -> Contrast:
    return contrasts.rates(
        (before.events, before.estimate), (after.events, after.estimate), level
    )  # fmt: skip


def _ratios(before: Row, after: Row, level: float) -> Contrast:
    return contrasts.ratios(before.estimate, after.estimate, level)


def _effects(before: Row, after: Row, level: float) -> Contrast:
    return contrasts.effects(before.estimate, after.estimate, level)


# How the method of two estimates begins: what they are held against each other by. Not among
# them: fits over forces or districts, which are the same ones in both and so not independent.
_FAMILIES: dict[str, Callable[[Row, Row, float], Contrast]] = {
    "Wilson score": _shares,
    "Byar": _rates,
    "exact Poisson": _rates,
    "exact, given the number of events": _ratios,
    "log": _ratios,
    "Mantel-Haenszel": _ratios,
    "Firth's penalised logit": _ratios,
    "average marginal effect": _effects,
}
