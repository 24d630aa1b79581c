"""The funnel against R (tests/expected/README.md), on Table 13 of two editions."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures.funnel import fit
from tests.conftest import EXPECTED

YEARS = ["2018/19", "2019/20"]


def rows(name, year):
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["year"] == year]


def column(table, name):
    return np.array([float(row[name]) for row in table])


def funnel(year):
    table = rows("funnel_input.csv", year)
    trials = column(table, "uses") - column(table, "not_stated")
    return fit(column(table, "discharges"), trials), trials


def close(numbers):
    return pytest.approx(numbers, rel=1e-11)


@pytest.mark.parametrize("year", YEARS)
def test_the_fit_as_r_gives_it(year):
    (wanted,), (fitted, _) = rows("funnel_summary.csv", year), funnel(year)
    assert fitted.pooled == close(float(wanted["pooled_share"]))
    assert fitted.phi == close(float(wanted["phi"]))
    assert fitted.tau2 == close(float(wanted["tau2"]))


@pytest.mark.parametrize("year", YEARS)
def test_every_force_as_r_gives_it(year):
    wanted, (fitted, trials) = rows("funnel_forces.csv", year), funnel(year)
    assert fitted.z == close(column(wanted, "z_unadjusted"))
    assert fitted.z_adjusted == close(column(wanted, "z_adjusted"))
    for limit, suffix in (("95%", "95"), ("99.8%", "998")):
        lower, upper = fitted.limits(trials, limit)
        assert lower == close(column(wanted, f"lower_{suffix}"))
        assert upper == close(column(wanted, f"upper_{suffix}"))


@pytest.mark.parametrize(
    "year, phi, at_95, at_998",
    [("2019/20", 3.636, (16, 7), (9, 5)), ("2018/19", 4.76, (18, 6), (12, 2))],
)
def test_forces_outside_the_limits(year, phi, at_95, at_998):
    # methods/catalogue.md, "Checked": before and after adjustment
    fitted, _ = funnel(year)
    assert fitted.phi == pytest.approx(phi, abs=5e-4)
    for limit, counts in (("95%", at_95), ("99.8%", at_998)):
        assert (
            tuple(fitted.outside(limit, adjusted=adjusted) for adjusted in (False, True)) == counts
        )


def test_kent_stands_out_only_while_its_not_stated_are_left_out():
    # methods/catalogue.md: the top outlier without its 38 % not stated, inside the limits with them
    table = rows("funnel_input.csv", "2019/20")
    kent = [row["force"] for row in table].index("Kent")
    without, _ = funnel("2019/20")
    with_them = fit(column(table, "discharges"), column(table, "uses"))
    assert np.argmax(without.z_adjusted) == kent and without.z_adjusted[kent] > 3.09
    assert abs(with_them.z_adjusted[kent]) < 1.96
    # and 14 and 8 forces are outside the 95 % limits, before and after
    assert [with_them.outside("95%", adjusted=adjusted) for adjusted in (False, True)] == [14, 8]


areas = st.lists(
    st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=3, max_size=50,
).map(np.array)  # fmt: skip


@given(areas)
def test_adjusting_never_moves_an_area_away_from_the_centre(table):
    fitted = fit(table[:, 0], table[:, 1])
    assert fitted.tau2 >= 0 and fitted.phi >= 0
    assert (np.abs(fitted.z_adjusted) <= np.abs(fitted.z) + 1e-12).all()
    assert (np.sign(fitted.z_adjusted) == np.sign(fitted.z)).all()


@given(areas, st.randoms(use_true_random=False))
def test_the_order_of_areas_does_not_matter(table, random):
    order = random.sample(range(len(table)), len(table))
    one, other = fit(*table.T), fit(*table[order].T)
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-9, abs=1e-15)
    assert other.z_adjusted == pytest.approx(one.z_adjusted[order], rel=1e-9, abs=1e-9)


@given(areas)
def test_limits_hold_the_pooled_share_and_narrow_with_volume(table):
    fitted = fit(*table.T)
    lower, upper = fitted.limits(np.array([10, 100, 1000]), "95%")
    assert (lower <= fitted.pooled + 1e-12).all() and (fitted.pooled <= upper + 1e-12).all()
    assert (np.diff(lower) >= 0).all() and (np.diff(upper) <= 0).all()


def test_equal_shares_need_no_adjustment():
    fitted = fit([5, 10, 20, 40], [50, 100, 200, 400])
    assert (fitted.tau2, fitted.outside("95%", adjusted=False)) == (0, 0)
    assert fitted.pooled == pytest.approx(0.1)


@pytest.mark.parametrize(
    "events, trials",
    [
        ([1, 2], [10, 10]),
        ([1, 2, 3], [10, 0, 10]),
        ([1, 2, 11], [10, 10, 10]),
        ([1, 2, -1], [9, 9, 9]),
    ],
)
def test_what_is_no_funnel_is_refused(events, trials):
    with pytest.raises(ValueError, match="three areas or more, each with events out of trials"):
        fit(events, trials)
