"""Official tables against their own sums: the errors that are known, and one that is planted."""

import pytest

from analysis.audit import open_audit
from analysis.checks import reconciliation
from analysis.counts import Counts


@pytest.fixture(scope="module", params=["2018/19", "2019/20"])
def tables(request):
    return open_audit("Cambridgeshire", request.param).official_tables


@pytest.fixture(scope="module")
def later():
    return open_audit("Cambridgeshire", "2019/20").official_tables


@pytest.fixture(scope="module")
def failing(later):
    return reconciliation.failing_sums(later, reconciliation.sums(later))


def test_nine_rows_of_the_age_tables_are_short_by_five(failing):
    # definition 16: nine rows (E&W -5, Bedfordshire -1, Greater Manchester -4), ages by force
    rows = [
        row
        for row in failing
        if row.label.startswith("Table 14") and "groups against their total" in row.label
    ]
    short = {"England and Wales": -5, "Bedfordshire": -1, "Greater Manchester": -4}
    assert len(rows) == 9
    for area, number in short.items():
        own = [row for row in rows if row.area == area]
        assert [row.value for row in own] == [number] * 3
        assert {row.counts[0].tactic for row in own} == {
            "CED",
            "CED discharge",
            "Less lethal weapons",
        }


def test_a_failing_sum_rests_on_its_total_and_all_its_parts(failing):
    for row in failing:
        total, *parts = row.counts
        assert row.value == sum(part.value for part in parts) - total.value
        assert all(total.id in part.part_of.split(";") for part in parts)
        assert f"cell {total.cell}:" in row.label and row.label.startswith(total.table)


def test_a_sum_with_a_part_that_is_not_available_is_not_checked(tables):
    checked = reconciliation.sums(tables)
    for subject, counts in tables.items():
        own = checked[checked["subject"] == subject].set_index(["total", "relation"])
        pairs = counts.equations()
        missing = counts.by_id.loc[pairs["part"], "value"].isna().to_numpy()
        for key in pairs[missing][["total", "relation"]].itertuples(index=False, name=None):
            assert not own.loc[key, "checkable"]


def test_the_numbers_by_table_add_up_to_all(tables):
    checked = reconciliation.sums(tables)
    rows = reconciliation.table_sums(tables, checked)
    for name in ("checked", "failing", "not-checkable"):
        parts = [
            row.value
            for row in rows
            if row.series_id.endswith(f"/{name}") and "/all/" not in row.series_id
        ]
        assert sum(parts) == rows.one(f"sums/all/{name}").value
    assert len(checked) == sum(
        rows.one(f"sums/all/{name}").value for name in ("checked", "not-checkable")
    )


def planted(tables, subject, **dimensions):
    """The tables with 7 added to one count, and the id of that count."""
    counts = tables[subject]
    one = counts.one(**dimensions).id
    frame = counts.frame.copy()
    frame.loc[frame["id"] == one, "value"] += 7
    return tables | {subject: Counts(frame)}, one


@pytest.mark.parametrize(
    "subject, dimensions",
    [
        ("CED by force", {"area": "Kent", "tactic": "CED fired", "period": "2018/19"}),
        ("gender by force", {"area": "Surrey", "tactic": "Baton drawn", "group": "Female"}),
        ("officer injuries", {"group": "Yes / Yes / Minor"}),
        ("reports by force", {"area": "Gwent"}),
    ],
)
def test_an_error_in_one_cell_is_found_and_only_there(tables, subject, dimensions):
    before = reconciliation.sums(tables)
    changed, one = planted(tables, subject, **dimensions)
    after = reconciliation.sums(changed)
    moved = after[after["difference"].fillna(0) != before["difference"].fillna(0)]
    # as a part it moves each sum that it is in by +7; as a total its own sum by -7
    pairs = tables[subject].equations()
    wanted = {(row.total, row.relation): 7 for row in pairs[pairs["part"] == one].itertuples()}
    wanted |= {(row.total, row.relation): -7 for row in pairs[pairs["total"] == one].itertuples()}
    assert wanted
    found = {
        (row.total, row.relation): row.difference - before.loc[row.Index, "difference"]
        for row in moved.itertuples()
    }
    assert found == wanted
    able = after.set_index(["total", "relation"])["checkable"]
    new = reconciliation.failing_sums(changed, after).resting_on(one) - reconciliation.failing_sums(
        tables, before
    ).resting_on(one)
    assert len(new) == sum(able[key] for key in wanted) > 0


def test_what_the_tables_of_2019_20_print_differently(later):
    # definition 9: 32,058 uses in Tables 1 and 13 and 32,057 in the breakdowns; discharges
    # 3,334 and 3,248
    rows = reconciliation.disagreements(later, "2019/20").where(area="England and Wales")
    spread = {row.series_id: row.value for row in rows}
    assert spread["disagreement/tactic-uses/ced/all"] == 1
    assert spread["disagreement/tactic-uses/ced-discharge/all"] == 86
    for row in rows:
        values = [count.value for count in row.counts]
        assert row.value == max(values) - min(values) > 0


def test_tables_that_agree_have_no_disagreement(later):
    one = {"gender": later["gender"], "reports by force": later["reports by force"]}
    assert len(reconciliation.disagreements(one, "2019/20")) == 0
