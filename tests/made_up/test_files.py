"""The files: the example byte for byte, equal seeds, planted defects, and activity that agrees."""

import json

import pandas as pd
import pytest

from analysis.errors import Refused
from analysis.made_up.activity import COLUMNS
from analysis.made_up.defects import DEFECTS, LABELLED, REPAIRED, SET_ASIDE, Defect, plant
from analysis.made_up.example import example
from analysis.made_up.files import damaged, make, write
from analysis.places import ROOT
from analysis.sources.records import read_records
from tests.made_up.test_reports import generator

EXAMPLE = ROOT / "data" / "made-up" / "cambridgeshire_2017-Q2"
FILES = ("records.csv", "taser-activity.csv", "truth.json")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A damaged file of 6,000 reports: what was made, and where it stands."""
    folder, made = tmp_path_factory.mktemp("faulty"), damaged(6000, 5)
    write(folder, made)
    return made, folder / "records.csv"


def test_the_example_comes_back_byte_for_byte(tmp_path):
    for path in write(tmp_path, example()):
        assert path.read_bytes() == (EXAMPLE / path.name).read_bytes(), path.name


def test_a_seed_gives_one_file_and_another_seed_another(tmp_path):
    first, again, other = (
        {path.name: path.read_bytes() for path in write(tmp_path / name, make(300, seed))}
        for name, seed in {"a": 1, "b": 1, "c": 2}.items()
    )
    assert first == again and set(first) == set(FILES)
    assert all(first[name] != other[name] for name in FILES)


def test_records_are_written_as_pandas_writes_them(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.made_up.files.BLOCK", 70)  # the last block is cut short
    made = damaged(300, 3)
    path = write(tmp_path, made)[0]
    form = {"sep": ";", "encoding": "cp1252", "lineterminator": "\n"}
    made.records.to_csv(tmp_path / "other.csv", index=False, **form)
    assert path.read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_the_truth_holds_the_incident_of_each_row_and_the_effects():
    truth = json.loads((EXAMPLE / "truth.json").read_text("utf-8"))
    assert truth["seed"] == 20170630 and truth["reports"] == len(truth["incident"]) == 1234
    assert truth["plan"]["outcomes"]["Taser used"]["effects"]["ethnicity"]["Black"] == 0.7
    assert truth["note"].startswith("Made up")


def test_activity_has_eight_quarters_by_district_and_agrees_with_the_records():
    activity = pd.read_csv(EXAMPLE / "taser-activity.csv")
    assert tuple(activity) == COLUMNS and len(activity) == 24 * 6
    assert activity["month"].min() == "2015-07" and activity["month"].max() == "2017-06"
    assert set(activity["printed_in"]) == {"Made up: no force's record"}
    assert (activity["uses"] <= activity["authorisations"]).all()
    assert (activity["discharges"] <= activity["uses"]).all()
    records = pd.read_csv(EXAMPLE / "records.csv", dtype=str, keep_default_na=False)
    records["month"] = records["IncidentDate"].str[:7]
    fired = (records[["CED Fired", "CED Drive Stun", "CED Angle Drive Stun"]] == "Yes").any(axis=1)
    for column, counted in {"uses": records["CED Used"] == "Yes", "discharges": fired}.items():
        found = records[counted].groupby(["month", "Borough"]).size()
        given = activity.set_index(["month", "district"])[column].loc["2017-04":"2017-06"]
        assert given[given > 0].to_dict() == found.to_dict()
        assert given.sum() == {"uses": 35, "discharges": 4}[column]


def test_every_defect_is_planted_where_the_truth_says_and_nowhere_else(faulty):
    made, path = faulty
    frame = pd.read_csv(path, sep=";", encoding="cp1252", dtype=str, keep_default_na=False)
    whole = make(6000, 5).records.astype(str)
    assert {one["kind"] for one in made.truth["defects"]} == {one.kind for one in DEFECTS}
    for one in made.truth["defects"]:
        assert frame.at[one["row"] - 2, one["column"]] == one["text"], one
    rows = {one["row"] - 2 for one in made.truth["defects"]}
    changed = (frame != whole).any(axis=1)
    assert set(changed[changed].index) == rows
    kinds = {(one["row"], one["kind"]) for one in made.truth["defects"]}
    assert len(kinds) == len(rows)  # no row has two


def test_the_reader_does_with_each_row_what_the_truth_says(faulty):
    made, path = faulty
    read = read_records(path, "Cambridgeshire", "2017-Q2")
    truth = pd.DataFrame(made.truth["defects"])
    rows = truth.groupby("becomes")["row"].agg(set)
    assert set(range(2, 6002)) - set(read.records.reports.index) == rows[SET_ASIDE]
    assert rows[SET_ASIDE] | rows[LABELLED] <= set(read.remarks["row"])
    # a spelling is remarked on once for each column, with its number
    mended = read.remarks[read.remarks["action"].isin(["repaired", "spelled"])]
    told = mended.groupby("column")["number"].sum().to_dict()
    assert told == truth[truth["becomes"] == REPAIRED].groupby("column").size().to_dict()


@pytest.mark.parametrize("reports, seed, said", [(0, 1, "reports: 0"), (1, -1, "seed: -1")])
def test_no_reports_and_no_seed_are_refused(reports, seed, said):
    with pytest.raises(Refused, match=f"{said}; allowed: a whole number from"):
        make(reports, seed)
    assert len(make(1, 0).records) == 1


def test_no_row_is_struck_twice_and_no_more_than_there_are():
    records = pd.DataFrame({"A": ["x"] * 3})
    mark = Defect("mark", LABELLED, "A", "x", {"A": "y"})
    more = Defect("more", LABELLED, "A", "x", {"A": "z"})
    frame, truth = plant(records, {mark: 2, more: 5}, generator())
    assert sorted(frame["A"]) == ["y", "y", "z"] and len(truth) == 3
