"""Slopes of counts on volume against R's quasi-Poisson, and their power by simulation."""

import csv

import numpy as np
import pytest

from analysis.models.volume import Cells, fit, power, t_power, visible_slopes
from tests.conftest import EXPECTED


def rows(name):
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TABLE = rows("volume_cells.csv")
DISTRICTS = sorted({row["district"] for row in TABLE})


def cells(measure, version):
    """The made-up cells of volume.R: all, within districts, or a total for each district."""
    code = np.array([DISTRICTS.index(row["district"]) for row in TABLE])
    events, incidents = (
        np.array([float(row[column]) for row in TABLE]) for column in (measure, "incidents")
    )
    if version == "between":
        return Cells(np.bincount(code, events), np.bincount(code, incidents))
    return Cells(events, incidents, code if version == "within" else None)


@pytest.mark.parametrize(
    "row", rows("volume_slopes.csv"), ids=lambda row: f"{row['measure']}-{row['version']}"
)
def test_slopes_as_r_gives_them(row):
    found = fit(cells(row["measure"], row["version"]), 0.95)
    slope, scaled, plain, dispersion, p = (
        float(row[column]) for column in ("slope", "error", "error_poisson", "dispersion", "p_one")
    )
    assert found.value == pytest.approx(slope, rel=1e-8)
    # R takes dispersion and error from the step before the last, which differs in the eighth digit
    assert found.dispersion == pytest.approx(dispersion, rel=1e-6)
    assert found.degrees == int(row["degrees"])
    # below a dispersion of 1 the error is R's for family = poisson
    assert found.error == pytest.approx(max(scaled, plain), rel=1e-6)
    if dispersion > 1:
        assert found.p_proportional == pytest.approx(p, rel=1e-5)
    else:
        assert found.p_proportional > p


def test_limits_are_t_on_the_residual_degrees_of_freedom():
    # qt(0.975, 142) = 1.9768 and qt(0.975, 4) = 2.7764, tables of Student's t
    wide, narrow = fit(cells("uses", "between"), 0.95), fit(cells("uses", "all"), 0.95)
    assert (wide.upper - wide.value) / wide.error == pytest.approx(2.7764, abs=5e-5)
    assert (narrow.value - narrow.lower) / narrow.error == pytest.approx(1.9768, abs=5e-5)
    assert fit(cells("uses", "all"), 0.99).upper > narrow.upper


@pytest.mark.parametrize("measure", ["authorisations", "uses"])
@pytest.mark.parametrize("version", ["all", "within", "between"])
def test_the_information_is_that_of_the_fit(measure, version):
    given = cells(measure, version)
    found = fit(given, 0.95)
    error = (max(1, found.dispersion) / given.information(found.value)) ** 0.5
    assert found.error == pytest.approx(error, rel=1e-7)


@pytest.mark.parametrize(
    "row",
    rows("volume_power.csv"),
    ids=lambda row: f"{row['measure']}-{row['version']}-{row['slope']}",
)
def test_power_as_simulated_in_r(row):
    found = power(
        cells(row["measure"], row["version"]), float(row["slope"]), float(row["dispersion"]), 0.95
    )
    simulated = float(row["power"])
    noise = (simulated * (1 - simulated) / int(row["draws"])) ** 0.5
    # the formula leaves out that slopes are skew, and that a dispersion is not taken below 1, which
    # costs power where four degrees of freedom estimate it
    slack = 0.11 if row["version"] == "between" else 0.04
    assert found == pytest.approx(simulated, abs=slack + 2 * noise)


@pytest.mark.parametrize("row", rows("t_power.csv"), ids=lambda row: "-".join([*row.values()][:3]))
def test_power_of_a_t_test_as_r_gives_it(row):
    found = t_power(float(row["away"]), int(row["degrees"]), 1 - float(row["level"]))
    assert found == pytest.approx(float(row["power"]), abs=1e-11)


