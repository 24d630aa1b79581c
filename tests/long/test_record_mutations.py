"""Five hundred record-level files damaged at random: rows in are rows used and rows set aside."""

from collections import Counter

import pytest

from analysis.sources.records import read_records
from tests.sources.record_defects import as_csv, grid
from tests.sources.record_mutations import mutate, outcome

pytestmark = pytest.mark.long
MUTATIONS = 500


def test_nothing_is_lost_and_nothing_read_otherwise(tmp_path, capsys):
    path = tmp_path / "records.csv"
    path.write_bytes(as_csv(grid()))
    sound = read_records(path, "Cambridgeshire", "2017-Q2").records
    tally, wrong = Counter(), []
    for seed in range(MUTATIONS):
        content, suffix, one = mutate(seed)
        path = tmp_path / f"records{suffix}"
        path.write_bytes(content)
        result = outcome(path, one, sound)
        tally[result if result in ("read", "refused") else "wrong"] += 1
        if result not in ("read", "refused"):
            wrong.append(f"{seed}: {one and one.words}: {result}")
    with capsys.disabled():
        print(f"\n{dict(tally)}", end="")
    assert not wrong, "\n".join(wrong)
    assert tally["read"] > MUTATIONS / 2
