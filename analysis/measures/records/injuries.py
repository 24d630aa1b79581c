"""Injuries in records: of subjects from the officer's force, of officers from the incident.

The answer and the level of an injury disagree, and both are kept (definition 18). Reports exist
only where force was used, and officers choose the tactic by the threat: a share by tactic is no
effect of the tactic.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.counts import Count
from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.intervals import wilson
from analysis.measures.records.incidents import group_reports, incidents_holding
from analysis.measures.records.injury_study import (
    FEW_REPORTS,
    GUESSED,
    MISSING_ONLY,
    NO_REPORT,
    OF_ALL,
    ONE_OFFICER,
    SIDES,
    SUBJECT,
    Selection,
    Study,
)
from analysis.records import Records, Tally
from analysis.standard.form import CONDUCT, INCIDENT_RULES, NOT_REPORTED, PLACES
from analysis.standard.names import slug
from analysis.standard.people import IMPACT_FACTOR
from analysis.standard.severity import severity_order

NO_CAUSE = (
    "officers choose the tactic by the threat they meet: the share is that of the situations in "
    "which it was used as much as of the tactic"
)
OVERLAP = "a report may stand in several rows"
ANY_REPORT = "an incident counts as soon as one of its reports says so"
DEATHS_REPEATED = "one death stands in as many reports as officers made of it"
FEW_INCIDENTS = "fewer than ten incidents"
ORDERED = "highest by the order “{}”, CED by “{}”"
ENDS = {"fewest": min, "most": max}
NONE_OF_ORDER = "Tactics not reported"  # nor any other that the order holds


def both_measures(study: Study) -> Findings:
    """Reports of an injury by the answer and by the level, and those in which they disagree."""
    rows = []
    for side in SIDES.values():
        name, label = side.name, f"{side.who} injured"
        if reason := study.records.lacks(side.answer, side.level):
            words = study.words(f"{name}/answer", label, kind="count", unit="report")
            rows.append(not_available(reason, **words))
            continue
        answer, level = study.injured(side), study.with_level(side)
        rows += [
            study.number(f"{name}/answer", f"{label}, by the answer", answer, side.caveat),
            study.number(f"{name}/level", f"{label}, by the level", level, side.caveat),
            study.number(f"{name}/answer-without-level", f"{label}: Yes, and no level",
                         answer.without(level)),
            study.number(f"{name}/level-without-answer", f"{label}: a level, and not Yes",
                         level.without(answer)),
        ]  # fmt: skip
        rows += [
            study.number(f"{name}/level-{slug(one)}", f"{side.who} injury level: {one}",
                         study.answered(side.level, one), side.caveat)
            for one in side.levels
        ]  # fmt: skip
    return Findings(tuple(rows))


def overall(study: Study) -> Findings:
    """The share of reports with an injury of each side, by both measures, with limits."""
    rows = []
    for side in SIDES.values():
        series, label = f"{side.name}/share", f"{side.who} injured"
        rows += _three(study, series, label, side.answer, study.every, side.caveat)
        rows.append(study.levelled(series, label, side, study.every))
    return Findings(tuple(rows))


def _three(study: Study, *asked) -> list[Finding]:
    """Of all reports, at most, and of those with an answer."""
    return [*study.asked(*asked), study.of_answered(*asked)]


def by_highest_tactic(study: Study, order: str, ced_order: str, side: str) -> Findings:
    """Injuries by the highest tactic of each report by named orders; no report stands twice.

    Tactics that are the highest of no report are not listed.
    """
    highest = highest_tactic(study.records, severity_order(order, ced_order))
    named = ORDERED.format(order, ced_order)
    groups = [
        (tactic, Selection(f"tactic {named}: {tactic}", highest == tactic))
        for tactic in highest.cat.categories
    ]
    return _by(study, side, f"highest-tactic/{slug(order)}/{slug(ced_order)}", groups, NO_CAUSE)


def by_any_tactic(study: Study, order: str, ced_order: str, side: str) -> Findings:
    """Injuries by each tactic in a report, once a report; listed in the named order."""
    uses = tactic_uses(study.records)
    rows = uses.groupby("tactic")["row"].agg(set)
    index = study.records.reports.index
    groups = [
        (tactic, Selection(f"tactic: {tactic}", pd.Series(index.isin(rows[tactic]), index=index)))
        for tactic in severity_order(order, ced_order)
        if tactic in rows
    ]
    return _by(study, side, "any-tactic", groups, NO_CAUSE, OVERLAP)


def tactic_uses(records: Records) -> pd.DataFrame:
    """Each tactic of a report once, a CED ticked in its own block included: columns row, tactic."""
    ced = records.ced_uses.rename(columns={"use": "tactic"})
    both = pd.concat([records.tactics[["row", "tactic"]], ced])
    return both.drop_duplicates(ignore_index=True)


def highest_tactic(records: Records, order: tuple[str, ...]) -> pd.Series:
    """The highest tactic of each report by ``order``, categories as they occur in that order.

    Index as ``records.reports``; a report without a tactic of the order is "Tactics not reported".
    """
    rank = {tactic: place for place, tactic in enumerate(order)}
    uses = tactic_uses(records)
    best = uses["tactic"].map(rank).groupby(uses["row"]).min()
    places = best.reindex(records.reports.index).fillna(len(order)).astype(int)
    names = (*order, NONE_OF_ORDER)
    found = pd.Series(pd.Categorical.from_codes(places, names), index=records.reports.index)
    return found.cat.remove_unused_categories()


def moved_by_order(study: Study, orders: tuple[str, str], ced_order: str) -> Findings:
    """Reports whose highest tactic is another by the second of two orders."""
    first, second = (
        highest_tactic(study.records, severity_order(order, ced_order)).astype(str)
        for order in orders
    )
    words = f"highest tactic differs between the orders “{orders[0]}” and “{orders[1]}”"
    moved = Selection(words, first != second)
    label = "Reports whose highest tactic hangs on the order"
    return Findings((study.number("highest-tactic/moved", label, moved),))


def by_resistance(study: Study, side: str) -> Findings:
    """Injuries by the subject's conduct as the officer judged it, least first."""
    occurring = study.records.reports["conduct"].unique()
    groups = [
        (answer, study.answered("conduct", answer))
        for answer in (*CONDUCT, NOT_REPORTED)
        if answer in occurring
    ]
    return _by(study, side, "resistance", groups, NO_CAUSE, lacking=study.records.lacks("conduct"))


