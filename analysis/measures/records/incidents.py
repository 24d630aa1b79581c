"""Incidents guessed from records, by each of four rules.

No published file says which reports are of one incident (definition 2). Reports are therefore
taken together by what they have in common, and the number of incidents is a range: each rule of
``analysis.standard.form.INCIDENT_RULES`` joins at least the reports that the rule before it joins.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.findings import Finding, Findings, not_available
from analysis.measures.records.questions import lacks
from analysis.records import Records, Tally
from analysis.standard.form import INCIDENT_RULES, NOT_REPORTED, PLACES
from analysis.standard.names import slug

SUBJECT = "records incidents"
MOST_MINUTES = 30
LARGEST = 5  # incidents of so many reports or more are counted together

_PLACE = ("district", *(f"location: {place}" for place in PLACES))
_PERSON = ("age", "gender", "ethnicity")
_SAME = {  # rule: (fields that are equal, most minutes from one report to the next)
    "same minute": ((*_PLACE, *_PERSON), 0),
    "within 30 minutes": ((*_PLACE, *_PERSON), MOST_MINUTES),
    "one place": (_PLACE, MOST_MINUTES),
}

A_GUESS = "a guess: no file says which reports are of one incident, and an incident is not a person"
NO_TIME = "a report without a time stays an incident of its own"
NO_LOWER_BOUND = (
    "no lower bound: officers who see a subject otherwise, or tick other boxes of place, part what "
    "is one incident; a place is a district and the kinds of place ticked, no address"
)
NONE_USED = "no report was used"


def minutes(reports: pd.DataFrame) -> pd.Series:
    """Minute of each report since the beginning of 1970, missing (NaN) where no time is given.

    Refuses a date that is not YYYY-MM-DD and a time that is not HH:MM.
    """
    day = _read(reports["date"], "%Y-%m-%d").astype("int64") // 60
    given = ~reports["time"].isin(["", NOT_REPORTED])
    clock = _read(reports.loc[given, "time"], "%H:%M")
    return (day + clock.dt.hour * 60 + clock.dt.minute).reindex(reports.index)


def _read(texts: pd.Series, pattern: str) -> pd.Series:
    """Texts as moments; each distinct text is read once."""
    codes, distinct = pd.factorize(texts.astype(object), use_na_sentinel=False)
    moments = pd.to_datetime(pd.Index(distinct), format=pattern, errors="coerce").as_unit("s")
    wrong = moments[codes].isna()
    if wrong.any():
        row, value = next(iter(texts[wrong].items()))
        raise refusal(f"row {row}, {texts.name}", f"{value!r} cannot be read", pattern)
    return pd.Series(moments[codes], index=texts.index)


def group_reports(records: Records, rule: str) -> pd.Series:
    """Number of the incident of each report by ``rule``, from 0 in the order of the file.

    Index as ``records.reports``. Reports are of one incident where the rule's fields are equal and
    each is at most so many minutes after the one before, midnight or not: a chain may last longer.
    An answer that is not reported is equal only to another that is not reported, so an incident
    that one officer describes less fully falls apart; "one place", which asks nothing about the
    subject, shows how much that can matter. Fields that the file lacks tell nothing apart. A
    report without a time cannot be grouped and is an incident of its own. Refuses an unknown rule.
    """
    if rule not in INCIDENT_RULES:
        raise refusal("incident rule", f"{rule!r} is not known", INCIDENT_RULES)
    if rule not in _SAME:
        return pd.Series(np.arange(len(records)), index=records.reports.index)
    fields, most = _SAME[rule]
    key, when = _key(records.reports, fields), minutes(records.reports).to_numpy()
    order = np.lexsort((when, key))
    new = np.ones(len(order), bool)
    # a missing time is never within the minutes, so that such a report begins and ends its own
    new[1:] = (np.diff(key[order]) != 0) | ~(np.diff(when[order]) <= most)
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(new)
    return pd.Series(pd.factorize(number)[0], index=records.reports.index)


def _key(reports: pd.DataFrame, fields: tuple[str, ...]) -> np.ndarray:
    """One whole number for each combination of the fields."""
    key = np.zeros(len(reports), np.int64)
    for field in fields:
        column = reports[field]
        codes = column.cat.codes if isinstance(column.dtype, pd.CategoricalDtype) else None
        codes = pd.factorize(column)[0] if codes is None else codes.to_numpy()
        key = key * (int(codes.max(initial=0)) + 1) + codes
    return key


def range_of_incidents(records: Records) -> Findings:
    """The number of incidents by each rule, reports per incident, and reports without a time.

    Not available where no report was used, nor by a rule that asks for times where none is given.
    The design effect is that of an outcome which all reports of an incident share: the sum of
    squared sizes over the sum of sizes.
    """
    rows = [finding for rule in INCIDENT_RULES for finding in _number(records, rule)]
    if len(records):
        rows.append(_without_time(records))
    return Findings(tuple(rows))


def _without_time(records: Records) -> Finding:
    tally = Tally("reports", ~_timed(records), "no time given", breakdown="time", group="no time")
    (without,) = records.counts([tally], SUBJECT)
    return Finding("incidents/reports-without-a-time", "Reports without a time", "count",
                   **records.place, unit="report", value=without.value, counts=(without,),
                   method="counted in the records",
                   caveats=("each is an incident of its own by every rule",))  # fmt: skip


def _number(records: Records, rule: str) -> list[Finding]:
    words = _words(records)
    number = {"series_id": f"incidents/number/{slug(rule)}", "label": f"Incidents, {rule}"} | words
    if reason := _cannot(records, rule):
        return [not_available(reason, **number)]
    number["caveats"] += (NO_LOWER_BOUND,) * (rule in _SAME)
    grouped = group_reports(records, rule)
    counts = tuple(records.counts(_tallies(rule, grouped), SUBJECT))
    return [
        Finding(**number, value=counts[1].value, method=rule, counts=counts[1:2]),
        *_statistics(rule, grouped.value_counts(), counts, words),
    ]


def sizes_of_incidents(records: Records) -> Findings:
    """How many incidents have one report, two, three, four, and five or more, by each rule.

    ``method`` of a finding is the rule. A rule is left out where there are no times for it.
    """
    words, rows = _words(records), []
    words["caveats"] += (NO_TIME,)
    for rule in INCIDENT_RULES:
        if _cannot(records, rule):
            continue
        _, _, *counts = records.counts(_tallies(rule, group_reports(records, rule)), SUBJECT)
        rows += [
            Finding(f"incidents/size/{slug(rule)}/{slug(label)}", f"Incidents of {label}", **words,
                    value=count.value, method=rule, counts=(count,))
            for label, count in zip(_sizes(), counts, strict=True)
        ]  # fmt: skip
    return Findings(tuple(rows))


def _cannot(records: Records, rule: str) -> str:
    """Why no incidents can be had by ``rule``; nothing where they can."""
    if not len(records):
        return NONE_USED
    if rule not in _SAME:
        return ""
    return records.lacks("time") or ("" if _timed(records).any() else "no report gives a time")


def _timed(records: Records) -> pd.Series:
    return ~records.reports["time"].isin(["", NOT_REPORTED])


def _words(records: Records) -> dict:
    return {"kind": "count", "unit": "incident", "caveats": _caveats(records), **records.place}


def _caveats(records: Records) -> tuple[str, ...]:
    lacking = lacks(records, "district", "location", *_PERSON)
    return (A_GUESS, *((f"{lacking}, so reports that differ there fall together",)
                       if lacking else ()))  # fmt: skip


def _sizes() -> list[str]:
    return ["1 report", *(f"{size} reports" for size in range(2, LARGEST)),
            f"{LARGEST} or more reports"]  # fmt: skip


def incidents_holding(incidents: pd.Series, rule: str, chosen: pd.Series) -> dict:
    """Incidents with a report among ``chosen`` (bool, one each), as a tally takes them.

    All reports of an incident stand for it, so that parts of the incidents of one rule add up.
    """
    held = incidents[chosen].unique()
    return {"rows": incidents.isin(held), "number": len(held), "unit": f"incident by {rule}"}


def _tallies(rule: str, incidents: pd.Series) -> list[Tally]:
    given = {"breakdown": "incident rule"}
    sizes = incidents.map(incidents.value_counts()).clip(upper=LARGEST)
    every = pd.Series(True, index=incidents.index)
    grouped = f"{rule}: {INCIDENT_RULES[rule]}"
    return [
        Tally("reports", every, "every report used", group=f"{rule}: reports", **given),
        Tally("incidents", **incidents_holding(incidents, rule, every), condition=grouped,
              group=rule, **given),
        *(
            Tally("incidents", **incidents_holding(incidents, rule, sizes == size),
                  condition=f"{grouped}, of {label}", group=f"{rule}: {label}", **given)
            for size, label in enumerate(_sizes(), 1)
        ),
    ]  # fmt: skip


def _statistics(rule: str, sizes: pd.Series, counts: tuple, words: dict) -> list[Finding]:
    """Reports per incident, and the design effect of an outcome that an incident shares.

    ``counts``: reports, incidents, and incidents of each size, of which the design effect is made.
    """
    words = words | {"kind": "statistic", "form": "number:2"}
    per_incident = words | {
        "series_id": f"incidents/reports-per-incident/{slug(rule)}",
        "label": f"Reports per incident, {rule}",
        "unit": "report per incident",
    }
    effect = words | {
        "series_id": f"incidents/design-effect/{slug(rule)}",
        "label": f"Design effect of what an incident shares, {rule}",
        "unit": "",
    }
    kish = float((sizes**2).sum() / sizes.sum())
    return [
        Finding(
            **per_incident,
            value=float(sizes.mean()),
            counts=counts[:2],
            basis="{0} in {1}",
            method="one number over another",
        ),
        Finding(
            **effect, value=kish, counts=counts, method="sum of squared sizes over sum of sizes"
        ),
    ]
