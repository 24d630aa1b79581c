"""How complete the official figures are: several totals of one year, and what is not reported."""

from __future__ import annotations

import pandas as pd

from analysis.counts import ALL, Count, Counts, gather
from analysis.findings import Finding, Findings, not_available
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces
from analysis.standard.names import slug
from analysis.standard.people import NOT_KNOWN

NOT_REPORTED, DONT_KNOW = NOT_KNOWN
WITH_DONT_KNOW = (
    'in this edition "Don\'t know" is a group of its own; it is counted here with not reported, '
    "and the years are not comparable"
)
WITH_TOTALS_ONLY = (
    "as printed: where a force sent totals only, the official tables may count all its uses as not "
    "reported, and the sums for the force and for England and Wales contain them"
)
NO_BREAKDOWN = "the Home Office holds no breakdown of these for this force"
STAGES = ("CED", "CED non-discharge", "CED discharge", "CED not stated")
TOTALS = ("All tactics", "Less lethal weapons", *STAGES)


def printed_totals(tables: dict[str, Counts], area: str, period: str) -> Counts:
    """Every total that the tables of one edition print of CED use and of all tactics.

    One table stands for all breakdowns, which print the same.
    """
    subjects = ("tactics", "CED by force", "ethnicity by force")
    return gather(
        [
            tables[subject].where(area=area, period=period, tactic=list(TOTALS), group=ALL)
            for subject in subjects
        ]
    )


def totals_of_the_year(ced: Counts, breakdown: Counts, area: str, period: str) -> Findings:
    """CED use by kind: the table by force less the breakdown table, for one area.

    Not available where the breakdown does not print the kind, or has none for the force.
    """
    rows = []
    for tactic in STAGES:
        own = ced.one(area=area, period=period, tactic=tactic)
        other = next(iter(breakdown.where(area=area, tactic=tactic, group=ALL)), None)
        words = {
            "series_id": f"ced/by-force-less-breakdown/{slug(tactic)}",
            "kind": "difference",
            "label": tactic,
            "area": area,
            "period": period,
            "edition": own.edition,
            "unit": "use",
        }
        if other is None:
            rows.append(
                not_available(
                    "this edition does not print the kinds of CED use in its breakdown tables",
                    [own],
                    **words,
                )
            )
        elif not other.available:
            rows.append(not_available(other.reason, [own, other], **words))
        else:
            rows.append(
                Finding(
                    value=own.value - other.value,
                    counts=(own, other),
                    method="printed total less printed total",
                    **words,
                )
            )
    return Findings(tuple(rows))


def forces_behind(ced: Counts, breakdown: Counts, period: str) -> Findings:
    """For each force whose CED totals differ between the two tables: by how much.

    A force without a breakdown counts with all its uses, since the national breakdown leaves
    them out wherever it does not print them under "Not reported".
    """
    rows = []
    for area in official_forces():
        own = ced.one(area=area, period=period, tactic="CED")
        other = breakdown.one(area=area, tactic="CED", group=ALL)
        missing = own.value - (other.value if other.available else 0)
        if missing:
            rows.append(
                Finding(
                    series_id="ced/uses-missing-from-breakdown",
                    kind="difference",
                    area=area,
                    label="CED uses in the table by force and not in the breakdown tables",
                    period=period,
                    edition=own.edition,
                    unit="use",
                    value=missing,
                    method="printed total less printed total; a force without a breakdown counts "
                    "with all its uses",
                    caveats=() if other.available else (other.reason,),
                    counts=(own, other),
                )
            )
    return Findings(tuple(rows))


def not_reported(tables: dict[str, Counts], tactic: str, period: str) -> Findings:
    """The share of uses of a tactic whose group was not reported, in every force and together.

    ``tables`` maps a breakdown to its table by force. As printed: uses that a force sent as totals
    only may stand under "Not reported" (``where_broken_down`` leaves them out). Where a group of
    the force is not available its share is not either.
    """
    rows = []
    for breakdown, counts in tables.items():
        by_area = _groups_by_area(counts, tactic)
        for area in (ENGLAND_AND_WALES, *official_forces()):
            rows.append(_share(by_area[area], breakdown, tactic, area, period))
    return Findings(tuple(rows))


