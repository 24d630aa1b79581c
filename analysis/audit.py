"""Opens what one audit needs and hands a chapter its counts: each table read once, when asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from analysis.counts import Counts, gather
from analysis.errors import Refused, refusal
from analysis.ledger import Ledger
from analysis.parameters import Parameters, check
from analysis.places import PUBLISHED
from analysis.sources import home_office, published, taser_activity
from analysis.sources.registry import Input, identify, sources

BEFORE_2017 = ("home-office-ced-2016", "home-office-2017-18")


@dataclass
class Audit:
    """One force and period, the counts at hand for them, what was read and the ledger."""

    parameters: Parameters
    ledger: Ledger = field(default_factory=Ledger)
    inputs: dict[str, Input] = field(default_factory=dict)
    base: Path = Path()  # where relative paths of sources are found

    @property
    def area(self) -> str:
        return self.parameters.area

    @property
    def period(self) -> str:
        return self.parameters.period

    @property
    def confidence(self) -> float:
        return self.parameters.choices.confidence

    @property
    def source(self) -> str:
        """The key of the official workbook of the period."""
        return f"{published.HOME_OFFICE}{self.period.replace('/', '-')}"

    def official(self, subject: str) -> Counts:
        """An official table of the period by its subject (``analysis.sources.home_office``)."""
        return self._official[subject]

    @cached_property
    def official_tables(self) -> dict[str, Counts]:
        """Every official table of the period by subject."""
        return {subject: self.official(subject) for subject in home_office.TITLES}

    @cached_property
    def _official(self):
        given = self.parameters.sources.home_office
        if given is None:
            return _Published(self, self.source)
        path = self.base / given
        edition, counts = home_office.read_counts(path, self.ledger)
        if edition.period != self.period:
            raise refusal(
                f"sources.home_office: {path.name}", f"reports {edition.period}", self.period
            )
        self.read(path, edition.source)
        return counts

    @property
    def edition(self) -> str:
        """The edition of the official tables: the date of their publication."""
        return self.official("reports by force").frame["edition"].iloc[0]

    @cached_property
    def activity(self) -> Counts:
        """Incidents, authorisations, uses and discharges, where a source gives them."""
        given = self.parameters.sources.taser_activity
        path = self.base / given if given else PUBLISHED / "taser-activity.csv"
        frame = taser_activity.read(path)
        known = self.read(path, taser_activity.SOURCE).registered
        edition = sources()[taser_activity.SOURCE].edition if known else path.stem
        return taser_activity.clean(frame, path.name, self.ledger, edition)

    @cached_property
    def ced_before_2017(self) -> Counts:
        """CED use in the calendar years before the financial years of the official series."""
        return gather([_Published(self, source)["CED by force"] for source in BEFORE_2017])

    @cached_property
    def residents(self) -> Counts:
        """Residents of all ages, mid-2020."""
        return _Published(self, "mid-2020-age")["residents by age"]

    def read(self, path: Path, source: str) -> Input:
        """Put a file on the list of what was read."""
        found = identify(path, source)
        self.inputs[found.file] = found
        return found


class _Published(dict):
    """The tidy tables of a source by subject, read when first asked for."""

    def __init__(self, audit: Audit, source: str) -> None:
        super().__init__()
        self.audit, self.source = audit, source
        audit.ledger.extend(published.ledger_of(source))

    def __missing__(self, subject: str) -> Counts:
        self.audit.read(published.table_path(self.source, subject), self.source)
        self[subject] = published.load(self.source, subject)
        return self[subject]


def check_at_hand(parameters: Parameters, where: str, base: Path) -> None:
    """Refuse a period whose figures are not held, and a source that cannot be read."""
    if parameters.sources.home_office is None and parameters.period not in published.periods():
        raise refusal(
            f"{where}: period", f"{parameters.period!r} cannot be had", published.periods()
        )
    audit = Audit(parameters, base=base)
    for key, read in (
        ("home_office", lambda: audit.edition),
        ("taser_activity", lambda: audit.activity),
    ):
        try:
            read()
        except Refused as error:
            given = getattr(parameters.sources, key)
            at = f"{where}: sources.{key}: {given}" if given else where
            raise Refused(f"{at}: {error}") from None


def open_audit(area: str, period: str, sources: dict | None = None, **choices) -> Audit:
    """What a chapter calls: plain values in, refused as a params file would be."""
    given = {"area": area, "period": period, "choices": choices}
    if sources:
        given["sources"] = sources
    return Audit(check(given, "parameters of the chapter"))
