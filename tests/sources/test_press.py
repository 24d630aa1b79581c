"""What three newspapers printed, against the figures that the project was given."""

import csv

import pytest

from analysis.sources import press, published
from analysis.sources.registry import sources

# the paper and the measure in published_figures.csv: ours
GIVEN = {
    ("Hunts Post", "incidents"): ("hunts-post-2017", "reports"),
    ("Hunts Post", "officers injured occasions"): ("hunts-post-2017", "officer injuries"),
    ("Cambs Times", "recorded uses of force"): ("cambs-times-2017", "reports"),
    ("Cambs Times", "officers injured"): ("cambs-times-2017", "officer injuries"),
    ("Cambs Times", "subjects injured"): ("cambs-times-2017", "subject injuries"),
}


@pytest.fixture(scope="module")
def figures(shared):
    with (shared / "domain" / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["period"] == "Apr-Jun 2017"]


def test_figures_are_those_given(figures):
    found = {}
    for row in figures:
        if (row["source"], row["measure"]) in GIVEN:
            paper, measure = GIVEN[row["source"], row["measure"]]
            count = published.load(paper, press.SUBJECT).one(measure=measure)
            assert (count.value, count.area) == (float(row["value"]), row["area"])
            found[row["source"], row["measure"]] = count
    assert found.keys() == GIVEN.keys()


def test_articles_are_cited_by_their_address(figures):
    addresses = {row["source"]: row["url"] for row in figures}
    for paper, name in press.PAPERS.items():
        source = sources()[paper]
        assert (source.publisher, source.address) == (name, addresses[name])
        assert (source.period, source.edition) == (press.PERIOD, press.EDITION)
        assert "not an official statistic" in source.status


def test_the_peterborough_telegraph_names_nobody_injured():
    # issue 3: 1,234 reports, 77 minor injuries and 1 severe, whose is not said; 7 % of officers
    counts = published.load("peterborough-telegraph-2017", press.SUBJECT)
    rows = [(count.measure, count.unit, count.value) for count in counts]
    assert rows == [
        ("reports", "report", 1234),
        ("injuries", "injury", 77),
        ("injuries", "injury", 1),
        ("per cent of reports with an officer injured", "per cent", 7),
    ]
    minor, severe = counts.where(measure="injuries")
    assert minor.group.startswith("minor") and severe.group.startswith("severe")
    assert all("does not say whose" in count.group for count in (minor, severe))


@pytest.mark.parametrize("paper", press.PAPERS)
def test_all_figures_are_of_one_quarter_and_area(paper):
    counts = published.load(paper, press.SUBJECT)
    assert {(count.period, count.area) for count in counts} == {("2017-Q2", "Cambridgeshire")}
    assert {count.table for count in counts} == {press.PAPERS[paper]}
