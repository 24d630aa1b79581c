"""The rows behind the counts of the report on made-up records, held against the file itself."""

import csv
import re

import pytest

from analysis.places import PARAMS
from tests.report import page_checks

FILE = PARAMS.parent / "data" / "made-up" / "cambridgeshire_2017-Q2" / "records.csv"
# the question of a count, as its condition names it: the column of the file
COLUMNS = {
    "gender": "SubjectGender",
    "ethnicity": "SubjectEthnicity",
    "conduct": "PrimaryConduct",
    "subject injured": "SubjectInjured",
    "officer injured": "StaffInjured",
    "location: Dwelling": "Incident Location: Dwelling",
}


@pytest.fixture(scope="module")
def tables(made_up_report):
    return page_checks.rows_of(made_up_report)


@pytest.fixture(scope="module")
def held(made_up_report):
    """Every count that has rows: what is added up over them, and their bits."""
    with (made_up_report / "rows.csv").open(encoding="utf-8", newline="") as file:
        found = {row["id"]: row["rows"].rpartition(":") for row in csv.DictReader(file)}
    return {one: (unit, int(bits, 16)) for one, (unit, _, bits) in found.items()}


def test_every_count_of_a_file_has_rows_and_no_other(tables, held):
    own = {one for one, row in tables.items() if row.get("source", "").startswith("made-up-")}
    assert len(own) > 1000
    assert held.keys() == own


def test_a_count_of_reports_or_rows_is_the_number_of_its_rows(tables, held):
    units = ("report", "row of the file")
    counted = {one: bits for one, (unit, bits) in held.items() if unit in units}
    assert len(counted) > 500
    wrong = {one for one, bits in counted.items() if bits.bit_count() != int(tables[one]["value"])}
    assert wrong == set()


def test_incidents_have_at_least_a_report_each(tables, held):
    counted = {one: bits for one, (unit, bits) in held.items() if unit.startswith("incident by ")}
    assert len(counted) > 100
    assert all(bits.bit_count() >= int(tables[one]["value"]) for one, bits in counted.items())
    alone = {one for one in counted if held[one][0] == "incident by report"}
    assert all(counted[one].bit_count() == int(tables[one]["value"]) for one in alone)


def test_more_words_are_fewer_rows(tables, held):
    """A condition that goes on where another ends can be fulfilled by rows of the other alone."""
    by_words = {}
    for one, (unit, bits) in held.items():
        if unit == "report":
            by_words.setdefault(tables[one]["cell"], set()).add(bits)
    assert {words for words, found in by_words.items() if len(found) > 1} == set()
    pairs = [(words, words.rpartition("; ")[0]) for words in by_words]
    pairs = [(words, wider) for words, wider in pairs if wider in by_words]
    assert len(pairs) > 300
    for words, wider in pairs:
        (fewer,), (more,) = by_words[words], by_words[wider]
        assert fewer & more == fewer, words


def test_the_rows_are_those_that_a_spreadsheet_shows(tables, held):
    """A question and its answer looked up in the file, the header being row 1."""
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    looked_up = set()
    for one, (unit, bits) in held.items():
        question, _, answer = tables[one]["cell"].rpartition(": ")
        if unit != "report" or question not in COLUMNS or not re.fullmatch("[A-Z].*", answer):
            continue
        rows = [row for row, line in enumerate(lines, 2) if line[COLUMNS[question]] == answer]
        if rows:
            assert bits == sum(1 << row for row in rows), one
            looked_up.add((question, answer))
    assert {question for question, _ in looked_up} == COLUMNS.keys()


def test_every_stated_finding_rests_on_something(tables):
    findings = [row for row in tables.values() if "findings" in row and row["status"] == "stated"]
    assert len(findings) > 500
    bare = [row["id"] for row in findings if not row["counts"] and not row["findings"]]
    assert bare == []
    below = {one for row in findings for one in row["findings"].split(";") if one}
    assert below <= tables.keys()
