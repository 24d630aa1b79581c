"""The official tables against their own sums, and against each other.

A count knows the totals that it is a part of, so the sums to check come from the counts
themselves. Nothing here knows what a table is about.
"""

from __future__ import annotations

import pandas as pd

from analysis.counts import ALL, COLUMNS, STATED, Count, Counts
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
    """Every printed sum: columns subject, total, relation, checkable, difference.

    One row for each total and relation. ``difference`` is the sum of the printed parts less the
    printed total; ``checkable`` is False where the total or a part is not available.
    """
    made = []
    for subject, counts in tables.items():
        pairs = counts.equations()
        value, stated = counts.by_id["value"], counts.by_id["status"] == STATED
        pairs = pairs.assign(
            value=value.loc[pairs["part"]].to_numpy(), stated=stated.loc[pairs["part"]].to_numpy()
        )
        table = pairs.groupby(["total", "relation"], as_index=False).agg(
            parts=("value", "sum"), stated=("stated", "min")
        )
        made.append(
            table.assign(
                subject=subject,
                checkable=table["stated"] & stated.loc[table["total"]].to_numpy(),
                difference=table["parts"] - value.loc[table["total"]].to_numpy(),
            )
        )
    columns = ["subject", "total", "relation", "checkable", "difference"]
    return pd.concat(made, ignore_index=True)[columns]


def table_sums(tables: dict[str, Counts], checked: pd.DataFrame) -> Findings:
    """How many sums were checked, fail, and cannot be checked: in all, and by table."""
    first = next(iter(tables.values())).frame.iloc[0]
    rows = _numbers("all", "all tables", checked, (f"{first['source']}/*",), first)
    for (subject, relation), group in checked.groupby(["subject", "relation"], sort=False):
        own = tables[subject].frame.iloc[0]
        rows += _numbers(
            f"{slug(subject)}/{relation}",
            f"{own['table']}: {RELATION_WORDS[relation]}",
            group,
            (f"{first['source']}/{slug(subject)}/*",),
            first,
        )
    return Findings(tuple(rows))


def _numbers(
    series: str, label: str, group: pd.DataFrame, counts: tuple[str, ...], first: pd.Series
) -> list[Finding]:
    able = group[group["checkable"]]
    numbers = {
        "checked": len(able),
        "failing": int((able["difference"] != 0).sum()),
        "not checkable": len(group) - len(able),
    }
    return [
        Finding(
            series_id=f"sums/{series}/{slug(name)}",
            label=label,
            kind="count",
            value=number,
            area=ENGLAND_AND_WALES,
            period=first["period"],
            edition=first["edition"],
            unit=name,
            method="sums of printed parts against the printed total",
            counts=counts,
        )
        for name, number in numbers.items()
    ]


def failing_sums(tables: dict[str, Counts], checked: pd.DataFrame) -> Findings:
    """Each sum that fails: by how much the parts exceed the printed total."""
    rows = []
    failing = checked[checked["checkable"] & (checked["difference"] != 0)]
    for line in failing.to_dict("records"):
        counts = tables[line["subject"]]
        total = Count(**counts.by_id.loc[line["total"]])
        pairs = counts.equations()
        mine = (pairs["total"] == total.id) & (pairs["relation"] == line["relation"])
        parts = Counts(counts.by_id.loc[pairs.loc[mine, "part"]])
        rows.append(
            Finding(
                series_id=f"sums/difference/{line['total'].split('/', 1)[1]}/{line['relation']}",
                label=f"{total.table}, cell {total.cell}: {_dimensions(total)}, "
                f"{RELATION_WORDS[line['relation']]}",
                kind="difference",
                area=total.area,
                period=total.period,
                edition=total.edition,
                unit=total.unit,
                value=line["difference"],
                method="sum of the printed parts less the printed total",
                counts=(total, *parts),
            )
        )
    return Findings(tuple(rows))


def _dimensions(count: Count) -> str:
    parts = [part for part in (count.tactic, count.group) if part != ALL]
    return ", ".join(parts) or count.measure


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
        rows.append(
            Finding(
                series_id=f"disagreement/{slug(line['measure'])}/{slug(line['tactic'])}/"
                f"{slug(line['group'])}",
                label=line["tactic"],
                kind="difference",
                area=line["area"],
                period=period,
                edition=first["edition"],
                unit=first["unit"],
                value=line["max"] - line["min"],
                method="largest less smallest of the same figure in the tables of one edition",
                counts=tuple(Counts(found[COLUMNS])),
            )
        )
    return Findings(tuple(rows))
