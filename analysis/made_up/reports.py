"""Drawing reports: incidents, the subjects in them, officers' reports, and what happened.

Outcomes in one incident go together, and yet a logit on reports estimates the planted effects:
the normal variate behind an outcome is partly shared by the incident, and its probability, not
its normal score, is held against the logistic probability (a Gaussian copula; Emrich and
Piedmonte 1991, doi 10.1080/00031305.1991.10475828). A random effect on the logit would make the
average effects smaller than the planted ones (Zeger, Liang and Albert 1988, doi 10.2307/2531734).

Only uniform doubles of PCG64 are drawn, and all else derived from them: a seed gives the same
reports on every system.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from analysis.made_up.plan import Plan
from analysis.standard.periods import parse_period

LATEST = 25  # minutes between the first and the last report of an incident, at most
# share of incidents by hour of the day, from midnight
_HOURS = np.array([7, 6, 5, 4, 3, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8, 8.0])
PER_INCIDENT = ("scene", "place")
PER_SUBJECT = ("ethnicity", "age", "gender", "health condition", "conduct")
PER_REPORT = ("main duty", "CED not discharged", "CED discharged")


@dataclass(frozen=True)
class Drawn:
    """``reports`` drawn reports: arrays of that length, sorted by minute.

    ``incident`` and ``subject`` number from 0; ``minute`` counts from the start of the period;
    ``groups`` holds for each field the code of a group in ``names``; ``outcomes`` are truth
    values.
    """

    incident: np.ndarray
    subject: np.ndarray
    minute: np.ndarray
    names: dict[str, tuple[str, ...]]
    groups: dict[str, np.ndarray]
    outcomes: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.incident)

    def are(self, field: str, *groups: str) -> np.ndarray:
        """Which reports are in one of these groups of a field."""
        codes = [code for code, name in enumerate(self.names[field]) if name in groups]
        return np.isin(self.groups[field], codes)


def draw(reports: int, random: np.random.Generator, plan: Plan) -> Drawn:
    """``reports`` reports by the plan."""
    incident = _incidents(reports, random, plan)
    subject = _subjects(incident, random, plan)
    minute = _minutes(incident, random, plan)
    names = {name: tuple(plan.numbers.get(name, shares)) for name, shares in plan.shares.items()}
    groups = {}
    owners = {PER_INCIDENT: incident, PER_SUBJECT: subject, PER_REPORT: np.arange(reports)}
    for fields, owner in owners.items():
        for name in fields:
            groups[name] = _groups(name, owner, random, plan)[owner]
    drawn = Drawn(incident, subject, minute, names, groups, {})
    for name, happened in _outcomes(drawn, random, plan):
        drawn.outcomes[name] = happened
    return _in_order(drawn)


def _incidents(reports: int, random: np.random.Generator, plan: Plan) -> np.ndarray:
    """The incident of each report; the last incident is cut short."""
    sizes = 1 + _pick(random.random(reports), plan.sizes)
    return np.repeat(np.arange(reports), sizes)[:reports]


def _subjects(incident: np.ndarray, random: np.random.Generator, plan: Plan) -> np.ndarray:
    """The subject of each report: one an incident, or two, of whom the first report is on one."""
    first = np.r_[True, incident[1:] != incident[:-1]]
    two = random.random(incident[-1] + 1) < plan.two_subjects
    second = np.r_[False, first[:-1]] & ~first & two[incident]
    return np.cumsum(first | second) - 1


def _minutes(incident: np.ndarray, random: np.random.Generator, plan: Plan) -> np.ndarray:
    """When each report says that it was, in minutes from the start of the period."""
    incidents, end = incident[-1] + 1, 24 * 60 * days(plan.period)
    day = np.floor(random.random(incidents) * days(plan.period))
    hour = _pick(random.random(incidents), _HOURS / _HOURS.sum())
    start = np.floor(60 * (24 * day + hour + random.random(incidents)))
    later = np.floor(random.random(len(incident)) * (LATEST + 1))
    later[random.random(len(incident)) < 0.5] = 0
    return np.minimum(start[incident] + later, end - 1).astype(int)


def first_day(period: str) -> np.datetime64:
    """The first day of a period."""
    year, month = parse_period(period).first
    return np.datetime64(f"{year:04}-{month:02}", "M").astype("datetime64[D]")


def days(period: str) -> int:
    """How many days a period has."""
    start = first_day(period)
    after = (start.astype("M8[M]") + parse_period(period).months).astype("M8[D]")
    return (after - start).astype(int)


def _pick(uniform: np.ndarray, shares) -> np.ndarray:
    """A code for each uniform number, by shares that need not add up to one exactly."""
    ends = np.cumsum(np.asarray(shares, float))
    return np.searchsorted(ends[:-1] / ends[-1], uniform, side="right").astype(np.int8)


def _groups(name: str, owner: np.ndarray, random: np.random.Generator, plan: Plan) -> np.ndarray:
    """The group of each owner (incident, subject or report) in one field."""
    if name in plan.numbers:
        return exactly(np.bincount(owner), tuple(plan.numbers[name].values()), random)
    return _pick(random.random(owner[-1] + 1), tuple(plan.shares[name].values()))


def exactly(sizes: np.ndarray, numbers, random: np.random.Generator) -> np.ndarray:
    """A code for each owner, so that the reports with code k are ``numbers[k]`` in all.

    Large owners first, each with probability by what is left: those with one report fill the rest.
    """
    left, codes = np.array(numbers), np.empty(len(sizes), np.int8)
    order = np.argsort(random.random(len(sizes)))
    for owner in order[np.argsort(-sizes[order], kind="stable")]:
        open_to = np.where(left >= sizes[owner], left, 0)
        codes[owner] = _pick(random.random(1), open_to)[0]
        left[codes[owner]] -= sizes[owner]
    if left.any():
        raise ValueError(f"numbers {numbers} cannot be met: {left.tolist()} are left")
    return codes


def _outcomes(
    drawn: Drawn, random: np.random.Generator, plan: Plan
) -> Iterator[tuple[str, np.ndarray]]:
    """Each outcome in the order of the plan: which reports have it."""
    shared, own = np.sqrt(plan.correlation), np.sqrt(1 - plan.correlation)
    for name, planted in plan.outcomes.items():
        score = shared * ndtri(random.random(drawn.incident[-1] + 1))[drawn.incident]
        score += own * ndtri(random.random(len(drawn)))
        log_odds = np.full(len(drawn), logit(planted.share))
        for field, effects in planted.effects.items():
            given = [effects.get(group, 0.0) for group in drawn.names[field]]
            log_odds += np.array(given)[drawn.groups[field]]
        eligible = drawn.outcomes.get(planted.among, np.ones(len(drawn), bool))
        if planted.number is None:
            yield name, eligible & (ndtr(score) < expit(log_odds))
        else:
            yield name, _first(planted.number, log_odds - logit(ndtr(score)), eligible)


def _first(number: int, leaning: np.ndarray, eligible: np.ndarray) -> np.ndarray:
    """Exactly ``number`` eligible reports, those that lean to the outcome most.

    It is as if the share had been chosen so that so many have the outcome.
    """
    order = np.argsort(np.where(eligible, -leaning, np.inf), kind="stable")
    if number > eligible.sum():
        raise ValueError(f"{number} of {eligible.sum()} reports cannot have an outcome")
    return np.isin(np.arange(len(leaning)), order[:number])


def _in_order(drawn: Drawn) -> Drawn:
    """The same reports, sorted by minute."""
    order = np.argsort(drawn.minute, kind="stable")
    return Drawn(
        drawn.incident[order],
        drawn.subject[order],
        drawn.minute[order],
        drawn.names,
        {name: codes[order] for name, codes in drawn.groups.items()},
        {name: happened[order] for name, happened in drawn.outcomes.items()},
    )
