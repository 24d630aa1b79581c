"""Record-level files on small tables by hand, and on made-up files whose truth is known."""

import json

import pandas as pd
import pytest

from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.made_up.files import TRUTH, damaged, write
from analysis.sources.records import read_records, summary
from analysis.sources.records.headers import letters
from analysis.standard.form import CED_DEVICES, TACTIC_LABELS, TACTIC_PAIRS, columns
from tests.conftest import EXPECTED

USUAL = {"IncidentDate": "2017-04-01", "Tactic 1": "Shield"}
PAIRS = [f"Tactic {place}" for place in range(1, TACTIC_PAIRS + 1)]


@pytest.fixture
def read(tmp_path):
    """Read reports given as dictionaries of header and text; what is not given is blank.

    The file has the columns ``tactics`` and those that the reports give.
    """

    def of(*reports, period="2017-Q2", area="Cambridgeshire", tactics=PAIRS):
        path = tmp_path / "records.csv"
        frame = pd.DataFrame([dict.fromkeys(tactics, "") | USUAL | one for one in reports])
        frame.fillna("").to_csv(path, index=False)
        return read_records(path, area, period)

    return of


def test_the_headers_are_those_of_the_metropolitan_file():
    # as the list of its columns names them, in its order; later years add two
    listed = pd.read_csv(EXPECTED / "metropolitan_columns.csv")["column"]
    mine = [column.header for column in columns()]
    later = ["Reason for Force: Effect Stop and search", "Outcome: No Further Action"]
    assert [header for header in mine if header not in later] == list(listed)
    assert len(listed) == 271
    assert len({letters(header) for header in mine}) == len(mine)


def test_the_tactics_are_those_of_the_metropolitan_file():
    listed = pd.read_csv(EXPECTED / "metropolitan_tactics.csv")
    mine = [letters(TACTIC_LABELS[label]) for label in listed["metropolitan_label"]]
    assert list(TACTIC_LABELS) == list(listed["metropolitan_label"])
    # the table of the Home Office joins what is one here by a stroke
    assert mine == [letters(text.replace(" / ", " or ")) for text in listed["standard_tactic"]]


def test_every_planted_defect_meets_its_fate_and_no_other_row_is_set_aside(tmp_path):
    write(tmp_path, damaged(1_500, 11))
    reading = read_records(tmp_path / "records.csv", "Cambridgeshire", "2017-Q2")
    truth = pd.DataFrame(json.loads((tmp_path / TRUTH).read_text("utf-8"))["defects"])
    planted = {fate: set(rows["row"]) for fate, rows in truth.groupby("becomes")}
    assert truth["kind"].nunique() == 14
    assert set(reading.set_aside["row"]) == planted["set aside"]
    labelled = reading.remarks[reading.remarks["action"] == "labelled"]
    assert planted["labelled"] <= set(labelled["row"])
    changed = reading.remarks[reading.remarks["action"].isin(["repaired", "spelled"])]
    wanted = truth[truth["becomes"] == "repaired"].groupby(["column", "text"]).size()
    got = changed.groupby(["column", "value"])["number"].sum()
    assert got.to_dict() == wanted.to_dict()


def test_what_becomes_of_every_row_stands_in_the_ledger(tmp_path):
    write(tmp_path, damaged(600, 3))
    reading = read_records(tmp_path / "records.csv", "Cambridgeshire", "2017-Q2")
    ledger = Ledger()
    reading.note(ledger)
    rows = ledger.frame[ledger.frame["unit"] == "row"].groupby("action")["number"].sum()
    assert rows["read"] == 600 == rows["used"] + rows["set aside"]
    assert rows["used"] == len(reading.records)
    spelled = ledger.frame[ledger.frame["printed"] == "WHITE"].iloc[0]
    assert (spelled["action"], spelled["becomes"]) == ("spelled", "White")


