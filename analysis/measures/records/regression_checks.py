"""How far the regression can be relied on: what would explain a ratio away, and whether it fits."""

from __future__ import annotations

from dataclasses import replace

from analysis.findings import Finding, Findings
from analysis.measures.records.regression import Estimate, Study
from analysis.measures.records.regression_overview import ODDS, series
from analysis.models.sensitivity import COMMON, EValue, e_value_of_odds
from analysis.standard.form import OUTCOMES
from analysis.standard.people import ETHNIC_GROUPS

OF_ESTIMATE, OF_LIMIT = "E-value", "E-value of the limit"
E_VALUE = "E-value (VanderWeele and Ding 2017)"
AWAY = (
    "how strong, as a risk ratio with the group and with the outcome alike, something left out "
    "must be to explain the odds ratio away; it says nothing of who comes to be among the records"
)
ROOT = (
    "the outcome is common (fifteen in a hundred or more), so the root of the odds ratio is taken"
)

SLOPE = "/fit/calibration-slope"
NO_BETTER, BETTER = "no better than chance would", "better than chance would"


def held_out(diagnostics: Findings) -> Finding:
    """How the model tells apart reports that it was not fitted to, in words, by the interval of the
    calibration slope.
    """
    slope = next(row for row in diagnostics if row.series_id.endswith(SLOPE))
    words = {"series_id": f"{slope.series_id}/in-words", "kind": "verdict", "form": "count",
             "label": "Held-out reports told apart", "caveats": ()}  # fmt: skip
    if not slope.available:
        return replace(slope, **words)
    return replace(slope, **words, value=None, lower=None, upper=None, confidence=None,
                   method="read off the interval", findings=(slope.id,),
                   outcome=BETTER if slope.lower > 0 else NO_BETTER)  # fmt: skip


def e_values(study: Study, outcome: str, group: str) -> Findings:
    """E-values of the adjusted odds ratio of the group chosen, and of every other that there is."""
    groups = [one for one in ETHNIC_GROUPS if one != study.reference]
    family = [study.estimate(name, one) for name in OUTCOMES for one in groups]
    kept = [made for made in family
            if made.available or (made.outcome, made.group) == (outcome, group)]  # fmt: skip
    return Findings(tuple(row for made in kept for row in _e_values(study, made)))


def _e_values(study: Study, made: Estimate) -> tuple[Finding, ...]:
    label = f"{made.outcome[0].upper()}{made.outcome[1:]}, {made.group} to {made.reference}"
    rows = []
    for unit in (OF_ESTIMATE, OF_LIMIT):
        words = {"series_id": series(made, unit), "label": label, "kind": "statistic",
                 "unit": unit, "form": "number:2", **study.records.place}  # fmt: skip
        if not made.available:
            rows.append(Finding(status=made.status, reason=made.reason, **words))
            continue
        found, share = _e_value(study, made)
        value = found.estimate if unit == OF_ESTIMATE else found.limit
        ratio = study.finding(made, series(made, ODDS), label)
        rows.append(Finding(**words, value=value, method=E_VALUE, findings=(ratio.id,),
                            caveats=(AWAY, *((ROOT,) if share >= COMMON else ()))))  # fmt: skip
    return tuple(rows)


def _e_value(study: Study, made: Estimate) -> tuple[EValue, float]:
    """The E-values, and the share of the reports that can tell that have the outcome."""
    share = float(made.model.sample.event.mean())
    return e_value_of_odds(made.value, made.lower, made.upper, share), share
