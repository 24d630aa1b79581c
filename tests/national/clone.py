"""A second copy of the project, with its chapters or small ones, run in processes of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from analysis.places import ROOT
from tests.report.stand_ins import chapter

# sums that take a second or two of one core, and no memory
BUSY = "total = 0\nfor number in range({}):\n    total += number * number % 7\nprint(total, area)"


def copy_project(project: Path) -> None:
    """All that a run of the project needs, in another folder."""
    for name in ("analysis", "data", "notebooks", "params"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "requirements.lock", project)


class Clone:
    """The project in ``root / "project"``, where chapters taser and injuries count to ``steps``."""

    def __init__(self, root: Path, steps: int, areas: list[str]) -> None:
        self.project, self.root = root / "project", root
        copy_project(self.project)
        for name in ("taser", "injuries"):
            chapter(self.project / "notebooks", name, BUSY.format(steps))
        self.params = root / "country.yml"
        self.ask_for(areas)

    def ask_for(self, areas: list[str]) -> None:
        text = f"areas: [{', '.join(areas)}]\nperiods: [2019/20]\nchapters: [taser, injuries]\n"
        self.params.write_text(text, encoding="utf-8")

    def start(self, module: str, *words: object, **more) -> subprocess.Popen:
        """A module of Python at work with the copy, not the project, in a group of its own."""
        environment = {**os.environ, "PYTHONPATH": str(self.project), "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-m", module, *map(str, words)]
        given = {"cwd": self.root, "start_new_session": True} | more
        return subprocess.Popen(command, env=environment, **given)

    def run_all(self, out: Path, *words: object, **more) -> subprocess.Popen:
        return self.start("analysis.cli", "run-all", self.params, "--out", out, *words, **more)
