"""An outcome by ethnic group within districts: districts differ, the ratio of groups is common."""

from __future__ import annotations

from math import exp, isinf, log, sqrt

import pandas as pd

from analysis.counts import Count
from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.intervals import EXACT_BELOW
from analysis.measures.records.benchmark_ladder import FEW
from analysis.measures.records.regression import PERCEIVED, SELECTED, Study
from analysis.measures.records.regression_outcomes import SUBJECT, UNIT_OF_RECORDS
from analysis.models.firth import worst_design_effect
from analysis.models.hierarchical import HierarchicalFit, Unsettled, fit_hierarchical
from analysis.records import Tally
from analysis.standard.form import NOT_REPORTED
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS

METHOD = (
    "hierarchical Poisson, districts as random effects, adaptive quadrature; limits widened by the "
    "design effect if all reports of an incident shared their outcome"
)
NO_DISTRICTS = "reports of fewer than two districts, or an outcome in fewer than two groups"
COMMON = "takes the ratio to be the same in every district"
FEWEST_DISTRICTS = 3  # with the outcome: two say next to nothing of how districts differ
TOO_FEW_DISTRICTS = "too few districts with the outcome"
NO_UPPER_LIMIT = "the reports set no upper limit to how far districts differ"
NO_SPREAD = "the estimate is nought, and its upper limit says how much more the reports allow"
COMMON_SHARE = 0.15  # from which 1/(1 - share) is 1.18 or more
COMMON_OUTCOME = (
    "for an outcome as common as this the Poisson overstates chance, so the spread is too small "
    "and its limits are too cautious"
)
BASIS = "{0} of {1} against {2} of {3}"


def within_districts(study: Study, name: str) -> Findings:
    """The ratio of each group to the reference within districts, and how far districts differ.

    After Gelman, Fagan and Kiss 2007 (doi 10.1198/016214506000001040), with reports as the base. A
    report that names no district leaves. Groups without an event leave the fit.
    """
    table = _table(study, name)
    fit = _fit(table, study.reference)
    groups = [one for one in ETHNIC_GROUPS if one != study.reference]
    ratios = [_ratio(study, name, group, fit) for group in groups]
    return Findings((*ratios, _spread(study, name, fit)))


def _kept(study: Study, name: str) -> pd.Series:
    """Which reports can tell of the outcome and name a district and an ethnic group."""
    unnamed = study.records.reports["district"].isin(["", NOT_REPORTED])
    grouped = study.factors["ethnicity"].isin(ETHNIC_GROUPS)
    return study.outcome(name).eligible & ~unnamed & grouped


def _table(study: Study, name: str) -> pd.DataFrame:
    """Events and base by district and group: rows of both in one index."""
    kept, districts = _kept(study, name), study.records.reports["district"].astype(object)
    cells = pd.DataFrame({
        "district": districts[kept], "group": study.factors.loc[kept, "ethnicity"],
        "event": study.outcome(name).event[kept],
    })  # fmt: skip
    return cells.groupby(["district", "group"])["event"].agg(["sum", "count"])


def _fit(table: pd.DataFrame, reference: str) -> tuple[list[str], HierarchicalFit] | str:
    """The groups fitted and the fit; why there is none where nothing can be compared."""
    events, base = (table[part].unstack(fill_value=0) for part in ("sum", "count"))
    groups = [one for one in events if events[one].sum()]
    if len(events) < 2 or len(groups) < 2 or reference not in groups:
        return NO_DISTRICTS
    if (events[groups].sum(axis=1) > 0).sum() < FEWEST_DISTRICTS:
        return TOO_FEW_DISTRICTS
    try:
        return groups, fit_hierarchical(*(part[groups].to_numpy(float) for part in (events, base)))
    except Unsettled as error:
        return f"{TOO_FEW_DISTRICTS}: {error}"


def _words(study: Study, name: str, part: str, label: str, unit: str, *caveats: str) -> dict:
    return {
        "series_id": f"regression/{slug(name)}/within-districts/{part}", "label": label,
        "unit": unit, "form": "number:2", **study.records.place,
        "caveats": (UNIT_OF_RECORDS, SELECTED, PERCEIVED, *caveats),
    }  # fmt: skip


