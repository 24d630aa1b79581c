"""Incidents by hand, and the four rules against a slow search pair by pair."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import Refused
from analysis.measures.records.incidents import (
    group_reports,
    minutes,
    range_of_incidents,
    sizes_of_incidents,
)
from analysis.rows import rows_of, unit_of
from analysis.standard.form import INCIDENT_RULES
from tests.records_by_hand import records_of

RULES = list(INCIDENT_RULES)
HERE = {"location: Dwelling": "Yes"}


def grouped(rule, *reports):
    return group_reports(records_of(*reports), rule).tolist()


# by hand
def test_reports_within_thirty_minutes_are_a_chain_that_may_last_longer():
    times = [{"time": time} for time in ("12:00", "12:30", "13:00", "13:31")]
    assert grouped("within 30 minutes", *times) == [0, 0, 0, 1]
    assert grouped("same minute", *times) == [0, 1, 2, 3]
    assert grouped("same minute", {"time": "12:00"}, {"time": "12:01"}) == [0, 1]


def test_midnight_parts_nothing():
    late, early = {"date": "2017-04-30", "time": "23:50"}, {"date": "2017-05-01", "time": "00:10"}
    assert grouped("within 30 minutes", early, late) == [0, 0]


def test_the_same_time_on_another_day_is_another_incident():
    assert grouped("one place", {"date": "2017-04-01"}, {"date": "2017-04-02"}) == [0, 1]


def test_the_order_of_the_file_numbers_the_incidents():
    assert grouped("same minute", {"time": "18:00"}, {"time": "09:00"}, {"time": "18:00"}) == [
        0,
        1,
        0,
    ]


@pytest.mark.parametrize("other", [{"age": "35-49"}, {"gender": "Female"}, {"ethnicity": "Black"}])
def test_another_subject_parts_all_but_one_place(other):
    assert [grouped(rule, {}, other) for rule in RULES] == [[0, 1], [0, 1], [0, 1], [0, 0]]


@pytest.mark.parametrize("other", [{"district": "Huntingdonshire"}, HERE])
def test_another_place_parts_every_rule(other):
    assert [grouped(rule, {}, other) for rule in RULES] == [[0, 1]] * 4


def test_what_is_not_reported_is_equal_only_to_itself():
    unknown = {"ethnicity": "Not reported"}
    assert grouped("same minute", unknown, {}, unknown) == [0, 1, 0]


def test_what_the_rules_do_not_ask_parts_nothing():
    assert grouped("same minute", {}, {"conduct": "Compliant", "main duty": "Roads"}) == [0, 0]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("missing", ["", "Not reported"])
def test_a_report_without_a_time_is_an_incident_of_its_own(rule, missing):
    alone = grouped(rule, {"time": missing}, {"time": missing}, {"time": "00:00"})
    assert alone == [0, 1, 2]


def test_the_rows_keep_their_numbers():
    records = records_of({}, {})
    assert group_reports(records, "one place").index.equals(records.reports.index)


def test_minutes_are_those_since_1970():
    given = minutes(records_of({"date": "1970-01-02", "time": "01:01"}, {"time": ""}).reports)
    assert given.iloc[0] == 24 * 60 + 61
    assert given.isna().tolist() == [False, True]


def test_an_unknown_rule_is_refused_with_those_that_are_known():
    with pytest.raises(
        Refused, match="incident rule: 'by eye' is not known; allowed: report, same"
    ):
        group_reports(records_of({}), "by eye")


@pytest.mark.parametrize("wrong", [{"time": "25:00"}, {"date": "01/04/2017"}])
def test_a_time_that_cannot_be_read_is_refused_with_its_row(wrong):
    ((field, value),) = wrong.items()
    with pytest.raises(Refused, match=f"row 3, {field}: '{value}' cannot be read; allowed: %"):
        group_reports(records_of({}, wrong), "one place")


# against a search pair by pair
reports = st.fixed_dictionaries(
    {
        "date": st.sampled_from(["2017-04-30", "2017-05-01"]),
        "time": st.sampled_from(
            ["", "00:00", "00:20", "00:31", "12:00", "23:29", "23:45", "23:59"]
        ),
        "district": st.sampled_from(["Fenland", "Cambridge", ""]),
        "location: Dwelling": st.sampled_from(["Yes", "No", "Not reported"]),
        "age": st.sampled_from(["18-34", "Not reported"]),
        "ethnicity": st.sampled_from(["White", "Black"]),
    }
)


def moment(report):
    return datetime.strptime(f"{report['date']} {report['time']}", "%Y-%m-%d %H:%M")


def linked(one, other, rule):
    """Whether two reports are at most so far apart and alike, whatever lies between them."""
    asked = ["district", "location: Dwelling"] + ["age", "ethnicity"] * (rule != "one place")
    if rule == "report" or not (one["time"] and other["time"]):
        return False
    most = timedelta(minutes=0 if rule == "same minute" else 30)
    alike = all(one[field] == other[field] for field in asked)
    return alike and abs(moment(one) - moment(other)) <= most


def spread(listed, rule):
    """The number of the incident of each report: links followed from report to report."""
    numbers = list(range(len(listed)))
    for _ in listed:
        for a, one in enumerate(listed):
            for b, other in enumerate(listed):
                if linked(one, other, rule):
                    numbers[a] = numbers[b] = min(numbers[a], numbers[b])
    order = list(dict.fromkeys(numbers))
    return [order.index(number) for number in numbers]


@settings(max_examples=40, deadline=None)
@given(st.lists(reports, min_size=1, max_size=15))
def test_each_rule_is_the_links_from_report_to_report(listed):
    records = records_of(*listed)
    found = {rule: group_reports(records, rule).tolist() for rule in RULES}
    assert found == {rule: spread(listed, rule) for rule in RULES}
    # each rule joins what the rule before it joins
    numbers = [len(set(found[rule])) for rule in RULES]
    assert numbers == sorted(numbers, reverse=True)


# the range
RECORDS = records_of(
    {}, {"time": "12:10"}, {"time": "12:40"}, {"age": "11-17"}, {"time": ""}, {"time": "09:00"}
)  # fmt: skip


def value(series, records=RECORDS):
    return range_of_incidents(records).one(f"incidents/{series}").value


def test_the_range_by_hand():
    slugs = ("report", "same-minute", "within-30-minutes", "one-place")
    assert [value(f"number/{rule}") for rule in slugs] == [6, 6, 4, 3]
    assert value("reports-per-incident/one-place") == 2
    assert value("design-effect/one-place") == (16 + 1 + 1) / 6
    assert value("reports-without-a-time") == 1


def sizes(records, rule):
    return [int(row.value) for row in sizes_of_incidents(records).where(method=rule)]


def test_sizes_by_hand():
    assert sizes(RECORDS, "one place") == [2, 0, 0, 1, 0]
    assert sizes(RECORDS, "report") == [6, 0, 0, 0, 0]
    assert sizes(records_of(*[{}] * 7), "one place") == [0, 0, 0, 0, 1]


def test_an_incident_stands_for_all_of_its_reports():
    """One place: reports 2, 3, 4 and 7 are one incident of four, 5 and 6 one each."""
    records = records_of(*({} for _ in range(3)), {"district": "Ely"}, {"date": "2017-04-02"}, {})
    counts = {row.label: row.counts[0]
              for row in sizes_of_incidents(records).where(method="one place")}  # fmt: skip
    one, four = counts["Incidents of 1 report"], counts["Incidents of 4 reports"]
    assert (one.value, rows_of(one.rows)) == (2, [5, 6])
    assert (four.value, rows_of(four.rows)) == (1, [2, 3, 4, 7])
    every = range_of_incidents(records).one("incidents/number/one-place").counts[0]
    assert (every.value, rows_of(every.rows)) == (3, [2, 3, 4, 5, 6, 7])
    assert {unit_of(row.rows) for row in (one, four, every)} == {"incident by one place"}


def test_incidents_are_counted_as_incidents_and_never_as_people():
    found = range_of_incidents(RECORDS)
    number = found.one("incidents/number/one-place")
    assert number.unit == number.counts[0].unit == "incident"
    assert {row.unit for row in found} == {"incident", "report per incident", "", "report"}
    assert all("not a person" in row.caveats[0] for row in found if row.unit == "incident")


def test_without_a_column_for_times_only_reports_can_be_counted():
    found = range_of_incidents(records_of({"time": "Not reported"}, absent=("time",)))
    assert found.one("incidents/number/report").value == 1
    refused = found.one("incidents/number/one-place")
    assert (refused.status, refused.reason) == (
        "not available",
        "the file has no column for time",
    )


def test_without_times_only_the_first_rule_has_sizes():
    found = sizes_of_incidents(records_of({"time": "Not reported"}, absent=("time",)))
    assert {row.method for row in found} == {"report"}


def test_a_column_that_the_file_lacks_is_said():
    found = range_of_incidents(records_of({}, absent=("district",)))
    caveats = found.one("incidents/number/same-minute").caveats
    assert (
        "the file has no column for district, so reports that differ there fall together" in caveats
    )


def test_no_report_at_all_is_no_crash():
    found = range_of_incidents(records_of())
    assert [row.reason for row in found] == ["no report was used"] * 4
    assert len(sizes_of_incidents(records_of())) == 0


def test_a_column_for_times_without_a_time_is_as_none():
    found = range_of_incidents(records_of({"time": ""}, {"time": "Not reported"}))
    assert found.one("incidents/number/report").value == 2
    assert found.one("incidents/number/one-place").reason == "no report gives a time"
    timed = range_of_incidents(records_of({"time": ""}, {"time": "00:00"}))
    assert timed.one("incidents/number/one-place").value == 2


def test_no_rule_that_joins_reports_claims_to_give_the_fewest():
    found = range_of_incidents(RECORDS)
    said = {row.label for row in found if any("no lower bound" in one for one in row.caveats)}
    assert said == {f"Incidents, {rule}" for rule in RULES[1:]}
