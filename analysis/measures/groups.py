"""Counts brought to the groups that editions and censuses share, and added up over forces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.counts import ALL, Count, Counts
from analysis.standard.forces import official_forces
from analysis.standard.names import slug
from analysis.standard.people import AGE, ETHNIC_GROUPS, INSIDE_ASIAN, NOT_KNOWN

UNKNOWN = "Not known"
GROUPS = {
    "ethnicity": ETHNIC_GROUPS,
    "age": tuple(group for group in AGE.editions[-1] if group not in NOT_KNOWN),
    "gender": ("Female", "Male", "Other"),
}
# In the tables of a force with so many tactics, a group without a single one is not recorded:
# of the smallest of the five groups about one in a hundred tactics is reported.
MANY = 1000
NOT_RECORDED = (
    "the force prints none of this group among all its tactics, a thousand or more, so it seems "
    "not to record the group: the noughts are not counted"
)
NOT_IN_CENSUS = "the census gives two sexes only, so there are no residents of this group"


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


# where a group stands under several names, or under a name that ends in several ways
_SLUGS = {"Asian": ["asian*", "chinese"], UNKNOWN: ["not-reported", "don-t-know"], ALL: ["*"]}


@dataclass(frozen=True)
class Groups:
    """One measure and tactic of one period by area and group; every count in exactly one tally."""

    tallies: dict[tuple[str, str], Tally]
    first: Count
    beside: tuple[Groups, ...] = ()  # other tables on which the tallies rest

    @property
    def period(self) -> str:
        return self.first.period

    @property
    def edition(self) -> str:
        return self.first.edition

    @property
    def groups(self) -> set[str]:
        """The groups that the table knows."""
        return {group for _, group in self.tallies}

    def of(self, area: str, group: str) -> Tally:
        """The tally of a group in an area; England and Wales as printed."""
        return self.tallies[area, group]

    def patterns(self, *groups: str) -> tuple[str, ...]:
        """The ids of these groups' counts in all areas, in this and in the tables beside it."""
        start, _, end = self.first.id.partition(f"/{slug(self.first.area)}/")
        start = f"{start}/*/{end.rpartition('/')[0]}"
        own = [f"{start}/{one}" for group in groups for one in _SLUGS.get(group, [slug(group)])]
        others = (one for table in self.beside for one in table.patterns(*groups))
        return tuple(dict.fromkeys((*own, *others)))

    def having(self, *groups: str) -> tuple[str, ...]:
        """Forces for which all of these groups are available, in alphabetical order."""
        return tuple(
            place
            for place in official_forces()
            if all(self.tallies[place, group].available for group in groups)
        )

    def lacking(self, *groups: str) -> tuple[str, ...]:
        """The other forces."""
        having = self.having(*groups)
        return tuple(place for place in official_forces() if place not in having)

    @property
    def without_any(self) -> tuple[str, ...]:
        """Forces for which no group is available."""
        groups = self.groups - {ALL, UNKNOWN}
        return tuple(
            place
            for place in official_forces()
            if not any(self.of(place, group).available for group in groups)
        )

    def over(self, places: Iterable[str], group: str) -> Tally:
        """The sum over forces, each of which must have the group."""
        total = sum(self.tallies[place, group].value for place in places)
        return Tally(total, self.patterns(group))

    def as_recorded(self, every: Groups) -> Groups:
        """With groups that a force does not record not available, judged by ``every`` tactic."""
        tallies = dict(self.tallies)
        for (place, group), tally in every.tallies.items():
            none_of_many = tally.value == 0 and (every.of(place, ALL).value or 0) >= MANY
            if none_of_many and group in ETHNIC_GROUPS and self.of(place, group).available:
                rests_on = self.of(place, group).rests_on + tally.rests_on
                tallies[place, group] = Tally(None, rests_on, "", NOT_RECORDED)
        return Groups(tallies, self.first, (*self.beside, every))

    def less(self, part: Groups) -> Groups:
        """Each tally without its part."""
        tallies = {key: tally.less(part.tallies[key]) for key, tally in self.tallies.items()}
        return Groups(tallies, self.first, (*self.beside, part))


def grouped(counts: Counts, **where: str) -> Groups:
    """The counts with these dimensions (one tactic, measure and period) by area and group."""
    found: dict[tuple[str, str], list[Count]] = {}
    for count in counts.where(**where):
        found.setdefault((count.area, common_group(count.group)), []).append(count)
    if not found:
        raise LookupError(f"no counts with {where}")
    first = next(iter(found.values()))[0]
    return Groups({key: added_up(group) for key, group in found.items()}, first)
