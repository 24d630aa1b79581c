"""Average marginal effects of a logit with errors by incident, by marginaleffects.

Usage, from the repository root, in an environment of its own (see README.md for versions):
    python tests/expected/marginal_effects.py

Writes marginal_effects_input.csv, made-up reports from a seed, and marginal_effects.csv.
"""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from marginaleffects import avg_comparisons

HERE = Path(__file__).parent
REPORTS, SEED = 3000, 20190401
STEP = 1e-8  # of the numerical derivative; by default it shrinks with a coefficient near nought
LEVELS = {  # the reference first, each twice as frequent as the next
    "ethnicity": ("White", "Black", "Asian", "Mixed", "Other"),
    "age": ("18-34", "11-17", "35-49", "50-64"),
    "gender": ("Male", "Female", "Other"),
    "conduct": ("Compliant", "Passive", "Active", "Aggressive"),
    "crewed": ("Double", "Single"),
}
OF_OFFICER = ("crewed",)  # the others are the subject's, so the same all over an incident


def reports(random: np.random.Generator) -> pd.DataFrame:
    """Made-up reports in incidents of one to four, the outcome correlated within an incident."""
    sizes = random.integers(1, 5, REPORTS)
    incident = np.repeat(np.arange(REPORTS), sizes)[:REPORTS]
    table = pd.DataFrame({"incident": incident})
    log_odds = -1.2 + random.normal(0, 1, REPORTS)[incident]
    for factor, levels in LEVELS.items():
        share = 0.5 ** np.arange(len(levels))
        drawn = random.choice(len(levels), REPORTS, p=share / share.sum())
        codes = drawn if factor in OF_OFFICER else drawn[incident]
        table[factor] = pd.Categorical.from_codes(codes, levels)
        log_odds = log_odds + np.linspace(0, 0.9, len(levels))[codes]
    table["outcome"] = (random.random(REPORTS) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return table.assign(made_up="made up").sample(frac=1, random_state=random)


def fit(table: pd.DataFrame):
    return smf.logit(f"outcome ~ {' + '.join(LEVELS)}", table).fit(
        method="newton",
        tol=1e-14,
        disp=0,
        cov_type="cluster",
        cov_kwds={"groups": table["incident"]},
    )


def rows(table: pd.DataFrame):
    """Factor, level, reference, effect and standard error, in the order of ``LEVELS``."""
    fitted = fit(table)
    found = avg_comparisons(fitted, vcov=fitted.cov_params().to_numpy(), eps_vcov=STEP)
    columns = found["term"], found["contrast"], found["estimate"], found["std_error"]
    by_level = {}
    for factor, contrast, effect, error in zip(*columns, strict=True):
        level, reference = contrast.split(" - ")
        by_level[factor, level] = (factor, level, reference, f"{effect:.12g}", f"{error:.12g}")
    return [by_level[factor, level] for factor in LEVELS for level in LEVELS[factor][1:]]


def main() -> None:
    table = reports(np.random.default_rng(SEED))
    table.to_csv(HERE / "marginal_effects_input.csv", index=False, lineterminator="\n")
    with (HERE / "marginal_effects.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["factor", "level", "reference", "effect", "se"])
        writer.writerows(rows(table))


if __name__ == "__main__":
    main()
