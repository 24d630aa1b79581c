"""A process that has imported what chapters import, and forks a kernel at each request.

Each kernel is forked from this process, which runs no chapter, draws no random number and starts no
thread of Python, so that nothing passes from one chapter to another. What it has imported would be
imported by the kernel or by the chapter.

Linux alone: macOS has libraries that may not be forked, Windows no fork.
``analysis.report.kernels`` says which kernels are had so. Nothing here is slow to import, so that
the process can be started first of all.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import importlib
import importlib.util
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

LAUNCHER = "ipykernel_launcher"  # the module that a kernel's command runs
SHARED = "UOF_AUDIT_PRELOADED"  # the variable that tells processes of a run where the process is
BEGUN = 120  # seconds until a kernel must have been forked
_LONGEST = 65536  # bytes of a request
_ROOMS = ("analysis.audit", "analysis.chapter", "analysis.charts", "analysis.checks",
          "analysis.measures")  # fmt: skip
# What kernels and chapters import only once they run.
_LATER = ("ipykernel.ipkernel", "ipykernel.debugger", "ipykernel.zmqshell", "sqlite3",
          "tornado.platform.asyncio", "matplotlib.backends.backend_svg")  # fmt: skip
# Variables in which kernels of one process may differ: no library that is preloaded reads them as
# it is imported.
_OWN_BEGIN = ("UOF_AUDIT_", "JPY_", "_RJEM_")  # the last is set by polars, at its own import
_OWN = ("JUPYTER_PREFER_ENV_PATH", "PYTEST_CURRENT_TEST")
_lock = threading.Lock()
_known: dict[tuple[int, str], Preloaded] = {}  # by the process that asks, and the environment


def share() -> None:
    """Start the process for this environment, and tell those that are started from here of it.

    Where it cannot be had nothing happens: kernels are then ordinary ones.
    """
    with suppress(OSError):
        if sys.platform == "linux":
            os.environ[SHARED] = preloaded(os.environ).address


def preloaded(environment: Mapping[str, str]) -> Preloaded:
    """The process for an environment: the shared one, or one for this process and all its threads.

    Raises ``OSError`` where there is none to be had.
    """
    common = {name: value for name, value in environment.items() if not _is_own(name)}
    digest = hashlib.sha256(repr(sorted(common.items())).encode("utf-8", "replace")).hexdigest()
    key = (os.getpid(), digest)
    with _lock:
        if key not in _known:
            address = os.environ.get(SHARED, "")
            _known[key] = (
                Preloaded(address) if address.startswith(f"{digest}:") else _Started(common, digest)
            )
        return _known[key]


def _is_own(name: str) -> bool:
    return name.startswith(_OWN_BEGIN) or name in _OWN


class Preloaded:
    """The process as one that asks it for kernels sees it; they end when that one has ended.

    ``address``: a digest of its environment, a colon, and the path of its socket. ``asked``:
    whether a kernel was asked for from here.
    """

    asked = False

    def __init__(self, address: str) -> None:
        self.address = address
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.connect(address.partition(":")[2])

    def fork(self, arguments: list[str], folder: str, environment: Mapping[str, str]) -> Forked:
        """A kernel, with the arguments of its command after the module, in a folder.

        Raises ``OSError`` where there is none to be had.
        """
        own = {name: value for name, value in environment.items() if _is_own(name)}
        self.asked = True
        request = json.dumps({"arguments": arguments, "folder": folder, "own": own})
        told, telling = _pair()
        with telling:  # and the caller's standard output and errors, as they are now
            socket.send_fds(self._channel, [request.encode()], [telling.fileno(), 1, 2])
        return Forked(told)


class _Started(Preloaded):
    """A process of our own. It ends, with all its kernels, when this one has ended."""

    def __init__(self, environment: Mapping[str, str], digest: str) -> None:
        path = Path(tempfile.mkdtemp(), "kernels")  # a folder that nobody else can enter
        self.address, self._starter = f"{digest}:{path}", os.getpid()
        self._channel, other = _pair()
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with other, listening:
                listening.bind(str(path))
                listening.listen()
                given = [other.fileno(), listening.fileno()]
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "analysis.preloaded", *map(str, given), str(path)],
                    cwd="/",  # no folder from which something else could be imported
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for this process, which then ends it
                    pass_fds=given,
                )
        except OSError:
            _remove(path)
            raise
        atexit.register(self.end)

    def end(self) -> None:
        """End the process and its kernels."""
        if os.getpid() != self._starter:  # a fork has only a copy of what is held here
            return
        if not self.asked:  # as where a run is refused: it may still import for seconds
            self._process.kill()
        self._channel.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        _remove(Path(self.address.partition(":")[2]))  # of one that was killed


class Forked:
    """A kernel with what jupyter_client asks of a ``subprocess.Popen``.

    ``told``: where the process tells the kernel's id, and when it has ended its status.
    """

    stdin = stdout = stderr = None

    def __init__(self, told: socket.socket) -> None:
        told.settimeout(BEGUN)
        try:
            said = told.recv(64)
            if not said:
                raise ConnectionResetError("no kernel was forked")
        except OSError:
            told.close()
            raise
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


def _remove(path: Path) -> None:
    """Remove the socket and its folder."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
        path.parent.rmdir()


