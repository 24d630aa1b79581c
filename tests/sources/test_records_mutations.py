"""Forty record-level files damaged at random; tests/long has five hundred."""

import pytest

from analysis.sources.records import read_records
from tests.sources.record_defects import as_csv, grid, put
from tests.sources.record_mutations import draft, mutate, outcome

MUTATIONS = 40


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "records.csv"
    path.write_bytes(as_csv(grid()))
    return read_records(path, "Cambridgeshire", "2017-Q2").records


def test_a_difference_would_be_seen(sound, tmp_path):
    path = tmp_path / "records.csv"
    path.write_bytes(as_csv(put(grid(), 5, "PrimaryConduct", "Compliant")))
    assert outcome(path, draft(), sound) == "READ OTHERWISE: row 5: ['conduct']"
    path.write_bytes(as_csv(grid()[:-1]))
    assert outcome(path, draft(), sound).startswith("LOST ROWS")


def test_rows_in_are_rows_used_and_rows_set_aside(sound, tmp_path):
    wrong = []
    for seed in range(MUTATIONS):
        content, suffix, one = mutate(seed)
        path = tmp_path / f"records{suffix}"
        path.write_bytes(content)
        if (result := outcome(path, one, sound)) not in ("read", "refused"):
            wrong.append(f"{seed}: {one and one.words}: {result}")
    assert not wrong, "\n".join(wrong)
