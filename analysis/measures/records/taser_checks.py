"""What contradicts in a force's records of Taser, and what the activity file says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from analysis.counts import ALL, MADE_UP, Count, Counts
from analysis.findings import Finding, Findings, not_available
from analysis.measures.records.taser import CARRIED, SUBJECT, TRAINED, stages
from analysis.measures.records.volume import NO_ACTIVITY, NOT_WHOLE, totals
from analysis.records import CED_DETAILS, CED_NOT_STATED, Records, Tally
from analysis.standard.form import CED_DEVICES, NOT_REPORTED
from analysis.standard.names import slug
from analysis.standard.periods import parse_period
from analysis.standard.tactics import CED_ORDERS

OTHER_UNIT = (
    "a report counts one officer and one subject; what the activity file counts as one use is its "
    "own"
)
LESS, EVERYWHERE = "records less activity file", "All months and districts"
MIXED = "one of the two is made up and the other is not"
NO_CYCLES = "the file has no box for repeated or extended cycles"
WRITTEN_IN = "boxes ticked; numbers of cycles that are written in are not read"


def contradictions(records: Records, order: str) -> Findings:
    """Reports in which the answers about a CED do not fit together, each kind counted.

    Carriage and training against use, the tactics against the form's own block on CEDs, and a
    use of more than one device, which is no contradiction and is counted too.
    """
    used = stages(records)["used"][0]
    named, ticked = _named(records, order), _ticked(records, order)
    both = named.notna() & ticked.notna()
    given = (
        ("used-not-carried", "A CED used by an officer who is recorded as not carrying one",
         used & records.answered(CARRIED, "No"), (CARRIED,)),
        ("used-carriage-not-reported", "A CED used, and carriage not reported",
         used & records.answered(CARRIED, NOT_REPORTED), (CARRIED,)),
        ("carried-not-trained", "A CED carried by an officer who is recorded as not trained",
         records.answered(CARRIED) & records.answered(TRAINED, "No"), (CARRIED, TRAINED)),
        ("tactic-without-block", "A CED among the tactics, and the block on CEDs empty",
         named.notna() & ticked.isna(), ()),
        ("block-without-tactic", "The block on CEDs filled in, and no CED among the tactics",
         ticked.notna() & named.isna(), ()),
        ("highest-differs", "Another highest use among the tactics than in the block",
         both & (named != ticked), ()),
        ("several-devices", "Uses of more than one device in one report", _devices(records), ()),
    )  # fmt: skip
    of_block = ("tactic-without-block", "block-without-tactic", "highest-differs",
                "several-devices")  # fmt: skip
    no_block = records.lacks_ced_block()
    rows = [
        _counted(
            records, name, label, found, no_block * (name in of_block) or records.lacks(*asked)
        )
        for name, label, found, asked in given
    ]
    return Findings((*rows, _cycles(records)))


def _cycles(records: Records) -> Finding:
    """Reports in which a repeated or extended cycle of a CED is ticked."""
    boxes = [f"CED {device}: {detail}" for device in range(1, CED_DEVICES + 1)
             for detail in CED_DETAILS]  # fmt: skip
    missing = NO_CYCLES if all(box in records.absent for box in boxes) else ""
    index = records.reports.index
    ticked = pd.Series(index.isin(records.ced_details["row"]), index=index)
    found = _counted(records, "repeated-cycles", "Repeated or extended cycles", ticked, missing)
    return found if missing else replace(found, caveats=(WRITTEN_IN,))


def _counted(records: Records, name: str, label: str, found: pd.Series, missing: str) -> Finding:
    words = records.place | {"series_id": f"records-taser/{name}", "label": label, "kind": "count",
                             "unit": "report"}  # fmt: skip
    if missing:
        return not_available(missing, **words)
    tally = Tally("reports", found, label, ALL, "contradiction", name)
    (count,) = records.counts([tally], subject=f"{SUBJECT} checks")
    return Finding(**words, value=count.value, method="counted in the records", counts=(count,))


def _highest(uses: pd.DataFrame, order: str, index: pd.Index) -> pd.Series:
    """The highest of uses (columns row, use) in each report; missing (NaN) where it has none."""
    rank = {use: place for place, use in enumerate((*CED_ORDERS[order], CED_NOT_STATED))}
    known = uses[uses["use"].isin(rank)]
    first = known.iloc[known["use"].map(rank).argsort(kind="stable")].drop_duplicates("row")
    return first.set_index("row")["use"].reindex(index)


def _named(records: Records, order: str) -> pd.Series:
    tactics = records.tactics[["row", "tactic"]].set_axis(["row", "use"], axis=1)
    return _highest(tactics, order, records.reports.index)


def _ticked(records: Records, order: str) -> pd.Series:
    return _highest(records.ced[["row", "use"]], order, records.reports.index)


def _devices(records: Records) -> pd.Series:
    devices = records.ced.groupby("row")["device"].nunique()
    return (devices > 1).reindex(records.reports.index, fill_value=False)


def against_activity(records: Records, activity: Counts) -> Findings:
    """Uses and discharges in the records less those of the activity file in the same months.

    In all, by month and by district. Not available where the file does not hold the months.
    """
    period = parse_period(records.period)
    months = [str(one) for one in pd.period_range(
        "-".join(map(str, period.first)), periods=period.months, freq="M")]  # fmt: skip
    own = activity.where(area=records.area, period=[f"{month}..{month}" for month in months])
    made_up = set(own.frame["edition"]) == {MADE_UP}
    reason = "" if len(own) else NO_ACTIVITY
    reason = reason or (MIXED if made_up != records.made_up else "")
    if reason:
        return Findings((not_available(
            reason, series_id="records-taser/activity-uses/all", label=EVERYWHERE,
            kind="difference", unit=f"uses, {LESS}", **records.place),))  # fmt: skip
    return Findings(tuple(_differences(records, own, months)))


def _differences(records: Records, own: Counts, months: list[str]) -> Iterator[Finding]:
    month = records.reports["date"].astype(str).str[:7]
    district = records.reports["district"].astype(str).map(slug)  # whatever case and marks
    sums, span = totals(own, records.area), f"{months[0]}..{months[-1]}"
    parts = [("all", month.notna(), sums.where(period=span, group=ALL))]
    for one in months:
        only = f"{one}..{one}"
        theirs = totals(own.where(period=only), records.area)
        parts.append((one, month == one, theirs.where(period=only, group=ALL)))
    for name in [] if records.lacks("district") else sorted(set(own.frame["group"])):
        parts.append((name, district == slug(name), sums.where(period=span, group=name)))
    for measure, which in (("uses", "used"), ("discharges", "discharged")):
        counted = stages(records)[which][0]
        for name, rows, theirs in parts:
            tally = Tally("reports", counted & rows, f"a CED was {which}, {name}", ALL, which,
                          f"{which}, {name}")  # fmt: skip
            yield _difference(records, measure, name, tally, theirs.where(measure=measure))


def _difference(records: Records, measure: str, name: str, tally: Tally, theirs: Counts) -> Finding:
    (mine,) = records.counts([tally], subject=f"{SUBJECT} months")
    words = records.place | {
        "series_id": f"records-taser/activity-{measure}/{slug(name)}",
        "label": EVERYWHERE if name == "all" else name,
        "kind": "difference", "unit": f"{measure}, {LESS}", "counts": (mine, *theirs),
    }  # fmt: skip
    other: Count | None = next(iter(theirs), None)
    if other is None or not other.available:
        return not_available(other.reason if other else NOT_WHOLE, **words)
    return Finding(**words, value=mine.value - other.value, caveats=(OTHER_UNIT,),
                   method="the records less the activity file",
                   basis="{0} against {1}")  # fmt: skip
