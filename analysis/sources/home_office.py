"""The Home Office workbooks "Police use of force statistics": every numbered table to counts.

Tables are found by their titles and headings, never by position or number. Every cell that is
not empty must be understood, or the workbook is refused with the table and the cell named: an
edition that words something anew is refused rather than misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import product
from pathlib import Path

import pandas as pd

from analysis.counts import ALL, NOT_AVAILABLE, STATED, WRITTEN, Counts, build
from analysis.errors import Refused, refusal
from analysis.ledger import Entry, Ledger
from analysis.sources.workbook import Cell, Workbook, read
from analysis.standard.forces import (
    ENGLAND_AND_WALES,
    official_force_name,
    official_forces,
    region_area,
    regions,
)
from analysis.standard.injuries import (
    OFFICER_ANSWERS,
    OFFICER_LEVELS,
    SUBJECT_ANSWERS,
    SUBJECT_LEVELS,
)
from analysis.standard.names import plain, without_footnote_mark
from analysis.standard.people import BREAKDOWNS, Breakdown
from analysis.standard.tactics import BROKEN_DOWN, ancestors, tactic_name

AREAS = (ENGLAND_AND_WALES, *official_forces())
USES, INVOLVING, REPORTS = "tactic uses", "reports involving tactic", "reports"

NO_BREAKDOWN = "the Home Office holds no such figure for this force (printed as :)"
CONTRADICTED = (
    "a nought is printed, but the table of CED use by force counts uses there: the force sent "
    "totals only, so this breakdown does not exist"
)

_PERSON = r"(?:the )?(?:subjects?|persons? involved|people involved)"
_TIMES = "number of times tactics were used, by "
# subject of a table: its title without "Table 1." and without the period
TITLES = {
    "tactics": "number of times tactics were used and total number of incidents "
    "in which they were used",
    "age": _TIMES + rf"officer perceived age of {_PERSON}",
    "gender": _TIMES + rf"officer perceived gender of {_PERSON}",
    "ethnicity": _TIMES + rf"officer perceived ethnicity of {_PERSON}",
    "health condition": _TIMES + rf"officer perceived (?:disability|health condition) of {_PERSON}",
    "reason": _TIMES + "reason for using force",
    "impact factor": _TIMES + "impact factor",
    "outcome": _TIMES + "incident outcome",
    "location": _TIMES + "incident location",
    "officer injuries": "injuries to officers",
    "subject injuries": rf"injuries to {_PERSON}",
    "reports by force": "incidents by police force",
    "CED by force": "use of ced by type and police force",
    "age by force": _TIMES + rf"police force and officer perceived age of {_PERSON}",
    "gender by force": _TIMES + rf"police force and officer perceived gender of {_PERSON}",
    "ethnicity by force": _TIMES + rf"police force and officer perceived ethnicity of {_PERSON}",
    "health condition by force": _TIMES
    + rf"police force and officer perceived (?:disability|health condition) of {_PERSON}",
}
# Rows that every edition seen prints in every breakdown, whatever it prints besides.
_ALWAYS = {*BROKEN_DOWN, "Tactics not reported", "Tactical communication"}
_AEP_BEFORE_2019_20, _AEP = {"AEP aimed", "AEP fired"}, {"AEP drawn", "AEP used"}
_CED_KINDS = {
    "CED drawn", "CED aimed", "CED red-dot", "CED arced", "CED drive stun", "CED fired",
    "CED angled drive stun", "CED not stated",
}  # fmt: skip
_BARE_KINDS = {"drawn", "aimed", "red-dot", "arced", "drive-stun", "fired", "angle-drive stun"}
_NATIONAL_ROWS = (_ALWAYS | _CED_KINDS | _AEP_BEFORE_2019_20, _ALWAYS | _CED_KINDS | _AEP)
_BREAKDOWN_ROWS = (
    _ALWAYS | _AEP_BEFORE_2019_20,
    _ALWAYS | _AEP | {"CED non-discharge", "CED discharge", "CED not stated"},
)
_TOTAL_HEADINGS = {"number of times tactic reported", "total number of incidents"}
_BANNERS = {"total number of incidents involving group", "contents"}


@dataclass(frozen=True)
class Edition:
    """What a workbook says of itself: the year it reports, when it came out, its status."""

    period: str
    published: str  # ISO date
    status: str  # "Experimental", as the list of contents prints it

    @property
    def source(self) -> str:
        return f"home-office-{self.period.replace('/', '-')}"


def edition_of(workbook: Workbook) -> Edition:
    """The edition, from cover and contents; refused when they do not say or disagree."""
    texts = [
        (sheet, cell.text)
        for sheet, cells in workbook.sheets.items()
        for cell in cells
        if cell.text and not _table_title(cells)
    ]
    years = {
        (int(m[1]), int(m[2]))
        for _, text in texts
        for m in re.finditer(r"April (\d{4})\s*(?:-|–|to)\s*(?:31 )?March (\d{4})", text)
        if "statistics" in text and int(m[2]) == int(m[1]) + 1
    }
    dates = {
        m[1]
        for _, text in texts
        for m in re.finditer(r"Publi(?:shed|cation Date):\s*(\d{1,2} \w+ \d{4})", text)
    }
    if len(years) != 1 or len(dates) != 1:
        raise refusal(
            f"{workbook.file}: cover and contents",
            f"state {len(years)} reporting years and {len(dates)} dates of publication",
            "one of each ('April 2019 - March 2020', 'Published: 17 December 2020')",
        )
    ((first, last),) = years
    try:
        published = datetime.strptime(dates.pop(), "%d %B %Y").date().isoformat()
    except ValueError:
        raise refusal(f"{workbook.file}: cover", "date of publication cannot be read") from None
    return Edition(f"{first}/{last % 100:02d}", published, _status(workbook))


def _status(workbook: Workbook) -> str:
    """The one "Type of statistics" that the list of contents gives for its tables."""
    for sheet, cells in workbook.sheets.items():
        heading = next((c for c in cells if plain(c.text) == "type of statistics"), None)
        if heading:
            below = {c.text for c in cells if c.column == heading.column and c.row > heading.row}
            if len(below) != 1:
                raise refusal(
                    f"{workbook.file}: {sheet} below {heading.name}",
                    f"types of statistics {sorted(below)}",
                    "one for all tables",
                )
            return below.pop()
    raise refusal(f"{workbook.file}: contents", "no column 'Type of statistics'")


def _table_title(cells: list[Cell]) -> re.Match | None:
    return re.match(r"\s*Table\s+(\d+\w?)[.:]?\s+(.*)", cells[0].text, re.S) if cells else None


@dataclass
class Table:
    """A numbered table being read: its cells, each to be understood exactly once."""

    file: str
    name: str  # "Table 13", as its title prints it
    subject: str
    cells: list[Cell]
    year: str
    ledger: Ledger
    source: str
    rows: list[dict] = field(default_factory=list)

    def refuse(self, cell: Cell, problem: str, allowed=None) -> Refused:
        return refusal(f"{self.file}: {self.name} cell {cell.name}", problem, allowed)

    def broken(self, problem: str, allowed=None) -> Refused:
        return refusal(f"{self.file}: {self.name}", problem, allowed)

    def note(self, action: str, number: int = 1, cell: Cell | None = None, **words) -> None:
        self.ledger.note(
            Entry(
                self.source,
                self.name,
                action,
                number,
                "cell",
                first=cell.name if cell else "",
                **words,
            )
        )

    def count(self, cell: Cell, **dimensions: str) -> None:
        """Take a cell as a count: a whole number, or ``:`` where the notes explain it."""
        blank = {
            "period": self.year,
            "area": ENGLAND_AND_WALES,
            "tactic": ALL,
            "group": ALL,
            "breakdown": "",
            "note": "",
        }
        row = blank | dimensions | {"table": self.name, "cell": cell.name}
        if cell.is_number and float(cell.value).is_integer() and cell.value >= 0:
            row |= {"printed": f"{int(cell.value)}", "status": STATED}
        elif cell.text.strip() == ":" and self.explains_colon:
            row |= {"printed": ":", "status": NOT_AVAILABLE, "note": NO_BREAKDOWN}
            self.note("marked not available", cell=cell, printed=":", reason=NO_BREAKDOWN)
        else:
            raise self.refuse(
                cell,
                f"{cell.value!r} is not a count",
                "a whole number" + (" or :" if self.explains_colon else ""),
            )
        self.rows.append(row)

    @cached_property
    def explains_colon(self) -> bool:
        return any(re.match(r"\s*:\s*=\s*not available", cell.text) for cell in self.notes)

    @cached_property
    def _notes_row(self) -> float:
        return next((c.row for c in self.cells if plain(c.text) == "notes"), float("inf"))

    @cached_property
    def notes(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.row >= self._notes_row]

    @cached_property
    def body(self) -> list[Cell]:
        """Headings and figures: below the title, above the notes."""
        return [c for c in self.cells[1:] if c.row < self._notes_row]

    def heading(self, text: str) -> Cell:
        found = [cell for cell in self.body if plain(cell.text) == text]
        if len(found) != 1:
            raise self.broken(f"has {len(found)} headings {text!r}", "exactly one")
        return found[0]

    def lines(self, below: int) -> list[dict[int, Cell]]:
        """The rows below a heading row, each a mapping of column to cell."""
        rows: dict[int, dict[int, Cell]] = {}
        for cell in self.body:
            if cell.row > below:
                rows.setdefault(cell.row, {})[cell.column] = cell
        return list(rows.values())


def clean(workbook: Workbook, ledger: Ledger) -> dict[str, Counts]:
    """Counts by subject of the table, for every subject of ``TITLES``.

    Refuses a table that is missing, doubled or not known, and any cell that is not understood.
    Writes to the ledger how many cells were read, used as counts or headings, and set aside.
    """
    edition = edition_of(workbook)
    tables: dict[str, Table] = {}
    for sheet, cells in workbook.sheets.items():
        title = _table_title(cells)
        if title is None:
            _set_aside(ledger, edition.source, sheet, len(cells))
            continue
        table = Table(
            workbook.file, f"Table {title[1]}", "", cells, edition.period, ledger, edition.source
        )
        table.subject = _subject(table, title[2], edition)
        if table.subject in tables:
            raise table.broken(f"has the title of {tables[table.subject].name}")
        tables[table.subject] = table
    missing = [subject for subject in TITLES if subject not in tables]
    if missing:
        raise refusal(
            f"{workbook.file}",
            f"has no table of {missing[0]!r}",
            f"all {len(TITLES)} tables, each with its title",
        )
    for table in tables.values():
        _reader(table.subject)(table)
        _account(table)
    _check_rows_agree(tables)
    _mark_contradicted(tables)
    return {
        subject: build(
            pd.DataFrame(table.rows, columns=WRITTEN),
            source=edition.source,
            edition=edition.published,
            subject=subject,
        )
        for subject, table in tables.items()
    }


def _set_aside(ledger: Ledger, source: str, sheet: str, cells: int) -> None:
    reason = "cover, contents or another sheet without a table"
    ledger.note(Entry(source, sheet, "read", cells, "cell", reason="cells that are not empty"))
    ledger.note(Entry(source, sheet, "set aside", cells, "cell", reason=reason))


def _subject(table: Table, title: str, edition: Edition) -> str:
    """What a table is about, by its title; its period must be the workbook's."""
    text = plain(title)
    last = 2000 + int(edition.period[-2:])
    bare = re.sub(rf", year ending march {last}$|: 1 april \d{{4}} to 31 march {last}$", "", text)
    for subject, pattern in TITLES.items():
        if re.fullmatch(pattern, bare):
            return subject
    raise table.refuse(table.cells[0], f"title {title!r} is not known", "the titles seen so far")


