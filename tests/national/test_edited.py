"""Files of a copy of the project, really edited: the jobs that the next run does, and no others.

The chapters are the real ones, with their real imports; only their work is left out.
"""

import os
import subprocess
import sys
from modulefinder import ModuleFinder
from pathlib import Path

import nbformat
import pytest

from analysis.national import closure
from analysis.places import NOTEBOOKS, ROOT
from tests.national.clone import copy_project

# a run of the two default reports that prints the jobs it does
RUN = """
from pathlib import Path
from analysis import cli
from analysis.national import jobs
from analysis.national.reports import Making
from analysis.parameters import read_parameters

def place(work, *given):
    if work is jobs.make_report:
        print(given[0].name)
        return {jobs.MANIFEST: b'{"outputs": {}}', jobs.CRATE: b"{}"}
    print(f"{given[1].name}/{given[0]}")
    return '{"inputs": []}\\n{}\\n'

out = Path("out").resolve()
asked = [read_parameters(path) for path in cli.DEFAULTS]
wanted = [jobs.Wanted(out / one.name, one, cli.PARAMS) for one in asked]
Making(wanted, out).make(1, place)
"""
OFFICIAL, RECORDS = "cambridgeshire_2019-20", "cambridgeshire_2017-q2"
CHAPTERS = {
    OFFICIAL: {"data-quality", "taser", "injuries", "demographics", "forces", "claims"},
    RECORDS: {"records", "records-taser", "records-injuries", "records-demographics", "claims"},
}


class Copy:
    def __init__(self, root: Path) -> None:
        self.root = root
        copy_project(root)

    def run(self, after: str = "") -> list[str]:
        """The jobs that a run of the copy does, in an interpreter of its own; and does after."""
        environment = {**os.environ, "PYTHONPATH": str(self.root)}
        done = subprocess.run(
            [sys.executable, "-c", RUN + after],
            cwd=self.root, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return sorted(done.stdout.split())


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """A copy of the project in which all jobs are done."""
    copy = Copy(tmp_path_factory.mktemp("copy"))
    assert copy.run() == jobs_of({*NAMES})
    return copy


def jobs_of(chapters: set[str]) -> list[str]:
    """The jobs of these chapters, and both reports, whose manifests list all code."""
    done = [f"{report}/{one}" for report, own in CHAPTERS.items() for one in own & chapters]
    return sorted([*done, *CHAPTERS])


class OfTheToolkit(ModuleFinder):
    """What Python's own finder sees in the bytecode, also of imports inside functions."""

    def find_module(self, name, path, parent=None):
        if path is None and name != "analysis":
            raise ImportError(name)
        return super().find_module(name, path, parent)


def imported_by(chapter: str) -> set[str]:
    """Modules that a chapter, or what runs it, imports directly or not; paths below the project."""
    finder = OfTheToolkit([str(ROOT)])
    finder.import_hook("analysis.report.chapters")
    cells = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4).cells
    for cell in cells:
        if cell.cell_type == "code":
            finder.scan_code(compile(cell.source, chapter, "exec"), finder.add_module("__main__"))
    modules = [one for name, one in finder.modules.items() if name != "__main__"]
    return {Path(one.__file__).relative_to(ROOT).as_posix() for one in modules}


NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
IMPORTED = {name: imported_by(name) for name in NAMES}


@pytest.mark.parametrize("chapter", NAMES)
def test_the_code_of_a_chapter_is_what_pythons_own_finder_finds(chapter):
    behind = {path.relative_to(ROOT).as_posix() for path in closure.code_of(chapter)}
    assert {one for one in behind if one.endswith(".py")} == IMPORTED[chapter]


# the chapters that rest on each, as the import lines say
EDITED = {
    "analysis/models/firth.py": {"records-demographics", "records-injuries"},
    "analysis/charts/regression.py": {"records-demographics"},
    "analysis/measures/injuries.py": {"injuries"},
    "analysis/store.py": {*NAMES},  # imported by analysis.audit inside a function
    "analysis/report/page.py": set(),  # what writes the page of a report runs no chapter
}


@pytest.mark.parametrize("edited", EDITED)
def test_an_edited_module_runs_the_chapters_again_that_import_it(copy, edited):
    path = copy.root / edited
    path.write_bytes(path.read_bytes() + b"# a comment\n")
    chapters = {name for name, modules in IMPORTED.items() if edited in modules}
    assert copy.run() == jobs_of(chapters)
    assert chapters == EDITED[edited]


def test_a_changed_file_of_claims_runs_the_chapter_again_that_reads_them(copy):
    path = copy.root / "data" / "claims" / "hansard-2007.yml"
    path.write_bytes(path.read_bytes() + b"# a comment\n")
    assert copy.run() == jobs_of({"claims"})


def test_a_new_file_of_claims_and_one_that_is_gone(copy):
    folder = copy.root / "data" / "claims"
    path = folder / "kent-2024-again.yml"  # of an area that neither report is about
    path.write_bytes((folder / "kent-2024.yml").read_bytes())
    assert copy.run() == jobs_of({"claims"})
    path.unlink()
    assert copy.run() == jobs_of({"claims"})


def test_nothing_edited_and_nothing_done(copy):
    assert copy.run() == []


def test_an_unchanged_run_imports_nothing_that_is_slow(copy):
    copy.run("\nassert Making(wanted, out).refused(1, place, '') == {}")
    slow = "{'pandas', 'numpy', 'polars', 'scipy', 'requests', 'jinja2', 'nbformat', '_pytask'}"
    assert copy.run(f"import sys\nprint(*{slow} & {{*sys.modules}})") == []
