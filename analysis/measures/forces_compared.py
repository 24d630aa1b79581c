"""Forces side by side: a few questions asked of all of them, each in an adjusted funnel.

A force outside the limits differs by more than chance and by more than forces usually do. That is
a reason to ask, and says nothing of why: forces differ in what they record too. No league table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.stats import false_discovery_control

from analysis.counts import ALL, Count, Counts
from analysis.findings import Finding, Findings, not_available
from analysis.measures import funnel as funnels
from analysis.measures.groups import MANY
from analysis.measures.intervals import EXACT_BELOW
from analysis.measures.taser import HIGHEST_ONLY, RESIDENTS_OF_2020
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces, without_resident_base
from analysis.standard.names import slug
from analysis.standard.people import NOT_KNOWN

NOT_COMPARABLE = (
    "comparisons between forces are not always reliable (the national list says so, and the "
    "publisher warns against ranking): forces differ in what they record"
)
OFFICERS_REPORTS = "the figures are of officers' reports: they are not incidents and not people"
SEVERAL_TACTICS = (
    "the unit is a tactic used: one report may hold several, so chance alone is wider than the "
    "limits before adjustment take it to be"
)
NOTHING_STATED = "nothing is stated in any of this force's reports"
ONE_ANSWER = (
    "the force prints no report without a mental health condition among all its tactics, a "
    "thousand or more, so it seems to record the one answer only"
)
TOTALS_ONLY = (
    "as printed: what a force sent as totals only may stand among those whose group is not known, "
    "and so do those printed as don't know"
)
FAMILY = (
    "a q-value of one in twenty or less: of all comparisons called so, one in twenty is expected "
    "to be chance; forces that differ as forces usually do are taken as the rule"
)
POOLED = "All forces together"
TAU2 = "Variance between forces τ²"
RESIDENTS = "residents"  # the table of residents, beside the official tables by subject
# ways to count what is not stated: left out of the base, kept in it, or counted as events
LEFT_OUT, KEPT, COUNTED = "left out", "kept", "counted"
BEYOND = 0.05  # the share of false ones that is put up with among those called beyond chance
MUCH_NOT_STATED = 0.1
NO_FLAG = "none"
ALIKE, HANGS = "the same whatever was not stated", "hangs on what was not stated"
_TACTICS = "All tactics"


@dataclass(frozen=True)
class Question:
    """One question asked of every force.

    ``events``, ``whole`` and ``unstated`` are labels of counts (``Count.label``) in the tables
    ``subjects``; a label that an edition does not print counts nothing. The answer is events over
    the whole less what is not stated, times ``per``. A nought of the answer ``beside`` among a
    thousand means that the force records the one answer only. ``series`` begins the ids of the
    findings, and ``base`` says in words what the base is.
    """

    name: str
    series: str
    label: str
    unit: str
    base: str
    subjects: tuple[str, ...]
    events: tuple[str, ...]
    whole: str
    unstated: tuple[str, ...] = ()
    beside: str = ""
    scale: funnels.Scale = funnels.PROPORTION
    per: int = 1
    form: str = "percent:1"
    caveats: tuple[str, ...] = ()

    def ids(self, way: str = LEFT_OUT) -> str:
        """How the ids of the findings of a funnel begin."""
        start = f"{self.series}/funnel"
        return f"{start}-{slug(way)}" if self.unstated else start

    def numbers(self, counts: Iterable[Count]) -> tuple[float, float, float]:
        """Events, the whole and what is not stated among the counts of one force."""
        held = [(one.label, one.value) for one in counts]
        return tuple(
            sum(value for label, value in held if label in labels)
            for labels in (self.events, (self.whole,), self.unstated)
        )


def _group(*names: str) -> tuple[str, ...]:
    return tuple(f"{_TACTICS}, {name}" for name in names)


REPORTS = Question(
    "reports-per-resident", "forces/reports-per-resident", "Reports per thousand residents",
    "report per thousand residents", "residents", ("reports by force", RESIDENTS), ("reports",),
    "residents", scale=funnels.RATE, per=1000, form="number:1", caveats=(RESIDENTS_OF_2020,),
)  # fmt: skip
CED_USES = Question(
    "ced-per-report", "forces/ced-per-report", "CED uses per thousand reports",
    "use per thousand reports", "use of force reports", ("CED by force", "reports by force"),
    ("CED",), "reports", scale=funnels.RATE, per=1000, form="number:1", caveats=(HIGHEST_ONLY,),
)  # fmt: skip
DISCHARGED = Question(
    "ced-discharged", "ced", "CED discharged, share of uses", "discharge per use",
    "CED uses of a stated kind", ("CED by force",), ("CED discharge",), "CED",
    ("CED not stated",), caveats=(HIGHEST_ONLY,),
)  # fmt: skip
UNDER_EIGHTEEN = Question(
    "under-eighteen", "forces/under-eighteen", "Perceived as under eighteen, share of tactics",
    "tactic", "tactics used, age stated", ("age by force",), _group("Under 11", "11-17"), _TACTICS,
    _group(*NOT_KNOWN), caveats=(SEVERAL_TACTICS,),
)  # fmt: skip
MENTAL_HEALTH = Question(
    "mental-health", "forces/mental-health",
    "Mental health condition perceived, share of tactics", "tactic",
    "tactics used, health condition stated", ("health condition by force",),
    _group("Mental", "Physical and mental"), _TACTICS, _group(*NOT_KNOWN), f"{_TACTICS}, None",
    caveats=(SEVERAL_TACTICS,),
)  # fmt: skip
ETHNICITY = Question(
    "ethnicity-not-known", "forces/ethnicity-not-known",
    "Ethnic group not known, share of tactics", "tactic", "tactics used", ("ethnicity by force",),
    _group(*NOT_KNOWN), _TACTICS, caveats=(SEVERAL_TACTICS, TOTALS_ONLY),
)  # fmt: skip
QUESTIONS = (REPORTS, CED_USES, DISCHARGED, UNDER_EIGHTEEN, MENTAL_HEALTH, ETHNICITY)
WITH_NOT_STATED = tuple(question for question in QUESTIONS if question.unstated)


@dataclass(frozen=True)
class Answer:
    """What the tables hold of one force: its counts, or why there is no answer."""

    counts: tuple[Count, ...]
    events: float = 0
    whole: float = 0
    unstated: float = 0
    reason: str = ""

    def taken(self, way: str) -> tuple[float, float]:
        """Events and base, with what is not stated left out, kept in the base, or counted."""
        events = self.events + (self.unstated if way == COUNTED else 0)
        return events, self.whole - (self.unstated if way == LEFT_OUT else 0)


def _answers(question: Question, tables: dict[str, Counts], period: str) -> dict[str, Answer]:
    """The answer of every force."""
    wanted = (*question.events, question.whole, *question.unstated, question.beside)
    tactics = {ALL, *(label.partition(", ")[0] for label in wanted)}
    found: dict[str, dict[str, Count]] = {place: {} for place in official_forces()}
    for subject in question.subjects:
        table = tables[subject].where(area=[*official_forces()], tactic=[*tactics])
        # residents are of one year for all
        for count in table if subject == RESIDENTS else table.where(period=period):
            if count.label in wanted:
                found[count.area][count.label] = count
    return {place: _answer(question, place, found[place]) for place in official_forces()}


def _answer(question: Question, place: str, found: dict[str, Count]) -> Answer:
    beside = found.pop(question.beside, None)
    order = (*question.events, question.whole, *question.unstated)
    counts = tuple(found[label] for label in order if label in found)
    every = counts if beside is None else (*counts, beside)
    if RESIDENTS in question.subjects and place in without_resident_base():
        return Answer(every, reason=without_resident_base()[place])
    missing = next((one.reason for one in every if not one.available), "")
    if missing:
        return Answer(every, reason=missing)
    events, whole, unstated = question.numbers(counts)
    if beside is not None and beside.value == 0 and whole - unstated > 0 and whole >= MANY:
        return Answer(every, reason=ONE_ANSWER)
    if whole - unstated <= 0:
        return Answer(every, reason=NOTHING_STATED)
    return Answer(counts, events, whole, unstated)


def _usable(held: dict[str, Answer]) -> dict[str, Answer]:
    return {place: answer for place, answer in held.items() if not answer.reason}


def in_funnel(
    tables: dict[str, Counts], period: str, *questions: Question, way: str = LEFT_OUT
) -> Findings:
    """Questions in their funnels: the fit, which forces lie outside, and each force's place.

    ``tables`` holds the official tables by subject, and residents. ``way`` says how what is not
    stated is counted; only with it left out are there limits and scores, and not positions alone.
    A force without an answer is in no fit. In alphabetical order, never ranked.
    """
    rows: list[Finding] = []
    for question in questions:
        rows += _one_funnel(question, _answers(question, tables, period), period, way)
    return Findings(tuple(rows))


def _one_funnel(
    question: Question, held: dict[str, Answer], period: str, way: str
) -> list[Finding]:
    usable = _usable(held)
    events, base = np.array([answer.taken(way) for answer in usable.values()]).T
    fitted = funnels.fit(events, base, scale=question.scale)
    # of what is kept in the base it plays no part how much of it is not stated
    skipped = question.unstated if way == KEPT else ()
    counts = {
        place: tuple(one for one in answer.counts if one.label not in skipped)
        for place, answer in held.items()
    }
    words = {
        "period": period, "edition": next(iter(counts.values()))[0].edition,
        "method": f"Spiegelhalter 2005, {question.scale.name} scale, additive variance",
    }  # fmt: skip
    missing = _without_answer(question, held, words, way)
    national = words | {
        "area": ENGLAND_AND_WALES,
        "counts": tuple(one for place in usable for one in counts[place]),
        "findings": tuple(row.id for row in missing),
    }
    rows = _fit(question, fitted, national, way)
    fit_ids = tuple(row.id for row in rows if row.label in (POOLED, TAU2))
    if way == LEFT_OUT:
        fitted_to = national | {"counts": (), "findings": fit_ids}
        rows += _rules(question, events, base, fitted_to)
        rows += _named(question, usable, fitted, fitted_to)
    limits = {limit: fitted.limits(base, limit) for limit in funnels.LIMITS}
    each = list(missing)
    for number, place in enumerate(usable):
        own = words | {"area": place, "counts": counts[place], "findings": fit_ids}
        if way == LEFT_OUT:
            value = question.per * events[number] / base[number]
            ends = {
                limit: {
                    "lower": question.per * lower[number],
                    "upper": question.per * upper[number],
                }
                for limit, (lower, upper) in limits.items()
            }
            each += _with_limits(question, own, value, ends, fitted.z_adjusted[number])
            own |= {"counts": (), "findings": (each[-1].id,)}
        outcome = _place(fitted.z_adjusted[number])
        each.append(Finding(**own, **_position(question, way), outcome=outcome))
    return rows + sorted(each, key=lambda row: row.area)


def _with_limits(
    question: Question, own: dict, value: float, ends: dict[str, dict[str, float]], z: float
) -> list[Finding]:
    """A force's value with the limits at its size, and its score; the first names its counts."""
    inner, outer = ends
    if question.beside:  # an answer that is a nought would withhold the value
        whole = next(one.id for one in own["counts"] if one.label == question.whole)
        own = own | {"counts": (*own["counts"], f"{whole.removesuffix(ALL)}*")}
    first = Finding(**own, **_value(question, inner), value=value, **ends[inner])
    own = own | {"counts": (), "findings": (first.id,)}
    second = Finding(**own, **_value(question, outer) | {"caveats": ()}, value=value, **ends[outer])
    score = Finding(
        **own, series_id=f"{question.ids()}/z", label="Adjusted z-score", value=z,
        kind="statistic", unit="standard deviations", form="number:2",
    )  # fmt: skip
    return [first, second, score]


