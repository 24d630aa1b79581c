"""From a report's counts and findings to the plan of its release.

Every number of a restricted source is under control: from 1 to below the threshold it is hidden,
others are rounded, and of those as many are hidden as would give a hidden one away, over all tables
together. Published sources pass as printed.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from analysis.counts import ROWS, STATED, SUPPRESSED
from analysis.disclosure import conclusions
from analysis.disclosure.plan import Plan
from analysis.disclosure.relations import file_of, relations
from analysis.disclosure.suppression import hidden, rounded, small
from analysis.parameters import Disclosure
from analysis.standard.names import slug

_PER_CENT = "per cent"  # a printed count in it is no number of anything: hidden where restricted


def plan_of(
    counts: pd.DataFrame,
    findings: pd.DataFrame,
    disclosure: Disclosure,
    restricted: set[str],
    *,
    complementary: bool = True,
) -> tuple[Plan, pd.DataFrame]:
    """The plan of a release, and the log of what it hides (columns id, label, what, why).

    ``counts`` and ``findings`` are the tables of a report, counts with their ``rows``;
    ``restricted`` are the keys of sources. The log has one reason for all, since another would say
    which numbers are small. Without ``complementary`` only small numbers are hidden: an attack on
    that must succeed, or it would show nothing.
    """
    reason = f"fewer than {disclosure.threshold}, or it would give such a number away"
    counts = counts.assign(value=pd.to_numeric(counts["value"]), **{ROWS: counts[ROWS].fillna("")})
    under = counts[counts["source"].isin(restricted)]
    concealed = _concealed(under, findings, disclosure.threshold, complementary)
    changed = dict.fromkeys(counts["id"], {}) | {
        count["id"]: _changes(count, count["id"] in concealed, disclosure, reason)
        for count in under.to_dict("records")
    }
    true = counts[counts["status"] == STATED].set_index("id")["value"].to_dict()
    shown = conclusions.Shown(
        true,
        {one: changed[one].get("value", true[one]) for one in true if one not in concealed},
        frozenset(under["id"]),
        frozenset(map(slug, restricted)),
        disclosure,
    )
    concluded = conclusions.changes(findings, shown, reason)
    plan = Plan(
        disclosure.threshold, disclosure.rounding, frozenset(restricted), changed, concluded
    )
    return plan, _log(counts, findings, plan, reason)


def _concealed(
    under: pd.DataFrame, findings: pd.DataFrame, threshold: int, complementary: bool
) -> set[str]:
    """The ids of the restricted counts that are hidden."""
    stated = under[under["status"] == STATED].sort_values("id")  # one plan, whatever the order
    per_cent = stated["unit"] == _PER_CENT
    found = set(stated.loc[per_cent, "id"])
    stated = stated[~per_cent]
    uses = Counter(one for listed in findings["counts"] for one in listed.split(";"))
    files = pd.Series(map(file_of, stated.to_dict("records")), index=stated.index, dtype=object)
    for _, of_file in stated.groupby(files, sort=True):
        held = relations(of_file)
        # what hiding a number costs: the counts and findings that show it
        cost = np.zeros(len(held.numbers))
        for one, cell in held.cell_of.items():
            cost[cell] += 1 + uses[one]
        hide = hidden(held, cost, threshold) if complementary else small(held.numbers, threshold)
        found |= {one for one, cell in held.cell_of.items() if hide[cell]}
    return found


def _changes(count: dict, conceal: bool, disclosure: Disclosure, reason: str) -> dict:
    """The fields of a restricted count that change."""
    if conceal:
        return {"value": None, "printed": SUPPRESSED, "status": SUPPRESSED, "note": reason}
    if count["status"] != STATED:  # what was printed of it may be a number all the same
        return {"printed": ""}
    if not count["value"]:
        return {}
    number = rounded(int(count["value"]), disclosure)
    return {"value": number, "printed": str(number)}


def _log(counts: pd.DataFrame, findings: pd.DataFrame, plan: Plan, reason: str) -> pd.DataFrame:
    """What the plan hides: columns id, label, what, why."""
    of_counts = counts.assign(label=counts["cell"], what="count of " + counts["measure"])
    of_findings = findings.assign(what=findings["kind"])
    both = pd.concat([of_counts[["id", "label", "what"]], of_findings[["id", "label", "what"]]])
    named = plan.counts | plan.findings
    suppressed = [named[one].get("status") == SUPPRESSED for one in both["id"]]
    return both[suppressed].assign(why=reason).sort_values("id", ignore_index=True)
