"""Two reports side by side: what was revised, what differs beyond chance, what cannot be compared.

It reads the two tables of each report, findings and counts, and knows nothing of what they are
about. A figure on one place and period in both reports differs because it was revised or made
otherwise, never by chance. A figure on each report's own place or period is compared with the
other's own: with a difference, and with limits and a test where its method allows one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.checks.chance import contrast_of
from analysis.checks.compared import OWN, Report, Row
from analysis.errors import refusal
from analysis.measures.contrasts import NoContrast
from analysis.measures.intervals import INDEPENDENT
from analysis.measures.records.clustered import WORST_CASE
from analysis.measures.records.injury_classes import RARER
from analysis.measures.records.regression_factors import REST
from analysis.standard.names import slug
from analysis.tables import significant

# How two reports, or two figures of them, stand to each other.
RUNS, EDITIONS = "two runs of one report", "two editions of one period"
CHANGE, BESIDE = "two periods of one area", "two areas in one period"
APART, ONE_PLACE = "two areas and two periods", "one area and period"
ALONE = "in one report only"

# What came of it.
EQUAL, REVISED, OTHERWISE = "the same", "revised", "made otherwise"
BEYOND, WITHIN = "differs beyond chance", "no difference beyond chance"
UNTESTED, UNCOMPARABLE = "differs, not tested", "not comparable"
MISSING = {(False, True): "not available in A", (True, False): "not available in B",
           (False, False): "not available in either"}  # fmt: skip
ONLY = {"a": "only in A", "b": "only in B"}
RESULTS = (EQUAL, REVISED, OTHERWISE, BEYOND, WITHIN, UNTESTED, UNCOMPARABLE, *MISSING.values(),
           *ONLY.values())  # fmt: skip

RECORDING = (
    "a change in what is recorded is a likely other cause: growth over the years is mostly better "
    "recording, as the publisher warns"
)
NO_RANKING = (
    "forces record differently and differ in what they meet: the publisher warns against ranking "
    "them, and the difference says nothing of which of the two is better"
)
ADJUSTED = (
    "each is adjusted by what its own report's numbers could carry, which need not be the same"
)
# How groups are named that are what others leave over, and so are other ones in other numbers.
_LEFT_OVER = ("the-rest", slug(RARER), slug(REST))
_LIKELY_COPY = 20  # figures, none of them nought in both, that are all equal

_SIDE = ("area", "period", "edition", "status", "value", "lower", "upper", "outcome")
COLUMNS = [
    "table", "series_id", "label", "kind", "unit", "form", "relation", "result", "reason",
    *(f"{name}_a" for name in _SIDE), *(f"{name}_b" for name in _SIDE),
    "difference", "ratio", "limits_of", "lower", "upper", "confidence", "p", "q", "method",
    "caveats", "id_a", "id_b",
]  # fmt: skip
_NUMBERS = ("difference", "ratio", "lower", "upper", "p", "q")


@dataclass(frozen=True)
class Comparison:
    """Two reports compared. ``frame`` has the columns ``COLUMNS``, one row for each series.

    ``alpha`` is one less the confidence of the reports: the share of tests that fall below it
    where nothing has changed.
    """

    relation: str
    frame: pd.DataFrame
    alpha: float

    @property
    def tests(self) -> int:
        return int((self.frame["p"] != "").sum())

    @property
    def below(self) -> int:
        """Tests whose p is below ``alpha``, each taken for itself."""
        return int((pd.to_numeric(self.frame["p"]) < self.alpha).sum())


def compare(before: Report, after: Report) -> Comparison:
    """Hold report B (``after``) against report A (``before``), series by series.

    Refuses two periods or areas with identical content as a likely copy (definition 25).
    Differences are B less A, ratios B over A. The q-values are Benjamini and Hochberg's (1995)
    over all tests of the comparison; a difference is beyond chance where q is at most ``alpha``.
    """
    relation = _relation(before, after)
    _refuse_copy(before, after)
    pairs = _pairs(before, after)
    rows = [_compared(*pair) for pair in pairs] + [*_left_over(before, after, pairs)]
    alpha = significant(1 - float(before.choices["confidence"]))
    frame = pd.DataFrame(_with_q(rows, alpha), columns=COLUMNS)
    order = ["table", "series_id", "area_a", "area_b", "period_a", "period_b", "id_a", "id_b"]
    return Comparison(relation, frame.sort_values(order, ignore_index=True), alpha)


def _relation(before: Report, after: Report) -> str:
    if (before.area, before.period) == (after.area, after.period):
        sources = before.files.keys() & after.files.keys()
        replaced = before.files.keys() - sources and after.files.keys() - sources
        return EDITIONS if replaced or _revised(before, after, sources) else RUNS
    return _places(before.area == after.area, before.period == after.period)


def _places(one_area: bool, one_period: bool) -> str:
    return {(True, False): CHANGE, (False, True): BESIDE, (False, False): APART}[
        one_area, one_period
    ]


def _revised(before: Report, after: Report, sources: Iterable[str]) -> bool:
    """Whether one of the sources is another file, by name or content, in the two reports."""
    for source in sources:
        own, other = (report.files.get(source, {}) for report in (before, after))
        names = own.keys() & other.keys()
        if not names or any(own[name] != other[name] for name in names):
            return True
    return False


def _refuse_copy(before: Report, after: Report) -> None:
    """Two places or periods whose own figures are all equal are one that was read twice."""
    own = [
        {(row["series_id"], *row.role): row for row in report.rows
         if row.table == "count" and row.available and not row.of_residents and OWN in row.role}
        for report in (before, after)
    ]  # fmt: skip
    shared = [
        (own[0][key]["value"], own[1][key]["value"])
        for key in own[0].keys() & own[1].keys()
        if own[0][key].place != own[1][key].place
    ]
    telling = [pair for pair in shared if any(float(value) for value in pair)]
    equal = sum(a == b for a, b in telling)
    if len(telling) >= _LIKELY_COPY and equal == len(telling):
        raise refusal(
            f"{before.area}, {before.period} and {after.area}, {after.period}",
            f"100% of the {equal} figures that both hold and that are not nought are equal: a "
            "likely copy, one read twice (definition 25)",
            "reports on different content",
        )


def _by(rows: Iterable[Row], key: Callable[[Row], tuple]) -> dict[tuple, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row.table, row["series_id"], *key(row)].append(row)
    return found


def _pairs(before: Report, after: Report) -> list[tuple[Row, Row]]:
    """Rows of one series on one place and period, then those on each report's own."""
    here, own = (
        [_by(report.rows, key) for report in (before, after)]
        for key in (lambda row: row.place, lambda row: row.role)
    )
    found = []
    for name in here[0].keys() & here[1].keys():
        found += _editions(here[0][name], here[1][name])
    for name in own[0].keys() & own[1].keys():
        found += [(a, b) for a, b in _matched(own[0][name], own[1][name]) if a.place != b.place]
    return found