def _value(question: Question, limit: str) -> dict:
    """What a value with its limits is called."""
    return {
        "series_id": f"{question.ids()}/limits-{_digits(limit)}",
        "label": f"{question.label}, {_limit_name(limit)} limits at its size",
        "kind": "share" if question.scale is funnels.PROPORTION else "rate",
        "unit": question.unit,
        "form": question.form,
        "caveats": (NOT_COMPARABLE, OFFICERS_REPORTS, *question.caveats),
    }


def _position(question: Question, way: str) -> dict:
    told = f", not stated {way}" if way != LEFT_OUT else ""
    return {
        "series_id": f"{question.ids(way)}/position",
        "label": f"{question.label}: position{told}",
        "kind": "verdict",
        "unit": "",
        "caveats": (NOT_COMPARABLE,),
    }


def _without_answer(
    question: Question, held: dict[str, Answer], words: dict, way: str
) -> list[Finding]:
    """Value and position of the forces that have none, with the reason."""
    named = [_position(question, way)]
    if way == LEFT_OUT:
        named.append(_value(question, "95%"))
    return [
        not_available(answer.reason, answer.counts, area=place, **words,
                      **{key: text for key, text in one.items() if key != "caveats"})
        for place, answer in held.items() if answer.reason for one in named
    ]  # fmt: skip


