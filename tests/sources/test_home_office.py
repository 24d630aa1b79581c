"""The two workbooks: figures quoted elsewhere, every cell by a second library, and refusals."""

import csv
import re

import pandas as pd
import pytest
from odfdo import Document

from analysis.counts import NOT_AVAILABLE, gather
from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.sources import home_office
from analysis.sources.registry import sources
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces, regions
from tests.conftest import EXPECTED, WORKBOOKS

TOTALS_ONLY = {"Norfolk": 426, "Staffordshire": 269, "Suffolk": 221, "Warwickshire": 145,
               "West Mercia": 331}  # fmt: skip
BY_PERSON = ("age by force", "gender by force", "ethnicity by force", "health condition by force")

with (EXPECTED / "definitions.csv").open(encoding="utf-8", newline="") as file:
    FIGURES = list(csv.DictReader(file))


def uses(readings, year, subject, **dimensions):
    """One stated figure of a workbook, uses of a tactic unless it is said otherwise."""
    dimensions = {"area": ENGLAND_AND_WALES, "period": year, "group": "all",
                  "measure": "tactic uses"} | dimensions  # fmt: skip
    count = readings[year].counts[subject].one(**dimensions)
    assert count.available, count
    return count.value


@pytest.mark.parametrize(
    "figure", FIGURES, ids=lambda row: "-".join(row[k] for k in ("definition", "subject", "number"))
)
def test_figures_quoted_in_the_definitions(readings, figure):
    found = readings[figure["year"]].counts[figure["subject"]].one(**{
        key: figure[key] for key in ("period", "area", "measure", "tactic", "group")
    })  # fmt: skip
    assert (found.printed, found.available) == (figure["number"], True)


def test_editions(readings):
    # covers: "Published: 19 December 2019", "Published: 17 December 2020"
    editions = [reading.edition for reading in readings.values()]
    assert [(e.period, e.published, e.status) for e in editions] == [
        ("2018/19", "2019-12-19", "Experimental"),
        ("2019/20", "2020-12-17", "Experimental"),
    ]
    assert [sources()[e.source].edition for e in editions] == [e.published for e in editions]


def test_every_table_and_every_area_is_read(reading):
    assert set(reading.counts) == set(home_office.TITLES) and len(reading.counts) == 17
    everywhere = {ENGLAND_AND_WALES, *official_forces()}
    for subject, counts in reading.counts.items():
        areas = set(counts.frame["area"])
        if subject in ("reports by force", "CED by force"):
            assert areas == everywhere | set(regions())
        else:
            assert areas == (everywhere if subject.endswith(" by force") else {ENGLAND_AND_WALES})


# definition 7
def test_discharge_among_all_among_stated_and_its_limits(readings):
    total, discharge, unstated = (
        uses(readings, "2019/20", "CED by force", tactic=tactic)
        for tactic in ("CED", "CED discharge", "CED not stated")
    )
    shares = [discharge / total, discharge / (total - unstated), (discharge + unstated) / total]
    assert [f"{share:.1%}" for share in shares] == ["10.4%", "10.8%", "14.4%"]


def test_kent_leaves_38_percent_not_stated(readings):
    kent = [uses(readings, "2019/20", "CED by force", tactic=tactic, area="Kent")
            for tactic in ("CED not stated", "CED")]  # fmt: skip
    assert f"{kent[0] / kent[1]:.0%}" == "38%"


# definition 9
def test_the_gap_in_discharges_is_norfolk_and_suffolk(readings):
    both = sum(uses(readings, "2019/20", "CED by force", tactic="CED discharge", area=force)
               for force in ("Norfolk", "Suffolk"))  # fmt: skip
    assert both == 3334 - 3248
    for force in ("Norfolk", "Suffolk"):
        table = readings["2019/20"].counts["ethnicity by force"].where(area=force)
        assert {count.printed for count in table.where(tactic="CED discharge")} == {":"}
        assert uses(readings, "2019/20", "ethnicity by force", tactic="CED", area=force) == uses(
            readings, "2019/20", "ethnicity by force", tactic="CED not stated", area=force
        )


