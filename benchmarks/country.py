"""One year of the country: run-all against plain papermill and pandas, and where the time goes.

``python -m benchmarks.country`` makes the country up, makes every report of it, and then makes the
reports of three forces as one would without the toolkit's run: papermill's command line, one
chapter after another, and pandas reading the file of records once for each chapter on records.
What the whole country would take in this way is read off the three, between which seconds are
taken to grow in a straight line with reports, chapter by chapter. Papermill's chapters find a large
file stored already, and a small one, which no store keeps, they read themselves; checking and
judging of a large file, the page and its trace are not asked of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.default_run import by_papermill
from benchmarks.measuring import (
    RESULTS,
    Row,
    Taken,
    measured,
    own_peak_mb,
    write_results,
)

RECORDS, SEED, PERIOD = 700_000, 1, "2019/20"
MOST_MB, MOST_OF_PLAIN, UNCHANGED = 4096, 1 / 3, 2.5
ON_RECORDS = "records"  # how the names of chapters on records begin
OTHER = {"national-tables.csv": "national tables"}
ENDED = re.compile(r": (?P<job>\S+) (?:done|failed) in (?P<seconds>[\d.]+) s$", re.M)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--records", type=int, default=RECORDS, help="how many in all")
    asked.add_argument("--areas", nargs="+", help="these forces alone, for a trial")
    asked.add_argument("--folder", type=Path, help="a country made before, by made-up --country")
    asked.add_argument("--into", type=Path, default=RESULTS, help="folder for the table")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        place = Path(scratch)
        rows, folder = [], given.folder or place / "country"
        if not given.folder:
            made = _child("make", given.records, folder, *(given.areas or ()))
            rows.append(Row("made up, a process for each force", **_figures(made)))
        rows += _compare(folder, place)
        with (folder / "country.csv").open(encoding="utf-8", newline="") as file:
            sizes = [int(one["reports"]) for one in csv.DictReader(file)]
    whole = [
        Row(**row.__dict__ | {"records": row.records or sum(sizes),
                              "forces": row.forces or len(sizes)})
        for row in rows
    ]  # fmt: skip
    return write_results("country", whole, given.into)


def _compare(folder: Path, place: Path) -> list[Row]:
    out, environment = place / "reports", {"UOF_AUDIT_STORE": str(place / "store")}
    command = [sys.executable, "-m", "analysis.cli", "run-all", folder / "national.yml", "--out",
               out]  # fmt: skip
    ours = measured(command, **environment)  # to the end: a chapter that failed is an error
    print(f"{ours.printed[-500:]}\n{ours.seconds:.0f} s, {ours.peak_mb:,.0f} MB", flush=True)
    again = measured(command, **environment)
    print(f"nothing changed: {again.seconds:.2f} s", flush=True)
    jobs = {job: float(seconds) for job, seconds in ENDED.findall(ours.printed)}
    plain, sample = _plain(folder, place, environment)
    made = next(line for line in ours.printed.splitlines() if "reports made in full" in line)
    return [
        Row("uof-audit run-all, with pages, trace and manifests", **_figures(ours),
            ratio=ours.seconds / plain, ratio_of="our seconds to plain papermill's and pandas'",
            limit=MOST_OF_PLAIN, note=made),
        Row("its memory", ratio=ours.peak_mb / MOST_MB, ratio_of="peak to 4 GB", limit=1.0),
        Row("nothing changed: run-all again", **_figures(again), ratio=again.seconds / UNCHANGED,
            ratio_of="seconds to 2.5", limit=1.0),
        Row("plain papermill and pandas, scaled from the sample", seconds=plain),
        *sample,
        *_stages(jobs, ours),
    ]  # fmt: skip


def _stages(jobs: dict[str, float], ours: Taken) -> list[Row]:
    """Seconds of the workers by kind of job; the first look at all sources is none."""
    kinds: dict[str, float] = {}
    for job, seconds in jobs.items():
        kind = OTHER.get(job) or "pages, trace and manifests"
        kind = f"chapter {job.partition('/')[2]}" if "/" in job else kind
        kinds[kind] = kinds.get(kind, 0.0) + seconds
    total = sum(kinds.values())
    return [
        Row(f"stage: {kind}", seconds=seconds, ratio=seconds / total,
            ratio_of="share of the workers' seconds")
        for kind, seconds in sorted(kinds.items(), key=lambda pair: -pair[1])
    ] + [Row("stage: workers' seconds to seconds of the whole run", ratio=total / ours.seconds,
             ratio_of="jobs at a time, on average")]  # fmt: skip


def _plain(folder: Path, place: Path, environment: dict[str, str]) -> tuple[float, list[Row]]:
    """Seconds that the country would take one chapter after another, and the rows of the sample."""
    asked = json.loads(_child("asked", folder / "national.yml").printed.splitlines()[-1])
    with (folder / "country.csv").open(encoding="utf-8", newline="") as file:
        sizes = {one["area"]: int(one["reports"]) for one in csv.DictReader(file)}
    full = max(len(chapters) for chapters in asked.values())
    among = sorted((one for one in asked if len(asked[one]) == full), key=sizes.get)
    sample = dict.fromkeys((among[0], among[len(among) // 2], among[-1]))
    rows, taken = [], {}
    for area in sample:
        seconds, peak, reading = _one_force(folder, area, asked[area], place, environment)
        taken[area] = seconds
        what = f"plain, {area}: {len(seconds)} chapters, the file read in {reading:.2f} s each time"
        rows.append(Row(what, records=sizes[area], forces=1, seconds=sum(seconds.values()),
                        peak_mb=peak))  # fmt: skip
    points = [sizes[area] for area in taken]
    scaled = sum(
        between(sizes[area], points, [seconds[chapter] for seconds in taken.values()])
        for area, chapters in asked.items()
        for chapter in chapters
    )
    return scaled, rows


def _one_force(
    folder: Path, area: str, chapters: dict[str, dict], place: Path, environment: dict[str, str]
) -> tuple[dict[str, float], float, float]:
    """Seconds of each chapter of a force with its reading, the highest peak, and one reading."""
    records = next(values["sources"]["records"] for values in chapters.values())
    # pandas' warnings of columns of several types stand above what is read
    readings = [json.loads(_child("read", folder / records).printed.splitlines()[-1])
                for _ in range(3)]  # fmt: skip
    reading = statistics.median(seconds for seconds, _ in readings)
    seconds, peak = {}, max(peak for _, peak in readings)
    for chapter, values in chapters.items():
        taken = by_papermill(chapter, values, folder, place, **environment)
        seconds[chapter] = taken.seconds + reading * chapter.startswith(ON_RECORDS)
        peak = max(peak, taken.peak_mb)
        print(f"plain, {area}, {chapter}: {seconds[chapter]:.1f} s", flush=True)
    return seconds, peak, reading


def between(size: int, sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Seconds at a size, in straight lines between those measured; flat beyond them."""
    points = sorted(zip(sizes, seconds, strict=True))
    if size <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in zip(points, points[1:], strict=False):
        if size <= right:
            return low + (high - low) * (size - left) / (right - left)
    return points[-1][1]


