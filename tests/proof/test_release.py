"""Releases: what leaves is made of the plan's rows, open data that its library accepts, and safe.

A chapter stands in, on an activity file of a force's own: 309 authorisations, 55 uses and 7
discharges, of which the last must not be told. The release of the made-up quarter, with all of its
chapters, is in tests/long/test_release.py.
"""

import csv
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from analysis import cli
from analysis.counts import SUPPRESSED
from analysis.disclosure.plan import Plan
from analysis.errors import Refused
from analysis.parameters import check
from analysis.proof import open_data, release
from analysis.proof.leaks import leaks
from analysis.report.run import run
from analysis.tables import read_table
from tests.report.stand_ins import chapter, take_chapters_from

HEADER = (
    "period,area,incidents_immediate,incidents_prompt,incidents_immediate_and_prompt,"
    "authorisations,uses,discharges,printed_in"
)
OPENED = """\
from analysis import charts
from analysis.audit import open_audit
from analysis.chapter import figure, record, say, table
from analysis.measures import taser

audit = open_audit(area=area, period=period, sources=sources, confidence=confidence)
ladder = taser.ladder(audit.activity, audit.area, audit.period, audit.confidence)"""
USED = (
    'say("Of {u.base}, {u.events} led to use: {u}.", u=ladder.one("taser/used-per-authorisation"))'
)
FIRED = 'say("{f.events} of {f.base}: {f}.", f=ladder.one("taser/discharged-per-use"))'
SHOWN = (
    OPENED,
    USED,
    FIRED,
    'figure(charts.taser.ladder, ladder, absent="too few")',
    'table(ladder, "Stages")',
    "record(audit, ladder, audit.activity)",
)
SECRETS = ("7", "12.7%")  # the discharges, and their share of 55


def made(folder: Path, row: str = 'Kent,,,55154,309,55,7,"=1+1"') -> Path:
    """A report of a stand-in chapter on a row of activity, as its params file would make it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ours.csv").write_text(f"{HEADER}\n2019/20,{row}\n", encoding="utf-8")
    parameters = {"area": "Kent", "period": "2019/20", "chapters": ["taser"]}
    parameters |= {"sources": {"taser_activity": "ours.csv"}}
    return run(check(parameters, "test"), folder / "report", folder).folder


@pytest.fixture(scope="module", autouse=True)
def notebooks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    path = chapter(folder, "taser", *SHOWN)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells[3:5]:
        cell.metadata["tags"] = ["answer"]
    nbformat.write(notebook, path)
    with pytest.MonkeyPatch.context() as patched:
        take_chapters_from(folder, patched.setattr)
        yield folder


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("force"))


@pytest.fixture(scope="module")
def planned(report):
    """The plan of the report's release, and the tables that it is of."""
    counts, findings = release._tables(report)
    disclosure = check({"area": "Kent", "period": "2019/20"}, "test").disclosure
    plan, log = release.plan_of(counts, findings, disclosure, {"taser-activity"})
    return plan, counts.drop(columns="rows"), findings, log


