"""A small country to the end: every report there, and what they count adds up to the records.

Five forces of the national list, one of which the official tables do not have and one without a
rate per resident, in a year for which there are official tables: every chapter is run.
"""

import csv
import json
from collections import Counter

import pytest

from analysis.cli import DONE, main
from analysis.made_up.country import PARAMS, folder_of, write_country
from analysis.parameters import CHAPTERS, RECORD_CHAPTERS

pytestmark = pytest.mark.long

REPORTS, SEED, PERIOD = 5000, 20260401, "2019/20"
AREAS = ("British Transport Police", "Cambridgeshire", "City of London", "Kent", "West Yorkshire")
# breakdown: the column of the file, and what it prints otherwise than reports have it
COLUMNS = {
    "age": ("SubjectAge", {"0-10": "Under 11"}),
    "gender": ("SubjectGender", {}),
    "ethnicity": (
        "SubjectEthnicity",
        {"Black (or Black British)": "Black", "Asian (or Asian British)": "Asian"},
    ),
    "conduct": (
        "PrimaryConduct", {"Verbal resistance/gestures": "Verbal resistance or gestures"},
    ),
}  # fmt: skip


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of the records and that of the reports."""
    folder = tmp_path_factory.mktemp("country")
    write_country(REPORTS, SEED, PERIOD, folder, areas=AREAS)
    out = folder / "reports"
    assert main(["run-all", str(folder / PARAMS), "--out", str(out)]) == DONE
    return folder, out


@pytest.fixture(scope="module")
def counted(made):
    """What the reports count of their records, by breakdown and group, summed over forces."""
    found: dict[str, Counter] = {}
    for area in AREAS:
        for row in rows(made[1] / folder_of(area, PERIOD) / "counts.csv"):
            before, _, breakdown = row["subject"].rpartition(" ")
            if (before, row["measure"], row["tactic"]) == ("records by", "reports", "all"):
                assert row["area"] == area and row["edition"] == "made up"
                found.setdefault(breakdown, Counter())[row["group"]] += int(row["value"])
    return found


def test_every_report_is_there_in_every_chapter(made):
    _, out = made
    index = (out / "index.html").read_text("utf-8")
    for area in AREAS:
        name = folder_of(area, PERIOD)
        manifest = json.loads((out / name / "manifest.json").read_text("utf-8"))
        chapters = RECORD_CHAPTERS if area == AREAS[0] else CHAPTERS
        assert manifest["failed_chapters"] == {}, area
        assert {path.stem for path in (out / name / "notebooks").iterdir()} == {*chapters}
        assert f'href="{name}/report.html"' in index and (out / name / "report.html").is_file()
    assert len([*out.glob("*/report.html")]) == len(AREAS)


@pytest.mark.parametrize("breakdown", COLUMNS)
def test_the_sum_over_forces_is_that_of_the_records(made, counted, breakdown):
    column, printed = COLUMNS[breakdown]
    expected = Counter()
    for area in AREAS:
        for row in rows(made[0] / folder_of(area, PERIOD) / "records.csv"):
            expected[printed.get(row[column], row[column]) or "Not reported"] += 1
    found = dict(counted[breakdown])
    assert found.pop("all") == REPORTS == expected.total()
    assert {group: number for group, number in found.items() if number} == dict(expected)
