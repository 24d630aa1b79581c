"""The same bytes by another hash seed, and by the README's set-up with Python 3.11 and 3.13.

Other Pythons are looked for on the path as python3.11 and python3.13, and where pyenv keeps them;
the environment variable UOF_PYTHONS, their paths joined as PATH is, names them where they are
elsewhere. A set-up needs the network and takes a minute or two.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.places import ROOT
from tests.report.sameness import differing, files, manifests_differ, of_this_machine

pytestmark = pytest.mark.long
VERSIONS = ("3.11", "3.13")
LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    "reports",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".ipynb_checkpoints",
)


def version_of(program: str) -> str:
    """ "3.13", or nothing where there is no such program or it does not work."""
    done = subprocess.run(
        [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True,
        text=True,
        env=without_other_packages(),
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def without_other_packages() -> dict[str, str]:
    return {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }


@pytest.fixture(scope="module")
def pythons() -> dict[str, str]:
    """The program of each version."""
    named = [one for one in os.environ.get("UOF_PYTHONS", "").split(os.pathsep) if one]
    found = [path for version in VERSIONS if (path := shutil.which(f"python{version}"))]
    pyenv = sorted(map(str, Path.home().glob(".pyenv/versions/3.1[13].*/bin/python")))
    by_version = {version_of(program): program for program in (*pyenv, *found, *named)}
    missing = [version for version in VERSIONS if version not in by_version]
    if missing:
        pytest.skip(f"no Python {' and '.join(missing)}; name them in UOF_PYTHONS")
    return {version: by_version[version] for version in VERSIONS}


def made(program: str, folder: Path, seed: str) -> Path:
    """The default reports, by the README's first command in a copy of the project."""
    clone = folder / "clone"
    shutil.copytree(ROOT, clone, ignore=LEFT_OUT)
    subprocess.run(
        [program, "toolkit.py", "run"],
        cwd=clone,
        check=True,
        env=without_other_packages() | {"PYTHONHASHSEED": seed},
    )
    return clone / "reports"


def test_two_pythons_two_folders_two_hash_seeds(pythons, tmp_path):
    folders = [tmp_path / "plain", tmp_path / "bei Jürgen zu Haus"]
    reports = [
        made(pythons[version], folder, seed)
        for version, folder, seed in zip(VERSIONS, folders, "12", strict=True)
    ]
    for name in ("cambridgeshire_2019-20", "made-up_cambridgeshire_2017-q2"):
        both = [folder / name for folder in reports]
        assert len(files(both[0])) > 10
        assert differing(*both) == []
        assert manifests_differ(*both) == set()
        for report in both:
            assert of_this_machine(report, tmp_path, ROOT, Path.home(), *pythons.values()) == []


def test_two_hash_seeds_and_two_folders_of_one_python(tmp_path):
    folders = [tmp_path / "plain", tmp_path / "bei Jürgen zu Haus"]
    for folder, seed in zip(folders, "12", strict=True):
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-m", "analysis.cli", "run"],
            cwd=folder,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
    for name in ("cambridgeshire_2019-20", "made-up_cambridgeshire_2017-q2"):
        both = [folder / "reports" / name for folder in folders]
        assert len(files(both[0])) > 10
        assert differing(*both) == []
        assert manifests_differ(*both) == set()
        assert of_this_machine(both[1], tmp_path, ROOT, sys.prefix, Path.home(), "Jürgen") == []
