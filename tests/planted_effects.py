"""Do planted effects come back through file, reader, incidents and regression?

    python -m tests.planted_effects

makes files of reports with known effects, writes each to disk, reads it as any force's file is
read, takes reports for one incident by a rule (the incidents of the truth stay unread), fits
every outcome, and asks whether the 95% limits hold the planted effect: limits that know of
incidents, and limits as if every report were independent of every other. It writes
docs/planted-effects.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.findings import formatted
from analysis.made_up.files import make
from analysis.made_up.plan import SHARES, USUAL, Planted
from analysis.made_up.reports import LATEST
from analysis.measures.records.incidents import group_reports
from analysis.models.logit import Fit, fit_logit
from analysis.models.patterns import collapse
from analysis.places import ROOT
from analysis.records import Records
from analysis.sources.records import read_records
from analysis.standard.form import NOT_REPORTED

# All this was fixed before the first of the runs that count; trials had other seeds.
RUNS, REPORTS, SEED = 1000, 2500, 20170401
RULE, CONFIDENCE = "within 30 minutes", 0.95
EFFECTS = {
    "ethnicity": {"Black": 0.7, "Asian": 0.2},
    "age": {"11-17": -0.6, "35-49": 0.3},
    "gender": {"Female": -0.5},
    "health condition": {"Mental": 0.4},
}
FIELDS = tuple(EFFECTS)
PLANTED = {"Taser used": Planted(0.15, EFFECTS), "subject injured": Planted(0.20, EFFECTS)}
# Outcomes common enough, and groups large enough, for files of this size.
PLAN = replace(
    USUAL,
    shares=SHARES
    | {
        "ethnicity": {"White": 0.60, "Black": 0.20, "Asian": 0.20},
        "age": {"18-34": 0.50, "11-17": 0.20, "35-49": 0.30},
        "gender": {"Male": 0.70, "Female": 0.30},
        "health condition": {"None": 0.70, "Mental": 0.30},
    },
    outcomes=USUAL.outcomes | PLANTED,
)
# The columns that the fits need, with headers as on the form: other columns would only cost time.
KEPT = (
    "Incident", "Borough", "Tactic ", "Effective ", "CED Used", "Subject", "PhysicalDisability",
    "MentalDisability", "Made up",
)  # fmt: skip


def names() -> list[str]:
    """The planted effects, as columns of the design are named."""
    return [f"{field}: {group}" for field, groups in EFFECTS.items() for group in groups]


def truth() -> np.ndarray:
    """The planted effects, log odds ratios."""
    return np.array([effect for groups in EFFECTS.values() for effect in groups.values()])


def read_back(seed: int, folder: Path) -> Records:
    """The reports of a seed, by way of a file."""
    frame = make(REPORTS, seed, PLAN).records
    path = folder / f"{seed}.csv"
    frame[[header for header in frame if header.startswith(KEPT)]].to_csv(path, index=False)
    try:
        return read_records(path, PLAN.area, PLAN.period).records
    finally:
        path.unlink()


def fits(records: Records) -> Iterator[Fit]:
    """The fit of each planted outcome, errors clustered by the incidents that the rule finds."""
    incidents = group_reports(records, RULE).to_numpy()
    factors = pd.DataFrame({field: _reference_first(records, field) for field in FIELDS})
    happened = {
        "Taser used": records.involving("CED"),
        "subject injured": records.answered("subject injured"),
    }
    for name in PLANTED:
        yield fit_logit(collapse(happened[name].to_numpy(), factors, incidents))


def _reference_first(records: Records, field: str) -> pd.Series:
    groups = [*PLAN.shares[field], NOT_REPORTED]
    return records.reports[field].cat.set_categories(groups)


def one_file(seed: int) -> np.ndarray:
    """What a file gives: (outcomes, 3, effects), incidents and effects found anew.

    The 3 are estimates, errors clustered by incident, and errors as if reports were independent.
    """
    with tempfile.TemporaryDirectory() as folder:
        records = read_back(seed, Path(folder))
    runs = []
    for fit in fits(records):
        at = [fit.columns.index(name) for name in names()]
        clustered, model = fit.clustered_covariance, fit.model_covariance
        runs.append(
            [fit.coefficients[at], *(np.sqrt(np.diag(one))[at] for one in (clustered, model))]
        )
    return np.array(runs)


def many(runs: int, seed: int, workers: int = 2) -> np.ndarray:
    """(runs, outcomes, 3, effects) of files with consecutive seeds."""
    with ProcessPoolExecutor(workers) as pool:
        return np.array(list(pool.map(one_file, range(seed, seed + runs), chunksize=10)))


def held(found: np.ndarray) -> np.ndarray:
    """Share of files whose limits hold the truth, clustered and as if independent.

    (2, outcomes, effects).
    """
    wide = float(ndtri((1 + CONFIDENCE) / 2))
    away = np.abs(found[:, :, 0] - truth())
    return np.array([(away <= wide * found[:, :, place]).mean(axis=0) for place in (1, 2)])


def shown(share: float, digits: int = 1) -> str:
    """A share as a percentage."""
    return formatted(share, f"percent:{digits}")


PAGE = """\
# Do planted effects come back?

