"""What is done again after a change: exactly the jobs that rest on it, and nothing otherwise."""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from analysis import cli
from analysis.national import closure, jobs
from analysis.parameters import CHAPTERS
from analysis.places import NOTEBOOKS, ROOT
from analysis.report.manifest import code
from tests.report.stand_ins import SHOWN, chapter

KENT, CAMBS = "kent_2019-20", "cambridgeshire_2019-20"
ALL = sorted([KENT, CAMBS, *(f"{a}/{c}" for a in (KENT, CAMBS) for c in ("taser", "injuries"))])


OUTPUTS = ["counts.csv", "report.html", "manifest.json", "notebooks/taser.ipynb"]


def test_everything_is_done_once(small):
    assert small.run()[:2] == (cli.DONE, ALL)


def test_nothing_changed_and_nothing_is_done(made):
    status, done, said = made.run()
    assert (status, done) == (cli.DONE, []) and "2 of 2 reports made in full, 0 of all" in said
    assert made.files() == made.before


def test_one_byte_of_an_input(made):
    path = made.root / "kent.csv"
    path.write_bytes(path.read_bytes().replace(b",10", b",11"))
    assert made.run()[:2] == (cli.DONE, sorted([KENT, f"{KENT}/injuries"]))


def test_same_size_and_time_of_an_input_and_other_bytes(made):
    path = made.root / "kent.csv"
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b",10", b",11"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert made.run()[1] == sorted([KENT, f"{KENT}/injuries"])


def test_a_parameter_that_both_chapters_name(made):
    made.write("choices: {confidence: 0.9}")
    assert made.run()[:2] == (cli.DONE, ALL)


