"""The page on which each number of a report is explained, beside the report: ``trace.html``.

It says what ``python toolkit.py explain`` says, in the order in which the report shows its numbers.
What the numbers of a table have in common is told once: with it at each of them, the page was 3.4
MB instead of 1.9.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from analysis.disclosure.plan import plan_in_force
from analysis.parameters import Parameters
from analysis.report.page import HERE, Block, Chapter, template
from analysis.report.trace import Entry, Line, Link, Trace, Words, anchor
from analysis.sources.registry import is_made_up

_SHARED = {  # the beginning of their keys, and the heading under which they stand
    "source": "Sources",
    "file": "Files",
    "method": "Methods",
    "ledger": "On the way: what was read, used, set aside or changed",
}
_MADE = ("From", "Method", "Reservations", "Made by")  # entries of which these are the same


@dataclass(frozen=True)
class Group:
    """Entries of which some lines are the same: ``common``, which are told once, before them."""

    common: tuple[Line, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Part:
    """A block of the report: what it shows for the first time, and what stands further up."""

    place: str
    name: str
    groups: tuple[Group, ...]
    above: tuple[Link, ...]


def render_trace(parameters: Parameters, chapters: list[Chapter], trace: Trace) -> str:
    """The page as HTML: an entry for each count and finding shown, and for all they point to."""
    told: dict[str, Entry] = {}
    parts = [
        (chapter, [_part(block, chapter, trace, told) for block in chapter.blocks if block.place])
        for chapter in chapters
    ]
    behind = _behind(trace, told)
    page = template(HERE / "trace.html.j2").render(
        parameters=parameters,
        chapters=parts,
        behind=[*_grouped(behind)],
        shared=_shared(trace, [*told.values()]),
        made_up=any(is_made_up(file["source"]) for file in trace.inputs),
        release=plan_in_force(),
        anchor=anchor,
        numbers=itertools.count(1).__next__,
        words=_marked_up,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
    )
    return page.replace("\r\n", "\n")


def _part(block: Block, chapter: Chapter, trace: Trace, told: dict[str, Entry]) -> Part:
    """Each entry once: where its number is shown first."""
    known = [one for one in block.ids if one in trace.findings or one in trace.counts]
    entries = {one: trace.entry(one) for one in known if one not in told}
    above = [Link(one, told[one].named) for one in known if one in told]
    told |= entries
    return Part(
        block.place, block.name, tuple(_grouped(entries.values(), chapter.title)), tuple(above)
    )


def _grouped(entries: Iterable[Entry], chapter: str = "") -> Iterator[Group]:
    """Entries that are made in one way from one source together, in the order of their firsts."""
    alike: dict[tuple[Line, ...], list[Entry]] = {}
    for entry in entries:
        told = replace(entry, lines=tuple(_lines(entry, chapter)))
        made = tuple(line for line in told.lines if line.name in _MADE)
        alike.setdefault(made, []).append(told)
    for held in alike.values():
        yield _group(held) if held[1:] else Group((), tuple(held))


def _group(held: list[Entry]) -> Group:
    """Several entries, with what is the same in all of them taken out."""
    common = set(held[0].lines).intersection(*(one.lines for one in held))
    lines = [line for line in held[0].lines if line in common]
    if held[0].place and len({one.place for one in held}) == 1:
        lines.insert(0, Line("Of", ((held[0].place,),)))
        held = [replace(one, place="") for one in held]
    rest = (
        replace(one, lines=tuple(line for line in one.lines if line not in common)) for one in held
    )
    return Group(tuple(lines), tuple(rest))


def _lines(entry: Entry, chapter: str) -> Iterator[Line]:
    """The lines of an entry without what the page says where it stands, or where a link leads.

    Counts have their cells with them there; a condition may be the title already; a total that the
    report does not have is named in counts.csv.
    """
    for line in entry.lines:
        items = line.items
        if line.name == "Counts":
            items = tuple(item[:1] for item in items)
        elif line.name == "Counted over":
            items = ((items[0][0].replace(f"where: {entry.title}", "where this is so"),),)
        elif line.name == "Part of":
            items = tuple(item for item in items if isinstance(item[0], Link))
        elif line.name == "Shown in" and items == ((chapter,),):
            items = ()
        if items:
            yield replace(line, items=items)


def _behind(trace: Trace, told: dict[str, Entry]) -> list[Entry]:
    """Entries that those told point to and no chapter shows, and theirs in turn."""
    found: dict[str, Entry] = {}
    new = [*told.values()]
    while new:
        keys = [link.to for entry in new for link in entry.links if not link.shared]
        new = [trace.entry(one) for one in dict.fromkeys(keys) if one not in told]
        found |= {entry.id: entry for entry in new}
        told |= {entry.id: entry for entry in new}
    return [found[one] for one in sorted(found)]


def _shared(trace: Trace, told: list[Entry]) -> dict[str, list[Entry]]:
    keys = sorted({link.to for entry in told for link in entry.links if link.shared})
    entries = {key: trace.entry(key) for key in keys}
    return {
        heading: [entry for key, entry in entries.items() if key.startswith(f"{kind}:")]
        for kind, heading in _SHARED.items()
    }


def _marked_up(words: Words) -> Markup:
    return Markup("").join(
        Markup('<a href="#{}">{}</a>').format(anchor(word.to), word.text)
        if isinstance(word, Link)
        else word
        for word in words
    )
