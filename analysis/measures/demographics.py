"""Rates by ethnic group, age band and gender: per resident, per report and per tactic.

Groups in reports are as the officer perceived them; residents describe themselves in a census.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.counts import Counts
from analysis.findings import Finding, Findings, not_available
from analysis.measures.groups import GROUPS, NOT_IN_CENSUS, Groups, Tally, grouped
from analysis.measures.intervals import INDEPENDENT, rate
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces, without_resident_base
from analysis.standard.names import slug

USES = "tactic uses"
EVERY = "All tactics"

UNIT = "the unit is a tactic in a report: one officer's use of force on one person"
PERCEIVED = "groups in reports are as the officer perceived them; in a census people say their own"
CHINESE = "Asian includes Chinese in both years and both censuses"
AS_OF = {
    "ethnicity": "residents are those of the census named, whatever the year of the reports",
    "age": "residents are the mid-2020 estimates, whatever the year of the reports",
    "gender": "residents are those of Census 2021 by sex, whatever the year of the reports",
}
UNDER_11 = "the youngest age band holds known errors: uses on animals, and ages miskeyed"
NATIONAL_ONLY = "the official tables break reports down by group for England and Wales only"


def residents(people: Counts, breakdown: str, area: str) -> Findings:
    """Residents by group, of an area and of England and Wales: the sum of the force areas."""
    found = grouped(people)
    rows = []
    for group in GROUPS[breakdown]:
        for place in (area, ENGLAND_AND_WALES):
            tally = residents_in(found, place, group, official_forces())
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
    if group not in people.groups:
        return Tally(None, (), "", NOT_IN_CENSUS)
    return people.over(over, group) if place == ENGLAND_AND_WALES else people.of(place, group)


def uses_by_group(by_force: Counts, breakdown: str, tactic: str, period: str) -> Groups:
    """Uses of a tactic by force and group; an ethnic group that a force does not record is not
    available there.
    """
    uses = grouped(by_force, tactic=tactic, measure=USES, period=period)
    if breakdown != "ethnicity":
        return uses
    return uses.as_recorded(grouped(by_force, tactic=EVERY, measure=USES, period=period))


def left_out(uses: Groups, *groups: str) -> tuple[str, ...]:
    """The caveat that names the forces for which a group is not available."""
    names = ", ".join(uses.lacking(*groups))
    return (f"{_of(uses, groups)}, left out: {names}",) if names else ()


def kept_in(uses: Groups, *groups: str) -> tuple[str, ...]:
    """The caveat that such forces are in a national denominator all the same."""
    names = ", ".join(uses.lacking(*groups))
    words = "in the denominators, with no use counted"
    return (f"{_of(uses, groups)}, {words}: {names}",) if names else ()


def _of(uses: Groups, groups: Sequence[str]) -> str:
    """What such forces lack: all groups, or the ones named."""
    everything = uses.lacking(*groups) == uses.without_any
    which = "breakdown" if everything else f"figures on {' or '.join(groups)} in the breakdown"
    return f"{uses.period}, no {which} of {uses.first.tactic}"


def rates_per_resident(
    by_force: Counts,
    people: Counts,
    breakdown: str,
    tactics: Iterable[str],
    areas: Sequence[str],
    confidence: float,
) -> Findings:
    """Uses per thousand residents of each group, by tactic, area and year of ``by_force``.

    England and Wales without the residents of forces that do not break the tactic down by the
    group; they are named. A place without residents of its own has no rate.
    """
    inhabitants = grouped(people)
    in_no_group = {period: _ced_in_no_group(by_force, period) for period in _periods(by_force)}
    rows = []
    for uses, tactic, group, area in _each(by_force, breakdown, tactics, areas):
        words = _words(uses, breakdown, tactic, area, group, "residents", inhabitants)
        if area in without_resident_base():
            rows.append(not_available(without_resident_base()[area], **words))
            continue
        base = residents_in(inhabitants, area, group, uses.having(group))
        words["caveats"] += (AS_OF[breakdown], *((PERCEIVED,) if breakdown == "ethnicity" else ()))
        if area == ENGLAND_AND_WALES:
            words["caveats"] += left_out(uses, group)
            words["caveats"] += in_no_group[uses.period] if tactic == EVERY else ()
        rows.append(_rate(uses.of(area, group), base, words, confidence))
    return Findings(tuple(rows))


def rates_per_report(
    national: Counts,
    by_force: Counts,
    breakdown: str,
    tactic: str,
    area: str,
    confidence: float,
) -> Findings:
    """Uses per thousand reports on people of each group, in each year: England and Wales only.

    Reports by group are not printed by force, so forces without a breakdown of the tactic cannot
    be taken out of the denominators; they are named.
    """
    found, reports = (
        {period: grouped(national, period=period, **what) for period in _periods(national)}
        for what in ({"tactic": tactic, "measure": USES}, {"measure": "reports"})
    )
    rows = []
    places = (area, ENGLAND_AND_WALES)
    for uses, _, group, place in _each(by_force, breakdown, (tactic,), places):
        words = _words(uses, breakdown, tactic, place, group, "reports")
        if place == area:
            rows.append(not_available(NATIONAL_ONLY, **words))
            continue
        words["caveats"] += kept_in(uses, group)
        own, base = (table[uses.period].of(place, group) for table in (found, reports))
        rows.append(_rate(own, base, words, confidence))
    return Findings(tuple(rows))


def rates_per_tactic(
    by_force: Counts, breakdown: str, tactic: str, areas: Sequence[str], confidence: float
) -> Findings:
    """Uses per thousand tactics used on people of each group, in each area and year.

    England and Wales without the tactics of forces that have no breakdown. Nothing where the
    tactic is all of them.
    """
    if tactic == EVERY:
        return Findings(())
    every = {
        period: uses_by_group(by_force, breakdown, EVERY, period) for period in _periods(by_force)
    }
    rows = []
    for uses, _, group, area in _each(by_force, breakdown, (tactic,), areas):
        words = _words(uses, breakdown, tactic, area, group, "tactics")
        base = every[uses.period].of(area, group)
        if area == ENGLAND_AND_WALES:
            words["caveats"] += left_out(uses, group)
            base = every[uses.period].over(uses.having(group), group)
        rows.append(_rate(uses.of(area, group), base, words, confidence))
    return Findings(tuple(rows))


def _each(
    by_force: Counts, breakdown: str, tactics: Iterable[str], areas: Sequence[str]
) -> Iterable[tuple[Groups, str, str, str]]:
    """Every year, tactic, group and area: (uses, tactic, group, area)."""
    for tactic in dict.fromkeys(tactics):
        for period in _periods(by_force):
            uses = uses_by_group(by_force, breakdown, tactic, period)
            for group in GROUPS[breakdown]:
                for area in areas:
                    yield uses, tactic, group, area


def _periods(counts: Counts) -> list[str]:
    return sorted(set(counts.frame["period"]))


def _ced_in_no_group(by_force: Counts, period: str) -> tuple[str, ...]:
    """The caveat that the CED uses of some forces are in no group of all tactics."""
    ced = grouped(by_force, tactic="CED", measure=USES, period=period)
    names = ", ".join(ced.without_any)
    return (f"{period}, all tactics have the CED uses of these forces in no group: {names}",)


def _words(
    uses: Groups,
    breakdown: str,
    tactic: str,
    area: str,
    group: str,
    per: str,
    people: Groups | None = None,
) -> dict:
    series = f"rate/{slug(tactic)}/{slug(breakdown)}/{slug(group)}/per-1000-{per}"
    return {
        "series_id": f"{series}/{slug(people.first.source)}" if people else series,
        "label": f"{tactic}, {group}",
        "kind": "rate",
        "area": area,
        "period": uses.period,
        "edition": uses.edition,
        "unit": f"use per thousand {per}",
        "caveats": (
            UNIT,
            INDEPENDENT,
            *((CHINESE,) if group == "Asian" else ()),
            *((UNDER_11,) if group == "Under 11" else ()),
        ),
    }


def _rate(uses: Tally, base: Tally, words: dict, confidence: float) -> Finding:
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
        counts=rests_on,
        basis=f"{uses.words} of {base.words}" if base.words else f"{uses.words} uses",
    )