def _groups_by_area(counts: Counts, tactic: str) -> dict[str, dict[str, Count]]:
    by_area: dict[str, dict[str, Count]] = {}
    for count in counts.where(tactic=tactic, measure="tactic uses"):
        by_area.setdefault(count.area, {})[count.group] = count
    return by_area


def _unknown(groups: dict[str, Count]) -> float:
    """Uses whose group is not known: not reported, and "Don't know" where it is a group."""
    return sum(groups[name].value for name in (NOT_REPORTED, DONT_KNOW) if name in groups)


def _share(
    groups: dict[str, Count], breakdown: str, tactic: str, area: str, period: str
) -> Finding:
    total, missing = groups[ALL], groups[NOT_REPORTED]
    words = {
        "series_id": f"not-reported/{slug(breakdown)}/{slug(tactic)}",
        "kind": "share",
        "label": f"{tactic}: {breakdown}",
        "area": area,
        "period": period,
        "edition": total.edition,
        "unit": "tactic",
        "form": "percent:1",
        "method": "not reported over all, as printed",
    }
    if not all(count.available for count in groups.values()):
        return not_available(NO_BREAKDOWN, groups.values(), **words)
    if total.value == 0:
        return not_available("no use was recorded", (missing, total), **words)
    caveats = (WITH_TOTALS_ONLY, *((WITH_DONT_KNOW,) if DONT_KNOW in groups else ()))
    whole_row = total.id.removesuffix(ALL) + "*"  # a group not available would withhold the share
    return Finding(
        value=_unknown(groups) / total.value,
        caveats=caveats,
        counts=(missing, total, whole_row),
        **words,
    )


def where_broken_down(tables: dict[str, Counts], tactic: str, area: str, period: str) -> Findings:
    """The share not reported among the uses that the Home Office can break down.

    For the area, and for all forces together: a force without a breakdown is left out, and so are
    its uses of CED where it has none of those only.
    """
    rows = []
    for breakdown, counts in tables.items():
        main, ced = (_groups_by_area(counts, name) for name in (tactic, "CED"))
        first = counts.frame.iloc[0]
        usable = {
            place: found
            for place in official_forces()
            if (found := _usable(main[place], ced[place])) is not None
        }
        for place in (area, ENGLAND_AND_WALES):
            words = {
                "series_id": f"not-reported-where-broken-down/{slug(breakdown)}/{slug(tactic)}",
                "kind": "share",
                "label": f"{tactic}: {breakdown}",
                "area": place,
                "period": period,
                "edition": first["edition"],
                "unit": "tactic",
                "form": "percent:1",
                "method": "not reported over all, forces and uses without a breakdown left out",
            }
            chosen = [usable[name] for name in usable if place in (name, ENGLAND_AND_WALES)]
            unknown, total = (sum(pair[side] for pair in chosen) for side in (0, 1))
            if not total:
                rows.append(not_available(NO_BREAKDOWN, main[place].values(), **words))
                continue
            start = f"{slug(first['source'])}/{slug(first['subject'])}/{slug(period)}"
            where = "*" if place == ENGLAND_AND_WALES else slug(place)
            rests_on = tuple(
                f"{start}/{where}/tactic-uses/{slug(name)}/*"
                for name in dict.fromkeys((tactic, "CED"))
            )
            rows.append(Finding(value=unknown / total, counts=rests_on, **words))
    return Findings(tuple(rows))


def _usable(main: dict[str, Count], ced: dict[str, Count]) -> tuple[float, float] | None:
    """Uses not known and all uses of a force, less CED uses without a breakdown; None without any.

    CED is taken off where only it lacks a breakdown and its uses are inside those of ``main``.
    """
    if not all(count.available for count in main.values()):
        return None
    unknown, total = _unknown(main), main[ALL].value
    if not all(count.available for count in ced.values()):
        inside = ced[NOT_REPORTED], ced[ALL]
        unknown, total = (
            value - (count.value if count.available else 0)
            for value, count in zip((unknown, total), inside, strict=True)
        )
    return unknown, total


