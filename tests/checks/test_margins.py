"""Printed margins against records: the rules for a verdict, and the made-up quarter."""

import pandas as pd
import pytest

from analysis.checks.margins import (
    COLUMNS,
    CONDITIONS,
    DIFFERS,
    EQUAL,
    QUALIFIED,
    ROUNDS,
    check_margins,
    read_margins,
)
from analysis.errors import Refused
from analysis.places import ROOT
from analysis.sources.records import read_records
from tests.records_by_hand import records_of

MEN, WOMEN = {"gender": "Male"}, {"gender": "Female"}


def printed(**given) -> pd.DataFrame:
    row = {
        "area": "Cambridgeshire",
        "period": "2017-Q2",
        "printed_by": "A paper",
        "measure": "men",
        "printed": "2",
        "unit": "count",
        "qualifier": "",
        "condition": "male",
        "reason": "",
    }
    return pd.DataFrame([row | given], columns=COLUMNS)


def outcome(records, **given) -> str:
    return check_margins(records, printed(**given)).one("margin/a-paper/men/verdict").text()


@pytest.mark.parametrize(
    "men, women, number, given, verdict",
    [
        (2, 1, "2", {}, EQUAL),
        (2, 1, "3", {}, DIFFERS),
        (2, 1, "67", {"unit": "per cent"}, ROUNDS),  # 66.7
        (2, 1, "66", {"unit": "per cent"}, DIFFERS),
        (1, 7, "13", {"unit": "per cent"}, ROUNDS),  # 12.5: a half goes up
        (1, 7, "12", {"unit": "per cent"}, DIFFERS),
        (3, 1, "80", {"unit": "per cent", "qualifier": "nearly"}, QUALIFIED),  # 75: 5 below
        (3, 1, "81", {"unit": "per cent", "qualifier": "nearly"}, DIFFERS),
        (3, 1, "75", {"unit": "per cent", "qualifier": "nearly"}, DIFFERS),  # not below
        (3, 1, "74", {"unit": "per cent", "qualifier": "more than"}, QUALIFIED),
        (3, 1, "75", {"unit": "per cent", "qualifier": "more than"}, DIFFERS),
    ],
)
def test_verdicts(men, women, number, given, verdict):
    records = records_of(*[MEN] * men, *[WOMEN] * women)
    assert outcome(records, printed=number, **given) == verdict


@pytest.mark.parametrize(
    "condition, report",
    [
        ("in custody in Peterborough",
         {"district": "Peterborough", "location: Custody block": "Yes"}),
        ("in Peterborough outside custody", {"district": "Peterborough"}),
        ("subject injured: severe",
         {"subject injured": "Yes", "subject injury level": "Severe"}),
        ("mental health condition", {"health condition": "Physical and mental"}),
        ("handcuffed", {"tactics": ["Non-compliant handcuffing"]}),
        ("CED used", {"tactics": ["Unarmed skills"], "ced": ["CED drawn"]}),
        ("dog used", {"tactics": ["Dog bite"]}),
        ("firearm used", {"tactics": ["Firearms"]}),
    ],
)  # fmt: skip
def test_a_condition_holds_where_it_should_and_nowhere_else(condition, report):
    other = {"tactics": ["Unarmed skills"]}
    records = records_of(other, other | report, other)
    assert CONDITIONS[condition].holds(records).tolist() == [False, True, False]


def test_handcuffs_effective_is_a_share_of_reports_with_handcuffs():
    records = records_of(
        {"tactics": [("Compliant handcuffing", "Yes"), ("Unarmed skills", "No")]},
        {"tactics": [("Compliant handcuffing", "No"), ("Unarmed skills", "Yes")]},
        {"tactics": [("Unarmed skills", "Yes")]},
    )
    given = {"unit": "per cent", "condition": "handcuffs effective"}
    assert outcome(records, printed="50", **given) == ROUNDS
    found = check_margins(records, printed(**given)).one("margin/a-paper/men/counted")
    assert [count.value for count in found.counts] == [1, 2]


def test_what_cannot_be_counted_says_why():
    records = records_of(MEN, absent=("gender",))
    rows = check_margins(records, printed(condition="", reason="no such band"))
    verdict = rows.one("margin/a-paper/men/verdict")
    assert (verdict.status, verdict.reason) == ("not available", "no such band")
    verdict = check_margins(records, printed()).one("margin/a-paper/men/verdict")
    assert verdict.reason == "the file has no column for gender"
    none = {"unit": "per cent", "condition": "handcuffs effective"}
    rows = check_margins(records_of({"tactics": ["Unarmed skills"]}), printed(**none))
    assert rows.one("margin/a-paper/men/verdict").reason == "no report is handcuffed"


@pytest.mark.parametrize("place", [{"area": "Kent"}, {"period": "2017-Q3"}])
def test_another_area_or_period_is_held_against_nothing(place):
    assert len(check_margins(records_of(MEN, **place), read_margins())) == 0


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"unit": "dozen"}, r"row 2, column unit: 'dozen'; allowed: count, per cent"),
        ({"qualifier": "about"}, r"row 2, column qualifier: 'about'"),
        ({"condition": "tall"}, r"row 2, column condition: 'tall'; allowed: , all, in Peter"),
        ({"printed": "1.5"}, r"row 2, column printed: '1.5'; allowed: a whole number"),
        ({"reason": "why"}, r"row 2, column reason: 'why'; allowed: a condition or a reason"),
        ({"condition": ""}, r"row 2, column reason: ''; allowed: a condition or a reason"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path, wrong, said):
    path = tmp_path / "margins.csv"
    printed(**wrong).to_csv(path, index=False)
    with pytest.raises(Refused, match=said):
        read_margins(path)


@pytest.fixture(scope="module")
def quarter():
    folder = ROOT / "data" / "made-up" / "cambridgeshire_2017-Q2"
    records = read_records(folder / "records.csv", "Cambridgeshire", "2017-Q2").records
    return check_margins(records, read_margins())


def test_the_made_up_quarter_has_every_margin_that_the_form_can_carry(quarter):
    verdicts = [row for row in quarter if row.series_id.endswith("/verdict")]
    assert len(verdicts) == len(read_margins()) == 45
    said = {row.label: row.text() for row in verdicts if row.available}
    assert set(said.values()) == {EQUAL, ROUNDS, QUALIFIED} and len(said) == 34
    assert said["white subjects: Peterborough Telegraph"] == ROUNDS
    assert said["white subjects: Cambs Times"] == EQUAL
    nearly = [label for label, verdict in said.items() if verdict == QUALIFIED]
    assert len(nearly) == 2


def test_what_no_record_can_answer_is_listed(quarter):
    # no band from 18 to 39, no column for spitting, papers that contradict each other
    missing = {row.label for row in quarter if row.series_id.endswith("/verdict")} - {
        row.label for row in quarter if row.series_id.endswith("/verdict") and row.available
    }
    assert len(missing) == 11
    for words in ("aged 18 to 39", "spat on", "incidents: Hunts Post", "forms a month"):
        assert any(words in label for label in missing), words


def test_ids_say_that_the_records_are_made_up(quarter):
    assert all(row.id.endswith("@made-up") for row in quarter)
