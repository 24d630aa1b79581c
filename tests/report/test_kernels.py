"""Forked kernels are as fresh ones, whatever ran before; and nothing of them is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from analysis import preloaded
from analysis.disclosure.plan import RELEASE
from analysis.places import ROOT
from analysis.report import kernels
from analysis.report.notebook import execute, written
from tests.report.stand_ins import chapter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")

# What a chapter could find otherwise in a process that has lived before, as one line of JSON.
STATE = """
import decimal, gc, hashlib, json, locale, logging, os, signal, sys, threading, warnings
import matplotlib, numpy, pandas, pandas._config.config
from analysis import preloaded
preloaded._import()  # what a chapter imports: libraries add filters and options of their own
FILTERS = sorted(map(str, warnings.filters))
warnings.simplefilter("ignore")
def state():
    return {
        "environment": {k: v for k, v in os.environ.items() if k != "JPY_PARENT_PID"},
        "arguments": [one for one in sys.argv if not one.endswith(".json")],
        "path": sys.path, "folder": os.getcwd(), "flags": list(sys.flags),
        "hash": [hash(one) for one in ("Taser", "CED")], "locale": locale.setlocale(locale.LC_ALL),
        "filters": FILTERS, "numpy errors": numpy.geterr(),
        "matplotlib": {k: str(v) for k, v in sorted(matplotlib.rcParams.items())},
        "pandas": {k: str(pandas.get_option(k)) for k in pandas._config.config._registered_options},
        "interrupt": str(signal.getsignal(signal.SIGINT)), "child": signal.getsignal(17),
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "wakeup": signal.set_wakeup_fd(-1), "umask": os.umask(0o22),
        "group": os.getpgrp() == os.getpid(), "session": os.getsid(0) == os.getpid(),
        "decimal": str(decimal.getcontext()),
        "collector": [gc.isenabled(), *gc.get_threshold()], "logging": logging.root.level,
        "recursion": sys.getrecursionlimit(), "numbers": numpy.show_config("dicts") is not None,
        "threads": sorted(one.name for one in threading.enumerate() if "-" not in one.name),
        "module": __name__, "input": sys.stdin is None, "nice": os.nice(0),
    }
print(json.dumps(state(), default=str).encode().hex())  # as text it would lose its paths
"""
IS_FORKED = "import os\nprint('analysis.preloaded' in open(f'/proc/{os.getppid()}/cmdline').read())"


def run(folder: Path, code: str) -> str:
    """What a chapter prints that is executed in a folder."""
    folder.mkdir(exist_ok=True)
    executed = execute(chapter(folder, "taser", code), {}, folder, folder, 0)
    assert executed.failure == ""
    return "".join(one["text"] for one in executed.notebook.cells[-1].outputs)


def read(state: str) -> dict:
    return json.loads(bytes.fromhex(state))


@pytest.fixture
def ordinary(monkeypatch):
    """Calls a function while kernels cannot be forked."""

    def call(function, *given):
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(kernels, "_forked", lambda *_: None)
            return function(*given)

    return call


def test_a_kernel_is_forked_and_is_as_a_fresh_one(tmp_path, ordinary, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setenv(RELEASE, "a plan")
    assert run(tmp_path, IS_FORKED) == "True\n"
    assert ordinary(run, tmp_path, IS_FORKED) == "False\n"
    forked, fresh = read(run(tmp_path, STATE)), read(ordinary(run, tmp_path, STATE))
    assert forked["environment"][RELEASE] == "a plan"
    assert forked["environment"]["OPENBLAS_NUM_THREADS"] == "1"
    for name in ("pandas", "matplotlib", "environment"):  # one by one, to be told which
        forked |= {f"{name} {key}": value for key, value in forked.pop(name).items()}
        fresh |= {f"{name} {key}": value for key, value in fresh.pop(name).items()}
    assert {k for k in forked | fresh if forked.get(k) != fresh.get(k)} == set()
    monkeypatch.delenv(RELEASE)
    assert RELEASE not in read(run(tmp_path, STATE))["environment"]


def test_nothing_passes_from_one_chapter_to_the_next(tmp_path):
    draws = "import random, numpy\nprint(random.random(), numpy.random.random(), hash('Taser'))"
    change = (
        "import os, warnings, analysis.counts, matplotlib, decimal\n"
        "analysis.counts.STATED = 'changed'\nos.environ['UOF'] = '1'\n"
        "warnings.simplefilter('error')\n"
        "matplotlib.rcParams['font.size'] = 99\ndecimal.getcontext().prec = 3\nos.chdir('/')"
    )
    before, drawn = run(tmp_path, STATE), run(tmp_path, draws)
    run(tmp_path, change)
    assert run(tmp_path, STATE) == before
    assert run(tmp_path, "from analysis.counts import STATED\nprint(STATED)") == "stated\n"
    again = run(tmp_path, draws)
    first, second = drawn.split(), again.split()
    assert (first[0] != second[0], first[1] != second[1]) == (True, True)  # no seed in common


def test_the_preloaded_process_has_one_thread_of_python_and_no_pool_of_polars(tmp_path):
    # what a fork could find locked for ever
    code = "from analysis import preloaded\npreloaded._preload()\n"
    code += "import sys, threading\nprint([one.name for one in threading.enumerate()])\n"
    code += "import os\nprint(len(os.listdir('/proc/self/task')))"
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.splitlines() == ["['MainThread']", "1"]


def test_the_same_bytes_where_no_kernel_can_be_forked(tmp_path, monkeypatch):
    path = chapter(tmp_path, "taser", "{'a': {3, 1, 2}}", "1 / 0")
    given = (path, {}, tmp_path, tmp_path, 0)
    forked = execute(*given)

    def refuse(*_):
        raise OSError("no fork")

    monkeypatch.setattr(kernels, "preloaded", refuse)
    fresh = execute(*given)
    assert "ZeroDivisionError" in forked.failure and forked.failure == fresh.failure
    assert written(forked.notebook) == written(fresh.notebook)


@pytest.mark.parametrize("how", ["killed", "never started"])
def test_a_preloaded_process_that_is_gone_costs_nothing(tmp_path, monkeypatch, how):
    if how == "killed":
        monkeypatch.setenv("UOF", how)  # a process of this test's own
        known = preloaded.preloaded(os.environ)
        known._process.kill()
        known._process.wait()
    else:  # it ends at once: nothing can be imported there
        real = subprocess.Popen
        monkeypatch.setenv("UOF", how)
        monkeypatch.setattr(
            preloaded.subprocess,
            "Popen",
            lambda command, **given: real(
                [*command[:1], "-c", "raise SystemExit(1)"]
                if "analysis.preloaded" in command
                else command,
                **given,
            ),
        )
    assert run(tmp_path, IS_FORKED) == "False\n"


def test_a_kernel_that_dies_is_told_as_a_failed_chapter(tmp_path):
    for code in ("import os\nos._exit(3)", "import os\nos.kill(os.getpid(), 9)"):
        executed = execute(chapter(tmp_path, "taser", code), {}, tmp_path, tmp_path, 0)
        assert executed.failure == "DeadKernelError: Kernel died"
    assert run(tmp_path, IS_FORKED) == "True\n"


def test_a_folder_with_a_style_of_charts_has_ordinary_kernels(tmp_path):
    (tmp_path / "matplotlibrc").write_text("font.size: 99", encoding="utf-8")
    size = "import matplotlib\nprint(matplotlib.rcParams['font.size'])"
    assert run(tmp_path, size) == "99.0\n"
    assert run(tmp_path, IS_FORKED) == "False\n"


ANOTHER = """
import sys, pathlib
from analysis.report.notebook import execute
for path in map(pathlib.Path, sys.argv[1:]):
    done = execute(path, {}, path.parent, path.parent / "scratch", 0)
    print(done.failure or done.notebook.cells[-1].outputs[0]["text"], flush=True)