def _refused(study: Study, name: str, fit) -> str:
    lacking = study.records.lacks("district") or study.refusal(name)
    return lacking or (fit if isinstance(fit, str) else "")


def _ratio(study: Study, name: str, group: str, fit) -> Finding:
    pair = f"{slug(group)}-to-{slug(study.reference)}"
    words = _words(study, name, pair, f"{group} to {study.reference}, within districts",
                   "ratio of reports with the outcome per report", COMMON) | {
        "kind": "ratio", "basis": BASIS,
    }  # fmt: skip
    if reason := _refused(study, name, fit):
        return not_available(reason, **words)
    counts = _counts(study, name, group)
    if min(counts[0].value, counts[2].value) < EXACT_BELOW:
        return too_few(FEW, counts, **words)
    groups, fitted = fit
    places = groups.index(group), groups.index(study.reference)
    found = fitted.ratio(*places, study.confidence, clustered=False)
    value, lower, upper = _widened(*found, _design_effect(study, name))
    return Finding(**words, value=value, lower=lower, upper=upper, confidence=study.confidence,
                   method=METHOD, counts=counts)  # fmt: skip


def _counts(study: Study, name: str, group: str) -> tuple[Count, ...]:
    outcome, kept = study.outcome(name), _kept(study, name)
    able = "; ".join(step.condition for step in outcome.steps)
    tallies = []
    for one in (group, study.reference):
        of = f"{able}; a district named; ethnic group {one}"
        named = f"{one}, can tell of {name}, of a district"
        given = {"breakdown": "outcome by ethnic group"}
        base = kept & (study.factors["ethnicity"] == one)
        tallies += [
            Tally("reports", base & outcome.event, f"{of}; {outcome.words}",
                  group=f"{one}, {name}, of a district", **given),
            Tally("reports", base, of, group=named, **given),
        ]  # fmt: skip
    return tuple(study.records.counts(tallies, SUBJECT))


def _design_effect(study: Study, name: str) -> float:
    incidents = study.incidents[study.rule][study.outcome(name).eligible]
    return worst_design_effect(incidents.value_counts().to_numpy())


def _widened(value: float, lower: float, upper: float, effect: float) -> tuple[float, ...]:
    """A ratio's limits, further away on the log scale by the root of a design effect."""
    half = sqrt(effect) * log(upper / lower) / 2
    return value, value * exp(-half), value * exp(half)


def _spread(study: Study, name: str, fit) -> Finding:
    """How far districts differ in the outcome per report, ethnic group given."""
    unit = "standard deviation of the log rate of districts"
    words = _words(study, name, "spread", "Spread between districts", unit) | {"kind": "statistic"}
    if reason := _refused(study, name, fit):
        return not_available(reason, **words)
    fitted = fit[1]
    outcome, kept = study.outcome(name), _kept(study, name)
    given = {"breakdown": "outcome by district"}
    able = "; ".join(step.condition for step in outcome.steps)
    of = f"{able}; a district and an ethnic group named"
    counts = tuple(study.records.counts([
        Tally("reports", kept & outcome.event, f"{of}; {outcome.words}",
              group=f"{name}, districts together", **given),
        Tally("reports", kept, of, group=f"can tell of {name}, districts together", **given),
    ], SUBJECT))  # fmt: skip
    events, reports = (count.value for count in counts)
    if events < EXACT_BELOW:
        return too_few("fewer than ten reports with the outcome", counts, **words)
    lower, upper = fitted.sigma_limits(study.confidence)
    if isinf(upper):
        return too_few(NO_UPPER_LIMIT, counts, **words)
    words["caveats"] += _spread_remarks(fitted.sigma, events / reports)
    return Finding(**words, value=fitted.sigma, lower=lower, upper=upper, counts=counts,
                   confidence=study.confidence, method="profile likelihood, reports as independent",
                   basis="{0} of {1}")  # fmt: skip


def _spread_remarks(sigma: float, share: float) -> tuple[str, ...]:
    """What an estimate of nought leaves open, and what the Poisson does to a common outcome."""
    nought = () if sigma else (NO_SPREAD,)
    return (*nought, *((COMMON_OUTCOME,) if share >= COMMON_SHARE else ()))
