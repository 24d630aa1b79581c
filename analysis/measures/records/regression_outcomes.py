"""Outcomes of the regression: which reports can tell, and in which of them it happened.

A report counts for an outcome where it belongs to the outcome's base and says enough to tell.
Each step from all reports to those is kept, so that it can be counted and shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.errors import refusal
from analysis.findings import Finding, Findings, not_available
from analysis.records import CED_NOT_STATED, Records, Tally
from analysis.standard.form import NOT_REPORTED, OUTCOMES
from analysis.standard.names import slug
from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE

SUBJECT = "records demographics"
NO_TACTIC = ("Tactics not reported", "Tactical communication")
UNIT_OF_RECORDS = "a report is one officer's use of force on one subject: not an incident or person"

# outcome: (the tactic above, its part that happened, the part not stated)
_KINDS = {
    "handcuffed not compliant": (
        "Handcuffing", "Non-compliant handcuffing", "Handcuffing not stated",
    ),
    "irritant spray used": (None, "Irritant spray used", "Irritant spray not stated"),
    "ground restraint": (None, "Ground restraint", None),
}  # fmt: skip
_ANSWERS = {"subject injured": "subject injured", "hospitalised": "outcome: Hospitalised"}


@dataclass(frozen=True)
class Step:
    """A condition that reports must meet, and which of all reports meet it and those before it."""

    condition: str
    kept: pd.Series


@dataclass(frozen=True)
class Outcome:
    """``event`` among the reports that the last of ``steps`` keeps; ``reason`` why there is none.

    ``event`` is a bool for every report of the file, to be read among the eligible ones only.
    """

    name: str
    steps: tuple[Step, ...]
    event: pd.Series
    reason: str = ""

    @property
    def eligible(self) -> pd.Series:
        return self.steps[-1].kept

    @property
    def base(self) -> str:
        return OUTCOMES[self.name][0]

    @property
    def words(self) -> str:
        return OUTCOMES[self.name][1]


def outcome_of(records: Records, name: str) -> Outcome:
    """One of ``OUTCOMES`` in the records; refuses an unknown one.

    A use of a CED, of handcuffs or of spray whose kind is not stated tells nothing about its kind
    (definition 7), and such a report leaves. A report that names no tactic at all, or tactical
    communication alone (definition 4), leaves where the outcome is a tactic.
    """
    if name not in OUTCOMES:
        raise refusal("outcome", f"{name!r} is not known", OUTCOMES)
    if name in _ANSWERS:
        conditions, event, reason = _answer(records, _ANSWERS[name])
    elif name in _KINDS:
        conditions, event, reason = _kind(records, *_KINDS[name])
    else:
        conditions, event, reason = _ced(records, name)
    return Outcome(name, tuple(_steps(records, conditions)), event, reason)


def _steps(records: Records, conditions: list[tuple[str, pd.Series]]) -> Iterator[Step]:
    kept = pd.Series(True, index=records.reports.index)
    yield Step("every report of the file", kept)
    for words, met in conditions:
        kept = kept & met
        yield Step(words, kept)


def _answer(records: Records, field: str):
    given = records.reports[field] != NOT_REPORTED
    words = f"with an answer to “{field}”"
    return [(words, given)], records.answered(field), records.lacks(field)


def _force(records: Records) -> tuple[str, pd.Series]:
    """Reports that name a use of force."""
    named = records.tactics.loc[~records.tactics["tactic"].isin(NO_TACTIC), "row"]
    rows = pd.Index(named).union(records.ced["row"])
    found = pd.Series(records.reports.index.isin(rows), index=records.reports.index)
    return "with a tactic other than communication", found


def _lacks_tactics(records: Records) -> str:
    return records.lacks("tactic 1")


def _kind(records: Records, above: str | None, kind: str, unstated: str | None):
    conditions = [_force(records)]
    happened = records.involving(kind)
    if above is not None:
        conditions.append((f"{above.lower()} among the tactics", records.involving(above)))
    if unstated is not None:
        stated = happened | ~records.involving(unstated)
        conditions.append((f"without “{unstated.lower()}” alone", stated))
    return conditions, happened, _lacks_tactics(records)


def _ced(records: Records, name: str):
    used, discharged = records.involving("CED"), records.discharged
    stated = records.involving(*CED_DISCHARGE, *CED_NON_DISCHARGE)
    conditions, event = [_force(records)], used
    if name == "Taser discharged":
        conditions.append(("in which a CED was used", used))
        event = discharged
    if name == "Taser not discharged":
        event = used & ~discharged
    if name != "Taser used":
        conditions.append((f"without “{CED_NOT_STATED}” alone", stated | ~used))
    return conditions, event, _lacks_tactics(records)


def eligibility(records: Records, outcome: Outcome) -> Findings:
    """Reports left after each step, each as a share of those of the step before."""
    tallies = [
        Tally("reports", step.kept, "; ".join(_conditions(outcome, place)),
              group=f"{outcome.name}: {step.condition}")
        for place, step in enumerate(outcome.steps, 1)
    ]  # fmt: skip
    counts = list(records.counts(tallies, SUBJECT))
    rows = []
    for place, step in enumerate(outcome.steps):
        before = counts[max(place - 1, 0)]
        words = {
            "series_id": f"regression/{slug(outcome.name)}/eligible/{slug(step.condition)}",
            "label": f"Reports {step.condition}" if place else "Reports in the file",
            "kind": "share", "unit": "share of the step before", "form": "percent:1",
            "caveats": (UNIT_OF_RECORDS,), **records.place,
        }  # fmt: skip
        if not before.value:
            rows.append(not_available("no report is left", (counts[place], before), **words))
            continue
        rows.append(
            Finding(value=counts[place].value / before.value, counts=(counts[place], before),
                    basis="{0} of {1}", method="as counted", **words)
        )  # fmt: skip
    return Findings(tuple(rows))


def _conditions(outcome: Outcome, number: int) -> list[str]:
    return [step.condition for step in outcome.steps[:number]]
