"""Drawn reports: incidents, subjects, times, exact numbers, and effects that come back."""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.made_up.layout import layout
from analysis.made_up.plan import CED_BELOW, PLANTED, SHARES, USUAL, Plan, Planted
from analysis.made_up.reports import LATEST, days, draw, exactly
from analysis.standard.form import CED_DEVICES, CED_USES, MADE_UP, columns
from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE

SEED = 20260101


def generator(seed=SEED):
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def drawn():
    return draw(40_000, generator(), USUAL)


@pytest.fixture(scope="module")
def printed(drawn):
    return layout(drawn, generator(SEED + 1), USUAL)


def spread(owner, values):
    """Largest less smallest value of each owner."""
    order = np.lexsort((values, owner))
    starts = np.flatnonzero(np.r_[True, np.diff(owner[order]) > 0])
    ends = np.r_[starts[1:], len(owner)] - 1
    return values[order][ends] - values[order][starts]


def test_incidents_have_one_to_four_reports_in_the_shares_of_the_plan(drawn):
    sizes = np.bincount(np.bincount(drawn.incident))[1:]
    assert len(sizes) == 4
    assert sizes / sizes.sum() == pytest.approx(USUAL.sizes, abs=0.01)


def test_reports_of_an_incident_are_near_in_time_and_not_all_at_once(drawn):
    gaps = spread(drawn.incident, drawn.minute)
    assert 0 < gaps.max() <= LATEST
    assert drawn.minute.min() >= 0 and drawn.minute.max() < 24 * 60 * days("2017-Q2") == 131_040
    assert (np.diff(drawn.minute) >= 0).all()


def test_an_incident_has_one_place_and_a_subject_one_description(drawn):
    for field in ("scene", "place"):
        assert not spread(drawn.incident, drawn.groups[field]).any()
    for field in ("age", "gender", "ethnicity", "health condition", "conduct"):
        assert not spread(drawn.subject, drawn.groups[field]).any()
    assert not spread(drawn.subject, drawn.incident).any()
    subjects = spread(drawn.incident, drawn.subject) + 1
    two = subjects[np.bincount(drawn.incident) > 1]
    assert set(subjects) == {1, 2} and (two == 2).mean() == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("name", ["Taser used", "subject injured", "handcuffed not compliant"])
def test_a_logit_on_reports_finds_the_planted_effects(drawn, name):
    # statsmodels on the raw rows; errors by incident, since the reports of one go together
    planted = PLANTED[name]
    kept = drawn.outcomes.get(planted.among, np.ones(len(drawn), bool))
    columns_, truth = [np.ones(len(drawn))], [np.log(planted.share / (1 - planted.share))]
    for field, effects in planted.effects.items():
        for group, effect in effects.items():
            columns_.append(drawn.are(field, group).astype(float))
            truth.append(effect)
    fitted = sm.Logit(drawn.outcomes[name][kept], np.column_stack(columns_)[kept]).fit(
        disp=False, cov_type="cluster", cov_kwds={"groups": drawn.incident[kept]}
    )
    away = (fitted.params - truth) / fitted.bse
    assert np.abs(away).max() < 3.5
    model = np.sqrt(np.diag(np.linalg.inv(-fitted.model.hessian(fitted.params))))
    assert (fitted.bse[1:] / model[1:]).mean() > np.sqrt(1.4)  # reports of an incident go together


def test_an_outcome_is_only_among_those_that_it_needs(drawn):
    for name, planted in PLANTED.items():
        if planted.among:
            assert not (drawn.outcomes[name] & ~drawn.outcomes[planted.among]).any(), name


def test_reports_go_together_as_much_as_the_plan_says():
    # two reports an incident, share one half: P(both) = 1/4 + arcsin(correlation) / 2π (Sheppard)
    plan = Plan(SHARES, {"coin": Planted(0.5)}, sizes=(0, 1.0), correlation=0.6)
    drawn = draw(200_000, generator(), plan)
    both = np.bincount(drawn.incident, drawn.outcomes["coin"]) == 2
    assert both.mean() == pytest.approx(0.25 + np.arcsin(0.6) / (2 * np.pi), abs=0.005)


@pytest.mark.parametrize("seed", range(5))
def test_exact_numbers_are_exact(seed):
    sizes = 1 + (generator(seed).random(700) * 4).astype(int)
    numbers = (5, 16, 80, 250, sizes.sum() - 351)
    codes = exactly(sizes, numbers, generator(seed))
    assert tuple(np.bincount(codes, sizes)) == numbers


