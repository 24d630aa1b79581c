"""The attack on a release: what can be worked out of its hidden counts from all that it shows.

The attacker knows the files of a release and how the toolkit's tables are defined. Every count is
read as a set of answers (``tests.disclosure.words``), every table that the words span becomes a
table of unknown cells, and linear programming bounds each hidden count. It knows nothing of how a
release is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, product

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from analysis.counts import SUPPRESSED
from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE, TACTICS, ancestors
from tests.disclosure import words
from tests.disclosure.findings import squared_sizes, ties
from tests.disclosure.words import BOXES, YES, condition

TOLERANCE = 1e-6
MOST = 10**6  # of a count that no total bounds
MONTHS_OF_LOG = ("authorisations", "uses", "discharges")


def published(
    counts: pd.DataFrame, threshold: int, rounding: int, known: pd.Series | None = None
) -> pd.DataFrame:
    """The whole numbers that each count may be: columns lower and upper, index id.

    ``known``: exact numbers (index id) that the attacker has from elsewhere, such as a newspaper.
    """
    value = pd.to_numeric(counts["value"], errors="coerce")
    hidden = counts["status"] == SUPPRESSED
    half = rounding // 2
    lower = (value - half).clip(lower=threshold).where(value > 0, 0)
    upper = (value + half).where(value > 0, 0)
    ends = pd.DataFrame({"lower": lower.mask(hidden, 1), "upper": upper.mask(hidden, np.inf)})
    ends = ends.set_axis(counts["id"])
    if known is not None:
        for end in ends:
            ends.loc[known.index, end] = known
    return ends


class System:
    """Unknown cells and published numbers, and the linear statements that tie them together."""

    def __init__(self) -> None:
        self.column: dict = {}
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def of(self, key) -> int:
        return self.column.setdefault(key, len(self.column))

    def state(self, terms: Iterable[tuple[object, float]], lower: float, upper: float) -> None:
        """``lower`` <= the sum of the terms (column, coefficient) <= ``upper``."""
        held: dict[int, float] = defaultdict(float)
        for key, factor in terms:
            held[self.of(key)] += factor
        self.rows.append(({one: f for one, f in held.items() if f}, lower, upper))

    def equal(self, whole: Iterable, parts: Iterable) -> None:
        self.state([*((one, 1) for one in whole), *((one, -1) for one in parts)], 0, 0)

    def at_most(self, less: Iterable, more: Iterable) -> None:
        self.state([*((one, 1) for one in less), *((one, -1) for one in more)], -np.inf, 0)


class Tables:
    """Every published count as a sum of cells of the tables that the conditions span."""

    def __init__(self, counts: pd.DataFrame, system: System) -> None:
        self.system = system
        self.read = {row.id: condition(row) for row in counts.itertuples()}
        self.levels = [row.id for row in counts.itertuples() if words.stands_as_level(row.cell)]
        self.domains = self._domains()
        self._classes()
        for universe, held in self.read.values():
            for question, answers in held.items():
                held[question] = words.complemented(answers, self.domains[universe, question])
        self.atoms = self._atoms()
        self.spaces = self._spaces()
        for universe, questions in self.spaces:
            self._margins(universe, questions)

    def _domains(self) -> dict:
        named, exhaustive = defaultdict(set), {"size", "column", *words.ONE_ANSWER}
        for universe, held in self.read.values():
            for question, answers in held.items():
                named[universe, question] |= answers
        found = {}
        for (universe, question), answers in named.items():
            whole = question in exhaustive or question.startswith("highest: ")
            rest = set() if whole else {words.OTHER}
            domain = words.DOMAINS.get(question) or frozenset(answers | rest)
            found[universe, question] = domain
        return found

    def _classes(self) -> None:
        """Classes of highest tactics are tactics of the order: no answers of their own."""
        key = ("reports", "highest: applied first")
        domain = self.domains.get(key, frozenset())
        named = {one for one in domain if one.startswith("highest tactic: ")}
        members = words.of_classes(named, set(domain - named))
        if domain - named:
            self.domains[key] = frozenset(domain - named)
        else:
            members = {one: frozenset({one}) for one in named}
        for universe, held in self.read.values():
            answers = held.get(key[1], frozenset())
            if universe == key[0] and answers & named:
                held[key[1]] = frozenset().union(*(members[one] for one in answers))

    def _atoms(self) -> dict:
        """Answers that no condition tells apart are one."""
        told = defaultdict(set)
        for universe, held in self.read.values():
            for question, answers in held.items():
                told[universe, question].add(answers)
        found = {}
        for key, domain in self.domains.items():
            by = defaultdict(set)
            for answer in domain:
                by[frozenset(one for one in told[key] if answer in one)].add(answer)
            found[key] = [
                frozenset(one) for _, one in sorted(by.items(), key=lambda p: _name(p[1]))
            ]
        return found

    def _spaces(self) -> set:
        wanted = {(universe, frozenset(held)) for universe, held in self.read.values()}
        return {
            (universe, frozenset(some))
            for universe, questions in wanted
            for size in range(len(questions) + 1)
            for some in combinations(sorted(questions), size)
        }

    def cells(self, universe: str, held: dict) -> list:
        """The cells of the table of these questions that fulfil a condition."""
        questions = sorted(held)
        choices = [
            [atom for atom in self.atoms[universe, one] if atom <= held[one]] for one in questions
        ]
        return [(universe, tuple(zip(questions, some, strict=True))) for some in product(*choices)]

    def _every(self, universe: str, questions: Iterable[str]) -> list:
        return self.cells(universe, {one: self.domains[universe, one] for one in questions})

    def _margins(self, universe: str, questions: frozenset) -> None:
        for question in sorted(questions):
            for cell in self._every(universe, questions - {question}):
                answers = self.atoms[universe, question]
                parts = [_with(cell, question, atom) for atom in answers]
                self.system.equal([cell], parts)

    def contexts(self, universe: str, question: str) -> set:
        """The other questions with which a question is asked together, none among them."""
        return {
            some - {question}
            for where, some in self.spaces
            if where == universe and question in some
        }

    def said(self, universe: str, question: str) -> bool:
        return (universe, question) in self.atoms


def _name(answers: Iterable) -> list[str]:
    return sorted(map(str, answers))


def _with(cell: tuple, question: str, atom: frozenset) -> tuple:
    universe, held = cell
    return (universe, tuple(sorted([*held, (question, atom)], key=lambda one: one[0])))


def statements(counts: pd.DataFrame) -> tuple[System, dict[str, list]]:
    """All that the definitions say, and each count (by id) as a list of cells that add up to it."""
    system = System()
    tables = Tables(counts, system)
    exprs = {one: tables.cells(*read) for one, read in tables.read.items()}
    for state in (_boxes, _bases, _highest, _ced, _tactics, _completeness, _unions, _levels,
                  _incidents, _log, _rows):  # fmt: skip
        state(tables, system)
    return system, exprs


def _within(tables: Tables, context: frozenset) -> list[tuple[dict, ...]]:
    return tables._every("reports", context)


def _boxes(tables: Tables, system: System) -> None:
    """Every report has a box ticked or none; one with none ticked has not this one."""
    for question in BOXES:
        boxes = [one for where, one in tables.atoms if where == "reports"
                 and one.startswith(f"{question}: ")]  # fmt: skip
        none = [one for one in boxes if one.endswith((": none ticked", ": Not reported"))]
        ticked = [one for one in boxes if one not in none]
        if len(none) < 1 or len(ticked) < 3:
            continue
        unfilled = [("reports", ((f"{question}: Not reported", frozenset({YES})),))]
        for one in ticked:  # neither Yes nor No
            if frozenset({"No"}) in tables.atoms["reports", one] and unfilled[0][1][0][0] in none:
                system.at_most([("reports", ((one, frozenset({words.OTHER})),))], unfilled)
        contexts = set.intersection(*(tables.contexts("reports", one) for one in ticked))
        for context in contexts:
            for cell in tables._every("reports", context):
                empty = [one for one in none if context in tables.contexts("reports", one)]
                parts = [_with(cell, one, frozenset({YES})) for one in (*ticked, *empty)]
                if empty == none or len(empty) and not context:
                    system.at_most([cell], parts)
                for one in ticked:
                    both = [_with(cell, other, frozenset({YES})) for other in (one, *empty)]
                    system.at_most(both, [cell])


def _bases(tables: Tables, system: System) -> None:
    """What tells of an outcome narrows step by step; an outcome that happened has been told of."""
    bases = sorted((one for where, one in tables.atoms if one.startswith(words.BASE)), key=len)
    bases = list(dict.fromkeys(bases))
    yes = frozenset({YES})
    for longer in bases:
        shorter = [one for one in bases if longer.startswith(f"{one}; ")]
        contexts = tables.contexts("reports", longer)
        for one in shorter:
            for context in contexts & tables.contexts("reports", one):
                for cell in tables._every("reports", context):
                    system.at_most([_with(cell, longer, yes)], [_with(cell, one, yes)])
        own = [("reports", ((longer, yes),))]
        for step, held in (
            ("handcuffing among the tactics", {"tactic: Handcuffing": yes}),
            ("in which a CED was used", {"CED": frozenset(words.CED) - {words.NO_CED}}),
        ):
            if step in longer and tables.said("reports", next(iter(held))):
                system.at_most(own, tables.cells("reports", held))
        for event, answers in words.told_of(longer):
            if frozenset({event}) in contexts:
                untold = tables.cells("reports", {event: answers, longer: frozenset({words.OTHER})})
                system.state([(cell, 1) for cell in untold], 0, 0)
    if tables.said("reports", words.DISTRICT_NAMED) and tables.said("reports", "district"):
        missing = frozenset({"Not reported"}) & tables.domains["reports", "district"]
        unnamed = ("reports", ((words.DISTRICT_NAMED, frozenset({words.OTHER})),))
        system.equal([unnamed], tables.cells("reports", {"district": missing}))


def _highest(tables: Tables, system: System) -> None:
    """The highest tactic of a report is among its tactics, and none above it is."""
    for name in ("applied first", "means first"):
        question = f"highest: {name}"
        if not tables.said("reports", question):
            continue
        order, atoms = words.order_of(name), tables.atoms["reports", question]
        place = {atom: max(map(order.index, atom)) for atom in atoms}
        for atom in atoms:
            if len(atom) > 1:
                continue
            (tactic,) = atom
            one = f"tactic: {tactic}"
            if not tables.said("reports", one):
                continue
            both = tables.contexts("reports", question) & tables.contexts("reports", one)
            above = [other for other in atoms if place[other] <= place[atom]]
            for context in both:
                for cell in tables._every("reports", context):
                    named = _with(cell, one, frozenset({YES}))
                    system.at_most([_with(cell, question, atom)], [named])
                    system.at_most([named], [_with(cell, question, other) for other in above])
        kinds = [atom for atom in atoms if atom <= {*CED_DISCHARGE, *CED_NON_DISCHARGE}]
        if kinds and tables.said("reports", "CED"):
            for atom in kinds:
                used = tables.cells("reports", {"CED": _by_order(atom)})
                system.at_most([("reports", ((question, atom),))], used)


def _by_order(kinds: frozenset) -> frozenset:
    """The highest uses of a CED by the metropolitan order that are one of these."""
    first = words.HIGHEST_IN_BOTH["metropolitan"]
    return kinds | {words.BOTH} if first in kinds else kinds


def _ced(tables: Tables, system: System) -> None:
    """A kind that is the highest is among the kinds; a kind among them is no higher than it."""
    if not tables.said("reports", "CED"):
        return
    ranked = words.CED[2:]
    kinds = [one for one in ranked if tables.said("reports", f"tactic: {one}")]
    yes = {one: ("reports", ((f"tactic: {one}", frozenset({YES})),)) for one in kinds}
    used = tables.cells("reports", {"CED": frozenset(words.CED) - {words.NO_CED}})
    for kind in kinds:
        highest = {kind} | ({words.BOTH} if "fired" in kind or "angled" in kind else set())
        atoms = tables.atoms["reports", "CED"]
        sure = [("reports", (("CED", one),)) for one in atoms if one <= highest]
        system.at_most(sure, [yes[kind]])
        system.at_most([yes[kind]], used)
    sums = {
        "CED non-discharge": CED_NON_DISCHARGE, "CED discharge": CED_DISCHARGE,
    }  # fmt: skip
    for name, parts in sums.items():
        held = [yes[one] for one in parts if one in yes]
        if len(held) < len(parts):
            continue
        whole = [("reports", ((f"tactic: {name}", frozenset({YES})),))]
        if name == "CED discharge":
            whole = tables.cells("reports", {"CED": words.DISCHARGED})
        elif not tables.said("reports", f"tactic: {name}"):
            continue
        system.at_most(whole, held)
        for one in held:
            system.at_most([one], whole)


def _tactics(tables: Tables, system: System) -> None:
    """Each tactic once a report adds up to all tactics; groups of tactics hold their parts."""
    named = [one for where, one in tables.atoms if where == "reports"
             and one.startswith("tactic: ") and len(tables.atoms[where, one]) == 2]  # fmt: skip
    yes = {one.removeprefix("tactic: "): ("reports", ((one, frozenset({YES})),)) for one in named}
    leaves = [one for one in yes if one in TACTICS and not one.startswith("CED")]
    leaves = [one for one in leaves if "All tactics" in ancestors(one)
              and not any(one in ancestors(other) for other in leaves)]  # fmt: skip
    if ("tactics", ()) in system.column or any(u == "tactics" for u, _ in tables.read.values()):
        used = tables.cells("reports", {"CED": frozenset(words.CED) - {words.NO_CED}})
        # tactics of the form that the table does not name are not known of
        system.at_most([*(yes[one] for one in leaves), *used], [("tactics", ())])
        if "Tactics not reported" in yes:
            system.equal([("tactics", ())], [*(yes[one] for one in leaves), *used])
            every = [*(yes[one] for one in leaves), *used, yes["Tactics not reported"]]
            system.at_most([("reports", ())], every)
    for one in yes:
        above = next(iter(ancestors(one)), "") if one in TACTICS else ""
        if above in yes:
            system.at_most([yes[one]], [yes[above]])
    for one in (one for one in yes if one in TACTICS):
        parts = {part for part in TACTICS if one in ancestors(part)}
        parts -= {part for part in parts if any(part in ancestors(other) for other in parts)}
        if parts and parts <= {*yes}:
            system.at_most([yes[one]], [yes[part] for part in parts])


def _completeness(tables: Tables, system: System) -> None:
    """Reports that are complete in more covariates are complete in fewer."""
    for universe in {where for where, _ in tables.atoms}:
        asked = [one for where, one in tables.atoms if where == universe]
        chosen = sorted((one for one in asked if one.startswith("complete: ")), key=len)
        for fewer, more in zip(chosen, chosen[1:], strict=False):
            shared = tables.contexts(universe, fewer) & tables.contexts(universe, more)
            for context in shared:
                for cell in tables._every(universe, context):
                    pair = (_with(cell, one, frozenset({YES})) for one in (more, fewer))
                    less, wide = pair
                    system.at_most([less], [wide])


def _unions(tables: Tables, system: System) -> None:
    """``A or B`` is at least each and at most their sum."""
    for one in [one for where, one in tables.atoms if where == "reports" and ": Yes or " in one]:
        parts = [words._literal(part) for part in one.split(" or ", 1)]
        if not all(tables.said("reports", question) for [(question, _)] in parts):
            continue
        either = [("reports", ((one, frozenset({YES})),))]
        held = [tables.cells("reports", {question: answers}) for [(question, answers)] in parts]
        system.at_most(either, [cell for some in held for cell in some])
        for some in held:
            system.at_most(some, either)


def _levels(tables: Tables, system: System) -> None:
    """A level of the regression of injuries has ten reports with the subject injured, and ten not.

    The names of the levels say which do, and those of classes of tactics which of their parts do
    not.
    """
    for one in tables.levels:
        universe, held = tables.read[one]
        for said in (YES, words.OTHER):
            answers = frozenset(one for one in words.INJURED["subject"] if one[0] == said)
            cells = tables.cells(universe, held | {"subject": answers})
            system.state([(cell, 1) for cell in cells], words.ALONE, np.inf)


SIZES = range(1, 6)  # reports of an incident, the last "or more"
RULES = ("report", "same minute", "within 30 minutes", "one place")


def _incidents(tables: Tables, system: System) -> None:
    """Each rule joins what the one before joins; sizes add up to reports; none without a report."""
    every = [("reports", ())]
    before = every
    for rule in RULES:
        universe = f"incidents, {rule}"
        if not any(where == universe for where, _ in tables.spaces):
            continue
        own = [(universe, ())]
        (system.equal if rule == "report" else system.at_most)(own, before)
        before = own
        if tables.said(universe, "size"):
            sizes = {int(_name(atom)[0][0]): (universe, (("size", atom),))
                     for atom in tables.atoms[universe, "size"] if len(atom) == 1}  # fmt: skip
            if len(sizes) == len(SIZES):
                _weighed(system, {cell: size for size, cell in sizes.items()}, 1, 1)
        _of_some(tables, system, universe)


def _of_some(tables: Tables, system: System, universe: str) -> None:
    """Incidents with a report of some kind are at most such reports, and by a finer rule more."""
    some = {one for where, one in tables.atoms if where == universe and one.startswith("some: ")}
    finer = [f"incidents, {one}" for one in RULES[: RULES.index(universe.partition(", ")[2])]]
    for one in some:
        own = [(universe, ((one, frozenset({YES})),))]
        for other in reversed(finer):
            if tables.said(other, one):
                system.at_most(own, [(other, ((one, frozenset({YES})),))])
                break
        found = words._whole(words._literals(one.removeprefix("some: ")))
        if ("reports", frozenset(found)) in tables.spaces:
            held = {
                q: words.complemented(answers, tables.domains["reports", q])
                for q, answers in found.items()
            }
            reports = tables.cells("reports", held)
            same = universe == "incidents, report"
            (system.equal if same else system.at_most)(own, reports)
        for other in some - {one}:
            if other == f"{one} or Not reported":
                system.at_most(own, [(universe, ((other, frozenset({YES})),))])


def _log(tables: Tables, system: System) -> None:
    """Discharges are among the uses, and uses among the authorisations, in every row of the log."""
    for more, less in zip(MONTHS_OF_LOG, MONTHS_OF_LOG[1:], strict=False):
        for where, questions in tables.spaces:
            if where != f"log: {less}" or (f"log: {more}", questions) not in tables.spaces:
                continue
            for _, held in tables._every(where, questions):
                pair = [(f"log: {one}", held) for one in (less, more)]
                if all(one in system.column or not questions for one in pair):
                    system.at_most(pair[:1], pair[1:])


def _rows(tables: Tables, system: System) -> None:
    """The rows used are the reports."""
    if tables.said("rows of the file", "column"):
        used = tables.cells("rows of the file", {"column": frozenset({"used"})})
        system.equal([("reports", ())], used)


def attack(
    counts: pd.DataFrame,
    findings: pd.DataFrame,
    threshold: int,
    rounding: int,
    *,
    enough: float | None = None,
    known: pd.Series | None = None,
    falling: Iterable[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Bounds of every hidden count that is not ``known``: columns lower and upper, index id.

    ``counts`` in the columns of ``analysis.counts``, restricted ones alone, as a release shows
    them; ``known`` as in ``published``; of each pair that is ``falling`` the first count is at
    least the other. A count whose bounds are known to be ``enough`` apart (``threshold - 2`` where
    it is not given) is not looked into further, and its bounds are the furthest that were seen.
    """
    ranges = published(counts, threshold, rounding, known)
    system, exprs = statements(counts)
    for one, (lower, upper) in ranges.iterrows():
        system.state([(cell, 1) for cell in exprs[one]], lower, upper)
    for terms, lower, upper in ties(findings, counts, ranges):
        cells = [(cell, factor) for one, factor in terms for cell in exprs[one]]
        system.state(cells, lower, upper)
    for more, less in falling:
        system.at_most(exprs[less], exprs[more])
    _squares(system, squared_sizes(findings))
    hidden = counts.loc[counts["status"] == SUPPRESSED, "id"]
    if known is not None:
        hidden = hidden[~hidden.isin(known.index)]
    wanted = {one: [system.of(cell) for cell in exprs[one]] for one in hidden}
    return _bounds(Reduced(system), wanted, threshold - 2 if enough is None else enough)


