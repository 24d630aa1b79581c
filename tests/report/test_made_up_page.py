"""The report on made-up records says that it is made up wherever one looks."""

import json
import re

import pytest

from analysis.places import PARAMS
from tests.report import page_checks


@pytest.fixture(scope="module")
def page(made_up_report):
    return page_checks.parsed(made_up_report).page


@pytest.fixture(scope="module")
def rows(made_up_report):
    return page_checks.rows_of(made_up_report)


def test_the_manifests_say_which_report_is_made_up(made_up_report, default_report):
    for folder, made_up in ((made_up_report, True), (default_report, False)):
        assert json.loads((folder / "manifest.json").read_text("utf-8"))["made_up"] is made_up


def test_the_page_and_every_chapter_say_made_up(page):
    assert page.title.string.startswith("Made up: ")
    first = page.select_one("header").find(True)
    assert first["class"] == ["made-up"] and first.get_text().startswith("Made up.")
    chapters = page.select("section.chapter")
    assert len(chapters) == 5
    assert all(chapter.find(True)["class"] == ["made-up"] for chapter in chapters)


def test_every_chart_says_made_up_in_picture_title_and_alternative_text(page):
    for figure in page.select("figure[data-chart]"):
        assert figure.figcaption.get_text().endswith("(made up)"), figure["data-chart"]
        assert figure.svg["aria-label"].startswith("Made up. "), figure["data-chart"]
        assert "MADE UP: no force's record" in figure.svg.get_text(), figure["data-chart"]


def test_every_table_with_a_made_up_figure_says_so(page):
    for table in page.select("table"):
        if table.select('[data-id$="@made-up"]'):
            assert "(made up)" in table.caption.get_text()


def test_every_file_says_made_up(made_up_report):
    files = [path for path in made_up_report.rglob("*") if path.is_file()]
    assert len(files) > 15
    silent = [
        path.name
        for path in files
        if not re.search("made.up", path.read_text(encoding="utf-8"), re.I)
    ]
    assert silent == []


def test_what_rests_on_the_records_has_an_id_that_says_made_up(made_up_report, rows):
    of_records = [one for one in rows if re.match(r"made-up-(records|taser-activity)/", one)]
    assert len(of_records) > 100
    assert {rows[one]["edition"] for one in of_records} == {"made up"}
    for row in rows.values():
        rests_on = row.get("counts", "")
        if "made-up-" in rests_on:
            assert row["edition"] == "made up", row["id"]


def test_the_params_file_says_made_up():
    assert "MADE UP" in (PARAMS / "made-up_cambridgeshire_2017-q2.yml").read_text("utf-8")
