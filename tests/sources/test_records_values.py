"""What a cell says: each spelling that real files hold, and what may not stand."""

import csv

import pytest

from analysis.sources.records.headers import KNOWN
from analysis.sources.records.moments import day, minute
from analysis.sources.records.values import judge
from analysis.standard.form import TACTIC_LABELS
from analysis.standard.periods import parse_period
from tests.conftest import EXPECTED

COLUMNS = {column.header: column for column in KNOWN}
MISSING = ("N/A", "n/a", "NA", "NULL", "nan", "Unknown", "-", "not recorded", "(blank)")
# header: {value of the standard: cells that are that value as the form itself prints it}
AS_PRINTED = {
    "SubjectAge": {"Under 11": ["0-10", "Under 11"], "11-17": ["11-17"],
                   "65 and over": ["65 and over"], "Not reported": ["", "Not reported"]},
    "SubjectEthnicity": {"Black": ["Black (or Black British)", "Black"],
                         "Asian": ["Asian (or Asian British)", "Asian"],
                         "Don't know": ["Don't know"], "Chinese": ["Chinese"]},
    "PrimaryConduct": {"Verbal resistance or gestures": ["Verbal resistance/gestures"]},
    "ThreatenedWithWeapon": {"No": ["No", "None", "none"], "Not reported": [""],
                             "Yes": ["Knife", "Knife, bottle", "Yes"]},
    "CED Fired": {"No": ["", "No"], "Yes": ["Yes"]},
    "HealthCondition": {"None": ["None"], "Physical and mental": ["Physical and mental"]},
    "StaffInjuryLevel": {"Not reported": [""], "Severe": ["Severe"]},
    "SubjectNatureOfInjury": {"Death": ["Death"]},
    "IncidentTime": {"": [""], "09:05": ["09:05", "09:05:59"], "00:00": ["00:00"]},
    "IncidentDate": {"2017-04-01": ["2017-04-01", "2017-04-01 00:00:00", "2017-4-1"]},
    "Tactic 1": {"": [""], "Firearms": ["Firearm Aimed", "Firearm Fired"]},
}  # fmt: skip
SPELLED = {
    "SubjectAge": {"65 and over": ["65+", "65 +", "65 or over", " 65 And Over"],
                   "18-34": ["18–34", "18 - 34", "18 - 34 years"], "Not reported": MISSING},
    "SubjectGender": {"Male": ["male", "M", " Male", "MALE"], "Female": ["f"],
                      "Not reported": MISSING},
    "SubjectEthnicity": {"White": ["white ", "WHITE", "Whi\u200bte"], "Not reported": MISSING,
                         "Don't know": ["Don’t know", "DONT KNOW", "do not know"]},
    "SingleCrewed": {"Yes": ["Y", "y", "TRUE", "1", "yes", "Yes\u00a0"], "Not reported": MISSING,
                     "No": ["N", "false", "0", "NO"]},
    "CED Fired": {"Yes": ["x", "✓", "TRUE", "1"], "No": ["0", "n"]},
    "StaffInjured": {"Yes": ["Yes, I was injured as a result of an assault"]},
    "StaffInjuryLevel": {"Minor": ["minor", "Minor injury", "Minor,"],
                         "Not reported": ["None", "no injury"]},
    "HealthCondition": {"None": ["none"], "Not reported": MISSING},
    "IncidentDate": {"2017-04-01": ["01/04/2017", "1/4/2017", "01.04.2017", "01-04-2017",
                                    "01/04/17", "1 April 2017", "01-Apr-17", "1 Apr 2017",
                                    "01/04/2017 00:00:00"],
                     "2017-06-01": ["01/06/2017"], "2017-06-12": ["12/06/2017"]},
    "IncidentTime": {"09:05": ["9:05", "9:05 AM", "2017-04-01 09:05:00"], "21:05": ["9:05 pm"],
                     "00:10": ["12:10am"], "12:10": ["12:10 p.m."], "": ["N/A"]},
    "Tactic 1": {"Spit and bite guard": ["spit guard", "Spit and bite guard"],
                 "Limb or body restraints": ["Limb / Body restraints"],
                 "CED not stated": ["CED (Taser)", "Taser"], "": ["N/A", "Not reported"],
                 "CED red-dot": ["CED (Taser) Red–Dotted", "CED red-dot"]},
}  # fmt: skip
REPAIRED = {
    "SubjectAge": {"11-17": ["2017-11-01 00:00:00", "2017-11-01", "2017-11-01T00:00:00", "11-Nov",
                             "Nov-17", "17-Nov", "01/11/2017", "01/11/2017 00:00", "43040",
                             "43040.0", "01-Nov-17", "2018-11-17 00:00:00", "17/11/2018",
                             "11/1/2017", "nov 17", "11", "17"],
                   "Under 11": ["Oct-00", "2000-10-01", "2000-10-01 00:00:00", "01/10/2000",
                                "36800", "0", "10", "5.0"],
                   "18-34": ["18", "24", "34"], "35-49": ["35", "49"], "50-64": ["50", "64"],
                   "65 and over": ["65", "101"]},
    "IncidentDate": {"2017-04-01": ["42826", "42826.0", "42826,0"]},
    "IncidentTime": {"12:00": ["0.5", "0,5", ".5"], "00:00": ["0"], "23:59": ["0.999999"]},
}  # fmt: skip
MAY_NOT_STAND = {
    "SubjectAge": ["121", "-1", "old", "2017-12-01", "Dec-17", "11-18", "#N/A", "24.5", "18-35"],
    "SubjectGender": ["Transgender", "Ma1e", "Male, Female"],
    "SubjectEthnicity": ["IC1", "White British", "British"],
    "SubjectInjured": ["Perhaps", "None", "2", "Yes, I was injured as a result of an assault"],
    "CED Fired": ["2", "twice"],
    "IncidentDate": ["", "2017-02-30", "31/04/2017", "04/13/2017", "2017", "Total", "N/A", "0",
                     "1 Foo 2017", "20170401", "0017-04-01"],
    "IncidentTime": ["24:00", "12:60", "13:00 pm", "0:00 am", "noon", "1.5", "12", "09:05:61"],
    "Tactic 1": ["Restraint", "Lasso", "All tactics", "Shield, Baton Used", "CED discharge"],
    "HealthCondition": ["Fine"],
    "PrimaryConduct": ["Cross"],
}  # fmt: skip


