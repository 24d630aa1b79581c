"""Jobs on several machines: the workers of a Dask cluster, which brings its own ways to get them.

Every machine has the project with the same code, notebooks, lock and packages, and finds the
sources under the same path. What a job makes comes back to the run, which alone writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from analysis.errors import Refused, refusal
from analysis.national.jobs import Place
from analysis.processes import DIED

PATIENCE = 30  # seconds in which a scheduler must answer, and have a first worker


@contextmanager
def connected(address: str) -> Iterator[tuple[Place, int]]:
    """A place to call functions in, and how many jobs it does at a time.

    ``address`` is that of a Dask scheduler, such as ``tcp://10.0.0.1:8786``. Refused where none
    answers, or has a worker, within half a minute. A worker that dies costs the job that it held,
    after Dask has tried it on others.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        problem = "the package distributed is not installed"
        raise refusal("--cluster", problem, "the packages of requirements.lock") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        problem = f"no scheduler with a worker answers ({' '.join(str(error).split())})"
        raise refusal(f"--cluster {address}", problem, "the address of a Dask scheduler") from None

    def place(work, *given):
        try:
            return client.submit(work, *given, pure=False).result()
        except KilledWorker:
            raise Refused(DIED) from None

    with client:
        yield place, sum(client.nthreads().values())
