"""``data/published``: official figures as tidy tables, so that a clone needs no workbook.

A table is ``SOURCE/SUBJECT.csv`` in the columns of ``analysis.counts.WRITTEN``. ``rebuild`` makes
them from the publishers' own files, byte for byte.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.counts import Counts, build, read_written, write_counts
from analysis.errors import refusal
from analysis.ledger import Ledger, read_ledger
from analysis.places import CHECKSUMS, LEDGER, PUBLISHED
from analysis.sources import ced_before_2017, home_office, population, press
from analysis.sources.registry import sha256, sources
from analysis.standard.names import slug
from analysis.tables import write_table

HOME_OFFICE = "home-office-"


def workbook_of(period: str) -> str:
    """The key of the Home Office workbook of a financial year."""
    return f"{HOME_OFFICE}{period.replace('/', '-')}"


def table_path(source: str, subject: str, folder: Path = PUBLISHED) -> Path:
    """Where the tidy table of a source and a subject stands."""
    return folder / source / f"{slug(subject)}.csv"


# Transcribed by hand: a rebuild makes their hashes only.
TRANSCRIBED = {
    "taser-activity": PUBLISHED / "taser-activity.csv",
    **{paper: table_path(paper, press.SUBJECT) for paper in press.PAPERS},
}


def load(source: str, subject: str) -> Counts:
    """A tidy table as counts, ids and totals derived."""
    written = read_written(table_path(source, subject))
    return build(written, source=source, edition=sources()[source].edition, subject=subject)


def ledger_of(source: str) -> pd.DataFrame:
    """What was set aside, spelled or marked when the tidy tables of ``source`` were made."""
    frame = read_ledger(LEDGER)
    return frame[frame["source"] == source]


def periods() -> list[str]:
    """Financial years for which all official tables are held, oldest first."""
    return sorted(
        source.period
        for source in sources().values()
        if table_path(source.key, "reports by force").exists()
    )


def rebuild(material: Path, into: Path = PUBLISHED) -> list[Path]:
    """Make every tidy table from the publishers' files below ``material``; the paths written.

    ``material`` holds ``data/home_office/*.ods``, ``data/population/*.csv`` and
    ``domain/published_figures.csv``.
    """
    workbooks = sorted((material / "data" / "home_office").glob("*.ods"))
    if not workbooks:
        raise refusal(str(material / "data" / "home_office"), "holds no workbook (*.ods)")
    ledger, tables = Ledger(), []
    for path in workbooks:
        edition, counts = home_office.read_counts(path, ledger)
        known = sources().get(edition.source)
        if known is None or known.edition != edition.published:
            raise refusal(
                path.name,
                f"edition of {edition.published} for {edition.period} is not in data/registry.csv",
            )
        if not known.status.startswith(edition.status):
            raise refusal(path.name, f"calls itself {edition.status!r}", [known.status])
        tables += counts.values()
    for layout in population.LAYOUTS:
        file = sources()[layout.source].file
        frame = population.read(material / "data" / "population" / file)
        tables.append(population.clean(frame, layout, file, ledger))
    figures = ced_before_2017.read(material / "domain" / "published_figures.csv")
    tables += ced_before_2017.clean(figures, ledger).values()
    return _write(tables, ledger, into)


def _write(tables: list[Counts], ledger: Ledger, into: Path) -> list[Path]:
    written = []
    for counts in tables:
        first = counts.frame.iloc[0]
        path = table_path(first["source"], first["subject"], into)
        write_counts(counts, path)
        written.append((path, first["source"]))
    write_table(ledger.frame, into / LEDGER.name)
    sums = [(path.relative_to(into).as_posix(), sha256(path), source) for path, source in written]
    sums += [
        (path.relative_to(PUBLISHED).as_posix(), sha256(path), source)
        for source, path in TRANSCRIBED.items()
    ]
    write_table(
        pd.DataFrame(sorted(sums), columns=["file", "sha256", "source"]), into / CHECKSUMS.name
    )
    return [path for path, _ in written]
