"""Tactics as the Home Office tables name and nest them."""

import csv

import pytest

from analysis.errors import Refused
from analysis.sources import published
from analysis.standard.tactics import (
    BROKEN_DOWN,
    CED_DISCHARGE,
    CED_NON_DISCHARGE,
    CED_ORDERS,
    TACTICS,
    ancestors,
    parent,
    tactic_name,
)


def named(printed, above=None, type_of_force=""):
    return tactic_name(printed, above=above, type_of_force=type_of_force, where="Table 1 cell B7")


def test_use_discharge_and_neither():
    # definition 7; "not stated" is neither
    assert set(CED_NON_DISCHARGE) == {"CED drawn", "CED aimed", "CED arced", "CED red-dot"}
    assert set(CED_DISCHARGE) == {"CED fired", "CED drive stun", "CED angled drive stun"}
    assert {parent(kind) for kind in CED_NON_DISCHARGE} == {"CED non-discharge"}
    assert {parent(kind) for kind in CED_DISCHARGE} == {"CED discharge"}
    assert parent("CED not stated") == "CED"


def test_highest_use_is_a_named_choice():
    # definition 6: the Metropolitan file's order; the 2012-13 bulletin calls "fired" the highest
    assert CED_ORDERS["metropolitan"] == (
        "CED angled drive stun", "CED fired", "CED drive stun", "CED arced", "CED red-dot",
        "CED aimed", "CED drawn")  # fmt: skip
    assert CED_ORDERS["fired-highest"][0] == "CED fired"
    for order in CED_ORDERS.values():
        assert sorted(order) == sorted(CED_DISCHARGE + CED_NON_DISCHARGE)


def test_metropolitan_order_is_that_of_the_tactics_file(shared):
    path = shared / "domain" / "tactics_to_home_office.csv"
    with path.open(encoding="utf-8", newline="") as file:
        ranks = {row["standard_tactic"]: int(row["ced_severity_1_highest"])
                 for row in csv.DictReader(file) if row["ced_severity_1_highest"]}  # fmt: skip
    assert list(CED_ORDERS["metropolitan"]) == sorted(ranks, key=ranks.get)


def test_tactics_of_the_form_stand_under_their_type_of_force(shared):
    path = shared / "domain" / "tactics_to_home_office.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = named(row["standard_tactic"], type_of_force=row["home_office_type_of_force"])
            assert name in TACTICS


def test_what_is_in_no_total():
    # definition 4
    assert parent("Tactical communication") is None
    assert parent("Tactics not reported") is None


def test_every_other_tactic_ends_in_all_tactics():
    tops = {(*ancestors(tactic), "top")[-2] for tactic in TACTICS if ancestors(tactic)}
    assert tops == {"All tactics"}
    alone = {tactic for tactic in TACTICS if not ancestors(tactic)}
    assert alone == {"All tactics", "Tactics not reported", "Tactical communication"}


def test_tactics_that_every_edition_breaks_down():
    printed = [
        set(published.load(f"home-office-{year}", f"{breakdown}{by_force}").frame["tactic"])
        for year in ("2018-19", "2019-20")
        for breakdown in ("age", "ethnicity", "gender", "health condition")
        for by_force in ("", " by force")
    ]
    in_no_total = {"Tactical communication", "Tactics not reported"}
    assert set(BROKEN_DOWN) == set.intersection(*printed) - in_no_total
    assert [tactic for tactic in TACTICS if tactic in BROKEN_DOWN] == list(BROKEN_DOWN)


@pytest.mark.parametrize(
    "above, printed, name",
    [  # definition 23: the same bare label, in Table 1 of 2018/19
        ("Handcuffing", "Not stated", "Handcuffing not stated"),
        ("Baton", "Not stated", "Baton not stated"),
        ("CED", "Not stated", "CED not stated"),
        ("AEP", "Not stated", "AEP not stated"),
        ("CED", "Fired", "CED fired"),
        ("AEP", "Fired", "AEP fired"),
        ("CED", "Angle-drive stun", "CED angled drive stun"),
        ("Irritant spray", "Irritant spray - drawn", "Irritant spray drawn"),
        ("Handcuffing", "Compliant handcuffing", "Compliant handcuffing"),
        (None, "*Total Less lethal weapons1", "Less lethal weapons"),
        (None, "CED, of which", "CED"),
        (None, "Limb / Body restraints", "Limb or body restraints"),
        (None, "Tactical communication (with other tactic)", "Tactical communication"),
        (None, "Total Not reported", "Tactics not reported"),
        (None, "Total Tactics", "All tactics"),
    ],
)
def test_a_bare_label_takes_its_meaning_from_the_row_above(above, printed, name):
    assert named(printed, above=above) == name


@pytest.mark.parametrize(
    "printed, above, type_of_force, problem",
    [
        ("Not stated", None, "", "'Not stated' is not a known tactic"),
        ("Fired", None, "", "'Fired' is not a known tactic"),
        ("Water cannon", None, "Other equipment", "'Water cannon' is not a known tactic"),
        ("", None, "", "'' is not a known tactic"),
        (
            "Shield",
            None,
            "Restraint",
            "'Shield' stands under 'Restraint'; allowed: Other equipment",
        ),
        ("Dog bite", "Dog use", "Firearms", "'Dog bite' stands under 'Firearms'; allowed: Other"),
    ],
)
def test_an_unknown_or_misplaced_tactic_is_refused(printed, above, type_of_force, problem):
    with pytest.raises(Refused) as refused:
        named(printed, above, type_of_force)
    assert str(refused.value).startswith(f"Table 1 cell B7: {problem}")
