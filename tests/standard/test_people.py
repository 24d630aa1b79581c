"""Groups by which reports and tactics are broken down, in each edition."""

import pytest

from analysis.standard.people import BREAKDOWNS


@pytest.mark.parametrize(
    "breakdown, groups",
    [
        # definition 15
        ("age", {"Under 11", "11-17", "18-34", "35-49", "50-64", "65 and over", "Not reported"}),
        ("gender", {"Male", "Female", "Other", "Not reported"}),  # Table 3
        ("outcome", {"Made off or escaped", "Arrested", "Hospitalised",
                     "Detained (Mental Health Act)", "Fatality", "Other"}),  # Table 8
    ],
)  # fmt: skip
def test_groups(breakdown, groups):
    (edition,) = BREAKDOWNS[breakdown].editions
    assert set(edition) == groups


def test_ethnic_groups_changed_in_2019_20():
    # definition 14: Chinese went into Asian, and Don't know was dropped
    before, after = map(set, BREAKDOWNS["ethnicity"].editions)
    assert before - after == {"Chinese", "Don't know"} and after < before


def test_multi_select_fields_do_not_add_up():
    # definition 5
    adding = {name for name, breakdown in BREAKDOWNS.items() if breakdown.adds_up}
    assert adding == {"age", "gender", "ethnicity", "health condition"}


@pytest.mark.parametrize(
    "breakdown, printed, group",
    [  # headings as Tables 2, 4, 5, 7, 8, 9 and 14 print them
        ("age", "11 - 17 years", "11-17"),
        ("age", "Under 11 \nyears", "Under 11"),
        ("ethnicity", "Black (or Black British)", "Black"),
        ("ethnicity", "Don't know", "Don't know"),
        ("health condition", "None", "None"),  # definition 20: a category, not a gap
        ("impact factor", "Size/gender/\nbuild", "Size, gender or build"),
        ("outcome", "Made off/escaped", "Made off or escaped"),
        ("location", "Hospital/ A&E (non mental health setting)", "Hospital or A&E"),
    ],
)
def test_printed_headings(breakdown, printed, group):
    assert BREAKDOWNS[breakdown].group(printed) == group


@pytest.mark.parametrize(
    "breakdown, printed",
    [
        ("age", "2017-11-01 00:00:00"),  # definition 19: what a spreadsheet makes of 11-17
        ("age", "18 - 24 years"),
        ("ethnicity", "BAME"),  # definition 17
        ("gender", ""),
        ("gender", "White"),
    ],
)
def test_an_unknown_heading_names_no_group(breakdown, printed):
    assert BREAKDOWNS[breakdown].group(printed) is None


def test_places_inside_a_sub_total():
    # columns of Table 9 to the right of "Public", "Police setting" and "Medical setting"
    inside = BREAKDOWNS["location"].inside
    totals = {total: sum(of == total for of in inside.values()) for total in set(inside.values())}
    assert totals == {"Public": 6, "Police setting": 4, "Medical setting": 3}
    assert not set(inside) & {"Dwelling", "Other"}
