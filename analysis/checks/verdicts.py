"""What others printed, held against what the figures give.

Verdicts: ``holds``; ``holds only when rounded another way``; ``does not hold``, with the
difference beside it; ``contradicted by another source``; ``not checkable``, with the data that
would do; ``does not follow from the figures``. A figure of an official table that another table
or edition gives otherwise is contradicted: nobody claimed that they agree. Of made-up records the
figure is shown, and decides nothing.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from analysis.checks import conditions
from analysis.checks.claims import (
    A_MONTH,
    COUNT,
    PER_CENT,
    PREFIX,
    SCALE,
    About,
    Claim,
    Counted,
    Paper,
    Papers,
)  # fmt: skip
from analysis.checks.conditions import CONDITIONS
from analysis.checks.tolerance import (
    FAILS,
    HOLDS,
    OTHER_ROUNDING,
    QUALIFIERS,
    verdict_between,
    verdict_on,
)
from analysis.counts import ALL, MADE_UP, Count, Counts
from analysis.findings import Finding, Findings
from analysis.records import Records
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces
from analysis.standard.names import slug
from analysis.standard.periods import parse_period

CONTRADICTED = "contradicted by another source"
NOT_CHECKABLE = "not checkable"
DOES_NOT_FOLLOW = "does not follow from the figures"
VERDICTS = (HOLDS, OTHER_ROUNDING, FAILS, CONTRADICTED, NOT_CHECKABLE, DOES_NOT_FOLLOW)

NO_STANDARD = (
    "a judgement needs a standard to be judged by, and its source names none; the figures show how "
    "often, not whether each use was necessary and proportionate"
)
OF_MADE_UP = "the records at hand are made up: they cannot show whether a paper is right"
COUNTS_REPORTS = "the figure counts reports"
BY_ITSELF = "held against the paper's own numbers only"
_PEOPLE_OR_EVENTS = re.compile(r"\b(subjects?|people|incidents?|officers?|boys)\b", re.IGNORECASE)
POINTS = "a difference of two percentages is in percentage points"
RECORDS_NEEDED = "would need the records of that period"
_COLUMNS = ("printed", "verdict", "figure", "difference", "remark")


def check(
    papers: Papers, counts: Counts, findings: Findings, records: Records | None, area: str
) -> Findings:
    """For each claim about the area or about England and Wales: printed, figure, and verdict.

    ``counts`` and ``findings`` hold what claims are about; ``records`` those of one force and
    period, or None. First all printed numbers, then the figures, differences, verdicts and remarks,
    each under ``claim/FILE/ID``. What is not at hand makes a claim not checkable.
    """
    about = papers.about(area)
    held = {count.id: count for count in counts}
    basis = _Basis(papers.printed(), held, findings, records, _conditions(about, records))
    checked = [_Check(paper, claim, basis) for paper, claim in about.printed().values()]
    rows = [row for one in checked for row in one.rows()]
    return Findings(tuple(sorted(rows, key=lambda row: _COLUMNS.index(row.kind))))


def printed_in(checked: Findings, papers: Papers, kind: str) -> Findings:
    """Those on what one kind of source printed (``analysis.checks.claims.PRINTS``)."""
    starts = tuple(f"claim/{paper.name}/" for paper in papers.papers if paper.kind == kind)
    return Findings(tuple(row for row in checked if row.series_id.startswith(starts)))


def of_others(checked: Findings, papers: Papers) -> Findings:
    """Those on what others printed: all but official tables held against each other."""
    tables = _of_tables(papers)
    return Findings(tuple(row for row in checked if not row.series_id.startswith(tables)))


def with_verdict(checked: Findings, verdict: str) -> Findings:
    """Those on the claims of which this is the verdict."""
    series = {_claim(row) for row in checked.where(kind="verdict", outcome=verdict)}
    return Findings(tuple(row for row in checked if _claim(row) in series))


def number_of_claims(checked: Findings, papers: Papers, area: str, period: str) -> Findings:
    """How many claims of others there are, and how many of each verdict. Unit: claims.

    Official tables are held against other tables or editions; they are counted by themselves
    (``tables_against_tables``).
    """
    verdicts = of_others(checked, papers).where(kind="verdict")
    rows = [_number_of(verdicts, "claims/all", "claims", area, period)]
    for verdict in VERDICTS:
        found = verdicts.where(outcome=verdict)
        rows.append(_number_of(found, f"claims/{slug(verdict)}", verdict, area, period))
    return Findings(tuple(rows))


def tables_against_tables(checked: Findings, papers: Papers, area: str, period: str) -> Findings:
    """How many figures of official tables others can be held against, and how many agree.

    Others: another table, another edition, or the sum of the parts. Unit: claims. The last number
    is of figures for which none is at hand.
    """
    starts = _of_tables(papers)
    rows = [row for row in checked.where(kind="verdict") if row.series_id.startswith(starts)]
    agree = [row for row in rows if row.text() in (HOLDS, OTHER_ROUNDING)]
    differ = [row for row in rows if row.text() in (FAILS, CONTRADICTED)]
    alone = [row for row in rows if row.text() == NOT_CHECKABLE]
    numbers = {
        "held against another table, another edition or a sum": agree + differ,
        "agree": agree,
        "differ": differ,
        "nothing to be held against": alone,
    }
    return Findings(
        tuple(
            _number_of(found, f"claims/tables/{slug(label)}", label, area, period)
            for label, found in numbers.items()
        )
    )


def _of_tables(papers: Papers) -> tuple[str, ...]:
    return tuple(f"claim/{paper.name}/" for paper in papers.papers if paper.official)


def by_source(checked: Findings, papers: Papers, area: str, period: str) -> Findings:
    """How many claims each source printed, and where it printed them. Unit: claims."""
    rows = []
    for paper in papers.about(area).papers:
        start = f"claim/{paper.name}/"
        verdicts = [row for row in checked.where(kind="verdict") if row.series_id.startswith(start)]
        label = f"{paper.printed_by}, {paper.where}"
        rows.append(_number_of(verdicts, f"claims/of/{paper.name}", label, area, period))
    return Findings(tuple(rows))


def _number_of(
    verdicts: Iterable[Finding], series: str, label: str, area: str, period: str
) -> Finding:
    found = [*verdicts]
    made_up = any(row.edition == MADE_UP for row in found)
    return Finding(
        series_id=series,
        label=label,
        kind="count",
        area=area,
        period=period,
        edition=MADE_UP if made_up else "files of claims",
        unit="claim",
        value=len(found),
        method="number of verdicts",
        findings=tuple(row.id for row in found),
    )


def _claim(row: Finding) -> str:
    return row.series_id.rpartition("/")[0]


def _conditions(papers: Papers, records: Records | None) -> dict[str, Count]:
    """The number of reports under each condition that a claim about these records names."""
    if records is None:
        return {}
    place = (records.area, records.period)
    names = {
        name
        for _, claim in papers.printed().values()
        if claim.about and (claim.area, claim.period) == place
        for name in claim.about.conditions
    }
    return conditions.counted(records, names) if names else {}


@dataclass(frozen=True)
class _Number:
    """A number that a claim is about, what it counts, and what it rests on."""

    value: Decimal
    measure: str
    tactic: str
    group: str
    area: str
    period: str
    rests_on: tuple[Count | str, ...]


class _NotAtHand(Exception):
    """What a claim is about is not here; its text says what would be needed.

    ``counts`` are those that were looked at and did not do.
    """

    def __init__(self, needed: str, counts: tuple[Count, ...] = ()) -> None:
        super().__init__(needed)
        self.counts = counts


@dataclass(frozen=True)
class _Basis:
    """What claims are held against."""

    claims: dict[str, tuple[Paper, Claim]]
    counts: dict[str, Count]
    findings: Findings
    records: Records | None
    conditions: dict[str, Count]

    def number(self, name: str) -> _Number:
        """A count by its id, the sum of those that a pattern names, or a printed number."""
        if name.startswith(PREFIX):
            return self._printed(*self.claims[name])
        ids = fnmatch.filter(self.counts, name) if "*" in name else [name]
        found = [self.counts[one] for one in ids if one in self.counts]
        if not found:
            raise _NotAtHand(f"would need {_table(name)}")
        for count in found:
            if not count.available:
                raise _NotAtHand(f"would need a figure that the table does not give: {count.note}")
        areas, groups = {count.area for count in found}, {count.group for count in found}
        of = found[0]
        return _Number(
            value=sum(Decimal(repr(count.value)) for count in found),
            measure=of.measure,
            tactic=of.tactic,
            group=of.group if len(groups) == 1 else ALL,
            area=ENGLAND_AND_WALES if areas == {*official_forces()} else of.area,
            period=of.period,
            rests_on=(name,) if len(found) > 1 else (of,),
        )

    def _printed(self, paper: Paper, claim: Claim) -> _Number:
        of = claim.of
        return _Number(
            value=Decimal(claim.printed),
            measure=of.measure,
            tactic=of.tactic,
            group=of.group,
            area=of.area or claim.area,
            period=of.period or claim.period,
            rests_on=(paper.printed(claim),),
        )


def _table(name: str) -> str:
    """Which table holds a count, in words without digits."""
    return f"the table {name.split('/')[1].replace('-', ' ')} of that source"


@dataclass(frozen=True)
class _Figure:
    """What the figures give, in the unit printed, and what does not agree with the claim."""

    value: Decimal
    method: str
    rests_on: tuple[Count | str, ...]
    findings: tuple[str, ...] = ()
    basis: str = ""
    disagrees: str = ""
    remark: str = ""
    beside: tuple[Count | str, ...] = ()  # what the verdict rests on besides


@dataclass(frozen=True)
class _Check:
    """One claim of a paper, held against the basis."""

    paper: Paper
    claim: Claim
    basis: _Basis

    def rows(self) -> list[Finding]:
        """Printed number, figure, difference, verdict and remark; those that there are."""
        claim = self.claim
        if claim.judgement:
            said = {"counts": (self.paper.printed(claim),)}
            return self._decided_without(DOES_NOT_FOLLOW, NO_STANDARD, **said)
        printed = self._finding(
            "printed",
            **self._value(Decimal(claim.printed), claim.digits),
            method=f"as printed, {claim.qualifier} qualified",
            counts=(self.paper.printed(claim),),
        )
        given = {"counts": printed.counts, "findings": (printed.id,)}
        try:
            figure = self._figure()
        except _NotAtHand as needed:
            given["counts"] += needed.counts
            return [printed, *self._undecided(str(needed), given)]
        if figure.disagrees:
            given["counts"] += figure.rests_on
            return [printed, *self._decided_without(FAILS, figure.disagrees, **given)]
        return [printed, *self._held(printed, figure)]

    def _held(self, printed: Finding, figure: _Figure) -> list[Finding]:
        """The figure, how far the printed number lies from it where it does not hold, the verdict.

        The figure has one digit more than the printed number, to show how it was rounded.
        """
        claim = self.claim
        in_points = claim.unit == PER_CENT
        verdict = verdict_on(
            Decimal(claim.printed), figure.value, claim.qualifier, step=claim.step, points=in_points
        )
        if verdict == FAILS and self.paper.official:
            verdict = CONTRADICTED
        finer = claim.digits + (claim.unit != COUNT)
        common = {"caveats": self._caveats(figure.rests_on)}
        if claim.about.conditions:
            common["edition"] = self.basis.records.edition
        shown = self._finding(
            "figure", **self._value(figure.value, finer), method=figure.method,
            basis=figure.basis, counts=figure.rests_on, findings=figure.findings, **common,
        )  # fmt: skip
        on = tuple(dict.fromkeys(figure.rests_on + figure.beside))
        given = {"counts": on, "findings": (printed.id, shown.id), **common}
        if self._of_made_up(figure.rests_on):
            why = _and(OF_MADE_UP, figure.remark)
            return [shown, *self._undecided(why, given)]
        rule = f"held where {QUALIFIERS[claim.qualifier].rule}"
        rows = [shown, self._finding("verdict", outcome=verdict, method=rule, **given)]
        if verdict in (FAILS, CONTRADICTED):
            given["caveats"] += (POINTS,) if in_points else ()
            value = self._value(Decimal(claim.printed) - figure.value, finer)
            method = "the printed number less the figure"
            rows.append(self._finding("difference", **value, method=method, **given))
        counts = on if figure.remark else ()
        remark = _and(figure.remark, claim.note)
        return rows + self._remark(remark, counts=counts, findings=(printed.id,))

    def _caveats(self, rests_on: tuple[Count | str, ...]) -> tuple[str, ...]:
        claim = self.claim
        reports = claim.of is not None and claim.of.measure == "reports"
        own = [str(one).startswith(f"{self.paper.source}/") for one in rests_on]
        holds = {
            COUNTS_REPORTS: reports and _PEOPLE_OR_EVENTS.search(claim.text),
            BY_ITSELF: own and all(own),
        }
        return tuple(words for words, said in holds.items() if said)

    def _of_made_up(self, rests_on: tuple[Count | str, ...]) -> bool:
        records = self.basis.records
        counted = any(isinstance(one, Count) and one.rows for one in rests_on)
        return counted and records is not None and records.made_up

    def _undecided(self, needed: str, given: dict) -> list[Finding]:
        """A claim that no figure decides: others contradict it, or it is not checkable."""
        others = [self.basis.claims[one] for one in self.claim.contradicts]
        if not others:
            return self._decided_without(NOT_CHECKABLE, needed, **given)
        numbers = ", ".join(
            f"{Decimal(claim.printed):,} ({paper.printed_by})" for paper, claim in others
        )
        given["counts"] += tuple(paper.printed(claim) for paper, claim in others)
        why = f"against it stands {numbers}, and nothing at hand tells which is right; {needed}"
        return self._decided_without(CONTRADICTED, why, **given)

    def _decided_without(self, outcome: str, why: str, **given) -> list[Finding]:
        """A verdict for which no figure stands beside the printed number."""
        method = "no figure decides"
        remark = self._remark(_and(why, self.claim.note), **given)
        return [self._finding("verdict", outcome=outcome, method=method, **given), *remark]

    def _remark(self, words: str, **given) -> list[Finding]:
        method = "said with the claim"
        return [self._finding("remark", outcome=words, method=method, **given)] if words else []

    def _value(self, value: Decimal, digits: int) -> dict[str, object]:
        """A number in the unit printed as a finding holds and shows it."""
        share = self.claim.unit == PER_CENT
        form = f"percent:{digits}" if share else f"number:{digits}"
        return {
            "value": float(value / 100 if share else value),
            "form": "count" if self.claim.unit == COUNT else form,
        }

    def _finding(self, kind: str, **given) -> Finding:
        claim = self.claim
        usual = {
            "series_id": f"claim/{self.paper.name}/{claim.id}/{kind}",
            "label": f"{claim.text} ({self.paper.printed_by}; {claim.area}, {claim.period})",
            "area": claim.area,
            "period": claim.period,
            "edition": self.paper.date,
            "unit": "" if kind in ("verdict", "remark") else claim.unit,
        }
        return Finding(kind=kind, **usual | given)

    def _figure(self) -> _Figure:
        """What the figures give for the claim; what they do not hold makes it not checkable."""
        about = self.claim.about
        if about is None:
            raise _NotAtHand(f"would need {self.claim.needs}")
        if about.condition:
            return self._counted(about.condition)
        if about.inside:
            return self._between(about.inside, about.around)
        if about.series:
            return self._found(about.series)
        return self._worked_out(about)

    def _counted(self, name: str) -> _Figure:
        """Reports of the records under a condition, or their share."""
        records, claim = self.basis.records, self.claim
        if records is None or (records.area, records.period) != (claim.area, claim.period):
            raise _NotAtHand(RECORDS_NEEDED)
        condition = CONDITIONS[name]
        if lacks := conditions.missing(records, name, self.basis.conditions):
            raise _NotAtHand(f"{RECORDS_NEEDED}: {lacks}")
        names = (name,) if claim.unit == COUNT else (name, condition.among)
        counts = tuple(self.basis.conditions[one] for one in names)
        return _Figure(
            value=_quotient([Decimal(repr(one.value)) for one in counts], SCALE[claim.unit]),
            method=f"counted in the records: {condition.words}",
            rests_on=counts,
            basis="{0} of {1}" if len(counts) > 1 else "",
            disagrees=self._disagreements(counts),
        )

    def _between(self, inside: str, around: str) -> _Figure:
        """The nearer of two bounds on a group that the records do not tell apart.

        Where numbers between the bounds would lead to different verdicts, it is not checkable.
        """
        claim, printed = self.claim, Decimal(self.claim.printed)
        bounds = [self._counted(name) for name in (inside, around)]
        nearer, farther = sorted(bounds, key=lambda bound: abs(bound.value - printed))
        counts = tuple(dict.fromkeys(nearer.rests_on + farther.rests_on))
        between = (bounds[0].value, bounds[1].value)
        points = claim.unit == PER_CENT
        verdict = verdict_between(printed, between, claim.qualifier, step=claim.step, points=points)
        groups = f"at least those {inside} are in it, and at most those {around}"
        if not verdict and not self.basis.records.made_up:
            needed = f"would need records that tell this group apart: {groups}"
            raise _NotAtHand(f"{needed}; between both the number may be right", counts)
        of, *against = zip(*(bound.rests_on for bound in bounds), strict=True)
        said = zip((claim.of, claim.against), (of, *against), strict=False)
        return replace(
            nearer,
            beside=farther.rests_on,
            disagrees=_first(self._disagreement(one, [*map(_number, n)]) for one, n in said),
            remark=f"the records do not tell this group apart: {groups}; the figure is that of the "
            "one nearer to the printed number",
        )

    def _found(self, series: str) -> _Figure:
        """The finding of a series in the area and period of the claim."""
        claim = self.claim
        found = self.basis.findings.where(
            series_id=series, area=claim.area, period=claim.period
        ).rows
        if not found or not found[0].available:
            reason = found[0].reason if found else "the finding is not at hand"
            raise _NotAtHand(f"would need the sources of a finding: {reason}")
        (finding,) = found
        counts = [one for one in finding.counts if isinstance(one, Count)]
        return _Figure(
            value=Decimal(repr(finding.value)) * (100 if claim.unit == PER_CENT else 1),
            method="the finding it is about",
            rests_on=finding.counts,
            findings=(finding.id,),
            basis=finding.basis,
            disagrees=self._disagreements(counts),
        )

    def _disagreements(self, counts: Sequence[Count]) -> str:
        """In what a claim differs from the counts of a share or of a finding, one after the other.

        A finding may rest on counts of which the claim says nothing.
        """
        described = zip((self.claim.of, self.claim.against), counts, strict=False)
        return _first(self._disagreement(said, [_number(one)]) for said, one in described if said)

    def _worked_out(self, about: About) -> _Figure:
        """A count, sum, share, difference, growth or ratio of the numbers that it names."""
        claim, number = self.claim, self.basis.number
        parts = [number(one) for one in about.parts or [about.count or about.part or about.now
                                                         or about.first]]  # fmt: skip
        base = about.whole or about.before or about.second
        numbers = [*parts, *([number(base)] if base else [])]
        disagrees = [self._disagreement(claim.of, parts)]
        value, method = sum(one.value for one in parts), "the figure it is about"
        if base:
            disagrees.append(self._disagreement(claim.against, numbers[-1:]))
        if about.parts:
            method = "the sum of the figures it is about"
        elif claim.unit == A_MONTH:
            months = parse_period(claim.period).months
            value, method = value / months, "the figure it is about over the months of the period"
        elif about.whole:
            value, method = _over(value, numbers[-1], SCALE[claim.unit]), "a part over its whole"
        elif about.before and claim.unit == COUNT:
            value, method = value - numbers[-1].value, "the difference of two figures"
        elif about.before:
            grown = _over(value, numbers[-1], 100)
            value, method = grown - 100, "the growth from one figure to another"
        elif about.first_per:
            per = [number(about.first_per), number(about.second_per)]
            disagrees += [
                self._disagreement(claim.per.model_copy(update={"group": side.group}), [one])
                for side, one in zip((claim.of, claim.against), per, strict=True)
            ]
            rate = _over(value, per[0], 1) / _over(numbers[-1].value, per[1], 1)
            value, method = rate, "the ratio of two rates"
            numbers += per
        elif about.second:
            value, method = _over(value, numbers[-1], 1), "the ratio of two figures"
        return _Figure(
            value=value,
            method=method,
            rests_on=tuple(one for number in numbers for one in number.rests_on),
            basis="{0} of {1}" if about.whole and _all_counts(numbers) else "",
            disagrees=_first(disagrees),
        )

    def _disagreement(self, said: Counted, numbers: list[_Number]) -> str:
        """In which of its own fields the claim differs from what it is about; or nothing."""
        claim = self.claim
        words = {
            "measure": said.measure,
            "tactic": said.tactic,
            "group": said.group,
            "area": said.area or claim.area,
            "period": said.period or claim.period,
        }
        for name, given in words.items():
            given = {given} if isinstance(given, str) else {*given}
            found = {getattr(one, name) for one in numbers}
            if given != found:
                listed = (", ".join(sorted(one)) for one in (given, found))
                return "the claim speaks of the {0} {1}, the figure is of the {0} {2}".format(
                    name, *listed
                )
        return ""


def _number(count: Count) -> _Number:
    return _Number(
        Decimal(repr(count.value)), count.measure, count.tactic, count.group, count.area,
        count.period, (count,),
    )  # fmt: skip


def _all_counts(numbers: list[_Number]) -> bool:
    return all(isinstance(one, Count) for number in numbers for one in number.rests_on)


def _and(*remarks: str) -> str:
    return "; ".join(filter(None, remarks))


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _over(value: Decimal, base: _Number, scale: int) -> Decimal:
    if not base.value:
        raise _NotAtHand("would need a base that is not nought")
    return scale * value / base.value


def _quotient(values: list[Decimal], scale: int) -> Decimal:
    return scale * values[0] / values[1] if len(values) > 1 else values[0]