def fits(counts: pd.DataFrame, findings: pd.DataFrame, truth: pd.Series) -> bool:
    """Whether the true counts (index id) fulfil all that the attack states of a release.

    Where they do not, the attack takes something to be so by definition that is not.
    """
    system, exprs = statements(counts)
    for one, value in truth.items():
        system.state([(cell, 1) for cell in exprs[one]], value, value)
    _squares(system, squared_sizes(findings))
    try:
        reduced = Reduced(system)
        reduced.least(np.zeros(len(reduced.place)))
    except ValueError:
        return False
    return True


def _weighed(system: System, weights: dict, least: float, most: float) -> None:
    """Incidents by size, weighed, over all reports: from ``least`` to ``most``.

    What the largest size, "or more", weighs is not known, only that it is no less.
    """
    terms = [*weights.items()]
    system.state([*terms, (("reports", ()), -most)], -np.inf, 0)
    largest = max(weights, key=weights.get)
    system.state([*terms, (largest, MOST), (("reports", ()), -least)], 0, np.inf)


def _squares(system: System, means: dict[str, tuple[float, float]]) -> None:
    """The sizes of incidents fit the design effect that is made of them."""
    for rule, (least, most) in means.items():
        squares = {
            (where, held): int(_name(held[0][1])[0][0]) ** 2
            for where, held in system.column
            if where == f"incidents, {rule}" and [one for one, _ in held] == ["size"]
        }
        if len(squares) == len(SIZES):
            _weighed(system, squares, least, most)


