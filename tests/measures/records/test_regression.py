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
from analysis.measures.intervals import INDEPENDENT
from analysis.measures.records import regression
from analysis.measures.records.clustered import share
from analysis.measures.records.regression import ASIAN, Specification, Study
from analysis.measures.records.regression_overview import (
    DISAGREE,
    ODDS,
    POINTS,
    Q_VALUE,
    READING,
    difference,
    of,
    overview,
    reading,
    shares,
    with_a_ratio,
    without_a_ratio,
)
from analysis.models.firth import fit_firth, profile_limits
from analysis.models.logit import fit_logit
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
def _separated(other_group: bool = False):
    """Nobody who is 50 or over, or of the other group, has a CED used on them."""
    reports = []
    for place in range(400):
        old, black, other = place % 5 == 0, place % 4 == 0, other_group and place % 11 == 1
        used = not (old or other) and (place % 3 == 0 or (black and place % 7 == 0))
        group = "Other" if other else "Black" if black else "White"
        reports.append({"ethnicity": group, "time": f"{place % 24:02d}:00",
                        "date": f"2017-04-{1 + place % 28:02d}", "age": "50-64" if old else "18-34",
                        "gender": "Female" if place % 9 < 3 else "Male",
                        "ced": ["CED drawn"] if used else []})  # fmt: skip
    return records_of(*reports)


def _without(study, kept):
    """statsmodels on the reports ``kept``, with Black and Female as its columns."""
    records = study.records.reports[kept]
    design = np.column_stack([np.ones(len(records)), records["ethnicity"] == "Black",
                              records["gender"] == "Female"]).astype(float)  # fmt: skip
    used = records.index.isin(study.records.ced["row"]).astype(float)
    groups = pd.factorize(study.incidents["within 30 minutes"][kept])[0]
    return sm.Logit(used, design).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, disp=False, method="newton", tol=1e-12
    )


def test_a_level_that_predicts_perfectly_is_as_if_its_reports_were_left_out():
    study = study_of(_separated())
    made = study.estimate("Taser used", "Black", DEMOGRAPHICS)
    expected = _without(study, study.records.reports["age"] != "50-64")
    assert made.model.fit.separated == ("age: 50 and over",)
    assert log(made.value) == pytest.approx(expected.params[1], abs=1e-8)
    limits = expected.conf_int()[1]
    assert (log(made.lower), log(made.upper)) == pytest.approx(limits, abs=1e-8)
    assert made.p == pytest.approx(expected.pvalues[1], rel=1e-6)


def test_a_level_that_predicts_perfectly_is_named():
    study = study_of(_separated())
    made = study.estimate("Taser used", "Black", DEMOGRAPHICS)
    found = study.finding(made, "some/series", "Some label")
    assert "Firth" not in found.method
    assert any("every report with age: 50 and over" in caveat for caveat in found.caveats)


def test_an_average_takes_in_the_reports_of_a_group_without_a_ratio():
    """Set to Black and to White they have the probabilities that their age and gender give."""
    study = study_of(_separated(other_group=True))
    reports = study.records.reports
    made = study.estimate("Taser used", "Black", DEMOGRAPHICS)
    assert set(made.model.fit.separated) == {"age: 50 and over", "ethnicity: Other"}
    fitted = _without(study, (reports["age"] != "50-64") & (reports["ethnicity"] != "Other"))
    young = (reports["age"] != "50-64").to_numpy()
    female = (reports["gender"] == "Female").to_numpy(float)

    def average(beta):
        chance = [1 / (1 + np.exp(-(beta[0] + beta[1] * one + beta[2] * female))) for one in (1, 0)]
        return float(np.where(young, chance[0] - chance[1], 0).mean())

    gradient = np.array([
        (average(fitted.params + 1e-6 * step) - average(fitted.params - 1e-6 * step)) / 2e-6
        for step in np.eye(3)
    ])  # fmt: skip
    half = 1.959963985 * np.sqrt(gradient @ fitted.cov_params() @ gradient)
    found = difference(study, made)
    assert found.value == pytest.approx(100 * average(fitted.params), abs=1e-6)
    assert found.upper - found.value == pytest.approx(100 * half, abs=1e-4)


def _alike():
    """Black men never have a CED used on them and Black women always; no White women are met."""
    reports = [
        {"ethnicity": "Black", "gender": ["Male", "Female"][place % 2], "date": "2017-05-01",
         "time": f"{place // 2:02d}:00", "ced": ["CED drawn"] if place % 2 else []}
        for place in range(40)
    ]  # fmt: skip
    reports += [
        {"date": f"2017-04-{1 + place % 28:02d}", "time": f"{place % 24:02d}:00",
         "ced": ["CED drawn"] if place % 3 == 0 else []} for place in range(160)
    ]  # fmt: skip
    return records_of(*reports)


