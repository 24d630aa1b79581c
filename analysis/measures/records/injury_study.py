"""What every measure of injuries in records is made of: selections of reports, and their shares.

A report answers whether somebody was injured and, in another box, how badly; a subject's injury is
one from the officer's force, an officer's one from the incident. Neither is ever divided by the
other (definition 18).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from analysis.counts import Count
from analysis.findings import Finding, not_available, too_few
from analysis.measures.records import clustered
from analysis.measures.records.incidents import group_reports
from analysis.records import Records, Tally
from analysis.standard.form import NOT_REPORTED, OFFICER_LEVELS, SUBJECT_LEVELS

SUBJECT = "records injuries"
FEW_REPORTS = 10
EVERY = "every report"

COUNTED_AGAIN = "one injured subject is counted once for every officer who reports it"
ONE_OFFICER = (
    "an officer who used force on two subjects makes two reports, and one injury may stand in both"
)
AS_ANSWERED = "takes those who did not answer to be as those who did"
MISSING_ONLY = "a limit for missing answers only: not for what nobody noticed or wrote down"
GUESSED = "which reports are of one incident is a guess by the rule named"
FEW = "fewer than ten reports"
NO_REPORT = "there is no such report"

OF_ALL, OF_ANSWERED, AT_MOST, BY_LEVEL = (
    "share of reports",
    "share of reports with an answer",
    "share of reports, if every answer not reported were Yes",
    "share of reports, by the level",
)


@dataclass(frozen=True)
class Side:
    """Whose injury: the boxes that ask after it, and the levels it can have."""

    name: str
    who: str
    answer: str
    level: str
    levels: tuple[str, ...]
    caveat: str


SIDES = {
    "subjects": Side("subjects", "Subject", "subject injured", "subject injury level",
                     SUBJECT_LEVELS, COUNTED_AGAIN),
    "officers": Side("officers", "Officer", "officer injured", "officer injury level",
                     OFFICER_LEVELS, ONE_OFFICER),
}  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """Some reports (bool, one for each), and which they are, in words that can be repeated."""

    words: str
    reports: pd.Series

    def __len__(self) -> int:
        return int(self.reports.sum())

    def within(self, base: Selection) -> Selection:
        """Those of these reports that are among ``base``."""
        words = self.words if base.words == EVERY else f"{base.words}; {self.words}"
        return Selection(words, self.reports & base.reports)

    def without(self, other: Selection) -> Selection:
        """These reports less ``other``."""
        return Selection(f"{self.words}; not: {other.words}", self.reports & ~other.reports)


@dataclass(frozen=True)
class Study:
    """The records, the rule by which reports are of one incident, the level of the intervals."""

    records: Records
    rule: str
    confidence: float
    _held: dict[str, Count] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def incidents(self) -> pd.Series:
        return group_reports(self.records, self.rule)

    @property
    def every(self) -> Selection:
        return Selection(EVERY, pd.Series(True, index=self.records.reports.index))

    def answered(self, field: str, answer: str = "Yes") -> Selection:
        """Reports with this answer."""
        return Selection(f"{field}: {answer}", self.records.answered(field, answer))

    def injured(self, side: Side) -> Selection:
        """By the answer."""
        return self.answered(side.answer)

    def with_level(self, side: Side) -> Selection:
        """By the level: any level that is given."""
        listed = self.records.reports[side.level].isin(side.levels)
        return Selection(f"{side.level}: {' or '.join(side.levels)}", listed)

    def counts(self, *selections: Selection) -> tuple[Count, ...]:
        """The sizes of selections as counts of reports; the same words always name the same."""
        new = {one.words: one for one in selections if one.words not in self._held}
        tallies = [Tally("reports", one.reports, words, group=words) for words, one in new.items()]
        if tallies:
            counted = self.records.counts(tallies, SUBJECT)
            self._held.update((count.group, count) for count in counted)
        for one in selections:
            if self._held[one.words].value != len(one):
                raise ValueError(f"two selections of reports are both called {one.words!r}")
        return tuple(self._held[one.words] for one in selections)

    def words(self, series: str, label: str, **more) -> dict:
        """What every finding from these records says of itself."""
        return {"series_id": f"record-injuries/{series}", "label": label, **self.records.place,
                **more}  # fmt: skip

    def number(self, series: str, label: str, selection: Selection, *caveats: str) -> Finding:
        """How many reports."""
        words = self.words(series, label, kind="count", unit="report", caveats=caveats)
        return Finding(**words, value=len(selection), method="counted in the records",
                       counts=self.counts(selection))  # fmt: skip

    def share(
        self, words: dict, event: Selection, base: Selection, *caveats: str, unit: str = OF_ALL
    ) -> Finding:
        """Reports of the event among ``base``, with an interval for reports in incidents.

        Too few to say below ``FEW_REPORTS`` reports in the base; the numbers are shown.
        """
        both = event.within(base)
        words = words | {
            "kind": "share", "unit": unit, "form": "percent:1", "basis": "{0} of {1}",
            "caveats": (*caveats, GUESSED),
        }  # fmt: skip
        if refused := self._refused(words, (both, base), base):
            return refused
        found = clustered.share(both.reports, base.reports, self.incidents, self.confidence)
        return Finding(**words, value=found.value, lower=found.lower, upper=found.upper,
                       confidence=self.confidence, method=found.method,
                       counts=self.counts(both, base))  # fmt: skip

    def at_most(
        self, words: dict, event: Selection, unknown: Selection, base: Selection
    ) -> Finding:
        """The share if every report that does not answer were of the event."""
        shown = (event.within(base), unknown.within(base), base)
        words = words | {
            "kind": "share", "unit": AT_MOST, "form": "percent:1",
            "basis": "{0} and {1} not reported, of {2}", "caveats": (MISSING_ONLY,),
        }  # fmt: skip
        if refused := self._refused(words, shown, base):
            return refused
        value = (len(shown[0]) + len(shown[1])) / len(base)
        return Finding(**words, value=value, method="missing-data limit",
                       counts=self.counts(*shown))  # fmt: skip

    def _refused(self, words: dict, shown: tuple[Selection, ...], base: Selection):
        if not len(base):
            return not_available(NO_REPORT, self.counts(*shown), **words)
        if len(base) < FEW_REPORTS:
            return too_few(FEW, self.counts(*shown), **words)
        return None

    def asked(
        self, series: str, label: str, field: str, base: Selection, *caveats: str
    ) -> list[Finding]:
        """The share answered Yes of all, and at most."""
        shared = {"kind": "share", "form": "percent:1"}
        all_, at_most = self.words(series, label), self.words(f"{series}/at-most", label)
        if reason := self.records.lacks(field):
            return [not_available(reason, **all_, unit=OF_ALL, **shared),
                    not_available(reason, **at_most, unit=AT_MOST, **shared)]  # fmt: skip
        yes, unknown = self.answered(field), self.answered(field, NOT_REPORTED)
        return [self.share(all_, yes, base, *caveats), self.at_most(at_most, yes, unknown, base)]

    def of_answered(
        self, series: str, label: str, field: str, base: Selection, *caveats: str
    ) -> Finding:
        """The share answered Yes of those with an answer."""
        words = self.words(f"{series}/of-answered", label)
        if reason := self.records.lacks(field):
            return not_available(reason, **words, kind="share", unit=OF_ANSWERED, form="percent:1")
        stated = base.without(self.answered(field, NOT_REPORTED))
        return self.share(words, self.answered(field), stated, *caveats, AS_ANSWERED,
                          unit=OF_ANSWERED)  # fmt: skip

    def levelled(self, series: str, label: str, side: Side, base: Selection) -> Finding:
        """The share with a level of injury."""
        words = self.words(f"{series}/level", label)
        if reason := self.records.lacks(side.level):
            return not_available(reason, **words, kind="share", unit=BY_LEVEL, form="percent:1")
        return self.share(words, self.with_level(side), base, side.caveat, unit=BY_LEVEL)
