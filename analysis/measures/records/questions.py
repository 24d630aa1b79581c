"""Questions of the form in a file of records: the fields of each, and those that the file lacks."""

from __future__ import annotations

import re
from functools import cache

from analysis.records import Records
from analysis.sources.records.headers import KNOWN, letters

MONTH, TACTIC = "month", "tactic"
_DERIVED = {
    "date": MONTH,
    **dict.fromkeys(("physical disability", "mental disability"), "health condition"),
}


def fields_of(records: Records, question: str) -> list[str]:
    """The field of a question with one answer, or the fields of its boxes."""
    return [one for one in records.reports if one == question or one.startswith(f"{question}: ")]


def wholly_absent(records: Records, question: str) -> bool:
    """Whether the file has no column at all for a question."""
    return set(fields_of(records, question)) <= set(records.absent)


def lacks(records: Records, *questions: str) -> str:
    """Which questions, or boxes of them, the file has no column for, in words; or nothing."""
    missing = []
    for question in questions:
        absent = [one for one in fields_of(records, question) if one in records.absent]
        missing += [question] if wholly_absent(records, question) else absent
    return f"the file has no column for {', '.join(missing)}" if missing else ""


@cache
def _fields() -> dict[str, str]:
    return {letters(text): one.field for one in KNOWN for text in (one.header, *one.spellings)}


def question_of(header: str) -> str:
    """The question that a column of a file belongs to; nothing where it is none of the form.

    Tactics, their effects and the boxes of a CED are "tactic", the date "month", the boxes on
    disability "health condition".

    >>> question_of("Incident Location: Dwelling"), question_of("Tactic 3"), question_of("")
    ('location', 'tactic', '')
    """
    field = _fields().get(letters(header), "")
    if re.match(r"(tactic|effective|CED) \d", field):
        return TACTIC
    return _DERIVED.get(field, field.partition(":")[0])
