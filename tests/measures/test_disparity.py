"""The ladder of benchmarks, rung by rung against figures worked out elsewhere."""

import csv
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest

from analysis.counts import Counts, gather
from analysis.measures import all_forces, disparity
from analysis.measures.disparity import Benchmarks, Comparison
from analysis.sources import published
from tests.conftest import EXPECTED

ENGLAND_AND_WALES = "England and Wales"
TAKEN_AS_DISCHARGES = "not stated: {} all discharged, {} none"
BLACK_TO_WHITE = Comparison("CED", "Black", "White", 0.95)

# (measure, benchmark) of the ladder: (tactic, series after the pair, a cell it rests on)
NATIONAL = ("England and Wales", "Black")
RUNGS = {
    ("all force tactics", "Census 2011 population"): ("All tactics", "census-2011"),
    ("Taser drawn without discharge", "Census 2011 population"): (
        "CED non-discharge", "census-2011"),
    ("compliant handcuffing", "Census 2011 population"): ("Compliant handcuffing", "census-2011"),
    ("spit and bite guard", "Census 2011 population"): ("Spit and bite guard", "census-2011"),
    ("Taser", "Census 2011 population"): ("CED", "census-2011"),
    ("Taser", "Census 2021 population"): ("CED", "census-2021"),
    ("Taser", "Census 2011 population without West Mercia and Warwickshire"): (
        "CED", "census-2011/with-breakdown"),
    ("Taser", "Census 2011 within force, Mantel-Haenszel person-time"): (
        "CED", "census-2011/within-force"),
    ("Taser", "Census 2021 within force, Mantel-Haenszel person-time"): (
        "CED", "census-2021/within-force"),
    ("Taser", "use-of-force tactics"): ("CED", "per-tactic"),
    ("Taser", "use-of-force reports"): ("CED", "per-report"),
    ("Taser discharge", "Taser uses"): ("CED", "discharge/all-uses"),
    ("Taser discharge", "Taser uses without Norfolk and Suffolk"): (
        "CED", "discharge/forces-with-kinds"),
    ("Taser discharge", "Taser uses with a stated kind"): ("CED", "discharge/stated"),
    ("Taser discharge", "Taser uses with a stated kind, within force, Mantel-Haenszel"): (
        "CED", "discharge/stated-within-force"),
    ("Taser", "missing-data limit, all not reported to White"): (
        "CED", "census-2011/all-not-known-to-reference"),
    ("Taser", "missing-data limit, all not reported to Black"): (
        "CED", "census-2011/all-not-known-to-group"),
    ("Taser", "missing-data limit, without the two forces' uses, to White"): (
        "CED", "census-2011/all-not-known-to-reference/with-breakdown"),
    ("Taser", "missing-data limit, without the two forces' uses, to Black"): (
        "CED", "census-2011/all-not-known-to-group/with-breakdown"),
    ("Taser discharge", "not stated: White all discharged, Black none"): (
        "CED", "discharge/limit-lowest"),
    ("Taser discharge", "not stated: Black all discharged, White none"): (
        "CED", "discharge/limit-highest"),
}  # fmt: skip


def rows_of_the_ladder():
    with (EXPECTED / "ladder.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LADDER = rows_of_the_ladder()
NAMES = [f"{row['measure']}, {row['area']}, {row['benchmark']}" for row in LADDER]


def tables(periods=("2019/20",), change=lambda counts: counts):
    """The benchmarks of the years, each table of uses changed on the way."""

    def of(subject):
        held = (published.load(f"home-office-{period.replace('/', '-')}", subject)
                .where(period=period) for period in periods)  # fmt: skip
        return change(gather(list(held)))

    return Benchmarks(
        by_force=of("ethnicity by force"),
        national=of("ethnicity"),
        ced_by_force=of("CED by force"),
        censuses={
            year: published.load(f"census-{year}-ethnicity", "residents by ethnicity")
            for year in ("2011", "2021")
        },
        arrests=gather([]),
        searches=gather([]),
    )


def found(benchmarks, row):
    """The finding of a row of the ladder; None where the rung is not there."""
    tactic, name = RUNGS[row["measure"], row["benchmark"]]
    compared = replace(BLACK_TO_WHITE, tactic=tactic)
    make = disparity.ladder
    if "all-not-known" in name:
        make = disparity.missing_data_limits
    elif "limit" in name:
        make = disparity.discharge_limits
    rows = make(benchmarks, compared, (row["area"],)).where(series_id=compared.rung(name))
    return next(iter(rows), None)


def reproduces(finding, printed):
    """Whether a finding rounds to what is printed, a half away from nought."""
    if finding is None or not finding.available:
        return False
    unit = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)
    return Decimal(repr(finding.value)).quantize(unit, ROUND_HALF_UP) == Decimal(printed)


