"""Labels that editions print differently are the same label (definitions 21 and 23)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.standard.names import plain, slug, without_footnote_mark


@pytest.mark.parametrize(
    "one, other",
    [
        ("Devon & Cornwall ", "Devon and Cornwall"),  # Table 13, with its trailing space
        ("*Total Less lethal weapons", "Total less lethal weapons"),  # Tables 14 to 17
        ("Size/gender/\nbuild", "Size/gender/ build"),  # a line break in the cell of Table 7
        ("Don’t know", "Don't know"),
        ("Under 11 \nyears", "Under 11 years"),  # Table 14 of 2018/19
    ],
)
def test_spellings_of_one_label(one, other):
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    "one, other", [("Norfolk", "Suffolk"), ("11 - 17 years", "18 - 34 years"), ("Drawn", "Aimed")]
)
def test_other_labels_stay_apart(one, other):
    assert plain(one) != plain(other)


@given(st.text())
def test_plain_is_plain_already(text):
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "printed, label",
    [
        ("*Total Less lethal weapons1", "*Total Less lethal weapons"),  # Table 14 of 2018/19
        ("11-17", "11-17"),
        ("Tables 14 to 17", "Tables 14 to 17"),
        ("Census 2011", "Census 2011"),
    ],
)
def test_only_a_footnote_mark_is_taken_off(printed, label):
    assert without_footnote_mark(printed) == label


@given(st.text())
def test_a_slug_may_stand_in_an_id_and_in_a_file_name(text):
    assert re.fullmatch(r"([a-z0-9.]+(-[a-z0-9.]+)*)?", slug(text))
