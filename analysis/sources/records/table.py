"""The table of a record-level file, every cell as text."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analysis.sources.records.remarks import Remark


@dataclass(frozen=True)
class Coded:
    """A column: its different values, and for each row which of them."""

    values: list[str]
    codes: np.ndarray


@dataclass(frozen=True)
class Table:
    """The table of a file, every cell as text.

    ``rows``: the number of each row that holds anything, as a spreadsheet shows it. ``damaged``:
    place in ``rows``: what is wrong with a row as a whole.
    """

    file: str
    header_row: int
    header: list[str]
    rows: np.ndarray
    columns: list[Coded]
    damaged: dict[int, str]
    remarks: list[Remark] = field(default_factory=list)
