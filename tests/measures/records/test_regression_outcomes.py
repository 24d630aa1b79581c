"""Which reports can tell of an outcome, each by hand."""

import pytest

from analysis.errors import Refused
from analysis.measures.records.regression_outcomes import eligibility, outcome_of
from analysis.standard.form import OUTCOMES
from tests.records_by_hand import records_of

# tactics and uses of a CED of a report: (eligible, event) for each outcome, None where not eligible
REPORTS = {
    "drawn": {"ced": ["CED drawn"]},
    "drawn and fired": {"ced": ["CED drawn", "CED fired"]},
    "kind not stated": {"tactics": ["CED not stated"]},
    "not stated but fired": {"tactics": ["CED not stated"], "ced": ["CED fired"]},
    "no tactic": {"tactics": ["Tactics not reported"]},
    "talked only": {"tactics": ["Tactical communication"]},
    "compliant": {"tactics": ["Compliant handcuffing"]},
    "not compliant": {"tactics": ["Compliant handcuffing", "Non-compliant handcuffing"]},
    "handcuffs not stated": {"tactics": ["Handcuffing not stated", "Ground restraint"]},
    "spray drawn": {"tactics": ["Irritant spray drawn"]},
    "spray used": {"tactics": ["Irritant spray used", "Irritant spray not stated"]},
    "spray not stated": {"tactics": ["Irritant spray not stated"]},
}
NO = dict.fromkeys(REPORTS, False) | {"no tactic": None, "talked only": None}
EXPECTED = {
    "Taser used": NO | {"drawn": True, "drawn and fired": True, "kind not stated": True,
                        "not stated but fired": True},
    "Taser discharged": dict.fromkeys(REPORTS) | {
        "drawn": False, "drawn and fired": True, "not stated but fired": True},
    "Taser not discharged": NO | {"drawn": True, "kind not stated": None},
    "handcuffed not compliant": dict.fromkeys(REPORTS) | {
        "compliant": False, "not compliant": True, "drawn": False, "drawn and fired": False},
    "ground restraint": NO | {"handcuffs not stated": True},
    "irritant spray used": NO | {"spray used": True, "spray not stated": None},
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_a_report_counts_where_it_can_tell(name):
    outcome = outcome_of(records_of(*REPORTS.values()), name)
    told = {
        report: bool(event) if eligible else None
        for report, eligible, event in zip(REPORTS, outcome.eligible, outcome.event, strict=True)
    }
    assert told == EXPECTED[name]


@pytest.mark.parametrize(
    ("name", "field"),
    [("subject injured", "subject injured"), ("hospitalised", "outcome: Hospitalised")],
)
def test_an_answer_not_reported_tells_nothing(name, field):
    outcome = outcome_of(records_of({field: "Yes"}, {field: "No"}, {field: "Not reported"}), name)
    assert outcome.eligible.tolist() == [True, True, False]
    assert outcome.event[outcome.eligible].tolist() == [True, False]


def test_every_outcome_of_the_standard_can_be_had():
    assert set(EXPECTED) | {"subject injured", "hospitalised"} == set(OUTCOMES)


def test_an_unknown_outcome_is_refused():
    with pytest.raises(Refused, match="'shot' is not known"):
        outcome_of(records_of({}), "shot")


def test_each_step_is_counted():
    records = records_of(*REPORTS.values())
    steps = eligibility(records, outcome_of(records, "Taser discharged"))
    assert [[count.value for count in row.counts] for row in steps] == [
        [12, 12], [10, 12], [4, 10], [3, 4],
    ]  # fmt: skip
    assert [row.text() for row in steps] == ["100.0%", "83.3%", "40.0%", "75.0%"]


def test_no_report_left_is_said_and_not_divided_by():
    records = records_of({"tactics": ["Tactics not reported"]})
    *_, used, stated = eligibility(records, outcome_of(records, "Taser discharged"))
    assert used.reason == stated.reason == "no report is left"


def test_a_column_that_the_file_lacks_is_named():
    records = records_of({}, absent=("subject injured", "tactic 1"))
    assert "subject injured" in outcome_of(records, "subject injured").reason
    assert "tactic 1" in outcome_of(records, "Taser used").reason
    assert not outcome_of(records, "hospitalised").reason
