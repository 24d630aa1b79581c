"""National tables over the records of many forces.

A row of a force's file is an officer's report (definition 1); each force and period is counted by
itself (``analysis.national.counting``), and what is added up is counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.counts import ALL, MADE_UP, STATED, WRITTEN, Counts, build, gather
from analysis.errors import refusal

TOGETHER = "All forces at hand"  # no claim that they are those of a country
# subject of a table: the field whose answers are counted
BY_ANSWER = {
    "reports by ethnicity": "ethnicity",
    "reports by age": "age",
    "reports by gender": "gender",
    "reports by injury of the subject": "subject injured",
    "reports by injury of the officer": "officer injured",
    "reports by hospital": "outcome: Hospitalised",
}
REPORTS, BY_TACTIC, BY_HIGHEST_CED = "reports", "reports by tactic", "highest use of CED"


@dataclass(frozen=True)
class Counted:
    """One force and period: by subject of a table, how many reports each group or tactic has."""

    area: str
    period: str
    source: str
    file: str
    made_up: bool
    numbers: dict[str, dict[str, int]]


def national_tables(counted: Iterable[Counted]) -> Counts:
    """Reports by force and period, in all, by tactic and by answer, and the highest use of CED.

    A table has a row for each force and for ``TOGETHER``; the latter only of periods that every
    force has. A force and period without a report has none. Refuses a force and period given twice,
    made-up records among others, and that there is no report at all.
    """
    found = [one for one in counted if one.numbers[REPORTS]]
    _check(found)
    source = found[0].source
    edition = MADE_UP if found[0].made_up else source
    tables = []
    for subject in found[0].numbers:
        rows = [row for one in found for row in _rows(one, subject)]
        frame = pd.DataFrame(rows, columns=WRITTEN)
        both = pd.concat([frame, _together(frame, found)], ignore_index=True)
        tables.append(build(both, source=source, edition=edition, subject=subject))
    return gather(tables)


def _check(counted: list[Counted]) -> None:
    if not counted:
        raise refusal("national tables", "no file holds a report that can be used", "one or more")
    seen = set()
    for one in counted:
        if (one.area, one.period) in seen:
            raise refusal(one.file, f"{one.area}, {one.period} is given twice", "each once")
        seen.add((one.area, one.period))
        if one.made_up != counted[0].made_up:
            where, other = (f"{each.file} ({each.area})" for each in (one, counted[0]))
            said = "is made up" if one.made_up else "is not made up"
            raise refusal(where, f"{said}, unlike {other}", "all or none made up")


def _rows(counted: Counted, subject: str) -> Iterator[dict]:
    field = BY_ANSWER.get(subject, "")
    for group, number in sorted(counted.numbers[subject].items()):
        of_tactic = subject in (BY_TACTIC, BY_HIGHEST_CED)
        involving = "reports involving tactic" if subject == BY_TACTIC else "tactic uses"
        yield {
            "period": counted.period, "area": counted.area,
            "measure": involving if of_tactic else "reports",
            "tactic": group if of_tactic else ALL, "breakdown": field,
            "group": ALL if of_tactic else group, "printed": str(number), "status": STATED,
            "table": counted.file, "cell": f"{subject}: {group}", "note": "",
        }  # fmt: skip


def _together(frame: pd.DataFrame, counted: list[Counted]) -> pd.DataFrame:
    """The sums over all forces, of periods that each of them has."""
    held = pd.DataFrame([(one.area, one.period) for one in counted], columns=["area", "period"])
    forces = held.groupby("period")["area"].nunique()
    whole = forces.index[forces == held["area"].nunique()]
    keys = [name for name in WRITTEN if name not in ("area", "printed", "table")]
    chosen = frame[frame["period"].isin(whole)]
    numbers = chosen.assign(printed=chosen["printed"].astype(int))
    sums = numbers.groupby(keys, sort=False)["printed"].sum().reset_index()
    table = f"the files of {held['area'].nunique()} forces"
    return sums.assign(area=TOGETHER, table=table, printed=sums["printed"].astype(str))[WRITTEN]
