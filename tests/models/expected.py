"""The counts and the rows of tests/expected that several tests of the models read."""

import csv
from dataclasses import replace
from functools import cache

import numpy as np

from analysis.models.force_counts import ForceCounts
from tests.conftest import EXPECTED

GROUPS = ("White", "Black", "Asian", "Mixed", "Other")
# not_recorded.R: these print no Mixed among all their tactics
WITHOUT_MIXED = (
    "City of London", "Derbyshire", "Dorset", "Dyfed-Powys", "Merseyside", "Norfolk",
    "North Wales", "Suffolk",
)  # fmt: skip


@cache
def rows(name, **where):
    """The rows of an expected table, as printed, whose columns hold these values."""
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if all(row[column] == value for column, value in where.items())
        ]


def number(row, *columns):
    """The numbers of a row in these columns."""
    return [float(row[column]) for column in columns]


@cache
def published(year, census, groups=GROUPS):
    """CED uses and residents of a year by force and group (population_counts.csv)."""
    cells = {
        (row["force"], row["group"]): number(row, "uses", f"residents_{census}")
        for row in rows("population_counts.csv", year=year)
    }
    forces = tuple(dict.fromkeys(force for force, _ in cells))
    table = np.array([[cells[force, group] for group in groups] for force in forces])
    return ForceCounts(forces, groups, table[..., 0], table[..., 1])


def recorded(year, census):
    """The same without residents where a force does not record the group."""
    data = published(year, census)
    residents = data.residents.copy()
    place = [data.forces.index(force) for force in WITHOUT_MIXED if force in data.forces]
    residents[place, GROUPS.index("Mixed")] = 0
    return replace(data, residents=residents)
