"""The regression of injury: against R, and its rules for merging by hand."""

import csv

import pandas as pd
import pytest

from analysis.findings import TOO_FEW
from analysis.measures.records import injury_model
from analysis.measures.records.injury_classes import commonest_first, merged_levels, tactic_classes
from analysis.measures.records.injury_study import Study
from analysis.standard.form import CONDUCT
from tests.conftest import EXPECTED
from tests.records_by_hand import records_of

ORDERS = ("applied first", "metropolitan")
UNARMED, CUFFS, GROUND = "Unarmed skills", "Compliant handcuffing", "Ground restraint"


def rows_of(name):
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


MADE_UP = [
    {
        "date": row["date"],
        "time": row["time"],
        "tactics": [row["tactic"]],
        "conduct": row["conduct"],
        "subject injured": row["injured"],
    }
    for row in rows_of("record_injuries_input.csv")
]
# by R: fit, term as R names it, odds ratio or effect with its limits
BY_R = {(row["fit"], row["term"]): row for row in rows_of("record_injuries.csv")}
SHIELDS = [{"tactics": ["Shield"], "conduct": "Compliant", "date": "2017-06-30"}] * 6


def fitted(*reports, rule="within 30 minutes", confidence=0.95, **given):
    study = Study(records_of(*reports, **given), rule, confidence)
    return injury_model.regression(study, *ORDERS)


@pytest.fixture(scope="module")
def made_up():
    return fitted(*MADE_UP)


def row(findings, series):
    return findings.one(f"record-injuries/model/{series}")


ODDS = {
    ("unadjusted", f"tactic{CUFFS}"): "unadjusted/highest-tactic/compliant-handcuffing",
    ("unadjusted", f"tactic{GROUND}"): "unadjusted/highest-tactic/ground-restraint",
    ("adjusted", f"tactic{CUFFS}"): "adjusted/highest-tactic/compliant-handcuffing",
    ("adjusted", f"tactic{GROUND}"): "adjusted/highest-tactic/ground-restraint",
    ("adjusted", "conductActive resistance"): "adjusted/conduct/active-resistance",
    ("adjusted", "conductAggressive resistance"): "adjusted/conduct/aggressive-resistance",
    ("effect", CUFFS): "effect/compliant-handcuffing",
    ("effect", GROUND): "effect/ground-restraint",
}


@pytest.mark.parametrize("key", ODDS, ids=" ".join)
def test_ratios_and_effects_are_those_of_r(made_up, key):
    found, expected = row(made_up, ODDS[key]), BY_R[key]
    scale = 100 if key[0] == "effect" else 1  # R has shares, the page percentage points
    wanted = [scale * float(expected[part]) for part in ("value", "lower", "upper")]
    assert [found.value, found.lower, found.upper] == pytest.approx(wanted, rel=1e-8)
    assert "clustered by incident" in found.method


@pytest.mark.parametrize("name", ["unadjusted", "adjusted"])
def test_how_many_tactics_stand_apart_is_summed_up(made_up, name):
    # by R: ground restraint does, compliant handcuffing does not; resistance is no tactic
    found = [row(made_up, f"{name}/{series}").value for series in ("compared", "apart")]
    assert found == [2, 1]


def test_apart_is_on_either_side_of_one_and_only_beyond_the_limits():
    # the logarithm of R's 2.34 is 3.3 standard errors from nought: within the limits at 99.99%
    assert row(fitted(*MADE_UP, confidence=0.9999), "unadjusted/apart").value == 0
    other = {"Yes": "No", "No": "Yes"}
    turned = [{**one, "subject injured": other[one["subject injured"]]} for one in MADE_UP]
    found = fitted(*turned)
    assert row(found, "unadjusted/highest-tactic/ground-restraint").upper < 1
    assert row(found, "unadjusted/apart").value == 1


def test_every_ratio_says_of_how_many(made_up):
    found = row(made_up, "adjusted/highest-tactic/ground-restraint")
    assert [count.value for count in found.counts] == [34, 111, 46, 290]
    assert found.basis == "{0} of {1} against {2} of {3}"
    assert any("choose the tactic by the threat" in caveat for caveat in found.caveats)


def test_what_went_into_the_model_is_said(made_up):
    assert row(made_up, "covariates").outcome == "conduct"
    assert "gender" in row(made_up, "no-room").outcome
    assert row(made_up, "injured-per-column").value == pytest.approx(103 / 4)
    assert row(made_up, f"class/{'unarmed-skills'}").outcome == UNARMED


def test_a_separated_outcome_is_fitted_by_firth():
    found = fitted(*MADE_UP, *SHIELDS, rule="report")
    shields = row(found, "adjusted/highest-tactic/rarer-tactics")
    assert (shields.status, [count.value for count in shields.counts][:2]) == (TOO_FEW, [0, 6])
    for term, series in ODDS.items():
        if term[0] == "adjusted":
            one = row(found, series)
            wanted = float(BY_R["penalised", term[1]]["value"])
            assert one.value == pytest.approx(wanted, rel=1e-6)
            assert one.lower < one.value < one.upper and "Firth" in one.method
            assert "separated, so penalised: highest tactic: Rarer tactics" in one.caveats
    assert row(found, "effect/ground-restraint").status == "not available"
    # limits widen where the reports are of incidents
    wider = row(fitted(*MADE_UP, *SHIELDS), "adjusted/highest-tactic/ground-restraint")
    narrow = row(found, "adjusted/highest-tactic/ground-restraint")
    assert wider.value == pytest.approx(narrow.value, rel=1e-9)
    assert wider.lower < narrow.lower and wider.upper > narrow.upper


