"""What a command takes, in a process of its own: seconds and peak memory; and the tables of it.

Imports the standard library and psutil alone: the memory of the process that starts another counts
for the peak of that one.
"""

from __future__ import annotations

import csv
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
COLUMNS = (
    "date", "cores", "python", "what", "records", "forces", "seconds", "peak_mb", "ratio",
    "ratio_of", "limit", "note",
)  # fmt: skip
EVERY = 0.05  # seconds between two looks at the memory
MEGABYTE = 1024**2


@dataclass(frozen=True)
class Taken:
    """Wall-clock seconds of a command, the peak of its processes in MB, and what it printed."""

    seconds: float
    peak_mb: float
    status: int
    printed: str


@dataclass(frozen=True)
class Row:
    """A row of results. ``ratio`` is of ``ratio_of``, and holds where it is ``limit`` at most."""

    what: str
    records: int | None = None
    forces: int | None = None
    seconds: float | None = None
    peak_mb: float | None = None
    ratio: float | None = None
    ratio_of: str = ""
    limit: float | None = None
    note: str = ""

    @property
    def held(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


def measured(
    command: list[object], folder: Path = ROOT, allowed: tuple[int, ...] = (0,), **environment: str
) -> Taken:
    """Run a command and all that it starts; another exit status than one ``allowed`` is an error.

    The peak is that of all its processes together, looked at up to twenty times a second, pages
    that they share counted once where the system can say (Linux), or that of its largest process
    where this is more.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            [*map(str, command)], cwd=folder, env=os.environ | environment, stdout=out,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        peak = _watch(process)
        seconds = time.perf_counter() - start
        out.seek(0)
        printed = out.read()
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n"
                           f"{printed[-3000:]}")  # fmt: skip
    return Taken(seconds, peak / MEGABYTE, process.returncode, printed)


def _watch(process: subprocess.Popen) -> float:
    """Wait for a process to end; bytes of it and all below it at the peak."""
    top, peak = psutil.Process(process.pid), 0.0
    while not (ended := _ended(process)):
        start = time.perf_counter()
        peak = max(peak, _memory(top))
        # a look takes a twentieth of a core at most: pages of large processes take time to count
        time.sleep(max(EVERY, 20 * (time.perf_counter() - start)))
    return max(peak, *ended)


def _ended(process: subprocess.Popen) -> tuple[float, ...]:
    """Nothing while it runs; then the bytes of its largest process, as far as the system says."""
    if not hasattr(os, "wait4"):
        return () if process.poll() is None else (0.0,)
    pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    if not pid:
        return ()
    process.returncode = os.waitstatus_to_exitcode(status)
    return (_maximum(usage),)


def _maximum(usage) -> float:
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _memory(top: psutil.Process) -> float:
    """Bytes of a process and of all below it."""
    total = 0
    try:
        for one in [top, *top.children(recursive=True)]:
            try:
                total += one.memory_full_info().pss if psutil.LINUX else one.memory_info().rss
            except psutil.Error:  # it has just ended
                continue
    except psutil.Error:
        return 0
    return total


def own_peak_mb() -> float:
    """The peak of the process that asks."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset / MEGABYTE
    import resource

    return _maximum(resource.getrusage(resource.RUSAGE_SELF)) / MEGABYTE


def write_results(name: str, rows: Iterable[Row], into: Path = RESULTS) -> int:
    """Write and print a table of results; 1 where a limit is not kept, else 0."""
    machine = (date.today().isoformat(), os.cpu_count(), platform.python_version())
    rows = [*rows]
    into.mkdir(parents=True, exist_ok=True)
    with (into / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for row in rows:
            table.writerow([*machine, *(_text(getattr(row, name)) for name in COLUMNS[3:])])
            print(_line(row), flush=True)
    return int(not all(row.held for row in rows))


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)


def _line(row: Row) -> str:
    parts = [row.what]
    if row.seconds is not None:
        parts.append(f"{row.seconds:.2f} s")
    if row.peak_mb is not None:
        parts.append(f"{row.peak_mb:,.0f} MB")
    if row.ratio is not None:
        limit = "" if row.limit is None else f" (at most {row.limit:.3g})"
        parts.append(f"{row.ratio_of} {row.ratio:.3g}{limit}{'' if row.held else ': MISSED'}")
    return ", ".join([*parts, *([row.note] if row.note else [])])
