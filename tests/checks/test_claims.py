"""Printed claims: the rule for a verdict, and the verdicts on the board paper."""

from decimal import Decimal

import pytest

from analysis.audit import open_audit
from analysis.checks.claims import (
    CUT_OFF,
    DOES_NOT_FOLLOW,
    FAILS,
    HOLDS,
    check_claims,
    read_claims,
    verdict_on,
)
from analysis.findings import Finding, Findings, not_available
from analysis.measures import taser


@pytest.mark.parametrize(
    "printed, figure, verdict",
    [
        # the issue: 0.56 % of 309/55,154; "approx. 17 %" of 55/309; "approx. 3 %" of 9/309
        ("0.56", 100 * 309 / 55154, HOLDS),
        ("17", 100 * 55 / 309, CUT_OFF),
        ("3", 100 * 9 / 309, HOLDS),
        ("18", 100 * 55 / 309, HOLDS),
        # half a unit of the last printed digit, on either side
        ("17", "16.5", HOLDS),
        ("17", "16.49", FAILS),
        ("17", "17.49", HOLDS),
        ("17", "17.5", CUT_OFF),
        ("17", "17.99", CUT_OFF),
        ("17", "18", FAILS),
        ("17", "17", HOLDS),
        # a printed nought at the end claims that digit
        ("17.0", "17.04", HOLDS),
        ("17.0", "17.05", CUT_OFF),
        ("17.0", "17.1", FAILS),
        ("0.560", "0.5602", HOLDS),
        ("0.561", "0.5602", FAILS),
        ("0", "0.4", HOLDS),
        ("0", "0.9", CUT_OFF),
        ("100", "99.5", HOLDS),
        ("100", "99.4", FAILS),
    ],
)
@pytest.mark.parametrize("qualifier", ["none", "approximately"])
def test_verdicts(printed, figure, verdict, qualifier):
    assert verdict_on(Decimal(printed), Decimal(str(figure)), qualifier) == verdict


@pytest.fixture(scope="module")
def verdicts():
    ladder = taser.ladder(
        open_audit("Cambridgeshire", "2019/20").activity, "Cambridgeshire", "2019/20", 0.95
    )
    return check_claims(read_claims(), ladder, "Cambridgeshire")


@pytest.mark.parametrize(
    "claim, printed, verdict",
    [
        ("authorised-per-incident", "0.56%", HOLDS),
        ("used-per-authorisation", "17%", CUT_OFF),
        ("discharged-per-authorisation", "3%", HOLDS),
    ],
)
def test_the_board_paper(verdicts, claim, printed, verdict):
    assert verdicts.one(f"claim/{claim}/printed").text() == printed
    row = verdicts.one(f"claim/{claim}/verdict")
    assert row.text() == verdict
    assert len(row.counts) == 2 and row.period == "2013-05..2013-12"


def test_approximately_stands_beside_the_printed_number(verdicts):
    # the issue: "beside it what the paper printed (0.56 %, 'approx. 17 %', 'approx. 3 %')"
    said = {
        claim: verdicts.one(f"claim/{claim}/printed").method
        for claim in ("used-per-authorisation", "authorised-per-incident")
    }
    assert "approximately" in said["used-per-authorisation"]
    assert "approximately" not in said["authorised-per-incident"]


def test_not_excessive_does_not_follow_from_the_figures(verdicts):
    row = verdicts.one("claim/not-excessive/verdict")
    assert row.text() == DOES_NOT_FOLLOW and row.counts == ()
    assert "needs a standard to be judged by" in " ".join(row.caveats)


def test_claims_of_another_area_are_not_checked():
    assert len(check_claims(read_claims(), Findings(()), "Kent")) == 0


def test_a_claim_without_a_figure_is_not_checkable():
    rows = check_claims(read_claims(), Findings(()), "Cambridgeshire")
    row = rows.one("claim/used-per-authorisation/verdict")
    assert (row.status, row.reason) == ("not available", "no finding about it is at hand")


PLACE = {
    "series_id": "taser/used-per-authorisation",
    "label": "",
    "kind": "share",
    "unit": "",
    "edition": "x",
    "area": "Cambridgeshire",
    "period": "2013-05..2013-12",
}


@pytest.mark.parametrize("differs", [{"area": "Kent"}, {"period": "2014"}])
def test_a_figure_of_another_area_or_period_never_stands_in(differs):
    figure = Finding(**PLACE | differs, value=0.17)
    rows = check_claims(read_claims(), Findings((figure,)), "Cambridgeshire")
    assert not rows.one("claim/used-per-authorisation/verdict").available


def test_a_figure_that_is_not_available_passes_its_reason_on():
    figure = not_available("the source leaves this figure empty", **PLACE)
    rows = check_claims(read_claims(), Findings((figure,)), "Cambridgeshire")
    row = rows.one("claim/used-per-authorisation/verdict")
    assert (row.status, row.reason) == ("not available", "the source leaves this figure empty")
