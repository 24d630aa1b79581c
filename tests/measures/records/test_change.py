"""What changed between two periods, by hand and by simulation."""

from math import exp, log

import numpy as np
import pytest

from analysis.errors import Refused
from analysis.measures.records import change
from tests.records_by_hand import records_of

RULE = "within 30 minutes"


def several(number, date, **given):
    """So many reports, each on a day and minute of its own."""
    times = [f"{one // 60:02}:{one % 60:02}" for one in range(0, 31 * number, 31)]
    return [{"date": date, "time": time, **given} for time in times]


def now(*reports, **given):
    return records_of(*reports, **given)


def then(*reports, **given):
    return records_of(*reports, period="2017-Q1", file="before.csv", **given)


NOW = now(*several(20, "2017-04-01"), *several(20, "2017-04-02", ethnicity="Black"))
THEN = then(*several(30, "2017-01-01"), *several(10, "2017-01-02", ethnicity="Black"))


# reports
def test_the_difference_and_the_ratio_of_reports_by_hand():
    difference, ratio = change.number_of_reports(NOW, then(*several(20, "2017-01-01")), RULE, 0.95)
    assert (difference.value, difference.text()) == (20, "20")
    assert ratio.value == 2
    # each report an incident of its own: the variance of two Poisson numbers
    factor = exp(1.959963984540054 * (1 / 40 + 1 / 20) ** 0.5)
    assert (ratio.lower, ratio.upper) == pytest.approx((2 / factor, 2 * factor), rel=1e-3)
    assert ratio.basis.format(*(count.text() for count in ratio.counts)) == "40 over 20"


def test_incidents_of_several_reports_widen_the_limits():
    """Twenty pairs a period: variance 2 x 20 x 2² / 40², as for twenty reports over twenty."""
    pairs = [one for one in several(20, "2017-04-01") for _ in range(2)]
    before = [one | {"date": "2017-01-01", "conduct": "Compliant"} for one in pairs]
    _, ratio = change.number_of_reports(now(*pairs), then(*before), RULE, 0.95)
    assert log(ratio.upper) == pytest.approx(1.959963984540054 * (2 / 20) ** 0.5, rel=1e-3)


def test_the_variance_is_that_of_incidents_which_bring_their_reports():
    """The sum of squared sizes against the variance of simulated numbers of reports."""
    random = np.random.default_rng(20170401)
    incidents = random.poisson(200, 20_000)
    totals = np.array(
        [random.choice([1, 2, 3], n, p=[0.5, 0.3, 0.2]).sum() for n in incidents[:4000]]
    )
    expected = 200 * (0.5 * 1 + 0.3 * 4 + 0.2 * 9)
    assert totals.var() == pytest.approx(expected, rel=0.06)
    sizes = np.repeat([1, 2, 3], [100, 60, 40])
    reports = [one for one, size in zip(several(46, "2017-04-01") * 5, sizes, strict=False)
               for _ in range(size)]  # fmt: skip
    dates = [f"2017-04-{1 + place // 46:02}" for place in range(200)]
    dated = [date for date, size in zip(dates, sizes, strict=True) for _ in range(size)]
    made = now(*(one | {"date": date} for one, date in zip(reports, dated, strict=True)))
    assert change._variance(made, RULE) == expected


def test_few_reports_have_no_ratio_and_keep_their_difference():
    difference, ratio = change.number_of_reports(NOW, then(*several(9, "2017-01-01")), RULE, 0.95)
    assert difference.value == 31
    assert (ratio.status, [count.value for count in ratio.counts]) == ("too few to say", [40, 9])


# shares
def by_ethnicity(records=NOW, before=THEN):
    return change.shares(records, before, "ethnicity", RULE, 0.95, {})


def test_a_share_over_that_of_the_period_before_by_hand():
    found = by_ethnicity().one("records/change/by-ethnicity/black")
    assert found.value == 2
    # reports alone: Katz with the factor G/(G-1) of the linearised variance
    error = ((1 / 20 - 1 / 40 + 1 / 10 - 1 / 40) * 80 / 79) ** 0.5
    assert log(found.upper / 2) == pytest.approx(1.959963984540054 * error, rel=1e-3)
    assert found.basis.format(*(count.text() for count in found.counts)) == "20 of 40 over 10 of 40"


def test_a_group_with_few_reports_has_no_ratio():
    found = by_ethnicity().one("records/change/by-ethnicity/asian")
    assert (found.status, [count.value for count in found.counts]) == (
        "too few to say", [0, 40, 0, 40],
    )  # fmt: skip


