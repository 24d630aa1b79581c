"""Every number of both default reports is explained, down to a source with its hash."""

import csv
import importlib
import json
import re
import shutil
from dataclasses import replace
from functools import reduce

import pytest

from analysis.errors import CannotWrite, Refused
from analysis.places import ROOT
from analysis.report import counted_rows
from analysis.report.trace import read_trace
from analysis.sources.registry import sha256
from analysis.standard.methods import method_of, methods
from tests.report import page_checks

INJURED = (
    "made-up-records/records-injuries/2017-q2/cambridgeshire/reports/all/"
    "officer-injured-yes-officer-aid-given-yes"
)
AIDED = "record-injuries/aid/officer-aid-given/of-answered@cambridgeshire@2017-q2@made-up"
CED_RATE = "ced/uses-per-1000-reports@cambridgeshire@2019-20@2020-12-17"
CED_USES = "home-office-2019-20/ced-by-force/2019-20/cambridgeshire/tactic-uses/ced/all"


@pytest.fixture(scope="module")
def official(default_report):
    return read_trace(default_report)


@pytest.fixture(scope="module")
def made_up(made_up_report):
    return read_trace(made_up_report)


@pytest.fixture(scope="module", params=["default_report", "made_up_report"])
def told(request):
    """Of either report: the ids that its page shows, what is told of each, tables, hashes."""
    folder = request.getfixturevalue(request.param)
    trace = request.getfixturevalue({"default_report": "official"}.get(request.param, "made_up"))
    page = (folder / "report.html").read_text("utf-8")
    shown = dict.fromkeys(re.findall(r'data-id="([^"]+)"', page))
    inputs = json.loads((folder / "manifest.json").read_text("utf-8"))["inputs"]
    hashes = {}
    for one in inputs:
        hashes.setdefault(one["source"], set()).add(one["sha256"])
    explained = {one: "\n".join(trace.explain(one)) for one in shown}
    return explained, page_checks.rows_of(folder), hashes


def made(name):
    """The function of a name, such as ``analysis.measures.taser.ladder``, as it can be imported."""
    module = name
    while module:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError:
            module = module.rpartition(".")[0]
            continue
        return reduce(getattr, name.removeprefix(module).strip(".").split("."), found)
    raise AssertionError(name)


def test_every_number_of_the_page_is_explained(told):
    explained, rows, hashes = told
    assert len(explained) > 2500
    wrong = []
    for one, text in explained.items():
        row = rows[one]
        first = text.partition("\n")[0]
        if f": {page_checks.text_of(row, 'value')}" not in first or f"Id: {one}\n" not in text:
            wrong.append(f"{one}: {first}")
        if "series_id" not in row:
            named = set(re.findall(r"sha256: (\w+)", text))
            if not named or not named <= hashes[row["source"]]:
                wrong.append(f"{one}: {named} is no hash of {row['source']}")
            continue
        rests_on = [*filter(None, row["counts"].split(";"))]
        sources = {count.split("/")[0] for count in rests_on[:12]}
        for source in sources:
            if not any(f"sha256: {digest}" in text for digest in hashes[source]):
                wrong.append(f"{one}: no hash of {source}")
        named = [*rests_on[:12], *filter(None, row["findings"].split(";")[:12])]
        for other in named:
            printed = other.startswith("claims-")  # what a source prints is in no table
            if (other.partition("/")[2] if printed else other) not in text:
                wrong.append(f"{one}: does not name {other}")
        if not named and (row["status"] == "stated" or "there was nothing to count" not in text):
            wrong.append(f"{one}: rests on nothing")
    assert wrong == []


def test_every_number_has_a_function_that_can_be_read(told):
    explained, rows, _ = told
    names = {rows[one]["made_by"] for one in explained}
    assert len(names) > 20
    assert all(callable(made(name)) for name in names)
    for one, text in explained.items():
        name, file = re.search(r"Made by: (\S+) in (\S+)", text).groups()
        assert (ROOT / file).is_file(), one
        assert rows[one]["made_by"] == file.removesuffix(".py").replace("/", ".") + f".{name}"


