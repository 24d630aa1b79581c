"""Taser against volume: sums by hand, slopes as R gives them, and when nothing can be said."""

import csv
from functools import cache

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.counts import gather
from analysis.ledger import Ledger
from analysis.measures.records import volume, volume_slopes
from analysis.rows import rows_of, unit_of
from analysis.sources import district_activity
from tests.conftest import EXPECTED

CAMBRIDGESHIRE = ("Cambridgeshire", "2017-Q2")
STAGES = ("authorisations", "uses", "discharges")
PAIRS = (("authorisations", "incidents"), ("uses", "authorisations"), ("discharges", "uses"))


def activity(*rows):
    """Counts of (month, district, incidents, authorisations, uses, discharges)."""
    columns = ["month", "district", "incidents_immediate", *STAGES]
    frame = pd.DataFrame([[str(one) for one in row] for row in rows], columns=columns)
    frame = frame.assign(area="Cambridgeshire", incidents_prompt="0", printed_in="Made up: a test")
    return district_activity.clean(frame, "by_hand.csv", Ledger(), "none")


BY_HAND = (
    ("2017-03", "Fenland", 100, 9, 9, 9),  # of a quarter that is not whole
    ("2017-03", "Ely", 100, 9, 9, 9),
    ("2017-04", "Fenland", 400, 20, 8, 2),
    ("2017-05", "Fenland", 300, 10, 4, 0),
    ("2017-06", "Fenland", 300, 10, 8, 1),
    ("2017-04", "Ely", 1000, 30, 6, 0),
    ("2017-05", "Ely", 500, 20, 10, 1),
    ("2017-06", "Ely", 500, 30, 4, 0),
)


@cache
def r_cells():
    """The made-up cells of volume.R as counts: its months are those from July 2015."""
    months = pd.period_range("2015-07", periods=24, freq="M").astype(str)
    with (EXPECTED / "volume_cells.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return activity(
        *(
            (months[int(row["month"]) - 1], row["district"], row["incidents"],
             *(row[stage] for stage in STAGES))
            for row in rows
        )
    )  # fmt: skip


def test_sums_by_district_and_by_whole_quarter():
    sums = volume.totals(activity(*BY_HAND), "Cambridgeshire")
    found = {
        (count.period, count.group, count.measure): count.value for count in sums if count.available
    }
    assert found == {
        (period, group, measure): value
        for period, group, values in (
            ("2017-03..2017-06", "Fenland", (1100, 49, 29, 12)),
            ("2017-03..2017-06", "Ely", (2100, 89, 29, 10)),
            ("2017-03..2017-06", "all", (3200, 138, 58, 22)),
            ("2017-Q2", "all", (3000, 120, 40, 4)),
        )
        for measure, value in zip(volume.MEASURES, values, strict=True)
    }
    part = sums.one(period="2017-Q1", measure="uses")
    assert part.reason == "a month of a district is missing from the source"
    assert {count.edition for count in sums} == {"made up"}


def test_a_sum_is_of_the_rows_of_its_parts():
    sums = volume.totals(activity(*BY_HAND), "Cambridgeshire")
    ely = sums.one(group="Ely", measure="uses")
    assert (unit_of(ely.rows), rows_of(ely.rows)) == ("uses", [3, 7, 8, 9])
    assert rows_of(sums.one(period="2017-Q2", measure="incidents").rows) == [4, 5, 6, 7, 8, 9]


def test_a_sum_with_a_part_that_is_not_available_is_not_available():
    rows = [row if row[1] != "Ely" else (*row[:4], "", row[5]) for row in BY_HAND]
    sums = volume.totals(activity(*rows), "Cambridgeshire")
    missing = sums.one(period="2017-Q2", measure="uses")
    assert missing.reason == "the source leaves this figure empty"
    assert sums.one(group="Fenland", measure="uses").value == 29
    shares = volume.by_quarter(sums, *CAMBRIDGESHIRE, 0.95)
    for series in ("used-per-authorisation", "discharged-per-use", "uses-per-1000-incidents"):
        row = shares.one(f"volume/{series}", period="2017-Q2")
        assert row.reason == "the source leaves this figure empty"


def test_each_stage_of_each_district_and_of_the_area():
    sums = volume.totals(activity(*BY_HAND), "Cambridgeshire")
    shares = volume.by_district(sums, *CAMBRIDGESHIRE, 0.95)
    used = shares.one("volume/used-per-authorisation", area="Fenland")
    assert [count.value for count in used.counts] == [29, 49]
    assert (used.lower, used.upper) == pytest.approx(
        proportion_confint(29, 49, 0.05, "wilson"), rel=1e-9
    )
    whole = shares.one("volume/authorised-per-incident", area="Cambridgeshire")
    assert (whole.value, whole.text()) == (pytest.approx(138 / 3200), "4.31%")
    rate = shares.one("volume/uses-per-1000-incidents", area="Ely")
    assert (rate.text(), rate.method) == ("13.81", "Byar")  # 29 of 2,100
    assert rate.id == "volume/uses-per-1000-incidents@ely@2017-03..2017-06@made-up"
    assert any("nested" in caveat for caveat in used.caveats)


