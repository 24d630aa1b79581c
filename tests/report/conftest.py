"""The two default reports, each made once for all tests and all workers of pytest-xdist."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from analysis.parameters import read_parameters
from analysis.places import PARAMS
from analysis.report.run import run


def _made_once(name: str, factory) -> Path:
    """The folder of the report of a params file, which the first worker to ask for it makes."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # common to the workers
    folder = root / "reports" / name
    with FileLock(root / f"{name}.lock"):
        if not folder.exists():
            run(read_parameters(PARAMS / f"{name}.yml"), folder, PARAMS)
    return folder


@pytest.fixture(scope="session")
def default_report(tmp_path_factory) -> Path:
    """The folder of the report on official figures that ``uof-audit run`` makes."""
    return _made_once("cambridgeshire_2019-20", tmp_path_factory)


@pytest.fixture(scope="session")
def made_up_report(tmp_path_factory) -> Path:
    """The folder of the report on made-up records that ``uof-audit run`` makes."""
    return _made_once("made-up_cambridgeshire_2017-q2", tmp_path_factory)
