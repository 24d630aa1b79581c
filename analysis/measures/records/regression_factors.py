"""Covariates of the regression, from the form, and the samples that are fitted.

Every covariate is a factor with a level for what is not known. Three sets are nested, from what
the subject brings to what happens in the encounter; which levels and boxes stay is a written rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.measures.groups import common_group
from analysis.records import Records
from analysis.standard.form import NOT_REPORTED, PLACES
from analysis.standard.people import ETHNIC_GROUPS, IMPACT_FACTOR, LOCATION, NOT_KNOWN, REASON

UNKNOWN, REST, SEVERAL = "not known", "other or not known", "several kinds"
FEWEST = 10  # reports of a level: one with fewer is merged
RAREST = 0.1  # share of reports in which a box is ticked, or not ticked: a rarer box is left out

# Under-11s hold known errors (definition 16), and are few.
_AGES = {
    "Under 11": "under 18", "11-17": "under 18", "50-64": "50 and over", "65 and over":
    "50 and over",
}  # fmt: skip
AGES = ("under 18", "18-34", "35-49", "50 and over")
IMPACTS = tuple(one for one in IMPACT_FACTOR.editions[0] if one not in ("Mental health", "Other"))
REASONS = tuple(one for one in REASON.editions[0] if one != "Other")
BOXES = tuple(f"impact factor: {one}" for one in IMPACTS) + tuple(
    f"reason: {one}" for one in REASONS
)

_DEMOGRAPHICS = ("ethnicity", "age", "gender")
_CIRCUMSTANCES = ("mental health", "location", "month", *BOXES[: len(IMPACTS)])
_ENCOUNTER = ("conduct", *BOXES[len(IMPACTS) :])
# set: its factors, in the order in which they give way where two say the same
SETS = {
    "demographics": _DEMOGRAPHICS,
    "and circumstances": _DEMOGRAPHICS + _CIRCUMSTANCES,
    "and encounter": _DEMOGRAPHICS + _CIRCUMSTANCES + _ENCOUNTER,
}
SETS_IN_WORDS = {
    "demographics": "ethnic group, age and gender as perceived",
    "and circumstances": "with mental health, kind of place, month and impact factors",
    "and encounter": "with resistance and the reasons for force, which are part of the encounter",
}
MISSING_RULES = {
    "category": "what is not known is a level of its own",
    "complete": "reports with anything not known are left out",
    "to reference": "every ethnic group not known is taken as the reference group",
    "to comparison": "every ethnic group not known is taken as the comparison group",
}


def factors_of(records: Records) -> pd.DataFrame:
    """Every factor of ``SETS`` for each report, as text; index as ``records.reports``.

    Chinese is in Asian and don't know is not known. Mental health is Yes where the health
    condition or the impact factor says so, not known where neither says anything. The kind of
    place is the one of public, police setting, medical setting, dwelling and other that is ticked,
    "several kinds" where more than one is.
    """
    reports = records.reports
    columns = {
        "ethnicity": _brought(reports["ethnicity"], _group),
        "age": _brought(reports["age"], lambda one: _AGES.get(one, _known(one))),
        "gender": _brought(reports["gender"], _known),
        "mental health": _mental_health(reports),
        "location": _location(records),
        "month": reports["date"].astype("str").str[:7].replace("", UNKNOWN),
        "conduct": _brought(reports["conduct"], _known),
    }
    columns |= {box: _brought(reports[box], _known) for box in BOXES}
    return pd.DataFrame({name: column.astype(object) for name, column in columns.items()})


def _known(answer: str) -> str:
    return UNKNOWN if answer in NOT_KNOWN else answer


def _group(printed: str) -> str:
    group = common_group(printed)
    return group if group in ETHNIC_GROUPS else UNKNOWN


def _brought(column: pd.Series, to) -> pd.Series:
    """Each category brought to another; a category is read once, however many reports there are."""
    return column.astype(object).map({one: to(one) for one in column.unique()})


def _mental_health(reports: pd.DataFrame) -> pd.Series:
    condition, factor = reports["health condition"], reports["impact factor: Mental health"]
    says = condition.isin(["Mental", "Physical and mental"]) | (factor == "Yes")
    silent = (condition == NOT_REPORTED) & (factor == NOT_REPORTED)
    found = np.select([says, silent], ["Yes", UNKNOWN], "No")
    return pd.Series(found, index=reports.index)


def _location(records: Records) -> pd.Series:
    kinds: dict[str, pd.Series] = {}
    for place in PLACES:
        kind = LOCATION.inside.get(place, place)
        ticked = records.answered(f"location: {place}")
        kinds[kind] = kinds[kind] | ticked if kind in kinds else ticked
    table = pd.DataFrame(kinds)
    number = table.sum(axis=1)
    found = np.select([number > 1, number == 0], [SEVERAL, UNKNOWN], table.idxmax(axis=1))
    return pd.Series(found, index=table.index)


@dataclass(frozen=True)
class Sample:
    """What is fitted: one entry each for ``event`` (bool), ``clusters`` (whole numbers) and
    ``factors`` (categoricals, the reference level first). ``groups`` are the ethnic groups before
    any was merged; ``notes`` say what was merged or left out on the way.
    """

    event: np.ndarray
    factors: pd.DataFrame
    clusters: np.ndarray
    groups: np.ndarray
    notes: tuple[str, ...] = ()

    def of(self, group: str) -> tuple[int, int]:
        """Those of an ethnic group with the outcome, and all of the group."""
        own = self.groups == group
        return int(self.event[own].sum()), int(own.sum())

    def incidents_of(self, group: str) -> tuple[int, int]:
        """Incidents in which a report on the group has the outcome, and in which one has it not."""
        own = self.groups == group
        kinds = (own & self.event, own & ~self.event)
        return tuple(len(np.unique(self.clusters[kind])) for kind in kinds)

    @property
    def reference(self) -> str:
        return str(self.factors["ethnicity"].cat.categories[0])

    @cached_property
    def events_per_coefficient(self) -> float:
        """Events or non-events, whichever are fewer, for each coefficient but the intercept."""
        rarer = min(self.event.sum(), (~self.event).sum())
        levels = self.factors.nunique()
        return float(rarer / max((levels - 1).sum(), 1))

    def without(self, factor: str, why: str) -> Sample:
        """The sample without a factor."""
        notes = (*self.notes, f"left out, {why}: {factor}")
        return replace(self, factors=self.factors.drop(columns=factor), notes=notes)


@dataclass(frozen=True)
class Rows:
    """The event, factors and incident of what is counted: reports, or incidents."""

    event: pd.Series
    factors: pd.DataFrame
    incidents: pd.Series

    def among(self, kept: pd.Series) -> Rows:
        return Rows(self.event[kept], self.factors[kept], self.incidents[kept])

    def by_incident(self) -> Rows:
        """Incidents: the outcome in any of their reports, the factors of the first in the file.

        Each incident is then a cluster of its own.
        """
        first = ~self.incidents.duplicated()
        happened = self.event.groupby(self.incidents).transform("any")
        return Rows(happened[first], self.factors[first], self.incidents[first])


def sample(rows: Rows, covariates: str, missing: str, reference: str, group: str = "") -> Sample:
    """A sample with the factors of one of ``SETS`` under one of ``MISSING_RULES``.

    Levels with fewer than ten entries become "other or not known"; where even these together are
    fewer than ten they join what is not known, or else the commonest level, but an ethnic group
    never joins another. The ``reference`` group is never merged. Boxes ticked in less than a
    tenth, or in more than nine tenths, and factors with one level only are left out. The first
    level is the reference group, and of other factors the commonest. ``group`` is needed by the
    rule "to comparison" alone.
    """
    if covariates not in SETS or missing not in MISSING_RULES:
        problem = f"{covariates!r} with {missing!r}"
        raise refusal("specification", problem, [*SETS, *MISSING_RULES])
    factors, notes = _boxes(rows.factors[list(SETS[covariates])])
    if missing in ("to reference", "to comparison"):
        taken = reference if missing == "to reference" else group
        factors = factors.assign(ethnicity=factors["ethnicity"].replace(UNKNOWN, taken))
    rows = replace(rows, factors=factors)
    if missing == "complete":
        known = _complete(factors)
        rows = rows.among(known)
        notes.append("left out: all with something not known")
    made, merges = _levels(rows.factors, reference)
    groups, clusters = rows.factors["ethnicity"].to_numpy(), pd.factorize(rows.incidents)[0]
    return Sample(rows.event.to_numpy(bool), made, clusters, groups, (*notes, *merges))


def _complete(factors: pd.DataFrame) -> pd.Series:
    """Which rows have everything known, among the factors of which anything is known."""
    unknown = factors == UNKNOWN
    return ~unknown.loc[:, ~unknown.all()].any(axis=1)


def _boxes(factors: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The factors without boxes that are ticked, or not ticked, too rarely to say anything."""
    ticked = (factors[[name for name in factors if name in BOXES]] == "Yes").mean()
    rare = [name for name, share in ticked.items() if not RAREST <= share <= 1 - RAREST]
    words = "left out, ticked in less than a tenth or more than nine tenths: {}"
    named = ", ".join(name.partition(": ")[2] for name in rare)
    return factors.drop(columns=rare), [words.format(named)] if rare else []


