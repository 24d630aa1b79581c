"""The pages of the default reports, parsed: every numeral is traced, and anyone can read it."""

import json
import re
from contextlib import contextmanager

import pytest

from tests.report import page_checks


@pytest.fixture(scope="module", params=["default_report", "made_up_report"])
def report(request):
    """The folder of either report: on official figures, and on made-up records."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def html(report):
    return (report / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(report):
    """The page as parsed; a test that plants something takes it out again."""
    return page_checks.parsed(report).page


@pytest.fixture(scope="module")
def rows(report):
    return page_checks.rows_of(report)


@pytest.fixture(scope="module")
def official(default_report):
    """The page on official figures alone."""
    return page_checks.parsed(default_report).page


def test_no_chapter_failed(report):
    manifest = json.loads((report / "manifest.json").read_text("utf-8"))
    assert manifest["failed_chapters"] == {}


def test_every_numeral_is_tagged_or_reviewed(report):
    assert page_checks.untagged(page_checks.parsed(report))[0] == []


def test_every_reviewed_pattern_is_needed(default_report, made_up_report):
    used = set()
    for folder in (default_report, made_up_report):
        used |= page_checks.untagged(page_checks.parsed(folder))[1]
    assert {rule["pattern"] for rule in page_checks.reviewed()} - used == set()


def test_every_tagged_text_is_the_value_of_its_id(page, rows):
    assert len(page.select("[data-id]")) > 500
    assert page_checks.tagged_wrongly(page, rows) == []


def test_labels_of_data_in_charts_are_tagged(official):
    labels = official.select("svg [data-id]")
    shown = {label.get_text().strip() for label in labels}
    # the ladder's shares, and the uses of 2015, 2016, 2018/19 and 2019/20 (issue; Table 13)
    assert {"0.560%", "17.8%", "2.9%", "72", "93", "205", "208"} <= shown


@contextmanager
def planted(element, **changes):
    """An element with another text (``string``) or other attributes, for as long as it is held."""
    text = changes.pop("string", str(element.string))
    before, text_before = {name: element[name] for name in changes}, element.string
    try:
        element.attrs |= changes
        if text_before is not None:
            element.string.replace_with(text)
        yield
    finally:
        element.attrs |= before
        if text_before is not None:
            element.string.replace_with(text_before)


def texts(page, place):
    """Elements of one text that is no tick of an axis and tagged nowhere."""
    return [
        one
        for one in page.select(place)
        if one.string and not page_checks.is_exempt(one.find(string=True))
    ]


PLACES = ("#main p", "th[scope=row]", "caption span", "svg text", "summary", "footer p", "li a")
LIKE_YEARS = ("2,019", "20", "2014.5", "5%", "13", "2031", "17", "2019")


@pytest.mark.parametrize(
    "place, number",
    [
        *((place, "4711") for place in PLACES),
        *(("#main p", number) for number in LIKE_YEARS),
    ],
)
def test_a_planted_number_is_found(report, place, number):
    parsed = page_checks.parsed(report)
    element = texts(parsed.page, place)[-1]
    with planted(element, string=f"{element.string} {number}"):
        assert [text.split()[-1] for text in page_checks.untagged(parsed)[0]] == [number]


@pytest.mark.parametrize(
    "place",
    [
        *(f"span[data-part={part}]" for part in ("value", "lower", "upper", "confidence")),
        "svg [data-part=value] text",
    ],
)
def test_an_altered_tagged_number_is_found(page, rows, place):
    (*_, element) = [one for one in page.select(place) if re.search(r"\d", one.string)]
    digit = re.search(r"\d", element.string)[0]
    other = element.string.replace(digit, str((int(digit) + 1) % 10), 1)
    before = page_checks.tagged_wrongly(page, rows)
    with planted(element, string=other):
        assert len(page_checks.tagged_wrongly(page, rows)) == len(before) + 1


def test_an_id_that_is_in_no_table_is_found(page, rows):
    before = page_checks.tagged_wrongly(page, rows)
    with planted(page.select_one("span[data-id]"), **{"data-id": "nobody/knows"}):
        after = page_checks.tagged_wrongly(page, rows)
    assert [line for line in after if line not in before] == ["nobody/knows is in neither table"]


def test_alternative_texts_name_only_figures_of_their_chart(page, rows):
    assert len(page.select("figure[data-chart] svg")) >= 7
    assert page_checks.alternatives_wrong(page, rows) == []


def test_a_figure_that_is_not_in_its_chart_is_found(official, default_report):
    rows = page_checks.rows_of(default_report)
    svg = official.select_one("figure[data-chart=taser-ladder] svg")
    with planted(svg, **{"aria-label": svg["aria-label"].replace("17.8%", "17.9%")}):
        wrong = page_checks.alternatives_wrong(official, rows)
    assert [line.split()[0] for line in wrong] == ["17.9%"]


RATIO = re.compile(r"^(?:ratio|model)/")  # one group against another


def test_every_ratio_between_groups_says_that_age_is_not_in_it(official):
    tagged = official.find_all(attrs={"data-id": RATIO, "data-part": "value"})
    assert len(tagged) > 100
    for element in tagged:
        around = element.find_parent(["figure", "p"])
        if around is None:  # in a table: its notes follow it
            around = element.find_parent(class_="wide").find_next_sibling()
        if "diagnostics" in element["data-id"]:
            continue  # numbers of forces and uses
        assert "standardised for age" in around.get_text(), element


def test_words_are_those_of_government_style(page):
    # definition 17; issue: "an association never becomes a cause"
    text = page.get_text(" ").casefold()
    refused = (
        "bame", " bme", "more likely", "less likely", "ethnic minorit", "non-white", "because of",
        "due to", "leads to", "results in", "explains", "biased",
    )  # fmt: skip
    for word in refused:
        assert word not in text, word


# the page by itself
def test_nothing_is_asked_of_anyone(page, html):
    for element in page.find_all(True):
        for name in ("src", "href", "xlink:href", "action", "srcset", "poster", "data", "style"):
            value = str(element.get(name, ""))
            assert not re.search(r"https?:|^//|\burl\((?!#)|@import", value), element
    assert page.find(["script", "link", "iframe", "object", "embed", "base", "form"]) is None
    assert not re.search(r"url\(|@import|https?:", page.style.string)
    policy = page.select_one('meta[http-equiv="Content-Security-Policy"]')["content"]
    assert policy.startswith("default-src 'none'")


def test_language_title_and_one_heading(page):
    assert page.html["lang"] == "en-GB"
    title = page.title.string.removeprefix("Made up: ")
    assert re.fullmatch(r"Police use of force: Cambridgeshire, (2019/20|2017-Q2)", title)
    assert [one.get_text() for one in page.find_all("h1")] == [title]
    assert page.select_one("meta[name=viewport]")


def test_headings_never_skip_a_level(page):
    levels = [int(one.name[1]) for one in page.find_all(re.compile(r"^h[1-6]$"))]
    assert levels[0] == 1 and max(levels) >= 3
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_tables_have_captions_and_scopes(page):
    tables = page.find_all("table")
    assert len(tables) > 15
    for table in tables:
        assert table.caption.get_text(strip=True)
        assert table.thead.select("th[scope=col]")
        assert all(line.select("th[scope=row]") for line in table.tbody.find_all("tr"))
        widths = {len(line.find_all(["th", "td"])) for line in table.find_all("tr")}
        assert len(widths) == 1


def test_charts_have_names_and_data(page):
    for figure in page.select("figure"):
        assert figure.svg["role"] == "img" and len(figure.svg["aria-label"]) > 30
        assert figure.figcaption.get_text(strip=True)
        assert figure.details.table.select("[data-id]")


def test_ids_are_unique_and_links_lead_somewhere(page):
    ids = [element["id"] for element in page.select("[id]")]
    assert sorted(set(ids)) == sorted(ids)
    links = [link["href"] for link in page.find_all("a")]
    links += [use["xlink:href"] for use in page.find_all("use")]
    links += re.findall(r"url\((#[^)]+)\)", str(page.body))
    own = {link for link in links if not link.startswith("trace.html")}  # see test_trace_page
    assert {link[1:] for link in own} <= set(ids) and all(link[0] == "#" for link in own)
    for element in page.select("[aria-labelledby]"):
        assert element["aria-labelledby"] in ids


def test_the_first_link_skips_to_the_answers(page):
    first = page.body.find("a")
    assert first["class"] == ["skip"] and page.find(id=first["href"][1:]).name == "main"
    assert page.main.find("h2").get_text() == "Answers first"
    assert len(page.select("section.answers [data-id]")) >= 10


def test_contents_lead_to_every_chapter_and_section(page):
    listed = [link["href"][1:] for link in page.nav.find_all("a")]
    sections = [one["id"] for one in page.select("section.chapter, section#sources")]
    headings = [one["id"] for one in page.select("section.chapter h3[id]")]
    assert sorted(listed) == sorted(sections + headings)


def test_code_is_folded_away(page):
    assert page.select("details.code pre")
    assert not page.select("details.code[open]")
    assert all(pre.find_parent("details", class_="code") for pre in page.find_all("pre"))


def test_sources_are_named_with_licence_and_hashes(page, report):
    inputs = json.loads((report / "manifest.json").read_text("utf-8"))["inputs"]
    text = page.find(id="sources").get_text()
    assert "Open Government Licence v3.0" in text
    home_office = any(one["source"].startswith("home-office") for one in inputs)
    assert ("© Crown copyright" in text) == home_office
    assert all(one["file"] in text and one["sha256"] in text for one in inputs)


def test_every_result_with_an_interval_shows_both_ends(page):
    for upper in page.select("section.chapter > p [data-part=upper]"):
        same = upper.find_parent("p").select(f'[data-id="{upper["data-id"]}"]')
        parts = [one["data-part"] for one in same]
        assert {"value", "confidence", "lower", "upper"} <= set(parts)
