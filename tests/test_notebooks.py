"""The chapters as stored, and that nbval sees one digit changed in any of their outputs."""

import ast
import os
import re
import subprocess
import sys

import nbformat
import pytest

from analysis.findings import RECORD
from analysis.parameters import CHAPTERS, read_parameters
from analysis.places import NOTEBOOKS, PARAMS, ROOT
from analysis.report import chapters, run
from analysis.report.notebook import Executed

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_parameters(cell):
    return "parameters" in cell.metadata.get("tags", [])


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_there_is_a_notebook_for_each_chapter():
    assert sorted(CHAPTERS) == sorted(path.stem for path in PATHS)


def test_cells_are_stored_executed_in_order(path):
    notebook = read(path)
    nbformat.validate(notebook)
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert any(cell.outputs for cell in code_cells(notebook))


def test_ids_name_chapter_and_place(path):
    ids = [cell.id for cell in read(path).cells]
    assert ids == [f"{path.stem}-{number:02d}" for number in range(len(ids))]


def test_outputs_are_results_only(path):
    kinds = {output.output_type for cell in code_cells(read(path)) for output in cell.outputs}
    assert kinds == {"execute_result"}  # no print, no warning, no error


def test_no_time_and_no_version_is_stored(path):
    notebook = read(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)


def test_a_chapter_has_no_functions_loops_or_constants(path):
    # house: "Functions, loops, constants ... have no place here"
    refused = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.For,
        ast.While,
        ast.If,
        ast.Try,
        ast.With,
        ast.ListComp,
        ast.SetComp,
        ast.DictComp,
        ast.GeneratorExp,
    )
    for cell in code_cells(read(path)):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, refused), ast.unparse(node)
            if isinstance(node, ast.Assign) and not is_parameters(cell):
                assert not isinstance(node.value, ast.Constant), ast.unparse(node)
                assert [name for name in node.targets if ast.unparse(name).isupper()] == []
            if isinstance(node, ast.Constant) and not is_parameters(cell):
                assert isinstance(node.value, str | bool), ast.unparse(node)


def test_no_number_is_typed_into_what_is_said(path):
    for cell in code_cells(read(path)):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "say":
                words = re.sub(r"\{.*?\}", "", node.args[0].value)
                assert not re.search(r"\d", words), words


def test_a_cell_shows_one_thing(path):
    for cell in code_cells(read(path)):
        *before, last = ast.parse(cell.source).body
        assert not [node for node in before if isinstance(node, ast.Expr)], cell.source
        assert bool(cell.outputs) == isinstance(last, ast.Expr), cell.source
        assert len(cell.outputs) <= 1


def test_the_last_cell_records_everything(path):
    last = code_cells(read(path))[-1]
    assert last.source.startswith("record(") and RECORD in last.outputs[0].data


def test_parameters_are_those_that_a_run_passes(path, tmp_path, monkeypatch):
    passed = {}

    def instead(notebook, parameters, *_):
        passed.setdefault(notebook.stem, parameters)  # a chapter of both kinds: the official one
        return Executed(notebook.stem, nbformat.v4.new_notebook())

    monkeypatch.setattr(chapters, "execute", instead)
    for report in ("cambridgeshire_2019-20", "made-up_cambridgeshire_2017-q2"):
        staging = tmp_path / report
        staging.mkdir()
        run._execute(read_parameters(PARAMS / f"{report}.yml"), PARAMS, staging)
    (cell,) = filter(is_parameters, code_cells(read(path)))
    defaults = {}
    exec(cell.source, {}, defaults)
    # the same names; and by itself a chapter shows what the default audit shows
    assert passed[path.stem] == defaults
    assert {"area", "period", "sources", "confidence"} <= defaults.keys()


def with_a_digit_changed(cell):
    """Change one digit of what a cell shows: the last one of its first output's first text."""
    data = cell.outputs[0].data
    kind = "text/html" if "text/html" in data else "text/plain"
    # in an element's text, not in an id or a path of a drawing
    found = [
        match for match in re.finditer(r">[^<>]*?(\d)[^<>]*(?=</(?:span|th|td|text)>)", data[kind])
    ]
    if not found:
        return False
    place = found[len(found) // 2].start(1)
    other = str((int(data[kind][place]) + 1) % 10)
    data[kind] = data[kind][:place] + other + data[kind][place + 1 :]
    return True


def nbval(path):
    """Exit status of nbval and the numbers of the cells that fail."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-c",
            os.devnull,
            "--rootdir",
            path.parent,
            "-q",
            "-rf",
            path.name,
        ],
        cwd=path.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    failed = re.findall(r"^FAILED .*::Cell (\d+)", done.stdout, re.M)
    return done.returncode, sorted(map(int, failed))


def test_nbval_sees_one_digit_changed_in_any_output(path, tmp_path):
    notebook = read(path)
    changed = [
        number
        for number, cell in enumerate(code_cells(notebook))
        if cell.outputs and with_a_digit_changed(cell)
    ]
    assert len(changed) > 10
    for cell in filter(is_parameters, notebook.cells):  # the copy stands beside no data
        cell.source = cell.source.replace('"../data/', f'"{ROOT.as_posix()}/data/')
    nbformat.write(notebook, tmp_path / path.name)
    assert nbval(tmp_path / path.name) == (1, changed)
