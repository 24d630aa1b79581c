"""One grammar for periods: in params, commands, files and pages."""

from __future__ import annotations

import re
from calendar import month_name
from dataclasses import dataclass

from analysis.errors import refusal
from analysis.standard.names import slug

GRAMMAR = (
    "a financial year 2019/20, a calendar year 2016, a calendar quarter 2017-Q2, "
    "a financial quarter 2017/18-Q1, or a range of months 2013-05..2013-12"
)
_FINANCIAL = "|".join(f"{year:02}/{(year + 1) % 100:02}" for year in range(100))
_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"
# The grammar as a regular expression for other programs; it lets pass a range that ends before
# it begins.
PATTERN = rf"^([0-9]{{2}}({_FINANCIAL})(-Q[1-4])?|[0-9]{{4}}(-Q[1-4])?|{_MONTH}\.\.{_MONTH})$"


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
    def before(self) -> Period:
        """The period of the same kind that ends where this one begins.

        >>> str(parse_period("2017-Q1").before), str(parse_period("2013-05..2013-12").before)
        ('2016-Q4', '2012-09..2013-04')
        """
        month = self.first[0] * 12 + self.first[1] - 1  # months since the year nought
        first, last = ((one // 12, one % 12 + 1) for one in (month - self.months, month - 1))
        match self.kind:
            case "financial year":
                text = f"{first[0]}/{last[0] % 100:02}"
            case "calendar year":
                text = str(first[0])
            case "quarter":
                text = f"{first[0]}-Q{(first[1] + 2) // 3}"
            case _:
                text = "..".join(f"{year}-{one:02}" for year, one in (first, last))
        return Period(first, last, text)

    @property
    def in_words(self) -> str:
        """Its months, and for a quarter also where it lies in the financial year.

        >>> parse_period("2017-Q2").in_words
        'April to June 2017 (calendar quarter 2, financial quarter 1 of 2017/18)'
        """
        (year, month), (last_year, last_month) = self.first, self.last
        start = month_name[month] + (f" {year}" if year != last_year else "")
        words = f"{start} to {month_name[last_month]} {last_year}"
        if self.kind != "quarter":
            return words
        began = year if month >= 4 else year - 1
        financial = f"{(month - 4) % 12 // 3 + 1} of {began}/{(began + 1) % 100:02}"
        return f"{words} (calendar quarter {(month + 2) // 3}, financial quarter {financial})"

    @property
    def slug(self) -> str:
        """The period in a file name: ``/`` becomes ``-``."""
        return slug(self.text)

    def __str__(self) -> str:
        return self.text


def parse_period(text: str, where: str = "period") -> Period:
    """Read a period, or refuse it naming ``where`` it stands and the grammar.

    A quarter of a financial year is the calendar quarter of the same months, and is named so.

    >>> parse_period("2019/20").months, parse_period("2013-05..2013-12").months
    (12, 8)
    >>> str(parse_period("2017/18-Q1")), str(parse_period("2017/18-Q4"))
    ('2017-Q2', '2018-Q1')
    """
    text = str(text).strip()
    if match := re.fullmatch(r"(\d{4})/(\d{2})", text):
        year = int(match[1])
        if int(match[2]) == (year + 1) % 100:
            return Period((year, 4), (year + 1, 3), text)
    elif re.fullmatch(r"\d{4}", text):
        return Period((int(text), 1), (int(text), 12), text)
    elif match := re.fullmatch(r"(\d{4})/(\d{2})-Q([1-4])", text):
        year, quarter = int(match[1]), int(match[3])
        if int(match[2]) == (year + 1) % 100:  # the first begins in April; the fourth next January
            return parse_period(f"{year}-Q{quarter + 1}" if quarter < 4 else f"{year + 1}-Q1")
    elif match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        year, quarter = int(match[1]), int(match[2])
        return Period((year, 3 * quarter - 2), (year, 3 * quarter), text)
    elif match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])\.\.(\d{4})-(0[1-9]|1[0-2])", text):
        first, last = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
        if first <= last:
            return Period(first, last, text)
    raise refusal(where, f"{text!r} is not a period", GRAMMAR)
