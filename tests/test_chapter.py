"""What a chapter shows: every figure tagged with its id, everything else escaped."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from analysis import chapter
from analysis.audit import open_audit
from analysis.chapter import crosstab, figure, record, say, table, tagged
from analysis.charts.drawing import Chart
from analysis.counts import SUPPRESSED
from analysis.disclosure.plan import RELEASE, Plan
from analysis.errors import Refused
from analysis.findings import RECORD, Finding, Findings, not_available
from analysis.measures import taser

WORDS = {
    "kind": "share",
    "area": "Kent",
    "period": "2019/20",
    "edition": "2020-12-17",
    "unit": "use",
    "form": "percent:1",
}


def finding(series_id="ced/share", **given):
    return Finding(**WORDS | {"series_id": series_id, "label": "Share", "value": 0.104} | given)


def parsed(shown):
    return BeautifulSoup(shown._repr_mimebundle_()["text/html"], "lxml")


def tags(page):
    return [
        (one["data-id"].partition("@")[0], one["data-part"], one.get_text())
        for one in page.select("[data-id]")
    ]


@pytest.fixture(scope="module")
def audit():
    return open_audit("Cambridgeshire", "2019/20")


@pytest.fixture(scope="module")
def ladder(audit):
    return taser.ladder(audit.activity, "Cambridgeshire", "2019/20", 0.95)


def test_a_figure_is_tagged_with_its_id_and_part():
    assert tagged(finding()) == (
        '<span data-id="ced/share@kent@2019-20@2020-12-17" data-part="value">10.4%</span>'
    )


def test_a_sentence_quotes_value_interval_and_counts(ladder):
    shown = say(
        "Of {used.base}, {used.events} led to use in {used.area}, {used.period}: {used} "
        "({used.interval}).",
        used=ladder.one("taser/used-per-authorisation"),
    )
    # definition 8: 309 authorisations, 55 uses; tests/expected/intervals.csv: 13.9 to 22.5 %
    assert shown._repr_mimebundle_()["text/plain"] == (
        "Of 309, 55 led to use in Cambridgeshire, 2013-05..2013-12: 17.8% (95% interval 13.9% to "
        "22.5%)."
    )
    page = parsed(shown)
    assert [(part, text) for _, part, text in tags(page)] == [
        ("value", "309"),
        ("value", "55"),
        ("value", "17.8%"),
        ("confidence", "95%"),
        ("lower", "13.9%"),
        ("upper", "22.5%"),
    ]
    for one in page.select("[data-id]"):
        one.decompose()
    assert not re.search(r"\d", page.get_text().replace("2013-05..2013-12", ""))


def test_a_sentence_about_what_is_not_available_gives_the_reason_instead():
    missing = not_available("nobody counts <them>", series_id="x", label="Authorised", **WORDS)
    shown = say("Of {one}, {other} led to use.", one=finding(), other=missing)
    assert shown._repr_mimebundle_()["text/plain"] == (
        "Authorised (Kent, 2019/20): not available, because nobody counts <them>."
    )
    assert tags(parsed(shown)) == [("x", "value", "not available")]


def test_texts_are_escaped_everywhere():
    evil = "<b>&\"'"
    row = finding('x"><i>', label=evil, area="Kent", method=evil, caveats=(evil,))
    for shown in (
        say("{row} {row.area}", row=row),
        say("{row}", row=finding(kind="verdict", value=None, outcome=evil)),
        table(Findings((row,)), evil),
        crosstab(Findings((row,)), evil, down="label", across="kind"),
        figure(lambda: None, absent=evil),
        figure(lambda: Chart(evil, evil, "<svg></svg>", evil, (row,))),
        say("{row}", row=not_available(evil, series_id=evil, label=evil, **WORDS)),
    ):
        page = parsed(shown)
        assert page.find(["b", "i"]) is None, shown.html
        names = {name for one in page.find_all(True) for name in one.attrs}
        assert names <= {
            "class",
            "data-id",
            "data-part",
            "data-chart",
            "aria-label",
            "tabindex",
            "role",
            "scope",
        }


def test_a_name_that_is_not_given_is_a_defect():
    with pytest.raises(KeyError, match="other"):
        say("{other}", row=finding())


def test_a_table_states_once_what_its_rows_share(ladder):
    page = parsed(table(ladder, "Stages"))
    assert page.caption.get_text() == "Stages, Cambridgeshire, 2013-05..2013-12"
    assert [one.get_text() for one in page.select("th[scope=col]")] == [
        "Value",
        "95% interval",
        "Counts",
        "Method",
    ]
    rows = {
        line.th.get_text(): [cell.get_text() for cell in line.find_all("td")]
        for line in page.tbody.find_all("tr")
    }
    assert rows["Used per authorisation"] == [
        "17.8%",
        "13.9% to 22.5%",
        "55 of 309",
        "Wilson score",
    ]
    notes = [one.get_text() for one in page.select("ul.notes li")]
    assert len(notes) == len(set(notes)) == 2  # the two assumptions, each once


def notes_of(*caveats):
    """The notes of a table whose rows a, b, c ... have these caveats."""
    rows = [
        finding(name, label=name, caveats=own) for name, own in zip("abcdef", caveats, strict=False)
    ]
    page = parsed(table(Findings(tuple(rows)), "Shares"))
    return [one.get_text() for one in page.select("ul.notes li")]


def test_a_note_names_the_rows_that_it_concerns_or_does_not():
    everyone, few = "of all", "of few"
    assert notes_of((everyone,), (everyone,)) == ["Of all."]
    assert notes_of((few,), (), (), ()) == ["a: of few."]
    assert notes_of((few,), (few,), (few,), ()) == ["All with a value but d: of few."]
    # two notes of one kind can be told apart, and those on the same rows stand together
    assert notes_of(("x", "w"), ("x", "w"), ("y",), ("y",)) == ["a; b: x. W.", "c; d: y."]


def test_why_a_row_has_no_value_names_it_where_others_have_one():
    rows = (
        finding("a", label="a"),
        not_available("nobody counted", series_id="b", label="b", **WORDS),
    )
    page = parsed(table(Findings(rows), "Shares"))
    assert page.select_one("ul.notes li").get_text() == "b: not available: nobody counted."


def test_one_unit_stands_in_the_heading():
    rows = Findings((finding("a", unit="report"), finding("b", unit="report")))
    assert parsed(table(rows, "Shares")).th.get_text() == "Value (report)"


def test_rows_that_differ_name_their_area_and_period():
    rows = Findings((finding(), finding(area="Surrey"), finding(period="2018/19")))
    page = parsed(table(rows, "Shares"))
    assert page.caption.get_text() == "Shares"
    assert [one.get_text() for one in page.select("th[scope=row]")] == [
        "Share, Kent, 2019/20",
        "Share, Surrey, 2019/20",
        "Share, Kent, 2018/19",
    ]


def test_intervals_of_several_levels_are_not_given_one_heading():
    rows = Findings(
        tuple(finding(str(level), lower=0.1, upper=0.2, confidence=level) for level in (0.95, 0.99))
    )
    try:
        text = table(rows, "Shares")._repr_mimebundle_()["text/plain"]
    except ValueError:
        return  # refused: a defect of the caller
    assert "95%" in text and "99%" in text


def test_a_table_says_why_something_is_not_available():
    rows = Findings((not_available("nobody counts them", series_id="x", label="Uses", **WORDS),))
    page = parsed(table(rows, "Uses"))
    assert page.tbody.td.get_text() == "not available"
    assert [one.get_text() for one in page.select("li")] == ["Not available: nobody counts them."]


@pytest.mark.parametrize(
    "show",
    [
        lambda rows: table(rows, "Sums that fail"),
        lambda rows: crosstab(rows, "Sums that fail", down="label", across="unit"),
    ],
)
def test_nothing_is_said_to_be_nothing(show):
    shown = show(Findings(()))
    assert shown._repr_mimebundle_()["text/plain"] == "Sums that fail: none."


def test_a_crosstab_sorts_periods_and_leaves_gaps_empty(audit):
    uses = audit.official("CED by force") + audit.ced_before_2017
    shown = crosstab(uses.where(area="Cambridgeshire"), "Uses", down="tactic", across="period")
    page = parsed(shown)
    assert [one.get_text() for one in page.select("th[scope=col]")] == [
        "2015",
        "2016",
        "2017-Q1",
        "2017/18",
        "2018/19",
        "2019/20",
    ]
    uses = next(line for line in page.tbody.find_all("tr") if line.th.get_text() == "CED")
    cells = [cell.get_text() for cell in uses.find_all("td")]
    # issue: 72 in 2015, 93 in 2016; Table 13: 205 and 208
    assert [cells[place] for place in (0, 1, 4, 5)] == ["72", "93", "205", "208"]
    rows = Findings((finding("a", label="A"), finding("b", label="B", unit="other")))
    page = parsed(crosstab(rows, "x", down="label", across="unit"))
    assert [cell.get_text() for cell in page.tbody.find_all("td")] == ["10.4%", "", "", "10.4%"]


def test_two_rows_in_one_place_of_a_crosstab_are_not_dropped_silently():
    rows = Findings((finding("a"), finding("b", value=0.2)))
    try:
        text = crosstab(rows, "x", down="label", across="unit")._repr_mimebundle_()["text/plain"]
    except (ValueError, LookupError):
        return  # refused: a defect of the caller
    assert "10.4%" in text and "20.0%" in text


def test_the_record_holds_all_rows_and_what_they_rest_on(audit, ladder):
    bundle = record(audit, ladder, ladder)._repr_mimebundle_()
    text = json.dumps(bundle[RECORD], allow_nan=False)  # null, never NaN
    for row in ladder:
        assert json.dumps(row.id) in text
        assert all(json.dumps(count.id) in text for count in row.counts)
    assert "data/published/taser-activity.csv" in text
    assert text.count(f'"{ladder.rows[0].id}"') == 1


FEW = "fewer than a few, or it would give such a number away"
HIDDEN = {"status": SUPPRESSED, "value": None, "printed": "", "note": FEW}


@pytest.fixture
def released(monkeypatch, tmp_path, audit):
    """Puts a plan in force that hides the uses of the ladder's activity, and what rests on them."""
    counts = {count.id: HIDDEN if count.measure == "uses" else {} for count in audit.activity}
    ladder = taser.ladder(audit.activity, "Cambridgeshire", "2019/20", 0.95)
    hidden = {"status": SUPPRESSED, "reason": FEW, "method": "", "counts": [], "basis": ""}
    hidden |= dict.fromkeys(("value", "lower", "upper"))
    findings = {
        row.id: hidden if any(counts[one] for one in row.count_ids) else {} for row in ladder
    }
    path = tmp_path / "plan.json"
    Plan(10, 5, frozenset({"taser-activity"}), counts, findings).write(path)
    monkeypatch.setenv(RELEASE, str(path))
    return ladder