def test_below_ten_events_an_exact_interval_stands_beside():
    sums = volume.totals(activity(*BY_HAND), "Cambridgeshire")
    shares = volume.by_quarter(sums, *CAMBRIDGESHIRE, 0.95)
    exact = shares.one("volume/discharged-per-use/exact", period="2017-Q2")
    assert (exact.lower, exact.upper) == pytest.approx(
        proportion_confint(4, 40, 0.05, "beta"), rel=1e-9
    )
    exact = [row for row in shares if row.series_id.endswith("/exact")]
    assert [row.label for row in exact] == ["Discharged per use, exact interval"]


def test_stages_that_are_not_nested_have_no_share():
    rows = [("2017-04", "Ely", 1000, 5, 9, 0), ("2017-04", "Fenland", 900, 0, 0, 0)]
    sums = volume.totals(activity(*rows), "Cambridgeshire")
    shares = volume.by_district(sums, *CAMBRIDGESHIRE, 0.95)
    for area in ("Ely", "Fenland"):  # nine uses of five authorisations; none of none
        row = shares.one("volume/used-per-authorisation", area=area)
        assert row.reason == volume.NOT_NESTED and row.status == "not available"
    assert shares.one("volume/uses-per-1000-incidents", area="Fenland").value == 0


def test_an_area_without_activity_has_reasons():
    nothing = volume.totals(activity(*BY_HAND), "Kent")
    assert len(nothing) == 0
    found = volume.by_district(nothing, "Kent", "2019/20", 0.95)
    found += volume.funnel(nothing, "Kent", "2019/20", "uses", "authorisations", by="district")
    found += volume_slopes.slopes(gather([]), "Kent", "2019/20", 0.95)
    assert len(found) == 3 + 1 + 9 * 5  # each slope, its verdict and three powers
    assert {(row.reason, row.area, row.period) for row in found} == {
        (volume.NO_ACTIVITY, "Kent", "2019/20")
    }
    assert volume.by_quarter(nothing, "Kent", "2019/20", 0.95).one("volume/used-per-authorisation")


def test_the_funnel_of_districts_by_hand():
    # pooled 50 of 200; on the arcsine scale z = 2·√n·(arcsin√p − arcsin√0.25)
    rows = [
        ("2017-04", "Ely", 1000, 50, 10, 0),
        ("2017-04", "Fenland", 1000, 50, 12, 0),
        ("2017-04", "Soham", 1000, 100, 28, 0),
    ]
    sums = volume.totals(activity(*rows), "Cambridgeshire")
    found = volume.funnel(sums, *CAMBRIDGESHIRE, "uses", "authorisations", by="district")
    assert found.one("volume/funnel-district-uses/pooled").text() == "25.0%"
    assert found.one("volume/funnel-district-uses/outside-95-before").value == 0
    assert {row.text() for row in found.where(kind="verdict")} == {"inside the inner limits"}
    share = found.one("volume/funnel-district-uses/share", area="Soham")
    assert (share.text(), [count.value for count in share.counts]) == ("28.0%", [28, 100])
    # sin²(π/6 ± 1.96/20) and sin²(π/6 ± 3.09/20), without widening since chance is enough
    limits = {"95-lower": 0.1705, "95-upper": 0.3391, "998-lower": 0.1302, "998-upper": 0.3935}
    for edge, value in limits.items():
        row = found.one(f"volume/funnel-district-uses/limits-{edge}", area="Soham")
        assert row.value == pytest.approx(value, abs=5e-5), edge
    assert {row.area for row in found} == {"Cambridgeshire", "Ely", "Fenland", "Soham"}


@pytest.mark.parametrize(
    "uses, position",
    [
        # z = 20·(arcsin√p − arcsin√pooled), pooled with twenty that have 30 of 100
        (30, "inside the inner limits"),  # 0
        (42, "above the inner limits"),  # 2.38
        (60, "above the outer limits"),  # 5.82
        (19, "below the inner limits"),  # -2.46
        (5, "below the outer limits"),  # -6.82
    ],
)
def test_where_a_place_lies_in_the_funnel(uses, position):
    # places that are alike keep the spread, and with it the widening, at nought
    rows = [("2017-04", f"Like {one}", 1000, 100, 30, 0) for one in range(20)]
    sums = volume.totals(activity(*rows, ("2017-04", "Wisbech", 1000, 100, uses, 0)),
                         "Cambridgeshire")  # fmt: skip
    found = volume.funnel(sums, *CAMBRIDGESHIRE, "uses", "authorisations", by="district")
    assert found.one("volume/funnel-district-uses/position", area="Wisbech").text() == position


def test_a_funnel_needs_three_places_that_are_nested():
    sums = volume.totals(activity(*BY_HAND), "Cambridgeshire")
    (row,) = volume.funnel(sums, *CAMBRIDGESHIRE, "uses", "authorisations", by="district")
    assert row.reason == volume.NO_FUNNEL


