"""Taser activity by district and month: what is counted, what is refused, what is made up."""

import re

import pytest

from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.places import ROOT
from analysis.rows import rows_of, unit_of
from analysis.sources import district_activity

HEADER = (
    "month,area,district,incidents_immediate,incidents_prompt,"
    "authorisations,uses,discharges,printed_in\n"
)
APRIL = "2017-04,Cambridgeshire,Fenland,300,412,6,2,1,Force log\n"
MAY = "2017-05,Cambridgeshire,Fenland,310,400,7,0,,Force log\n"


def read(tmp_path, text, ledger=None):
    path = tmp_path / "activity.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    frame = district_activity.read(path)
    return district_activity.clean(frame, path.name, ledger or Ledger(), "2017 log")


def test_a_row_is_four_counts_of_a_district_and_a_month(tmp_path):
    counts = read(tmp_path, HEADER + APRIL)
    assert {count.measure: (count.value, count.unit) for count in counts} == {
        "incidents": (712, "incident"),  # 300 and 412
        "authorisations": (6, "authorisation"),
        "uses": (2, "use"),
        "discharges": (1, "discharge"),
    }
    assert {(one.period, one.area, one.breakdown, one.group) for one in counts} == {
        ("2017-04..2017-04", "Cambridgeshire", "district", "Fenland")
    }
    assert {(one.source, one.edition) for one in counts} == {("district-activity", "2017 log")}


def test_a_count_says_where_it_stands_and_both_grades(tmp_path):
    counts = read(tmp_path, HEADER + APRIL)
    assert counts.one(measure="incidents").text("where") == (
        "Force log, cell row 2, incidents_immediate and incidents_prompt"
    )
    assert counts.one(measure="uses").text("where") == "Force log, cell row 2, uses"


def test_what_is_added_up_over_rows_is_the_measure(tmp_path):
    counts = read(tmp_path, HEADER + APRIL + MAY)
    assert {(unit_of(one.rows), *rows_of(one.rows)) for one in counts} == {
        (measure, row)
        for measure in ("incidents", "authorisations", "uses", "discharges")
        for row in (2, 3)
    }


def test_an_empty_cell_is_not_available_and_a_nought_is_nought(tmp_path):
    counts = read(tmp_path, HEADER + MAY)
    assert counts.one(measure="uses").value == 0
    missing = counts.one(measure="discharges")
    assert (missing.status, missing.reason) == (
        "not available",
        "the source leaves this figure empty",
    )


def test_one_grade_alone_is_no_sum(tmp_path):
    counts = read(tmp_path, HEADER + APRIL.replace(",412,", ",,"))
    incidents = counts.one(measure="incidents")
    assert not incidents.available and "incidents_prompt (empty)" in incidents.cell


def test_a_file_that_is_made_up_says_so_in_source_and_edition(tmp_path):
    made_up = HEADER + APRIL.replace("Force log", "Made up: no force's record")
    assert {(one.source, one.edition) for one in read(tmp_path, made_up)} == {
        ("made-up-taser-activity", "made up")
    }


def test_made_up_beside_real_is_refused(tmp_path):
    text = HEADER + APRIL + MAY.replace("Force log", "Made up")
    with pytest.raises(
        Refused, match=r"row 3, column printed_in: 'Made up' stands beside 'Force log'; allowed"
    ):
        read(tmp_path, text)


def test_the_ledger_accounts_for_every_row(tmp_path):
    ledger = Ledger()
    read(tmp_path, HEADER + APRIL + MAY, ledger)
    assert ledger.frame.set_index("action")["number"].to_dict() == {
        "read": 2,
        "used": 2,
        "labelled": 2,
    }


def test_a_byte_order_mark_other_line_ends_and_stray_spaces_are_understood(tmp_path):
    text = (HEADER + APRIL).replace(",Fenland,", ", Fenland ,").replace("\n", "\r\n")
    counts = read(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert {one.group for one in counts} == {"Fenland"}


@pytest.mark.parametrize(
    "text, problem",
    [
        (HEADER.replace("uses", "used") + APRIL, r"header: columns differ in \['used', 'uses'\]"),
        (HEADER + APRIL.replace("2017-04", "April 2017"), "row 2, column month: 'April 2017'"),
        (HEADER + APRIL.replace("2017-04", "2017-13"), "column month: '2017-13'; allowed: a month"),
        (HEADER + APRIL.replace("2017-04", "2017-Q2"), "column month: '2017-Q2'"),
        (
            HEADER + APRIL.replace("Cambridgeshire", "Cambridge"),
            "row 2, column area: 'Cambridge' is not a police force",
        ),
        (HEADER + APRIL.replace("Fenland", " "), "column district: ' '; allowed: a district"),
        (HEADER + APRIL.replace("Fenland", "All"), "column district: 'All'; allowed: a district"),
        (HEADER + APRIL.replace("Fenland", "Total"), "column district: 'Total'"),
        (
            HEADER + APRIL + MAY.replace("Fenland", "FENLAND"),
            "row 3, column district: 'FENLAND' is also spelled; allowed: 'Fenland'",
        ),
        (
            HEADER + APRIL + MAY + APRIL,
            "row 4: 2017-04, Cambridgeshire, Fenland stands in row 2 already; allowed: one row",
        ),
        (HEADER + APRIL.replace(",6,", ",6.0,"), "column authorisations: '6.0'; allowed: a whole"),
        (HEADER + APRIL.replace(",6,", ",-6,"), "column authorisations: '-6'"),
        (HEADER + APRIL.replace(",6,", ",٦,"), "column authorisations: '٦'"),
        (HEADER + APRIL.replace(",300,", ',"1,300",'), "column incidents_immediate: '1,300'"),
    ],
)
def test_what_is_refused(tmp_path, text, problem):
    with pytest.raises(Refused, match=rf"activity\.csv: ?.*{problem}"):
        read(tmp_path, text)


def test_the_same_month_and_district_of_two_areas_are_two(tmp_path):
    counts = read(tmp_path, HEADER + APRIL + APRIL.replace("Cambridgeshire", "Norfolk"))
    assert len(counts) == 8


def test_the_example_of_the_documentation(tmp_path):
    text = (ROOT / "docs" / "sources.md").read_text("utf-8")
    (example,) = re.findall(r"```csv\n(month,area,district.*?)```", text, re.S)
    counts = read(tmp_path, example)
    assert {one.source for one in counts} == {"made-up-taser-activity"}
    assert {one.group for one in counts} == {"Fenland", "Peterborough"}


def test_a_file_without_rows_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"activity\.csv: holds no rows; allowed: one for each month"):
        read(tmp_path, HEADER)