def shown_texts(shown):
    return [text for _, _, text in tags(parsed(shown))]


def test_in_a_release_a_sentence_hides_what_the_plan_hides(released):
    authorised = released.one("taser/authorised-per-incident")
    used = released.one("taser/used-per-authorisation")
    assert say("{a}", a=authorised)._repr_mimebundle_()["text/plain"] == authorised.text()
    shown = say("Of {used.base}, {used.events} led to use: {used} ({used.interval}).", used=used)
    assert shown_texts(shown) == ["[c]"]
    for secret in ("55", used.text(), used.text("lower"), used.text("upper")):
        assert secret not in shown.html
    assert f"[c], because {FEW}" in shown._repr_mimebundle_()["text/plain"]


def test_in_a_release_tables_hide_values_intervals_counts_and_methods(released):
    secrets = {count.text() for row in released for count in row.counts if count.measure == "uses"}
    assert "55" in secrets
    lists = table(released, "Stages"), crosstab(released, "Stages", down="label", across="area")
    for shown in lists:
        assert not secrets & set(shown_texts(shown))
        assert "[c]" in shown_texts(shown)
        used = released.one("taser/used-per-authorisation")
        assert used.text() not in shown_texts(shown)


def test_in_a_release_a_crosstab_keeps_the_places_of_what_is_hidden(released):
    methods = released.where(label="Used per authorisation")
    page = parsed(crosstab(methods, "Stages", down="label", across="method"))
    assert page.select_one("th[scope=col]").get_text() == "Wilson score"
    assert page.tbody.td.get_text().startswith("[c]")


