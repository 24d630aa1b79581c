"""Conditions that a report of a record-level file fulfils or not, by the words of a claim."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.counts import Count
from analysis.records import Records, Tally

SUBJECT = "conditions of claims"


@dataclass(frozen=True)
class Condition:
    """Reports that give one of the ``answers`` to each field, and involve one of ``tactics``.

    ``effective`` also asks that one of these tactics was. ``among`` names the condition of the
    reports of which a share is taken.
    """

    answers: dict[str, tuple[str, ...]]
    tactics: tuple[str, ...] = ()
    effective: bool = False
    among: str = "all"

    @property
    def words(self) -> str:
        """The condition as a reader can repeat it on the file."""
        parts = [f"{field}: {' or '.join(allowed)}" for field, allowed in self.answers.items()]
        if self.tactics:
            parts.append(f"tactic: {', '.join(self.tactics)}{' (effective)' * self.effective}")
        return "; ".join(parts) or "every report"

    def within(self, other: Condition) -> bool:
        """Whether each report that fulfils it fulfils the other, and shares have one base."""
        narrower = all(
            field in self.answers and {*self.answers[field]} <= {*allowed}
            for field, allowed in other.answers.items()
        )
        same_tactics = (self.tactics, self.effective) == (other.tactics, other.effective)
        return narrower and same_tactics and self.among == other.among

    def holds(self, records: Records) -> pd.Series:
        """Which reports fulfil it."""
        found = pd.Series(True, index=records.reports.index)
        for field, allowed in self.answers.items():
            found &= records.reports[field].isin(allowed)
        if self.tactics and not self.effective:
            found &= records.involving(*self.tactics)
        elif self.tactics:
            worked = records.tactics["effective"] == "Yes"
            named = records.tactics["tactic"].isin(self.tactics)
            found &= found.index.isin(records.tactics.loc[worked & named, "row"])
        return found


def _answer(field: str, *allowed: str) -> Condition:
    return Condition({field: allowed or ("Yes",)})


_CUSTODY = "location: Custody block"
_HANDCUFFS = ("Compliant handcuffing", "Non-compliant handcuffing")
CONDITIONS = {
    "all": Condition({}),
    "in Peterborough": _answer("district", "Peterborough"),
    "in Peterborough outside custody": Condition(
        {"district": ("Peterborough",), _CUSTODY: ("No",)}
    ),
    "in custody in Peterborough": Condition({"district": ("Peterborough",), _CUSTODY: ("Yes",)}),
    "in Cambridge": _answer("district", "Cambridge"),
    "in East Cambridgeshire": _answer("district", "East Cambridgeshire"),
    "in Fenland": _answer("district", "Fenland"),
    "in Huntingdonshire": _answer("district", "Huntingdonshire"),
    "frontline patrol": _answer("main duty", "Patrol"),
    "aged under 11": _answer("age", "Under 11"),
    "aged 18-34": _answer("age", "18-34"),
    "aged 18-49": _answer("age", "18-34", "35-49"),
    "aged 65 and over": _answer("age", "65 and over"),
    "male": _answer("gender", "Male"),
    "white": _answer("ethnicity", "White"),
    "mental health condition": _answer("health condition", "Mental", "Physical and mental"),
    "officer injured": _answer("officer injured"),
    "threatened with a weapon": _answer("threatened with weapon"),
    "subject injured": _answer("subject injured"),
    "subject injured: minor": Condition(
        {"subject injured": ("Yes",), "subject injury level": ("Minor",)}
    ),
    "subject injured: severe": Condition(
        {"subject injured": ("Yes",), "subject injury level": ("Severe",)}
    ),
    "handcuffed": Condition({}, _HANDCUFFS),
    "handcuffs effective": Condition({}, _HANDCUFFS, effective=True, among="handcuffed"),
    "CED used": Condition({}, ("CED",)),
    "dog used": Condition({}, ("Dog use",)),
    "firearm used": Condition({}, ("Firearms",)),
}


def counted(records: Records, names: set[str]) -> dict[str, Count]:
    """The number of reports under each condition, and under those that shares are taken of."""
    wanted = sorted(names | {CONDITIONS[name].among for name in names})
    tallies = [
        Tally(
            "reports",
            CONDITIONS[name].holds(records),
            CONDITIONS[name].words,
            breakdown="condition",
            group=name,
        )
        for name in wanted
    ]
    return dict(zip(wanted, records.counts(tallies, SUBJECT), strict=True))


def missing(records: Records, name: str, counts: dict[str, Count]) -> str:
    """Why these records cannot say how many fulfil a condition; nothing where they can."""
    condition = CONDITIONS[name]
    none = "" if counts[condition.among].value else f"no report is {condition.among}"
    return records.lacks(*condition.answers) or none
