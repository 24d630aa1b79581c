"""Processes of this machine that do jobs: one that dies costs the job it held, and no other."""

from __future__ import annotations

import multiprocessing
import os
import queue
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait

from analysis.errors import Refused
from analysis.national.jobs import Place

DIED = "its process ended without a word: it was stopped, or the memory did not suffice"


@contextmanager
def local(number: int) -> Iterator[Place]:
    """A place to call functions in: ``number`` processes, started when first needed.

    Each is a pool of its own, since a pool whose process dies fails all that it holds.
    """
    idle: queue.SimpleQueue[ProcessPoolExecutor | None] = queue.SimpleQueue()
    for _ in range(number):
        idle.put(None)

    def place(work, *given):
        worker = idle.get() or _started()
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


def _started() -> ProcessPoolExecutor:
    # "spawn" is what every system has; a fork would copy the locks of other threads
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, context, initializer=_begin)


def _begin() -> None:
    """In a new worker: end with the process that asked for it, and show no bars of its own."""
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as it lives
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    # a worker whose parent was killed would wait for the next job for ever
    wait([sentinel])
    os._exit(1)
