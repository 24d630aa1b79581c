"""All 86 reports: made without a failure, true to the workbooks, silent where no source speaks."""

import json
import sys

import pandas as pd
import pytest

from analysis.measures.taser import STAGES
from analysis.parameters import check
from analysis.report.run import run
from analysis.sources import published
from analysis.standard.forces import ENGLAND_AND_WALES, official_forces
from tests.report import page_checks
from tests.sources.test_home_office import read_with_odfdo

pytestmark = pytest.mark.long
PERIODS = ("2018/19", "2019/20")


@pytest.fixture(scope="module")
def printed(readings):
    """Every cell of both workbooks, as a second library reads them: (source, table, cell)."""
    return {
        (reading.edition.source, table, cell): value
        for reading in readings.values()
        for table, cells in read_with_odfdo(reading.path).items()
        for cell, value in cells.items()
    }


def table(folder, name):
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def counts_are_the_cells(counts, printed, source):
    """Hold every count of the workbook of the period against its cell; how many there are."""
    own = counts[counts["source"] == source]
    for row in own.itertuples():
        value = printed[row.source, row.table, row.cell]
        assert row.printed == (value if isinstance(value, str) else str(int(value))), row.id
        if row.status == "stated":
            assert float(row.value) == float(row.printed)
        else:  # definition 13: never a number
            assert row.value == "" and row.printed in (":", "0") and row.note
    return len(own)


def nothing_is_made_up(findings, counts, area):
    """What no source holds is not available with a reason, and no other area's stands in."""
    findings = findings.assign(series=findings["series_id"])
    missing = findings[findings["status"] == "not available"]
    assert (missing["reason"] != "").all() and (missing["value"] == "").all()
    ladder = findings[findings["series"].str.startswith("taser/")]
    claimed = findings["series"].str.startswith("claim/")  # those are looked at below
    before = findings[findings["period"].isin(["2015", "2016", "2017-Q1"]) & ~claimed]
    activity = counts[counts["source"] == "taser-activity"]
    # definition 18: the national tables give no force a rate
    injuries = findings[findings["series"].str.startswith("injuries/")]
    assert set(injuries.loc[injuries["status"] == "stated", "area"]) == {"England and Wales"}
    assert list(injuries.loc[injuries["area"] == area, "status"]) == ["not available"] * 4
    if area == "Cambridgeshire":
        # the board paper and the calendar years: issue 2, Build 3
        assert set(ladder["status"]) == {"stated"} and set(ladder["period"]) == {"2013-05..2013-12"}
        assert set(before["period"]) == {"2015", "2016", "2017-Q1"}
        assert sorted(activity["value"].astype(float)) == [9, 55, 309, 55154]
    else:
        stages = len(STAGES)
        assert len(ladder) == stages * (stages - 1) // 2 + 1
        assert set(ladder["status"]) == {"not available"} and set(ladder["area"]) == {area}
        assert list(before["series"]) == ["ced/uses-before-april-2017"]
        assert list(before["status"]) == ["not available"]
        assert not len(activity)
        assert set(findings.loc[claimed, "area"]) <= {area, "England and Wales"}
        held = counts["period"].isin(["2015", "2016", "2017-Q1", "2017-Q2"])
        assert not held.any()


WITHOUT_CED = {  # definition 13
    "2018/19": {"Norfolk", "Staffordshire", "Suffolk", "Warwickshire", "West Mercia"},
    "2019/20": {"Warwickshire", "West Mercia"},
}


def groups_are_honest(findings, area, period):
    """No figure of a group where there is no breakdown, no rate where there are no residents."""
    own = findings[findings["area"] == area]
    for year, without in WITHOUT_CED.items():
        at = own[own["period"] == year]
        ced = at[at["series_id"].str.startswith(("rate/ced/", "ratio/ced/"))]
        other = at[at["series_id"].str.startswith("rate/all-tactics/")]
        # the census knows two sexes, and ten forces record nobody as Mixed
        other = other[~other["series_id"].str.contains("/gender/other/|/ethnicity/mixed/")]
        assert len(ced) > 20 and len(other) > 10
        if area in without:
            assert set(ced["status"]) == {"not available"}
            assert (ced["value"] == "").all() and (ced["reason"] != "").all()
        by_age = other["series_id"].str.contains("/age/")
        if year == "2019/20" and area in without:  # Table 14 prints : for them, all tactics too
            assert set(other[by_age]["status"]) == {"not available"}
            other = other[~by_age]
        # every force breaks all tactics down
        expected = "not available" if area == "City of London" else "stated"
        assert set(other["status"]) == {expected}
        discharge = at[at["series_id"].str.contains("/discharge/")]
        if year == "2018/19":
            assert set(discharge["status"]) == {"not available"}
            if area not in without:
                assert discharge["reason"].str.contains("prints no kinds of CED use").all()
        national = findings[(findings["area"] == ENGLAND_AND_WALES) & (findings["period"] == year)]
        rate = national[national["series_id"].str.startswith("rate/ced/ethnicity/black/per-1000-r")]
        named = rate["caveats"].str.extract("no breakdown of CED, [^:]*: ([^;]*)")[0].dropna()
        assert set(named.iloc[0].split(", ")) == without
    if area == "City of London":
        bases = "per-1000-residents|per-100000-residents|ratio/.*/census-"
        per_resident = own[own["series_id"].str.contains(bases)]
        assert len(per_resident) > 20
        assert set(per_resident["status"]) == {"not available"}
    # custody suites and other places: no rate per resident at all
    residents = findings[findings["unit"].str.contains("resident")]
    assert not residents["label"].str.contains("(?i)custody|hospital|station|dwelling").any()


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("area", official_forces())
def test_report(area, period, printed, tmp_path, capfd):
    parameters = check({"area": area, "period": period}, "test")
    report = run(parameters, tmp_path / parameters.name, tmp_path)
    with capfd.disabled():
        print(f"\n{area}, {period}", end="", file=sys.stderr, flush=True)
    assert report.failures == {}
    counts, findings = (table(report.folder, name) for name in ("counts", "findings"))
    source = f"{published.HOME_OFFICE}{period.replace('/', '-')}"
    assert counts_are_the_cells(counts, printed, source) > 500
    nothing_is_made_up(findings, counts, area)
    groups_are_honest(findings, area, period)
    assert area in set(findings["area"])

    parsed = page_checks.parsed(report.folder)
    page = parsed.page
    rows = page_checks.rows_of(report.folder)
    assert page.h1.get_text() == f"Police use of force: {area}, {period}"
    assert [
        *page_checks.tagged_wrongly(page, rows),
        *page_checks.untagged(parsed)[0],
        *page_checks.alternatives_wrong(page, rows),
    ] == []
    manifest = json.loads((report.folder / "manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["area"] == area and manifest["failed_chapters"] == {}
    assert all(one["registered"] for one in manifest["inputs"])


def test_there_are_86():
    assert len(official_forces()) * len(PERIODS) == 86 and tuple(published.periods()) == PERIODS
