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
from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.demographics import CHINESE, PERCEIVED, UNIT, left_out
from analysis.measures.disparity import (
    NOT_STANDARDISED,
    ONE_RUNG,
    PER_RESIDENT,
    Benchmarks,
    Comparison,
)
from analysis.measures.groups import Groups
from analysis.measures.intervals import EXACT_BELOW
from analysis.measures.ratios import log_ratio
from analysis.models import few_clusters
from analysis.models.force_counts import Fit, ForceCounts, fit
from analysis.models.random_effects import METHODS, pool
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces, without_resident_base
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS
from analysis.tables import significant

LARGEST = "Metropolitan Police"
CR2 = "CR2 errors, Satterthwaite degrees of freedom"
WILD = "wild cluster bootstrap, hypothesis imposed"
NAIVE = "chance alone, reports independent"
COUNTED, PEARSON = "counted in the fit", "Pearson's X² over df"  # methods of diagnostics
CITY = (
    "the City of London is in the model as every force is: its force effect takes up how few live "
    "there, and it weighs little"
)
FOR_CONTRAST = (
    "the interval for chance alone is for contrast: reports of one force have much in common, and "
    "it is far too narrow"
)
ASSOCIATION = "an association in counts: nothing here shows a cause"
FEW_USES = "fewer than ten uses in one of the two groups in all forces together"
NOT_WITHOUT = "this force is not in the model, or without it a group would have no use left"
UNBOUNDED = "the wild bootstrap rejects no ratio on one side: the forces are too few to say"
SPARSE = (
    "more than a quarter of the forces have fewer than ten uses in one of the two groups: their "
    "log ratios are too rough to be pooled"
)
BEST_CASE = (
    "the effective number takes events as independent, so it is a best case; with fewer than four "
    "degrees of freedom even these errors can mislead (Tipton 2015)"
)
UNEVEN = (
    "forces may differ in what they record as well as in what they do: one odd cell can make most "
    "of the dispersion"
)
WILD_DIGITS = 4  # the bootstrap's limits are steps: later digits say nothing


