"""A report as it is compared with another: its findings and counts as rows of one form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from analysis.counts import STATED
from analysis.measures.contrasts import Estimate, NoContrast
from analysis.measures.groups import common_group
from analysis.standard.names import slug
from analysis.standard.people import INSIDE_ASIAN, NOT_KNOWN

_EVENTS = re.compile(r" of | over | uses| per ")  # ends the events in the words of a basis
_COMMON = {slug(one): slug(common_group(one)) for one in (*INSIDE_ASIAN, *NOT_KNOWN)}
OWN = "own"  # the area or period that a report is about


@dataclass(frozen=True)
class Report:
    """What is compared of a report.

    ``findings`` and ``counts`` as its folder holds them, all text. ``files``: of each source the
    files read, with their hashes. ``units``: of counts over rows, what was added up
    (``analysis.rows``). ``rounded``: sources whose numbers a release has rounded. ``choices`` as in
    its parameters.
    """

    area: str
    period: str
    findings: pd.DataFrame
    counts: pd.DataFrame
    choices: Mapping[str, object]
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    rounded: frozenset[str] = frozenset()

    @cached_property
    def rows(self) -> list[Row]:
        """The findings, and the counts in the form of findings."""
        found = [Row("finding", self, one) for one in self.findings.to_dict("records")]
        return found + [Row("count", self, _as_finding(one, self.choices))
                        for one in self.counts.to_dict("records")]  # fmt: skip

    @cached_property
    def values(self) -> dict[str, str]:
        return dict(zip(self.counts["id"], self.counts["value"], strict=True))

    @cached_property
    def groups(self) -> dict[tuple[str, str], set[str]]:
        """Source and breakdown: the groups that it has anywhere."""
        by = self.counts.groupby(["source", "breakdown"])["group"]
        return {key: set(groups) for key, groups in by}

    @cached_property
    def rests_on(self) -> dict[str, frozenset[str]]:
        """Finding: the counts and patterns that it rests on, also through other findings."""
        own = self.findings.set_index("id")
        counts, through = (
            {key: set(filter(None, text.split(";"))) for key, text in own[column].items()}
            for column in ("counts", "findings")
        )
        for key in counts:
            seen, ahead = {key}, [*through[key]]
            while ahead:
                if (one := ahead.pop()) in counts and one not in seen:
                    seen.add(one)
                    counts[key] |= counts[one]
                    ahead += through[one]
        return {key: frozenset(found) for key, found in counts.items()}

    @cached_property
    def design_effect(self) -> float | None:
        """Squared incident sizes over sizes, by the report's incident rule; if it is told."""
        series = f"incidents/design-effect/{slug(str(self.choices.get('incident_rule')))}"
        found = self.findings[
            (self.findings["series_id"] == series) & (self.findings["status"] == STATED)
        ]["value"]
        return float(found.iloc[0]) if len(found) == 1 else None


def _as_finding(count: dict[str, str], choices: Mapping[str, object]) -> dict[str, str]:
    """A count as a row of findings: its series is its id without source, period and area."""
    _, subject, _, _, *what = count["id"].split("/")
    named = [count[name] for name in ("tactic", "group") if count[name] != "all"]
    return dict.fromkeys(("lower", "upper", "method", "outcome", "basis", "findings"), "") | {
        "id": count["id"], "series_id": "/".join((subject, *what)), "kind": "count",
        "label": f"{', '.join([count['measure'].capitalize(), *named])} ({count['subject']})",
        "area": count["area"], "period": count["period"], "edition": count["edition"],
        "unit": count["unit"], "form": "count", "value": count["value"],
        "status": count["status"], "reason": count["note"], "counts": count["id"],
        "confidence": str(choices["confidence"]), "source": count["source"],
        "breakdown": count["breakdown"], "group": count["group"],
    }  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A row of one report, with what it needs to know of the report."""

    table: str
    report: Report = field(repr=False)
    text: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.text[name]

    @property
    def place(self) -> tuple[str, str]:
        return self["area"], self["period"]

    @property
    def role(self) -> tuple[str, str]:
        """Area and period, with the report's own called so."""
        own = self.report.area, self.report.period
        return tuple(OWN if a == b else a for a, b in zip(self.place, own, strict=True))

    @property
    def origin(self) -> tuple[str, str]:
        """Edition, and of a count its source: several may hold the same figure."""
        return self["edition"], self.text.get("source", "")

    @property
    def holds(self) -> tuple[str, ...]:
        """The groups of its breakdown that a count stands among, where editions part them."""
        if self.table != "count":
            return ()
        known = self.report.groups[self["source"], self["breakdown"]]
        common = common_group(self["group"])
        return tuple(sorted(one for one in known if common_group(one) == common))

    @property
    def available(self) -> bool:
        return self["status"] == STATED

    @property
    def estimate(self) -> Estimate:
        return Estimate(*(float(self[name]) for name in ("value", "lower", "upper")))

    @property
    def counts(self) -> frozenset[str]:
        """The ids of the counts that it rests on, and patterns of such."""
        if self.table == "count":
            return frozenset([self["id"]])
        return self.report.rests_on[self["id"]]

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(one.split("/", 1)[0] for one in self.counts)

    @property
    def shapes(self) -> frozenset[tuple[str, ...]]:
        """What it rests on, without source, period and area; Chinese is within Asian, and so on."""
        return frozenset(map(_shape, self.counts))

    @property
    def of_residents(self) -> bool:
        return any("/residents/" in one for one in self.counts)

    @property
    def events(self) -> int:
        """How many events a rate counts: the counts that its basis names first, together."""
        named = max(1, _EVENTS.split(self["basis"])[0].count("{"))
        values = [self.report.values.get(one, "") for one in self["counts"].split(";")[:named]]
        if not all(values):
            raise NoContrast("its number of events does not stand in the tables")
        return int(sum(map(float, values)))

    @property
    def said(self) -> tuple[str, ...]:
        """All that can differ where place and period do not."""
        return tuple(self[name] for name in ("status", "value", "lower", "upper", "outcome"))


def _shape(count: str) -> tuple[str, ...]:
    """Subject, measure, tactic and group of a count's id or of a pattern of such ids."""
    _, subject, *rest = count.split("/")
    group = rest[-1].removesuffix("*") if len(rest) > 2 else ""
    return subject, *rest[2:-1], _COMMON.get(group, group)
