"""Findings print as a reader expects, know what they rest on, and never lack a reason."""

import pytest

from analysis.findings import COLUMNS, Finding, Findings, formatted, not_available

WORDS = {
    "label": "Share",
    "kind": "share",
    "area": "Avon and Somerset",
    "period": "2019/20",
    "edition": "2020-12-17",
    "unit": "use",
}
ONE = "home-office-2019-20/age/2019-20/kent/tactic-uses/ced/all"


def finding(series_id="ced/share", **given):
    return Finding(**WORDS | {"series_id": series_id, "value": 0.104} | given)


@pytest.mark.parametrize(
    "value, form, text",
    [
        # published: 491,984 reports and 32,058 CED uses in 2019/20; shares of definition 7
        (491_984, "count", "491,984"),
        (0, "count", "0"),
        (-5, "count", "−5"),
        (-1392, "count", "−1,392"),
        (3334 / 32058, "percent:1", "10.4%"),
        (309 / 55154, "percent:2", "0.56%"),
        (1, "percent:0", "100%"),
        (0, "percent:1", "0.0%"),
        (3.636, "number:2", "3.64"),
        (-3.152, "number:2", "−3.15"),
        (6516.0656, "number:1", "6,516.1"),
        # halves are rounded up, as every reader was taught
        (1 / 16, "percent:1", "6.3%"),
        (0.1235, "percent:1", "12.4%"),
        (0.125, "number:2", "0.13"),
        # nothing is less than nought after rounding
        (-0.001, "number:2", "0.00"),
        (-0.0, "count", "0"),
    ],
)
def test_numbers_as_the_reader_sees_them(value, form, text):
    assert formatted(value, form) == text


def test_parts_of_a_finding():
    row = finding(form="percent:1", lower=0.1007, upper=0.1074, confidence=0.95)
    texts = [row.text(part) for part in ("value", "lower", "upper", "confidence")]
    assert texts == ["10.4%", "10.1%", "10.7%", "95%"]
    assert finding(confidence=0.998).text("confidence") == "99.8%"


def test_a_verdict_shows_its_words_and_an_absence_its_status():
    assert finding(kind="verdict", value=None, outcome="holds").text() == "holds"
    assert not_available("no source", **WORDS, series_id="x").text() == "not available"


def test_numbers_are_kept_to_ten_digits():
    assert finding(value=1 / 3).value == 0.3333333333


@pytest.mark.parametrize(
    "given, problem",
    [
        ({"kind": "opinion"}, "not a kind"),
        ({"value": None}, "does not fit"),
        ({"value": float("nan")}, "value is not a number"),
        ({"status": "not available", "reason": "none"}, "does not fit"),
        ({"status": "not available", "value": None}, "without a reason"),
    ],
)
def test_what_is_no_finding(given, problem):
    with pytest.raises(ValueError, match=problem):
        finding(**given)


def test_an_id_is_series_area_period_edition():
    assert finding().id == "ced/share@avon-and-somerset@2019-20@2020-12-17"


def test_an_id_stands_once():
    with pytest.raises(ValueError, match="twice.*ced/share@"):
        Findings((finding(), finding(value=0.2)))


def test_where_and_one():
    rows = Findings((finding(), finding(area="Kent"), finding("ced/other")))
    assert len(rows.where(series_id="ced/share")) == 2
    assert rows.one("ced/share", area="Kent").area == "Kent"
    with pytest.raises(LookupError, match="2 findings, not one, of 'ced/share'"):
        rows.one("ced/share")
    with pytest.raises(LookupError, match="0 findings"):
        rows.one("ced/none")


def test_resting_on_goes_through_other_findings_and_tables():
    direct = finding("direct", counts=(ONE,))
    whole = finding("whole", counts=("home-office-2019-20/age/*",))
    through = finding("through", findings=(direct.id,))
    further = finding("further", findings=(through.id,))
    other = finding("other", counts=("home-office-2019-20/age-by-force/*", ONE + "-2"))
    rows = Findings((further, through, other, whole, direct))
    assert rows.resting_on(ONE) == {one.id for one in (direct, whole, through, further)}
    assert rows.resting_on("home-office-2018-19/age/x") == set()


def test_the_frame_is_sorted_by_id_whatever_the_order():
    rows = (finding("b", counts=("x", "y"), caveats=("p", "q")), finding("a"), finding("c"))
    frame = Findings(rows).frame
    assert list(frame.columns) == COLUMNS
    assert list(frame["series_id"]) == ["a", "b", "c"]
    assert list(frame.loc[1, ["counts", "caveats"]]) == ["x;y", "p; q"]
    assert frame.equals(Findings(rows[::-1]).frame)