def _reader(subject: str) -> Callable[[Table], None]:
    special = {
        "tactics": _read_tactics,
        "officer injuries": _read_officer_injuries,
        "subject injuries": _read_subject_injuries,
        "reports by force": _read_reports_by_force,
        "CED by force": _read_ced_by_force,
    }
    return special.get(subject, _read_breakdown)


def _account(table: Table) -> None:
    """Every cell read is a count, a heading or a note: the three add up."""
    counts = len(table.rows)
    table.note("read", len(table.cells), reason="cells that are not empty")
    table.note("used", counts, reason="taken as counts")
    table.note("used", 1 + len(table.body) - counts, reason="title, headings and row labels")
    table.note("set aside", len(table.notes), reason="notes below the table")


def _tactic(table: Table, cell: Cell, above: str | None, type_of_force: str) -> str:
    """The tactic of a row label, with the footnote mark taken off and noted."""
    where = f"{table.file}: {table.name} cell {cell.name}"
    name = tactic_name(cell.text, above=above, type_of_force=type_of_force, where=where)
    bare = without_footnote_mark(cell.text)
    if bare != cell.text.strip():
        table.note(
            "spelled",
            cell=cell,
            printed=cell.text,
            becomes=bare,
            reason="mark of a footnote taken off",
        )
    elif above is not None and plain(cell.text) in {"not stated", *_BARE_KINDS}:
        table.note(
            "spelled",
            cell=cell,
            printed=cell.text,
            becomes=name,
            reason="bare label, named by the row above that it belongs to",
        )
    return name


