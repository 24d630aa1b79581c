"""A record-level file checked and stored, against ``pandas.read_csv`` of the same file.

Every run has a process of its own. Seconds are those of the clock; the exponent is of the
processor's, to which what else the machine does adds little. See README.md for the environment:
``python -m benchmarks.store``.

The files are made up: 20,000 reports of one seed, as often as it takes, each time in another order
and a minute later, so that five million are written in minutes and no row is another's copy.
"""

# numpy and the rest are imported where a process needs them: the memory of the process that starts
# another counts for the peak of that one
import argparse
import importlib.util
import json
import math
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.growth import EXPONENT, MOST_MB, MOST_RECORDS, SHARES, exponent
from benchmarks.measuring import RESULTS, Row, Taken, measured, write_results

BASE, SEED = 20_000, 20260401
ROUNDS = 5  # of the comparison: one side after the other
COMPARED = 700_000  # records of the file that pandas reads too
AREA, PERIOD = "Cambridgeshire", "2017-Q2"
MOST_SECONDS, MOST_MEMORY = 1.5, 1 / 3  # of those of pandas


def make(records: int, path: Path) -> None:
    """Writes made-up records in the form's 271 columns, and one that says so."""
    import numpy as np

    from analysis.made_up import files

    text = files.make(BASE, SEED).records.to_csv(index=False, lineterminator="\n")
    header, *rows = text.rstrip("\n").split("\n")
    cells = [row.split(",", 2) for row in rows]  # date, time, and the rest as it stands
    minutes = [int(time[:2]) * 60 + int(time[3:5]) for _, time, _ in cells]
    random = np.random.default_rng(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        for copy in range(math.ceil(records / BASE)):
            order = random.permutation(BASE)[: records - copy * BASE]
            at = [(minutes[place] + copy) % 1440 for place in order]
            file.writelines(
                f"{cells[place][0]},{minute // 60:02}:{minute % 60:02}:00,{cells[place][2]}\n"
                for place, minute in zip(order, at, strict=True)
            )


def with_pandas(path: Path) -> int:
    import pandas as pd
    import pyarrow  # noqa: F401 - pandas keeps text by it where it is there

    return len(pd.read_csv(path))


def with_store(path: Path) -> int:
    from analysis.store import stored

    found = stored(path, AREA, PERIOD)
    aside = found.remarks.loc[found.remarks["action"] == "set aside", "row"].nunique()
    assert found.rows == found.used + aside
    return found.rows


def from_store(path: Path) -> int:
    """All reports in memory, as an audit has them."""
    from analysis.store import stored

    return len(stored(path, AREA, PERIOD).reading().records)


PANDAS, STORED, FROM_STORE = "pandas", "checked and stored", "read from the store"
WAYS = {PANDAS: with_pandas, STORED: with_store, FROM_STORE: from_store}


def run(way: str, path: Path) -> None:
    """Prints the seconds of one way, by the clock and of the processor."""
    start, used = time.perf_counter(), _of_the_processor()
    WAYS[way](path)
    print(json.dumps([time.perf_counter() - start, _of_the_processor() - used]))


def _of_the_processor() -> float:
    """Seconds of this process and of those that it started (but on Windows) and that have ended."""
    return sum(os.times()[:4])


def main() -> int:
    if importlib.util.find_spec("pyarrow") is None:
        print("pyarrow must be installed beside the project for this comparison: "
              "see benchmarks/README.md", file=sys.stderr)  # fmt: skip
        return 2
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--records", type=int, default=MOST_RECORDS, help="most records")
    asked.add_argument("--into", type=Path, default=RESULTS, help="folder for the table")
    given = asked.parse_args()
    compared = min(COMPARED, given.records)
    rows, processor = [], {}
    for records in sorted({compared, *(int(given.records * share) for share in SHARES)}):
        found, processor[records] = _measure(records, records == compared)
        rows += found
    most = max(row.peak_mb for row in rows if row.what == STORED and row.peak_mb)
    of_sizes = f"{min(processor):,} to {max(processor):,} records"
    rows += [
        Row(STORED, ratio=exponent([*processor], [*processor.values()]), limit=EXPONENT,
            ratio_of="exponent of records, by the processor's time", note=of_sizes),
        Row(STORED, ratio=most / MOST_MB, ratio_of="peak to 6 GB", limit=1.0, note=of_sizes),
    ]  # fmt: skip
    return write_results("store", rows, given.into)


def _measure(records: int, compared: bool) -> tuple[list[Row], float]:
    """The rows of a file of so many records, and the processor's seconds of storing it."""
    figures, processor = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "records.csv"
        _child("make", records, path)
        taken: dict[str, list[tuple[float, float, float]]] = {}
        for number in range(ROUNDS if compared else 1):
            for way in WAYS if compared else (STORED, FROM_STORE):
                store = Path(scratch) / str(number)  # which is empty: a file is stored anew
                one = _child(way, path, UOF_AUDIT_STORE=str(store))
                seconds, used = json.loads(one.printed.splitlines()[-1])
                taken.setdefault(way, []).append((seconds, one.peak_mb, used))
                print(f"{records:,} records, {way}: {seconds:.1f} s, {used:.1f} of the processor",
                      flush=True)  # fmt: skip
    for way, rounds in taken.items():
        seconds, peaks, used = map(statistics.median, zip(*rounds, strict=True))
        figures[way], processor[way] = {"seconds": seconds, "peak_mb": peaks}, used
    note = f"median of {ROUNDS}" if compared else ""
    rows = [Row(way, records=records, note=note, **one) for way, one in figures.items()]
    if compared:
        ours, theirs = figures[STORED], figures[PANDAS]
        rows += [
            Row(STORED, records=records, ratio=ours[figure] / theirs[figure],
                ratio_of=f"{words} to pandas'", limit=limit)
            for figure, words, limit in (("seconds", "our seconds", MOST_SECONDS),
                                         ("peak_mb", "our memory", MOST_MEMORY))
        ]  # fmt: skip
    return rows, processor[STORED]


def _child(*arguments: object, **environment: str) -> Taken:
    return measured([sys.executable, "-m", "benchmarks.store", *arguments], **environment)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", records, path]:
            make(int(records), Path(path))
        case [way, path] if way in WAYS:
            run(way, Path(path))
        case _:
            sys.exit(main())
