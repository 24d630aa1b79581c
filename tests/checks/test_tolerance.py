"""How far a printed number may lie from the figure: the edges of each rule, worked by hand."""

from decimal import Decimal

import pytest

from analysis.checks.tolerance import (
    FAILS,
    HOLDS,
    OTHER_ROUNDING,
    QUALIFIERS,
    verdict_between,
    verdict_on,
)


def verdict(printed, figure, qualifier="none", step=None, points=True):
    """By default of percentages, to the last digit that is printed."""
    step = step or Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)
    return verdict_on(
        Decimal(printed), Decimal(str(figure)), qualifier, step=Decimal(step), points=points
    )


@pytest.mark.parametrize(
    "printed, figure, expected",
    [
        # the board paper: 0.56 % of 309/55,154; "approx. 17 %" of 55/309; "approx. 3 %" of 9/309
        ("0.56", 100 * 309 / 55154, HOLDS),
        ("17", 100 * 55 / 309, OTHER_ROUNDING),
        ("3", 100 * 9 / 309, HOLDS),
        ("18", 100 * 55 / 309, HOLDS),
        # half a unit of the last printed digit, on either side
        ("17", "16.5", HOLDS),
        ("17", "16.49", OTHER_ROUNDING),  # always upwards
        ("17", "16", FAILS),
        ("17", "17.49", HOLDS),
        ("17", "17.5", OTHER_ROUNDING),  # cut off
        ("17", "17.99", OTHER_ROUNDING),
        ("17", "18", FAILS),
        ("17", "17", HOLDS),
        # a printed nought at the end claims that digit
        ("17.0", "17.04", HOLDS),
        ("17.0", "17.05", OTHER_ROUNDING),
        ("17.0", "17.1", FAILS),
        ("0.560", "0.5602", HOLDS),
        ("0.562", "0.5602", FAILS),
        ("0", "0.4", HOLDS),
        ("0", "0.9", OTHER_ROUNDING),
        ("99", "98.5", HOLDS),
        ("99", "98", FAILS),
        # below nought a half goes away from it too
        ("-3", "-2.5", HOLDS),
        ("-2", "-2.5", OTHER_ROUNDING),
    ],
)
@pytest.mark.parametrize("qualifier", ["none", "approximately", "about", "around"])
def test_a_number_holds_if_the_figure_rounds_to_it(printed, figure, expected, qualifier):
    assert verdict(printed, figure, qualifier) == expected


@pytest.mark.parametrize(
    "printed, figure, step, expected",
    [
        # bulletin of 2018/19: 428,000 for the 427,725 of Table 12
        ("428000", 427725, "1000", HOLDS),
        ("427000", 427725, "1000", OTHER_ROUNDING),
        ("429000", 427725, "1000", FAILS),
        ("428000", 427725, "1", FAILS),  # where no rounding is said, every digit counts
        ("428000", 427500, "1000", HOLDS),
        ("428000", 427499, "1000", OTHER_ROUNDING),
        ("1234", 1234, "1", HOLDS),
        ("1234", 1235, "1", FAILS),
    ],
)
def test_counts(printed, figure, step, expected):
    assert verdict(printed, figure, step=step, points=False) == expected


@pytest.mark.parametrize("qualifier", ["approximately", "about", "around"])
@pytest.mark.parametrize(
    "printed, figure, points, expected",
    [
        # hundreds are claimed: 1,150 to 1,249.9 round to 1,200
        ("1200", "1150", False, HOLDS),
        ("1200", "1249", False, HOLDS),
        ("1200", "1250", False, OTHER_ROUNDING),  # cut off
        ("1200", "1149", False, OTHER_ROUNDING),  # always upwards
        ("1200", "1321", False, FAILS),  # beyond a tenth
        ("1234", "1235", False, FAILS),
        # a thousand said of 600 would round to it: a tenth is the end
        ("1000", "900", False, HOLDS),
        ("1000", "899", False, FAILS),
        ("1000", "1100", False, HOLDS),
        ("1000", "1101", False, FAILS),
        ("50", "45", True, HOLDS),
        ("50", "44.9", True, FAILS),
        ("50", "54.9", True, HOLDS),
        ("50", "55", True, OTHER_ROUNDING),
        ("20", "18", True, HOLDS),
        ("20", "17.9", True, FAILS),
        ("80", "75", True, HOLDS),
        ("80", "74.9", True, FAILS),
        # decimals claim their noughts, and other digits claim themselves
        ("50.0", "50.1", True, FAILS),
        ("17", "18.1", True, FAILS),
        ("0", "0.4", True, HOLDS),
        ("0", "1", True, FAILS),
    ],
)
def test_before_digits_noughts_at_the_end_claim_nothing(
    qualifier, printed, figure, points, expected
):
    assert verdict(printed, figure, qualifier, points=points) == expected