def by_impact_factor(study: Study, side: str) -> Findings:
    """Injuries by each factor that the officer ticked, several or none."""
    return _by_boxes(study, side, "impact factor", IMPACT_FACTOR.editions[0])


def by_location(study: Study, side: str) -> Findings:
    """Injuries by each kind of place that the officer ticked, several or none."""
    return _by_boxes(study, side, "location", PLACES)


def _by_boxes(study: Study, side: str, question: str, boxes: Iterable[str]) -> Findings:
    fields = {f"{question}: {box}": box for box in boxes}
    held = [field for field in fields if not study.records.lacks(field)]
    answers = study.records.reports[held]
    groups = [(fields[field], study.answered(field)) for field in held]
    groups += [
        ("None ticked", Selection(f"{question}: none ticked", (answers == "No").all(axis=1))),
        (NOT_REPORTED,
         Selection(f"{question}: not reported", (answers == NOT_REPORTED).all(axis=1))),
    ]  # fmt: skip
    lacking = "" if held else study.records.lacks(*fields)
    groups = [(label, group) for label, group in groups if len(group)]
    return _by(study, side, slug(question), groups, NO_CAUSE, OVERLAP, lacking=lacking)


def _by(
    study: Study,
    side: str,
    dimension: str,
    groups: list[tuple[str, Selection]],
    *caveats: str,
    lacking: str = "",
) -> Findings:
    """The share by the answer, at most, and by the level, in each group."""
    whose = SIDES[side]
    reason = lacking or study.records.lacks(whose.answer)
    if reason:
        words = study.words(f"{side}/{dimension}", dimension.replace("-", " "))
        return Findings((not_available(reason, **words, kind="share", unit=OF_ALL),))
    rows = []
    for label, group in groups:
        series = f"{side}/{dimension}/{slug(label)}"
        rows += study.asked(series, label, whose.answer, group, whose.caveat, *caveats)
        rows.append(study.levelled(series, label, whose, group))
    return Findings(tuple(rows))


def injured_incidents(study: Study) -> Findings:
    """Incidents with an injured subject under every rule, their range, and the share by the chosen.

    By the answer. An incident counts as soon as one of its reports says so; at most, where one of
    its reports does not answer.
    """
    side = SIDES["subjects"]
    if reason := study.records.lacks(side.answer):
        words = {"kind": "count", "unit": "incident"}
        return Findings(
            tuple(
                not_available(reason, **study.words(f"incidents/injured/{name}",
                              f"Incidents with a subject injured, {name}", **words))
                for name in ENDS
            )
        )  # fmt: skip
    yes, unknown = study.injured(side), study.answered(side.answer, NOT_REPORTED)
    rows = [_incidents_of(study, rule, "", yes) for rule in INCIDENT_RULES]
    return Findings((*rows, *_ends(study, rows), *_incident_shares(study, yes, unknown)))


def _incidents_of(study: Study, rule: str, name: str, selection: Selection) -> Finding:
    """Incidents by a rule in which at least one report is of the selection."""
    label = f"Incidents with {name or 'a subject injured'}, rule “{rule}”"
    words = study.words(f"incidents/{slug(name or 'injured')}/{slug(rule)}", label,
                        kind="count", unit="incident", method=INCIDENT_RULES[rule],
                        caveats=(ANY_REPORT, GUESSED))  # fmt: skip
    if rule != "report" and (reason := study.records.lacks("time")):
        return not_available(reason, **words)
    (count,) = _incident_counts(study, rule, selection)
    return Finding(**words, value=count.value, counts=(count,))