def _matched(before: list[Row], after: list[Row]) -> list[tuple[Row, Row]]:
    """Rows of one source and edition; then the others, where that is one of each."""
    left = {row.origin: row for row in after}
    pairs = [(row, left.pop(row.origin)) for row in before if row.origin in left]
    rest = [row for row in before if row.origin not in {other.origin for other in after}]
    return pairs + ([(rest[0], *left.values())] if len(rest) == len(left) == 1 else [])


def _editions(before: list[Row], after: list[Row]) -> list[tuple[Row, Row]]:
    """The same, and every edition that one report lacks against the newest that it has."""
    pairs = _matched(before, after)
    newest = [max(rows, key=lambda row: row.origin) for rows in (before, after)]
    taken = [{row.origin for row in side} for side in zip(*pairs, strict=True)] or [set(), set()]
    pairs += [(row, newest[1]) for row in before if row.origin not in taken[0]]
    return pairs + [(newest[0], row) for row in after if row.origin not in taken[1]]


def _left_over(
    before: Report, after: Report, pairs: list[tuple[Row, Row]]
) -> Iterator[dict[str, object]]:
    """Rows without a counterpart, and why."""
    for side, report, other in (("a", before, after), ("b", after, before)):
        taken = {id(pair[side == "b"]) for pair in pairs}
        known = _by(other.rows, lambda row: ())
        for row in report.rows:
            if id(row) not in taken:
                there = known.get((row.table, row["series_id"]), [])
                found = {"relation": ALONE, "result": ONLY[side], "reason": _why_alone(row, there)}
                yield _words(row) | _side(row, side) | found


def _why_alone(row: Row, others: list[Row]) -> str:
    if not others:
        return "the other report has no such series"
    if row["area"] not in {other["area"] for other in others}:
        return "the other report has it for other areas only"
    return "the other report has it for other periods only"


def _words(row: Row) -> dict[str, object]:
    shared = ("series_id", "label", "kind", "unit", "form")
    return dict.fromkeys(COLUMNS, "") | {"table": row.table} | {name: row[name] for name in shared}


def _side(row: Row, side: str) -> dict[str, str]:
    return {f"{name}_{side}": row[name] for name in _SIDE} | {f"id_{side}": row["id"]}


