"""The demographic regression: an outcome among reports, by ethnic group, with covariates.

Odds ratios and average differences in probability from a logit with errors clustered by incident,
and Firth's penalised logit for a group in which the outcome is separated or rare. Records exist
only where force was used, so nothing here says who comes to be among them (Knox, Lowe and Mummolo
2020, doi 10.1017/S0003055420000039; Neil and Winship 2019,
doi 10.1146/annurev-soc-073018-022542).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import exp, sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from analysis.counts import NOT_AVAILABLE, STATED, Count
from analysis.findings import TOO_FEW, Finding
from analysis.measures.intervals import INDEPENDENT
from analysis.measures.records.incidents import incidents_holding
from analysis.measures.records.regression_factors import (
    SETS_IN_WORDS,
    UNKNOWN,
    Rows,
    Sample,
    factors_of,
    sample,
)
from analysis.measures.records.regression_outcomes import (
    SUBJECT,
    UNIT_OF_RECORDS,
    Outcome,
    outcome_of,
)
from analysis.models.firth import FirthFit, fit_firth, profile_limits, worst_design_effect
from analysis.models.logit import SMALL_SAMPLE, Fit, fit_logit
from analysis.models.patterns import Patterns, collapse
from analysis.records import Records, Tally
from analysis.standard.form import INCIDENT_RULES
from analysis.standard.names import slug

FEWEST_EVENTS = 10  # with the outcome, and without it, in each of the two groups
# events per coefficient below which maximum likelihood may mislead (Vittinghoff and McCulloch 2007,
# doi 10.1093/aje/kwk052), and below which the covariates of a set are too many for the main fit
PER_COEFFICIENT = 5
REPORT, CATEGORY = "report", "category"
MAIN_SETS = ("and circumstances", "demographics")

PERCEIVED = "ethnic group, age and gender are as the officer perceived them"
SELECTED = (
    "among reports of force only: who comes to be among them is no part of it, so a ratio near one "
    "is no proof of equal treatment, and another ratio none of bias"
)
ASSOCIATION = (
    "an association, given the covariates named: what the form does not ask is not adjusted for"
)
FEW = (
    "fewer than ten reports with the outcome, or without it, in one of the two groups, so that a "
    "ratio would say nothing"
)
NO_REPORT, ONE_ANSWER = "no report can tell of the outcome", "no report, or every report, has it"
NOT_MET = "the fit did not settle"
ALIKE = "the outcome is the same in every report of one of the two groups, the covariates given"
TELLS_NOTHING = (
    "the outcome is the same in every report with {}, given the other covariates: these reports "
    "tell nothing of the ratio, which is as if they were left out"
)
ASIAN = "Chinese, for which the form has an answer of its own, is in Asian"
NO_LIMIT = "the reports set no limit to the ratio on one side"
FEW_EVENTS = "there are fewer than five events per coefficient"
FEW_INCIDENTS = "fewer than ten incidents in one of the two groups have, or have not, the outcome"


@dataclass(frozen=True)
class Specification:
    """One way of fitting: ``unit`` "report" or a rule by which reports are taken for incidents."""

    covariates: str
    unit: str = REPORT
    missing: str = CATEGORY

    @property
    def measure(self) -> str:
        return "reports" if self.unit == REPORT else "incidents"

    @property
    def words(self) -> str:
        unit = "reports" if self.unit == REPORT else f"incidents ({self.unit})"
        return f"{unit}: {self.choices}"

    @property
    def choices(self) -> str:
        """What is chosen beside the unit."""
        return f"{COVARIATE_WORDS[self.covariates]}, {MISSING_WORDS[self.missing]}"


COVARIATE_WORDS = {
    "demographics": "demographics",
    "and circumstances": "demographics + circumstances",
    "and encounter": "demographics + circumstances + encounter",
}
MISSING_WORDS = {
    CATEGORY: "not known kept as a level",
    "complete": "complete only",
    "to reference": "not known to the reference group",
    "to comparison": "not known to the group compared",
}


@dataclass(frozen=True)
class Model:
    """A sample of ``units`` (reports or incidents) with its logit, and Firth's where needed."""

    sample: Sample
    patterns: Patterns
    fit: Fit
    rule: str
    units: str

    def penalty(self, group: str) -> str:
        """Why Firth's likelihood is maximised for a group's ratio; empty where it is not.

        A separated level of another factor, or of another group, is no reason: the logit's ratio is
        that of the reports without that level, and finite. A separated reference group separates
        every group.
        """
        drawn = self.sample
        if _column(group) in self.fit.separated:
            return ALIKE
        if drawn.events_per_coefficient < PER_COEFFICIENT:
            return FEW_EVENTS
        fewest = min(*drawn.incidents_of(group), *drawn.incidents_of(drawn.reference))
        return FEW_INCIDENTS if fewest < FEWEST_EVENTS else ""

    @property
    def separated(self) -> tuple[str, ...]:
        """The levels of other factors than ethnic group that predict the outcome perfectly."""
        return tuple(one for one in self.fit.separated if not one.startswith(_column("")))

    @property
    def independent(self) -> bool:
        """Whether no two reports, or incidents, share a cluster."""
        return self.patterns.clusters == len(self.sample.event)

    @cached_property
    def penalised(self) -> FirthFit:
        return fit_firth(self.patterns.design, self.patterns.trials, self.patterns.events)

    @cached_property
    def design_effect(self) -> float:
        return worst_design_effect(np.bincount(self.sample.clusters))

    def fit_for(self, group: str) -> Fit:
        """The fit behind a group's ratio; Firth's with its covariance times the design effect."""
        if not self.penalty(group):
            return self.fit
        firth, everything = self.penalised, np.ones(len(self.fit.columns), bool)
        wider = self.design_effect * firth.covariance
        return replace(
            self.fit, coefficients=firth.coefficients, probabilities=firth.probabilities,
            model_covariance=firth.covariance, clustered_covariance=wider,
            covariance_of_kept=wider, kept=everything, separated=(),
            certain=np.zeros(len(firth.trials), bool),
        )  # fmt: skip

    def coefficient(self, group: str, confidence: float) -> tuple[float, float, float, float]:
        """Log odds ratio of an ethnic group, its limits, and the p-value of no difference."""
        column = self.patterns.columns.index(_column(group))
        fit = self.fit_for(group)
        value = float(fit.coefficients[column])
        error = sqrt(fit.clustered_covariance[column, column])
        half = float(ndtri((1 + confidence) / 2)) * error
        limits = (value - half, value + half)
        if self.penalty(group):
            limits = profile_limits(self.penalised, column, confidence, self.design_effect)
        return value, *limits, float(2 * ndtr(-abs(value) / error))

    def method(self, group: str) -> str:
        """How the ratio of a group was had."""
        penalised = bool(self.penalty(group))
        alone = f"{self.units} taken as independent"
        if penalised and self.independent:
            return f"Firth's penalised logit, profile limits, {alone}"
        if penalised:
            return (
                f"Firth's penalised logit, profile limits with the deviance divided by the design "
                f"effect if all reports of an incident ({self.rule}) shared their outcome"
            )
        errors = f"robust errors, {alone}" if self.independent else (
            f"errors clustered by incident ({self.rule})"
        )  # fmt: skip
        return f"logit, {errors}, {SMALL_SAMPLE}"

    def notes(self, group: str) -> tuple[str, ...]:
        """What a reader must know of the fit behind a group's ratio."""
        why, levels = self.penalty(group), ", ".join(self.separated)
        return (
            *((f"Firth's penalised logit, since {why}",) if why else ()),
            *((TELLS_NOTHING.format(levels),) if levels and not why else ()),
            *((INDEPENDENT,) if self.independent and self.units == "reports" else ()),
            *self.sample.notes,
        )


