"""Workbooks damaged or rearranged at random, to see that the reader never reads them wrongly.

A workbook is kept as the texts of its sheets; only the sheet that is changed is parsed. In ODS one
element may stand for many equal rows or cells, so an element is split before it is edited.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd
from lxml import etree

from analysis.counts import Counts, gather
from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.sources.home_office import read_counts

_SHEET = re.compile(rb"<table:table .*?</table:table>", re.S)
_ROOT = re.compile(rb"<office:document-content .*?>", re.S)
_NAMES = {
    name: f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("table", "text", "office")
}
ROW, CELL, COVERED = (
    _NAMES["table"] + name for name in ("table-row", "table-cell", "covered-table-cell")
)
TYPE, VALUE = (_NAMES["office"] + name for name in ("value-type", "value"))
PARAGRAPH = _NAMES["text"] + "p"


@dataclass(frozen=True)
class Book:
    """A workbook: what stands before the sheets, the sheets, what stands after, other files."""

    before: bytes
    sheets: tuple[bytes, ...]
    after: bytes
    files: dict[str, bytes]

    @classmethod
    def open(cls, path: Path) -> Book:
        with zipfile.ZipFile(path) as file:
            files = {name: file.read(name) for name in file.namelist()}
        content = files.pop("content.xml")
        found = list(_SHEET.finditer(content))
        return cls(
            content[: found[0].start()],
            tuple(match.group() for match in found),
            content[found[-1].end() :],
            files,
        )

    def save(self) -> bytes:
        """The workbook as the bytes of an ODS file, stored and not compressed to save time."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as file:
            for name, content in self.files.items():
                file.writestr(name, content)
            file.writestr("content.xml", self.before + b"".join(self.sheets) + self.after)
        return stream.getvalue()

    def with_sheet(self, number: int, sheet: Sheet | bytes) -> Book:
        text = sheet if isinstance(sheet, bytes) else sheet.save()
        return replace(self, sheets=(*self.sheets[:number], text, *self.sheets[number + 1 :]))

    def sheet(self, number: int) -> Sheet:
        return Sheet(etree.fromstring(
            _ROOT.search(self.before).group() + self.sheets[number] + b"</office:document-content>"
        )[0])  # fmt: skip

    @cached_property
    def tables(self) -> list[int]:
        """Places of the sheets that hold a numbered table."""
        return [number for number, text in enumerate(self.sheets)
                if re.search(rb"<text:p>Table \d+", text[:20000])]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A cell that is not empty; ``row`` and ``column`` from 0."""

    row: int
    column: int
    text: str
    number: float | None

    def __str__(self) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return f"{letters[self.column]}{self.row + 1} ({self.text[:40]!r})"


class Sheet:
    """One sheet as an element tree, addressed by row and column from 0."""

    def __init__(self, element):
        self.element = element
        self.name = element.get(_NAMES["table"] + "name")

    def save(self) -> bytes:
        return etree.tostring(self.element)

    @cached_property
    def places(self) -> list[Place]:
        """Every cell that is not empty, as the sheet was before any edit."""
        found = []
        for row, line in _numbered(self.element.iterchildren(ROW), "rows"):
            for column, cell in _numbered(line.iterchildren(CELL, COVERED), "columns"):
                if cell.get(TYPE):
                    text = " ".join("\n".join(cell.itertext()).split())
                    value = cell.get(VALUE)
                    found.append(Place(row, column, text, None if value is None else float(value)))
        return found

    @property
    def body(self) -> list[Place]:
        """Headings, labels and figures: below the title, above the notes."""
        notes = next((p.row for p in self.places if p.text == "Notes"), float("inf"))
        return [place for place in self.places if 0 < place.row < notes]

    @property
    def figures(self) -> list[Place]:
        return [place for place in self.body if place.number is not None]

    @property
    def headings(self) -> list[Place]:
        return [place for place in self.body if place.number is None]

    def row(self, number: int):
        return _alone(self.element, ROW, number, "rows")

    def cell(self, row: int, column: int):
        return _alone(self.row(row), (CELL, COVERED), column, "columns")

    def write(self, row: int, column: int, *lines: str) -> None:
        """Put text in a cell, a paragraph for each line; no line empties it."""
        cell = self.cell(row, column)
        for child in list(cell):
            cell.remove(child)
        for name in (TYPE, VALUE):
            cell.attrib.pop(name, None)
        cell.tag = CELL
        if lines:
            cell.set(TYPE, "string")
        for line in lines:
            etree.SubElement(cell, PARAGRAPH).text = line

    def set_number(self, place: Place, number: float) -> None:
        cell = self.cell(place.row, place.column)
        cell.set(VALUE, str(number))
        cell.find(PARAGRAPH).text = str(number)

    def insert_row(self, before: int) -> None:
        row = etree.Element(ROW)
        etree.SubElement(row, CELL).set(_NAMES["table"] + "number-columns-repeated", "16384")
        self.row(before).addprevious(row)

    def insert_column(self, before: int) -> None:
        for row in self.element.iterchildren(ROW):
            _alone(row, (CELL, COVERED), before, "columns").addprevious(etree.Element(CELL))


def _numbered(elements, what: str):
    """Each element with the number of the first row or column that it stands for."""
    number = 0
    for element in elements:
        yield number, element
        number += int(element.get(f"{_NAMES['table']}number-{what}-repeated", 1))


def _alone(parent, tags, wanted: int, what: str):
    """The element of one row or column, split off from equal neighbours."""
    repeated = f"{_NAMES['table']}number-{what}-repeated"
    tags = (tags,) if isinstance(tags, str) else tags
    for first, element in _numbered(parent.iterchildren(*tags), what):
        times = int(element.get(repeated, 1))
        if first <= wanted < first + times:
            break
    else:
        raise LookupError(f"{what} {wanted} is beyond the sheet")
    for number, add in ((wanted - first, "addprevious"), (first + times - wanted - 1, "addnext")):
        if number:
            part = etree.fromstring(etree.tostring(element))
            part.set(repeated, str(number))
            getattr(element, add)(part)
    element.attrib.pop(repeated, None)
    return element


def _sheets_reordered(book, rng):
    order = list(range(len(book.sheets)))
    rng.shuffle(order)
    return replace(book, sheets=tuple(book.sheets[i] for i in order)), f"order {order}"


def _any_sheet(book, rng):
    number = rng.randrange(len(book.sheets))
    return number, book.sheet(number)


def _table(book, rng):
    number = rng.choice(book.tables)
    return number, book.sheet(number)


def _row_near_data(sheet, rng):
    return rng.randint(0, max(place.row for place in sheet.places) + 1)


def _empty_row(book, rng):
    number, sheet = _any_sheet(book, rng)
    row = _row_near_data(sheet, rng)
    sheet.insert_row(row)
    return book.with_sheet(number, sheet), f"{sheet.name}: above row {row + 1}"


def _empty_column(book, rng):
    number, sheet = _any_sheet(book, rng)
    column = rng.randint(0, max(place.column for place in sheet.places) + 1)
    sheet.insert_column(column)
    return book.with_sheet(number, sheet), f"{sheet.name}: before column {column + 1}"


def _stray_text(book, rng):
    number, sheet = _any_sheet(book, rng)
    row = _row_near_data(sheet, rng)
    column = rng.randint(0, max(place.column for place in sheet.places) + 1)
    text = rng.choice(
        ["Provisional", "see note 3", "Total", "Source: Home Office", "Notes", "Other"]
    )
    sheet.insert_row(row)
    sheet.write(row, column, text)
    return book.with_sheet(number, sheet), f"{sheet.name}: {text!r} in a row above row {row + 1}"


def _heading(sheet, rng):
    """A heading, or a label of a row: as often from the first rows as from all."""
    first = sheet.figures[0].row + 2
    top = [place for place in sheet.headings if place.row <= first]
    return rng.choice(rng.choice([top, sheet.headings]))


def _heading_to_nonsense(book, rng):
    number, sheet = _table(book, rng)
    place = _heading(sheet, rng)
    text = rng.choice(["Perceived mood", "Region 12", "-", "Total number of horses", "2019-11-17"])
    sheet.write(place.row, place.column, text)
    return book.with_sheet(number, sheet), f"{sheet.name}: {place} becomes {text!r}"


def _heading_to_another(book, rng):
    number, sheet = _table(book, rng)
    place = _heading(sheet, rng)
    other = book.sheet(rng.choice([number, rng.choice(book.tables)]))
    text = rng.choice(sorted({p.text for p in other.headings} - {place.text}))
    sheet.write(place.row, place.column, text)
    return book.with_sheet(number, sheet), f"{sheet.name}: {place} becomes {text!r}"


def _broken_heading(book, rng):
    number, sheet = _table(book, rng)
    place = rng.choice([place for place in sheet.headings if " " in place.text])
    words = place.text.split()
    at = rng.randint(1, len(words) - 1)
    return number, sheet, place, " ".join(words[:at]), " ".join(words[at:])


def _heading_broken_in_its_cell(book, rng):
    number, sheet, place, first, second = _broken_heading(book, rng)
    sheet.write(place.row, place.column, first, second)
    return book.with_sheet(number, sheet), f"{sheet.name}: {place} broken after {first!r}"


def _heading_split_over_two_rows(book, rng):
    number, sheet, place, first, second = _broken_heading(book, rng)
    sheet.write(place.row, place.column, first)
    sheet.insert_row(place.row + 1)
    sheet.write(place.row + 1, place.column, second)
    return book.with_sheet(number, sheet), f"{sheet.name}: {place} split after {first!r}"


def _text_in_a_number_cell(book, rng):
    number, sheet = _table(book, rng)
    place = rng.choice(sheet.figures)
    explained = any(p.text.startswith(": =") for p in sheet.places)
    text = rng.choice(["n/a", "x", "1,234", ""] + ([] if explained else [":"]))
    sheet.write(place.row, place.column, *([text] if text else []))
    return book.with_sheet(number, sheet), f"{sheet.name}: {place} becomes {text!r}"


def _missing_table(book, rng):
    number = rng.choice(book.tables)
    kept = (*book.sheets[:number], *book.sheets[number + 1 :])
    return replace(book, sheets=kept), book.sheet(number).name


def _title_changed(book, rng):
    number, sheet = _table(book, rng)
    place = sheet.places[0]
    label, title = re.fullmatch(r"(Table \d+\.?) (.*)", place.text).groups()
    other = book.sheet(rng.choice(book.tables)).places[0].text.partition(" ")[2].partition(" ")[2]
    text = rng.choice([
        title, f"{label} {other}", f"{label} {title} (provisional)", f"Table 99. {title}",
        place.text.replace("March 20", "March 19").replace("by ", "by average "), "Index",
    ])  # fmt: skip
    sheet.write(place.row, place.column, text)
    return book.with_sheet(number, sheet), f"{sheet.name}: {text!r}"


def _data_row(book, rng):
    number, sheet = _table(book, rng)
    row = rng.choice(sorted({place.row for place in sheet.figures}))
    return number, sheet, row


def _data_row_removed(book, rng):
    number, sheet, row = _data_row(book, rng)
    sheet.element.remove(sheet.row(row))
    return book.with_sheet(number, sheet), f"{sheet.name}: row {row + 1}"


def _data_row_doubled(book, rng):
    number, sheet, row = _data_row(book, rng)
    element = sheet.row(row)
    element.addnext(etree.fromstring(etree.tostring(element)))
    return book.with_sheet(number, sheet), f"{sheet.name}: row {row + 1}"


def _two_sheets_with_one_title(book, rng):
    number, other = rng.sample(book.tables, 2)
    sheet, title = book.sheet(number), book.sheet(other).places[0].text
    sheet.write(0, 0, title)
    return book.with_sheet(number, sheet), f"{sheet.name}: {title!r}"


def _figure_changed(change):
    def mutation(book, rng):
        number, sheet = _table(book, rng)
        place = rng.choice(sheet.figures)
        figure = change(place.number)
        sheet.set_number(place, figure)
        return book.with_sheet(number, sheet), f"{sheet.name}: {place} becomes {figure}"

    return mutation


KINDS = {
    "sheets reordered": _sheets_reordered,
    "empty row": _empty_row,
    "empty column": _empty_column,
    "stray text": _stray_text,
    "heading to nonsense": _heading_to_nonsense,
    "heading to another": _heading_to_another,
    "heading broken in its cell": _heading_broken_in_its_cell,
    "heading split over two rows": _heading_split_over_two_rows,
    "text in a number cell": _text_in_a_number_cell,
    "missing table": _missing_table,
    "title changed": _title_changed,
    "data row removed": _data_row_removed,
    "data row doubled": _data_row_doubled,
    "two sheets with one title": _two_sheets_with_one_title,
    "negative number": _figure_changed(lambda number: -number - 1),
    "fractional number": _figure_changed(lambda number: number + 0.5),
    "truncated file": None,  # on the bytes of the file
}


# What must come of a kind whatever the seed; the others may be read the same or refused.
MUST = {
    "sheets reordered": "read the same",
    "empty row": "read the same",
    "empty column": "read the same",
    "text in a number cell": "refused",
    "missing table": "refused",
    "data row removed": "refused",
    "data row doubled": "refused",
    "two sheets with one title": "refused",
    "negative number": "refused",
    "fractional number": "refused",
    "truncated file": "refused",
}
COMPARED = ["subject", "period", "area", "measure", "tactic", "breakdown", "group",
            "printed", "status"]  # fmt: skip


def compared(counts: Counts) -> pd.DataFrame:
    """What must not differ, whatever the order of the sheets and the place of a cell."""
    frame = counts.frame.sort_values("id")[COMPARED]
    return frame.reset_index(drop=True)


def outcome(path: Path, wanted: pd.DataFrame) -> str:
    """``read the same``, ``refused``, or what went wrong when ``path`` is read."""
    try:
        _, counts = read_counts(path, Ledger())
    except Refused as refused:
        line = str(refused)
        if "\n" in line or path.name not in line:
            return f"refused in words that do not name the file: {line}"
        return "refused"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    got = compared(gather(list(counts.values())))
    return "read the same" if got.equals(wanted) else "READ WITH OTHER COUNTS"


def mutate(book: Book, kind: str, seed: int) -> tuple[bytes, str]:
    """The bytes of a workbook changed in one way, and what was changed."""
    rng = random.Random(f"{kind} {seed}")
    if kind == "truncated file":
        content = book.save()
        at = rng.randrange(len(content))
        return content[:at], f"{kind} {seed}: after {at} of {len(content)} bytes"
    changed, words = KINDS[kind](book, rng)
    return changed.save(), f"{kind} {seed}: {words}"
