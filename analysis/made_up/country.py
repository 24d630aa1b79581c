"""The country made up: a file of records for each force, as large as the official tables have it.

Forces differ in the records as forces do: each has its own log odds of every outcome, drawn from
its seed. The effects between groups are those of the plan in every force.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from analysis.errors import refusal
from analysis.made_up.files import ACTIVITY, NOTE, RECORDS, damaged, make, write
from analysis.made_up.plan import USUAL, Plan
from analysis.parameters import CHAPTERS, RECORD_CHAPTERS
from analysis.sources import published
from analysis.standard.forces import forces
from analysis.standard.names import slug
from analysis.standard.periods import parse_period
from analysis.tables import write_table

TABLE, PARAMS = "country.csv", "national.yml"
COLUMNS = ("area", "period", "reports", "seed", "size", "folder", "note")
# Forces that the tables held do not have: their reports, of the sum of those that they have.
# British Transport Police: 747,396 reports of 2023/24 with it, 728,315 without (data/claims).
# Police Service of Northern Ireland: a round guess, since no figure of it is held.
STATED = {
    "British Transport Police": (747_396 - 728_315) / 728_315,
    "Police Service of Northern Ireland": 0.02,
}
SCENES = {
    "District 1": 0.36, "District 2": 0.18, "District 3": 0.12, "Custody suite": 0.10,
    "District 4": 0.09, "District 5": 0.08, "District 6": 0.07,
}  # fmt: skip
SPREAD = 0.25  # standard deviation between forces of the log odds of an outcome


@dataclass(frozen=True)
class Part:
    """One force of the country: its number of reports, its seed, and where the number is from."""

    area: str
    reports: int
    seed: int
    size: str


def parts(reports: int, seed: int, period: str, areas: Collection[str] | None = None) -> list[Part]:
    """The forces by name with ``reports`` in all, in proportion to their reports of the year.

    With ``areas`` it is these forces alone. The official table is that of the year in which the
    period begins or, where none is held, the newest one; forces that it does not have get the size
    ``STATED``. A force has one report at least: fewer reports than forces are refused.
    """
    year = _year(period)
    table = published.load(published.workbook_of(year), "reports by force").frame
    sizes = table[table["area"].isin(forces())].set_index("area")["value"].dropna()
    total = sizes.sum()
    other = {name: share * total for name, share in STATED.items() if name not in sizes}
    sizes = pd.concat([sizes, pd.Series(other)]).sort_index()
    sizes = sizes if areas is None else sizes[sizes.index.isin(areas)]
    if reports < len(sizes):
        problem = f"{reports} cannot be shared out among {len(sizes)} forces"
        raise refusal("reports", problem, f"a whole number from {len(sizes)}")
    numbers = 1 + _shared_out(reports - len(sizes), sizes.to_numpy())
    return [
        Part(area, int(number), _seed(seed, area),
             "stated in analysis.made_up.country" if area in other else f"official table {year}")
        for area, number in zip(sizes.index, numbers, strict=True)
    ]  # fmt: skip


def _year(period: str) -> str:
    """The financial year whose official table gives the sizes."""
    year, month = parse_period(period).first
    year -= month < 4
    wanted, held = f"{year}/{(year + 1) % 100:02}", published.periods()
    return wanted if wanted in held else held[-1]


def _shared_out(number: int, sizes: np.ndarray) -> np.ndarray:
    """Whole numbers that add up to ``number``, in proportion: largest remainders (Hamilton)."""
    exact = number * sizes / sizes.sum()
    whole = np.floor(exact).astype(int)
    most = np.argsort(whole - exact, kind="stable")
    whole[most[: number - whole.sum()]] += 1
    return whole


def _seed(seed: int, area: str) -> int:
    """A force's own seed, the same whichever other forces there are."""
    return int(np.random.SeedSequence([seed, *area.encode()]).generate_state(1)[0])


def plan_of(part: Part, period: str) -> Plan:
    """The usual plan with the districts of no force, and the force's own odds of outcomes."""
    random = np.random.Generator(np.random.PCG64(part.seed))
    outcomes = {
        name: replace(
            planted, share=float(expit(logit(planted.share) + SPREAD * ndtri(random.random())))
        )
        for name, planted in USUAL.outcomes.items()
    }
    shares = {**USUAL.shares, "scene": SCENES}
    return replace(USUAL, shares=shares, outcomes=outcomes, area=part.area, period=period)


def folder_of(area: str, period: str) -> str:
    """The folder of a force's files."""
    return f"{slug(area)}_{slug(period)}"


def write_country(
    reports: int,
    seed: int,
    period: str,
    into: Path,
    defects: bool = False,
    areas: Collection[str] | None = None,
) -> list[Path]:
    """A folder for each force with its files, the table of forces, a params file; their paths.

    Each force is made in a process of its own, as many at once as there are cores. With
    ``defects`` the files carry those of ``analysis.made_up.defects``.
    """
    country = parts(reports, seed, period, areas)
    jobs = sorted(country, key=lambda part: -part.reports)  # the largest takes longest
    folders = {part.area: folder_of(part.area, period) for part in country}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        made = [
            pool.submit(_write_part, part, period, into / folders[part.area], defects)
            for part in jobs
        ]
        written = [path for job in made for path in job.result()]
    rows = [
        (part.area, period, part.reports, part.seed, part.size, folders[part.area], NOTE)
        for part in country
    ]
    write_table(pd.DataFrame(rows, columns=COLUMNS), into / TABLE)
    (into / PARAMS).write_text(params(period), encoding="utf-8", newline="\n")
    return [into / TABLE, into / PARAMS, *sorted(written)]


def params(period: str) -> str:
    """The params file by which ``run-all`` makes the reports of the country, in every chapter."""
    chapters = CHAPTERS if period in published.periods() else RECORD_CHAPTERS
    listed = "".join(f"  - {name}\n" for name in chapters)
    return (
        f"# {NOTE}.\n"
        "# Forces that the official tables do not have get the chapters on records only.\n"
        f"areas: all\nperiods:\n  - {period}\n"
        f"sources:\n  records: '{{area}}_{{period}}/{RECORDS}'\n"
        f"  district_activity: '{{area}}_{{period}}/{ACTIVITY}'\n"
        f"chapters:\n{listed}"
    )


def _write_part(part: Part, period: str, folder: Path, defects: bool) -> list[Path]:
    made = (damaged if defects else make)(part.reports, part.seed, plan_of(part, period))
    return write(folder, made)
