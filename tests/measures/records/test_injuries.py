"""Injuries in records, counted by hand on small files."""

from types import SimpleNamespace

import nbformat
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.findings import TOO_FEW
from analysis.measures.records import injuries
from analysis.measures.records.injury_study import (
    AT_MOST,
    BY_LEVEL,
    OF_ALL,
    SIDES,
    Selection,
    Study,
)
from analysis.places import NOTEBOOKS
from analysis.rows import rows_of
from analysis.standard.form import report_fields
from tests.records_by_hand import records_of

ORDERS = ("applied first", "metropolitan")
CLOSE = {"rel": 2e-9}  # findings keep ten significant digits
HURT = {"subject injured": "Yes", "subject injury level": "Minor"}
UNSAID = {"subject injured": "Not reported"}


def study(*reports, rule="report", **given):
    return Study(records_of(*reports, **given), rule, 0.95)


def row(findings, series):
    return findings.one(f"record-injuries/{series}")


def numbers(finding):
    return [count.value for count in finding.counts]


def test_both_measures_and_where_they_disagree():
    rows = injuries.both_measures(
        study(
            HURT,
            {"subject injured": "Yes"},
            {"subject injury level": "Severe"},
            {**UNSAID, "subject injury level": "Death"},
            {"officer injured": "Yes", "officer injury level": "Minor"},
        )
    )
    found = {
        name: row(rows, f"subjects/{name}").value
        for name in ("answer", "level", "answer-without-level", "level-without-answer",
                     "level-minor", "level-severe", "level-death")
    }  # fmt: skip
    assert list(found.values()) == [2, 3, 1, 2, 1, 1, 1]
    assert [row(rows, f"officers/{name}").value for name in ("answer", "level")] == [1, 1]
    assert {finding.unit for finding in rows} == {"report"}


def test_shares_of_all_of_those_that_answer_and_at_most():
    # 12 reports: 3 Yes, 2 not reported
    rows = injuries.overall(study(*[HURT] * 3, *[UNSAID] * 2, *[{}] * 7))
    all_, answered, most = (
        row(rows, f"subjects/share{end}") for end in ("", "/of-answered", "/at-most")
    )
    assert (numbers(all_), numbers(answered), numbers(most)) == ([3, 12], [3, 10], [3, 2, 12])
    assert [all_.value, answered.value, most.value] == pytest.approx([3 / 12, 3 / 10, 5 / 12])
    assert [all_.lower, all_.upper] == pytest.approx(
        proportion_confint(3, 12, method="wilson"), **CLOSE
    )
    assert most.lower is None
    assert row(rows, "officers/share").value == 0


def test_reports_of_one_incident_widen_the_limits():
    # 40 subjects, each reported by two officers who say the same
    pairs = [
        {**(HURT if one % 2 else {}), "date": f"2017-0{4 + one // 20}-{1 + one % 20:02}"}
        for one in range(40)
        for _ in range(2)
    ]
    alone, together = (
        row(injuries.overall(study(*pairs, rule=rule)), "subjects/share")
        for rule in ("report", "within 30 minutes")
    )
    assert alone.value == together.value == 0.5
    # Wilson's limits for 80 and for about 40
    assert alone.upper - alone.lower == pytest.approx(0.214, abs=0.001)
    assert together.upper - together.lower == pytest.approx(0.297, abs=0.003)


@pytest.mark.parametrize(
    ("orders", "highest"),
    [
        (("applied first", "metropolitan"), "Unarmed skills"),
        (("means first", "metropolitan"), "CED drawn"),
    ],
)
def test_the_highest_tactic_hangs_on_the_order(orders, highest):
    mixed = {"tactics": ["Compliant handcuffing", "Unarmed skills"], "ced": ["CED drawn"]}
    rows = injuries.by_highest_tactic(study(*[mixed] * 10), *orders, "subjects")
    assert {finding.label for finding in rows} == {highest}


