"""One ethnic group against another, on every benchmark at hand.

A ratio of rates per resident is one rung of a ladder: the same uses against residents, within
forces, against arrests, tactics and reports, and discharges against uses. No rung alone shows or
rules out unequal treatment (definitions 11 to 13).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.counts import ALL, NOT_AVAILABLE, STATED, Counts
from analysis.findings import TOO_FEW, Finding, Findings, not_available, too_few
from analysis.measures.demographics import (
    CHINESE,
    EVERY,
    NATIONAL_ONLY,
    PERCEIVED,
    UNIT,
    USES,
    kept_in,
    left_out,
    residents_in,
    uses_by_group,
)
from analysis.measures.groups import UNKNOWN, Groups, Tally, added_up, grouped
from analysis.measures.intervals import EXACT_BELOW, INDEPENDENT
from analysis.measures.ratios import (
    Ratio,
    mantel_haenszel,
    ratio_of_proportions,
    ratio_of_rates,
)
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces, without_resident_base
from analysis.standard.names import slug

PER_RESIDENT, PER_USE = "ratio of uses per resident", "ratio of discharges per use"
DISCHARGED = {
    "all-uses": "Discharged, per CED use",
    "forces-with-kinds": "Discharged, per CED use of forces that state kinds",
    "stated": "Discharged, per CED use of a stated kind",
    "stated-within-force": "Discharged, per CED use of a stated kind within forces",
}
KINDS_OF_USE = ("CED discharge", "CED", "CED not stated")

NOT_STANDARDISED = (
    "not standardised for age: the official tables never cross ethnic group with age or sex, and "
    "the groups differ in age"
)
ONE_RUNG = "one benchmark of several: none alone shows or rules out unequal treatment"
SELECTED = (
    "taken among those on whom force was used: who comes to be among them is no part of it, so a "
    "ratio near one is no proof of equal treatment"
)
ENCOUNTERS = (
    "arrests and searches may themselves be unequal, and force is used without either: a ratio "
    "near one is no proof of equal treatment"
)
ANYWHERE = (
    "uses of a kind not stated leave this ratio anywhere between the limits given for them, on "
    "either side of one where those are"
)
NOT_COUNTED = "no table counts the uses of the forces without a breakdown: {}"
NONE_UNKNOWN = (
    "no report is printed as not known, which most forces have: such reports may stand in a group"
)
MISSING_ONLY = (
    "a limit for missing data alone: it says nothing about misperception, or about the census"
)
FEW = "fewer than ten reports in one of the two groups, so that a ratio would say nothing"
NO_BASE = "a denominator is nought"
NO_KINDS = "this edition prints no kinds of CED use in its breakdown tables"
NOT_GIVEN = "no file of {} was given for this audit"
NO_ROW = "the file of {} has no figures for this area, this year and both groups"


@dataclass(frozen=True)
class Comparison:
    """Uses of ``tactic`` on ``group`` against ``reference``, with intervals at ``confidence``."""

    tactic: str
    group: str
    reference: str
    confidence: float

    @property
    def pair(self) -> tuple[str, str]:
        return self.group, self.reference

    def rung(self, name: str) -> str:
        """The series of a rung of the ladder."""
        return f"ratio/{slug(self.tactic)}/{slug(self.group)}-to-{slug(self.reference)}/{name}"

    def model(self, census: str, name: str) -> str:
        """The series of a ratio in the model of all forces."""
        pair = f"{slug(self.group)}-to-{slug(self.reference)}"
        return f"model/{slug(self.tactic)}/{census}/{pair}/{name}"


@dataclass(frozen=True)
class Benchmarks:
    """What uses are held against: counts by ethnic group, each source a table of its own.

    ``by_force`` and ``national`` hold one year or several; ``ced_by_force`` counts the uses of
    forces that have no breakdown; ``censuses`` are residents by the year of the census.
    """

    by_force: Counts
    national: Counts
    ced_by_force: Counts
    censuses: dict[str, Counts]
    arrests: Counts
    searches: Counts
    _made: dict[tuple[str, ...], Groups] = field(default_factory=dict, repr=False)

    @property
    def periods(self) -> list[str]:
        return sorted(set(self.by_force.frame["period"]))

    def uses(self, tactic: str, period: str) -> Groups:
        """Uses of a tactic by force and group; a group that a force does not record is missing."""
        if (tactic, period) not in self._made:
            found = uses_by_group(self.by_force, "ethnicity", tactic, period)
            self._made[tactic, period] = found
        return self._made[tactic, period]

    def residents(self, census: str) -> Groups:
        """Residents by force and group."""
        if (census,) not in self._made:
            self._made[census,] = grouped(self.censuses[census])
        return self._made[census,]


def ladder(benchmarks: Benchmarks, compared: Comparison, areas: Sequence[str]) -> Findings:
    """The ratio of one group to another on every benchmark, for each area and year.

    Residents, residents within forces, arrests and searches where supplied, tactics, reports,
    and discharges given use. A force has no rungs over forces. Below ten reports in a group a
    ratio is "too few to say". A place without residents has no ratio per resident.
    """
    return _every(benchmarks, compared, areas, _Rungs.all)


def missing_data_limits(
    benchmarks: Benchmarks, compared: Comparison, areas: Sequence[str]
) -> Findings:
    """The ratio per resident if all reports of a group not known were of one group, or the other.

    On each census; for England and Wales with and without the uses of forces that have no
    breakdown.
    """
    return _every(benchmarks, compared, areas, _Rungs.missing_data)


def discharge_limits(
    benchmarks: Benchmarks, compared: Comparison, areas: Sequence[str]
) -> Findings:
    """Discharges per use if the uses not stated were discharges in one group, not in the other."""
    return _every(benchmarks, compared, areas, _Rungs.not_stated)


def rung_of_limit(limit: Finding) -> str:
    """The label of the rung that a limit is about."""
    census = limit.label.partition(",")[0]
    return f"Per resident, {census}" if "/census-" in limit.series_id else DISCHARGED["all-uses"]


def spread(benchmarks: Benchmarks, compared: Comparison, period: str, census: str) -> Findings:
    """The ratio per resident in every force, in alphabetical order. No ranking."""
    rungs = (_Rungs(benchmarks, compared, place, period) for place in official_forces())
    return Findings(tuple(at.crude(census) for at in rungs))


def _every(
    benchmarks: Benchmarks,
    compared: Comparison,
    areas: Sequence[str],
    rungs: Callable[[_Rungs], list[Finding]],
) -> Findings:
    """The rungs of every area and year, rung after rung in the order of the longest ladder."""
    made = [
        rungs(_Rungs(benchmarks, compared, area, period))
        for period in benchmarks.periods
        for area in areas
    ]
    order = [row.series_id for row in max(made, key=len)]
    rows = [row for ladder in made for row in ladder]
    return Findings(tuple(sorted(rows, key=lambda row: order.index(row.series_id))))


def spread_summary(ratios: Findings) -> Findings:
    """How many forces have a ratio, the lowest and the highest of them, and who has none."""
    first = ratios.rows[0]
    words = {
        "area": ENGLAND_AND_WALES,
        "period": first.period,
        "edition": first.edition,
        "findings": tuple(row.id for row in ratios),
    }
    series = f"{first.series_id}/forces"
    told = [row for row in ratios if row.available]
    rows = [
        Finding(series_id=f"{series}/number", kind="count", unit="force", value=len(told),
                label="Forces with reports enough for a ratio", method="counted", **words)
    ]  # fmt: skip
    for end, choose in (("lowest", min), ("highest", max)):
        named = words | {
            "series_id": f"{series}/{end}",
            "kind": "ratio",
            "unit": first.unit,
            "form": first.form,
            "caveats": first.caveats,
            "method": f"the {end} of those of forces, with its own limits",
        }
        if told:
            row = choose(told, key=lambda row: row.value)
            rows.append(Finding(label=f"The {end}, {row.area}", value=row.value, lower=row.lower,
                                upper=row.upper, confidence=row.confidence, **named))  # fmt: skip
        else:
            reason = "no force has reports enough for a ratio"
            rows.append(not_available(reason, label=f"The {end} ratio of a force", **named))
    for status, label in (
        (TOO_FEW, "Forces with too few reports for a ratio"),
        (NOT_AVAILABLE, "Forces without a breakdown, or without a base of residents"),
    ):
        names = ", ".join(row.area for row in ratios if row.status == status)
        rows.append(Finding(series_id=f"{series}/{slug(status)}", kind="verdict", unit="",
                            label=label, outcome=names or "none", method="by name",
                            **words))  # fmt: skip
    return Findings(tuple(rows))


@dataclass(frozen=True)
class _Rungs:
    """The rungs of one area and period."""

    benchmarks: Benchmarks
    compared: Comparison
    area: str
    period: str

    def all(self) -> list[Finding]:
        return [
            *(row for census in self.benchmarks.censuses for row in self.per_resident(census)),
            *self.per_encounter(),
            *self.per_tactic(),
            self.per_report(),
            *self.per_use(),
        ]

    # what the rungs are made of
    @property
    def nationwide(self) -> bool:
        return self.area == ENGLAND_AND_WALES

    @property
    def prints_kinds(self) -> bool:
        held = self.benchmarks.by_force.where(tactic=KINDS_OF_USE[0], period=self.period)
        return len(held) > 0

    def uses(self, tactic: str | None = None) -> Groups:
        return self.benchmarks.uses(tactic or self.compared.tactic, self.period)

    def pair(self, groups: Groups) -> list[Tally]:
        return [groups.of(self.area, group) for group in self.compared.pair]

    def residents(self, census: str) -> list[Tally]:
        people = self.benchmarks.residents(census)
        return [
            residents_in(people, self.area, group, official_forces())
            for group in self.compared.pair
        ]

    def words(self, name: str, label: str, unit: str, *caveats: str) -> dict:
        return {
            "series_id": self.compared.rung(name),
            "label": label,
            "kind": "ratio",
            "area": self.area,
            "period": self.period,
            "edition": self.uses().edition,
            "unit": unit,
            "form": "number:2",
            "caveats": (
                UNIT,
                NOT_STANDARDISED,
                ONE_RUNG,
                *((CHINESE,) if "Asian" in self.compared.pair else ()),
                *caveats,
            ),
        }

    def having(self) -> tuple[str, ...]:
        """Forces that have both groups."""
        return self.uses().having(*self.compared.pair)

    def left_out(self) -> tuple[str, ...]:
        return left_out(self.uses(), *self.compared.pair)

    def kept_in(self) -> tuple[str, ...]:
        """The caveat of a national ratio with forces in its denominators and not above them."""
        return kept_in(self.uses(), *self.compared.pair) if self.nationwide else ()

    # residents
    def per_resident(self, census: str) -> list[Finding]:
        """Crude, without the residents of forces that have no breakdown, and within forces."""
        rows = [self.crude(census)]
        if not self.nationwide:
            return rows
        uses, people, kept = self.uses(), self.benchmarks.residents(census), self.having()
        caveats = (PERCEIVED, INDEPENDENT, *self.left_out())
        if self.left_out():
            label = f"Per resident of forces with a breakdown, Census {census}"
            words = self.words(f"census-{census}/with-breakdown", label, PER_RESIDENT, *caveats)
            base = [people.over(kept, group) for group in self.compared.pair]
            rows.append(self.ratio(words, self.pair(uses), base, nested=False))
        label = f"Per resident within forces, Census {census}"
        words = self.words(f"census-{census}/within-force", label, PER_RESIDENT, *caveats)
        rows.append(self.within(words, uses, people, kept, nested=False))
        return rows

    def crude(self, census: str) -> Finding:
        label = f"Per resident, Census {census}"
        words = self.words(
            f"census-{census}", label, PER_RESIDENT, PERCEIVED, INDEPENDENT, *self.kept_in()
        )
        if self.area in without_resident_base():
            return not_available(without_resident_base()[self.area], **words)
        return self.ratio(words, self.pair(self.uses()), self.residents(census), nested=False)

    def missing_data(self) -> list[Finding]:
        """Two limits a census; four where uses of forces without a breakdown can be left out."""
        rows = []
        for kind, missing in self.not_known().items():
            only = ", uses with a breakdown only" if kind else ""
            for census in self.benchmarks.censuses:
                for place, group in enumerate(self.compared.pair):
                    into = ("group", "reference")[place]
                    words = self.words(
                        f"census-{census}/all-not-known-to-{into}{kind}",
                        f"Census {census}, all not known taken as {group}{only}",
                        PER_RESIDENT, PERCEIVED, MISSING_ONLY,
                        *((NONE_UNKNOWN,) if missing.value == 0 else ()))  # fmt: skip
                    if self.area in without_resident_base():
                        rows.append(not_available(without_resident_base()[self.area], **words))
                        continue
                    added = [missing if place == 0 else NOTHING, missing if place else NOTHING]
                    rows.append(
                        self.limit(words, self.pair(self.uses()), added, self.residents(census))
                    )
        return rows

    def not_known(self) -> dict[str, Tally]:
        """Uses of a group not known; nationwide with and without forces that have no breakdown.

        Their uses are printed as not reported, or in no group at all: then the table of CED by
        force counts them, and of other tactics no table does.
        """
        printed = grouped(self.benchmarks.by_force, tactic=self.compared.tactic, measure=USES,
                          period=self.period)  # fmt: skip
        unknown = printed.of(self.area, UNKNOWN)
        without = printed.lacking(*self.compared.pair)
        if not (self.nationwide and without):
            return {"": unknown}
        totals = [place for place in without if printed.of(place, ALL).available]
        beside = [place for place in without if place not in totals]
        inside = added_up(
            count for place in totals for count in printed.of(place, UNKNOWN).counts
            if count.available
        )  # fmt: skip
        rests_on = printed.patterns(UNKNOWN)
        known = {"/with-breakdown": Tally(unknown.value - inside.value, rests_on)}
        if beside and self.compared.tactic != "CED":
            return {"": Tally(None, rests_on, "", NOT_COUNTED.format(", ".join(beside)))} | known
        counted = added_up(
            count for place in beside for count in self.benchmarks.ced_by_force.where(
                area=place, tactic="CED", period=self.period)
        )  # fmt: skip
        return {"": Tally(unknown.value + counted.value, rests_on + counted.rests_on)} | known

    # what happens before and beside a use of force
    def per_encounter(self) -> list[Finding]:
        """Against arrests, and against stop and searches, where a file of them was given."""
        rows = []
        for name, one, given in (
            ("arrests", "arrest", self.benchmarks.arrests),
            ("stop and searches", "stop and search", self.benchmarks.searches),
        ):
            notes = sorted(set(given.where(status=STATED).frame["note"]) - {""})
            words = self.words(f"per-{slug(one)}", f"Per {one}", f"ratio of uses per {one}",
                               ENCOUNTERS, INDEPENDENT, *notes, *self.kept_in())  # fmt: skip
            held = given.where(period=self.period)
            tallies = grouped(held).tallies if len(held) else {}
            base = [tallies.get((self.area, group)) for group in self.compared.pair]
            if None in base:
                reason = NO_ROW if len(given) else NOT_GIVEN
                rows.append(not_available(reason.format(name), **words))
            else:
                rows.append(self.ratio(words, self.pair(self.uses()), base, nested=False))
        return rows

    def per_tactic(self) -> list[Finding]:
        """Against all tactics used on the group; nothing where the tactic is all of them."""
        if self.compared.tactic == EVERY:
            return []
        caveats = (SELECTED, INDEPENDENT)
        uses, every, unit = self.uses(), self.uses(EVERY), "ratio of uses per tactic"
        words = self.words("per-tactic", "Per tactic used", unit, *caveats, *self.kept_in())
        rows = [self.ratio(words, self.pair(uses), self.pair(every), nested=True)]
        if self.nationwide and self.left_out():
            label = "Per tactic used in forces with a breakdown"
            words = self.words("per-tactic/with-breakdown", label, unit, *caveats,
                               *self.left_out())  # fmt: skip
            base = [every.over(self.having(), group) for group in self.compared.pair]
            rows.append(self.ratio(words, self.pair(uses), base, nested=True))
        return rows

    def per_report(self) -> Finding:
        """Against reports on people of the group."""
        words = self.words("per-report", "Per use of force report", "ratio of uses per report",
                           SELECTED, INDEPENDENT, *self.kept_in())  # fmt: skip
        if not self.nationwide:
            return not_available(NATIONAL_ONLY, **words)
        reports = grouped(self.benchmarks.national, measure="reports", period=self.period)
        # a report has one highest CED use; of other tactics it may hold several kinds
        nested = self.compared.tactic == "CED"
        return self.ratio(words, self.pair(self.uses()), self.pair(reports), nested=nested)

    # discharges among uses
    def per_use(self) -> list[Finding]:
        """Discharges given use: of all, of forces that state kinds, of uses of a stated kind."""
        if self.compared.tactic != "CED":
            return []
        words = {
            name: self.words(f"discharge/{name}", label, PER_USE, SELECTED, INDEPENDENT, ANYWHERE)
            for name, label in DISCHARGED.items()
            if self.nationwide or "force" not in name
        }
        if not self.prints_kinds:
            return [not_available(NO_KINDS, **given) for given in words.values()]
        fired, uses, unstated = map(self.uses, KINDS_OF_USE)
        stated = uses.less(unstated)
        if self.nationwide:
            words["all-uses"]["caveats"] += kept_in(fired, *self.compared.pair)
        rows = [
            self.ratio(words["all-uses"], self.pair(fired), self.pair(uses), nested=True),
            self.ratio(words["stated"], self.pair(fired), self.pair(stated), nested=True),
        ]
        if self.nationwide:
            kept = fired.having(*self.compared.pair)
            for name in ("forces-with-kinds", "stated-within-force"):
                words[name]["caveats"] += left_out(fired, *self.compared.pair)
            own, base = ([table.over(kept, group) for group in self.compared.pair]
                         for table in (fired, uses))  # fmt: skip
            rows.append(self.ratio(words["forces-with-kinds"], own, base, nested=True))
            rows.append(self.within(words["stated-within-force"], fired, stated, kept, nested=True))
        return rows

    def not_stated(self) -> list[Finding]:
        """Two limits: the uses not stated of one group all discharges, of the other none."""
        if self.compared.tactic != "CED":
            return []
        rows = []
        for place, end in ((1, "lowest"), (0, "highest")):
            group, other = self.compared.pair[place], self.compared.pair[1 - place]
            label = f"All uses not stated on {group} and none on {other} taken as discharges"
            words = self.words(f"discharge/limit-{end}", label, PER_USE, SELECTED, MISSING_ONLY)
            if not self.prints_kinds:
                rows.append(not_available(NO_KINDS, **words))
                continue
            fired, uses, unstated = (self.pair(self.uses(kind)) for kind in KINDS_OF_USE)
            added = [NOTHING, NOTHING]
            added[place] = unstated[place]
            rows.append(self.limit(words, fired, added, uses))
        return rows

    # from tallies to findings
    def ratio(
        self, words: dict, events: list[Tally], base: list[Tally], *, nested: bool
    ) -> Finding:
        """Events over base of the group, over the same of the reference."""
        halves = [
            f"{top.words} {'of' if nested else 'per'} {bottom.words}" if bottom.words else top.words
            for top, bottom in zip(events, base, strict=True)
        ]
        tallies = _in_turn(events, base)
        basis = " against ".join(halves) if all(halves) else ""
        words |= {"basis": basis if base[0].words or not basis else f"{basis} uses"}
        if refused := self.refused(words, events, base):
            return refused
        compute = ratio_of_proportions if nested else ratio_of_rates
        found = compute(*(int(tally.value) for tally in tallies), self.compared.confidence)
        return self.found(found, words, _rests_on(tallies))

    def limit(
        self, words: dict, events: list[Tally], added: list[Tally], base: list[Tally]
    ) -> Finding:
        """The ratio with missing events added; no interval, since chance is not what it shows."""
        tallies = (*events, *added, *base)
        words |= {"method": "missing-data limit"}
        if refused := self.refused(words, events, base, added):
            return refused
        own, other = (
            (seen.value + more.value) / over.value
            for seen, more, over in zip(events, added, base, strict=True)
        )
        return Finding(value=own / other, counts=_rests_on(tallies), **words)

    def within(
        self, words: dict, events: Groups, base: Groups, places: Sequence[str], *, nested: bool
    ) -> Finding:
        """The common ratio within forces."""
        arrays = [
            np.array([table.of(place, group).value for place in places])
            for group in self.compared.pair
            for table in (events, base)
        ]
        rests_on = (*events.patterns(*self.compared.pair), *base.patterns(*self.compared.pair))
        if min(arrays[0].sum(), arrays[2].sum()) < EXACT_BELOW:
            return too_few(FEW, rests_on, **words)
        found = mantel_haenszel(*arrays, self.compared.confidence, nested=nested)
        return self.found(found, words, rests_on)

    def refused(
        self, words: dict, events: list[Tally], base: list[Tally], added: Sequence[Tally] = ()
    ) -> Finding | None:
        """What is not available, or too few to say."""
        tallies = (*_in_turn(events, base), *added)
        rests_on = _rests_on(tallies)
        reason = next((tally.reason for tally in tallies if not tally.available), "")
        if reason:
            return not_available(reason, rests_on, **words)
        if min(tally.value for tally in events) < EXACT_BELOW:
            return too_few(FEW, rests_on, **words)
        if not all(tally.value for tally in base):
            return not_available(NO_BASE, rests_on, **words)
        return None

    def found(self, ratio: Ratio, words: dict, rests_on: tuple) -> Finding:
        return Finding(
            **words,
            value=ratio.value,
            lower=ratio.lower,
            upper=ratio.upper,
            confidence=self.compared.confidence,
            method=ratio.method,
            counts=rests_on,
        )


NOTHING = Tally(0, ())


def _in_turn(events: list[Tally], base: list[Tally]) -> list[Tally]:
    """Events of base, group after group, as a sentence has them."""
    return [tally for pair in zip(events, base, strict=True) for tally in pair]


def _rests_on(tallies: Sequence[Tally]) -> tuple:
    return tuple(dict.fromkeys(one for tally in tallies for one in tally.rests_on))
