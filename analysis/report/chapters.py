"""A chapter of a report: run with the values that it names, and held to record what it shows.

The national run stores chapters and makes one anew only when something that it rests on has
changed; what is imported here is that something, so the page and the tables are not.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from nbformat.v4 import new_notebook

from analysis.errors import Refused
from analysis.parameters import Parameters
from analysis.report.asked import parameter_names, path_of, values_named
from analysis.report.notebook import Executed, execute


def run_chapter(
    name: str, parameters: Parameters, base: Path, scratch: Path, position: int
) -> Executed:
    """Run a chapter; one that names no value of ours, or records too little, has failed.

    Relative sources are found from ``base``. ``scratch`` is where papermill writes while it runs;
    ``position`` is the line of the progress bar.
    """
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, no other
    try:
        passed = values_named(parameter_names(path_of(name)), parameters)
    except Refused as error:  # told on the page, as any failure of a chapter
        return Executed(name, new_notebook(), str(error))
    return _with_unrecorded(execute(path_of(name), passed, base, scratch, position))


def _with_unrecorded(chapter: Executed) -> Executed:
    """A chapter that shows a figure it does not record has failed: it could not be traced."""
    known = {row["id"] for table in ("findings", "counts") for row in chapter.record[table]}
    missing = sorted(quoted_ids(chapter) - known)
    if not chapter.failure and missing:
        return replace(chapter, failure=f"shows {missing[0]} without recording it")
    return chapter


def quoted_ids(executed: Executed) -> set[str]:
    """The ids of the counts and findings that a chapter shows."""
    html = "".join(
        output.get("data", {}).get("text/html", "")
        for cell in executed.notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    return set(re.findall(r'data-id="([^"]+)"', html))
