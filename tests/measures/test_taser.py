"""The ladder of the board paper, the official series and volume against R's numbers."""

import csv
from functools import cache

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.audit import open_audit
from analysis.ledger import Ledger
from analysis.measures import taser
from analysis.sources import taser_activity
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces
from tests.conftest import EXPECTED

MONTHS = "2013-05..2013-12"
CLOSE = {"rel": 2e-9}  # findings keep ten significant digits, R's files twelve


@cache
def expected(name):
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def limits(method, events, base, confidence):
    (row,) = [
        row
        for row in expected("intervals.csv")
        if row["method"] == method
        and (row["x"], row["n"]) == (str(events), str(base))
        and float(row["confidence"]) == confidence
    ]
    return float(row["lower"]), float(row["upper"])


def rates(**wanted):
    (row,) = [
        row
        for row in expected("rates.csv")
        if all(row[key] == str(value) for key, value in wanted.items())
    ]
    return tuple(float(row[part]) for part in ("estimate", "lower", "upper"))


@cache
def audit(period="2019/20"):
    return open_audit("Cambridgeshire", period)


@pytest.fixture(scope="module", params=[0.95, 0.99])
def ladder(request):
    return taser.ladder(audit().activity, "Cambridgeshire", "2019/20", request.param)


@pytest.mark.parametrize(
    "series, events, base, text",
    [
        # definition 8 and the issue: 309 of 55,154, 55 of 309, 9 of 309 and of 55
        ("authorised-per-incident", 309, 55154, "0.560%"),
        ("used-per-incident", 55, 55154, "0.100%"),
        ("discharged-per-incident", 9, 55154, "0.016%"),
        ("used-per-authorisation", 55, 309, "17.8%"),
        ("discharged-per-authorisation", 9, 309, "2.9%"),
        ("discharged-per-use", 9, 55, "16.4%"),
    ],
)
def test_each_stage_given_each_before(ladder, series, events, base, text):
    row = ladder.one(f"taser/{series}")
    assert (row.text(), row.area, row.period) == (text, "Cambridgeshire", MONTHS)
    assert [count.value for count in row.counts] == [events, base]
    assert row.value == pytest.approx(events / base, **CLOSE)
    if series == "discharged-per-incident":
        wanted = rates(quantity="discharges_per_incident", per=1, confidence=row.confidence)[1:]
    elif series == "used-per-incident":  # R's file has no Wilson limits of 55 in 55,154
        wanted = proportion_confint(55, 55154, 1 - row.confidence, "wilson")
    else:
        wanted = limits("wilson", events, base, row.confidence)
    assert (row.lower, row.upper) == pytest.approx(wanted, **CLOSE)


def test_the_product_of_two_stages(ladder):
    row = ladder.one("taser/used-per-incident/product")
    wanted = rates(quantity="uses_per_incident", per=1, confidence=row.confidence)
    assert (row.value, row.lower, row.upper) == pytest.approx(wanted, **CLOSE)
    assert [count.value for count in row.counts] == [55154, 309, 55]


def test_an_exact_interval_stands_beside_wilsons_where_events_are_few(ladder):
    exact = {row.series_id: row for row in ladder if row.series_id.endswith("/exact")}
    # catalogue: "exact beside it for tiny counts"; of the stages only the 9 discharges are few
    assert set(exact) == {
        f"taser/discharged-per-{base}/exact" for base in ("incident", "authorisation", "use")
    }
    for base, trials in (("authorisation", 309), ("use", 55)):
        row = exact[f"taser/discharged-per-{base}/exact"]
        wanted = limits("exact_binomial", 9, trials, row.confidence)
        assert (row.lower, row.upper) == pytest.approx(wanted, **CLOSE)


def test_the_ladder_says_what_it_assumes(ladder):
    # definition 8: not nested, not one officer an authorisation, as far as the paper says
    words = " ".join(ladder.one("taser/used-per-authorisation").caveats)
    assert "nested" in words and "one authorisation is one officer" in words
    assert words.count("the source does not say so") == 2


def test_a_force_without_authorisations_has_no_ladder():
    rows = taser.ladder(audit().activity, "Kent", "2019/20", 0.95)
    assert len(rows) == 7 and {row.status for row in rows} == {"not available"}
    assert {(row.area, row.period) for row in rows} == {("Kent", "2019/20")}
    assert all("no source" in row.reason for row in rows)


def activity(**figures):
    """A ladder from one row of made-up figures, with those of the board paper by default."""
    line = {
        "period": "2018",
        "area": "Kent",
        "incidents_immediate": "",
        "incidents_prompt": "",
        "incidents_immediate_and_prompt": "55154",
        "authorisations": "309",
        "uses": "55",
        "discharges": "9",
        "printed_in": "made up",
    } | figures
    counts = taser_activity.clean(pd.DataFrame([line]), "made-up.csv", Ledger(), "made-up")
    return taser.ladder(counts, "Kent", "2019/20", 0.95)


def test_an_empty_stage_leaves_the_others():
    rows = activity(authorisations="")
    missing = {row.series_id: row.reason for row in rows if not row.available}
    assert set(missing) == {
        "taser/authorised-per-incident",
        "taser/used-per-authorisation",
        "taser/discharged-per-authorisation",
        "taser/used-per-incident/product",
    }
    assert missing["taser/used-per-authorisation"] == "the source leaves this figure empty"
    assert rows.one("taser/used-per-incident").available


