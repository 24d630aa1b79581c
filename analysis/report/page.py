"""The page: one self-contained file; answers first, then contents, chapters, sources."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import jinja2
import mistune
import nbformat
from markupsafe import Markup

from analysis.disclosure.plan import plan_in_force
from analysis.parameters import Parameters
from analysis.report.notebook import Executed
from analysis.report.trace import anchor
from analysis.sources.registry import NOT_REGISTERED, Source, is_made_up, source_of
from analysis.standard.names import slug

HERE = Path(__file__).parent
TRACE = "trace.html"  # the page on which each number is explained, beside this one
WHENCE = "Where these figures come from"
_FIGURE = re.compile(r'<span data-id="([^"]+)" data-part="[^"]+">[^<]*</span>')
_NAMED = re.compile(r"<(caption|figcaption)>(.*?)</\1>", re.S)
_SAID = 90  # characters of a sentence that name it


class _Prose(mistune.HTMLRenderer):
    """Markdown of a chapter: headings one level down, with ids that are unique on the page."""

    def __init__(self, chapter: str) -> None:
        super().__init__(escape=True)
        self.chapter = chapter

    def heading(self, text: str, level: int, **_: object) -> str:
        return f'<h{level + 1} id="{heading_id(self.chapter, text)}">{text}</h{level + 1}>\n'


def heading_id(chapter: str, text: str) -> str:
    return f"{chapter}-{slug(re.sub('<[^>]+>', '', text))}"


@dataclass(frozen=True)
class Block:
    """One thing on the page: prose, the folded code of a cell, or what it shows.

    ``place`` is the id of a block that shows figures, here and on the page that explains them.
    """

    kind: str  # prose, code, shown
    html: Markup
    number: int = 0  # of the last code cell folded into it, as in the executed notebook
    place: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The counts and findings that it shows, each once, in order."""
        return tuple(dict.fromkeys(map(html.unescape, _FIGURE.findall(self.html))))

    @property
    def name(self) -> str:
        """The title of a table or chart; the beginning of a sentence."""
        found = _NAMED.search(self.html)
        text = Markup(found[2] if found else self.html).striptags()
        return text if found or len(text) <= _SAID else f"{text[:_SAID].rpartition(' ')[0]} …"

    def linked(self, *, marked: bool) -> Markup:
        """What it shows with each figure a link to what is known of it.

        Thousands of stops would make the page useless by keyboard, so figures are none; one link
        at the end of the block is, and leads to all of them. It is ``marked`` as the place of the
        block where it stands in its chapter, and not where it is repeated among the answers.
        """
        text = _FIGURE.sub(_figure_link, self.html)
        mark = Markup(' id="{}"').format(self.place) if marked else ""
        link = Markup('<a class="whence"{} href="{}#{}" aria-label="{}: {}">{}</a>').format(
            mark, TRACE, self.place, WHENCE, self.name, WHENCE
        )
        for end in ("</figure>", "</p>"):
            if text.endswith(end) and text.startswith(f"<{end[2:-1]}"):
                return Markup(f"{text.removesuffix(end)} {link}{end}")
        return Markup(f"{text}<p>{link}</p>")


def _figure_link(figure: re.Match) -> str:
    place = anchor(html.unescape(figure[1]))
    return f'<a class="from" tabindex="-1" href="{TRACE}#{place}">{figure[0]}</a>'


@dataclass(frozen=True)
class Chapter:
    """A chapter as the page shows it."""

    name: str
    title: str
    headings: tuple[tuple[str, str], ...]  # (id, text)
    blocks: tuple[Block, ...]
    answers: tuple[Block, ...]
    failure: str


def chapter_of(executed: Executed) -> Chapter:
    """The prose, code and visible results of an executed notebook, in order."""
    markdown = mistune.create_markdown(renderer=_Prose(executed.name))
    blocks, answers, headings, title = [], [], [], executed.name
    places = (f"{executed.name}-figures-{number}" for number in count(1))
    injected = any("injected-parameters" in _tags(cell) for cell in executed.notebook.cells)
    for cell in executed.notebook.cells:
        if cell.cell_type == "markdown":
            for marks, text in re.findall(r"^(#+) (.+)$", cell.source, re.M):
                if marks == "#":
                    title = text
                else:
                    headings.append((heading_id(executed.name, text), text))
            blocks.append(Block("prose", Markup(markdown(cell.source))))
            continue
        if injected and "parameters" in _tags(cell):
            continue  # the defaults, which the injected cell replaces
        code = Markup("<pre><code>{}</code></pre>").format(cell.source)
        if blocks and blocks[-1].kind == "code":  # cells that show nothing fold into one
            code = blocks.pop().html + code
        blocks.append(Block("code", code, cell.execution_count or 0))
        for output in cell.outputs:
            if shown := output.get("data", {}).get("text/html"):
                place = next(places) if _FIGURE.search(shown) else ""
                blocks.append(Block("shown", Markup(shown), place=place))
                if "answer" in _tags(cell):
                    answers.append(blocks[-1])
    return Chapter(
        executed.name, title, tuple(headings), tuple(blocks), tuple(answers), executed.failure
    )


def _tags(cell: nbformat.NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def charts_of(executed: Executed) -> dict[str, tuple[str, list[str]]]:
    """The charts of a chapter by name: SVG, and the ids of the rows in its data table."""
    found = {}
    for cell in executed.notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            match = re.match(r'<figure data-chart="([^"]+)">', html)
            if match:
                svg = html[html.index("<svg") : html.index("</svg>") + len("</svg>")]
                data = html[html.index("<details>") :]
                found[match[1]] = svg, list(dict.fromkeys(re.findall(r'data-id="([^"]+)"', data)))
    return found


@dataclass(frozen=True)
class Cited:
    """A source that was read, with its files; ``used`` if a count or finding rests on it."""

    source: Source
    files: tuple[tuple[str, str, str], ...]  # name, sha256, registered or not
    used: bool


def cited(inputs: list[dict], rests_on: set[str]) -> list[Cited]:
    """The sources that were read, in the order of their keys.

    ``rests_on`` holds the ids of counts, and patterns, which begin with the key of their source.
    """
    used = {one.split("/", 1)[0] for one in rests_on}
    return [
        Cited(
            source_of(key),
            tuple(
                (one["file"], one["sha256"], "registered" if one["registered"] else NOT_REGISTERED)
                for one in inputs
                if one["source"] == key
            ),
            key in used,
        )
        for key in sorted({one["source"] for one in inputs})
    ]


def template(path: Path) -> jinja2.Template:
    """The template in a file, which escapes what it is given and refuses a name it is not."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(path.parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(path.name)


def render(parameters: Parameters, chapters: list[Chapter], sources: list[Cited]) -> str:
    """The page as HTML, without a request to anywhere."""
    page = template(HERE / "page.html.j2").render(
        parameters=parameters,
        chapters=chapters,
        sources=sources,
        made_up=any(is_made_up(one.source.key) for one in sources),
        release=plan_in_force(),
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
    )
    return page.replace("\r\n", "\n")
