"""Every outcome and ethnic group side by side: the family over which false discoveries are counted.

Each has an odds ratio, an average difference in probability, and a q-value: the share of false
discoveries to be expected, at most, if this one and all with a smaller one were called differences.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit, ndtri
from scipy.stats import false_discovery_control

from analysis.counts import NOT_AVAILABLE, STATED, Count
from analysis.findings import Finding, Findings, not_available
from analysis.measures.records.clustered import share
from analysis.measures.records.regression import (
    ASIAN,
    NO_REPORT,
    PERCEIVED,
    SELECTED,
    Estimate,
    Model,
    Study,
)
from analysis.measures.records.regression_outcomes import UNIT_OF_RECORDS
from analysis.models.logit import Fit
from analysis.models.marginal_effects import average_marginal_effects
from analysis.standard.form import OUTCOMES
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS

ODDS, POINTS, Q_VALUE, READING = "odds ratio", "percentage points", "q-value", "in words"
DELTA = "average marginal effect, delta method"
PENALISED = f"{DELTA}; Firth's penalised logit, its covariance times the design effect"
LEANING = "probabilities of the penalised fit lean a little towards one half (Puhr and others 2017)"
DISAGREE = (
    "of the intervals of the odds ratio and of the difference one holds no difference and the "
    "other does not, since each is had on its own scale: go by the odds ratio"
)
NO_AVERAGE = "the average over all reports is not finite"
TOO_FEW_IN_WORDS = "cannot tell: too few reports for a ratio"
BEYOND = 0.05  # a q-value above is called no difference
# parts of the uses of a CED: they would count the same reports again
PARTS = ("Taser discharged", "Taser not discharged")
A_PART = "not in the family, since it is a part of “Taser used”"
FAMILY = (
    "the family is every ethnic group with an odds ratio, over every outcome but the two parts of "
    "“Taser used”; outcomes of a report depend on each other, which the procedure allows for where "
    "they do so in one direction"
)
OVER_REPORTS = (
    "averaged over all reports that can tell, each set to the one group and then to the other"
)


def overview(study: Study) -> Findings:
    """Odds ratio, a reading, average difference and q-value of every outcome and group, by the main
    fits.
    """
    groups = [group for group in ETHNIC_GROUPS if group != study.reference]
    every = [study.estimate(name, group) for name in OUTCOMES for group in groups]
    odds = [odds_ratio(study, made) for made in every]
    quotients = _q_values(every, odds)
    rows = [
        row
        for made, ratio, q in zip(every, odds, quotients, strict=True)
        for row in (ratio, reading(study, made, q.value), difference(study, made), q)
    ]
    return Findings(tuple(rows))


def with_a_ratio(rows: Findings) -> Findings:
    """Of the overview: all of each outcome and group that has an odds ratio."""
    held = {_pair(row) for row in rows if row.unit == ODDS and row.available}
    return Findings(tuple(row for row in rows if _pair(row) in held))


def without_a_ratio(rows: Findings) -> Findings:
    """Of the overview: the odds ratios that have no value, for their numbers and reasons."""
    return Findings(tuple(row for row in rows if row.unit == ODDS and not row.available))


def _pair(row: Finding) -> str:
    return row.series_id.rpartition("/")[0]


def shares(study: Study, name: str) -> Findings:
    """The share of reports with an outcome, of each ethnic group, limits by incident; crude."""
    found = {}
    for group in ETHNIC_GROUPS:
        if group != study.reference:
            made = study.estimate(name, group)
            own, of, *others = study.counts(made)
            found[group], found[study.reference] = (own, of), tuple(others)
    return Findings(tuple(_share(study, name, one, found[one]) for one in ETHNIC_GROUPS))


def _share(study: Study, name: str, group: str, counts: tuple[Count, ...]) -> Finding:
    outcome = study.outcome(name)
    words = {
        "series_id": f"regression/{slug(name)}/share/{slug(group)}", "label": group,
        "kind": "share", "unit": "share of reports that can tell", "form": "percent:1",
        "basis": "{0} of {1}", **study.records.place,
        "caveats": (UNIT_OF_RECORDS, SELECTED, PERCEIVED, *((ASIAN,) if group == "Asian" else ())),
    }  # fmt: skip
    if reason := study.refusal(name):
        return not_available(reason, **words)
    base = outcome.eligible & (study.factors["ethnicity"] == group)
    if not base.any():
        return not_available(NO_REPORT, counts, **words)
    made = share(outcome.event & base, base, study.incidents[study.rule], study.confidence)
    return Finding(**words, value=made.value, lower=made.lower, upper=made.upper, counts=counts,
                   confidence=study.confidence, method=made.method)  # fmt: skip


def series(made: Estimate, part: str) -> str:
    """The series of a part of an estimate of the main fit."""
    return f"regression/{slug(made.outcome)}/{made.pair}/{slug(part)}"


def _label(made: Estimate) -> str:
    return f"{made.outcome[0].upper()}{made.outcome[1:]}, {made.group} to {made.reference}"


def odds_ratio(study: Study, made: Estimate) -> Finding:
    """The odds ratio of the main fit."""
    return study.finding(made, series(made, ODDS), _label(made))


def difference(study: Study, made: Estimate) -> Finding:
    """Average difference in the probability of the outcome, in percentage points.

    Probabilities of Firth's fit lean towards one half (Puhr and others 2017,
    doi 10.1002/sim.7273), which is said where it is that fit.
    """
    found = study.finding(made, series(made, POINTS), _label(made))
    words = {"kind": "difference", "unit": POINTS, "form": "number:1", "basis": ""}
    if not made.available:
        return replace(found, **words)
    effect, error = _effect(made)
    if not np.isfinite([effect, error]).all():
        none = {"value": None, "lower": None, "upper": None, "confidence": None, "method": ""}
        return replace(found, **words, **none, status=NOT_AVAILABLE, reason=NO_AVERAGE)
    half = float(ndtri((1 + study.confidence) / 2)) * error
    penalised = bool(made.model.penalty(made.group))
    differs = (abs(effect) > half) != (not made.lower < 1 < made.upper)
    words["caveats"] = (
        *found.caveats, OVER_REPORTS, *((LEANING,) if penalised else ()),
        *((DISAGREE,) if differs else ()),
    )  # fmt: skip
    ends = {"value": effect, "lower": effect - half, "upper": effect + half}
    how = PENALISED if penalised else f"{DELTA}; {found.method}"
    return replace(found, **words, method=how, **{k: 100 * v for k, v in ends.items()})


def _effect(made: Estimate) -> tuple[float, float]:
    """The average difference in probability and its standard error; nan where there is none."""
    patterns = made.model.patterns
    fit = _placed(made.model, made.model.fit_for(made.group))
    effects = average_marginal_effects(patterns, fit)
    own = effects[(effects["factor"] == "ethnicity") & (effects["level"] == made.group)].iloc[0]
    return float(own["effect"]), float(own["se"])


def _placed(model: Model, fit: Fit) -> Fit:
    """The fit with the reports of other groups that have no finite coefficient as if they were of
    the reference group, which is all that an average over every report asks of them.

    As it is where the intercept is not finite either: these reports then have no place.
    """
    patterns, endless = model.patterns, np.isnan(fit.coefficients)
    term, place = patterns.terms["ethnicity"], list(patterns.levels).index("ethnicity")
    if endless[0] or not endless[term].any():
        return fit
    moved = np.isin(patterns.codes[:, place], 1 + np.flatnonzero(endless[term]))
    elsewhere = np.where(endless, 1.0, 0.0)
    elsewhere[term] = 0
    moved &= patterns.linear(elsewhere) == 0  # else predicted by another factor, whatever the group
    chance = expit(patterns.linear(np.where(endless, 0, fit.coefficients)))
    coefficients = fit.coefficients.copy()
    coefficients[term] = np.nan_to_num(coefficients[term])
    return replace(fit, coefficients=coefficients,
                   probabilities=np.where(moved, chance, fit.probabilities))  # fmt: skip


def reading(study: Study, made: Estimate, q: float | None) -> Finding:
    """What the numbers can and cannot tell, in words, whether or not there is a ratio.

    ``q``: the q-value, or none for what is not in the family.
    """
    found = study.finding(made, series(made, READING), _label(made))
    ratio = replace(found, series_id=series(made, ODDS))
    words = {"kind": "verdict", "unit": READING, "form": "count", "basis": "", "caveats": (),
             "findings": (ratio.id,)}  # fmt: skip
    if made.status == NOT_AVAILABLE:
        return replace(found, **words)
    return replace(found, **words, status=STATED, reason="", outcome=_outcome(made, q), value=None,
                   lower=None, upper=None, confidence=None,
                   method="read off the interval and the q-value")  # fmt: skip


def _outcome(made: Estimate, q: float | None) -> str:
    if not made.available:
        return TOO_FEW_IN_WORDS
    if made.lower <= 1 <= made.upper:
        return "cannot tell: the interval holds one, so that the odds may be higher, lower or equal"
    way, side = ("higher", "above") if made.lower > 1 else ("lower", "below")
    said = f"the odds were {way} for people perceived as {made.group}"
    if q is None:
        return f"{said} taken alone: the interval lies {side} one"
    if q > BEYOND:
        return (
            f"{said} taken alone, but not once so many comparisons are allowed for (q-value above "
            "one in twenty)"
        )
    return f"{said}: the interval lies {side} one"


def _q_values(every: list[Estimate], odds: list[Finding]) -> list[Finding]:
    """Benjamini and Hochberg 1995 (doi 10.1111/j.2517-6161.1995.tb02031.x) over the family."""
    members = [made.available and made.outcome not in PARTS for made in every]
    held = [made.p for made, member in zip(every, members, strict=True) if member]
    values = iter(false_discovery_control(held) if held else ())
    ids = tuple(row.id for row, member in zip(odds, members, strict=True) if member)
    rows = []
    for made, ratio, member in zip(every, odds, members, strict=True):
        words = {"series_id": series(made, Q_VALUE), "unit": Q_VALUE, "kind": "statistic",
                 "form": "number:3", "value": None, "lower": None, "upper": None, "method": "",
                 "confidence": None, "caveats": (FAMILY,), "counts": (), "basis": ""}  # fmt: skip
        if member:
            words |= {"value": next(values), "findings": ids,
                      "method": f"Benjamini-Hochberg over {len(ids)} odds ratios"}  # fmt: skip
        elif made.available:
            words |= {"status": NOT_AVAILABLE, "reason": A_PART}
        rows.append(replace(ratio, **words))
    return rows


def of(findings: Findings, outcome: str, group: str, reference: str, part: str) -> Finding:
    """The finding of one outcome and group: ``part`` is the unit, such as ``ODDS``."""
    pair = f"{slug(group)}-to-{slug(reference)}"
    return findings.one(f"regression/{slug(outcome)}/{pair}/{slug(part)}")


def of_pair(findings: Findings, group: str, reference: str) -> Findings:
    """The odds ratios of one group to the reference, one for each outcome, labelled by it."""
    rows = (of(findings, name, group, reference, ODDS) for name in OUTCOMES)
    return Findings(tuple(
        replace(row, label=f"{name[0].upper()}{name[1:]}")
        for name, row in zip(OUTCOMES, rows, strict=True)
    ))  # fmt: skip