# definition 12, methods/uk_ladder_2019_20.csv
def test_black_to_white_per_tactic_and_per_report(readings):
    taser = [uses(readings, "2019/20", "ethnicity by force", tactic="CED", group=group)
             for group in ("Black", "White")]  # fmt: skip
    tactics = [uses(readings, "2019/20", "ethnicity by force", tactic="All tactics", group=group)
               for group in ("Black", "White")]  # fmt: skip
    reports = [uses(readings, "2019/20", "ethnicity", measure="reports", group=group)
               for group in ("Black", "White")]  # fmt: skip
    ratios = [(taser[0] / base[0]) / (taser[1] / base[1]) for base in (tactics, reports)]
    assert [f"{ratio:.2f}" for ratio in ratios] == ["1.49", "1.38"]


# definition 13
@pytest.mark.parametrize("subject", BY_PERSON)
def test_2018_19_forces_that_sent_totals_only_are_not_zero(readings, subject):
    table = readings["2018/19"].counts[subject]
    missing = table.where(status=NOT_AVAILABLE)
    assert {(count.area, count.tactic) for count in missing} == {(f, "CED") for f in TOTALS_ONLY}
    assert {count.printed for count in missing} == {"0"}
    assert missing.frame["value"].isna().all() and (missing.frame["note"] != "").all()
    for force in TOTALS_ONLY:
        assert len(missing.where(area=force)) == table.frame["group"].nunique()
        others = table.where(area=force, group="all", tactic=["Restraint", "Handcuffing", "Baton"])
        assert all(count.available for count in others) and others.frame["value"].sum() > 0


def test_2018_19_forces_without_breakdown_are_what_the_breakdowns_lack():
    assert sum(TOTALS_ONLY.values()) == 23451 - 22059 == 1392


def test_2018_19_every_other_zero_stays_zero(readings):
    # Chinese, CED, Cambridgeshire: printed 0 in Table 16 (published_figures.csv)
    table = readings["2018/19"].counts["ethnicity by force"]
    count = table.one(area="Cambridgeshire", tactic="CED", group="Chinese")
    assert count.available and count.value == 0


@pytest.mark.parametrize("force, total", [("West Mercia", 425), ("Warwickshire", 184)])
def test_2019_20_a_colon_is_not_available(readings, force, total):
    table = readings["2019/20"].counts["ethnicity by force"].where(area=force, tactic="CED")
    stated = {count.group: count.value for count in table if count.available}
    assert stated == {"Not reported": total, "all": total}
    missing = table.where(status=NOT_AVAILABLE)
    assert {count.group for count in missing} == {"White", "Black", "Asian", "Mixed", "Other"}
    assert {count.printed for count in missing} == {":"} and missing.frame["value"].isna().all()


def test_a_colon_is_never_a_number_and_nothing_else_is_missing(reading):
    frame = reading.all.frame
    colon = frame["printed"] == ":"
    assert (
        frame.loc[colon, "status"].eq(NOT_AVAILABLE).all()
        and frame.loc[colon, "value"].isna().all()
    )
    assert frame.loc[~colon, "printed"].str.fullmatch(r"\d+").all()
    assert colon.any() == (reading.edition.period == "2019/20")  # 2018/19 prints none at all


@pytest.mark.parametrize(
    "subject, tactic, shares",
    [
        ("ethnicity by force", "All tactics", {"Avon and Somerset": "33%", "Cleveland": "15%",
                                               "Wiltshire": "11%", "Cambridgeshire": "2%"}),
        ("ethnicity by force", "CED", {"Avon and Somerset": "27%", "Cleveland": "20%"}),
        ("health condition by force", "All tactics", {"Wiltshire": "100%", "Warwickshire": "85%",
                                                      "West Mercia": "84%", "Cleveland": "77%"}),
    ],
)  # fmt: skip
def test_2019_20_shares_not_reported(readings, subject, tactic, shares):
    def share(force):
        parts = (uses(readings, "2019/20", subject, tactic=tactic, area=force, group=group)
                 for group in ("Not reported", "all"))  # fmt: skip
        return f"{next(parts) / next(parts):.0%}"

    assert {force: share(force) for force in shares} == shares


# definition 14
def test_ethnic_groups_of_each_edition(readings):
    groups = {
        year: set(reading.counts["ethnicity"].frame["group"]) for year, reading in readings.items()
    }
    assert groups["2018/19"] - groups["2019/20"] == {"Chinese", "Don't know"}
    assert groups["2019/20"] <= groups["2018/19"]


# definition 16 and the equations
def unbalanced(reading):
    """Totals that differ from the sum of their parts: {(subject, relation, total): difference}."""
    found = {}
    for subject, counts in reading.counts.items():
        value = counts.by_id["value"]
        pairs = counts.equations()
        pairs = pairs.assign(part=value.loc[pairs["part"]].to_numpy())
        for (relation, total), parts in pairs.groupby(["relation", "total"])["part"]:
            difference = parts.sum() - value[total]  # not a number where the total is not available
            if not parts.isna().any() and difference and difference == difference:
                count = counts.one(id=total)
                found[subject, relation, count.area, count.tactic, count.group] = difference
    return found