@pytest.fixture(scope="module")
def benchmarks():
    return tables()


@pytest.mark.parametrize("row", LADDER, ids=NAMES)
def test_a_row_of_the_ladder_is_reproduced(benchmarks, row):
    finding = found(benchmarks, row)
    assert reproduces(finding, row["printed"])
    assert finding.value == pytest.approx(float(row["ratio"]), rel=1e-9)  # R's, to ten digits
    if row["lower"]:  # R's poisson.test
        limits = finding.lower, finding.upper
        assert limits == pytest.approx((float(row["lower"]), float(row["upper"])), rel=1e-9)


def test_the_ladder_is_the_one_that_was_handed_down(shared):
    with (shared / "methods" / "uk_ladder_2019_20.csv").open(encoding="utf-8", newline="") as file:
        handed_down = [
            (row["measure"], row["benchmark"], row["value"]) for row in csv.DictReader(file)
        ]
    assert handed_down == [
        (row["measure"], row["benchmark"], row["printed"]) for row in LADDER[:19]
    ]


@pytest.mark.parametrize("row", LADDER, ids=NAMES)
def test_a_perturbed_cell_breaks_the_row(row):
    # five in a hundred more in the group's numerator, wherever it stands
    tactic, name = RUNGS[row["measure"], row["benchmark"]]
    tactic = "CED discharge" if "discharge/" in name else tactic
    area = "Metropolitan Police" if "within" in name or "kinds" in name else row["area"]

    def perturbed(counts):
        frame = counts.frame
        cell = (frame["area"] == area) & (frame["tactic"] == tactic) & (frame["group"] == "Black")
        more = (frame["value"].astype(float) * 1.05).round()
        return Counts(frame.assign(value=frame["value"].astype(float).mask(cell, more)))

    assert not reproduces(found(tables(change=perturbed), row), row["printed"])


def as_nought(counts):
    """The counts with every figure that is not available read as nought."""
    frame = counts.frame
    missing = frame["status"] != "stated"
    return Counts(frame.assign(value=frame["value"].where(~missing, 0.0), status="stated"))


@pytest.mark.parametrize(
    "benchmark",
    [
        "Census 2011 population without West Mercia and Warwickshire",
        "Taser uses without Norfolk and Suffolk",
        "missing-data limit, without the two forces' uses, to White",
    ],
)
def test_not_available_read_as_nought_breaks_what_rests_on_it(benchmark):
    (row,) = [row for row in LADDER if row["benchmark"] == benchmark]
    assert not reproduces(found(tables(change=as_nought), row), row["printed"])


def test_within_forces_noughts_would_add_residents_and_are_left_out(benchmarks):
    # a force read as nought would leave Mantel-Haenszel as it is, but not its forces
    kept = benchmarks.uses("CED", "2019/20").having("Black", "White")
    assert len(kept) == 41  # definition of the rung: 41 forces, City of London in
    assert "City of London" in kept
    assert len(tables(change=as_nought).uses("CED", "2019/20").having("Black", "White")) == 43


def test_two_years_stand_side_by_side():
    rows = disparity.ladder(tables(("2018/19", "2019/20")), BLACK_TO_WHITE,
                            ("Cambridgeshire", ENGLAND_AND_WALES))  # fmt: skip
    assert {row.period for row in rows} == {"2018/19", "2019/20"}
    discharges = [row for row in rows if "/discharge/" in row.series_id and row.period == "2018/19"]
    assert len(discharges) == 2 + 4
    assert {row.status for row in discharges} == {"not available"}
    assert {row.reason for row in discharges} == {disparity.NO_KINDS}
    # rung after rung, so that a table has one row for each
    names = list(dict.fromkeys(row.series_id for row in rows))
    assert [row.series_id for row in rows] == sorted(
        (row.series_id for row in rows), key=names.index
    )


