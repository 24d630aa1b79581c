"""What a chapter shows: sentences, tables and charts in which every figure carries its id.

Each call gives one visible result. A figure is written by one mechanism only, as an element
tagged with the count or finding it shows, so that a page can be held against the tables.

Where a plan of a release is in force (``analysis.disclosure.plan``), everything here is made of the
rows as that plan shows them; a chapter itself, and what it calls, knows nothing of it.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

import pandas as pd
from markupsafe import Markup, escape

from analysis import counts as count_tables
from analysis.audit import Audit
from analysis.charts.drawing import Chart
from analysis.counts import MADE_UP, NOT_AVAILABLE, ROWS, SUPPRESSED, Count, Counts
from analysis.disclosure.plan import Plan, plan_in_force
from analysis.findings import RECORD, Finding, Findings
from analysis.standard.periods import parse_period

HIDDEN_CHART = "No chart: the figures that it would show are hidden ([c])."
Row = Count | Finding
Given = TypeVar("Given")


def _released(given: Given) -> Given:
    """Counts and findings as they may be shown, also within a list; anything else as it is."""
    plan = plan_in_force()
    if plan is None:
        return given
    if isinstance(given, Row):
        return plan.row(given)
    if isinstance(given, Counts | Findings):
        return plan.rows(given)
    if isinstance(given, list | tuple):
        return type(given)(map(_released, given))
    return given


@dataclass(frozen=True)
class Shown:
    """One visible result of a chapter: HTML for the page, and plain text for those who read it."""

    html: Markup

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": str(self.html), "text/plain": self.html.striptags()}


def tagged(row: Row, part: str = "value") -> Markup:
    """A part of a count or finding as the reader sees it, tagged with its id."""
    return Markup('<span data-id="{}" data-part="{}">{}</span>').format(
        row.id, part, row.text(part)
    )


class _Quoted:
    """A row as a sentence may quote it: ``{share}``, ``{share.interval}``, ``{share.base}``."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def __html__(self) -> str:
        return str(tagged(self._row))

    @property
    def interval(self) -> Markup:
        return Markup("{} interval {}").format(tagged(self._row, "confidence"), self.limits)

    @property
    def limits(self) -> Markup:
        return Markup("{} to {}").format(tagged(self._row, "lower"), tagged(self._row, "upper"))

    @property
    def events(self) -> Markup:
        """The numerator: the first count that the finding rests on."""
        return tagged(self._row.counts[0])

    @property
    def base(self) -> Markup:
        """The base: the second count that the finding rests on."""
        return tagged(self._row.counts[1])

    @property
    def label(self) -> str:
        return self._row.label

    @property
    def area(self) -> str:
        return self._row.area

    @property
    def period(self) -> str:
        return self._row.period