def test_every_finding_that_says_something_has_a_method_with_its_reference(told):
    """Not only those that the page shows; what is not available has none."""
    explained, rows, _ = told
    stated = [row for row in rows.values() if "method" in row and row["status"] == "stated"]
    assert len(stated) > 1000
    assert [row["id"] for row in stated if not row["method"]] == []
    assert sorted({row["method"] for row in stated if method_of(row["method"]) is None}) == []
    for one, text in explained.items():
        if rows[one].get("method"):
            assert re.search(r"\n  Reference: \S", text), (one, rows[one]["method"])


def test_no_method_of_the_table_is_one_that_nobody_uses(official, made_up):
    texts = [
        "\n".join(trace.explain(one))
        for trace in (official, made_up)
        for one in {row.method: row.id for row in trace.findings.values()}.values()
    ]
    assert {name for name in methods() if not any(f"Method: {name}\n" in t for t in texts)} == set()


def test_a_count_of_an_official_table(official):
    # Home Office 2019/20, Table 13: 208 CED uses in Cambridgeshire
    text = "\n".join(official.explain(CED_USES))
    assert text.startswith("CED (Cambridgeshire, 2019/20): 208\n")
    for part in (
        "Stands in: Table 13, cell D142",
        "From: Home Office, edition 2020-12-17; file ced-by-force.csv",
        "Open Government Licence v3.0; published",
        "https://www.gov.uk/government/collections/police-use-of-force-statistics",
        "Made by: load in analysis/sources/published.py",
        "spelled, 3 cells: Avon & Somerset → Avon and Somerset",
        "home-office-2019-20/ced-by-force/2019-20/east-of-england-region/tactic-uses/ced/all",
    ):
        assert part in text, part


def test_a_rate_of_official_counts(official):
    text = "\n".join(official.explain(CED_RATE))
    assert "44.9 (95% interval 39.0 to 51.5)" in text.partition("\n")[0]
    assert "Made of: 208 of 4,629" in text
    assert f"208 [{CED_USES}] (Table 13, cell D142)" in text
    assert "Reference: Breslow and Day 1987" in text and "Shown in: Taser" in text


def test_a_pattern_says_how_many_counts_of_the_published_table_it_names(official, default_report):
    rows = page_checks.rows_of(default_report)
    one = next(one for one in rows if one.startswith("sums/all/checked@"))
    folder = ROOT / "data" / "published" / "home-office-2019-20"
    lines = sum(len(path.read_text("utf-8").splitlines()) - 1 for path in folder.glob("*.csv"))
    text = "\n".join(official.explain(one))
    assert f"Taken from: a table of {lines:,} counts: home-office-2019-20/*" in text


def test_the_filter_over_records_is_told_in_words(made_up):
    text = "\n".join(made_up.explain(INJURED))
    assert "Counted over: records.csv, where: officer injured: Yes; officer aid given: Yes" in text
    assert re.search(r"Rows: \d+ of the file\n", text)
    assert "restricted" in text and "Shown in: Injuries in the records" in text


def test_a_finding_leads_to_what_the_ledger_did(official):
    # names in the table of CED by force are spelled otherwise
    finding = next(row for row in official.findings.values() if CED_USES in row.count_ids)
    told = "\n".join(official.explain(finding.id))
    assert "what was done on the way" in told and "Steps:" in told
    assert "police-use-of-force-apr2019-mar2020-hosb3720-tables.ods, sha256 c96e3060" in told


@pytest.mark.parametrize("one", ["nobody/knows", CED_USES.upper(), ""])
def test_an_unknown_id_is_refused_in_one_line(official, one):
    with pytest.raises(Refused, match="no count and no finding of this report") as refused:
        official.explain(one)
    assert "\n" not in str(refused.value)


def test_ids_near_an_unknown_one_are_named(official):
    with pytest.raises(Refused, match=re.escape(CED_USES)):
        official.explain(CED_USES[:-1])


