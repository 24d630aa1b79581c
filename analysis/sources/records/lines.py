"""Rows of a CSV in blocks: cells are found and told apart in arrays, and nothing is guessed.

A block in which every quotation mark opens or closes a cell, as RFC 4180 has it, is read at once.
Rows of another width are then read by Python's ``csv``, and so is a whole block in which a mark
stands elsewhere, so that the result is that of ``csv`` in every case.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import eq
from typing import BinaryIO

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.processes import in_order
from analysis.sources.records.table import Coded, Part

Line = tuple[int, list[str]]  # a row: its number as a spreadsheet shows it, and its cells
_SIZE = 2**22  # bytes of a block: arrays of it stay near the processor
_ROWS = 2_000  # in memory as text
_WORD = 8  # bytes of a cell that are compared at once
_MASKS = np.array([2 ** (8 * size) - 1 for size in range(_WORD + 1)], np.uint64)
_AGAIN = "is the header once more"
_QUOTE, _RETURN, _END = b'"\r\n'


class Lines:
    """The rows of a CSV in UTF-8, strictly read, from the first to the last.

    ``number`` and ``offset``: of the last row read, and the byte behind it.
    """

    def __init__(self, file: BinaryIO, separator: str, where: str) -> None:
        self.file, self.separator, self.where = file, separator, where
        self.number, self.offset, self._whole = 0, file.tell(), True

    def one_by_one(self, rows: float = 0, upto: float = 0) -> Iterator[Line]:
        """At least so many rows, at least ``upto`` this byte, and to the end of a line.

        Refuses quotation marks that do not close, and what else ``csv`` finds damaged.
        """
        reader = csv.reader(self._text(), delimiter=self.separator, strict=True)
        try:
            for cells in reader:
                self.number += 1
                yield self.number, cells
                if self._whole and self.number >= rows and self.offset >= upto:
                    return
        except csv.Error as error:
            where = f"{self.where}: row {self.number + 1}"
            raise refusal(where, f"is damaged as CSV ({error})") from None

    def _text(self) -> Iterator[str]:
        self.file.seek(self.offset)
        for line in self.file:
            pieces = list(io.StringIO(line.decode(), newline=""))  # \r alone ends a row too
            for place, piece in enumerate(pieces, 1):
                self._whole = place == len(pieces)
                if self._whole:
                    self.offset += len(line)
                yield piece

    def parts(self, names: list[str], pool: ProcessPoolExecutor | None = None) -> Iterator[Part]:
        """The rest of the file below the header ``names``, in parts.

        Blocks are taken apart in the processes of a pool where there is one.
        """
        apart, read = partial(_taken_apart, self.separator, names), True
        while read:
            read = False
            with closing(in_order(pool, apart, self._blocks())) as found:
                for block in found:
                    if not block:  # csv goes on from here to the next end of a line
                        yield from in_parts(self.one_by_one(upto=self.offset + _SIZE), names)
                        read = True
                        break
                    yield block.part.below(self.number)
                    self.number += block.rows
                    self.offset += block.size

    def _blocks(self) -> Iterator[bytes]:
        """Whole rows from here on; nothing where a block has no end of a row."""
        offset, content = self.offset, b"\n"
        while content:
            self.file.seek(offset)
            if not (content := self.file.read(_SIZE)):
                return
            if len(content) < _SIZE and not content.endswith(b"\n"):
                content += b"\n"
            content = content[: _whole_rows(content)]
            offset += len(content)
            yield content


@dataclass(frozen=True)
class _Apart:
    """A block that has been taken apart: its rows, numbered from 1, how many lines, and bytes."""

    part: Part
    rows: int
    size: int


def _taken_apart(separator: str, names: list[str], content: bytes) -> _Apart | None:
    """None where ``csv`` must read the block."""
    found = _Found.of(content, separator) if content else None
    return _Apart(found.part(names), len(found.ends), len(content)) if found else None


def in_parts(lines: Iterable[Line], names: list[str]) -> Iterator[Part]:
    """Rows that were read one by one, in parts."""
    lines = iter(lines)
    while some := list(islice(lines, _ROWS)):
        held = [line for line in some if _holds_anything(line[1])]
        damaged = {place: problem for place, (_, cells) in enumerate(held)
                   if (problem := _damage(cells, names))}  # fmt: skip
        empty = [number for number, cells in some if not _holds_anything(cells)]
        cells = [fit(cells, len(names)) for _, cells in held]
        columns = [_coded(values) for values in zip(*cells, strict=True)]
        yield Part(np.array([number for number, _ in held], np.int32), columns, damaged, empty)


def _coded(values: Iterable[str]) -> Coded:
    known: dict[str, int] = {}
    codes = [known.setdefault(one, len(known)) for one in values]
    return Coded(list(known), np.array(codes, np.intp))


def _holds_anything(cells: list[str]) -> bool:
    return any(cells) and any(cell.strip() for cell in cells)


def _damage(cells: list[str], names: list[str]) -> str:
    """What is wrong with the row as a whole: torn, shifted, or the header once more."""
    wide = len(names)
    if len(cells) < wide or any(cell.strip() for cell in cells[wide:]):
        return f"has {len(cells):,} cells where the header has {wide:,}"
    return _AGAIN if sum(map(eq, cells, names)) * 2 > wide else ""


def fit(cells: list[str], width: int) -> list[str]:
    """Trailing empty cells are no cells, and missing ones are empty."""
    return cells if len(cells) == width else (cells + [""] * width)[:width]


def _whole_rows(content: bytes) -> int:
    """The end of the last row that ends in the content, if every quotation mark is a CSV's."""
    end = content.rfind(b"\n") + 1
    marks = content.count(b'"', 0, end)
    while end and marks % 2:
        before = content.rfind(b"\n", 0, end - 1) + 1
        marks -= content.count(b'"', before, end)
        end = before
    return end


