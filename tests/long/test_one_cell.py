"""Eight seeded cells of eight tables, changed one at a time."""

import pytest

from tests import one_cell
from tests.mutations import Book
from tests.test_one_cell import check

pytestmark = pytest.mark.long
CELLS, SEED = 8, 20201217


@pytest.fixture(scope="module")
def before(readings):
    path = readings["2019/20"].path
    return (
        Book.open(path),
        one_cell.counts_of(path),
        one_cell.findings_of(path, "Cambridgeshire", "2019/20"),
    )


@pytest.mark.parametrize("number", range(CELLS))
def test_only_what_rests_on_a_cell_changes(before, number, tmp_path, capsys):
    count = one_cell.seeded_cells(before[1], CELLS, SEED)[number]
    changed = check(before, count, tmp_path)
    with capsys.disabled():
        print(f"\n{count['table']} {count['cell']}: {len(changed)} findings changed", end="")
