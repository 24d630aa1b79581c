"""The 43 forces, their spellings in the official files, and the ten regions."""

import csv
from collections import Counter

import pytest

from analysis.errors import Refused
from analysis.standard.forces import (
    ENGLAND_AND_WALES,
    WITHOUT_RESIDENT_BASE,
    force_name,
    forces,
    region_area,
    regions,
)
from tests.conftest import EXPECTED


def test_forces_of_each_region():
    # rows below each "Total ..." in Table 12, "Incidents by police force", 2018/19 and 2019/20
    assert Counter(force.region for force in forces().values()) == {
        "North East": 3, "North West": 5, "Yorkshire and the Humber": 4, "East Midlands": 5,
        "West Midlands": 4, "East of England": 6, "London": 2, "South East": 5,
        "South West": 5, "Wales": 4,
    }  # fmt: skip


def test_every_force_as_table_13_prints_it():
    # names copied from both workbooks by tests/expected/funnel_input.py
    with (EXPECTED / "funnel_input.csv").open(encoding="utf-8", newline="") as file:
        printed = {row["force"] for row in csv.DictReader(file)}
    assert {force_name(name, "Table 13") for name in printed} == set(forces())


@pytest.mark.parametrize(
    "printed, name",
    [  # definition 21
        ("Devon & Cornwall ", "Devon and Cornwall"),
        ("Avon & Somerset", "Avon and Somerset"),
        ("London, City of", "City of London"),
        ("Metropolitan", "Metropolitan Police"),
        ("Hampshire (R)", "Hampshire"),
        ("DYFED-POWYS", "Dyfed-Powys"),
    ],
)
def test_spellings(printed, name):
    assert force_name(printed, "Table 13") == name


@pytest.mark.parametrize(
    "printed, near",
    [("Cambridge", "Cambridgeshire"), ("Norfolk and Suffolk", "Norfolk"), ("", "Avon and Somerset"),
     ("British Transport Police", "Metropolitan Police"), ("Total Wales", "South Wales"),
     (ENGLAND_AND_WALES, "Avon and Somerset")],
)  # fmt: skip
def test_an_unknown_force_stops_the_run_and_names_what_is_allowed(printed, near):
    with pytest.raises(Refused) as refused:
        force_name(printed, "Table 13 cell C7")
    where, _, allowed = str(refused.value).partition("; allowed: ")
    assert where.startswith("Table 13 cell C7: ") and repr(printed) in where
    assert near in allowed


def test_area_codes_are_those_of_the_census(shared):
    path = shared / "data" / "population" / "census_2021_ethnicity.csv"
    with path.open(encoding="utf-8", newline="") as file:
        codes = {row["police_force_area"]: row["area_code"] for row in csv.DictReader(file)}
    printed = {force_name(name, path.name): code for name, code in codes.items()}
    assert printed == {name: force.code for name, force in forces().items()}


def test_a_region_cannot_be_taken_for_a_force():
    assert region_area("West Midlands ") == "West Midlands region"
    assert len(regions()) == 10 and not set(regions()) & set(forces())


def test_the_city_of_london_has_no_rate_per_resident():
    assert set(WITHOUT_RESIDENT_BASE) == {"City of London"}  # definition 17
    assert set(WITHOUT_RESIDENT_BASE) <= set(forces())