def _labelled_rows(
    table: Table, header: Cell, columns: set[int], area_column: int | None = None
) -> list[tuple[str, str, dict[int, Cell]]]:
    """Rows of a table of tactics as (area, tactic, figures by column).

    ``header`` is the cell "Tactic"; ``columns`` are those that hold figures. Refuses a row
    without a label, a figure outside the columns, an empty cell among them, and a tactic that
    stands twice for an area.
    """
    type_column = table.heading("type of force").column
    found, above, seen = [], None, set()
    for line in table.lines(header.row):
        first = next(iter(line.values()))
        if header.column not in line:
            raise table.refuse(first, f"{first.value!r} stands in a row without a tactic")
        area = ENGLAND_AND_WALES
        if area_column is not None:
            if area_column not in line:
                raise table.refuse(first, "the row names no police force")
            area = _area(table, line[area_column])
        label = line[header.column]
        type_of_force = line[type_column].text if type_column in line else ""
        if (area, "restart") not in seen:
            above = None
            seen.add((area, "restart"))
        tactic = _tactic(table, label, above, type_of_force)
        if above is not None and above not in ancestors(tactic):
            above = None  # the block of "..., of which" has ended
        if re.search(r"\bof which$", plain(label.text)):
            above = tactic
        if (area, tactic) in seen:
            raise table.refuse(label, f"{label.text!r} stands twice for {area}")
        seen.add((area, tactic))
        figures = {
            column: cell
            for column, cell in line.items()
            if column not in {header.column, type_column, area_column}
        }
        for column in sorted(set(figures) ^ columns):
            if column in figures:
                raise table.refuse(figures[column], f"{figures[column].value!r} has no heading")
            gap = Cell(label.row, column, None)
            raise table.refuse(gap, "is empty", "a whole number")
        found.append((area, tactic, figures))
    return found


