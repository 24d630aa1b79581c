"""Records: a force's record-level file in its canonical form, and counting over it.

A row of ``reports`` is one officer's report on one subject (definition 1). Every field is a
category, "Not reported" being one of them, so that nothing is lost where an answer is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from analysis.counts import ALL, ROWS, STATED, Counts, build
from analysis.rows import packed
from analysis.standard.form import CED_USES, TACTIC_PAIRS
from analysis.standard.tactics import CED_DISCHARGE, CED_ORDERS, TACTICS, ancestors

CED_NOT_STATED = "CED not stated"
# the form's boxes on more than one cycle, or one of more than five seconds
CED_DETAILS = (
    "drive stun repeat application",
    "fired repeat cycle same cartridge",
    "fired cycle extended beyond 5 secs",
)
_NO_DETAILS = pd.DataFrame(columns=["row", "device", "detail"])


@dataclass(frozen=True)
class Tally:
    """What fulfils ``condition``, which is said in words: the ``rows`` of reports that do.

    ``number`` is how many of ``unit`` they are where that is not one for each row: incidents by
    a rule, tactics in a report.
    """

    measure: str  # one of ``analysis.counts.MEASURES``
    rows: pd.Series | pd.Index  # bool for each report, or the rows themselves
    condition: str
    tactic: str = ALL
    breakdown: str = ""
    group: str = ALL
    number: int | None = None
    unit: str = "report"

    @property
    def counted(self) -> pd.Index:
        """The rows that were counted."""
        return self.rows if isinstance(self.rows, pd.Index) else self.rows.index[self.rows]


@dataclass(frozen=True)
class Records:
    """The reports of one force and period.

    ``reports``: one row each, index ``row`` (as a spreadsheet shows it, the header being row 1),
    columns those of ``analysis.standard.form.report_fields`` in their categories, text where there
    are none. ``tactics``: columns row, position, tactic, effective. ``ced``: columns row, device,
    use, a row for each box ticked; ``ced_details``: columns row, device, detail (``CED_DETAILS``),
    likewise. ``absent``: fields that the file has no column for, "Not reported" throughout; where
    a ``tactic 5``, a ``CED 1: CED drawn`` or a ``CED 1: drive stun repeat application`` is one,
    nothing is known of it.
    ``made_up``: the file says that it is no force's record.
    """

    source: str
    file: str
    edition: str
    area: str
    period: str
    made_up: bool
    reports: pd.DataFrame
    tactics: pd.DataFrame
    ced: pd.DataFrame
    absent: tuple[str, ...] = ()
    ced_details: pd.DataFrame = field(default_factory=_NO_DETAILS.copy)

    def __len__(self) -> int:
        return len(self.reports)

    @property
    def place(self) -> dict[str, str]:
        """Area, period and edition, as every finding from these records carries them."""
        return {"area": self.area, "period": self.period, "edition": self.edition}

    def lacks(self, *fields: str) -> str:
        """Why these fields cannot be used: which of them the file has no column for; or nothing."""
        missing = [field for field in fields if field in self.absent]
        return f"the file has no column for {', '.join(missing)}" if missing else ""

    def lacks_tactics(self) -> str:
        """Why force may be missing from a report: too few columns for it; nothing where all stand.

        A force that leaves empty columns out loses nothing by it, but the file cannot show that.
        """
        there = sum(f"tactic {place}" not in self.absent for place in range(1, TACTIC_PAIRS + 1))
        if there == TACTIC_PAIRS:
            return ""
        return (f"the file has {there} of the form's {TACTIC_PAIRS} columns for a tactic: "
                "what stood in the others is not known")  # fmt: skip

    def lacks_ced_block(self) -> str:
        """Why the form's own block on CEDs cannot be asked; nothing where it can."""
        there = any(f"CED 1: {use}" not in self.absent for use in CED_USES)
        return "" if there else "the file has no block on CEDs"

    def answered(self, field: str, answer: str = "Yes") -> pd.Series:
        """Which reports give this answer; of those that give none see "Not reported"."""
        return self.reports[field] == answer

    def involving(self, *tactics: str) -> pd.Series:
        """Which reports involve one of these tactics, or a tactic that is a part of one of them.

        A CED counts where it stands among the tactics or is ticked in a block of its own.
        """
        parts = [one for one in TACTICS if {one, *ancestors(one)} & set(tactics)]
        named = self.tactics.loc[self.tactics["tactic"].isin(parts), "row"]
        ticked = self.ced.loc[self.ced["use"].isin(parts), "row"]
        rows = pd.concat([named, ticked])
        return pd.Series(self.reports.index.isin(rows), index=self.reports.index)

    @cached_property
    def ced_uses(self) -> pd.DataFrame:
        """Every kind of CED use in a report, once: columns row, use."""
        named = self.tactics[self.tactics["tactic"].isin([*CED_USES, CED_NOT_STATED])]
        both = [named[["row", "tactic"]].set_axis(["row", "use"], axis=1), self.ced[["row", "use"]]]
        return pd.concat(both).drop_duplicates(ignore_index=True)

    def highest_ced(self, order: str) -> pd.Series:
        """The highest use of a CED in each report by a named order (definition 6).

        A kind that is not stated comes last; reports without a CED are missing (NaN).
        """
        rank = {use: place for place, use in enumerate((*CED_ORDERS[order], CED_NOT_STATED))}
        ranked = self.ced_uses.assign(rank=self.ced_uses["use"].map(rank)).sort_values("rank")
        return ranked.drop_duplicates("row").set_index("row")["use"].reindex(self.reports.index)

    @cached_property
    def discharged(self) -> pd.Series:
        """Which reports have a CED discharged: fired, drive stun or angled drive stun."""
        rows = self.ced_uses.loc[self.ced_uses["use"].isin(CED_DISCHARGE), "row"]
        return pd.Series(self.reports.index.isin(rows), index=self.reports.index)

    def counts(self, tallies: Iterable[Tally], subject: str) -> Counts:
        """Tallies as counts: where they stand is the file, their cell the condition in words."""
        tallies = [*tallies]
        written = {
            "period": [self.period for _ in tallies],
            "area": [self.area for _ in tallies],
            "measure": [tally.measure for tally in tallies],
            "tactic": [tally.tactic for tally in tallies],
            "breakdown": [tally.breakdown for tally in tallies],
            "group": [tally.group for tally in tallies],
            "printed": [
                str(int(len(tally.counted) if tally.number is None else tally.number))
                for tally in tallies
            ],
            "status": [STATED for _ in tallies],
            "table": [self.file for _ in tallies],
            "cell": [tally.condition for tally in tallies],
            "note": ["" for _ in tallies],
            ROWS: [packed(tally.unit, tally.counted) for tally in tallies],
        }
        return build(written, source=self.source, edition=self.edition, subject=subject)
