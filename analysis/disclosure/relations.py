"""How the numbers of one file hang together: what an attacker may work out from what is shown.

The rows that each count was taken over say it all. Rows that lie in the same counts are one
*part*; a count is the sum of its parts, and no part is below nought. So every sum, difference and
overlap among the tables of a report follows, whatever the tables are about and however far apart
they stand. An attacker who knew exactly which kinds of report there are, and not how many of each,
could know no more; real ones know less, which is on the safe side.

What rows alone do not say is added: how units hang together (incidents are at most reports, a
discharge is a use), the totals of printed tables, which have no rows, and how large a level of the
regression of injuries is at least, by the rule that merges smaller ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.counts import Counts
from analysis.measures.records.injury_classes import EVENTS_EACH
from analysis.rows import bits_of, rows_of, unit_of
from analysis.standard.tactics import TACTICS, ancestors

# Every used row of a file is a report: both units are counted by their rows.
_REPORT, _ROW_OF_FILE = "report", "row of the file"
_INCIDENT, _TACTIC = "incident by ", "tactic in a report"
# How a count of incidents says of how many reports each consists.
_SIZE = re.compile(r"(\d+)( or more)? reports?$")
_LEVEL = re.compile(r"(subject injured: answered; [^;]+); subject injured: Yes")
Sum = dict[int, float]  # number of a cell or part: how often it is added


@dataclass(frozen=True)
class Relations:
    """The numbers of one file and how they hang together; counts of the same rows are one *cell*.

    ``numbers``: the true number of each cell. ``cell_of``: the cell of each count, by its id.
    ``equal`` and ``at_most``: sums that are 0, or at most ``most``, as rows over cells and then
    parts.
    """

    numbers: np.ndarray
    cell_of: dict[str, int]
    equal: sparse.csr_array
    at_most: sparse.csr_array
    most: np.ndarray


@dataclass(frozen=True)
class _Parts:
    """By unit, the parts: each by its number, with its rows; and the parts of each cell."""

    rows: dict[str, dict[int, set[int]]]
    of_cell: dict[int, list[int]]

    def within(self, unit: str, rows: set[int]) -> list[int]:
        """The unit's parts in these rows."""
        return [part for part, own in self.rows.get(unit, {}).items() if own <= rows]


def file_of(count: dict) -> tuple[str, str]:
    """Which file's rows a count was taken over: its source, and of records their table.

    The lines of a log count in units of their own, and their table says who printed the line.
    """
    return count["source"], "" if unit_of(count["rows"]) == count["measure"] else count["table"]


def relations(counts: pd.DataFrame) -> Relations:
    """The relations among the stated counts of one file (``file_of``).

    ``counts``: the columns of ``analysis.counts``, with ``rows``. Two numbers for the same unit
    and rows are a defect of the report.
    """
    keys = [_key(count) for count in counts.to_dict("records")]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    counts = counts.assign(place=[places[key] for key in keys])
    if (counts.groupby("place")["value"].nunique() > 1).any():
        raise ValueError("counts of the same unit and rows have two values")
    numbers = counts.drop_duplicates("place")["value"].to_numpy(dtype=float)
    parts = _parts(places)
    equal = [
        *(_difference([cell], own) for cell, own in parts.of_cell.items()),
        *_tactics_in_all(counts),
        *_printed(counts, whole=True),
        *_sizes(counts, parts, more=False),
    ]
    at_most = [
        *_in_order(places, numbers),
        *_incidents_with(counts),
        *_printed(counts, whole=False),
        *_sizes(counts, parts, more=True),
    ]
    levels = _once(_levels(counts))
    ordered = _once(at_most)
    width = len(numbers) + sum(map(len, parts.rows.values()))
    cell_of = dict(zip(counts["id"], counts["place"], strict=True))
    most = np.repeat([0, -EVENTS_EACH], [len(ordered), len(levels)])
    equal_to = _matrix(_once(equal), width)
    return Relations(numbers, cell_of, equal_to, _matrix([*ordered, *levels], width), most)


def _key(count: dict) -> tuple[str, int]:
    """Unit and rows; a printed count is a unit of its own."""
    if not count["rows"]:
        return count["id"], 1
    unit = unit_of(count["rows"])
    return _REPORT if unit == _ROW_OF_FILE else unit, bits_of(count["rows"])


def _parts(places: dict[tuple[str, int], int]) -> _Parts:
    """The parts: rows of a unit that lie in the same cells; reports in the same of every unit.

    So the reports of a kind of incident are parts too.
    """
    cells_of: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (unit, bits), place in places.items():
        for row in rows_of(f":{bits:x}"):
            cells_of[unit][row].append(place)
            if unit.startswith(_INCIDENT):
                cells_of[_REPORT][row].append(place)
    units = [unit for unit, _ in places]
    parts = _Parts({}, {place: [] for place in places.values()})
    number = len(places)
    for unit, by_row in cells_of.items():
        kinds = defaultdict(set)
        for row, cells in by_row.items():
            kinds[tuple(cells)].add(row)
        parts.rows[unit] = dict(enumerate(kinds.values(), number))
        for part, cells in enumerate(kinds, number):
            for place in cells:
                if units[place] == unit:
                    parts.of_cell[place].append(part)
        number += len(kinds)
    return parts


