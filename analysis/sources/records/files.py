"""A record-level file as it stands: CSV in its usual encodings and separators, or a workbook."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain, islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

import numpy as np

from analysis.errors import Refused, refusal
from analysis.sources import workbook
from analysis.sources.records.headers import HEADERS, is_known, recognised
from analysis.sources.records.lines import Line, Lines, fit, in_parts
from analysis.sources.records.remarks import Remark
from analysis.sources.records.table import Part, Table, collect

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
SOUGHT = 20  # rows in which the header is looked for: titles may stand above it
_FEWEST = 2  # known headers that make a row a header
_SIZE = 2**22  # bytes of a file in memory
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # zip (.xlsx, .ods); the older format, or locked
_POINTER = b"version https://git-lfs"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Found:
    """``parts``: the rows below the header, which are read once; no separator in a workbook."""

    header: Line
    parts: Iterator[Part]
    separator: str
    remarks: list[Remark]


def read_table(path: Path, pool: ProcessPoolExecutor | None = None) -> Table:
    """The table of record-level data in a file, read by the processes of a pool where one is given.

    Refuses what is no text and no workbook, a quotation mark that is not closed, and a file (or a
    workbook with no sheet, or with more than one) whose first rows hold no header of the form.
    """
    with opened(path, pool) as found:
        kept_out = [not is_known(name) for name in found.header[1]]
        parts = _with_quotes_checked(found, path.name) if found.separator else found.parts
        return collect(path.name, found.header, kept_out, parts, found.remarks)


@contextmanager
def opened(path: Path, pool: ProcessPoolExecutor | None = None) -> Iterator[Found]:
    """A record-level file, its header found and its rows ahead."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise refusal(str(path), f"cannot be read ({error.strerror})") from None
    with file:
        if file.read(4).startswith(_WORKBOOK):
            yield _read_workbook(path)
            return
        text, remarks = _in_utf_8(file, path)
        with text:
            yield _read_csv(text, path, remarks, pool)


def _read_csv(
    file: BinaryIO, path: Path, remarks: list[Remark], pool: ProcessPoolExecutor | None
) -> Found:
    above, header, parts, separator = _header(file, path, pool)
    if separator != ",":
        name = SEPARATORS[separator]
        remarks.append(Remark(header[0], "", "", "labelled", reason=f"separated by {name}"))
    return Found(header, parts, separator, remarks + _above(above))


def _above(lines: Iterable[Line]) -> list[Remark]:
    reason = "stands above the header and is not read"
    return [Remark(number, "", " ".join(cells).strip(), "labelled", reason=reason)
            for number, cells in lines if any(cells)]  # fmt: skip


def _in_utf_8(file: BinaryIO, path: Path) -> tuple[BinaryIO, list[Remark]]:
    """The text of a file from its first byte on, in UTF-8.

    It stands in UTF-8, in UTF-16 with its mark, or else in Windows-1252, line by line where both
    occur. Another encoding is written anew to a file without a name.
    """
    file.seek(0)
    first = file.read(len(_POINTER))
    if first.startswith(_WIDE):
        return _from_utf_16(file, path), [_encoded("UTF-16")]
    if _is_utf_8(file, path):
        file.seek(len(codecs.BOM_UTF8) if first.startswith(codecs.BOM_UTF8) else 0)
        return file, []
    return _from_windows_1252(file, path)


def _is_utf_8(file: BinaryIO, path: Path) -> bool:
    """Refuses an empty file, a pointer, and bytes that no text has."""
    decoder, valid, blank = codecs.getincrementaldecoder("utf-8")(), True, True
    for content in _pieces(file):
        if blank and content.startswith(_POINTER):
            raise refusal(str(path), "is a pointer of Git LFS, not the file", "the file itself")
        if b"\0" in content:
            raise refusal(str(path), "holds bytes that no text has", "CSV, XLSX or ODS")
        blank = blank and not content.strip()
        try:
            if valid and not (content.isascii() and not decoder.getstate()[0]):
                decoder.decode(content)
        except UnicodeDecodeError:
            valid = False
    if blank:
        raise refusal(str(path), "is empty", "a record-level file, the header first")
    with suppress(UnicodeDecodeError):
        return valid and decoder.decode(b"", final=True) is not None
    return False


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(partial(file.read, _SIZE), b"")


def _without_name() -> BinaryIO:
    return SpooledTemporaryFile(_SIZE)  # whoever opened the file that is read closes it


def _encoded(name: str) -> Remark:
    return Remark(1, "", "", "labelled", reason=f"in {name}")


