"""A period's records counted by hand: what was read, what is in them, what is missing."""

import pandas as pd
import pytest

from analysis.findings import formatted
from analysis.ledger import Ledger
from analysis.measures.intervals import wilson
from analysis.measures.records import quarter
from analysis.measures.records.incidents import group_reports
from analysis.sources.records import Reading
from analysis.sources.records.remarks import Remark, remarks_frame
from analysis.standard import form
from tests.records_by_hand import records_of

RECORDS = records_of(
    {"tactics": ["Compliant handcuffing", "Tactical communication"], "reason: Protect self": "Yes"},
    {"tactics": ["Unarmed skills", "Unarmed skills", "CED drawn"],
     "ced": ["CED drawn", "CED fired"], "ethnicity": "Black", "date": "2017-05-31",
     "reason: Protect self": "Yes",
     "reason: Other": "Yes"},
    {"tactics": [], "district": "", "age": "Not reported", "date": "2017-06-01"},
    {"tactics": ["Compliant handcuffing"], "date": "2017-06-02",
     **{f"reason: {one}": "Not reported" for one in (
         "Protect self", "Protect public", "Protect subject", "Protect other officers",
         "Prevent offence", "Secure evidence", "Effect search", "Effect arrest", "Method of entry",
         "Remove handcuffs", "Prevent harm", "Prevent escape", "Other",
         "Effect stop and search")}},
)  # fmt: skip


def alone(records):
    """Each report an incident of its own."""
    return group_reports(records, "report")


def by(name, records=RECORDS):
    return quarter.reports_by(records, name, alone(records), 0.95)


def numbers(name, records=RECORDS):
    """Label: (reports of the group, all reports), where there are any."""
    return {
        row.label: tuple(int(count.value) for count in row.counts)
        for row in by(name, records)
        if row.value
    }


def reading(*remarks, rows=4):
    return Reading(RECORDS, remarks_frame([Remark(*one) for one in remarks]), rows)


# what was read
def test_rows_read_are_rows_used_and_rows_set_aside():
    found = quarter.what_was_read(
        reading((7, "SubjectAge", "x", "set aside"), (7, "Borough", "y", "set aside"), rows=5)
    )
    assert [row.value for row in found] == [5, 4, 1, 0.2]
    share = found.one("records/reading/share-set-aside")
    assert share.basis.format(*(count.text() for count in share.counts)) == "1 of 5"


def test_the_numbers_are_those_that_the_ledger_has():
    given = reading((7, "SubjectAge", "x", "set aside"), (9, "", "", "set aside"), rows=6)
    ledger = Ledger()
    given.note(ledger)
    noted = ledger.frame.groupby("action")["number"].sum()
    found = quarter.what_was_read(given)
    assert [row.value for row in found][:3] == list(noted[["read", "used", "set aside"]])


def test_changes_are_added_up_by_what_was_done_and_why():
    found = quarter.what_was_changed(
        reading(
            (2, "SubjectAge", "a", "repaired", "11-17", "an age read as a date", 1),
            (3, "SubjectAge", "b", "repaired", "11-17", "an age read as a date", 1),
            (3, "Borough", "fenland", "spelled", "Fenland", "case", 12),
            (3, "SubjectGender", "male", "spelled", "Male", "case", 3),
            (5, "", "", "labelled", "", "equal to row 4 in every column", 1),
            (9, "", "", "labelled", "", "equal to row 8 in every column", 1),
            (9, "SubjectAge", "x", "set aside", "", "not in the standard; allowed: 11-17", 1),
        )
    )
    assert {row.label: row.value for row in found} == {
        "Repaired: SubjectAge: an age read as a date": 2,
        "Spelled: 2 columns: case": 15,
        "Labelled: equal to another row in every column": 2,
        "Set aside: SubjectAge: not in the standard": 1,
    }


def test_a_file_without_a_remark_has_no_changes():
    assert len(quarter.what_was_changed(reading())) == 0


# what can be had
def outcomes(records):
    return {row.label: row.outcome or row.reason for row in quarter.can_be_had(records)}


def test_what_the_columns_allow():
    assert set(outcomes(RECORDS).values()) == {"yes"}
    found = outcomes(records_of({}, absent=("age", "district", "subject injured",
                                            "subject injury level")))  # fmt: skip
    assert found["the subject as perceived"] == "in part: the file has no column for age"
    assert found["reports by district"] == "the file has no column for district"
    assert (
        found["injuries of subjects"]
        == "the file has no column for subject injured, subject injury level"
    )
    assert found["injuries of officers"] == "yes"


def test_a_question_is_there_in_part_where_a_box_is_not():
    found = outcomes(records_of({}, absent=("reason: Effect stop and search",)))
    assert (
        found["reasons for force"]
        == "in part: the file has no column for reason: Effect stop and search"
    )


def test_a_question_without_any_of_its_boxes_is_named_once():
    boxes = [f"reason: {one}" for one in form.REASON.editions[0]]
    boxes.append(f"reason: {form.STOP_AND_SEARCH}")
    records = records_of({}, absent=(*boxes, "location: Dwelling"))
    found = outcomes(records)
    assert found["reasons for force"] == "the file has no column for reason"
    assert found["reports by kind of place"].endswith("no column for location: Dwelling")
    assert by("reason", records).rows[0].reason == "the file has no column for reason"


