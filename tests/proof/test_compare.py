"""Comparing two folders: what is written and told, what is refused, what the page shows."""

import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from analysis import cli
from analysis.checks.compared import Report
from analysis.parameters import check
from analysis.proof.compare import PAGE, TABLE
from analysis.report.trace import anchor
from tests.checks.side_by_side import GROUPS, counts, report, share

KENT = "Kent"


def folder_of(folder: Path, held: Report, **changed) -> Path:
    """A report's folder as a run leaves it, without its page."""
    folder.mkdir(parents=True)
    held.findings.to_csv(folder / "findings.csv", index=False)
    held.counts.to_csv(folder / "counts.csv", index=False)
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    inputs = [
        {"source": source, "file": name, "sha256": digest, "registered": True}
        for source, files in held.files.items()
        for name, digest in files.items()
    ]
    manifest = {
        "parameters": check({"area": held.area, "period": held.period}, "test").model_dump(),
        "toolkit": {"name": "uof-audit"},
        "sources": {},
        "inputs": inputs,
        "outputs": hashes,
        "code": {"analysis/a.py": "1"},
        "notebooks": {},
        "lock": "1",
        "packages": {},
        "python": "3.12",
        "system": "here",
        "made_up": False,
        "failed_chapters": {},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest | changed), encoding="utf-8")
    return folder


def year(period: str, events: int):
    return report(KENT, period, [share(KENT, period, events, 80)])


@pytest.fixture
def two(tmp_path) -> tuple[Path, Path]:
    """Kent in two years, with 40 and 60 of 80."""
    years = (("a", "2018/19", 40), ("b", "2019/20", 60))
    return tuple(folder_of(tmp_path / name, year(*given)) for name, *given in years)


def compared(*words: object) -> int:
    return cli.main(["compare", *map(str, words)])


def test_a_table_and_a_page_are_written_and_the_answers_told(two, tmp_path, capsys):
    assert compared(*two, "--out", tmp_path / "out") == cli.DONE
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "A: Kent, 2018/19. B: Kent, 2019/20. These are two periods of one area."
    assert told[1].startswith("On Kent: 1 of 3 figures that were tested differ beyond chance")
    assert told[-2:] == [str(tmp_path / "out" / name) for name in (PAGE, TABLE)]
    table = (tmp_path / "out" / TABLE).read_bytes()
    assert b"\r" not in table
    frame = pd.read_csv(tmp_path / "out" / TABLE, dtype=str, keep_default_na=False)
    assert list(frame["series_id"]) == sorted(frame["series_id"])
    page = (tmp_path / "out" / PAGE).read_text("utf-8")
    assert "+25.0 points" in page and "better recording" in page
    assert "parameter period: 2018/19 and 2019/20" in page
    assert str(tmp_path) not in page + table.decode()
    assert compared(*two, "--out", tmp_path / "again") == cli.DONE
    assert (tmp_path / "again" / TABLE).read_bytes() == table
    assert (tmp_path / "again" / PAGE).read_text("utf-8") == page


def test_the_same_report_differs_in_nothing(two, tmp_path, capsys):
    again = shutil.copytree(two[0], tmp_path / "again")
    assert compared(two[0], again, "--out", tmp_path / "out") == cli.DONE
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "Nothing differs in 3 series."


def test_one_folder_twice_is_refused(two, tmp_path, capsys):
    for other in (two[0], two[1] / ".." / two[0].name):
        assert compared(two[0], other, "--out", tmp_path / "out") == cli.REFUSED
        assert "is the same folder as the first" in refused(capsys)
    assert not (tmp_path / "out").exists()


def test_two_areas_are_said_to_be_alike_and_not_unchanged(tmp_path, capsys):
    areas = (("Kent", 40), ("Essex", 60))
    given = (
        folder_of(tmp_path / area, report(area, "2018/19", [share(area, "2018/19", events, 80)]))
        for area, events in areas
    )
    assert compared(*given, "--out", tmp_path / "out") == cli.DONE
    text = (tmp_path / "out" / PAGE).read_text("utf-8")
    assert "Were the two areas alike, about " in text and "two areas in one period" in text
    told = re.sub(r"<[^>]+>", " ", capsys.readouterr().out + text.partition("What the two were")[0])
    assert not re.search(r"\bchang|over the years|\bgrowth", told), told


