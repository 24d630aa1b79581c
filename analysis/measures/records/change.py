"""What changed in a force's records since those of the period before.

A change is one of the records: more reports are mostly better recording, and labels and columns
come and go with the program that keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, sqrt

import pandas as pd
from scipy.special import ndtri

from analysis.counts import Count
from analysis.errors import refusal
from analysis.findings import Finding, Findings, not_available, too_few
from analysis.measures.intervals import EXACT_BELOW
from analysis.measures.records.clustered import INDEPENDENT, hardly_grouped, ratio_of_shares
from analysis.measures.records.incidents import NONE_USED, group_reports
from analysis.measures.records.quarter import BOXES, ONE_ANSWER, groups
from analysis.records import Records, Tally
from analysis.standard.form import NOT_REPORTED
from analysis.standard.names import slug
from analysis.standard.periods import parse_period

NOT_GIVEN = "no records of the period before were given"
RECORDING = "a change in records is mostly one of recording, and says nothing of how it came about"
NONE_BEFORE = "no row of the file of the period before could be used"
FEW = f"fewer than {EXACT_BELOW} reports in one of the periods"


def _missing(records: Records, before: Records | None) -> str:
    """Why there is nothing to compare; nothing where there is."""
    if before is None:
        return NOT_GIVEN
    if not len(records):
        return NONE_USED
    return "" if len(before) else NONE_BEFORE


def _checked(records: Records, before: Records) -> tuple[str, ...]:
    """Caveats of the comparison; refused are another area, one period, and equal contents."""
    where = f"records of the period before ({before.file})"
    if before.area != records.area:
        raise refusal(where, f"are of {before.area}", [records.area])
    if before.period == records.period:
        raise refusal(where, f"are of {before.period} too", "another period")
    if _contents_equal(records, before):
        problem = f"every report but for its date is that of {records.file}: one file, read twice"
        raise refusal(where, problem, f"the records of {before.period}")
    own, other = parse_period(records.period), parse_period(before.period)
    if (other.first, other.last) == (own.before.first, own.before.last):
        return (RECORDING,)
    return (RECORDING, f"{other} is not the period before {own}, which is {own.before}")


def _contents_equal(records: Records, before: Records) -> bool:
    """Whether two periods hold the same reports, dates aside (definition 25)."""
    own, other = (one.reports.drop(columns="date").reset_index(drop=True)
                  for one in (records, before))  # fmt: skip
    return len(own) > 0 and own.equals(other)


def number_of_reports(
    records: Records, before: Records | None, rule: str, confidence: float
) -> Findings:
    """Reports less those of the period before, and over them with limits.

    Incidents are taken as Poisson events that bring their reports (compound Poisson), so that the
    variance of a number of reports is the sum of squared incident sizes; log limits. Too few below
    10 reports.
    """
    place = records.place
    less = {"series_id": "records/change/reports", "label": "Reports, less the period before",
            "kind": "difference", "unit": "report", **place}  # fmt: skip
    over = {"series_id": f"records/change/reports-ratio/{slug(rule)}", "kind": "ratio",
            "label": "Reports, over the period before", "unit": "ratio of numbers of reports",
            "form": "number:2", **place}  # fmt: skip
    if reason := _missing(records, before):
        return Findings(tuple(not_available(reason, **words) for words in (less, over)))
    caveats = _checked(records, before)
    counts = tuple(_every(one) for one in (records, before))
    change = Finding(**less, value=len(records) - len(before), counts=counts,
                     basis="{0} less {1}", caveats=caveats)  # fmt: skip
    over |= {"caveats": caveats + _alone(records, before, rule), "basis": "{0} over {1}"}
    if min(len(records), len(before)) < EXACT_BELOW:
        return Findings((change, too_few(FEW, counts, **over)))
    value = len(records) / len(before)
    error = sqrt(sum(_variance(one, rule) / len(one) ** 2 for one in (records, before)))
    factor = exp(float(ndtri((1 + confidence) / 2)) * error)
    both_alone = hardly_grouped(_incidents(records, before, rule))
    method = f"Poisson, {INDEPENDENT}" if both_alone else "compound Poisson by incident"
    ratio = Finding(**over, value=value, lower=value / factor, upper=value * factor,
                    confidence=confidence, counts=counts, method=f"log, {method}")  # fmt: skip
    return Findings((change, ratio))


def _alone(records: Records, before: Records, rule: str) -> tuple[str, ...]:
    """A caveat where one period's reports hardly share incidents; of both, the method says it."""
    alone = [one.period for one in (records, before) if hardly_grouped(group_reports(one, rule))]
    return tuple(f"of {period}: {INDEPENDENT}" for period in alone) if len(alone) == 1 else ()