# the process
def main() -> None:
    """Serve the starter's channel, and those who connect; goes on in each kernel as one."""
    starter, listening = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    for one in (starter, listening):
        one.set_inheritable(False)
    if sys.path[0] == os.getcwd():  # as the launcher of kernels does
        del sys.path[0]
    _preload()
    sys.argv = [importlib.util.find_spec(LAUNCHER).origin, *_serve(starter, listening)]
    importlib.import_module("ipykernel.kernelapp").launch_new_instance()


def _preload() -> None:
    # ipykernel reads at its import whose end is to end a kernel, and matplotlib its backend, which
    # a kernel sets before a chapter can import it.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    importlib.import_module("ipykernel.kernelapp")
    # pandas looks at its import where it will be shown: what it finds in a kernel
    pandas = importlib.import_module("pandas")
    pandas.set_option("display.max_columns", 20, "display.encoding", "UTF-8")
    _import()
    gc.collect()
    gc.freeze()  # memory that kernels share stays shared


def _import() -> None:
    """Import what kernels and chapters import."""
    for name in (*_LATER, *_ROOMS):
        module = importlib.import_module(name)
        if name in _ROOMS and hasattr(module, "__path__"):
            for below in pkgutil.walk_packages(module.__path__, f"{name}."):
                importlib.import_module(below.name)


def _serve(starter: socket.socket, listening: socket.socket) -> list[str]:
    """Fork a kernel at each request. Returns in the kernels alone, with their arguments."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    parent, channels = os.getppid(), [starter]
    kernels: dict[int, tuple[socket.socket, socket.socket]] = {}  # whose, and where to tell
    while starter in channels and os.getppid() == parent:
        ready, _, _ = select.select([woken, listening, *channels], [], [], 1)
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_ended(kernels)
        if listening in ready:
            channels.append(listening.accept()[0])
        for channel in [one for one in channels if one in ready]:
            request, given = _asked(channel)
            if not request:  # who asked has ended
                channels.remove(channel)
                channel.close()
                _end(kernel for kernel, (whose, _) in kernels.items() if whose is channel)
                continue
            if (kernel := _fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                telling = [told for _, told in kernels.values()]
                for one in (listening, *channels, *telling):
                    one.close()
                return _begin(json.loads(request), given, closing=(woken, wake))
            telling, *streams = given
            for one in streams:
                os.close(one)
            told = socket.socket(fileno=telling)
            if kernel is None:
                told.close()
            else:
                kernels[kernel] = channel, told
                if not _tell(told, kernel):
                    _end([kernel])
    _end(kernels)
    _remove(Path(sys.argv[3]))
    sys.exit()


def _asked(channel: socket.socket) -> tuple[bytes, list[int]]:
    """A request, with where to tell of the kernel, its standard output and its errors."""
    try:
        return socket.recv_fds(channel, _LONGEST, 3)[:2]
    except ConnectionResetError:
        return b"", []


def _fork() -> int | None:
    try:
        return os.fork()
    except OSError:  # no memory, too many processes
        return None


def _begin(request: dict, given: list[int], closing: tuple[int, int]) -> list[str]:
    """Make of the fork what a kernel finds at its start; returns its arguments."""
    os.setsid()
    for number, stream in enumerate(given[1:], 1):
        os.dup2(stream, number)
    for one in (*given, *closing):
        os.close(one)
    os.environ.update(request["own"])
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    os.chdir(request["folder"])
    importlib.import_module("numpy").random.seed()  # as at its import; ``random`` does so itself
    return request["arguments"]


def _tell_of_ended(kernels: dict[int, tuple[socket.socket, socket.socket]]) -> None:
    for kernel in [*kernels]:
        ended, status = os.waitpid(kernel, os.WNOHANG)
        if ended:
            with kernels.pop(kernel)[1] as told:
                _tell(told, os.waitstatus_to_exitcode(status))


def _tell(told: socket.socket, number: int) -> bool:
    """Tell it; whether anybody still listens."""
    try:
        return told.send(str(number).encode()) > 0
    except OSError:
        return False


def _end(kernels: Iterable[int]) -> None:
    for kernel in kernels:
        for ends in (os.killpg, os.kill):  # before a kernel has a group of its own, it has none
            with suppress(ProcessLookupError):
                ends(kernel, signal.SIGKILL)


if __name__ == "__main__":
    main()
