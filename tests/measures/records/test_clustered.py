"""Shares by incident against R's survey package, and how often their limits hold the truth.

tests/expected/README.md says how R made the numbers.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.intervals import wilson
from analysis.measures.ratios import ratio_of_proportions
from analysis.measures.records.clustered import ratio_of_shares, share
from analysis.places import ROOT
from tests.models.expected import number, rows

EXPECTED = rows("clustered.csv")
INPUT = pd.read_csv(ROOT / "tests/expected/clustered_input.csv")


def close(numbers):
    return pytest.approx(numbers, rel=1e-11, abs=1e-14)


def made_up(name):
    own = INPUT[INPUT["dataset"] == name]
    return own["event"] == 1, own["group"], own["incident"]


def named(row):
    return f"{row['dataset']}-{row['quantity']}-{row['confidence']}"


@pytest.mark.parametrize("row", [r for r in EXPECTED if r["quantity"] != "ratio"], ids=named)
def test_a_share_as_survey_gives_it(row):
    events, group, incidents = made_up(row["dataset"])
    base = group.isin(["a", "b"] if row["quantity"] == "all" else [row["quantity"]])
    found = share(events, base, incidents, float(row["confidence"]))
    values = (found.value, found.design_effect, found.lower, found.upper)
    assert values == close(tuple(number(row, "value", "design_effect", "lower", "upper")))
    assert found.incidents == incidents[base].nunique()


@pytest.mark.parametrize("row", [r for r in EXPECTED if r["quantity"] == "ratio"], ids=named)
def test_a_ratio_as_survey_gives_it(row):
    events, group, incidents = made_up(row["dataset"])
    found = ratio_of_shares(events, group == "a", group == "b", incidents, float(row["confidence"]))
    values = (found.value, found.lower, found.upper)
    assert values == close(tuple(number(row, "value", "lower", "upper")))


def test_the_method_says_where_the_worst_case_is_taken():
    methods = {}
    for name in ("many", "few"):
        events, group, incidents = made_up(name)
        methods[name] = (
            share(events, group == "a", incidents, 0.95).method,
            ratio_of_shares(events, group == "a", group == "b", incidents, 0.95).method,
        )
    assert methods == {
        "many": (
            "Wilson score by incident",
            "log, delta method by incident",
        ),
        "few": (
            "Wilson score by incident, worst case",
            "log, delta method by incident, worst case",
        ),
    }


def alone_but(pairs):
    """Methods for a hundred reports of which so many pairs are of one incident each."""
    incidents = series(*[number // 2 if number < 2 * pairs else number for number in range(100)])
    events = series(*[number % 2 == 0 for number in range(100)])
    group = series(*[number < 50 for number in range(100)])
    ratio = ratio_of_shares(events, group, ~group, incidents, 0.95)
    # a group whose own reports are all alone, in a file in which others are not
    return share(events, ~group, incidents, 0.95).method, ratio.method


def test_the_method_says_where_hardly_any_report_shares_an_incident():
    independent = (
        "Wilson score, reports as independent (the true interval is wider)",
        "log, delta method, reports as independent (the true interval is wider)",
    )
    assert alone_but(0) == alone_but(2) == independent
    assert alone_but(3) == ("Wilson score by incident", "log, delta method by incident")


def series(*values):
    return pd.Series(list(values), index=range(2, 2 + len(values)))


# reports each an incident of its own
@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([0.8, 0.95, 0.99]))
@settings(deadline=None)
def test_reports_that_are_all_alone_have_the_usual_interval(events, others, confidence):
    trials = events + others
    if not trials:
        return
    given_events = series(*[True] * events, *[False] * others)
    every = series(*[True] * trials)
    found = share(given_events, every, series(*range(trials)), confidence)
    assert (found.lower, found.upper) == close(wilson(events, trials, confidence))
    assert found.design_effect == pytest.approx(1, abs=1e-12)
    assert (found.lower == 0, found.upper == 1) == (events == 0, others == 0)


def test_a_ratio_of_reports_that_are_all_alone_is_no_narrower_than_katz():
    events = series(*[True] * 30, *[False] * 70, *[True] * 20, *[False] * 80)
    group = series(*[True] * 100, *[False] * 100)
    found = ratio_of_shares(events, group, ~group, series(*range(200)), 0.95)
    katz = ratio_of_proportions(30, 100, 20, 100, 0.95)
    # the survey package's factor 200/199 is all that differs
    assert np.log(found.upper / found.value) == pytest.approx(
        np.log(katz.upper / katz.value) * (200 / 199) ** 0.5, rel=1e-12
    )


# by hand
def test_an_outcome_that_incidents_share_counts_each_incident_once():
    """Forty incidents of three reports, twenty with the event: as twenty of forty, nearly."""
    events = series(*np.repeat([True, False], 60))
    found = share(events, series(*[True] * 120), series(*np.repeat(range(40), 3)), 0.95)
    assert found.design_effect == pytest.approx(3 * 40 / 39 * 119 / 120)
    assert (found.lower, found.upper) == pytest.approx(wilson(20, 40, 0.95), abs=0.003)


@pytest.mark.parametrize("event", [True, False])
def test_no_event_and_nothing_but_events_take_the_worst_case(event):
    """Incidents of 4, 2 and 2 reports: 24 over 8, so three of eight reports' worth."""
    found = share(series(*[event] * 8), series(*[True] * 8), series(1, 1, 1, 1, 2, 2, 3, 3), 0.95)
    assert (found.value, found.design_effect) == (float(event), 3.0)
    z2 = 1.959963984540054**2
    far = z2 / (8 / 3 + z2)  # Wilson's limit for none of 8/3
    assert (found.lower, found.upper) == close((1 - far, 1.0) if event else (0.0, far))