def _incident_counts(study: Study, rule: str, *selections: Selection) -> tuple[Count, ...]:
    incidents = group_reports(study.records, rule)
    tallies = []
    for one in selections:
        condition = f"reports taken together by the rule “{rule}”, one of them with {one.words}"
        tallies.append(Tally("incidents", **incidents_holding(incidents, rule, one.reports),
                             condition=condition, group=f"{rule}; {one.words}"))  # fmt: skip
    return tuple(study.records.counts(tallies, SUBJECT))


def _ends(study: Study, rows: list[Finding]) -> list[Finding]:
    """The fewest and the most over the rules that can be applied."""
    rows = [row for row in rows if row.available]
    return [
        Finding(
            **study.words(f"incidents/injured/{name}",
                          f"Incidents with a subject injured, {name} over all rules",
                          kind="count", unit="incident", caveats=(ANY_REPORT, GUESSED)),
            value=end(row.value for row in rows),
            method=f"the {name} by any rule",
            counts=tuple(count for row in rows for count in row.counts),
            findings=tuple(row.id for row in rows),
        )
        for name, end in ENDS.items()
    ]  # fmt: skip


def _incident_shares(study: Study, yes: Selection, unknown: Selection) -> list[Finding]:
    """The share of incidents with an injured subject by the chosen rule, and at most."""
    either = Selection(f"{yes.words} or {NOT_REPORTED}", yes.reports | unknown.reports)
    injured, at_most, every = _incident_counts(study, study.rule, yes, either, study.every)
    shared = {"kind": "share", "unit": "share of incidents", "form": "percent:1",
              "basis": "{0} of {1}"}  # fmt: skip
    share = study.words("incidents/share", f"Incidents with a subject injured, rule “{study.rule}”",
                        **shared, caveats=(ANY_REPORT, GUESSED))  # fmt: skip
    limit = study.words("incidents/share/at-most",
                        f"The same, rule “{study.rule}”, if every answer not reported were Yes",
                        **shared, caveats=(MISSING_ONLY,))  # fmt: skip
    if not every.value:
        return [not_available(NO_REPORT, (injured, every), **share)]
    if every.value < FEW_REPORTS:
        return [too_few(FEW_INCIDENTS, (injured, every), **share)]
    lower, upper = wilson(int(injured.value), int(every.value), study.confidence)
    return [
        Finding(**share, value=injured.value / every.value, lower=lower, upper=upper,
                confidence=study.confidence, method="Wilson score", counts=(injured, every)),
        Finding(**limit, value=at_most.value / every.value, method="missing-data limit",
                counts=(at_most, every)),
    ]  # fmt: skip


def aid(study: Study) -> Findings:
    """Medical aid offered and given, of reports of an injury by the answer."""
    rows = []
    for side, label, field in (
        ("subjects", "Aid offered to the subject, of reports with one injured",
         "subject aid offered"),
        ("subjects", "Aid given to the subject, of reports with one injured", "subject aid given"),
        ("officers", "Aid given to the officer, of reports with one injured", "officer aid given"),
    ):  # fmt: skip
        base = study.injured(SIDES[side])
        rows += _three(study, f"aid/{slug(field)}", label, field, base, SIDES[side].caveat)
    return Findings(tuple(rows))


def assaults(study: Study) -> Findings:
    """Assaults on officers and threats, of all reports; injuries on purpose, of those injured."""
    rows = []
    for label, field in (
        ("Assaulted by the subject", "assaulted by subject"),
        ("Assaulted with a weapon", "assaulted with weapon"),
        ("Threatened with a weapon", "threatened with weapon"),
    ):
        rows += _three(study, f"assaults/{slug(field)}", label, field, study.every, ONE_OFFICER)
    rows += _three(
        study, "assaults/intentional-injury",
        "Injured on purpose, of reports with an officer injured",
        "officer injury intentional", study.injured(SIDES["officers"]), ONE_OFFICER,
    )  # fmt: skip
    return Findings(tuple(rows))


def deaths(study: Study) -> Findings:
    """Reports of a death by the outcome and by the level, and the incidents that hold them."""
    if reason := study.records.lacks("outcome: Fatality", "subject injury level"):
        words = study.words("deaths", "Reports of a death", kind="count", unit="report")
        return Findings((not_available(reason, **words),))
    outcome = study.answered("outcome: Fatality")
    level = study.answered("subject injury level", "Death")
    either = Selection(f"{outcome.words} or {level.words}", outcome.reports | level.reports)
    rows = [
        study.number("deaths/outcome", "Reports with the outcome “Fatality”", outcome,
                     DEATHS_REPEATED),
        study.number("deaths/level", "Reports with an injury of the level “Death”", level,
                     DEATHS_REPEATED),
        study.number("deaths/either", "Reports with either", either, DEATHS_REPEATED),
    ]  # fmt: skip
    rows += [_incidents_of(study, rule, "a death", either) for rule in INCIDENT_RULES]
    return Findings(tuple(rows))
