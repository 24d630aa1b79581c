"""Opens what one audit needs and hands a chapter its counts: each table read once, when asked."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from analysis.counts import Counts, gather
from analysis.errors import Refused, refusal
from analysis.ledger import Ledger
from analysis.parameters import RECORD_CHAPTERS, Choices, Parameters, check
from analysis.places import PUBLISHED
from analysis.records import Records
from analysis.sources import (
    district_activity,
    encounters,
    home_office,
    population,
    press,
    published,
    taser_activity,
)
from analysis.sources.records import Reading, read_records
from analysis.sources.registry import Input, identify, sources
from analysis.standard.forces import forces
from analysis.standard.names import slug
from analysis.standard.periods import parse_period

STORED = 2**24  # bytes of a record-level file from which on the store keeps it
BEFORE_2017 = ("home-office-ced-2016", "home-office-2017-18")
# breakdown of reports: the source of residents by the same; the census asks sex, and an officer
# perceives gender
RESIDENTS = {"age": "mid-2020-age", "gender": "census-2021-sex"}
# what a published table is about, as the ids of its counts name it
_SUBJECTS = {
    slug(name): name
    for name in (
        *home_office.TITLES,
        *(population.subject_of(one.source) for one in population.LAYOUTS),
    )
}


@dataclass
class Audit:
    """One force and period, the counts at hand for them, what was read and the ledger."""

    parameters: Parameters
    ledger: Ledger = field(default_factory=Ledger)
    inputs: dict[str, Input] = field(default_factory=dict)
    base: Path = Path()  # where relative paths of sources are found
    _held: dict[str, _Published] = field(init=False, repr=False, default_factory=dict)

    @property
    def area(self) -> str:
        return self.parameters.area

    @property
    def period(self) -> str:
        return self.parameters.period

    @property
    def choices(self) -> Choices:
        return self.parameters.choices

    @property
    def confidence(self) -> float:
        return self.choices.confidence

    @property
    def periods(self) -> list[str]:
        """Financial years whose official tables are held, and the audit's own; oldest first."""
        return sorted({*published.periods(), self.period})

    @property
    def source(self) -> str:
        """The key of the official workbook of the period."""
        return published.workbook_of(self.period)

    def official(self, subject: str) -> Counts:
        """An official table of the period by its subject (``analysis.sources.home_office``)."""
        return self._official[subject]

    def official_of(self, subject: str, period: str) -> Counts:
        """The official table of a year in ``periods``; another year is refused."""
        if period == self.period:
            return self.official(subject)
        if period not in self.periods:
            raise refusal("period", f"{period!r} cannot be had", self.periods)
        return self._published(published.workbook_of(period))[subject]

    def every_year(self, subject: str) -> Counts:
        """The official tables of a subject for all ``periods``, each by the edition of its year."""
        return gather([self.official_of(subject, one).where(period=one) for one in self.periods])

    @cached_property
    def official_tables(self) -> dict[str, Counts]:
        """Every official table of the period by subject."""
        return {subject: self.official(subject) for subject in home_office.TITLES}

    @cached_property
    def _official(self):
        given = self.parameters.sources.home_office
        if given is None:
            return self._published(self.source)
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
    def arrests(self) -> Counts:
        """Arrests by ethnic group; none where no source is given."""
        return self._encounters(self.parameters.sources.arrests, "arrests")

    @cached_property
    def stop_and_search(self) -> Counts:
        """Stop and searches by ethnic group; none where no source is given."""
        return self._encounters(self.parameters.sources.stop_and_search, "stop-and-search")

    def _encounters(self, given: str | None, source: str) -> Counts:
        if given is None:
            return gather([])
        path = self.base / given
        frame = encounters.read(path)
        known = self.read(path, source).registered
        edition = sources()[source].edition if known else path.stem
        return encounters.clean(frame, source, path.name, self.ledger, edition)

    @cached_property
    def reading(self) -> Reading:
        """The record-level file of the period, with what was set aside, repaired or labelled."""
        given = self.parameters.sources.records
        if given is None:
            raise refusal("sources.records", "is not given", "a record-level file")
        return self._reading(given, self.period)

    @property
    def records(self) -> Records:
        """The reports of the period."""
        return self.reading.records

    @cached_property
    def records_before(self) -> Records | None:
        """The reports of the period before; None where no file of it is given."""
        given = self.parameters.sources.records_before
        if given is None:
            return None
        return self._reading(given, str(parse_period(self.period).before), before=True).records

    @property
    def records_or_none(self) -> Records | None:
        """The reports of the period; None where no file of them is given."""
        return self.records if self.parameters.sources.records else None

    def published_counts(self, ids: Iterable[str]) -> Counts:
        """The published counts with these ids, or that patterns of ids name; those at hand."""
        wanted = {*ids}
        patterns = sorted(one for one in wanted if "*" in one)
        tables = sorted({tuple(one.split("/")[:2]) for one in wanted})
        held = gather([self._table(source, subject) for source, subject in tables])
        known = held.frame["id"].tolist()
        for pattern in patterns:
            wanted |= {*fnmatch.filter(known, pattern)}
        return held.where(id=sorted(wanted))

    def _table(self, source: str, subject: str) -> Counts:
        """A published table as the ids of its counts name it; that of the audit's own workbook."""
        tables = self._official if source == self.source else self._published(source)
        return tables[_SUBJECTS[subject]]

    def _reading(self, given: str, period: str, before: bool = False) -> Reading:
        """A record-level file; one of another period than the audit's is named with its period."""
        path = self.base / given
        reading = _read_records(path, self.area, period)
        role = f" ({period})" if before else ""
        records = replace(reading.records, file=reading.records.file + role)
        reading = replace(reading, records=records)
        self.read(path, records.source, role)
        reading.note(self.ledger)
        return reading

    @cached_property
    def district_activity(self) -> Counts:
        """Incidents, authorisations and uses by district and month; none without a source."""
        given = self.parameters.sources.district_activity
        if given is None:
            return gather([])
        path = self.base / given
        frame = district_activity.read(path)
        self.read(path, district_activity.source_of(frame, path.name))
        return district_activity.clean(frame, path.name, self.ledger, path.stem)

    @cached_property
    def ced_before_2017(self) -> Counts:
        """CED use in the calendar years before the financial years of the official series."""
        return gather([self._published(source)["CED by force"] for source in BEFORE_2017])

    @cached_property
    def press(self) -> Counts:
        """Reports and injuries of one quarter as newspapers printed them; Cambridgeshire only."""
        return gather([self._published(paper)[press.SUBJECT] for paper in press.PAPERS])

    def residents_by(self, breakdown: str, census: str | None = None) -> Counts:
        """Residents of each force by ``age`` (mid-2020), ``gender`` (Census 2021) or ``ethnicity``.

        Ethnicity is that of the ``census`` given, "2011" or "2021", or else of the audit's choice.
        The census asks sex; in reports of use of force it is gender as the officer perceives it.
        """
        if breakdown == "ethnicity":
            source = f"census-{census or self.choices.census}-ethnicity"
        else:
            source = RESIDENTS[breakdown]
        return self._published(source)[population.subject_of(source)]

    def _published(self, source: str) -> _Published:
        """The tidy tables of a source; kept, so that its ledger is taken over once."""
        if source not in self._held:
            self._held[source] = _Published(self, source)
        return self._held[source]

    def read(self, path: Path, source: str, role: str = "") -> Input:
        """Put a file on the list of what was read; one name for two sources is refused.

        ``role`` is added to its name, where two files of one name may have two roles.
        """
        found = identify(path, source)
        found = replace(found, file=found.file + role)
        listed = self.inputs.setdefault(found.file, found)
        if listed != found:
            problem = f"is given as {listed.source} already, and now as {source}"
            raise refusal(found.file, problem, "a file of its own name for each")
        return found


