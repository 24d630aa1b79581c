"""How far a printed number may lie from the figure: fixed here before any claim was checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

HOLDS = "holds"
OTHER_ROUNDING = "holds only when rounded another way"
FAILS = "does not hold"

# How far a loose word reaches: a part of the number, and no more than so many percentage points.
# A half or a quarter said in words claims no digit, and who says "nearly 80" does not mean 74.
POINTS, PART = Decimal(5), Decimal("0.1")


@dataclass(frozen=True)
class Qualifier:
    """A word before a printed number: which figures it allows, in words and as a rule.

    ``allows`` takes the figure, the printed number and the reach of a loose word, all in the unit
    printed; None where the figure has to round to the printed number. ``noughts`` says that those
    at the end of a whole number claim no digit, as far as a loose word reaches.
    """

    rule: str
    reason: str
    allows: Callable[[Decimal, Decimal, Decimal], bool] | None = None
    noughts: bool = False


_ROUNDS = "the figure rounds to the printed number, a half away from nought"
_BEFORE_DIGITS = Qualifier(
    "the figure rounds to the printed number; noughts at its end claim no digit, as far as a "
    "tenth of the number and five points",
    "before digits the word says that the number is rounded, and no more: who writes about 1,200 "
    "claims hundreds, and who writes about 17 claims ones",
    noughts=True,
)
QUALIFIERS = {
    "none": Qualifier(_ROUNDS, "who prints a digit claims it"),
    **dict.fromkeys(("approximately", "about", "around"), _BEFORE_DIGITS),
    "about in words": Qualifier(
        "the figure lies within a tenth of the number, and within five points, of it",
        "a part said in words claims no digit",
        lambda figure, printed, reach: printed - reach <= figure <= printed + reach,
    ),
    "nearly": Qualifier(
        "the figure rounds to the number, or lies below by a tenth of it and five points at most",
        "what is well above a number is no longer nearly there",
        lambda figure, printed, reach: printed - reach <= figure < printed,
    ),
    "more than": Qualifier(
        "the figure lies above the number",
        "the word sets no upper limit",
        lambda figure, printed, _: figure > printed,
    ),
    "less than": Qualifier(
        "the figure lies below the number",
        "the word sets no lower limit",
        lambda figure, printed, _: figure < printed,
    ),
    "at least": Qualifier(
        "the figure is the number or lies above it",
        "the word takes the number in",
        lambda figure, printed, _: figure >= printed,
    ),
    "at most": Qualifier(
        "the figure is the number or lies below it",
        "the word takes the number in",
        lambda figure, printed, _: figure <= printed,
    ),
}


def verdict_on(
    printed: Decimal, figure: Decimal, qualifier: str, *, step: Decimal, points: bool
) -> str:
    """Whether a printed number holds for a figure in the same unit.

    ``step`` is the unit of its last digit that claims anything; ``points`` says that both are
    percentages.

    >>> verdict_on(Decimal(17), Decimal("17.8"), "approximately", step=Decimal(1), points=True)
    'holds only when rounded another way'
    >>> verdict_on(Decimal(50), Decimal(47), "nearly", step=Decimal(1), points=True)
    'holds'
    """
    word = QUALIFIERS[qualifier]
    part = PART * abs(printed)
    reach = min(POINTS, part) if points else part
    if word.allows:
        rounds = qualifier == "nearly" and _rounded(figure, step, ROUND_HALF_UP) == printed
        return HOLDS if rounds or word.allows(figure, printed, reach) else FAILS
    if word.noughts and abs(figure - printed) <= reach:
        step = max(step, _last_digit(printed))
    if _rounded(figure, step, ROUND_HALF_UP) == printed:
        return HOLDS
    others = {_rounded(figure, step, way) for way in (ROUND_DOWN, ROUND_UP)}
    return OTHER_ROUNDING if printed in others else FAILS


def verdict_between(
    printed: Decimal,
    bounds: tuple[Decimal, Decimal],
    qualifier: str,
    *,
    step: Decimal,
    points: bool,
) -> str:
    """The verdict on a printed number whose figure lies between two bounds, both included.

    Empty where figures between them would lead to different verdicts.

    >>> bounds = Decimal(54), Decimal(76)
    >>> verdict_between(Decimal(50), bounds, "more than", step=Decimal(1), points=True)
    'holds'
    >>> verdict_between(Decimal(60), bounds, "more than", step=Decimal(1), points=True)
    ''
    """
    lower, upper = sorted(bounds)
    least, most = (
        verdict_on(printed, figure, qualifier, step=step, points=points)
        for figure in (lower, upper)
    )
    # what a word allows has no gap, and the printed number itself lies in it or at its edge
    alike = least == most and (least == HOLDS or not lower < printed < upper)
    return least if alike else ""


def _last_digit(printed: Decimal) -> Decimal:
    """The unit of the last digit that is no nought; of a number with decimals, that of its last."""
    exponent = printed.as_tuple().exponent
    return Decimal(1).scaleb(exponent if exponent < 0 else printed.normalize().as_tuple().exponent)


def _rounded(figure: Decimal, step: Decimal, way: str) -> Decimal:
    return (figure / step).quantize(Decimal(1), way) * step
