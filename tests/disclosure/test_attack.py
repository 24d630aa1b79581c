"""The attack finds what can be worked out by hand, and does not find what cannot.

Each table is worked out in its test: threshold 10 and rounding base 5, so that a count shown as 20
is 18 to 22, one shown as 10 is 10 to 12, and a hidden one is safe between bounds 8 or more apart.
"""

import pandas as pd
import pytest

from analysis.counts import ALL, COLUMNS, STATED, SUPPRESSED
from analysis.standard.names import slug
from tests.disclosure.attack import attack, differencing, recovered

THRESHOLD, ROUNDING = 10, 5
NO_FINDINGS = pd.DataFrame(
    columns=["series_id", "label", "unit", "form", "value", "lower", "upper", "confidence",
             "method", "status", "reason", "counts", "basis"]
)  # fmt: skip


def count(subject, group, value, cell=None, **given):
    """One row of counts.csv; ``value`` None is hidden."""
    row = dict.fromkeys(COLUMNS, "") | {
        "id": slug(" ".join((subject, group, *given.values()))),
        "subject": subject,
        "period": "2017-Q2",
        "measure": "reports",
        "tactic": ALL,
        "group": group,
        "value": value,
        "status": SUPPRESSED if value is None else STATED,
        "cell": group if cell is None else cell,
    }
    return row | given


def by(question, **groups):
    """A table of reports by one question, ``every`` being all of them."""
    return [
        count(f"records by {question}", ALL if name == "every" else name, value,
              "every report used" if name == "every" else f"{question}: {name}")
        for name, value in groups.items()
    ]  # fmt: skip


def share(series_id, counts, value, **given):
    row = dict.fromkeys(NO_FINDINGS.columns, "") | {
        "series_id": series_id, "status": STATED, "basis": "{0} of {1}", "form": "percent:1",
        "value": value, "counts": ";".join(one["id"] for one in counts),
    }  # fmt: skip
    return row | given


def bounds(rows, findings=(), **given):
    counts = pd.DataFrame(rows, columns=COLUMNS)
    said = pd.DataFrame([*findings], columns=NO_FINDINGS.columns)
    return attack(counts, said, THRESHOLD, ROUNDING, enough=float("inf"), **given)


def of(found, row):
    return tuple(found.loc[row["id"]])


def test_one_hidden_part_of_a_total_is_what_is_left():
    """40 is 38 to 42 and 40 is 38 to 42: the other is at most 4."""
    rows = by("gender", every=40, Male=40, Female=None)
    assert of(bounds(rows), rows[2]) == (1, 4)
    # 50 less 40: at least 48 - 42, at most 52 - 38
    rows = by("gender", every=50, Male=40, Female=None)
    assert of(bounds(rows), rows[2]) == (6, 14)


def test_two_hidden_parts_hide_each_other():
    """60 less 40 is 16 to 24 for the two together, each at least 1."""
    rows = by("gender", every=60, Male=40, Female=None, Other=None)
    found = bounds(rows)
    assert of(found, rows[2]) == of(found, rows[3]) == (1, 23)
    assert recovered(found, pd.Series({rows[2]["id"]: 12, rows[3]["id"]: 8}), THRESHOLD).empty


def exactly(*known):
    return pd.Series({row["id"]: number for row, number in known}, dtype=float)


def test_a_number_known_from_elsewhere_is_taken_as_it_is():
    """50 less 40 is 6 to 14; with 52 from a newspaper 10 to 14, and with 41 for the 40 it is 11."""
    rows = by("gender", every=50, Male=40, Female=None)
    assert of(bounds(rows), rows[2]) == (6, 14)
    assert of(bounds(rows, known=exactly((rows[0], 52))), rows[2]) == (10, 14)
    both = exactly((rows[0], 52), (rows[1], 41))
    assert of(bounds(rows, known=both), rows[2]) == (11, 11)
    # what rounding alone protects: 53 less 49 is 4, and shown as 55 and 50 it would be 1 to 9
    rows = by("gender", every=55, Male=50, Female=None)
    assert of(bounds(rows), rows[2]) == (1, 9)
    assert of(bounds(rows, known=exactly((rows[0], 53), (rows[1], 49))), rows[2]) == (4, 4)


def test_a_hidden_number_known_from_elsewhere_gives_its_neighbour_away():
    """60 less 40 is 16 to 24; 12 of them are in the newspaper, so that 4 to 12 are left."""
    rows = by("gender", every=60, Male=40, Female=None, Other=None)
    found = bounds(rows, known=exactly((rows[2], 12)))
    assert list(found.index) == [rows[3]["id"]]  # what is known need not be found
    assert of(found, rows[3]) == (4, 12)


def test_a_number_known_from_elsewhere_that_cannot_be_is_said():
    rows = by("gender", every=60, Male=40, Female=None)
    with pytest.raises(ValueError, match="contradicts itself"):
        bounds(rows, known=exactly((rows[0], 38)))  # 38 of 38 are men