def _read_records(path: Path, area: str, period: str) -> Reading:
    """From the store where that pays: each chapter asks for the file in a process of its own."""
    if path.is_file() and path.stat().st_size >= STORED:
        # polars starts threads at its import, which a process that forks kernels must not have
        from analysis.store import stored

        return stored(path, area, period).reading()
    return read_records(path, area, period)


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
    """Refuse a force or period without official figures, and a source that cannot be read.

    Official figures are asked for by the chapters on them only.
    """
    official = parameters.asks_for_official_figures
    given = parameters.sources
    if official and (reason := forces()[parameters.area].not_in_tables):
        problem = f"there are no official figures of {parameters.area}: {reason}"
        allowed = f"{', '.join(RECORD_CHAPTERS)}, with its records under sources.records"
        raise refusal(f"{where}: chapters", problem, allowed)
    if official and given.home_office is None and parameters.period not in published.periods():
        raise refusal(
            f"{where}: period", f"{parameters.period!r} cannot be had", published.periods()
        )
    audit = Audit(parameters, base=base)
    reads = {
        "home_office": (lambda: audit.edition) if official else None,
        "taser_activity": lambda: audit.activity,
        "arrests": lambda: audit.arrests,
        "stop_and_search": lambda: audit.stop_and_search,
        "records": (lambda: audit.reading) if given.records else None,
        "records_before": lambda: audit.records_before,
        "district_activity": lambda: audit.district_activity,
    }
    for key, read in reads.items():
        path = getattr(given, key)
        try:
            if read:
                read()
        except Refused as error:
            at = f"{where}: sources.{key}: {path}" if path else where
            raise Refused(f"{at}: {error}") from None


def open_audit(area: str, period: str, sources: dict | None = None, **choices) -> Audit:
    """What a chapter calls: plain values in, refused as a params file would be."""
    given = {"area": area, "period": period, "choices": choices}
    if sources:
        given["sources"] = sources
    return Audit(check(given, "parameters of the chapter"))