def test_more_discharges_than_uses_is_no_share():
    rows = activity(uses="5")
    row = rows.one("taser/discharged-per-use")
    assert not row.available and "not nested" in row.reason
    assert {count.value for count in row.counts} == {9, 5}
    assert rows.one("taser/discharged-per-authorisation").available


def test_a_stage_of_none_is_no_base():
    rows = activity(uses="0", discharges="0")
    assert not rows.one("taser/discharged-per-use").available
    assert rows.one("taser/used-per-authorisation").value == 0
    assert not rows.one("taser/used-per-incident/product").available


def test_the_period_of_the_audit_is_taken_where_the_area_has_it():
    rows = taser.ladder(audit().activity, "Cambridgeshire", MONTHS, 0.95)
    assert rows.one("taser/used-per-authorisation").period == MONTHS


def test_england_and_wales_2019_20():
    # definition 7: 10.4 %; 10.8 % without the not stated; 10.4 % to 14.4 % as limits
    rows = taser.discharge_shares(
        audit().official("CED by force"), ENGLAND_AND_WALES, "2019/20", 0.95
    )
    texts = {row.series_id.removeprefix("ced/discharge-"): row.text() for row in rows}
    assert texts == {
        "share-of-all": "10.4%",
        "share-of-stated": "10.8%",
        "limit-none": "10.4%",
        "limit-all": "14.4%",
    }
    for name, base in (("share-of-all", 32058), ("share-of-stated", 30791)):
        row = rows.one(f"ced/discharge-{name}")
        wanted = limits("wilson", 3334, base, 0.95)
        assert (row.lower, row.upper) == pytest.approx(wanted, **CLOSE)


def series(area, period="2019/20"):
    one = audit(period)
    return taser.series(one.official("CED by force"), one.ced_before_2017, area, 0.95)


def test_the_series_of_cambridgeshire_keeps_calendar_and_financial_years_apart():
    # issue: 2015 (72 uses, 17 discharges) and 2016 (93, 10); workbook: 205 and 208 uses
    rows = series("Cambridgeshire").where(series_id="ced/discharge-share-of-all")
    figures = {row.period: tuple(int(count.value) for count in row.counts[:2]) for row in rows}
    assert figures["2015"] == (17, 72) and figures["2016"] == (10, 93)
    assert figures["2018/19"] == (21, 205) and figures["2019/20"] == (21, 208)
    assert list(figures) == ["2015", "2016", "2017-Q1", "2017/18", "2018/19", "2019/20"]


def test_before_2017_is_held_for_cambridgeshire_only():
    rows = series("Kent")
    row = rows.one("ced/uses-before-april-2017")
    assert (row.status, row.text()) == ("not available", "not available")
    assert "Cambridgeshire only" in row.reason
    assert {other.period for other in rows if other != row} == {"2017/18", "2018/19", "2019/20"}


@pytest.mark.parametrize("series_id", ["share-of-all", "share-of-stated", "limit-none"])
def test_no_use_has_no_share(series_id):
    frame = audit().official("CED by force").where(area="Kent", period="2019/20").frame
    nothing = type(audit().activity)(frame.assign(value=0.0, printed="0"))
    row = taser.discharge_shares(nothing, "Kent", "2019/20", 0.95).one(f"ced/discharge-{series_id}")
    assert (row.status, row.value) == ("not available", None) and "no use" in row.reason


def volume(area):
    one = audit()
    return taser.volume(
        one.official("CED by force"),
        one.official("reports by force"),
        one.residents_by("age"),
        area,
        "2019/20",
        0.95,
    )


@pytest.mark.parametrize(
    "area, series, wanted",
    [
        ("Cambridgeshire", "per-1000-reports", {"n1": 4629, "per": 1000}),
        ("Cambridgeshire", "per-100000-residents", {"n1": 859830, "per": 100000}),
        (ENGLAND_AND_WALES, "per-1000-reports", {"n1": 491984, "per": 1000}),
    ],
)
def test_uses_against_volume(area, series, wanted):
    row = volume("Cambridgeshire").one(f"ced/uses-{series}", area=area)
    (estimate, lower, upper) = rates(method="byar", confidence=0.95, **wanted)
    assert (row.value, row.lower, row.upper) == pytest.approx((estimate, lower, upper), **CLOSE)
    assert row.method == "Byar"


def test_all_residents_are_those_of_the_43_forces():
    row = volume("Cambridgeshire").one("ced/uses-per-100000-residents", area=ENGLAND_AND_WALES)
    uses, *people = row.counts
    assert (uses.value, len(people)) == (32058, len(official_forces()))
    assert row.value == pytest.approx(1e5 * 32058 / sum(count.value for count in people), **CLOSE)


def test_the_city_of_london_has_no_rate_per_resident():
    # definition 17: places without residents never get a rate per resident
    rows = volume("City of London").where(area="City of London")
    row = rows.one("ced/uses-per-100000-residents")
    assert not row.available and "City of London" in row.reason
    assert rows.one("ced/uses-per-1000-reports").available