def kinds_missing(ced: Counts, breakdown: Counts, period: str) -> Findings:
    """Forces whose kinds of CED use the breakdown tables lack, and how many uses that concerns.

    Their uses stand there as "not stated": the difference between the two tables.
    """
    named, uses = [], []
    for area in official_forces():
        kind = next(iter(breakdown.where(area=area, tactic="CED discharge", group=ALL)), None)
        unstated = next(iter(breakdown.where(area=area, tactic="CED not stated", group=ALL)), None)
        if kind is not None and not kind.available and unstated.available:
            named.append(area)
            uses += [unstated, ced.one(area=area, period=period, tactic="CED not stated")]
    first = ced.frame.iloc[0]
    words = {
        "label": "Kinds of CED use missing from the breakdown tables",
        "area": ENGLAND_AND_WALES,
        "period": period,
        "edition": first["edition"],
        "counts": tuple(uses),
    }
    series = {"number": ("count", "use"), "names": ("verdict", "")}
    if not len(breakdown.where(tactic="CED discharge")):
        reason = "this edition prints no kinds of CED use in its breakdown tables"
        return Findings(tuple(
            not_available(reason, series_id=f"ced/kinds-missing/{name}", kind=kind, unit=unit,
                          **words)
            for name, (kind, unit) in series.items()
        ))  # fmt: skip
    number = sum(own.value - other.value for own, other in zip(uses[::2], uses[1::2], strict=True))
    return Findings((
        Finding(series_id="ced/kinds-missing/number", kind="count", unit="use", value=number,
                method="not stated in the breakdown tables less not stated in the table by force",
                **words),
        Finding(series_id="ced/kinds-missing/names", kind="verdict", unit="",
                outcome=", ".join(named) or "no force", method="by name", **words),
    ))  # fmt: skip


def forces_without(shares: Findings, tactic: str, period: str) -> Findings:
    """How many forces have no breakdown of a tactic by ethnicity, and which."""
    series = f"not-reported/ethnicity/{slug(tactic)}"
    own = [
        finding
        for finding in shares
        if finding.series_id == series and finding.area in official_forces()
    ]
    named = [finding.area for finding in own if not finding.available]
    words = {
        "area": ENGLAND_AND_WALES,
        "period": period,
        "edition": own[0].edition,
        "counts": tuple(one for finding in own for one in finding.counts),
    }
    return Findings(
        (
            Finding(
                series_id=f"no-breakdown/{slug(tactic)}/number",
                kind="count",
                unit="force",
                label=f"Forces without a breakdown of {tactic}",
                value=len(named),
                method="counted",
                **words,
            ),
            Finding(
                series_id=f"no-breakdown/{slug(tactic)}/names",
                kind="verdict",
                unit="",
                label=f"Forces without a breakdown of {tactic}",
                outcome=", ".join(named) or "none",
                method="by name",
                **words,
            ),
        )
    )


def ledger_summary(ledger: pd.DataFrame, period: str, edition: str) -> Findings:
    """How many cells and rows met each fate on the way, with the reason."""
    rows = []
    grouped = ledger.groupby(["source", "action", "unit", "reason"], sort=True)["number"].sum()
    for (source, action, unit, reason), number in grouped.items():
        rows.append(
            Finding(
                series_id=f"ledger/{source}/{slug(action)}/{unit}/{slug(reason)[:60]}",
                label=f"{source}: {action}" + (f", {reason}" if reason else ""),
                kind="count",
                area=ENGLAND_AND_WALES,
                period=period,
                edition=edition,
                unit=unit,
                value=int(number),
                method="ledger",
                counts=(f"{source}/*",),
            )
        )
    return Findings(tuple(rows))
