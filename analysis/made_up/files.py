"""Making records, and the three files of them: records, Taser activity, and the truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import refusal
from analysis.made_up.activity import activity
from analysis.made_up.defects import Defect, everywhere, plant
from analysis.made_up.layout import layout
from analysis.made_up.plan import USUAL, Plan
from analysis.made_up.reports import draw
from analysis.standard.form import MADE_UP
from analysis.tables import write_table

RECORDS, ACTIVITY, TRUTH = "records.csv", "taser-activity.csv", "truth.json"
BLOCK = 50_000  # reports that are written at once, so that their text needs little memory
NOTE = f"{MADE_UP}: no officer wrote these reports, and they describe no force"


@dataclass(frozen=True)
class MadeUp:
    """``records`` as the form prints them, ``activity`` by month and district, and the truth.

    ``truth``: seed, plan, incident and subject of each row in the order of the file, and the
    defects. ``separator`` and ``encoding`` are those in which the records are to be written.
    """

    records: pd.DataFrame
    activity: pd.DataFrame
    truth: dict
    separator: str = ","
    encoding: str = "utf-8"


def make(
    reports: int,
    seed: int,
    plan: Plan = USUAL,
    defects: Callable[[pd.DataFrame], dict[Defect, int]] | None = None,
) -> MadeUp:
    """``reports`` made-up reports from a seed; equal arguments give equal files.

    ``defects`` says how many of each to plant in the records; ``everywhere`` plants them all.
    Refuses fewer than one report, and a seed below nought.
    """
    for name, given, least in (("reports", reports, 1), ("seed", seed, 0)):
        if given < least:
            raise refusal(name, repr(given), f"a whole number from {least}")
    streams = np.random.SeedSequence(seed).spawn(4)
    randoms = (np.random.Generator(np.random.PCG64(stream)) for stream in streams)
    drawing, printing, logging, damaging = randoms
    drawn = draw(reports, drawing, plan)
    records = layout(drawn, printing, plan)
    truth = {
        "note": NOTE,
        "seed": seed,
        "reports": reports,
        "plan": asdict(plan),
        "incident": drawn.incident.tolist(),
        "subject": drawn.subject.tolist(),
        "defects": [],
    }
    if defects:
        records, truth["defects"] = plant(records, defects(records), damaging)
    return MadeUp(records, activity(drawn, logging, plan), truth)


def damaged(reports: int, seed: int, plan: Plan = USUAL) -> MadeUp:
    """Records with every defect, to be written in Windows-1252 with ";" (definition 22)."""
    made = make(reports, seed, plan, everywhere)
    return MadeUp(made.records, made.activity, made.truth, ";", "cp1252")


def write(folder: Path, made: MadeUp) -> list[Path]:
    """Write ``records.csv``, ``taser-activity.csv`` and ``truth.json``; nothing reads the last."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in (RECORDS, ACTIVITY, TRUTH)]
    _write_records(made, paths[0])
    write_table(made.activity, paths[1])
    text = json.dumps(made.truth, ensure_ascii=False, separators=(",", ":"))
    paths[2].write_text(text + "\n", encoding="utf-8", newline="\n")
    return paths


def _write_records(made: MadeUp, path: Path) -> None:
    """The records as CSV; polars writes the bytes of ``to_csv`` in a fifteenth of its time."""
    import polars  # takes most of a second, which other commands need not wait

    def column(header: str) -> polars.Series:
        # a text without letters is written as nothing, not as ""
        values = made.records[header].array
        if not isinstance(values, pd.Categorical):
            return polars.Series(header, [one or None for one in values], polars.String)
        words = [one for one in values.categories if one]
        codes = {one: code for code, one in enumerate(words)}
        coded = [codes.get(one) for one in values.categories]
        given = polars.Series(header, coded, polars.UInt16).gather(values.codes)
        return given.cat.to(polars.Enum(words))

    frame = polars.DataFrame([column(header) for header in made.records])
    form = {"separator": made.separator, "quote_style": "necessary"}
    with path.open("wb") as file:
        for block in frame.iter_slices(BLOCK):
            text = block.write_csv(include_header=not file.tell(), **form)
            file.write(text.encode(made.encoding))
