"""The last look at a finished release: whether any of its files shows more than its plan does.

The release is read as a stranger reads it, from its files alone, and held against the plan and
against the rules of the plan, so that a defect of what made it is found here and not outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd

from analysis.counts import STATED, SUPPRESSED, Count
from analysis.disclosure.plan import Plan
from analysis.findings import COLUMNS as FINDING_COLUMNS
from analysis.findings import Finding
from analysis.tables import read_table, without_formulas

_NUMBERS = ("value", "lower", "upper", "confidence")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
_VOID = {"meta", "link", "br", "img", "hr", "input"}  # HTML elements that are never closed
_TICK = re.compile(r"[xy]tick_\d+$")


def leaks(
    folder: Path, plan: Plan, counts: pd.DataFrame, findings: pd.DataFrame, secrets: set[str]
) -> list[str]:
    """Where a release shows what its plan does not, one line each; numbers are not repeated.

    ``counts`` and ``findings`` are the tables of the report, all text. ``secrets`` are texts that
    must stand in no file: the hashes of restricted sources.
    """
    tables = {path: read_table(path) for path in sorted(folder.rglob("*.csv"))}
    expected = {"counts.csv": _planned(counts, plan.counts),
                "findings.csv": _planned(findings, plan.findings)}  # fmt: skip
    found = []
    for name, planned in expected.items():
        found += _differences(name, tables[folder / name], planned)
    shown = {row["id"]: row for table in expected.values() for row in table.to_dict("records")}
    found += _against_rules(tables[folder / "counts.csv"], plan)
    found += _against_ledger(tables[folder / "ledger.csv"], plan)
    rows = {one: _row(row) for one, row in shown.items()}
    for path, table in tables.items():
        if path.parent.name == "charts":
            name = path.relative_to(folder).as_posix()
            found += _differences(name, table, pd.DataFrame([shown[one] for one in table["id"]]))
            picture = path.with_suffix(".svg").read_text(encoding="utf-8")
            changed = [*filter(None, (_changes(plan, one) for one in table["id"]))]
            if changed:
                drawn = [rows[one] for one in table["id"]]
                found += _in_picture(f"charts/{path.stem}.svg", picture, drawn)
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".svg"}:
            text = path.read_text(encoding="utf-8")
            found += _in_tags(path.relative_to(folder).as_posix(), text, rows)
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            where = path.relative_to(folder).as_posix()
            found += [f"{where}: the hash of a restricted source" for one in secrets if one in text]
    return found


def _changes(plan: Plan, row: str) -> dict:
    return plan.counts.get(row) or plan.findings.get(row) or {}


def _planned(table: pd.DataFrame, changes: dict[str, dict]) -> pd.DataFrame:
    """A table of the report as the plan shows it, written as a release writes it."""
    frame = table.copy()
    for column in table.columns:
        frame[column] = [
            _written(changes[one][column]) if column in changes[one] else as_it_is
            for one, as_it_is in zip(table["id"], table[column], strict=True)
        ]
    return without_formulas(frame)


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _differences(name: str, table: pd.DataFrame, planned: pd.DataFrame) -> Iterator[str]:
    """Cells of a table of the release that are not as planned, and rows that are not planned."""
    if list(table["id"]) != list(planned["id"]):
        yield f"{name}: holds other rows than the report"
        return
    for column in table.columns:
        if column not in planned:
            yield f"{name}: has a column {column!r} of its own"
            continue
        wanted = planned[column].fillna("")
        held = table[column]
        wrong = held != wanted
        if column in _NUMBERS:
            wrong &= pd.to_numeric(held, errors="coerce").ne(pd.to_numeric(wanted, errors="coerce"))
        for one in table.loc[wrong, "id"]:
            yield f"{name}: {column} of {one} is not as planned"


def _against_rules(counts: pd.DataFrame, plan: Plan) -> Iterator[str]:
    """Restricted counts that break the rule of every plan: nought, hidden, or large and rounded."""
    for row in counts[counts["source"].isin(plan.restricted)].to_dict("records"):
        if row["status"] == STATED:
            value = float(row["value"])
            if value and (value < plan.threshold or value % plan.rounding):
                yield f"counts.csv: {row['id']} is neither rounded nor hidden"
        elif row["value"]:
            yield f"counts.csv: {row['id']} is hidden and has a value"
        if row["printed"] not in ("", SUPPRESSED, row["value"]):
            yield f"counts.csv: {row['id']} is printed as something else than its value"


def _against_ledger(ledger: pd.DataFrame, plan: Plan) -> Iterator[str]:
    own = ledger[ledger["source"].isin(plan.restricted)]
    open_ = own["number"].ne(SUPPRESSED) | own[["printed", "becomes", "first"]].ne("").any(axis=1)
    for source in sorted(set(own.loc[open_, "source"])):
        yield f"ledger.csv: says how many, what or where of {source}"


def _row(row: dict) -> Count | Finding:
    """A count or finding of a table, for the texts that a page shows of it."""
    number = {part: float(row[part]) if row.get(part) else None for part in _NUMBERS}
    if "series_id" not in row:
        value = float("nan") if number["value"] is None else number["value"]
        return Count(**row | {"value": value})
    given = {name: row[name] for name in FINDING_COLUMNS if name != "id"} | number
    return Finding(**given | {"caveats": (), "counts": (), "findings": ()})


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str | None]
    texts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Elements of a page or picture that are tagged with a row, and the other texts of pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tagged: list[_Element] = []
        self.untagged: list[str] = []  # in a picture, neither of a row nor at a tick of an axis
        self.alternatives: list[str] = []
        self._open: list[_Element] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        element = _Element(tag, dict(attrs))
        if tag == "svg":
            self.alternatives.append(element.attributes.get("aria-label") or "")
        if "data-id" in element.attributes:
            self.tagged.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while tag not in _VOID and self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        own = [one for one in self._open if "data-id" in one.attributes]
        for one in own[-1:]:
            one.texts.append(data)
        tick = any(_TICK.search(one.attributes.get("id") or "") for one in self._open)
        if not own and not tick and any(one.tag == "text" for one in self._open):
            self.untagged.append(data)


def _in_tags(name: str, text: str, rows: dict[str, Count | Finding]) -> Iterator[str]:
    """Tagged texts that are not what the plan's row says."""
    for one in _Reader(text).tagged:
        row, part = one.attributes["data-id"], one.attributes.get("data-part") or "value"
        if row not in rows:
            yield f"{name}: shows {row}, which is no row of the release"
        elif "".join(one.texts).strip() != rows[row].text(part):
            yield f"{name}: the {part} of {row} is not as planned"


def _in_picture(name: str, svg: str, rows: list[Count | Finding]) -> Iterator[str]:
    """Numbers in the words of a picture that are those of none of its rows."""
    told = {word for row in rows for word in _NUMBER.findall(_said(row))}
    reader = _Reader(svg)
    for words in (*reader.untagged, *reader.alternatives):
        if any(word not in told for word in _NUMBER.findall(words)):
            yield f"{name}: says a number that none of its rows has"


def _said(row: Count | Finding) -> str:
    """All that a picture may say of a row."""
    parts = ["value"]
    if isinstance(row, Finding):
        parts += [part for part in ("lower", "upper", "confidence") if getattr(row, part)]
    return " ".join([*map(row.text, parts), row.label, row.area, row.period])
