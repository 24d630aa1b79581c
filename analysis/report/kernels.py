"""The kernels in which chapters run: forked from a preloaded process where one can be had.

papermill executes the notebooks as ever, by a manager of kernels that is given to it. A forked
kernel has the same command, folder, environment and libraries as one that is started, and the same
bytes come out of it; it starts in a tenth of the time. Windows and macOS have ordinary kernels.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from analysis.chapter import RELEASE
from analysis.preloaded import LAUNCHER, Forked, Preloaded

# Variables in which the kernels of one preloaded process may differ: nothing reads them at its
# import. All others must be as they were when the process was started.
OWN = (RELEASE, "JPY_PARENT_PID", "JPY_SESSION_NAME", "PYTEST_CURRENT_TEST")
_lock = threading.Lock()
_started: dict[tuple, Preloaded] = {}  # by the process that asks, and the environment


class Kernels(AsyncKernelManager):
    """Starts kernels for nbclient: those of this Python from the preloaded process."""

    async def _async_pre_start_kernel(self, **given):
        self.provisioner = _Provisioner(kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**given)


class _Provisioner(LocalProvisioner):
    async def launch_kernel(self, cmd: list[str], **given):
        kernel = _forked(cmd, given["cwd"], given["env"])
        if kernel is None:
            return await super().launch_kernel(cmd, **given)
        # of its own session and group, as an ordinary kernel is
        self.process, self.pid, self.pgid, self.cwd = kernel, kernel.pid, kernel.pid, given["cwd"]
        return self.connection_info


def _forked(command: list[str], folder: str, environment: dict[str, str]) -> Forked | None:
    """A forked kernel; none where only an ordinary one has what the command would give."""
    python, flag, module, *arguments = command
    ordinary = (
        sys.platform != "linux"
        or [python, flag, module] != [sys.executable, "-m", LAUNCHER]
        or not Path(folder).is_dir()
        or Path(folder, "matplotlibrc").exists()  # read where matplotlib is imported
    )
    if ordinary:
        return None
    own = {name: environment[name] for name in OWN if name in environment}
    try:
        return preloaded(environment).fork(arguments, folder, own)
    except OSError:
        return None


def preloaded(environment: dict[str, str]) -> Preloaded:
    """The preloaded process for an environment, one for all threads; started when asked for."""
    shared = {name: value for name, value in environment.items() if name not in OWN}
    key = (os.getpid(), *sorted(shared.items()))
    with _lock:
        if key not in _started:
            _started[key] = Preloaded(shared)
            atexit.register(_started[key].end)
        return _started[key]