def test_a_summary_shows_twenty_lines_of_a_kind_and_the_number_of_the_rest(read):
    reading = read(*[{"SubjectAge": "24"}] * 23, {"SubjectAge": "?"})
    lines = summary(reading)
    assert lines[0] == "records.csv: 24 rows = 23 used + 1 set aside"
    assert lines[2].startswith("SET ASIDE: outside the standard; allowed: Under 11, ")
    assert lines[3:5] == ["  row  column      value  times", "  25   SubjectAge  ?      1"]
    assert lines[6:9] == [
        "REPAIRED: an age in years put into its band",
        "  row  column      value  becomes  times",
        "  2    SubjectAge  24     18-34    1",
    ]
    assert lines[28] == "... and 3 more remarks: repaired"


def test_a_long_value_does_not_widen_the_table_of_a_summary(read):
    lines = summary(read({"SubjectAge": "x" * 500}, {"SubjectAge": "very " * 99}))
    assert max(map(len, lines[3:])) < 100


def test_every_fault_of_a_row_is_listed(read):
    # and nothing of its other cells, such as an age in years
    faulty = {"PrimaryConduct": "old", "SubjectGender": "none", "IncidentDate": "?"}
    reading = read(faulty | {"SubjectAge": "24"}, {"SubjectAge": "24"})
    faults, repaired = reading.remarks[:-1], reading.remarks.iloc[-1]
    assert set(faults["action"]) == {"set aside"}
    assert (repaired["row"], repaired["action"]) == (3, "repaired")
    assert set(faults["column"]) == {"PrimaryConduct", "SubjectGender", "IncidentDate"}
    assert set(faults["row"]) == {2} and list(reading.records.reports.index) == [3]


def test_blank_is_not_reported_but_a_blank_box_beside_a_filled_one_is_no(read):
    boxes = {"Outcome: Arrested": "Yes", "Outcome: Other": "", "SingleCrewed": ""}
    none = dict.fromkeys(boxes, "")
    reports = read(boxes, none).records.reports
    assert list(reports["outcome: Other"]) == ["No", "Not reported"]
    assert list(reports["single crewed"]) == ["Not reported", "Not reported"]


def test_dont_know_and_blank_are_not_white(read):
    # definition 25
    given = ["White", "Don't know", "", "Not reported", "Black (or Black British)"]
    reports = read(*[{"SubjectEthnicity": one} for one in given]).records.reports
    assert (reports["ethnicity"] == "White").sum() == 1
    assert list(reports["ethnicity"]) == [
        "White", "Don't know", "Not reported", "Not reported", "Black",
    ]  # fmt: skip


def test_health_is_derived_from_two_boxes(read):
    # physical, mental: none is a word, and a blank box is no answer
    cases = {
        ("Yes", "Yes"): "Physical and mental", ("Yes", "No"): "Physical", ("No", "Yes"): "Mental",
        ("No", "No"): "None", ("No", ""): "Not reported", ("", ""): "Not reported",
        ("", "Yes"): "Mental",
    }  # fmt: skip
    reports = [{"PhysicalDisability": one, "MentalDisability": two} for one, two in cases]
    records = read(*reports).records
    assert list(records.reports["health condition"]) == list(cases.values())
    assert "health condition" not in records.absent


def test_one_column_of_health_keeps_the_word_none(read):
    # definition 20
    records = read({"HealthCondition": "None"}, {"HealthCondition": "mental"}).records
    assert list(records.reports["health condition"]) == ["None", "Mental"]
    assert "health condition" not in records.absent and "mental disability" in records.absent


def test_fields_that_the_file_lacks_are_absent(read):
    records = read({}).records
    assert {"ethnicity", "health condition", "outcome: Arrested"} <= set(records.absent)
    assert records.reports["ethnicity"].iloc[0] == "Not reported"


def test_tactical_communication_alone_is_no_use_of_force(read):
    # definition 4
    talk = {"Tactic 1": "Tactical Communications"}
    reading = read(
        talk,
        talk | {"Tactic 2": "Shield"},
        talk | {"CED Drawn": "Yes"},
        talk | {"Firearms Aimed": "Yes"},
    )
    assert list(reading.set_aside["row"]) == [2]
    assert "not a use of force" in reading.set_aside["reason"].iloc[0]
    assert len(reading.records) == 3


