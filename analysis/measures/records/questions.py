"""Questions of the form in a file of records: the fields of each, and those that the file lacks."""

from __future__ import annotations

from analysis.records import Records


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
