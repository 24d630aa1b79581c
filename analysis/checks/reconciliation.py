"""The official tables against their own sums, and against each other.

A count knows the totals that it is a part of, so the sums to check come from the counts
themselves. Nothing here knows what a table is about.
"""

from __future__ import annotations

import pandas as pd

from analysis.counts import NOT_AVAILABLE, STATED, Counts
from analysis.findings import Finding, Findings
from analysis.standard.forces import ENGLAND_AND_WALES
from analysis.standard.names import slug

RELATION_WORDS = {
    "area": "forces and regions against their total",
    "tactic": "tactics against their type of force and total",
    "group": "groups against their total",
    "level": "levels of injury against the row",
    "answer": "answers on injury against the column",
}


def sums(tables: dict[str, Counts]) -> pd.DataFrame:
    """Every sum that can be checked: total, relation, printed total, sum of the printed parts.

    One row for each total and relation; ``parts`` holds the ids joined by ``;`` and ``checkable``
    is False where the total or a part is not available.
    """
    made = []
    for subject, counts in tables.items():
        pairs = counts.equations()
        if pairs.empty:
            continue
        value, status = counts.by_id["value"], counts.by_id["status"]
        pairs["part_value"] = value.loc[pairs["part"]].to_numpy()
        pairs["part_stated"] = (status.loc[pairs["part"]] == STATED).to_numpy()
        grouped = pairs.groupby(["total", "relation"], sort=True)
        table = grouped.agg(
            parts=("part", ";".join),
            part_sum=("part_value", "sum"),
            stated=("part_stated", "all"),
        ).reset_index()
        table["subject"] = subject
        table["printed"] = value.loc[table["total"]].to_numpy()
        table["checkable"] = table["stated"] & (status.loc[table["total"]] == STATED).to_numpy()
        made.append(table)
    every = pd.concat(made, ignore_index=True)
    return every.assign(difference=every["part_sum"] - every["printed"])


def table_sums(tables: dict[str, Counts], checked: pd.DataFrame) -> Findings:
    """For each table and relation: how many sums were checked, fail, and cannot be checked."""
    rows = []
    for (subject, relation), group in checked.groupby(["subject", "relation"], sort=False):
        counts = tables[subject]
        first = counts.frame.iloc[0]
        words = {
            "kind": "count", "area": ENGLAND_AND_WALES, "period": counts.frame["period"].max(),
            "edition": first["edition"], "unit": "sum",
            "counts": (f"{first['source']}/{slug(subject)}/*",),
            "method": f"{RELATION_WORDS[relation]}, as printed",
        }  # fmt: skip
        able = group[group["checkable"]]
        for name, number in (
            ("checked", len(able)),
            ("failing", int((able["difference"] != 0).sum())),
            ("not-checkable", len(group) - len(able)),
        ):
            rows.append(Finding(
                series_id=f"sums/{slug(subject)}/{relation}/{name}", value=number,
                label=f"{first['table']}, {subject}: {RELATION_WORDS[relation]}", **words,
            ))  # fmt: skip
    return Findings(tuple(rows))


def failing_sums(tables: dict[str, Counts], checked: pd.DataFrame) -> Findings:
    """Each sum that fails: by how much the parts exceed the printed total."""
    rows = []
    failing = checked[checked["checkable"] & (checked["difference"] != 0)]
    for line in failing.to_dict("records"):
        total = tables[line["subject"]].by_id.loc[line["total"]]
        rows.append(Finding(
            series_id=f"sums/difference/{line['total'].split('/', 1)[1]}/{line['relation']}",
            label=f"{total['table']}, cell {total['cell']}: {_dimensions(total)}, "
            f"{RELATION_WORDS[line['relation']]}",
            kind="difference", area=total["area"], period=total["period"],
            edition=total["edition"], unit=total["unit"], value=line["difference"],
            method="sum of the printed parts less the printed total",
            counts=(line["total"], *line["parts"].split(";")),
        ))  # fmt: skip
    return Findings(tuple(rows))


def _dimensions(count: pd.Series) -> str:
    parts = [count["tactic"], count["group"]]
    return ", ".join(part for part in parts if part != "all") or count["measure"]


def disagreements(tables: dict[str, Counts], period: str) -> Findings:
    """Figures that several tables of one edition print, and print differently.

    Two counts are the same figure when period, area, measure, tactic and group (of the same
    breakdown) are equal. One finding each: the largest less the smallest.
    """
    frame = pd.concat([counts.frame for counts in tables.values()], ignore_index=True)
    frame = frame[(frame["period"] == period) & (frame["status"] == STATED)]
    frame = frame.assign(kind=frame["breakdown"].where(frame["group"] != "all", ""))
    keys = ["area", "measure", "tactic", "kind", "group"]
    spread = frame.groupby(keys)["value"].agg(["min", "max"])
    differing = spread[spread["min"] != spread["max"]].reset_index()
    rows = []
    for line in differing.to_dict("records"):
        same = (frame[keys] == pd.Series(line)[keys]).all(axis=1)
        found = frame[same]
        first = found.iloc[0]
        rows.append(Finding(
            series_id=f"disagreement/{slug(line['measure'])}/{slug(line['tactic'])}/"
            f"{slug(line['group'])}",
            label=f"{line['tactic']} in {line['area']}: largest less smallest of "
            "the printed totals",
            kind="difference", area=line["area"], period=period, edition=first["edition"],
            unit=first["unit"], value=line["max"] - line["min"],
            method="largest less smallest of the same figure in the tables of one edition",
            counts=tuple(found["id"]),
        ))  # fmt: skip
    return Findings(tuple(rows))


def without_breakdown(counts: Counts, tactic: str) -> list[str]:
    """Forces for which a table gives no breakdown of a tactic, though it lists them."""
    rows = counts.frame[(counts.frame["tactic"] == tactic) & (counts.frame["group"] != "all")]
    missing = rows[rows["status"] == NOT_AVAILABLE]
    return sorted(set(missing["area"]))
