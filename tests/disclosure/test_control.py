"""From the tables of a report to a plan and its log."""

import pandas as pd
import pytest

from analysis.counts import NOT_AVAILABLE, SUPPRESSED
from analysis.disclosure.control import plan_of
from analysis.findings import COLUMNS
from analysis.parameters import Disclosure
from tests.disclosure.by_hand import count, counted

EXACT = Disclosure(threshold=10, rounding=1)
CELLS = {"all": range(54), "Cambridge": range(50), "Fenland": range(50, 54), "no place": []}
NO_FINDINGS = pd.DataFrame(columns=COLUMNS)


@pytest.fixture
def counts():
    return pd.concat([counted(CELLS), count("residents", None, 7, source="census")],
                     ignore_index=True)  # fmt: skip


def place(plan, counts):
    """What of each count changes, by its words."""
    return {
        words: plan.counts[one] for one, words in zip(counts["id"], counts["cell"], strict=True)
    }


def test_every_count_is_named_and_published_ones_pass(counts):
    plan, _ = plan_of(counts, NO_FINDINGS, Disclosure(), {"records"})
    assert set(plan.counts) == set(counts["id"])
    shown = place(plan, counts)
    assert shown["residents"] == shown["no place"] == {}
    assert shown["all"] == {"value": 55, "printed": "55"}
    assert shown["Fenland"]["status"] == shown["Fenland"]["printed"] == SUPPRESSED
    assert shown["Fenland"]["value"] is None


def test_without_restricted_sources_nothing_changes(counts):
    plan, log = plan_of(counts, NO_FINDINGS, Disclosure(), set())
    assert set(map(str, plan.counts.values())) == {"{}"}
    assert log.empty


def test_without_complementary_suppression_a_sum_gives_the_number_away(counts):
    alone = place(plan_of(counts, NO_FINDINGS, EXACT, {"records"}, complementary=False)[0], counts)
    assert alone["all"]["value"] - alone["Cambridge"]["value"] == 4
    whole = place(plan_of(counts, NO_FINDINGS, EXACT, {"records"})[0], counts)
    assert SUPPRESSED in {whole["all"].get("status"), whole["Cambridge"].get("status")}


def test_rounding_is_no_protection_to_lean_on(counts):
    # shown as 55 and 50 they bound the rest to 1 to 9; whoever knows 54 and 50 knows it
    hides = [
        {one for one, fields in plan.counts.items() if fields.get("status") == SUPPRESSED}
        for base in (1, 5, 10)
        for plan, _ in [plan_of(counts, NO_FINDINGS, Disclosure(rounding=base), {"records"})]
    ]
    assert len(hides[0]) == 2
    assert hides[0] == hides[1] == hides[2]


def test_the_number_that_fewer_findings_show_is_hidden(counts):
    ids = counts.set_index("cell")["id"]
    for dear, other in (("all", "Cambridge"), ("Cambridge", "all")):
        row = dict.fromkeys(COLUMNS, "") | {
            "id": "one", "series_id": "one", "kind": "figure", "status": "stated",
            "value": float(counts.set_index("cell")["value"][dear]), "counts": ids[dear],
        }  # fmt: skip
        plan, _ = plan_of(counts, pd.DataFrame([row]), EXACT, {"records"})
        assert "status" not in place(plan, counts)[dear]
        assert place(plan, counts)[other]["status"] == SUPPRESSED
        assert plan.findings["one"] == {"value": row["value"]}


def test_the_log_says_what_and_why_but_no_value_and_not_which_is_small(counts):
    plan, log = plan_of(counts, NO_FINDINGS, EXACT, {"records"})
    assert list(log.columns) == ["id", "label", "what", "why"]
    assert set(log["label"]) == {"Cambridge", "Fenland"} or set(log["label"]) == {"all", "Fenland"}
    assert set(log["why"]) == {"fewer than 10, or it would give such a number away"}
    assert set(log["id"]) == {one for one, fields in plan.counts.items() if "status" in fields}


def test_a_number_that_is_not_available_says_nothing_of_what_was_printed():
    table = count("uses", [2], 4, unit="uses", measure="uses", status=NOT_AVAILABLE)
    plan, _ = plan_of(table, NO_FINDINGS, Disclosure(), {"records"})
    assert place(plan, table) == {"uses": {"printed": ""}}


def test_a_printed_percentage_is_hidden():
    table = count("injured", None, 12, measure="per cent of reports with an officer injured")
    plan, _ = plan_of(table, NO_FINDINGS, Disclosure(), {"records"})
    assert place(plan, table)["injured"]["status"] == SUPPRESSED


def test_the_same_tables_make_the_same_plan_in_any_order(counts):
    first, log = plan_of(counts, NO_FINDINGS, EXACT, {"records"})
    turned, again = plan_of(counts[::-1].reset_index(drop=True), NO_FINDINGS, EXACT, {"records"})
    assert first == turned
    assert log.equals(again)
