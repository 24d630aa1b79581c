"""data/published holds what the workbooks print, byte for byte, and is what its checksums say."""

import csv
import hashlib

import pandas as pd
import pytest

from analysis.counts import WRITTEN, read_written
from analysis.errors import Refused
from analysis.places import CHECKSUMS, PUBLISHED
from analysis.sources import published
from analysis.sources.registry import sources
from tests.conftest import EXPECTED, WORKBOOKS
from tests.mutations import Book

with CHECKSUMS.open(encoding="utf-8", newline="") as file:
    RECORDED = {row["file"]: row for row in csv.DictReader(file)}
with (EXPECTED / "definitions.csv").open(encoding="utf-8", newline="") as file:
    FIGURES = list(csv.DictReader(file))


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_table_has_the_hash_that_is_recorded():
    tables = {
        path.relative_to(PUBLISHED).as_posix(): digest(path)
        for path in PUBLISHED.rglob("*.csv")
        if path.name not in ("checksums.csv", "ledger.csv")
    }
    assert tables == {name: row["sha256"] for name, row in RECORDED.items()}
    assert {row["source"] for row in RECORDED.values()} <= set(sources())


@pytest.mark.parametrize(
    "figure", FIGURES, ids=lambda row: "-".join(row[k] for k in ("definition", "subject", "number"))
)
def test_figures_quoted_in_the_definitions(figure):
    counts = published.load(f"home-office-{figure['year'].replace('/', '-')}", figure["subject"])
    found = counts.one(
        **{key: figure[key] for key in ("period", "area", "measure", "tactic", "group")}
    )
    assert (found.printed, found.available) == (figure["number"], True)


def test_years_for_which_all_tables_are_held():
    assert published.periods() == ["2018/19", "2019/20"]


def test_rebuilding_gives_the_same_bytes(shared, tmp_path):
    written = published.rebuild(shared, tmp_path)
    by_hand = published.TRANSCRIBED.values()  # of these a rebuild makes the hashes only
    made = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.csv")
    }
    held = {path.relative_to(PUBLISHED).as_posix(): path.read_bytes()
            for path in PUBLISHED.rglob("*.csv") if path not in by_hand}  # fmt: skip
    assert sorted(made) == sorted(held) and len(written) == len(held) - 2
    assert [name for name in held if made[name] != held[name]] == []


def test_a_tidy_table_gives_the_counts_of_the_workbook(reading):
    for subject, counts in reading.counts.items():
        loaded = published.load(reading.edition.source, subject)
        pd.testing.assert_frame_equal(
            *(one.frame.drop(columns="made_by") for one in (loaded, counts))
        )


def test_the_ledger_of_a_source_is_that_of_its_reading(reading):
    held = published.ledger_of(reading.edition.source).reset_index(drop=True)
    pd.testing.assert_frame_equal(held, reading.ledger)


def test_a_subject_that_is_not_held_is_refused():
    with pytest.raises(Refused, match=r"age-by-region\.csv: there is no such file"):
        published.load("home-office-2019-20", "age by region")


def test_a_folder_without_workbooks_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"home_office: holds no workbook \(\*\.ods\)"):
        published.rebuild(tmp_path, tmp_path)


def test_another_edition_of_a_known_year_is_refused(shared, tmp_path):
    # definition 24: revisions come after publication, so an input is bound to its edition
    name = WORKBOOKS["2018/19"]
    book = Book.open(shared / "data" / "home_office" / name)
    sheets = [text.replace(b"19 December 2019", b"20 December 2020") for text in book.sheets]
    revised = Book(book.before, tuple(sheets), book.after, book.files)
    path = tmp_path / "data" / "home_office" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(revised.save())
    with pytest.raises(Refused, match=f"{name}: edition of 2020-12-20 for 2018/19 is not in"):
        published.rebuild(tmp_path, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_every_tidy_table_has_the_same_columns_and_line_ends():
    for name in RECORDED:
        content = (PUBLISHED / name).read_bytes()
        assert b"\r" not in content and content.endswith(b"\n"), name
        if "/" in name:
            assert list(read_written(PUBLISHED / name).columns) == WRITTEN
