"""Processes of this machine that do jobs: one that dies costs the job it held, and no other."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from analysis.errors import Refused
from analysis.national.jobs import Place
from analysis.processes import DIED, started


@contextmanager
def local(number: int) -> Iterator[Place]:
    """A place to call functions in: ``number`` processes, started when first needed.

    Each is a pool of its own, since a pool whose process dies fails all that it holds.
    """
    idle: queue.SimpleQueue[ProcessPoolExecutor | None] = queue.SimpleQueue()
    for _ in range(number):
        idle.put(None)

    def place(work, *given):
        worker = idle.get() or started(1)
        try:
            return worker.submit(work, *given).result()
        except BrokenProcessPool:
            worker.shutdown(wait=False)
            worker = None
            raise Refused(DIED) from None
        finally:
            idle.put(worker)

    try:
        yield place
    finally:
        while not idle.empty():
            if worker := idle.get():
                worker.shutdown()
