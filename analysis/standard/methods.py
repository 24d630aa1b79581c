"""Methods: what the name of a method stands for, and where it is described.

A table knows the beginnings of names: "Wilson score by incident, worst case" is found under the
longest that fits. References are those of the functions that compute.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Method:
    """A method by the beginning of its name, its reference, and what it does in one line.

    ``reference`` is a paper or book, or says that a number is counted, printed or worked out.
    """

    method: str
    reference: str
    words: str


@cache
def methods() -> dict[str, Method]:
    """Every known method by the beginning of its name."""
    with (Path(__file__).parent / "methods.csv").open(encoding="utf-8", newline="") as file:
        return {row["method"]: Method(**row) for row in csv.DictReader(file)}


@cache
def method_of(name: str) -> Method | None:
    """The method that a finding names; none where the table does not know it.

    A beginning ends where a word of the name ends.

    >>> method_of("Wilson score by incident, worst case").reference.partition(";")[0]
    'Wilson 1927'
    >>> method_of("reporting"), method_of("")
    (None, None)
    """
    fits = [
        known
        for known in methods()
        if name.startswith(known) and not name[len(known) :][:1].isalnum()
    ]
    return methods()[max(fits, key=len)] if fits else None
