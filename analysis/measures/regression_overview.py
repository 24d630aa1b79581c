"""Every outcome and ethnic group side by side: the family over which false discoveries are counted.

Each has an odds ratio, an average difference in probability, and a q-value: the share of false
discoveries to be expected if this one and all with a smaller one were called differences.
"""

from __future__ import annotations

from dataclasses import replace

from scipy.special import ndtri

from analysis.findings import Finding, Findings
from analysis.measures.regression import Estimate, Study
from analysis.models.marginal_effects import average_marginal_effects
from analysis.standard.form import OUTCOMES
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS

ODDS, POINTS, Q_VALUE = "odds ratio", "percentage points", "q-value"
PENALISED = "the penalised fit has no average difference here"
FAMILY = (
    "the family is every ethnic group with an odds ratio, over every outcome; outcomes of a report "
    "depend on each other, which the procedure allows for where they do so in one direction"
)
OVER_REPORTS = (
    "averaged over all reports that can tell, each set to the one group and then to the other"
)


def overview(study: Study) -> Findings:
    """Odds ratio, average difference and q-value of every outcome and group, by the main fits."""
    groups = [group for group in ETHNIC_GROUPS if group != study.reference]
    family = [study.estimate(name, group) for name in OUTCOMES for group in groups]
    odds = [odds_ratio(study, made) for made in family]
    quotients = _q_values(study, family, odds)
    rows = [
        row
        for made, ratio, quotient in zip(family, odds, quotients, strict=True)
        for row in (ratio, difference(study, made), quotient)
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
    """Average difference in the probability of the outcome, in percentage points."""
    found = study.finding(made, series(made, POINTS), _label(made))
    words = {"kind": "difference", "unit": POINTS, "form": "number:1"}
    if not made.available:
        return replace(found, **words)
    words |= {"caveats": (*found.caveats, OVER_REPORTS)}
    if made.model.penalty(made.group):
        return _without(found, PENALISED, words)
    effects = average_marginal_effects(made.model.patterns, made.model.fit)
    own = effects[(effects["factor"] == "ethnicity") & (effects["level"] == made.group)].iloc[0]
    half = float(ndtri((1 + study.confidence) / 2)) * own["se"]
    ends = {"value": own["effect"], "lower": own["effect"] - half, "upper": own["effect"] + half}
    method = f"average marginal effect, delta method; {found.method}"
    return replace(found, **words, method=method, **{k: 100 * v for k, v in ends.items()})


def _without(found: Finding, reason: str, words: dict) -> Finding:
    return replace(found, **words, status="not available", reason=reason, value=None, lower=None,
                   upper=None, confidence=None, method="")  # fmt: skip


def _q_values(study: Study, family: list[Estimate], odds: list[Finding]) -> list[Finding]:
    """Benjamini and Hochberg 1995 (doi 10.1111/j.2517-6161.1995.tb02031.x) over the family."""
    from statsmodels.stats.multitest import multipletests  # half a second to import

    held = [made.p for made in family if made.available]
    values = iter(multipletests(held, method="fdr_bh")[1] if held else ())
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
    """The finding of one outcome and group: ``part`` is its odds ratio, points or q-value."""
    pair = f"{slug(group)}-to-{slug(reference)}"
    return findings.one(f"regression/{slug(outcome)}/{pair}/{slug(part)}")