@pytest.mark.parametrize(
    ("ced_order", "highest"),
    [("metropolitan", "CED angled drive stun"), ("fired-highest", "CED fired")],
)
def test_the_highest_ced_use_is_that_of_the_chosen_order(ced_order, highest):
    both = {"tactics": ["CED fired", "Baton used"], "ced": ["CED angled drive stun"]}
    rows = injuries.by_highest_tactic(study(both), "applied first", ced_order, "subjects")
    assert {finding.label for finding in rows} == {highest}


def test_a_report_stands_once_by_its_highest_tactic_and_with_each_by_any():
    reports = [{**HURT, "tactics": ["Baton used", "Compliant handcuffing"]}] * 3
    reports += [{"tactics": ["Compliant handcuffing", "Compliant handcuffing"]}] * 9
    given = study(*reports, {"tactics": ["Tactical communication"]})
    highest = injuries.by_highest_tactic(given, *ORDERS, "subjects").where(unit=OF_ALL)
    assert {one.label: numbers(one) for one in highest} == {
        "Baton used": [3, 3], "Compliant handcuffing": [0, 9], "Tactics not reported": [0, 1],
    }  # fmt: skip
    each = injuries.by_any_tactic(given, *ORDERS, "subjects").where(unit=OF_ALL)
    assert {one.label: numbers(one) for one in each} == {
        "Baton used": [3, 3], "Compliant handcuffing": [3, 12],
    }  # fmt: skip


def test_few_reports_show_their_numbers_and_no_share():
    rows = injuries.by_highest_tactic(
        study(*[{**HURT, "tactics": ["Dog bite"]}] * 9), *ORDERS, "subjects"
    )
    assert {one.status for one in rows} == {TOO_FEW} and {one.value for one in rows} == {None}
    assert numbers(rows.where(unit=OF_ALL).rows[0]) == [9, 9]


def test_how_many_highest_tactics_the_order_moves():
    mixed = {"tactics": ["Unarmed skills", "CED drawn"]}
    (found,) = injuries.moved_by_order(
        study(mixed, mixed, {}), ("applied first", "means first"), "metropolitan"
    )
    assert (found.value, found.unit) == (2, "report")


def test_officers_by_resistance_least_first():
    calm, wild = ({"conduct": one} for one in ("Compliant", "Aggressive resistance"))
    reports = [{**wild, "officer injured": "Yes", **HURT}] * 4 + [wild] * 8 + [calm] * 12
    rows = injuries.by_resistance(study(*reports, {"conduct": "Not reported"}), "officers")
    shares = rows.where(unit=OF_ALL)
    assert [(one.label, numbers(one)) for one in shares] == [
        ("Compliant", [0, 12]), ("Aggressive resistance", [4, 12]), ("Not reported", [0, 1]),
    ]  # fmt: skip
    # the level of the officer's injury is not given; that of the subject's is another matter
    assert {one.value for one in rows.where(unit=BY_LEVEL)} == {0, None}


def test_boxes_overlap_and_none_ticked_is_told_from_not_reported():
    drunk = {"impact factor: Alcohol": "Yes", "impact factor: Drugs": "Yes"}
    silent = {f"impact factor: {one}": "Not reported" for one in injuries.IMPACT_FACTOR.editions[0]}
    rows = injuries.by_impact_factor(study(drunk, {**drunk, **HURT}, {}, silent), "subjects")
    assert {one.label: numbers(one) for one in rows.where(unit=OF_ALL)} == {
        "Alcohol": [1, 2], "Drugs": [1, 2], "None ticked": [0, 1], "Not reported": [0, 1],
    }  # fmt: skip


def test_locations_are_those_ticked():
    at_home = {"location: Dwelling": "Yes"}
    rows = injuries.by_location(study({**at_home, **HURT}, at_home), "subjects")
    assert {one.label for one in rows} == {"Dwelling"}
    assert numbers(rows.where(unit=AT_MOST).rows[0]) == [1, 0, 2]


