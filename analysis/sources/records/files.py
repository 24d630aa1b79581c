"""A record-level file as it stands: CSV in its usual encodings and separators, or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import chain, islice
from operator import eq
from pathlib import Path

import numpy as np

from analysis.errors import Refused, refusal
from analysis.sources import workbook
from analysis.sources.records.headers import HEADERS, recognised
from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Coded, Table

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
SOUGHT = 20  # rows in which the header is looked for: titles may stand above it
_FEWEST = 2  # known headers that make a row a header
_CHUNK = 2_000  # rows in memory as text
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # zip (.xlsx, .ods); the older format, or locked
_POINTER = b"version https://git-lfs"
# a row: its number as a spreadsheet shows it, and its cells
Line = tuple[int, list[str]]


def read_table(path: Path) -> Table:
    """The table of record-level data in a file.

    Refuses what is no text and no workbook, a quotation mark that is not closed, and a file (or a
    workbook with no sheet, or with more than one) whose first rows hold no header of the form.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refusal(str(path), f"cannot be read ({error.strerror})") from None
    if content.startswith(_WORKBOOK):
        return _read_workbook(path)
    text, remarks = _decoded(content, path)
    header, rest, separator = _header(text, path)
    above = [Remark(number, "", " ".join(cells).strip(), "labelled",
                    reason="stands above the header and is not read")
             for number, cells in header[:-1] if any(cells)]  # fmt: skip
    if separator != ",":
        name = SEPARATORS[separator]
        remarks.append(Remark(header[-1][0], "", "", "labelled", reason=f"separated by {name}"))
    table = _coded(path.name, header[-1], rest, remarks + above)
    _check_quotes(table, separator)
    return table


def _decoded(content: bytes, path: Path) -> tuple[str, list[Remark]]:
    """UTF-8, UTF-16 with its mark, or else Windows-1252, line by line where both occur."""
    if not content.strip():
        raise refusal(str(path), "is empty", "a record-level file, the header first")
    if content.startswith(_POINTER):
        raise refusal(str(path), "is a pointer of Git LFS, not the file", "the file itself")
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        if marked:
            return content.decode("utf-16"), [_encoded("UTF-16")]
        if b"\0" in content:
            raise refusal(str(path), "holds bytes that no text has", "CSV, XLSX or ODS")
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        if marked:
            raise refusal(str(path), f"is damaged UTF-16 ({error.reason})") from None
    return _in_windows_1252(content, path)


def _encoded(name: str) -> Remark:
    return Remark(1, "", "", "labelled", reason=f"in {name}")


def _in_windows_1252(content: bytes, path: Path) -> tuple[str, list[Remark]]:
    decoded, unicode_lines = [], []
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            decoded.append(line.decode("utf-8"))
            if not line.isascii():
                unicode_lines.append(number)
        except UnicodeDecodeError:
            decoded.append(_line_in_windows_1252(line, number, path))
    remarks = [_encoded("Windows-1252")]
    if unicode_lines:
        mixed = "in UTF-8 where other lines are in Windows-1252: each is read as its own"
        first = f"line {unicode_lines[0]}"
        remarks.append(Remark(1, "", first, "labelled", reason=mixed, number=len(unicode_lines)))
    return "\n".join(decoded).removeprefix("\ufeff"), remarks


def _line_in_windows_1252(line: bytes, number: int, path: Path) -> str:
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError as error:
        problem = f"line {number} holds the byte 0x{line[error.start]:02x}"
        raise refusal(str(path), problem, "UTF-8, Windows-1252, UTF-16 with its mark") from None


