"""One workbook damaged once in each way; tests/long has many more (see tests/mutations.py)."""

import pytest

from tests.mutations import KINDS, MUST, Book, compared, mutate, outcome

FILE = "workbook.ods"
EITHER = ("read the same", "refused")


@pytest.fixture(scope="module")
def book(readings):
    return Book.open(readings["2018/19"].path)


@pytest.fixture(scope="module")
def wanted(readings):
    return compared(readings["2018/19"].all)


def test_a_workbook_that_is_only_taken_apart_is_read_the_same(book, wanted, tmp_path):
    (tmp_path / FILE).write_bytes(book.save())
    assert outcome(tmp_path / FILE, wanted) == "read the same"


def test_a_difference_would_be_seen(book, wanted, tmp_path):
    # the 205 CED uses of Cambridgeshire in Table 13 become 204
    number = next(i for i in book.tables if book.sheet(i).places[0].text.startswith("Table 13."))
    sheet = book.sheet(number)
    row = [place.row for place in sheet.places if place.text == "Cambridgeshire"][-1]
    (figure,) = [place for place in sheet.figures if place.row == row and place.number == 205]
    sheet.set_number(figure, 204)
    (tmp_path / FILE).write_bytes(book.with_sheet(number, sheet).save())
    assert outcome(tmp_path / FILE, wanted) == "READ WITH OTHER COUNTS"


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_workbook_is_read_the_same_or_refused(kind, book, wanted, tmp_path):
    content, words = mutate(book, kind, seed=1)
    assert content != book.save()
    (tmp_path / FILE).write_bytes(content)
    assert outcome(tmp_path / FILE, wanted) in [MUST[kind]] if kind in MUST else EITHER, words
