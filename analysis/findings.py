"""Findings: what was concluded. One row each, with its interval, method and what it rests on.

``series_id`` is the same in every run and quarter (measure, unit, comparator, method, choices);
with area, period and edition it makes the id. "Not available", with its reason, is a finding too.
"""

from __future__ import annotations

import fnmatch
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from analysis.counts import NOT_AVAILABLE, STATED, Count
from analysis.origin import maker
from analysis.standard.names import slug
from analysis.tables import significant

RECORD = "application/vnd.uof-audit.record+json"  # what a chapter records, among its outputs
TOO_FEW = "too few to say"
KINDS = (
    "count", "difference", "share", "rate", "ratio", "statistic", "printed", "figure", "verdict",
    "remark",
)  # fmt: skip


def formatted(value: float, form: str) -> str:
    """A number as the reader sees it: ``count``, ``percent:D`` of a share, ``number:D``.

    A half is rounded away from nought, as people do by hand.

    >>> formatted(0.17799, "percent:1"), formatted(32058, "count"), formatted(-5, "count")
    ('17.8%', '32,058', '−5')
    """
    kind, _, digits = form.partition(":")
    number = Decimal(repr(float(value))) * (100 if kind == "percent" else 1)
    number = number.quantize(Decimal(1).scaleb(-int(digits or 0)), ROUND_HALF_UP)
    text = f"{abs(number):,f}" + ("%" if kind == "percent" else "")
    return f"−{text}" if number < 0 else text


@dataclass(frozen=True)
class Finding:
    """One conclusion.

    ``value``, ``lower`` and ``upper`` are numbers in the unit that ``form`` prints; shares are
    proportions. ``outcome`` holds the words of a verdict or a remark. ``counts`` are those it rests
    on, or a pattern such as ``home-office-2019-20/age/*`` where it rests on a whole table.
    ``basis`` says how the counts make a share or rate, such as ``{0} of {1}``. ``findings`` are the
    ids of other findings that it rests on. ``made_by`` is the function that concluded it.
    """

    series_id: str
    label: str
    kind: str
    area: str
    period: str
    edition: str
    unit: str
    form: str = "count"
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    confidence: float | None = None
    method: str = ""
    outcome: str = ""
    status: str = STATED
    reason: str = ""
    caveats: tuple[str, ...] = ()
    counts: tuple[Count | str, ...] = ()
    basis: str = ""
    findings: tuple[str, ...] = ()
    made_by: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.made_by:
            object.__setattr__(self, "made_by", maker())
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of finding: {KINDS}")
        if (self.status == STATED) == (self.value is None and not self.outcome):
            raise ValueError(f"{self.series_id}: status {self.status!r} does not fit the value")
        if self.status != STATED and not self.reason:
            raise ValueError(f"{self.series_id} is {self.status} without a reason")
        for part in ("value", "lower", "upper"):
            number = getattr(self, part)
            if number is not None:
                if math.isnan(number):
                    raise ValueError(f"{self.series_id}: {part} is not a number")
                object.__setattr__(self, part, significant(float(number)))

    @property
    def place(self) -> str:
        """Area and period, as the heading of a column."""
        return f"{self.area}, {self.period}"

    @property
    def id(self) -> str:
        place = (slug(self.area), slug(self.period), slug(self.edition))
        return "@".join((self.series_id, *place))

    @property
    def available(self) -> bool:
        return self.status == STATED

    def text(self, part: str = "value") -> str:
        """What the reader sees of it: ``value``, ``lower``, ``upper``, ``confidence``, ..."""
        if part in {"value", "lower", "upper"}:
            number = getattr(self, part)
            if number is None:
                return self.outcome or self.status
            return formatted(number, self.form)
        if part == "confidence":
            return f"{100 * self.confidence:g}%"
        return str(getattr(self, part))

    @property
    def count_ids(self) -> tuple[str, ...]:
        """The ids of the counts, and the patterns, that it rests on."""
        return tuple(given if isinstance(given, str) else given.id for given in self.counts)


def not_available(reason: str, counts: Iterable[Count] = (), **given) -> Finding:
    """A finding that cannot be had, and why."""
    return Finding(status=NOT_AVAILABLE, reason=reason, counts=tuple(counts), **given)


def too_few(reason: str, counts: Iterable[Count | str], **given) -> Finding:
    """A finding whose numbers are too small to say anything; they are shown, and no value."""
    return Finding(status=TOO_FEW, reason=reason, counts=tuple(counts), **given)


COLUMNS = ["id", *(field.name for field in fields(Finding))]


@dataclass(frozen=True)
class Findings:
    """Several findings, in the order in which they were concluded; ids are unique."""

    rows: tuple[Finding, ...]

    def __post_init__(self) -> None:
        double = [one for one, times in Counter(row.id for row in self.rows).items() if times > 1]
        if double:
            raise ValueError(f"findings that stand twice: {double}")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.rows + other.rows)

    def where(self, **wanted: str) -> Findings:
        """The findings whose fields equal the given values."""
        return Findings(
            tuple(
                finding
                for finding in self.rows
                if all(getattr(finding, name) == value for name, value in wanted.items())
            )
        )

    def one(self, series_id: str, **wanted: str) -> Finding:
        """The single finding of a series (and area, period ...); any other number is a defect."""
        found = self.where(series_id=series_id, **wanted).rows
        if len(found) != 1:
            raise LookupError(f"{len(found)} findings, not one, of {series_id!r} {wanted or ''}")
        return found[0]

    def resting_on(self, count_id: str) -> set[str]:
        """The ids of the findings that rest on a count, themselves or through other findings."""
        found = {
            row.id
            for row in self.rows
            if any(fnmatch.fnmatchcase(count_id, given) for given in row.count_ids)
        }
        while more := {row.id for row in self.rows if found & set(row.findings)} - found:
            found |= more
        return found

    @property
    def frame(self) -> pd.DataFrame:
        """The table that is written: columns ``COLUMNS``, sorted by id, lists joined by ``;``."""
        rows = [
            {field.name: getattr(finding, field.name) for field in fields(Finding)}
            | {
                "id": finding.id,
                "caveats": "; ".join(finding.caveats),
                "counts": ";".join(finding.count_ids),
                "findings": ";".join(finding.findings),
            }
            for finding in sorted(self.rows, key=lambda finding: finding.id)
        ]
        return pd.DataFrame(rows, columns=COLUMNS)
