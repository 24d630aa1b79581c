"""One grammar for periods: in params, commands, files and pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.errors import refusal
from analysis.standard.names import slug

GRAMMAR = (
    "a financial year 2019/20, a calendar year 2016, a calendar quarter 2017-Q2, "
    "or a range of months 2013-05..2013-12"
)
_FINANCIAL = "|".join(f"{year:02}/{(year + 1) % 100:02}" for year in range(100))
_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"
# The grammar as a regular expression for other programs; it lets pass a range that ends before
# it begins.
PATTERN = rf"^([0-9]{{2}}({_FINANCIAL})|[0-9]{{4}}(-Q[1-4])?|{_MONTH}\.\.{_MONTH})$"


@dataclass(frozen=True, order=True)
class Period:
    """Whole months from ``first`` to ``last``, both (year, month) and both included.

    Periods sort by their first month, then by their last.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    text: str

    @property
    def kind(self) -> str:
        """``financial year``, ``calendar year``, ``quarter`` or ``months``."""
        if "/" in self.text:
            return "financial year"
        if "Q" in self.text:
            return "quarter"
        return "months" if ".." in self.text else "calendar year"

    @property
    def months(self) -> int:
        """How many months it covers."""
        (year, month), (last_year, last_month) = self.first, self.last
        return (last_year - year) * 12 + last_month - month + 1

    @property
    def slug(self) -> str:
        """The period in a file name: ``/`` becomes ``-``."""
        return slug(self.text)

    def __str__(self) -> str:
        return self.text


def parse_period(text: str, where: str = "period") -> Period:
    """Read a period, or refuse it naming ``where`` it stands and the grammar.

    >>> parse_period("2019/20").months, parse_period("2013-05..2013-12").months
    (12, 8)
    """
    text = str(text).strip()
    if match := re.fullmatch(r"(\d{4})/(\d{2})", text):
        year = int(match[1])
        if int(match[2]) == (year + 1) % 100:
            return Period((year, 4), (year + 1, 3), text)
    elif re.fullmatch(r"\d{4}", text):
        return Period((int(text), 1), (int(text), 12), text)
    elif match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        year, quarter = int(match[1]), int(match[2])
        return Period((year, 3 * quarter - 2), (year, 3 * quarter), text)
    elif match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])\.\.(\d{4})-(0[1-9]|1[0-2])", text):
        first, last = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
        if first <= last:
            return Period(first, last, text)
    raise refusal(where, f"{text!r} is not a period", GRAMMAR)