def _from_utf_16(file: BinaryIO, path: Path) -> BinaryIO:
    decoder, text = codecs.getincrementaldecoder("utf-16")(), _without_name()
    try:
        for content in chain(_pieces(file), [b""]):
            text.write(decoder.decode(content, final=not content).encode())
    except UnicodeDecodeError as error:
        text.close()
        raise refusal(str(path), f"is damaged UTF-16 ({error.reason})") from None
    text.seek(0)
    return text


def _from_windows_1252(file: BinaryIO, path: Path) -> tuple[BinaryIO, list[Remark]]:
    file.seek(0)
    text, unicode_lines, first = _without_name(), 0, 0
    for number, line in enumerate(file, 1):
        try:
            line.decode()
            if not line.isascii():
                unicode_lines, first = unicode_lines + 1, first or number
        except UnicodeDecodeError:
            line = _line_in_windows_1252(line, number, path).encode()
        text.write(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)
    text.seek(0)
    remarks = [_encoded("Windows-1252")]
    if unicode_lines:
        mixed = "in UTF-8 where other lines are in Windows-1252: each is read as its own"
        remarks.append(
            Remark(1, "", f"line {first}", "labelled", reason=mixed, number=unicode_lines)
        )
    return text, remarks


def _line_in_windows_1252(line: bytes, number: int, path: Path) -> str:
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError as error:
        problem = f"line {number} holds the byte 0x{line[error.start]:02x}"
        raise refusal(str(path), problem, "UTF-8, Windows-1252, UTF-16 with its mark") from None


def _header(
    file: BinaryIO, path: Path, pool: ProcessPoolExecutor | None
) -> tuple[list[Line], Line, Iterator[Part], str]:
    """The rows above the header, the header, the rows below it, and the separator that finds it."""
    start = file.tell()

    def lines(separator: str) -> Lines:
        file.seek(start)
        return Lines(file, separator, str(path))

    first = {separator: _first_lines(lines(separator)) for separator in SEPARATORS}
    separator = max(first, key=lambda one: max(_found(first[one]), default=0))
    place = _place_of_header(first[separator])
    if place is None:
        list(islice(lines(",").one_by_one(SOUGHT), SOUGHT))  # or refuse what breaks its first rows
        raise _no_header(str(path), f"in its first {SOUGHT} rows")
    rest = lines(separator)
    begun = rest.one_by_one(place + 1)
    header = list(islice(begun, place + 1))[-1]
    below = chain(in_parts(begun, header[1]), rest.parts(header[1], pool))
    return first[separator][:place], header, below, separator


def _found(lines: list[Line]) -> list[int]:
    return [recognised(cells) for _, cells in lines]


def _place_of_header(lines: list[Line]) -> int | None:
    """The first row that names columns, and not one below it that repeats it better spelt."""
    found = _found(lines)
    enough = max(_FEWEST, max(found, default=0) / 2)
    return next((place for place, number in enumerate(found) if number >= enough), None)


def _first_lines(lines: Lines) -> list[Line]:
    """Rows in which the header may stand; none from where another separator breaks the quotes."""
    found = []
    with suppress(Refused):  # with the right separator the same row is refused when it is read
        found.extend(islice(lines.one_by_one(SOUGHT), SOUGHT))
    return found


def _no_header(where: str, place: str) -> Refused:
    problem = f"no header of a record-level file {place}"
    return refusal(where, problem, f"{', '.join(HEADERS[:2])} ... {HEADERS[-1]}")


def _with_quotes_checked(found: Found, file: str) -> Iterator[Part]:
    """Refuse a cell that holds the rest of a row and the beginning of another."""
    first: dict[int, tuple[int, str]] = {}  # by column
    for part in found.parts:
        for place, column in enumerate(part.columns):
            for code, value in enumerate(column.values):
                if "\n" in value and value.count(found.separator) >= len(found.header[1]) - 1:
                    row = int(part.rows[np.argmax(column.codes == code)])
                    first.setdefault(place, (row, value))
        yield part
    if first:
        row, value = first[min(first)]
        problem = f"a quotation mark is closed rows after it was opened ({value[:40]!r})"
        raise refusal(f"{file}: row {row}", problem, "both in one cell")


def _read_workbook(path: Path) -> Found:
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
    above = _above(line for line in lines if line[0] < header)
    other = [Remark(1, "", one, "labelled", reason="another sheet, which is not read")
             for one in sheets if one != name]  # fmt: skip
    below = ((number, fit(cells, width)) for number, cells in lines if number > header)
    names = next(fit(cells, width) for number, cells in lines if number == header)
    return Found((header, names), in_parts(below, names), "", above + other)


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