def test_the_uses_of_forces_that_sent_totals_only_are_in_the_wider_limits():
    # definition 13: the five forces' uses, 1,392, are in no group of 2018/19, not even not known
    rows = disparity.missing_data_limits(tables(("2018/19",)), BLACK_TO_WHITE, (ENGLAND_AND_WALES,))
    values = {row.series_id.partition("census-2011/")[2]: row for row in rows}
    black, white = 4_381, 14_562  # Table 16
    printed = tables(("2018/19",)).uses("CED", "2018/19").of(ENGLAND_AND_WALES, "Not known")
    unknown = printed.value
    base = 1_864_890 / 48_209_395
    assert values["all-not-known-to-group"].value == pytest.approx(
        (black + unknown + 1_392) / white / base, rel=1e-9
    )
    assert values["all-not-known-to-reference/with-breakdown"].value == pytest.approx(
        black / (white + unknown) / base, rel=1e-9
    )


def test_small_numbers_are_shown_and_give_no_ratio(benchmarks):
    # catalogue: "3 of 21 against 13 of 150 is shown as uninformative, not as a ratio"
    rows = disparity.ladder(benchmarks, BLACK_TO_WHITE, ("Cambridgeshire",))
    row = rows.one(BLACK_TO_WHITE.rung("discharge/all-uses"))
    assert (row.status, row.value, row.text()) == ("too few to say", None, "too few to say")
    numbers = [f"{count.value:.0f}" for count in row.counts]
    assert row.basis.format(*numbers) == "3 of 21 against 13 of 150"
    assert "fewer than ten" in row.reason


def test_a_force_has_no_ratio_per_report_and_no_rungs_over_forces(benchmarks):
    rows = disparity.ladder(benchmarks, BLACK_TO_WHITE, ("Cambridgeshire",))
    row = rows.one(BLACK_TO_WHITE.rung("per-report"))
    assert row.status == "not available" and "England and Wales only" in row.reason
    assert not [row for row in rows if "within" in row.series_id or "breakdown" in row.series_id]


@pytest.mark.parametrize("make", [
    disparity.ladder,
    disparity.missing_data_limits,
])  # fmt: skip
def test_the_city_of_london_has_no_ratio_per_resident(benchmarks, make):
    rows = make(benchmarks, BLACK_TO_WHITE, ("City of London",))
    own = [row for row in rows if "/census-" in row.series_id]
    assert len(own) in (2, 4)
    assert {row.status for row in own} == {"not available"}
    assert all("very many work there" in row.reason for row in own)


@pytest.mark.parametrize("area", ["West Mercia", "Warwickshire"])
def test_a_force_without_a_breakdown_is_not_available_and_never_nought(benchmarks, area):
    rows = disparity.ladder(benchmarks, BLACK_TO_WHITE, (area,))
    assert {row.status for row in rows} == {"not available"}
    other = replace(BLACK_TO_WHITE, tactic="Handcuffing")
    assert disparity.ladder(benchmarks, other, (area,)).one(other.rung("census-2021")).available


def test_every_ratio_says_that_it_is_not_standardised_for_age(benchmarks):
    rows = disparity.ladder(benchmarks, BLACK_TO_WHITE, ("Kent", ENGLAND_AND_WALES))
    rows += disparity.missing_data_limits(benchmarks, BLACK_TO_WHITE, ("Kent",))
    rows += disparity.discharge_limits(benchmarks, BLACK_TO_WHITE, ("Kent",))
    rows += disparity.spread_summary(
        disparity.spread(benchmarks, BLACK_TO_WHITE, "2019/20", "2021")
    )
    ratios = [row for row in rows if row.kind == "ratio"]
    assert len(ratios) > 20
    assert all(disparity.NOT_STANDARDISED in row.caveats for row in ratios)