class Reduced:
    """The system without the cells that are nought, and with equal cells as one."""

    def __init__(self, system: System) -> None:
        size = len(system.column)
        alive = np.ones(size, bool)
        merged = np.arange(size)
        rows = system.rows
        changed = True
        while changed:
            changed = False
            kept = []
            for terms, lower, upper in rows:
                held: dict[int, float] = defaultdict(float)
                for one, factor in terms.items():
                    root = _root(merged, one)
                    if alive[root]:
                        held[root] += factor
                held = {one: factor for one, factor in held.items() if factor}
                if not held:
                    continue
                factors = set(held.values())
                if upper == 0 and min(factors) > 0:
                    alive[list(held)] = False
                    changed = True
                elif lower == upper == 0 and len(held) == 2 and factors == {1, -1}:
                    one, other = held
                    merged[max(one, other)] = min(one, other)
                    changed = True
                else:
                    kept.append((held, lower, upper))
            rows = kept
        self.root = np.array([_root(merged, one) for one in range(size)])
        self.alive = alive
        used = sorted({one for held, _, _ in rows for one in held})
        self.place = {one: number for number, one in enumerate(used)}
        self._matrices(rows)

    def _matrices(self, rows: list) -> None:
        seen, equal, less = set(), [], []
        for held, lower, upper in rows:
            key = (tuple(sorted(held.items())), lower, upper)
            if key in seen:
                continue
            seen.add(key)
            if lower == upper:
                equal.append((held, upper))
                continue
            if np.isfinite(upper):
                less.append((held, upper))
            if np.isfinite(lower) and not (lower <= 0 and min(held.values()) > 0):
                less.append(({one: -factor for one, factor in held.items()}, -lower))
        self.equal, self.less = self._matrix(equal), self._matrix(less)

    def _matrix(self, rows: list) -> tuple[csr_matrix, np.ndarray]:
        places = [(at, self.place[one], factor) for at, (held, _) in enumerate(rows)
                  for one, factor in held.items()]  # fmt: skip
        at, column, factor = zip(*places, strict=True) if places else ((), (), ())
        shape = (len(rows), len(self.place))
        return csr_matrix((factor, (at, column)), shape), np.array([end for _, end in rows])

    def sums(self, wanted: dict[str, list[int]]) -> csr_matrix:
        """One row for each wanted count: which cells add up to it."""
        rows = []
        for columns in wanted.values():
            held: dict[int, float] = defaultdict(float)
            for one in columns:
                if self.alive[self.root[one]]:
                    held[self.root[one]] += 1
            rows.append((held, 0))
        return self._matrix(rows)[0]

    def least(self, objective: np.ndarray) -> np.ndarray:
        found = linprog(
            objective,
            A_ub=self.less[0],
            b_ub=self.less[1],
            A_eq=self.equal[0],
            b_eq=self.equal[1],
            bounds=(0, MOST),
            method="highs",
        )
        if found.status != 0:
            raise ValueError(f"what is published contradicts itself: {found.message}")
        return found.x


