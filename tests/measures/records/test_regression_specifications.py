"""The specification curve: every choice once, each as by hand where that is easy."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.findings import Findings
from analysis.made_up.files import RECORDS, make, write
from analysis.made_up.plan import PLANTED
from analysis.measures.records.incidents import group_reports
from analysis.measures.records.regression import Specification, study
from analysis.measures.records.specifications import (
    ALLOCATION,
    ENCOUNTER,
    OF_INCIDENTS,
    beside,
    by_unit,
    curve,
    every,
    holding_one,
    series,
    spread,
)
from analysis.rows import rows_of
from analysis.sources.records.reading import read_records
from tests.measures.records.regression_by_hand import planted, study_of
from tests.records_by_hand import records_of


@pytest.fixture(scope="module", name="study")
def by_hand():
    return study_of(planted())


@pytest.fixture(scope="module")
def rows(study):
    return curve(study, "Taser used", "Black")


def test_every_choice_of_unit_covariates_and_missing_data_stands_once(study, rows):
    chosen = list(every(study))
    assert len(chosen) == len(set(chosen)) == len(rows) == 4 * 3 * 4
    assert len({row.series_id for row in rows}) == 48
    assert all(row.available for row in rows)


def test_the_main_fit_is_among_them(study, rows):
    main = study.main("Taser used")
    found = rows.one(series(study, "Taser used", "Black", main))
    assert found.value == pytest.approx(study.estimate("Taser used", "Black").value)


def test_incidents_are_those_of_statsmodels_on_one_row_each(study, rows):
    """By hand: the incident's first report, any use in it, and no clusters left."""
    records = study.records
    incidents = study.incidents["one place"]
    used = pd.Series(records.reports.index.isin(records.ced["row"]), index=incidents.index)
    first = records.reports[~incidents.duplicated()][["ethnicity", "age", "gender"]].astype(str)
    any_use = [used[incidents == one].any() for one in incidents.drop_duplicates()]
    design = pd.get_dummies(first, dtype=float)
    design = design.drop(columns=["ethnicity_White", "age_18-34", "gender_Male"])
    fitted = sm.Logit(np.array(any_use, float), sm.add_constant(design)).fit(
        cov_type="cluster", cov_kwds={"groups": np.arange(len(any_use))}, disp=False
    )
    chosen = Specification("demographics", "one place")
    found = rows.one(series(study, "Taser used", "Black", chosen))
    assert log(found.value) == pytest.approx(fitted.params["ethnicity_Black"], abs=1e-8)
    lower, upper = fitted.conf_int().loc["ethnicity_Black"]
    assert (log(found.lower), log(found.upper)) == pytest.approx((lower, upper), abs=1e-8)
    assert [count.unit for count in found.counts] == ["incident"] * 4


def test_incidents_stand_for_all_of_their_reports(study, rows):
    """Of each incident the first report says whose it is; all of its reports are its rows."""
    ethnicity = study.records.reports["ethnicity"].astype(str)
    incidents = study.incidents["one place"]
    first = ethnicity[~incidents.duplicated()]
    black = incidents[first.index[first == "Black"]]
    found = rows.one(
        series(study, "Taser used", "Black", Specification("demographics", "one place"))
    )
    base = found.counts[1]
    assert base.value == len(black)
    assert rows_of(base.rows) == [row for row in incidents.index if incidents[row] in set(black)]


def test_a_group_that_takes_in_those_not_known_says_so(study, rows):
    ethnicity = study.records.reports["ethnicity"].astype(str)
    for missing, place, taken in (("to comparison", 1, "Black"), ("to reference", 3, "White")):
        chosen = Specification("demographics", missing=missing)
        base = rows.one(series(study, "Taser used", "Black", chosen)).counts[place]
        assert f"ethnic group {taken} or not known; " in base.cell
        held = ethnicity.index[ethnicity.isin([taken, "Not reported"])]
        assert rows_of(base.rows) == list(held)


def test_taking_the_not_known_as_one_group_moves_its_numbers(study, rows):
    reports = study.records.reports
    unknown = (reports["ethnicity"] == "Not reported").sum()
    sizes = {}
    for missing in ("category", "to reference", "to comparison"):
        chosen = Specification("demographics", missing=missing)
        found = rows.one(series(study, "Taser used", "Black", chosen))
        sizes[missing] = (found.counts[1].value, found.counts[3].value)
    black, white = sizes["category"]
    assert sizes["to reference"] == (black, white + unknown)
    assert sizes["to comparison"] == (black + unknown, white)


def test_the_set_with_the_encounter_says_what_it_takes_away(rows):
    said = {row.series_id for row in rows if ENCOUNTER in row.caveats}
    assert said == {row.series_id for row in rows if "/and-encounter/" in row.series_id}


