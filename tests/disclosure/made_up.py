"""Counts and findings of made-up files, made as the chapters make them, and what a release shows.

The code cells of the chapters on records run in one process, without what they only show.
"""

from __future__ import annotations

import ast
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path
from unittest.mock import patch

import nbformat
import pandas as pd

from analysis.disclosure.control import plan_of
from analysis.findings import Findings
from analysis.made_up import files
from analysis.parameters import Disclosure
from analysis.sources import published

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
EXAMPLE = NOTEBOOKS.parent / "data" / "made-up" / "cambridgeshire_2017-Q2"
CHAPTERS = ("records", "records-taser", "records-injuries", "records-demographics", "claims")
RESTRICTED = {"made-up-records", "made-up-taser-activity"}
QUARTER = {"area": "Cambridgeshire", "period": "2017-Q2"}
_SHOWN_ONLY = {"say", "table", "crosstab", "figure"}
_loaded = cache(published.load)  # published tables are the same for every file


@cache
def _cells(chapter: str) -> list[tuple[bool, object, object]]:
    """Of each code cell: whether it holds the parameters, its code, and what it ends with."""
    notebook = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4)
    cells = []
    for cell in (one for one in notebook.cells if one.cell_type == "code"):
        tree = ast.parse(cell.source)
        tree.body = [one for one in tree.body if _called(one) not in _SHOWN_ONLY]
        last = None
        if tree.body and _called(tree.body[-1]) == "record":
            last = compile(ast.Expression(tree.body.pop().value), chapter, "eval")
        parameters = "parameters" in cell.metadata.get("tags", ())
        cells.append((parameters, compile(tree, chapter, "exec"), last))
    return cells


def _called(statement: ast.stmt) -> str:
    call = getattr(statement, "value", None)
    return getattr(getattr(call, "func", None), "id", "") if isinstance(statement, ast.Expr) else ""


def _record(chapter: str, sources: dict[str, str]):
    """What the chapter hands to its report."""
    space: dict = {}
    for parameters, code, last in _cells(chapter):
        exec(code, space)
        if parameters:
            space |= QUARTER | {"sources": sources}
        if last is not None:
            return eval(last, space)
    raise LookupError(f"{chapter} records nothing")


def tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts (with their rows) and findings of the chapters on the records in a folder."""
    sources = {
        "records": str(folder / files.RECORDS),
        "district_activity": str(folder / files.ACTIVITY),
    }
    counts, findings = {}, {}
    here = Path.cwd()
    os.chdir(NOTEBOOKS)
    try:
        with patch.object(published, "load", _loaded):
            for chapter in CHAPTERS:
                found = _record(chapter, sources)
                counts |= {one.id: one for one in found.counts}
                findings |= {one.id: one for one in found.findings}
    finally:
        os.chdir(here)
    frame = pd.DataFrame([asdict(one) for one in counts.values()])
    return frame, Findings(tuple(findings.values())).frame


def made(folder: Path, seed: int, reports: int, *, damaged: bool = False) -> Path:
    """A folder with so many made-up reports, and activity, from a seed."""
    files.write(folder, (files.damaged if damaged else files.make)(reports, seed))
    return folder


def released(
    counts: pd.DataFrame, findings: pd.DataFrame, *, complementary: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The restricted counts, and the findings, as a release with the usual parameters shows them"""
    plan, _ = plan_of(counts, findings, Disclosure(), RESTRICTED, complementary=complementary)
    restricted = counts[counts["source"].isin(RESTRICTED)]
    return _changed(restricted, plan.counts), _changed(findings, plan.findings)


def _changed(frame: pd.DataFrame, changes: dict[str, dict]) -> pd.DataFrame:
    rows = [row | changes[row["id"]] for row in frame.to_dict("records")]
    return pd.DataFrame(rows, columns=frame.columns)