def _root(merged: np.ndarray, one: int) -> int:
    while merged[one] != one:
        one = merged[one]
    return int(one)


def _bounds(system: Reduced, wanted: dict[str, list[int]], width: float) -> pd.DataFrame:
    """Least and most of each wanted sum; a point that is found shows the spread of all of them."""
    sums = system.sums(wanted)
    low, high = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)

    def look(objective: np.ndarray) -> None:
        found = sums @ system.least(objective)
        np.minimum(low, found, out=low)
        np.maximum(high, found, out=high)

    def narrow() -> np.ndarray:
        return ~(np.floor(high + TOLERANCE) - np.ceil(low - TOLERANCE) >= width)

    random = np.random.default_rng(1)
    before = np.inf
    while len(wanted) and narrow().sum() < before - len(wanted) / 50:  # many at once, while it pays
        before = narrow().sum() if np.isfinite(low).all() else np.inf
        chosen = narrow() * random.uniform(0.1, 1, len(wanted))
        look(sums.T @ -chosen)
        look(sums.T @ chosen)
    for at in np.flatnonzero(narrow()):
        if not narrow()[at]:
            continue
        objective = sums[[at]].toarray().ravel()
        look(-objective)
        if narrow()[at]:
            look(objective)
    return pd.DataFrame(
        {"lower": np.ceil(low - TOLERANCE), "upper": np.floor(high + TOLERANCE)},
        index=pd.Index(wanted, name="id"),
    )


