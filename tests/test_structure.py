"""The order of the rooms, the style of the code, and the examples in its documentation."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest
from importlinter.cli import lint_imports

import analysis
from analysis.places import ROOT

MODULES = [module.name for module in pkgutil.walk_packages(analysis.__path__, "analysis.")]


def test_no_room_imports_one_above_it(capsys):
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0
    assert "1 kept, 0 broken" in capsys.readouterr().out


def test_every_room_is_in_the_order():
    # so that a new room cannot stand outside it
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    rooms = [name for name in MODULES if name.count(".") == 1]
    assert [name for name in rooms if f'"{name}"' not in text] == []


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["rules", "layout"])
def test_style(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", "analysis", "tests", "toolkit.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_examples_in_the_documentation_hold():
    results = {name: doctest.testmod(importlib.import_module(name)) for name in MODULES}
    assert {name: one.failed for name, one in results.items() if one.failed} == {}
    assert sum(one.attempted for one in results.values()) >= 10


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name):
    assert importlib.import_module(name).__doc__


def test_nothing_imports_a_notebook_or_the_tests():
    for path in (ROOT / "analysis").rglob("*.py"):
        text = path.read_text("utf-8")
        assert "import_notebook" not in text and "from tests" not in text, path
