"""Every outcome and ethnic group side by side: the family over which false discoveries are counted.

Each has an odds ratio, an average difference in probability, and a q-value: the share of false
discoveries to be expected if this one and all with a smaller one were called differences.
"""

from __future__ import annotations

from dataclasses import replace

from scipy.special import ndtri
from scipy.stats import false_discovery_control

from analysis.counts import NOT_AVAILABLE, STATED
from analysis.findings import Finding, Findings
from analysis.measures.records.regression import Estimate, Study
from analysis.models.marginal_effects import average_marginal_effects
from analysis.standard.form import OUTCOMES
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS

ODDS, POINTS, Q_VALUE, READING = "odds ratio", "percentage points", "q-value", "in words"
DELTA = "average marginal effect, delta method"
PENALISED = f"{DELTA}; Firth's penalised logit, its covariance times the design effect"
LEANING = "probabilities of the penalised fit lean a little towards one half (Puhr and others 2017)"
TOO_FEW_IN_WORDS = "cannot tell: too few reports for a ratio"
FAMILY = (
    "the family is every ethnic group with an odds ratio, over every outcome; outcomes of a report "
    "depend on each other, which the procedure allows for where they do so in one direction"
)
OVER_REPORTS = (
    "averaged over all reports that can tell, each set to the one group and then to the other"
)


def overview(study: Study) -> Findings:
    """Odds ratio, average difference, q-value and a reading of every outcome and group, by the main
    fits.
    """
    groups = [group for group in ETHNIC_GROUPS if group != study.reference]
    family = [study.estimate(name, group) for name in OUTCOMES for group in groups]
    odds = [odds_ratio(study, made) for made in family]
    quotients = _q_values(study, family, odds)
    rows = [
        row
        for made, ratio, quotient in zip(family, odds, quotients, strict=True)
        for row in (ratio, difference(study, made), quotient, reading(study, made))
    ]
    return Findings(tuple(rows))


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
    model = made.model
    leaning = (LEANING,) if model.penalty(made.group) else ()
    words |= {"caveats": (*found.caveats, OVER_REPORTS, *leaning)}
    effects = average_marginal_effects(model.patterns, model.fit_for(made.group))
    own = effects[(effects["factor"] == "ethnicity") & (effects["level"] == made.group)].iloc[0]
    half = float(ndtri((1 + study.confidence) / 2)) * own["se"]
    ends = {"value": own["effect"], "lower": own["effect"] - half, "upper": own["effect"] + half}
    how = f"{DELTA}; {found.method}" if not leaning else PENALISED
    return replace(found, **words, method=how, **{k: 100 * v for k, v in ends.items()})


def reading(study: Study, made: Estimate) -> Finding:
    """What the numbers can and cannot tell, in words, whether or not there is a ratio."""
    found = study.finding(made, series(made, READING), _label(made))
    words = {"kind": "verdict", "unit": READING, "form": "count", "basis": "", "caveats": ()}
    if made.status == NOT_AVAILABLE:
        return replace(found, **words)
    return replace(found, **words, status=STATED, reason="", outcome=_outcome(made), value=None,
                   lower=None, upper=None, confidence=None, method="")  # fmt: skip


def _outcome(made: Estimate) -> str:
    if not made.available:
        return TOO_FEW_IN_WORDS
    if made.lower > 1:
        return f"the odds were higher for {made.group}: the interval lies above one"
    if made.upper < 1:
        return f"the odds were lower for {made.group}: the interval lies below one"
    return "cannot tell: the interval holds one, so that the odds may be higher, lower or equal"


def _q_values(study: Study, family: list[Estimate], odds: list[Finding]) -> list[Finding]:
    """Benjamini and Hochberg 1995 (doi 10.1111/j.2517-6161.1995.tb02031.x) over the family."""
    held = [made.p for made in family if made.available]
    values = iter(false_discovery_control(held) if held else ())
    ids = tuple(row.id for row in odds if row.available)
    rows = []
    for made, ratio in zip(family, odds, strict=True):
        words = {"series_id": series(made, Q_VALUE), "unit": Q_VALUE, "kind": "statistic",
                 "form": "number:3", "lower": None, "upper": None, "confidence": None,
                 "caveats": (FAMILY,), "counts": (), "basis": ""}  # fmt: skip
        if made.available:
            words |= {"value": next(values), "findings": ids,
                      "method": f"Benjamini-Hochberg over {len(ids)} odds ratios"}  # fmt: skip
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
