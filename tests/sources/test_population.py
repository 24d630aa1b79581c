"""Residents by force area: the censuses and the mid-year estimate, and what is refused."""

import pandas as pd
import pytest

from analysis.counts import gather
from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.sources import population, published
from analysis.standard.forces import official_forces

LAYOUTS = {layout.source: layout for layout in population.LAYOUTS}
CENSUS_2011 = LAYOUTS["census-2011-ethnicity"]


def held(source):
    return published.load(source, LAYOUTS[source].subject)


def residents(source, group, area=None):
    words = {"group": group} | ({"area": area} if area else {})
    return held(source).where(**words).frame["value"].sum()


def table(**cells):
    """A file of the census of 2011 with one resident of each group everywhere."""
    frame = pd.DataFrame({"police_force_area": list(official_forces())})
    return frame.assign(**dict.fromkeys(CENSUS_2011.groups, "1") | cells)


def clean(frame, ledger=None):
    return population.clean(frame, CENSUS_2011, "census.csv", ledger or Ledger())


@pytest.mark.parametrize("source", LAYOUTS)
def test_every_force_has_every_group_once(source):
    frame = held(source).frame
    groups = [group for group in LAYOUTS[source].groups.values() if group is not None]
    assert sorted(zip(frame["area"], frame["group"], strict=True)) == sorted(
        (force, group) for force in official_forces() for group in groups
    )
    assert set(frame["status"]) == {"stated"} and set(frame["unit"]) == {"person"}


def test_residents_of_england_and_wales():
    # methods/uk_ladder_2019_20.csv: "over 1,864,890 and 48,209,395"
    assert residents("census-2011-ethnicity", "Black") == 1864890
    assert residents("census-2011-ethnicity", "White") == 48209395


@pytest.mark.parametrize(
    "area, census, ratio",
    [  # definition 11: Taser, Black to White, 2019/20
        ("Cambridgeshire", "census-2011-ethnicity", "10.0"),
        ("Cambridgeshire", "census-2021-ethnicity", "5.8"),
        (None, "census-2011-ethnicity", "8.4"),
        (None, "census-2021-ethnicity", "6.6"),
    ],
)
def test_ratios_of_definition_11(area, census, ratio):
    black, white = (21, 150) if area else (6608, 20253)
    found = (black / residents(census, "Black", area)) / (white / residents(census, "White", area))
    assert f"{found:.1f}" == ratio


@pytest.mark.parametrize(
    "source, parts",
    [
        ("census-2021-ethnicity", ["Asian", "Black", "Mixed", "Other", "White"]),
        ("census-2021-sex", ["Female", "Male"]),
        ("mid-2020-age", ["Under 11", "11-17", "18-34", "35-49", "50-64", "65 and over"]),
    ],
)
def test_groups_add_up_to_the_printed_total(source, parts):
    wide = held(source).frame.pivot(index="area", columns="group", values="value")
    assert (wide[parts].sum(axis=1) == wide["all"]).all()


def test_chinese_is_inside_asian_in_2021_and_beside_it_in_2011():
    groups = {source: set(held(source).frame["group"]) for source in list(LAYOUTS)[:2]}
    assert {"Asian without Chinese", "Chinese"} <= groups["census-2011-ethnicity"]
    assert {"Asian", "of whom Chinese"} <= groups["census-2021-ethnicity"]


def test_loading_gives_what_the_files_print(shared):
    ledger, tables = Ledger(), []
    for layout in population.LAYOUTS:
        files = {
            "census-2011-ethnicity": "census_2011_ethnicity.csv",
            "census-2021-ethnicity": "census_2021_ethnicity.csv",
            "census-2021-sex": "census_2021_sex.csv",
            "mid-2020-age": "mid_2020_age_bands.csv",
        }
        file = files[layout.source]
        frame = population.read(shared / "data" / "population" / file)
        tables.append(population.clean(frame, layout, file, ledger))
        pd.testing.assert_frame_equal(
            *(one.frame.drop(columns="made_by") for one in (tables[-1], held(layout.source)))
        )
    sums = ledger.frame.query("unit == 'cell'").pivot_table(
        index="table", columns="action", values="number", aggfunc="sum", fill_value=0
    )
    assert (sums["read"] == sums["used"] + sums["set aside"]).all()
    assert sums["used"].sum() == len(gather(tables))


def test_a_spelling_is_noted():
    ledger = Ledger()
    frame = table()
    frame.loc[frame["police_force_area"] == "Devon and Cornwall", "police_force_area"] = (
        "Devon & Cornwall"
    )
    assert clean(frame, ledger).one(area="Devon and Cornwall", group="Black").value == 1
    (entry,) = ledger.frame.query("action == 'spelled'").to_dict("records")
    assert (entry["printed"], entry["becomes"]) == ("Devon & Cornwall", "Devon and Cornwall")


@pytest.mark.parametrize(
    "frame, problem",
    [
        (
            table().rename(columns={"black": "Black"}),
            r"census\.csv: header: .*allowed: police_force_area, white, black",
        ),
        (table().drop(columns="mixed"), r"census\.csv: header: "),
        (
            table().replace("Kent", "Kent and Medway"),
            r"census\.csv: row \d+, column police_force_area: 'Kent and Medway' is not",
        ),
        (table()[1:], r"census\.csv: has no row for 'Avon and Somerset'; allowed: all 43 forces"),
        (
            table(black="n/a"),
            r"census\.csv cell black, row 2: printed value 'n/a'; allowed: a whole number",
        ),
        (table(black="1.5"), r"printed value '1\.5'"),
        (table(black=""), r"printed value ''"),
        (table(black="1,234"), r"printed value '1,234'"),
        (pd.concat([table(), table()[:1]]), r"avon-and-somerset/residents/all/white' stands twice"),
    ],
)
def test_what_is_refused(frame, problem):
    with pytest.raises(Refused, match=problem):
        clean(frame)


@pytest.mark.parametrize("content", [None, b"", b"police_force_area\nDyfed\xadPowys\n"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, content):
    path = tmp_path / "census.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused, match=r"census\.csv: (cannot be read|there is no such file)"):
        population.read(path)
