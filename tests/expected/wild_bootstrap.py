"""Wild cluster bootstrap of the linearised Poisson regression, by wildboottest.

Usage, from the repository root, in an environment of its own (see README.md for versions):
    python tests/expected/wild_bootstrap.py

Reads population_counts.csv; writes wild_bootstrap.csv beside this script. The eleven forces with
the most residents make 2 ** 11 sign patterns, few enough to take every one: no random numbers.
"""

import csv
import math
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from wildboottest.wildboottest import WildboottestCL, wildboottest

HERE = Path(__file__).parent
GROUPS = ("White", "Black", "Asian", "Mixed", "Other")
FORCES = 11
DRAWS = 2**FORCES
TIE = 1e-9  # |t*| within this share of |t| is a tie: rounding, not the data, parts them
NULLS = {  # rate ratios to White
    "Black": (1, 2, 3, 3.5, 4, 4.5, 5, 6, 8),
    "Asian": (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2),
}


def largest_forces() -> dict[str, dict[str, tuple[int, int]]]:
    """Uses and residents (Census 2021) by force and group, 2019/20."""
    forces = {}
    with (HERE / "population_counts.csv").open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["year"] == "2019/20":
                counts = (int(row["uses"]), int(row["residents_2021"]))
                forces.setdefault(row["force"], {})[row["group"]] = counts
    size = {force: sum(n for _, n in groups.values()) for force, groups in forces.items()}
    return {force: forces[force] for force in sorted(sorted(size, key=size.get)[-FORCES:])}


def design(forces: dict) -> tuple[np.ndarray, ...]:
    """Uses, log residents, columns (four groups, then a dummy for each force), force numbers."""
    cells = [
        (*counts[group], number, group)
        for number, counts in enumerate(forces.values())
        for group in GROUPS
    ]
    uses, residents, number = (np.array([cell[i] for cell in cells], float) for i in range(3))
    group_columns = [[cell[3] == group for cell in cells] for group in GROUPS[1:]]
    force_columns = [number == i for i in range(len(forces))]
    columns = np.array(group_columns + force_columns, float).T
    return uses, np.log(residents), columns, number.astype(int)


def null_test(uses, log_residents, columns, number, tested: int, value: float) -> dict:
    # The Poisson fit with the tested coefficient held at its value, by an offset.
    held = value * columns[:, tested]
    others = np.delete(columns, tested, axis=1)
    fit = sm.GLM(uses, others, sm.families.Poisson(), offset=log_residents + held).fit(
        maxiter=100, tol=1e-15, tol_criterion="params"
    )
    mean = fit.mu
    working = np.log(mean) - log_residents + (uses - mean) / mean
    # wildboottest tests a coefficient against nought, so the value is taken off the response.
    response = np.sqrt(mean) * (working - held)
    rows = np.sqrt(mean)[:, None] * columns
    restriction = np.eye(columns.shape[1])[tested]
    boot = WildboottestCL(X=rows, Y=response, cluster=number, R=restriction, B=DRAWS + 1, seed=1)
    boot.get_scores(bootstrap_type="11", impose_null=True, adj=True, cluster_adj=True)
    _, draws, enumerated = boot.get_weights(weights_type="rademacher")
    if not enumerated or draws != DRAWS:
        raise SystemExit(f"{draws} draws, not all {DRAWS}")
    boot.get_numer()
    boot.get_denom()
    boot.get_tboot()
    boot.get_vcov()
    boot.get_tstat()
    boot.get_pvalue()
    # The front door must say the same, up to ties.
    front = wildboottest(
        sm.WLS(response, rows), B=DRAWS + 1, cluster=number, param=f"x{tested + 1}", show=False
    )
    statistic, drawn = abs(boot.t_stat), np.abs(boot.t_boot)
    ties = int(np.sum(np.abs(drawn - statistic) <= TIE * statistic))
    greater = int(np.sum(drawn > statistic * (1 + TIE)))
    for printed in (boot.pvalue, front["p-value"].iloc[0]):
        if not greater <= round(float(printed) * DRAWS) <= greater + ties:
            raise SystemExit(f"wildboottest gives p = {printed}")
    return {
        "t": f"{float(boot.t_stat):.12g}",
        "draws": DRAWS,
        "greater": greater,
        "ties": ties,
        "p_strict": f"{greater / DRAWS:.12g}",
        "p_with_ties": f"{(greater + ties) / DRAWS:.12g}",
    }


def main() -> None:
    forces = largest_forces()
    if "Metropolitan Police" not in forces:
        raise SystemExit("the Metropolitan Police are not among the largest forces")
    print(*forces, sep=", ")
    written = [
        {"group": group, "null_ratio": ratio, "null_coefficient": f"{math.log(ratio):.12g}"}
        | null_test(*design(forces), GROUPS.index(group) - 1, math.log(ratio))
        for group, ratios in NULLS.items()
        for ratio in ratios
    ]
    with (HERE / "wild_bootstrap.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, written[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(written)


main()
