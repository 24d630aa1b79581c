"""What is said of findings: values made anew of shown counts, and words that say too much."""

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure.conclusions import Shown, changes, design_effect
from analysis.findings import COLUMNS
from analysis.parameters import Disclosure

FEW = "fewer than 10, or it would give such a number away"
TRUE = {"r/a": 12, "r/b": 47, "r/c": 33, "r/d": 118, "r/e": 41, "r/zero": 0, "r/few": 3,
        "census/f": 40_000, "census/g": 600_000}  # fmt: skip
SHOWS = {"r/a": 10, "r/b": 45, "r/c": 35, "r/d": 120, "r/e": 40, "r/zero": 0,
         "census/f": 40_000, "census/g": 600_000}  # fmt: skip
RULE = Disclosure(threshold=10, rounding=5)
UNDER = frozenset(one for one in TRUE if one[0] == "r")
COUNTS = Shown(TRUE, SHOWS, UNDER, frozenset({"r"}), RULE)


def finding(series="share", **given):
    """A row of the table of findings; ``counts`` as a text of letters."""
    empty = dict.fromkeys(COLUMNS, "")
    given["counts"] = ";".join(
        one if "/" in one else f"{'census' if one in 'fg' else 'r'}/{one}"
        for one in given.get("counts", "").split()
    )
    usual = {"id": series, "series_id": series, "kind": "share", "status": "stated"}
    return empty | usual | given


def changed(*rows, counts=COUNTS):
    return changes(pd.DataFrame(rows), counts, FEW)


def value(**given):
    """The value of a finding as it is shown."""
    return changed(finding(**given))["share"]["value"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"value": 12 / 47, "counts": "a b"}, 10 / 45),
        ({"value": 12 / 47, "counts": "a b", "basis": "{0} of {1}"}, 10 / 45),
        ({"value": 24 / 118, "counts": "a a d", "basis": "{0} and {1} not reported, of {2}"},
         20 / 120),
        ({"value": 45 / 118, "counts": "a d c", "basis": "{0} and {2} not stated, of {1}"},
         45 / 120),
        ({"value": 12 / 85, "counts": "a d c", "basis": "{0} of {1}, less {2} not stated"},
         10 / 85),
        ({"value": 12 / 47 * 118 / 33, "counts": "a b c d", "kind": "ratio",
          "basis": "{0} of {1} against {2} of {3}"}, 10 / 45 * 120 / 35),
        ({"value": 12 / 35 * 85 / 33, "counts": "a b c d", "kind": "ratio"}, 10 / 35 * 85 / 35),
        ({"value": 53 / 4e4 / (33 / 6e5), "counts": "a e f c g", "kind": "ratio",
          "basis": "{} + {} per {} against {} per {}"}, 50 / 4e4 / (35 / 6e5)),
        ({"value": 1000 * 12 / 118, "counts": "a d", "kind": "rate", "basis": "{0} over {1}"},
         1000 * 10 / 120),
        ({"value": 12 - 47, "counts": "a b", "kind": "difference", "basis": "{0} against {1}"},
         10 - 45),
        ({"value": 12 / 47 - 33 / 118, "counts": "a b c d", "kind": "difference"},
         10 / 45 - 35 / 120),
        ({"value": 12, "counts": "a", "kind": "count"}, 10),
        ({"value": 12 + 47 + 33, "counts": "a b c", "kind": "count"}, 10 + 45 + 35),
        ({"value": 0, "counts": "zero d"}, 0),
        # not above one, though rounding would take it there: 33 + 12 of 47
        ({"value": 45 / 47, "counts": "c a b", "basis": "{0} and {1} not reported, of {2}"}, 1),
    ],
)  # fmt: skip
def test_a_value_is_made_anew_of_the_counts_shown(given, shown):
    assert value(**given) == pytest.approx(shown, rel=1e-9)


def test_a_value_that_no_formula_gives_keeps_two_digits():
    row = finding(value=1.2345, lower=0.98765, upper=1.6543, counts="a b c d", kind="ratio",
                  method="logit")  # fmt: skip
    assert changed(row)["share"] == {"value": 1.2, "lower": 0.99, "upper": 1.7}