def test_in_a_release_charts_are_drawn_of_the_rows_that_the_plan_shows(released):
    drawn = []

    def draw(rows, nested, words):
        drawn.extend([*rows, *nested])
        return None

    shown = figure(draw, released, [released.rows[0]], "as it is", absent="too few")
    assert shown.html == f"<p>{chapter.HIDDEN_CHART}</p>"  # too few would be a reason of its own
    statuses = [row.status for row in drawn]
    assert len(drawn) == len(released) + 1 and SUPPRESSED in statuses
    # drawn without a table of which something is hidden, a chart is absent for its own reason
    assert figure(lambda rows: None, released.where(status="none"), absent="none").html == (
        "<p>none</p>"
    )


def test_in_a_release_the_record_holds_the_rows_of_the_plan(released, audit, monkeypatch):
    bundle = record(audit, released)._repr_mimebundle_()[RECORD]
    by_id = {row[0]: dict(zip(bundle["counts"]["columns"], row, strict=True))
             for row in bundle["counts"]["rows"]}  # fmt: skip
    uses = [row for row in by_id.values() if row["measure"] == "uses"]
    assert uses and all(
        (row["value"], row["printed"], row["status"]) == (None, "", SUPPRESSED) for row in uses
    )
    # a hash of a small table would let its hidden cells be guessed
    columns = bundle["inputs"]["columns"]
    inputs = [dict(zip(columns, row, strict=True)) for row in bundle["inputs"]["rows"]]
    hashes = {one["source"]: one["sha256"] for one in inputs}
    assert hashes["taser-activity"] == SUPPRESSED
    assert bundle["rows"]["rows"] == []
    numbers = bundle["ledger"]["columns"].index("number")
    own = [row for row in bundle["ledger"]["rows"] if row[0] == "taser-activity"]
    assert own and {row[numbers] for row in own} == {SUPPRESSED}
    monkeypatch.delenv(RELEASE)
    plain = record(audit, released)._repr_mimebundle_()[RECORD]
    assert SUPPRESSED not in json.dumps(plain)


def test_in_a_release_what_the_plan_does_not_name_is_shown_nowhere(released):
    unknown = Findings((finding(),))
    for show in (
        lambda: say("{row}", row=finding()),
        lambda: table(unknown, "x"),
        lambda: crosstab(unknown, "x", down="label", across="unit"),
        lambda: figure(lambda rows: None, unknown),
        lambda: figure(lambda rows: None, [finding()]),
    ):
        with pytest.raises(Refused, match="does not name it"):
            show()
