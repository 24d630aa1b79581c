"""Where a number of a report comes from: read from the files of the report alone.

What is known of a count or a finding is a list of lines; ``explain`` gives them as text, and
``analysis.report.trace_page`` as a page. Sources, files, methods and steps of the ledger that
many numbers share are entries of their own, to which the lines point.
"""

from __future__ import annotations

import difflib
import fnmatch
import html
import re
from base64 import b32encode
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import blake2s
from pathlib import Path

import pandas as pd

from analysis import counts as count_tables
from analysis import findings as finding_tables
from analysis.counts import NOT_AVAILABLE, ROWS, STATED, Count
from analysis.errors import refusal
from analysis.findings import Finding
from analysis.ledger import COLUMNS as LEDGER
from analysis.places import PUBLISHED, ROOT
from analysis.report import counted_rows
from analysis.report.manifest import output_of, read_manifest, table_of
from analysis.rows import bits_of, rows_of
from analysis.sources import published
from analysis.sources.registry import NOT_REGISTERED, sha256, source_of
from analysis.standard.methods import method_of
from analysis.standard.names import slug
from analysis.tables import read_table

LISTED = 12  # counts, findings or steps that an entry lists; the tables of the report name all
NEAR = 3  # ids that a refusal names
_NUMBERS = ("value", "lower", "upper", "confidence")
_TABLES = {
    "counts.csv": count_tables.COLUMNS,
    "findings.csv": finding_tables.COLUMNS,
    "ledger.csv": LEDGER,
}
_PUBLISHED = f"{PUBLISHED.relative_to(ROOT).as_posix()}/"


@dataclass(frozen=True)
class Link:
    """Mentions what has an entry of its own: ``to`` is an id, or the key of a shared entry."""

    to: str
    text: str

    @property
    def shared(self) -> bool:
        """Whether it leads to a source, file, method or table of the ledger; none is an id."""
        return ":" in self.to.partition("/")[0]


Words = tuple[str | Link, ...]


@dataclass(frozen=True)
class Line:
    """What is known in one respect: one item, or several of a kind."""

    name: str
    items: tuple[Words, ...]


@dataclass(frozen=True)
class Entry:
    """A count, a finding, or something that several share. ``value`` is as the page prints it.

    ``place``: area and period, where the title does not say them.
    """

    id: str
    title: str
    value: str
    lines: tuple[Line, ...]
    place: str = ""

    @property
    def named(self) -> str:
        """Title and place."""
        return f"{self.title} ({self.place})" if self.place else self.title

    @property
    def links(self) -> tuple[Link, ...]:
        """All that its lines point to."""
        words = (word for line in self.lines for item in line.items for word in item)
        return tuple(word for word in words if isinstance(word, Link))


