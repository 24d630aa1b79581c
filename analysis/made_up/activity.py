"""Made-up Taser activity by month and district, for two years up to the end of the records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.made_up.plan import CUSTODY_SUITES, Plan, districts
from analysis.made_up.reports import Drawn, first_day
from analysis.standard.form import MADE_UP
from analysis.standard.periods import parse_period

MONTHS = 24
PRINTED_IN = f"{MADE_UP}: no force's record"
# immediate and prompt incidents in a usual month: about 7,000 in all
INCIDENTS = {
    "Cambridge": 1500, "East Cambridgeshire": 600, "Fenland": 850, "Huntingdonshire": 1350,
    "Peterborough": 1950, "South Cambridgeshire": 750,
}  # fmt: skip
PER_REPORT = 17  # incidents for each report, in districts of other forces: as above
IMMEDIATE = 0.22  # share of them that are graded immediate
PER_INCIDENT, PER_AUTHORISATION, PER_USE = 0.0056, 0.18, 0.16  # of the stage before
GROWTH = 0.02  # of authorisations, a month
COLUMNS = (
    "month", "area", "district", "incidents_immediate", "incidents_prompt", "authorisations",
    "uses", "discharges", "printed_in",
)  # fmt: skip


def activity(drawn: Drawn, random: np.random.Generator, plan: Plan) -> pd.DataFrame:
    """A row for each month and district; uses and discharges of the records' months are theirs.

    In those months a use is a report of one, as in the records. Text, columns ``COLUMNS``.
    """
    last = first_day(plan.period).astype("M8[M]") + parse_period(plan.period).months
    rows = [
        _row(month, district, drawn, random, plan)
        for month in np.arange(last - MONTHS, last)
        for district in districts(drawn.names["scene"])
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _row(month, district: str, drawn: Drawn, random: np.random.Generator, plan: Plan) -> tuple:
    start = first_day(plan.period).astype("M8[M]")
    season = 1 + 0.08 * np.sin(np.pi * (int(str(month)[-2:]) - 4) / 6)
    incidents = random.poisson(_usual(district, drawn, plan) * season)
    immediate = random.binomial(incidents, IMMEDIATE)
    growth = (1 + GROWTH) ** int(month - start)
    authorised = random.poisson(incidents * PER_INCIDENT * growth)
    used = random.binomial(authorised, PER_AUTHORISATION)
    discharged = random.binomial(used, PER_USE)
    if month >= start:
        here = _here(month, district, drawn, plan)
        used = int((here & drawn.outcomes["Taser used"]).sum())
        discharged = int((here & drawn.outcomes["Taser discharged"]).sum())
        authorised += used
    numbers = (immediate, incidents - immediate, authorised, used, discharged)
    return (str(month), plan.area, district, *map(str, numbers), PRINTED_IN)


def _usual(district: str, drawn: Drawn, plan: Plan) -> float:
    """Incidents of a district in a usual month."""
    if district in INCIDENTS:
        return INCIDENTS[district]
    return PER_REPORT * _in_district(district, drawn).sum() / parse_period(plan.period).months


def _here(month, district: str, drawn: Drawn, plan: Plan) -> np.ndarray:
    """Which reports are of this month and district."""
    day = first_day(plan.period) + drawn.minute // (24 * 60)
    return (day.astype("M8[M]") == month) & _in_district(district, drawn)


def _in_district(district: str, drawn: Drawn) -> np.ndarray:
    """Which reports are of this district, its custody suite included."""
    scenes = [one for one in drawn.names["scene"] if CUSTODY_SUITES.get(one, one) == district]
    return drawn.are("scene", *scenes)
