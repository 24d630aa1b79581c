"""Charts of injuries in records: what they show, and what has too few reports to be shown."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from analysis.charts import record_injuries as charts
from analysis.counts import SUPPRESSED
from analysis.findings import Findings
from analysis.measures.records import injuries
from analysis.measures.records.injury_study import OF_ALL, Study
from tests.records_by_hand import records_of

HURT = {"subject injured": "Yes", "officer injured": "Yes"}
REPORTS = [
    *[{"tactics": ["Ground restraint"], **HURT}] * 3,
    *[{"tactics": ["Ground restraint"], "conduct": "Compliant"}] * 9,
    *[{"tactics": ["Compliant handcuffing"], "conduct": "Compliant"}] * 20,
    {"tactics": ["Dog bite"], **HURT},
]


def study(*reports):
    return Study(records_of(*reports), "report", 0.95)


def by_tactic(given):
    rows = injuries.by_highest_tactic(given, "applied first", "metropolitan", "subjects")
    return charts.subjects_by_tactic(rows)


def by_resistance(given):
    return charts.officers_by_resistance(injuries.by_resistance(given, "officers"))


@pytest.fixture(scope="module", params=[by_tactic, by_resistance])
def make(request):
    return request.param


@pytest.fixture(scope="module")
def chart(make):
    return make(study(*REPORTS))


def labels(chart):
    return [one.get_text().strip() for one in BeautifulSoup(chart.svg, "lxml").select("[data-id]")]


def test_a_dot_for_each_tactic_with_enough_reports():
    # 3 of 12 and 0 of 20, in the order of severity; one dog bite is too few
    chart = by_tactic(study(*REPORTS))
    assert labels(chart) == ["25.0%", "0.0%"]
    assert "Ground restraint 25.0%, 8.9% to 53.2%" in chart.alternative
    assert "Too few reports to say: Dog bite." in chart.alternative
    assert [row.label for row in chart.rows] == [
        "Dog bite", "Ground restraint", "Compliant handcuffing",
    ]  # fmt: skip


def test_officers_by_resistance_least_first():
    # 0 of 29 compliant; 4 of 4 in active resistance are too few
    chart = by_resistance(study(*REPORTS))
    assert labels(chart) == ["0.0%"]
    assert "Too few reports to say: Active resistance." in chart.alternative


def test_by_the_answer_alone(chart):
    assert {row.unit for row in chart.rows} == {OF_ALL}


def test_no_chart_where_nothing_can_be_said(make):
    assert make(study(*REPORTS[:3])) is None


def test_made_up_reports_are_said_to_be(chart):
    assert "made up" in chart.title and chart.alternative.startswith("Made up.")
    assert "MADE UP" in BeautifulSoup(chart.svg, "lxml").get_text()


def test_labels_are_marked_and_true(chart):
    rows = {row.id: row for row in chart.rows}
    page = BeautifulSoup(chart.svg, "lxml")
    for label in page.select("[data-id]"):
        assert label.get_text().strip() == rows[label["data-id"]].text(label["data-part"])
    assert page.svg["aria-label"] == chart.alternative


def test_the_same_reports_give_the_same_bytes(make, chart):
    assert make(study(*REPORTS)).svg == chart.svg
    assert not re.search(r"<metadata|Date", chart.svg)


def test_what_a_release_hides_is_not_called_too_few():
    rows = injuries.by_highest_tactic(study(*REPORTS), "applied first", "metropolitan", "subjects")
    hidden = dict(status=SUPPRESSED, reason="hidden", value=None, lower=None, upper=None)
    shown = [replace(row, **hidden) if row.label == "Ground restraint" else row for row in rows]
    chart = charts.subjects_by_tactic(Findings(tuple(shown)))
    assert "[c]: Ground restraint." in chart.alternative
    assert "Too few reports to say: Dog bite. [c]" in chart.alternative
    assert labels(chart) == ["0.0%"]