def _figures(taken: Taken) -> dict[str, float]:
    return {"seconds": taken.seconds, "peak_mb": taken.peak_mb}


def _child(*arguments: object) -> Taken:
    return measured([sys.executable, "-m", "benchmarks.country", *arguments])


def make(records: int, folder: Path, areas: list[str] | None) -> None:
    from analysis.made_up.country import write_country

    write_country(records, SEED, PERIOD, folder, areas=areas)


def asked_of(path: Path) -> dict[str, dict[str, dict]]:
    """Area, chapter, and the values that the chapter is given."""
    from analysis.national.country import read_country
    from analysis.report.asked import parameter_names, path_of, values_named

    return {
        one.area: {
            chapter: values_named(parameter_names(path_of(chapter)), one)
            for chapter in one.chapters
        }
        for one in read_country(path).reports
    }


def read(path: Path) -> list[float]:
    """Seconds in which pandas reads a file with its defaults, and the peak of the process.

    No seconds for a file that the store does not keep: the chapters read it themselves.
    """
    import pandas as pd

    start = time.perf_counter()
    pd.read_csv(path)
    seconds, peak = time.perf_counter() - start, own_peak_mb()
    from analysis.audit import STORED  # behind the look at the peak

    return [seconds if path.stat().st_size >= STORED else 0.0, peak]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", records, folder, *areas]:
            make(int(records), Path(folder), areas or None)
        case ["asked", path]:
            print(json.dumps(asked_of(Path(path))))
        case ["read", path]:
            print(json.dumps(read(Path(path))))
        case _:
            sys.exit(main())