def test_wilson_limits_are_those_of_the_counts_shown():
    lower, upper = proportion_confint(12, 47, alpha=0.05, method="wilson")
    row = finding(value=12 / 47, lower=lower, upper=upper, confidence=0.95, counts="a b",
                  method="Wilson score")  # fmt: skip
    shown = changed(row)["share"]
    wanted = proportion_confint(10, 45, alpha=0.05, method="wilson")
    assert (shown["lower"], shown["upper"]) == pytest.approx(wanted, abs=1e-9)


def test_a_design_effect_is_kept_in_halves_and_the_words_worst_case_are_not():
    # 47 reports that tell as much as 47 / 1.7: 45 / 2 are taken
    lower, upper = proportion_confint(12 / 1.7, 47 / 1.7, alpha=0.05, method="wilson")
    assert design_effect(12 / 47, upper - lower, 47, 0.95) == pytest.approx(1.7, abs=1e-4)
    row = finding(value=12 / 47, lower=lower, upper=upper, confidence=0.95, counts="a b",
                  method="Wilson score by incident, worst case")  # fmt: skip
    shown = changed(row)["share"]
    wanted = proportion_confint(5, 22.5, alpha=0.05, method="wilson")
    assert (shown["lower"], shown["upper"]) == pytest.approx(wanted, abs=1e-9)
    assert shown["method"] == "Wilson score by incident"


def test_exact_limits_are_those_of_the_counts_shown():
    row = finding(value=12 / 47, lower=0.1, upper=0.4, confidence=0.95, counts="a b",
                  method="exact (Clopper-Pearson)")  # fmt: skip
    shown = changed(row)["share"]
    wanted = proportion_confint(10, 45, alpha=0.05, method="beta")
    assert (shown["lower"], shown["upper"]) == pytest.approx(wanted, abs=1e-9)


def test_other_limits_keep_their_distance_in_two_digits():
    row = finding(value=12 / 47 * 118 / 33, lower=0.5, upper=1.71, counts="a b c d", kind="ratio",
                  method="log, delta method by incident")  # fmt: skip
    shown = changed(row)["share"]
    made = 10 / 45 * 120 / 35
    assert (shown["lower"], shown["upper"]) == pytest.approx((made * 0.55, made * 1.9))


def test_true_counts_that_are_shown_alike_are_told_alike():
    """A value and the limits of a plain interval are a function of what is shown."""
    told = []
    for events, base in ((10, 43), (11, 45), (12, 47)):
        lower, upper = proportion_confint(events, base, alpha=0.05, method="wilson")
        counts = Shown(TRUE | {"r/a": events, "r/b": base}, SHOWS, COUNTS.restricted,
                       COUNTS.beginnings, RULE)  # fmt: skip
        row = finding(value=events / base, lower=lower, upper=upper, confidence=0.95,
                      counts="a b", method="Wilson score")  # fmt: skip
        told.append(changed(row, counts=counts))
    assert told[0] == told[1] == told[2]


HIDDEN = {"value": None, "lower": None, "upper": None, "outcome": "", "method": "", "caveats": [],
          "status": "[c]", "reason": FEW, "counts": [], "findings": [], "basis": ""}  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        finding(value=3 / 47, counts="few b"),
        finding(status="too few to say", reason="fewer than ten", counts="few b"),
        finding(status="too few to say", reason="fewer than ten incidents", counts="a b"),
        finding(value=1.5, counts="a b c d", caveats="Firth, since fewer than ten incidents have"),
        finding(kind="verdict", outcome="cannot tell: too few reports", counts="a b"),
        finding("claim/paper/one/verdict", kind="verdict", outcome="holds", counts="a"),
        finding("claim/paper/one/difference", kind="difference", value=2, counts="a"),
        finding(value=0.5),  # rests on nothing
        finding(kind="count", value=7, counts="a b"),  # of no formula
        finding(kind="count", value=7, counts="r/*"),
        finding(value=12 / 47, counts="r/not-in-the-report b"),
        finding(value=12 / 6, counts="a b e", basis="{0} of {1}, less {2} not stated",
                kind="ratio"),
    ],
)  # fmt: skip
def test_what_would_say_too_much_is_hidden(row):
    shows = SHOWS | {"r/b": 40}  # shown as equal to r/e, so that their difference is nought
    counts = Shown(TRUE, shows, COUNTS.restricted, COUNTS.beginnings, RULE)
    assert changed(row, counts=counts)[row["id"]] == HIDDEN


