"""The regression as findings: against statsmodels on the raw reports, by hand, and where it cannot
say anything.
"""

from dataclasses import replace
from math import exp, log

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.findings import TOO_FEW
from analysis.measures.records.regression import Specification, Study
from analysis.measures.records.regression_overview import (
    ODDS,
    Q_VALUE,
    difference,
    of,
    overview,
    reading,
)
from analysis.models.firth import fit_firth, profile_limits
from analysis.standard.form import OUTCOMES
from tests.measures.records.regression_by_hand import planted, study_of
from tests.records_by_hand import records_of

DEMOGRAPHICS = Specification("demographics")


def _raw(records, columns: list[str]) -> pd.DataFrame:
    """Dummies from the fields as the form has them, and the incidents."""
    reports = records.reports[columns].astype(str)
    dummies = pd.get_dummies(reports, dtype=float)
    return sm.add_constant(dummies.drop(columns=["ethnicity_White", "age_18-34", "gender_Male"]))


@pytest.fixture(scope="module")
def on_raw_reports():
    """statsmodels on one row for each report, errors clustered by the incident of the field."""
    records = planted()
    used = records.reports.index.isin(records.ced["row"]).astype(float)
    design = _raw(records, ["ethnicity", "age", "gender"])
    # as the rule has it for these records: one incident is one subject and one hour in a district
    keys = ["date", "district", "ethnicity", "age", "gender", "location: Dwelling"]
    hour = records.reports["time"].str[:2]
    groups = records.reports[keys].astype(str).assign(hour=hour).agg("|".join, axis=1)
    fitted = sm.Logit(used, design)
    return fitted.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(groups)[0]}, disp=False)


@pytest.mark.parametrize("group", ["Black", "Asian"])
def test_the_fit_is_that_of_statsmodels_on_single_reports(on_raw_reports, group):
    study = study_of(planted())
    made = study.estimate("Taser used", group, DEMOGRAPHICS)
    column = f"ethnicity_{group}"
    assert log(made.value) == pytest.approx(on_raw_reports.params[column], abs=1e-8)
    lower, upper = on_raw_reports.conf_int().loc[column]
    assert (log(made.lower), log(made.upper)) == pytest.approx((lower, upper), abs=1e-8)
    assert made.p == pytest.approx(on_raw_reports.pvalues[column], rel=1e-6)


def test_the_numbers_are_those_of_the_groups():
    records = planted()
    used = records.reports.index.isin(records.ced["row"])
    expected = []
    for group in ("Black", "White"):
        own = (records.reports["ethnicity"] == group).to_numpy()
        expected += [(own & used).sum(), own.sum()]
    assert study_of(records).estimate("Taser used", "Black").numbers == tuple(expected)


def test_a_planted_effect_is_within_its_limits():
    made = study_of(planted(3000, 20170630)).estimate("Taser used", "Black", DEMOGRAPHICS)
    # 0.8 given what an incident shares; over incidents that is 0.71 (Zeger, Liang and Albert 1988,
    # doi 10.2307/2531734: divided by the root of 1 + 0.346 times the variance)
    assert made.lower < exp(0.8 / np.sqrt(1 + 0.346 * 0.64)) < made.upper
    assert made.lower > 1.3


def test_the_average_difference_is_that_of_predicting_each_report_twice(on_raw_reports):
    study = study_of(planted())
    found = difference(study, study.estimate("Taser used", "Black", DEMOGRAPHICS))
    design = pd.DataFrame(on_raw_reports.model.exog, columns=on_raw_reports.model.exog_names)
    groups = [name for name in design if name.startswith("ethnicity_")]
    chance = []
    for black in (1.0, 0.0):
        given = design.assign(**dict.fromkeys(groups, 0.0)).assign(ethnicity_Black=black)
        chance.append(on_raw_reports.predict(given).mean())
    assert found.value == pytest.approx(100 * (chance[0] - chance[1]), abs=1e-6)
    assert found.lower < found.value < found.upper


# the main set
def test_covariates_are_as_many_as_the_events_allow():
    many, few = study_of(planted()), study_of(planted(140))
    assert many.main("Taser used").covariates == "and circumstances"
    assert few.main("Taser discharged").covariates == "demographics"


def test_too_few_events_for_the_covariates_ask_for_the_penalty():
    model = study_of(planted(140)).model("Taser discharged", DEMOGRAPHICS)
    assert model.sample.events_per_coefficient < 5
    assert model.penalty("Black") == "there are fewer than five events per coefficient"


