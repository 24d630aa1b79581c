"""Arrests, and stop and searches, by ethnic group: made-up files, and what is refused."""

import math
import re

import pytest

from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.places import ROOT
from analysis.sources import encounters

HEADER = "period,area,group,number,printed_in\n"
FIVE = ("White", "Black", "Asian", "Mixed", "Other")
MADE_UP = HEADER + (
    "2019/20,Kent,White,900,Made up\n"
    "2019/20,Kent,Black,80,Made up\n"
    "2019/20,Kent,Asian,45,Made up\n"
    "2019/20,Kent,Chinese,7,Made up too\n"
    "2019/20,Kent,Mixed,0,Made up\n"
    "2019/20,Kent,Other,,Made up\n"
    "2019/20,Kent,Not reported,12,Made up\n"
)


def read(tmp_path, text, source="arrests", ledger=None):
    path = tmp_path / "mine.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    frame = encounters.read(path)
    return encounters.clean(frame, source, path.name, ledger or Ledger(), "mine")


def numbers_of_rows(ledger):
    """Rows by what became of them."""
    return ledger.frame.groupby("action")["number"].sum().to_dict()


def test_numbers_by_group_and_chinese_in_asian(tmp_path):
    counts = read(tmp_path, MADE_UP)
    # 45 Asian and 7 Chinese: 52; an empty number is not available
    assert {one.group: one.value for one in counts if one.available} == {
        "White": 900, "Black": 80, "Asian": 52, "Mixed": 0, "Not reported": 12}  # fmt: skip
    other = counts.one(group="Other")
    assert math.isnan(other.value) and other.status == "not available"
    assert other.reason == "the source leaves this figure empty"


@pytest.mark.parametrize(
    "source, measure, unit",
    [("arrests", "arrests", "arrest"), ("stop-and-search", "stop and searches", "search")],
)
def test_each_count_says_its_unit_and_where_it_stands(tmp_path, source, measure, unit):
    counts = read(tmp_path, MADE_UP, source)
    assert {(one.measure, one.unit, one.source) for one in counts} == {(measure, unit, source)}
    assert {one.breakdown for one in counts} == {"ethnicity"}
    assert counts.one(group="Black").text("where") == "Made up, cell row 3"
    assert counts.one(group="Asian").text("where") == "Made up; Made up too, cell row 4 and row 5"


def test_it_is_not_known_whose_ethnic_group_it_is(tmp_path):
    notes = {one.note for one in read(tmp_path, MADE_UP) if one.available}
    assert notes == {encounters.WHOSE}
    assert "self-defined" in encounters.WHOSE and "officer" in encounters.WHOSE


def test_the_ledger_accounts_for_every_row(tmp_path):
    ledger = Ledger()
    read(tmp_path, MADE_UP, ledger=ledger)
    assert numbers_of_rows(ledger) == {"read": 7, "used": 7}
    (added,) = ledger.frame.query("printed == 'Chinese'").to_dict("records")
    assert (added["becomes"], added["first"]) == ("Asian", "row 5")
    assert added["reason"] == "Chinese added to Asian"


@pytest.mark.parametrize("row", ["Asian,45", "Chinese,7"])
def test_half_a_sum_is_not_available(tmp_path, row):
    ledger = Ledger()
    text = MADE_UP.replace(row, row.rstrip("0123456789"))
    counts = read(tmp_path, text, ledger=ledger)
    asian = counts.one(group="Asian")
    assert not asian.available and asian.reason == encounters.NO_SUM
    assert numbers_of_rows(ledger) == {"read": 7, "used": 6, "set aside": 1}
    (aside,) = ledger.frame.query("action == 'set aside'").to_dict("records")
    assert (aside["printed"], aside["first"]) == ("Chinese", "row 5")


def test_the_order_of_rows_does_not_matter(tmp_path):
    header, *rows = MADE_UP.splitlines(keepends=True)
    turned = read(tmp_path, header + "".join(reversed(rows)))
    assert {one.id: str(one.value) for one in turned} == {
        one.id: str(one.value) for one in read(tmp_path, MADE_UP)
    }


def test_a_sum_is_within_its_area_and_period(tmp_path):
    more = "2019/20,Gwent,Asian,3,Made up\n2018/19,Kent,Asian,5,Made up\n"
    counts = read(tmp_path, MADE_UP + more).where(group="Asian")
    assert {(one.area, one.period): one.value for one in counts} == {
        ("Kent", "2019/20"): 52, ("Gwent", "2019/20"): 3, ("Kent", "2018/19"): 5}  # fmt: skip