def _lines(text: str, separator: str, path: Path) -> Iterator[Line]:
    """Rows with their numbers; one whose quotation marks do not close is refused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):  # noqa: B007 - the number is used below
            yield number, cells
    except csv.Error as error:
        raise refusal(f"{path}: row {number + 1}", f"is damaged as CSV ({error})") from None


def _header(text: str, path: Path) -> tuple[list[Line], Iterator[Line], str]:
    """The rows down to the header, the rows below it, and the separator that finds it."""
    first = {separator: _first_lines(text, separator, path) for separator in SEPARATORS}
    separator = max(first, key=lambda one: max(_found(first[one]), default=0))
    place = _place_of_header(first[separator])
    if place is None:
        list(islice(_lines(text, ",", path), SOUGHT))  # or refuse what breaks its first rows
        raise _no_header(str(path), f"in its first {SOUGHT} rows")
    rest = islice(_lines(text, separator, path), place + 1, None)
    return first[separator][: place + 1], rest, separator


def _found(lines: list[Line]) -> list[int]:
    return [recognised(cells) for _, cells in lines]


def _place_of_header(lines: list[Line]) -> int | None:
    """The first row that names columns, and not one below it that repeats it better spelt."""
    found = _found(lines)
    enough = max(_FEWEST, max(found, default=0) / 2)
    return next((place for place, number in enumerate(found) if number >= enough), None)


def _first_lines(text: str, separator: str, path: Path) -> list[Line]:
    """Rows in which the header may stand; none from where another separator breaks the quotes."""
    found = []
    with suppress(Refused):  # with the right separator the same row is refused when it is read
        found.extend(islice(_lines(text, separator, path), SOUGHT))
    return found


def _no_header(where: str, place: str) -> Refused:
    problem = f"no header of a record-level file {place}"
    return refusal(where, problem, f"{', '.join(HEADERS[:2])} ... {HEADERS[-1]}")


def _coded(file: str, header: Line, lines: Iterable[Line], remarks: list[Remark]) -> Table:
    """Rows as columns of codes; empty rows are no rows, and trailing empty cells no cells."""
    names = header[1]
    codes = [_Codes() for _ in names]
    parts: list[list[np.ndarray]] = [[] for _ in names]
    rows, empty, damaged = [], [], {}
    lines = iter(lines)
    while chunk := list(islice(lines, _CHUNK)):
        fitted = []
        for number, cells in chunk:
            if not _holds_anything(cells):
                empty.append(number)
                continue
            if problem := _damage(cells, names):
                damaged[len(rows)] = problem
            rows.append(number)
            fitted.append(_fit(cells, len(names)))
        for known, part, values in zip(codes, parts, zip(*fitted, strict=True), strict=False):
            part.append(np.fromiter(map(known.__getitem__, values), np.int32, len(values)))
    if empty:
        reason = "holds nothing: no row of the table"
        remarks = [*remarks, Remark(empty[0], "", "", "labelled", reason=reason, number=len(empty))]
    columns = [
        Coded(list(known), np.concatenate([np.empty(0, np.int32), *part]))
        for known, part in zip(codes, parts, strict=True)
    ]
    return Table(file, header[0], names, np.array(rows, int), columns, damaged, remarks)


class _Codes(dict):
    """Values in the order in which they are met: a new one gets the next number."""

    def __missing__(self, value: str) -> int:
        self[value] = len(self)
        return self[value]


def _check_quotes(table: Table, separator: str) -> None:
    """Refuse a cell that holds the rest of a row and the beginning of another."""
    for column in table.columns:
        for code, value in enumerate(column.values):
            if "\n" in value and value.count(separator) >= len(table.header) - 1:
                row = table.rows[np.argmax(column.codes == code)]
                problem = f"a quotation mark is closed rows after it was opened ({value[:40]!r})"
                raise refusal(f"{table.file}: row {row}", problem, "both in one cell")


def _holds_anything(cells: list[str]) -> bool:
    return any(cells) and any(cell.strip() for cell in cells)


def _damage(cells: list[str], names: list[str]) -> str:
    """What is wrong with the row as a whole: torn, shifted, or the header once more."""
    wide = len(names)
    if len(cells) < wide or any(cell.strip() for cell in cells[wide:]):
        return f"has {len(cells):,} cells where the header has {wide:,}"
    again = sum(map(eq, cells, names)) * 2 > wide
    return "is the header once more" if again else ""


def _fit(cells: list[str], width: int) -> list[str]:
    return cells if len(cells) == width else (cells + [""] * width)[:width]


def _read_workbook(path: Path) -> Table:
    """The one sheet whose first rows hold a header of the form."""
    sheets = workbook.read(path).sheets
    found = {name: header for name, cells in sheets.items() if (header := _sheet_header(cells))}
    if len(found) != 1:
        number = f"{len(found)} sheets have" if found else "no sheet has"
        problem = f"{number} a header of a record-level file ({', '.join(found or sheets)})"
        raise refusal(str(path), problem, "one such sheet")
    ((name, header),) = found.items()
    lines = _sheet_lines(sheets[name])
    width = max(cell.column for cell in sheets[name])
    above = [Remark(number, "", " ".join(cells).strip(), "labelled",
                    reason="stands above the header and is not read")
             for number, cells in lines if number < header and any(cells)]  # fmt: skip
    other = [Remark(1, "", one, "labelled", reason="another sheet, which is not read")
             for one in sheets if one != name]  # fmt: skip
    below = ((number, _fit(cells, width)) for number, cells in lines if number > header)
    names = next(_fit(cells, width) for number, cells in lines if number == header)
    return _coded(path.name, (header, names), below, above + other)


def _sheet_header(cells: list[workbook.Cell]) -> int:
    """The row of the sheet's header, or 0."""
    first = _sheet_lines([cell for cell in cells if cell.row <= SOUGHT])
    place = _place_of_header(first)
    return 0 if place is None else first[place][0]


def _sheet_lines(cells: list[workbook.Cell]) -> list[Line]:
    """The rows of a sheet that hold anything, up to their last cell."""
    rows: dict[int, list[str]] = {}
    for cell in cells:
        line = rows.setdefault(cell.row, [])
        line.extend(chain.from_iterable([("",) * (cell.column - 1 - len(line)), [_text(cell)]]))
    return list(rows.items())


def _text(cell: workbook.Cell) -> str:
    """A cell as the text that a CSV of the same sheet would hold, numbers as they are stored."""
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, timedelta):
        return str(value / timedelta(days=1))
    return str(value)