# separation
def _separated():
    """Nobody who is 50 or over has a CED used on them."""
    reports = []
    for place in range(400):
        old, black = place % 5 == 0, place % 4 == 0
        used = not old and (place % 3 == 0 or (black and place % 7 == 0))
        reports.append({"ethnicity": "Black" if black else "White", "time": f"{place % 24:02d}:00",
                        "date": f"2017-04-{1 + place % 28:02d}", "age": "50-64" if old else "18-34",
                        "ced": ["CED drawn"] if used else []})  # fmt: skip
    return records_of(*reports)


def test_where_a_covariate_predicts_perfectly_the_penalised_fit_is_taken_and_said():
    study = study_of(_separated())
    made = study.estimate("Taser used", "Black", DEMOGRAPHICS)
    found = study.finding(made, "some/series", "Some label")
    assert "Firth" in found.method
    assert any("separated by age: 50 and over" in caveat for caveat in found.caveats)
    records = study.records.reports
    design = np.column_stack([np.ones(400), records["ethnicity"] == "Black",
                              records["age"] == "50-64"]).astype(float)  # fmt: skip
    used = records.index.isin(study.records.ced["row"])
    fitted = fit_firth(design, np.ones(400), used)
    sizes = study.incidents["within 30 minutes"].value_counts()
    limits = profile_limits(fitted, 1, 0.95, (sizes**2).sum() / sizes.sum())
    assert log(made.value) == pytest.approx(fitted.coefficients[1], abs=1e-7)
    assert (log(made.lower), log(made.upper)) == pytest.approx(limits, abs=1e-6)


def test_events_from_few_incidents_ask_for_the_penalty():
    """Twenty reports with the outcome on people seen as Black are of five incidents."""
    reports = [
        {"date": f"2017-04-{1 + place % 28:02d}", "time": f"{place % 24:02d}:00",
         "ced": ["CED drawn"] if place % 3 == 0 else []} for place in range(300)
    ]  # fmt: skip
    black = {"ethnicity": "Black", "district": "Cambridge"}
    for place in range(20):
        day = {"date": f"2017-05-{1 + place // 4:02d}"}
        reports += [black | day | {"ced": ["CED drawn"]}]
        reports += [black | {"date": f"2017-06-{place + 1:02d}"}]
    study = study_of(records_of(*reports))
    made = study.estimate("Taser used", "Black", DEMOGRAPHICS)
    assert made.model.sample.incidents_of("Black") == (5, 20)
    assert made.model.penalty("Black").startswith("fewer than ten incidents")
    naive = study.model("Taser used", DEMOGRAPHICS).fit.model_covariance[1, 1] ** 0.5
    assert log(made.upper) - log(made.lower) > 2 * 1.96 * naive


def test_the_average_difference_of_the_penalised_fit_is_from_its_own_probabilities():
    study = study_of(_separated())
    found = difference(study, study.estimate("Taser used", "Black", DEMOGRAPHICS))
    old = (study.records.reports["age"] == "50-64").to_numpy(float)
    black = (study.records.reports["ethnicity"] == "Black").to_numpy(float)
    design = np.column_stack([np.ones(400), black, old])
    used = study.records.reports.index.isin(study.records.ced["row"])
    beta = fit_firth(design, np.ones(400), used).coefficients
    chance = [np.mean(1 / (1 + np.exp(-(beta[0] + beta[1] * one + beta[2] * old))))
              for one in (1, 0)]  # fmt: skip
    assert found.value == pytest.approx(100 * (chance[0] - chance[1]), abs=1e-6)
    assert any("lean a little towards one half" in caveat for caveat in found.caveats)


def test_a_factor_that_repeats_another_leaves_said():
    reports = [
        {"ethnicity": ["White", "Black"][place % 2], "gender": ["Male", "Female"][place % 2],
         "ced": ["CED drawn"] if place % 3 == 0 else []} for place in range(120)
    ]  # fmt: skip
    made = study_of(records_of(*reports)).estimate("Taser used", "Black", DEMOGRAPHICS)
    assert made.available
    assert "left out, repeats others: gender" in made.model.sample.notes


# where nothing can be said
def _some(count: int, **fields) -> list[dict]:
    return [fields] * count


def _refused(*reports, **given):
    study = study_of(records_of(*reports, **given))
    return study.estimate("Taser used", "Black")


