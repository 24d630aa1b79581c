"""The same audit in another folder, with another hash seed: the same bytes.

One chapter of each report is executed once more, and all is written once more. nbval holds the
others, their records too, against what is stored; tests/long/test_same_bytes.py executes them all.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from analysis.places import ROOT
from tests.report.sameness import DIFFERS, differing, files, manifests_differ, of_this_machine

EXECUTED_AGAIN = ("taser", "records-taser")
RUN_AGAIN = f"""
import sys
from pathlib import Path

import nbformat

from analysis.parameters import read_parameters
from analysis.places import PARAMS
from analysis.report import chapters
from analysis.report.notebook import Executed, execute
from analysis.report.run import run

for report in map(Path, sys.argv[1:]):

    def again(path, *given):
        if path.stem in {EXECUTED_AGAIN}:
            return execute(path, *given)
        stored = nbformat.read(report / "notebooks" / path.name, as_version=4)
        return Executed(path.stem, stored)

    chapters.execute = again
    parameters = read_parameters(PARAMS / f"{{report.name}}.yml")
    run(parameters, Path("meine Berichte") / report.name, PARAMS)
"""


def test_another_folder_and_another_hash_seed_give_the_same_bytes(
    default_report, made_up_report, tmp_path
):
    folder = tmp_path / "bei Jürgen zu Haus"
    folder.mkdir()
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    subprocess.run(
        [sys.executable, "-c", RUN_AGAIN, default_report, made_up_report],
        cwd=folder,
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONHASHSEED": seed},
    )
    for report in (default_report, made_up_report):
        other = folder / "meine Berichte" / report.name
        names = set(files(other))
        assert {"counts.csv", "findings.csv", "ledger.csv", "report.html", *DIFFERS} < names
        assert {name.partition("/")[0] for name in names if "/" in name} == {"charts", "notebooks"}
        assert differing(report, other) == []
        assert manifests_differ(report, other) == set()
        mine = (tmp_path, ROOT, sys.prefix, Path.home(), platform.node(), "Jürgen")
        assert of_this_machine(other, *mine) == []


def test_a_difference_would_be_seen(default_report, tmp_path):
    for name, content in files(default_report).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert differing(default_report, tmp_path) == []
    page = tmp_path / "report.html"
    page.write_text(
        page.read_text("utf-8") + f"<!-- {tmp_path} 2020-12-17 09:30:00 Python 3.11 -->",
        encoding="utf-8",
        newline="\n",
    )
    (tmp_path / "charts" / "more.svg").write_text("")
    assert differing(default_report, tmp_path) == ["charts/more.svg", "report.html"]
    assert len(of_this_machine(tmp_path, tmp_path)) >= 3
