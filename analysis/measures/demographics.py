"""Rates by ethnic group, age band and gender: per resident, per report and per tactic.

Groups in reports are as the officer perceived them; residents describe themselves in a census.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.counts import ALL, Counts
from analysis.findings import Finding, Findings, not_available
from analysis.measures.groups import GROUPS, Groups, Tally, grouped
from analysis.measures.intervals import rate
from analysis.standard.forces import ENGLAND_AND_WALES, WITHOUT_RESIDENT_BASE, forces
from analysis.standard.names import slug

USES = "tactic uses"

REPORTS = "the unit is a report: one officer's use of force on one person"
INDEPENDENT = "intervals are for chance alone, as if reports were independent of each other"
PERCEIVED = "groups in reports are as the officer perceived them; in a census people say their own"
CHINESE = "Asian includes Chinese in both years and both censuses"
AS_OF = {
    "ethnicity": "residents are those of the census named, whatever the year of the reports",
    "age": "residents are the mid-2020 estimates, whatever the year of the reports",
    "gender": "residents are those of Census 2021 by sex, whatever the year of the reports",
}
UNDER_11 = "the youngest age band holds known errors: uses on animals, and ages miskeyed"
NATIONAL_ONLY = "the official tables break reports down by group for England and Wales only"
NO_RESIDENTS = "nobody lives in such a place, so it has no rate per resident"


def residents(people: Counts, breakdown: str, area: str) -> Findings:
    """Residents by group, of an area and of England and Wales, as the denominators below."""
    found = grouped(people)
    rows = []
    for group in GROUPS[breakdown]:
        for place in (area, ENGLAND_AND_WALES):
            tally = residents_in(found, place, group, forces())
            rows.append(
                Finding(
                    series_id=f"residents/{slug(found.first.source)}/{slug(group)}",
                    label=group,
                    kind="count",
                    area=place,
                    period=found.period,
                    edition=found.edition,
                    unit="person",
                    value=tally.value,
                    method="as counted" if place == area else "sum over the police force areas",
                    counts=tally.rests_on,
                )
            )
    return Findings(tuple(rows))


def residents_in(people: Groups, place: str, group: str, over: Iterable[str]) -> Tally:
    """Residents of one force area, or of several together where the place is the country."""
    return people.over(over, group) if place == ENGLAND_AND_WALES else people.of(place, group)


def left_out(uses: Groups) -> tuple[str, ...]:
    """The caveat that names the forces without a breakdown."""
    if not uses.without_breakdown:
        return ()
    tactic, names = uses.first.tactic, ", ".join(uses.without_breakdown)
    return (f"{uses.period}, left out for want of a breakdown of {tactic}: {names}",)


def rates_per_resident(
    by_force: Counts, people: Counts, breakdown: str, tactic: str, areas: tuple, confidence: float
) -> Findings:
    """Uses per thousand residents of each group, in each area and each year of ``by_force``.

    England and Wales without the residents of forces that have no breakdown, which are named. A
    place without residents of its own has no rate: the City of London, and every location, a
    custody suite among them.
    """
    inhabitants = None if breakdown == "location" else grouped(people)
    rows = []
    for uses in _years(by_force, tactic=tactic, measure=USES):
        groups = GROUPS.get(breakdown) or sorted({group for _, group in uses.tallies} - {ALL})
        for area in areas:
            for group in groups:
                words = _rate_words(uses, breakdown, tactic, area, group)
                words["series_id"] += f"/per-1000-residents/{people.frame['source'].iloc[0]}"
                words["unit"] = "use per thousand residents"
                if inhabitants is None:
                    rows.append(not_available(NO_RESIDENTS, **words))
                    continue
                if area in WITHOUT_RESIDENT_BASE:
                    rows.append(not_available(WITHOUT_RESIDENT_BASE[area], **words))
                    continue
                base = residents_in(inhabitants, area, group, uses.with_breakdown)
                caveats = (AS_OF[breakdown], *_caveats(uses, breakdown, area, group))
                rows.append(_rate(uses.of(area, group), base, words, confidence, caveats))
    return Findings(tuple(rows))


def rates_per_report(
    national: Counts, breakdown: str, tactic: str, area: str, confidence: float
) -> Findings:
    """Uses per thousand reports on people of each group, in each year: England and Wales only."""
    rows = []
    for uses in _years(national, tactic=tactic, measure=USES):
        reports = grouped(national, measure="reports", period=uses.period)
        for group in GROUPS[breakdown]:
            for place in (area, ENGLAND_AND_WALES):
                words = _rate_words(uses, breakdown, tactic, place, group)
                words["series_id"] += "/per-1000-reports"
                words["unit"] = "use per thousand reports"
                if place == area:
                    rows.append(not_available(NATIONAL_ONLY, **words))
                    continue
                caveats = _caveats(uses, breakdown, place, group)
                base = reports.of(place, group)
                rows.append(_rate(uses.of(place, group), base, words, confidence, caveats))
    return Findings(tuple(rows))


def rates_per_tactic(
    by_force: Counts, breakdown: str, tactic: str, areas: tuple, confidence: float
) -> Findings:
    """Uses per thousand tactics used on people of each group, in each area and year.

    Nothing where the tactic is all of them.
    """
    if tactic == "All tactics":
        return Findings(())
    rows = []
    for uses in _years(by_force, tactic=tactic, measure=USES):
        every = grouped(by_force, tactic="All tactics", measure=USES, period=uses.period)
        for area in areas:
            for group in GROUPS[breakdown]:
                words = _rate_words(uses, breakdown, tactic, area, group)
                words["series_id"] += "/per-1000-tactics"
                words["unit"] = "use per thousand tactics"
                caveats = _caveats(uses, breakdown, area, group)
                base = every.of(area, group)
                rows.append(_rate(uses.of(area, group), base, words, confidence, caveats))
    return Findings(tuple(rows))


def _years(counts: Counts, **where: str) -> list[Groups]:
    """The groups of each period that the counts hold, oldest first."""
    return [
        grouped(counts, period=period, **where) for period in sorted(set(counts.frame["period"]))
    ]


def _rate_words(uses: Groups, breakdown: str, tactic: str, area: str, group: str) -> dict:
    return {
        "series_id": f"rate/{slug(tactic)}/{slug(breakdown)}/{slug(group)}",
        "label": group,
        "kind": "rate",
        "area": area,
        "period": uses.period,
        "edition": uses.edition,
    }


def _caveats(uses: Groups, breakdown: str, area: str, group: str) -> tuple[str, ...]:
    return (
        REPORTS,
        INDEPENDENT,
        *((CHINESE,) if group == "Asian" else ()),
        *((UNDER_11,) if group == "Under 11" else ()),
        *(left_out(uses) if area == ENGLAND_AND_WALES else ()),
    )


def _rate(uses: Tally, base: Tally, words: dict, confidence: float, caveats: tuple) -> Finding:
    """Uses per thousand of the base."""
    rests_on = uses.rests_on + base.rests_on
    if not (uses.available and base.available):
        return not_available(uses.reason or base.reason, rests_on, **words)
    if not base.value:
        return not_available("its denominator is nought", rests_on, **words)
    lower, upper, method = rate(int(uses.value), base.value, 1000, confidence)
    value = 1000 * uses.value / base.value
    return Finding(
        **words,
        form=f"number:{1 if value >= 10 else 2 if value >= 1 else 3}",
        value=value,
        lower=lower,
        upper=upper,
        confidence=confidence,
        method=method,
        caveats=caveats,
        counts=rests_on,
        basis=f"{uses.words} of {base.words}" if uses.words and base.words else "",
    )
