"""Counts brought to common groups: nothing is lost, and what is missing stays missing."""

import pytest

from analysis.counts import ALL
from analysis.measures.groups import GROUPS, UNKNOWN, Tally, added_up, grouped
from analysis.sources import published
from analysis.standard.forces import official_forces

WITHOUT_CED = {  # definition 13
    "2018/19": ("Norfolk", "Staffordshire", "Suffolk", "Warwickshire", "West Mercia"),
    "2019/20": ("Warwickshire", "West Mercia"),
}


def uses(period, tactic="CED", subject="ethnicity by force"):
    source = f"home-office-{period.replace('/', '-')}"
    return published.load(source, subject).where(tactic=tactic, measure="tactic uses")


@pytest.mark.parametrize("period", WITHOUT_CED)
def test_forces_without_a_breakdown_are_named(period):
    found = grouped(uses(period))
    assert found.without_any == found.lacking("Black", "White") == WITHOUT_CED[period]
    assert len(found.having("Black")) == 43 - len(WITHOUT_CED[period])
    # definition 13: "These forces do have breakdowns of all their other tactics"
    assert grouped(uses(period, "Unarmed skills")).without_any == ()


# Table 16 of both editions, row of all tactics: these ten print 0 as Mixed
NOBODY_MIXED = (
    "City of London", "Derbyshire", "Dorset", "Dyfed-Powys", "Merseyside", "Norfolk",
    "North Wales", "Suffolk", "Warwickshire", "West Mercia",
)  # fmt: skip


@pytest.mark.parametrize("period", WITHOUT_CED)
def test_a_group_that_a_force_does_not_record_is_missing_and_not_nought(period):
    every = grouped(uses(period, "All tactics"))
    assert {every.of(place, "Mixed").value for place in NOBODY_MIXED} == {0}
    found = grouped(uses(period, "Unarmed skills")).as_recorded(every)
    assert found.lacking("Mixed") == NOBODY_MIXED
    assert "seems not to record the group" in found.of("West Mercia", "Mixed").reason
    for group in ("White", "Black", "Asian", "Other"):
        assert found.lacking(group) == ()
    # a nought of a tactic that is seldom used is a nought
    shields = grouped(uses(period, "Shield")).as_recorded(every)
    others = [place for place in official_forces() if place not in NOBODY_MIXED]
    assert any(shields.of(place, "Mixed").value == 0 for place in others)
    assert all(shields.of(place, "Mixed").available for place in others)
    # what it rests on contains the table by which it was judged
    assert any("/all-tactics/mixed" in one for one in found.patterns("Mixed"))


@pytest.mark.parametrize("period", WITHOUT_CED)
@pytest.mark.parametrize(
    "subject, breakdown",
    [("ethnicity by force", "ethnicity"), ("gender by force", "gender")],
)
def test_every_count_is_in_one_group(period, subject, breakdown):
    # the printed total of a force is the sum of its groups, known and not known
    found = grouped(uses(period, "All tactics", subject))
    named = (*GROUPS[breakdown], UNKNOWN)
    for place in official_forces():
        parts = sum(found.of(place, group).value for group in named)
        assert parts == found.of(place, ALL).value


def test_chinese_is_inside_asian_in_both_years_and_censuses():
    # data/published, 2018/19, England and Wales: CED, Asian 1,322 and Chinese 32 (Table 16)
    counts = uses("2018/19").where(area="England and Wales")
    printed = {count.group: count.value for count in counts}
    tally = grouped(counts).of("England and Wales", "Asian")
    assert tally.value == printed["Asian"] + printed["Chinese"]
    assert [count.group for count in tally.counts] == ["Asian", "Chinese"]
    assert tally.words == "{} + {}"
    # census_2011_ethnicity.csv: Cambridgeshire 39,535 Asian without Chinese, 7,595 Chinese
    people = grouped(published.load("census-2011-ethnicity", "residents by ethnicity"))
    assert people.of("Cambridgeshire", "Asian").value == 39_535 + 7_595
    # census_2021_ethnicity.csv: Asian 70,491, "of which Chinese" 10,584 inside it
    people = grouped(published.load("census-2021-ethnicity", "residents by ethnicity"))
    assert people.of("Cambridgeshire", "Asian").value == 70_491


def test_a_tally_with_a_missing_part_is_missing_with_its_reason():
    counts = list(uses("2019/20").where(area="West Mercia", group=["White", "Not reported"]))
    assert [count.printed for count in counts] == [":", "425"]  # definition 13
    tally = added_up(counts)
    assert not tally.available and tally.value is None
    assert "holds no such figure" in tally.reason
    assert not tally.less(Tally(1, ())).available and not Tally(1, ()).less(tally).available


def test_a_part_is_taken_off_and_both_are_named():
    uses_, unstated = (grouped(uses("2019/20", tactic)) for tactic in ("CED", "CED not stated"))
    stated = uses_.less(unstated).of("England and Wales", "Black")
    assert stated.value == 6_608 - 202  # tests/expected/ladder.csv: 6,406 of a stated kind
    assert stated.words == "{} less {}" and len(stated.counts) == 2


@pytest.mark.parametrize("group", ["Black", "Asian", UNKNOWN, ALL])
def test_the_pattern_of_a_group_matches_all_its_counts(group):
    import fnmatch

    found = grouped(uses("2018/19"))
    own = [one.id for place in official_forces() for one in found.of(place, group).counts]
    patterns = found.patterns(group)
    assert all(any(fnmatch.fnmatchcase(one, pattern) for pattern in patterns) for one in own)
    other = found.of("Kent", "Mixed").counts[0].id
    matched = any(fnmatch.fnmatchcase(other, pattern) for pattern in patterns)
    assert matched == (group == ALL)


def test_nothing_to_group_is_a_defect():
    with pytest.raises(LookupError, match="no counts"):
        grouped(uses("2018/19"), tactic="CED discharge")