def _firth_by_hand(study):
    reports = study.records.reports
    black, female = reports["ethnicity"] == "Black", reports["gender"] == "Female"
    design = np.column_stack([np.ones(len(reports)), black, female]).astype(float)
    used = reports.index.isin(study.records.ced["row"])
    return fit_firth(design, np.ones(len(reports)), used)


def test_where_a_group_has_no_finite_ratio_the_penalised_fit_is_taken_and_said():
    study = study_of(_alike())
    made = study.estimate("Taser used", "Black", DEMOGRAPHICS)
    found = study.finding(made, "some/series", "Some label")
    assert "Firth" in found.method
    assert any("the same in every report of one of the two groups" in one for one in found.caveats)
    sizes = study.incidents["within 30 minutes"].value_counts()
    fitted = _firth_by_hand(study)
    limits = profile_limits(fitted, 1, 0.95, (sizes**2).sum() / sizes.sum())
    assert log(made.value) == pytest.approx(fitted.coefficients[1], abs=1e-7)
    assert (log(made.lower), log(made.upper)) == pytest.approx(limits, abs=1e-6)


def test_the_average_difference_of_the_penalised_fit_is_from_its_own_probabilities():
    study = study_of(_alike())
    found = difference(study, study.estimate("Taser used", "Black", DEMOGRAPHICS))
    female = (study.records.reports["gender"] == "Female").to_numpy(float)
    beta = _firth_by_hand(study).coefficients
    chance = [np.mean(1 / (1 + np.exp(-(beta[0] + beta[1] * one + beta[2] * female))))
              for one in (1, 0)]  # fmt: skip
    assert found.value == pytest.approx(100 * (chance[0] - chance[1]), abs=1e-6)
    assert any("lean a little towards one half" in caveat for caveat in found.caveats)


@pytest.mark.parametrize("failure", [ArithmeticError, ValueError, np.linalg.LinAlgError])
def test_a_fit_that_fails_is_one_ratio_without_a_value(monkeypatch, failure):
    def failing(patterns):
        if not any("Alcohol" in column for column in patterns.columns):
            return fit_logit(patterns)
        raise failure("separation could not be excluded")

    monkeypatch.setattr(regression, "fit_logit", failing)
    study = study_of(planted())
    made = study.estimate("Taser used", "Black", Specification("and circumstances"))
    assert made.status == "not available"
    assert made.reason == "the fit did not settle: separation could not be excluded"
    assert study.estimate("Taser used", "Black", DEMOGRAPHICS).available
    assert len(overview(study)) == 4 * 4 * len(OUTCOMES)


def test_without_incidents_reports_are_said_to_be_taken_as_independent():
    study = study_of(planted())
    alone = replace(study, rule="report")
    made = alone.estimate("Taser used", "Black", DEMOGRAPHICS)
    found = alone.finding(made, "some/series", "Some label")
    assert "reports taken as independent" in found.method
    assert "incident" not in found.method
    assert INDEPENDENT in found.caveats
    clustered = study.finding(study.estimate("Taser used", "Black", DEMOGRAPHICS), "s", "l")
    assert "clustered by incident (within 30 minutes)" in clustered.method
    assert INDEPENDENT not in clustered.caveats
    alike = replace(study_of(_alike()), rule="report")
    penalised = alike.finding(alike.estimate("Taser used", "Black", DEMOGRAPHICS), "s", "l")
    assert penalised.method.startswith("Firth's")
    assert penalised.method.endswith("profile limits, reports taken as independent")


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
              if name not in ("Taser discharged", "Taser not discharged")
              for group in ("Black", "Asian", "Mixed", "Other")}  # fmt: skip
    held = {key: made.p for key, made in family.items() if made.available}
    assert len(held) == 4
    order = sorted(held, key=held.get)
    for (name, group), p in held.items():
        rank = order.index((name, group))
        by_hand = min(len(held) * held[one] / (place + 1)
                      for place, one in enumerate(order) if place >= rank)  # fmt: skip
        found = of(rows, name, group, "White", Q_VALUE)
        assert found.value == pytest.approx(min(by_hand, 1), rel=1e-9)
        assert found.value >= p
        assert of(rows, name, group, "White", ODDS).id in found.findings


