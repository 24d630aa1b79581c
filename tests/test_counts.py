"""Counts know their unit, their place and their totals; what is not available is no number."""

import math

import pandas as pd
import pytest

from analysis.counts import (
    COLUMNS,
    MEASURES,
    ROWS,
    WRITTEN,
    build,
    gather,
    read_written,
    write_counts,
)
from analysis.errors import Refused

YEAR = {"period": "2019/20", "area": "England and Wales", "measure": "tactic uses",
        "tactic": "all", "breakdown": "", "group": "all", "status": "stated", "table": "Table 0",
        "cell": "B2", "note": ""}  # fmt: skip


def counts(*rows, subject="test"):
    """Counts of the year 2019/20; each row gives the printed value and what differs."""
    lines = [YEAR | {"printed": str(printed)} | words for printed, words in rows]
    return build(pd.DataFrame(lines, columns=WRITTEN), source="home-office-2019-20",
                 edition="2020-12-17", subject=subject)  # fmt: skip


def totals(table, **dimensions):
    """The totals that the one count with these dimensions is a part of."""
    return [total.partition("/2019-20/")[2] for total in table.one(**dimensions).part_of.split(";")]


def relations(table):
    """The equations as (relation, total, part), ids from the area on."""
    short = table.equations().map(lambda text: text.partition("/2019-20/")[2] or text)
    return sorted(short[["relation", "total", "part"]].itertuples(index=False, name=None))


def test_an_id_says_what_was_counted():
    table = counts((21, {"area": "Cambridgeshire", "tactic": "CED", "breakdown": "ethnicity",
                         "group": "Black"}), subject="ethnicity by force")  # fmt: skip
    (count,) = table
    assert count.id == (
        "home-office-2019-20/ethnicity-by-force/2019-20/cambridgeshire/tactic-uses/ced/black"
    )
    assert (count.unit, count.value, count.edition) == ("tactic", 21, "2020-12-17")
    assert list(table.frame.columns) == [*COLUMNS, ROWS]


def test_units_are_those_of_definition_1():
    assert MEASURES["tactic uses"] == "tactic"
    assert MEASURES["reports"] == MEASURES["reports involving tactic"] == "report"
    assert MEASURES["incidents"] == "incident" and MEASURES["residents"] == "person"


@pytest.mark.parametrize("printed", [":", "0"])
def test_not_available_is_never_a_number(printed):
    # definition 13: both the ":" of 2019/20 and the contradicted 0 of 2018/19 are kept as printed
    table = counts((printed, {"status": "not available", "note": "the force sent totals only"}))
    (count,) = table
    assert math.isnan(count.value) and not count.available
    assert (count.printed, count.reason) == (printed, "the force sent totals only")


def test_a_stated_zero_is_zero():
    (count,) = counts((0, {}))
    assert count.value == 0 and count.available and count.reason == ""


def test_a_tactic_is_part_of_the_nearest_printed_one():
    # Table 13: the kinds of CED use below non-discharge and discharge; Table 4 of 2018/19 has none
    table = counts((32058, {"tactic": "CED"}), (3334, {"tactic": "CED discharge"}),
                   (3275, {"tactic": "CED fired"}), (397, {"tactic": "CED arced"}),
                   (1267, {"tactic": "CED not stated"}))  # fmt: skip
    total, discharge = ("england-and-wales/tactic-uses/ced/all",
                        "england-and-wales/tactic-uses/ced-discharge/all")  # fmt: skip
    assert totals(table, tactic="CED fired") == [discharge]
    assert totals(table, tactic="CED arced") == [total]
    assert totals(table, tactic="CED not stated") == [total]
    assert {relation for relation, *_ in relations(table)} == {"tactic"}


def test_reports_that_involve_a_tactic_do_not_add_up():
    # definition 3: 350,470 handcuffings in 344,200 reports
    rows = [(344200, {"tactic": "Handcuffing"}), (491984, {"tactic": "All tactics"})]
    table = counts(*((n, words | {"measure": "reports involving tactic"}) for n, words in rows))
    assert [count.part_of for count in table] == ["", ""]


def test_counts_without_totals_have_no_equations():
    assert len(counts((1, {}), (2, {"area": "Gwent", "measure": "reports"})).equations()) == 0


def test_a_force_is_part_of_its_region_or_else_of_the_nation():
    reports = {"measure": "reports"}
    rows = [
        (491984, {}),
        (1, {"area": "East of England region"}),
        (4629, {"area": "Cambridgeshire"}),
        (2, {"area": "Gwent"}),
    ]
    table = counts(*((n, words | reports) for n, words in rows))
    nation = "england-and-wales/reports/all/all"
    region = "east-of-england-region/reports/all/all"
    assert relations(table) == [
        ("area", region, "cambridgeshire/reports/all/all"),
        ("area", nation, region),
        ("area", nation, "gwent/reports/all/all"),  # the region of Wales is not in this table
    ]


def test_a_cell_of_two_margins_is_part_of_both():
    forces = [{"area": area, "breakdown": "gender", "group": group}
              for area in ("England and Wales", "Gwent") for group in ("all", "Male")]  # fmt: skip
    table = counts(*((1, words) for words in forces))
    assert totals(table, area="Gwent", group="Male") == [
        "england-and-wales/tactic-uses/all/male", "gwent/tactic-uses/all/all"]  # fmt: skip


