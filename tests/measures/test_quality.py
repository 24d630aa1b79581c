"""Several totals of one year (definition 9), and what is not reported or not available (13)."""

from functools import cache

import pytest

from analysis.audit import open_audit
from analysis.measures import quality
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces


@cache
def audit(period):
    return open_audit("Cambridgeshire", period)


def tables(period, *subjects):
    return [audit(period).official(subject) for subject in subjects]


@cache
def not_reported(breakdown, tactic, period="2019/20"):
    by_force = {breakdown: audit(period).official(f"{breakdown} by force")}
    return quality.not_reported(by_force, tactic, period)


def share(area, breakdown, tactic):
    slug = f"not-reported/{breakdown.replace(' ', '-')}/{tactic.lower().replace(' ', '-')}"
    return not_reported(breakdown, tactic).one(slug, area=area)


# definition 9
def test_the_totals_of_2019_20():
    printed = quality.printed_totals(audit("2019/20").official_tables, ENGLAND_AND_WALES, "2019/20")
    uses = {
        (count.table, count.tactic): count.value
        for count in printed
        if count.measure == "tactic uses"
    }
    assert uses["Table 1", "CED"] == uses["Table 13", "CED"] == 32058
    assert uses["Table 16", "CED"] == 32057
    assert uses["Table 13", "CED discharge"] == 3334
    assert uses["Table 16", "CED discharge"] == 3248


@pytest.mark.parametrize(
    "period, tactic, gap",
    [
        ("2018/19", "ced", 23451 - 22059),
        ("2019/20", "ced", 32058 - 32057),
        ("2019/20", "ced-discharge", 3334 - 3248),
    ],
)
def test_by_how_much_the_tables_differ(period, tactic, gap):
    by_force, breakdown = tables(period, "CED by force", "ethnicity by force")
    rows = quality.totals_of_the_year(by_force, breakdown, ENGLAND_AND_WALES, period)
    assert rows.one(f"ced/by-force-less-breakdown/{tactic}").value == gap


def test_2018_19_prints_no_kinds_of_use_in_its_breakdowns():
    # definition 10: "2018/19 Tables 4 and 14-17 have one CED row"
    by_force, breakdown = tables("2018/19", "CED by force", "ethnicity by force")
    rows = quality.totals_of_the_year(by_force, breakdown, "Cambridgeshire", "2018/19")
    states = {row.label: row.status for row in rows}
    assert states.pop("CED") == "stated"
    assert len(states) == 3 and set(states.values()) == {"not available"}


def test_the_five_forces_of_2018_19_are_the_1392():
    by_force, breakdown = tables("2018/19", "CED by force", "ethnicity by force")
    rows = quality.forces_behind(by_force, breakdown, "2018/19")
    assert {row.area: row.value for row in rows} == {
        "Norfolk": 426,
        "Staffordshire": 269,
        "Suffolk": 221,
        "Warwickshire": 145,
        "West Mercia": 331,
    }
    assert sum(row.value for row in rows) == 1392
    assert all(row.caveats for row in rows)


# definition 13
@pytest.mark.parametrize(
    "area, breakdown, tactic, wanted",
    [
        ("Avon and Somerset", "ethnicity", "All tactics", "33"),
        ("Cleveland", "ethnicity", "All tactics", "15"),
        ("Wiltshire", "ethnicity", "All tactics", "11"),
        ("Cambridgeshire", "ethnicity", "All tactics", "2.3"),
        ("Avon and Somerset", "ethnicity", "CED", "27"),
        ("Cleveland", "ethnicity", "CED", "20"),
        ("Wiltshire", "health condition", "All tactics", "100"),
        ("Warwickshire", "health condition", "All tactics", "85"),
        ("West Mercia", "health condition", "All tactics", "84"),
        ("Cleveland", "health condition", "All tactics", "77"),
    ],
)
def test_shares_not_reported_2019_20(area, breakdown, tactic, wanted):
    digits = len(wanted.partition(".")[2])
    assert f"{100 * share(area, breakdown, tactic).value:.{digits}f}" == wanted


@pytest.mark.parametrize(
    "period, named",
    [
        ("2018/19", "Norfolk, Staffordshire, Suffolk, Warwickshire, West Mercia"),
        ("2019/20", "Warwickshire, West Mercia"),
    ],
)
def test_no_breakdown_is_not_a_share_of_nought(period, named):
    shares = not_reported("ethnicity", "CED", period)
    rows = quality.forces_without(shares, "CED", period)
    assert rows.one("no-breakdown/ced/names").outcome == named
    assert rows.one("no-breakdown/ced/number").value == len(named.split(", "))
    for area in named.split(", "):
        row = shares.one("not-reported/ethnicity/ced", area=area)
        assert (row.text(), row.value) == ("not available", None) and row.reason
    # "These forces do have breakdowns of all their other tactics"
    assert all(row.available for row in not_reported("ethnicity", "All tactics", period))


def test_every_force_and_england_and_wales_has_a_share():
    areas = [row.area for row in not_reported("ethnicity", "CED")]
    assert sorted(areas) == sorted([ENGLAND_AND_WALES, *official_forces()])


def test_dont_know_of_2018_19_is_said_to_be_left_out():
    # definition 14: Don't know is a column of its own in 2018/19 and gone in 2019/20
    for period, said in (("2018/19", True), ("2019/20", False)):
        row = not_reported("ethnicity", "All tactics", period).one(
            "not-reported/ethnicity/all-tactics", area="Kent"
        )
        assert any("Don't know" in caveat for caveat in row.caveats) == said


def test_the_ledger_adds_up():
    one = audit("2019/20")
    rows = quality.ledger_summary(one.ledger.frame, one.period, one.edition)
    number = {}
    for row in rows:
        _, source, action, unit, *_ = row.series_id.split("/")
        number[source, action, unit] = number.get((source, action, unit), 0) + row.value
    read = {key: value for key, value in number.items() if key[1] == "read"}
    assert ("home-office-2019-20", "read", "cell") in read
    for source, _, unit in read:
        fates = [number.get((source, fate, unit), 0) for fate in ("used", "set-aside")]
        assert sum(fates) == read[source, "read", unit]
