"""The country made up: every report shared out, a file a force, districts of none, equal bytes."""

import csv
import json

import pytest

from analysis.cli import CANNOT_WRITE, DONE, REFUSED, main
from analysis.made_up.activity import INCIDENTS
from analysis.made_up.country import PARAMS, STATED, TABLE, folder_of, parts, plan_of, write_country
from analysis.made_up.files import make, write
from analysis.made_up.plan import USUAL
from analysis.national.country import read_country
from analysis.parameters import CHAPTERS, RECORD_CHAPTERS
from analysis.places import PUBLISHED
from analysis.sources.records import read_records
from analysis.standard.forces import forces
from analysis.standard.form import MADE_UP

REPORTS, SEED, PERIOD = 900, 4, "2019/20"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """A small country, as the command writes it."""
    folder = tmp_path_factory.mktemp("country")
    asked = ["--reports", str(REPORTS), "--seed", str(SEED), "--period", PERIOD]
    assert main(["made-up", "--country", *asked, "--into", str(folder)]) == DONE
    return folder


def test_sizes_are_those_of_the_official_table():
    path = PUBLISHED / "home-office-2019-20" / "reports-by-force.csv"
    printed = {one["area"]: int(one["printed"]) for one in rows(path)}
    of_forces = {area: number for area, number in printed.items() if area in forces()}
    country = {part.area: part.reports for part in parts(700_000, 1, PERIOD)}
    assert sum(country.values()) == 700_000 and {*country} == {*forces()} | {*STATED}
    held = sum(number for area, number in country.items() if area in of_forces)
    for area, number in of_forces.items():
        # each has one before the rest is shared out
        assert country[area] == pytest.approx(
            held * number / sum(of_forces.values()), rel=1e-3, abs=2
        ), area
    for area, share in STATED.items():
        assert country[area] == pytest.approx(held * share, rel=1e-3, abs=2)


@pytest.mark.parametrize(
    "period, table", [("2019/20", "2019/20"), ("2019-Q1", "2018/19"), ("2017-Q2", "2019/20")]
)
def test_the_table_is_that_of_the_year_or_the_newest(period, table):
    sizes = {part.size for part in parts(500, 1, period)}
    assert f"official table {table}" in sizes and len(sizes) == 2


def test_some_forces_alone_keep_their_proportion_and_their_seeds():
    areas = ["Kent", "Essex"]
    two, every = parts(1000, 1, PERIOD, areas), parts(700_000, 1, PERIOD)
    assert sum(one.reports for one in two) == 1000 and [one.area for one in two] == sorted(areas)
    of_all = {one.area: one for one in every}
    assert [one.seed for one in two] == [of_all[one.area].seed for one in two]
    among, of_country = (
        given[0].reports / given[1].reports for given in (two, [of_all[one.area] for one in two])
    )
    assert among == pytest.approx(of_country, rel=0.01)


def test_every_report_is_in_the_file_of_its_force(country):
    table = rows(country / TABLE)
    assert sum(int(one["reports"]) for one in table) == REPORTS
    assert {one["area"] for one in table} == {*forces()} | {*STATED}
    assert all(one["note"].startswith(MADE_UP) for one in table)
    for one in table:
        records = rows(country / one["folder"] / "records.csv")
        assert len(records) == int(one["reports"]), one["area"]
        assert {row[MADE_UP] for row in records} == {MADE_UP}
    folders = {path.name for path in country.iterdir() if path.is_dir()}
    assert folders == {one["folder"] for one in table}


def test_the_toolkit_reads_every_report_of_a_force(country):
    path = country / folder_of("West Yorkshire", PERIOD) / "records.csv"
    read = read_records(path, "West Yorkshire", PERIOD)
    assert len(read.records) == len(rows(path)) > 10 and not len(read.set_aside)
    assert read.records.made_up


def test_districts_are_those_of_no_force(country):
    for area in ("Cambridgeshire", "Kent"):
        folder = country / folder_of(area, PERIOD)
        activity, records = rows(folder / "taser-activity.csv"), rows(folder / "records.csv")
        named = {one["district"] for one in activity}
        assert named == {f"District {number}" for number in range(1, 7)}
        assert {one["Borough"] for one in records} <= named and not named & {*INCIDENTS}
        assert {one["area"] for one in activity} == {area}


def test_a_force_made_alone_has_the_same_bytes(country, tmp_path):
    (part,) = (one for one in parts(REPORTS, SEED, PERIOD) if one.area == "Kent")
    for path in write(tmp_path, make(part.reports, part.seed, plan_of(part, PERIOD))):
        there = country / folder_of("Kent", PERIOD) / path.name
        assert path.read_bytes() == there.read_bytes(), path.name


def test_forces_differ_in_how_often_and_not_in_whom():
    kent, essex = (
        plan_of(one, PERIOD) for one in parts(900, 1, PERIOD) if one.area in ("Kent", "Essex")
    )
    for name, usual in USUAL.outcomes.items():
        assert kent.outcomes[name].share != essex.outcomes[name].share
        assert kent.outcomes[name].effects == essex.outcomes[name].effects == usual.effects
    assert kent.outcomes["handcuffed"].share == pytest.approx(USUAL.outcomes["handcuffed"].share,
                                                               abs=0.25)  # fmt: skip


def test_the_truth_names_the_force(country):
    truth = json.loads((country / folder_of("Kent", PERIOD) / "truth.json").read_text("utf-8"))
    assert truth["plan"]["area"] == "Kent" and truth["note"].startswith(MADE_UP)


def test_its_params_file_asks_for_every_chapter_that_a_force_can_have(country):
    asked = read_country(country / PARAMS)
    chapters = {one.area: tuple(one.chapters) for one in asked.reports}
    assert {*chapters} == {*forces()} and asked.without_records == ()
    for area, names in chapters.items():
        assert names == (RECORD_CHAPTERS if area in STATED else CHAPTERS), area
    for one in asked.reports:
        for path in (one.sources.records, one.sources.district_activity):
            assert (country / path).parent.name == folder_of(one.area, PERIOD)


def test_without_official_tables_of_the_period_it_asks_for_records_only(tmp_path):
    write_country(10, 1, "2019-Q1", tmp_path, areas=["Kent"])
    asked = read_country(tmp_path / PARAMS)
    assert [(one.area, tuple(one.chapters)) for one in asked.reports] == [("Kent", RECORD_CHAPTERS)]
    assert {area for area, _ in asked.without_records} == {*forces()} - {"Kent"}


def test_fewer_reports_than_forces_are_refused(tmp_path, capsys):
    asked = ["--reports", "44", "--seed", "1", "--into", str(tmp_path / "none")]
    assert main(["made-up", "--country", *asked]) == REFUSED
    assert capsys.readouterr().err == (
        "reports: 44 cannot be shared out among 45 forces; allowed: a whole number from 45\n"
    )
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("country", [[], ["--country"]], ids=["force", "country"])
def test_a_folder_that_cannot_be_made_is_told(country, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    asked = ["--reports", "50", "--seed", "1", "--into", str(tmp_path / "file" / "below")]
    assert main(["made-up", *country, *asked]) == CANNOT_WRITE
    assert "cannot be written" in capsys.readouterr().err
