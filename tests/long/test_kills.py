"""A run that is killed at random moments goes on, and ends with the bytes of one that was not."""

import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from tests.national.clone import Clone
from tests.national.conftest import files_in

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this system"),
]
KILLS, SEED = 20, 1


def test_twenty_kills(tmp_path):
    clone = Clone(tmp_path, 300_000, ["Cambridgeshire", "Essex", "Kent"])
    started = time.monotonic()
    assert clone.run_all(tmp_path / "undisturbed").wait() == 0
    lasts = time.monotonic() - started
    undisturbed, out = files_in(tmp_path / "undisturbed"), tmp_path / "killed"
    chance, killed, whole = random.Random(SEED), [], 0
    while len(killed) < KILLS:
        run = clone.run_all(out, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait = chance.uniform(0.1, lasts)
        try:
            assert run.wait(wait) == 0  # it was faster, and is whole: begin again
            assert files_in(out) == undisturbed
            whole += 1
            shutil.rmtree(out)
        except subprocess.TimeoutExpired:
            if chance.random() < 0.5:
                run.kill()  # alone: its workers have to see that it is gone
            else:
                os.killpg(run.pid, signal.SIGKILL)  # with workers and kernels
            run.wait()
            killed.append(round(wait, 1))
    assert clone.run_all(out).wait() == 0
    assert files_in(out) == undisturbed
    again = time.monotonic()
    assert clone.run_all(out).wait() == 0
    print(f"killed after {killed} s; a whole run takes {lasts:.1f} s, {whole} were whole before;")
    print(f"with nothing left to do {time.monotonic() - again:.1f} s")
