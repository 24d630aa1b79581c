"""The table of methods: the longest beginning that fits, and references that can be looked up."""

import re

import pytest

from analysis.places import ROOT
from analysis.standard.methods import method_of, methods


@pytest.mark.parametrize(
    "name, found",
    [
        ("Wilson score", "Wilson score"),
        ("Wilson score by incident, worst case", "Wilson score by incident"),
        ("Wilson score, reports independent", "Wilson score"),
        ("counted in the records: age: 18-34", "counted in the records"),
        ("counted", "counted"),
    ],
)
def test_the_longest_beginning_is_found(name, found):
    assert method_of(name).method == found


@pytest.mark.parametrize("name", ["", "countedly", "a method of nobody", "wilson score"])
def test_what_is_not_known_is_not_guessed(name):
    assert method_of(name) is None


def test_every_line_says_where_and_what():
    assert len(methods()) > 50
    for one in methods().values():
        assert one.reference.strip() and one.words.strip() and "\n" not in one.words


def test_identifiers_are_whole():
    texts = [one.reference for one in methods().values()]
    found = [doi for text in texts for doi in re.findall(r"doi (\S+?)[;,]?(?=\s|$)", text)]
    assert len(found) == sum(text.count("doi ") for text in texts)
    assert all(re.fullmatch(r"10\.\d{4,5}/[^\s;,]+", doi) for doi in found)


def test_identifiers_are_those_of_the_functions_that_compute():
    """A doi that stands in no docstring would be one that nobody has read for the code."""
    code = "".join(path.read_text("utf-8") for path in (ROOT / "analysis").rglob("*.py"))
    for one in methods().values():
        for doi in re.findall(r"10\.\d{4,5}/[^\s;,]+", one.reference):
            assert doi in code, (one.method, doi)