def test_reports_without_an_answer_are_left_out_and_counted(made_up):
    unsaid = [{**report, "subject injured": "Not reported"} for report in MADE_UP[:20]]
    later = [{**report, "district": "Cambridge"} for report in unsaid]
    found = fitted(*MADE_UP, *later)
    assert row(found, "left-out").value == 20
    series = "adjusted/highest-tactic/ground-restraint"
    assert row(found, series).value == row(made_up, series).value


@pytest.mark.parametrize(
    "reports", [[], [{}] * 50, MADE_UP[:40]], ids=["none", "nobody injured", "few injured"]
)
def test_too_few_injuries_make_no_regression(reports):
    found = fitted(*reports)
    assert {one.status for one in found} == {"not available"}
    assert {one.reason for one in found} == {injury_model.NO_CLASSES}


def test_no_regression_without_the_question():
    found = row(fitted(*MADE_UP, absent=("subject injured",)), "adjusted/compared")
    assert found.reason == "the file has no column for subject injured"


def tried(**groups):
    """Levels with (injured, not injured), as two columns."""
    levels = [name.replace("_", " ") for name, (yes, no) in groups.items() for _ in range(yes + no)]
    injured = [one for yes, no in groups.values() for one in [True] * yes + [False] * no]
    return pd.Series(levels, dtype=object), pd.Series(injured, dtype=bool)


def test_rare_tactics_join_their_type_from_the_finest_up():
    levels, injured = tried(
        CED_fired=(4, 3), CED_drive_stun=(6, 8), CED_drawn=(2, 20), Baton_used=(3, 1),
        Shield=(3, 9), Compliant_handcuffing=(20, 90), Handcuffing_not_stated=(1, 9),
        Ground_restraint=(9, 10), Unarmed_skills=(10, 10), Firearms=(0, 5),
        Tactics_not_reported=(5, 40),
    )  # fmt: skip
    classes = tactic_classes(levels, injured)
    held = classes.groupby(classes).apply(lambda one: sorted(set(levels[one.index]))).to_dict()
    assert held == {
        # fired and drive stun are enough together; drawn alone is not, and no other CED is left
        "CED discharge": ["CED drive stun", "CED fired"],
        "Compliant handcuffing": ["Compliant handcuffing"],
        "Restraint, the rest": ["Ground restraint", "Handcuffing not stated"],
        "Unarmed skills": ["Unarmed skills"],
        "Rarer tactics": ["Baton used", "CED drawn", "Firearms", "Shield", "Tactics not reported"],
    }


def test_ten_on_each_side_is_enough_and_nine_is_not():
    both = tried(Unarmed_skills=(10, 10), Baton_used=(9, 50), Shield=(50, 9))
    assert set(tactic_classes(*both)) == {"Unarmed skills", "Other equipment"}


def test_ordered_levels_are_taken_with_their_neighbours():
    levels, injured = tried(
        Compliant=(4, 100), Passive_resistance=(7, 50), Active_resistance=(12, 60),
        Aggressive_resistance=(30, 9), Serious_or_aggravated_resistance=(8, 2), not_known=(1, 3),
    )  # fmt: skip
    found = merged_levels(levels, injured, CONDUCT)
    # what is not known is too little for a level and joins the commonest
    assert found.value_counts().to_dict() == {
        "Compliant to Passive resistance": 165,
        "Active resistance": 72,
        "Aggressive resistance to Serious or aggravated resistance": 49,
    }


def test_the_end_of_an_order_joins_the_last_band():
    levels, injured = tried(Compliant=(10, 10), Active_resistance=(9, 90))
    assert set(merged_levels(levels, injured, CONDUCT)) == {"Compliant to Active resistance"}


def test_levels_without_an_order_become_other():
    levels, injured = tried(Male=(40, 90), Female=(15, 30), Other=(2, 1), not_known=(12, 15))
    found = merged_levels(levels, injured)
    assert found.value_counts().to_dict() == {"Male": 130, "Female": 45, "other or not known": 30}


def test_the_reference_is_the_commonest_level_that_can_carry_one():
    levels, injured = tried(Rarer_tactics=(5, 400), Ground_restraint=(10, 40), Shield=(20, 30))
    found = commonest_first(levels, injured)
    # though more reports are of rarer tactics, too few of them have an injury; the others by name
    assert list(found.cat.categories) == ["Ground restraint", "Rarer tactics", "Shield"]


def test_no_more_covariates_than_injuries_allow():
    # 46 injured: room for four columns, two of them taken by the tactic
    reports = [
        {
            "tactics": [tactic], "conduct": conduct, "gender": gender,
            "impact factor: Alcohol": drunk, "subject injured": answer,
        }
        for tactic in (UNARMED, CUFFS, GROUND)
        for conduct in ("Compliant", "Active resistance")
        for gender in ("Male", "Female")
        for drunk in ("Yes", "No")
        for answer in ("Yes", "Yes", "No", "No", "No")
    ][:-5]  # fmt: skip
    found = fitted(*reports, rule="report")
    assert row(found, "covariates").outcome == "conduct, impact factor: Alcohol"
    assert row(found, "injured-per-column").value == pytest.approx(46 / 4)
