"""E-values as VanderWeele and Ding print them; limits for missing data against every allocation."""

from itertools import product
from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.models.sensitivity import e_value, e_value_of_odds, missing_data_limits


def test_as_the_paper_prints_it():
    # VanderWeele and Ding 2017: risk ratio 3.9 (1.8 to 8.7) gives 7.26, and 3.0 for the limit
    found = e_value(3.9, 1.8, 8.7)
    assert round(found.estimate, 2) == 7.26 and round(found.limit, 1) == 3.0


def test_a_ratio_below_one_is_inverted_first():
    above, below = e_value(4, 2, 8), e_value(0.25, 0.125, 0.5)
    assert above.estimate == pytest.approx(4 + sqrt(12))
    assert above.limit == pytest.approx(2 + sqrt(2))
    assert (below.estimate, below.limit) == pytest.approx((above.estimate, above.limit))


@pytest.mark.parametrize("limits", [(0.8, 2.5), (1, 3), (1, 1.5)])
def test_an_interval_that_holds_one_needs_nothing_to_be_explained(limits):
    assert e_value(1.5, *limits).limit == 1
    assert e_value(1.5, *limits).estimate == pytest.approx(1.5 + sqrt(0.75))


def test_a_ratio_of_one_has_an_e_value_of_one():
    assert e_value(1, 0.5, 2).estimate == 1


@pytest.mark.parametrize("share, power", [(0.1499, 1), (0.15, 0.5), (0.6, 0.5)])
def test_the_odds_of_a_common_outcome_are_no_risk(share, power):
    assert e_value_of_odds(4, 2.25, 9, share) == e_value(4**power, 2.25**power, 9**power)


@given(st.floats(1.01, 50), st.floats(1.001, 50))
def test_a_confounder_of_just_that_strength_explains_it(ratio, strength):
    # Ding and VanderWeele 2016 (doi 10.1097/EDE.0000000000000457): the bias is at most
    # g h / (g + h - 1) for risk ratios g and h with the group and with the outcome
    least = e_value(ratio, ratio, ratio).estimate
    assert isclose(least**2 / (2 * least - 1), ratio, rel_tol=1e-9)
    weaker = 1 + (least - 1) / (1 + strength)
    assert weaker**2 / (2 * weaker - 1) < ratio


@pytest.mark.parametrize("wrong", [(0, 0, 1), (2, 3, 4), (2, 1, 1.5), (-1, -2, 3)])
def test_what_is_no_interval_is_refused(wrong):
    with pytest.raises(ValueError, match="are no limits of a ratio"):
        e_value(*wrong)


@pytest.mark.parametrize("share", [0, 1, 15])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(ValueError, match="is not between 0 and 1"):
        e_value_of_odds(2, 1.5, 3, share)


def test_limits_by_hand():
    # 3 of 10 over 2 of 20 is 3; of 5 more, 4 with the outcome
    found = missing_data_limits((3, 10), (2, 20), (4, 5))
    assert found.ratio == pytest.approx(3)
    assert found.to_first == pytest.approx((7 / 15) / (2 / 20))
    assert found.to_other == pytest.approx((3 / 10) / (6 / 25))
    assert found.lowest == pytest.approx((3 / 11) / (6 / 24))
    assert found.highest == pytest.approx((7 / 14) / (2 / 21))


pairs = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda pair: (pair[0], sum(pair)))


@given(pairs.filter(lambda pair: pair[1]), pairs.filter(lambda pair: pair[0]), pairs)
def test_no_allocation_goes_beyond_the_limits(first, other, missing):
    found = missing_data_limits(first, other, missing)
    events, without = missing[0], missing[1] - missing[0]
    every = [
        ((first[0] + with_) / (first[1] + with_ + rest))
        / ((other[0] + events - with_) / (other[1] + events - with_ + without - rest))
        for with_, rest in product(range(events + 1), range(without + 1))
    ]
    assert found.lowest == pytest.approx(min(every))
    assert found.highest == pytest.approx(max(every))
    assert min(every) <= found.to_first * (1 + 1e-9) and found.to_other <= max(every) * (1 + 1e-9)


@pytest.mark.parametrize(
    "wrong", [((11, 10), (1, 2), (0, 0)), ((0, 0), (1, 2), (0, 0)), ((1, 2), (0, 2), (1, 1)),
              ((1, 2), (1, 2), (-1, 1))]
)  # fmt: skip
def test_what_is_no_ratio_is_refused(wrong):
    with pytest.raises(ValueError, match="proportion"):
        missing_data_limits(*wrong)
