"""Conditions on records: each holds where it should and nowhere else."""

import pytest

from analysis.checks.conditions import CONDITIONS, counted, missing
from tests.records_by_hand import records_of


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


@pytest.mark.parametrize(
    "narrow, wide, expected",
    [
        ("aged 18-34", "aged 18-49", True),
        ("aged 18-49", "aged 18-34", False),
        ("aged 18-34", "all", True),
        ("aged 18-34", "male", False),
        ("in custody in Peterborough", "in Peterborough", True),
        ("subject injured: severe", "subject injured", True),
        ("handcuffs effective", "handcuffed", False),  # a share of other reports
        ("CED used", "all", False),  # true, but tactics are compared as they are
    ],
)
def test_one_condition_within_another(narrow, wide, expected):
    assert CONDITIONS[narrow].within(CONDITIONS[wide]) is expected


def test_a_condition_within_another_never_holds_where_the_other_does_not():
    answers = ["18-34", "35-49", "11-17", "Not reported"]
    records = records_of(*[{"age": age, "tactics": ["Unarmed skills"]} for age in answers])
    narrow, wide = (CONDITIONS[f"aged 18-{end}"].holds(records) for end in (34, 49))
    assert narrow.tolist() == [True, False, False, False]
    assert wide.tolist() == [True, True, False, False]


def test_handcuffs_effective_are_counted_among_reports_with_handcuffs():
    records = records_of(
        {"tactics": [("Compliant handcuffing", "Yes"), ("Unarmed skills", "No")]},
        {"tactics": [("Compliant handcuffing", "No"), ("Unarmed skills", "Yes")]},
        {"tactics": [("Unarmed skills", "Yes")]},
    )
    found = counted(records, {"handcuffs effective"})
    assert {name: count.value for name, count in found.items()} == {
        "handcuffs effective": 1, "handcuffed": 2,
    }  # fmt: skip
    assert all(count.rows for count in found.values())


def test_what_cannot_be_counted_says_why():
    records = records_of({"tactics": ["Unarmed skills"]}, absent=("gender",))
    found = counted(records, {"male", "handcuffs effective"})
    assert missing(records, "male", found) == "the file has no column for gender"
    assert missing(records, "handcuffs effective", found) == "no report is handcuffed"
    assert missing(records, "all", found) == ""