class _Sentence(string.Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        return escape(value)


def say(template: str, **quoted: Row | str) -> Shown:
    """A sentence that quotes counts and findings by name, and words such as a group's name.

    ``say("{used} of {used.base} authorisations led to use", used=...)``. Where one of the rows is
    not available the sentence says so, with the reason, instead.
    """
    rows = {name: _released(one) for name, one in quoted.items() if not isinstance(one, str)}
    missing = [row for row in rows.values() if not row.available]
    if missing:
        row = missing[0]
        text = Markup("{} ({}, {}): {}, because {}.").format(
            row.label, row.area, row.period, tagged(row), row.reason
        )
    else:
        quoted |= {name: _Quoted(row) for name, row in rows.items()}
        text = Markup(_Sentence().vformat(template, (), quoted))
    return Shown(Markup("<p>{}</p>").format(text))


def table(rows: Findings, caption: str) -> Shown:
    """Findings one below the other: value, interval, what each rests on; notes below.

    Area, period and method stand once, in the caption or the notes, where all rows share them.
    """
    rows = _released(rows)
    columns = _columns(rows)
    shared = [name for name in ("area", "period") if len({getattr(row, name) for row in rows}) == 1]
    varied = [name for name in ("area", "period") if name not in shared]
    lines = [
        (
            ", ".join([row.label, *(getattr(row, name) for name in varied)]),
            [cell(row) for cell in columns.values()],
        )
        for row in rows
    ]
    first = next(iter(rows), None)
    title = ", ".join([_titled(caption, rows), *(getattr(first, name) for name in shared)])
    methods = {row.method for row in rows if row.available and row.method}
    method = f"Method: {methods.pop()}." if len(methods) == 1 else ""
    return Shown(_table(title, ["", *columns], lines) + _notes(rows, method))


def _columns(rows: Findings) -> dict[str, Callable[[Finding], str]]:
    """The columns of a table of findings: those in which a row has something to show."""
    units = {row.unit for row in rows}
    heading = f"Value ({units.pop()})" if len(units) == 1 and "" not in units else "Value"
    columns: dict[str, Callable[[Finding], str]] = {heading: tagged}
    levels = {row.confidence: row for row in rows if row.confidence is not None}
    if len(levels) == 1:
        heading = Markup("{} interval").format(tagged(*levels.values(), "confidence"))
        columns[heading] = lambda row: _Quoted(row).limits if row.lower is not None else ""
    elif levels:
        columns["Interval"] = lambda row: _Quoted(row).interval if row.lower is not None else ""
    if any(row.basis for row in rows):
        columns["Counts"] = lambda row: _basis(row)
    if len({row.method for row in rows if row.available}) > 1:
        columns["Method"] = lambda row: row.method if row.available else ""
    return columns


def _basis(row: Row) -> Markup:
    """How the counts of a finding make it; patterns of counts stand for too many to name."""
    if not getattr(row, "basis", "") or row.status == NOT_AVAILABLE:
        return Markup("")
    counts = (tagged(count) for count in row.counts if isinstance(count, Count))
    return Markup(row.basis).format(*counts)


def crosstab(rows: Findings | Counts, caption: str, *, down: str, across: str) -> Shown:
    """Counts or findings by two of their dimensions, such as kind down and period across.

    The interval of a finding stands in brackets below its value, and the counts below that.
    """
    # rows that a release hides stand where they stood, also by what is no longer said of them
    keys = [(getattr(row, down), getattr(row, across)) for row in rows]
    rows = _released(rows)
    place = dict(zip(keys, rows, strict=True))
    if len(place) < len(rows):
        raise ValueError(f"{caption}: several rows share {down} and {across}")
    downs, acrosses = (list(dict.fromkeys(key[side] for key in place)) for side in (0, 1))
    if across == "period":
        acrosses.sort(key=parse_period)
    lines = [(d, [_cell(place[d, a]) if (d, a) in place else "" for a in acrosses]) for d in downs]
    own = next(filter(_has_interval, rows), None)
    brackets = "In brackets: limits." if own else ""
    if own and own.confidence is not None:
        brackets = Markup("In brackets: {} intervals.").format(tagged(own, "confidence"))
    title = _titled(caption, rows)
    return Shown(_table(title, ["", *acrosses], lines) + _notes(rows, brackets, methods=True))


def _titled(caption: str, rows: Findings | Counts) -> str:
    """The caption of a table, which says where a row of it is made up."""
    return f"{caption} (made up)" if any(row.edition == MADE_UP for row in rows) else caption


def _has_interval(row: Row) -> bool:
    return getattr(row, "lower", None) is not None


def _cell(row: Row) -> Markup:
    parts = [tagged(row)]
    if _has_interval(row):
        parts.append(Markup('<span class="more">({})</span>').format(_Quoted(row).limits))
    if basis := _basis(row):
        parts.append(Markup('<span class="more">{}</span>').format(basis))
    return Markup(" ").join(parts)


def _table(caption: str, heads: list[str], lines: list[tuple[str, list]]) -> Markup:
    if not lines:
        return Markup("<p>{}: none.</p>").format(caption)
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(text) if text else Markup("<td></td>")
        for text in heads
    )
    body = Markup("\n").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            label, Markup("").join(Markup("<td>{}</td>").format(cell) for cell in cells)
        )
        for label, cells in lines
    )
    # a table that may be wider than a phone can be scrolled with the keyboard too
    reach = Markup(' tabindex="0" role="group" aria-label="{}"').format(caption)
    return Markup(
        '<div class="wide"{}><table><caption><span>{}</span></caption>\n'
        "<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>"
    ).format(reach if len(heads) > 3 else "", caption, head, body)


def _notes(rows: Findings | Counts, first: str = "", *, methods: bool = False) -> Markup:
    """Caveats of the rows and why some have no value, each once; ``first`` is one more note.

    A note that concerns some rows names them, or those that it does not concern where they are
    fewer; notes on the same rows stand together. ``methods`` adds those of the intervals.
    """
    labels: dict[str, dict[str, None]] = {}
    for row in rows:
        own = getattr(row, "caveats", ()) if row.available else [f"{row.status}: {row.reason}"]
        method = [f"interval: {row.method}"] if methods and _has_interval(row) else []
        for note in (*own, *method):
            labels.setdefault(note, {})[row.label] = None
    everyone = dict.fromkeys(row.label for row in rows)
    valued = dict.fromkeys(row.label for row in rows if row.available)
    together: dict[str, list[str]] = {}
    for note, concerned in sorted(labels.items(), key=lambda item: -len(item[1])):
        together.setdefault(_whom(concerned, valued, everyone), []).append(note)
    notes = [first] if first else []
    notes += [f"{note[0].upper()}{note[1:]}." for note in together.pop("", ())]
    notes += [f"{whom}: {'. '.join(_sentences(said))}." for whom, said in together.items()]
    if not notes:
        return Markup("")
    items = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
    return Markup('<ul class="notes">{}</ul>').format(items)


