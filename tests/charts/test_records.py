"""Charts of records: every number marked with its finding, and an alternative text that has it."""

import re

from bs4 import BeautifulSoup

from analysis.charts import records as charts
from analysis.charts.drawing import BLUE
from analysis.measures.records.incidents import group_reports, range_of_incidents
from analysis.measures.records.quarter import reports_by
from tests.records_by_hand import records_of

RECORDS = records_of(
    {}, {"time": "12:10"}, {"time": "12:10"}, {"age": "11-17", "tactics": ["Shield"]},
    {"time": "18:00", "tactics": ["Shield", "Compliant handcuffing"]},
)  # fmt: skip


def incidents(records=RECORDS):
    return charts.incidents(range_of_incidents(records))


def tactics(records=RECORDS):
    return charts.tactics(reports_by(records, "tactic", group_reports(records, "report"), 0.95, {}))


def marked(chart):
    soup = BeautifulSoup(chart.svg, "html.parser")
    return {tag["data-id"]: tag.get_text().strip() for tag in soup.select("[data-id]")}


def test_every_rule_has_its_bar_and_number():
    chart = incidents()
    assert marked(chart) == {row.id: row.text() for row in chart.rows}
    assert list(marked(chart).values()) == ["5", "4", "3", "2"]
    assert len({row.label for row in chart.rows}) == 4  # a line each in the data of the chart
    assert ": report 5; same minute 4; within 30 minutes 3; one place 2. " in chart.alternative
    assert "None is the fewest that there can be" in chart.alternative


def test_bars_are_as_long_as_their_numbers():
    svg = BeautifulSoup(incidents().svg, "html.parser")
    bars = [tag["d"] for tag in svg.find_all("path") if BLUE.casefold() in tag.get("style", "")]
    sides = [[float(number) for number in re.findall(r"[ML] ([\d.]+) ", path)] for path in bars]
    widths = [max(x) - min(x) for x in sides]
    assert [round(5 * width / widths[0], 3) for width in widths] == [5, 4, 3, 2]


def test_tactics_stand_most_first_and_those_of_no_report_are_named():
    chart = tactics()
    assert list(marked(chart).values()) == ["80.0%", "40.0%"]
    assert "most first: Compliant handcuffing 80.0%, " in chart.alternative
    assert "; Shield 40.0%, " in chart.alternative
    assert "In no report: " in chart.alternative
    assert "Firearms" in chart.alternative.partition("In no report: ")[2]


def test_the_data_of_the_chart_are_all_tactics():
    assert {row.label for row in tactics().rows} >= {"Shield", "Firearms", "Tactics not reported"}


def test_without_a_report_there_is_no_chart():
    assert incidents(records_of()) is None
    assert tactics(records_of()) is None


def test_a_file_without_times_shows_reports_alone():
    chart = incidents(
        records_of({"time": "Not reported"}, {"time": "Not reported"}, absent=("time",))
    )
    assert list(marked(chart).values()) == ["2"]