def _compared(before: Row, after: Row) -> dict[str, object]:
    """One row of the comparison; p is a number where there is a test."""
    found = _words(after) | _side(before, "a") | _side(after, "b")
    relation = (
        ONE_PLACE
        if before.place == after.place
        else _places(before["area"] == after["area"], before["period"] == after["period"])
    )
    found["relation"] = relation
    if relation == ONE_PLACE and before.said == after.said:
        return found | {"result": EQUAL}
    if not (before.available and after.available):
        return found | {"result": MISSING[before.available, after.available],
                        "reason": _why_missing(before, after)}  # fmt: skip
    if reason := _not_comparable(before, after):
        return found | {"result": UNCOMPARABLE, "reason": reason}
    if before["value"] and after["value"]:
        found |= _distance(before, after)
    if relation == ONE_PLACE:
        return found | _revision(before, after)
    found["caveats"] = RECORDING if relation == CHANGE else NO_RANKING
    if relation == APART:
        found["caveats"] = f"{RECORDING}; {NO_RANKING}"
    try:
        contrast, independent = contrast_of(before, after)
    except NoContrast as reason:
        same = before["value"] == after["value"] and before["outcome"] == after["outcome"]
        return found | {"result": EQUAL if same else UNTESTED, "reason": str(reason)}
    if after["method"].startswith(("logit", "Firth", "average marginal effect")):
        found["caveats"] += f"; {ADJUSTED}"
    if independent:
        found["caveats"] += f"; {INDEPENDENT}"
    return found | {
        "limits_of": contrast.of, "lower": contrast.lower, "upper": contrast.upper,
        "confidence": after["confidence"], "p": contrast.p, "method": contrast.method,
    }  # fmt: skip


def _why_missing(before: Row, after: Row) -> str:
    told = [f"{name}: {row['status']}{', ' if row['reason'] else ''}{row['reason']}"
            for name, row in (("A", before), ("B", after)) if not row.available]  # fmt: skip
    return "; ".join(told)


def _distance(before: Row, after: Row) -> dict[str, float]:
    """B less A; for rates, ratios and counts also B over A."""
    a, b = float(before["value"]), float(after["value"])
    found = {"difference": b - a}
    if after["kind"] in {"rate", "ratio", "count"} and a:
        found["ratio"] = b / a
    return found


def _revision(before: Row, after: Row) -> dict[str, str]:
    """Why two figures on one place and period differ: not by chance."""
    if _revised(before.report, after.report, before.sources | after.sources):
        return {"result": REVISED, "reason": "the source, or its edition, is another: a revision"}
    return {"result": OTHERWISE, "reason": "the source is the same: code or parameters differ"}


def _rule(method: str) -> str:
    """The method without what it leaves to the numbers, such as exact limits for small ones."""
    method = {"exact Poisson": "Byar"}.get(method, method.replace(WORST_CASE, ""))
    return "Wilson score" if method.startswith("Wilson score") else method


def _not_comparable(before: Row, after: Row) -> str:
    """Why two rows of one series are not of one thing; nothing where they are."""
    if before["unit"] != after["unit"]:
        return f"units differ: {before['unit']} and {after['unit']}"
    kinds = [row["form"].partition(":")[0] for row in (before, after)]
    if kinds[0] != kinds[1]:
        return f"forms differ: {kinds[0]} and {kinds[1]}"
    if _rule(before["method"]) != _rule(after["method"]):
        return f"methods differ: {before['method'] or 'none'} and {after['method'] or 'none'}"
    if before["lower"] and before["confidence"] != after["confidence"]:
        return f"confidence differs: {before['confidence']} and {after['confidence']}"
    if before.holds != after.holds:
        named = [" and ".join(row.holds) for row in (before, after)]
        return f"the groups differ: {named[0]} in A, {named[1]} in B"
    return _other_counts(before, after) or _other_choices(before, after)


def _other_counts(before: Row, after: Row) -> str:
    """Whether the two rest on counts of other things, though their series has one name."""
    if any(name in shape[-1] for shape in after.shapes for name in _LEFT_OVER):
        return "it rests on a group that each report makes of what its own numbers leave over"
    only = [
        sorted("/".join(shape[-1:]) for shape in one.shapes - other.shapes)
        for one, other in ((before, after), (after, before))
    ]
    named = "; ".join(
        f"{name} alone: {', '.join(shapes[:3])}{' ...' if len(shapes) > 3 else ''}"
        for name, shapes in zip("AB", only, strict=True)
        if shapes
    )
    return f"it rests on other counts ({named})" if named else ""


def _other_choices(before: Row, after: Row) -> str:
    """A choice by which the two reports count, or set limits, in different ways."""
    given = [row.report.choices for row in (before, after)]
    differ = [name for name in sorted(given[0]) if given[0][name] != given[1].get(name)]
    if not differ:
        return ""
    named = "; ".join(f"{name}: {given[0][name]} and {given[1].get(name)}" for name in differ)
    if "incident_rule" in differ and "incident" in after["method"]:
        return f"limits by other incidents ({named})"
    return ""


def _with_q(rows: list[dict[str, object]], alpha: float) -> list[dict[str, str]]:
    """The rows as text, with q-values and what follows from them."""
    from statsmodels.stats.multitest import multipletests  # a second to import

    tested = [row for row in rows if row["p"] != ""]
    if tested:
        for row, q in zip(tested, multipletests([row["p"] for row in tested], method="fdr_bh")[1],
                          strict=True):  # fmt: skip
            row |= {"q": q, "result": BEYOND if q <= alpha else WITHIN}
    return [row | {name: _number(row[name]) for name in _NUMBERS} for row in rows]


def _number(value: object) -> str:
    """As every written file holds a number; an infinite limit is none."""
    return "" if value in ("", float("inf")) else f"{significant(float(value)):.10g}"
