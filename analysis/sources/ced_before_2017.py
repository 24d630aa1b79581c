"""CED use before April 2017: calendar years, by kind, as the Home Office printed them.

Taken from a table of published figures (columns source, url, period, area, measure, value). The
publisher calls these years not comparable with the financial years after them (definition 10).
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from analysis.counts import ALL, STATED, WRITTEN, Counts, build
from analysis.errors import refusal
from analysis.ledger import Entry, Ledger
from analysis.sources.registry import sources
from analysis.standard.forces import official_force_name
from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE, tactic_name
from analysis.tables import read_table

SUBJECT = "CED by force"
COLUMNS = ["source", "url", "period", "area", "measure", "value"]
_KINDS = {"CED", "CED non-discharge", *CED_NON_DISCHARGE, "CED discharge", *CED_DISCHARGE,
          "CED not stated"}  # fmt: skip
# (source and period as the table of figures prints them): (our source, period, note)
TAKEN = {
    ("Home Office Taser X26 2016 tables", "Jan-Dec 2015 (revised)"): (
        "home-office-ced-2016", "2015", "revised"),
    ("Home Office Taser X26 2016 tables", "Jan-Dec 2016"): ("home-office-ced-2016", "2016", ""),
    ("Home Office ODS CED by type and force table", "Jan-Mar 2017"): (
        "home-office-2017-18", "2017-Q1", "three months"),
}  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    """The table of published figures as text."""
    return read_table(path, COLUMNS)


def clean(frame: pd.DataFrame, ledger: Ledger) -> dict[str, Counts]:
    """Counts by our source; rows of other periods, areas or publishers are set aside."""
    keys = list(zip(frame["source"], frame["period"], strict=True))
    taken = pd.Series([key in TAKEN for key in keys]) & (frame["area"] != "England and Wales")
    ledger.note(Entry("published-figures", "", "read", len(frame), "row"))
    ledger.note(
        Entry(
            "published-figures",
            "",
            "used",
            int(taken.sum()),
            "row",
            reason="CED use before April 2017",
        )
    )
    ledger.note(
        Entry(
            "published-figures",
            "",
            "set aside",
            int((~taken).sum()),
            "row",
            reason="other figures: not of CED use by a force before April 2017",
        )
    )
    rows: dict[str, list[dict]] = {}
    for number, line in frame[taken].iterrows():
        source, period, note = TAKEN[line["source"], line["period"]]
        where = f"published figures row {number + 2}"
        rows.setdefault(source, []).append(
            {
                "period": period,
                "area": official_force_name(line["area"], where),
                "measure": "tactic uses",
                "tactic": _kind(line["measure"], where),
                "breakdown": "",
                "group": ALL,
                "printed": _whole_number(line["value"], where),
                "status": STATED,
                "table": "CED by type and force",
                "cell": "",
                "note": note,
            }
        )
    return {
        source: build(
            pd.DataFrame(lines, columns=WRITTEN),
            source=source,
            edition=sources()[source].edition,
            subject=SUBJECT,
        )
        for source, lines in rows.items()
    }


def _kind(measure: str, where: str) -> str:
    """The kind of CED use that a measure names; another tactic is refused."""
    label = measure.removeprefix("CED ")
    if label == "uses total":
        return "CED"
    name = tactic_name(label, above="CED", type_of_force="", where=where)
    if name not in _KINDS:
        raise refusal(where, f"{measure!r} is not a kind of CED use", sorted(_KINDS))
    return name


def _whole_number(text: str, where: str) -> str:
    """``"72.0"``, as the table of figures writes it, is 72."""
    if not re.fullmatch(r"\d+(\.0)?", text):
        raise refusal(f"{where}, column value", repr(text), "a whole number")
    return text.removesuffix(".0")
