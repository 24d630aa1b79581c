"""Executing one chapter with papermill, and leaving in it nothing that changes from run to run."""

from __future__ import annotations

import copy
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from analysis.findings import RECORD
from analysis.report.kernels import Kernels

KERNEL = "python3"


@dataclass(frozen=True)
class Executed:
    """A chapter after its run: the tidy notebook, and why it failed if it did."""

    name: str
    notebook: nbformat.NotebookNode
    failure: str = ""

    @cached_property
    def record(self) -> dict[str, list[dict]]:
        """What the chapter recorded: lists under findings, counts, rows, ledger and inputs."""
        found = [
            output["data"][RECORD]
            for cell in self.notebook.cells
            for output in cell.get("outputs", [])
            if RECORD in output.get("data", {})
        ]
        empty = dict.fromkeys(
            ("findings", "counts", "rows", "ledger", "inputs"), {"columns": [], "rows": []}
        )
        return {
            name: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
            for name, table in (found[-1] if found else empty).items()
        }


def execute(
    path: Path, parameters: dict[str, object], folder: Path, scratch: Path, position: int
) -> Executed:
    """Run a chapter in its own kernel, in a folder; a failure is told, not raised.

    ``scratch`` is where papermill writes while it runs; ``position`` is the line of the progress
    bar.
    """
    name, given = path.stem, (path, scratch / path.name, parameters, folder.resolve())
    bar = {"desc": name, "position": position, "disable": None, "leave": True}
    try:
        try:
            notebook = _papermill(*given, bar)
        except (RuntimeError, OSError):  # a kernel that did not start: its ports collide at times
            notebook = _papermill(*given, bar)
    except PapermillExecutionError as error:
        failed = nbformat.read(scratch / path.name, as_version=4)
        return Executed(name, tidy(failed), _reason(error.ename, error.evalue))
    except Exception as error:  # a notebook that cannot be read, a kernel that died twice
        return Executed(name, nbformat.v4.new_notebook(), _reason(type(error).__name__, str(error)))
    return Executed(name, tidy(notebook))


def _papermill(
    path: Path, target: Path, parameters: dict[str, object], folder: Path, bar: dict
) -> nbformat.NotebookNode:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return papermill.execute_notebook(
            str(path),
            str(target),
            parameters=parameters,
            kernel_name=KERNEL,
            progress_bar=bar,
            autosave_cell_every=0,
            request_save_on_cell_execute=False,  # once, and not after each cell
            kernel_manager_class=Kernels,
            extra_arguments=["--log-level=CRITICAL"],
            # Where the kernel starts. papermill's ``cwd`` would move the whole process, in which
            # other threads start theirs.
            resources={"metadata": {"path": str(folder)}},
        )


def _reason(name: str, message: str) -> str:
    """Why a chapter failed, in one line and without a path of this machine."""
    return " ".join(without_paths(f"{name}: {message}").split())


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without times, paths, random ids, and papermill's banners of an error."""
    cells = []
    for number, cell in enumerate(notebook.cells):
        tags = list(cell.metadata.get("tags", []))
        if any(tag.startswith("papermill-error-cell") for tag in tags):
            continue
        kept = copy.deepcopy(cell)
        kept.id = cell.id if "injected-parameters" not in tags else f"injected-{number:02d}"
        kept.metadata = nbformat.NotebookNode({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            kept.outputs = [_tidy_output(output) for output in cell.outputs]
        cells.append(kept)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": KERNEL},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _tidy_output(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    kept = copy.deepcopy(output)
    if kept.output_type == "error":  # a traceback is of no use to a reader
        kept.evalue = without_paths(kept.evalue)
        kept.traceback = [f"{kept.ename}: {kept.evalue}"]
    elif kept.output_type == "stream":
        kept.text = without_paths(kept.text)
    return kept


_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?(?:[\\/][^\\/:'\"<>|\n]+)+[\\/]([^\\/:'\"<>|\s]+)")
_KERNEL = re.compile(r"ipykernel_\d+[\\/]\d+\.py|\d+\.py(?=:\d+: )")


def without_paths(text: str) -> str:
    """A text in which a path of this machine is only the name of its file."""
    return _KERNEL.sub("cell", _PATH.sub(r"\1", text))


def written(notebook: nbformat.NotebookNode) -> str:
    """The notebook as a file: equal contents, equal bytes."""
    return nbformat.writes(notebook, version=4, sort_keys=True).rstrip("\n") + "\n"


def refresh(path: Path, scratch: Path) -> Executed:
    """Run a chapter with its own defaults and store what it shows in it, as nbval compares it."""
    executed = execute(path.resolve(), {}, path.parent, scratch, position=0)
    if not executed.failure:
        path.write_text(written(executed.notebook), encoding="utf-8", newline="\n")
    return executed
