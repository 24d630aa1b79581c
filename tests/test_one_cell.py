"""One cell of a workbook changed: the findings that rest on it change, and no others."""

import pytest

from tests import one_cell
from tests.mutations import Book

AREA, PERIOD = "Cambridgeshire", "2019/20"


@pytest.fixture(scope="module")
def before(readings):
    path = readings[PERIOD].path
    return Book.open(path), one_cell.counts_of(path), one_cell.findings_of(path, AREA, PERIOD)


def check(before, count, tmp_path):
    """Change one cell by 1 and hold every finding against what rests on it."""
    book, counts, findings = before
    path = tmp_path / "workbook.ods"
    path.write_bytes(one_cell.changed_copy(book, count, by=1))
    after = one_cell.counts_of(path)
    differs = after["printed"] != counts["printed"]
    assert list(after.index[differs]) == [count["id"]]
    others = one_cell.findings_of(path, AREA, PERIOD)
    changed, resting = one_cell.effects(findings, others, count["id"])
    assert changed - resting == set()
    assert one_cell.must_change(findings, count["id"]) - changed == set()
    assert changed  # every cell is a part or a total of some sum, or shown itself
    return changed


def test_discharges_of_one_force(before, tmp_path):
    # Table 13, Cambridgeshire 2019/20: 21 discharges of 208 uses
    one = "home-office-2019-20/ced-by-force/2019-20/cambridgeshire/tactic-uses/ced-discharge/all"
    changed = check(before, before[1].loc[one], tmp_path)
    series = {one.partition("@")[0] for one in changed if "@cambridgeshire@2019-20" in one}
    assert {
        "ced/discharge-share-of-all",
        "ced/discharge-limit-all",
        "ced/funnel-left-out/z",
        "ced/by-force-less-breakdown/ced-discharge",
    } <= series
    assert not {"ced/uses-per-1000-reports", "not-reported/ethnicity/ced"} & series
    assert not any(one.startswith("taser/") for one in changed)


def test_not_reported_of_another_force(before, tmp_path):
    # Table 16, Kent: a share of Kent's, and the sums of that table
    one = "home-office-2019-20/ethnicity-by-force/2019-20/kent/tactic-uses/ced/not-reported"
    changed = check(before, before[1].loc[one], tmp_path)
    assert {one.partition("@")[0] for one in changed if "@kent@" in one} >= {
        "not-reported/ethnicity/ced"
    }
    assert not any(one.startswith(("ced/funnel", "ced/uses-per")) for one in changed)


def test_uses_on_a_group_in_another_force(before, tmp_path):
    # Table 16, Kent: its own ratio, the ratio within forces and the model; not the printed nation's
    one = "home-office-2019-20/ethnicity-by-force/2019-20/kent/tactic-uses/ced/black"
    changed = {name.rpartition("@")[0] for name in check(before, before[1].loc[one], tmp_path)}
    ratio, model = "ratio/ced/black-to-white", "model/ced/census-2021/black-to-white"
    nation = "@england-and-wales@2019-20"
    assert {
        f"{ratio}/census-2021@kent@2019-20",
        f"{ratio}/census-2021/within-force{nation}",
        f"{model}/cr2{nation}",
        f"{model}/without/metropolitan-police{nation}",
        f"{model}/random-effects/paule-mandel/mean{nation}",
    } <= changed
    assert f"{ratio}/census-2021{nation}" not in changed