def test_spellings_of_areas_and_groups_are_understood(tmp_path):
    text = HEADER + (
        "2019/20,England & Wales,Black (or Black British),80,Made up\n"
        "2019/20,Devon & Cornwall ,not reported,4,Made up\n"
    )
    assert {(one.area, one.group) for one in read(tmp_path, text)} == {
        ("England and Wales", "Black"), ("Devon and Cornwall", "Not reported")}  # fmt: skip


def test_a_force_is_a_part_of_england_and_wales(tmp_path):
    text = MADE_UP + "2019/20,England and Wales,Black,4000,Made up\n"
    counts = read(tmp_path, text)
    nation = counts.one(area="England and Wales").id
    assert counts.one(area="Kent", group="Black").part_of == nation


def test_a_byte_order_mark_and_other_line_ends_are_understood(tmp_path):
    text = b"\xef\xbb\xbf" + MADE_UP.replace("\n", "\r\n").encode()
    assert read(tmp_path, text).one(group="White").value == 900


ROW = "2019/20,Kent,Black,80,Made up\n"


@pytest.mark.parametrize(
    "text, problem",
    [
        (HEADER.replace("number", "count") + ROW, r" header: columns differ in \['count'"),
        ("", " cannot be read as CSV"),
        (HEADER, " holds no rows; allowed: period, area, group, number, printed_in"),
        (HEADER.encode() + ROW.encode().replace(b"up", b"\xa3"), " cannot be read as CSV in UTF-8"),
        (HEADER + ROW.replace("80", "8O"), " row 2, column number: '8O'; allowed: a whole number"),
        (HEADER + ROW.replace("80", "80.0"), " row 2, column number: '80.0'"),
        (HEADER + ROW.replace("80", "-80"), " row 2, column number: '-80'"),
        (HEADER + ROW.replace("80", '"1,080"'), " row 2, column number: '1,080'"),
        (HEADER + ROW.replace("80", ":"), " row 2, column number: ':'; .*or nothing"),
        (HEADER + ROW.replace("80", "٨٠"), " row 2, column number: '٨٠'"),
        (HEADER + ROW.replace("Black", "BAME"), " row 2, column group: 'BAME'; allowed: White, B"),
        (HEADER + ROW.replace("Black", "Don't know"), " row 2, column group: .Don't know.; allow"),
        (HEADER + ROW.replace("Black", "all"), " row 2, column group: 'all'; .*Not reported"),
        (HEADER + ROW.replace("Kent", "Camelot"), " row 2, column area: 'Camelot' is not .*Kent"),
        (HEADER + ROW.replace("Kent", "England"), " row 2, column area: .*, or England and Wales$"),
        (HEADER + ROW.replace("2019/20", "2019/21"), " row 2, column period: '2019/21' is not a p"),
        (HEADER + ROW.replace("Made up", " "), " row 2, column printed_in: ''; allowed: where"),
        (HEADER + "2019/20,Kent,Black,80\n", " row 2, column printed_in: ''"),
        (HEADER + ROW + ROW.replace("80", "81"),
         " row 3, columns period, area, group: '2019/20, Kent, Black' stands in row 2 already"),
        (HEADER + ROW + ROW.replace("Black", "black "), " row 3, .* stands in row 2 already"),
        (HEADER + ROW.replace("Black", "Chinese"),
         " row 2, column group: 'Chinese' has no row of Asian; allowed: both, or Asian alone"),
        (HEADER + ROW.replace("Made up\n", "Made up,\n"), ""),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path, text, problem):
    with pytest.raises(Refused, match=rf"mine\.csv:{problem}") as refused:
        read(tmp_path, text)
    assert "\n" not in str(refused.value)


def test_the_example_of_the_documentation(tmp_path):
    text = (ROOT / "docs" / "sources.md").read_text("utf-8")
    (example,) = re.findall(r"```csv\n(period,area,group.*?)```", text, re.S)
    counts = read(tmp_path, example)
    assert counts.one(group="Asian").value == 750  # 700 and 50
    assert {one.group for one in counts if not one.available} == {"Other"}
    assert all("made-up" in one.table.lower() for one in counts)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"none\.csv: there is no such file"):
        encounters.read(tmp_path / "none.csv")