def _fit(question: Question, fitted: funnels.Funnel, words: dict, way: str) -> list[Finding]:
    """The fit and the numbers of forces outside the limits."""
    value = _value(question, "95%")
    rows = [
        ("pooled", POOLED, value["kind"], question.unit, question.form,
         question.per * fitted.pooled),
        ("phi", "Overdispersion φ (mean squared z-score, clipped)", "statistic",
         "ratio of variances", "number:2", fitted.phi),
        ("tau2", TAU2, "statistic", f"{question.scale.name} squared", "number:5", fitted.tau2),
        *(
            (f"outside-{_digits(limit)}-{when}",
             f"Forces outside the {_limit_name(limit)} limits {when} adjustment", "count", "force",
             "count", fitted.outside(limit, adjusted=when == "after"))
            for limit in funnels.LIMITS
            for when in ("before", "after")
        ),
    ]  # fmt: skip
    first, *others = (
        Finding(series_id=f"{question.ids(way)}/{name}", label=label, kind=kind, unit=unit,
                form=form, value=number, **words)
        for name, label, kind, unit, form, number in rows
    )  # fmt: skip
    # the counts of all forces are named once
    return [first, *(replace(row, counts=(), findings=(first.id,)) for row in others)]


def _rules(question: Question, events: np.ndarray, base: np.ndarray, words: dict) -> list[Finding]:
    """How the number outside the outer limits depends on the rule for percentiles."""
    outside = [
        funnels.fit(events, base, rule, question.scale).outside("99.8%", adjusted=True)
        for rule in funnels.RULES
    ]
    words = words | {"method": "the funnel fitted under each of nine rules for percentiles"}
    return [
        Finding(series_id=f"{question.ids()}/outside-998-{name}", kind="count", unit="force",
                label=f"Forces outside the outer limits, {name} of all rules for percentiles",
                value=value, **words)
        for name, value in (("fewest", min(outside)), ("most", max(outside)))
    ]  # fmt: skip


