"""The logit on covariate patterns against statsmodels, glum and pyfixest, a million reports each.

All in one run, each in a process of its own that reads the same made-up reports, of 25 columns and
of 66. Seconds and peak memory are from the reports in a table of categoricals to coefficients
and errors clustered by incident. See README.md for the environment:
``python -m benchmarks.regression``.
"""

# numpy and the rest are imported where a process needs them: the memory of the process that starts
# another counts for the peak of that one
import argparse
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import RESULTS, Row, measured, own_peak_mb, write_results

REPORTS, SEED = 1_000_000, 20260401
LEVELS = {
    "ethnicity": 6, "age": 6, "gender": 3, "conduct": 6, "location": 5, "mental_health": 2,
    "single_crewed": 2, "trained_ced": 2, "force": 43,
}  # fmt: skip
OF_OFFICER = ("single_crewed", "trained_ced")  # the others are the same all over an incident
LEFT_OUT = {25: "force", 66: "trained_ced"}
# at most this share of the seconds, and of the peak memory
LIMITS = {
    25: {"statsmodels": (1 / 40, 0.25), "dummies": (None, None), "glum": (1 / 8, None),
         "pyfixest": (1 / 8, None)},
    66: {"statsmodels": (1 / 50, 0.25), "dummies": (None, None), "glum": (1 / 20, None),
         "pyfixest": (1 / 20, None)},
}  # fmt: skip
NAMES = {
    "patterns": "ours, median of three", "statsmodels": "statsmodels, by formula",
    "dummies": "statsmodels, dummies made by hand", "glum": "glum", "pyfixest": "pyfixest",
}  # fmt: skip
ORDER = ("patterns", "glum", "patterns", "pyfixest", "patterns", "dummies", "statsmodels")
CLOSE = {"coefficients": 1e-10, "errors": 1e-8}  # to statsmodels: absolute, relative


def make(columns: int, folder: str) -> None:
    """Writes made-up reports, those of an incident together, as in a file in order of time."""
    import numpy as np

    random = np.random.default_rng(SEED)
    sizes = random.integers(1, 5, REPORTS)
    incident = np.repeat(np.arange(REPORTS, dtype=np.int32), sizes)[:REPORTS]
    codes, log_odds = {}, random.normal(-1.5, 1, REPORTS)[incident]
    for factor in (name for name in LEVELS if name != LEFT_OUT[columns]):
        share = np.arange(1, LEVELS[factor] + 1) ** -1.2
        drawn = random.choice(LEVELS[factor], REPORTS, p=share / share.sum()).astype(np.int8)
        codes[factor] = drawn if factor in OF_OFFICER else drawn[incident]
        log_odds += random.normal(0, 0.3, LEVELS[factor])[codes[factor]]
    outcome = random.random(REPORTS) < 1 / (1 + np.exp(-log_odds))
    np.savez(Path(folder) / f"{columns}.npz", outcome=outcome, incident=incident, **codes)


def load(columns: int, folder: str):
    import numpy as np
    import pandas as pd

    with np.load(Path(folder) / f"{columns}.npz") as stored:
        outcome, incident = stored["outcome"], stored["incident"]
        factors = {
            name: pd.Categorical.from_codes(
                stored[name], [f"level {i}" for i in range(LEVELS[name])]
            )
            for name in stored.files[2:]
        }
    return outcome, pd.DataFrame(factors), incident


def patterns():
    from analysis.models.logit import fit_logit
    from analysis.models.patterns import collapse

    def run(outcome, factors, incident):
        fit = fit_logit(collapse(outcome, factors, incident))
        return fit.coefficients, fit.clustered_covariance.diagonal() ** 0.5

    return run


def with_statsmodels():
    """From the table by a formula, as its users write it, and pyfixest's."""
    import statsmodels.formula.api as smf

    def run(outcome, factors, incident):
        table = factors.assign(outcome=outcome.astype(float))
        fit = smf.logit("outcome ~ " + " + ".join(factors), table).fit(
            disp=0, cov_type="cluster", cov_kwds={"groups": incident}
        )
        return fit.params.to_numpy(), fit.bse.to_numpy()

    return run


def with_dummies():
    """statsmodels again, on a matrix made beforehand by hand: its quickest way."""
    import pandas as pd
    import statsmodels.api as sm

    def run(outcome, factors, incident):
        design = pd.get_dummies(factors, drop_first=True, dtype=float)
        design.insert(0, "intercept", 1.0)
        fit = sm.Logit(outcome.astype(float), design).fit(
            disp=0, cov_type="cluster", cov_kwds={"groups": incident}
        )
        return fit.params.to_numpy(), fit.bse.to_numpy()

    return run


