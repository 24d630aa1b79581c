"""Answers of one report that do not fit together: labelled, never set aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.records import CED_NOT_STATED, Records
from analysis.sources.records.remarks import Remark
from analysis.standard.form import CED_USES, NOT_REPORTED, TACTIC_PAIRS

_LEVELS = {"officer injured": "officer injury level", "subject injured": "subject injury level"}
_NO_TACTIC = "no tactic is reported"
_GAP = "a tactic after an empty pair"
_TWICE = "the same tactic once more: a report counts it once"


def contradictions(
    records: Records, headers: Mapping[str, str], block: pd.Series
) -> Iterator[Remark]:
    """A remark for each report and contradiction.

    ``headers``: the file's own, by field; ``block``: in which reports the form's block on CEDs says
    that one was used.
    """
    found = (*_of_ced(records, headers, block), *_of_injury(records, headers))
    for field, mask, value, reason in found:
        for row in mask.index[mask]:
            yield Remark(int(row), headers.get(field, ""), value, "labelled", reason=reason)


def _of_ced(records: Records, headers: Mapping[str, str], block: pd.Series) -> Iterator[tuple]:
    """(field, which reports, value, why): a CED among the tactics and in its block."""
    ceds = records.tactics["tactic"].isin([*CED_USES, CED_NOT_STATED])
    named = pd.Series(records.reports.index.isin(records.tactics.loc[ceds, "row"]), block.index)
    if any(field.startswith("CED 1:") for field in headers):
        yield "CED 1: used", block & ~named, "", "the block says CED used, and no tactic is one"
        yield "CED 1: used", named & ~block, "", "a tactic is a CED, and the block is empty"
    used = named | block
    carried = records.answered("CED carried", "No")
    yield "CED carried", used & carried, "No", "a CED used, and the answer that none was carried"
    young = used & records.answered("age", "Under 11")
    yield "age", young, "Under 11", "a CED with an age under 11: often a wrong key, or an animal"


def _of_injury(records: Records, headers: Mapping[str, str]) -> Iterator[tuple]:
    """(field, which reports, value, why): who was injured, how badly, and what came of it."""
    for injured, level in _LEVELS.items():
        for one in records.reports[level].cat.categories.drop(NOT_REPORTED):
            both = records.answered(injured, "No") & records.answered(level, one)
            yield level, both, one, "a level of injury where the answer is that nobody was injured"
    if {"outcome: Fatality", "subject injury level"} <= headers.keys():
        dead = records.answered("subject injury level", "Death")
        fatal = records.answered("outcome: Fatality")
        yield (
            "outcome: Fatality",
            fatal & ~dead,
            "Yes",
            "a fatality, and no death as injury",
        )


def of_tactics(records: Records, headers: Mapping[str, str]) -> Iterator[Remark]:
    """Pairs of a tactic and its effect that leave a gap, repeat a tactic, or name none at all."""
    tactics = records.tactics.sort_values(["row", "position"])
    for row in records.reports.index.difference(tactics["row"]):
        yield Remark(int(row), headers.get("tactic 1", ""), "", "labelled", reason=_NO_TACTIC)
    there = [place for place in range(1, TACTIC_PAIRS + 1) if f"tactic {place}" in headers]
    pair = tactics["position"].map({place: number for number, place in enumerate(there)})
    first_gap = tactics[pair > tactics.groupby("row").cumcount()].drop_duplicates("row")
    again = tactics[tactics.duplicated(["row", "tactic"])]
    for frame, reason in ((first_gap, _GAP), (again, _TWICE)):
        for row, position, tactic in frame[["row", "position", "tactic"]].itertuples(index=False):
            header = headers.get(f"tactic {position}", "")
            yield Remark(int(row), header, tactic, "labelled", reason=reason)