def test_an_order_of_size_bounds_what_stands_in_it():
    """60 less 40 is 16 to 24 for two, of which the first is no less: 8 at least, the other 12."""
    rows = by("gender", every=60, Male=40, Female=None, Other=None)
    found = bounds(rows, falling=[(rows[2]["id"], rows[3]["id"])])
    assert of(found, rows[2]) == (8, 23) and of(found, rows[3]) == (1, 12)


def test_a_nought_is_exact():
    """Of three parts one is nought: two are left, and 40 less 35 is 1 to 9."""
    rows = by("gender", every=40, Male=35, Female=None, Other=0)
    assert of(bounds(rows), rows[2]) == (1, 9)
    # and a total of which every part but one is nought is that one
    rows = by("gender", every=15, Male=0, Female=None, Other=0)
    assert of(bounds(rows), rows[2]) == (13, 17)


def test_a_second_table_gives_the_first_away():
    """Not reported is hidden among the ages, and shown among the questions not answered."""
    ages = by("age", every=60, Adult=40, Child=None) + [
        count("records by age", "Not reported", None, "age: Not reported")
    ]
    (hidden,) = ages[3:]
    assert recovered(bounds(ages), pd.Series({hidden["id"]: 11}), THRESHOLD).empty
    other = [count("records not reported", "age", 10, "age: not reported")]
    found = bounds(ages + other)
    assert of(found, hidden) == (10, 12)
    assert of(found, ages[2]) == (4, 14)  # 58 to 62, less 38 to 42, less 10 to 12
    assert hidden["id"] in recovered(found, pd.Series({hidden["id"]: 11}), THRESHOLD).index


@pytest.fixture
def crossed():
    """Injury by place: each of two places, of a table of two by three, with its margins."""
    places, answers = ("Dwelling", "Retail premises"), ("Yes", "Not reported")
    return [
        count("records injuries", f"location: {place}: Yes; subject injured: {answer}", None)
        for place in places for answer in answers
    ] + [
        count("records injuries", f"location: {place}: Yes", value)
        for place, value in zip(places, (20, 30), strict=True)
    ] + [
        count("records injuries", "every report", 50),
        count("records injuries", "subject injured: Yes", 10),
        count("records injuries", "subject injured: Not reported", 10),
    ]  # fmt: skip


def test_margins_of_a_crossed_table_bound_its_cells(crossed):
    """No more are injured in a place than in all; in the other 18 to 22 is no bound."""
    found = bounds(crossed)
    for one in crossed[:4]:
        assert of(found, one) == (1, 12)
    crossed[5]["value"] = 0  # a place without reports has none in which somebody is injured
    for row in crossed[2:4]:
        row |= {"value": 0, "status": STATED}
    assert of(bounds(crossed), crossed[0]) == (1, 12)


def test_what_never_happens_makes_two_measures_one():
    """No injury without a level and no level without an injury, so both are equal in each place."""
    place, level = "location: Dwelling: Yes", "subject injury level: Minor or Severe or Death"
    rows = [
        count("records injuries", f"{place}; subject injured: Yes", None),
        count("records injuries", f"{place}; {level}", 10),
        count("records injuries", place, 40),
        count("records injuries", "every report", 100),
        count("records injuries", "subject injured: Yes", 30),
    ]
    assert of(bounds(rows), rows[0]) == (1, 32)
    never = [
        count("records injuries", f"subject injured: Yes; not: {level}", 0),
        count("records injuries", f"{level}; not: subject injured: Yes", 0),
    ]
    assert of(bounds(rows + never), rows[0]) == (10, 12)


@pytest.fixture
def sizes():
    """100 reports in 45 to 55 incidents, those of four and of five or more hidden."""
    shown = {"1 report": 30, "2 reports": 15, "3 reports": 10, "4 reports": None,
             "5 or more reports": None}  # fmt: skip
    return [
        *(count("records incidents", f"one place: {size}", value, measure="incidents")
          for size, value in shown.items()),
        count("records by age", ALL, 100, "every report used"),
    ]  # fmt: skip


def test_incidents_of_each_size_bring_so_many_reports(sizes):
    """28, 13 pairs and 10 of three at least are 84 reports: of 102 at most 18 are left.

    Less one incident of five, there are three of four at most; less one of four, two of five.
    """
    found = bounds(sizes)
    assert of(found, sizes[3]) == (1, 3) and of(found, sizes[4]) == (1, 2)


def test_where_no_incident_is_larger_the_reports_are_those_of_each_size(sizes):
    """Of 98 to 102 reports 84 to 102 are in smaller incidents: up to 18 are in those of four.

    The smaller ones of 55 in all at most 102, so nought would do, but a hidden count is no nought.
    """
    sizes[4] |= {"value": 0, "status": STATED}
    assert of(bounds(sizes), sizes[3]) == (1, 4)
    sizes[5]["value"] = 115  # at least 113, less 32, twice 17 and three times 12
    assert of(bounds(sizes), sizes[3]) == (3, 8)


def test_the_design_effect_bounds_the_largest_incidents(sizes):
    """Squares: 28 and 4 times 13 and 9 times 10 are 170; of 2.05 times 102 at most 39 are left."""
    effect = share("incidents/design-effect/one-place", [], 2.0, basis="", form="number:2")
    sizes[3] |= {"value": 0, "status": STATED}
    assert of(bounds(sizes), sizes[4]) == (1, 3)
    assert of(bounds(sizes, [effect]), sizes[4]) == (1, 1)