def test_nine_events_are_too_few_and_ten_are_not():
    white = [*_some(50, ced=["CED drawn"]), *_some(50)]
    for events, available in ((9, False), (10, True)):
        black = _some(events, ethnicity="Black", ced=["CED drawn"]) + _some(30, ethnicity="Black")
        made = _refused(*white, *black)
        assert made.available == available
        assert made.numbers == (events, events + 30, 50, 100)


def test_nine_without_the_outcome_are_too_few_as_well():
    white = [*_some(50, ced=["CED drawn"]), *_some(50)]
    black = _some(30, ethnicity="Black", ced=["CED drawn"]) + _some(9, ethnicity="Black")
    assert _refused(*white, *black).status == TOO_FEW


def test_too_few_shows_its_numbers_and_no_value():
    study = study_of(records_of(*_some(50, ced=["CED drawn"]), *_some(50),
                                *_some(3, ethnicity="Black", ced=["CED drawn"]),
                                *_some(18, ethnicity="Black")))  # fmt: skip
    found = study.finding(study.estimate("Taser used", "Black"), "some/series", "Some label")
    assert (found.status, found.value, found.lower) == (TOO_FEW, None, None)
    assert [count.value for count in found.counts] == [3, 21, 50, 100]


@pytest.mark.parametrize(
    ("reports", "given", "reason"),
    [
        (_some(40), {}, "no report, or every report, has it"),
        (_some(40, ced=["CED drawn"]), {}, "no report, or every report, has it"),
        (_some(40, tactics=["Tactics not reported"]), {}, "no report can tell"),
        (_some(40), {"absent": ("ethnicity",)}, "no column for ethnicity"),
        (_some(40), {"absent": ("tactic 1",)}, "no column for tactic 1"),
        ([], {}, "no report can tell"),
    ],
)
def test_what_cannot_be_had_is_said_with_its_reason(reports, given, reason):
    made = _refused(*reports, **given)
    assert made.status == "not available"
    assert reason in made.reason


@pytest.mark.parametrize("group", ["Not reported", "White", "Black"])
def test_one_group_only_is_too_few(group):
    reports = [*_some(40, ethnicity=group), *_some(40, ethnicity=group, ced=["CED drawn"])]
    assert _refused(*reports).status == TOO_FEW


@pytest.mark.parametrize("reports", [[], _some(40), [*_some(30, ced=["CED fired"]), *_some(30)]])
def test_the_overview_stands_whatever_is_missing(reports):
    rows = overview(study_of(records_of(*reports)))
    assert len(rows) == 4 * 4 * len(OUTCOMES)
    assert not any(row.available for row in rows if row.kind != "verdict")


# the family
def test_q_values_are_those_of_the_step_up_procedure_by_hand():
    study = study_of(planted())
    rows = overview(study)
    family = {(name, group): study.estimate(name, group) for name in OUTCOMES
              for group in ("Black", "Asian", "Mixed", "Other")}  # fmt: skip
    held = {key: made.p for key, made in family.items() if made.available}
    assert len(held) >= 5
    order = sorted(held, key=held.get)
    for (name, group), p in held.items():
        rank = order.index((name, group))
        by_hand = min(len(held) * held[one] / (place + 1)
                      for place, one in enumerate(order) if place >= rank)  # fmt: skip
        found = of(rows, name, group, "White", Q_VALUE)
        assert found.value == pytest.approx(min(by_hand, 1), rel=1e-9)
        assert found.value >= p
        assert of(rows, name, group, "White", ODDS).id in found.findings


def test_a_study_needs_the_incidents_of_its_rule():
    with pytest.raises(ValueError, match="no incidents are given"):
        Study(planted(), {}, "same minute", "White", 0.95)


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [(1.01, 3, "the odds were higher for Black"), (0.2, 0.99, "the odds were lower for Black"),
     (0.5, 2, "cannot tell: the interval holds one")],
)  # fmt: skip
def test_a_reading_goes_by_the_interval(lower, upper, words):
    study = study_of(planted())
    made = replace(study.estimate("Taser used", "Black"), lower=lower, upper=upper)
    assert reading(study, made).outcome.startswith(words)


def test_a_reading_of_too_few_says_that_it_cannot_tell():
    study = study_of(records_of(*_some(50, ced=["CED drawn"]), *_some(50)))
    found = reading(study, study.estimate("Taser used", "Black"))
    assert found.outcome == "cannot tell: too few reports for a ratio"
    nothing = study.estimate("irritant spray used", "Black")
    assert reading(study, nothing).reason == "no report, or every report, has it"
