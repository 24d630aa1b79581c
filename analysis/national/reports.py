"""Reports that are wanted, made: only what is unfinished, and how each of them ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import Refused
from analysis.national import engine
from analysis.national.jobs import STORE, ChapterJob, Place, Shared, Wanted, jobs_of
from analysis.national.progress import Progress
from analysis.national.workers import local


@dataclass(frozen=True)
class Outcome:
    """How a report ended: the chapters that failed and why, or why there is no report."""

    wanted: Wanted
    failed_chapters: dict[str, str]
    error: Refused | None = None


class Making:
    """Reports to be made in one folder, ``out``, with the jobs that this takes."""

    def __init__(self, wanted: Iterable[Wanted], out: Path) -> None:
        self.wanted, self.store = tuple(wanted), out / STORE
        self.jobs = jobs_of(self.wanted, Shared(self.store))
        self.stale = engine.stale(self.jobs, self.store)

    @property
    def unfinished(self) -> list[Wanted]:
        """The reports that need a job to be done."""
        names = {job.wanted.name for job in self.stale}
        return [one for one in self.wanted if one.name in names]

    def make(
        self, workers: AbstractContextManager[Place] | None = None, number: int | None = None
    ) -> list[Outcome]:
        """Make what is unfinished, ``number`` jobs at a time; how each report ended.

        Without ``workers`` in processes of this machine, one for each of its cores.
        """
        number = number or os.cpu_count() or 1
        concerned = {one.name for one in self.unfinished}
        jobs = [job for job in self.jobs if job.wanted.name in concerned]
        progress = Progress(len(jobs), sys.stderr)
        failures: dict[str, Refused] = {}
        if jobs:
            with workers or local(number) as place:
                failures = engine.do(jobs, self.store, number, place, progress)
            progress.close()
        return [self._outcome(one, failures) for one in self.wanted]

    def _outcome(self, wanted: Wanted, failures: dict[str, Refused]) -> Outcome:
        own = [job for job in self.jobs if job.wanted is wanted]
        chapters = [job for job in own if isinstance(job, ChapterJob)]
        broken = [
            Refused(f"chapter {one.chapter}: {failures[one.name]}")
            for one in chapters
            if one.name in failures
        ]
        error = broken[0] if broken else failures.get(wanted.name)
        return Outcome(wanted, {one.chapter: one.failed for one in chapters if one.failed}, error)
