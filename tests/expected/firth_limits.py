"""Profile limits of Firth's penalised logit by firthmodels, on single reports.

Usage, from the repository root, in an environment of its own (see README.md for versions):
    python tests/expected/firth_limits.py

Reads firth_endometrial.csv and firth_patterns.csv; writes firth_limits.csv beside this script.
A design effect d at a confidence is the same as none at the confidence whose chi-square quantile
is d times as large, which is how the wider limits are had from a package that has no such thing.
"""

import csv
from pathlib import Path

import numpy as np
from firthmodels import FirthLogisticRegression
from scipy.stats import chi2

HERE = Path(__file__).parent


def read(name: str) -> dict[str, np.ndarray]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([float(row[column]) for row in rows]) for column in rows[0]}


def single(patterns: dict[str, np.ndarray], columns: tuple) -> tuple[np.ndarray, np.ndarray]:
    """One row for each report."""
    lines, outcomes = [], []
    covariates = np.column_stack([patterns[column] for column in columns])
    for line, trials, events in zip(
        covariates, patterns["trials"], patterns["events"], strict=True
    ):
        lines += [line] * int(trials)
        outcomes += [1] * int(events) + [0] * int(trials - events)
    return np.array(lines), np.array(outcomes)


def limits(name: str, columns: tuple, covariates: np.ndarray, outcomes: np.ndarray) -> list:
    model = FirthLogisticRegression(backend="numpy", max_iter=2000, gtol=1e-8, xtol=1e-8)
    model.fit(covariates, outcomes)
    rows = []
    for confidence, effect in ((0.95, 1), (0.9, 1), (0.95, 1.7), (0.95, 2.5)):
        alpha = chi2.sf(effect * chi2.ppf(confidence, 1), 1)
        found = model.conf_int(alpha=alpha, method="pl", max_iter=2000, tol=1e-11)
        for column, (lower, upper) in zip((*columns, "(Intercept)"), found, strict=True):
            rows.append([name, column, confidence, effect, f"{lower:.12g}", f"{upper:.12g}"])
    return rows


def main() -> None:
    endometrial, patterns = read("firth_endometrial.csv"), read("firth_patterns.csv")
    first, second = ("NV", "PI", "EH"), ("black", "asian", "night", "armed")
    rows = limits(
        "endometrial",
        first,
        np.column_stack([endometrial[column] for column in first]),
        endometrial["HG"],
    )
    rows += limits("patterns", second, *single(patterns, second))
    with (HERE / "firth_limits.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "column", "confidence", "design_effect", "lower", "upper"])
        writer.writerows(rows)


main()