def test_the_spread_is_of_forces_with_enough_reports(benchmarks):
    rows = disparity.spread(benchmarks, BLACK_TO_WHITE, "2019/20", "2011")
    assert [row.area for row in rows] == sorted(row.area for row in rows) and len(rows) == 43
    told = {row.area: row.value for row in rows if row.available}
    summary = disparity.spread_summary(rows)
    series = f"{BLACK_TO_WHITE.rung('census-2011')}/forces"
    # definition 12: "within-force ratios run from 3.9 to 31"
    assert summary.one(f"{series}/lowest").text() == "3.87"
    assert summary.one(f"{series}/highest").text() == "31.08"
    assert summary.one(f"{series}/number").value == len(told)
    missing = summary.one(f"{series}/not-available").outcome
    assert missing == "City of London, Warwickshire, West Mercia"


def encounters(measure, unit, **numbers):
    """Made-up arrests or searches of Kent, in the columns of counts."""
    frame = tables().national.where(group=list(numbers), measure="reports").frame
    return Counts(
        frame.assign(
            measure=measure, unit=unit, area="Kent", note="whose it is, is not known",
            status="stated", value=[float(numbers[group]) for group in frame["group"]],
        )
    )  # fmt: skip


def test_arrests_that_are_supplied_are_a_further_rung(benchmarks):
    arrests = encounters("arrests", "arrest", Black=1_000, White=8_000)
    given = replace(benchmarks, arrests=arrests, _made={})
    rows = disparity.ladder(given, BLACK_TO_WHITE, ("Kent", "Surrey"))
    own = next(iter(rows.where(series_id=BLACK_TO_WHITE.rung("per-arrest"), area="Kent")))
    uses = benchmarks.uses("CED", "2019/20")
    black, white = (uses.of("Kent", group).value for group in ("Black", "White"))
    assert own.value == pytest.approx(black / 1_000 / (white / 8_000), rel=1e-9)
    assert "whose it is, is not known" in own.caveats
    other = next(iter(rows.where(series_id=BLACK_TO_WHITE.rung("per-arrest"), area="Surrey")))
    assert other.status == "not available" and "no figures for this area" in other.reason
    searches = rows.where(series_id=BLACK_TO_WHITE.rung("per-stop-and-search"), area="Kent")
    assert next(iter(searches)).reason == "no file of stop and searches was given for this audit"


def test_arrests_of_nought_are_no_denominator(benchmarks):
    arrests = encounters("arrests", "arrest", Black=0, White=8_000)
    given = replace(benchmarks, arrests=arrests, _made={})
    rows = disparity.ladder(given, BLACK_TO_WHITE, ("Kent",))
    row = rows.one(BLACK_TO_WHITE.rung("per-arrest"))
    assert (row.status, row.reason) == ("not available", "a denominator is nought")


@pytest.mark.parametrize("group, reference", [("Asian", "White"), ("White", "Black")])
def test_any_group_can_be_held_against_any_other(benchmarks, group, reference):
    compared = replace(BLACK_TO_WHITE, group=group, reference=reference)
    rows = disparity.ladder(benchmarks, compared, (ENGLAND_AND_WALES,))
    row = rows.one(compared.rung("census-2021"))
    if group == "White":  # the other way round: one over the ratio
        back = disparity.ladder(benchmarks, BLACK_TO_WHITE, (ENGLAND_AND_WALES,))
        back = back.one(BLACK_TO_WHITE.rung("census-2021"))
        assert row.value == pytest.approx(1 / back.value, rel=1e-9)
        assert (row.lower, row.upper) == pytest.approx((1 / back.upper, 1 / back.lower), rel=1e-9)
    else:
        # census_2021_ethnicity.csv and Table 16: 2,253 over 5,515,455, 20,253 over 48,699,231
        uses = benchmarks.uses("CED", "2019/20").of(ENGLAND_AND_WALES, "Asian").value
        wanted = uses / 5_515_455 / (20_253 / 48_699_231)
        assert row.value == pytest.approx(wanted, rel=1e-9)


