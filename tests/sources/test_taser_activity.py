"""Taser activity of a force: the Cambridgeshire board paper, and what is refused."""

import math
import re

import pytest

from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.places import PUBLISHED, ROOT
from analysis.sources import taser_activity

HEADER = (
    "period,area,incidents_immediate,incidents_prompt,incidents_immediate_and_prompt,"
    "authorisations,uses,discharges,printed_in\n"
)
PAPER = "2013-05..2013-12,Cambridgeshire,,,55154,309,55,9,Board paper\n"


def read(tmp_path, text, ledger=None):
    path = tmp_path / "activity.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    frame = taser_activity.read(path)
    return taser_activity.clean(frame, path.name, ledger or Ledger(), "2014-02-27")


def value(counts, measure, group="all"):
    return counts.one(measure=measure, group=group).value


def test_the_board_paper_as_the_project_holds_it():
    # definition 8: 309 authorisations, 55 uses, 9 discharges, 55,154 incidents, May-December 2013
    path = PUBLISHED / "taser-activity.csv"
    counts = taser_activity.clean(taser_activity.read(path), path.name, Ledger(), "2014-02-27")
    stages = [
        ("incidents", "immediate and prompt"),
        ("authorisations", "all"),
        ("uses", "all"),
        ("discharges", "all"),
    ]
    assert [value(counts, *stage) for stage in stages] == [55154, 309, 55, 9]
    assert {(count.area, count.period) for count in counts} == {
        ("Cambridgeshire", "2013-05..2013-12")
    }
    assert {count.measure: count.unit for count in counts} == {
        "incidents": "incident",
        "authorisations": "authorisation",
        "uses": "use",
        "discharges": "discharge",
    }


def test_an_empty_cell_is_not_available_and_says_why(tmp_path):
    counts = read(tmp_path, HEADER + PAPER)
    count = counts.one(group="immediate")
    assert math.isnan(count.value) and count.status == "not available"
    assert count.reason == "the source leaves this figure empty"


def test_a_printed_zero_is_zero(tmp_path):
    counts = read(tmp_path, HEADER + "2019/20,Gwent,,,10,5,0,0,log\n")
    assert value(counts, "discharges") == 0 and counts.one(measure="uses").available


def test_both_grades_are_added_up_and_the_ledger_says_so(tmp_path):
    ledger = Ledger()
    counts = read(tmp_path, HEADER + "2019/20,Gwent,30,12,,5,4,1,log\n", ledger)
    assert value(counts, "incidents", "immediate and prompt") == 42
    (entry,) = ledger.frame.query("action == 'labelled'").to_dict("records")
    assert "added up" in entry["reason"] and entry["first"] == "row 2"


def test_one_grade_alone_is_no_sum(tmp_path):
    counts = read(tmp_path, HEADER + "2019/20,Gwent,30,,,5,4,1,log\n")
    assert not counts.one(group="immediate and prompt").available


def test_the_ledger_accounts_for_every_row(tmp_path):
    ledger = Ledger()
    read(tmp_path, HEADER + PAPER + "2014-Q1,Cambridgeshire,,,7,3,2,1,log\n", ledger)
    assert ledger.frame.set_index("action")["number"].to_dict() == {"read": 2, "used": 2}


def test_a_byte_order_mark_and_other_line_ends_are_understood(tmp_path):
    text = b"\xef\xbb\xbf" + (HEADER + PAPER).replace("\n", "\r\n").encode()
    assert value(read(tmp_path, text), "uses") == 55


@pytest.mark.parametrize(
    "text, problem",
    [
        (
            HEADER.replace("uses", "used") + PAPER,
            r"header: columns differ in \['used', 'uses'\]; allowed: period",
        ),
        (HEADER.replace(",printed_in", "") + PAPER, "cannot be read as CSV"),
        ("", "cannot be read as CSV"),
        (
            HEADER.encode() + PAPER.encode().replace(b"Board", b"Board \xa3"),
            "cannot be read as CSV in UTF-8",
        ),
        (
            HEADER + PAPER.replace("309", "3O9"),
            "row 2, column authorisations: '3O9'; allowed: a whole number",
        ),
        (HEADER + PAPER.replace("309", "309.5"), "row 2, column authorisations: '309.5'"),
        (HEADER + PAPER.replace("309", "-309"), "row 2, column authorisations: '-309'"),
        (
            HEADER + PAPER.replace("55154", '"55,154"'),
            "column incidents_immediate_and_prompt: '55,154'",
        ),
        (
            HEADER + PAPER.replace("Cambridgeshire", "Cambridge"),
            "row 2, column area: 'Cambridge' is not a police force .*Cambridgeshire",
        ),
        (
            HEADER + PAPER.replace("2013-05..2013-12", "May-Dec 2013"),
            "row 2, column period: 'May-Dec 2013' is not a period",
        ),
        (
            HEADER + PAPER + PAPER.replace(",,,", ",30,12,"),
            "row 3, column incidents_immediate_and_prompt: '55154'; allowed: 42",
        ),
    ],
)
def test_what_is_refused(tmp_path, text, problem):
    with pytest.raises(Refused, match=rf"activity\.csv: ?.*{problem}"):
        read(tmp_path, text)


def test_a_row_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(Refused, match="2013-05..2013-12/cambridgeshire/.* stands twice"):
        read(tmp_path, HEADER + PAPER + PAPER)


def test_a_row_longer_than_the_header_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"activity\.csv"):
        read(tmp_path, HEADER + PAPER.replace("\n", ",\n"))


def test_the_example_of_the_documentation(tmp_path):
    text = (ROOT / "docs" / "sources.md").read_text("utf-8")
    (example,) = re.findall(r"```csv\n(period,area,incidents.*?)```", text, re.S)
    counts = read(tmp_path, example)
    assert value(counts, "incidents", "immediate and prompt") == 80_000  # 30,000 and 50,000
    assert all("made-up" in one.table.lower() for one in counts)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"none\.csv: there is no such file"):
        taser_activity.read(tmp_path / "none.csv")
