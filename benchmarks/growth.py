"""How time and memory grow with records and with forces: storing, national tables, regression.

``python -m benchmarks.growth`` makes countries up, of 100,000 to 5,000,000 records in 45 forces,
and of 1,000,000 in 1 and in 10, and measures each stage in a process of its own. Seconds are those
of the stage, without the start of Python; the exponent is the slope of their logarithm on that
of records, by least squares.
"""

from __future__ import annotations

import argparse
import csv
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measuring import RESULTS, Row, Taken, measured, write_results

MOST_RECORDS, SEED, PERIOD = 5_000_000, 1, "2019/20"
SHARES = (1 / 50, 1 / 5, 1)  # of the records: 100,000, a million, five million
FORCES = (1, 10, 45)
MOST_MB, EXPONENT = 6144, 1.05


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--records", type=int, default=MOST_RECORDS, help="most records")
    asked.add_argument("--into", type=Path, default=RESULTS, help="folder for the table")
    given = asked.parse_args()
    sizes = [int(given.records * share) for share in SHARES]
    of_sizes = f"{sizes[0]:,} to {sizes[-1]:,} records"
    rows: dict[str, list[Row]] = {stage: [] for stage in STAGES}
    for records, forces in [*((size, FORCES[-1]) for size in sizes),
                            *((sizes[1], forces) for forces in FORCES[:-1])]:  # fmt: skip
        for stage, row in _measure(records, forces).items():
            rows[stage].append(row)
    found = []
    for stage, of_stage in rows.items():
        grown = [row for row in of_stage if row.forces == FORCES[-1]]
        found += of_stage
        found.append(
            Row(STAGES[stage], forces=FORCES[-1], ratio_of="exponent of records", limit=EXPONENT,
                ratio=exponent([row.records for row in grown], [row.seconds for row in grown]),
                note=of_sizes)
        )  # fmt: skip
    most = max(row.peak_mb for row in found if row.peak_mb)
    found.append(Row("all stages", ratio=most / MOST_MB, ratio_of="peak to 6 GB", limit=1.0,
                     note=of_sizes))  # fmt: skip
    return write_results("growth", found, given.into)


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The slope of log seconds on log sizes, by least squares."""
    logs = ([math.log(one) for one in values] for values in (sizes, seconds))
    return statistics.linear_regression(*logs).slope


def _measure(records: int, forces: int) -> dict[str, Row]:
    """Each stage for one country, which is made up for it and thrown away."""
    rows = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "country"
        made = _child("make", records, forces, folder)
        print(f"{records:,} records of {forces} forces made up in {made.seconds:.0f} s", flush=True)
        for stage, words in STAGES.items():
            taken = _child(stage, folder, UOF_AUDIT_STORE=str(Path(scratch) / "store"))
            seconds = float(taken.printed.splitlines()[-1])
            rows[stage] = Row(words, records=records, forces=forces, seconds=seconds,
                              peak_mb=taken.peak_mb)  # fmt: skip
            print(f"  {stage}: {seconds:.1f} s, {taken.peak_mb:,.0f} MB", flush=True)
    return rows


def _child(*arguments: object, **environment: str) -> Taken:
    return measured([sys.executable, "-m", "benchmarks.growth", *arguments], **environment)


def make(records: int, forces: int, folder: Path) -> None:
    """A country of the forces with most reports."""
    from analysis.made_up.country import parts, write_country

    largest = sorted(parts(MOST_RECORDS, SEED, PERIOD), key=lambda part: -part.reports)
    write_country(records, SEED, PERIOD, folder, areas=[one.area for one in largest[:forces]])


def _files(folder: Path) -> list[tuple[Path, str]]:
    """The file of each force and the force."""
    with (folder / "country.csv").open(encoding="utf-8", newline="") as file:
        return [
            (folder / row["folder"] / "records.csv", row["area"]) for row in csv.DictReader(file)
        ]


def storing(folder: Path) -> Callable[[], object]:
    from analysis.store import stored

    return lambda: [stored(path, area, PERIOD) for path, area in _files(folder)]


def national(folder: Path) -> Callable[[], object]:
    """Every national table, over the stored records."""
    from analysis.national.counting import count
    from analysis.national.tables import national_tables
    from analysis.store import stored

    kept = [stored(path, area, PERIOD) for path, area in _files(folder)]
    return lambda: national_tables([count(one, "metropolitan") for one in kept])


def regression(folder: Path) -> Callable[[], object]:
    """A logit of an injured subject over all reports, errors by minute and district."""
    import pandas as pd

    from analysis.models.logit import fit_logit
    from analysis.models.patterns import collapse
    from analysis.store import stored

    factors = ["ethnicity", "age", "gender", "conduct", "single crewed", "CED trained"]
    wanted = ("subject injured", "date", "time", "district", *factors)
    kept = [stored(path, area, PERIOD) for path, area in _files(folder)]

    def fit() -> None:
        found = [one.answers(*wanted).assign(force=one.area) for one in kept]
        answers = pd.concat(found, ignore_index=True)
        places = pd.MultiIndex.from_frame(answers[["force", "date", "time", "district"]])
        used = answers[factors].astype("category")
        used = used.apply(lambda column: column.cat.remove_unused_categories())
        used = used.loc[:, [len(used[name].cat.categories) > 1 for name in factors]]
        injured = (answers["subject injured"] == "Yes").to_numpy()
        fit_logit(collapse(injured, used, places.factorize()[0]))

    return fit


BEGUN = {"storing": storing, "national": national, "regression": regression}
STAGES = {
    "storing": "checking and storing", "national": "every national table",
    "regression": "regression of all records",
}  # fmt: skip


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", records, forces, folder]:
            make(int(records), int(forces), Path(folder))
        case [stage, folder] if stage in STAGES:
            stage = BEGUN[stage](Path(folder))
            start = time.perf_counter()
            stage()
            print(time.perf_counter() - start)
        case _:
            sys.exit(main())
