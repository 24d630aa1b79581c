"""The ledger: every cell or row that was set aside, repaired or read as something else, and why.

One row for each reason and place, with how many cells or rows it concerns.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from analysis.tables import read_table

COLUMNS = ["source", "table", "action", "number", "unit", "printed", "becomes", "reason", "first"]
ACTIONS = (
    "read",  # so that read = used + set aside can be checked by anyone
    "used",
    "set aside",
    "spelled",
    "repaired",  # a value that a program damaged on its way, brought back
    "marked not available",
    "labelled",
)


@dataclass(frozen=True)
class Entry:
    """``number`` cells or rows of ``source`` met the same fate for the same ``reason``."""

    source: str
    table: str
    action: str
    number: int
    unit: str
    printed: str = ""
    becomes: str = ""
    reason: str = ""
    first: str = ""


@dataclass
class Ledger:
    """Collects entries; equal ones (but for number and first place) are added up."""

    _entries: dict[tuple, Entry] = field(default_factory=dict)

    def note(self, entry: Entry) -> None:
        """Write an entry, or add its number to the one already there."""
        if entry.action not in ACTIONS:
            raise ValueError(f"{entry.action!r} is not an action of the ledger: {ACTIONS}")
        key = (
            entry.source,
            entry.table,
            entry.action,
            entry.unit,
            entry.printed,
            entry.becomes,
            entry.reason,
        )
        before = self._entries.get(key)
        if before is None:
            self._entries[key] = entry
        else:
            self._entries[key] = Entry(**asdict(before) | {"number": before.number + entry.number})

    def extend(self, frame: pd.DataFrame) -> None:
        """Take over the entries of another ledger's frame."""
        for row in frame.to_dict("records"):
            self.note(Entry(**row))

    @property
    def frame(self) -> pd.DataFrame:
        """All entries, sorted, in the columns ``COLUMNS``."""
        rows = sorted(
            (tuple(asdict(entry).values()) for entry in self._entries.values()),
            key=lambda row: [str(value) for value in row],
        )
        frame = pd.DataFrame(rows, columns=[*Entry.__dataclass_fields__])
        return frame[COLUMNS]


def read_ledger(path: Path) -> pd.DataFrame:
    """A ledger as written, every text as text."""
    frame = read_table(path, COLUMNS)
    return frame.assign(number=frame["number"].astype(int))
