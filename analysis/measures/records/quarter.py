"""A force's records of one period: what was read, what is in them, and what is missing.

Records are officers' reports, made only where force was used: not incidents and not people
(definition 1).
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterator

import pandas as pd

from analysis.counts import Count
from analysis.findings import Finding, Findings, not_available
from analysis.measures.records.clustered import share
from analysis.measures.records.questions import fields_of, lacks, wholly_absent
from analysis.records import Records, Tally
from analysis.sources.records import Reading
from analysis.standard.form import NOT_REPORTED, TACTIC_LABELS
from analysis.standard.names import slug
from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE, TACTICS

MONTH, DISTRICT, TACTIC = "month", "district", "tactic"
ONE_ANSWER = ("age", "gender", "ethnicity", "health condition", "conduct", "main duty")
BOXES = ("location", "reason", "impact factor", "outcome")  # several may be ticked (definition 5)
_YES_NO = ("subject injured", "officer injured", "CED carried", "assaulted by subject")
_TALK = "Tactical communication"  # in no total (definition 4)
_CED = (*CED_NON_DISCHARGE, *CED_DISCHARGE)
# tactics of the form, CEDs as one: which use was the highest is the Taser chapter's
_OF_FORM = tuple(
    tactic for tactic in TACTICS
    if tactic == "CED" or tactic in {*TACTIC_LABELS.values()} - {*_CED, _TALK}
)  # fmt: skip

NONE_USED = "no report was used"
AS_PERCEIVED = "as perceived by the reporting officer"
SEVERAL = "several may be ticked in one report, so the groups add up to more than the reports"
NOT_TOLD_APART = "nothing ticked and nothing to tick cannot be told apart where no box was filled"
BY_REPORT = (
    "a tactic is counted once for each report that involves it; one report may involve several, so "
    "tactics add up to more than reports, and the number of all tactics is not one of reports"
)
_WITH_CAVEAT = {
    **dict.fromkeys(("age", "gender", "ethnicity", "health condition"), AS_PERCEIVED),
    **dict.fromkeys(("location", "reason", "outcome"), SEVERAL),
    "impact factor": f"{SEVERAL}; {NOT_TOLD_APART}",
    TACTIC: BY_REPORT,
}


# what was read
def what_was_read(reading: Reading) -> Findings:
    """Rows of the file, those used as reports and those set aside, and the share set aside."""
    records, used = reading.records, len(reading.records)
    numbers = {"Rows read": reading.rows, "Rows used as reports": used,
               "Rows set aside": len(reading.set_aside)}  # fmt: skip
    counts = records.counts(
        [Tally("reports", number, label.lower(), breakdown="reading", group=label)
         for label, number in numbers.items()],
        "records reading",
    )  # fmt: skip
    words = {"unit": "row of the file", **records.place}
    rows = [
        Finding(f"records/reading/{slug(count.group)}", count.group, "count", **words,
                value=count.value, counts=(count,))
        for count in counts
    ]  # fmt: skip
    read, _, aside = counts
    rows.append(
        Finding("records/reading/share-set-aside", "Share of rows set aside", "share", **words,
                form="percent:1", value=aside.value / read.value, counts=(aside, read),
                basis="{0} of {1}")
    )  # fmt: skip
    return Findings(tuple(rows))


def what_was_changed(reading: Reading) -> Findings:
    """How many cells were set aside, repaired, spelled otherwise or labelled, and why."""
    records, remarks = reading.records, reading.remarks
    # a reason may name the values that are allowed, and another row: neither makes it another
    reason = remarks["reason"].astype(str).str.split("; allowed:", n=1).str[0]
    remarks = remarks.assign(reason=reason.str.replace(r"\brow \d+", "another row", regex=True))
    rows = []
    for (action, reason), same in remarks.groupby(["action", "reason"]):
        columns = [column for column in same["column"].unique() if column]
        where = columns[0] if len(columns) == 1 else f"{len(columns)} columns" if columns else ""
        rows.append(
            Finding(f"records/remarks/{slug(action)}/{slug(reason)}",
                    ": ".join(filter(None, (action.capitalize(), where, reason))), "count",
                    **records.place, unit="cell or row of the file",
                    value=int(same["number"].sum()),
                    counts=(f"{slug(records.source)}/records-reading/*",))
        )  # fmt: skip
    return Findings(tuple(rows))


# what it is asked: the fields that it needs
_ASKED = {
    "incidents by time and place": ("time", "district", "location"),
    "reports by district": ("district",),
    "reports by kind of place": ("location",),
    "reasons for force": ("reason",),
    "impact factors": ("impact factor",),
    "outcomes": ("outcome",),
    "the subject as perceived": ("age", "gender", "ethnicity", "health condition"),
    "the subject's resistance": ("conduct",),
    "carriage of a Taser": ("CED trained", "CED carried"),
    "injuries of subjects": ("subject injured", "subject injury level"),
    "injuries of officers": ("officer injured", "officer injury level"),
    "medical aid": ("subject aid offered", "subject aid given", "officer aid given"),
    "assaults on officers": ("assaulted by subject", "threatened with weapon",
                             "assaulted with weapon"),
}  # fmt: skip


def can_be_had(records: Records) -> Findings:
    """What the file's columns allow: wholly, in part, or not at all, and which are missing."""
    return Findings(tuple(_can(records, asked, names) for asked, names in _ASKED.items()))