def test_what_stood_in_missing_columns_for_tactics_is_not_known(read):
    # of the first row the file shows nothing but talk, whatever stood under Tactic 2
    talk = {"Tactic 1": "Tactical Communications"}
    reading = read(talk, {}, talk | {"SubjectAge": "old"}, tactics=["Tactic 1"])
    assert list(reading.records.reports.index) == [2, 3]
    assert list(reading.set_aside["row"]) == [4]
    found = reading.remarks[reading.remarks["action"] == "labelled"]
    assert list(found["row"]) == [1, 2]
    assert found["reason"].iloc[0] == reading.records.lacks_tactics()
    assert found["reason"].iloc[1].startswith("tactical communication alone: kept")
    assert reading.records.lacks("tactic 1", "tactic 2") == "the file has no column for tactic 2"


@pytest.mark.parametrize("missing", PAIRS[1:])
def test_one_missing_column_for_a_tactic_is_enough(read, missing):
    others = [header for header in PAIRS if header != missing]
    reading = read({"Tactic 1": "Tactical Communications"}, tactics=others)
    assert len(reading.records) == 1 and "19 of the form's 20" in reading.records.lacks_tactics()


def test_a_missing_column_is_no_empty_pair(read):
    others = ["Tactic 1", "Tactic 3", "Tactic 5"]
    two = {"Tactic 1": "Shield", "Tactic 3": "Dog Bite"}
    reading = read(two, {"Tactic 1": "Shield", "Tactic 5": "Dog Bite"}, tactics=others)
    gaps = reading.remarks[reading.remarks["reason"] == "a tactic after an empty pair"]
    assert [*zip(gaps["row"], gaps["column"], strict=True)] == [(3, "Tactic 5")]


def test_districts_and_duties_have_one_spelling_each(read):
    # the commonest, whatever comes first; of two equally common ones the first
    districts = ["CAMBRIDGE ", "Cambridge", "Cambridge\u00a0", "cambridge", "St. Ives", "St Ives",
                 "Fenland"]  # fmt: skip
    duties = ["patrol", "Patrol", "PATROL", "Patrol", "Dog-handler", "Dog handler", "Patrol 2"]
    reading = read(*[{"Borough": district, "MainDuty": duty}
                     for district, duty in zip(districts, duties, strict=True)])  # fmt: skip
    reports = reading.records.reports
    assert list(reports["district"]) == ["Cambridge"] * 4 + ["St. Ives"] * 2 + ["Fenland"]
    assert list(reports["main duty"]) == ["Patrol"] * 4 + ["Dog-handler"] * 2 + ["Patrol 2"]
    spelled = reading.remarks[reading.remarks["column"] == "Borough"]
    assert [*zip(spelled["row"], spelled["value"], spelled["becomes"], strict=True)] == [
        (2, "CAMBRIDGE ", "Cambridge"), (4, "Cambridge\u00a0", "Cambridge"),
        (5, "cambridge", "Cambridge"), (7, "St Ives", "St. Ives"),
    ]  # fmt: skip
    assert set(reading.remarks["action"]) == {"spelled"}


def test_a_torn_row_has_no_say_in_the_spelling(tmp_path):
    path = tmp_path / "records.csv"
    header, torn = "IncidentDate,Borough,Tactic 1", "2017-04-01,FENLAND"
    lines = [header, torn, torn, *(f"2017-04-01,{one},Shield" for one in
                                   ("FENLAND", "Fenland", "Fenland"))]  # fmt: skip
    path.write_text("\n".join(lines), "utf-8")
    reading = read_records(path, "Cambridgeshire", "2017-Q2")
    assert list(reading.records.reports["district"]) == ["Fenland"] * 3


@pytest.mark.parametrize("words", ["N/A", "not-reported", "Not Reported", "Unknown", "?", "#N/A"])
def test_words_for_no_district_are_none(read, words):
    reading = read({"Borough": words}, {"Borough": "Fenland"}, {"Borough": ""})
    assert list(reading.records.reports["district"]) == ["", "Fenland", ""]
    assert list(reading.remarks["reason"]) == ["words or marks for no answer"]


