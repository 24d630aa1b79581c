"""Rates by group: figures of the tables over residents, and never where there are none."""

import pytest

from analysis.audit import RESIDENTS, open_audit
from analysis.measures import demographics
from analysis.measures.groups import GROUPS

ENGLAND_AND_WALES = "England and Wales"
TABLES = {"ethnicity": "ethnicity", "age": "age", "gender": "gender"}


@pytest.fixture(scope="module")
def audit():
    return open_audit("Cambridgeshire", "2019/20")


def per_resident(audit, breakdown="ethnicity", tactic="CED", areas=None, census=None):
    return demographics.rates_per_resident(
        audit.every_year(f"{breakdown} by force"),
        audit.residents_by(breakdown, census),
        breakdown,
        (tactic,),
        areas or ("Cambridgeshire", ENGLAND_AND_WALES),
        0.95,
    )


def one(rows, label, area, period="2019/20"):
    (row,) = [one for one in rows.where(area=area, period=period)
              if one.label.rpartition(", ")[2] == label]  # fmt: skip
    return row


def test_a_rate_of_a_force_is_its_uses_over_its_residents(audit):
    # definition 11: 21 and 150 uses; census_2021_ethnicity.csv: 18,496 and 763,744 residents
    black, white = (
        one(per_resident(audit), group, "Cambridgeshire") for group in ("Black", "White")
    )
    assert black.value == pytest.approx(21_000 / 18_496, rel=1e-9)
    assert white.value == pytest.approx(150_000 / 763_744, rel=1e-9)
    # Byar, tests/expected/intervals.csv prints its limits of 21 events
    assert (black.method, black.text()) == ("Byar", "1.14")
    assert [count.value for count in black.counts] == [21, 18_496]
    # census_2011_ethnicity.csv: 10,174
    on_2011 = one(per_resident(audit, census="2011"), "Black", "Cambridgeshire")
    assert on_2011.value == pytest.approx(21_000 / 10_174, rel=1e-9)


def test_a_national_rate_leaves_out_residents_of_forces_without_a_breakdown_by_name(audit):
    # tests/expected/ladder.csv: 1,855,385 Black residents in 2011 without the two forces
    row = one(per_resident(audit, census="2011"), "Black", ENGLAND_AND_WALES)
    assert row.value == pytest.approx(6_608_000 / 1_855_385, rel=1e-9)
    assert any(caveat.endswith(": Warwickshire, West Mercia") for caveat in row.caveats)
    before = one(per_resident(audit), "Black", ENGLAND_AND_WALES, "2018/19")
    assert any("Norfolk, Staffordshire, Suffolk, Warwickshire, West Mercia" in one
               for one in before.caveats)  # fmt: skip
    # all forces break all tactics down by ethnicity
    everything = one(per_resident(audit, tactic="All tactics"), "Black", ENGLAND_AND_WALES)
    assert not any("left out" in caveat for caveat in everything.caveats)
    # but the CED uses of the two forces are in none of its groups
    assert any("in no group: Warwickshire, West Mercia" in one for one in everything.caveats)


def test_a_group_that_a_force_does_not_record_has_no_rate(audit):
    # Table 16, both years: West Mercia 0 of 15,248 and 0 of 11,197 tactics on people seen as Mixed
    rows = per_resident(audit, tactic="All tactics", areas=("West Mercia", ENGLAND_AND_WALES))
    own = one(rows, "Mixed", "West Mercia")
    assert own.status == "not available" and "seems not to record" in own.reason
    nation = one(rows, "Mixed", ENGLAND_AND_WALES)
    assert any("figures on Mixed" in one and "West Mercia" in one for one in nation.caveats)
    assert one(rows, "White", "West Mercia").available


@pytest.mark.parametrize("area", ["West Mercia", "Warwickshire"])
def test_a_force_without_a_breakdown_has_no_rate_and_never_nought(audit, area):
    for row in per_resident(audit, areas=(area,)):
        assert (row.value, row.status) == (None, "not available")
        assert row.reason
    # "and keep their breakdowns of other tactics"
    for row in per_resident(audit, areas=(area,), tactic="Unarmed skills"):
        assert row.available or row.label.endswith("Mixed")  # which neither force records


