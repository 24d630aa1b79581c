"""The page that explains each number: every link leads somewhere, and it reads like the report."""

import html
import re

import pytest

from analysis.report.trace import read_trace
from tests.report import page_checks

FIGURE = re.compile(
    r'<a class="from" tabindex="-1" href="trace\.html#(\w+)"><span data-id="([^"]+)"'
)
ENTRY = re.compile(r'<dt id="(n\w+)">(.*?)(?: <code>(.*?)</code>)?\n((?:<dd>.*\n)*)')
MOST_BYTES, MOST_FOR_A_NUMBER = 3_000_000, 550  # the second grows with no chapter


@pytest.fixture(scope="module", params=["default_report", "made_up_report"])
def report(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def page(report):
    return (report / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def trace(report):
    return (report / "trace.html").read_text(encoding="utf-8")


def ids_of(text):
    return re.findall(r'<[^>]* id="([^"]+)"', text)


def test_every_figure_of_the_page_leads_to_its_own_entry(page, trace):
    entries = {place: html.unescape(one) for place, _, one, _ in ENTRY.findall(trace)}
    links = FIGURE.findall(page)
    assert len(links) == page.count("<span data-id=") > 4000
    assert {one: entries.get(place) for place, one in links} == {one: one for _, one in links}


def test_every_entry_says_what_its_table_says(report, trace):
    rows = page_checks.rows_of(report)
    wrong = []
    for _, title, one, _ in ENTRY.findall(trace):
        if one:
            value = page_checks.text_of(rows[html.unescape(one)], "value")
            if f": {value}" not in html.unescape(title):
                wrong.append((one, title))
    assert wrong == []


def told_of(trace):
    """Of each entry by its id: the text of its own lines, and of those common to its group."""
    found = {}
    for part in re.split(r'(?=<p id="c\d+")|(?=<dl>)', trace):
        if part.startswith("<p "):
            number, common = part.split('"')[1], part
            continue
        for _, title, one, lines in ENTRY.findall(part):
            group = re.search(r'href="#(c\d+)"', lines)
            if group:
                assert group[1] == number, one
            found[html.unescape(one)] = f"{title}\n{lines}\n{common if group else ''}"
    return {one: html.unescape(re.sub("<[^>]+>", "", text)) for one, text in found.items()}


def test_nothing_is_lost_by_telling_once_what_is_common(report, trace):
    """Each entry, with what stands once before its group, holds what explain says of the number."""
    told, explained = told_of(trace), read_trace(report)
    wrong = []
    for one in [*explained.counts, *explained.findings]:
        if one not in told:
            continue
        entry = explained.entry(one)
        for line in entry.lines:
            for words in line.items:
                linked = [word.text for word in words if not isinstance(word, str)]
                text = "".join(word if isinstance(word, str) else word.text for word in words)
                if line.name == "Counts":  # their cells stand at the counts
                    text = linked[0] if linked else text
                elif line.name == "Part of" and not linked:
                    continue  # a total that the report does not have: counts.csv names it
                elif line.name == "Counted over":
                    text = text.replace(f"where: {entry.title}", "where this is so")
                elif line.name == "Shown in":
                    continue  # the chapter in which it stands
                if text not in told[one]:
                    wrong.append((one, line.name, text))
        if entry.place and entry.place not in told[one]:
            wrong.append((one, entry.place))
    assert len(told) > 3000 and wrong == []


def test_every_link_has_its_end(page, trace):
    own, of_report = ids_of(trace), ids_of(page)
    assert len(own) == len(set(own))
    links = re.findall(r'href="([^"]+)"', trace)
    assert {link[1:] for link in links if link.startswith("#")} <= set(own)
    out = {link for link in links if not link.startswith("#")}
    assert all(link.partition("#")[0] == "report.html" for link in out)
    assert {link.partition("#")[2] for link in out} - {""} <= set(of_report)
    ends = set(re.findall(r'href="trace\.html#([^"]+)"', page))
    assert ends <= set(own)


def test_one_stop_for_the_keyboard_in_each_table_chart_and_sentence(page):
    chapters = page.partition('<section id="chapter-')[2]
    blocks = re.findall(r'<a class="whence" id="([^"]+)" href="trace\.html#([^"]+)"', chapters)
    assert len(blocks) > 80 and all(here == there for here, there in blocks)
    tables = chapters.count('<div class="wide"') + chapters.count("<figure ")
    assert len(blocks) > tables / 2
    stops = re.findall(r"<a (?![^>]*tabindex=\"-1\")", page)
    assert len(stops) < 400


def test_what_a_link_is_about_can_be_heard(page):
    """Each link has a name of its own, which begins with the words that can be seen."""
    links = re.findall(
        r'class="whence"(?: id="[^"]+")? href="trace\.html#([^"]+)" aria-label="([^"]+)">([^<]+)<',
        page,
    )
    assert len(links) == page.count('class="whence"') > 80
    assert all(re.match(f"{seen}: \\S", heard) for _, heard, seen in links)
    heard_of = {place: {heard for there, heard, _ in links if there == place}
                for place, _, _ in links}  # fmt: skip
    assert all(len(heard) == 1 for heard in heard_of.values())
    assert len({heard for _, heard, _ in links}) == len(heard_of)


def test_headings_never_skip_a_level(trace):
    levels = [int(level) for level in re.findall(r"<h([1-6])", trace)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_nothing_is_asked_of_anyone(trace):
    assert "Content-Security-Policy\" content=\"default-src 'none'" in trace
    assert not re.search(r"<(script|link|iframe|object|embed|base|form|img)\b", trace)
    assert not re.search(r'(src|href)="(https?:|//)', trace)


def test_it_can_be_sent(trace):
    size, numbers = len(trace.encode()), trace.count("<dt id=")
    assert numbers and size < min(MOST_BYTES, numbers * MOST_FOR_A_NUMBER)


def test_it_says_made_up_where_the_report_does(report, page, trace):
    for text in ("<title>Made up: ", '<p class="made-up"><strong>Made up.'):
        assert (text in page) == (text in trace) == report.name.startswith("made-up")
