"""The default run against the papermill command line running the same notebooks one by one.

Both in the same run, interleaved, each as its user would start it; medians of the rounds.
``python -m benchmarks.default_run`` with the project's own Python.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import RESULTS, ROOT, Row, measured, write_results

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ROUNDS = 5
LIMIT = 0.7


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--into", type=Path, default=RESULTS, help="folder for the table")
    given = asked.parse_args()
    papermill, ours = [], []
    for number in range(given.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            papermill.append(_papermill(folder))
            command = [sys.executable, "-m", "analysis.cli", "run", "--out", folder / "reports"]
            ours.append(measured(command))
        print(f"round {number + 1}: papermill {papermill[-1][0]:.1f} s, "
              f"uof-audit run {ours[-1].seconds:.1f} s", flush=True)  # fmt: skip
    theirs = statistics.median(seconds for seconds, _ in papermill)
    seconds = statistics.median(one.seconds for one in ours)
    rounds = f"median of {given.rounds}"
    rows = [
        Row("papermill's command line, one chapter after the other", seconds=theirs,
            peak_mb=max(peak for _, peak in papermill), note=rounds),
        Row("uof-audit run, both default reports with their pages", seconds=seconds,
            peak_mb=max(one.peak_mb for one in ours), ratio=seconds / theirs,
            ratio_of="our seconds to papermill's", limit=LIMIT, note=rounds),
    ]  # fmt: skip
    return write_results("default_run", rows, given.into)


def _papermill(folder: Path) -> tuple[float, float]:
    """Seconds of all notebooks one after another, and the highest peak."""
    taken = [
        measured([sys.executable, "-m", "papermill", "--cwd", path.parent, path,
                  folder / path.name])
        for path in NOTEBOOKS
    ]  # fmt: skip
    return sum(one.seconds for one in taken), max(one.peak_mb for one in taken)


if __name__ == "__main__":
    sys.exit(main())