def test_one_injured_subject_is_one_incident_whoever_reports_it():
    # two officers on one subject, one of whom does not answer; then another subject a day later
    reports = [
        {**HURT, "time": "12:00"},
        {**UNSAID, "time": "12:20"},
        {**UNSAID, "date": "2017-04-02"},
        *({"date": f"2017-04-{day:02}"} for day in range(3, 13)),
        {**HURT, "date": "2017-05-01"},
        {**HURT, "date": "2017-05-01", "gender": "Female"},
    ]
    rows = injuries.injured_incidents(study(*reports, rule="within 30 minutes"))
    by_rule = {
        rule: row(rows, f"incidents/injured/{rule}").value
        for rule in ("report", "same-minute", "within-30-minutes", "one-place")
    }
    assert list(by_rule.values()) == [3, 3, 3, 2]
    ends = (row(rows, f"incidents/injured/{end}") for end in ("fewest", "most"))
    assert [end.value for end in ends] == [2, 3]
    share, most = row(rows, "incidents/share"), row(rows, "incidents/share/at-most")
    assert (numbers(share), numbers(most)) == ([3, 14], [4, 14])
    assert [share.lower, share.upper] == pytest.approx(
        proportion_confint(3, 14, method="wilson"), **CLOSE
    )
    assert {one.unit for one in rows} == {"incident", "share of incidents"}


def test_an_incident_with_an_injury_stands_for_its_other_reports_too():
    reports = [{**HURT, "time": "12:00"}, {"time": "12:20"}, {"date": "2017-04-02"}]
    rows = injuries.injured_incidents(study(*reports, rule="within 30 minutes"))
    (count,) = row(rows, "incidents/injured/within-30-minutes").counts
    assert (count.value, rows_of(count.rows)) == (1, [2, 3])


def test_aid_is_of_those_injured_and_not_of_others():
    aided = {"subject aid offered": "Yes", "subject aid given": "Yes", "officer aid given": "Yes"}
    reports = [{**HURT, **aided}] * 4 + [{**HURT, "subject aid offered": "Yes"}] * 3
    reports += [{**HURT, "subject aid given": "Not reported"}] * 4 + [aided] * 5
    rows = injuries.aid(study(*reports))
    assert numbers(row(rows, "aid/subject-aid-offered")) == [7, 11]
    assert numbers(row(rows, "aid/subject-aid-given")) == [4, 11]
    assert numbers(row(rows, "aid/subject-aid-given/at-most")) == [4, 4, 11]
    assert numbers(row(rows, "aid/subject-aid-given/of-answered")) == [4, 7]
    # no officer was injured
    nobody = row(rows, "aid/officer-aid-given")
    assert (nobody.status, nobody.reason) == ("not available", "there is no such report")


def test_assaults_are_of_all_reports_and_purpose_of_those_injured():
    struck = {"assaulted by subject": "Yes", "officer injured": "Yes"}
    reports = [{**struck, "officer injury intentional": "Yes"}] * 6 + [struck] * 6
    reports += [{"threatened with weapon": "Yes"}, {"assaulted with weapon": "Not reported"}]
    rows = injuries.assaults(study(*reports))
    assert numbers(row(rows, "assaults/assaulted-by-subject")) == [12, 14]
    assert numbers(row(rows, "assaults/threatened-with-weapon")) == [1, 14]
    most = row(rows, "assaults/assaulted-with-weapon/at-most")
    said = most.basis.format(*(count.text() for count in most.counts))
    assert said == "0 and 1 not reported, of 14"
    assert numbers(row(rows, "assaults/intentional-injury")) == [6, 12]


def test_one_death_stands_in_several_reports():
    # three officers report it, one by the outcome, two by the level
    fatal, level = {"outcome: Fatality": "Yes"}, {"subject injury level": "Death"}
    rows = injuries.deaths(study(fatal, level, level, {}))
    found = [row(rows, f"deaths/{name}").value for name in ("outcome", "level", "either")]
    assert found == [1, 2, 3]
    assert row(rows, "incidents/a-death/report").value == 3
    assert row(rows, "incidents/a-death/one-place").value == 1


