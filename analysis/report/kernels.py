"""The kernels in which chapters run: forked from a preloaded process where one can be had.

papermill executes the notebooks as ever, by a manager of kernels that is given to it. A forked
kernel has the command, folder, environment and libraries of one that is started, and the same
bytes come out of it. Windows and macOS have ordinary kernels.
"""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from analysis.preloaded import LAUNCHER, Forked, preloaded


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
    can_be = (
        sys.platform == "linux"
        and command[:3] == [sys.executable, "-m", LAUNCHER]
        and Path(folder).is_dir()
        and not Path(folder, "matplotlibrc").exists()  # read where matplotlib is imported
    )
    if not can_be:
        return None
    try:
        return preloaded(environment).fork(command[3:], folder, environment)
    except OSError:
        return None
