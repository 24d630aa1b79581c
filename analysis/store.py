"""The store: a record-level file judged once, kept as Parquet by force and period.

An entry stands below ``force=.../period=...`` under a key of everything that it depends on: the
bytes of the file, what was asked for, the code of the reader and the versions of the libraries that
it reads with. It is written beside its place and renamed, so that an entry is whole or not there.
What became of it on the disk since is told by the hashes of its files: a damaged one is made anew.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import polars as pl
from filelock import FileLock

from analysis.counts import MADE_UP
from analysis.errors import CannotWrite, Refused, refusal
from analysis.places import ROOT
from analysis.processes import started
from analysis.records import Records
from analysis.sources import registry
from analysis.sources.records.reading import Judging, Reading
from analysis.standard.form import YES_NO, report_fields
from analysis.standard.names import slug

STORE = "UOF_AUDIT_STORE"  # the variable that names another folder
LONG = 2**24  # bytes of a file from which on it is worth the start of processes
MOST = 4  # of them: each takes 0.2 GB
TABLES = ("reports", "tactics", "ced", "ced_details")
# what an entry depends on besides the file; a test holds it against the imports of the reader
CODE = (
    "analysis/store.py", "analysis/records.py", "analysis/rows.py", "analysis/counts.py",
    "analysis/errors.py", "analysis/ledger.py", "analysis/tables.py", "analysis/places.py",
    "analysis/origin.py", "analysis/processes.py", "analysis/sources/workbook.py",
    "analysis/sources/registry.py", "analysis/sources/records/*.py", "analysis/standard/*.py",
)  # fmt: skip
_LIBRARIES = ("polars", "pandas", "numpy", "python-calamine")
_GUARD = 'what it does below: if __name__ == "__main__":'
_ABOUT, _REMARKS = "about.json", "remarks.parquet"
_WHOLE = {"row": pl.Int32, "position": pl.Int8, "device": pl.Int8, "effective": pl.Enum(YES_NO)}


@dataclass(frozen=True)
class StoredRecords:
    """A file's reports in the store, and what became of its other rows.

    ``rows`` of the file that hold anything are the ``used`` and those set aside; ``file`` is its
    name where it was asked for.
    """

    folder: Path
    file: str
    area: str
    period: str
    source: str
    made_up: bool
    absent: tuple[str, ...]
    months: str
    rows: int
    used: int

    def scan(self, table: str) -> pl.LazyFrame:
        """One of ``TABLES`` with columns ``force`` and ``period``, read as far as it is needed."""
        frame = pl.scan_parquet(self.folder / f"{table}-*.parquet")
        return frame.with_columns(force=pl.lit(self.area), period=pl.lit(self.period))

    def answers(self, *fields: str) -> pd.DataFrame:
        """These fields of ``Records.reports``, without the others in memory."""
        frame = pl.scan_parquet(self.folder / "reports-*.parquet").select("row", *fields)
        return _to_pandas(frame.collect(engine="streaming")).set_index("row")

    @property
    def remarks(self) -> pd.DataFrame:
        """Every remark on the file, as ``Reading`` has them."""
        return _to_pandas(pl.read_parquet(self.folder / _REMARKS))

    def reading(self) -> Reading:
        """What ``read_records`` gives, with every report in memory."""
        tables = {one: _to_pandas(pl.read_parquet(self.folder / f"{one}-*.parquet"))
                  for one in TABLES}  # fmt: skip
        records = Records(
            source=self.source,
            file=self.file,
            edition=MADE_UP if self.made_up else Path(self.file).stem,
            area=self.area,
            period=self.period,
            made_up=self.made_up,
            absent=self.absent,
            **tables | {"reports": tables["reports"].set_index("row")},
        )
        return Reading(records, self.remarks, self.rows, self.months)


def place() -> Path:
    """The folder of the store: what ``UOF_AUDIT_STORE`` names, or the user's own for such copies.

    It holds what the files hold, which is restricted, and may be deleted at any time.
    """
    if given := os.environ.get(STORE):
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "uof-audit"


def stored(path: Path, area: str, period: str | None) -> StoredRecords:
    """The records of a file, from the store, or judged and put there first.

    Memory does not grow with the file. Refuses what ``read_records`` refuses, and a file that
    changes while it is read; of several processes that ask at once one reads. A script that asks
    says ``if __name__ == "__main__"``, as every one must whose processes start others.
    """
    path = Path(path)
    if getattr(multiprocessing.current_process(), "_inheriting", False):  # it would wait for ever
        raise refusal("this script", "asks for records as it is imported", _GUARD)
    if not path.is_file():
        raise refusal(str(path), "there is no such file")
    before, key = path.stat(), _key(path, area, period)
    # names without a stroke, and no longer than Windows bears
    within = place() / f"force={slug(area) or 'none'}" / f"period={slug(period or 'all')}"
    folder = within / key[:24]
    try:
        within.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(within / f".{folder.name}.lock"):
            about = _about_whole(folder)
            if about is None:
                shutil.rmtree(folder, ignore_errors=True)
                about = _ingest(path, area, period, folder, before)
    except OSError as error:
        raise CannotWrite(f"{place()}: cannot be written ({error.strerror})") from None
    return StoredRecords(folder, path.name, **about | {"absent": tuple(about["absent"])})


def _about_whole(folder: Path) -> dict | None:
    """What is said of an entry; None where there is none, or its files are not as written."""
    try:
        about, hashes = json.loads((folder / _ABOUT).read_text("utf-8"))
        return about if hashes == _hashes(folder, about) else None
    except (Refused, OSError, ValueError, TypeError):
        return None


def _hashes(folder: Path, about: dict) -> dict[str, str]:
    """SHA-256 of every table of an entry by its file, and of what is said of it."""
    tables = {one.name: registry.sha256(one) for one in sorted(folder.glob("*.parquet"))}
    return tables | {_ABOUT: sha256(json.dumps(about).encode()).hexdigest()}


def _key(path: Path, area: str, period: str | None) -> str:
    asked = [registry.sha256(path), area, period, _reader()]
    return sha256(json.dumps(asked).encode()).hexdigest()


@cache
def _reader() -> str:
    """A hash of the code and the libraries that read a file."""
    found = sha256()
    for pattern in CODE:
        for path in sorted(ROOT.glob(pattern)):
            # a clone on Windows may hold other ends of lines
            found.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    found.update(json.dumps([f"{one} {version(one)}" for one in _LIBRARIES]).encode())
    return found.hexdigest()


def _ingest(
    path: Path, area: str, period: str | None, folder: Path, before: os.stat_result
) -> dict:
    """Judge a file block by block; ``folder`` is there behind the last step, and whole.

    Returns what is said of the entry in it.
    """
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)  # what one that was killed left
    new.mkdir(mode=0o700)
    try:
        with _processes(path) as pool:
            judging = Judging(path, area, period, pool)
            kept = [*judging.parts(partial(_keep, new))]
        used, reading = sum(reports for reports, _ in kept), judging.reading(kept[0][1])
        _to_polars(reading.remarks).write_parquet(new / _REMARKS)
        about = _about(reading, used)
        (new / _ABOUT).write_text(json.dumps([about, _hashes(new, about)]), "utf-8")
        if (now := path.stat()).st_mtime_ns != before.st_mtime_ns or now.st_size != before.st_size:
            raise refusal(str(path), "was changed while it was read", "a file at rest")
        os.replace(new, folder)
        return about
    finally:
        shutil.rmtree(new, ignore_errors=True)


@contextmanager
def _processes(path: Path) -> Iterator[ProcessPoolExecutor | None]:
    """Processes that read a long file; none for a short one, or in one of several workers."""
    if path.stat().st_size < LONG or multiprocessing.parent_process():
        yield None
        return
    with started(min(os.cpu_count() or 1, MOST)) as pool:
        yield pool


def _keep(folder: Path, number: int, records: Records) -> tuple[int, Records | None]:
    """Write the reports of a block; how many there are, and of the first records without them."""
    for table in TABLES:
        frame = getattr(records, table)
        frame = frame.reset_index() if table == "reports" else frame
        _to_polars(frame).write_parquet(folder / f"{table}-{number:05}.parquet", compression="lz4")
    if number:
        return len(records), None  # what is empty would still hold what it was taken from
    return len(records), replace(records, **{one: getattr(records, one)[:0] for one in TABLES})


def _about(reading: Reading, used: int) -> dict:
    records = reading.records
    return {
        "area": records.area, "period": records.period, "source": records.source,
        "made_up": records.made_up, "absent": records.absent, "months": reading.months,
        "rows": reading.rows, "used": used,
    }  # fmt: skip


def _to_polars(frame: pd.DataFrame) -> pl.DataFrame:
    """By codes: pyarrow, by which pandas and polars know each other, is no part of the project."""
    return pl.DataFrame([_series(str(name), column) for name, column in frame.items()])


def _series(name: str, column: pd.Series) -> pl.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = pl.Series(name, column.cat.codes.to_numpy().astype("uint8"))
        return codes.cat.to(pl.Enum(column.cat.categories.to_list()))
    if column.dtype.kind == "i":
        return pl.Series(name, column.to_numpy()).cast(_WHOLE.get(name, pl.Int64))
    return pl.Series(name, column.to_list(), _WHOLE.get(name, pl.String))


def _to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    columns = {name: _column(frame[name]) for name in frame.columns}
    return pd.DataFrame(columns, copy=False)


def _column(series: pl.Series):
    allowed = report_fields().get(series.name)
    if allowed:
        codes = series.to_physical().to_numpy()
        return pd.Categorical.from_codes(codes.astype("int8"), list(allowed))
    if series.dtype.is_integer():
        return series.to_numpy().astype("int64")
    return pd.array(series.cast(pl.String).to_list(), dtype="str")
