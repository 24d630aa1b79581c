"""The rows that are kept in the canonical tables of ``analysis.records``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from analysis.records import CED_DETAILS
from analysis.sources.records.cells import Cells
from analysis.sources.records.remarks import Remark
from analysis.sources.records.rows import Rows
from analysis.sources.records.values import ticked
from analysis.standard.form import (
    CED_DEVICES,
    CED_USES,
    HEALTH_CONDITIONS,
    NOT_REPORTED,
    TACTIC_PAIRS,
    report_fields,
)

_NOT_USED = ("No", "N", "None", "FALSE", "False", "0", "N/A")  # in the column "CED Used"
_DETAILS = {  # field: device, detail
    f"CED {device}: {detail}": (device, detail)
    for device in range(1, CED_DEVICES + 1)
    for detail in CED_DETAILS
}
_BOXES = ("physical disability", "mental disability")


def absent(rows: Rows) -> tuple[str, ...]:
    """Fields that the file has no column for, those of tactics and of CEDs among them."""
    tactics = [f"tactic {position}" for position in range(1, TACTIC_PAIRS + 1)]
    ced = [f"CED {device}: {use}" for device in range(1, CED_DEVICES + 1) for use in CED_USES]
    asked = (*report_fields(), *tactics, *ced, *_DETAILS)
    fields = [one for one in asked if one not in rows.cells]
    if any(box in rows.cells for box in _BOXES) and "health condition" in fields:
        fields.remove("health condition")
    return tuple(fields)


def reports(rows: Rows) -> pd.DataFrame:
    """One row for each report, in the fields of the form and their categories."""
    written = {}
    for field, allowed in report_fields().items():
        written[field] = _categories(rows, field, allowed) if allowed else _texts(rows, field)
    return pd.DataFrame(written, index=rows.index)


def _texts(rows: Rows, field: str) -> np.ndarray:
    if field in rows.cells:
        return rows.cells[field].values[rows.kept]
    return np.full(rows.kept.sum(), "", object)


def _categories(rows: Rows, field: str, allowed: tuple[str, ...]) -> pd.Categorical:
    """The answers of the rows kept; "Not reported" where the file has no column for them."""
    if field in rows.cells:
        one = rows.cells[field]
        places = one.judged.categories[one.codes]
        if field in rows.boxes:
            places[rows.blank_box(field)] = allowed.index("No")
        return pd.Categorical.from_codes(places[rows.kept], dtype=_type(allowed))
    answers = _health(rows) if field == "health condition" else None
    if answers is None:
        answers = np.full(rows.kept.sum(), NOT_REPORTED, object)
    return pd.Categorical(answers, allowed)


@cache
def _type(allowed: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(allowed)


def _health(rows: Rows) -> np.ndarray | None:
    """From the two boxes on disability, where the file has no column of its own."""
    if not any(box in rows.cells for box in _BOXES):
        return None
    missing = np.full(rows.kept.sum(), NOT_REPORTED, object)
    physical, mental = (
        rows.cells[box].values[rows.kept] if box in rows.cells else missing for box in _BOXES
    )
    none, one, other, both = HEALTH_CONDITIONS
    cases = {
        both: (physical == "Yes") & (mental == "Yes"),
        other: physical == "Yes",
        one: mental == "Yes",
        none: (physical == "No") & (mental == "No"),
    }
    return np.select(list(cases.values()), list(cases), NOT_REPORTED)


def tactics(rows: Rows) -> pd.DataFrame:
    """Row, position, tactic and whether it was effective, in the order of the form."""
    parts = []
    for position in range(1, TACTIC_PAIRS + 1):
        if f"tactic {position}" not in rows.cells:
            continue
        tactic = rows.cells[f"tactic {position}"]
        named = ~tactic.says("") & rows.kept
        effective = rows.cells.get(f"effective {position}")
        answers = NOT_REPORTED if effective is None else effective.values[named]
        part = {"row": rows.rows[named], "position": position, "tactic": tactic.values[named],
                "effective": answers}  # fmt: skip
        parts.append(part)
    return _long(parts, ["row", "position", "tactic", "effective"])


def ced(rows: Rows) -> pd.DataFrame:
    """Row, device and use of every box that is ticked."""
    parts = []
    for one in rows.of_kind("ced"):
        device, use = one.column.field.removeprefix("CED ").split(": ")
        ticked = rows.rows[one.says("Yes") & rows.kept]
        parts.append({"row": ticked, "device": int(device), "use": use})
    return _long(parts, ["row", "device", "use"])


def ced_details(rows: Rows) -> pd.DataFrame:
    """Row, device and detail of every box on repeated or extended cycles that is ticked."""
    parts = []
    for one in _of_details(rows):
        device, detail = _DETAILS[one.column.field]
        yes = np.array([ticked(text) is True for text in one.judged.printed], bool)
        marked = rows.rows[yes[one.codes] & rows.kept]
        parts.append({"row": marked, "device": device, "detail": detail})
    return _long(parts, ["row", "device", "detail"])


def unread_details(rows: Rows) -> Iterator[Remark]:
    """Boxes on repeated or extended cycles whose words are neither a tick nor a No."""
    for one in _of_details(rows):
        unread = np.array([ticked(text) is None for text in one.judged.printed], bool)
        for place in np.flatnonzero(unread[one.codes] & rows.kept):
            row, printed = int(rows.rows[place]), one.printed(place)
            yield Remark(row, one.header, printed, "labelled",
                         reason="neither a tick nor a No: not counted")  # fmt: skip


def _of_details(rows: Rows) -> list[Cells]:
    return [rows.cells[field] for field in _DETAILS if field in rows.cells]


def ced_block(rows: Rows) -> pd.Series:
    """In which reports the block on CEDs says that one was used: in words or by a tick."""
    said = [one.says("Yes") for one in rows.of_kind("ced")]
    if (used := rows.cells.get("CED 1: used")) is not None:
        said.append(used.filled & ~used.says(*_NOT_USED))
    block = np.logical_or.reduce([np.zeros(len(rows.kept), bool), *said])
    return pd.Series(block[rows.kept], index=rows.index)


def _long(parts: list[dict], columns: list[str]) -> pd.DataFrame:
    """Parts that have rows, one below the other, by the first two columns."""
    frames = [pd.DataFrame(part) for part in parts if len(part["row"])]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=columns)
    types = {name: int if name in ("row", "position", "device") else str for name in columns}
    return frame.astype(types).sort_values(columns[:2], kind="stable", ignore_index=True)