def _column(group: str) -> str:
    return f"ethnicity: {group}"


def model_of(drawn: Sample, rule: str, units: str) -> Model:
    """The logit of a sample; a factor whose levels repeat those before it is left out first."""
    patterns = collapse(drawn.event, drawn.factors, drawn.clusters)
    if repeated := _repeated(patterns):
        return model_of(drawn.without(repeated, "repeats others"), rule, units)
    return Model(drawn, patterns, fit_logit(patterns), rule, units)


def _repeated(patterns: Patterns) -> str:
    """The first factor that has a column which adds up from the columns before it; or none."""
    products = patterns.cross(patterns.trials.astype(float))
    for factor, columns in patterns.terms.items():
        if np.linalg.matrix_rank(products[: columns.stop, : columns.stop]) < columns.stop:
            return factor
    return ""


@dataclass(frozen=True)
class Estimate:
    """An odds ratio of ``group`` to ``reference``, or why there is none.

    ``numbers``: with the outcome of all, in the group and in the reference. ``value``, ``lower``
    and ``upper`` are odds ratios; ``p`` is that of no difference.
    """

    outcome: str
    group: str
    reference: str
    specification: Specification
    numbers: tuple[int, int, int, int]
    status: str = STATED
    reason: str = ""
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    model: Model | None = None

    @property
    def available(self) -> bool:
        return self.status == STATED

    @property
    def pair(self) -> str:
        return f"{slug(self.group)}-to-{slug(self.reference)}"


