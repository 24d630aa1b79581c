"""Regression of a subject's injury on the highest tactic of the report and its circumstances.

An association among reports in which force was used, no effect of a tactic: officers choose the
tactic by the threat, and what the form does not ask cannot be adjusted for. The number of injuries
decides how many columns the model may have: at least ten injured for each (Peduzzi and others
1996, doi 10.1016/S0895-4356(96)00236-3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import exp, isfinite, sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.records.injuries import NO_CAUSE, highest_tactic
from analysis.measures.records.injury_classes import (
    EVENTS_EACH,
    commonest_first,
    merged_levels,
    rare,
    tactic_classes,
)
from analysis.measures.records.injury_study import COUNTED_AGAIN, GUESSED, SIDES, Selection, Study
from analysis.measures.records.regression_factors import AGES, factors_of
from analysis.measures.records.regression_overview import POINTS
from analysis.models.firth import fit_firth, profile_limits, worst_design_effect
from analysis.models.logit import SMALL_SAMPLE, Fit, fit_logit
from analysis.models.marginal_effects import average_marginal_effects
from analysis.models.patterns import Patterns, collapse
from analysis.standard.form import CONDUCT, NOT_REPORTED
from analysis.standard.names import slug
from analysis.standard.severity import severity_order

TACTIC = "highest tactic"
# What officers answer to comes first: a factor that does not fit in whole gives way to the next.
COVARIATES = ("conduct", "impact factor: Possession of a weapon", "mental health",
              "impact factor: Alcohol", "impact factor: Drugs", "gender", "age",
              "location")  # fmt: skip
ORDERED_LEVELS = {"conduct": CONDUCT, "age": AGES}

FEW_EACH = "fewer than ten injured, or not injured, on one side"
NO_CLASSES = (
    "no two tactics, or types of them, have ten reports each with the subject injured and not "
    "injured"
)
NOT_ANSWERED_OUT = "reports without an answer to whether the subject was injured are left out"
CLUSTERED = f"logit, errors clustered by incident, {SMALL_SAMPLE}"
PENALISED = "logit by Firth's penalised likelihood, profile limits widened for incidents"
NO_EFFECT_HERE = "the outcome is separated, and Firth's fit gives no average effect here"
COMPARED = "Classes of tactics compared with the commonest"
APART = "Of these, with both limits on one side of one"
NO_LIMIT = "no limit could be found"


@dataclass(frozen=True)
class Model:
    """The regression of one study, by the named orders of tactics and of CED use."""

    study: Study
    order: str
    ced_order: str

    @cached_property
    def sample(self) -> Selection:
        """Reports that answer whether the subject was injured."""
        answer = SIDES["subjects"].answer
        unknown = self.study.answered(answer, NOT_REPORTED)
        return Selection(f"{answer}: answered", ~unknown.reports)

    @cached_property
    def injured(self) -> pd.Series:
        """Whether the subject was, for each report of the sample."""
        return self.study.injured(SIDES["subjects"]).reports[self.sample.reports]

    @cached_property
    def highest(self) -> pd.Series:
        order = severity_order(self.order, self.ced_order)
        return highest_tactic(self.study.records, order)[self.sample.reports]

    @cached_property
    def classes(self) -> pd.Series:
        return commonest_first(tactic_classes(self.highest, self.injured), self.injured)

    @cached_property
    def room(self) -> int:
        """How many columns the model may have beside the intercept."""
        rarer = min(int(self.injured.sum()), int((~self.injured).sum()))
        return rarer // EVENTS_EACH

    @cached_property
    def factors(self) -> pd.DataFrame:
        """The highest tactic, then each covariate that varies and for which there is room."""
        kept = {TACTIC: self.classes}
        given = factors_of(self.study.records)[self.sample.reports]
        for name in COVARIATES:
            levels = self._covariate(given[name])
            columns = sum(len(one.cat.categories) - 1 for one in (*kept.values(), levels))
            if len(levels.cat.categories) > 1 and columns <= self.room:
                kept[name] = levels
        return pd.DataFrame(kept)

    def _covariate(self, levels: pd.Series) -> pd.Series:
        order = ORDERED_LEVELS.get(levels.name, ())
        return commonest_first(merged_levels(levels, self.injured, order), self.injured)

    @cached_property
    def clusters(self) -> np.ndarray:
        return self.study.incidents[self.sample.reports].to_numpy()

    def patterns(self, *names: str) -> Patterns:
        return collapse(self.injured.to_numpy(), self.factors[list(names)], self.clusters)

    @cached_property
    def reason(self) -> str:
        """Why there can be no regression; empty where there can."""
        if lacking := self.study.records.lacks(SIDES["subjects"].answer):
            return lacking
        able = [one for one in self.classes.cat.categories if one not in self._rare_classes]
        return "" if len(able) > 1 else NO_CLASSES

    @cached_property
    def _rare_classes(self) -> set[str]:
        return rare(self.classes.astype(str), self.injured)

    def words(self, series: str, label: str, **more) -> dict:
        return self.study.words(f"model/{series}", label, **more)

    def level(self, factor: str, level: str) -> tuple[Selection, Selection]:
        """Reports of the sample at a level of a factor: those injured, and all."""
        at = (self.factors[factor] == level).reindex(self.sample.reports.index, fill_value=False)
        all_ = Selection(f"{self.sample.words}; {factor}: {level}", at)
        return self.study.injured(SIDES["subjects"]).within(all_), all_


def regression(study: Study, order: str, ced_order: str) -> Findings:
    """Odds ratios of injury, of the tactic alone and with covariates, and average effects.

    References are the commonest levels. Maximum likelihood with errors clustered by incident;
    where the outcome is separated, Firth's penalised likelihood with profile limits widened by
    the worst design effect. A level with fewer than ten reports on a side is too few to say.
    """
    model = Model(study, order, ced_order)
    if model.reason:
        return Findings(tuple(_none(model)))
    rows = [*_classes(model), *_described(model)]
    for name, factors in (("unadjusted", [TACTIC]), ("adjusted", list(model.factors))):
        patterns = model.patterns(*factors)
        fit = fit_logit(patterns)
        ratios = list(_odds_ratios(model, name, patterns, fit))
        rows += [*ratios, *_summed_up(model, name, ratios)]
        if name == "adjusted":
            rows += _effects(model, patterns, fit)
    return Findings(tuple(rows))


def _none(model: Model) -> Iterator[Finding]:
    for series, label, kind, unit in (
        ("adjusted", "Odds ratios of an injury by highest tactic", "ratio",
         "ratio of odds per report, adjusted"),
        ("adjusted/compared", f"{COMPARED}, adjusted", "count", "comparison"),
        ("adjusted/apart", f"{APART}, adjusted", "count", "comparison"),
    ):  # fmt: skip
        yield not_available(model.reason, **model.words(series, label, kind=kind, unit=unit))


def _summed_up(model: Model, name: str, ratios: list[Finding]) -> Iterator[Finding]:
    """How many tactics could be compared with the reference, and how many limits leave out 1."""
    compared = [row for row in ratios if row.available and f"/{slug(TACTIC)}/" in row.series_id]
    apart = [row for row in compared if row.lower > 1 or row.upper < 1]
    for series, label, rows in (
        ("compared", COMPARED, compared),
        ("apart", APART, apart),
    ):
        yield Finding(
            **model.words(f"{name}/{series}", f"{label}, {name}", kind="count", unit="comparison"),
            value=len(rows),
            method="counted",
            findings=tuple(row.id for row in compared),
        )


def _classes(model: Model) -> Iterator[Finding]:
    """Which tactics each class of the model holds, and how many of its reports are of an injury."""
    for level in model.classes.cat.categories:
        held = model.highest[model.classes == level].cat.remove_unused_categories()
        yield Finding(
            **model.words(f"class/{slug(level)}", level, kind="verdict", unit="report"),
            outcome=", ".join(held.cat.categories),
            method="by name",
            counts=model.study.counts(*model.level(TACTIC, level)),
            basis="{0} of {1}",
        )


def _described(model: Model) -> list[Finding]:
    """What went in and what did not: reports, columns, covariates."""
    study, columns = model.study, int((model.factors.nunique() - 1).sum())
    injured = study.injured(SIDES["subjects"]).within(model.sample)
    unanswered = study.answered(SIDES["subjects"].answer, NOT_REPORTED)
    each = model.words("injured-per-column", "Injured for each column of the model",
                       kind="statistic", unit="report", form="number:1")  # fmt: skip
    left = [name for name in COVARIATES if name not in model.factors]
    given = [name for name in COVARIATES if name in model.factors]
    return [
        study.number("model/left-out", "Reports left out, without an answer", unanswered),
        Finding(
            **each,
            value=len(injured) / columns,
            method="events over columns",
            counts=study.counts(injured, model.sample),
        ),
        _verdict(model, "covariates", "Adjusted for", given, injured),
        _verdict(model, "no-room", "Not adjusted for: no room, or one level only", left, injured),
    ]


def _verdict(
    model: Model, series: str, label: str, names: list[str], injured: Selection
) -> Finding:
    words = model.words(series, label, kind="verdict", unit="")
    return Finding(**words, outcome=", ".join(names) or "nothing", method="by name",
                   counts=model.study.counts(injured, model.sample))  # fmt: skip


def _odds_ratios(model: Model, name: str, patterns: Patterns, fit: Fit) -> Iterator[Finding]:
    limits = _sandwich(model, fit) if _settled(fit) else _firth(model, patterns)
    method = CLUSTERED if _settled(fit) else PENALISED
    separated = tuple(f"separated, so penalised: {one}" for one in fit.separated)
    for column, (factor, level, reference) in enumerate(_levels(patterns), 1):
        words = model.words(
            f"{name}/{slug(factor)}/{slug(level)}", f"{factor}: {level} against {reference}",
            kind="ratio", unit=f"ratio of odds per report, {name}", form="number:2",
            caveats=(NO_CAUSE, COUNTED_AGAIN, GUESSED, NOT_ANSWERED_OUT, *separated),
        )  # fmt: skip
        yield _estimate(model, words, (factor, level, reference), limits, column, method)


def _settled(fit: Fit) -> bool:
    """Whether every coefficient is finite: nothing separated, and separation could be decided."""
    return fit.converged and not fit.separated


def _levels(patterns: Patterns) -> Iterator[tuple[str, str, str]]:
    """Factor, level and reference of each column after the intercept."""
    for factor, (reference, *others) in patterns.levels.items():
        for level in others:
            yield factor, level, reference


def _estimate(model: Model, words: dict, compared: tuple, limits, column, method) -> Finding:
    """One odds ratio; too few to say where a side has fewer than ten injured or not injured."""
    factor, level, reference = compared
    shown = (*model.level(factor, level), *model.level(factor, reference))
    counts = model.study.counts(*shown)
    words = words | {"basis": "{0} of {1} against {2} of {3}"}
    sizes = [len(one) for one in shown]
    if min(sizes[0], sizes[1] - sizes[0], sizes[2], sizes[3] - sizes[2]) < EVENTS_EACH:
        return too_few(FEW_EACH, counts, **words)
    value, lower, upper = map(exp, limits(column))
    if not (isfinite(lower) and isfinite(upper) and lower > 0):
        return not_available(NO_LIMIT, counts, **words)
    return Finding(**words, value=value, lower=lower, upper=upper, counts=counts,
                   confidence=model.study.confidence, method=method)  # fmt: skip


def _sandwich(model: Model, fit: Fit):
    """The log odds ratio of a column and its limits from the errors clustered by incident."""
    z = float(ndtri((1 + model.study.confidence) / 2))

    def limits(column: int) -> tuple[float, float, float]:
        half = z * sqrt(fit.clustered_covariance[column, column])
        value = float(fit.coefficients[column])
        return value, value - half, value + half

    return limits


def _firth(model: Model, patterns: Patterns):
    """The same from Firth's fit, its profile widened by the worst design effect."""
    fitted = fit_firth(patterns.design, patterns.trials, patterns.events)
    effect = worst_design_effect(np.unique(model.clusters, return_counts=True)[1])

    def limits(column: int) -> tuple[float, float, float]:
        ends = profile_limits(fitted, column, model.study.confidence, effect)
        return float(fitted.coefficients[column]), *ends

    return limits


