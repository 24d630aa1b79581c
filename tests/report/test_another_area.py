"""One of the 86 reports besides the default one; tests/long makes them all."""

import pandas as pd
import pytest

from analysis.parameters import check
from analysis.places import ROOT
from analysis.report.run import run
from tests.long.test_all_reports import groups_are_honest, nothing_is_made_up, table
from tests.report import page_checks


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    parameters = check({"area": "Kent", "period": "2018/19"}, "test")
    report = run(parameters, tmp_path_factory.mktemp("reports") / parameters.name, ROOT)
    assert report.failures == {}
    return report.folder


@pytest.fixture(scope="module")
def page(folder):
    return page_checks.parsed(folder).page


def test_every_numeral_is_tagged_or_reviewed_and_true(folder, page):
    assert page_checks.untagged(page_checks.parsed(folder))[0] == []
    assert page_checks.tagged_wrongly(page, page_checks.rows_of(folder)) == []
    assert page_checks.alternatives_wrong(page, page_checks.rows_of(folder)) == []


def test_what_no_source_holds_is_not_available(folder, page):
    nothing_is_made_up(table(folder, "findings"), table(folder, "counts"), "Kent")
    answers = page.find(class_="answers").get_text(" ", strip=True)
    assert "(Kent, 2018/19): not available , because no source at hand" in answers
    assert not (folder / "charts" / "taser-ladder.svg").exists()
    assert "55,154" not in page.get_text()  # incidents of the board paper of another force


def test_a_force_without_a_breakdown_is_said_to_have_none(folder, page):
    # definition 13: five forces in 2018/19
    findings = table(folder, "findings").set_index("id")
    rows = findings[findings["series_id"] == "not-reported/ethnicity/ced"]
    missing = rows[rows["status"] == "not available"]
    assert sorted(missing["area"]) == [
        "Norfolk",
        "Staffordshire",
        "Suffolk",
        "Warwickshire",
        "West Mercia",
    ]
    for one in missing.index:
        assert {tag.get_text() for tag in page.select(f'[data-id="{one}"]')} == {"not available"}


def test_groups_without_figures_have_none(folder):
    groups_are_honest(table(folder, "findings"), "Kent", "2018/19")


def test_charts_have_their_data_beside_them(folder):
    drawn = sorted(path.stem for path in (folder / "charts").glob("*.svg"))
    assert drawn == [
        "ced-discharged-funnel", "ced-discharged-tiles", "ced-per-report-funnel",
        "ced-per-report-tiles", "ced-series", "disparity-by-force", "disparity-ladder",
        "ethnicity-not-known-funnel", "ethnicity-not-known-tiles", "injury-rates",
        "mental-health-funnel", "mental-health-tiles", "not-reported-ethnicity",
        "reports-per-resident-funnel", "reports-per-resident-tiles", "under-eighteen-funnel",
        "under-eighteen-tiles",
    ]  # fmt: skip
    for name in drawn:
        data = pd.read_csv(folder / "charts" / f"{name}.csv")
        assert len(data) > 1 and data["id"].is_unique
