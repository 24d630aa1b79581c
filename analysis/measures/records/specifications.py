"""The same odds ratio under every choice of unit, covariates and missing-data rule.

A specification curve (Simonsohn, Simmons and Nelson 2020, doi 10.1038/s41562-020-0912-z): every
reasonable choice is shown, so that none can be picked for its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis.findings import Finding, Findings, not_available
from analysis.measures.records.regression import CATEGORY, REPORT, Specification, Study
from analysis.measures.records.regression_factors import MISSING_RULES, SETS
from analysis.standard.names import slug

ALLOCATION = (
    "one of two ways of allocating all ethnic groups not known: no limit, since other ways may "
    "lead further, and it says nothing about misperception"
)
NO_RATIO = "no specification has a ratio"
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
        *((ALLOCATION,) if chosen.missing.startswith("to ") else ()),
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


def by_unit(findings: Findings, study: Study) -> dict[str, Findings]:
    """The curve in one part for each unit, labelled by the other choices.

    Notes that all of the curve share are left out, and at incidents those that the same choices
    have at reports.
    """
    pairs = list(zip(findings, every(study), strict=True))
    rows = [row for row in findings if row.available]
    shared = set.intersection(*(set(row.caveats) for row in rows)) if rows else set()
    of_reports = {chosen.choices: row.caveats for row, chosen in pairs
                  if chosen.unit == REPORT and row.available}  # fmt: skip
    parts: dict[str, list[Finding]] = {}
    for row, chosen in pairs:
        said = () if chosen.unit == REPORT else of_reports.get(chosen.choices, ())
        own = tuple(note for note in row.caveats if note not in (*shared, *said))
        parts.setdefault(chosen.unit, []).append(replace(row, label=chosen.choices, caveats=own))
    return {unit: Findings(tuple(rows)) for unit, rows in parts.items()}


def spread(findings: Findings) -> tuple[Finding, Finding]:
    """The specifications with the lowest and the highest ratio; any two where none has one."""
    rows = sorted((row for row in findings if row.available), key=lambda row: row.value)
    rows = rows or list(findings)
    return rows[0], rows[-1]


def holding_one(findings: Findings, study: Study, outcome: str, group: str) -> Findings:
    """How many specifications have a ratio, and of how many of them the interval holds one."""
    held = [row for row in findings if row.available]
    one = [row for row in held if row.lower <= 1 <= row.upper]
    pair = f"{slug(group)}-to-{slug(study.reference)}"
    rows = []
    for name, label, those in (
        ("with-a-ratio", "Specifications with a ratio", held),
        ("holding-one", "Specifications whose interval holds one", one),
    ):
        words = {
            "series_id": f"specification/{slug(outcome)}/{pair}/{name}", "label": label,
            "kind": "count", "unit": "specification", **study.records.place,
        }  # fmt: skip
        if not held:
            rows.append(not_available(NO_RATIO, **words))
            continue
        ids = tuple(row.id for row in held)
        rows.append(Finding(**words, value=len(those), method="as counted", findings=ids))
    return Findings(tuple(rows))