def _effects(model: Model, patterns: Patterns, fit: Fit) -> Iterator[Finding]:
    """Average marginal effects of the highest tactic in percentage points, by the delta method."""
    table = average_marginal_effects(patterns, fit) if _settled(fit) else None
    z = float(ndtri((1 + model.study.confidence) / 2))
    for factor, level, reference in _levels(patterns):
        if factor != TACTIC:
            continue
        words = model.words(
            f"effect/{slug(level)}", f"{level} against {reference}", kind="difference",
            unit=POINTS, form="number:1", caveats=(NO_CAUSE, GUESSED),
        )  # fmt: skip
        shown = (*model.level(factor, level), *model.level(factor, reference))
        counts = model.study.counts(*shown)
        if table is None:
            yield not_available(NO_EFFECT_HERE, counts, **words)
        elif level in model._rare_classes or reference in model._rare_classes:
            yield too_few(FEW_EACH, counts, **words)
        else:
            (row,) = table[(table["factor"] == factor) & (table["level"] == level)].itertuples()
            yield Finding(
                **words, value=100 * row.effect, lower=100 * (row.effect - z * row.se),
                upper=100 * (row.effect + z * row.se), confidence=model.study.confidence,
                counts=counts,
                method="average marginal effect, delta method, errors clustered by incident",
            )  # fmt: skip
