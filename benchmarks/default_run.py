"""The default run against the papermill command line running the same chapters one by one.

Both in the same run, interleaved, each as its user would start it, the chapters with the parameters
that the reports give them. Prints seconds and the ratio of the medians. Start it with the project's
own Python: ``python benchmarks/default_run.py``.
"""

import ast
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
LIMIT = 1 / 3


def seconds(commands: list[list[str]], folder: Path) -> float:
    """Wall-clock seconds of several commands one after another."""
    start = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def given_in(executed: Path) -> dict[str, object]:
    """The parameters that a report has given a chapter, as they stand in its executed notebook."""
    cells = nbformat.read(executed, as_version=4).cells
    (cell,) = (one for one in cells if "injected-parameters" in one.metadata.get("tags", []))
    return {
        line.targets[0].id: ast.literal_eval(line.value)
        for line in ast.parse(cell.source).body
        if isinstance(line, ast.Assign)
    }


def main() -> int:
    taken: dict[str, list[float]] = {"papermill": [], "uof-audit": []}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ours = [[sys.executable, "-m", "analysis.cli", "run", "--out", str(folder / "reports")]]
        seconds(ours, folder)  # which chapters there are, and with which parameters
        papermill = [
            [sys.executable, "-m", "papermill", "--cwd", str(ROOT / "params"),
             "--parameters_yaml", json.dumps(given_in(path)),
             str(ROOT / "notebooks" / path.name), str(folder / path.name)]
            for path in sorted(folder.glob("reports/*/notebooks/*.ipynb"))
        ]  # fmt: skip
        print(f"{len(papermill)} chapters", flush=True)
        for number in range(ROUNDS):
            taken["papermill"].append(seconds(papermill, folder))
            taken["uof-audit"].append(seconds(ours, folder))
            print(f"round {number + 1}: papermill {taken['papermill'][-1]:.1f} s, "
                  f"uof-audit run {taken['uof-audit'][-1]:.1f} s", flush=True)  # fmt: skip
    median = {name: statistics.median(values) for name, values in taken.items()}
    ratio = median["uof-audit"] / median["papermill"]
    print(f"medians: papermill {median['papermill']:.1f} s, uof-audit run "
          f"{median['uof-audit']:.1f} s, ratio {ratio:.2f} (limit {LIMIT:.2f})")  # fmt: skip
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