def test_an_id_without_its_tail_is_matched_where_one_has_it(official):
    series = "sums/all/checked"
    whole = f"{series}@england-and-wales@2019-20@2020-12-17"
    assert official.explain(series) == official.explain(whole)
    assert official.explain(f"{series}@england-and-wales") == official.explain(whole)
    with pytest.raises(Refused, match="several areas, periods or editions") as refused:
        official.explain("ced/uses-per-1000-reports")
    assert CED_RATE in str(refused.value) and "@england-and-wales@" in str(refused.value)


def test_a_link_to_a_number_is_as_good_as_its_id(official, default_report):
    page = (default_report / "report.html").read_text("utf-8")
    place = re.search(rf'href="(trace\.html#\w+)"><span data-id="{re.escape(CED_RATE)}"', page)[1]
    for given in (place, place.partition("#")[2]):
        assert official.explain(given) == official.explain(CED_RATE)


def test_the_place_of_a_sentence_leads_to_its_numbers(official, default_report):
    page = (default_report / "report.html").read_text("utf-8")
    for place in ("data-quality-figures-1", "taser-figures-1", "claims-figures-1"):
        (own,) = re.findall(rf'^.*<a class="whence" id="{place}".*$', page, re.M)
        shown = dict.fromkeys(re.findall(r'data-id="([^"]+)"', own))
        with pytest.raises(Refused, match="place of a table, chart or sentence") as refused:
            official.explain(f"report.html#{place}")
        told = str(refused.value).partition("allowed: ")[2]
        assert [one for one in told.split(", ") if "/" in one] == [*shown][:3]


def test_a_word_of_an_id_leads_to_ids_that_have_it(official):
    with pytest.raises(Refused, match="allowed: ced/[^,]*, ced/[^,]*, ced/[^,]*, and [0-9]+ more"):
        official.explain("CED/")


def test_a_folder_that_is_no_report_is_refused(default_report, tmp_path):
    with pytest.raises(Refused, match="it holds no manifest.json"):
        read_trace(tmp_path)
    with pytest.raises(Refused, match="there is no such folder"):
        read_trace(tmp_path / "none")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}", "utf-8")
    with pytest.raises(Refused, match="holds 2 reports: name one; allowed: ") as refused:
        read_trace(tmp_path)
    assert str(refused.value).endswith(f"{tmp_path / 'a'}, {tmp_path / 'b'}")


COPIED = ("manifest.json", "counts.csv", "findings.csv", "ledger.csv", "report.html")


@pytest.fixture
def copied(default_report, tmp_path):
    """The files that a trace is read from, to be damaged."""
    for name in COPIED:
        shutil.copy2(default_report / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name, damage, told",
    [
        ("counts.csv", lambda text: text.replace(",stated,", ",many,stated,", 1), "was edited"),
        ("findings.csv", lambda text: text.replace("0.1", "0.2", 1), "was edited since"),
        ("ledger.csv", None, "was deleted since the report was made"),
        ("report.html", None, "cannot be read"),
    ],
)
def test_a_report_that_was_damaged_is_refused(copied, name, damage, told):
    text = (copied / name).read_text("utf-8")
    (copied / name).unlink()
    if damage:
        (copied / name).write_text(damage(text), "utf-8")
    with pytest.raises(Refused, match=rf"{name}: {told}") as refused:
        read_trace(copied)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["manifest.json", "counts.csv", "findings.csv"])
