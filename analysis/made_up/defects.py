"""Defects planted in made-up records, such as real files carry, and what is to become of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.standard.form import TACTIC_PAIRS

REPAIRED, SET_ASIDE, LABELLED = "repaired", "set aside", "labelled"
SHARE = 0.005  # of the reports that could carry a defect


@dataclass(frozen=True, eq=False)  # a key of dictionaries: each is itself alone
class Defect:
    """``changes`` (header: text) in rows in which ``column`` says ``value``."""

    kind: str
    becomes: str
    column: str
    value: str
    changes: dict[str, str]


def _cell(kind: str, becomes: str, column: str, value: str, text: str) -> Defect:
    return Defect(kind, becomes, column, value, {column: text})


_EMPTY = {
    header: ""
    for pair in range(2, TACTIC_PAIRS + 1)
    for header in (
        f"Tactic {pair}", f"Effective {pair}" if pair < TACTIC_PAIRS else "Tactic Effective 20",
    )
}  # fmt: skip
AGE_AS_DATE = _cell(
    "age turned into a date", REPAIRED, "SubjectAge", "11-17", "2017-11-01 00:00:00"
)
EFFECT_OF_NOTHING = Defect(
    "effective, and no tactic", LABELLED, "Tactic 9", "", {"Effective 9": "Yes"}
)
TWICE = Defect(
    "a tactic named twice", LABELLED, "Tactic 2", "Ground Restraint",
    {"Tactic 20": "Ground Restraint", "Tactic Effective 20": "Yes"},
)  # fmt: skip
NOT_CARRIED = Defect(
    "a CED used and not carried", LABELLED, "CED Used", "Yes", {"CarryingCED": "No"}
)
DEFECTS = (
    AGE_AS_DATE,
    EFFECT_OF_NOTHING,
    TWICE,
    NOT_CARRIED,
    _cell("stray spaces", REPAIRED, "SubjectGender", "Male", " Male "),
    _cell("capitals", REPAIRED, "SubjectEthnicity", "White", "WHITE"),
    _cell("curly apostrophe", REPAIRED, "SubjectEthnicity", "Don't know", "Don’t know"),
    _cell("unknown conduct", SET_ASIDE, "PrimaryConduct", "Active resistance", "Very cross"),
    _cell("unknown age", SET_ASIDE, "SubjectAge", "18-34", "old enough"),
    _cell("unknown answer", SET_ASIDE, "SingleCrewed", "Yes", "perhaps"),
    Defect("no such day", SET_ASIDE, "SubjectGender", "Female", {"IncidentDate": "2017-02-30"}),
    Defect("another year", SET_ASIDE, "SubjectAge", "50-64", {"IncidentDate": "1999-12-31"}),
    Defect("unknown tactic", SET_ASIDE, "Tactic 2", "Ground Restraint", {"Tactic 2": "Lasso"}),
    Defect("tactical communication alone", SET_ASIDE, "Tactic 2", "Compliant Handcuffing",
           {"Tactic 1": "Tactical Communications", **_EMPTY}),
)  # fmt: skip


def plant(
    records: pd.DataFrame, numbers: dict[Defect, int], random: np.random.Generator
) -> tuple[pd.DataFrame, list[dict]]:
    """The records with so many rows of each defect, no row with two, and the truth about them.

    The truth of a cell: row as a spreadsheet shows it, column, text, kind, what becomes of it.
    """
    touched = {header for defect in numbers for header in defect.changes}
    frame = records.astype(dict.fromkeys(touched, object))
    free, truth = np.ones(len(frame), bool), []
    for defect, number in numbers.items():
        rows = _rows(frame, defect, free, number, random)
        free[rows] = False
        for header, text in defect.changes.items():
            frame.loc[rows, header] = text
        truth += [
            {"row": int(row) + 2, "column": header, "text": text,
             "kind": defect.kind, "becomes": defect.becomes}
            for row in rows
            for header, text in defect.changes.items()
            if header not in _EMPTY or text
        ]  # fmt: skip
    return frame, truth


def everywhere(records: pd.DataFrame) -> dict[Defect, int]:
    """Every defect, in one in two hundred of the rows that could carry it and at least in one."""
    numbers = {}
    for defect in DEFECTS:
        could = int((records[defect.column] == defect.value).sum())
        numbers[defect] = min(could, 1 + int(SHARE * could))
    return numbers


def _rows(
    frame: pd.DataFrame,
    defect: Defect,
    free: np.ndarray,
    number: int,
    random: np.random.Generator,
) -> np.ndarray:
    """``number`` rows that the defect can strike, in order; fewer where there are not so many."""
    could = np.flatnonzero((frame[defect.column] == defect.value).to_numpy() & free)
    return np.sort(could[np.argsort(random.random(len(could)), kind="stable")][:number])