def test_dates_with_the_month_first_are_refused(read):
    # 04/05/2017 would be read as 4 May
    days = ["04/05/2017", "04/13/2017", "04/30/2017 00:00:00"]
    with pytest.raises(Refused) as refused:
        read(*[{"IncidentDate": day} for day in days])
    assert str(refused.value) == (
        "records.csv: row 3, column IncidentDate: '04/13/2017' has the month first; "
        "allowed: 2017-04-13 or 13/04/2017"
    )
    with pytest.raises(Refused, match="'4/13/17' has the month first"):
        read({"IncidentDate": "4/13/17"}, {"IncidentDate": "Total"})


@pytest.mark.parametrize("others", [["13/04/2017", "04/05/2017"], ["2017-04-05", "04/04/2017"]])
def test_one_month_first_among_dates_that_are_plain_is_set_aside(read, others):
    reading = read({"IncidentDate": "04/13/2017"}, *[{"IncidentDate": day} for day in others])
    assert list(reading.set_aside["row"]) == [2] and len(reading.records) == 2
    assert "no such day" in reading.set_aside["reason"].iloc[0]


def test_the_months_of_a_file_of_another_period_are_named(read):
    days = ["2017-03-31", "42736", "", "01/02/2017", "2017-02-30"]
    reading = read(*[{"IncidentDate": day} for day in days])
    assert len(reading.records) == 0 and reading.months == "2017-01..2017-03"
    assert read({"IncidentDate": "Total"}).months == ""


@pytest.mark.parametrize("device", range(1, CED_DEVICES + 1))
def test_more_cycles_than_one_are_kept_as_details(read, device):
    prefix = "CED" if device == 1 else f"CED{device}"
    ticks = {f"{prefix} Fired Repeat Cycle Same Cartridge": "Yes",
             f"{prefix} Drive Stun Repeat Application": "x",
             f"{prefix} Fired Cycle Extended Beyond 5 Secs": "No"}  # fmt: skip
    extended = {f"{prefix} Fired Cycle Extended Beyond 5 Secs": "TRUE"}
    reading = read(ticks, {}, extended, {f"{prefix} Drive Stun Repeat Application": "twice"})
    assert reading.records.ced_details.values.tolist() == [
        [2, device, "drive stun repeat application"],
        [2, device, "fired repeat cycle same cartridge"],
        [4, device, "fired cycle extended beyond 5 secs"],
    ]
    assert reading.records.ced.empty
    (remark,) = reading.remarks[reading.remarks["reason"].str.contains("tick")].itertuples()
    assert (remark.row, remark.value, remark.action) == (5, "twice", "labelled")
    assert reading.records.lacks(f"CED {device}: drive stun repeat application") == ""
    assert "no column for CED" in read({}).records.lacks("CED 1: drive stun repeat application")


def test_tactics_keep_their_order_and_their_gaps(read):
    one = {"Tactic 1": "", "Tactic 3": "Baton Used", "Effective 3": "No", "Tactic 4": "Baton Used",
           "Effective 2": "Yes"}  # fmt: skip
    reading = read(one, {"Tactic 1": ""})
    assert reading.records.tactics.values.tolist() == [
        [2, 3, "Baton used", "No"],
        [2, 4, "Baton used", "Not reported"],
    ]
    assert sorted(zip(reading.remarks["row"], reading.remarks["reason"], strict=True)) == [
        (2, "a tactic after an empty pair"),
        (2, "effectiveness without a tactic: not counted"),
        (2, "the same tactic once more: a report counts it once"),
        (3, "no tactic is reported"),
    ]


@pytest.mark.parametrize("device", range(1, CED_DEVICES + 1))
def test_a_tick_is_a_use_of_its_device(read, device):
    prefix = "CED" if device == 1 else f"CED{device}"
    ticks = {f"{prefix} Drawn": "Yes", f"{prefix} Fired": "X", f"{prefix} Aimed": "No"}
    found = read(ticks, {}).records.ced
    assert found.values.tolist() == [[2, device, "CED drawn"], [2, device, "CED fired"]]


