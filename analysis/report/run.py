"""The run: chapters in parallel, then tables, page and manifest, all of them or none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from analysis import counts as count_tables
from analysis import findings as finding_tables
from analysis import ledger as ledgers
from analysis.disclosure.plan import RELEASE
from analysis.errors import CannotWrite
from analysis.parameters import Parameters
from analysis.report.chapters import run_chapter
from analysis.report.crate import CRATE, write_crate
from analysis.report.manifest import MANIFEST, manifest
from analysis.report.notebook import Executed, written
from analysis.report.page import TRACE, chapter_of, charts_of, cited, render
from analysis.report.trace import trace_of
from analysis.report.trace_page import render_trace
from analysis.tables import write_table

WORKERS = 2


@dataclass(frozen=True)
class Report:
    """Where a report stands, and which chapters failed and why."""

    folder: Path
    failures: dict[str, str]


def run(parameters: Parameters, folder: Path, base: Path, plan: Path | None = None) -> Report:
    """Make the report of ``parameters`` in ``folder``; relative sources are found from ``base``.

    With the file of a release's ``plan`` (``analysis.disclosure.plan``) everything in it is made
    of the rows as the plan shows them. Refuses a folder in which another run is at work. A chapter
    that fails leaves the others; the page says what failed and why. The folder is replaced as a
    whole, or left as it was.
    """
    with replacing(folder) as staging, in_force(plan):
        executed = _execute(parameters, base, staging)
        failures = write_report(parameters, base, executed, staging)
    return Report(folder, failures)


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder to write a report in, which then takes the place of ``folder`` as a whole.

    Refuses a folder in which another run is at work. What fails leaves ``folder`` as it was.
    """
    with _alone(folder):
        staging = _beside(folder, "new")
        staging.mkdir()
        try:
            yield staging
            _replace(folder, staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _beside(folder: Path, ending: str) -> Path:
    return folder.with_name(f".{folder.name}.{ending}")


@contextmanager
def _alone(folder: Path):
    """Hold the folder against a second run, and mend what a run that was killed left."""
    new, old = _beside(folder, "new"), _beside(folder, "old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(_beside(folder, "lock"), timeout=0):
            if old.exists() and not folder.exists():  # killed between the two renames
                os.replace(old, folder)
            for left in (new, old):
                shutil.rmtree(left, ignore_errors=True)
            yield
    except Timeout:
        raise CannotWrite(f"{folder}: another run is writing this report; wait for it") from None
    except OSError as error:
        raise CannotWrite(
            f"{error.filename or folder}: cannot be written ({error.strerror}); close the program "
            "that holds it, or give --out another folder"
        ) from None


@contextmanager
def in_force(plan: Path | None):
    """Tell the plan to the kernels, which take over the environment; without one, none is told."""
    before = os.environ.pop(RELEASE, None)
    if plan:
        os.environ[RELEASE] = str(plan.resolve())
    try:
        yield
    finally:
        os.environ.pop(RELEASE, None)
        if before:
            os.environ[RELEASE] = before


def _execute(parameters: Parameters, base: Path, staging: Path) -> list[Executed]:
    scratch = staging / "scratch"
    scratch.mkdir()
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [
            pool.submit(run_chapter, name, parameters, base, scratch, position)
            for position, name in enumerate(parameters.chapters)
        ]
        executed = [job.result() for job in jobs]
    shutil.rmtree(scratch)
    return executed


def write_report(
    parameters: Parameters, base: Path, executed: list[Executed], folder: Path
) -> dict[str, str]:
    """Every file of the report; returns the chapters that failed and why."""
    merged = {name: _merged(executed, name) for name in ("findings", "counts", "inputs")}
    tables = {
        "findings": (merged["findings"], finding_tables.COLUMNS, "id"),
        "counts": (merged["counts"], count_tables.COLUMNS, "id"),
        "ledger": (_merged(executed, "ledger"), ledgers.COLUMNS, ledgers.COLUMNS[:-1]),
    }
    for name, (rows, columns, order) in tables.items():
        frame = pd.DataFrame(rows, columns=columns).sort_values(order, ignore_index=True)
        # a number that one chapter holds as 385 and another as 385.0 is one row
        write_table(_whole_numbers(frame).drop_duplicates(), folder / f"{name}.csv")
    if rows := _merged(executed, "rows"):  # of records: for those who may see them
        write_table(pd.DataFrame(rows).sort_values("id"), folder / "rows.csv")
    by_id = {row["id"]: row for row in merged["findings"] + merged["counts"]}
    for chapter in executed:
        notebook = folder / "notebooks" / f"{chapter.name}.ipynb"
        _write_text(notebook, written(chapter.notebook))
        for name, (svg, ids) in charts_of(chapter).items():
            _write_text(folder / "charts" / f"{name}.svg", svg + "\n")
            data = pd.DataFrame([by_id[one] for one in ids if one in by_id])
            shown = [
                column
                for column in (
                    "id",
                    "area",
                    "period",
                    "tactic",
                    "group",
                    "series_id",
                    "label",
                    "value",
                    "lower",
                    "upper",
                    "status",
                )
                if column in data
            ]
            write_table(_whole_numbers(data[shown]), folder / "charts" / f"{name}.csv")
    inputs = sorted(merged["inputs"], key=lambda one: (one["source"], one["file"]))
    chapters = [chapter_of(chapter) for chapter in executed]
    rests_on = {row["id"] for row in merged["counts"]}
    rests_on |= {one for row in merged["findings"] for one in row["counts"].split(";")}
    _write_text(folder / "report.html", render(parameters, chapters, cited(inputs, rests_on)))
    _write_text(folder / TRACE, render_trace(parameters, chapters, trace_of(folder, inputs)))
    failures = {chapter.name: chapter.failure for chapter in executed if chapter.failure}
    _write_text(folder / MANIFEST, manifest(parameters, base, inputs, folder, failures))
    write_crate(folder)
    return failures


def _merged(executed: list[Executed], table: str) -> list[dict]:
    """The rows of all chapters, each once."""
    rows = {
        json.dumps(row, sort_keys=True): row
        for chapter in executed
        for row in chapter.record[table]
    }
    return list(rows.values())


def _whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as text, so that ``21`` is not written ``21.0`` beside a missing value."""
    return frame.map(
        lambda value: f"{value:.10g}" if isinstance(value, float) else value, na_action="ignore"
    )


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _replace(folder: Path, staging: Path) -> None:
    """Put the finished folder in place of the old one; files that are not ours are taken over.

    Renaming fails as a whole where a program holds a file of the old folder, and then nothing
    has changed.
    """
    if not folder.exists():
        os.replace(staging, folder)
        return
    for path in _not_ours(folder):
        target = staging / path.relative_to(folder)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    old = _beside(folder, "old")
    os.replace(folder, old)
    try:
        os.replace(staging, folder)
    except OSError:
        os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _not_ours(folder: Path) -> list[Path]:
    """Files in a report's folder that its manifest does not name: somebody's own."""
    try:
        ours = set(json.loads((folder / MANIFEST).read_text("utf-8"))["outputs"])
    except (OSError, ValueError, KeyError):
        ours = set()
    ours |= {MANIFEST, CRATE}
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in ours
    ]
