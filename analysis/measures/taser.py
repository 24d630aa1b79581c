"""The Taser ladder, the official series of CED use, and use against volume.

Use is any of drawn, aimed, arced, red-dot, drive stun, angled drive stun, fired; discharge is
fired, drive stun and angled drive stun; "not stated" is neither (definitions 6 and 7).
"""

from __future__ import annotations

from itertools import combinations

from analysis.counts import ALL, Count, Counts
from analysis.findings import Finding, Findings, not_available
from analysis.measures.intervals import (
    EXACT_BELOW,
    INDEPENDENT,
    exact_proportion,
    product,
    rate,
    wilson,
)
from analysis.sources.taser_activity import INCIDENTS
from analysis.standard.forces import ENGLAND_AND_WALES, without_resident_base
from analysis.standard.periods import parse_period

# stage of the ladder: (measure, group), in order; each may be conditional on those before
STAGES = {
    "incident": ("incidents", INCIDENTS),
    "authorised": ("authorisations", ALL),
    "used": ("uses", ALL),
    "discharged": ("discharges", ALL),
}
_PER = {"incident": "incident", "authorised": "authorisation", "used": "use"}

NO_ACTIVITY = (
    "no source at hand gives incidents, authorisations and uses for this area: authorisation is "
    "not a Home Office measure, and each force decides whether it counts and publishes it"
)
LADDER_CAVEATS = (
    "assumes that the stages are nested: that every use had one of the authorisations and every "
    "discharge is among the uses; the source does not say so",
    "assumes that one authorisation is one officer at one incident, and that these are "
    "independent of each other; the source does not say so",
)
HIGHEST_ONLY = "statistics count the highest use in a report only"
RESIDENTS_OF_2020 = "residents are the mid-2020 estimates, whatever the year of the other figures"
NO_CED_BEFORE_2017 = (
    "figures of CED use before April 2017 are held for Cambridgeshire only; the Home Office "
    "printed them by calendar year in tables that are not among the sources"
)
SUMMARY_USES = (
    "the uses include those that a force sent as totals only, which may be missing from its reports"
)


def ladder(activity: Counts, area: str, period: str, confidence: float) -> Findings:
    """Each stage of the ladder given each stage before it, with Wilson intervals.

    ``activity`` holds the counts of ``analysis.sources.taser_activity``; the period of the audit
    is taken if the area has it, otherwise the area's latest. Below 10 events an exact interval
    stands beside Wilson's; the product of two stages has a log-delta interval.
    """
    own = activity.where(area=area)
    held = sorted(set(own.frame["period"]), key=parse_period)
    at = period if period in held or not held else held[-1]
    rows = [
        _stage_share(own, earlier, later, area, at, confidence, exact)
        for earlier, later in combinations(STAGES, 2)
        for exact in (False, True)
    ]
    return Findings(
        tuple(row for row in rows if row) + _product_of_stages(own, area, at, confidence)
    )


def _stage(own: Counts, stage: str, period: str) -> Count | None:
    measure, group = STAGES[stage]
    found = own.where(measure=measure, group=group, period=period)
    return next(iter(found), None)


def _ladder_words(earlier: str, later: str, area: str, period: str) -> dict:
    return {
        "series_id": f"taser/{later}-per-{_PER[earlier]}",
        "kind": "share",
        "label": f"{later.capitalize()} per {_PER[earlier]}",
        "area": area,
        "period": period,
        "unit": f"{later} per {_PER[earlier]}",
    }


def _stage_share(
    own: Counts, earlier: str, later: str, area: str, period: str, confidence: float, exact: bool
) -> Finding | None:
    """One stage given another; with ``exact``, only where the events are few."""
    base, events = _stage(own, earlier, period), _stage(own, later, period)
    words = _ladder_words(earlier, later, area, period)
    if base is None or events is None:
        return None if exact else not_available(NO_ACTIVITY, edition="none", **words)
    words["edition"] = events.edition
    missing = next((count.reason for count in (base, events) if not count.available), "")
    if missing or events.value > base.value or base.value == 0:
        reason = missing or "the later stage is larger than the earlier: they are not nested"
        return None if exact else not_available(reason, (base, events), **words)
    if exact and events.value >= EXACT_BELOW:
        return None
    if exact:
        words["series_id"] += "/exact"
        words["label"] += ", exact interval"
    interval = exact_proportion if exact else wilson
    lower, upper = interval(int(events.value), int(base.value), confidence)
    return Finding(
        **words,
        form="percent:3" if earlier == "incident" else "percent:1",
        value=events.value / base.value,
        lower=lower,
        upper=upper,
        confidence=confidence,
        method="exact (Clopper-Pearson)" if exact else "Wilson score",
        caveats=LADDER_CAVEATS,
        counts=(events, base),
        basis="{0} of {1}",
    )


def _product_of_stages(
    own: Counts, area: str, period: str, confidence: float
) -> tuple[Finding, ...]:
    """Used per incident as authorised per incident times used per authorisation."""
    stages = [_stage(own, name, period) for name in ("incident", "authorised", "used")]
    words = _ladder_words("incident", "used", area, period)
    words |= {
        "series_id": "taser/used-per-incident/product",
        "label": "Used per incident, as the product of its two stages",
    }
    usable = all(count is not None and count.available and count.value for count in stages)
    values = [count.value for count in stages] if usable else []
    if not usable or sorted(values, reverse=True) != values:
        found = [count for count in stages if count is not None]
        reason = NO_ACTIVITY if not found else "a stage is empty or not nested in the one before"
        return (
            not_available(reason, found, edition=found[0].edition if found else "none", **words),
        )
    incidents, authorised, used = (int(value) for value in values)
    value, lower, upper = product((authorised, incidents), (used, authorised), confidence)
    return (
        Finding(
            **words,
            edition=stages[2].edition,
            form="percent:3",
            value=value,
            lower=lower,
            upper=upper,
            confidence=confidence,
            method="log-delta",
            caveats=LADDER_CAVEATS,
            counts=tuple(stages),
            basis="{1} of {0}, {2} of {1}",
        ),
    )


