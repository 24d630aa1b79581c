"""A period's records counted by hand: what was read, what is in them, what is missing."""

import pandas as pd
import pytest

from analysis.findings import formatted
from analysis.ledger import Ledger
from analysis.measures.intervals import wilson
from analysis.measures.records import quarter
from analysis.measures.records.incidents import group_reports
from analysis.measures.records.questions import question_of
from analysis.rows import rows_of, unit_of
from analysis.sources.records import Reading, read_records
from analysis.sources.records.remarks import Remark, remarks_frame
from analysis.standard import form
from tests.records_by_hand import records_of

HERE = {"IncidentDate": "2017-04-01", "Tactic 1": "Shield", "SubjectEthnicity": "White"}
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
    return quarter.reports_by(records, name, alone(records), 0.95, {})


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
    assert [row.value for row in found] == [5, 4, 1, 0.2, None]
    share = found.one("records/reading/share-set-aside")
    assert share.basis.format(*(count.text() for count in share.counts)) == "1 of 5"


def test_the_numbers_are_those_that_the_ledger_has():
    given = reading((7, "SubjectAge", "x", "set aside"), (9, "", "", "set aside"), rows=6)
    ledger = Ledger()
    given.note(ledger)
    noted = ledger.frame.groupby("action")["number"].sum()
    found = quarter.what_was_read(given)
    assert [row.value for row in found][:3] == list(noted[["read", "used", "set aside"]])


def test_rows_of_the_file_are_told_from_reports():
    """Rows 2 to 5 are reports; 7 and 9 were set aside, 7 for two faults."""
    given = reading((7, "SubjectAge", "x", "set aside"), (7, "Borough", "y", "set aside"),
                    (9, "Borough", "z", "set aside"), rows=6)  # fmt: skip
    counts = [row.counts[0] for row in quarter.what_was_read(given)][:3]
    assert [rows_of(count.rows) for count in counts] == [[2, 3, 4, 5, 7, 9], [2, 3, 4, 5], [7, 9]]
    assert {unit_of(count.rows) for count in counts} == {"row of the file"}
    by_column = {row.label: rows_of(row.counts[0].rows)
                 for row in quarter.set_aside_by_column(given)}  # fmt: skip
    assert by_column == {"SubjectAge": [7], "Borough": [9]}


def test_a_remark_names_its_rows_where_it_is_made_of_each():
    found = quarter.what_was_changed(
        reading(
            (2, "SubjectAge", "a", "repaired", "11-17", "an age read as a date", 1),
            (5, "SubjectAge", "b", "repaired", "11-17", "an age read as a date", 1),
            (3, "Borough", "fenland", "spelled", "Fenland", "case", 12),
        )
    )
    repaired, spelled = found
    assert rows_of(repaired.counts[0].rows) == [2, 5]
    assert spelled.counts == ("made-up-records/records-reading/*",)


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


# rows set aside
@pytest.fixture
def read(tmp_path):
    """Read 100 reports of which the first few are changed so."""

    def of(number, *changes, **changed):
        rows = [HERE | changed] * number + [HERE | one for one in changes]
        places = {f"Tactic {place}": "" for place in range(2, 21)}
        frame = pd.DataFrame([places | one for one in rows + [HERE] * (100 - len(rows))])
        frame.to_csv(tmp_path / "records.csv", index=False)
        return read_records(tmp_path / "records.csv", "Cambridgeshire", "2017-Q2")

    return of


def verdict(reading):
    return quarter.what_was_read(reading).one("records/reading/verdict").text()


ODD = {"SubjectEthnicity": "one of ours"}
OF_ONE_MONTH = "; there is no report of May 2017, June 2017, which may be missing from the file"


def test_the_sentence_says_whether_the_others_stand_for_all_and_names_no_number(read):
    assert verdict(read(0)) == "none was set aside" + OF_ONE_MONTH
    assert verdict(read(1, **ODD)) == "some were set aside" + OF_ONE_MONTH
    several = verdict(read(3, {"IncidentDate": "2016-04-01"}, **ODD))
    assert several == (
        "some were set aside, and what follows describes the others alone" + OF_ONE_MONTH
    )
    assert verdict(read(100, **ODD)) == "some were set aside, and nothing is left to count"


TALK = {"Tactic 1": "Tactical Communications"}


def test_rows_set_aside_by_column_add_up_to_all(read):
    found = read(3, TALK, {"IncidentDate": "soon", **ODD}, **ODD)
    rows = quarter.set_aside_by_column(found)
    assert {row.label: row.value for row in rows} == {
        "SubjectEthnicity": 3,
        "IncidentDate": 1,
        "tactical communication alone is not a use of force": 1,
    }
    assert sum(row.value for row in rows) == len(found.set_aside)
    # by name, so that the order tells nothing of numbers
    assert [row.label for row in rows] == sorted(row.label for row in rows)


def test_a_file_of_which_all_was_used_has_nothing_set_aside(read):
    assert len(quarter.set_aside_by_column(read(0))) == 0
    assert quarter.lost_questions(read(0)) == {}