def test_a_group_that_was_not_there_before_is_shown():
    found = change.shares(
        now(*several(12, "2017-04-01", district="Ely")), THEN, "district", RULE, 0.95, {}
    )
    assert {row.label: row.counts[0].value for row in found} == {
        "Ely": 12, "Fenland": 0, "Not reported": 0,
    }  # fmt: skip


def test_incidents_of_the_two_periods_are_told_apart():
    joined = change._incidents(NOW, THEN, "one place")
    assert joined.nunique() == len(joined) == 80


# labels
def test_labels_that_are_new_or_gone():
    records = now({"district": "Ely", "tactics": ["Shield"], "reason: Other": "Yes"},
                  absent=("main duty",))  # fmt: skip
    found = {row.label: row.outcome for row in change.labels(records, then({}))}
    assert found["Districts"] == "new: Ely; gone: Fenland"
    assert found["Tactics"] == "new: Shield; gone: Compliant handcuffing"
    assert found["Columns"] == "gone: main duty"
    assert found["Boxes ticked"] == "new: reason: Other"
    assert found["Age"] == "the same in both"


# with what it is compared
def everything(records, before):
    return [
        row
        for rows in (
            change.number_of_reports(records, before, RULE, 0.95),
            change.shares(records, before, "age", RULE, 0.95, {}),
            change.labels(records, before),
        )
        for row in rows
    ]


def test_without_records_of_the_period_before_each_says_so():
    assert {row.reason for row in everything(NOW, None)} == {
        "no records of the period before were given"
    }


def test_another_period_than_the_one_before_is_said():
    older = records_of(*several(15, "2016-10-01"), period="2016-Q4")
    words = "2016-Q4 is not the period before 2017-Q2, which is 2017-Q1"
    assert all(words in row.caveats for row in everything(NOW, older))
    assert not any(words in row.caveats for row in everything(NOW, THEN))


def test_a_file_of_the_period_before_without_a_usable_row_is_said():
    assert {row.reason for row in everything(NOW, then())} == {
        "no row of the file of the period before could be used"
    }


def test_the_months_before_are_the_period_before_however_they_are_written():
    months = records_of(*several(15, "2017-01-01"), period="2017-01..2017-03")
    assert all(len(row.caveats) == 1 for row in everything(NOW, months))


def test_one_file_read_as_two_periods_is_refused():
    same = several(12, "2017-01-01")
    moved = [one | {"date": "2017-04-01"} for one in same]
    for compared in (
        change.number_of_reports,
        lambda *given: change.shares(given[0], given[1], "age", *given[2:], {}),
    ):
        with pytest.raises(Refused, match=r"every report but for its date is that of by_hand.csv"):
            compared(now(*moved), then(*same), RULE, 0.95)
    with pytest.raises(Refused, match="read twice; allowed: the records of 2017-Q1"):
        change.labels(now(*moved), then(*same))
    moved[3]["conduct"] = "Compliant"
    assert change.labels(now(*moved), then(*same))


@pytest.mark.parametrize(
    "other, words",
    [({"area": "Kent"}, "are of Kent; allowed: Cambridgeshire"),
     ({"period": "2017-Q2"}, "are of 2017-Q2 too")],
)  # fmt: skip
def test_another_area_and_the_same_period_are_refused(other, words):
    with pytest.raises(Refused, match=words):
        change.labels(NOW, records_of({}, **({"period": "2017-Q1"} | other)))


# what is not known of one of them, or of both
def methods(records, before):
    """Method of the ratio of reports and of that of White reports, and what is said of a period."""
    ratio = change.number_of_reports(records, before, RULE, 0.95).rows[1]
    white = by_ethnicity(records, before).one("records/change/by-ethnicity/white")
    said = {one for row in (ratio, white) for one in row.caveats if "independent" in one}
    return ratio.method, white.method, said


def test_reports_that_share_no_incident_are_taken_as_independent_and_it_is_said():
    paired = [one for one in several(30, "2017-01-01") for _ in range(2)]
    apart = "reports as independent (the true interval is wider)"
    assert methods(NOW, THEN) == (f"log, Poisson, {apart}", f"log, delta method, {apart}", set())
    assert methods(NOW, then(*paired)) == (
        "log, compound Poisson by incident",
        "log, delta method by incident, worst case",
        {f"of 2017-Q2: {apart}"},
    )


def test_a_question_lost_has_no_shares_to_compare():
    (found,) = change.shares(NOW, THEN, "ethnicity", RULE, 0.95, {"ethnicity": "set aside"})
    assert (found.status, found.reason) == ("not available", "set aside")


def test_no_report_in_this_period_is_said():
    assert {row.reason for row in everything(now(), THEN)} == {"no report was used"}