def test_2018_19_every_total_is_the_sum_of_its_parts(readings):
    assert unbalanced(readings["2018/19"]) == {}


def test_2019_20_age_tables_are_short_by_five_in_nine_rows(readings):
    found = unbalanced(readings["2019/20"])
    short = {"England and Wales": -5, "Bedfordshire": -1, "Greater Manchester": -4}
    nine = {("age by force", "group", area, tactic, "all"): number for area, number in short.items()
            for tactic in ("CED", "CED discharge", "Less lethal weapons")}  # fmt: skip
    assert {key: n for key, n in found.items() if key[:2] == ("age by force", "group")} == nine
    # the same five in the national table, in the column of under-11s, and one tactic in Table 1:
    # 32,058 CED uses there, 32,057 in the breakdowns (definition 9)
    assert set(found) - set(nine) == {
        *(("age", "group", "England and Wales", tactic, "all")
          for tactic in ("CED", "CED discharge", "Less lethal weapons")),
        *(("age by force", "tactic", area, "All tactics", "Under 11") for area in short),
        ("age", "tactic", "England and Wales", "All tactics", "Under 11"),
        ("tactics", "tactic", "England and Wales", "All tactics", "all"),
    }  # fmt: skip


# definition 18
def test_two_measures_of_injury_disagree(readings):
    subjects = readings["2019/20"].counts["subject injuries"]
    officers = readings["2019/20"].counts["officer injuries"]

    def total(table, groups):
        return sum(count.value for count in table.where(group=groups))

    levels = ["Minor", "Severe", "Death"]
    assert total(subjects, [f"all / {level}" for level in levels]) == 27434
    others = [
        f"{answer} / {level}" for answer in ("No", "Unknown", "Not reported") for level in levels
    ]
    assert total(subjects, others) == 684
    injured = [f"Yes / {answer} / all" for answer in ("Yes", "No", "Not reported")]
    assert total(officers, injured) == 23243
    assert total(officers, ["all / all / Minor", "all / all / Severe"]) == 22414


# definition 10, and the workbooks against each other
def test_both_workbooks_print_the_same_earlier_ced_uses(readings):
    def printed(year):
        frame = readings[year].counts["CED by force"].where(period=["2017/18", "2018/19"]).frame
        return frame.set_index(["period", "area", "tactic"])["printed"].sort_index()

    pd.testing.assert_series_equal(printed("2018/19"), printed("2019/20"))


def test_figures_transcribed_from_the_workbooks_by_others(readings, shared):
    # published_figures.csv: CED uses by kind and the ethnic groups of Tables 4 and 16
    path = shared / "domain" / "published_figures.csv"
    periods = {"Apr 2018-Mar 2019": "2018/19", "Apr 2019-Mar 2020": "2019/20"}
    seen = 0
    for row in csv.DictReader(path.open(encoding="utf-8", newline="")):
        year = periods.get(row["period"])
        measure, _, group = row["measure"].partition(" by perceived ethnicity: ")
        subject = {"Home Office ODS CED by type and force table": "CED by force",
                   "Home Office ODS Table 4": "ethnicity",
                   "Home Office ODS Table 16": "ethnicity by force"}.get(row["source"])  # fmt: skip
        if not year or not subject:
            continue
        words = {"tactic": measure.replace("CED uses total", "CED")}
        if group:
            group = {"DontKnow": "Don't know", "NotReported": "Not reported",
                     "AsianInclChinese": "Asian"}.get(group, group)  # fmt: skip
            words = ({"group": group, "tactic": "CED"} if measure == "CED tactics" else
                     {"group": group, "tactic": "all", "measure": "reports"})  # fmt: skip
        assert uses(readings, year, subject, area=row["area"], **words) == float(row["value"]), row
        seen += 1
    assert (
        seen == 44 + 14 + 6 + 14
    )  # by kind; reports and CED uses of Table 4; CED uses of Table 16


