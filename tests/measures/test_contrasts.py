"""Two estimates against each other: values from Newcombe 1998 and R (tests/expected)."""

from math import exp, inf, log, sqrt

import pandas as pd
import pytest
from scipy.special import ndtri

from analysis.measures import contrasts
from analysis.measures.contrasts import Estimate, NoContrast
from analysis.measures.intervals import rate, wilson
from tests.conftest import EXPECTED

CASES = pd.read_csv(EXPECTED / "comparison.csv").to_dict("records")


def of_kind(kind: str):
    cases = [one for one in CASES if one["kind"] == kind]
    return pytest.mark.parametrize("case", cases, ids=[one["case"] for one in cases])


def agrees(found: contrasts.Contrast, case: dict, tolerance: float = 1e-9) -> None:
    limits = pytest.approx((case["lower"], case["upper"]), rel=tolerance, abs=1e-12)
    assert (found.lower, found.upper) == limits
    assert found.p == pytest.approx(case["p"], rel=1e-6, abs=0)


@of_kind("share")
def test_two_shares(case):
    estimates = []
    for one in "12":
        events, trials = (int(case[f"{letter}{one}"]) for letter in "xn")
        limits = wilson(events, trials, case["confidence"])
        estimates.append(Estimate(events / trials, *limits))
    found = contrasts.shares(*estimates, case["confidence"])
    agrees(found, case)
    assert found.of == "difference"


@of_kind("rate")
def test_two_numbers_of_events(case):
    given = {name: float(case[name]) for name in ("x1", "n1", "x2", "n2")}
    found = contrasts.counts(
        int(given["x1"]), int(given["x2"]), case["confidence"], given["n1"], given["n2"]
    )
    agrees(found, case)
    assert found.of == "ratio"


@of_kind("rate")
def test_two_rates_as_printed(case):
    # R's exact limits, from rates per thousand and their printed limits, the base unknown
    given = []
    for one in "12":
        events, base = int(case[f"x{one}"]), float(case[f"n{one}"])
        lower, upper, _ = rate(events, base, 1000, case["confidence"])
        printed = [float(f"{value:.9e}") for value in (events / base * 1000, lower, upper)]
        given.append((events, Estimate(*printed)))
    agrees(contrasts.rates(*given, case["confidence"]), case, 1e-6)


@of_kind("log")
def test_two_odds_ratios_with_their_limits(case):
    z, given = ndtri((1 + case["confidence"]) / 2), []
    for one in "12":
        a, b, c, d = map(int, case[f"x{one}"].split())
        value, error = a * d / (b * c), sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        given.append(Estimate(value, exp(log(value) - z * error), exp(log(value) + z * error)))
    agrees(contrasts.ratios(*given, case["confidence"]), case)


@of_kind("clustered")
def test_two_numbers_of_reports_that_come_in_incidents(case):
    found = contrasts.clustered_counts(
        int(case["x1"]), int(case["x2"]), (case["n1"], case["n2"]), case["confidence"]
    )
    agrees(found, case)


def test_limits_by_incident_keep_their_design_effect():
    # 60 of 200 reports that tell as much as 50 independent ones: Wilson's limits of 15 of 50
    alike = Estimate(0.3, *wilson(15, 50, 0.95))
    assert contrasts.score_number(alike, 0.95) == pytest.approx(50)
    other = Estimate(0.5, *wilson(100, 200, 0.95))
    wide = contrasts.shares(alike, other, 0.95)
    narrow = contrasts.shares(Estimate(0.3, *wilson(60, 200, 0.95)), other, 0.95)
    assert wide.p > 100 * narrow.p
    assert wide.upper - wide.lower > 1.3 * (narrow.upper - narrow.lower)


def test_effects_with_symmetric_limits():
    # 10 (8 to 12) less 4 (2.5 to 5.5): errors 2/1.96 and 1.5/1.96, of the difference 2.5/1.96
    found = contrasts.effects(Estimate(4, 2.5, 5.5), Estimate(10, 8, 12), 0.95)
    assert (found.lower, found.upper) == pytest.approx((3.5, 8.5))
    assert found.p == pytest.approx(2.552213e-6, rel=1e-6)  # 2 * pnorm(-6 / 2.5 * 1.959964) in R


@pytest.mark.parametrize(
    ("contrast", "given", "why"),
    [
        (contrasts.shares, (Estimate(0.2, 0.06, 0.14), Estimate(0.2, 0.1, 0.3)), "score"),
        (contrasts.shares, (Estimate(0.2, 0.1, 0.3), Estimate(0.2, 0.1, 0.3)), "score"),
        (contrasts.rates, ((5, Estimate(5, 1, 9)), (5, Estimate(5, 1, 9))), "number of events"),
        (contrasts.ratios, (Estimate(0, 0, 2), Estimate(1, 0.5, 2)), "logarithm"),
        (contrasts.ratios, (Estimate(2, 1, inf), Estimate(1, 0.5, 2)), "logarithm"),
        (contrasts.effects, (Estimate(1, 1, 1), Estimate(1, 1, 1)), "width"),
    ],
)
def test_what_carries_no_contrast_is_refused(contrast, given, why):
    with pytest.raises(NoContrast, match=why):
        contrast(*given, 0.95)


def test_numbers_too_small_are_refused():
    with pytest.raises(NoContrast, match="none in either"):
        contrasts.counts(0, 0, 0.95)
    with pytest.raises(NoContrast, match="fewer than 10"):
        contrasts.clustered_counts(9, 40, (1.5, 1.5), 0.95)
