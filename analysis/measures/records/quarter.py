"""A force's records of one period: what was read, what is in them, and what is missing.

Records are officers' reports, made only where force was used: not incidents and not people
(definition 1).
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.counts import Count
from analysis.findings import Finding, Findings, not_available
from analysis.measures.records.clustered import share
from analysis.measures.records.incidents import NONE_USED
from analysis.measures.records.questions import (
    MONTH,
    TACTIC,
    fields_of,
    lacks,
    question_of,
    wholly_absent,
)
from analysis.records import Records, Tally
from analysis.sources.records import Reading
from analysis.standard.form import NOT_REPORTED, TACTIC_LABELS
from analysis.standard.names import slug
from analysis.standard.periods import parse_period
from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE, TACTICS

DISTRICT = "district"
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

COUNTED = "counted in the records"
MOST_ASIDE = 0.01  # of the rows: where more were set aside, the others may not stand for all
# Rows set aside for what they are, and not because a cell could not be read.
_TALK_ALONE = "tactical communication alone"
_NOT_ASKED = ("outside the period", _TALK_ALONE)
NO_MONTH = "no report at all: the month may be missing from the file"
ROW = "row of the file"
AS_PERCEIVED = "as perceived by the reporting officer"
SEVERAL = "several may be ticked in one report, so the groups add up to more than the reports"
NOT_TOLD_APART = "nothing ticked and nothing to tick cannot be told apart where no box was filled"
BY_REPORT = "one report may involve several tactics, so tactics add up to more than the reports"
_WITH_CAVEAT = {
    **dict.fromkeys(("age", "gender", "ethnicity", "health condition"), AS_PERCEIVED),
    **dict.fromkeys(("location", "reason", "outcome"), SEVERAL),
    "impact factor": f"{SEVERAL}; {NOT_TOLD_APART}",
    TACTIC: BY_REPORT,
}


# what was read
def what_was_read(reading: Reading) -> Findings:
    """Rows of the file, those used as reports and those set aside, and what follows for the rest.

    The verdict is a part of a sentence: whether rows were set aside, and which months have no
    report. Where more than 1 row in 100 was, the others may differ. It names no number: those are
    counts beside it, which a release may hide.
    """
    records = reading.records
    used, aside = records.reports.index, pd.Index(reading.set_aside["row"])
    rows = {"Rows read": used.union(aside), "Rows used as reports": used, "Rows set aside": aside}
    counts = records.counts(
        [Tally("reports", held, label.lower(), breakdown="reading", group=label, unit=ROW)
         for label, held in rows.items()],
        "records reading",
    )  # fmt: skip
    words = {"unit": ROW, **records.place}
    rows = [
        Finding(f"records/reading/{slug(count.group)}", count.group, "count", **words,
                value=count.value, method="counted while the file was read", counts=(count,))
        for count in counts
    ]  # fmt: skip
    read, _, aside = counts
    rows.append(
        Finding("records/reading/share-set-aside", "Share of rows set aside", "share", **words,
                form="percent:1", value=aside.value / read.value, counts=(aside, read),
                method="a part over its whole", basis="{0} of {1}")
    )  # fmt: skip
    rows.append(
        Finding("records/reading/verdict", "What the rows set aside mean", "verdict",
                unit="", **records.place, outcome=_verdict(reading), counts=(aside, read),
                method="one row in a hundred set aside")
    )  # fmt: skip
    return Findings(tuple(rows))


def _verdict(reading: Reading) -> str:
    number, empty = len(reading.set_aside), _months_without(reading.records)
    said = "some were set aside" if number else "none was set aside"
    if not len(reading.records):
        return f"{said}, and nothing is left to count"
    if number > MOST_ASIDE * reading.rows:
        said += ", and what follows describes the others alone"
    if not empty:
        return said
    return f"{said}; there is no report of {', '.join(empty)}, which may be missing from the file"


def _months_without(records: Records) -> list[str]:
    return [name for name, events in groups(records, MONTH).items() if not events.any()]


def _columns(reading: Reading) -> dict[str, pd.Index]:
    """Columns, or reasons that are of no column, and the rows set aside for each; by name.

    An order by size would say which of two numbers is the larger where a release hides both.
    """
    aside, found = reading.set_aside, {}
    for row, column, reason in zip(aside["row"], aside["column"], aside["reason"], strict=True):
        alone = reason.startswith(_TALK_ALONE)
        found.setdefault(reason.partition(" (")[0] if alone else column or reason, []).append(row)
    return {name: pd.Index(found[name]) for name in sorted(found)}


def set_aside_by_column(reading: Reading) -> Findings:
    """Rows set aside by the column of their first fault, by name; they add up to all of them."""
    records, columns = reading.records, _columns(reading)
    if not columns:
        return Findings(())
    counts = records.counts(
        [Tally("reports", rows, f"set aside for {name}", breakdown="column", group=name, unit=ROW)
         for name, rows in columns.items()],
        "records set aside",
    )  # fmt: skip
    return Findings(
        tuple(
            Finding(f"records/set-aside/{slug(count.group)}", count.group, "count",
                    unit=ROW, **records.place, value=count.value, counts=(count,))
            for count in counts
        )
    )  # fmt: skip


def lost_questions(reading: Reading) -> dict[str, str]:
    """Questions of which too much was set aside to say anything, and why.

    Those for which more than 1 row in 100 was set aside: a group may be among them as a whole, as
    where its label is not of the form. Rows outside the period, and of tactical communication
    alone, are not missed.
    """
    faults = reading.remarks[reading.remarks["action"] == "set aside"]
    faults = faults[~faults["reason"].str.startswith(_NOT_ASKED)]
    faults = faults.assign(question=faults["column"].map(question_of))
    used, gone = len(reading.records), faults.groupby("question")["row"].nunique()
    return {
        question: f"more than one row in a hundred was set aside for its {question}"
        for question, number in gone.items()
        if question and number > MOST_ASIDE * (used + number)
    }


def what_was_changed(reading: Reading) -> Findings:
    """How many cells were set aside, repaired, spelled otherwise or labelled, and why.

    Each rests on its rows, where every one of them is remarked on by itself.
    """
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
                    value=int(same["number"].sum()), method="counted while the file was read",
                    counts=_remarked(records, action, reason, same))
        )  # fmt: skip
    return Findings(tuple(rows))


def _remarked(
    records: Records, action: str, reason: str, same: pd.DataFrame
) -> tuple[Count | str, ...]:
    """The rows of one remark; of one that names the first of several rows, all that were read."""
    if (same["number"] > 1).any():
        return (f"{slug(records.source)}/records-reading/*",)
    tally = Tally("reports", pd.Index(same["row"].unique()), f"{action}: {reason}",
                  breakdown="remark", group=f"{action}: {reason}", unit=ROW)  # fmt: skip
    return tuple(records.counts([tally], "records remarks"))


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
    every = tuple(records.counts([_every(records)], "records can be had"))
    lacking = records.lacks_tactics()
    rows = [_can(records, "tactics", lacking, every)]
    for asked, questions in _ASKED.items():
        lacking = lacks(records, *questions)
        none = all(wholly_absent(records, question) for question in questions)
        rows.append(_can(records, asked, lacking, every, none=none))
    return Findings(tuple(rows))


def _can(
    records: Records, asked: str, lacking: str, every: tuple[Count, ...], *, none: bool = False
) -> Finding:
    words = {
        "series_id": f"records/can-be-had/{slug(asked)}", "label": asked, "kind": "verdict",
        "unit": "", **records.place,
    }  # fmt: skip
    if none:
        return not_available(lacking, every, **words)
    return Finding(**words, outcome=f"in part: {lacking}" if lacking else "yes", counts=every,
                   method="the columns of the file")  # fmt: skip


# what is in it
def groups(records: Records, by: str) -> dict[str, pd.Series]:
    """Which reports are in each group of ``by``: a True or False for each report.

    ``by`` is "month", "district", "tactic", a question with one answer or one of several boxes.
    Boxes for which the file has no column are left out. "Not reported" comes last: an empty answer,
    or a question none of whose boxes was filled. Months are all of the period.
    """
    if by == TACTIC:
        return _by_tactic(records)
    if by in BOXES:
        fields = [one for one in fields_of(records, by) if one not in records.absent]
        filled = {one.partition(": ")[2]: records.answered(one) for one in fields}
        return filled | {NOT_REPORTED: (records.reports[fields] == NOT_REPORTED).all(axis=1)}
    if by == MONTH:
        return _by_month(records)
    column = records.reports[by]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return {one: column == one for one in column.cat.categories}
    text = column.replace("", NOT_REPORTED)
    return {one: text == one for one in [*sorted({*text} - {NOT_REPORTED}), NOT_REPORTED]}


def _by_month(records: Records) -> dict[str, pd.Series]:
    """Every month of the period, those without a report too."""
    period = parse_period(records.period)
    months = (divmod(period.first[0] * 12 + period.first[1] - 1 + one, 12)
              for one in range(period.months))  # fmt: skip
    held = records.reports["date"].str[:7]
    return {
        f"{month_name[month + 1]} {year}": held == f"{year}-{month + 1:02}"
        for year, month in months
    }


def _by_tactic(records: Records) -> dict[str, pd.Series]:
    named = {tactic: records.involving(tactic) for tactic in _OF_FORM}
    rows = {*records.tactics["row"], *records.ced["row"]}
    none = pd.Series(~records.reports.index.isin(rows), index=records.reports.index)
    return named | {"Tactics not reported": none}


def reports_by(
    records: Records, by: str, incidents: pd.Series, confidence: float, lost: Mapping[str, str]
) -> Findings:
    """Reports in each group of ``by`` as a share of all, with limits by incident.

    ``incidents``: the number of the incident of each report. Not available where the file has no
    column for ``by``, or it is among the questions ``lost``.
    """
    lacking = _lacking(records, by) or lost.get(by, "")
    words = {"kind": "share", "unit": "report", "form": "percent:1", **records.place}
    if lacking or not len(records):
        whole = {"series_id": f"records/by-{slug(by)}", "label": by[0].upper() + by[1:]}
        return Findings((not_available(lacking or NONE_USED, **whole, **words),))
    named = groups(records, by)
    base, *counts = _counts(records, by, named)
    every = pd.Series(True, index=records.reports.index)
    return Findings(
        tuple(
            Finding(f"records/by-{slug(by)}/{slug(name)}", name, **words,
                    caveats=_caveats(records, by, events), counts=(count, base), basis="{0} of {1}",
                    **_limits(events, every, incidents, confidence))
            for (name, events), count in zip(named.items(), counts, strict=True)
        )
    )  # fmt: skip


def _caveats(records: Records, by: str, events: pd.Series) -> tuple[str, ...]:
    no_month = NO_MONTH if by == MONTH and not events.any() else ""
    unseen = records.lacks_tactics() if by == TACTIC else ""
    return tuple(filter(None, (_WITH_CAVEAT.get(by, ""), no_month, unseen)))


def _lacking(records: Records, by: str) -> str:
    derived = by in (MONTH, TACTIC)
    return "" if derived or not wholly_absent(records, by) else lacks(records, by)


def _counts(records: Records, by: str, named: dict[str, pd.Series]) -> Iterator[Count]:
    """All reports used, then those of each group."""
    tallies = [_every(records)]
    for name, events in named.items():
        if by == TACTIC:
            tallies.append(Tally("reports involving tactic", events, f"involves {name}", name))
        else:
            tallies.append(Tally("reports", events, f"{by}: {name}", breakdown=by, group=name))
    return iter(records.counts(tallies, f"records by {by}"))


def _every(records: Records) -> Tally:
    return Tally("reports", records.reports.index, "every report used")


def _limits(events: pd.Series, base: pd.Series, incidents: pd.Series, confidence: float) -> dict:
    found = share(events, base, incidents, confidence)
    return {"value": found.value, "lower": found.lower, "upper": found.upper,
            "method": found.method, "confidence": confidence}  # fmt: skip


def tactics_and_reports(records: Records, lost: Mapping[str, str]) -> Findings:
    """Tactics, each once for each report, against reports: why the two totals differ.

    All uses of a CED in a report are one tactic here (definition 6); tactical communication is in
    no total (definition 4). Where tactics are ``lost``, or the file lacks columns for them, the
    caveats say so. Not available where no report was used.
    """
    per_report = {"series_id": "records/tactics/per-report", "kind": "statistic",
                  "label": "Tactics per report", "unit": "tactic per report", "form": "number:2",
                  **records.place}  # fmt: skip
    if not len(records):
        return Findings((not_available(NONE_USED, **per_report),))
    ced = records.ced_uses.assign(tactic="CED")[["row", "tactic"]]
    others = records.tactics[~records.tactics["tactic"].isin([*records.ced_uses["use"], _TALK])]
    once = pd.concat([others[["row", "tactic"]], ced]).drop_duplicates()
    tallies = [
        Tally("tactic uses", pd.Index(once["row"].unique()), "each tactic once for each report",
              "All tactics", number=len(once), unit="tactic in a report"),
        _every(records),
        Tally("reports involving tactic", records.involving(_TALK), f"involves {_TALK}", _TALK),
    ]  # fmt: skip
    uses, reports, beside = records.counts(tallies, "records tactics in all")
    unseen = filter(None, (records.lacks_tactics(), lost.get(TACTIC, "")))
    words = {**records.place, "caveats": (BY_REPORT, *unseen)}
    rows = [
        Finding("records/tactics/in-all", "Tactics, each once a report", "count", **words,
                unit="tactic", value=uses.value, counts=(uses,), method=COUNTED),
        Finding("records/tactics/reports", "Reports", "count", **words, unit="report",
                value=reports.value, counts=(reports,), method=COUNTED),
        Finding("records/tactics/communication", "Reports that name tactical communication too",
                "count", **words, unit="report", value=beside.value, counts=(beside,),
                method=COUNTED),
        Finding(**(words | per_report), value=len(once) / len(records), counts=(uses, reports),
                method="one number over another", basis="{0} in {1}"),
    ]  # fmt: skip
    return Findings(tuple(rows))


# what is missing
def not_reported(
    records: Records, incidents: pd.Series, confidence: float, lost: Mapping[str, str]
) -> Findings:
    """The share of reports that leave each question unanswered.

    Not available where the file has no column for it, or it is among the questions ``lost``.
    """
    asked = ("time", DISTRICT, *ONE_ANSWER, *BOXES, *_YES_NO)
    unknown = {name: _unanswered(records, name) for name in asked}
    tallies = [_every(records)] + [
        Tally("reports", one, f"{name}: not reported", breakdown="question", group=name)
        for name, one in unknown.items()
    ]
    base, *counts = records.counts(tallies, "records not reported")
    every = pd.Series(True, index=records.reports.index)
    rows = []
    for (name, events), count in zip(unknown.items(), counts, strict=True):
        words = {"series_id": f"records/not-reported/{slug(name)}", "kind": "share",
                 "label": name[0].upper() + name[1:], "unit": "report", "form": "percent:1",
                 **records.place}  # fmt: skip
        missing = _lacking(records, name) or lost.get(name, "")
        if reason := missing or ("" if len(records) else NONE_USED):
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
