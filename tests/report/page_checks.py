"""What a reader of the page may rely on, checked from outside: nothing of ``analysis`` is used.

Each check takes the page as parsed by BeautifulSoup and returns what is wrong, so that a test
can also show that it finds what was planted. A page is parsed once for all tests of a process.
"""

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup

REVIEWED = Path(__file__).parents[1] / "expected" / "reviewed_numerals.csv"


class Parsed(NamedTuple):
    """A page, and by each selector of the reviewed list the identities of what it selects.

    Selecting takes seconds. What was selected stays true while only texts are changed.
    """

    page: BeautifulSoup
    places: dict[str, set[int]]


@lru_cache(maxsize=3)
def parsed(folder):
    """The page of a report. A test that changes it has to put back what it changed."""
    page = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "lxml")
    selectors = {rule["where"] for rule in reviewed()}
    return Parsed(page, {one: {id(element) for element in page.select(one)} for one in selectors})


def rows_of(folder):
    """Every count and finding of a report by id, as text."""
    found = {}
    for name in ("counts.csv", "findings.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert not found.keys() & {row["id"] for row in rows}
        found |= {row["id"]: row for row in rows}
    return found


def rounded(value, digits):
    """``value`` with so many decimals and thousands separated; a half goes away from nought."""
    number = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    sign = "−" if number < 0 else ""
    return f"{sign}{abs(number):,.{digits}f}"


def text_of(row, part):
    """What a reader should see of a row of counts.csv or findings.csv."""
    if part == "confidence":
        return f"{(Decimal(row[part]) * 100).normalize():f}%"
    assert part in ("value", "lower", "upper"), part
    if row["status"] != "stated":
        return row["status"]
    if not row[part]:
        return row["outcome"]
    form, _, digits = row.get("form", "count").partition(":")
    if form == "percent":
        return rounded(Decimal(row[part]) * 100, int(digits)) + "%"
    return rounded(row[part], int(digits or 0))


def tagged_wrongly(page, rows):
    """Elements whose text is not the value of their id, or whose id is in neither table."""
    wrong = []
    for element in page.select("[data-id]"):
        row, seen = rows.get(element["data-id"]), element.get_text().strip()
        if row is None:
            wrong.append(f"{element['data-id']} is in neither table")
        elif seen != text_of(row, element["data-part"]):
            wrong.append(f"{element['data-id']}: {seen!r}")
    return wrong


def reviewed():
    """Rows of the reviewed list: pattern, where (a CSS selector of what encloses it), reason."""
    with REVIEWED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_exempt(text):
    """Tagged, folded code, hashes, styles, or the tick of an axis."""
    for element in text.parents:
        if element.has_attr("data-id") or element.name == "style":
            return True
        if element.name == "details" and "code" in element.get("class", ()):
            return True
        if element.name == "code" and "sha" in element.get("class", ()):
            return True
        if element.name == "g" and re.search(r"-[xy]tick_\d+$", element.get("id", "")):
            return element.find_parent("g", id=re.compile(r"matplotlib\.axis_\d+$")) is not None
    return False


def untagged(parsed):
    """(numerals that are neither tagged nor reviewed, the reviewed patterns that were used)."""
    places = [(rule, parsed.places[rule["where"]]) for rule in reviewed()]
    left, used = [], set()
    for text in parsed.page.find_all(string=re.compile(r"\d")):
        if is_exempt(text):
            continue
        around, rest = {id(element) for element in text.parents}, str(text)
        for rule, elements in places:
            if around & elements:
                rest, times = re.subn(rule["pattern"], " ", rest)
                used |= {rule["pattern"]} if times else set()
        if re.search(r"\d", rest):
            left.append(" ".join(rest.split()))
    return left, used


def numerals(text):
    """The numbers in a text as printed: with sign, thousands, decimals and per cent."""
    return re.findall(r"−?\d+(?:,\d{3})*(?:\.\d+)?%?", text.replace("2013-05..2013-12", " "))


def alternatives_wrong(page, rows):
    """Numerals in the alternative text of a chart that are no figure, period or label of it."""
    wrong = []
    for figure in page.select("figure[data-chart]"):
        shown = [rows[one["data-id"]] for one in figure.select("details [data-id]")]
        named = [row["period"] + " " + row.get("label", "") for row in shown]
        allowed = {number for words in named for number in numerals(words)}
        for row in shown:
            allowed |= {text_of(row, part) for part in ("value", "lower", "upper") if row.get(part)}
        text = figure.find("svg")["aria-label"]
        wrong += [f"{number} in {text!r}" for number in numerals(text) if number not in allowed]
    return wrong
