"""The page of a country: every report linked, or why it was not made; no league table."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from analysis.national import engine
from analysis.national.country import Country
from analysis.national.jobs import Job, Place, Shared, write
from analysis.national.nodes import Node, digest, hash_of
from analysis.national.progress import Progress
from analysis.national.reports import Making, Outcome

INDEX = "index.html"


class IndexJob(Job):
    """The page of a country, written once it is known how each report ended."""

    def __init__(
        self, out: Path, country: Country, outcomes: list[Outcome], shared: Shared
    ) -> None:
        self.page, self.country, self.outcomes = out / INDEX, country, outcomes
        rests_on = [
            Node("outcomes", lambda: digest([_told(one) for one in outcomes])),
            Node("without records", lambda: digest(country.without_records)),
            Node("code", shared.code),
            Node("environment", shared.environment),
        ]
        super().__init__(INDEX, rests_on, Node("index", lambda: hash_of(self.page)))

    def do(self, place: Place) -> None:
        write(self.page, render(self.outcomes, self.country.without_records))


def write_index(out: Path, country: Country, outcomes: list[Outcome], making: Making) -> Path:
    """Write the page where something that it tells has changed; its path."""
    job = IndexJob(out, country, outcomes, making.shared)
    if engine.stale([job], making.store):
        engine.do([job], making.store, 1, lambda: None, Progress(1, StringIO()))
    return job.page


def _told(outcome: Outcome) -> list[object]:
    """All of an outcome that the page tells."""
    report = [outcome.wanted.name, outcome.wanted.parameters.area, outcome.wanted.parameters.period]
    return [*report, outcome.made_up, outcome.failed_chapters, str(outcome.error or "")]


def render(outcomes: list[Outcome], without: tuple[tuple[str, str], ...]) -> str:
    """The page as HTML, without a request to anywhere; links are relative to its folder."""
    from markupsafe import Markup

    from analysis.report import page

    rows: dict[str, dict[str, Outcome]] = {}
    for one in outcomes:
        parameters = one.wanted.parameters
        rows.setdefault(parameters.area, {})[parameters.period] = one
    periods = dict.fromkeys(one.wanted.parameters.period for one in outcomes)
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
        style=Markup((page.HERE / "page.css").read_text(encoding="utf-8")),
    )
    return text.replace("\r\n", "\n")