@dataclass(frozen=True)
class Trace:
    """The tables of a report, to ask where each number comes from.

    ``rows``: the packed rows of a count (``analysis.rows``). ``inputs`` and ``sources``: as the
    manifest has them. ``chapters``: for each id the titles of the chapters that show it.
    """

    folder: Path
    counts: dict[str, Count]
    findings: dict[str, Finding]
    rows: dict[str, str]
    ledger: pd.DataFrame
    inputs: list[dict]
    chapters: dict[str, list[str]]
    sources: dict[str, dict] = field(default_factory=dict)

    def explain(self, one: str) -> list[str]:
        """Lines of plain text: what it is and where it comes from, with ids to go on from there.

        ``one`` is an id, one without its area, period and edition, or a link to the number's place
        on the page that explains. Refuses what is none of a count or finding of this report, or
        fits several, and names near ones.
        """
        entry = self.entry(self._known(one))
        lines = [*_text(entry)]
        for key in dict.fromkeys(link.to for link in entry.links if link.shared):
            lines += ["", *_text(self.entry(key))]
        return lines

    def write_rows(self, one: str, path: Path) -> list[str]:
        """Write the rows of the file behind a count, or behind each count of a finding, to a CSV.

        The columns are the file's own, below the id of the count and the number of the row.
        Refuses what rests on no rows, or on rows of several files, a file that is not at hand with
        the bytes of the report, and a ``path`` that is there already or in a report's folder.
        Returns what to tell.
        """
        one = self._known(one)
        ids = [one] if one in self.counts else self._named(self.findings[one].count_ids)
        held = {each: rows_of(self.rows[each]) for each in ids if each in self.rows}
        if not held:
            raise refusal(one, "no rows are held of it", "a count over rows, or what rests on some")
        files = {file["file"]: file for each in held for file in self.files(self.counts[each])}
        if len(files) > 1:
            problem = f"rests on rows of several files: {', '.join(sorted(files))}"
            raise refusal(one, problem, f"one of its counts, such as {next(iter(held))}")
        (file,) = files.values()
        return counted_rows.write(held, counted_rows.find(file, self.sources, self.folder), path)

    def _known(self, given: str) -> str:
        """The id that is meant; refused where none is, or several may be, with such as are near."""
        known = [*self.findings, *self.counts]
        if given in self.findings or given in self.counts:
            return given
        where = f"{self.folder}: {given}"
        place = given.rpartition("#")[2]
        if shown := self._at(place):
            problem = "is the place of a table, chart or sentence, which shows several"
            raise refusal(where, problem, _first(shown))
        without_tail = [one for one in known if given and one.startswith(f"{given}@")]
        meant = without_tail or [one for one in known if anchor(one) == place]
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise refusal(where, "is held of several areas, periods or editions", _first(meant))
        near = difflib.get_close_matches(given, known, NEAR)
        near = near or [one for one in known if given and given.casefold() in one]
        allowed = _first(near) if near else "the ids in counts.csv and findings.csv"
        raise refusal(where, "no count and no finding of this report", allowed)

    def _at(self, place: str) -> list[str]:
        """The ids that a table, chart or sentence of the page shows, by its place on it."""
        page = (self.folder / "report.html").read_text(encoding="utf-8")
        before, found, _ = page.partition(f'<a class="whence" id="{html.escape(place)}"')
        own = re.split('<section id="chapter-|<a class="whence" id="', before)[-1] if found else ""
        return [*dict.fromkeys(map(html.unescape, re.findall(r'data-id="([^"]+)"', own)))]

    def entry(self, key: str) -> Entry:
        """What is known of a count or finding by its id, or of a shared entry by its key."""
        if key in self.findings:
            return self._of_finding(self.findings[key])
        if key in self.counts:
            return self._of_count(self.counts[key])
        kind, _, name = key.partition(":")
        shared = {"source": _of_source, "method": _of_method}
        return shared[kind](name) if kind in shared else getattr(self, f"_of_{kind}")(name)

    # counts
    def _of_count(self, count: Count) -> Entry:
        kind = f"{count.measure}, unit {count.unit}"
        totals = [self._row(one, count) for one in filter(None, count.part_of.split(";"))]
        lines = [
            _line("What", kind),
            _line("Status", _status(count)),
            _line("Printed", count.printed if count.printed != f"{count.value:.0f}" else ""),
            _line("Note", count.note if count.available else ""),
            self._stands(count),
            self._sources_of([count], []),
            _line("Rows", self._number_of_rows(count)),
            *_listed("Part of", totals, "counts.csv"),
            *self._shown_and_made(count),
        ]
        return Entry(count.id, count.label, count.text(), _filled(lines), _beside(count))

    def _stands(self, count: Count) -> Line:
        """Table and cell of what was printed; the file and the filter in words of what was not."""
        printed = count.made_by.startswith("analysis.sources.")
        return _line("Stands in" if printed else "Counted over", _place(count))

    def files(self, count: Count) -> list[dict]:
        """The files that a count was read from: that of its table, or all of its source."""
        own, stem = self._files.get(count.source, []), slug(count.subject)
        fits = [file for file in own if _name(file) == count.table or _stem(file) == stem]
        return fits or own

    @cached_property
    def _files(self) -> dict[str, list[dict]]:
        found: dict[str, list[dict]] = {}
        for file in self.inputs:
            found.setdefault(file["source"], []).append(file)
        return found

    def _steps(self, count: Count) -> str:
        """Under which source and table the ledger tells of the count's table; or nothing."""
        names = [count.table, *map(_name, self.files(count))]
        return next(
            (f"{count.source}:{name}" for name in names if (count.source, name) in self._ledger), ""
        )

    def _number_of_rows(self, count: Count) -> str:
        if count.id not in self.rows:
            return ""
        return f"{bits_of(self.rows[count.id]).bit_count():,} of the file"

    # findings
    def _of_finding(self, finding: Finding) -> Entry:
        counts = [self.counts[one] for one in finding.count_ids if one in self.counts]
        others = [one for one in finding.count_ids if one not in self.counts]
        made = finding.basis.format(*(count.text() for count in counts)) if counts else ""
        of_counts = [
            (*self._row(one.id, finding), f" ({_place(one, one.label)})") for one in counts
        ]
        on_findings = [self._row(one, finding) for one in finding.findings]
        lines = [
            _line("What", f"{finding.kind}, edition {finding.edition}{_unit(finding)}"),
            _line("Status", _status(finding)),
            _line("Made of", made if finding.status != NOT_AVAILABLE else ""),
            *_listed("Counts", of_counts, "findings.csv"),
            *_listed("Taken from", map(self._beyond, others), "findings.csv"),
            *_listed("Findings", on_findings, "findings.csv"),
            self._sources_of(counts, others),
            self._method(finding),
            _line("Reservations", "; ".join(finding.caveats)),
            *self._shown_and_made(finding),
        ]
        if not (counts or others or finding.findings):
            lines.insert(2, _line("Counts", "none: there was nothing to count"))
        return Entry(finding.id, finding.label, _value(finding), _filled(lines), _beside(finding))

    def _beyond(self, one: str) -> Words:
        """A number that a source prints and counts.csv does not have, or a table by a pattern.

        A finding may have used some of what a pattern names, so that it is called a table.
        """
        key, _, rest = one.partition("/")
        if "*" not in one:
            return (f"what {source_of(key).publisher} prints as “{rest}”",)
        return (f"a table of {len(self._named([one])):,} counts: {one}",)

    def _named(self, ids: Iterable[str]) -> list[str]:
        """Counts by id, and all that a pattern names: of the published table, if it is one."""
        found = []
        for one in ids:
            tables = [*filter(_is_published, self._held_in(one))]
            if "*" not in one:
                found.append(one)
            elif tables:
                for file in tables:
                    found += _published(file["source"], _stem(file), file["sha256"], one)
            else:
                found += _matching(self._sorted, one)
        return found

    def _held_in(self, pattern: str) -> list[dict]:
        """The files that hold the counts that a pattern of ids names."""
        source, subject = pattern.split("/")[:2]
        own = self._files.get(source, [])
        return [
            file
            for file in own
            if not _is_published(file) or fnmatch.fnmatchcase(_stem(file), subject)
        ]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.counts)

    def _sources_of(self, counts: Iterable[Count], others: Iterable[str]) -> Line:
        """Sources, files and ledger of counts, and of what is beyond counts.csv, each once."""
        words = {}
        for count in counts:
            files, steps = self.files(count), self._steps(count)
            done = ("; ", Link(f"ledger:{steps}", "what was done on the way")) if steps else ()
            key = (count.source, steps, *(file["file"] for file in files))
            words[key] = (_cited(count.source), *_of_files(files), *done)
        for one in others:
            key = one.partition("/")[0]
            files = self._held_in(one) if "*" in one else self._files.get(key, [])
            words[(one,)] = (_cited(key), *_of_files(files))
        return Line("From", tuple(dict.fromkeys(words.values())))

    def _method(self, finding: Finding) -> Line:
        known = method_of(finding.method)
        if known is None:
            return _line("Method", finding.method)
        return Line("Method", ((Link(f"method:{known.method}", finding.method),),))

    # of both
    def _row(self, one: str, of: Count | Finding) -> Words:
        """A row that another points to: what it is called, or its kind where both are called so.

        Its area and period are named where they are others.
        """
        row = self.findings.get(one) or self.counts.get(one)
        if row is None:
            return (f"{one} (not recorded in this report)",)
        value = _value(row) if isinstance(row, Finding) else row.text()
        same = (row.area, row.period) == (of.area, of.period)
        name = row.label if same else _title(row)
        if name == of.label and isinstance(row, Finding):
            name = "its printed number" if row.kind == "printed" else f"its {row.kind}"
        return (Link(one, f"{name}: {value}"),)

    def _shown_and_made(self, row: Count | Finding) -> list[Line]:
        return [
            _line("Shown in", "; ".join(self.chapters.get(row.id, ()))),
            _line("Made by", _function(row.made_by) if row.made_by else ""),
        ]

    # what several share
    def _of_file(self, name: str) -> Entry:
        file = next(file for file in self.inputs if file["file"] == name)
        registered = "registered" if file["registered"] else NOT_REGISTERED
        lines = [_line("sha256", file["sha256"]), _line("Registry", registered)]
        return Entry(f"file:{name}", f"File {name}", "", _filled(lines))

    def _of_ledger(self, name: str) -> Entry:
        source, _, table = name.partition(":")
        steps = [(_step(row),) for row in self._ledger[source, table]]
        title = f"On the way from {table}"
        return Entry(f"ledger:{name}", title, "", (*_listed("Steps", steps, "ledger.csv"),))

    @cached_property
    def _ledger(self) -> dict[tuple[str, str], list[dict]]:
        groups = self.ledger.groupby(["source", "table"], sort=False)
        return {key: group.to_dict("records") for key, group in groups}