def _area(table: Table, cell: Cell) -> str:
    """England and Wales, or a force; a spelling that differs is noted."""
    label = re.sub(r"^total\s+", "", plain(cell.text))
    if label == plain(ENGLAND_AND_WALES):
        return ENGLAND_AND_WALES
    name = official_force_name(cell.text, f"{table.file}: {table.name} cell {cell.name}")
    if name != cell.text:
        table.note(
            "spelled",
            cell=cell,
            printed=cell.text,
            becomes=name,
            reason="one name for a force in all tables",
        )
    return name


def _check_complete(table: Table, found: list[str], wanted: tuple[str, ...], what: str) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        raise table.broken(f"has no {what} {missing[0]!r}", f"all {len(wanted)}")


def _read_tactics(table: Table) -> None:
    """National uses of each tactic, and reports that involve it."""
    header = table.heading("tactic")
    measures = {
        table.heading("number of times tactic reported").column: USES,
        table.heading("number of incidents involving tactic").column: INVOLVING,
    }
    known = {
        "type of force",
        "tactic",
        "number of times tactic reported",
        "number of incidents involving tactic",
        *_BANNERS,
    }
    for cell in table.body:
        if cell.row <= header.row and plain(cell.text) not in known:
            raise table.refuse(cell, f"heading {cell.value!r} is not known", sorted(known))
    rows = _labelled_rows(table, header, set(measures))
    _check_tactics(table, {tactic for _, tactic, _ in rows}, _NATIONAL_ROWS)
    for _, tactic, figures in rows:
        for column, measure in measures.items():
            table.count(figures[column], measure=measure, tactic=tactic)


def _check_tactics(table: Table, names: set[str], seen_so_far: tuple[set[str], ...]) -> None:
    if names not in seen_so_far:
        gaps = min((sorted(names ^ wanted) for wanted in seen_so_far), key=len)
        raise table.broken(f"differs in the row {gaps[0]!r} from every set of tactics seen so far")


