"""The page on which each number of a report is explained, beside the report: ``trace.html``.

It says what ``uof-audit explain`` says, in the order in which the report shows its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from analysis.chapter import plan_in_force
from analysis.parameters import Parameters
from analysis.report.page import HERE, Block, Chapter, template
from analysis.report.trace import Entry, Link, Trace, Words, anchor
from analysis.sources.registry import is_made_up

_SHARED = {  # the beginning of their keys, and the heading under which they stand
    "source": "Sources",
    "file": "Files",
    "method": "Methods",
    "ledger": "On the way: what was read, used, set aside or changed",
}


@dataclass(frozen=True)
class Part:
    """A block of the report: what it shows for the first time, and what stands further up."""

    place: str
    name: str
    entries: tuple[Entry, ...]
    above: tuple[Link, ...]


def render_trace(parameters: Parameters, chapters: list[Chapter], trace: Trace) -> str:
    """The page as HTML: an entry for each count and finding shown, and for all they point to."""
    told: dict[str, Entry] = {}
    parts = [
        (chapter, [_part(block, trace, told) for block in chapter.blocks if block.place])
        for chapter in chapters
    ]
    behind = _behind(trace, told)
    page = template(HERE / "trace.html.j2").render(
        parameters=parameters,
        chapters=parts,
        behind=behind,
        shared=_shared(trace, [*told.values()]),
        made_up=any(is_made_up(file["source"]) for file in trace.inputs),
        release=plan_in_force(),
        anchor=anchor,
        words=_marked_up,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
    )
    return page.replace("\r\n", "\n")


def _part(block: Block, trace: Trace, told: dict[str, Entry]) -> Part:
    """Each entry once: where its number is shown first."""
    known = [one for one in block.ids if one in trace.findings or one in trace.counts]
    entries = {one: trace.entry(one) for one in known if one not in told}
    above = [Link(one, told[one].title) for one in known if one in told]
    told |= entries
    return Part(block.place, block.name, tuple(entries.values()), tuple(above))


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