# a second library
def read_with_odfdo(path):
    """{"Table 13": {"D4": value}}: every cell that is not empty of every sheet with a table."""
    tables = {}
    for sheet in Document(path).body.tables:
        cells, row_number = {}, 1
        for row in sheet.get_elements("table:table-row"):
            column = 1
            for cell in row.get_elements("table:table-cell|table:covered-table-cell"):
                value = cell.value
                times = cell.repeated or 1
                if value is not None and str(value).strip():
                    for place in range(column, column + times):
                        for line in range(row_number, row_number + (row.repeated or 1)):
                            cells[f"{letters(place)}{line}"] = value
                column += times
            row_number += row.repeated or 1
        title = re.match(r"Table \d+", str(cells.get("A1", "")))
        if title:
            assert title.group() not in tables
            tables[title.group()] = cells
    return tables


def letters(column):
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column - 1]


@pytest.fixture(scope="module")
def second(readings):
    return {year: read_with_odfdo(reading.path) for year, reading in readings.items()}


def test_every_count_is_the_cell_that_a_second_library_reads(reading, second):
    tables, frame = second[reading.edition.period], reading.all.frame
    printed = {
        (table, name): value if isinstance(value, str) else str(int(value))
        for table, cells in tables.items() for name, value in cells.items()
        if value == ":" or not isinstance(value, str)
    }  # fmt: skip
    ours = dict(zip(zip(frame["table"], frame["cell"], strict=True), frame["printed"], strict=True))
    assert len(ours) == len(frame)  # no cell is used twice
    assert ours == printed  # and every number and every ":" of every table is used


def test_the_ledger_accounts_for_every_cell_that_a_second_library_reads(reading, second):
    cells = {table: len(found) for table, found in second[reading.edition.period].items()}
    ledger = reading.ledger.pivot_table(
        index="table", columns="action", values="number", aggfunc="sum", fill_value=0
    ).loc[list(cells)]
    assert len(ledger) == 17
    assert (ledger["read"] == ledger["used"] + ledger["set aside"]).all()
    assert ledger["read"].to_dict() == cells
    used = reading.ledger.query("reason == 'taken as counts'").set_index("table")["number"]
    assert used.to_dict() == reading.all.frame.groupby("table").size().to_dict()


def test_the_ledger_names_every_count_that_is_not_available(reading):
    marked = (
        reading.ledger.query("action == 'marked not available'").groupby("table")["number"].sum()
    )
    missing = reading.all.where(status=NOT_AVAILABLE).frame.groupby("table").size()
    assert marked.to_dict() == missing.to_dict()


# refusals that no mutation of tests/mutations.py makes
def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"none\.ods: .*(no such file|os error 2)"):
        home_office.read(tmp_path / "none.ods")


@pytest.mark.parametrize("content", [b"", b"period,area\n", b"PK\x03\x04 and no more"])
def test_a_file_that_is_no_workbook_is_refused(tmp_path, content):
    (tmp_path / "x.ods").write_bytes(content)
    with pytest.raises(Refused, match=r"x\.ods: is not a workbook that can be read"):
        home_office.read(tmp_path / "x.ods")


def made(**sheets):
    """A workbook of one column: each text below the one before."""
    cells = {name: [home_office.Cell(row, 1, text) for row, text in enumerate(texts, 1)]
             for name, texts in sheets.items()}  # fmt: skip
    return home_office.Workbook("made.ods", cells)


COVER = ["Police use of force statistics, April 2019 - March 2020", "Published: 17 December 2020",
         "Type of statistics", "Experimental"]  # fmt: skip


@pytest.mark.parametrize(
    "cover, problem",
    [
        (COVER[1:], "state 0 reporting years and 1 dates"),
        (COVER[:1] + COVER[2:], "state 1 reporting years and 0 dates"),
        (COVER + ["Published: 18 December 2020"], "state 1 reporting years and 2 dates"),
        (
            COVER[:1] + ["Published: 31 February 2020"] + COVER[2:],
            "date of publication cannot be read",
        ),
        (COVER + ["Official"], r"types of statistics \['Experimental', 'Official'\]"),
        (COVER[:2], "no column 'Type of statistics'"),
    ],
)
def test_a_cover_that_does_not_say_its_edition_is_refused(cover, problem):
    with pytest.raises(Refused, match=rf"made\.ods: .*{problem}"):
        home_office.edition_of(made(cover=cover))


@pytest.mark.parametrize(
    "title, problem",
    [
        (
            "Table 18. Use of horses by police force",
            "title 'Use of horses by police force' is not known",
        ),
        ("Table 10. Injuries to officers, year ending March 2019", "is not known"),  # another year
        (
            "Table 10. Injuries to officers",
            "has no table of 'tactics'",
        ),  # understood, others missing
    ],
)
def test_a_table_that_is_not_known_is_refused(title, problem):
    with pytest.raises(Refused, match=rf"made\.ods: ?.*{problem}"):
        home_office.clean(made(cover=COVER, table=[title]), Ledger())


