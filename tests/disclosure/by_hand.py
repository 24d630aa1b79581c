"""Counts over rows written by hand, and an attack on them that shares no code with the control.

The attack solves in whole numbers (a mixed integer programme), over regions that it finds itself.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.counts import ALL, ROWS, STATED, Counts, build
from analysis.rows import packed

SOURCE, TABLE = "records", "records.csv"


def counted(cells: dict[str, Iterable[int]], **given: str) -> pd.DataFrame:
    """Counts of reports, by their words, with these rows."""
    return pd.concat(
        [count(words, rows, **given) for words, rows in cells.items()], ignore_index=True
    )


def count(
    words: str,
    rows: Iterable[int] | None,
    number: int | None = None,
    *,
    unit: str = "report",
    measure: str = "reports",
    subject: str = "by hand",
    tactic: str = ALL,
    breakdown: str = "",
    group: str = "",
    source: str = SOURCE,
    status: str = STATED,
) -> pd.DataFrame:
    """One count; of ``number`` where its rows are not counted one by one."""
    rows = None if rows is None else [*rows]
    written = {
        "period": "2017-Q2", "area": "Cambridgeshire", "measure": measure, "tactic": tactic,
        "breakdown": breakdown, "group": group or words,
        "printed": str(len(rows) if number is None else number),
        "status": status, "table": TABLE, "cell": words, "note": "",
        ROWS: "" if rows is None else packed(unit, rows),
    }  # fmt: skip
    return build(pd.DataFrame([written]), source=source, edition="", subject=subject).frame


def printed(**groups: int) -> pd.DataFrame:
    """A printed table of reports by gender, without rows; ``all`` is its total."""
    written = [
        {"period": "2017-Q2", "area": "Cambridgeshire", "measure": "reports", "tactic": ALL,
         "breakdown": "gender", "group": group, "printed": str(number), "status": STATED,
         "table": "a table", "cell": group, "note": "", ROWS: ""}
        for group, number in groups.items()
    ]  # fmt: skip
    return build(pd.DataFrame(written), source=SOURCE, edition="", subject="by gender").frame


def words_of(counts: pd.DataFrame, ids: Iterable[str]) -> set[str]:
    return set(Counts(counts).by_id.loc[[*ids], "cell"])


def extents(
    cells: dict[str, Iterable[int]], shown: dict[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    """What each cell can be, where those of ``shown`` lie between two numbers, others are above 0.

    The regions of the rows are unknown numbers of reports.
    """
    sets = {words: set(rows) for words, rows in cells.items()}
    everyone = sorted(set().union(*sets.values()))
    regions = sorted({tuple(row in rows for rows in sets.values()) for row in everyone})
    made_of = np.array(regions, dtype=float).T
    ends = np.array([shown.get(words, (1, np.inf)) for words in sets])
    found = {}
    for words, row in zip(sets, made_of, strict=True):
        seen = []
        for sign in (1, -1):
            solved = milp(
                sign * row,
                constraints=LinearConstraint(made_of, ends[:, 0], ends[:, 1]),
                integrality=np.ones(len(row)),
                bounds=Bounds(0, 1000),
            )
            assert solved.success, solved.message
            seen.append(round(sign * solved.fun))
        found[words] = (seen[0], seen[1])
    return found