def test_the_funnel_of_quarters_has_the_area_throughout():
    sums = volume.totals(r_cells(), "Cambridgeshire")
    found = volume.funnel(sums, *CAMBRIDGESHIRE, "uses", "authorisations", by="quarter")
    assert {row.area for row in found} == {"Cambridgeshire"}
    inner = [row.period for row in found if row.series_id.endswith("limits-95-lower")]
    assert inner == [*("2015-Q3", "2015-Q4"), *(f"2016-Q{one}" for one in range(1, 5)),
                     "2017-Q1", "2017-Q2"]  # fmt: skip
    assert found.one("volume/funnel-quarter-uses/pooled").period == "2015-07..2017-06"


@cache
def slopes(confidence=0.95):
    return volume_slopes.slopes(r_cells(), *CAMBRIDGESHIRE, confidence)


@pytest.mark.parametrize("version", volume_slopes.VERSIONS)
@pytest.mark.parametrize("measure", STAGES)
def test_slopes_are_those_of_r_or_too_few(measure, version):
    with (EXPECTED / "volume_slopes.csv").open(encoding="utf-8", newline="") as file:
        (wanted,) = [
            row
            for row in csv.DictReader(file)
            if (row["measure"], row["version"]) == (measure, version)
        ]
    row = slopes().one(f"volume/slope/{measure}/{version}")
    none = slopes().one(f"volume/power-0/{measure}/{version}").value
    assert row.available == (none >= 0.5)
    if row.available:
        assert row.value == pytest.approx(float(wanted["slope"]), rel=1e-8)
        dispersion = slopes().one(f"volume/dispersion/{measure}/{version}").value
        assert dispersion == pytest.approx(float(wanted["dispersion"]), rel=1e-6)
    else:
        assert (row.status, row.reason) == ("too few to say", volume_slopes.NO_POWER)
        verdict = slopes().one(f"volume/slope-verdict/{measure}/{version}")
        assert (verdict.status, verdict.reason) == (row.status, row.reason)


def test_which_slopes_can_be_given():
    # simulated in R: with no relation within districts 18 % of uses and 51 % of authorisations
    # would be told from proportion, and 81 % of discharges over all cells
    given = [row.series_id for row in slopes() if "/slope/" in row.series_id and row.available]
    assert given == [
        "volume/slope/authorisations/all",
        "volume/slope/authorisations/between",
        "volume/slope/uses/all",
        "volume/slope/uses/between",
        "volume/slope/discharges/all",
    ]


def test_the_verdict_is_that_of_the_p_value():
    # R: p of a slope of one is 0.0039 for uses over all cells, 0.097 for authorisations
    found, strict = slopes(), slopes(0.999)
    uses = "volume/slope-verdict/uses/all"
    assert found.one(uses).outcome == "rise by more than in proportion to graded incidents"
    assert strict.one(uses).outcome == "cannot be told from a proportional rise"
    other = found.one("volume/slope-verdict/authorisations/all")
    assert other.outcome == "cannot be told from a proportional rise"
    assert other.findings == (found.one("volume/slope/authorisations/all").id,)


def test_fewer_than_ten_events_give_no_slope_but_their_number():
    rows = [
        (f"2017-{month:02}", place, size + month, 5, int(month == 4), 0)
        for month in range(1, 10)
        for place, size in (("Ely", 100), ("Fenland", 10_000))
    ]
    found = volume_slopes.slopes(activity(*rows), *CAMBRIDGESHIRE, 0.95)
    row = found.one("volume/slope/uses/all")
    assert (row.status, row.reason) == ("too few to say", volume_slopes.FEW_EVENTS)
    assert [count.value for count in row.counts[:2]] == [2, 90_990]
    nothing = found.one("volume/slope/discharges/all")
    assert nothing.status == "not available" and "needs events" in nothing.reason
    for name in ("slope-verdict", "power-0", "power-a-half", "power-two"):
        assert found.one(f"volume/{name}/discharges/all").reason == nothing.reason


def test_a_slope_rests_on_every_month_and_leaves_out_those_without_incidents():
    held = [row for row in r_cells() if row.measure in ("uses", "incidents")]
    found = slopes()
    row = found.one("volume/slope/uses/all")
    assert all(row.id in found.resting_on(count.id) for count in held)
    assert row.counts[0].text() == f"{sum(c.value for c in held if c.measure == 'uses'):,.0f}"
    empty = gather([r_cells(), activity(("2017-07", "Ely", 0, 0, 0, 0))])
    assert volume_slopes.slopes(empty, *CAMBRIDGESHIRE, 0.95).one(
        "volume/slope/uses/all"
    ).value == pytest.approx(row.value, rel=1e-10)


def test_the_two_slopes_that_would_be_seen_are_on_either_side():
    below, above = (
        slopes().one(f"volume/visible-{side}/authorisations/all") for side in ("below", "above")
    )
    assert below.value < 1 < above.value and below.text() == f"{below.value:.2f}"