def test_contradictions_are_labelled_and_kept(read):
    cases = [
        ({"CED Drawn": "Yes", "CarryingCED": "Yes"}, "CED Used", "no tactic is one"),
        ({"Tactic 1": "CED (Taser) Fired"}, "CED Used", "block is empty"),
        ({"SubjectInjured": "No", "SubjectNatureOfInjury": "Minor"}, "SubjectNatureOfInjury",
         "nobody was injured"),
        ({"StaffInjured": "No", "StaffInjuryLevel": "Severe"}, "StaffInjuryLevel",
         "nobody was injured"),
        ({"Outcome: Fatality": "Yes", "SubjectNatureOfInjury": "Severe"}, "Outcome: Fatality",
         "no death as injury"),
        ({"SubjectAge": "0-10", "Tactic 1": "CED (Taser) Aimed", "CED Used": "Yes"}, "SubjectAge",
         "under 11"),
        ({"Tactic 1": "CED (Taser) Aimed", "CED Used": "Yes", "CarryingCED": "No"}, "CarryingCED",
         "none was carried"),
    ]  # fmt: skip
    sound = {"Tactic 1": "CED (Taser) Drawn", "CED Used": "Yes", "Outcome: Fatality": "Yes",
             "SubjectInjured": "Yes", "SubjectNatureOfInjury": "Death",
             "CarryingCED": "Yes"}  # fmt: skip
    reading = read(sound, *[given for given, _, _ in cases])
    assert len(reading.records) == len(cases) + 1
    labelled = reading.remarks[reading.remarks["reason"] != "blank where another box of the same "
                               "question is filled"]  # fmt: skip
    assert list(labelled["row"]) == list(range(3, 3 + len(cases)))
    for remark, (_, column, words) in zip(labelled.itertuples(), cases, strict=True):
        assert remark.column == column and words in remark.reason and remark.action == "labelled"


def test_an_empty_block_may_say_so(read):
    said = [{"CED Used": "No"}, {"CED Used": "N/A"}, {"CED Used": ""}, {"CED Drawn": "No"},
            {"CarryingCED": "No"}]  # fmt: skip
    assert read(*said).remarks.empty


def test_of_a_torn_row_nothing_but_that_is_said(tmp_path):
    path = tmp_path / "records.csv"
    path.write_text(f"IncidentDate,SubjectAge,{','.join(PAIRS)}\n,old\n2017-04-01,24\n", "utf-8")
    reading = read_records(path, "Cambridgeshire", "2017-Q2")
    assert list(reading.remarks["reason"]) == ["has 2 cells where the header has 22"] * 2
    assert len(reading.records) == 0 and len(reading.set_aside) == reading.rows == 2


def test_without_a_period_no_date_is_outside_it_and_the_months_are_named(read):
    days = [{"IncidentDate": "2017-04-30"}, {"IncidentDate": "2018-01-01"}]
    assert len(read(*days, period="2017/18").records) == 2
    reading = read(*days, period=None)
    assert reading.records.period == "2017-04..2018-01" and len(reading.records) == 2
    assert list(read(*days).set_aside["row"]) == [3]


@pytest.mark.parametrize(
    ("date", "period", "inside"),
    [
        ("2017-03-31", "2017-Q2", False), ("2017-04-01", "2017-Q2", True),
        ("2017-06-30", "2017-Q2", True), ("2017-07-01", "2017-Q2", False),
        ("2018-03-31", "2017/18", True), ("2018-04-01", "2017/18", False),
    ],
)  # fmt: skip
def test_the_period_holds_its_first_and_last_day(read, date, period, inside):
    assert len(read({"IncidentDate": date}, period=period).records) == inside


def test_a_file_that_says_so_is_made_up_and_another_is_not(read):
    made_up = read({"Made up": "Made up"}, {"Made up": "Yes"}).records
    assert made_up.place["edition"] == "made up" and made_up.source == "made-up-records"
    real = read({"Made up": ""}).records
    assert not real.made_up and (real.source, real.edition) == ("records", "records")


def test_a_row_of_totals_does_not_make_a_made_up_file_real(read):
    reading = read({"Made up": "Yes"}, {"Made up": "", "IncidentDate": "Total"})
    assert reading.records.made_up and len(reading.set_aside) == 1