Nobody knows the true effects behind a force's records. Records that are made up from known effects
have a truth to be held against. **The reports behind this page are made up: they describe no
force.**

{runs} files of {reports} reports each were written to disk and read like any force's file. Reports
were taken for one incident by the rule "{rule}"; the incidents of the generator were not looked at.
Each outcome was fitted by a logit on {fields}. A {level} interval should hold the planted effect in
{level} of files.

- **Errors clustered by incident**, which the reports use: {clustered}.
- **As if every report were independent**: {model}. Such errors are too small
  by a factor of {low_ratio} to {high_ratio}, since reports of one incident tell of one encounter.

Planted effects and estimates are log odds ratios. The last column is the error clustered by
incident over the other.

| outcome | group | planted | mean estimate | held, clustered | held, independent | errors |
|---|---|---:|---:|---:|---:|---:|
{table}

An interval that covers exactly {level} would show {low} to {high} here in 95% of such simulations.

## What was made up

- **Incidents** of one to four reports ({sizes}); {two} of those with two or more reports have two
  subjects. Reports of one incident lie up to {latest} minutes apart.
- **Outcomes** with the planted effects, as log odds ratios among all reports. The normal variates
  behind an outcome correlate by {correlation} between two reports of one incident: a Gaussian
  copula, which leaves the logit on reports true whatever the correlation
  (`analysis/made_up/reports.py`).
- **Shares** in the reference groups: {shares}; subjects: {groups}. They are larger
  than in real records, so that files of this size have enough of each.
- **Seeds** {seed} to {last}, fixed beforehand; trials had other seeds.

This is one design. It does not show how the intervals do where officers see one subject
differently, where incidents are told apart less well, or with a few events only.

To make this page again, in about ten minutes:

```
python -m tests.planted_effects
```
"""


def page(found: np.ndarray) -> str:
    """The text of docs/planted-effects.md."""
    clustered, model = held(found)
    ratios = (found[:, :, 1] / found[:, :, 2]).mean(axis=0)
    means = found[:, :, 0].mean(axis=0)
    chance = float(ndtri(0.975)) * (CONFIDENCE * (1 - CONFIDENCE) / len(found)) ** 0.5
    rows = [
        f"| {outcome} | {name} | {truth()[at]:.2f} | {means[place, at]:.2f} "
        f"| {shown(clustered[place, at])} | {shown(model[place, at])} | {ratios[place, at]:.2f} |"
        for place, outcome in enumerate(PLANTED)
        for at, name in enumerate(names())
    ]
    return PAGE.format(
        runs=f"{len(found):,}",
        reports=f"{REPORTS:,}",
        rule=RULE,
        fields=", ".join(FIELDS),
        level=shown(CONFIDENCE, 0),
        clustered=f"{shown(clustered.min())} to {shown(clustered.max())} of files",
        model=f"{shown(model.min())} to {shown(model.max())} of files",
        low_ratio=f"{ratios.min():.2f}",
        high_ratio=f"{ratios.max():.2f}",
        table="\n".join(rows),
        low=shown(CONFIDENCE - chance),
        high=shown(CONFIDENCE + chance),
        sizes=", ".join(shown(share, 0) for share in PLAN.sizes),
        two=shown(PLAN.two_subjects, 0),
        latest=LATEST,
        correlation=PLAN.correlation,
        shares=", ".join(f"{name} {shown(one.share, 0)}" for name, one in PLANTED.items()),
        groups=", ".join(
            f"{group} {shown(share, 0)}"
            for field in FIELDS
            for group, share in PLAN.shares[field].items()
        ),
        seed=SEED,
        last=SEED + len(found) - 1,
    )


if __name__ == "__main__":
    text = page(many(RUNS, SEED))
    (ROOT / "docs" / "planted-effects.md").write_text(text, "utf-8", newline="\n")
