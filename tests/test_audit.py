"""An audit reads what it is asked for, labels bytes that nobody vouched for, and refuses early."""

import shutil
import zipfile
from dataclasses import replace

import pytest
from pandas.testing import assert_frame_equal

from analysis.audit import Audit, check_at_hand, open_audit
from analysis.cli import REFUSED, main
from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.made_up import files as made_up
from analysis.made_up.plan import USUAL
from analysis.parameters import Sources, check
from analysis.sources import published
from tests.conftest import ROOT, WORKBOOKS

EXAMPLE = ROOT / "data" / "made-up" / "cambridgeshire_2017-Q2" / "records.csv"
RECORD_SOURCES = ("records", "records_before", "district_activity")


def parameters(**given):
    return check({"area": "Cambridgeshire", "period": "2019/20"} | given, "mine.yml")


@pytest.fixture
def workbook(shared, tmp_path):
    """A copy of the workbook of 2019/20 in a folder of its own."""
    name = WORKBOOKS["2019/20"]
    shutil.copy(shared / "data" / "home_office" / name, tmp_path / name)
    return tmp_path / name


def test_official_figures_come_from_the_clone():
    audit = open_audit("Cambridgeshire", "2019/20", confidence=0.95)
    uses = audit.official("CED by force").one(area="Cambridgeshire", tactic="CED", period="2019/20")
    # Table 13, 2019/20 (published_figures.csv): 208
    assert (uses.value, uses.edition, audit.edition) == (208, "2020-12-17", "2020-12-17")
    assert {one.registered for one in audit.inputs.values()} == {True}
    assert all(name.startswith("data/published/") for name in audit.inputs)


def test_the_years_at_hand_and_the_audits_own(workbook):
    assert open_audit("Kent", "2018/19").periods == ["2018/19", "2019/20"]
    own = parameters(period="2020/21", sources={"home_office": workbook.name})
    assert Audit(own).periods == ["2018/19", "2019/20", "2020/21"]


def test_an_official_table_of_another_year():
    audit = open_audit("Cambridgeshire", "2019/20")
    cell = {"area": "England and Wales", "tactic": "CED", "period": "2018/19"}
    # definition 9: 23,451 uses in 2018/19, 32,058 in 2019/20
    assert audit.official_of("CED by force", "2018/19").one(**cell).value == 23_451
    assert audit.official_of("CED by force", "2019/20") is audit.official("CED by force")
    with pytest.raises(Refused, match="period: '2017/18' cannot be had; allowed: 2018/19, 2019/20"):
        audit.official_of("CED by force", "2017/18")


def test_what_is_read_of_another_year_is_noted_once():
    audit = open_audit("Cambridgeshire", "2019/20")
    for subject in ("CED by force", "age", "CED by force"):
        audit.official_of(subject, "2018/19")
    assert set(audit.inputs) == {
        "data/published/home-office-2018-19/ced-by-force.csv",
        "data/published/home-office-2018-19/age.csv",
    }
    assert_frame_equal(audit.ledger.frame, sorted_ledger("home-office-2018-19"))


def sorted_ledger(source):
    """What the clone says was changed in a source, as an audit that reads it once has it."""
    ledger = Ledger()
    ledger.extend(published.ledger_of(source))
    return ledger.frame


def test_an_official_table_of_the_audits_own_workbook_is_not_the_clones(workbook):
    given = parameters(sources={"home_office": workbook.name})
    audit = Audit(given, base=workbook.parent)
    audit.official_of("CED by force", "2019/20")
    assert set(audit.inputs) == {workbook.name}


@pytest.mark.parametrize(
    "breakdown, census, group, number",
    [  # the rows of Cambridgeshire in the files of the population material
        ("ethnicity", "2011", "Black", 10_174),
        ("ethnicity", "2021", "Black", 18_496),
        ("ethnicity", None, "Black", 10_174),  # the audit's own choice
        ("gender", None, "Female", 452_440),
        ("age", None, "11-17", 70_887),
    ],
)
def test_residents_by_breakdown(breakdown, census, group, number):
    audit = open_audit("Cambridgeshire", "2019/20", census="2011")
    residents = audit.residents_by(breakdown, census)
    assert residents.one(area="Cambridgeshire", group=group).value == number
    assert len(audit.inputs) == 1


