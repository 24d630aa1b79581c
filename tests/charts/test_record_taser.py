"""Charts of Taser in records: what they show, and that they say what they leave out."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.charts import record_taser as charts
from analysis.counts import SUPPRESSED
from analysis.findings import Findings
from analysis.ledger import Ledger
from analysis.measures.records import taser, volume
from analysis.sources import district_activity
from tests.records_by_hand import records_of

PLACE = ("Cambridgeshire", "2017-Q2")
USED = {"CED trained": "Yes", "CED carried": "Yes", "tactics": ["CED drawn"], "ced": ["CED drawn"]}
FIRED = USED | {"tactics": ["CED fired"], "ced": ["CED fired"]}
CARRIED = {"CED trained": "Yes", "CED carried": "Yes"}

# district: incidents, authorisations, uses
DISTRICTS = {"Ely": (500, 50, 10), "Fenland": (1000, 50, 12), "Soham": (2000, 100, 28)}


def sums(districts):
    rows = [("2017-04", place, *values, 0) for place, values in districts.items()]
    columns = ["month", "district", "incidents_immediate", "authorisations", "uses", "discharges"]
    frame = pd.DataFrame(rows, columns=columns).astype(str)
    frame = frame.assign(area="Cambridgeshire", incidents_prompt="0", printed_in="Made up")
    counts = district_activity.clean(frame, "activity.csv", Ledger(), "none")
    return volume.totals(counts, "Cambridgeshire")


def carriage(*reports):
    records = records_of(*reports)
    alone = pd.Series(range(len(records)), records.reports.index)
    return charts.carriage(taser.carriage(records, alone, 0.95))


def on_incidents(districts=DISTRICTS):
    rows = volume.by_district(sums(districts), *PLACE, 0.95)
    return charts.on_incidents(rows, "Cambridgeshire")


def funnel(districts=DISTRICTS):
    rows = volume.funnel(sums(districts), *PLACE, "uses", "authorisations", by="district")
    return charts.funnel(rows)


CHARTS = {
    "carriage": lambda: carriage(USED, USED, FIRED, CARRIED, CARRIED, {}, {}),
    "on_incidents": on_incidents,
    "funnel": funnel,
}


@pytest.fixture(scope="module", params=CHARTS)
def chart(request):
    return CHARTS[request.param]()


def labels(chart):
    return [one.get_text().strip() for one in BeautifulSoup(chart.svg, "lxml").select("[data-id]")]


def test_a_dot_for_each_stage_from_carriage():
    # 5 of 7 trained, 5 of 5 carried, 3 of 5 used, 1 of 3 discharged, 3 of 7 used
    chart = CHARTS["carriage"]()
    assert labels(chart) == ["71.4%", "100.0%", "60.0%", "33.3%", "42.9%"]
    assert "Carried, of reports by officers trained 100.0%, 56.6% to 100.0%" in chart.alternative


def test_a_stage_without_a_report_has_no_dot_and_is_named():
    chart = carriage(USED, CARRIED, {})
    assert labels(chart) == ["66.7%", "100.0%", "50.0%", "33.3%"]
    assert "Without a dot: Discharged, of reports with a CED used." in chart.alternative


def test_no_ladder_where_nobody_carries():
    assert carriage({}, {}) is None


def test_uses_per_thousand_incidents_stand_beside_each_district():
    # lowest first: 10, 12 and 28 uses over 500, 1,000 and 2,000; 50 over 3,500 in all
    chart = on_incidents()
    assert labels(chart) == ["20.00", "12.00", "14.00"]
    assert "14.29 uses per thousand graded incidents" in chart.alternative
    text = BeautifulSoup(chart.svg, "lxml").get_text(" ")
    assert all(name in text for name in DISTRICTS) and "in proportion" in text


def test_a_district_without_a_use_is_named_and_not_drawn():
    chart = on_incidents(DISTRICTS | {"Wisbech": (700, 3, 0)})
    assert "Without a use and not drawn: Wisbech." in chart.alternative
    assert "Wisbech" not in BeautifulSoup(chart.svg, "lxml").svg.get_text()


def test_no_chart_without_uses_or_without_activity():
    assert on_incidents({"Ely": (500, 50, 0)}) is None
    assert charts.on_incidents(volume.by_district(sums(DISTRICTS).where(area="Kent"), "Kent",
                                                  "2017-Q2", 0.95), "Kent") is None  # fmt: skip
    assert funnel({"Ely": (500, 50, 10), "Soham": (900, 40, 8)}) is None


def test_the_funnel_says_who_lies_outside():
    # alike but for one that has no use of a hundred: far below the limits of its size
    far = {name: (1000, 100, 30) for name in ("Ely", "Fenland", "March", "Soham")}
    far |= {"Wisbech": (1000, 100, 0)}
    assert "Outside the inner limits: Wisbech." in funnel(far).alternative
    assert "Outside the inner limits: none." in funnel().alternative
    assert labels(funnel()) == ["20.0%", "24.0%", "28.0%"]
    assert "25.0%" in funnel().alternative
    # sin²(π/6 ± 1.96/20), as Soham has a hundred authorisations
    assert "Soham 28.0%, 17.0% to 33.9%." in funnel().alternative


def test_the_share_stands_once_in_the_data_of_the_funnel_and_each_limit_by_itself():
    own = [row for row in funnel().rows if row.area == "Soham"]
    assert [(row.label, row.text()) for row in own] == [
        ("Used per authorisation", "28.0%"),
        ("Inner limits at its size: lower", "17.0%"),
        ("Inner limits at its size: upper", "33.9%"),
        ("Outer limits at its size: lower", "13.0%"),  # sin²(π/6 ± 3.09/20)
        ("Outer limits at its size: upper", "39.4%"),
    ]


def test_made_up_figures_are_said_to_be(chart):
    assert "made up" in chart.title and chart.alternative.startswith("Made up.")
    assert "MADE UP" in BeautifulSoup(chart.svg, "lxml").get_text()


def test_labels_are_marked_and_true(chart):
    rows = {row.id: row for row in chart.rows}
    page = BeautifulSoup(chart.svg, "lxml")
    for label in page.select("[data-id]"):
        assert label.get_text().strip() == rows[label["data-id"]].text(label["data-part"])
    for text in page.find_all("text"):
        if re.search(r"\d", text.get_text()):
            on_axis = text.find_parent("g", id=re.compile(r"-[xy]tick_\d+$"))
            assert on_axis or text.find_parent(attrs={"data-id": True}), text


def test_numerals_of_the_alternative_text_are_figures_of_its_rows(chart):
    texts = {row.text(part) for row in chart.rows for part in ("value", "lower", "upper")}
    numbers = re.findall(r"\d[\d,.]*\d%?|\d%?", chart.alternative)
    assert numbers and [number for number in numbers if number not in texts] == []


def test_the_same_figures_give_the_same_bytes(request, chart):
    name = request.node.callspec.params["chart"]
    assert CHARTS[name]().svg == chart.svg


def test_a_funnel_leaves_out_what_a_release_hides():
    rows = volume.funnel(sums(DISTRICTS), *PLACE, "uses", "authorisations", by="district")
    gone = dict(status=SUPPRESSED, reason="hidden", value=None, lower=None, upper=None, outcome="")

    def without(**wanted):
        hidden = [row.id for row in rows.where(**wanted)]
        return Findings(tuple(replace(row, **gone) if row.id in hidden else row for row in rows))

    assert labels(charts.funnel(without(area="Soham"))) == ["20.0%", "24.0%"]
    assert "Soham" not in charts.funnel(without(area="Soham")).alternative
    pooled = next(row.series_id for row in rows if row.series_id.endswith("/pooled"))
    assert charts.funnel(without(series_id=pooled)) is None