def _sentences(notes: list[str]) -> list[str]:
    """The first goes on after a colon, the others begin anew."""
    return [notes[0], *(f"{note[0].upper()}{note[1:]}" for note in notes[1:])]


def _whom(concerned: dict[str, None], valued: dict[str, None], everyone: dict[str, None]) -> str:
    """Which rows a note concerns, in words; nothing where it concerns all, or all with a value."""
    if concerned.keys() in (valued.keys(), everyone.keys()):
        return ""
    within = valued if concerned.keys() <= valued.keys() else everyone
    others = [label for label in within if label not in concerned]
    if 2 * len(others) < len(concerned):
        return (
            f"All with a value but {'; '.join(others)}"
            if within is valued
            else (f"All but {'; '.join(others)}")
        )
    return "; ".join(concerned)


def figure(draw: Callable[..., Chart | None], *given: object, absent: str = "") -> Shown:
    """The chart that ``draw`` makes of what is given, with its title, alternative text and data.

    ``absent`` says why there is none.
    """
    given = _released(given)
    chart = draw(*given)
    if chart is None:
        why = HIDDEN_CHART if any(map(_hidden, given)) else absent
        return Shown(Markup("<p>{}</p>").format(why))
    places = list(dict.fromkeys((row.area, row.period) for row in chart.rows))
    data: dict[str, dict[tuple[str, str], Markup]] = {}
    for row in chart.rows:
        place = (row.area, row.period)
        data.setdefault(row.label, {})[place] = tagged(row)
        if _has_interval(row):
            data.setdefault(f"{row.label}: lower limit", {})[place] = tagged(row, "lower")
            data.setdefault(f"{row.label}: upper limit", {})[place] = tagged(row, "upper")
    lines = [
        (", ".join(place), [cells.get(place, "") for cells in data.values()]) for place in places
    ]
    rows = _table(f"Data of the chart: {chart.title}", ["", *data], lines)
    if len(places) < len(data):  # few places and much about each: one line for each figure
        lines = [
            (label, [cells.get(place, "") for place in places]) for label, cells in data.items()
        ]
        heads = ["", *(", ".join(place) for place in places)]
        rows = _table(f"Data of the chart: {chart.title}", heads, lines)
    return Shown(
        Markup(
            '<figure data-chart="{}"><figcaption>{}</figcaption>{}'
            "<details><summary>Data of the chart</summary>{}</details></figure>"
        ).format(chart.name, chart.title, Markup(chart.svg), rows)
    )


def _hidden(given: object) -> bool:
    """Whether a table has a row that a release hides."""
    return isinstance(given, Counts | Findings) and any(row.status == SUPPRESSED for row in given)


def record(audit: Audit, *tables: Findings | Counts) -> Record:
    """Everything the chapter found and counted, handed to the report with the notebook."""
    findings: dict[str, Finding] = {}
    counts: dict[str, Count] = {}
    for given in tables:
        for row in given:  # a finding that a release hides does not say which counts it rests on
            rests_on = (row,) if isinstance(row, Count) else row.counts
            counts |= {one.id: _released(one) for one in rests_on if isinstance(one, Count)}
        if isinstance(given, Findings):
            findings |= {row.id: row for row in _released(given)}
    return Record(audit, Findings(tuple(findings.values())), list(counts.values()))


@dataclass(frozen=True)
class Record:
    """The rows of a chapter as its notebook carries them."""

    audit: Audit
    findings: Findings
    counts: list[Count]

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        counted = [count for count in self.counts if count.rows]
        tables = {
            "findings": self.findings.frame,
            "counts": pd.DataFrame(
                [asdict(count) for count in self.counts], columns=count_tables.COLUMNS
            ),
            "rows": pd.DataFrame([(one.id, one.rows) for one in counted], columns=["id", ROWS]),
            "ledger": self.audit.ledger.frame,
            "inputs": pd.DataFrame([asdict(one) for one in self.audit.inputs.values()]),
        }
        if plan := plan_in_force():
            tables["ledger"] = plan.ledger(tables["ledger"])
            tables["inputs"] = _without_hashes(tables["inputs"], plan)
        return {
            RECORD: {name: _for_json(frame) for name, frame in tables.items()},
            "text/plain": "the findings, counts and ledger of this chapter",
        }


def _without_hashes(inputs: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The list of what was read, without the hashes of what is restricted.

    From the hash of a small table, and all that is shown of it, its hidden cells could be guessed.
    """
    restricted = inputs["source"].isin(plan.restricted)
    return inputs.assign(sha256=inputs["sha256"].mask(restricted, SUPPRESSED))


def _for_json(frame: pd.DataFrame) -> dict[str, list]:
    """Columns and rows for JSON, which has no word for a missing number but null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return {"columns": list(plain.columns), "rows": plain.to_numpy().tolist()}
