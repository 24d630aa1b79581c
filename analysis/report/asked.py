"""What a chapter asks for, read off its notebook without running it: values, and modules.

Nothing of Jupyter is imported here, which takes a second: whether a chapter has to be run at all
is decided with this.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

from analysis.errors import refusal
from analysis.parameters import Parameters
from analysis.places import NOTEBOOKS


def path_of(name: str) -> Path:
    """Where the notebook of a chapter stands."""
    return NOTEBOOKS / f"{name}.ipynb"


def values_of(parameters: Parameters) -> dict[str, object]:
    """Every value that a chapter can name in its parameters cell, in one flat set."""
    return {
        "area": parameters.area,
        "period": parameters.period,
        "sources": parameters.sources.model_dump(exclude_none=True),
        **parameters.choices.model_dump(),
    }


def values_named(names: set[str], parameters: Parameters) -> dict[str, object]:
    """Those of the values that a chapter names; one that it names and there is not is refused."""
    values = values_of(parameters)
    unknown = sorted(names - values.keys())
    if unknown:
        raise refusal("parameters of the chapter", repr(unknown[0]), values)
    return {key: value for key, value in values.items() if key in names}


def parameter_names(path: Path) -> set[str]:
    """The names that a notebook's cell tagged "parameters" sets.

    None where the notebook cannot be read: executing it says why.
    """
    cells = [source for tags, source in _code(path) if "parameters" in tags]
    if len(cells) != 1:
        return set()
    names = [node for node in _parsed(cells[0]) if isinstance(node, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def modules_named(path: Path) -> set[str]:
    """The dotted names that a notebook's cells import, which are modules or what is in them."""
    found = set()
    for _, source in _code(path):
        for node in _parsed(source):
            if isinstance(node, ast.Import):
                found |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def _code(path: Path) -> list[tuple[list[str], str]]:
    """Tags and source of each code cell; none where the file is no notebook."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [
            (cell["metadata"].get("tags", []), "".join(cell["source"]))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _parsed(source: str) -> list[ast.AST]:
    try:
        return [*ast.walk(ast.parse(source))]
    except (SyntaxError, ValueError):
        return []
