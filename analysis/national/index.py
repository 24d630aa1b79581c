"""The page of a country: every report linked, or why it was not made, and the national tables.

No league table: the forces stand by the alphabet.
"""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import CannotWrite, Refused
from analysis.national import engine
from analysis.national.country import Country
from analysis.national.jobs import Job, Place, Shared, write
from analysis.national.nodes import Node, digest, hash_of
from analysis.national.progress import Progress
from analysis.national.reports import Making, Outcome
from analysis.national.tabling import TABLE, TablesJob

if TYPE_CHECKING:
    from analysis.national.shown import Shown

INDEX = "index.html"


class IndexJob(Job):
    """The page of a country, written once it is known how each report ended.

    ``national``: the job of the national tables, which has been done; None where there is none.
    ``refused``: why it failed.
    """

    refused: Refused | None = None

    def __init__(
        self,
        out: Path,
        country: Country,
        outcomes: list[Outcome],
        national: TablesJob | None,
        shared: Shared,
    ) -> None:
        self.page, self.country, self.outcomes = out / INDEX, country, outcomes
        self.national = national
        rests_on = [
            Node("outcomes", lambda: digest([_told(one) for one in outcomes])),
            Node("without records", lambda: digest(country.without_records)),
            Node("shown tables", self._tables),
            Node("code", shared.code),
            Node("environment", shared.environment),
        ]
        super().__init__(INDEX, rests_on, Node("index", lambda: hash_of(self.page)))

    def _tables(self) -> str:
        """Of all that it shows of the national tables."""
        if not self.national:
            return digest(None)
        held = hash_of(self.national.table)
        return digest([held, self.national.order, str(self.refused or "")])

    def do(self, place: Place) -> None:
        shown = None
        if self.national and not self.refused:
            periods = dict.fromkeys(one.wanted.parameters.period for one in self.outcomes)
            from analysis.national.shown import Shown

            shown = Shown(self.national.table, self.national.order, [*periods])
        write(self.page, render(self.outcomes, self.country.without_records, shown, self.refused))


def write_index(
    out: Path, country: Country, outcomes: list[Outcome], making: Making, number: int, place: Place
) -> tuple[Path, Refused | None]:
    """Write the national tables and the page where something that they tell has changed.

    The path of the page, and why the tables were not made. They are counted in a place, ``number``
    files at a time, where a report with records was made.
    """
    counted = [
        one.wanted for one in outcomes if not one.error and one.wanted.parameters.sources.records
    ]
    national = TablesJob(out, counted, number, making.shared) if counted else None
    index = IndexJob(out, country, outcomes, national, making.shared)
    stale = engine.stale([*([national] if national else []), index], making.store)
    if national in stale:
        with Progress(1, sys.stderr) as progress:
            failures = engine.do([national], making.store, number, place, progress)
        index.refused = failures.get(national.name)
    if stale:
        failures = engine.do([index], making.store, 1, place, Progress(1, StringIO()))
        if index.name in failures:
            raise CannotWrite(f"{index.page}: {failures[index.name]}")
    return index.page, index.refused


def _place(outcome: Outcome) -> tuple[str, str]:
    return outcome.wanted.parameters.area, outcome.wanted.parameters.period


def _told(outcome: Outcome) -> list[object]:
    """All of an outcome that the page tells."""
    records = bool(outcome.wanted.parameters.sources.records)
    report = [outcome.wanted.name, *_place(outcome), records]
    return [*report, outcome.made_up, outcome.failed_chapters, str(outcome.error or "")]


def render(
    outcomes: list[Outcome],
    without: tuple[tuple[str, str], ...],
    shown: Shown | None,
    refused: Refused | None,
) -> str:
    """The page as HTML, without a request to anywhere; links are relative to its folder.

    ``shown``: the national tables; or why they were ``refused``; neither without records.
    """
    from markupsafe import Markup

    from analysis.report import page

    rows: dict[str, dict[str, Outcome]] = {}
    for one in outcomes:
        parameters = one.wanted.parameters
        rows.setdefault(parameters.area, {})[parameters.period] = one
    periods = dict.fromkeys(one.wanted.parameters.period for one in outcomes)
    held = shown.held if shown else set()
    with_records = [one for one in outcomes if one.wanted.parameters.sources.records]
    text = page.template(Path(__file__).parent / "index.html.j2").render(
        rows={area: rows[area] for area in sorted(rows)},
        periods=[*periods, *(one for _, one in without if one not in periods)],
        outcomes=outcomes,
        made=[one for one in outcomes if not one.error and not one.failed_chapters],
        failed=[one for one in outcomes if not one.error and one.failed_chapters],
        not_made=[one for one in outcomes if one.error],
        invented=[one for one in outcomes if one.made_up],
        made_up=any(one.made_up for one in outcomes),
        without=without,
        shown=shown,
        refused=refused,
        left_out=[one for one in with_records if _place(one) not in held],
        table=TABLE,
        style=Markup((page.HERE / "page.css").read_text(encoding="utf-8")),
    )
    return text.replace("\r\n", "\n")