@pytest.mark.parametrize("out, linked", [("out", True), ("elsewhere/out", False)])
def test_numbers_lead_to_where_they_come_from_in_their_own_report(two, tmp_path, out, linked):
    """Beside the reports; from elsewhere the way to them would name folders of this machine."""
    ids = {}
    for folder in two:
        (one,) = pd.read_csv(folder / "findings.csv").query("series_id == 'share'")["id"]
        ids[folder.name] = one
        entry = f'<dt id="{anchor(one)}">Share <code>{one}</code>'
        (folder / "trace.html").write_text(entry, encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    compared(*two, "--out", tmp_path / out)
    text = (tmp_path / out / PAGE).read_text("utf-8")
    wanted = [f"../{name}/trace.html#{anchor(one)}" for name, one in ids.items()]
    links = re.findall(r'<a href="(?!#)([^"]+)" aria-label="([^"]+): [^"]+, ([AB])">([^<]+)<', text)
    assert [link for link, *_ in links] == (wanted if linked else [])
    assert [seen for *_, seen in links] == (["50.0%", "75.0%"] if linked else [])
    assert all(heard == seen for _, heard, _, seen in links)
    for one in ids.values():
        assert f"<code>{one}</code>" in text
    assert ("a link leads to where it comes from" in text) == linked
    assert str(tmp_path) not in text


def test_numbers_on_the_page_stand_in_the_table(two, tmp_path):
    compared(*two, "--out", tmp_path / "out")
    (row,) = pd.read_csv(tmp_path / "out" / TABLE).query("series_id == 'share'").to_dict("records")
    page = (tmp_path / "out" / PAGE).read_text("utf-8")
    # R: Newcombe's method 10 for 40 and 60 of 80, by square-and-add of prop.test's limits
    assert (row["lower"], row["upper"]) == pytest.approx((0.1001755, 0.3847899), abs=5e-8)
    for text in ("50.0%", "75.0%", "10.0 to 38.5 points"):
        assert text in page


class Skeleton(HTMLParser):
    """The tags of a page with their attributes, and that each is closed."""

    VOID = {"meta", "link", "br"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_can_be_read_by_a_screen_reader_and_asks_for_nothing(two, tmp_path):
    compared(*two, "--out", tmp_path / "out")
    text = (tmp_path / "out" / PAGE).read_text("utf-8")
    page = Skeleton(text)
    assert page.open == []
    tags = [tag for tag, _ in page.tags]
    assert tags.count("h1") == 1 and tags.count("caption") == tags.count("table") > 0
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    assert not {"script", "link", "img"} & set(tags)
    assert not re.search(r'(src|href)="(?!#)', text)
    assert ("html", {"lang": "en-GB"}) in page.tags
    # rows stand one below the other on a phone, which alone would end the table to a screen reader
    roles = {"table": {"table"}, "thead": {"rowgroup"}, "tbody": {"rowgroup"}, "tr": {"row"},
             "th": {"columnheader", "rowheader"}, "td": {"cell"}}  # fmt: skip
    assert all(attrs.get("role") in roles[tag] for tag, attrs in page.tags if tag in roles)
    labels = [attrs.get("data-label") for tag, attrs in page.tags if tag == "td"]
    assert {"A", "B", "B less A", "Limits", "q"} <= set(labels)


def test_a_made_up_report_is_called_so(tmp_path):
    made = folder_of(tmp_path / "a", year("2018/19", 40), made_up=True)
    real = folder_of(tmp_path / "b", year("2019/20", 60))
    compared(made, real, "--out", tmp_path / "out")
    page = (tmp_path / "out" / PAGE).read_text("utf-8")
    assert "<title>Made up: " in page and "The records of A are no force's" in page


def refused(capsys) -> str:
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Traceback" not in said
    return said


def test_a_folder_that_holds_other_files_is_left_alone(two, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    assert compared(*two, "--out", out) == cli.REFUSED
    assert "holds other files, such as 'mine.txt'" in refused(capsys)
    assert compared(*two, "--out", two[0]) == cli.REFUSED
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_an_edited_table_is_refused(two, tmp_path, capsys):
    path = two[1] / "findings.csv"
    path.write_text(path.read_text("utf-8").replace("0.75", "0.85"), encoding="utf-8")
    assert compared(*two, "--out", tmp_path / "out") == cli.REFUSED
    assert "findings.csv: was edited since the report was made" in refused(capsys)


def test_what_is_no_report_is_refused(two, tmp_path, capsys):
    (tmp_path / "nothing").mkdir()
    assert compared(two[0], tmp_path / "nothing", "--out", tmp_path / "out") == cli.REFUSED
    assert "it holds no manifest.json" in refused(capsys)
    assert not (tmp_path / "out").exists()


def test_one_file_of_records_under_two_periods_is_a_copy(tmp_path, capsys):
    records = {"records": {"path": "records.csv", "sha256": "f" * 64}}
    given = (folder_of(tmp_path / period[:4], year(period, events), sources=records)
             for period, events in (("2018/19", 40), ("2019/20", 60)))  # fmt: skip
    assert compared(*given, "--out", tmp_path / "out") == cli.REFUSED
    assert "one file of records, byte for byte: a likely copy" in refused(capsys)


def test_two_periods_of_one_content_are_a_copy(tmp_path, capsys):
    numbers = {group: 10 + place for place, group in enumerate(GROUPS)}
    given = (
        folder_of(tmp_path / period[:4], report(KENT, period, counts=counts(KENT, period, numbers)))
        for period in ("2018/19", "2019/20")
    )
    assert compared(*given, "--out", tmp_path / "out") == cli.REFUSED
    assert "100% of the 25 figures" in refused(capsys)