def read_trace(folder: Path) -> Trace:
    """The trace of the report in a folder.

    Refuses a folder that holds none, or an older one, and a table edited since it was made.
    """
    manifest = read_manifest(folder)
    for name, columns in _TABLES.items():
        table_of(folder, manifest, name, columns)
    if "rows.csv" in manifest["outputs"]:
        output_of(folder, manifest, "rows.csv")
    return replace(trace_of(folder, manifest["inputs"]), sources=manifest["sources"])


def trace_of(folder: Path, inputs: list[dict]) -> Trace:
    """The trace of the tables and the page in a folder, with its inputs as a manifest has them."""
    counts, findings, ledger = (
        read_table(folder / name, columns) for name, columns in _TABLES.items()
    )
    rows = folder / "rows.csv"
    held = read_table(rows, ["id", ROWS]) if rows.exists() else pd.DataFrame(columns=["id", ROWS])
    try:
        page = (folder / "report.html").read_text(encoding="utf-8")
        return Trace(
            folder=folder,
            counts={row["id"]: _count(row) for row in counts.to_dict("records")},
            findings={row["id"]: _finding(row) for row in findings.to_dict("records")},
            rows=dict(zip(held["id"], held[ROWS], strict=True)),
            ledger=ledger,
            inputs=inputs,
            chapters=_chapters(page),
        )
    except OSError as error:
        raise refusal(str(folder / "report.html"), f"cannot be read ({error.strerror})") from None


