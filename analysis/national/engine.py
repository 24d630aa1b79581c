"""Doing jobs with pytask: those that have to be done, in parallel, each failure by itself.

pytask keeps what each job rested on in ``pytask.lock``, which is read here too: where nothing
differs, pytask is not even imported, which takes a second.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.errors import CannotWrite, Refused
from analysis.national.jobs import Job, Place
from analysis.national.progress import Progress

RECORD = "pytask.lock"
_CONFIG = "[tool.pytask.ini_options]\n"  # marks the store as pytask's root


def stale(jobs: Sequence[Job], store: Path) -> list[Job]:
    """The jobs of which something differs from what the store says; all where it was cut off."""
    made = {job.makes.name: job.makes for job in jobs}
    # by name: what several jobs share is looked at once
    rests = {node.name: node for job in jobs for node in job.depends_on.values()}
    with ThreadPoolExecutor() as pool:
        # hashing what was made takes most of the time, in which this thread does the rest
        hashed = pool.map(lambda node: node.state(), made.values())
        entries = _recorded(store)
        states = {name: node.state() for name, node in rests.items() if name not in made}
        states |= zip(made, hashed, strict=True)
    return [job for job in jobs if not _is_fresh(job, entries.get(job.name), states)]


def _recorded(store: Path) -> dict[str, dict]:
    if (store / f"{RECORD}.journal").exists():  # of a run that was killed: pytask goes through it
        return {}
    try:
        return _entries((store / RECORD).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@lru_cache(1)
def _entries(text: str) -> dict[str, dict]:
    """Of the record, which a run asks of twice: for the reports, and for the page of a country."""
    read = tomllib.loads(text)
    return {one["id"]: one for one in read["task"]} if read["lock-version"] == "1" else {}


def _is_fresh(job: Job, entry: dict | None, states: dict[str, str | None]) -> bool:
    if entry is None or entry["state"] != job.state():
        return False
    held = {**entry.get("depends_on", {}), **entry.get("produces", {})}
    names = [*job.depends_on, job.makes.name]
    return all(states[name] and states[name] == held.get(name) for name in names)


def do(
    jobs: list[Job], store: Path, number: int, place: Place, progress: Progress
) -> dict[str, Refused]:
    """Do those of the jobs that have to be done, ``number`` at a time; why some failed, by name.

    A job that fails leaves the others; those that need what it makes are not done. Refuses a
    store in which another run is at work.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        with FileLock(store / "lock", timeout=0):
            return _do(jobs, store, number, place, progress)
    except Timeout:
        problem = "another run is at work in this folder; wait for it, or give --out another"
        raise CannotWrite(f"{store.parent}: {problem}") from None
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); give --out another folder"
        raise CannotWrite(f"{error.filename or store}: {problem}") from None


def _do(
    jobs: list[Job], store: Path, number: int, place: Place, progress: Progress
) -> dict[str, Refused]:
    import pytask
    import pytask_parallel.execute as parallel
    from _pytask.lockfile import LockfileError, read_lockfile

    (store / "pyproject.toml").write_text(_CONFIG, encoding="utf-8")
    try:
        read_lockfile(store / RECORD)
    except LockfileError:  # edited by hand: nothing is known then, and all is done
        (store / RECORD).unlink()
    for job in jobs:
        job.function = partial(_told, job, place, progress)
        job.markers = [pytask.Mark("try_first", (), {})] * job.first
    # it waits up to a second between two looks at what has finished
    parallel._Sleeper = partial(parallel._Sleeper, timings=[0.02])
    # it would put the store on the path of all that is started from here: of kernels, which are
    # then of another environment than the process that is preloaded for them
    parallel.set_worker_root = lambda root: None
    pytask.console.quiet = True  # what there is to say is said here
    session = pytask.build(
        tasks=jobs,
        paths=store,
        config=store / "pyproject.toml",
        database_url="sqlite://",  # in memory: what lasts is the lock
        n_workers=number,
        parallel_backend="threads",
        capture="no",
        verbose=0,
        show_traceback=False,
    )
    done = {report.task.name: report for report in session.execution_reports}
    if session.exit_code not in (pytask.ExitCode.OK, pytask.ExitCode.FAILED) or not done:
        raise RuntimeError(f"pytask ended with {session.exit_code!r}")
    if len(done) < len(jobs):
        raise KeyboardInterrupt
    return {
        name: _reason(report)
        for name, report in done.items()
        if report.outcome in (pytask.TaskOutcome.FAIL, pytask.TaskOutcome.SKIP_PREVIOUS_FAILED)
    }


def _told(job: Job, place: Place, progress: Progress, **_: object) -> None:
    """The work of a job, with word of it; what it rests on it finds itself."""
    progress.begun(job.name)
    try:
        job.do(place)
    except BaseException:
        progress.ended(job.name, failed=True)
        raise
    progress.ended(job.name, failed=bool(job.failed))


def _reason(report) -> Refused:
    kind, error, _ = report.exc_info
    if isinstance(error, Refused):
        return error
    return Refused(" ".join(f"{kind.__name__}: {error}".split()))
