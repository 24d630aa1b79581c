"""The national list: its forces, their spellings, areas and pages, and the ten regions."""

import csv
import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from analysis.errors import Refused
from analysis.standard.forces import (
    ENGLAND_AND_WALES,
    force_name,
    forces,
    official_force_name,
    official_forces,
    region_area,
    regions,
    without_resident_base,
)
from analysis.standard.names import plain
from tests.conftest import EXPECTED


def test_forces_of_each_region():
    # rows below each "Total ..." in Table 12, "Incidents by police force", 2018/19 and 2019/20
    assert Counter(force.region for force in official_forces().values()) == {
        "North East": 3, "North West": 5, "Yorkshire and the Humber": 4, "East Midlands": 5,
        "West Midlands": 4, "East of England": 6, "London": 2, "South East": 5,
        "South West": 5, "Wales": 4,
    }  # fmt: skip


def test_every_force_as_table_13_prints_it():
    # names copied from both workbooks by tests/expected/funnel_input.py
    with (EXPECTED / "funnel_input.csv").open(encoding="utf-8", newline="") as file:
        printed = {row["force"] for row in csv.DictReader(file)}
    assert {official_force_name(name, "Table 13") for name in printed} == set(official_forces())


@pytest.mark.parametrize(
    "printed, name",
    [  # definition 21
        ("Devon & Cornwall ", "Devon and Cornwall"),
        ("Avon & Somerset", "Avon and Somerset"),
        ("London, City of", "City of London"),
        ("Metropolitan", "Metropolitan Police"),
        ("Hampshire (R)", "Hampshire"),
        ("DYFED-POWYS", "Dyfed-Powys"),
        # how the forces call themselves
        ("Cambridgeshire Constabulary", "Cambridgeshire"),
        ("Metropolitan Police Service", "Metropolitan Police"),
        ("Hampshire and Isle of Wight Constabulary", "Hampshire"),
        ("BTP", "British Transport Police"),
        ("PSNI", "Police Service of Northern Ireland"),
    ],
)
def test_spellings(printed, name):
    assert force_name(printed, "Table 13") == name


@pytest.mark.parametrize(
    "printed, near",
    [("Cambridge", "Cambridgeshire"), ("Norfolk and Suffolk", "Norfolk"), ("", "Avon and Somerset"),
     ("Police Scotland", "Police Service of Northern Ireland"),
     ("Total Wales", "South Wales"),
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
    printed = {official_force_name(name, path.name): code for name, code in codes.items()}
    assert printed == {name: force.code for name, force in official_forces().items()}


def test_area_codes_are_those_of_the_districts(shared):
    path = shared / "data" / "population" / "districts_2021_to_force_areas.csv"
    with path.open(encoding="utf-8", newline="") as file:
        printed = {
            official_force_name(row["PFA16NM"], path.name): row["PFA16CD"]
            for row in csv.DictReader(file)
        }
    assert printed == {name: force.code for name, force in official_forces().items()}


def test_a_region_cannot_be_taken_for_a_force():
    assert region_area("West Midlands ") == "West Midlands region"
    assert len(regions()) == 10 and not set(regions()) & set(forces())


def test_two_forces_of_the_national_list_are_not_in_the_tables():
    assert len(forces()) == 45 and len(official_forces()) == 43
    others = {name: forces()[name] for name in set(forces()) - set(official_forces())}
    # definition 24: British Transport Police joins in the year ending March 2024
    assert {name: force.official_tables for name, force in others.items()} == {
        "British Transport Police": "2023/24",
        "Police Service of Northern Ireland": "",
    }
    assert all(force.not_in_tables for force in others.values())
    assert not any(force.not_in_tables for force in official_forces().values())
    assert list(forces()) == sorted(forces())


@pytest.mark.parametrize(
    "printed, reason",
    [("British Transport Police", "from 2023/24 on"), ("PSNI", "it is in none of them")],
)
def test_a_force_that_the_tables_lack_is_refused_in_them_with_the_reason(printed, reason):
    with pytest.raises(Refused, match=rf"^Table 13 cell C7: '{printed}' .*{reason}.*; allowed: "):
        official_force_name(printed, "Table 13 cell C7")


def test_who_has_no_rate_per_resident():
    # definition 17 for the City of London; of the others no residents are held
    assert set(without_resident_base()) == {
        "City of London", "British Transport Police", "Police Service of Northern Ireland",
    }  # fmt: skip
    assert set(without_resident_base()) <= set(forces())


def test_no_spelling_names_two_forces():
    printed = [
        plain(one)
        for force in forces().values()
        for one in (force.name, *filter(None, force.spellings.split(";")))
    ]
    assert [one for one, times in Counter(printed).items() if times > 1] == []


@pytest.mark.parametrize("force", forces().values(), ids=lambda force: force.name)
def test_a_page_is_verified_or_is_the_site_alone(force):
    parts = urlsplit(force.publication_page)
    assert parts.scheme in ("https", "http") and parts.netloc.endswith(".police.uk")
    assert force.page_seen == "not verified" if parts.path == "/" else force.page_seen
    assert force.page_seen == "not verified" or re.search(r"\b20\d\d\b", force.page_seen)
