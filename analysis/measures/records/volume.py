"""Taser against graded incidents: shares and rates by district and by quarter, and funnels.

Graded incidents are calls graded immediate or prompt by the force's log, and no reports grouped.
The stages are those of the Taser ladder (definition 8). That they are nested, and that events are
independent, is assumed: no source says so.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.counts import ALL, NOT_AVAILABLE, ROWS, STATED, WRITTEN, Count, Counts, build, gather
from analysis.findings import Finding, Findings, not_available
from analysis.measures import funnel as funnels
from analysis.measures.intervals import EXACT_BELOW, exact_proportion, rate, wilson
from analysis.measures.taser import LADDER_CAVEATS
from analysis.rows import packed, rows_of
from analysis.sources.district_activity import STAGES, SUBJECT
from analysis.standard.periods import parse_period

MEASURES = ("incidents", *STAGES)
TOTALS = f"{SUBJECT} totals"
FEWEST = 3  # places in a funnel
_LIMITS = {"95%": ("95", "inner"), "99.8%": ("998", "outer")}
# stage given the one before: its series, label, unit and form
_RATIOS = {
    ("authorisations", "incidents"): ("authorised-per-incident", "Authorised per graded incident",
                                      "authorisation per graded incident", "percent:2"),
    ("uses", "authorisations"): ("used-per-authorisation", "Used per authorisation",
                                 "use per authorisation", "percent:1"),
    ("discharges", "uses"): ("discharged-per-use", "Discharged per use",
                             "discharge per use", "percent:1"),
}  # fmt: skip
NO_ACTIVITY = (
    "no source at hand gives graded incidents, authorisations and uses by district and month"
)
NOT_WHOLE = "a month of a district is missing from the source"
NO_FUNNEL = "fewer than three places have an earlier stage of which the later can be a share"
NOT_NESTED = "the later stage is larger than the earlier, or the earlier is empty"
FEW_PLACES = (
    "with so few places the percentiles that clip the z-scores are nearly the outermost places "
    "themselves: the widening, and with it who lies outside, says little"
)


def totals(activity: Counts, area: str) -> Counts:
    """Sums of the area by district over all months, and of all districts by whole quarter.

    ``activity`` are counts of ``analysis.sources.district_activity``. A sum with a part that is
    missing or not available is not available. Empty where the area has no counts.
    """
    own = activity.where(area=area).frame
    if own.empty:
        return gather([])
    months = own["period"].str[:7]
    span = f"{months.min()}..{months.max()}"
    districts = own["group"].nunique()
    quarter = months.str[:4] + "-Q" + ((months.str[5:].astype(int) + 2) // 3).astype(str)
    sums = [_sums(part, span, name, 1) for name, part in own.groupby("group")]
    sums.append(_sums(own, span, ALL, districts))
    sums += [_sums(part, period, ALL, districts) for period, part in own.groupby(quarter)]
    return build(
        pd.concat(sums, ignore_index=True)[[*WRITTEN, ROWS]].assign(area=area),
        source=own["source"].iloc[0],
        edition=own["edition"].iloc[0],
        subject=TOTALS,
    )


def _sums(part: pd.DataFrame, period: str, group: str, districts: int) -> pd.DataFrame:
    """The four measures of a part of the counts, added up."""
    cells = parse_period(period).months * districts
    rows = []
    for measure in MEASURES:
        found = part[part["measure"] == measure]
        missing = next(iter(found.loc[found["status"] != STATED, "note"]), "")
        missing = missing or ("" if len(found) == cells else NOT_WHOLE)
        rows.append({
            "measure": measure,
            "printed": "" if missing else str(int(found["value"].sum())),
            "status": NOT_AVAILABLE if missing else STATED,
            "table": "; ".join(sorted(set(found["table"]))),
            "cell": f"sum of {len(found)} rows, {measure}",
            "note": missing,
            ROWS: packed(measure, [row for rows in found[ROWS] for row in rows_of(rows)]),
        })  # fmt: skip
    breakdown = "" if group == ALL else "district"
    given = {"period": period, "area": "", "tactic": ALL, "breakdown": breakdown, "group": group}
    return pd.DataFrame(rows).assign(**given)


def by_district(sums: Counts, area: str, period: str, confidence: float) -> Findings:
    """Each stage given the one before, of each district and the whole area, over all months.

    Wilson intervals, with an exact one beside it below 10 events, and uses per thousand graded
    incidents (Byar, exact Poisson below 10). The area of a finding is the district. ``sums`` are
    ``totals``; ``period`` is named only where they are empty.
    """
    return _stages(sums, area, period, confidence, "months")


def by_quarter(sums: Counts, area: str, period: str, confidence: float) -> Findings:
    """The same of the whole area in each whole quarter."""
    return _stages(sums, area, period, confidence, "quarter")


def _places(sums: Counts, kind: str) -> Iterator[tuple[dict[str, str], dict[str, Count]]]:
    """The counts of each district and the area, or of each quarter, and how findings name them."""
    kinds = sums.frame["period"].map(lambda period: parse_period(period).kind)
    own = sums.frame[kinds == kind]
    for (period, group), rows in own.groupby(["period", "group"]):
        counts = {row["measure"]: Count(**row) for row in rows.to_dict("records")}
        first = counts["incidents"]
        place = {"area": first.area if group == ALL else group, "period": period}
        yield place | {"edition": first.edition}, counts


def _stages(sums: Counts, area: str, period: str, confidence: float, kind: str) -> Findings:
    if not len(sums):
        return Findings(tuple(_absent(area, period)))
    rows = []
    for place, counts in _places(sums, kind):
        for later, earlier in _RATIOS:
            rows += _shares(counts[later], counts[earlier], place, confidence)
        rows.append(_per_thousand(counts["uses"], counts["incidents"], place, confidence))
    return Findings(tuple(rows))


def _absent(area: str, period: str) -> Iterator[Finding]:
    """Every stage as not available, where no source gives it."""
    for series, label, unit, _ in _RATIOS.values():
        yield not_available(NO_ACTIVITY, series_id=f"volume/{series}", label=label, kind="share",
                            unit=unit, area=area, period=period, edition="none")  # fmt: skip


def _words(later: str, earlier: str) -> dict[str, str]:
    series, label, unit, form = _RATIOS[later, earlier]
    return {"series_id": f"volume/{series}", "label": label, "unit": unit, "form": form}


def _fault(later: Count, earlier: Count) -> str:
    """Why the later stage cannot be a share of the earlier; empty where it can."""
    missing = later.reason or earlier.reason
    nested = later.value <= earlier.value and earlier.value > 0
    return missing or ("" if nested else NOT_NESTED)


def _shares(
    later: Count, earlier: Count, place: dict[str, str], confidence: float
) -> Iterator[Finding]:
    """A stage given the one before, and where the events are few its exact interval beside it."""
    words = _words(later.measure, earlier.measure) | place | {"kind": "share"}
    if fault := _fault(later, earlier):
        yield not_available(fault, (later, earlier), **words)
        return
    events, base = int(later.value), int(earlier.value)
    found = words | {"value": events / base, "confidence": confidence, "caveats": LADDER_CAVEATS}
    found |= {"counts": (later, earlier), "basis": "{0} of {1}"}
    lower, upper = wilson(events, base, confidence)
    yield Finding(**found, lower=lower, upper=upper, method="Wilson score")
    if events < EXACT_BELOW:
        lower, upper = exact_proportion(events, base, confidence)
        found["series_id"] += "/exact"
        found["label"] += ", exact interval"
        yield Finding(**found, lower=lower, upper=upper, method="exact (Clopper-Pearson)")


def _per_thousand(
    uses: Count, incidents: Count, place: dict[str, str], confidence: float
) -> Finding:
    words = place | {
        "series_id": "volume/uses-per-1000-incidents",
        "label": "Uses per thousand graded incidents",
        "kind": "rate", "unit": "use per thousand graded incidents", "form": "number:2",
    }  # fmt: skip
    missing = uses.reason or incidents.reason or ("" if incidents.value else NOT_NESTED)
    if missing:
        return not_available(missing, (uses, incidents), **words)
    lower, upper, method = rate(int(uses.value), incidents.value, 1000, confidence)
    return Finding(**words, value=1000 * uses.value / incidents.value, lower=lower, upper=upper,
                   confidence=confidence, method=method, counts=(uses, incidents),
                   basis="{0} over {1}", caveats=LADDER_CAVEATS[1:])  # fmt: skip


def funnel(sums: Counts, area: str, period: str, later: str, earlier: str, *, by: str) -> Findings:
    """Districts (``by="district"``) or quarters in a funnel of one stage given the one before.

    ``analysis.measures.funnel`` with its limits; a place without the earlier stage has no point.
    Not available with fewer than three places. Nothing is ranked.
    """
    series, label = f"volume/funnel-{by}-{later}", _RATIOS[later, earlier][1]
    words = {key: _words(later, earlier)[key] for key in ("unit", "form")} | {"kind": "share"}
    places = _points(sums, area, later, earlier, by)
    if len(places) < FEWEST:
        reason = NO_FUNNEL if len(sums) else NO_ACTIVITY
        return Findings((not_available(
            reason, series_id=f"{series}/pooled", label=f"{label}, all together", area=area,
            period=period, edition="none", **words),))  # fmt: skip
    events, sizes = (np.array([one[side].value for one in places]) for side in (1, 2))
    fitted = funnels.fit(events, sizes)
    method = {"method": "Spiegelhalter 2005, arcsine scale, additive variance"}
    rows = [*_funnel_fit(fitted, f"{series}/", label, by, words | method | _whole(places, area))]
    fit = tuple(row.id for row in rows)  # limits and position are made of all places
    named = words | {"basis": "{0} of {1}", "label": label}
    for (place, *pair), z in zip(places, fitted.z_adjusted, strict=True):
        own = named | place | {"counts": tuple(pair)}
        value = pair[0].value / pair[1].value
        rows.append(Finding(**own, series_id=f"{series}/share", value=value,
                            method="a part over its whole"))  # fmt: skip
        own |= {"findings": fit}
        rows += _limits(fitted, f"{series}/limits", pair[1].value, own | method)
        own |= method | {"kind": "verdict", "unit": "position"}
        rows.append(Finding(**own, series_id=f"{series}/position", outcome=_position(float(z))))
    return Findings(tuple(rows))


def _limits(fitted: funnels.Funnel, series: str, size: float, words: dict) -> Iterator[Finding]:
    """The inner and outer limits of a place of this size, each edge by itself."""
    for limit, (suffix, name) in _LIMITS.items():
        for side, edge in zip(("lower", "upper"), fitted.limits(size, limit), strict=True):
            more = {"label": f"{name.capitalize()} limits at its size: {side}", "basis": ""}
            yield Finding(**words | more, series_id=f"{series}-{suffix}-{side}", value=float(edge))


def _position(z: float) -> str:
    beyond = [name for limit, (_, name) in _LIMITS.items() if abs(z) > funnels.LIMITS[limit]]
    side = "above" if z > 0 else "below"
    return f"{side} the {beyond[-1]} limits" if beyond else "inside the inner limits"


def _points(
    sums: Counts, area: str, later: str, earlier: str, by: str
) -> list[tuple[dict[str, str], Count, Count]]:
    """Each district or quarter with the two stages, where the one can be a share of the other."""
    kind = {"district": "months", "quarter": "quarter"}[by]
    return [
        (place, counts[later], counts[earlier])
        for place, counts in _places(sums, kind)
        if (by == "quarter" or place["area"] != area) and not _fault(counts[later], counts[earlier])
    ]


def _whole(places: list[tuple[dict[str, str], Count, Count]], area: str) -> dict:
    """Area, period, edition and counts of all places together."""
    months = [parse_period(place["period"]) for place, *_ in places]
    ends = min(one.first for one in months), max(one.last for one in months)
    return {
        "area": area,
        "period": "..".join(f"{year}-{month:02}" for year, month in ends),
        "edition": places[0][0]["edition"],
        "counts": tuple(count for _, *pair in places for count in pair),
        "caveats": (FEW_PLACES,),
    }


def _funnel_fit(
    fitted: funnels.Funnel, series: str, label: str, by: str, words: dict
) -> Iterator[Finding]:
    """The pooled share, the spread, and how many lie outside before and after the widening."""
    yield Finding(series_id=f"{series}pooled", label=f"{label}, all together",
                  value=fitted.pooled, **words)  # fmt: skip
    words = words | {"kind": "statistic", "unit": "ratio of variances", "form": "number:2"}
    yield Finding(series_id=f"{series}phi", label=f"{label}, by {by}: overdispersion φ",
                  value=fitted.phi, **words)  # fmt: skip
    words |= {"kind": "count", "unit": by, "form": "count"}
    for limit, (suffix, name) in _LIMITS.items():
        for when in ("before", "after"):
            yield Finding(
                series_id=f"{series}outside-{suffix}-{when}",
                label=f"{label}: {by}s outside the {name} limits {when} adjustment",
                value=fitted.outside(limit, adjusted=when == "after"), **words)  # fmt: skip