def _can(records: Records, asked: str, questions: tuple[str, ...]) -> Finding:
    words = {
        "series_id": f"records/can-be-had/{slug(asked)}", "label": asked, "kind": "verdict",
        "unit": "", **records.place,
    }  # fmt: skip
    lacking = lacks(records, *questions)
    if all(wholly_absent(records, question) for question in questions):
        return not_available(lacking, **words)
    return Finding(**words, outcome=f"in part: {lacking}" if lacking else "yes")


# what is in it
def groups(records: Records, by: str) -> dict[str, pd.Series]:
    """Which reports are in each group of ``by``: a True or False for each report.

    ``by`` is "month", "district", "tactic", a question with one answer or one of several boxes.
    Boxes for which the file has no column are left out. "Not reported" comes last: an empty answer,
    or a question none of whose boxes was filled.
    """
    if by == TACTIC:
        return _by_tactic(records)
    if by in BOXES:
        fields = [one for one in fields_of(records, by) if one not in records.absent]
        filled = {one.partition(": ")[2]: records.answered(one) for one in fields}
        return filled | {NOT_REPORTED: (records.reports[fields] == NOT_REPORTED).all(axis=1)}
    column = records.reports["date"].str[:7] if by == MONTH else records.reports[by]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return {one: column == one for one in column.cat.categories}
    text = column.replace("", NOT_REPORTED)
    found = sorted({*text} - {NOT_REPORTED}) + [NOT_REPORTED] * (by != MONTH)
    return {_month(one) if by == MONTH else one: text == one for one in found}


def _month(text: str) -> str:
    year, month = text.split("-")
    return f"{month_name[int(month)]} {year}"


def _by_tactic(records: Records) -> dict[str, pd.Series]:
    named = {tactic: records.involving(tactic) for tactic in _OF_FORM}
    rows = {*records.tactics["row"], *records.ced["row"]}
    none = pd.Series(~records.reports.index.isin(rows), index=records.reports.index)
    return named | {"Tactics not reported": none}


def reports_by(records: Records, by: str, incidents: pd.Series, confidence: float) -> Findings:
    """Reports in each group of ``by`` as a share of all, with limits by incident.

    ``incidents``: the number of the incident of each report. Not available where the file has no
    column for ``by``.
    """
    lacking = _lacking(records, by)
    words = {"kind": "share", "unit": "report", "form": "percent:1", **records.place}
    if lacking or not len(records):
        whole = {"series_id": f"records/by-{slug(by)}", "label": by[0].upper() + by[1:]}
        return Findings((not_available(lacking or NONE_USED, **whole, **words),))
    caveats = (_WITH_CAVEAT[by],) if by in _WITH_CAVEAT else ()
    named = groups(records, by)
    base, *counts = _counts(records, by, named)
    every = pd.Series(True, index=records.reports.index)
    return Findings(
        tuple(
            Finding(f"records/by-{slug(by)}/{slug(name)}", name, **words, caveats=caveats,
                    counts=(count, base), basis="{0} of {1}",
                    **_limits(events, every, incidents, confidence))
            for (name, events), count in zip(named.items(), counts, strict=True)
        )
    )  # fmt: skip


