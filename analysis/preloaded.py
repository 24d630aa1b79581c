"""A process that has imported what chapters import, and forks a kernel at each request.

Each kernel is forked from this process, which runs no chapter, draws no random number and starts no
thread of Python, so that nothing passes from one chapter to another. What it has imported would be
imported by the kernel or by the chapter.

Linux alone: macOS has libraries that may not be forked, Windows no fork.
``analysis.report.kernels`` says which kernels are had so.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

LAUNCHER = "ipykernel_launcher"  # the module that a kernel's command runs
BEGUN = 60  # seconds until a kernel must have been forked
_LONGEST = 65536  # bytes of a request
_ROOMS = ("analysis.audit", "analysis.chapter", "analysis.charts", "analysis.checks",
          "analysis.measures")  # fmt: skip
# What kernels and chapters import only once they run.
_LATER = ("ipykernel.ipkernel", "ipykernel.debugger", "ipykernel.zmqshell", "sqlite3",
          "tornado.platform.asyncio", "matplotlib.backends.backend_svg")  # fmt: skip


class Preloaded:
    """The process as others see it. It ends, and ends its kernels, when its caller has ended.

    ``environment``: in which it is started, and with it every kernel. Raises ``OSError`` where it
    cannot be started.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._caller = os.getpid()
        self._channel, other = _pair()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "analysis.preloaded", str(other.fileno())],
                cwd="/",  # no folder from which something else could be imported
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the caller, who then ends it
                pass_fds=[other.fileno()],
            )

    def fork(self, arguments: list[str], folder: str, own: Mapping[str, str]) -> Forked:
        """A kernel, with the arguments of its command after the module, in a folder.

        ``own`` are variables of the environment that this kernel has besides. Raises ``OSError``
        where there is none to be had.
        """
        told, telling = _pair()
        request = json.dumps({"arguments": arguments, "folder": folder, "own": dict(own)})
        with telling:  # and the caller's standard output and errors, as they are now
            socket.send_fds(self._channel, [request.encode()], [telling.fileno(), 1, 2])
        return Forked(told)

    def end(self) -> None:
        """End the process and the kernels that it still has."""
        if os.getpid() == self._caller:  # a fork of the caller has only a copy
            self._channel.shutdown(socket.SHUT_RDWR)
            self._process.wait()


class Forked:
    """A kernel with what jupyter_client asks of a ``subprocess.Popen``.

    ``told``: where the process tells the kernel's id, and when it has ended its status.
    """

    stdin = stdout = stderr = None

    def __init__(self, told: socket.socket) -> None:
        told.settimeout(BEGUN)
        said = told.recv(64)
        if not said:
            told.close()
            raise ConnectionResetError("no kernel was forked")
        told.setblocking(False)
        self._told, self.pid, self.returncode = told, int(said), None

    def poll(self) -> int | None:
        """The status of a kernel that has ended."""
        if self.returncode is None:
            with suppress(BlockingIOError):
                said = self._told.recv(64)
                self._told.close()
                self.returncode = int(said) if said else -signal.SIGKILL
        return self.returncode

    wait = poll  # jupyter_client asks for it once the kernel has ended

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a channel that keeps messages apart."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


# the process
def main() -> None:
    """Serve the channel whose descriptor is the argument; goes on in each kernel as one."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    channel.set_inheritable(False)
    if sys.path[0] == os.getcwd():  # as the launcher of kernels does
        del sys.path[0]
    _preload()
    sys.argv = [importlib.util.find_spec(LAUNCHER).origin, *_serve(channel)]
    importlib.import_module("ipykernel.kernelapp").launch_new_instance()


def _preload() -> None:
    # ipykernel reads at its import whose end is to end a kernel, and matplotlib its backend, which
    # a kernel sets before a chapter can import it.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    importlib.import_module("ipykernel.kernelapp")
    for name in (*_LATER, *_ROOMS):
        module = importlib.import_module(name)
        if name in _ROOMS and hasattr(module, "__path__"):
            for below in pkgutil.walk_packages(module.__path__, f"{name}."):
                importlib.import_module(below.name)
    gc.collect()
    gc.freeze()  # memory that kernels share stays shared


def _serve(channel: socket.socket) -> list[str]:
    """Fork a kernel at each request. Returns in the kernels alone, with their arguments."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    caller, kernels = os.getppid(), {}
    while os.getppid() == caller:
        ready, _, _ = select.select([channel, woken], [], [], 1)
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_ended(kernels)
        if channel not in ready:
            continue
        request, given, _, _ = socket.recv_fds(channel, _LONGEST, 3)
        if not request:  # the caller has ended
            break
        telling, *streams = given
        kernel = _fork()
        if kernel == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for number, stream in enumerate(streams, 1):
                os.dup2(stream, number)
            for one in (channel, *kernels.values()):
                one.close()
            for one in (*given, woken, wake):
                os.close(one)
            return _begin(**json.loads(request))
        for one in streams:
            os.close(one)
        told = socket.socket(fileno=telling)
        if kernel is None:
            told.close()
        else:
            kernels[kernel] = told
            _tell(told, kernel)
    for kernel in kernels:
        _end(kernel)
    sys.exit()


def _fork() -> int | None:
    try:
        return os.fork()
    except OSError:  # no memory, too many processes
        return None


def _begin(arguments: list[str], folder: str, own: dict[str, str]) -> list[str]:
    """Make of the fork what a kernel finds at its start."""
    import numpy as np

    np.random.seed()  # as at its import; ``random`` does so by itself
    os.environ.update(own)
    os.chdir(folder)
    return arguments


def _tell_of_ended(kernels: dict[int, socket.socket]) -> None:
    for kernel in [*kernels]:
        ended, status = os.waitpid(kernel, os.WNOHANG)
        if ended:
            with kernels.pop(kernel) as told:
                _tell(told, os.waitstatus_to_exitcode(status))


def _tell(told: socket.socket, number: int) -> None:
    with suppress(OSError):  # the caller does not listen any more
        told.send(str(number).encode())


def _end(kernel: int) -> None:
    for ends in (os.killpg, os.kill):  # before a kernel has its own group, it is none
        with suppress(ProcessLookupError):
            ends(kernel, signal.SIGKILL)


if __name__ == "__main__":
    main()