def test_a_parameter_that_no_chapter_names_is_in_the_manifests_alone(made):
    made.write("choices: {seed: 2}")
    assert made.run()[:2] == (cli.DONE, sorted([KENT, CAMBS]))
    manifest = json.loads((made.out / KENT / "manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["choices"]["seed"] == 2


def test_a_run_leaves_the_path_of_modules_as_it_was(made):
    # kernels take it over: another path is another preloaded process, and other modules found
    before = os.environ.get("PYTHONPATH"), [*sys.path]
    made.write("choices: {seed: 2}")
    assert made.run()[1] == sorted([KENT, CAMBS])
    assert (os.environ.get("PYTHONPATH"), sys.path) == before


def test_a_cell_of_a_notebook(made):
    chapter(made.notebooks, "taser", SHOWN, "'more'")
    status, done, _ = made.run()
    assert status == cli.DONE
    assert done == sorted([KENT, CAMBS, f"{KENT}/taser", f"{CAMBS}/taser"])


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_that_was_edited_by_hand(made, name):
    path = made.out / KENT / name
    path.write_bytes(path.read_bytes() + b" ")
    assert made.run()[:2] == (cli.DONE, [KENT])
    assert made.files() == made.before


def test_an_output_that_was_deleted(made):
    (made.out / KENT / "trace.html").unlink()
    assert made.run()[:2] == (cli.DONE, [KENT])
    assert made.files() == made.before


def test_a_stored_chapter_that_was_edited_is_run_again_and_no_report_written(made):
    path = made.out / jobs.STORE / "chapters" / KENT / "taser.jsonl"
    path.write_bytes(path.read_bytes().replace(b"309", b"310"))
    assert made.run()[:2] == (cli.DONE, [f"{KENT}/taser"])
    assert made.files() == made.before


def test_the_page_of_the_country_that_was_edited(made):
    page = made.out / "index.html"
    page.write_text("mine", encoding="utf-8")
    assert made.run()[:2] == (cli.DONE, [])
    assert made.files() == made.before


def test_another_lock_and_other_packages(made, monkeypatch, tmp_path):
    lock = tmp_path / "requirements.lock"
    shutil.copy2(jobs.LOCK, lock)
    monkeypatch.setattr(jobs, "LOCK", lock)
    assert made.run()[1] == []
    lock.write_text(lock.read_text("utf-8") + "\n", encoding="utf-8")
    assert made.run()[1] == ALL
    version = jobs.metadata.version
    monkeypatch.setattr(
        jobs.metadata, "version", lambda name: "0" if name == "pandas" else version(name)
    )
    with monkeypatch.context() as only:
        only.setattr(jobs, "PACKAGES", ("pandas",))
        assert made.run()[1] == ALL


def test_a_record_of_jobs_that_cannot_be_read_means_that_all_is_done(made):
    (made.out / jobs.STORE / "pytask.lock").write_text("anything", encoding="utf-8")
    assert made.run()[:2] == (cli.DONE, ALL)
    assert made.files() == made.before


def test_a_file_that_changes_while_it_is_read_is_read_again(made, monkeypatch):
    path = made.root / "kent.csv"
    run, changed = jobs.make_chapter, []

    def changing(name, parameters, *given):
        text = run(name, parameters, *given)
        if name == "injuries" and parameters.area == "Kent" and not changed:
            changed.append(path.write_bytes(path.read_bytes().replace(b",11", b",12")))
        return text

    path.write_bytes(path.read_bytes().replace(b",10", b",11"))
    monkeypatch.setattr(jobs, "make_chapter", changing)
    assert made.run()[1] == sorted([KENT, f"{KENT}/injuries"])
    assert f"{KENT}/injuries" in made.run()[1]
    assert made.run()[1] == []


LOADED = """
import sys
exec(sys.argv[1])
print(*(name for name in sys.modules if name.split(".")[0] == "analysis"))
"""


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_modules_that_python_loads_are_behind_the_chapter(path):
    cells = nbformat.read(path, as_version=4).cells
    parsed = [ast.parse(cell.source).body for cell in cells if cell.cell_type == "code"]
    imports = [
        one for body in parsed for one in body if isinstance(one, ast.Import | ast.ImportFrom)
    ]
    words = ast.unparse(ast.Module(imports, []))
    done = subprocess.run(
        [sys.executable, "-c", LOADED, words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {*done.stdout.split()}
    behind = {*closure.code_of(path.stem)}
    files = {Path(importlib.util.find_spec(name).origin) for name in loaded}
    assert len(loaded) > 30 and files <= behind
    # what runs a chapter is behind it, and what makes a page of it is not
    report = ROOT / "analysis" / "report"
    assert report / "chapters.py" in behind and report / "page.py" not in behind


def test_a_module_is_behind_some_chapters_and_not_behind_others():
    def chapters(*parts):
        path = ROOT.joinpath("analysis", *parts)
        return {one.stem for one in NOTEBOOKS.glob("*.ipynb") if path in closure.code_of(one.stem)}

    # as the import lines of the notebooks and modules say
    assert chapters("models", "volume.py") == {"records-taser"}  # through volume_slopes
    assert chapters("measures", "injuries.py") == {"injuries"}
    assert chapters("measures", "records", "quarter.py") == {"records"}
    assert chapters("cli.py") == chapters("report", "page.py") == set()


def test_every_table_that_code_reads_has_its_module():
    # a table that no module is said to read could change without a chapter being run again
    page = re.compile(r".*\.(css|j2|js)$")
    others = {path for path in code() if not path.endswith(".py") and not page.match(path)}
    tables = {p.relative_to(ROOT).as_posix() for some in closure.TABLES.values() for p in some}
    assert others == tables
    known = closure.modules_behind(closure.TABLES)
    assert known >= closure.TABLES.keys()


def test_the_longest_chapters_are_chapters():
    assert {*jobs.LONGEST} <= {*CHAPTERS}


def test_long_chapters_are_begun_first_and_each_report_when_it_can_be(small, monkeypatch):
    monkeypatch.setattr(jobs, "LONGEST", ("injuries",))
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # one job at a time
    assert small.run()[0] == cli.DONE
    kinds = [name.partition("/")[2] for name in small.done]
    assert kinds == ["injuries", "injuries", "taser", "", "taser", ""]