def test_what_rests_on_a_hidden_finding_is_hidden():
    rows = [finding("one", value=3 / 47, counts="few b"), finding("two", value=2, findings="one"),
            finding("three", value=2, findings="two")]  # fmt: skip
    assert changed(*rows) == dict.fromkeys(("one", "two", "three"), HIDDEN)


def test_of_a_claim_the_printed_number_stays_and_the_rest_that_is_exact_goes():
    shown = changed(
        finding("claim/paper/one/printed", kind="printed", value=12, counts="claims-paper/one"),
        finding("claim/paper/one/figure", kind="figure", value=12, counts="a"),
        finding("claim/paper/one/remark", kind="remark", outcome="by 0"),
        finding("claim/paper/two/remark", kind="remark", outcome="would need a log"),
    )
    assert shown["claim/paper/one/printed"] == {}
    assert shown["claim/paper/one/figure"] == {"value": 10}
    assert shown["claim/paper/one/remark"] == HIDDEN
    assert shown["claim/paper/two/remark"] == {}


def test_published_findings_pass_as_they_are():
    rows = [finding("one", value=1 / 15, counts="f g", caveats="fewer than ten"),
            finding("two", status="not available", reason="no file was given")]  # fmt: skip
    assert changed(*rows) == {"one": {}, "two": {}}
    none = Shown(TRUE, SHOWS, frozenset(), frozenset(), RULE)
    assert changed(finding(value=0.5), counts=none) == {"share": {}}


def test_a_model_over_a_whole_table_keeps_two_digits_unless_a_cell_of_it_is_hidden():
    row = finding(value=0.61789, counts="r/*", kind="statistic", method="quasi-Poisson")
    assert changed(row)["share"] == HIDDEN
    none_hidden = Shown(TRUE, SHOWS, frozenset(SHOWS) & COUNTS.restricted, COUNTS.beginnings, RULE)
    assert changed(row, counts=none_hidden)["share"] == {"value": 0.62}


def test_how_many_claims_hold_is_hidden_where_a_claim_is_on_restricted_counts():
    # the tally names the verdicts: with those of published claims known, it gives the others away
    tally = finding("claims/holds", kind="count", value=1, findings="claim/paper/one/verdict")
    other = finding("claims/does-not-hold", kind="count", value=0, findings="")
    figure = finding("claim/paper/one/figure", kind="figure", value=12, counts="a")
    shown = changed(tally, other, figure)
    assert shown["claims/holds"] == HIDDEN and shown["claims/does-not-hold"] == HIDDEN


def test_a_verdict_that_hides_nothing_keeps_its_words():
    row = finding(kind="verdict", outcome="inside the limits", counts="a b")
    assert changed(row)["share"] == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        # 10 is 10 to 12, 45 is 43 to 47, 120 is 118 to 122: 12 of 43 is 27.9%, 10 of 45 22.2%
        ({"value": 12 / 47, "counts": "a b"}, "6 percentage points"),
        # 12 per 118 is 1.22 times 10 per 120
        ({"value": 12 / 118, "counts": "a d", "kind": "rate", "basis": "{0} over {1}"}, "23%"),
    ],
)
def test_how_far_rounding_may_move_a_value_is_said(given, said):
    told = changed(finding(caveats="as reported", **given))["share"]["caveats"]
    assert told == ["as reported", f"rounding alone may move it by up to {said}"]


def test_a_value_that_rounding_hardly_moves_has_no_such_caveat():
    exact = changed(finding(value=118 / 4e4, counts="d f"))["share"]  # 120 is 118 to 122
    assert "caveats" not in exact
