"""The default run against the papermill command line running the same notebooks one by one.

Both in the same run, interleaved, each as its user would start it. Prints seconds and the ratio
of the medians. Start it with the project's own Python: ``python benchmarks/default_run.py``.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ROUNDS = 5
LIMIT = 0.7


def seconds(commands: list[list[str]], folder: Path) -> float:
    """Wall-clock seconds of several commands one after another."""
    start = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> int:
    taken: dict[str, list[float]] = {"papermill": [], "uof-audit": []}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        papermill = [
            [sys.executable, "-m", "papermill", "--cwd", str(path.parent), str(path),
             str(folder / path.name)]
            for path in NOTEBOOKS
        ]  # fmt: skip
        ours = [[sys.executable, "-m", "analysis.cli", "run", "--out", str(folder / "reports")]]
        for number in range(ROUNDS):
            taken["papermill"].append(seconds(papermill, folder))
            taken["uof-audit"].append(seconds(ours, folder))
            print(f"round {number + 1}: papermill {taken['papermill'][-1]:.1f} s, "
                  f"uof-audit run {taken['uof-audit'][-1]:.1f} s", flush=True)  # fmt: skip
    median = {name: statistics.median(values) for name, values in taken.items()}
    ratio = median["uof-audit"] / median["papermill"]
    print(f"medians: papermill {median['papermill']:.1f} s, uof-audit run "
          f"{median['uof-audit']:.1f} s, ratio {ratio:.2f} (limit {LIMIT})")  # fmt: skip
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