def _read_breakdown(table: Table) -> None:
    """Uses of tactics by a characteristic, national or by force, and reports by group."""
    breakdown = BREAKDOWNS[table.subject.removesuffix(" by force")]
    by_force = table.subject.endswith(" by force")
    header = table.heading("tactic")
    groups, total, reports = _column_groups(table, breakdown, header)
    area_column = table.heading("police force").column if by_force else None
    rows = _labelled_rows(table, header, {*groups, total}, area_column)
    for area in AREAS if by_force else (ENGLAND_AND_WALES,):
        _check_complete(table, [place for place, _, _ in rows], (area,), "rows of")
        names = {tactic for place, tactic, _ in rows if place == area}
        _check_tactics(table, names, _BREAKDOWN_ROWS)
    same = {"breakdown": breakdown.name}
    for column, cell in reports.items():
        table.count(cell, measure=REPORTS, group=groups.get(column, ALL), **same)
    for area, tactic, figures in rows:
        for column, cell in figures.items():
            table.count(
                cell, measure=USES, area=area, tactic=tactic, group=groups.get(column, ALL), **same
            )


def _column_groups(
    table: Table, breakdown: Breakdown, header: Cell
) -> tuple[dict[int, str], int, dict[int, Cell]]:
    """Which column holds which group, which the total, and the row of reports in the heading."""
    groups: dict[int, str] = {}
    totals: set[int] = set()
    reports: dict[int, Cell] = {}
    labels = {"police force", "type of force", "tactic"}
    wording = (
        breakdown.name
        if breakdown.name != "health condition"
        else ("(?:disability|health condition)")
    )
    banner = re.compile(
        rf"(?:perceived |incident )?{wording}(?: for force)?"
        r"(?: \(total number of incidents involving [\w ]+\))?"
    )
    for cell in table.body:
        if cell.row > header.row:
            break
        text = plain(without_footnote_mark(cell.text))
        if cell.is_number:
            reports[cell.column] = cell
        elif text in _TOTAL_HEADINGS:
            totals.add(cell.column)
        elif group := breakdown.group(cell.text):
            if cell.column in groups or group in groups.values():
                raise table.refuse(cell, f"heading {cell.text!r} stands twice")
            groups[cell.column] = group
        elif text not in labels and text not in _BANNERS and not banner.fullmatch(text):
            raise table.refuse(cell, f"heading {cell.value!r} is not known", breakdown.editions[-1])
    if set(groups.values()) not in [set(edition) for edition in breakdown.editions]:
        gaps = min((sorted(set(groups.values()) ^ set(e)) for e in breakdown.editions), key=len)
        raise table.broken(
            f"differs in the group {gaps[0]!r} from every set seen so far", breakdown.editions[-1]
        )
    if len(totals) != 1:
        raise table.broken(f"has {len(totals)} columns of totals", "exactly one")
    (total,) = totals
    expected = set() if table.subject.endswith("by force") else {*groups, total}
    if set(reports) != expected or len({cell.row for cell in reports.values()}) > 1:
        raise table.broken("has an incomplete row of reports by group above the tactics")
    return groups, total, reports


def _read_reports_by_force(table: Table) -> None:
    """Reports of each force, region, and of England and Wales."""
    header = table.heading("police force")
    region, total = table.heading("region").column, table.heading("total").column
    _check_headings(table, header.row, {"region", "police force", "total"})
    areas = []
    for line in table.lines(header.row):
        area = _regional_area(table, line, region, header.column)
        if area in areas:
            raise table.refuse(line[header.column], f"{area} stands twice")
        areas.append(area)
        table.count(
            _only(table, line, {region, header.column}, {total})[total], measure=REPORTS, area=area
        )
    _check_complete(table, areas, (*AREAS, *regions()), "row of")


