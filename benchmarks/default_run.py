"""The default run against the papermill command line running the same chapters one by one.

Both in the same run, interleaved, each as its user would start it, the chapters with the parameters
that the reports give them; medians of the rounds. ``python -m benchmarks.default_run`` with the
project's own Python.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import RESULTS, ROOT, Row, Taken, measured, write_results

ROUNDS = 5
LIMIT = 1 / 3


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--into", type=Path, default=RESULTS, help="folder for the table")
    given = asked.parse_args()
    told = measured([sys.executable, "-m", "benchmarks.default_run", "asked"]).printed
    chapters = json.loads(told.splitlines()[-1])
    papermill, ours = [], []
    for number in range(given.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            each = [by_papermill(*one, ROOT / "params", folder) for one in chapters]
            papermill.append((sum(one.seconds for one in each), max(one.peak_mb for one in each)))
            command = [sys.executable, "-m", "analysis.cli", "run", "--out", folder / "reports"]
            ours.append(measured(command))
        print(f"round {number + 1}: papermill {papermill[-1][0]:.1f} s, "
              f"uof-audit run {ours[-1].seconds:.1f} s", flush=True)  # fmt: skip
    theirs = statistics.median(seconds for seconds, _ in papermill)
    seconds = statistics.median(one.seconds for one in ours)
    note = f"{len(chapters)} chapters, median of {given.rounds}"
    rows = [
        Row("papermill's command line, one chapter after the other", seconds=theirs,
            peak_mb=max(peak for _, peak in papermill), note=note),
        Row("uof-audit run, both default reports with their pages", seconds=seconds,
            peak_mb=max(one.peak_mb for one in ours), ratio=seconds / theirs,
            ratio_of="our seconds to papermill's", limit=LIMIT, note=note),
    ]  # fmt: skip
    return write_results("default_run", rows, given.into)


def by_papermill(
    chapter: str, values: dict[str, object], folder: Path, scratch: Path, **environment: str
) -> Taken:
    """A chapter by papermill's command line, its sources found from ``folder``."""
    notebook, given = ROOT / "notebooks" / f"{chapter}.ipynb", scratch / "values.json"
    given.write_text(json.dumps(values), encoding="utf-8")
    command = [sys.executable, "-m", "papermill", "--cwd", folder, "-f", given, notebook,
               scratch / notebook.name]  # fmt: skip
    return measured(command, **environment)


def asked_of() -> list[tuple[str, dict[str, object]]]:
    """Each chapter of the default reports with the values that it is given."""
    from analysis.cli import DEFAULTS
    from analysis.parameters import read_parameters
    from analysis.report.asked import parameter_names, path_of, values_named

    reports = [read_parameters(path) for path in DEFAULTS]
    return [
        (name, values_named(parameter_names(path_of(name)), one))
        for one in reports
        for name in one.chapters
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["asked"]:
        print(json.dumps(asked_of()))
    else:
        sys.exit(main())
