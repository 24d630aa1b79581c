"""Counting over records, on reports written by hand."""

import pandas as pd
import pytest

from analysis.records import Tally
from analysis.rows import rows_of, unit_of
from tests.records_by_hand import records_of


def test_a_tactic_counts_with_its_parts_and_once_a_report():
    records = records_of(
        {"tactics": ["Compliant handcuffing", "Non-compliant handcuffing"]},
        {"tactics": ["Unarmed skills"]},
    )
    assert list(records.involving("Handcuffing")) == [True, False]
    assert list(records.involving("Restraint", "Unarmed skills")) == [True, True]


def test_a_ced_counts_from_the_tactics_and_from_its_block():
    records = records_of({"tactics": ["CED drawn"]}, {"ced": ["CED aimed"]}, {})
    assert list(records.involving("CED")) == [True, True, False]
    assert list(records.ced_uses["use"]) == ["CED drawn", "CED aimed"]


@pytest.mark.parametrize(
    ("order", "highest"),
    [("metropolitan", "CED angled drive stun"), ("fired-highest", "CED fired")],
)
def test_the_highest_use_hangs_on_the_order(order, highest):
    records = records_of({"ced": ["CED fired", "CED angled drive stun", "CED drawn"]}, {})
    found = records.highest_ced(order)
    assert found.iloc[0] == highest
    assert found.isna().iloc[1]


def test_not_stated_is_neither_discharged_nor_higher_than_drawn():
    records = records_of({"tactics": ["CED not stated", "CED drawn"]}, {"ced": ["CED drive stun"]})
    assert records.highest_ced("metropolitan").iloc[0] == "CED drawn"
    assert list(records.discharged) == [False, True]


def test_no_tallies_are_no_counts():
    assert len(records_of({}).counts([], "records")) == 0


def test_a_tally_counts_its_rows_and_keeps_them():
    records = records_of({}, {"age": "11-17"}, {}, {"age": "11-17"})
    asked = Tally("reports", records.answered("age", "11-17"), "age: 11-17", group="11-17")
    named = Tally("reports", pd.Index([4, 2]), "the first and the third", group="named")
    counted = list(records.counts([asked, named], "records"))
    assert [count.value for count in counted] == [2, 2]
    assert [rows_of(count.rows) for count in counted] == [[3, 5], [2, 4]]
    assert {unit_of(count.rows) for count in counted} == {"report"}


def test_a_tally_of_what_is_not_one_for_each_row_is_given_its_number():
    pairs = Tally("incidents", pd.Index([2, 3, 5]), "together", number=2, unit="incident by a rule")
    (counted,) = records_of({}, {}, {}, {}).counts([pairs], "records")
    assert (counted.value, counted.unit) == (2, "incident")
    assert (unit_of(counted.rows), rows_of(counted.rows)) == ("incident by a rule", [2, 3, 5])


def test_an_absent_field_is_named():
    records = records_of({}, absent=("CED carried",))
    assert records.lacks("CED carried", "age") == "the file has no column for CED carried"
    assert records.lacks("age") == ""


def test_missing_columns_for_tactics_are_counted():
    assert records_of({}).lacks_tactics() == ""
    few = records_of({}, absent=("age", "tactic 19", "tactic 20"))
    assert few.lacks_tactics().startswith("the file has 18 of the form's 20 columns for a tactic")
