"""Two Dask workers with a folder and a core each: the bytes of one, and nearly twice as fast."""

import os
import subprocess
import time
from contextlib import contextmanager

import pytest

from tests.national.clone import Clone
from tests.national.conftest import files_in

pytestmark = pytest.mark.long
AREAS = ["Cambridgeshire", "Essex", "Kent", "Norfolk"]


@contextmanager
def cluster(clone, port: int, workers: int):
    """A scheduler, and workers of one thread, each in its own folder and on its own core."""
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port]
    started = [clone.start(*scheduler, "--no-dashboard", **quiet)]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    for number in range(workers):
        folder = clone.root / f"worker-{port}-{number}"
        folder.mkdir()
        worker = ["distributed.cli.dask_worker", address, "--nthreads", 1, "--no-dashboard"]
        started.append(clone.start(*worker, "--name", f"w{number}", cwd=folder, **quiet))
        if cores:
            os.sched_setaffinity(started[-1].pid, {cores[number % len(cores)]})
    try:
        yield address, started
    finally:
        for one in started[::-1]:
            one.terminate()
            one.wait()


def timed(clone, out, address) -> float:
    started = time.monotonic()
    assert clone.run_all(out, "--cluster", address).wait() == 0
    return time.monotonic() - started


def test_two_workers_give_the_bytes_of_one_and_are_nearly_twice_as_fast(tmp_path):
    clone = Clone(tmp_path, 80_000_000, AREAS)  # some six seconds a chapter
    took = {}
    for number, port in ((1, 18786), (2, 18787)):
        with cluster(clone, port, number) as (address, _):
            clone.ask_for(["Suffolk", "Surrey"][:number])
            timed(clone, tmp_path / f"warm-{number}", address)  # each worker imports what it needs
            clone.ask_for(AREAS)
            took[number] = timed(clone, tmp_path / f"by-{number}", address)
    print(f"one worker {took[1]:.1f} s, two {took[2]:.1f} s: {took[1] / took[2]:.2f} times as fast")
    assert files_in(tmp_path / "by-1") == files_in(tmp_path / "by-2")
    assert clone.run_all(tmp_path / "local").wait() == 0
    assert files_in(tmp_path / "local") == files_in(tmp_path / "by-1")
    assert took[1] / took[2] >= 1.7


def test_a_worker_that_dies_leaves_the_jobs_to_the_others(tmp_path):
    clone = Clone(tmp_path, 5_000_000, AREAS[:3])
    with cluster(clone, 18788, 2) as (address, started):
        run = clone.run_all(tmp_path / "out", "--cluster", address)
        time.sleep(12)
        assert run.poll() is None
        started[-1].kill()
        assert run.wait() == 0
    assert clone.run_all(tmp_path / "local").wait() == 0
    assert files_in(tmp_path / "out") == files_in(tmp_path / "local")
