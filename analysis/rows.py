"""The rows of a file that a count was taken over, packed into a short text.

A count over records is a number of rows, and over a force's log a sum over rows: with its rows a
count can be looked up, and sums and parts among counts can be found without knowing what they are
about.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def packed(unit: str, rows: ArrayLike) -> str:
    """``unit:bits``: bit r of the hexadecimal number is set for row r.

    ``unit`` names what is added up over rows: counts of one unit whose rows do not overlap add up.
    Rows are numbered as a spreadsheet shows them.

    >>> packed("report", [2, 3, 5])
    'report:2c'
    """
    numbers = np.asarray(rows, np.int64)
    held = np.zeros(numbers.max(initial=0) + 1, bool)
    held[numbers] = True
    bits = int.from_bytes(np.packbits(held, bitorder="little").tobytes(), "little")
    return f"{unit}:{bits:x}"


def unit_of(text: str) -> str:
    """What is added up."""
    return text.rpartition(":")[0]


def bits_of(text: str) -> int:
    """The rows as the bits of a number: part of another's where ``a & b == a``."""
    return int(text.rpartition(":")[2] or "0", 16)


def rows_of(text: str) -> list[int]:
    """The numbers of the rows, in order.

    >>> rows_of("report:2c")
    [2, 3, 5]
    """
    return [row for row, bit in enumerate(reversed(f"{bits_of(text):b}")) if bit == "1"]