def test_parts_of_the_uses_of_a_ced_are_shown_and_not_in_the_family():
    rows = overview(study_of(planted()))
    part = of(rows, "Taser not discharged", "Black", "White", Q_VALUE)
    assert of(rows, "Taser not discharged", "Black", "White", ODDS).available
    assert (part.value, part.reason) == (
        None, "not in the family, since it is a part of “Taser used”",
    )  # fmt: skip
    used = of(rows, "Taser used", "Black", "White", Q_VALUE)
    assert not [one for one in used.findings if "discharged" in one]


def test_what_has_a_ratio_and_what_has_none_stand_apart():
    rows = overview(study_of(planted()))
    told, numbers = with_a_ratio(rows), without_a_ratio(rows)
    assert len(told) == 4 * sum(row.available for row in rows if row.unit == ODDS)
    assert [row.unit for row in told][:4] == [ODDS, READING, POINTS, Q_VALUE]
    assert not any(row.available for row in numbers)
    assert len(told) / 4 + len(numbers) == len(rows) / 4


# the shares
def test_shares_are_those_of_the_groups_with_limits_by_incident():
    study = study_of(planted())
    used = study.records.reports.index.isin(study.records.ced["row"])
    rows = {row.label: row for row in shares(study, "Taser used")}
    for group in ("White", "Black", "Asian", "Mixed"):
        own = (study.records.reports["ethnicity"] == group).to_numpy()
        assert [count.value for count in rows[group].counts] == [(own & used).sum(), own.sum()]
        assert rows[group].value == pytest.approx(used[own].mean())
    event, base = (pd.Series(one, study.factors.index) for one in (used & own, own))
    made = share(event, base, study.incidents["within 30 minutes"], 0.95)
    assert (rows["Mixed"].lower, rows["Mixed"].upper) == pytest.approx((made.lower, made.upper))
    assert rows["Other"].reason == "no report can tell of the outcome"


def test_asian_says_that_it_takes_in_chinese():
    records = records_of(*_some(20, ethnicity="Asian"), *_some(12, ethnicity="Chinese"),
                         *_some(20, ced=["CED drawn"]))  # fmt: skip
    rows = {row.label: row for row in shares(study_of(records), "Taser used")}
    assert rows["Asian"].counts[1].value == 32
    assert ASIAN in rows["Asian"].caveats
    assert ASIAN not in rows["White"].caveats


def test_without_the_answer_there_is_no_share():
    rows = shares(study_of(records_of(*_some(30), absent=("ethnicity",))), "Taser used")
    assert all("no column for ethnicity" in row.reason for row in rows)


def test_a_study_needs_the_incidents_of_its_rule():
    with pytest.raises(ValueError, match="no incidents are given"):
        Study(planted(), {}, "same minute", "White", 0.95)


HIGHER, LOWER = (
    f"the odds were {way} for people perceived as Black" for way in ("higher", "lower")
)


@pytest.mark.parametrize(
    ("lower", "upper", "q", "words"),
    [(1.01, 3, 0.05, f"{HIGHER}: the interval lies above one"),
     (0.2, 0.99, 0.01, f"{LOWER}: the interval lies below one"),
     (0.2, 0.99, None, f"{LOWER} taken alone: the interval lies below one"),
     (1.01, 3, 0.051, f"{HIGHER} taken alone, but not once so many comparisons are allowed for "
                      "(q-value above one in twenty)"),
     (0.5, 2, 0.9, "cannot tell: the interval holds one, so that the odds may be higher, lower or "
                   "equal")],
)  # fmt: skip
def test_a_reading_goes_by_the_interval_and_the_q_value(lower, upper, q, words):
    study = study_of(planted())
    made = replace(study.estimate("Taser used", "Black"), lower=lower, upper=upper)
    assert reading(study, made, q).outcome == words


def test_intervals_that_disagree_on_no_difference_are_said():
    study = study_of(planted())
    made = study.estimate("Taser used", "Black", DEMOGRAPHICS)
    assert DISAGREE not in difference(study, made).caveats
    assert DISAGREE in difference(study, replace(made, lower=0.9)).caveats
    other = study.estimate("subject injured", "Black", DEMOGRAPHICS)
    assert DISAGREE not in difference(study, other).caveats
    assert DISAGREE in difference(study, replace(other, lower=1.1)).caveats


def test_a_reading_of_too_few_says_that_it_cannot_tell():
    study = study_of(records_of(*_some(50, ced=["CED drawn"]), *_some(50)))
    found = reading(study, study.estimate("Taser used", "Black"), None)
    assert found.outcome == "cannot tell: too few reports for a ratio"
    nothing = study.estimate("irritant spray used", "Black")
    assert reading(study, nothing, None).reason == "no report, or every report, has it"
