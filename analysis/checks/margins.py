"""Margins that newspapers printed of a quarter, held against what its records count.

The table is ``data/claims/cambridgeshire-2017-Q2.csv``, a row for each printed number: who printed
it, of what, the number with its unit and qualifier, and the condition in the records (one of
``CONDITIONS``) or the reason why none can be counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd

from analysis.counts import Count
from analysis.errors import refusal
from analysis.findings import Finding, Findings, not_available
from analysis.places import CLAIMS
from analysis.records import Records, Tally
from analysis.standard.names import slug
from analysis.tables import read_table

PUBLISHED_MARGINS = CLAIMS / "cambridgeshire-2017-Q2.csv"
COLUMNS = (
    "area", "period", "printed_by", "measure", "printed", "unit", "qualifier", "condition",
    "reason",
)  # fmt: skip
COUNT, PERCENT = UNITS = ("count", "per cent")
PLAIN, NEARLY, MORE = QUALIFIERS = ("", "nearly", "more than")
NEARLY_WITHIN = 5  # percentage points below the printed number
EQUAL, ROUNDS, QUALIFIED, DIFFERS = "equal", "rounds to it", "as qualified", "differs"
SUBJECT = "records margins"
SOURCE = "newspapers-2017-q2"
OF_MADE_UP = (
    "the records are made up: the example is made to agree with the newspapers, so that agreement "
    "shows only that the reading works, and that other made-up records differ says nothing of them"
)


@dataclass(frozen=True)
class Condition:
    """Reports that give one of the ``answers`` to each field, and involve one of ``tactics``.

    ``effective`` also asks that one of these tactics was. ``among`` names the condition of the
    reports of which a share is taken.
    """

    answers: dict[str, tuple[str, ...]]
    tactics: tuple[str, ...] = ()
    effective: bool = False
    among: str = "all"

    @property
    def words(self) -> str:
        """The condition as a reader can repeat it on the file."""
        parts = [f"{field}: {' or '.join(allowed)}" for field, allowed in self.answers.items()]
        if self.tactics:
            parts.append(f"tactic: {', '.join(self.tactics)}{' (effective)' * self.effective}")
        return "; ".join(parts) or "every report"

    def holds(self, records: Records) -> pd.Series:
        """Which reports fulfil it."""
        found = pd.Series(True, index=records.reports.index)
        for field, allowed in self.answers.items():
            found &= records.reports[field].isin(allowed)
        if self.tactics and not self.effective:
            found &= records.involving(*self.tactics)
        elif self.tactics:
            worked = records.tactics["effective"] == "Yes"
            named = records.tactics["tactic"].isin(self.tactics)
            found &= found.index.isin(records.tactics.loc[worked & named, "row"])
        return found


def _answer(field: str, *allowed: str) -> Condition:
    return Condition({field: allowed or ("Yes",)})


_CUSTODY = "location: Custody block"
_HANDCUFFS = ("Compliant handcuffing", "Non-compliant handcuffing")
CONDITIONS = {
    "all": Condition({}),
    "in Peterborough": _answer("district", "Peterborough"),
    "in Peterborough outside custody": Condition(
        {"district": ("Peterborough",), _CUSTODY: ("No",)}
    ),
    "in custody in Peterborough": Condition({"district": ("Peterborough",), _CUSTODY: ("Yes",)}),
    "in Cambridge": _answer("district", "Cambridge"),
    "in East Cambridgeshire": _answer("district", "East Cambridgeshire"),
    "in Fenland": _answer("district", "Fenland"),
    "in Huntingdonshire": _answer("district", "Huntingdonshire"),
    "frontline patrol": _answer("main duty", "Patrol"),
    "aged under 11": _answer("age", "Under 11"),
    "aged 18-34": _answer("age", "18-34"),
    "aged 65 and over": _answer("age", "65 and over"),
    "male": _answer("gender", "Male"),
    "white": _answer("ethnicity", "White"),
    "mental health condition": _answer("health condition", "Mental", "Physical and mental"),
    "officer injured": _answer("officer injured"),
    "threatened with a weapon": _answer("threatened with weapon"),
    "subject injured": _answer("subject injured"),
    "subject injured: minor": Condition(
        {"subject injured": ("Yes",), "subject injury level": ("Minor",)}
    ),
    "subject injured: severe": Condition(
        {"subject injured": ("Yes",), "subject injury level": ("Severe",)}
    ),
    "handcuffed": Condition({}, _HANDCUFFS),
    "handcuffs effective": Condition({}, _HANDCUFFS, effective=True, among="handcuffed"),
    "CED used": Condition({}, ("CED",)),
    "dog used": Condition({}, ("Dog use",)),
    "firearm used": Condition({}, ("Firearms",)),
}


def read_margins(path: Path = PUBLISHED_MARGINS) -> pd.DataFrame:
    """The table of printed margins, all text.

    Refuses an unknown unit, qualifier or condition, a number that is not whole, and a row that
    has both a condition and a reason or neither.
    """
    frame = read_table(path, COLUMNS)
    allowed = {"unit": UNITS, "qualifier": QUALIFIERS, "condition": ("", *CONDITIONS)}
    for number, row in enumerate(frame.to_dict("records"), 2):
        where = f"{path.name}: row {number}, column"
        for column, known in allowed.items():
            if row[column] not in known:
                raise refusal(f"{where} {column}", repr(row[column]), known)
        if not (row["printed"].isascii() and row["printed"].isdecimal()):
            raise refusal(f"{where} printed", repr(row["printed"]), "a whole number")
        if bool(row["condition"]) == bool(row["reason"]):
            raise refusal(f"{where} reason", repr(row["reason"]), "a condition or a reason")
    return frame


def check_margins(records: Records, published: pd.DataFrame) -> Findings:
    """For each number printed of this area and period: it, the number counted, and the verdict.

    Unit: reports. A count has to be equal; a share has to round to the printed one, half away
    from nought; one printed as nearly so may lie up to 5 percentage points below, and one printed
    as more than that has to lie above. What cannot be counted is not available, with the reason.
    Empty where nothing was printed.
    """
    here = (published["area"] == records.area) & (published["period"] == records.period)
    rows = published[here].to_dict("records")
    counts = _counted(records, {row["condition"] for row in rows if row["condition"]})
    return Findings(tuple(one for row in rows for one in _check(records, row, counts)))


def _counted(records: Records, names: set[str]) -> dict[str, Count]:
    """The number of reports under each condition, and under those that shares are taken of."""
    wanted = sorted(names | {CONDITIONS[name].among for name in names})
    if not wanted:
        return {}
    tallies = [
        Tally(
            "reports",
            CONDITIONS[name].holds(records),
            CONDITIONS[name].words,
            breakdown="published margin",
            group=name,
        )
        for name in wanted
    ]
    return dict(zip(wanted, records.counts(tallies, SUBJECT), strict=True))


def _missing(records: Records, condition: Condition, counts: dict[str, Count]) -> str:
    """Why these records cannot say how many fulfil a condition; nothing where they can."""
    none = "" if counts[condition.among].value else f"no report is {condition.among}"
    return records.lacks(*condition.answers) or none


def _check(records: Records, row: dict, counts: dict[str, Count]) -> list[Finding]:
    share = row["unit"] == PERCENT
    form = {"unit": "report", "form": "percent:0" if share else "count"}
    series = f"margin/{slug(row['printed_by'])}/{slug(row['measure'])}"
    qualified = f" ({row['qualifier']} so)" if row["qualifier"] else ""
    words = {**records.place, "label": f"{row['measure']}{qualified}: {row['printed_by']}"}
    words |= {"caveats": (OF_MADE_UP,) if records.made_up else ()}
    printed = Finding(
        series_id=f"{series}/printed",
        kind="printed",
        value=int(row["printed"]) / (100 if share else 1),
        method=f"as printed{', ' * bool(row['qualifier'])}{row['qualifier']}",
        counts=(f"{SOURCE}/{slug(row['printed_by'])}/{slug(row['measure'])}",),
        **form,
        **words,
    )
    missing = row["reason"] or _missing(records, CONDITIONS[row["condition"]], counts)
    verdict = {"series_id": f"{series}/verdict", "kind": "verdict", "unit": "", **words}
    if missing:
        counted = {"series_id": f"{series}/counted", "kind": "count", **form, **words}
        return [printed, not_available(missing, **counted), not_available(missing, **verdict)]
    condition = CONDITIONS[row["condition"]]
    basis = (counts[row["condition"]], counts[condition.among])[: 1 + share]
    counted = Finding(
        series_id=f"{series}/counted",
        kind="share" if share else "count",
        value=basis[0].value / (basis[1].value if share else 1),
        method=f"counted in the records: {condition.words}",
        counts=basis,
        basis="{0} of {1}" if share else "",
        **form | {"form": "percent:1" if share else "count"},
        **words,
    )
    outcome = Finding(
        outcome=verdict_on(row, basis),
        method="a count is equal; a share rounds to the printed one, half away from nought",
        counts=basis,
        findings=(printed.id, counted.id),
        **verdict,
    )
    return [printed, counted, outcome]


def verdict_on(row: dict, basis: tuple[Count, ...]) -> str:
    """Whether the number counted is the printed one."""
    printed = Decimal(row["printed"])
    if row["unit"] == COUNT:
        return EQUAL if basis[0].value == printed else DIFFERS
    share = 100 * Decimal(int(basis[0].value)) / Decimal(int(basis[1].value))
    if row["qualifier"] == NEARLY:
        return QUALIFIED if printed - NEARLY_WITHIN <= share < printed else DIFFERS
    if row["qualifier"] == MORE:
        return QUALIFIED if share > printed else DIFFERS
    return ROUNDS if share.quantize(Decimal(1), ROUND_HALF_UP) == printed else DIFFERS