def test_uses_that_no_table_counts_leave_the_wider_limit_open(benchmarks):
    # Table 16, 2019/20: Avon and Somerset, Thames Valley and West Midlands print : for batons used,
    # and no other table has the tactic by force
    compared = replace(BLACK_TO_WHITE, tactic="Baton used")
    rows = disparity.missing_data_limits(benchmarks, compared, (ENGLAND_AND_WALES,))
    wide = rows.one(compared.rung("census-2021/all-not-known-to-group"))
    assert wide.status == "not available"
    assert wide.reason.endswith("Avon and Somerset, Thames Valley, West Midlands")
    assert rows.one(compared.rung("census-2021/all-not-known-to-group/with-breakdown")).available


def test_a_force_that_prints_nothing_as_not_known_is_told_so(benchmarks):
    # Table 16, 2019/20: Surrey prints 0 as not reported
    rows = disparity.missing_data_limits(benchmarks, BLACK_TO_WHITE, ("Surrey",))
    assert len({row.value for row in rows if "2021" in row.series_id}) == 1
    assert all(disparity.NONE_UNKNOWN in row.caveats for row in rows)


def test_a_group_that_is_not_recorded_has_no_ratio_and_leaves_the_denominators(benchmarks):
    compared = replace(BLACK_TO_WHITE, group="Mixed")
    rows = disparity.ladder(benchmarks, compared, ("West Mercia", "Dorset", ENGLAND_AND_WALES))
    own = [row for row in rows.where(area="Dorset") if "/census-" in row.series_id]
    assert {row.status for row in own} == {"not available"}
    assert all("seems not to record" in row.reason for row in own)
    (kept,) = rows.where(series_id=compared.rung("census-2021/with-breakdown"))
    assert any("Derbyshire, Dorset" in caveat for caveat in kept.caveats)
    black = disparity.ladder(benchmarks, BLACK_TO_WHITE, ("Dorset",))
    assert black.one(BLACK_TO_WHITE.rung("census-2021")).available


def test_the_rung_per_tactic_has_a_version_without_forces_that_have_no_breakdown():
    # Table 16 of 2018/19: 4,381 and 14,562 uses of 94,222 and 447,337 tactics, less those of the
    # five forces
    both = tables(("2018/19",))
    rows = disparity.ladder(both, BLACK_TO_WHITE, (ENGLAND_AND_WALES,))
    row = rows.one(BLACK_TO_WHITE.rung("per-tactic/with-breakdown"))
    every = {
        group: sum(count.value for count in both.by_force.where(
            tactic="All tactics", group=group,
            area=["Norfolk", "Staffordshire", "Suffolk", "Warwickshire", "West Mercia"]))
        for group in ("Black", "White")
    }  # fmt: skip
    wanted = 4_381 / (94_222 - every["Black"]) / (14_562 / (447_337 - every["White"]))
    assert row.value == pytest.approx(wanted, rel=1e-9)
    assert row.text() == "1.36"


@cache
def both_years():
    return tables(("2018/19", "2019/20"))


def everything_is_told(both, compared):
    """Whatever the numbers, each finding has a value or a reason, and what is quoted is there."""
    for make in (disparity.ladder, disparity.missing_data_limits, disparity.discharge_limits):
        for row in make(both, compared, ("West Mercia", "City of London", ENGLAND_AND_WALES)):
            assert row.available or row.reason
    for period in both.periods:
        spread = disparity.spread(both, compared, period, "2021")
        assert len(disparity.spread_summary(spread)) == 5
        fitted = all_forces.models(both, compared, period)
        found = all_forces.ratios(fitted, 1) + all_forces.leaving_out(fitted)
        found += all_forces.diagnostics(fitted) + all_forces.pooled(fitted)
        for name in ("cr2", "without/metropolitan-police"):
            assert len(found.where(series_id=compared.model("census-2021", name))) == 1


@pytest.mark.parametrize(
    "tactic, group, reference",
    [("AEP not stated", "White", "Mixed"), ("Shield", "Mixed", "Other"), ("CED", "Asian", "Black")],
)
def test_a_tactic_can_be_compared_in_any_groups(tactic, group, reference):
    # tests/long/test_every_tactic.py has them all
    everything_is_told(both_years(), Comparison(tactic, group, reference, 0.95))
