"""The same odds ratio under every choice of unit, covariates and missing-data rule.

A specification curve (Simonsohn, Simmons and Nelson 2020, doi 10.1038/s41562-020-0912-z): every
reasonable choice is shown, so that none can be picked for its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis.findings import Findings
from analysis.measures.records.regression import CATEGORY, REPORT, Specification, Study
from analysis.measures.records.regression_factors import MISSING_RULES, SETS
from analysis.standard.names import slug

MISSING_ONLY = "a limit for missing data alone: it says nothing about misperception"
OF_INCIDENTS = (
    "an incident counts once: its outcome is that of any of its reports, its covariates are those "
    "of the first in the file, though it may have had several subjects"
)
ENCOUNTER = (
    "resistance and reasons for force belong to the encounter and may follow from how it was begun "
    "and perceived; to adjust for them takes away whatever of a difference runs through them"
)


def every(study: Study) -> Iterator[Specification]:
    """Units (reports, and incidents by each rule that joins reports) by covariates by missing."""
    units = [REPORT, *(rule for rule in study.incidents if rule != REPORT)]
    for unit in units:
        for covariates in SETS:
            for missing in MISSING_RULES:
                yield Specification(covariates, unit, missing)


def curve(study: Study, outcome: str, group: str) -> Findings:
    """The odds ratio of the group to the reference under every specification, one finding each."""
    return Findings(tuple(_one(study, outcome, group, chosen) for chosen in every(study)))


def _one(study: Study, outcome: str, group: str, chosen: Specification):
    made = study.estimate(outcome, group, chosen)
    found = study.finding(made, series(study, outcome, group, chosen), chosen.words)
    more = [
        *((OF_INCIDENTS,) if chosen.unit != REPORT else ()),
        *((ENCOUNTER,) if chosen.covariates == "and encounter" else ()),
        *((MISSING_ONLY,) if chosen.missing.startswith("to ") else ()),
    ]
    return replace(found, caveats=(*found.caveats, *more))


def series(study: Study, outcome: str, group: str, chosen: Specification) -> str:
    """The series of a specification."""
    pair = f"{slug(group)}-to-{slug(study.reference)}"
    parts = (chosen.unit, chosen.covariates, chosen.missing)
    return "/".join(["specification", slug(outcome), pair, *map(slug, parts)])


def beside(findings: Findings, study: Study, outcome: str, group: str) -> Findings:
    """Of the curve: the main fit, the other covariates, and the other missing-data rules for it."""
    main = study.main(outcome)
    chosen = [replace(main, covariates=covariates) for covariates in SETS]
    chosen += [replace(main, missing=missing) for missing in MISSING_RULES if missing != CATEGORY]
    return Findings(
        tuple(findings.one(series(study, outcome, group, specification))
              for specification in chosen)
    )  # fmt: skip


def spread(findings: Findings) -> Findings:
    """The specifications with the lowest and the highest ratio; nothing where none has one."""
    rows = sorted((row for row in findings if row.available), key=lambda row: row.value)
    return Findings((rows[0], rows[-1]) if len(rows) > 1 else tuple(rows))
