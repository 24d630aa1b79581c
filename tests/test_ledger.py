"""The ledger adds up what met the same fate, and is the same whatever the order of notes."""

import pytest

from analysis.ledger import COLUMNS, Entry, Ledger, read_ledger
from analysis.tables import write_table

SPELLED = Entry("home-office-2019-20", "Table 14", "spelled", 1, "cell", "Devon & Cornwall ",
                "Devon and Cornwall", "one name for a force in all tables", "A321")  # fmt: skip
NOTES = Entry("home-office-2019-20", "Table 2", "set aside", 8, "cell", reason="notes below")


def ledger(*entries):
    made = Ledger()
    for entry in entries:
        made.note(entry)
    return made


def test_equal_entries_are_added_up_and_keep_the_first_place():
    later = Entry(**vars(SPELLED) | {"number": 2, "first": "A322"})
    (row,) = ledger(SPELLED, later).frame.to_dict("records")
    assert (row["number"], row["first"]) == (3, "A321")


@pytest.mark.parametrize("column", ["source", "table", "unit", "printed", "becomes", "reason"])
def test_entries_that_differ_stay_apart(column):
    other = Entry(**vars(SPELLED) | {column: "other"})
    assert list(ledger(SPELLED, other).frame["number"]) == [1, 1]


def test_order_of_notes_does_not_show():
    there, back = ledger(SPELLED, NOTES).frame, ledger(NOTES, SPELLED).frame
    assert there.equals(back) and list(there.columns) == COLUMNS


def test_an_action_outside_the_list_is_a_defect():
    with pytest.raises(ValueError, match="'dropped' is not an action of the ledger"):
        ledger(Entry("source", "table", "dropped", 1, "row"))


def test_taking_over_another_ledger():
    into = ledger(NOTES)
    into.extend(ledger(NOTES, SPELLED).frame)
    assert dict(zip(into.frame["action"], into.frame["number"], strict=True)) == {
        "set aside": 16, "spelled": 1}  # fmt: skip


def test_written_and_read_again(tmp_path):
    none = Entry("source", "Table 5", "spelled", 2, "cell", printed="None", becomes="NA")
    frame = ledger(none, NOTES, SPELLED).frame
    write_table(frame, tmp_path / "ledger.csv")
    assert read_ledger(tmp_path / "ledger.csv").equals(frame)


def test_an_empty_ledger_has_its_columns():
    assert list(Ledger().frame.columns) == COLUMNS and Ledger().frame.empty