def _lacking(records: Records, by: str) -> str:
    derived = by in (MONTH, TACTIC)
    return "" if derived or not wholly_absent(records, by) else lacks(records, by)


def _counts(records: Records, by: str, named: dict[str, pd.Series]) -> Iterator[Count]:
    """All reports used, then those of each group."""
    tallies = [Tally("reports", len(records), "every report used")]
    for name, events in named.items():
        number = int(events.sum())
        if by == TACTIC:
            tallies.append(Tally("reports involving tactic", number, f"involves {name}", name))
        else:
            tallies.append(Tally("reports", number, f"{by}: {name}", breakdown=by, group=name))
    return iter(records.counts(tallies, f"records by {by}"))


def _limits(events: pd.Series, base: pd.Series, incidents: pd.Series, confidence: float) -> dict:
    found = share(events, base, incidents, confidence)
    return {"value": found.value, "lower": found.lower, "upper": found.upper,
            "method": found.method, "confidence": confidence}  # fmt: skip


def tactics_and_reports(records: Records) -> Findings:
    """Tactics, each once for each report, against reports: why the two totals differ.

    All uses of a CED in a report are one tactic here (definition 6); tactical communication is in
    no total (definition 4).
    """
    ced = records.ced_uses.assign(tactic="CED")[["row", "tactic"]]
    others = records.tactics[~records.tactics["tactic"].isin([*records.ced_uses["use"], _TALK])]
    once = pd.concat([others[["row", "tactic"]], ced]).drop_duplicates()
    talk = records.tactics.loc[records.tactics["tactic"] == _TALK, "row"].nunique()
    tallies = [
        Tally("tactic uses", len(once), "each tactic once for each report", "All tactics"),
        Tally("reports", len(records), "every report used"),
        Tally("reports involving tactic", talk, f"involves {_TALK}", _TALK),
    ]
    uses, reports, beside = records.counts(tallies, "records tactics in all")
    words = {**records.place, "caveats": (BY_REPORT,)}
    rows = [
        Finding("records/tactics/in-all", "Tactics, each once a report", "count", **words,
                unit="tactic", value=uses.value, counts=(uses,)),
        Finding("records/tactics/reports", "Reports", "count", **words, unit="report",
                value=reports.value, counts=(reports,)),
        Finding("records/tactics/communication", "Reports that name tactical communication too",
                "count", **words, unit="report", value=beside.value, counts=(beside,)),
    ]  # fmt: skip
    per_report = words | {"series_id": "records/tactics/per-report", "kind": "statistic",
                          "label": "Tactics per report", "unit": "tactic per report",
                          "form": "number:2"}  # fmt: skip
    rows.append(
        Finding(**per_report, value=len(once) / len(records), counts=(uses, reports),
                basis="{0} in {1}")
        if len(records) else not_available(NONE_USED, **per_report)
    )  # fmt: skip
    return Findings(tuple(rows))


# what is missing
def not_reported(records: Records, incidents: pd.Series, confidence: float) -> Findings:
    """The share of reports that leave each question unanswered."""
    asked = ("time", DISTRICT, *ONE_ANSWER, *BOXES, *_YES_NO)
    unknown = {name: _unanswered(records, name) for name in asked}
    tallies = [Tally("reports", len(records), "every report used")] + [
        Tally("reports", int(one.sum()), f"{name}: not reported", breakdown="question", group=name)
        for name, one in unknown.items()
    ]
    base, *counts = records.counts(tallies, "records not reported")
    every = pd.Series(True, index=records.reports.index)
    rows = []
    for (name, events), count in zip(unknown.items(), counts, strict=True):
        words = {"series_id": f"records/not-reported/{slug(name)}", "kind": "share",
                 "label": name[0].upper() + name[1:], "unit": "report", "form": "percent:1",
                 **records.place}  # fmt: skip
        if reason := _lacking(records, name) or ("" if len(records) else NONE_USED):
            rows.append(not_available(reason, **words))
            continue
        rows.append(
            Finding(**words, counts=(count, base), basis="{0} of {1}",
                    caveats=(NOT_TOLD_APART,) if name == "impact factor" else (),
                    **_limits(events, every, incidents, confidence))
        )  # fmt: skip
    return Findings(tuple(rows))


def _unanswered(records: Records, name: str) -> pd.Series:
    return records.reports[fields_of(records, name)].isin([NOT_REPORTED, ""]).all(axis=1)