def _named(
    question: Question, usable: dict[str, Answer], fitted: funnels.Funnel, words: dict
) -> list[Finding]:
    """Which forces lie outside the inner limits on either side, in alphabetical order."""
    sides = dict(zip(usable, map(_side, fitted.z_adjusted), strict=True))
    return [
        _list(f"{question.ids()}/names-{name}", f"Forces {name} the inner limits",
              [place for place in usable if sides[place] == side], words)
        for name, side in (("above", 1), ("below", -1))
    ]  # fmt: skip


def _list(series: str, label: str, places: list[str], words: dict) -> Finding:
    """Forces by name."""
    words = words | {"kind": "verdict", "unit": "", "method": "by name"}
    return Finding(series_id=series, label=label, outcome=", ".join(places) or "no force", **words)


def _side(z: float) -> int:
    """On which side of the inner limits: 1 above, -1 below, 0 inside."""
    return 0 if abs(z) <= funnels.LIMITS["95%"] else (1 if z > 0 else -1)


def _place(z: float) -> str:
    side = {0: "inside", 1: "above", -1: "below"}[_side(z)]
    outer = side != "inside" and abs(z) > funnels.LIMITS["99.8%"]
    return f"{side} the {'outer' if outer else 'inner'} limits"


def _digits(limit: str) -> str:
    return limit.rstrip("%").replace(".", "")


def _limit_name(limit: str) -> str:
    return {"95%": "inner", "99.8%": "outer"}[limit]


