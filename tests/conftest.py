"""What many tests need: the publishers' own files, each workbook read once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest

from analysis.counts import Counts, gather
from analysis.ledger import Ledger
from analysis.places import ROOT
from analysis.sources import home_office

EXPECTED = Path(__file__).parent / "expected"
WORKBOOKS = {
    "2018/19": "police-use-of-force-apr2018-mar2019-hosb3319-tables.ods",
    "2019/20": "police-use-of-force-apr2019-mar2020-hosb3720-tables.ods",
}


@dataclass(frozen=True)
class Reading:
    """A workbook as the toolkit has read it."""

    path: Path
    edition: home_office.Edition
    counts: dict[str, Counts]
    ledger: pd.DataFrame

    @cached_property
    def all(self) -> Counts:
        return gather(list(self.counts.values()))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the publishers' own files; no part of a clone, so its tests may skip."""
    folder = ROOT.parent / "shared"
    if not (folder / "data" / "home_office").is_dir():
        pytest.skip(f"the publishers' own files are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def readings(shared) -> dict[str, Reading]:
    """Both Home Office workbooks by the financial year that they report."""
    found = {}
    for year, name in WORKBOOKS.items():
        path, ledger = shared / "data" / "home_office" / name, Ledger()
        edition, counts = home_office.read_counts(path, ledger)
        found[year] = Reading(path, edition, counts, ledger.frame)
    return found


@pytest.fixture(scope="session", params=WORKBOOKS)
def reading(request, readings) -> Reading:
    """One workbook after the other."""
    return readings[request.param]