def series(official: Counts, before_2017: Counts, area: str, confidence: float) -> Findings:
    """Discharge as a share of CED use in each period: among all, among stated, and its limits.

    The limits are the share if none, and if all, of the uses of a kind not stated were
    discharges. Calendar years to 2016 and financial years from 2017/18 are not comparable.
    """
    rows: list[Finding] = []
    if not len(before_2017.where(area=area)):
        rows.append(
            not_available(
                NO_CED_BEFORE_2017,
                series_id="ced/uses-before-april-2017",
                kind="count",
                area=area,
                label="CED use before April 2017",
                period="2016",
                edition="none",
                unit="report",
            )
        )
    for counts in (before_2017, official):
        own = counts.where(area=area, measure="tactic uses")
        for period in sorted(set(own.frame["period"]), key=parse_period):
            rows += _discharge_shares(own.where(period=period), area, period, confidence)
    return Findings(tuple(rows))


def discharge_shares(official: Counts, area: str, period: str, confidence: float) -> Findings:
    """The four discharge shares of one area and period."""
    own = official.where(area=area, period=period, measure="tactic uses")
    return Findings(tuple(_discharge_shares(own, area, period, confidence)))


def _discharge_shares(own: Counts, area: str, period: str, confidence: float) -> list[Finding]:
    """Two shares with intervals, and the two limits for the uses of a kind not stated."""
    discharges, uses, unstated = (
        own.one(tactic=tactic) for tactic in ("CED discharge", "CED", "CED not stated")
    )
    words = {
        "kind": "share",
        "area": area,
        "period": period,
        "edition": uses.edition,
        "unit": "discharge per use",
        "counts": (discharges, uses, unstated),
    }
    fired, all_uses, missing = (int(count.value) for count in (discharges, uses, unstated))
    made = []
    for series_id, label, events, base, basis, has_interval in (
        ("share-of-all", "Discharged, of all uses", fired, all_uses, "{0} of {1}", True),
        ("share-of-stated", "Discharged, of uses of a stated kind", fired, all_uses - missing,
         "{0} of {1} less {2}", True),
        ("limit-none", "Limit: none of the uses not stated was a discharge", fired, all_uses,
         "{0} of {1}", False),
        ("limit-all", "Limit: all of the uses not stated were discharges", fired + missing,
         all_uses, "{0} and {2} of {1}", False),
    ):  # fmt: skip
        named = words | {"series_id": f"ced/discharge-{series_id}", "label": label}
        if base == 0:
            made.append(not_available("no use of this kind was recorded", **named))
            continue
        found = {"value": events / base, "form": "percent:1", "basis": basis}
        if has_interval:
            lower, upper = wilson(events, base, confidence)
            found |= {"lower": lower, "upper": upper, "confidence": confidence}
            found |= {"method": "Wilson score", "caveats": (HIGHEST_ONLY, INDEPENDENT)}
        else:
            found |= {"method": "missing-data limit"}
        made.append(Finding(**named, **found))
    return made


def volume(
    official: Counts, reports: Counts, residents: Counts, area: str, period: str, confidence: float
) -> Findings:
    """CED uses per 1,000 reports and per 100,000 residents, of the area and England and Wales."""
    rows = []
    for place in (area, ENGLAND_AND_WALES):
        uses = official.one(area=place, period=period, tactic="CED", measure="tactic uses")
        made = reports.one(area=place, measure="reports")
        people = [
            count
            for count in residents.where(group=ALL)
            if place in (ENGLAND_AND_WALES, count.area)
        ]
        words = {
            "kind": "rate",
            "area": place,
            "period": period,
            "edition": uses.edition,
            "form": "number:1",
        }
        per_report = words | {
            "series_id": "ced/uses-per-1000-reports",
            "label": "CED uses per thousand use of force reports",
            "unit": "use per thousand reports",
            "counts": (uses, made),
            "basis": "{0} of {1}",
        }
        per_resident = words | {
            "series_id": "ced/uses-per-100000-residents",
            "label": "CED uses per hundred thousand residents",
            "unit": "use per hundred thousand residents",
            "counts": (uses, *people),
            "basis": "{0} of {1}" if len(people) == 1 else "",
        }
        rows.append(_rate(per_report, 1_000, confidence, (SUMMARY_USES,)))
        if place in without_resident_base():
            rows.append(not_available(without_resident_base()[place], **per_resident))
        else:
            rows.append(_rate(per_resident, 100_000, confidence, (RESIDENTS_OF_2020,)))
    return Findings(tuple(rows))


def _rate(words: dict, per: int, confidence: float, caveats: tuple[str, ...]) -> Finding:
    """The first of the counts over all others together."""
    uses, *bases = words["counts"]
    total = sum(count.value for count in bases)
    lower, upper, method = rate(int(uses.value), total, per, confidence)
    return Finding(
        **words,
        value=uses.value * per / total,
        lower=lower,
        upper=upper,
        confidence=confidence,
        method=method,
        caveats=(HIGHEST_ONLY, INDEPENDENT, *caveats),
    )