def not_stated(tables: dict[str, Counts], period: str, *questions: Question) -> Findings:
    """The share not stated in each force, of questions that leave something open."""
    rows = []
    for question in questions:
        for place, answer in _answers(question, tables, period).items():
            rests_on = [one for one in answer.counts if one.label in question.unstated]
            rests_on += [one for one in answer.counts if one.label == question.whole]
            words = {
                "series_id": f"{question.series}/not-stated-share", "label": "Share not stated",
                "kind": "share", "area": place, "period": period,
                "edition": rests_on[0].edition, "unit": question.unit, "form": "percent:1",
            }  # fmt: skip
            missing = next((one.reason for one in rests_on if not one.available), "")
            _, whole, unstated = question.numbers(rests_on)
            if missing or not whole:
                rows.append(not_available(missing or "nothing was recorded", rests_on, **words))
                continue
            rows.append(Finding(**words, value=unstated / whole, counts=tuple(rests_on),
                                method="not stated over all, as printed"))  # fmt: skip
    return Findings(tuple(rows))


def whatever_was_not_stated(
    tables: dict[str, Counts], period: str, *questions: Question
) -> Findings:
    """Whether a force stays on its side of the inner limits whatever was not stated.

    Five fits are held against each other: what is not stated left out, and each of none or all of
    it an event in the force itself, with none or all of it in every other force (Horowitz and
    Manski 1998). Then by name which forces outside stay there, and which may not.
    """
    rows: list[Finding] = []
    for question in questions:
        held = _answers(question, tables, period)
        usable = _usable(held)
        sides = _sides(question, usable)
        edition = next(iter(usable.values())).counts[0].edition
        run = f"@{slug(period)}@{slug(edition)}"
        pooled = f"{question.ids()}/pooled@{slug(ENGLAND_AND_WALES)}{run}"
        value = f"{question.ids()}/limits-95"
        words = {
            "period": period, "edition": edition, "findings": (pooled,),
            "method": "missing-data limit, in the force and in the others",
        }  # fmt: skip
        alike = {place: len(set(found)) == 1 for place, found in sides.items()}
        rows += [
            Finding(**words | {"findings": (pooled, f"{value}@{slug(place)}{run}")},
                    series_id=f"{question.series}/whatever-was-not-stated", kind="verdict", unit="",
                    label="Whatever was not stated", area=place,
                    outcome=ALIKE if alike[place] else HANGS)
            for place in usable
        ]  # fmt: skip
        outside = [place for place in usable if sides[place][0]]
        national = words | {"area": ENGLAND_AND_WALES}
        for name, label, wanted in (
            ("outside-whatever", "Forces outside whatever was not stated", True),
            ("outside-hangs", "Forces outside as long as what was not stated is left out", False),
        ):
            named = [place for place in outside if alike[place] == wanted]
            rows.append(_list(f"{question.series}/{name}", label, named, national))
        rows.append(Finding(
            series_id=f"{question.series}/inside-hangs", kind="count", unit="force",
            label="Forces inside as long as what was not stated is left out",
            value=sum(not alike[place] for place in usable if place not in outside), **national,
        ))  # fmt: skip
    return Findings(tuple(rows))


def _sides(question: Question, usable: dict[str, Answer]) -> dict[str, list[int]]:
    """The side of each force, first with what is not stated left out, then in the four corners."""
    events, whole, unstated = np.array(
        [(one.events, one.whole, one.unstated) for one in usable.values()]
    ).T
    left_out = funnels.fit(events, whole - unstated, scale=question.scale).z_adjusted
    sides = {place: [_side(z)] for place, z in zip(usable, left_out, strict=True)}
    for number, place in enumerate(usable):
        for own, others in product((0, 1), repeat=2):
            share = np.full(len(usable), others)
            share[number] = own
            fitted = funnels.fit(events + share * unstated, whole, scale=question.scale)
            sides[place].append(_side(fitted.z_adjusted[number]))
    return sides