@pytest.fixture(scope="module")
def released(report, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("public") / "kent"
    release.release(report, out, report.parent)
    return out


@pytest.fixture
def copy(released, tmp_path) -> Path:
    """A copy of the release, to be damaged."""
    return Path(shutil.copytree(released, tmp_path / "kent"))


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8", newline="\n")


def rows_of(path: Path) -> dict[str, dict]:
    return {row["id"]: row for row in read_table(path).to_dict("records")}


def test_a_release_is_pages_tables_charts_and_what_describes_them(released):
    names = {path.relative_to(released).as_posix() for path in released.rglob("*")}
    assert names - {"trace.html"} == {
        "report.html", "summary.html", "counts.csv", "findings.csv", "ledger.csv",
        "suppressed.csv", "csv-metadata.json", "manifest.json", "ro-crate-metadata.json",
        "charts", "charts/taser-ladder.csv", "charts/taser-ladder.svg",
    }  # fmt: skip
    outputs = json.loads((released / "manifest.json").read_text("utf-8"))["outputs"]
    assert set(outputs) == {
        name for name in names
        if (released / name).is_file() and "manifest" not in name and "ro-crate" not in name
    }  # fmt: skip


def test_small_numbers_and_what_rests_on_them_stand_in_no_file(report, released):
    shown = BeautifulSoup((report / "report.html").read_text("utf-8"), "lxml")
    before = {one.get_text() for one in shown.select("[data-id]")}
    assert before >= set(SECRETS)  # the report has them, so that the search can fail
    for path in released.rglob("*"):
        if path.suffix in {".html", ".svg"}:
            page = BeautifulSoup(path.read_text("utf-8"), "lxml")
            assert not {one.get_text() for one in page.select("[data-id]")} & set(SECRETS)
            alternatives = [one["aria-label"] for one in page.select("svg")]
            assert not any("12.7%" in words for words in alternatives)
    counts = {row["measure"]: row for row in rows_of(released / "counts.csv").values()}
    discharges = counts["discharges"]
    assert (discharges["value"], discharges["status"]) == ("", SUPPRESSED)
    # 309 authorisations and 55 uses, to the nearest 5
    assert [counts[name]["value"] for name in ("authorisations", "uses")] == ["310", "55"]
    assert [counts[name]["printed"] for name in ("authorisations", "uses")] == ["310", "55"]


def test_the_page_says_what_was_hidden_and_how_numbers_were_rounded(released):
    page = BeautifulSoup((released / "report.html").read_text("utf-8"), "lxml")
    banner = page.select_one(".released").get_text()
    assert "from 1 to 9 are hidden" in banner and "rounded to the nearest 5" in banner
    assert "Of 310, 55 led to use" in page.select_one(".answers").get_text()


def test_the_summary_has_the_answers_that_are_shown(released):
    page = BeautifulSoup((released / "summary.html").read_text("utf-8"), "lxml")
    said = page.main.get_text()
    assert "Of 310, 55 led to use" in said
    assert "Discharged per use" not in said and "They are left out here." in said
    assert "from 1 to 9 are hidden" in said and "rounded to the nearest 5" in said
    # sentences of plain words: about what a reader of eleven can follow
    words = " ".join(one.get_text() for one in page.select("main p, main li"))
    lengths = [len(sentence.split()) for sentence in re.split(r"[.:] ", words)]
    assert sum(lengths) / len(lengths) < 15


def test_the_log_says_what_is_hidden_and_no_number(released):
    log = rows_of(released / "suppressed.csv")
    hidden = {
        one
        for name in ("counts.csv", "findings.csv")
        for one, row in rows_of(released / name).items()
        if row["status"] == SUPPRESSED
    }
    assert hidden and set(log) == hidden
    (why,) = {row["why"] for row in log.values()}
    assert re.findall(r"\d+", why) == ["10"]  # the threshold, the same for every row


def test_the_hash_of_a_restricted_source_is_told_nowhere(report, released):
    manifest = json.loads((report / "manifest.json").read_text("utf-8"))
    digest = manifest["sources"]["taser_activity"]["sha256"]
    assert any(digest in path.read_text("utf-8") for path in report.iterdir() if path.is_file())
    for path in released.rglob("*"):
        assert path.is_dir() or digest not in path.read_text("utf-8")


def test_no_cell_is_a_formula(released):
    assert "'=1+1" in {row["table"] for row in rows_of(released / "counts.csv").values()}
    for path in released.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)]


def test_tables_are_described_and_accepted(released, copy):
    assert open_data.faults(released) == []
    described = json.loads((released / "csv-metadata.json").read_text("utf-8"))
    tables = {table["url"]: table["tableSchema"] for table in described["tables"]}
    assert set(tables) == {path.relative_to(released).as_posix()
                           for path in released.rglob("*.csv")}  # fmt: skip
    assert tables["counts.csv"]["primaryKey"] == "id"
    for schema in tables.values():
        assert all(column["dc:description"] for column in schema["columns"])
    counts = (copy / "counts.csv").read_text("utf-8")
    for wrong in (
        counts.replace(",310,", ",many,"),  # not a number
        counts + counts.splitlines()[-1] + "\n",  # an id twice
        counts.replace("id,source", "id,origin", 1),  # another header
        counts.replace(",authorisations,", ",,", 1),  # nothing where something is needed
    ):
        (copy / "counts.csv").write_text(wrong, encoding="utf-8", newline="\n")
        assert open_data.faults(copy)


def test_a_number_hidden_in_a_number_column_is_no_fault(copy):
    edit(copy / "counts.csv", ",,[c],[c],", ",[c],[c],[c],")
    assert open_data.faults(copy) == []


def test_equal_reports_make_equal_releases(released, tmp_path):
    again = made(tmp_path / "elsewhere")
    release.release(again, tmp_path / "other" / "name", tmp_path / "elsewhere")
    for path in sorted(released.rglob("*")):
        other = tmp_path / "other" / "name" / path.relative_to(released)
        assert path.is_dir() or path.read_bytes() == other.read_bytes(), path.name


def of_id(path: Path, status: str) -> str:
    return next(one for one, row in rows_of(path).items() if row["status"] == status)


def in_the_counts(folder):
    edit(folder / "counts.csv", ",,[c],[c],", ",7,7,stated,")


def in_a_column_of_words(folder):
    edit(folder / "counts.csv", ",,[c],[c],", ",,7,[c],")


def in_the_findings(folder):
    hidden = of_id(folder / "findings.csv", SUPPRESSED)
    table = read_table(folder / "findings.csv")
    table.loc[table["id"] == hidden, "value"] = "0.127"
    table.to_csv(folder / "findings.csv", index=False, lineterminator="\n")


def in_the_chart_data(folder):
    edit(folder / "charts" / "taser-ladder.csv", ",stated", ",stated".replace("stated", "12.7"))


def in_a_tag(folder):
    edit(folder / "report.html", ">310<", ">309<")


def in_a_tag_of_the_summary(folder):
    edit(folder / "summary.html", ">310<", ">309<")


def in_a_label_of_the_chart(folder):
    path = folder / "charts" / "taser-ladder.svg"
    label = re.search(r'data-id="[^"]+".*?>([\d.]+%)</text>', path.read_text("utf-8"), re.S)[1]
    edit(path, f">{label}<", ">12.7%<")


