"""One grammar for periods: financial and calendar years, quarters, ranges of months."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import Refused
from analysis.standard.periods import PATTERN, parse_period


@pytest.mark.parametrize(
    "text, first, last, months, kind, slug",
    [
        ("2019/20", (2019, 4), (2020, 3), 12, "financial year", "2019-20"),
        ("1999/00", (1999, 4), (2000, 3), 12, "financial year", "1999-00"),
        ("2016", (2016, 1), (2016, 12), 12, "calendar year", "2016"),
        ("2017-Q1", (2017, 1), (2017, 3), 3, "quarter", "2017-q1"),
        ("2017-Q4", (2017, 10), (2017, 12), 3, "quarter", "2017-q4"),
        # the Cambridgeshire board paper: May to December 2013
        ("2013-05..2013-12", (2013, 5), (2013, 12), 8, "months", "2013-05..2013-12"),
        ("2012-12..2013-01", (2012, 12), (2013, 1), 2, "months", "2012-12..2013-01"),
        ("2013-05..2013-05", (2013, 5), (2013, 5), 1, "months", "2013-05..2013-05"),
    ],
)
def test_what_a_period_covers(text, first, last, months, kind, slug):
    period = parse_period(text)
    assert (period.first, period.last, period.months) == (first, last, months)
    assert (period.kind, period.slug, str(period)) == (kind, slug, text)


@pytest.mark.parametrize(
    "text, before",
    [
        ("2019/20", "2018/19"),
        ("2000/01", "1999/00"),
        ("2016", "2015"),
        ("2017-Q2", "2017-Q1"),
        ("2017-Q1", "2016-Q4"),
        ("2013-05..2013-12", "2012-09..2013-04"),
        ("2013-01..2013-01", "2012-12..2012-12"),
    ],
)
def test_the_period_before_ends_where_this_one_begins(text, before):
    assert parse_period(text).before == parse_period(before)


# The financial year begins in April: its first quarter is the second of the calendar.
@pytest.mark.parametrize(
    "financial, calendar, words",
    [
        ("2017/18-Q1", "2017-Q2", "April to June 2017"),
        ("2017/18-Q2", "2017-Q3", "July to September 2017"),
        ("2017/18-Q3", "2017-Q4", "October to December 2017"),
        ("2017/18-Q4", "2018-Q1", "January to March 2018"),
    ],
)
def test_both_spellings_of_a_quarter_are_one(financial, calendar, words):
    period = parse_period(financial)
    assert period == parse_period(calendar) and str(period) == calendar
    year, quarter = financial.split("-Q")
    assert period.in_words == (
        f"{words} (calendar quarter {calendar[-1]}, financial quarter {quarter} of {year})"
    )


@pytest.mark.parametrize(
    "text",
    [
        "2017/19-Q1", "2017/18-Q5",
        "2019/21", "2019-20", "2019/2020", "19/20", "", "all", "2017-Q5", "2017-Q0", "2017Q1",
        "2013-13..2013-14", "2013-12..2013-05", "2013-5..2013-12", "2013-05", "2013-05..",
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_the_grammar(text):
    with pytest.raises(
        Refused, match=r"^activity\.csv: row 2: '.*' is not a period; allowed: .*2019/20"
    ):
        parse_period(text, "activity.csv: row 2")


def understood(text):
    try:
        return bool(parse_period(text))
    except Refused:
        return False


def test_the_pattern_is_the_grammar():
    years = [f"{year}/{ending:02}" for year in range(1995, 2012) for ending in range(100)]
    others = ["2016", "201", "20166", "2017-Q0", "2017-Q1", "2017-Q4", "2017-Q5", "2017Q1",
              "2013-05", "2013-05..", "2013-00..2013-01", "2013-01..2013-13",
              "2013-05..2013-12", "2012-12..2013-01", "2019/2020", "x2019/20", ""]  # fmt: skip
    matched = {text for text in years + others if re.search(PATTERN, text)}
    assert matched == {text for text in years + others if understood(text)}
    assert len(matched) == 17 + 5
    # a pattern does not compare two dates
    assert re.search(PATTERN, "2013-12..2013-05") and not understood("2013-12..2013-05")


def test_periods_sort_in_time_not_in_the_alphabet():
    texts = ["2019/20", "2016", "2017-Q1", "2013-05..2013-12", "2017/18"]
    ordered = ["2013-05..2013-12", "2016", "2017-Q1", "2017/18", "2019/20"]
    assert [str(period) for period in sorted(map(parse_period, texts))] == ordered


@given(st.integers(1900, 2099), st.integers(1, 4))
def test_four_quarters_make_a_calendar_year(year, quarter):
    quarters = [parse_period(f"{year}-Q{number}") for number in range(1, 5)]
    whole = parse_period(str(year))
    assert (quarters[0].first, quarters[3].last) == (whole.first, whole.last)
    assert sum(one.months for one in quarters) == whole.months


@given(st.integers(1900, 2098))
def test_a_financial_year_begins_after_the_one_before(year):
    this, following = (parse_period(f"{y}/{(y + 1) % 100:02d}") for y in (year, year + 1))
    assert this.last[1] + 1 == following.first[1] and this.last[0] == following.first[0]
