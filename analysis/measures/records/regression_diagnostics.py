"""Whether the main fit can be relied on: diagnostics as findings, each with its rule of thumb."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from analysis.counts import Count
from analysis.errors import Refused
from analysis.findings import Finding, Findings, not_available
from analysis.measures.records.incidents import incidents_holding
from analysis.measures.records.regression import Estimate, Model, Study
from analysis.measures.records.regression_outcomes import SUBJECT, UNIT_OF_RECORDS
from analysis.measures.records.regression_overview import ODDS, series
from analysis.models import diagnostics as measured
from analysis.models.firth import fit_firth
from analysis.models.logit import Fit, fit_logit
from analysis.models.patterns import Patterns
from analysis.records import Tally
from analysis.standard.names import slug

OUTSIDE = "outside the rule of thumb ({})"
SQUARE = "should hold nought: a square that matters says that the model misses something"
FOLDED = "tenfold, incidents left out together, in an order drawn from the seed {}"
OPTIMISTIC = "on the reports that the model was fitted to, so a little too good"
ONE_BY_ONE = "reports of one incident count one by one, which flatters the number"
SPARSE = "tells little where most patterns of covariates hold a report or two"
NO_BETTER = (
    "on incidents not used to fit it the model tells reports with the outcome apart no better than "
    "chance would"
)
CERTAIN = (
    "{} reports of incidents left out were predicted as certain, {} of them wrongly: no slope can "
    "take them in"
)
UNPREDICTED = "{} reports of incidents left out could not be predicted"
CALIBRATION = "calibration slope"
UNSETTLED = "the fit to nine of the ten parts did not settle"
BY_FACTOR = "how much the other covariates widen a factor's confidence region, per column"


def diagnostics(study: Study, outcome: str, group: str, seed: int) -> Findings:
    """Size of the main fit, and how it stands; nothing has a value where the ratio has none."""
    made = study.estimate(outcome, group)
    rows = _Rows(study, made, seed)
    named = {
        "reports": rows.reports, "incidents": rows.incidents, "largest incident": rows.largest,
        "events per coefficient": rows.events_per_coefficient, "link test": rows.link_test,
        CALIBRATION: rows.calibration, "Brier score": rows.brier,
        "scaled Brier score": rows.scaled_brier, "dispersion": rows.dispersion,
    }  # fmt: skip
    found = [rows.one(name, make) for name, make in named.items()]
    return Findings((*found, *rows.inflation()))


def calibration(diagnosed: Findings) -> Finding:
    """Of the diagnostics the calibration slope, to be told beside the ratio that it bears on."""
    return next(row for row in diagnosed if row.series_id.endswith(f"/fit/{slug(CALIBRATION)}"))


class _Rows:
    """The diagnostics of one estimate."""

    def __init__(self, study: Study, made: Estimate, seed: int) -> None:
        self.study, self.made, self.seed = study, made, seed

    def words(self, name: str, unit: str = "", form: str = "number:2") -> dict:
        return {
            "series_id": f"regression/{slug(self.made.outcome)}/{self.made.pair}/fit/{slug(name)}",
            "label": f"{name[0].upper()}{name[1:]}", "kind": "statistic", "unit": unit,
            "form": form, **self.study.records.place,
        }  # fmt: skip

    def one(self, name: str, make: Callable[[Model], dict]) -> Finding:
        """A diagnostic, or why it has no value."""
        words = self.words(name)
        if not self.made.available:
            return Finding(status=self.made.status, reason=self.made.reason, **words)
        try:
            given = words | self.rests_on(name) | make(self.made.model)
        except (Refused, ValueError) as error:  # a fold without a level, one factor alone
            return not_available(str(error), **words)
        if not np.isfinite(given["value"]):
            return not_available("there is no degree of freedom", **words)
        return Finding(**given)

    @property
    def fit(self) -> Fit:
        return self.made.model.fit_for(self.made.group)

    @cached_property
    def counts(self) -> tuple[Count, Count, Count, Count]:
        """Reports of the fit with the outcome, all of them, their incidents, and the reports of the
        largest of these.
        """
        study, made, drawn = self.study, self.made, self.made.model.sample
        outcome, chosen, rule = study.outcome(made.outcome), made.specification, study.rule
        of = "; ".join([*(step.condition for step in outcome.steps), chosen.words])
        named = f"{made.outcome}, {chosen.words}"
        largest = drawn.clusters == np.bincount(drawn.clusters).argmax()
        fitted = study.records.reports.index.isin(drawn.factors.index)
        together = f"reports taken together by the rule “{rule}”, one of them among: {of}"
        tallies = [
            study.tally(drawn, chosen, drawn.event, f"{of}; {outcome.words}", f"{named}, with it"),
            study.tally(drawn, chosen, np.ones_like(drawn.event), of, named),
            Tally("incidents", **incidents_holding(study.incidents[rule], rule, fitted),
                  condition=together, breakdown="outcome", group=named),
            study.tally(drawn, chosen, largest, f"{of}; of the largest incident, the first of them",
                        f"{named}, largest incident"),
        ]  # fmt: skip
        return tuple(study.records.counts(tallies, SUBJECT))

    def rests_on(self, name: str) -> dict:
        """A size rests on its count, what else there is on the reports of the fit and the ratio."""
        events, reports, incidents, largest = self.counts
        sizes = {"reports": reports, "incidents": incidents, "largest incident": largest}
        if name in sizes:
            return {"counts": (sizes[name],)}
        ratio = self.study.finding(self.made, series(self.made, ODDS), "")
        return {"counts": (events, reports), "findings": (ratio.id,)}

    # size
    def reports(self, model: Model) -> dict:
        counted = {"kind": "count", "unit": "report", "form": "count", "method": "counted"}
        return counted | {"value": len(model.sample.event), "caveats": (UNIT_OF_RECORDS,)}

    def incidents(self, model: Model) -> dict:
        counted = {"kind": "count", "unit": "incident", "form": "count", "method": model.rule}
        return counted | {"value": model.patterns.clusters}

    def largest(self, model: Model) -> dict:
        counted = {"kind": "count", "unit": "report", "form": "count", "method": model.rule}
        return counted | {"value": int(np.bincount(model.sample.clusters).max())}

    def events_per_coefficient(self, model: Model) -> dict:
        patterns = model.patterns
        value = measured.events_per_column(patterns.trials, patterns.events, self.columns)
        remarks = _remarks("events per column", value)
        return {"value": value, "form": "number:1", "method": "events over columns",
                "caveats": (ONE_BY_ONE, *remarks)}  # fmt: skip

    @property
    def columns(self) -> int:
        return len(self.made.model.patterns.columns)

    # fit
    def link_test(self, model: Model) -> dict:
        found = measured.link_test(model.patterns, self.fit.probabilities)
        ends = self.limits(found.coefficients[2], found.errors[2])
        return ends | {"method": "Pregibon, the square's coefficient", "caveats": (SQUARE,)}

    def calibration(self, model: Model) -> dict:
        found = measured.cross_validated_calibration(model.patterns, self.refit, self.seed)
        ends = self.limits(found.slope, found.slope_error)
        remarks = (
            *((NO_BETTER,) if ends["lower"] <= 0 else ()),
            *((CERTAIN.format(found.certain, found.wrong),) if found.certain else ()),
            *((UNPREDICTED.format(found.unknown),) if found.unknown else ()),
            *_remarks(CALIBRATION, found.slope),
        )
        return ends | {"method": FOLDED.format(self.seed), "caveats": remarks}

    def refit(self, patterns: Patterns) -> np.ndarray:
        if not self.made.model.penalty(self.made.group):
            fit = fit_logit(patterns)
            if not fit.converged:
                raise ValueError(UNSETTLED)
            return fit.probabilities
        return fit_firth(patterns.design, patterns.trials, patterns.events).probabilities

    def limits(self, value: float, error: float) -> dict:
        half = float(ndtri((1 + self.study.confidence) / 2)) * error
        return {"value": value, "lower": value - half, "upper": value + half,
                "confidence": self.study.confidence}  # fmt: skip

    def _brier(self, model: Model) -> measured.Brier:
        patterns = model.patterns
        return measured.brier(self.fit.probabilities, patterns.trials, patterns.events)

    def brier(self, model: Model) -> dict:
        value = self._brier(model).score
        return {"value": value, "form": "number:3", "method": "Brier", "caveats": (OPTIMISTIC,)}

    def scaled_brier(self, model: Model) -> dict:
        return {"value": self._brier(model).scaled, "form": "percent:1", "method": "Brier, scaled",
                "caveats": (OPTIMISTIC,)}  # fmt: skip

    def dispersion(self, model: Model) -> dict:
        patterns, columns = model.patterns, int(self.fit.kept.sum())
        value = measured.dispersion(
            self.fit.probabilities, patterns.trials, patterns.events, columns
        )
        remarks = _remarks("dispersion", value)
        return {"value": value, "method": "Pearson's X² over df", "caveats": (SPARSE, *remarks)}

    def inflation(self) -> list[Finding]:
        """Generalised VIF of each factor, on the scale of the root of a VIF."""
        if not self.made.available:
            return [self.one("generalised VIF", lambda model: {})]
        terms = self.made.model.patterns.terms
        return [self.one(f"generalised VIF, {factor}", self._inflation(factor))
                for factor in terms]  # fmt: skip

    def _inflation(self, factor: str) -> Callable[[Model], dict]:
        def make(model: Model) -> dict:
            found = measured.generalised_vif(self.fit.model_covariance, model.patterns.terms)
            value = float(found.loc[factor, "per_column"])
            remarks = _remarks("generalised VIF per column", value)
            return {"value": value, "method": "Fox and Monette", "caveats": (BY_FACTOR, *remarks)}

        return make


def _remarks(name: str, value: float) -> tuple[str, ...]:
    """That a value is outside its rule of thumb, and whose; nothing where it is inside."""
    condition = measured.CONDITIONS[name]
    whose = re.split("[,:]", condition.source)[0]
    return () if condition.holds(value) else (OUTSIDE.format(whose),)