"""
PIDS = """
import os, pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("pids").write_text(f"{os.getpid()} {os.getppid()} {child.pid}")
"""


def another(folder: Path, code: str, **environment: str) -> subprocess.Popen:
    """A process that executes a chapter with this code in a folder."""
    (folder / "scratch").mkdir(parents=True)
    return subprocess.Popen(
        [sys.executable, "-c", ANOTHER, chapter(folder, "taser", code)],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def wait_until(condition, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked for its status yet has."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_nothing_is_left_when_the_caller(tmp_path, how):
    sleep = "" if how == "ends" else "\nimport time\ntime.sleep(600)"
    scratch = {"TMPDIR": str(tmp_path / "scratch")}
    caller = another(tmp_path, PIDS + sleep + "\nprint('done')", **scratch)
    written_by_kernel = tmp_path / "pids"
    wait_until(lambda: written_by_kernel.exists() and written_by_kernel.read_text(), 120)
    pids = [int(one) for one in written_by_kernel.read_text().split()]
    if how == "ends":
        assert caller.communicate(timeout=120)[0] == "done\n\n" and caller.returncode == 0
    else:
        assert not any(map(gone, pids))
        caller.send_signal(signal.SIGKILL)
        caller.wait()
    wait_until(lambda: all(map(gone, pids)), 20)
    wait_until(lambda: not [*(tmp_path / "scratch").rglob("kernels")], 20)


def test_a_home_that_cannot_be_written_and_a_folder_with_blanks_and_umlauts(tmp_path):
    folder = tmp_path / "bei Jürgen zu Haus"
    caller = another(folder, IS_FORKED, HOME="/proc/nobody")
    assert caller.communicate(timeout=180)[0] == "True\n\n"


def test_the_processes_of_a_run_share_one(tmp_path, monkeypatch):
    monkeypatch.setenv(preloaded.SHARED, "")  # and taken back afterwards
    preloaded.share()
    parent = "import os\nprint(os.getppid())"
    mine = run(tmp_path / "mine", parent)
    one = another(tmp_path / "a", parent, PYTEST_CURRENT_TEST="a")
    two = another(tmp_path / "b", parent, _RJEM_MALLOC_CONF="b")  # as polars sets it at its import
    assert {each.communicate(timeout=180)[0] for each in (one, two)} == {f"{mine}\n"}
    other = another(tmp_path / "c", parent, PYTHONHASHSEED="8")  # of another environment
    assert other.communicate(timeout=180)[0] != f"{mine}\n"
