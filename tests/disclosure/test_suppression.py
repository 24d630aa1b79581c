"""Which numbers are hidden: rounding at its edges, and tables worked by hand."""

import numpy as np
import pytest

from analysis.disclosure import suppression
from analysis.disclosure.relations import relations
from analysis.disclosure.suppression import between, rounded
from analysis.parameters import Disclosure
from tests.disclosure.by_hand import counted, extents

THRESHOLD = 10


def hidden(cells, threshold=THRESHOLD):
    """The words of the cells that are hidden."""
    counts = counted(cells)
    held = relations(counts)
    chosen = suppression.hidden(held, np.ones(len(held.numbers)), threshold)
    words = counts.set_index("id")["cell"]
    return {words[one] for one, cell in held.cell_of.items() if chosen[cell]}


def attacked(cells, hide):
    """What whole numbers the hidden cells can be, to one who knows the others exactly."""
    shown = {words: (len(rows), len(rows)) for words, rows in cells.items() if words not in hide}
    found = extents(cells, shown)
    return {words: found[words] for words in hide}


def too_close(cells, hide, threshold=THRESHOLD):
    return {
        words: ends
        for words, ends in attacked(cells, hide).items()
        if ends[1] - ends[0] < threshold - 2
    }


@pytest.mark.parametrize(
    ("number", "threshold", "base", "shown"),
    [
        (10, 10, 5, 10), (12, 10, 5, 10), (13, 10, 5, 15), (1234, 10, 5, 1235),
        (12, 12, 5, 15),  # stays at or above the threshold
        (15, 10, 10, 20), (14, 10, 10, 10), (10, 10, 1, 10), (12, 10, 100, 100),
    ],
)  # fmt: skip
def test_numbers_are_rounded_and_stay_at_the_threshold(number, threshold, base, shown):
    assert rounded(number, Disclosure(threshold=threshold, rounding=base)) == shown


@pytest.mark.parametrize(("threshold", "base"), [(10, 5), (12, 5), (10, 10), (7, 3), (2, 1)])
def test_what_is_shown_stands_for_the_numbers_that_are_so_rounded(threshold, base):
    rule = Disclosure(threshold=threshold, rounding=base)
    groups = {}
    for number in range(threshold, 300):
        groups.setdefault(rounded(number, rule), []).append(number)
    for shown, numbers in [*groups.items()][:-1]:  # the last goes on
        assert between(shown, rule) == (numbers[0], numbers[-1])


# men and women, injured or not; the whole and its parts are all shown
TWO_BY_TWO = {
    "men, injured": range(0, 3),
    "men, not injured": range(3, 40),
    "women, injured": range(40, 60),
    "women, not injured": range(60, 100),
    "men": range(0, 40),
    "women": range(40, 100),
    "injured": [*range(0, 3), *range(40, 60)],
    "not injured": [*range(3, 40), *range(60, 100)],
    "all": range(100),
}


def test_a_small_number_in_a_two_by_two_table_is_given_away_by_its_margins():
    assert attacked(TWO_BY_TWO, {"men, injured"}) == {"men, injured": (3, 3)}


def test_one_more_in_each_direction_is_hidden_with_it():
    hide = hidden(TWO_BY_TWO)
    assert {"men, injured"} < hide
    assert {"men, not injured", "men"} & hide
    assert {"women, injured", "injured"} & hide
    assert not too_close(TWO_BY_TWO, hide)


# Two tables: by district, and by month within one of them. Looked at alone, the first is safe once
# Fenland is hidden too; the second has no small number.
TWO_TABLES = {
    "all": range(54),
    "Cambridge": range(50),
    "Fenland": range(50, 54),
    "Cambridge, April": range(28),
    "Cambridge, May": range(28, 50),
}


def test_two_tables_that_share_a_number_are_protected_together():
    alone = {"Cambridge", "Fenland"}
    first = {words: TWO_TABLES[words] for words in ("all", "Cambridge", "Fenland")}
    assert not too_close(first, alone)
    assert attacked(TWO_TABLES, alone)["Fenland"] == (4, 4)
    hide = hidden(TWO_TABLES)
    assert "Fenland" in hide
    assert not too_close(TWO_TABLES, hide)


def test_counts_of_the_same_rows_are_one_number():
    cells = {"all": range(40), "aged 65 and over": range(4), "retired": range(4),
             "under 65": range(4, 40)}  # fmt: skip
    hide = hidden(cells)
    assert {"aged 65 and over", "retired"} <= hide
    again = {"under 65", "not retired"}
    assert again <= hidden(cells | {"not retired": range(4, 40)}) or "all" in hide


def test_overlapping_groups_give_each_other_away():
    # either = one + other - both
    cells = {"either": range(30), "one": range(20), "other": range(17, 30), "both": range(17, 20)}
    assert attacked(cells, {"both"}) == {"both": (3, 3)}
    hide = hidden(cells)
    assert len(hide) == 2
    assert not too_close(cells, hide)


def three_way():
    """Gender, injury and month, each of two, crossed; all eight cells and all sums of them."""
    sizes = dict(zip(np.ndindex(2, 2, 2), (2, 30, 41, 25, 18, 33, 27, 50), strict=True))
    rows, first = {}, 0
    for key, size in sizes.items():
        rows[key] = range(first, first + size)
        first += size
    cells = {}
    for pattern in np.ndindex(3, 3, 3):  # 2: whichever
        inside = [
            key for key in rows if all(p in (2, k) for p, k in zip(pattern, key, strict=True))
        ]
        cells[str(pattern)] = [row for key in inside for row in rows[key]]
    return cells


def test_a_table_of_three_ways_with_all_its_sums():
    cells = three_way()
    hide = hidden(cells)
    assert "(0, 0, 0)" in hide
    assert attacked(cells, {"(0, 0, 0)"}) == {"(0, 0, 0)": (2, 2)}
    assert not too_close(cells, hide)
    assert len(hide) < len(cells) / 2


def test_nought_is_shown_and_what_is_left_is_hidden():
    cells = {"all": range(7), "yes": range(7), "no": []}
    assert hidden(cells) == {"all", "yes"}


def test_the_cheaper_number_is_hidden():
    counts = counted({"all": range(40), "yes": range(4), "no": range(4, 40)})
    held = relations(counts)
    for dear in (0, 2):  # all, no
        cost = np.ones(3)
        cost[dear] = 100
        chosen = suppression.hidden(held, cost, THRESHOLD)
        assert chosen[1]
        assert list(np.flatnonzero(chosen)) == sorted({1, 2 - dear})


def test_a_threshold_of_two_hides_ones_and_no_more():
    assert hidden(TWO_BY_TWO | {"one": [0]}, 2) == {"one"}


@pytest.mark.parametrize("threshold", [2, 5, 40, 100])
def test_any_threshold_ends_in_safe_tables(threshold):
    for cells in (TWO_BY_TWO, TWO_TABLES, three_way()):
        hide = hidden(cells, threshold)
        assert {words for words, rows in cells.items() if 0 < len(rows) < threshold} <= hide
        assert not too_close(cells, hide, threshold)