def test_the_activity_is_the_board_papers():
    # definition 8: 309 authorisations, 55 uses, 9 discharges, 55,154 incidents
    audit = open_audit("Kent", "2018/19")
    stated = [count.value for count in audit.activity if count.available]
    assert sorted(stated) == [9, 55, 309, 55_154]
    assert {count.area for count in audit.activity} == {"Cambridgeshire"}


ARRESTS = "period,area,group,number,printed_in\n2019/20,Kent,Black,80,Made up\n"


def test_arrests_and_searches_where_a_source_is_given(tmp_path):
    (tmp_path / "arrests.csv").write_text(ARRESTS, "utf-8")
    (tmp_path / "searches.csv").write_text(ARRESTS.replace("80", "90"), "utf-8")
    given = {"arrests": "arrests.csv", "stop_and_search": "searches.csv"}
    audit = Audit(parameters(sources=given), base=tmp_path)
    assert (audit.arrests.one(group="Black").value, audit.arrests.one().unit) == (80, "arrest")
    assert (audit.stop_and_search.one().value, audit.stop_and_search.one().unit) == (90, "search")
    assert {one.registered for one in audit.inputs.values()} == {False}
    assert {one.edition for one in audit.arrests + audit.stop_and_search} == {"arrests", "searches"}


def test_no_arrests_and_no_searches_without_a_source():
    audit = open_audit("Kent", "2019/20")
    assert len(audit.arrests) == len(audit.stop_and_search) == 0
    assert audit.inputs == {}


@pytest.mark.parametrize("key", ["arrests", "stop_and_search"])
def test_a_bad_file_is_refused_before_a_notebook_starts(key, tmp_path):
    (tmp_path / "bad.csv").write_text(ARRESTS.replace("80", "8O"), "utf-8")
    given = parameters(sources={key: "bad.csv"})
    problem = (
        rf"^mine\.yml: sources\.{key}: bad\.csv: bad\.csv: row 2, column number: '8O'; "
        "allowed: a whole number or nothing$"
    )
    with pytest.raises(Refused, match=problem):
        check_at_hand(given, "mine.yml", tmp_path)


def test_one_file_is_not_arrests_and_searches(tmp_path):
    (tmp_path / "mine.csv").write_text(ARRESTS, "utf-8")
    given = parameters(sources={"arrests": "mine.csv", "stop_and_search": "mine.csv"})
    problem = (
        r"stop_and_search: .*mine\.csv: is given as arrests already, and now as stop-and-search"
    )
    with pytest.raises(Refused, match=problem):
        check_at_hand(given, "mine.yml", tmp_path)


def of_records(**sources):
    given = {"period": "2017-Q2", "sources": {"records": EXAMPLE.as_posix()} | sources}
    return Audit(parameters(**given))


def test_records_are_read_once_and_noted():
    audit = of_records()
    assert audit.records is audit.records and len(audit.records) == 1_234  # Cambs Times
    assert (audit.records.area, audit.records.period) == ("Cambridgeshire", "2017-Q2")
    ledger = audit.ledger.frame.set_index("action")["number"]
    assert (ledger["read"], ledger["used"]) == (1_234, 1_234)
    (read,) = audit.inputs.values()
    assert (read.source, read.registered) == ("made-up-records", True)


def test_no_records_are_refused_and_none_before_is_none():
    with pytest.raises(Refused, match="sources.records: is not given; allowed: a record-level"):
        _ = open_audit("Kent", "2019/20").records
    assert of_records().records_before is None
    assert len(of_records().district_activity) == 0