@pytest.mark.parametrize("breakdown", GROUPS)
def test_the_city_of_london_has_no_rate_per_resident(audit, breakdown):
    rows = per_resident(audit, breakdown, areas=("City of London",))
    assert {row.status for row in rows} == {"not available"}
    assert all("very many work there" in row.reason for row in rows)
    assert len(rows) == 2 * len(GROUPS[breakdown])


def test_there_are_no_residents_of_a_location():
    # definition 17: custody suites and other places without residents never get such a rate
    assert set(GROUPS) == {"ethnicity", "age", "gender"}
    assert "location" not in RESIDENTS and "location" not in demographics.AS_OF


def test_rates_per_report_are_national(audit):
    # Table 4, 2019/20: 6,608 CED uses in 80,394 reports on Black people (definition 12)
    rows = demographics.rates_per_report(
        audit.every_year("ethnicity"), audit.every_year("ethnicity by force"), "ethnicity", "CED",
        "Cambridgeshire", 0.95)  # fmt: skip
    assert one(rows, "Black", ENGLAND_AND_WALES).value == pytest.approx(
        6_608_000 / 80_394, rel=1e-9
    )
    own = one(rows, "Black", "Cambridgeshire")
    assert own.status == "not available" and "England and Wales only" in own.reason


def test_rates_per_tactic(audit):
    # tests/expected/ladder.csv: 6,608 of 111,252 tactics, those of the two forces among them
    rows = demographics.rates_per_tactic(
        audit.every_year("ethnicity by force"), "ethnicity", "CED",
        ("Cambridgeshire", ENGLAND_AND_WALES), 0.95)  # fmt: skip
    every = audit.official("ethnicity by force").where(tactic="All tactics", group="Black")
    without = sum(count.value for count in every.where(area=["Warwickshire", "West Mercia"]))
    wanted = 6_608_000 / (111_252 - without)
    assert one(rows, "Black", ENGLAND_AND_WALES).value == pytest.approx(wanted, rel=1e-9)
    every = demographics.rates_per_tactic(
        audit.every_year("ethnicity by force"), "ethnicity", "All tactics", (), 0.95
    )
    assert len(every) == 0


def test_age_and_gender_take_their_own_residents(audit):
    # mid_2020_age_bands.csv: Cambridgeshire 18-34: 180,852; 18-34 residents
    age = one(per_resident(audit, "age"), "18-34", "Cambridgeshire")
    assert age.counts[1].value == 180_852
    assert [row.label.partition(", ")[2] for row in per_resident(audit, "age", areas=("Kent",))][
        :6
    ] == [
        "Under 11", "11-17", "18-34", "35-49", "50-64", "65 and over"]  # fmt: skip
    gender = one(per_resident(audit, "gender"), "Male", "Cambridgeshire")
    assert gender.counts[1].value == 442_084  # census_2021_sex.csv, total_males
    other = one(per_resident(audit, "gender"), "Other", ENGLAND_AND_WALES)
    assert other.status == "not available" and "two sexes" in other.reason
    youngest = one(per_resident(audit, "age"), "Under 11", ENGLAND_AND_WALES)
    assert any("known errors" in caveat for caveat in youngest.caveats)  # definition 16


def test_residents_are_those_of_the_files(audit):
    # tests/expected/ladder.csv: 1,864,890 and 48,209,395 in 2011, 2,409,283 and 48,699,231 in 2021
    for census, black, white in (("2011", 1_864_890, 48_209_395), ("2021", 2_409_283, 48_699_231)):
        rows = demographics.residents(
            audit.residents_by("ethnicity", census), "ethnicity", "Cambridgeshire"
        )
        assert one(rows, "Black", ENGLAND_AND_WALES, census).value == black
        assert one(rows, "White", ENGLAND_AND_WALES, census).value == white


def test_every_year_is_its_own_edition(audit):
    # Table 13 of either edition prints earlier years too: each year is taken once
    counts = audit.every_year("CED by force").where(area="Kent", tactic="CED")
    assert sorted((count.period, count.source) for count in counts) == [
        ("2018/19", "home-office-2018-19"),
        ("2019/20", "home-office-2019-20"),
    ]