def _cases(table):
    return [
        pytest.param(header, printed, value, id=f"{header} {printed!r}")
        for header, values in table.items()
        for value, cells in values.items()
        for printed in cells
    ]


def _judged(header, printed):
    return judge(COLUMNS[header], printed, None)


@pytest.mark.parametrize(("header", "printed", "value"), _cases(AS_PRINTED))
def test_as_the_form_prints_it(header, printed, value):
    assert _judged(header, printed)[:2] == (value, "")


@pytest.mark.parametrize(("header", "printed", "value"), _cases(SPELLED))
def test_spelt_otherwise(header, printed, value):
    assert _judged(header, printed)[:2] == (value, "spelled")


@pytest.mark.parametrize(("header", "printed", "value"), _cases(REPAIRED))
def test_repaired(header, printed, value):
    assert _judged(header, printed)[:2] == (value, "repaired")


@pytest.mark.parametrize(("header", "printed", "value"), _cases(
    {header: {None: cells} for header, cells in MAY_NOT_STAND.items()}))  # fmt: skip
def test_what_may_not_stand_is_set_aside_with_what_may(header, printed, value):
    verdict = _judged(header, printed)
    assert verdict[:2] == (None, "set aside") and "allowed: " in verdict.reason


def test_of_several_levels_the_highest_is_taken_and_labelled():
    assert _judged("SubjectNatureOfInjury", "Minor, Death, Severe")[:2] == ("Death", "labelled")
    assert _judged("SubjectNatureOfInjury", "Bruise, minor")[:2] == ("Minor", "labelled")


@pytest.mark.parametrize(
    ("header", "printed"),
    [("SubjectNatureOfInjury", "Graze, bruise"), ("StaffInjuryLevel", "Death")],
)
def test_words_for_an_injury_never_cost_a_report(header, printed):
    verdict = _judged(header, printed)
    assert verdict == ("Not reported", "labelled", "words that name no level of injury")
    assert _judged("StaffInjuryLevel", "severe,Minor")[:2] == ("Severe", "labelled")


def test_a_time_of_day_beside_the_date_is_labelled():
    assert _judged("IncidentDate", "2017-04-01 14:30:00")[:2] == ("2017-04-01", "labelled")


@pytest.mark.parametrize("printed", TACTIC_LABELS)
def test_labels_of_tactics(printed):
    assert _judged("Tactic 20", printed)[:2] == (TACTIC_LABELS[printed], "")


def test_a_date_outside_the_period_names_the_period():
    verdict = judge(COLUMNS["IncidentDate"], "2017-07-01", parse_period("2017-Q2"))
    assert verdict == (None, "set aside", "outside the period; allowed: days of 2017-Q2")


def test_days_and_minutes_as_openpyxl_reads_them():
    with (EXPECTED / "record_moments.csv").open(encoding="utf-8", newline="") as file:
        expected = [(row["stored"], row["means"]) for row in csv.DictReader(file)]
    assert len(expected) > 60
    for stored, means in expected:
        read = day(stored, None) if "-" in means else minute(stored)
        assert read[0] == means, stored
