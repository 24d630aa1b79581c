"""Covariates and samples, by hand."""

import pandas as pd
import pytest

from analysis.errors import Refused
from analysis.measures.records.regression_factors import (
    SETS,
    UNKNOWN,
    Rows,
    factors_of,
    merged,
    sample,
)
from tests.records_by_hand import records_of


def _one(**fields) -> dict:
    return factors_of(records_of(fields)).iloc[0].to_dict()


@pytest.mark.parametrize(
    ("given", "group"),
    [("Chinese", "Asian"), ("Don't know", UNKNOWN), ("Not reported", UNKNOWN), ("Other", "Other")],
)
def test_ethnic_groups_are_those_of_the_editions(given, group):
    assert _one(ethnicity=given)["ethnicity"] == group


@pytest.mark.parametrize(
    ("given", "band"),
    [("Under 11", "under 18"), ("65 and over", "50 and over"), ("18-34", "18-34"),
     ("Not reported", UNKNOWN)],
)  # fmt: skip
def test_ages_are_four_bands(given, band):
    assert _one(age=given)["age"] == band


@pytest.mark.parametrize(
    ("condition", "factor", "found"),
    [("Mental", "No", "Yes"), ("None", "Yes", "Yes"), ("Not reported", "Yes", "Yes"),
     ("Physical", "No", "No"), ("Not reported", "No", "No"),
     ("Not reported", "Not reported", UNKNOWN)],
)  # fmt: skip
def test_mental_health_is_what_either_answer_says(condition, factor, found):
    fields = {"health condition": condition, "impact factor: Mental health": factor}
    assert _one(**fields)["mental health"] == found


@pytest.mark.parametrize(
    ("places", "kind"),
    [(["Street or highway", "Open ground"], "Public"), (["Custody block"], "Police setting"),
     (["Ambulance"], "Medical setting"), (["Dwelling", "Street or highway"], "several kinds"),
     (["Other"], "Other"), ([], UNKNOWN)],
)  # fmt: skip
def test_a_report_has_one_kind_of_place(places, kind):
    assert _one(**{f"location: {place}": "Yes" for place in places})["location"] == kind


def test_sets_are_nested():
    one, two, three = map(set, SETS.values())
    assert one < two < three
    assert "conduct" in three - two


@pytest.mark.parametrize(
    ("sizes", "never", "found"),
    [
        ({"a": 30, "b": 6, "c": 5}, None, {"a": 30, "other or not known": 11}),
        ({"a": 30, "b": 6}, None, {"a": 36}),
        ({"a": 30, UNKNOWN: 12, "b": 6}, None, {"a": 30, UNKNOWN: 18}),
        ({"a": 30, "b": 6}, "z", {"a": 30, "other or not known": 6}),
        ({"a": 30, "b": 6}, "b", {"a": 30, "b": 6}),
        ({"a": 10, "b": 10}, None, {"a": 10, "b": 10}),
    ],
)
def test_small_levels_are_merged_by_the_rule(sizes, never, found):
    column = pd.Series([level for level, size in sizes.items() for _ in range(size)])
    assert merged(column, never)[0].value_counts().to_dict() == found


def _rows(*reports: dict) -> Rows:
    records = records_of(*reports)
    index = records.reports.index
    event = pd.Series([bool(report.get("ced")) for report in reports], index=index)
    incidents = pd.Series([report.get("incident", place) for place, report in enumerate(reports)],
                          index=index)  # fmt: skip
    return Rows(event, factors_of(records), incidents)


def test_an_incident_counts_once_with_the_outcome_of_any_and_the_covariates_of_the_first():
    rows = _rows(
        {"incident": 7, "ethnicity": "Black"},
        {"incident": 7, "ethnicity": "White", "ced": ["CED drawn"]},
        {"incident": 3, "ethnicity": "White"},
        {"incident": 7, "ethnicity": "White"},
    ).by_incident()
    assert rows.event.tolist() == [True, False]
    assert rows.factors["ethnicity"].tolist() == ["Black", "White"]
    assert rows.incidents.tolist() == [7, 3]


MIXED = [
    *[{"ethnicity": "Black", "gender": "Female", "ced": ["CED drawn"]}] * 12,
    *[{"ethnicity": "White"}] * 20,
    *[{"ethnicity": "Not reported", "ced": ["CED drawn"]}] * 11,
    *[{"ethnicity": "White", "gender": "Not reported"}] * 15,
]


@pytest.mark.parametrize(
    ("rule", "black", "white"),
    [("category", (12, 12), (0, 35)), ("complete", (12, 12), (0, 20)),
     ("to reference", (12, 12), (11, 46)), ("to comparison", (23, 23), (0, 35))],
)  # fmt: skip
def test_what_is_not_known_goes_where_the_rule_says(rule, black, white):
    drawn = sample(_rows(*MIXED), "demographics", rule, "White", "Black")
    assert (drawn.of("Black"), drawn.of("White")) == (black, white)


def test_the_reference_comes_first_and_one_level_leaves_said():
    drawn = sample(_rows(*MIXED), "demographics", "category", "White")
    assert drawn.factors["ethnicity"].cat.categories.tolist() == ["White", "Black", UNKNOWN]
    assert drawn.factors["gender"].cat.categories.tolist() == ["Male", "Female", UNKNOWN]
    assert "left out, one level only: age" in drawn.notes


def test_rare_boxes_leave_said():
    reports = [{"impact factor: Drugs": "Yes", "impact factor: Alcohol": "Yes"}] * 5
    reports += [{"impact factor: Alcohol": "Yes"}] * 45 + [{}] * 50
    drawn = sample(_rows(*reports), "and circumstances", "category", "White")
    assert "impact factor: Alcohol" in drawn.factors
    assert "impact factor: Drugs" not in drawn.factors
    assert any("Drugs" in note for note in drawn.notes)


def test_events_per_coefficient_counts_the_rarer_of_events_and_others():
    drawn = sample(_rows(*MIXED), "demographics", "category", "White")
    # 23 of 58 with the outcome; two coefficients of ethnic group and two of gender
    assert drawn.events_per_coefficient == 23 / 4


def test_an_unknown_specification_is_refused():
    with pytest.raises(Refused, match="'everything'"):
        sample(_rows({}), "everything", "category", "White")
