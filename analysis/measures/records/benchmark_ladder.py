"""One outcome among records, group against group, on every benchmark at hand.

Per resident, per arrest or search, per report of force, within a stage, and adjusted: each rung
answers another question, and none alone shows or rules out unequal treatment (definition 12).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from analysis.counts import Count, Counts
from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.disparity import ENCOUNTERS, MISSING_ONLY, ONE_RUNG
from analysis.measures.groups import grouped
from analysis.measures.intervals import EXACT_BELOW, INDEPENDENT
from analysis.measures.ratios import ratio_of_rates
from analysis.measures.records.clustered import ratio_of_shares
from analysis.measures.records.regression import PERCEIVED, SELECTED, Specification, Study
from analysis.measures.records.regression_factors import UNKNOWN
from analysis.measures.records.regression_outcomes import SUBJECT, UNIT_OF_RECORDS
from analysis.measures.records.specifications import ALLOCATION
from analysis.models.sensitivity import missing_data_limits
from analysis.records import Tally
from analysis.standard.forces import without_resident_base
from analysis.standard.form import OUTCOMES
from analysis.standard.names import slug

STAGE = "Taser discharged"  # given that it was used
USES = ("Taser used", "Taser not discharged")  # outcomes that have that stage below them
FEW = "fewer than ten reports with the outcome in one of the two groups"
NO_BASE, NOT_GIVEN = "a denominator is nought", "no file of {} was given for this audit"
NO_ROW = "the file of {} has no figures for this area, this period and both groups"
NOT_STANDARDISED = "not standardised for age or sex, in which the groups differ"
ODDS = "a ratio of odds, which for a common outcome is further from one than that of shares"
BASIS = "{0} of {1} against {2} of {3}"


@dataclass(frozen=True)
class Against:
    """What records are held against: residents by census, arrests and searches (or none)."""

    censuses: dict[str, Counts]
    arrests: Counts
    searches: Counts


@dataclass(frozen=True)
class Ladder:
    """The rungs for one outcome: ``group`` against the study's reference."""

    study: Study
    outcome: str
    group: str
    against: Against

    @property
    def pair(self) -> tuple[str, str]:
        return self.group, self.study.reference

    def words(self, name: str, label: str, unit: str, *caveats: str) -> dict:
        pair = "-to-".join(map(slug, self.pair))
        return {
            "series_id": f"record-ladder/{slug(self.outcome)}/{pair}/{name}",
            "label": label, "kind": "ratio", "unit": unit, "form": "number:2",
            "caveats": (UNIT_OF_RECORDS, ONE_RUNG, PERCEIVED, *caveats),
            **self.study.records.place,
        }  # fmt: skip

    def reports(self, name: str, group: str) -> tuple[pd.Series, pd.Series]:
        """Reports on a group that can tell of an outcome, and those of them that have it."""
        outcome = self.study.outcome(name)
        base = outcome.eligible & (self.study.factors["ethnicity"] == group)
        return base & outcome.event, base

    def counts(self, name: str, group: str) -> tuple[Count, Count]:
        """The numbers of both."""
        outcome = self.study.outcome(name)
        kept = "; ".join(step.condition for step in outcome.steps)
        of = f"{kept}; ethnic group {group}"
        events, base = self.reports(name, group)
        given = {"breakdown": "outcome by ethnic group"}
        tallies = [
            Tally("reports", events, f"{of}; {outcome.words}", group=f"{group}, {name}", **given),
            Tally("reports", base, of, group=f"{group}, can tell of {name}", **given),
        ]
        return tuple(self.study.records.counts(tallies, SUBJECT))

    @cached_property
    def events(self) -> tuple[Count, Count]:
        return tuple(self.counts(self.outcome, group)[0] for group in self.pair)

    def rungs(self) -> Findings:
        """Every rung with its interval, from residents to the adjusted odds."""
        return Findings((*self.per_resident(), *self.per_encounter(), self.per_report(),
                         *self.within_stage(), self.adjusted()))  # fmt: skip

    # against what happened outside the records
    def per_resident(self) -> list[Finding]:
        """Crude ratios of reports per resident of each group, by census."""
        rows = []
        for census, people in self.against.censuses.items():
            words = self.words(f"census-{census}", f"Per resident, Census {census}",
                               "ratio of reports per resident", NOT_STANDARDISED,
                               INDEPENDENT)  # fmt: skip
            if reason := without_resident_base().get(self.study.records.area):
                rows.append(not_available(reason, **words))
            else:
                rows.append(self.over(words, self.residents(people)))
        return rows

    def residents(self, people: Counts) -> list:
        found = grouped(people)
        return [found.of(self.study.records.area, group) for group in self.pair]

    def per_encounter(self) -> list[Finding]:
        """Per arrest, and per stop and search, where a file of them was given."""
        rows, records = [], self.study.records
        for one, many, given in (("arrest", "arrests", self.against.arrests),
                                 ("stop and search", "stop and searches",
                                  self.against.searches)):  # fmt: skip
            words = self.words(f"per-{slug(one)}", f"Per {one}", f"ratio of reports per {one}",
                               ENCOUNTERS, INDEPENDENT)  # fmt: skip
            held = given.where(period=records.period, area=records.area)
            tallies = grouped(held).tallies if len(held) else {}
            base = [tallies.get((records.area, group)) for group in self.pair]
            if None in base:
                reason = (NO_ROW if len(given) else NOT_GIVEN).format(many)
                rows.append(not_available(reason, **words))
            else:
                rows.append(self.over(words, base))
        return rows

    def over(self, words: dict, base: list) -> Finding:
        """A ratio of reports with the outcome over a base that is not made of reports."""
        counts = tuple(one for event, tally in zip(self.events, base, strict=True)
                       for one in (event, *tally.counts))  # fmt: skip
        halves = [f"{{}} per {tally.words}" for tally in base]
        words |= {"basis": " against ".join(halves)}
        if reason := self.study.refusal(self.outcome):
            return not_available(reason, **words)
        if reason := next((tally.reason for tally in base if not tally.available), ""):
            return not_available(reason, counts, **words)
        if min(event.value for event in self.events) < EXACT_BELOW:
            return too_few(FEW, counts, **words)
        if not all(tally.value for tally in base):
            return not_available(NO_BASE, counts, **words)
        numbers = (number for event, tally in zip(self.events, base, strict=True)
                   for number in (int(event.value), tally.value))  # fmt: skip
        found = ratio_of_rates(*numbers, self.study.confidence)
        return self._found(found, words, counts)

    # among the records
    def per_report(self) -> Finding:
        """The outcome per report that can tell of it."""
        of = OUTCOMES[self.outcome][0].replace("reports", "report", 1)
        words = self.words("per-report", f"Per {of}", "ratio of shares of reports", SELECTED)
        return self.among(self.outcome, words)

    def within_stage(self) -> list[Finding]:
        """A CED discharged given that one was used; nothing where the outcome is no use of a CED,
        or that itself.
        """
        if self.outcome not in USES:
            return []
        label = "Discharged, per report in which a CED was used"
        words = self.words("discharged-given-used", label, "ratio of shares of reports", SELECTED)
        return [self.among(STAGE, words)]

    def among(self, name: str, words: dict) -> Finding:
        """A ratio of shares of reports, its interval by incident."""
        words |= {"basis": BASIS}
        if reason := self.study.refusal(name):
            return not_available(reason, **words)
        counts = tuple(one for group in self.pair for one in self.counts(name, group))
        if min(counts[0].value, counts[2].value) < EXACT_BELOW:
            return too_few(FEW, counts, **words)
        own, other = (self.reports(name, group)[1] for group in self.pair)
        event, incidents = self.study.outcome(name).event, self.study.incidents[self.study.rule]
        found = ratio_of_shares(event, own, other, incidents, self.study.confidence)
        return self._found(found, words, counts)

    def adjusted(self) -> Finding:
        """The adjusted odds ratio of the main fit."""
        words = self.words("adjusted", "Adjusted, per report (odds, not shares)", "odds ratio")
        made = self.study.estimate(self.outcome, self.group)
        found = self.study.finding(made, words["series_id"], words["label"])
        return _with(found, ONE_RUNG, ODDS)

    def _found(self, ratio, words: dict, counts: tuple) -> Finding:
        return Finding(**words, value=ratio.value, lower=ratio.lower, upper=ratio.upper,
                       confidence=self.study.confidence, method=ratio.method,
                       counts=counts)  # fmt: skip

    # what is not known
    def limits(self) -> Findings:
        """The rungs if all reports of a group not known were of one group, and if of the other.

        Of reports per resident these are limits, since the residents stay. Shares and odds have
        the reports themselves for their base: there they are two allocations among many, and the
        limits of the shares are ``lowest`` and ``highest``.
        """
        rows = []
        for place, group in enumerate(self.pair):
            into, end = f"all not known taken as {group}", ("group", "reference")[place]
            for census, people in self.against.censuses.items():
                words = self.words(f"census-{census}/all-not-known-to-{end}",
                                   f"Per resident, Census {census}, {into}",
                                   "ratio of reports per resident", MISSING_ONLY)  # fmt: skip
                rows.append(self.limit_per_resident(words, place, people))
            words = self.words(f"per-report/all-not-known-to-{end}", f"Per report, {into}",
                               "ratio of shares of reports", ALLOCATION)  # fmt: skip
            rows.append(self.allocated(words, place))
            rows.append(self.adjusted_allocated(end, into))
        return Findings((*rows, self.worst("lowest"), self.worst("highest")))

    def limit_per_resident(self, words: dict, place: int, people: Counts) -> Finding:
        if reason := without_resident_base().get(self.study.records.area):
            return not_available(reason, **words)
        residents = [list(tally.counts) for tally in self.residents(people)]
        return self.allocated(words, place, residents)

    def allocated(self, words: dict, place: int, residents: list | None = None) -> Finding:
        """A ratio with those not known added to the group at ``place``; no interval, since chance
        is not what it shows. Shares of reports, or reports per resident where those are given.
        """
        if reason := self.study.refusal(self.outcome):
            return not_available(reason, **words)
        known = [self.counts(self.outcome, group) for group in self.pair]
        unknown = self.counts(self.outcome, UNKNOWN)
        events, base = ([[one[part]] for one in known] for part in (0, 1))
        base = residents or base
        events[place].append(unknown[0])
        if residents is None:
            base[place].append(unknown[1])
        counts = [*events[0], *base[0], *events[1], *base[1]]
        over = "per" if residents else "of"
        halves = (f"{_plus(own)} {over} {_plus(of)}" for own, of in zip(events, base, strict=True))
        method = "missing-data limit" if residents else "one of two allocations"
        words |= {"basis": " against ".join(halves), "method": method}
        if min(one[0].value for one in known) < EXACT_BELOW:
            return too_few(FEW, counts, **words)
        own, other = (_sum(top) / _sum(of) for top, of in zip(events, base, strict=True))
        return Finding(value=own / other, counts=tuple(counts), **words)

    def worst(self, end: str) -> Finding:
        """The ratio per report beyond which no way of allocating those not known can take it."""
        name, label = f"per-report/{end}", f"Per report, {end} limit however those not known fall"
        words = self.words(name, label, "ratio of shares of reports", MISSING_ONLY)
        if reason := self.study.refusal(self.outcome):
            return not_available(reason, **words)
        counts = [self.counts(self.outcome, group) for group in (*self.pair, UNKNOWN)]
        rests_on = tuple(one for pair in counts for one in pair)
        words |= {"basis": f"{BASIS}, not known {{4}} of {{5}}", "method": "missing-data limit"}
        numbers = [tuple(int(one.value) for one in pair) for pair in counts]
        if min(numbers[0][0], numbers[1][0]) < EXACT_BELOW:
            return too_few(FEW, rests_on, **words)
        value = getattr(missing_data_limits(*numbers), end)
        return Finding(value=value, counts=rests_on, **words)

    def adjusted_allocated(self, end: str, into: str) -> Finding:
        """The main fit with those not known taken as of one group; with the interval of that fit"""
        main = self.study.main(self.outcome)
        rule = "to comparison" if end == "group" else "to reference"
        made = self.study.estimate(
            self.outcome, self.group, Specification(main.covariates, missing=rule)
        )
        words = self.words(f"adjusted/all-not-known-to-{end}",
                           f"Adjusted (odds, not shares), {into}", "")  # fmt: skip
        found = self.study.finding(made, words["series_id"], words["label"])
        return _with(found, ALLOCATION, ODDS)


def _with(found: Finding, *caveats: str) -> Finding:
    return replace(found, caveats=(*found.caveats, *caveats))


def _plus(counts: list[Count]) -> str:
    return " + ".join("{}" for _ in counts)


def _sum(counts: list[Count]) -> float:
    return sum(count.value for count in counts)
