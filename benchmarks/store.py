"""A record-level file checked, stored and counted, against ``pandas.read_csv`` of the same file.

Every run has a process of its own. Prints and writes to ``results/store.csv``: seconds (of the
clock and of the processor), peak memory, the ratio to pandas in the same run, and how time grows
with the number of records. Exits with 1 where a limit is missed. See README.md for the environment:
``python benchmarks/store.py [RECORDS ...]``.

The files are made up: 20,000 reports of one seed, as often as it takes, each time in another order
and a minute later, so that five million are written in minutes and no row is another's copy.
"""

import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE, SEED = 20_000, 20260401
SIZES = (100_000, 700_000, 5_000_000)
COMPARED = 700_000  # records of the file that pandas reads too
AREA, PERIOD = "Cambridgeshire", "2017-Q2"
LIMITS = {"times as long as pandas": 1.5, "share of its memory": 1 / 3, "exponent": 1.05,
          "MB with five million": 6_000}  # fmt: skip
RESULTS = Path(__file__).parent / "results" / "store.csv"


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


def national(path: Path) -> int:
    """Every national table, over the stored reports."""
    from analysis.measures.national_records import national_tables
    from analysis.store import stored

    counts = national_tables([stored(path, AREA, PERIOD)], "metropolitan")
    return int(counts.where(subject="reports", area=AREA).frame["value"].iloc[0])


def regression(path: Path) -> int:
    """A logit of an injured subject with errors clustered by minute and district."""
    import pandas as pd

    from analysis.models.logit import fit_logit
    from analysis.models.patterns import collapse
    from analysis.store import stored

    found = stored(path, AREA, PERIOD)
    factors = ["ethnicity", "age", "gender", "conduct", "single crewed", "CED trained"]
    answers = found.answers("subject injured", "date", "time", "district", *factors)
    clusters = pd.MultiIndex.from_frame(answers[["date", "time", "district"]]).factorize()[0]
    used = answers[factors].apply(lambda column: column.cat.remove_unused_categories())
    used = used.loc[:, [len(used[name].cat.categories) > 1 for name in factors]]
    injured = (answers["subject injured"] == "Yes").to_numpy()
    fit_logit(collapse(injured, used, clusters))
    return len(answers)


WAYS = {
    "pandas": with_pandas,
    "checked and stored": with_store,
    "read from the store": from_store,
    "national tables": national,
    "regression": regression,
}


def peak() -> float:
    """Peak memory of this process in MB."""
    if sys.platform == "win32":
        return math.nan
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (2**20 if sys.platform == "darwin" else 2**10)


def measured(way: str, path: Path) -> dict:
    """One run in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, "--run", way, str(path)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return json.loads(told)


def run(way: str, path: str) -> None:
    start, used = time.perf_counter(), time.process_time()
    records = WAYS[way](Path(path))
    seconds, used = time.perf_counter() - start, time.process_time() - used
    print(json.dumps({"records": records, "seconds": seconds, "processor": used, "mb": peak()}))


def main(sizes: list[int]) -> int:
    rows, stores = [], {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UOF_AUDIT_STORE"] = str(Path(folder) / "store")
        for records in sizes:
            path = Path(folder) / f"{records}.csv"
            make(records, path)
            asked = [way for way in WAYS if way != "pandas" or records == COMPARED]
            found = {way: measured(way, path) for way in asked}
            stores[records] = found["checked and stored"]
            for way, one in found.items():
                against = found.get("pandas")
                rows.append({
                    "what": way, "records": records, "seconds": round(one["seconds"], 1),
                    "processor_seconds": round(one["processor"], 1), "peak_mb": round(one["mb"]),
                    "times_as_long": round(one["seconds"] / against["seconds"], 2)
                    if against else "",
                    "share_of_memory": round(one["mb"] / against["mb"], 2) if against else "",
                })  # fmt: skip
                print(*rows[-1].values(), sep="\t", flush=True)
            path.unlink()
    missed = _missed(rows, stores)
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return int(missed)


def _missed(rows: list[dict], stores: dict[int, dict]) -> bool:
    """Prints each figure beside its limit."""
    figures = {}
    for row in rows:
        if row["what"] == "checked and stored" and row["times_as_long"] != "":
            figures["times as long as pandas"] = row["times_as_long"]
            figures["share of its memory"] = row["share_of_memory"]
    if len(stores) > 1:
        least, most = min(stores), max(stores)
        # of the processor: the clock also shows what else the machine does
        times = stores[most]["processor"] / stores[least]["processor"]
        figures["exponent"] = round(math.log(times) / math.log(most / least), 3)
    if most := [row["peak_mb"] for row in rows if row["records"] == 5_000_000]:
        figures["MB with five million"] = max(most)
    for name, figure in figures.items():
        print(f"{name}: {figure} (limit {LIMITS[name]:.3g})")
    return any(figure > LIMITS[name] for name, figure in figures.items())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(*sys.argv[2:])
    else:
        sys.exit(main([int(one) for one in sys.argv[1:]] or list(SIZES)))