def test_beside_the_main_fit_stand_its_neighbours(study, rows):
    shown = beside(rows, study, "Taser used", "Black")
    main = study.main("Taser used")
    assert len(shown) == 6
    assert series(study, "Taser used", "Black", main) in {row.series_id for row in shown}
    other = series(study, "Taser used", "Black", replace(main, missing="complete"))
    assert other in {row.series_id for row in shown}


def test_the_spread_is_from_lowest_to_highest(rows):
    low, high = spread(rows)
    assert low.value == min(row.value for row in rows)
    assert high.value == max(row.value for row in rows)


def test_without_an_event_every_specification_says_why():
    rows = curve(study_of(records_of(*[{}] * 30)), "Taser used", "Black")
    assert len(rows) == 48
    assert {row.reason for row in rows} == {"no report, or every report, has it"}
    assert not any(row.available for row in spread(rows))
    counted = holding_one(rows, study_of(records_of(*[{}] * 30)), "Taser used", "Black")
    assert [row.reason for row in counted] == ["no specification has a ratio"] * 2


def test_intervals_that_hold_one_are_counted(study, rows):
    """By hand: of four with a ratio two hold one, one of them with a limit of one."""
    limits = [(0.5, 2), (1.1, 2), (0.2, 0.9), (1, 3)]
    few = [replace(row, lower=low, upper=high)
           for row, (low, high) in zip(rows, limits, strict=False)]  # fmt: skip
    none = [replace(row, status="too few to say", reason="few", value=None, lower=None, upper=None)
            for row in list(rows)[4:]]  # fmt: skip
    held, one = holding_one(Findings((*few, *none)), study, "Taser used", "Black")
    assert (held.value, one.value) == (4, 2)
    assert set(one.findings) == {row.id for row in few}


def test_an_incident_is_taken_as_independent_and_a_report_is_not(rows):
    for row in rows:
        alone = "robust errors, incidents taken as independent" in row.method
        assert alone == row.label.startswith("incidents")
        assert ("clustered by incident" in row.method) != alone


def test_each_unit_stands_alone_with_the_notes_that_not_all_share(study, rows):
    parts = by_unit(rows, study)
    assert list(parts) == ["report", "same minute", "within 30 minutes", "one place"]
    assert [len(part) for part in parts.values()] == [12] * 4
    assert {row.id for part in parts.values() for row in part} == {row.id for row in rows}
    reports = parts["report"]
    assert reports.rows[5].label == "demographics + circumstances, complete only"
    assert [row.label for row in reports] == [row.label for row in parts["one place"]]
    assert len({row.method for row in reports}) == 1
    said = {note for part in parts.values() for row in part for note in row.caveats}
    everywhere = {note for note in said if all(note in row.caveats for row in rows)}
    assert not everywhere
    assert all(OF_INCIDENTS in row.caveats for row in parts["one place"])
    assert not any(ALLOCATION in row.caveats for row in parts["one place"])
    allocated = [row.series_id for row in reports if ALLOCATION in row.caveats]
    assert len(allocated) == 6
    assert all("/to-" in one for one in allocated)


@pytest.fixture(scope="module")
def as_written(tmp_path_factory):
    """Made-up records of the generator, written to disk and read as any force's would be."""
    folder = tmp_path_factory.mktemp("made-up")
    write(folder, make(6000, 20170401))
    records = read_records(folder / RECORDS, "Cambridgeshire", "2017-Q2").records
    return study(records, group_reports, "within 30 minutes", "White", 0.999)


@pytest.mark.parametrize(
    ("outcome", "planted_effect"),
    [("ground restraint", 0.3), ("handcuffed not compliant", 0.3)],
)
def test_effects_planted_in_a_whole_file_come_back(as_written, outcome, planted_effect):
    """The set with the encounter holds every covariate that has a planted effect."""
    made = as_written.estimate(outcome, "Black", Specification("and encounter"))
    assert planted_effect == PLANTED[outcome].effects["ethnicity"]["Black"]
    assert made.lower < exp(planted_effect) < made.upper
    assert made.upper / made.lower < 6


def test_a_note_is_said_at_incidents_where_the_same_choices_have_no_ratio_at_reports(study, rows):
    """Notes of a row without a value are not shown."""
    first, *others = rows
    nothing = replace(first, status="too few to say", reason="few", value=None, lower=None,
                      upper=None)  # fmt: skip
    parts = by_unit(Findings((nothing, *others)), study)
    first, second = parts["one place"].rows[:2]
    told = "covariates: ethnic group, age and gender as perceived"
    assert told in first.caveats
    assert told not in second.caveats