def test_what_the_file_has_no_column_for_is_not_available():
    missing = ("subject injured", "officer injury level", "conduct", "outcome: Fatality",
               "subject aid given", "time")  # fmt: skip
    given = study({}, absent=missing)
    for rows in (
        injuries.overall(given).where(series_id="record-injuries/subjects/share"),
        injuries.overall(given).where(series_id="record-injuries/officers/share/level"),
        injuries.by_highest_tactic(given, *ORDERS, "subjects"),
        injuries.by_resistance(given, "officers"),
        injuries.injured_incidents(given),
        injuries.deaths(given),
        injuries.aid(given).where(series_id="record-injuries/aid/subject-aid-given"),
    ):
        assert {one.status for one in rows} == {"not available"}
        assert "the file has no column for" in rows.rows[0].reason


def test_incidents_cannot_be_guessed_without_times():
    rows = injuries.injured_incidents(study(HURT, HURT, absent=("time",)))
    assert row(rows, "incidents/injured/report").value == 2
    assert row(rows, "incidents/injured/one-place").status == "not available"
    assert row(rows, "incidents/injured/fewest").value == 2


def test_no_report_at_all():
    empty = study()
    assert {one.status for one in injuries.overall(empty)} == {"not available"}
    assert len(injuries.by_highest_tactic(empty, *ORDERS, "subjects")) == 0
    assert row(injuries.injured_incidents(empty), "incidents/share").value is None


def test_officers_and_subjects_never_divide_one_another():
    # definition 18
    given = study(*[{**HURT, "officer injured": "Yes", "officer injury level": "Minor"}] * 12)
    rows = [*injuries.overall(given), *injuries.both_measures(given),
            *injuries.aid(given)]  # fmt: skip
    for one in rows:
        named = {who for who in ("subject inj", "officer inj") for c in one.counts if who in c.cell}
        assert len(named) == 1, one.series_id


def test_one_name_for_two_selections_of_reports_is_a_defect():
    given = study({}, {})
    every = given.every
    given.counts(every)
    with pytest.raises(ValueError, match="both called 'every report'"):
        given.counts(Selection(every.words, ~every.reports))


def test_each_count_says_how_to_find_it_again():
    rows = injuries.by_resistance(study(*[HURT] * 12), "subjects").where(unit=OF_ALL)
    cells = [count.cell for count in rows.rows[0].counts]
    assert cells == [
        "conduct: Active resistance; subject injured: Yes", "conduct: Active resistance",
    ]  # fmt: skip
    assert rows.rows[0].id.endswith("@made-up")


def test_sides_are_asked_by_their_own_boxes():
    assert {side.answer for side in SIDES.values()} == {"subject injured", "officer injured"}
    assert "Death" not in SIDES["officers"].levels


def chapter_code():
    notebook = nbformat.read(NOTEBOOKS / "records-injuries.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(cell.source for cell in cells)


NOT_SAID = dict.fromkeys(("subject injured", "officer injured", "conduct"), "Not reported")
EVERY_FIELD = tuple(field for field, allowed in report_fields().items() if allowed)


@pytest.mark.parametrize(
    ("reports", "absent"),
    [
        ([], ()),
        ([{}], ()),
        ([NOT_SAID] * 30, ()),
        ([HURT] * 30, ()),
        ([{"tactics": ["Tactical communication"]}] * 12, EVERY_FIELD),
    ],
    ids=["no report", "one", "nothing answered", "all injured", "no columns"],
)
def test_the_chapter_stands_on_any_records(reports, absent, monkeypatch):
    choices = SimpleNamespace(incident_rule="within 30 minutes", ced_order="metropolitan")
    audit = SimpleNamespace(
        records=records_of(*reports, absent=absent), choices=choices, confidence=0.95
    )
    monkeypatch.setattr("analysis.audit.open_audit", lambda **_: audit)
    found = {}
    exec(chapter_code(), found)
    assert len(found["shares"]) == 8 and found["model"].rows