def _variance(records: Records, rule: str) -> float:
    """Of a number of reports, where incidents are Poisson and bring several."""
    return float((group_reports(records, rule).value_counts() ** 2).sum())


def _every(records: Records) -> Count:
    return _counted(records, Tally("reports", records.reports.index, "every report used"))


def _counted(records: Records, tally: Tally) -> Count:
    return next(iter(records.counts([tally], "records change")))


def shares(
    records: Records, before: Records | None, by: str, rule: str, confidence: float,
    lost: Mapping[str, str],
) -> Findings:  # fmt: skip
    """Each group's share of the reports over its share in the period before, with limits.

    ``by`` as in ``analysis.measures.records.quarter.groups``. Limits by incident
    (``analysis.measures.records.clustered.ratio_of_shares``). Too few below 10 reports in either
    period; not available where ``by`` is among the questions ``lost`` in this one.
    """
    series, named = f"records/change/by-{slug(by)}", groups(records, by)
    words = {"kind": "ratio", "unit": "ratio of shares of reports", "form": "number:2",
             **records.place}  # fmt: skip
    if reason := _missing(records, before) or lost.get(by, ""):
        label = f"Shares by {by}, over the period before"
        return Findings((not_available(reason, series_id=series, label=label, **words),))
    caveats = _checked(records, before) + _alone(records, before, rule)
    words |= {"caveats": caveats, "basis": "{0} of {1} over {2} of {3}"}
    old = groups(before, by)
    rows = []
    for name in dict.fromkeys([*named, *old]):
        own = {"series_id": f"{series}/{slug(name)}", "label": name, **words}
        pair = [held.get(name, pd.Series(False, index=one.reports.index))
                for one, held in ((records, named), (before, old))]  # fmt: skip
        rows.append(_ratio(records, before, pair, f"{by}: {name}", rule, confidence, own))
    return Findings(tuple(rows))


def _ratio(
    records: Records, before: Records, pair: list[pd.Series], condition: str, rule: str,
    confidence: float, words: dict,
) -> Finding:  # fmt: skip
    counts = tuple(
        count
        for one, events in zip((records, before), pair, strict=True)
        for count in (_counted(one, Tally("reports", events, condition, breakdown="change",
                                          group=condition)), _every(one))
    )  # fmt: skip
    if min(events.sum() for events in pair) < EXACT_BELOW:
        return too_few(FEW, counts, **words)
    events = pd.concat(pair, ignore_index=True)
    now = pd.Series(events.index < len(records))
    found = ratio_of_shares(events, now, ~now, _incidents(records, before, rule), confidence)
    return Finding(**words, value=found.value, lower=found.lower, upper=found.upper,
                   method=found.method, confidence=confidence, counts=counts)  # fmt: skip


def _incidents(records: Records, before: Records, rule: str) -> pd.Series:
    """Incidents of both periods, one after the other; none is of both."""
    own, other = (group_reports(one, rule) for one in (records, before))
    return pd.concat([own, other + len(own)], ignore_index=True)


def labels(records: Records, before: Records | None) -> Findings:
    """Columns, tactics, places, duties, answers and boxes that are new, or gone, since before."""
    missing = _missing(records, before)
    new, old = dict(_labels(records)), {} if missing else dict(_labels(before))
    caveats = () if missing else _checked(records, before)
    rows = []
    for kind, held in new.items():
        words = {"series_id": f"records/change/labels/{slug(kind)}", "label": kind,
                 "kind": "verdict", "unit": "", **records.place}  # fmt: skip
        if missing:
            rows.append(not_available(missing, **words))
            continue
        parts = {"new": held - old[kind], "gone": old[kind] - held}
        said = "; ".join(f"{word}: {', '.join(sorted(one))}" for word, one in parts.items() if one)
        rows.append(Finding(**words, outcome=said or "the same in both", caveats=caveats))
    return Findings(tuple(rows))


def _labels(records: Records) -> Iterator[tuple[str, set[str]]]:
    """Kind of label: those that occur."""
    reports = records.reports
    yield "Columns", set(reports) - set(records.absent)
    yield "Tactics", set(records.tactics["tactic"])
    yield "Districts", set(reports["district"]) - {""}
    for field in ONE_ANSWER:
        yield field[0].upper() + field[1:], set(reports[field]) - {"", NOT_REPORTED}
    boxes = [field for field in reports if field.startswith(tuple(f"{one}: " for one in BOXES))]
    yield "Boxes ticked", {field for field in boxes if records.answered(field).any()}