def test_numbers_that_cannot_be_met_are_told():
    with pytest.raises(ValueError, match="cannot be met"):
        exactly(np.array([2, 2]), (1, 4), generator())
    with pytest.raises(ValueError, match="cannot have an outcome"):
        draw(10, generator(), USUAL.with_numbers({}, {"Taser used": 11}))


def test_exact_outcomes_still_lean_as_planted():
    plan = USUAL.with_numbers({}, {"Taser used": 1000, "Taser discharged": 150})
    drawn = draw(40_000, generator(), plan)
    assert drawn.outcomes["Taser used"].sum() == 1000
    assert (drawn.outcomes["Taser used"] & drawn.outcomes["Taser discharged"]).sum() == 150
    shares = [drawn.outcomes["Taser used"][drawn.are("gender", one)].mean()
              for one in ("Male", "Female")]  # fmt: skip
    assert shares[0] / shares[1] == pytest.approx(np.e, rel=0.3)  # log odds -1, rare


def test_the_file_has_every_column_of_the_form_in_order_and_says_made_up(printed):
    headers = [column.header for column in columns()]
    later = ["Reason for Force: Effect Stop and search", "Outcome: No Further Action"]
    assert list(printed) == [one for one in headers if one not in later] + [MADE_UP]
    assert len(printed.columns) == 272 and set(printed[MADE_UP]) == {MADE_UP}


def test_every_box_is_ticked_somewhere_but_those_that_are_left_empty(printed):
    # so that no outcome is lost between drawing and printing
    empty = {header for header in printed if set(printed[header].unique()) <= {"", "No"}}
    other_devices = {one for n in range(2, CED_DEVICES + 1) for one in printed if f"CED{n}" in one}
    back = {f"CED Back {letter}" for letter in "ABCDEFGHJK"}
    tactics = {header for header in printed if header.startswith(("Tactic", "Effective"))}
    rest = empty - other_devices - back - tactics
    assert rest == {
        "Incident Location: Sports or Event Stadia", "Incident Location: Ambulance",
        "CED Drive Stun Repeat Application", "CED Fired 5 Secs Cycle Interrupted",
        "CED Fired Cycle Extended Beyond 5 Secs", "CED Fired Miss With One Probe",
        "CED Fired Miss With Both Probes", "Firearms Fired", "Outcome: Fatality",
    }  # fmt: skip


def test_every_use_of_a_ced_is_drawn_and_has_its_place_below_or_above():
    assert {*CED_BELOW, "CED drawn"} == {*CED_USES}
    shares = SHARES["CED not discharged"], SHARES["CED discharged"]
    assert {*shares[0]} == {*CED_NON_DISCHARGE} and {*shares[1]} == {*CED_DISCHARGE}


def test_outcomes_are_printed_as_they_were_drawn(drawn, printed):
    tactic = printed[[f"Tactic {n}" for n in range(1, 21)]].astype(str)
    named = {one: (tactic == one).any(axis=1).to_numpy() for one in set(tactic.stack())}
    assert (named["Non-Compliant Handcuffing"] == drawn.outcomes["handcuffed not compliant"]).all()
    either = named["Compliant Handcuffing"] | named["Non-Compliant Handcuffing"]
    assert (either == drawn.outcomes["handcuffed"]).all()
    assert not (named["Compliant Handcuffing"] & named["Non-Compliant Handcuffing"]).any()
    assert (named["Ground Restraint"] == drawn.outcomes["ground restraint"]).all()
    ced = np.any([named[one] for one in named if one.startswith("CED")], axis=0)
    assert (ced == drawn.outcomes["Taser used"]).all()
    ticks = ["CED Fired", "CED Drive Stun", "CED Angle Drive Stun"]
    stunned = (printed[ticks] == "Yes").any(axis=1)
    assert (stunned == drawn.outcomes["Taser discharged"]).all()
    for header, name in {"SubjectInjured": "subject injured", "StaffInjured": "officer injured",
                         "Outcome: Hospitalised": "hospitalised"}.items():  # fmt: skip
        assert ((printed[header] == "Yes") == drawn.outcomes[name]).all(), header


def test_every_report_names_a_tactic_that_is_a_use_of_force(printed):
    second = printed["Tactic 2"].astype(str) != ""
    first = printed["Tactic 1"].astype(str)
    assert (first != "").all()
    assert (second | (first != "Tactical Communications")).all()
