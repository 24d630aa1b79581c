"""What happened to the rows and cells of a record-level file on the way into the records."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten
from typing import NamedTuple

import pandas as pd

COLUMNS = ["row", "column", "value", "action", "becomes", "reason", "number"]
ACTIONS = ("set aside", "repaired", "spelled", "labelled")  # in the order in which they are shown
SHOWN = 20  # lines of one action in a summary; the rest by number
WIDEST = 60  # letters of a cell in a summary; the whole of it is in the table that is written


class Remark(NamedTuple):
    """``row`` as a spreadsheet shows it; ``column`` and ``value`` as header and cell print them.

    ``number`` is of cells or rows: a spelling is remarked on once for each column, with the first
    row in which it stands.
    """

    row: int
    column: str
    value: str
    action: str
    becomes: str = ""
    reason: str = ""
    number: int = 1


class Remarks(list[Remark]):
    """Remarks of one kind, block after block; ``once``: those of one value are one remark.

    Repairs are remarked on row by row in any case.
    """

    def __init__(self, once: bool) -> None:
        super().__init__()
        self._once = once
        self._places: dict[Remark, int] = {}

    def add(self, remarks: Iterable[Remark]) -> None:
        """Take the remarks of a block."""
        for one in remarks:
            place = len(self)
            if self._once and one.action != "repaired":
                place = self._places.setdefault(one._replace(row=0, number=0), len(self))
            if place == len(self):
                self.append(one)
            else:
                self[place] = self[place]._replace(number=self[place].number + one.number)


def remarks_frame(remarks: Iterable[Remark]) -> pd.DataFrame:
    """Remarks in the columns ``COLUMNS``, by row; those of a row in the order given."""
    frame = pd.DataFrame(list(remarks), columns=COLUMNS)
    return frame.sort_values("row", kind="stable", ignore_index=True)


def lines(frame: pd.DataFrame) -> list[str]:
    """A table of at most ``SHOWN`` remarks of each action, the worst first, and how many more.

    Columns row, column, value, becomes, times; the reason stands below the rows that share it.
    """
    found = []
    for action in ACTIONS:
        those = frame[frame["action"] == action]
        for reason, same in those.head(SHOWN).groupby("reason", sort=False):
            found += ["", f"{action.upper()}: {reason}", *_table(same)]
        if len(those) > SHOWN:
            found.append(f"... and {len(those) - SHOWN:,} more remarks: {action}")
    return found


def _table(remarks: pd.DataFrame) -> list[str]:
    """Remarks in columns as wide as their contents; of empty columns only the row is kept."""
    shown = remarks[["row", "column", "value", "becomes", "number"]].astype(str)
    shown = shown.rename(columns={"number": "times"})
    shown = shown[["row", *(name for name in shown.columns[1:] if shown[name].any())]]
    cells = [list(shown.columns), *shown.to_numpy().tolist()]
    cells = [[shorten(text, WIDEST, placeholder=" ...") or text[:WIDEST] for text in row]
             for row in cells]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
