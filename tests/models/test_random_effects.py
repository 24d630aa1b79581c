"""Random effects against metafor (tests/expected/README.md), statsmodels and a hand calculation."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from analysis.models.random_effects import METHODS, pool
from tests.models.expected import number, rows

NAMES = {"DL": "DerSimonian-Laird", "PM": "Paule-Mandel"}
POOLED = [row for row in rows("random_effects.csv") if row["method"] in NAMES]


def forces(row):
    """The log ratios and variances that a row was pooled from."""
    same = {key: row[key] for key in ("subject", "year", "census")}
    each = [
        number(force, "log_ratio", "variance")
        for force in rows("random_effects_forces.csv", **same)
        if force["force"] != row["without"]
    ]
    assert len(each) == int(row["forces"])
    return list(zip(*each, strict=True))


def close(numbers):
    # twelve digits are written of the log ratios that go in, and an iteration is behind PM
    return pytest.approx(numbers, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    "row", POOLED, ids=lambda row: "-".join([*list(row.values())[:4], row["method"]])
)
def test_pooled_as_metafor_gives_it(row):
    found = pool(*forces(row), 0.95, NAMES[row["method"]])
    assert found.mean == close(float(row["mu"]))
    assert found.tau**2 == close(float(row["tau2"]))
    assert found.i2 == close(float(row["i2"]) / 100)
    assert found.limits == close(tuple(number(row, "knha_lower", "knha_upper")))
    assert found.prediction == close(tuple(number(row, "pi_t_lower", "pi_t_upper")))


def test_the_notes_give_8_1_with_a_prediction_interval_from_3_4_to_19():
    # methods/catalogue.md: DerSimonian and Laird, Census 2011, 2019/20
    (row,) = rows(
        "random_effects.csv", year="2019/20", census="2011", without="none", method="DL"
    )  # fmt: skip
    found = pool(*forces(row), 0.95, NAMES["DL"])
    lower, upper = np.exp(found.prediction)
    told = f"{np.exp(found.mean):.1f}", f"{lower:.1f}", f"{upper:.0f}", f"{100 * found.i2:.0f}"
    assert told == ("8.1", "3.4", "19", "92")


def test_three_forces_by_hand():
    # Log ratios 0, 1, 2, all with variance 1/2: Q = 2 (1 + 0 + 1) = 4 on 2 degrees of freedom.
    # The scale of DL is 6 - 12/6 = 4, so tau2 = (4 - 2)/4 = 1/2; Q = 2/(1/2 + tau2) = 2 gives
    # Paule and Mandel the same. Typical variance 2 * 6/(36 - 12) = 1/2: I2 = 1/2. Mean 1 with
    # variance (1/2 + 1/2)/3 = 1/3, and scatter 2/2 = 1. t at 0.975: 4.302653 on 2 degrees of
    # freedom and 12.706205 on 1 (printed tables).
    for method in METHODS:
        found = pool([0, 1, 2], [0.5, 0.5, 0.5], 0.95, method)
        assert (found.mean, found.tau**2, found.i2) == pytest.approx((1, 0.5, 0.5))
        assert found.limits[1] - 1 == pytest.approx(4.302653 * sqrt(1 / 3), rel=1e-6)
        assert 1 - found.prediction[0] == pytest.approx(12.706205 * sqrt(1 / 2 + 1 / 3), rel=1e-6)


several = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(0.001, 2)), min_size=3, max_size=43
).map(lambda each: [np.array(column) for column in zip(*each, strict=True)])  # fmt: skip


@given(several)
def test_statsmodels_agrees_on_dersimonian_laird(each):
    # Where Q is below what chance gives, statsmodels goes on with a negative tau2.
    found = pool(*each, 0.9, NAMES["DL"])
    with np.errstate(invalid="ignore", divide="ignore"):
        wanted = combine_effects(*each, method_re="dl", use_t=True)
        limits = wanted.conf_int(alpha=0.1)[3]
    if wanted.tau2 <= 0:
        assert found.tau == found.i2 == 0
        assert found.mean == pytest.approx(wanted.mean_effect_fe, abs=1e-9)
    else:
        assert found.tau**2 == pytest.approx(wanted.tau2, rel=1e-9)
        assert found.mean == pytest.approx(wanted.mean_effect_re, rel=1e-9, abs=1e-9)
        assert found.limits == pytest.approx(tuple(limits), rel=1e-8, abs=1e-8)


@given(several)
def test_paule_mandel_leaves_what_chance_gives(each):
    # What defines it: with weights 1/(variance + tau2) the forces scatter as much as chance has it.
    # statsmodels is no oracle here: its iteration takes a last step below nought for no spread.
    ratios, variances = each
    found = pool(ratios, variances, 0.9, NAMES["PM"])
    scatter = ((ratios - found.mean) ** 2 / (variances + found.tau**2)).sum()
    assert scatter <= len(ratios) - 1 + 1e-8
    assert found.tau == 0 or scatter == pytest.approx(len(ratios) - 1, rel=1e-8)


@given(several, st.sampled_from(list(METHODS)), st.randoms(use_true_random=False))
def test_neither_order_nor_the_direction_of_the_comparison_matters(each, method, random):
    one = pool(*each, 0.95, method)
    order = random.sample(range(len(each[0])), len(each[0]))
    other = pool(-each[0][order], each[1][order], 0.95, method)
    assert other.mean == pytest.approx(-one.mean, rel=1e-7, abs=1e-9)
    assert other.limits == pytest.approx((-one.limits[1], -one.limits[0]), rel=1e-7, abs=1e-7)
    assert other.i2 == pytest.approx(one.i2, abs=1e-7) and 0 <= one.i2 < 1
    assert one.prediction[0] < one.mean < one.prediction[1]


def test_equal_ratios_have_no_spread():
    for method in METHODS:
        found = pool([0.5] * 4, [0.1, 0.2, 0.3, 0.4], 0.95, method)
        assert (found.tau, found.i2) == (0, 0) and found.mean == pytest.approx(0.5)


@pytest.mark.parametrize("forces", [0, 1, 2])
def test_fewer_than_three_forces_are_refused(forces):
    with pytest.raises(ValueError, match="a prediction interval needs three forces or more"):
        pool([0.1] * forces, [0.1] * forces, 0.95, "Paule-Mandel")