@pytest.mark.parametrize("degrees", [4, 10, 137])
def test_a_departure_of_very_many_errors_is_always_seen(degrees):
    # where the chance of a miss is so small that scipy's distributions give no number for it
    assert {t_power(away, degrees, 0.95) for away in np.arange(36, 150, 0.25)} == {1.0}


def test_slopes_seen_among_very_many_events():
    many = Cells(np.array([3e3, 9e3, 2e3, 6e3, 4e3, 5e3]), np.array([100, 300, 70, 200, 130, 170]))
    seen = [power(many, slope, 1, 0.95) for slope in np.arange(1, 5, 0.01)]
    assert seen[0] == pytest.approx(0.05) and seen[-1] == 1
    assert (np.diff(seen) > -1e-12).all()
    below, above = visible_slopes(many, 1, 0.95)
    assert 0.5 < below < 1 < above < 1.5


def test_power_at_a_slope_of_one_is_the_level_of_the_test():
    given = cells("uses", "all")
    assert power(given, 1.0, 1.3, 0.95) == pytest.approx(0.05, abs=1e-12)
    assert power(given, 1.0, 1.3, 0.99) == pytest.approx(0.01, abs=1e-12)


def test_the_visible_slopes_are_the_nearest_that_reach_80_per_cent():
    given = cells("uses", "all")
    below, above = visible_slopes(given, 1.3, 0.95)
    # simulated in R: 84 % at 0.5, 30 % at 0.75, 71 % at 1.5
    assert 0.5 <= below < 0.75 and above > 1.5
    assert power(given, below, 1.3, 0.95) >= 0.8 > power(given, below + 0.05, 1.3, 0.95)
    assert power(given, above, 1.3, 0.95) >= 0.8 > power(given, above - 0.05, 1.3, 0.95)


def test_no_departure_is_visible_among_a_few_events_in_cells_of_nearly_one_size():
    given = Cells(np.array([3, 4, 3, 5]), np.array([1000, 1010, 990, 1005]))
    assert visible_slopes(given, 1, 0.95) == (None, None)


def test_a_stratum_without_events_tells_nothing():
    events, incidents = np.array([3, 9, 2, 6, 0, 0]), np.array([100, 200, 90, 150, 100, 300])
    strata = np.array([7, 7, 4, 4, 9, 9])
    with_it, without = (
        Cells(events, incidents, strata),
        Cells(events[:4], incidents[:4], strata[:4]),
    )
    assert fit(with_it, 0.95) == fit(without, 0.95)
    assert with_it.degrees == 1  # four cells, two strata, a slope


@pytest.mark.filterwarnings("error")  # a chapter shows results only
def test_events_proportional_to_incidents_have_a_slope_of_one():
    found = fit(Cells(np.array([10, 20, 40]), np.array([100, 200, 400])), 0.95)
    assert found.value == pytest.approx(1, abs=1e-9)
    assert found.dispersion < 1e-9 and found.upper - found.lower > 1  # taken as 1


def test_the_unit_of_incidents_does_not_matter():
    given = cells("uses", "within")
    thousands = Cells(given.events, given.incidents / 1000, given.strata)
    assert fit(thousands, 0.95).value == pytest.approx(fit(given, 0.95).value, rel=1e-9)


@pytest.mark.parametrize(
    "events, incidents, strata, problem",
    [
        ([1, 2, 3], [5, 0, 6], None, "above nought"),
        ([1, -2, 3], [5, 4, 6], None, "above nought"),
        ([1, 2, 3], [5, 5, 5], None, "differ in their graded incidents"),
        ([1, 2, 3, 4], [5, 5, 9, 9], [0, 0, 1, 1], "differ in their graded incidents"),
        ([0, 0, 0], [5, 6, 7], None, "needs events"),
        ([1, 2], [5, 6], None, "needs events"),
        ([1, 2, 3], [5, 6], None, "the same cells"),
    ],
)
def test_what_is_refused(events, incidents, strata, problem):
    strata = None if strata is None else np.array(strata)
    with pytest.raises(ValueError, match=problem):
        Cells(np.array(events), np.array(incidents), strata)