def _count(row: dict) -> Count:
    return Count(**row | {"value": float(row["value"] or "nan")})


def _finding(row: dict) -> Finding:
    numbers = {part: float(row[part]) if row[part] else None for part in _NUMBERS}
    listed = {part: tuple(filter(None, row[part].split(";"))) for part in ("counts", "findings")}
    caveats = (row["caveats"],) if row["caveats"] else ()
    given = {name: text for name, text in row.items() if name != "id"}
    return Finding(**given | numbers | listed | {"caveats": caveats})


def _chapters(page: str) -> dict[str, list[str]]:
    """For each id the titles of the chapters of a page that show it, in their order."""
    found: dict[str, list[str]] = {}
    for chapter in re.split(r'<section id="chapter-', page)[1:]:
        heading = re.search(r"<h2[^>]*>(.*?)</h2>", chapter, re.S)
        title = html.unescape(re.sub(r"<[^>]+>", "", heading[1])) if heading else "untitled"
        for one in dict.fromkeys(re.findall(r'data-id="([^"]+)"', chapter)):
            found.setdefault(one, []).append(title)
    return found


def anchor(key: str) -> str:
    """The id of an entry on the page that explains: short, and the same in every run."""
    return f"n{b32encode(blake2s(key.encode(), digest_size=5).digest()).decode().lower()}"


@cache
def file_of(made_by: str) -> str:
    """The file in which a function stands, below the project.

    >>> file_of("analysis.measures.taser.ladder")
    'analysis/measures/taser.py'
    """
    parts = made_by.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file.relative_to(ROOT).as_posix()
    return "no file of this version of the toolkit"


def _function(made_by: str) -> str:
    """The name of a function in its module, and the file."""
    file = file_of(made_by)
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{made_by.removeprefix(f'{module}.')} in {file}"


# words
def _first(ids: list[str]) -> str:
    more = f", and {len(ids) - NEAR} more" if len(ids) > NEAR else ""
    return ", ".join(ids[:NEAR]) + more


def _line(name: str, text: str) -> Line:
    return Line(name, ((text,),) if text else ())


def _filled(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.items)


def _listed(name: str, items: Iterable[Words], table: str) -> Iterable[Line]:
    """The first of the items, and where all of them are named."""
    items = [*items]
    more = len(items) - LISTED
    rest = [(f"and {more:,} more: {table} names them all",)] if more > 0 else []
    return [Line(name, (*items[:LISTED], *rest))] if items else []


def _beside(row: Count | Finding) -> str:
    """Area and period of a row whose label does not end with them."""
    place = f"{row.area}, {row.period}"
    return "" if row.label.endswith(f"{place})") else place


