"""Which code a chapter is made by: the modules it imports, directly or not, and their tables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import grimp

from analysis.places import CHECKSUMS, CLAIMS, LEDGER, REGISTRY, ROOT
from analysis.report.asked import modules_named, path_of

RUNS = "analysis.report.chapters"  # what runs every chapter
_STANDARD = ROOT / "analysis" / "standard"
# Tables that modules read on their own account; those of an audit are on its list of inputs.
TABLES = {
    "analysis.standard.forces": (_STANDARD / "forces.csv",),
    "analysis.standard.methods": (_STANDARD / "methods.csv",),
    "analysis.sources.registry": (REGISTRY, CHECKSUMS),
    "analysis.sources.published": (LEDGER,),
    "analysis.charts.tile_grid": (ROOT / "analysis" / "charts" / "force_tiles.csv",),
    "analysis.checks.claims": tuple(sorted(CLAIMS.glob("*.yml"))),
}


def code_of(chapter: str) -> tuple[Path, ...]:
    """The files of code, and of the tables that it reads, behind a chapter."""
    modules = modules_behind({RUNS, *modules_named(path_of(chapter))})
    tables = [path for name in modules for path in TABLES.get(name, ())]
    return tuple(sorted([*map(_file, modules), *tables]))


def modules_behind(names: Iterable[str]) -> set[str]:
    """Modules of the toolkit that are imported with these names, themselves and their packages."""
    graph, found = _graph(), set()
    left = [name for name in names if name in graph.modules]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += graph.find_modules_directly_imported_by(name)
            left += [parent] if (parent := name.rpartition(".")[0]) else []
    return found


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("analysis", cache_dir=None, exclude_type_checking_imports=True)


def _file(module: str) -> Path:
    place = ROOT.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