@pytest.mark.parametrize(
    "breakdown, group, whole",
    [
        ("ethnicity", "Black", ["all"]),
        ("health condition", "None", ["all"]),
        ("reason", "Protect self", [""]),  # definition 5: multi-select
        ("outcome", "Fatality", [""]),
        ("location", "Custody block", ["police-setting"]),
        ("location", "Dwelling", [""]),
    ],
)
def test_a_group_is_part_of_its_total(breakdown, group, whole):
    rows = [{"breakdown": breakdown, "group": name} for name in ("all", "Police setting", group)]
    found = totals(counts(*((1, words) for words in rows)), group=group)
    assert [total.rpartition("/")[2] for total in found] == whole


def test_injuries_add_up_along_a_row_and_down_a_column():
    # Table 11 of 2019/20: 27,224 injured "Yes", of whom 26,188 minor; 26,858 minor in all
    rows = [(491984, "all / all"), (27224, "Yes / all"), (26858, "all / Minor"),
            (26188, "Yes / Minor")]  # fmt: skip
    table = counts(*((n, {"measure": "subject injuries", "breakdown": "injury", "group": group})
                     for n, group in rows))  # fmt: skip
    start = "england-and-wales/subject-injuries/all/"
    assert relations(table) == [
        ("answer", f"{start}all-all", f"{start}yes-all"),
        ("answer", f"{start}all-minor", f"{start}yes-minor"),
        ("level", f"{start}all-all", f"{start}all-minor"),
        ("level", f"{start}yes-all", f"{start}yes-minor"),
    ]


def test_officer_injuries_have_two_answers():
    rows = ["all / all / all", "Yes / No / all", "all / all / Severe", "Yes / No / Severe"]
    table = counts(*((1, {"measure": "officer injuries", "breakdown": "injury", "group": group})
                     for group in rows))  # fmt: skip
    assert totals(table, group="Yes / No / Severe") == [
        "england-and-wales/officer-injuries/all/yes-no-all",
        "england-and-wales/officer-injuries/all/all-all-severe"]  # fmt: skip
    assert set(table.equations()["relation"]) == {"answer", "level"}


@pytest.mark.parametrize("printed", ["1,234", "-3", "1.5", "", ":", "n/a", " 7", "1e3"])
def test_a_stated_value_is_a_whole_number(printed):
    with pytest.raises(
        Refused,
        match=r"home-office-2019-20/test: Table 0 cell B2: printed value .*; "
        r"allowed: a whole number",
    ):
        counts((printed, {}))


def test_an_unknown_measure_is_refused_and_the_known_ones_named():
    with pytest.raises(Refused, match="measure 'persons' is not known; allowed: tactic uses, "):
        counts((1, {"measure": "persons"}))


def test_the_same_count_twice_is_refused():
    with pytest.raises(Refused, match="count '.*/2019-20/gwent/.*' stands twice"):
        counts((1, {"area": "Gwent"}), (2, {"area": "Gwent"}))


def test_looking_up():
    table = counts((1, {"area": "Gwent"}), (2, {"area": "Norfolk"}), (3, {"area": "Suffolk"}))
    assert table.one(area="Norfolk").value == 2
    assert [count.area for count in table.where(area=["Suffolk", "Gwent"])] == ["Gwent", "Suffolk"]
    assert len(table.where(area="Gwent", tactic="CED")) == 0
    with pytest.raises(LookupError, match="^0 counts, not one, with .*Kent"):
        table.one(area="Kent")
    with pytest.raises(LookupError, match="^3 counts"):
        table.one(period="2019/20")


def test_gathering_keeps_every_count():
    parts = [counts((1, {}), subject="one"), counts((2, {}), (3, {"area": "Gwent"}), subject="two")]
    assert [count.value for count in gather(parts)] == [1, 2, 3]
    assert len(gather([])) == 0 and list(gather([]).frame.columns) == [*COLUMNS, ROWS]


def test_written_and_read_again(tmp_path):
    # definition 20: the health condition "None" is text, not a gap
    table = counts(
        (3, {"breakdown": "health condition", "group": "None"}),
        (":", {"status": "not available", "note": "no breakdown, see note"}),
    )
    path = tmp_path / "new" / "table.csv"
    write_counts(table, path)
    again = build(read_written(path), source="home-office-2019-20", edition="2020-12-17",
                  subject="test")  # fmt: skip
    pd.testing.assert_frame_equal(again.frame, table.frame)
    assert b"\r" not in path.read_bytes() and path.read_bytes().endswith(b"\n")


@pytest.mark.parametrize(
    "content, problem",
    [
        (None, "there is no such file"),
        (b"", "cannot be read as CSV"),
        (b"period,area\n2019/20,Gwent\n", "header: .*allowed: period, area, measure, tactic"),
        (",".join(WRITTEN).encode() + b"\n\xff\xfe", "cannot be read as CSV"),
        (
            ",".join(WRITTEN).encode() + b"\n" + b"2019/20," * (len(WRITTEN) + 1),
            "cannot be read as CSV",
        ),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, content, problem):
    path = tmp_path / "age.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused, match=rf"age\.csv: {problem}"):
        read_written(path)