@dataclass(frozen=True)
class Study:
    """The regressions of one file: ``incidents`` holds the incident of each report by rule.

    ``rule`` is the one by which errors are clustered, ``reference`` the ethnic group compared with.
    Refuses a rule for which no incidents are given.
    """

    records: Records
    incidents: dict[str, pd.Series]
    rule: str
    reference: str
    confidence: float
    _held: dict = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.rule not in self.incidents:
            raise ValueError(f"no incidents are given for the rule {self.rule!r}")

    @cached_property
    def factors(self) -> pd.DataFrame:
        return factors_of(self.records)

    def outcome(self, name: str) -> Outcome:
        return self._once(("outcome", name), lambda: outcome_of(self.records, name))

    def sample(self, name: str, chosen: Specification, group: str = "") -> Sample:
        """What a specification fits; ``group`` where it takes those not known as of that group."""
        taken = group if chosen.missing == "to comparison" else ""
        key = ("sample", name, chosen, taken)
        return self._once(key, lambda: self._sample(name, chosen, taken))

    def _sample(self, name: str, chosen: Specification, group: str) -> Sample:
        outcome = self.outcome(name)
        rule = self.rule if chosen.unit == REPORT else chosen.unit
        rows = Rows(outcome.event, self.factors, self.incidents[rule]).among(outcome.eligible)
        rows = rows if chosen.unit == REPORT else rows.by_incident()
        return sample(rows, chosen.covariates, chosen.missing, self.reference, group)

    def model(self, name: str, chosen: Specification, group: str = "") -> Model:
        """The fit of a specification, fitted once; ``group`` as for the sample."""
        taken = group if chosen.missing == "to comparison" else ""
        rule = self.rule if chosen.unit == REPORT else chosen.unit
        key = ("model", name, chosen, taken)
        drawn = self.sample(name, chosen, taken)
        return self._once(key, lambda: model_of(drawn, rule, chosen.measure))

    def _once(self, key: tuple, make):
        if key not in self._held:
            self._held[key] = make()
        return self._held[key]

    def main(self, name: str) -> Specification:
        """The larger set of covariates from before the encounter that has events enough for it;
        the smallest set where none has.
        """
        for chosen in map(Specification, MAIN_SETS):
            if self.sample(name, chosen).events_per_coefficient >= PER_COEFFICIENT:
                return chosen
        return chosen

    def estimate(self, name: str, group: str, chosen: Specification | None = None) -> Estimate:
        """The odds ratio of a group to the reference by a specification, the main one if none."""
        chosen = chosen or self.main(name)
        bare = Estimate(name, group, self.reference, chosen, (0, 0, 0, 0))
        if reason := self.refusal(name):
            return replace(bare, status=NOT_AVAILABLE, reason=reason)
        drawn = self.sample(name, chosen, group)
        bare = replace(bare, numbers=(*drawn.of(group), *drawn.of(self.reference)))
        if _few(bare.numbers):
            return replace(bare, status=TOO_FEW, reason=FEW)
        try:
            model = self.model(name, chosen, group)
            value, lower, upper, p = model.coefficient(group, self.confidence)
        except (ArithmeticError, ValueError) as error:  # this one fit has no value, and says why
            return replace(bare, status=NOT_AVAILABLE, reason=f"{NOT_MET}: {error}")
        if not model.fit.converged and not model.penalty(group):
            return replace(bare, status=NOT_AVAILABLE, reason=NOT_MET)
        if not np.isfinite([lower, upper]).all():
            return replace(bare, status=TOO_FEW, reason=NO_LIMIT)
        return replace(bare, value=exp(value), lower=exp(lower), upper=exp(upper), p=p, model=model)

    def refusal(self, name: str) -> str:
        """Why there can be no regression of this outcome; empty where there can."""
        outcome = self.outcome(name)
        if reason := outcome.reason or self.records.lacks("ethnicity"):
            return reason
        if not outcome.eligible.any():
            return NO_REPORT
        return "" if outcome.event[outcome.eligible].nunique() == 2 else ONE_ANSWER

    # from estimates to findings
    def counts(self, made: Estimate) -> tuple[Count, ...]:
        """The four numbers that an estimate rests on; they are the same in every use of it."""
        outcome, chosen = self.outcome(made.outcome), made.specification
        drawn = self.sample(made.outcome, chosen, made.group)
        taken = {"to reference": made.reference, "to comparison": made.group}.get(chosen.missing)
        kept = "; ".join(step.condition for step in outcome.steps)
        named = f"{made.outcome}, {chosen.words}"
        tallies = []
        for group in (made.group, made.reference):
            whose = f"{group} or {UNKNOWN}" if group == taken else group
            of, own = f"{kept}; ethnic group {whose}; {chosen.words}", drawn.groups == group
            tallies += [
                self.tally(drawn, chosen, own & drawn.event, f"{of}; {outcome.words}",
                           f"{group}, {named}, with it"),
                self.tally(drawn, chosen, own, of, f"{group}, {named}"),
            ]  # fmt: skip
        return tuple(self.records.counts(tallies, SUBJECT))

    def tally(
        self, drawn: Sample, chosen: Specification, own: np.ndarray, condition: str, group: str
    ) -> Tally:
        """Some entries (bool, one each) of a sample: reports, or incidents with all of theirs."""
        words = {"condition": condition, "breakdown": "outcome", "group": group}
        rows = drawn.factors.index[own]
        if chosen.unit == REPORT:
            return Tally(chosen.measure, rows, **words)
        incidents = self.incidents[chosen.unit]
        held = incidents_holding(incidents, chosen.unit, incidents.index.isin(rows))
        return Tally(chosen.measure, **held, **words)

    def finding(self, made: Estimate, series_id: str, label: str) -> Finding:
        """An estimate as a finding, with its numbers."""
        notes = made.model.notes(made.group) if made.model else ()
        asian = (ASIAN,) if "Asian" in (made.group, made.reference) else ()
        words = {
            "series_id": series_id, "label": label, "kind": "ratio", "unit": "odds ratio",
            "form": "number:2", **self.records.place, "basis": BASIS,
            "caveats": (
                UNIT_OF_RECORDS, SELECTED, PERCEIVED, ASSOCIATION, *asian,
                f"covariates: {SETS_IN_WORDS[made.specification.covariates]}", *notes,
            ),
        }  # fmt: skip
        if not made.available:
            counts = self.counts(made) if made.status == TOO_FEW else ()
            return Finding(status=made.status, reason=made.reason, counts=counts, **words)
        return Finding(
            **words, value=made.value, lower=made.lower, upper=made.upper,
            confidence=self.confidence, method=made.model.method(made.group),
            counts=self.counts(made),
        )  # fmt: skip


BASIS = "{0} of {1} against {2} of {3}"


def _few(numbers: Sequence[int]) -> bool:
    events, base, others, other_base = numbers
    return min(events, base - events, others, other_base - others) < FEWEST_EVENTS


def study(records: Records, incidents_by, rule: str, reference: str, confidence: float) -> Study:
    """A study with the incidents of every rule; ``incidents_by(records, rule)`` finds them."""
    incidents = {one: incidents_by(records, one) for one in INCIDENT_RULES}
    return Study(records, incidents, rule, reference, confidence)
