"""The territorial police forces of England and Wales, their regions and their spellings."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.errors import refusal
from analysis.standard.names import plain

ENGLAND_AND_WALES = "England and Wales"

# Few live in the City and very many work there: a rate per resident would mislead.
WITHOUT_RESIDENT_BASE = {
    "City of London": (
        "few people live in the City of London and very many work there or pass through, "
        "so a rate per resident would say nothing about the people whom its officers meet"
    )
}


@dataclass(frozen=True)
class Force:
    """A force: the name used here, the ONS code of its area, its region, another spelling."""

    name: str
    code: str
    region: str
    other_spelling: str


@cache
def forces() -> dict[str, Force]:
    """The 43 forces by name, in alphabetical order (Home Office tables, ONS area codes)."""
    with (Path(__file__).parent / "forces.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: Force(**row) for row in csv.DictReader(file)}


@cache
def regions() -> tuple[str, ...]:
    """The regions of the Home Office tables, named so that none can be taken for a force."""
    return tuple(sorted({region_area(force.region) for force in forces().values()}))


def region_area(region: str) -> str:
    """``"West Midlands"`` is a force and a region: the region is ``"West Midlands region"``."""
    return f"{' '.join(region.split())} region"


@cache
def _spellings() -> dict[str, str]:
    found = {plain(name): name for name in forces()}
    found |= {plain(f.other_spelling): f.name for f in forces().values() if f.other_spelling}
    return found


def force_name(printed: str, where: str) -> str:
    """The name used here for a force as a table prints it; an unknown one is refused.

    A trailing ``(R)`` (revised) is not part of the name.

    >>> force_name("Devon & Cornwall ", "Table 13"), force_name("Hampshire (R)", "Table 13")
    ('Devon and Cornwall', 'Hampshire')
    """
    name = _spellings().get(plain(re.sub(r"\(R\)\s*$", "", printed)))
    if name is None:
        near = difflib.get_close_matches(plain(printed), _spellings(), n=3)
        allowed = [_spellings()[match] for match in near] or forces()
        raise refusal(where, f"{printed!r} is not a police force of England and Wales", allowed)
    return name