def _levels(factors: pd.DataFrame, reference: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The factors as categoricals with their small levels merged, and what was done."""
    columns, notes, single = {}, [], []
    for name in factors:
        ethnic = name == "ethnicity"
        column, note = merged(factors[name], reference if ethnic else None)
        notes += [f"{name}: {note}"] if note else []
        levels = list(column.value_counts().sort_index().sort_values(ascending=False).index)
        first = [reference] if ethnic and reference in levels else levels[:1]
        columns[name] = pd.Categorical(column, [*first, *sorted({*levels} - {*first})])
        single += [name] if len(levels) < 2 else []
    if single:
        notes.append(f"left out, one level only: {', '.join(single)}")
    return pd.DataFrame(columns, index=factors.index).drop(columns=single), tuple(notes)


def merged(column: pd.Series, never: str | None = None) -> tuple[pd.Series, str]:
    """A factor with its levels of fewer than ten entries merged, and what was merged into what.

    With ``never``, a level that stays as it is, no level joins another that is known.
    """
    sizes = column.value_counts()
    small = sorted(one for one in sizes.index if sizes[one] < FEWEST and one != never)
    large = [one for one in sizes.index if one not in small]
    if not small or not large:
        return column, ""
    into = REST
    if sizes[small].sum() < FEWEST:
        into = UNKNOWN if UNKNOWN in large else large[0] if never is None else REST
    return column.replace(dict.fromkeys(small, into)), f"{', '.join(small)} taken as {into}"
