"""What happened to the rows and cells of a record-level file on the way into the records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

COLUMNS = ["row", "column", "value", "action", "becomes", "reason", "number"]
ACTIONS = ("set aside", "repaired", "spelled", "labelled")  # in the order in which they are shown
SHOWN = 20  # lines of one action in a summary; the rest by number


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


def remarks_frame(remarks: Iterable[Remark]) -> pd.DataFrame:
    """Remarks in the columns ``COLUMNS``, by row; those of a row in the order given."""
    frame = pd.DataFrame(list(remarks), columns=COLUMNS)
    return frame.sort_values("row", kind="stable", ignore_index=True)


def lines(frame: pd.DataFrame) -> list[str]:
    """At most ``SHOWN`` remarks of each action, a line each, and how many more there are."""
    found = []
    for action in ACTIONS:
        those = frame[frame["action"] == action]
        found += [_line(remark) for remark in those.head(SHOWN).itertuples(index=False)]
        if len(those) > SHOWN:
            found.append(f"... and {len(those) - SHOWN:,} more remarks: {action}")
    return found


def _line(remark) -> str:
    where = f"row {remark.row}" + (f", {remark.column}" if remark.column else "")
    value = f": {remark.value!r}" if remark.value else ""
    becomes = f" -> {remark.becomes!r}" if remark.becomes else ""
    times = f" ({remark.number:,} times)" if remark.number > 1 else ""
    return f"{remark.action}: {where}{value}{becomes}{times}: {remark.reason}"
