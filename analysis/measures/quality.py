"""How complete the official figures are: several totals of one year, and what is not reported."""

from __future__ import annotations

import pandas as pd

from analysis.counts import ALL, Count, Counts, gather
from analysis.findings import Finding, Findings, not_available
from analysis.standard.forces import ENGLAND_AND_WALES, forces
from analysis.standard.names import slug

NOT_REPORTED = "Not reported"
DONT_KNOW = (
    'in this edition "Don\'t know" is a group of its own and is not counted here as not reported'
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
    for area in forces():
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

    ``tables`` maps a breakdown to its table by force. Where a group of the force is not
    available its share is not either: uses that were sent as totals are not "not reported".
    """
    rows = []
    for breakdown, counts in tables.items():
        by_area: dict[str, dict[str, Count]] = {}
        for count in counts.where(tactic=tactic, measure="tactic uses"):
            by_area.setdefault(count.area, {})[count.group] = count
        for area in (ENGLAND_AND_WALES, *forces()):
            rows.append(_share(by_area[area], breakdown, tactic, area, period))
    return Findings(tuple(rows))


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
    caveats = (DONT_KNOW,) if "Don't know" in groups else ()
    whole_row = total.id.removesuffix(ALL) + "*"  # a group not available would withhold the share
    return Finding(
        value=missing.value / total.value,
        caveats=caveats,
        counts=(missing, total, whole_row),
        **words,
    )


def forces_without(shares: Findings, tactic: str, period: str) -> Findings:
    """How many forces have no breakdown of a tactic by ethnicity, and which."""
    series = f"not-reported/ethnicity/{slug(tactic)}"
    own = [
        finding for finding in shares if finding.series_id == series and finding.area in forces()
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
                **words,
            ),
            Finding(
                series_id=f"no-breakdown/{slug(tactic)}/names",
                kind="verdict",
                unit="",
                label=f"Forces without a breakdown of {tactic}",
                outcome=", ".join(named) or "none",
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
