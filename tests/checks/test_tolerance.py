"""How far a printed number may lie from the figure: the edges of each rule, worked by hand."""

from decimal import Decimal

import pytest

from analysis.checks.tolerance import FAILS, HOLDS, OTHER_ROUNDING, QUALIFIERS, verdict_on


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
        ("100", "99.5", HOLDS),
        ("100", "99", FAILS),
        # below nought a half goes away from it too
        ("-3", "-2.5", HOLDS),
        ("-2", "-2.5", OTHER_ROUNDING),
    ],
)
@pytest.mark.parametrize("qualifier", ["none", "approximately"])
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


@pytest.mark.parametrize(
    "qualifier, printed, inside, outside",
    [
        ("nearly", "50", ["45", "47", "49.99", "50.49"], ["44.99", "50.5", "51"]),
        ("nearly", "25", ["22.5", "25", "25.4"], ["22.4", "25.5"]),
        ("nearly", "3", ["2.7", "2.5"], ["0", "2.49"]),
        ("nearly", "80", ["75"], ["74.9"]),
        ("about", "25", ["22.5", "25", "27.5"], ["22.4", "27.6"]),
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
        assert verdict("200", figure, "about", points=False) == expected


def test_every_word_has_a_rule_and_a_reason():
    assert all(word.rule and word.reason for word in QUALIFIERS.values())
