"""Dates and times of day as files hold them; the day stands before the month."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from datetime import date, timedelta

from analysis.standard.periods import Period

Moment = tuple[str | None, str, str]  # as in ``values.Verdict``
_CLOCK = r"(?:[ t](?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)z?)?"
_ISO = re.compile(rf"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?){_CLOCK}", re.ASCII)
_BRITISH = re.compile(
    rf"(?P<day>\d\d?)[/. -](?P<month>\d\d?|[a-z]{{3,9}})[/., -]+(?P<year>(?:19|20)?\d\d){_CLOCK}",
    re.ASCII,
)
_SERIAL = re.compile(r"(?P<days>[34567]\d{4})(?:[.,](?P<part>\d+))?", re.ASCII)
_DAY_NOUGHT = date(1899, 12, 30)  # of spreadsheets' serial numbers
_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d[ t])?(?P<hour>\d\d?):(?P<minute>\d\d)(?::[0-5]\d(?:\.\d+)?)?z?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?",
    re.ASCII,
)
_PART_OF_DAY = re.compile(r"0?[.,]\d+(?:e-\d+)?|0|\d[.,]\d+e-\d+", re.ASCII)
_MONTHS = {
    name.casefold(): number
    for names in (month_name, month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_NO_DATE = "no date; allowed: 2017-04-01, or 01/04/2017 with the day first"
_NO_TIME = "no time of day; allowed: 23:59, 23:59:00 or nothing"


def day(text: str, period: Period | None) -> Moment:
    """A date as ``2017-04-01``; none where it is no date or lies outside ``period``."""
    small = text.casefold()
    if serial := _SERIAL.fullmatch(small):
        found, action = _DAY_NOUGHT + timedelta(int(serial["days"])), "repaired"
        reason, clock = "a date as a spreadsheet counts days", bool(int(serial["part"] or 0))
    elif match := _ISO.fullmatch(small) or _BRITISH.fullmatch(small):
        found, plain = _calendar_day(*match.group("year", "month", "day")), match.re is _ISO
        action, reason = ("", "") if plain else ("spelled", "the day stands before the month")
        clock = bool(re.search("[1-9]", match["clock"] or ""))
    else:
        return None, "set aside", _NO_DATE
    if found is None:
        return None, "set aside", f"no such day; {_NO_DATE.partition('; ')[2]}"
    if period and not period.first <= (found.year, found.month) <= period.last:
        return None, "set aside", f"outside the period; allowed: days of {period}"
    if clock:
        action, reason = action or "labelled", "a time of day stands with the date; it is not used"
    return found.isoformat(), action, reason


def _calendar_day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdecimal() else _MONTHS.get(month, 0)
    try:
        return date(int(year) if len(year) > 2 else 2000 + int(year), number, int(day))
    except ValueError:
        return None


def order(text: str) -> str:
    """What a date in numbers has first, "day" or "month"; "either" where it could be both.

    Nothing where that makes no difference: another date, no date, or 04/04/2017.

    >>> order("13/04/2017"), order("04/13/2017"), order("04/05/2017"), order("2017-04-05")
    ('day', 'month', 'either', '')
    """
    match = _BRITISH.fullmatch(text.casefold())
    if match is None or not match["month"].isdecimal():
        return ""
    british = _calendar_day(*match.group("year", "month", "day"))
    american = _calendar_day(*match.group("year", "day", "month"))
    if british == american:
        return ""
    return "either" if british and american else "day" if british else "month"


def minute(text: str) -> Moment:
    """A time of day as ``23:59``; nothing where nothing stands."""
    small = text.casefold()
    if not small:
        return "", "", ""
    if _PART_OF_DAY.fullmatch(small):
        seconds = min(round(float(small.replace(",", ".")) * 86_400), 86_399)
        hour, rest = divmod(seconds, 3_600)
        return _clock(hour, rest // 60), "repaired", "a time as a spreadsheet holds a part of a day"
    match = _TIME.fullmatch(small)
    hour = _hour(match) if match else None
    if hour is None or int(match["minute"]) > 59:
        return None, "set aside", _NO_TIME
    usual = len(match["hour"]) == 2 and not match["half"] and not match["date"]
    action = ("", "") if usual else ("spelled", "a time of day written otherwise")
    return _clock(hour, int(match["minute"])), *action


def _hour(match: re.Match) -> int | None:
    """Hours from midnight; none where there is no such hour."""
    hour, half = int(match["hour"]), match["half"]
    if half:
        return hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else None
    return hour if hour < 24 else None


def _clock(hour: int, minute: int) -> str:
    return f"{hour:02}:{minute:02}"
