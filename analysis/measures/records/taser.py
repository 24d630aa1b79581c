"""Taser (CED) in a force's records: kinds of use, discharge, carriage, effectiveness.

The unit is an officer's report, which is made only where force was used: an officer who carried a
CED and used no force is in no record (definition 8). Statistics count the highest use in a report;
the form holds every use, so both counts are made (definition 6).
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.counts import ALL, Counts
from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.intervals import EXACT_BELOW
from analysis.measures.records.clustered import share
from analysis.records import CED_NOT_STATED, Records, Tally
from analysis.standard.form import CED_USES, NOT_REPORTED
from analysis.standard.names import slug
from analysis.standard.tactics import (
    CED_DISCHARGE,
    CED_NON_DISCHARGE,
    CED_ORDERS,
    TACTICS,
    ancestors,
)

SUBJECT = "records taser"
CARRIED, TRAINED = "CED carried", "CED trained"
EVERY_KIND = "every kind, once a report"
_SUMS = {"CED non-discharge": CED_NON_DISCHARGE, "CED discharge": CED_DISCHARGE}

FORCE_ONLY = "reports are made only where force was used"
BY_INCIDENT = "which reports are of one incident is a guess, and the interval rests on it"
NO_USE = "no report is of a CED used"
NO_BASE = "no report gives an answer"
OWN_WORD = "whether an officer found a tactic effective is that officer's own word"


def _ways(records: Records) -> Iterator[tuple[str, str, str, dict[str, set[int]]]]:
    """Each way of counting: measure, its name, its words, and the reports of each kind."""
    for order in CED_ORDERS:
        rows = records.highest_ced(order).dropna()
        kinds = {kind: set(rows.index[rows == kind]) for kind in (*CED_USES, CED_NOT_STATED)}
        yield "tactic uses", f"highest use, {order} order", "highest in its report is", kinds
    every = records.ced_uses.groupby("use")["row"].agg(set).to_dict()
    kinds = {kind: every.get(kind, set()) for kind in (*CED_USES, CED_NOT_STATED)}
    yield "reports involving tactic", EVERY_KIND, "kinds of use are or include", kinds


def kinds(records: Records) -> Counts:
    """Reports by kind of CED use: by the highest use under each named order, and every kind.

    Highest uses add up to the reports in which a CED was used. Every kind counts a report once
    for each kind in it, so these do not.
    """
    tallies = []
    for measure, way, words, found in _ways(records):
        sums = {"CED": set().union(*found.values())}
        sums |= {name: set().union(*(found[kind] for kind in parts))
                 for name, parts in _SUMS.items()}  # fmt: skip
        tallies += [
            Tally(measure, pd.Index(sorted(rows)), f"reports whose {words} {kind}", kind,
                  "way of counting", way)
            for kind, rows in (sums | found).items()
        ]  # fmt: skip
    return records.counts(tallies, subject=f"{SUBJECT} kinds")


def ways_compared(records: Records) -> Findings:
    """How many reports have another highest use by each order, and how many kinds there are."""
    counts, (first, second) = kinds(records), CED_ORDERS
    one, other = (records.highest_ced(order) for order in (first, second))
    differ = Tally("reports", (one != other) & one.notna(),
                   f"reports whose highest use is another in the {second} order than in the "
                   f"{first} order", "CED", "way of counting", "orders differ")  # fmt: skip
    (differ,) = records.counts([differ], subject=f"{SUBJECT} orders")
    uses = counts.one(tactic="CED", group=EVERY_KIND)
    every = [count for count in counts.where(group=EVERY_KIND, tactic=[*CED_USES, CED_NOT_STATED])]
    words = {"kind": "count", "unit": "report"} | records.place
    return Findings((
        Finding(series_id="records-taser/orders-differ", value=differ.value, counts=(differ, uses),
                label="Reports with another highest use by the other order",
                method=f"{first} order against {second} order", **words),
        Finding(series_id="records-taser/kinds-in-all", label="Kinds of use, every kind counted",
                value=sum(count.value for count in every), counts=(*every, uses),
                method="each kind once a report", **words | {"unit": "kind in a report"}),
    ))  # fmt: skip


def discharge(records: Records, order: str, incidents: pd.Series, confidence: float) -> Findings:
    """Discharges as a share of the reports in which a CED was used, with limits for not stated.

    Among all and among those of a stated kind, with limits by incident (``incidents`` numbers the
    incident of each report); and if none, or all, of those not stated were discharges.
    """
    held = {one.tactic: one for one in kinds(records).where(group=f"highest use, {order} order")}
    highest = records.highest_ced(order)
    used, stated = highest.notna(), highest.notna() & (highest != CED_NOT_STATED)
    fired = records.discharged
    counts = held["CED discharge"], held["CED"], held[CED_NOT_STATED]
    words = records.place | {"kind": "share", "unit": "discharge per use", "counts": counts}
    rows = [
        _clustered(words | {"series_id": f"records-taser/discharge-share-of-{name}",
                            "label": label, "basis": basis},
                   fired, base, incidents, confidence, NO_USE)
        for name, label, base, basis in (
            ("all", "Discharged, of all uses", used, "{0} of {1}"),
            ("stated", "Discharged, of uses of a stated kind", stated,
             "{0} of {1}, less {2} not stated"),
        )
    ]  # fmt: skip
    return Findings((*rows, *_limits(words, bool(used.any()))))


def _limits(words: dict, some: bool) -> Iterator[Finding]:
    """The share if none, and if all, of the uses of a kind not stated were discharges."""
    discharges, uses, unstated = words["counts"]
    for name, extra, verb, basis in (
        ("none", 0, "none of the uses not stated was a discharge", "{0} of {1}"),
        ("all", 1, "all of the uses not stated were discharges", "{0} and {2} not stated, of {1}"),
    ):
        limit = words | {"series_id": f"records-taser/discharge-limit-{name}",
                         "label": f"Limit: {verb}"}  # fmt: skip
        if some:
            value = (discharges.value + extra * unstated.value) / uses.value
            yield Finding(**limit, value=value, form="percent:1", basis=basis,
                          method="missing-data limit")  # fmt: skip
        else:
            yield not_available(NO_USE, **limit)


def _clustered(
    words: dict, events: pd.Series, base: pd.Series, incidents: pd.Series, confidence: float,
    empty: str, caveats: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    """A share of reports with limits by incident; not available where the base is empty."""
    if not base.any():
        return not_available(empty, **words)
    found = share(events & base, base, incidents, confidence)
    return Finding(
        **words,
        form="percent:1",
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        confidence=confidence,
        method=found.method,
        caveats=(FORCE_ONLY, BY_INCIDENT, *caveats),
    )


def stages(records: Records) -> dict[str, tuple[pd.Series, str, str]]:
    """Stage of the ladder from carriage: which reports, the field that it needs, its words."""
    used = records.highest_ced(next(iter(CED_ORDERS))).notna()
    return {
        "reports": (pd.Series(True, records.reports.index), "", "all reports"),
        "trained": (records.answered(TRAINED), TRAINED, "the officer is trained in CEDs"),
        "carried": (records.answered(CARRIED), CARRIED, "the officer carried a CED"),
        "used": (used, "", "a CED was used"),
        "discharged": (records.discharged, "", "a CED was discharged"),
    }


def carriage(records: Records, incidents: pd.Series, confidence: float) -> Findings:
    """From reports to officers trained, carrying, using and discharging: each given the one before.

    The base of a stage is the reports with the stage before in which the question of this one is
    answered; a use needs no answer. Not available where the file has no column for a stage.
    """
    held = stages(records)
    names = list(held)
    rows = [
        _rung(records, held, earlier, later, incidents, confidence)
        for earlier, later in zip(names, names[1:], strict=False)
    ]
    rows.append(_rung(records, held, "reports", "used", incidents, confidence))
    return Findings(tuple(rows))


def _rung(
    records: Records, held: dict, earlier: str, later: str, incidents: pd.Series,
    confidence: float,
) -> Finding:  # fmt: skip
    (before, field, condition), (events, own, named) = held[earlier], held[later]
    base = before & (records.reports[own] != NOT_REPORTED) if own else before
    answered = f" and it is answered whether {named}" if own else ""
    tallies = [
        Tally("reports", events & base, f"{condition}, and {named}", ALL, "carriage",
              f"{earlier} and {later}"),
        Tally("reports", base, f"{condition}{answered}", ALL, "carriage",
              f"{earlier}, base of {later}"),
    ]  # fmt: skip
    words = records.place | {
        "series_id": f"records-taser/{later}-of-{earlier}", "kind": "share", "unit": "report",
        "label": f"{later.capitalize()}, of reports" + ("" if earlier == "reports"
                                                        else f" with a CED {earlier}"),
        "counts": tuple(records.counts(tallies, subject=f"{SUBJECT} carriage")),
    }  # fmt: skip
    if earlier == "trained":
        words["label"] = "Carried, of reports by officers trained"
    if missing := records.lacks(*(one for one in (field, own) if one)):
        return not_available(missing, **words)
    return _clustered(words | {"basis": "{0} of {1}"}, events, base, incidents, confidence, NO_BASE)


def effectiveness(records: Records, incidents: pd.Series, confidence: float) -> Findings:
    """How often each tactic was found effective by the officer, of reports that answer.

    A tactic is counted once a report, and as effective where any entry of it is. CEDs first, as
    one and by kind as the tactics name it; no share below 10 reports with an answer. Tactical
    communication is no use of force (definition 4).
    """
    index = records.reports.index
    held = set(records.tactics["tactic"])
    names = ["CED"] if any("CED" in ancestors(one) for one in held) else []
    force = [one for one in TACTICS if one in held and "All tactics" in ancestors(one)]
    names += sorted(force, key=lambda one: "CED" not in ancestors(one))
    rows = []
    for tactic in names:
        entries = records.tactics[
            records.tactics["tactic"].map(lambda one, name=tactic: name in (one, *ancestors(one)))
        ]
        effective, answered = (
            pd.Series(index.isin(entries.loc[entries["effective"].isin(answers), "row"]), index)
            for answers in (["Yes"], ["Yes", "No"])
        )
        rows.append(_effective(records, tactic, effective, answered, incidents, confidence))
    return Findings(tuple(rows))


def _effective(
    records: Records, tactic: str, effective: pd.Series, answered: pd.Series,
    incidents: pd.Series, confidence: float,
) -> Finding:  # fmt: skip
    measure = "reports involving tactic"
    tallies = [
        Tally(measure, effective, f"{tactic}, effective Yes", tactic, "effective", "effective"),
        Tally(measure, answered, f"{tactic}, effective Yes or No", tactic, "effective", "answered"),
    ]  # fmt: skip
    counts = tuple(records.counts(tallies, subject=f"{SUBJECT} effective"))
    words = records.place | {"series_id": f"records-taser/effective/{slug(tactic)}",
                             "label": tactic, "kind": "share", "unit": "tactic in a report",
                             "basis": "{0} of {1}"}  # fmt: skip
    if 0 < counts[1].value < EXACT_BELOW:
        return too_few("fewer than ten reports answer", counts, **words)
    return _clustered(words | {"counts": counts}, effective, answered, incidents, confidence,
                      NO_BASE, (OWN_WORD,))  # fmt: skip