def test_none_and_all_have_limits_at_the_very_ends():
    """Nine reports of one incident and others of their own: rounding would leave 1e-17."""
    for alone in range(1, 40):
        incidents = series(*[0] * 9, *range(1, alone + 1))
        every = series(*[True] * (9 + alone))
        assert share(~every, every, incidents, 0.9).lower == 0
        assert share(every, every, incidents, 0.9).upper == 1


def test_events_outside_the_base_count_for_nothing():
    base = series(True, True, False, False)
    one = share(series(True, False, True, True), base, series(1, 2, 2, 3), 0.95)
    other = share(series(True, False, False, False), base, series(1, 2, 2, 3), 0.95)
    assert one == other
    assert (one.value, one.incidents) == (0.5, 2)


def test_one_incident_alone_is_worth_one_report():
    found = share(series(True, False, True), series(*[True] * 3), series(7, 7, 7), 0.95)
    assert found.design_effect == 3


@settings(deadline=None)
@given(st.data())
def test_the_numbers_of_incidents_and_the_order_of_rows_do_not_matter(data):
    size = data.draw(st.integers(2, 40))
    flags = st.lists(st.booleans(), min_size=size, max_size=size)
    events, group = series(*data.draw(flags)), series(*data.draw(flags))
    incidents = series(*data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)))
    order = data.draw(st.permutations(list(events.index)))
    every = series(*[True] * size)

    def found(rows, numbers):
        shares = share(events[rows], every[rows], numbers[rows], 0.95)
        both = events[group].any() and events[~group].any()
        ratio = both and ratio_of_shares(
            events[rows], group[rows], ~group[rows], numbers[rows], 0.95
        )
        return [shares.lower, shares.upper, *((ratio.lower, ratio.upper) if both else ())]

    assert found(order, 99 - 7 * incidents) == pytest.approx(found(events.index, incidents))


def test_reports_in_neither_group_count_for_nothing():
    events, group, incidents = made_up("many")
    all_reports = ratio_of_shares(events, group == "a", group == "b", incidents, 0.95)
    extra = pd.Series(True, index=range(10_000, 10_040))
    more = [pd.concat([one, given]) for one, given in (
        (events, extra), (group == "a", ~extra), (group == "b", ~extra),
        (incidents, pd.Series(range(5000, 5040), index=extra.index)))]  # fmt: skip
    assert ratio_of_shares(*more, 0.95) == all_reports


# refused
def test_what_is_refused():
    yes, no = series(True, True), series(False, False)
    with pytest.raises(ValueError, match="no report in the base"):
        share(yes, no, series(1, 2), 0.95)
    with pytest.raises(ValueError, match="the same rows"):
        share(yes, yes.reset_index(drop=True), series(1, 2), 0.95)
    with pytest.raises(ValueError, match="confidence 95 is not between 0 and 1"):
        share(yes, yes, series(1, 2), 95)
    with pytest.raises(ValueError, match="events in both groups"):
        ratio_of_shares(series(True, False), series(True, False), series(False, True),
                        series(1, 2), 0.95)  # fmt: skip
    with pytest.raises(ValueError, match="in both groups"):
        ratio_of_shares(yes, yes, series(False, True), series(1, 2), 0.95)


# coverage
def test_the_limits_hold_the_truth_as_often_as_they_say():
    """600 seeded sets of 150 incidents of 1 to 4 reports, most of which share their outcome."""
    random, truth, held, independent = np.random.default_rng(20170401), 0.2, 0, 0
    for _ in range(600):
        sizes = random.choice([1, 2, 3, 4], 150, p=[0.5, 0.3, 0.15, 0.05])
        incidents = np.repeat(np.arange(150), sizes)
        shared = np.repeat(random.random(150) < 0.8, sizes)
        one = np.repeat(random.random(150) < truth, sizes)
        events = series(*np.where(shared, one, random.random(len(one)) < truth))
        every = series(*[True] * len(events))
        found = share(events, every, series(*incidents), 0.95)
        held += found.lower <= truth <= found.upper
        lower, upper = wilson(int(events.sum()), len(events), 0.95)
        independent += lower <= truth <= upper
    assert 0.93 <= held / 600 <= 0.97
    assert independent / 600 < 0.90  # as if reports were independent