class _Found:
    """The cells of a block: ``stops`` are the bytes behind them, ``ends`` which are rows' last."""

    def __init__(self, content: bytes, separator: str, marks: np.ndarray) -> None:
        self.content, self.separator = content, separator
        # so many bytes more that words can be read from every byte
        self.bytes = np.frombuffer(content + bytes(_WORD), np.uint8)
        self.words = np.lib.stride_tricks.as_strided(
            self.bytes[:_WORD].view(np.uint64), (len(content) + 1,), (1,)
        )
        self.opened = marks[::2]
        every = self.bytes[: len(content)]
        stops = np.flatnonzero((every == ord(separator)) | (every == _END)).astype(np.int32)
        self.stops = _outside(stops, self.opened, marks[1::2])
        ends = np.flatnonzero(every == _END).astype(np.int32)
        found = np.searchsorted(self.stops, ends)
        self.ends = found[self.stops[found] == ends]  # others stand between marks
        self.first = np.concatenate([[0], self.ends[:-1] + 1])  # cell of each row

    @classmethod
    def of(cls, content: bytes, separator: str) -> _Found | None:
        """None where a mark stands inside a cell without marks, a row ends by \\r alone, or a row
        may have a cell that is too long for ``csv``.
        """
        every = np.frombuffer(content, np.uint8)
        marks = np.flatnonzero(every == _QUOTE).astype(np.int32)  # searched in stops, of this type
        # before the first byte stands the last one, the end of a row
        before, behind = every[marks[::2] - 1], every[marks[1::2] + 1]
        stops = (ord(separator), _END, _QUOTE)
        if not (np.isin(before, stops).all() and np.isin(behind, (*stops, _RETURN)).all()):
            return None
        if b"\r" in content:
            returns = np.flatnonzero(every == _RETURN)
            alone = returns[every[returns + 1] != _END]
            if (np.searchsorted(marks, alone) % 2 == 0).any():
                return None
        if b"\0" in content:  # words of bytes could not be told from shorter ones
            return None
        found = cls(content, separator, marks)
        longest = np.diff(found.stops[found.ends], prepend=-1).max()
        return None if longest > csv.field_size_limit() else found

    def part(self, names: list[str]) -> Part:
        """The rows as a part of the table, numbered from 1."""
        wide = len(names)
        starts = np.concatenate([[0], self.stops[self.ends[:-1]] + 1])
        stops = self.stops[self.ends]
        usual = self.ends - self.first + 1 == wide
        columns = list(self._columns(wide, usual, starts[usual].astype(np.int32)))
        numbers = np.arange(1, 1 + len(usual), dtype=np.int32)
        held = _held(columns, int(usual.sum()))
        empty = numbers[usual][~held].tolist()
        if empty:
            columns = [Coded(one.values, one.codes[held]) for one in columns]
        again = _headers_again(columns, names, int(held.sum()))
        part = Part(numbers[usual][held], columns, again, empty)
        others = [(int(numbers[place]), self._cells(starts[place], stops[place]))
                  for place in np.flatnonzero(~usual)]  # fmt: skip
        return _merged([part, *in_parts(others, names)]) if others else part

    def _cells(self, start: int, stop: int) -> list[str]:
        text = io.StringIO(self.content[start : stop + 1].decode(), newline="")
        return next(csv.reader(text, delimiter=self.separator, strict=True))

    def _columns(self, wide: int, usual: np.ndarray, start: np.ndarray) -> Iterator[Coded]:
        if usual.all():
            stops = np.ascontiguousarray(self.stops.reshape(-1, wide).T)
        else:
            stops = self.stops[np.arange(wide)[:, None] + self.first[usual]]
        cells = np.searchsorted(self.stops, self.opened)
        marked = {*(cells - self.first[np.searchsorted(self.ends, cells)]).tolist()}
        for place, stop in enumerate(stops):
            length = stop - start
            if place == wide - 1:
                length -= self.bytes[stop - 1] == _RETURN  # a cell before it ends by a separator
            inside = start
            if place in marked:
                marks = self.bytes[start] == _QUOTE
                inside, length = start + marks, length - 2 * marks
            yield self._coded(inside, length)
            start = stop + 1

    def _coded(self, start: np.ndarray, length: np.ndarray) -> Coded:
        """Cells told apart, a word of bytes after the other."""
        longest = int(length.max(initial=0))
        if not longest:
            return Coded([""] * bool(len(start)), np.zeros(len(start), np.uint8))
        words = self.words[start]
        words &= _MASKS[np.minimum(length, _WORD)]
        codes, different = pd.factorize(words)
        if longest <= _WORD:  # no byte is nought, so that a word is one cell
            cells = [one.to_bytes(_WORD, "little").rstrip(b"\0") for one in different.tolist()]
        else:
            codes, first = self._told_apart(codes, words, start, length, longest)
            places = zip(start[first].tolist(), length[first].tolist(), strict=True)
            cells = [self.content[at : at + size] for at, size in places]
        values = [one.decode().replace('""', '"') for one in cells]
        return Coded(values, codes.astype(np.min_scalar_type(len(values))))  # small on its way

    def _told_apart(
        self, codes: np.ndarray, words: np.ndarray, start: np.ndarray, length: np.ndarray,
        longest: int,
    ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        """Codes of cells whose first words have the ``codes``, and where each stands first."""
        codes, _ = pd.factorize(codes * (longest + 1) + length)
        first = _first(codes)
        for done in range(_WORD, longest, _WORD):  # cells of one code have one length
            more = np.flatnonzero(length > done)
            words[more] = self.words[start[more] + done]
            words[more] &= _MASKS[np.minimum(length[more] - done, _WORD)]
            if (words[first[codes[more]]] == words[more]).all():
                continue
            found, different = pd.factorize(words[more])
            pairs = codes * (len(different) + 1)
            pairs[more] += found + 1
            codes, _ = pd.factorize(pairs)
            first = _first(codes)
        return codes, first


def _first(codes: np.ndarray) -> np.ndarray:
    """Where each code stands first; codes are numbered in the order in which they are met."""
    highest = np.maximum.accumulate(codes)
    return np.concatenate([[0], np.flatnonzero(highest[1:] != highest[:-1]) + 1])


def _outside(stops: np.ndarray, opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
    """Separators and ends of lines that do not stand between quotation marks."""
    first = np.searchsorted(stops, opened)
    sizes = np.searchsorted(stops, closed) - first
    if not sizes.any():
        return stops
    inside = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    return np.delete(stops, inside)


def _held(columns: list[Coded], rows: int) -> np.ndarray:
    """Which rows hold anything but spaces."""
    held = np.zeros(rows, bool)
    for one in columns:
        if held.all():
            break
        held |= np.array([bool(value.strip()) for value in one.values], bool)[one.codes]
    return held


def _headers_again(columns: list[Coded], names: list[str], rows: int) -> dict[int, str]:
    """The rows that are the header once more."""
    same = np.zeros(rows, int)
    for one, name in zip(columns, names, strict=True):
        if name in one.values:
            same += one.codes == one.values.index(name)
    return {int(place): _AGAIN for place in np.flatnonzero(same * 2 > len(names))}


def _merged(parts: list[Part]) -> Part:
    """Parts of one stretch of the file as one, in the order of their rows."""
    rows = np.concatenate([one.rows for one in parts])
    order = np.argsort(rows)
    place = np.empty(len(rows), int)
    place[order] = np.arange(len(rows))
    damaged, before, codes, values = {}, 0, [], []
    for one in parts:
        damaged |= {int(place[before + at]): problem for at, problem in one.damaged.items()}
        before += len(one.rows)
    held = [one for one in parts if len(one.rows)]
    columns = []
    for same in zip(*(one.columns for one in held), strict=True):
        values = [value for one in same for value in one.values]
        known: dict[str, int] = {}
        number = np.array([known.setdefault(value, len(known)) for value in values], int)
        shifts = np.cumsum([0, *(len(one.values) for one in same[:-1])])
        codes = np.concatenate([one.codes + shift for one, shift in zip(same, shifts, strict=True)])
        met, those = pd.factorize(number[codes][order])
        texts = list(known)
        columns.append(Coded([texts[code] for code in those], met))
    damaged = dict(sorted(damaged.items()))
    empty = sorted(number for one in parts for number in one.empty)
    return Part(rows[order], columns, damaged, empty)
