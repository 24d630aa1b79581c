"""A finished release as a stranger reads it: the files of its folder, and nothing else.

``tables`` is what its two tables say. ``beyond_tables`` is whatever the pages, the trace and the
charts say of a row, in words, numbers or lengths, that the tables do not. ``by_size`` is what the
order of rows would say if it were that of their numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, takewhile
from math import log10
from pathlib import Path

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup, Tag

from analysis.counts import STATED, SUPPRESSED
from analysis.tables import read_table

PAGES = ("report.html", "summary.html")
NUMBERS = ("value", "lower", "upper")
# Digits inside a word, as of a file's name, are none.
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
_AXIS, _POINT = re.compile("axis_"), re.compile(r"(-?[\d.]+) (-?[\d.]+)")
# Of how many rows that are not named one by one something is so, and where it stands.
_UNSAID = re.compile(r"\band \d+ more:|\ba table of \d+ counts\b|\bCommon \d+")
_PIXEL = 0.02  # what the writing of a picture leaves of a coordinate


def numbers(text: str) -> set[float]:
    return {float(one.replace(",", "")) for one in _NUMBER.findall(text)}


def digits_after_point(text: str) -> int:
    return len(text.partition(".")[2])


class Release:
    """The folder of a release."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts = read_table(folder / "counts.csv")
        self.findings = read_table(folder / "findings.csv")
        held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.restricted = set(held["release"]["restricted"])

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The counts of restricted sources and the findings, as ``attack`` takes them."""
        own = self.counts[self.counts["source"].isin(self.restricted)]
        return own.reset_index(drop=True), self.findings

    @cached_property
    def rows(self) -> dict[str, dict[str, str]]:
        both = [*self.counts.to_dict("records"), *self.findings.to_dict("records")]
        return {row["id"]: row for row in both}

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.folder / name).read_text(encoding="utf-8"), "lxml")

    @cached_property
    def charts(self) -> dict[str, tuple[pd.DataFrame, BeautifulSoup]]:
        """By name: the rows of each chart, and its picture."""
        return {
            path.stem: (read_table(path), self.page(f"charts/{path.stem}.svg"))
            for path in sorted((self.folder / "charts").glob("*.csv"))
        }

    def beyond_tables(self) -> list[str]:
        """What the other files say of a row that the tables do not, one line each."""
        found = []
        for name in PAGES:
            page = self.page(name)
            found += self._of_tagged(name, page)
            found += self._beside_hidden(name, page)
        found += self._of_trace()
        for name, (rows, picture) in self.charts.items():
            found += self._of_chart_rows(name, rows)
            found += self._of_tagged(name, picture)
            found += self._of_words(name, rows, picture)
            found += self._of_lengths(name, rows, picture)
        return found

    def _of_tagged(self, name: str, page: BeautifulSoup) -> Iterator[str]:
        """A number that a page names the row of is the table's, to the digits that are shown."""
        for one in page.select("[data-id]"):
            row, part = self.rows.get(one["data-id"]), one.get("data-part") or "value"
            text = one.get_text().strip()
            if row is None:
                yield f"{name}: {one['data-id']} is in no table"
            elif part in NUMBERS and not _agrees(text, row.get(part, ""), row):
                yield f"{name}: {one['data-id']} is shown as {text}"

    def _beside_hidden(self, name: str, page: BeautifulSoup) -> Iterator[str]:
        """Cells, lines and sentences with a hidden number: no number but those of other rows."""
        for tagged in page.select("[data-id]"):
            row = self.rows.get(tagged["data-id"], {})
            around = tagged.find_parent(["td", "li", "p"])
            if row.get("status") != SUPPRESSED or around is None:
                continue
            words = _own_words(row)
            untagged = "".join(
                text for text in around.find_all(string=True)
                if not any(isinstance(up, Tag) and up.has_attr("data-id") for up in text.parents)
            )  # fmt: skip
            for number in sorted(numbers(untagged) - numbers(words)):
                yield f"{name}: {number:g} stands beside the hidden {tagged['data-id']}"

    def _of_trace(self) -> Iterator[str]:
        """An entry of the trace says the numbers of its row, and of rows that it leads to."""
        page = self.page("trace.html")
        terms = {
            one["id"]: one
            for one in page.select("dt[id]")
            if (code := one.find("code")) is not None and code.get_text() in self.rows
        }
        ids = {key: one.find("code").get_text() for key, one in terms.items()}
        common = {one["id"]: one.find_next_sibling("ul") for one in page.select("p.common")}
        for key, term in terms.items():
            parts = [term, *takewhile(lambda one: one.name == "dd", term.find_next_siblings())]
            parts += [common[one] for one in _links(parts) if one in common]
            links = _links(parts)
            told = [ids[key], *(ids[one] for one in links if one in ids)]
            words = numbers(" ".join(_own_words(self.rows[one]) for one in told))
            values = [float(v) for one in told for v in _numbers_of(self.rows[one]) if v]
            text = _UNSAID.sub("", " ".join(one.get_text(" ") for one in parts))
            for one in _NUMBER.findall(text):
                if float(one.replace(",", "")) not in words and not _rounds_to(values, one):
                    yield f"trace.html: {ids[key]}: says {one}"

    def _of_chart_rows(self, name: str, rows: pd.DataFrame) -> Iterator[str]:
        for row in rows.to_dict("records"):
            known = self.rows.get(row["id"], {})
            for column, value in row.items():
                if known.get(column, "") != value:
                    yield f"{name}: {column} of {row['id']} is not that of the tables"

    def _of_words(self, name: str, rows: pd.DataFrame, picture: BeautifulSoup) -> Iterator[str]:
        """Numbers in the words of a picture, its description too, are those of its rows."""
        own = [self.rows[one] for one in rows["id"]]
        values = [float(v) for row in own for v in _numbers_of(row) if v]
        words = numbers(" ".join(map(_own_words, own)))
        said = [picture.svg.get("aria-label") or ""]
        said += [one.get_text() for one in picture.select("text") if not _in_axis(one)]
        for text in _NUMBER.findall(" ; ".join(said)):
            if float(text.replace(",", "")) not in words and not _rounds_to(values, text):
                yield f"{name}: the picture says {text}"

    def _of_lengths(self, name: str, rows: pd.DataFrame, picture: BeautifulSoup) -> Iterator[str]:
        """Ends of bars, dots and lines stand where numbers of the chart's rows stand."""
        values = [float(v) for one in rows["id"] for v in _numbers_of(self.rows[one]) if v]
        for axes in picture.select("g[id*='-axes_']"):
            scale = _Scale.of(axes)
            if scale is None:
                continue
            frame = axes.select_one("g[id*='-patch_'] path")
            allowed = np.array([*scale.places([*values, 0, 1]), *scale.along(_points(frame["d"]))])
            for place in scale.along(_drawn(axes)):
                if np.abs(allowed - place).min() > _PIXEL:
                    yield f"{name}: something is drawn at {place:.2f}, where no number stands"

    def by_size(self) -> dict[str, list[str]]:
        """Rows that may stand in the order of their numbers, the greatest first, by their place.

        So they may where three different numbers or more are shown, and those fall or rise; what
        is hidden among them would lie between its neighbours.
        """
        found = {}
        for place, ids in self._orders():
            shown = [float(value) for one in ids if (value := self.rows[one].get("value"))]
            if len(set(shown)) > 2 and any(self.rows[one]["status"] == SUPPRESSED for one in ids):
                if shown == sorted(shown, reverse=True):
                    found[place] = ids
                elif shown == sorted(shown):
                    found[place] = ids[::-1]
        return found

    def _orders(self) -> Iterator[tuple[str, list[str]]]:
        """Ids in the order in which they stand: columns of tables, rows of charts."""
        for number, table in enumerate(self.page("report.html").select("table")):
            heads = len(table.select_one("tr").find_all(["td", "th"]))
            for column in range(1, heads):
                cells = (line.find_all(["td", "th"])[column:] for line in table.select("tbody tr"))
                tagged = [cell[0].select_one("[data-id]") for cell in cells if cell]
                ids = [one["data-id"] for one in tagged if one is not None]
                if len(ids) > 1:
                    yield f"table {number}, column {column}", ids
        for name, (rows, _) in self.charts.items():
            yield f"chart {name}", list(rows["id"])