def _read_ced_by_force(table: Table) -> None:
    """CED uses by highest kind, force and financial year; earlier years may be revised."""
    header = table.heading("police force")
    year, region = table.heading("financial year").column, table.heading("region").column
    kinds: dict[int, str] = {}
    for cell in table.body:
        if cell.row == header.row and cell.column not in {header.column, year, region}:
            text = plain(cell.text)
            label = {
                "total": "ced",
                "total non-discharge": "ced non-discharge",
                "total discharge": "ced discharge",
            }.get(text, text)
            where = f"{table.file}: {table.name} cell {cell.name}"
            kinds[cell.column] = tactic_name(
                label.removeprefix("ced ") if label != "ced" else label,
                above=None if label == "ced" else "CED",
                type_of_force="",
                where=where,
            )
        elif cell.row < header.row and plain(cell.text) not in _BANNERS:
            raise table.refuse(cell, f"heading {cell.value!r} is not known")
    wanted = {"CED", "CED non-discharge", "CED discharge", *_CED_KINDS}
    if set(kinds.values()) != wanted or len(kinds) != len(wanted):
        raise table.broken("does not have each kind of CED use once", sorted(wanted))
    areas: dict[str, list[str]] = {}
    for line in table.lines(header.row):
        first = next(iter(line.values()))
        if year not in line or not re.fullmatch(r"\d{4}/\d{2}", line[year].text.strip()):
            raise table.refuse(first, "the row names no financial year", "2019/20")
        period = line[year].text.strip()
        area = _regional_area(table, line, region, header.column)
        if area in areas.setdefault(period, []):
            raise table.refuse(line[header.column], f"{area} stands twice in {period}")
        areas[period].append(area)
        revised = "revised (R)" if re.search(r"\(R\)", line[header.column].text) else ""
        figures = _only(table, line, {year, region, header.column}, set(kinds))
        for column, cell in figures.items():
            table.count(
                cell, measure=USES, period=period, area=area, tactic=kinds[column], note=revised
            )
    if max(areas, default="") != table.year:
        raise table.broken(f"ends with {max(areas, default='no year')}", table.year)
    for named in areas.values():
        _check_complete(table, named, (*AREAS, *regions()), "row of")


def _check_headings(table: Table, last_row: int, known: set[str]) -> None:
    for cell in table.body:
        if cell.row <= last_row and plain(cell.text) not in known | _BANNERS:
            raise table.refuse(cell, f"heading {cell.value!r} is not known", sorted(known))


def _only(
    table: Table, line: dict[int, Cell], labels: set[int], figures: set[int]
) -> dict[int, Cell]:
    """The figures of a row: one for each column that has a heading, and nothing else."""
    for column in sorted(set(line) - labels - figures):
        raise table.refuse(line[column], f"{line[column].value!r} has no heading")
    row = next(iter(line.values())).row
    for column in sorted(figures - set(line)):
        raise table.refuse(Cell(row, column, None), "is empty", "a whole number")
    return {column: line[column] for column in sorted(figures)}


def _regional_area(table: Table, line: dict[int, Cell], region: int, force: int) -> str:
    """The area of a row with a region and a force or a total; the two must agree."""
    first = next(iter(line.values()))
    if region not in line or force not in line:
        raise table.refuse(first, "the row does not name a region and a police force")
    printed, place = line[region].text, line[force]
    total = re.match(r"total\s+(.*)", plain(place.text))
    if total:
        if plain(printed) != total[1]:
            raise table.refuse(place, f"{place.text!r} stands beside region {printed!r}")
        if total[1] == plain(ENGLAND_AND_WALES):
            return ENGLAND_AND_WALES
        area = region_area(printed)
        if area not in regions():
            raise table.refuse(line[region], f"region {printed!r} is not known", regions())
        return area
    name = _area(table, place)
    if name == ENGLAND_AND_WALES or plain(official_forces()[name].region) != plain(printed):
        raise table.refuse(line[region], f"{place.text!r} stands in region {printed!r}")
    return name


def _read_officer_injuries(table: Table) -> None:
    """Reports by whether the officer was injured, assaulted on purpose, and how badly."""
    header = table.heading("officer injured as a result of incident")
    intent = table.heading("intentional assault").column
    columns = {header.column: OFFICER_ANSWERS, intent: OFFICER_ANSWERS}
    _read_injuries(table, header.row, columns, OFFICER_LEVELS)


def _read_subject_injuries(table: Table) -> None:
    """Reports by whether the subject was injured by the force used, and how badly."""
    wording = rf"{_PERSON} injured as a result of officer use of force"
    found = [cell for cell in table.body if re.fullmatch(wording, plain(cell.text))]
    if len(found) != 1:
        raise table.broken(f"has {len(found)} headings of subjects injured", "exactly one")
    _read_injuries(table, found[0].row, {found[0].column: SUBJECT_ANSWERS}, SUBJECT_LEVELS)


