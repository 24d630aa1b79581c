"""What a release says of each finding: nothing, or a value made anew of the numbers shown.

A finding whose counts are all shown is computed again from the counts *as shown*, by the formula
that gives its own value from the true ones: so it tells nothing that the shown counts do not.
What no such formula gives (of models, say) keeps two digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from math import ceil, isfinite, sqrt

import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtri

from analysis.counts import NOT_AVAILABLE, SUPPRESSED
from analysis.disclosure.suppression import between
from analysis.findings import TOO_FEW
from analysis.measures import intervals
from analysis.parameters import Disclosure
from analysis.tables import significant

DIGITS = 2  # of a value that no formula gives
# Words that say that a number is small, though none is shown.
_SMALL = re.compile(r"\b(fewer than|too few)\b")
# a level is merged, and a box left out, for being rare: which ones would say what is small
_SIZES = re.compile(r"^(?!every ).*\btaken as\b|^left out, ticked\b")
_WORST_CASE = ", worst case"  # so an interval says that few incidents are concerned
# Of a claim all but the numbers held against each other: whether it holds is exact by its nature.
_CLAIM, _EXACT = "claim/", ("verdict", "remark", "difference")
_TALLIES = "claims/"  # how many verdicts of each kind there are: one hidden would be the rest
_OVER, _TERM = re.compile(r"\b(?:of|per|over|in)\b"), re.compile(r"(less )?\{(\d+)\}")
# How so many counts make a value where the basis does not say so.
_USUAL = {1: "{0}", 2: "{0} of {1}", 3: "{0} and {1}, of {2}", 4: "{0} of {1} against {2} of {3}"}
_USUAL_DIFFERENCE = {2: "{0} against {1}", 4: _USUAL[4]}
_NUMBERS = ("value", "lower", "upper")
# From how far on it is said that rounding may move a value: points of a share, part of another.
_SHARE_MOVED, _MOVED = 0.01, 0.05
_CORNERS = 6  # counts of which every end is tried with every other
_NEAR = 1e-6  # within it, limits written in ten digits lead to the same design effect


@dataclass(frozen=True)
class Shown:
    """The counts of a report by their ids: ``true`` numbers, and what a release ``shows``.

    ``restricted``: those under control, of which the ones not in ``shows`` are hidden.
    ``beginnings``: how the ids of counts of restricted sources begin. ``rule``: how they are
    rounded.
    """

    true: dict[str, float]
    shows: dict[str, float]
    restricted: frozenset[str]
    beginnings: frozenset[str]
    rule: Disclosure

    def ends(self, given: str) -> tuple[float, float]:
        """The least and the most that a count can be, by what is shown of it."""
        shown = self.shows[given]
        exact = given not in self.restricted or not shown
        return (shown, shown) if exact else between(int(shown), self.rule)

    def under_control(self, given: str) -> bool:
        """Whether an id, or a pattern of ids, is of a restricted source."""
        return given in self.restricted or given.split("/")[0] in self.beginnings

    def hides(self, given: str) -> bool:
        """Whether a count is not shown; of a pattern, whether one of its counts is not."""
        if not self.under_control(given):
            return False
        if "*" in given:
            return any(fnmatchcase(one, given) for one in self.restricted - self.shows.keys())
        return given not in self.shows


@dataclass(frozen=True)
class _Row:
    """A row of the table of findings, with what it rests on as lists and its numbers as such."""

    fields: dict
    counts: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, fields: dict) -> _Row:
        listed = (
            [one for one in fields[name].split(";") if one] for name in ("counts", "findings")
        )
        return cls(fields, *listed)

    def number(self, part: str) -> float | None:
        held = self.fields[part]
        return None if held == "" or pd.isna(held) else float(held)

    @property
    def id(self) -> str:
        return self.fields["id"]

    @property
    def words(self) -> str:
        """All that is said of it but its label."""
        return " ".join(self.fields[part] for part in ("outcome", "reason", "method", "caveats"))

    @property
    def claim(self) -> str:
        """What the findings of one claim have in common; nothing of other findings."""
        series = self.fields["series_id"]
        return series.rpartition("/")[0] if series.startswith(_CLAIM) else ""


def changes(findings: pd.DataFrame, counts: Shown, reason: str) -> dict[str, dict]:
    """By the id of each finding the fields that change in a release; {} where none does.

    ``findings``: the columns of ``analysis.findings``, lists joined by ``;``. ``reason`` is said
    of all that is hidden, whatever hides it.
    """
    rows = [_Row.of(fields) for fields in findings.to_dict("records")]
    restricted = _resting(
        rows, {row.id for row in rows if any(map(counts.under_control, row.counts))}
    )
    claims = {row.claim for row in rows if row.id in restricted} - {""}
    restricted |= {row.id for row in rows if row.claim in claims and row.fields["kind"] in _EXACT}
    tallies = {row.id for row in rows if claims and row.fields["series_id"].startswith(_TALLIES)}
    restricted |= tallies
    if counts.restricted:  # what rests on nothing may rest on anything
        restricted |= {row.id for row in rows if not _traced(row) and not row.claim}
    hidden = _resting(
        rows, tallies | {row.id for row in rows if row.id in restricted and _hidden(row, counts)}
    )
    return {
        row.id: {}
        if row.id not in restricted
        else _nothing(reason)
        if row.id in hidden
        else _anew(row, counts)
        for row in rows
    }


def _resting(rows: list[_Row], ids: set[str]) -> set[str]:
    """These findings and all that rest on them, through others too."""
    while more := {row.id for row in rows if ids & set(row.findings)} - ids:
        ids = ids | more
    return ids


def _traced(row: _Row) -> bool:
    """Whether it says what it rests on, or that there is nothing for it to rest on."""
    return bool(row.counts or row.findings) or row.fields["status"] == NOT_AVAILABLE


def _hidden(row: _Row, counts: Shown) -> bool:
    """Whether a restricted finding is hidden for its own sake."""
    return (
        not _traced(row)
        or any(map(counts.hides, row.counts))
        or (bool(row.claim) and row.fields["kind"] in _EXACT)
        or row.fields["status"] == TOO_FEW
        or bool(_SMALL.search(row.words))
        or not _can_be_made(row, counts)
    )


def _can_be_made(row: _Row, counts: Shown) -> bool:
    """Whether the value can be made of what is shown; a count that no formula gives stays hidden.

    Two numbers that differ may be shown as equal, so that their difference is no base.
    """
    formula = _formula(row, counts)
    if formula is None:
        return row.fields["kind"] != "count" or not row.counts
    return _computed(formula.value, [counts.shows[one] for one in row.counts]) is not None


def _nothing(reason: str) -> dict:
    """The fields of a finding that is hidden; what it rests on may say what was found."""
    numbers = dict.fromkeys(_NUMBERS)
    return numbers | {
        "status": SUPPRESSED, "reason": reason, "outcome": "", "method": "", "caveats": [],
        "counts": [], "findings": [], "basis": "",
    }  # fmt: skip


def _anew(row: _Row, counts: Shown) -> dict:
    """The fields of a restricted finding that is shown; a verdict keeps its words."""
    method = row.fields["method"]
    said = {"method": method.replace(_WORST_CASE, "")} if _WORST_CASE in method else {}
    caveats = row.fields["caveats"].split("; ")
    if any(map(_SIZES.search, caveats)):
        said["caveats"] = [one for one in caveats if not _SIZES.search(one)]
    held = {part: number for part in _NUMBERS if (number := row.number(part)) is not None}
    formula = _formula(row, counts)
    if formula is None:
        return said | {part: significant(number, DIGITS) for part, number in held.items()}
    shown = [counts.shows[one] for one in row.counts]
    value = formula.value(shown)
    if row.fields["kind"] == "share":
        value = min(1.0, value)
    if moved := _moved(row, formula, counts, value):
        said["caveats"] = [*said.get("caveats", filter(None, caveats)), moved]
    made = {"value": value}
    if "lower" in held and "upper" in held:
        true = [counts.true[one] for one in row.counts]
        made |= zip(("lower", "upper"), _limits(row, formula, true, shown), strict=True)
    return said | {part: significant(number) for part, number in made.items()}


def _moved(row: _Row, formula: Formula, counts: Shown, value: float) -> str:
    """How far the rounding of its counts alone may have moved a value, where that is far.

    A count is shown as one: that it is rounded is said of all.
    """
    different = dict.fromkeys(row.counts)
    if row.fields["kind"] == "count" or not value or not 1 < len(different) <= _CORNERS:
        return ""
    corners = (
        dict(zip(different, ends, strict=True)) for ends in product(*map(counts.ends, different))
    )
    made = (_computed(formula.value, [ends[one] for one in row.counts]) for ends in corners)
    ends = [one for one in made if one is not None]
    if row.fields["kind"] == "share":
        far = max(abs(min(1.0, one) - value) for one in ends)
        points = f"{ceil(far * 100)} percentage points"
        return f"rounding alone may move it by up to {points}" if far >= _SHARE_MOVED else ""
    far = max(abs(one / value - 1) for one in ends)
    return f"rounding alone may move it by up to {ceil(far * 100)}%" if far >= _MOVED else ""


@dataclass(frozen=True)
class Formula:
    """How counts make a value; ``base``: what a share is a share of."""

    value: Callable[[list[float]], float]
    base: Callable[[list[float]], float] | None = None


def _formula(row: _Row, counts: Shown) -> Formula | None:
    """The first formula that gives the value from the true counts, or none."""
    value = row.number("value")
    if value is None or not row.counts or not all(one in counts.true for one in row.counts):
        return None
    numbers = [counts.true[one] for one in row.counts]
    for formula in _formulas(row):
        made = _computed(formula.value, numbers)
        if made is not None and significant(made) == significant(value):
            return formula
    return None


def _computed(value: Callable, numbers: list[float]) -> float | None:
    """A value, or none where the numbers are too few, or a base is nought or below."""
    try:
        made = value(numbers)
    except (ZeroDivisionError, IndexError):
        return None
    return made if isfinite(made) else None


def _formulas(row: _Row) -> Iterator[Formula]:
    """Formulas in the order in which they are tried: as the basis says, then the usual ones."""
    difference = row.fields["kind"] == "difference"
    usual = _USUAL_DIFFERENCE if difference else _USUAL
    for basis in filter(None, (row.fields["basis"], usual.get(len(row.counts)))):
        halves = [_Quotient.of(half) for half in _numbered(basis).split(" against ")]
        if all(halves) and len(halves) <= 2 and (len(halves) == 2 or not difference):
            yield from _of_difference(*halves) if difference else _of_quotients(*halves)
    if not difference:
        yield from (Formula(value) for value in (sum, min, max))
        yield Formula(lambda c: sum(c[::2]) / sum(c[1::2]))  # many shares pooled


def _numbered(basis: str) -> str:
    """The basis with every place numbered.

    >>> _numbered("{} per {}")
    '{0} per {1}'
    """
    places = iter(range(basis.count("{}")))
    return re.sub(r"\{\}", lambda _: f"{{{next(places)}}}", basis)


@dataclass(frozen=True)
class _Quotient:
    """Counts, by place, that are added up (1) or taken off (-1), over others."""

    top: dict[int, int]
    bottom: dict[int, int]

    @classmethod
    def of(cls, words: str) -> _Quotient | None:
        """What ``{0} and {1} not reported, of {2}`` says; none where it says more than that."""
        sides = [
            {int(place): -1 if less else 1 for less, place in _TERM.findall(side)}
            for side in _OVER.split(words)
        ]
        return cls(sides[0], sides[1] if sides[1:] else {}) if len(sides) <= 2 else None

    def above(self, numbers: list[float]) -> float:
        return sum(sign * numbers[place] for place, sign in self.top.items())

    def below(self, numbers: list[float]) -> float:
        return sum(sign * numbers[place] for place, sign in self.bottom.items())

    def __call__(self, numbers: list[float]) -> float:
        return self.above(numbers) / self.below(numbers) if self.bottom else self.above(numbers)

    def odds(self, numbers: list[float]) -> float:
        return self.above(numbers) / (self.below(numbers) - self.above(numbers))


def _of_difference(one: _Quotient, other: _Quotient) -> Iterator[Formula]:
    yield Formula(lambda c: one(c) - other(c))


def _of_quotients(one: _Quotient, other: _Quotient | None = None) -> Iterator[Formula]:
    if other is None:
        yield Formula(one, one.below if one.bottom else None)
        yield Formula(lambda c: 1000 * one(c))
    else:
        yield Formula(lambda c: one(c) / other(c))
        yield Formula(lambda c: one.odds(c) / other.odds(c))


def _limits(
    row: _Row, formula: Formula, true: list[float], shown: list[float]
) -> tuple[float, float]:
    """Limits of a value that was made anew.

    Of a share or rate whose method is known, from the counts shown; of others the distance from the
    value, in two digits.
    """
    method, confidence = row.fields["method"], row.number("confidence")
    value, lower, upper = (row.number(part) for part in _NUMBERS)
    if method.startswith("Wilson score") and formula.base:
        effect = design_effect(value, upper - lower, formula.base(true), confidence)
        trials = formula.base(shown) / (ceil(2 * effect - _NEAR) / 2)
        return score(min(1.0, formula.value(shown)), trials, confidence)
    if method.startswith("exact (Clopper-Pearson)") and len(shown) == 2:
        return intervals.exact_proportion(int(min(shown)), int(shown[1]), confidence)
    if method in ("Byar", "exact Poisson") and len(shown) == 2:
        return intervals.rate(int(shown[0]), shown[1], 1000, confidence)[:2]
    new = formula.value(shown)
    if row.fields["kind"] in ("ratio", "rate") and value:
        return tuple(new * significant(limit / value, DIGITS) for limit in (lower, upper))
    return tuple(new + significant(limit - value, DIGITS) for limit in (lower, upper))


def score(share: float, trials: float, confidence: float) -> tuple[float, float]:
    """Wilson's interval with a number of trials that need not be whole, as by design effects."""
    z = ndtri((1 + confidence) / 2)
    centre = share + z**2 / (2 * trials)
    half = z * sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    lower, upper = (centre - half) / scale, (centre + half) / scale
    return (lower if share > 0 else 0.0), (upper if share < 1 else 1.0)


def design_effect(share: float, width: float, base: float, confidence: float) -> float:
    """By how much fewer trials Wilson's interval of this width was made of than ``base``.

    The width falls as trials grow, so there is one such number.
    """

    def excess(effect: float) -> float:
        lower, upper = score(share, base / effect, confidence)
        return upper - lower - width

    return 1.0 if excess(1.0) >= -_NEAR else float(brentq(excess, 1.0, base))
