"""Reports that are wanted, made: only what is unfinished, and how each of them ended."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import Refused
from analysis.national import engine
from analysis.national.jobs import STORE, ChapterJob, Place, Shared, Wanted, jobs_of
from analysis.national.progress import Progress


@dataclass(frozen=True)
class Outcome:
    """How a report ended: the chapters that failed and why, or why it was not made anew."""

    wanted: Wanted
    failed_chapters: dict[str, str]
    error: Refused | None
    made_up: bool


class Making:
    """Reports to be made in one folder, ``out``, with the jobs that this takes."""

    def __init__(self, wanted: Sequence[Wanted], out: Path) -> None:
        self.wanted, self.store = tuple(wanted), out / STORE
        self.shared = Shared(self.store)
        self.jobs = jobs_of(self.wanted, self.shared)
        stale = {job.wanted.name for job in engine.stale(self.jobs, self.store)}
        self.unfinished = [one for one in self.wanted if one.name in stale]

    def refused(self, number: int, place: Place, where: str) -> dict[str, Refused]:
        """What is unfinished and cannot be made, by name, and why: each source is read once.

        ``where`` the parameters stand. That takes a while, so it is done in a place, ``number``
        reports at a time.
        """
        if not self.unfinished:
            return {}
        from analysis import audit  # what is unchanged needs none of what it imports

        def look(one: Wanted) -> Refused | None:
            try:
                place(audit.check_at_hand, one.parameters, where, one.base.resolve())
            except Refused as error:
                return error
            except Exception as error:  # such as of a worker that lacks the project
                return Refused(f"{type(error).__name__}: {' '.join(str(error).split())}")
            return None

        with ThreadPoolExecutor(number) as threads:
            found = zip(self.unfinished, threads.map(look, self.unfinished), strict=True)
            return {one.name: error for one, error in found if error}

    def make(
        self, number: int, place: Place, refused: Mapping[str, Refused] | None = None
    ) -> list[Outcome]:
        """Make what is unfinished in a place, ``number`` jobs at a time; how each report ended.

        Those that are ``refused``, by name, are left as they are.
        """
        refused = refused or {}
        names = {one.name for one in self.unfinished} - refused.keys()
        jobs, failures = [job for job in self.jobs if job.wanted.name in names], {}
        if jobs:
            with Progress(len(jobs), sys.stderr) as progress:
                failures = engine.do(jobs, self.store, number, place, progress)
        return [self._outcome(one, failures, refused.get(one.name)) for one in self.wanted]

    def _outcome(
        self, wanted: Wanted, failures: dict[str, Refused], refused: Refused | None
    ) -> Outcome:
        own = [job for job in self.jobs if job.wanted is wanted]
        (report,) = (job for job in own if not isinstance(job, ChapterJob))
        chapters = [job for job in own if isinstance(job, ChapterJob)]
        broken = [one for one in chapters if one.name in failures]
        error = refused or failures.get(wanted.name)
        if broken:
            error = Refused(f"chapter {broken[0].chapter}: {failures[broken[0].name]}")
        failed = {one.chapter: one.failed for one in chapters if one.failed}
        return Outcome(wanted, {} if error else failed, error, report.made_up)