def q_values(placed: Findings, *questions: Question) -> Findings:
    """q-values of all forces and questions as one family, and which forces stand out by them.

    Benjamini and Hochberg 1995 (doi 10.1111/j.2517-6161.1995.tb02031.x) on the two-sided p of the
    adjusted z-scores in ``placed``, which ``in_funnel`` gave.
    """
    scores = [row for row in placed if row.series_id in {f"{q.ids()}/z" for q in questions}]
    first = scores[0]
    words = {"period": first.period, "edition": first.edition}
    national = words | {"area": ENGLAND_AND_WALES}
    method = f"Benjamini-Hochberg over {len(scores)} comparisons of forces"
    family = Finding(
        series_id="forces/family/number", kind="count", unit="comparison", value=len(scores),
        label="Comparisons of a force with all forces", method="counted",
        findings=tuple(row.id for row in scores), **national,
    )  # fmt: skip
    found = false_discovery_control(funnels.p_of(np.array([row.value for row in scores])))
    rows = [
        Finding(series_id=f"{row.series_id.removesuffix('/z')}/q", label="q-value",
                kind="statistic", unit="q-value", form="number:3", area=row.area, value=q,
                method=method, caveats=(FAMILY,), findings=(row.id, family.id), **words)
        for row, q in zip(scores, found, strict=True)
    ]  # fmt: skip
    beyond = national | {"findings": (family.id,), "method": method}
    named = [
        _list(f"{question.ids()}/names-beyond", "Forces that stand out after all comparisons",
              [row.area for row in rows
               if row.series_id == f"{question.ids()}/q" and row.value <= BEYOND], beyond)
        for question in questions
    ]  # fmt: skip
    number = Finding(series_id="forces/family/beyond", kind="count", unit="comparison",
                     label="Comparisons that stand out after all of them are allowed for",
                     value=sum(row.value <= BEYOND for row in rows), **beyond)  # fmt: skip
    return Findings((family, number, *rows, *named))


def flags(tables: dict[str, Counts], period: str, *questions: Question) -> Findings:
    """What may mislead about each force's answer: much not stated, few events, revised figures."""
    rows = []
    for question in questions:
        for place, answer in _answers(question, tables, period).items():
            words = {
                "series_id": f"{question.series}/flags", "label": "Flags", "kind": "verdict",
                "unit": "", "area": place, "period": period, "counts": answer.counts,
                "edition": answer.counts[0].edition,
            }  # fmt: skip
            if answer.reason:
                rows.append(not_available(answer.reason, **words))
                continue
            said = [
                text
                for text, holds in (
                    ("a tenth or more not stated",
                     answer.unstated >= MUCH_NOT_STATED * answer.whole),
                    ("fewer than ten events", answer.events < EXACT_BELOW),
                    ("revised", any("revised" in one.note for one in answer.counts)),
                ) if holds
            ]  # fmt: skip
            rows.append(Finding(**words, outcome="; ".join(said) or NO_FLAG,
                                method="flags of what may mislead"))  # fmt: skip
    return Findings(tuple(rows))


def of_area(placed: Findings, area: str, *questions: Question) -> Findings:
    """Of how many questions the area has an answer, and in how many it lies outside the limits."""
    own = [placed.one(f"{question.ids()}/position", area=area) for question in questions]
    words = {
        "area": area, "period": own[0].period, "edition": own[0].edition, "kind": "count",
        "unit": "question", "method": "counted", "findings": tuple(row.id for row in own),
    }  # fmt: skip
    outside = sum(row.available and not row.outcome.startswith("inside") for row in own)
    return Findings((
        Finding(series_id="forces/area/answered", label="Questions with an answer",
                value=sum(row.available for row in own), **words),
        Finding(series_id="forces/area/outside", label="Questions outside the inner limits",
                value=outside, **words),
    ))  # fmt: skip


def positions(placed: Findings) -> Findings:
    """The position of each force on each question."""
    return Findings(tuple(row for row in placed if row.series_id.endswith("/position")))


def notable(question: Question, area: str, placed: Findings, *beside: Findings) -> Findings:
    """What a table shows of the forces outside the inner limits, and of the area.

    The value with its limits and the position, and what the tables ``beside`` hold of the same
    forces; by force in alphabetical order.
    """
    start = question.ids()
    positions = placed.where(series_id=f"{start}/position")
    names = {row.area for row in positions if row.available
             and not row.outcome.startswith("inside")} | {area}  # fmt: skip
    wanted = {f"{start}/limits-95", f"{start}/position", f"{start}/q",
              *(f"{question.series}/{name}"
                for name in ("not-stated-share", "whatever-was-not-stated", "flags"))}  # fmt: skip
    rows = [row for table in (placed, *beside) for row in table
            if row.area in names and row.series_id in wanted]  # fmt: skip
    return Findings(tuple(sorted(rows, key=lambda row: row.area)))