def _sizes(counts: pd.DataFrame, parts: _Parts, *, more: bool) -> Iterator[Sum]:
    """Incidents of a stated size, so many times, are their reports; others at most (``more``)."""
    stated = {}  # part: (reports of each incident, or more)
    for count in counts[counts["unit"] == "incident"].to_dict("records"):
        if size := _SIZE.search(count["group"]):
            stated |= dict.fromkeys(parts.of_cell[count["place"]], (int(size[1]), bool(size[2])))
    for unit, rows in parts.rows.items():
        if unit.startswith(_INCIDENT):
            for part, own in rows.items():
                size, or_more = stated.get(part, (1, True))
                if or_more == more:
                    yield _difference([part] * size, parts.within(_REPORT, own))


def _in_order(places: dict[tuple[str, int], int], numbers: np.ndarray) -> Iterator[Sum]:
    """Units of which one is at most the other wherever both are counted over the same rows.

    Such as the stages of a ladder: no more discharges than uses.
    """
    units: dict[str, dict[int, int]] = defaultdict(dict)
    for (unit, bits), place in places.items():
        units[unit][bits] = place
    for lower, upper in permutations(units, 2):
        both = [
            (units[lower][bits], units[upper][bits])
            for bits in units[lower]
            if bits in units[upper]
        ]
        if all(numbers[one] <= numbers[other] for one, other in both):
            yield from (_difference([one], [other]) for one, other in both)


def _incidents_with(counts: pd.DataFrame) -> Iterator[Sum]:
    """Incidents with such a report are at most as many as such reports, and as finer incidents.

    Told by conditions that differ in one component and by rows that lie within the others.
    """
    alike: dict[tuple, list[dict]] = defaultdict(list)
    incidents = counts.loc[counts["unit"] == "incident", "subject"]
    for count in counts[counts["subject"].isin(incidents)].to_dict("records"):
        words = count["cell"].split("; ")
        for place in range(len(words)):
            alike[count["subject"], *words[:place], None, *words[place + 1 :]].append(count)
    for group in alike.values():
        for one, other in permutations(group, 2):
            if (
                unit_of(one["rows"]).startswith(_INCIDENT)
                and unit_of(other["rows"]) != unit_of(one["rows"])
                and one["value"] <= other["value"]
                and not bits_of(other["rows"]) & ~bits_of(one["rows"])
            ):
                yield _difference([one["place"]], [other["place"]])


def _levels(counts: pd.DataFrame) -> Iterator[Sum]:
    """Less those injured at a level of the regression, and less those not injured.

    Its name tells that it was not merged with others: both are ``EVENTS_EACH`` at least.
    """
    by_cell = counts.drop_duplicates("cell").set_index("cell")[["place", "value"]]
    for cell in by_cell.index:
        if (named := _LEVEL.fullmatch(cell)) and named[1] in by_cell.index:
            (injured, some), (level, all_) = by_cell.loc[[cell, named[1]]].to_numpy()
            if min(some, all_ - some) >= EVENTS_EACH:
                yield _difference([], [injured])
                yield _difference([injured], [level])


def _tactics_in_all(counts: pd.DataFrame) -> Iterator[Sum]:
    """Tactics, each once a report, are the sum of the reports involving each tactic."""
    involving = counts[
        (counts["measure"] == "reports involving tactic")
        & counts["tactic"].isin([one for one in TACTICS if "All tactics" in ancestors(one)])
    ]
    for count in counts[counts["rows"].map(unit_of) == _TACTIC].to_dict("records"):
        for _, table in involving.groupby("subject"):
            inside = {above for tactic in table["tactic"] for above in ancestors(tactic)}
            leaves = table[~table["tactic"].isin(inside)]
            if leaves["value"].sum() == count["value"]:
                yield _difference([count["place"]], leaves["place"])


def _printed(counts: pd.DataFrame, *, whole: bool) -> Iterator[Sum]:
    """Printed totals whose parts add up to them (``whole``), or to less: some are not printed."""
    by_id = counts.set_index("id")
    for (total, _), named in Counts(counts).equations().groupby(["total", "relation"]):
        own = by_id.loc[named["part"]]
        added, printed = own["value"].sum(), by_id.loc[total, "value"]
        if added == printed if whole else added < printed:
            yield _difference(own["place"], [by_id.loc[total, "place"]])


def _difference(added: Iterable[int], taken: Iterable[int]) -> Sum:
    """The sum of some cells or parts, less that of others."""
    total: Sum = defaultdict(float)
    for columns, sign in ((added, 1.0), (taken, -1.0)):
        for column in columns:
            total[int(column)] += sign
    return total


def _once(sums: Iterable[Sum]) -> list[tuple[tuple[int, float], ...]]:
    """Each sum once, as columns and factors."""
    return [*dict.fromkeys(tuple(sorted(one.items())) for one in sums)]


def _matrix(sums: list[tuple[tuple[int, float], ...]], width: int) -> sparse.csr_array:
    """Sums as the rows of a matrix over cells and parts."""
    rows = [row for row, one in enumerate(sums) for _ in one]
    columns = [column for one in sums for column, _ in one]
    factors = [factor for one in sums for _, factor in one]
    return sparse.coo_array((factors, (rows, columns)), shape=(len(sums), width)).tocsr()
