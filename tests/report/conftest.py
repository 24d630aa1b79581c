"""The default report, made once for all tests and all workers of pytest-xdist."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from analysis.parameters import read_parameters
from analysis.places import PARAMS
from analysis.report.run import run


@pytest.fixture(scope="session")
def default_report(tmp_path_factory) -> Path:
    """The folder of the report that ``uof-audit run`` makes."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # common to the workers
    folder = root / "reports" / "cambridgeshire_2019-20"
    with FileLock(root / "default-report.lock"):
        if not folder.exists():
            run(read_parameters(PARAMS / "cambridgeshire_2019-20.yml"), folder, PARAMS)
    return folder