def test_a_question_for_which_rows_were_set_aside_has_no_shares(read):
    found = read(60, **ODD)
    lost = quarter.lost_questions(found)
    assert lost == {"ethnicity": "more than one row in a hundred was set aside for its ethnicity"}
    (row,) = quarter.reports_by(found.records, "ethnicity", alone(found.records), 0.95, lost)
    assert (row.status, row.reason) == ("not available", lost["ethnicity"])
    missing = quarter.not_reported(found.records, alone(found.records), 0.95, lost)
    assert missing.one("records/not-reported/ethnicity").reason == lost["ethnicity"]
    assert missing.one("records/not-reported/district").reason != lost["ethnicity"]


def test_one_row_in_a_hundred_loses_no_question(read):
    assert quarter.lost_questions(read(1, **ODD)) == {}
    assert set(quarter.lost_questions(read(2, **ODD))) == {"ethnicity"}


def test_rows_that_were_not_asked_for_lose_no_question(read):
    assert quarter.lost_questions(read(50, IncidentDate="2016-04-01")) == {}
    assert set(quarter.lost_questions(read(50, IncidentDate="soon"))) == {"month"}
    assert quarter.lost_questions(read(50, **TALK)) == {}
    assert set(quarter.lost_questions(read(50, **{"Tactic 1": "Lasso"}))) == {"tactic"}


@pytest.mark.parametrize(
    "header, question",
    [
        ("SubjectEthnicity", "ethnicity"), ("incident location: dwelling", "location"),
        ("Local Policing Area", "district"), ("Effective 20", "tactic"), ("CED2 Fired", "tactic"),
        ("CarryingCED", "CED carried"), ("MentalDisability", "health condition"),
        ("IncidentDate", "month"), ("Shoe size", ""),
    ],
)  # fmt: skip
def test_every_column_belongs_to_a_question(header, question):
    assert question_of(header) == question


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
    together = quarter.reports_by(RECORDS, "ethnicity", one_incident, 0.95, {})
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
        row.reason for row in quarter.not_reported(records_of(), alone(records_of()), 0.95, {})
    } == {"no report was used"}
    (found,) = quarter.tactics_and_reports(records_of(), {})
    assert found.reason == "no report was used"


def test_every_group_rests_on_a_count_of_its_own():
    rows = [row for name in ("age", "gender", "ethnicity", "reason", "location", "impact factor",
                             "outcome", "tactic") for row in by(name)]  # fmt: skip
    own = [row.counts[0].id for row in rows]
    assert len(set(own)) == len(own)
    assert all(
        row.basis.format(*(one.text() for one in row.counts)).endswith(" of 4") for row in rows
    )


# months and tactics that the file does not hold
def test_every_month_of_the_period_has_a_row_and_one_without_reports_a_note():
    found = by("month", records_of({}, {"date": "2017-06-30"}))
    assert {row.label: row.counts[0].value for row in found} == {
        "April 2017": 1, "May 2017": 0, "June 2017": 1,
    }  # fmt: skip
    noted = {row.label for row in found if any("no report at all" in one for one in row.caveats)}
    assert noted == {"May 2017"}


def test_months_of_a_financial_year_go_over_the_turn_of_the_year():
    labels = [row.label for row in by("month", records_of({}, period="2017/18"))]
    assert (len(labels), labels[0], labels[8:10], labels[-1]) == (
        12, "April 2017", ["December 2017", "January 2018"], "March 2018",
    )  # fmt: skip


def test_columns_for_tactics_that_the_file_lacks_are_said_wherever_tactics_are_counted():
    absent = tuple(f"tactic {number}" for number in range(6, 21))
    records = records_of({}, absent=absent)
    said = records.lacks_tactics()
    assert "5 of the form's 20" in said
    assert all(said in row.caveats for row in by("tactic", records))
    assert all(said in row.caveats for row in quarter.tactics_and_reports(records, {}))
    assert outcomes(records)["tactics"] == f"in part: {said}"
    assert all(said not in row.caveats for row in by("reason", records))


def test_tactics_lost_are_said_beside_their_total():
    found = quarter.tactics_and_reports(RECORDS, {"tactic": "set aside"})
    assert all("set aside" in row.caveats for row in found)


# tactics against reports
def test_each_tactic_once_a_report_and_all_uses_of_a_ced_as_one():
    """Handcuffs; unarmed skills and a CED; nothing; handcuffs: four tactics in four reports."""
    found = quarter.tactics_and_reports(RECORDS, {})
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


def test_tactics_in_all_are_of_the_reports_with_any():
    uses = quarter.tactics_and_reports(RECORDS, {}).one("records/tactics/in-all").counts[0]
    assert (unit_of(uses.rows), rows_of(uses.rows)) == ("tactic in a report", [2, 3, 5])


def test_a_ced_only_ticked_is_a_tactic():
    records = records_of({"tactics": ["Shield"], "ced": ["CED aimed"]})
    found = quarter.tactics_and_reports(records, {})
    assert found.one("records/tactics/in-all").value == 2


# what is missing
def test_questions_left_unanswered_by_hand():
    found = quarter.not_reported(RECORDS, alone(RECORDS), 0.95, {})
    missing = {row.label: row.counts[0].value for row in found if row.value}
    assert missing == {"District": 1, "Age": 1, "Reason": 1}


def test_a_question_that_was_never_asked_is_not_left_unanswered():
    records = records_of({"time": "Not reported"}, absent=("time",))
    found = quarter.not_reported(records, alone(records), 0.95, {})
    found = found.one("records/not-reported/time")
    assert found.reason == "the file has no column for time"
