"""Charts of the demographic regression: what they show, mark and say."""

import re
from dataclasses import replace

import pytest

from analysis.charts import regression
from analysis.charts.drawing import ORANGE
from analysis.findings import Findings
from analysis.measures.records import specifications
from tests.measures.records.regression_by_hand import planted, study_of
from tests.records_by_hand import records_of

OUTCOMES = ("Taser used", "Taser discharged", "handcuffed not compliant")


@pytest.fixture(scope="module")
def study():
    return study_of(planted())


@pytest.fixture(scope="module")
def rows(study):
    made = [study.estimate(name, "Black") for name in OUTCOMES]
    return Findings(tuple(
        study.finding(one, f"some/{place}", one.outcome) for place, one in enumerate(made)
    ))  # fmt: skip


@pytest.fixture(scope="module")
def curve(study):
    return specifications.curve(study, "Taser used", "Black")


def _drawn(study, curve):
    chosen = list(specifications.every(study))
    return regression.curve(curve, chosen, study.main("Taser used"), "Odds ratios")


def test_a_forest_marks_each_ratio_and_names_what_has_none(rows):
    chart = regression.forest(rows, "forest", "Odds ratios")
    used, _, handcuffed = rows
    assert f'data-id="{used.id}"' in chart.svg
    assert f'data-id="{handcuffed.id}"' not in chart.svg
    assert "not available" in chart.svg
    assert used.text() in chart.alternative
    assert "handcuffed not compliant: not available" in chart.alternative
    assert chart.rows == tuple(rows)


def test_a_forest_says_that_its_records_are_made_up(rows):
    assert "made up" in regression.forest(rows, "forest", "Odds ratios").svg.casefold()


def test_a_limit_far_away_is_drawn_to_the_edge(rows):
    far = Findings((replace(rows.rows[0], upper=1e9, lower=1e-9),))
    chart = regression.forest(far, "forest", "Odds ratios")
    assert re.search(r'viewBox="0 0 \d+', chart.svg)
    assert "1,000,000,000.00" in chart.alternative


def test_odds_among_shares_are_marked_apart_and_said(rows):
    used = rows.rows[0]
    other = replace(used, series_id="some/share", unit="ratio of shares of reports")
    mixed = regression.forest(Findings((used, other)), "forest", "Ratios")
    same = regression.forest(
        Findings((used, replace(used, series_id="some/odds"))), "forest", "Ratios"
    )
    assert "An open diamond is a ratio of odds, not of shares" in mixed.alternative
    assert "diamond" not in same.alternative
    white = [chart.svg.lower().count("fill: #ffffff") for chart in (mixed, same)]
    assert white[0] > white[1]  # the face of the marker alone


def test_nothing_with_a_value_gives_no_chart(study):
    nothing = specifications.curve(study_of(records_of(*[{}] * 20)), "Taser used", "Black")
    assert regression.forest(nothing, "forest", "Odds ratios") is None
    assert _drawn(study, nothing) is None


def test_the_curve_marks_the_lowest_the_main_and_the_highest(study, curve):
    chart = _drawn(study, curve)
    ends = specifications.spread(curve)
    main = curve.one(specifications.series(study, "Taser used", "Black", study.main("Taser used")))
    for row in (*ends, main):
        assert f'data-id="{row.id}"' in chart.svg
        assert f"{row.label}: {row.text()}, {row.text('lower')}" in chart.alternative
    assert chart.svg.count("data-id=") == 3
    assert "Every specification is a dot" in chart.alternative


def test_the_panel_has_a_row_for_each_choice_that_was_made(study, curve):
    words = re.findall(r">([^<>]+)</text>", _drawn(study, curve).svg)
    for label in ("reports", "one place", "demographics", "encounter", "complete"):
        assert label in words
    complete = [one for one in specifications.every(study) if one.missing == "complete"]
    only = Findings(tuple(row for row in curve if row.series_id.endswith("/complete")))
    chart = regression.curve(only, complete, study.main("Taser used"), "Odds ratios")
    assert "to reference" not in re.findall(r">([^<>]+)</text>", chart.svg)
    assert "Main: without a value" in chart.alternative


def test_the_main_specification_is_told_apart_by_shape_and_colour(study, curve):
    assert _drawn(study, curve).svg.lower().count(ORANGE.lower()) >= 2
    other = [one for one in specifications.every(study) if one.missing == "complete"]
    only = Findings(tuple(row for row in curve if row.series_id.endswith("/complete")))
    chart = regression.curve(only, other, study.main("Taser used"), "Odds ratios")
    assert ORANGE.lower() not in chart.svg.lower()