def in_an_axis_label(folder):
    edit(folder / "charts" / "taser-ladder.svg", ">share, log scale<", ">share of 7, log scale<")


def in_the_alternative_text(folder):
    edit(folder / "charts" / "taser-ladder.svg", 'aria-label="Dots', 'aria-label="7 dots')


def in_the_ledger(folder):
    edit(folder / "ledger.csv", ",[c],", ",1,")


def in_a_hash(folder):
    edit(folder / "manifest.json", '"[c]"', '"the secret hash"')


PLANTED = [
    in_the_counts, in_a_column_of_words, in_the_findings, in_the_chart_data, in_a_tag,
    in_a_tag_of_the_summary, in_a_label_of_the_chart, in_an_axis_label, in_the_alternative_text,
    in_the_ledger, in_a_hash,
]  # fmt: skip


def test_the_last_look_finds_nothing_in_a_release_as_it_was_made(released, planned):
    assert leaks(released, *planned[:3], {"the secret hash"}) == []


@pytest.mark.parametrize("plant", PLANTED)
def test_the_last_look_finds_what_the_plan_does_not_show(copy, planned, plant):
    plant(copy)
    found = leaks(copy, *planned[:3], {"the secret hash"})
    assert found and not any(secret in " ".join(found) for secret in ("309", "12.7"))


def test_the_last_look_does_not_trust_the_plan_alone(released, planned):
    plan, counts, findings, _ = planned
    open_ = {one: {} for one in plan.counts}
    shows_all = Plan(plan.threshold, plan.rounding, plan.restricted, open_, plan.findings)
    copied = counts.copy()
    folder = released.parent / "all"
    shutil.copytree(released, folder)
    copied.to_csv(folder / "counts.csv", index=False, lineterminator="\n")
    found = leaks(folder, shows_all, counts, findings, set())
    assert any("neither rounded nor hidden" in one for one in found)


def test_a_release_with_a_leak_is_not_made(report, tmp_path, monkeypatch):
    described = open_data.describe

    def leaky(folder, *given):
        in_the_counts(folder)
        described(folder, *given)

    monkeypatch.setattr(open_data, "describe", leaky)
    with pytest.raises(Refused, match="nothing is released"):
        release.release(report, tmp_path / "kent", report.parent)
    assert list(tmp_path.iterdir()) == []


def test_refusals_in_one_line(report, tmp_path, capsys):
    def said(folder, out="out", *more):
        assert cli.main(["release", str(folder), "--out", str(tmp_path / out), *more]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line

    assert "it holds no manifest.json" in said(tmp_path)
    (tmp_path / "taken").mkdir()
    assert "is there already" in said(report, "taken")
    assert "lies in the folder of the report" in said(report, report / "release")
    edited = Path(shutil.copytree(report, tmp_path / "edited"))
    edit(edited / "findings.csv", "55", "56")
    assert "findings.csv: was edited since the report was made" in said(edited)
    (edited / "findings.csv").unlink()
    assert "findings.csv: is missing" in said(edited)
    moved = Path(shutil.copytree(report, tmp_path / "far" / "away" / "off" / "report"))
    assert "sources.taser_activity: ours.csv: is not at hand" in said(moved)
    (moved.parent / "ours.csv").write_text("other bytes", encoding="utf-8")
    assert "has other bytes than when the report was made" in said(moved)
    older = Path(shutil.copytree(report, tmp_path / "older"))
    manifest = json.loads((older / "manifest.json").read_text("utf-8"))
    manifest["failed_chapters"] = {"taser": "it stopped"}
    (older / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "chapter taser: failed: it stopped" in said(older)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["edited", "far", "older", "taken"]


def test_a_report_of_other_code_is_to_be_made_again(report, tmp_path):
    older = Path(shutil.copytree(report, tmp_path / "older"))
    edit(older / "manifest.json", '"pandas": "', '"pandas": "0.')
    with pytest.raises(Refused, match="was made with another packages"):
        release.release(older, tmp_path / "out", report.parent)
    assert not (tmp_path / "out").exists()


def test_what_is_restricted():
    def read(source, registered=True):
        return [{"source": source, "registered": registered}]

    assert release.restricted_sources(read("census-2021-sex")) == set()
    assert release.restricted_sources(read("made-up-records")) == {"made-up-records"}
    assert release.restricted_sources(read("nobody-knows")) == {"nobody-knows"}
    # a force's own figures in the form of published ones
    assert release.restricted_sources(read("taser-activity", False)) == {"taser-activity"}


def test_published_tables_that_are_others_since_are_no_part_of_the_plan():
    table = {"file": "data/published/x.csv", "sha256": "one"}
    ours = {"file": "ours.csv", "sha256": "two"}
    hidden = ours | {"sha256": SUPPRESSED}
    release._refuse_other_inputs([table, ours], [table, hidden])
    with pytest.raises(Refused, match="data/published/x.csv: has other bytes"):
        release._refuse_other_inputs([table, ours], [table | {"sha256": "three"}, hidden])