def test_without_a_word_noughts_at_the_end_claim_their_digit():
    assert verdict("1200", "1201", points=False) == FAILS
    assert verdict("50", "49.4") == OTHER_ROUNDING


# 54 % are inside, 76 % around
@pytest.mark.parametrize(
    "qualifier, printed, expected",
    [
        ("more than", "50", HOLDS),
        ("more than", "54", ""),
        ("more than", "76", FAILS),
        ("more than", "75.9", ""),
        ("less than", "77", HOLDS),
        ("less than", "76", ""),
        ("less than", "54", FAILS),
        ("at least", "54", HOLDS),
        ("at least", "77", FAILS),
        ("at most", "76", HOLDS),
        ("none", "53", FAILS),
        ("none", "54", ""),
        ("none", "60", ""),
        ("none", "76", ""),
        ("none", "78", FAILS),
        ("nearly", "80", ""),  # 75 to 80.5
        ("nearly", "90", FAILS),
        ("nearly", "65", ""),
        ("about in words", "50", ""),
        ("about in words", "90", FAILS),
    ],
)
def test_a_figure_between_two_bounds(qualifier, printed, expected):
    bounds = Decimal("54"), Decimal("76")
    given = {"step": Decimal(1), "points": True}
    for pair in (bounds, bounds[::-1]):
        assert verdict_between(Decimal(printed), pair, qualifier, **given) == expected


def test_bounds_that_both_round_to_the_number_decide():
    def between(lower, upper):
        bounds = Decimal(lower), Decimal(upper)
        return verdict_between(Decimal(54), bounds, "none", step=Decimal(1), points=True)

    assert between("53.6", "54.4") == HOLDS
    assert between("54.6", "54.9") == OTHER_ROUNDING
    assert between("53.2", "54.9") == ""  # 54.0 between them would hold
    assert between("53.2", "53.2") == OTHER_ROUNDING


@pytest.mark.parametrize(
    "qualifier, printed, inside, outside",
    [
        ("nearly", "50", ["45", "47", "49.99", "50.49"], ["44.99", "50.5", "51"]),
        ("nearly", "25", ["22.5", "25", "25.4"], ["22.4", "25.5"]),
        ("nearly", "3", ["2.7", "2.5"], ["0", "2.49"]),
        ("nearly", "80", ["75"], ["74.9"]),
        ("about in words", "25", ["22.5", "25", "27.5"], ["22.4", "27.6"]),
        ("more than", "50", ["50.01", "99"], ["50", "49.9"]),
        ("less than", "50", ["49.99", "1"], ["50", "50.1"]),
        ("at least", "50", ["50", "60"], ["49.99"]),
        ("at most", "50", ["50", "40"], ["50.01"]),
    ],
)
def test_words(qualifier, printed, inside, outside):
    assert {verdict(printed, one, qualifier) for one in inside} == {HOLDS}
    assert {verdict(printed, one, qualifier) for one in outside} == {FAILS}


def test_words_before_a_count_reach_a_tenth_of_it():
    for figure, expected in (("180", HOLDS), ("200", HOLDS), ("179", FAILS), ("201", FAILS)):
        assert verdict("200", figure, "nearly", points=False) == expected
    for figure, expected in (("180", HOLDS), ("220", HOLDS), ("221", FAILS)):
        assert verdict("200", figure, "about in words", points=False) == expected


def test_every_word_has_a_rule_and_a_reason():
    assert all(word.rule and word.reason for word in QUALIFIERS.values())