def recovered(bounds: pd.DataFrame, truth: pd.Series, threshold: int) -> pd.DataFrame:
    """Hidden counts that are determined, or bounded to less than ``threshold - 2``, and rightly."""
    found = bounds.assign(truth=truth.reindex(bounds.index))
    narrow = found["upper"] - found["lower"] < threshold - 2
    return found[narrow & found["truth"].between(found["lower"], found["upper"])]


def differencing(counts: pd.DataFrame, threshold: int, rounding: int) -> pd.DataFrame:
    """Bounds of every hidden count by subtracting in one table at a time, again and again.

    As ``attack`` returns them, with no linear programme and no findings: a check on it, and what
    a patient reader can do.
    """
    system, exprs = statements(counts)
    ranges = published(counts, threshold, rounding)
    for one, (lower, upper) in ranges.iterrows():
        system.state([(cell, 1) for cell in exprs[one]], lower, upper)
    low, high = np.zeros(len(system.column)), np.full(len(system.column), np.inf)
    rows = [(np.array([*held]), np.array([*held.values()]), lower, upper)
            for held, lower, upper in system.rows if held]  # fmt: skip
    changed = True
    while changed:
        before = low.copy(), high.copy()
        for at, factor, lower, upper in rows:
            _subtract(at, factor, lower, upper, low, high)
        changed = not (np.array_equal(before[0], low) and np.array_equal(before[1], high))
    hidden = counts.loc[counts["status"] == SUPPRESSED, "id"]
    cells = {one: [system.of(cell) for cell in exprs[one]] for one in hidden}
    return pd.DataFrame(
        {
            "lower": [max(low[held].sum(), 1) for held in cells.values()],
            "upper": [high[held].sum() for held in cells.values()],
        },
        index=pd.Index(cells, name="id"),
    )


def _subtract(at, factor, lower, upper, low, high) -> None:
    """Narrow each cell of one statement by what the others can be."""
    least = np.where(factor > 0, factor * low[at], factor * high[at])
    most = np.where(factor > 0, factor * high[at], factor * low[at])
    for place, (one, weight) in enumerate(zip(at, factor, strict=True)):
        others = np.arange(len(at)) != place
        ends = (lower - most[others].sum()) / weight, (upper - least[others].sum()) / weight
        below, above = sorted(ends)
        low[one] = max(low[one], np.ceil(below - TOLERANCE))
        high[one] = min(high[one], np.floor(above + TOLERANCE))