def with_glum():
    import numpy as np
    from glum import GeneralizedLinearRegressor

    def run(outcome, factors, incident):
        outcome = outcome.astype(float)
        # by default it stops with errors of 1e-4 in the coefficients
        model = GeneralizedLinearRegressor(
            family="binomial", alpha=0, drop_first=True, gradient_tol=1e-6
        ).fit(factors, outcome)
        covariance = model.covariance_matrix(X=factors, y=outcome, clusters=incident)
        return np.array([model.intercept_, *model.coef_]), covariance.diagonal() ** 0.5

    return run


def with_pyfixest():
    import pyfixest

    def run(outcome, factors, incident):
        table = factors.assign(outcome=outcome.astype(float), incident=incident)
        fit = pyfixest.feglm(
            "outcome ~ " + " + ".join(factors), table, family="logit",
            vcov={"CRV1": "incident"}, copy_data=False, store_data=False, lean=True,
        )  # fmt: skip
        return fit.coef().to_numpy(), fit.se().to_numpy()

    return run


METHODS = {
    "patterns": patterns, "statsmodels": with_statsmodels, "dummies": with_dummies,
    "glum": with_glum, "pyfixest": with_pyfixest,
}  # fmt: skip


def measure(method: str, columns: int, folder: str) -> None:
    """Prints what one run takes: seconds, megabytes at the peak, and what it found."""
    run = METHODS[method]()
    reports = load(columns, folder)
    start = time.perf_counter()
    coefficients, errors = run(*reports)
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, own_peak_mb(), [coefficients.tolist(), errors.tolist()]]))


def child(*arguments: object) -> str:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.regression", *arguments]
    return measured(command).printed


def compare(columns: int, folder: str) -> list[Row]:
    """Runs all methods for one number of columns."""
    child("make", columns, folder)
    taken: dict[str, list] = {method: [] for method in METHODS}
    for method in ORDER:
        taken[method].append(json.loads(child(method, columns, folder).splitlines()[-1]))
        print(f"{columns} columns, {method}: {taken[method][-1][0]:.2f} s", flush=True)
    seconds, peak = (
        statistics.median(column) for column in list(zip(*taken["patterns"], strict=True))[:2]
    )
    rows = [_row("patterns", columns, seconds=seconds, peak_mb=peak)]
    found = taken["patterns"][0][2]
    for method, limits in LIMITS[columns].items():
        (their_seconds, their_peak, result), (most, share) = taken[method][0], limits
        far = apart(found, result)
        if method == "statsmodels" and any(far[name] > CLOSE[name] for name in CLOSE):
            raise ValueError(f"results differ from those of statsmodels by {far}")
        note = ", ".join(f"{name} within {distance:.0e}" for name, distance in far.items())
        rows += [
            _row(method, columns, seconds=their_seconds, peak_mb=their_peak,
                 ratio=seconds / their_seconds, ratio_of="our seconds to its", limit=most,
                 note=note),
            _row(method, columns, ratio=peak / their_peak, ratio_of="our memory to its",
                 limit=share),
        ]  # fmt: skip
    return rows


def _row(method: str, columns: int, **figures: object) -> Row:
    return Row(f"{columns} columns, {NAMES[method]}", records=REPORTS, **figures)


def apart(ours: list[list[float]], theirs: list[list[float]]) -> dict[str, float]:
    (coefficients, errors), (others, their_errors) = ours, theirs
    return {
        "coefficients": max(abs(a - b) for a, b in zip(coefficients, others, strict=True)),
        "errors": max(abs(a / b - 1) for a, b in zip(errors, their_errors, strict=True)),
    }


def main() -> int:
    missing = [name for name in ("glum", "pyfixest") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"{' and '.join(missing)} must be installed beside the project for this comparison: "
              "see benchmarks/README.md", file=sys.stderr)  # fmt: skip
        return 2
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--into", type=Path, default=RESULTS, help="folder for the table")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for columns in LIMITS for row in compare(columns, folder)]
    return write_results("regression", rows, given.into)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", columns, folder]:
            make(int(columns), folder)
        case [method, columns, folder] if method in METHODS:
            measure(method, int(columns), folder)
        case _:
            sys.exit(main())
