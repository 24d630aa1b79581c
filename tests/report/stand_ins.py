"""Tiny chapters that stand in for the real ones, so that a run takes a second."""

import json
from contextlib import contextmanager
from pathlib import Path

import nbformat

from analysis import cli
from analysis.audit import open_audit
from analysis.chapter import record, say
from analysis.counts import Counts
from analysis.national import jobs
from analysis.report import asked, manifest

PARAMETERS = 'area = ""\nperiod = ""\nsources = {}\nconfidence = 0.0'
AUDIT = open_audit("Cambridgeshire", "2019/20")


def shows(measure: str, recorded: str) -> str:
    """Code of a cell that shows one count of the board paper and records another or the same."""
    count = AUDIT.activity.one(measure=measure, status="stated")
    rows = AUDIT.activity.where(measure=recorded, status="stated")
    outputs = record(AUDIT, Counts(rows.frame))._repr_mimebundle_()
    outputs |= say("Here are {count}.", count=count)._repr_mimebundle_()
    return (
        "import json\nfrom IPython.display import display\n"
        f"display(json.loads({json.dumps(outputs)!r}), raw=True)"
    )


SHOWN = shows("authorisations", recorded="authorisations")
UNRECORDED = shows("authorisations", recorded="uses")


def chapter(folder: Path, name: str, *codes: str, parameters: str = PARAMETERS) -> Path:
    """Write a notebook ``name`` with a title, a parameters cell and one cell for each code."""
    new = nbformat.v4
    cells = [
        new.new_markdown_cell(f"# Chapter {name}\n\n## Section of {name}"),
        new.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *map(new.new_code_cell, codes),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"{name}-{number:02d}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def take_chapters_from(folder: Path, replace=setattr) -> None:
    """Let a run take its chapters from a folder, and do its jobs in this process."""
    for module in (asked, manifest, jobs):
        replace(module, "NOTEBOOKS", folder)
    replace(cli, "local", here)


@contextmanager
def here(number: int):
    """A place that is no other process, instead of ``analysis.national.workers.local``."""
    yield lambda work, *given: work(*given)
