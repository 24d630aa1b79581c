"""An audit reads what it is asked for, labels bytes that nobody vouched for, and refuses early."""

import shutil
import zipfile

import pytest

from analysis.audit import Audit, check_at_hand, open_audit
from analysis.cli import REFUSED, main
from analysis.errors import Refused
from analysis.parameters import check
from tests.conftest import WORKBOOKS


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


def test_the_activity_is_the_board_papers():
    # definition 8: 309 authorisations, 55 uses, 9 discharges, 55,154 incidents
    audit = open_audit("Kent", "2018/19")
    stated = [count.value for count in audit.activity if count.available]
    assert sorted(stated) == [9, 55, 309, 55_154]
    assert {count.area for count in audit.activity} == {"Cambridgeshire"}


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


@pytest.mark.parametrize("key", ["home_office", "taser_activity"])
def test_a_missing_source_is_refused_before_a_notebook_starts(key, tmp_path, monkeypatch, capsys):
    from analysis.report import run

    monkeypatch.setattr(run, "run", lambda *_: pytest.fail("a notebook was started"))
    path = tmp_path / "mine.yml"
    path.write_text(f"area: Kent\nperiod: 2019/20\nsources: {{{key}: none.ods}}\n", "utf-8")
    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == REFUSED
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "none.ods" in said.err and "no such file" in said.err.lower()
    assert not (tmp_path / "out").exists()
