"""One model of all forces: uses by ethnic group and force, residents as exposure.

Poisson quasi-likelihood with a force effect for each force; errors for few unequal clusters; what
leaving a force out does; and forces as drawn from a spread of true ratios. An association in
counts: it says nothing of causes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from analysis.counts import ALL
from analysis.findings import Finding, Findings, not_available
from analysis.measures.demographics import CHINESE, PERCEIVED, REPORTS, left_out
from analysis.measures.disparity import (
    NOT_STANDARDISED,
    ONE_RUNG,
    PER_RESIDENT,
    Benchmarks,
    Comparison,
)
from analysis.measures.groups import Groups
from analysis.measures.ratios import log_ratio
from analysis.models import few_clusters
from analysis.models.force_counts import Fit, ForceCounts, fit
from analysis.models.random_effects import METHODS, pool
from analysis.standard.forces import ENGLAND_AND_WALES, WITHOUT_RESIDENT_BASE
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS
from analysis.tables import significant

LARGEST = "Metropolitan Police"
CR2 = "CR2 errors, Satterthwaite degrees of freedom"
WILD = "wild cluster bootstrap, hypothesis imposed"
NAIVE = "chance alone, reports independent"
CITY = (
    "the City of London is in the model as every force is: its force effect takes up how few live "
    "there, and it weighs little"
)
FOR_CONTRAST = (
    "the interval for chance alone is for contrast: reports of one force have much in common, and "
    "it is far too narrow"
)
ASSOCIATION = "an association in counts: nothing here shows a cause"
NO_USE = "no use of it is reported on this group in any force"
UNBOUNDED = "the wild bootstrap rejects no ratio on one side: the forces are too few to say"
WILD_DIGITS = 4  # the bootstrap's limits are steps: later digits say nothing


@dataclass(frozen=True)
class Model:
    """The fit on one census, with the tables that it was made from."""

    census: str
    compared: Comparison
    uses: Groups
    residents: Groups
    fit: Fit

    @property
    def groups(self) -> tuple[str, ...]:
        return self.fit.data.groups

    def words(self, name: str, **more: str) -> dict:
        """What every finding of the model has."""
        series = f"model/{slug(self.compared.tactic)}/census-{self.census}/{name}"
        rests_on = (self.uses.pattern(ALL), self.residents.pattern(ALL))
        return {
            "series_id": series,
            "area": ENGLAND_AND_WALES,
            "period": self.uses.period,
            "edition": self.uses.edition,
            "counts": rests_on,
        } | more

    def caveats(self, *more: str) -> tuple[str, ...]:
        """What must be said beside a ratio of the model."""
        own = (REPORTS, NOT_STANDARDISED, ONE_RUNG, PERCEIVED, ASSOCIATION)
        return (*own, *left_out(self.uses), *more)


def models(benchmarks: Benchmarks, compared: Comparison, period: str) -> list[Model]:
    """The model of one year on each census."""
    made = []
    uses = benchmarks.uses(compared.tactic, period)
    for census in benchmarks.censuses:
        residents = benchmarks.residents(census)
        data = counts_over_forces(uses, residents, compared.reference)
        made.append(Model(census, compared, uses, residents, fit(data)))
    return made


def counts_over_forces(uses: Groups, residents: Groups, reference: str) -> ForceCounts:
    """Forces with a breakdown and at least one use, groups with at least one, reference first."""
    groups = [reference, *(group for group in ETHNIC_GROUPS if group != reference)]
    events, people = (
        np.array([[table.of(place, group).value for group in groups]
                  for place in uses.with_breakdown])
        for table in (uses, residents)
    )  # fmt: skip
    rows, columns = events.sum(axis=1) > 0, events.sum(axis=0) > 0
    return ForceCounts(
        tuple(np.array(uses.with_breakdown)[rows]),
        tuple(np.array(groups)[columns]),
        events[rows][:, columns],
        people[rows][:, columns],
    )


def ratios(fitted: Iterable[Model], seed: int) -> Findings:
    """Each group against the reference on each census, with three intervals."""
    rows = []
    for model in fitted:
        confidence = model.compared.confidence
        estimates, groups = model.fit.log_ratios, model.groups
        naive = np.sqrt(np.diag(model.fit.covariance)) * float(ndtri((1 + confidence) / 2))
        robust = few_clusters.cr2(model.fit).limits(estimates, confidence)
        signs = few_clusters.draws(len(model.fit.data.forces), seed)
        for group in ETHNIC_GROUPS:
            if group == model.compared.reference:
                continue
            words = model.words(
                f"{slug(group)}-to-{slug(model.compared.reference)}",
                label=f"{group} to {model.compared.reference}, Census {model.census}",
                kind="ratio",
                unit=PER_RESIDENT,
                form="number:2",
            )
            words["caveats"] = model.caveats(
                CITY, FOR_CONTRAST, *((CHINESE,) if group == "Asian" else ())
            )
            if group not in groups:
                rows += [
                    not_available(NO_USE, **_by(words, method)) for method in (CR2, WILD, NAIVE)
                ]
                continue
            place = groups.index(group) - 1
            estimate = estimates[place]
            wild = few_clusters.wild_limits(model.fit.data, place, estimate, confidence, signs)
            for method, limits in (
                (CR2, (robust[0][place], robust[1][place])),
                (WILD, wild),
                (NAIVE, (estimate - naive[place], estimate + naive[place])),
            ):
                named = _by(words, method)
                if not np.isfinite(limits).all():
                    rows.append(not_available(UNBOUNDED, **named))
                    continue
                lower, upper = (
                    significant(value, WILD_DIGITS) if method == WILD else value
                    for value in np.exp(limits)
                )
                rows.append(
                    Finding(value=np.exp(estimate), lower=lower, upper=upper,
                            confidence=confidence, **named)
                )  # fmt: skip
    return Findings(tuple(rows))


def _by(words: dict, method: str) -> dict:
    short = {CR2: "cr2", WILD: "wild-bootstrap", NAIVE: "naive"}[method]
    return words | {"series_id": f"{words['series_id']}/{short}", "method": method}


def diagnostics(fitted: Iterable[Model]) -> Findings:
    """How many forces and uses, how uneven, how much more spread than chance gives."""
    rows = []
    for model in fitted:
        data, census = model.fit.data, f"Census {model.census}"
        events = data.events.sum(axis=1)
        columns = dict(zip(data.groups, data.events.T, strict=True))
        compared = columns.get(model.compared.group)
        facts = [
            ("forces", "Forces in the model", "count", "force", "count", len(data.forces)),
            ("uses", "Uses in the model", "count", "use", "count", events.sum()),
            ("dispersion", "Dispersion: Pearson's X² over its degrees of freedom", "statistic",
             "ratio of variances", "number:1", model.fit.dispersion),
            ("largest-residual", "Largest Pearson residual, in size", "statistic",
             "standard deviations", "number:1", np.abs(model.fit.residuals).max()),
        ]  # fmt: skip
        if compared is not None:
            place = data.groups.index(model.compared.group) - 1
            facts += [
                ("largest-share",
                 f"Share of the uses on people perceived as {model.compared.group} in the one "
                 "force with most of them", "share", "use", "percent:1",
                 compared.max() / compared.sum()),
                ("effective-clusters", f"Effective number of forces, {model.compared.group}",
                 "statistic", "force", "number:1",
                 few_clusters.effective_clusters(model.fit)[place]),
                ("degrees-of-freedom",
                 f"Satterthwaite degrees of freedom, {model.compared.group}", "statistic",
                 "degrees of freedom", "number:1", few_clusters.cr2(model.fit).degrees[place]),
            ]  # fmt: skip
        rows += [
            Finding(value=value, **model.words(f"diagnostics/{name}", kind=kind, unit=unit,
                    form=form, label=f"{label}, {census}"))
            for name, label, kind, unit, form, value in facts
        ]  # fmt: skip
    return Findings(tuple(rows))


def leaving_out(fitted: Iterable[Model]) -> Findings:
    """The ratio with all forces but one: the largest first, then the lowest and the highest."""
    rows = []
    for model in fitted:
        group, data = model.compared.group, model.fit.data
        if group not in data.groups:
            continue
        place = data.groups.index(group) - 1
        found = {
            name: float(np.exp(fit(left).log_ratios[place]))
            for name in data.forces
            if (left := _without(data, name)) is not None
        }
        ends = {
            end: choose(found, key=found.get) for end, choose in (("lowest", min), ("highest", max))
        }
        for end, name in ({"largest": LARGEST} | ends).items():
            words = model.words(
                f"{slug(group)}-to-{slug(model.compared.reference)}/without/{end}",
                label=f"{'Without' if end == 'largest' else f'The {end}: without'} {name}, "
                f"Census {model.census}",
                kind="ratio",
                unit=PER_RESIDENT,
                form="number:2",
            )
            words["caveats"] = model.caveats()
            words["method"] = "the model fitted again without the force"
            if name in found:
                rows.append(Finding(value=found[name], **words))
            else:
                rows.append(not_available("this force is not in the model", **words))
    return Findings(tuple(rows))


def _without(data: ForceCounts, name: str) -> ForceCounts | None:
    """The counts without a force, or nothing where a group then has no use left."""
    kept = data.events[[force != name for force in data.forces]]
    return data.without(name) if (kept.sum(axis=0) > 0).all() else None


def pooled(fitted: Iterable[Model]) -> Findings:
    """Forces as drawn from a spread of true ratios: mean, and where a further force's may lie.

    Without the City of London, whose few residents make no base for a ratio of its own.
    """
    rows = []
    for model in fitted:
        pair = model.compared.group, model.compared.reference
        places = [
            place
            for place in model.uses.with_breakdown
            if place not in WITHOUT_RESIDENT_BASE
            and sum(model.uses.of(place, group).value for group in pair)
        ]
        each = [
            log_ratio(
                *(table.of(place, group).value
                  for group in pair for table in (model.uses, model.residents))
            )
            for place in places
        ]  # fmt: skip
        for method in METHODS:
            rows += _pooled_by(model, each, method)
    return Findings(tuple(rows))


def _pooled_by(model: Model, each: list[tuple[float, float]], method: str) -> list[Finding]:
    pair, confidence = model.compared, model.compared.confidence
    series = f"{slug(pair.group)}-to-{slug(pair.reference)}/random-effects/{slug(method)}"
    title = f"Census {model.census}, {method}"
    if len(each) < 3:
        words = model.words(series, label=title, kind="ratio", unit=PER_RESIDENT)
        return [not_available("fewer than three forces report such uses", **words)]
    found = pool(*zip(*each, strict=True), confidence, method)
    caveats = model.caveats(*(WITHOUT_RESIDENT_BASE[place] for place in WITHOUT_RESIDENT_BASE))
    common = {
        "kind": "ratio", "unit": PER_RESIDENT, "form": "number:2", "value": np.exp(found.mean),
        "confidence": confidence, "caveats": caveats,
    }  # fmt: skip
    return [
        Finding(**model.words(f"{series}/mean", label=f"Mean of forces: {title}"), **common,
                method=f"{method}, Hartung-Knapp interval of the mean",
                lower=np.exp(found.limits[0]), upper=np.exp(found.limits[1])),
        Finding(**model.words(f"{series}/prediction", label=f"A further force: {title}"), **common,
                method=f"{method}, prediction interval (Higgins and others 2009)",
                lower=np.exp(found.prediction[0]), upper=np.exp(found.prediction[1])),
        Finding(**model.words(f"{series}/i2", label=f"I²: {title}", kind="share",
                              unit="variance", form="percent:0"), value=found.i2,
                method="share of the variation between forces that is not chance"),
        Finding(**model.words(f"{series}/tau", label=f"Spread of forces τ: {title}",
                              kind="statistic", unit="log ratio", form="number:2"),
                value=found.tau, method=method),
    ]  # fmt: skip
