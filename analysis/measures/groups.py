"""Counts brought to the groups that editions and censuses share, and added up over forces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from analysis.counts import ALL, Count, Counts
from analysis.standard.forces import forces
from analysis.standard.names import slug
from analysis.standard.people import AGE, ETHNIC_GROUPS, INSIDE_ASIAN, NOT_KNOWN

UNKNOWN = "Not known"
GROUPS = {
    "ethnicity": ETHNIC_GROUPS,
    "age": tuple(group for group in AGE.editions[-1] if group not in NOT_KNOWN),
    "gender": ("Female", "Male"),
}


def common_group(printed: str) -> str:
    """The group that a printed one is brought to: Chinese is in Asian, don't know in not known.

    >>> common_group("Chinese"), common_group("Don't know"), common_group("of whom Chinese")
    ('Asian', 'Not known', 'of whom Chinese')
    """
    if printed in INSIDE_ASIAN:
        return "Asian"
    return UNKNOWN if printed in NOT_KNOWN else printed


@dataclass(frozen=True)
class Tally:
    """Counts added up. ``value`` is None where one of them is not available, for its ``reason``.

    ``rests_on`` holds the counts, or a pattern of ids where they are many; ``words`` says how the
    counts make the value, with ``{}`` for each of them.
    """

    value: float | None
    rests_on: tuple[Count | str, ...]
    words: str = ""
    reason: str = ""

    @property
    def available(self) -> bool:
        return self.value is not None

    @property
    def counts(self) -> tuple[Count, ...]:
        return tuple(one for one in self.rests_on if isinstance(one, Count))

    def less(self, other: Tally) -> Tally:
        """This without a part of it."""
        if not (self.available and other.available):
            return Tally(None, self.rests_on + other.rests_on, "", self.reason or other.reason)
        words = f"{self.words} less {other.words}" if self.words and other.words else ""
        return Tally(self.value - other.value, self.rests_on + other.rests_on, words)


def added_up(counts: Iterable[Count]) -> Tally:
    """A few counts as one."""
    counts = tuple(counts)
    missing = next((count for count in counts if not count.available), None)
    if missing is not None:
        return Tally(None, counts, "", missing.reason)
    words = " + ".join("{}" for _ in counts)
    return Tally(sum(count.value for count in counts), counts, words)


@dataclass(frozen=True)
class Groups:
    """One measure and tactic of one period by area and group; every count in exactly one tally."""

    tallies: dict[tuple[str, str], Tally]
    first: Count
    taken_off: tuple[Groups, ...] = ()

    @property
    def period(self) -> str:
        return self.first.period

    @property
    def edition(self) -> str:
        return self.first.edition

    def of(self, area: str, group: str) -> Tally:
        """The tally of a group in an area; England and Wales as printed."""
        return self.tallies[area, group]

    def pattern(self, group: str) -> str:
        """The ids of a group's counts in all areas; ``all`` of them for every group."""
        start, _, end = self.first.id.partition(f"/{slug(self.first.area)}/")
        last = "*" if group in (ALL, UNKNOWN, "Asian") else slug(group)
        return f"{start}/*/{end.rpartition('/')[0]}/{last}"

    def patterns(self, group: str) -> tuple[str, ...]:
        """The same, with those of what was taken off."""
        return (self.pattern(group), *(other.pattern(group) for other in self.taken_off))

    def less(self, part: Groups) -> Groups:
        """Each tally without its part."""
        tallies = {key: tally.less(part.tallies[key]) for key, tally in self.tallies.items()}
        return Groups(tallies, self.first, (part,))

    @cached_property
    def without_breakdown(self) -> tuple[str, ...]:
        """Forces with a group that is not available, in alphabetical order."""
        missing = {area for (area, _), tally in self.tallies.items() if not tally.available}
        return tuple(place for place in forces() if place in missing)

    @property
    def with_breakdown(self) -> tuple[str, ...]:
        """The other forces."""
        return tuple(place for place in forces() if place not in self.without_breakdown)

    def over(self, places: Iterable[str], group: str) -> Tally:
        """The sum over forces, each of which must have the group."""
        total = sum(self.tallies[place, group].value for place in places)
        return Tally(total, (self.pattern(group),))


def grouped(counts: Counts, **where: str) -> Groups:
    """The counts with these dimensions (one tactic, measure and period) by area and group."""
    found: dict[tuple[str, str], list[Count]] = {}
    for count in counts.where(**where):
        found.setdefault((count.area, common_group(count.group)), []).append(count)
    if not found:
        raise LookupError(f"no counts with {where}")
    first = next(iter(found.values()))[0]
    return Groups({key: added_up(group) for key, group in found.items()}, first)
