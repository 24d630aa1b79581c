"""Releases of the default reports: all chapters, as the command makes them. Minutes long."""

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis import cli
from analysis.counts import STATED, SUPPRESSED
from analysis.parameters import read_parameters
from analysis.places import PARAMS
from analysis.proof import open_data
from analysis.report.run import run
from analysis.tables import read_table

pytestmark = pytest.mark.long
RECORDS, OFFICIAL = "made-up_cambridgeshire_2017-q2", "cambridgeshire_2019-20"
THRESHOLD, ROUNDING = 10, 5


def made(name: str, folder: Path) -> Path:
    return run(read_parameters(PARAMS / f"{name}.yml"), folder / name, PARAMS).folder


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    return made(RECORDS, tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def released(report, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("public") / "quarter"
    assert cli.main(["release", str(report), "--out", str(out)]) == cli.DONE
    return out


def test_every_restricted_number_is_nought_hidden_or_large_and_rounded(report, released):
    before, after = (read_table(one / "counts.csv") for one in (report, released))
    assert list(before["id"]) == list(after["id"])
    own = after["source"].str.startswith("made-up-")
    assert own.sum() > 1000
    stated = after[own & (after["status"] == STATED)]
    numbers = stated["value"].astype(int)
    assert ((numbers == 0) | ((numbers >= THRESHOLD) & (numbers % ROUNDING == 0))).all()
    hidden = after[own & (after["status"] == SUPPRESSED)]
    assert len(stated) + len(hidden) == own.sum() and (hidden["value"] == "").all()
    true = before.loc[hidden.index, "value"].astype(int)
    assert (true > 0).all()
    assert (true >= THRESHOLD).any()  # complementary suppression was needed, and there
    assert len(set(hidden["note"])) == 1
    assert before[~own].equals(after[~own])


def test_no_word_of_the_page_says_that_a_number_is_small(released):
    page = BeautifulSoup((released / "report.html").read_text("utf-8"), "lxml")
    for code in page.select("details.code, style"):
        code.decompose()
    cells = [one.get_text() for one in page.select("td, .notes li")]
    assert cells and not [one for one in cells if re.search("too few|fewer than ten", one)]


def test_the_tables_are_accepted_and_the_whole_is_the_same_once_more(report, released, tmp_path):
    assert open_data.faults(released) == []
    elsewhere = Path(shutil.copytree(report, tmp_path / "elsewhere" / "report"))
    assert cli.main(["release", str(elsewhere), "--out", str(tmp_path / "again")]) == cli.DONE
    for path in sorted(released.rglob("*")):
        other = tmp_path / "again" / path.relative_to(released)
        assert path.is_dir() or path.read_bytes() == other.read_bytes(), path.name


def test_published_figures_stand_as_printed(tmp_path, capsys):
    report = made(OFFICIAL, tmp_path)
    assert cli.main(["release", str(report), "--out", str(tmp_path / "out")]) == cli.DONE
    assert "nothing is hidden and nothing rounded" in capsys.readouterr().out
    for name in ("counts.csv", "findings.csv"):
        assert read_table(tmp_path / "out" / name).equals(read_table(report / name))
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "nothing is hidden and nothing rounded" in page