def _read_injuries(
    table: Table, header: int, answers: dict[int, tuple[str, ...]], levels: tuple[str, ...]
) -> None:
    """Every combination of answers once, and their total, each by level of injury.

    ``answers`` are the allowed ones by column; an answer merged over rows stands in the first.
    """
    columns = _injury_levels(table, header, set(answers), levels)
    wanted = {" / ".join(row) for row in product(*answers.values())}
    total = " / ".join([ALL] * len(answers))
    current = dict.fromkeys(answers, "")
    seen = set()
    for line in table.lines(header):
        for column in answers:
            if column in line:
                current[column] = line[column].text.strip()
        key = " / ".join(current.values())
        if plain(next(iter(current.values()))) == "total incidents":
            key = total
        first = next(iter(line.values()))
        if key in seen or key not in wanted | {total}:
            problem = "stands twice" if key in seen else "is not expected"
            raise table.refuse(first, f"row {key!r} {problem}", sorted(wanted - seen))
        seen.add(key)
        for column, cell in _only(table, line, set(answers), set(columns)).items():
            group = f"{key} / {columns[column]}"
            table.count(cell, measure=table.subject, breakdown="injury", group=group)
    if seen != wanted | {total}:
        missing = sorted((wanted | {total}) - seen)
        raise table.broken(f"has no row of answers {missing[0]!r}", f"all {len(wanted) + 1}")


def _injury_levels(
    table: Table, header: int, answer_columns: set[int], levels: tuple[str, ...]
) -> dict[int, str]:
    """Which column holds which level of injury, and which the total."""
    known = {plain(level): level for level in levels} | {"total incidents": ALL}
    columns: dict[int, str] = {}
    for cell in table.body:
        text = plain(cell.text)
        if cell.row == header and cell.column not in answer_columns:
            if text not in known or known[text] in columns.values():
                raise table.refuse(cell, f"heading {cell.value!r}", ["Total incidents", *levels])
            columns[cell.column] = known[text]
        elif (
            cell.row < header
            and text not in _BANNERS
            and not re.fullmatch(rf"(?:officer|{_PERSON}) injury level", text)
        ):
            raise table.refuse(cell, f"heading {cell.value!r} is not known")
    if set(columns.values()) != {ALL, *levels}:
        raise table.broken("does not have each level of injury once", levels)
    return columns


def _check_rows_agree(tables: dict[str, Table]) -> None:
    """All breakdowns of one workbook print the same tactics."""
    breakdowns = [t for s, t in tables.items() if s.removesuffix(" by force") in BREAKDOWNS]
    tactics = [{row["tactic"] for row in table.rows} - {ALL} for table in breakdowns]
    for table, names in zip(breakdowns, tactics, strict=True):
        if names != tactics[0]:
            other = sorted(names ^ tactics[0])[0]
            raise table.broken(f"and {breakdowns[0].name} differ in the row {other!r}")


def _mark_contradicted(tables: dict[str, Table]) -> None:
    """A row of zeros for a force whose uses another table counts is not available, not zero."""
    counted = {
        (row["area"], row["tactic"])
        for row in tables["CED by force"].rows
        if row["period"] == tables["CED by force"].year and row["printed"] not in {"0", ":"}
    }
    for subject, table in tables.items():
        if not subject.endswith(" by force") or subject in {"reports by force", "CED by force"}:
            continue
        zero = {
            (row["area"], row["tactic"])
            for row in table.rows
            if row["group"] == ALL and row["printed"] == "0"
        } & counted
        for place, row in enumerate(table.rows):
            if (row["area"], row["tactic"]) in zero:
                table.rows[place] = row | {"status": NOT_AVAILABLE, "note": CONTRADICTED}
                table.note(
                    "marked not available",
                    printed=row["printed"],
                    becomes=NOT_AVAILABLE,
                    reason=CONTRADICTED,
                    cell=None,
                )


def read_counts(path: Path, ledger: Ledger) -> tuple[Edition, dict[str, Counts]]:
    """A workbook read and cleaned: its edition, and its counts by subject of the table."""
    workbook = read(path)
    return edition_of(workbook), clean(workbook, ledger)