def falling(ids: list[str], rests_on: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Pairs of counts of which the first is at least the other, if the rows fall.

    Those are numbers of reports, or shares of one base; ``rests_on``: the counts of each row.
    """
    held = [rests_on[one] for one in ids if len(rests_on.get(one, ())) in (1, 2)]
    return [
        (one[0], other[0])
        for one, other in combinations(held, 2)
        if one[1:] == other[1:] and one[0] != other[0]
    ]


@dataclass(frozen=True)
class _Scale:
    """How numbers lie along the axis of a picture that has numbers at its ticks."""

    across: bool
    logarithmic: bool
    slope: float
    start: float

    @classmethod
    def of(cls, axes: Tag) -> _Scale | None:
        for axis in axes.find_all("g", id=_AXIS):
            for letter in "xy":
                ticks = [
                    (_tick(words[0].get_text()), float(mark[letter]))
                    for tick in axis.select(f"g[id*='{letter}tick_']")
                    if (words := tick.select("text")) and (mark := tick.select_one("use"))
                ]
                if len(ticks) > 1 and all(number is not None for number, _ in ticks):
                    return cls._through(letter == "x", *map(np.array, zip(*ticks, strict=True)))
        return None

    @classmethod
    def _through(cls, across: bool, numbers: np.ndarray, places: np.ndarray) -> _Scale:
        """A straight line through the ticks, or one through their logarithms."""
        for logarithmic in (False, True):
            held = np.log10(numbers) if logarithmic else numbers
            slope, start = np.polyfit(held, places, 1)
            if np.abs(slope * held + start - places).max() < _PIXEL:
                return cls(across, logarithmic, float(slope), float(start))
        raise ValueError("ticks are neither on a straight nor on a logarithmic scale")

    def places(self, values: Iterable[float]) -> list[float]:
        if self.logarithmic:
            values = [log10(one) for one in values if one > 0]
        return [self.slope * one + self.start for one in values]

    def along(self, points: Iterable[tuple[float, float]]) -> list[float]:
        return [point[0 if self.across else 1] for point in points]


def _tick(text: str) -> float | None:
    """The number at a tick; a percentage is a share."""
    plain = text.replace(",", "").replace("\N{MINUS SIGN}", "-")
    try:
        return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)
    except ValueError:
        return None


def _points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in _POINT.findall(path)]


def _drawn(axes: Tag) -> Iterator[tuple[float, float]]:
    """Points of what stands for data: all that is cut at the frame, and all dots."""
    for one in axes.select("path[clip-path], use"):
        if not _in_axis(one):
            is_dot = one.name == "use"
            yield from [(float(one["x"]), float(one["y"]))] if is_dot else _points(one["d"])


def _links(parts: Iterable[Tag]) -> list[str]:
    """Where parts of a page lead to within it."""
    return [a["href"].removeprefix("#") for one in parts for a in one.select("a[href^='#']")]


def _in_axis(element: Tag) -> bool:
    return any(_AXIS.search(up.get("id") or "") for up in element.parents)


def _own_words(row: dict[str, str]) -> str:
    """Everything that the tables say of a row but its numbers."""
    return " ".join(text for name, text in row.items() if name not in NUMBERS)


def _numbers_of(row: dict[str, str]) -> list[str]:
    return [row.get(part, "") for part in (*NUMBERS, "confidence")]


def _rounds_to(values: list[float], text: str) -> bool:
    """Whether a text is one of these numbers, or that in per cent, to the digits that it has."""
    half = 0.5 * 10.0 ** -digits_after_point(text) * (1 + 1e-6)
    number = float(text.replace(",", ""))
    return any(abs(abs(one) * by - number) <= half for one in values for by in (1, 100))


def _agrees(text: str, held: str, row: dict[str, str]) -> bool:
    """Whether what a page shows is what a table holds; a hidden number is shown as such alone."""
    if row["status"] != STATED or not held:
        return not numbers(text) or text in (row["status"], row.get("outcome"))
    found = _NUMBER.findall(text)
    return len(found) == 1 and _rounds_to([float(held)], found[0])
