"""The table of record-level data: each column's different values, and codes kept on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from tempfile import SpooledTemporaryFile

import numpy as np

from analysis.sources.records.remarks import Remark

AT_ONCE = 65_536  # rows of a block: more take more memory, fewer more time
_IN_MEMORY = 2**25  # bytes of codes, beyond which they go to disk
Codes = Sequence[np.ndarray]  # of each column, a code for each row


@dataclass(frozen=True)
class Coded:
    """A column, or a part of it: its different values, and for each row which of them."""

    values: list[str]
    codes: np.ndarray


@dataclass(frozen=True)
class Part:
    """Rows as they were read: the number of each that holds anything, and their cells.

    ``damaged``: place in ``rows``: what is wrong with a row as a whole. ``empty``: the numbers of
    rows that hold nothing.
    """

    rows: np.ndarray
    columns: list[Coded]
    damaged: dict[int, str]
    empty: list[int]

    def below(self, number: int) -> Part:
        """The same rows, numbered from that of the row above the first."""
        empty = [one + number for one in self.empty]
        return replace(self, rows=self.rows + np.int32(number), empty=empty)


@dataclass(frozen=True)
class Block:
    """Rows of a table: their numbers, the codes of each column, and those that are damaged."""

    rows: np.ndarray
    codes: Codes
    damaged: dict[int, str]


@dataclass(frozen=True)
class Values:
    """The different values of a column, in the order in which they are met.

    Of a column that is ``kept_out`` they are not held, since each row may have its own: the code of
    a value is then a hash of 64 bits, and ``filled`` says whether one was more than spaces.
    """

    kept_out: bool
    codes: dict[str, int] = field(default_factory=dict)
    filled: list[str] = field(default_factory=list)

    def coded(self, part: Coded) -> np.ndarray:
        """The rows of a part in the codes of the whole column."""
        if self.kept_out:
            if not self.filled:
                self.filled.extend([one for one in part.values if one.strip()][:1])
            known = np.array([_hash(one) for one in part.values], np.uint64)
        else:
            codes = self.codes
            numbers = [codes.setdefault(one, len(codes)) for one in part.values]
            if numbers == [0]:  # as most columns of most parts, which are empty
                return part.codes.astype(np.uint8, copy=False)
            known = np.array(numbers, np.min_scalar_type(len(codes)))
        return known[part.codes]


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class Table:
    """The table of a file, every cell as text.

    ``rows``: how many hold anything. ``values``: of each column. Codes are on disk, a block of rows
    after the other, so that memory does not grow with the file.
    """

    file: str
    header_row: int
    header: list[str]
    rows: int
    values: list[Values]
    blocks: Blocks
    remarks: list[Remark]

    def row(self, place: int) -> int:
        """The number of a row, by its place among those that hold anything."""
        return int(self.blocks.rows()[place])

    def column(self, place: int) -> Coded:
        """A column of the whole file."""
        return Coded(list(self.values[place].codes), self.blocks.column(place))

    @cached_property
    def damaged(self) -> np.ndarray:
        """Which rows of the file are damaged as a whole."""
        return np.concatenate([mask(one, size) for size, one in self.blocks.damaged])


def mask(places: Collection[int], size: int) -> np.ndarray:
    """The places as a mask."""
    found = np.zeros(size, bool)
    found[list(places)] = True
    return found


class Blocks:
    """Blocks of rows on disk, in the order of the file; a column can be read without the others."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - as long as the table
        self._kept: list[list[_Kept]] = []
        self.damaged: list[tuple[int, dict[int, str]]] = []  # size of a block, its damaged rows

    def add(self, block: Block) -> None:
        """Write a block at the end."""
        self.damaged.append((len(block.rows), block.damaged))
        self._kept.append([self._write(one) for one in (block.rows, *block.codes)])

    def _write(self, codes: np.ndarray) -> _Kept:
        if (codes == codes[0]).all():
            return _Kept(0, len(codes), codes[:1].copy())  # a view would hold the whole array
        kept = _Kept(self._file.tell(), len(codes), codes[:0].copy())
        self._file.write(codes.tobytes())
        return kept

    def _read(self, kept: _Kept) -> np.ndarray:
        if len(kept.like):
            return np.repeat(kept.like, kept.rows)
        self._file.seek(kept.start)
        read = self._file.read(kept.rows * kept.like.itemsize)
        return np.frombuffer(read, kept.like.dtype)

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, place: int) -> Block:
        rows, *codes = map(self._read, self._kept[place])
        return Block(rows, codes, self.damaged[place][1])

    def __iter__(self) -> Iterator[Block]:
        return (self[place] for place in range(len(self)))

    def column(self, place: int) -> np.ndarray:
        """The codes of a column, for every row of the file."""
        return np.concatenate([self._read(kept[place + 1]) for kept in self._kept])

    def rows(self) -> np.ndarray:
        """The number of every row."""
        return self.column(-1)


@dataclass(frozen=True)
class _Kept:
    """Where the codes of a column in a block stand; ``like`` is their one value, or none."""

    start: int
    rows: int
    like: np.ndarray


def collect(
    file: str, header: tuple[int, list[str]], kept_out: Sequence[bool], parts: Iterable[Part],
    remarks: list[Remark],
) -> Table:  # fmt: skip
    """Parts of a file as a table; empty rows are no rows. ``kept_out``: which columns are."""
    values, blocks = [Values(one) for one in kept_out], Blocks()
    rows, first_empty, empty = 0, 0, 0
    waiting: list[Block] = []
    for part in parts:
        if part.empty:
            first_empty, empty = first_empty or part.empty[0], empty + len(part.empty)
        if not len(part.rows):
            continue
        rows += len(part.rows)
        codes = [one.coded(cells) for one, cells in zip(values, part.columns, strict=True)]
        waiting.append(Block(part.rows, codes, part.damaged))
        if sum(len(one.rows) for one in waiting) >= AT_ONCE:
            blocks.add(_joined(waiting))
            waiting = []
    if waiting:
        blocks.add(_joined(waiting))
    if empty:
        reason = "holds nothing: no row of the table"
        remarks = [*remarks, Remark(first_empty, "", "", "labelled", reason=reason, number=empty)]
    return Table(file, *header, rows, values, blocks, remarks)


def _joined(blocks: list[Block]) -> Block:
    damaged, before = {}, 0
    for one in blocks:
        damaged |= {before + place: problem for place, problem in one.damaged.items()}
        before += len(one.rows)
    codes = zip(*(one.codes for one in blocks), strict=True)
    rows = np.concatenate([one.rows for one in blocks])
    return Block(rows, [np.concatenate(one) for one in codes], damaged)