def _title(row: Count | Finding) -> str:
    place = _beside(row)
    return f"{row.label} ({place})" if place else row.label


def _value(finding: Finding) -> str:
    """The value with its interval, as the page prints both."""
    if finding.lower is None or finding.upper is None or not finding.available:
        return finding.text()
    level = f"{finding.text('confidence')} " if finding.confidence is not None else ""
    return f"{finding.text()} ({level}interval {finding.text('lower')} to {finding.text('upper')})"


def _unit(finding: Finding) -> str:
    return f", {finding.unit}" if finding.unit else ""


def _status(row: Count | Finding) -> str:
    """Nothing of what is stated; else the status, and why."""
    if row.status == STATED:
        return ""
    return f"{row.status}: {row.reason}" if row.reason else row.status


def _place(count: Count, said: str = "") -> str:
    """Table and cell of a printed number; of what was counted, the file and the filter in words.

    What was ``said`` just before is left out.
    """
    if count.cell in ("", said):
        return count.table
    if count.made_by.startswith("analysis.sources."):
        return count.text("where")
    return f"{count.table}, where: {count.cell}"


def _step(row: dict) -> str:
    change = " → ".join(filter(None, (row["printed"], row["becomes"])))
    first = f"first at {row['first']}" if row["first"] else ""
    said = "; ".join(filter(None, (change, row["reason"], first)))
    plural = "" if row["number"] == "1" else "s"
    return f"{row['action']}, {row['number']} {row['unit']}{plural}: {said}"


def _text(entry: Entry) -> Iterable[str]:
    """An entry as lines of text: one for each item, the name of the line before the first."""
    yield f"{entry.named}: {entry.value}" if entry.value else entry.named
    if not Link(entry.id, "").shared:
        yield f"  Id: {entry.id}"
    for line in entry.lines:
        if len(line.items) == 1:
            yield f"  {line.name}: {_plain(line.items[0])}"
        else:
            yield f"  {line.name}:"
            yield from (f"    {_plain(words)}" for words in line.items)


def _plain(words: Words) -> str:
    return "".join(
        word if isinstance(word, str) else word.text + ("" if word.shared else f" [{word.to}]")
        for word in words
    )


# what several share
def _cited(key: str) -> Link:
    """A source as it is cited."""
    source = source_of(key)
    return Link(f"source:{key}", f"{source.publisher}, edition {source.edition}")


def _of_source(key: str) -> Entry:
    source = source_of(key)
    own = source.access == "published" and source.sha256  # of a restricted file no hash is told
    lines = [
        _line("Publisher", source.publisher),
        _line("Edition", source.edition),
        _line("Status", source.status),
        _line("Licence", f"{source.licence}; {source.access}"),
        _line("Address", source.address),
        _line("Publisher's own file", f"{source.file}, sha256 {source.sha256}" if own else ""),
    ]
    return Entry(f"source:{key}", source.title, "", _filled(lines))


def _of_method(name: str) -> Entry:
    known = method_of(name)
    lines = (_line("In words", known.words), _line("Reference", known.reference))
    return Entry(f"method:{name}", f"Method: {name}", "", lines)


# files, as a manifest lists them
def _name(file: dict) -> str:
    return file["file"].rpartition("/")[2]


def _stem(file: dict) -> str:
    return _name(file).rpartition(".")[0]


def _is_published(file: dict) -> bool:
    return file["file"].startswith(_PUBLISHED)


def _of_files(files: list[dict]) -> Words:
    """The files by name, each after a semicolon."""
    words = [("; file ", Link(f"file:{file['file']}", _name(file))) for file in files]
    return tuple(part for pair in words for part in pair)


@cache
def _published_ids(source: str, subject: str, digest: str) -> list[str]:
    """The ids of a published table, sorted; none where it has other bytes now."""
    path = published.table_path(source, subject)
    if not path.is_file() or sha256(path) != digest:
        return []
    return sorted(published.load(source, subject).frame["id"])


@cache
def _published(source: str, subject: str, digest: str, pattern: str) -> list[str]:
    """The counts of a published table that a pattern of ids names."""
    return _matching(_published_ids(source, subject, digest), pattern)


def _matching(ids: list[str], pattern: str) -> list[str]:
    """Those of the sorted ids that a pattern names."""
    start = pattern.partition("*")[0]
    first = bisect_left(ids, start)
    last = bisect_left(ids, f"{start}\U0010ffff")
    return fnmatch.filter(ids[first:last], pattern)
