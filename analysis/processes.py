"""Processes of this machine that work for this one, and end when it does."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import TypeVar

from analysis.errors import Refused

DIED = "its process ended without a word: it was stopped, or the memory did not suffice"
Given, Found = TypeVar("Given"), TypeVar("Found")


def started(number: int) -> ProcessPoolExecutor:
    """So many processes, started when first needed."""
    # "spawn" is what every system has; a fork would copy the locks of other threads
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(number, context, initializer=_begin)


def _begin() -> None:
    """In a new process: end with the one that asked for it, and show no bars of its own."""
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as it lives
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    # a process whose parent was killed would wait for the next job for ever
    wait([sentinel])
    os._exit(1)


def in_order(
    pool: ProcessPoolExecutor | None, work: Callable[[Given], Found], given: Iterable[Given]
) -> Iterator[Found]:
    """``map`` in the processes of a pool, or here without one; few are held ahead of the reader."""
    if pool is None:
        yield from map(work, given)
        return
    waiting = deque()
    try:
        for one in given:
            waiting.append(pool.submit(work, one))
            if len(waiting) > pool._max_workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise Refused(DIED) from None
    finally:
        for one in waiting:  # the reader has left
            one.cancel()
