"""The police forces of the national list, their areas, regions and spellings.

The national list of publications of use of force has the territorial forces of England and Wales,
British Transport Police and the Police Service of Northern Ireland. The official tables of the
editions that are read here hold the territorial forces only.
"""

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
_FIRST_TABLES = "2017/18"  # the first financial year of the official tables


@dataclass(frozen=True)
class Force:
    """A force of the national list; what is not so is an empty text.

    ``code`` is the ONS code of its area, ``region`` that of the Home Office tables.
    ``official_tables`` is the first financial year that the official tables have it for,
    ``no_resident_base`` why it has no rate per resident, ``spellings`` other names, joined by
    ``;``. ``publication_page`` is the force's own page on its use of force, and ``page_seen``
    where and when that was seen; "not verified" goes with the address of its site alone.
    """

    name: str
    code: str
    country: str
    region: str
    official_tables: str
    no_resident_base: str
    spellings: str
    publication_page: str
    page_seen: str

    @property
    def official(self) -> bool:
        """Whether every edition of the official tables has it: a territorial force."""
        return self.official_tables == _FIRST_TABLES

    @property
    def not_in_tables(self) -> str:
        """Why no official figures of it can be had; empty where they can."""
        if self.official:
            return ""
        if self.official_tables:
            since = f"it is in the official tables from {self.official_tables} on"
            return f"{since}, and the toolkit reads editions before that"
        return "the official tables are of England and Wales, and it is in none of them"


@cache
def forces() -> dict[str, Force]:
    """Every force of the national list by name, in alphabetical order."""
    with (Path(__file__).parent / "forces.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: Force(**row) for row in csv.DictReader(file)}


@cache
def official_forces() -> dict[str, Force]:
    """The forces of the official tables and the census: the territorial ones, by name."""
    return {name: force for name, force in forces().items() if force.official}


@cache
def without_resident_base() -> dict[str, str]:
    """Why a rate per resident would mislead or cannot be had, by the name of the force."""
    return {one.name: one.no_resident_base for one in forces().values() if one.no_resident_base}


@cache
def regions() -> tuple[str, ...]:
    """The regions of the Home Office tables, named so that none can be taken for a force."""
    return tuple(sorted({region_area(force.region) for force in official_forces().values()}))


def region_area(region: str) -> str:
    """``"West Midlands"`` is a force and a region: the region is ``"West Midlands region"``."""
    return f"{' '.join(region.split())} region"


@cache
def _spellings() -> dict[str, str]:
    return {
        plain(printed): force.name
        for force in forces().values()
        for printed in (force.name, *filter(None, force.spellings.split(";")))
    }


def force_name(printed: str, where: str) -> str:
    """The name used here for a force as a file prints it; an unknown one is refused.

    A trailing ``(R)`` (revised) is not part of the name.

    >>> force_name("Devon & Cornwall ", "Table 13"), force_name("Hampshire (R)", "Table 13")
    ('Devon and Cornwall', 'Hampshire')
    >>> force_name("PSNI", "a params file")
    'Police Service of Northern Ireland'
    """
    name = _spellings().get(plain(re.sub(r"\(R\)\s*$", "", printed)))
    if name is None:
        near = difflib.get_close_matches(plain(printed), _spellings(), n=3)
        allowed = dict.fromkeys(_spellings()[match] for match in near) or forces()
        raise refusal(where, f"{printed!r} is not a police force of the national list", allowed)
    return name


def official_force_name(printed: str, where: str) -> str:
    """As ``force_name``, for the official tables and the census: another force is refused."""
    name = force_name(printed, where)
    force = forces()[name]
    if not force.official:
        problem = f"{printed!r} is not expected: {force.not_in_tables}"
        raise refusal(where, problem, "police forces of England and Wales with an area")
    return name