@pytest.fixture(scope="module")
def original(shared):
    return home_office.read(shared / "data" / "home_office" / WORKBOOKS["2018/19"])


@pytest.fixture
def workbook(original):
    """The workbook of 2018/19, its sheets to be replaced at will."""
    return home_office.Workbook(original.file, dict(original.sheets))


@pytest.mark.parametrize(
    "table, row, problem",
    [
        ("Table_1", 12, "'Handcuffing not stated'"),
        ("Table_10", 12, "row .No / No. stands twice"),
        ("Table_11", 9, "has no row of answers 'Not reported'"),
        ("Table_12", 7, "has no row of 'Cleveland'"),
        ("Table_12", 6, "has no row of 'North East region'"),
        ("Table_13", 112, "has no row of 'South Wales'"),
    ],
)
def test_a_row_that_is_missing_is_named(workbook, table, row, problem):
    workbook.sheets[table] = [cell for cell in workbook.sheets[table] if cell.row != row]
    with pytest.raises(Refused, match=f"{workbook.file}: {table.replace('_', ' ')}.* {problem}"):
        home_office.clean(workbook, Ledger())


def test_a_table_of_ced_uses_without_the_year_of_the_workbook_is_refused(workbook):
    cells = workbook.sheets["Table_13"]
    (last,) = {cell.row for cell in cells if cell.value == "Notes"}
    later = {cell.row for cell in cells if cell.value == "2018/19"}
    workbook.sheets["Table_13"] = [cell for cell in cells if cell.row not in later]
    assert len(later) == 54 and max(later) < last
    with pytest.raises(Refused, match="Table 13: ends with 2017/18; allowed: 2018/19"):
        home_office.clean(workbook, Ledger())


@pytest.mark.parametrize("table", ["Table_12", "Table_13"])
def test_a_row_that_stands_twice_is_refused_naming_the_file(workbook, table):
    cells = workbook.sheets[table]
    later = [home_office.Cell(c.row + 1, c.column, c.value) for c in cells if c.row >= 9]
    workbook.sheets[table] = [cell for cell in cells if cell.row <= 9] + later
    with pytest.raises(Refused, match=f"{workbook.file}: {table.replace('_', ' ')}"):
        home_office.clean(workbook, Ledger())


def test_a_table_that_stands_twice_is_refused(workbook):
    workbook.sheets["Table_13 (2)"] = workbook.sheets["Table_13"]
    with pytest.raises(Refused, match=f"{workbook.file}: Table 13: has the title of Table 13$"):
        home_office.clean(workbook, Ledger())


@pytest.mark.parametrize(
    "table, name, printed, becomes",
    [
        ("Table_1", "A9", "Restraint", "Unarmed skills"),
        ("Table_1", "B28", "CED, of which", "AEP, of which"),
        ("Table_4", "C5", "White", "BAME"),
        ("Table_12", "A6", "North East", "North West"),
        ("Table_12", "A7", "North East", "Wales"),
        ("Table_12", "B7", "Cleveland", "Cleveland County"),
        ("Table_13", "A5", "2017/18", "2017-18"),
        ("Table_13", "F4", "Drawn ", "Aimed"),
        ("Table_10", "A12", "Not reported", "Yes"),
        ("Table_10", "A12", "Not reported", "Unknown"),
        ("Table_10", "B13", "No", "Total incidents"),
        ("Table_10", "B6", "Yes", None),
        ("Table_11", "A6", "Yes", None),
    ],
)
def test_another_label_is_refused(workbook, table, name, printed, becomes):
    cells = workbook.sheets[table]
    (place,) = [number for number, cell in enumerate(cells) if cell.name == name]
    cell = cells[place]
    assert cell.value == printed
    changed = [home_office.Cell(cell.row, cell.column, becomes)] if becomes else []
    workbook.sheets[table] = cells[:place] + changed + cells[place + 1 :]
    with pytest.raises(Refused, match=f"{workbook.file}: {table.replace('_', ' ')}"):
        home_office.clean(workbook, Ledger())


def test_gathering_both_workbooks_leaves_no_two_counts_with_one_id(readings):
    both = gather([reading.all for reading in readings.values()])
    assert both.frame["id"].is_unique