def test_a_report_of_an_older_version_is_to_be_made_again(copied, name):
    """Its manifest lacks a key, a table a column, or there is no such table."""
    manifest = json.loads((copied / "manifest.json").read_text("utf-8"))
    if name == "manifest.json":
        del manifest["code"]
    elif name == "findings.csv":
        del manifest["outputs"][name]
    else:
        text = (copied / name).read_text("utf-8").replace("made_by", "maker", 1)
        (copied / name).write_text(text, "utf-8", newline="\n")
        manifest["outputs"][name] = sha256(copied / name)
    (copied / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    again = r"allowed: the report made again: python toolkit\.py run$"
    with pytest.raises(Refused, match=again) as refused:
        read_trace(copied)
    assert f"{name}: " in str(refused.value) and "version" in str(refused.value)


# the rows themselves
def lines_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_rows_behind_a_count_are_those_of_the_file(made_up, tmp_path):
    path = tmp_path / "rows.csv"
    told = made_up.write_rows(INJURED, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, *written = lines_of(path)
    records = ROOT / "data" / "made-up" / "cambridgeshire_2017-Q2" / "records.csv"
    columns, *original = lines_of(records)
    assert header == ["count", "row", *columns]
    # the header is row 1 of a spreadsheet
    kept = [
        [INJURED, str(number), *cells]
        for number, cells in enumerate(original, 2)
        if cells[columns.index("StaffInjured")] == "Yes"
        and cells[columns.index("StaffMedProvided")] == "Yes"
    ]
    assert written == kept and len(kept) > 10
    assert told == [
        f"{len(kept)} rows of data/made-up/cambridgeshire_2017-Q2/records.csv: {path}",
        counted_rows.MADE_UP,
    ]


def test_the_rows_behind_a_finding_are_those_of_each_of_its_counts(made_up, tmp_path):
    made_up.write_rows(AIDED, tmp_path / "rows.csv")
    _, *written = lines_of(tmp_path / "rows.csv")
    counts = made_up.findings[AIDED].count_ids
    numbers = {one: sum(line[0] == one for line in written) for one in counts}
    assert numbers == {one: made_up.counts[one].value for one in counts}


def test_the_rows_of_district_activity(made_up, tmp_path):
    one = (
        "made-up-taser-activity/district-activity-totals/2015-07..2017-06/cambridgeshire/uses/all/"
        "cambridge"
    )
    made_up.write_rows(one, tmp_path / "rows.csv")
    header, *written = lines_of(tmp_path / "rows.csv")
    assert {line[header.index("district")] for line in written} == {"Cambridge"}
    assert sum(int(line[header.index("uses")]) for line in written) == made_up.counts[one].value


def test_no_cell_is_a_formula_to_a_spreadsheet(tmp_path):
    source = tmp_path / "activity.csv"
    source.write_text("month,held\n=1+1,@x\n-5,plain\n", "utf-8")
    file = {"file": "activity.csv", "source": "district-activity"}
    told = counted_rows.write({"a/b": [2, 3]}, (file, source), tmp_path / "rows.csv")
    assert lines_of(tmp_path / "rows.csv")[1:] == [
        ["a/b", "2", "'=1+1", "'@x"],
        ["a/b", "3", "-5", "plain"],
    ]
    assert told[1] == counted_rows.RESTRICTED


def test_a_file_that_is_there_stays(made_up, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("mine", "utf-8")
    with pytest.raises(Refused, match="is there already"):
        made_up.write_rows(INJURED, path)
    assert path.read_text("utf-8") == "mine"
    with pytest.raises(Refused, match="there is no folder"):
        made_up.write_rows(INJURED, tmp_path / "no folder" / "rows.csv")
    with pytest.raises(CannotWrite, match="cannot be written"):
        made_up.write_rows(INJURED, tmp_path / ("long" * 99))


@pytest.mark.parametrize("place", ["rows-of-mine.csv", "charts/rows-of-mine.csv"])
def test_rows_are_not_written_into_a_report(made_up, made_up_report, place):
    with pytest.raises(Refused, match="in the folder of a report") as refused:
        made_up.write_rows(INJURED, made_up_report / place)
    assert "\n" not in str(refused.value) and not (made_up_report / place).exists()


def test_records_with_other_bytes_are_refused(made_up, tmp_path):
    other = [one | {"sha256": "0" * 64} for one in made_up.inputs]
    with pytest.raises(Refused, match=r"records\.csv: has other bytes than the report"):
        replace(made_up, inputs=other).write_rows(INJURED, tmp_path / "rows.csv")
    gone = [one | {"file": one["file"].replace("records.csv", "gone.csv")} for one in other]
    with pytest.raises(Refused, match=r"gone\.csv: is not at hand"):
        replace(made_up, inputs=gone).write_rows(INJURED, tmp_path / "rows.csv")
    assert not (tmp_path / "rows.csv").exists()


def test_what_was_printed_has_no_rows(official, tmp_path):
    for one in (CED_USES, CED_RATE):
        with pytest.raises(Refused, match="no rows are held of it"):
            official.write_rows(one, tmp_path / "rows.csv")