# what is in it
@pytest.mark.parametrize(
    "name, expected",
    [
        ("month", {"April 2017": 1, "May 2017": 1, "June 2017": 2}),
        ("district", {"Fenland": 3, "Not reported": 1}),
        ("ethnicity", {"White": 3, "Black": 1}),
        ("age", {"18-34": 3, "Not reported": 1}),
        ("reason", {"Protect self": 2, "Other": 1, "Not reported": 1}),
        ("tactic", {"Compliant handcuffing": 2, "Unarmed skills": 1, "CED": 1,
                    "Tactics not reported": 1}),
    ],
)  # fmt: skip
def test_reports_in_each_group_by_hand(name, expected):
    assert numbers(name) == {label: (number, 4) for label, number in expected.items()}


def test_groups_without_a_report_are_shown_too():
    assert by("gender").one("records/by-gender/female").text() == "0.0%"


@pytest.mark.parametrize("name", ["age", "gender", "ethnicity", "health condition", "conduct",
                                  "main duty", "district", "month"])  # fmt: skip
def test_groups_of_one_answer_are_all_reports(name):
    assert sum(row.counts[0].value for row in by(name)) == 4


def test_the_limits_are_those_of_the_incidents():
    one_incident = pd.Series(0, index=RECORDS.reports.index)
    together = quarter.reports_by(RECORDS, "ethnicity", one_incident, 0.95)
    series = "records/by-ethnicity/black"
    apart = by("ethnicity").one(series)
    assert (apart.lower, apart.upper) == pytest.approx(wilson(1, 4, 0.95), rel=1e-3)
    assert together.one(series).upper - together.one(series).lower > apart.upper - apart.lower


def test_boxes_that_the_file_lacks_are_left_out_and_the_question_stays():
    records = records_of(
        {"reason: Effect stop and search": "Not reported"},
        absent=("reason: Effect stop and search",),
    )
    found = by("reason", records)
    assert "Effect stop and search" not in {row.label for row in found}
    assert found.one("records/by-reason/not-reported").value == 0


def test_a_question_without_a_column_is_not_available():
    (found,) = by("district", records_of({"district": ""}, absent=("district",)))
    assert (found.status, found.label, found.reason) == (
        "not available", "District", "the file has no column for district",
    )  # fmt: skip


def test_records_with_no_report_are_no_crash():
    (found,) = by("age", records_of())
    assert found.reason == "no report was used"
    assert {
        row.reason for row in quarter.not_reported(records_of(), alone(records_of()), 0.95)
    } == {"no report was used"}
    assert not quarter.tactics_and_reports(records_of()).one("records/tactics/per-report").available


def test_every_group_rests_on_a_count_of_its_own():
    rows = [row for name in ("age", "gender", "ethnicity", "reason", "location", "impact factor",
                             "outcome", "tactic") for row in by(name)]  # fmt: skip
    own = [row.counts[0].id for row in rows]
    assert len(set(own)) == len(own)
    assert all(
        row.basis.format(*(one.text() for one in row.counts)).endswith(" of 4") for row in rows
    )


# tactics against reports
def test_each_tactic_once_a_report_and_all_uses_of_a_ced_as_one():
    """Handcuffs; unarmed skills and a CED; nothing; handcuffs: four tactics in four reports."""
    found = quarter.tactics_and_reports(RECORDS)
    assert {row.label: formatted(row.value, row.form) for row in found} == {
        "Tactics, each once a report": "4",
        "Reports": "4",
        "Reports that name tactical communication too": "1",
        "Tactics per report": "1.00",
    }


def test_a_question_with_one_box_answered_is_answered():
    found = by("reason", records_of({"reason: Other": "Not reported"}))
    assert found.one("records/by-reason/not-reported").value == 0


def test_a_ced_only_ticked_is_a_tactic_reported():
    found = by("tactic", records_of({"tactics": [], "ced": ["CED aimed"]}))
    assert found.one("records/by-tactic/tactics-not-reported").value == 0
    assert found.one("records/by-tactic/ced").value == 1


def test_a_ced_only_ticked_is_a_tactic():
    found = quarter.tactics_and_reports(records_of({"tactics": ["Shield"], "ced": ["CED aimed"]}))
    assert found.one("records/tactics/in-all").value == 2


# what is missing
def test_questions_left_unanswered_by_hand():
    found = quarter.not_reported(RECORDS, alone(RECORDS), 0.95)
    missing = {row.label: row.counts[0].value for row in found if row.value}
    assert missing == {"District": 1, "Age": 1, "Reason": 1}


def test_a_question_that_was_never_asked_is_not_left_unanswered():
    records = records_of({"time": "Not reported"}, absent=("time",))
    found = quarter.not_reported(records, alone(records), 0.95).one("records/not-reported/time")
    assert found.reason == "the file has no column for time"
