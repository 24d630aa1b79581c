"""The plan of a release: for every count and finding of a report, what of it may be shown.

A release is a report made again with a plan in force, so that pages, charts, sentences and files
are made of protected rows and of nothing else. What the plan does not name is refused.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.counts import ROWS, SUPPRESSED, Count, Counts
from analysis.errors import refusal
from analysis.findings import Finding, Findings
from analysis.ledger import COLUMNS as LEDGER

RELEASE = "UOF_AUDIT_RELEASE"  # the variable that names the file of the plan in force


@dataclass(frozen=True)
class Plan:
    """What a release shows.

    ``counts`` and ``findings`` hold, for the id of every one of the report, the fields that
    change ({}: shown as it is). ``restricted`` are the keys of the sources under control;
    ``threshold`` and ``rounding`` are those of ``parameters.Disclosure``.
    """

    threshold: int
    rounding: int
    restricted: frozenset[str]
    counts: dict[str, dict]
    findings: dict[str, dict]

    def write(self, path: Path) -> None:
        """As JSON: equal plans are equal bytes."""
        held = asdict(self) | {"restricted": sorted(self.restricted)}
        text = json.dumps(held, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        path.write_text(f"{text}\n", encoding="utf-8", newline="\n")

    @classmethod
    def read(cls, path: Path) -> Plan:
        """A plan as ``write`` wrote it."""
        held = json.loads(path.read_text(encoding="utf-8"))
        return cls(**held | {"restricted": frozenset(held["restricted"])})

    def row(self, row: Count | Finding) -> Count | Finding:
        """A count or finding as the release shows it, its counts likewise, without its rows.

        Refuses one that the plan does not name: nothing is known of it, so nothing is shown.
        """
        if isinstance(row, Count):
            return replace(row, rows="", **_as_count(self._changes(self.counts, row.id)))
        rests_on = tuple(
            given if isinstance(given, str) else self.row(given) for given in row.counts
        )
        return replace(
            row, **{"counts": rests_on, **_as_finding(self._changes(self.findings, row.id))}
        )

    def rows(self, table: Counts | Findings) -> Counts | Findings:
        """A table of counts or findings as the release shows it."""
        if isinstance(table, Findings):
            return Findings(tuple(map(self.row, table)))
        frame = table.frame.assign(**{ROWS: ""})
        changes = [_as_count(self._changes(self.counts, one)) for one in frame["id"]]
        for column in sorted({name for change in changes for name in change}):
            shown = zip(changes, frame[column], strict=True)
            frame[column] = [change.get(column, as_it_is) for change, as_it_is in shown]
        return Counts(frame)

    def ledger(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A ledger (columns ``LEDGER``) as the release shows it, ``number`` as text.

        Of restricted sources stay what was done and why, not to how many rows, nor what a cell
        held or where it stood: entries that differ in nothing else are one.
        """
        hidden = frame["source"].isin(self.restricted)
        shown = frame.astype({"number": str})
        shown.loc[hidden, "number"] = SUPPRESSED
        shown.loc[hidden, ["printed", "becomes", "first"]] = ""
        return shown.drop_duplicates(ignore_index=True)[LEDGER]

    def _changes(self, named: dict[str, dict], row: str) -> dict:
        if row not in named:
            raise refusal(row, "the plan of this release does not name it", "what the report holds")
        return named[row]


def _as_count(changes: dict) -> dict:
    """The fields of a count: a value that is missing is NaN."""
    if "value" not in changes:
        return changes
    value = changes["value"]
    return changes | {"value": float("nan") if value is None else float(value)}


def _as_finding(changes: dict) -> dict:
    """The fields of a finding: JSON has no tuples."""
    return {name: tuple(held) if isinstance(held, list) else held for name, held in changes.items()}


@cache
def _read(path: str) -> Plan:
    return Plan.read(Path(path))


def plan_in_force() -> Plan | None:
    """The plan of the release that is being made; none for a report, which shows all."""
    path = os.environ.get(RELEASE)
    return _read(path) if path else None