def test_records_before_are_those_of_the_quarter_before(tmp_path):
    made = made_up.make(60, seed=5, plan=replace(USUAL, period="2017-Q1"))
    (path, *_) = made_up.write(tmp_path, made)
    shutil.move(path, tmp_path / "before.csv")  # a name of its own beside records.csv
    audit = of_records(records_before=(tmp_path / "before.csv").as_posix())
    assert (audit.records_before.period, len(audit.records_before)) == ("2017-Q1", 60)
    # of the quarter itself nothing is left: every row lies outside the quarter before
    same = of_records(records_before=EXAMPLE.as_posix())
    assert len(same.records_before) == 0


def test_activity_by_district_says_that_it_is_made_up():
    audit = of_records(district_activity=EXAMPLE.with_name("taser-activity.csv").as_posix())
    assert {count.edition for count in audit.district_activity} == {"made up"}
    assert [one.source for one in audit.inputs.values()] == ["made-up-taser-activity"]


def test_a_quarter_of_records_needs_no_official_year():
    given = {"records": EXAMPLE.as_posix()}
    check_at_hand(parameters(period="2017-Q2", sources=given), "mine.yml", ROOT)
    both = parameters(period="2017-Q2", sources=given, chapters=["records", "taser"])
    with pytest.raises(Refused, match="mine.yml: period: '2017-Q2' cannot be had"):
        check_at_hand(both, "mine.yml", ROOT)


def test_values_of_a_chapter_are_checked_as_a_params_file_is():
    with pytest.raises(Refused, match="parameters of the chapter: choices.confidence: 2"):
        open_audit("Kent", "2018/19", confidence=2)


def test_a_copy_of_the_publishers_file_is_registered(workbook):
    audit = Audit(parameters(sources={"home_office": workbook.name}), base=workbook.parent)
    assert (
        audit.official("CED by force")
        .one(area="Cambridgeshire", tactic="CED", period="2019/20")
        .value
        == 208
    )
    assert audit.inputs[workbook.name].registered


def test_other_bytes_are_read_and_labelled_not_registered(workbook):
    with zipfile.ZipFile(workbook, "a") as file:
        file.comment = b"saved again"
    audit = Audit(parameters(sources={"home_office": workbook.name}), base=workbook.parent)
    assert (
        audit.official("CED by force")
        .one(area="Cambridgeshire", tactic="CED", period="2019/20")
        .value
        == 208
    )
    read = audit.inputs[workbook.name]  # named without a path of this machine
    assert not read.registered and read.source == "home-office-2019-20"


def test_a_workbook_of_another_year_is_refused(workbook):
    given = parameters(period="2018/19", sources={"home_office": workbook.name})
    with pytest.raises(Refused, match=rf"home_office: {workbook.name}: reports 2019/20; .*2018/19"):
        check_at_hand(given, "mine.yml", workbook.parent)


@pytest.mark.parametrize("key", Sources.model_fields)
def test_a_missing_source_is_refused_before_a_notebook_starts(key, tmp_path, monkeypatch, capsys):
    from analysis.report import run

    monkeypatch.setattr(run, "run", lambda *_: pytest.fail("a notebook was started"))
    path = tmp_path / "mine.yml"
    given = {key: "none.ods"}
    if key in ("records_before", "district_activity"):
        given["records"] = EXAMPLE.as_posix()
    path.write_text(f"area: Cambridgeshire\nperiod: 2017-Q2\nsources: {given}\n", "utf-8")
    if key not in RECORD_SOURCES:
        path.write_text(f"area: Kent\nperiod: 2019/20\nsources: {given}\n", "utf-8")
    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == REFUSED
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "none.ods" in said.err and "no such file" in said.err.lower()
    assert not (tmp_path / "out").exists()


def test_a_large_file_of_records_is_read_from_the_store(tmp_path, monkeypatch):
    monkeypatch.setenv("UOF_AUDIT_STORE", str(tmp_path))
    directly = of_records()
    assert directly.records.place and not list(tmp_path.iterdir())
    monkeypatch.setattr("analysis.audit.STORED", 1)
    kept = of_records()
    assert_frame_equal(kept.records.reports, directly.records.reports)
    assert_frame_equal(kept.ledger.frame, directly.ledger.frame)
    assert kept.inputs == directly.inputs
    monkeypatch.setattr("analysis.store.Judging", None)
    assert len(of_records().records) == 1_234