def test_months_and_districts_of_the_log_add_up_both_ways():
    def log(period, group, value, subject="district activity"):
        return count(subject, group, value, measure="uses", period=period)

    april, may = "2017-04..2017-04", "2017-05..2017-05"
    rows = [
        log(april, "Fenland", None), log(april, "Ely", 10), log(may, "Fenland", 10),
        log(may, "Ely", 20),
        log(april, ALL, 10, "district activity totals"),
        log("2017-04..2017-05", "Fenland", 15, "district activity totals"),
    ]  # fmt: skip
    # April: 10 to 12 in all, 10 to 12 in Ely; Fenland: 13 to 17 in all, 10 to 12 in May
    assert of(bounds(rows), rows[0]) == (1, 2)


def test_the_highest_use_of_a_ced_adds_up_and_is_among_its_kinds():
    def kind(tactic, value, way="highest use, metropolitan order"):
        measure = "tactic uses" if "highest" in way else "reports involving tactic"
        return count("records taser kinds", way, value, tactic=tactic, measure=measure)

    rows = [
        kind("CED", 30), kind("CED non-discharge", 25), kind("CED discharge", None),
        kind("CED fired", None), kind("CED drive stun", 0), kind("CED angled drive stun", 0),
        count("records by age", ALL, 600, "every report used"),
    ]  # fmt: skip
    found = bounds(rows)
    assert of(found, rows[2]) == of(found, rows[3]) == (1, 9)
    every = [kind("CED fired", 10, "every kind, once a report")]
    # fired and nothing higher: the discharges are those in which it was fired
    assert of(bounds(rows + every), rows[3])[0] == 1


def test_a_share_of_all_of_a_hidden_base_makes_the_two_equal():
    rows = by("gender", every=70, Male=50, Female=None, Other=None)
    rows += [count("records injuries", "gender: Other; subject injured: Yes", 10)]
    assert of(bounds(rows), rows[3]) == (10, 23)
    whole = share("injured", [rows[4], rows[3]], 1.0)
    assert of(bounds(rows, [whole]), rows[3]) == (10, 12)


def test_an_interval_gives_the_base_away():
    """2 of 8 and 1 of 4 are one share, but their exact limits are not."""
    rows = by("gender", every=60, Male=40, Female=None, Other=None)
    rows += [count("records injuries", "gender: Other; subject injured: Yes", None)]
    some = share("injured", [rows[4], rows[3]], 0.25)
    assert of(bounds(rows, [some]), rows[3]) == (4, 23)
    # Clopper and Pearson 1934 for 2 of 8, as R's binom.test(2, 8) prints it: 0.03185403 0.65085584
    some |= {"lower": 0.03185403, "upper": 0.65085584, "confidence": 0.95,
             "method": "exact (Clopper-Pearson)"}  # fmt: skip
    found = bounds(rows, [some])
    assert of(found, rows[3]) == (8, 8) and of(found, rows[4]) == (2, 2)


def test_a_share_of_what_is_shown_tells_nothing_more():
    rows = by("gender", every=60, Male=40, Female=None, Other=None)
    made_of_shown = share("men", [rows[1], rows[0]], 40 / 60)
    assert of(bounds(rows, [made_of_shown]), rows[3]) == (1, 23)


def test_too_few_to_say_says_how_few():
    rows = by("gender", every=60, Male=40, Female=None, Other=None)
    few = share("injured", [rows[1], rows[3]], "", status="too few to say",
                reason="fewer than ten reports")  # fmt: skip
    found = bounds(rows, [few])
    assert of(found, rows[3]) == (1, 9) and of(found, rows[2]) == (7, 23)


def test_what_contradicts_itself_is_said():
    rows = by("gender", every=60, Male=40, Female=40)
    with pytest.raises(ValueError, match="contradicts itself"):
        bounds([*rows, count("records by gender", "Other", None, "gender: Other")])


@pytest.mark.parametrize(
    ("truth", "lower", "upper", "found"),
    [(3, 3, 3, True), (3, 1, 8, True), (3, 1, 9, False), (12, 1, 8, False)],
)
def test_recovered_is_what_is_bounded_rightly_to_less_than_eight(truth, lower, upper, found):
    bounded = pd.DataFrame({"lower": [lower], "upper": [upper]}, index=["one"])
    assert len(recovered(bounded, pd.Series({"one": truth}), THRESHOLD)) == found


def test_differencing_never_bounds_more_than_programming(crossed):
    """Subtracting table by table is the attack of a patient reader: true, and no sharper."""
    for rows in (crossed, by("gender", every=40, Male=40, Female=None)):
        counts = pd.DataFrame(rows, columns=COLUMNS)
        simple, full = differencing(counts, THRESHOLD, ROUNDING), bounds(rows)
        assert list(simple.index) == list(full.index)
        assert (simple["lower"] <= full["lower"]).all() and (simple["upper"] >= full["upper"]).all()
    assert tuple(simple.iloc[0]) == (1, 4)