@dataclass(frozen=True)
class Model:
    """The fit on one census, with the tables that it was made from.

    There is no fit where all forces together report fewer than ten uses on the reference group.
    """

    census: str
    compared: Comparison
    uses: Groups
    residents: Groups
    fit: Fit | None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups whose ratio to the reference can be told."""
        if self.fit is None:
            return ()
        totals = zip(self.fit.data.groups, self.fit.data.events.sum(axis=0), strict=True)
        return tuple(group for group, total in totals if total >= EXACT_BELOW)

    def words(self, name: str, **more: str) -> dict:
        """What every finding of the model has."""
        series = f"model/{slug(self.compared.tactic)}/census-{self.census}/{name}"
        rests_on = (*self.uses.patterns(ALL), *self.residents.patterns(ALL))
        return {
            "series_id": series,
            "area": ENGLAND_AND_WALES,
            "period": self.uses.period,
            "edition": self.uses.edition,
            "counts": rests_on,
        } | more

    def caveats(self, *more: str) -> tuple[str, ...]:
        """What must be said beside a ratio of the model."""
        own = (UNIT, NOT_STANDARDISED, ONE_RUNG, PERCEIVED, ASSOCIATION)
        reference = self.compared.reference
        also = [
            group
            for group in ETHNIC_GROUPS
            if self.uses.lacking(group) != self.uses.lacking(reference)
        ]
        lacking = [one for group in (reference, *also) for one in left_out(self.uses, group)]
        return (*own, *lacking, *more)


def models(benchmarks: Benchmarks, compared: Comparison, period: str) -> list[Model]:
    """The model of one year on each census."""
    made = []
    uses = benchmarks.uses(compared.tactic, period)
    for census in benchmarks.censuses:
        residents = benchmarks.residents(census)
        data = counts_over_forces(uses, residents, compared.reference)
        made.append(Model(census, compared, uses, residents, data and fit(data)))
    return made


def counts_over_forces(uses: Groups, residents: Groups, reference: str) -> ForceCounts | None:
    """Forces and groups with a use, reference first; a group not available has an empty cell.

    Nothing where the reference has fewer than ten uses.
    """
    groups = [reference, *(group for group in ETHNIC_GROUPS if group != reference)]
    places = [
        place
        for place in official_forces()
        if any(uses.of(place, group).available for group in groups)
    ]
    there = np.array([[uses.of(place, group).available for group in groups] for place in places])
    events, people = (
        np.array([[table.of(place, group).value or 0 for group in groups] for place in places])
        for table in (uses, residents)
    )
    people = np.where(there, people, 0)
    rows, columns = events.sum(axis=1) > 0, events.sum(axis=0) > 0
    if events.sum(axis=0)[0] < EXACT_BELOW:
        return None
    return ForceCounts(
        tuple(np.array(places)[rows]),
        tuple(np.array(groups)[columns]),
        events[rows][:, columns],
        people[rows][:, columns],
    )


def ratios(fitted: Iterable[Model], seed: int) -> Findings:
    """Each group against the reference on each census, with three intervals."""
    rows = []
    for model in fitted:
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
            if group not in model.groups:
                counts = words.pop("counts")
                rows += [
                    too_few(FEW_USES, counts, **_by(words, method)) for method in (CR2, WILD, NAIVE)
                ]
                continue
            place = model.fit.data.groups.index(group) - 1
            for method, limits in _limits(model, place, seed):
                named = _by(words, method)
                if not np.isfinite(limits).all():
                    rows.append(not_available(UNBOUNDED, **named))
                    continue
                lower, upper = (
                    significant(value, WILD_DIGITS) if method == WILD else value
                    for value in np.exp(limits)
                )
                rows.append(
                    Finding(value=np.exp(model.fit.log_ratios[place]), lower=lower, upper=upper,
                            confidence=model.compared.confidence, **named)
                )  # fmt: skip
    return Findings(tuple(rows))


def _limits(model: Model, place: int, seed: int) -> Iterable[tuple[str, tuple[float, float]]]:
    """The limits of one log ratio by each method."""
    fitted, confidence = model.fit, model.compared.confidence
    estimate = fitted.log_ratios[place]
    lower, upper = few_clusters.cr2(fitted).limits(fitted.log_ratios, confidence)
    yield CR2, (lower[place], upper[place])
    signs = few_clusters.draws(len(fitted.data.forces), seed)
    yield WILD, few_clusters.wild_limits(fitted.data, place, estimate, confidence, signs)
    half = fitted.covariance[place, place] ** 0.5 * float(ndtri((1 + confidence) / 2))
    yield NAIVE, (estimate - half, estimate + half)


def _by(words: dict, method: str) -> dict:
    short = {CR2: "cr2", WILD: "wild-bootstrap", NAIVE: "naive"}[method]
    return words | {"series_id": f"{words['series_id']}/{short}", "method": method}


def diagnostics(fitted: Iterable[Model]) -> Findings:
    """How many forces and uses, how uneven, how much more spread than chance gives, and where."""
    return Findings(tuple(row for model in fitted for row in _diagnosed(model)))


def _diagnosed(model: Model) -> list[Finding]:
    pair = f"{slug(model.compared.group)}-to-{slug(model.compared.reference)}"

    def finding(
        name: str, label: str, kind: str, unit: str, form: str, value: float | None, method: str
    ) -> Finding:
        words = model.words(f"{pair}/diagnostics/{name}", label=f"{label}, Census {model.census}",
                            kind=kind, unit=unit, form=form, method=method)  # fmt: skip
        if value is None:
            return too_few(FEW_USES, words.pop("counts"), **words)
        return Finding(value=value, caveats=(BEST_CASE, UNEVEN), **words)

    group, rows = model.compared.group, []
    forces = share = effective = degrees = None
    most = "the one force with most of them"
    if model.fit is not None:
        data = model.fit.data
        forces = len(data.forces)
        force, column = np.unravel_index(np.abs(model.fit.residuals).argmax(), data.events.shape)
        odd = data.forces[force]
        rows += [
            finding("uses", "Uses in the model", "count", "use", "count", data.events.sum(),
                    COUNTED),
            finding("dispersion", "Dispersion: Pearson's X² over its degrees of freedom",
                    "statistic", "ratio of variances", "number:1", model.fit.dispersion, PEARSON),
            finding("largest-residual", f"Largest Pearson residual: {odd}, {data.groups[column]}",
                    "statistic", "standard deviations", "number:1",
                    model.fit.residuals[force, column], "Pearson residual"),
        ]  # fmt: skip
        if without := _without(data, odd):
            rows.append(finding("dispersion-without", f"Dispersion without {odd}", "statistic",
                                "ratio of variances", "number:1",
                                fit(without).dispersion, PEARSON))  # fmt: skip
    if group in model.groups:
        place = data.groups.index(group)
        uses = data.events[:, place]
        most += f", {data.forces[uses.argmax()]}"
        share = uses.max() / uses.sum()
        effective = few_clusters.effective_clusters(model.fit)[place - 1]
        degrees = few_clusters.cr2(model.fit).degrees[place - 1]
    return [
        finding("forces", "Forces in the model", "count", "force", "count", forces, COUNTED),
        *rows,
        finding("largest-share", f"Share of the uses on people perceived as {group} in {most}",
                "share", "use", "percent:1", share, "a part over its whole"),
        finding("effective-forces", f"Effective number of forces, {group}", "statistic", "force",
                "number:1", effective, "Carter, Schnepel and Steigerwald"),
        finding("degrees-of-freedom", f"Satterthwaite degrees of freedom, {group}", "statistic",
                "degrees of freedom", "number:1", degrees, CR2),
    ]  # fmt: skip


def leaving_out(fitted: Iterable[Model]) -> Findings:
    """The ratio without the Metropolitan Police, and its lowest and highest without one force."""
    return Findings(tuple(row for model in fitted for row in _left_out(model)))


def _left_out(model: Model) -> list[Finding]:
    group, found = model.compared.group, {}
    if group in model.groups:
        place = model.fit.data.groups.index(group) - 1
        found = {
            name: float(np.exp(fit(left).log_ratios[place]))
            for name in model.fit.data.forces
            if (left := _without(model.fit.data, name))
        }
    named = {slug(LARGEST): ("Without", LARGEST)}
    if found:
        named |= {end: (f"The {end}: without", choose(found, key=found.get))
                  for end, choose in (("lowest", min), ("highest", max))}  # fmt: skip
    rows = []
    for name, (label, force) in named.items():
        words = model.words(
            f"{slug(group)}-to-{slug(model.compared.reference)}/without/{name}",
            label=f"{label} {force}, Census {model.census}",
            kind="ratio",
            unit=PER_RESIDENT,
            form="number:2",
            method="the model fitted again without the force",
        )
        words["caveats"] = model.caveats()
        if force in found:
            rows.append(Finding(value=found[force], **words))
        elif group in model.groups:
            rows.append(not_available(NOT_WITHOUT, **words))
        else:
            rows.append(too_few(FEW_USES, words.pop("counts"), **words))
    return rows


def _without(data: ForceCounts, name: str) -> ForceCounts | None:
    """The counts without a force, or nothing where a group then has no use left."""
    kept = data.events[[force != name for force in data.forces]]
    return data.without(name) if (kept.sum(axis=0) > 0).all() else None


def pooled(fitted: Iterable[Model]) -> Findings:
    """Forces as drawn from a spread of true ratios: mean, and where a further force's may lie.

    Without the City of London, whose few residents make no base for a ratio of its own. Refused
    where more than a quarter of the forces have fewer than ten uses in one of the two groups.
    """
    return Findings(
        tuple(row for model in fitted for method in METHODS for row in _pooled(model, method))
    )


def _pooled(model: Model, method: str) -> list[Finding]:
    pair, confidence = model.compared, model.compared.confidence
    places = [
        place
        for place in model.uses.having(*pair.pair)
        if place not in without_resident_base()
        and sum(model.uses.of(place, group).value for group in pair.pair)
    ]
    fewest = [min(model.uses.of(place, group).value for group in pair.pair) for place in places]
    each = [
        log_ratio(
            *(table.of(place, group).value
              for group in pair.pair for table in (model.uses, model.residents))
        )
        for place in places
    ]  # fmt: skip
    series = f"{slug(pair.group)}-to-{slug(pair.reference)}/random-effects/{slug(method)}"
    title = f"Census {model.census}, {method}"
    small = sum(number < EXACT_BELOW for number in fewest)
    if len(each) < 3 or 4 * small > len(each):
        words = model.words(f"{series}/mean", label=f"Mean of forces: {title}", kind="ratio",
                            unit=PER_RESIDENT, caveats=model.caveats())  # fmt: skip
        return [too_few(SPARSE, words.pop("counts"), **words)]
    found = pool(*zip(*each, strict=True), confidence, method)
    caveats = model.caveats(*(f"{place} is left out: {reason}"
                              for place, reason in without_resident_base().items()
                              if place in official_forces()))  # fmt: skip
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
        Finding(**model.words(f"{series}/forces", label=f"Forces pooled: {title}", kind="count",
                              unit="force"), value=len(each), method="counted"),
        Finding(**model.words(f"{series}/small", kind="count", unit="force",
                              label=f"Forces with fewer than ten uses in a group: {title}"),
                value=small, method="counted"),
        Finding(**model.words(f"{series}/i2", label=f"I²: {title}", kind="share",
                              unit="variance", form="percent:0"), value=found.i2,
                method="share of the variation between forces that is not chance"),
        Finding(**model.words(f"{series}/tau", label=f"Spread of forces τ: {title}",
                              kind="statistic", unit="log ratio", form="number:2"),
                value=found.tau, method=method),
    ]  # fmt: skip
