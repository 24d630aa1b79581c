"""A plan in force: rows as a release shows them, and nothing that the plan does not name."""

import pandas as pd
import pytest

from analysis.counts import Counts
from analysis.disclosure.plan import Plan
from analysis.errors import Refused
from analysis.findings import Finding, Findings
from analysis.ledger import COLUMNS as LEDGER
from tests.disclosure.by_hand import counted

FEW = "fewer than 10, or it would give such a number away"
HIDDEN = {"value": None, "printed": "[c]", "status": "[c]", "note": FEW}
TABLE = Counts(counted({"men": range(12), "women": range(12, 15), "nobody": []}))
MEN, WOMEN, NOBODY = TABLE
PLACE = {"area": "Cambridgeshire", "period": "2017-Q2", "edition": "made up"}


def share(**given):
    fields = {
        "series_id": "share", "label": "Women", "kind": "share", "unit": "report", "value": 0.2,
        "lower": 0.1, "upper": 0.5, "confidence": 0.95, "method": "Wilson score",
        "caveats": ("one", "two"), "counts": (WOMEN, MEN, "records/*"),
    }  # fmt: skip
    return Finding(**PLACE | fields | given)


@pytest.fixture
def plan():
    gone = {"value": None, "lower": None, "upper": None, "outcome": "", "method": "",
            "caveats": [], "status": "[c]", "reason": FEW}  # fmt: skip
    return Plan(
        threshold=10,
        rounding=5,
        restricted=frozenset({"records", "log"}),
        counts={MEN.id: {"value": 10, "printed": "10"}, WOMEN.id: HIDDEN, NOBODY.id: {}},
        findings={share().id: gone, share(series_id="kept").id: {}},
    )


def test_a_plan_is_read_as_it_was_written_and_equal_plans_are_equal_bytes(plan, tmp_path):
    plan.write(tmp_path / "plan.json")
    assert Plan.read(tmp_path / "plan.json") == plan
    turned = Plan(10, 5, frozenset({"log", "records"}), dict(reversed(plan.counts.items())),
                  dict(reversed(plan.findings.items())))  # fmt: skip
    turned.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "plan.json").read_bytes()


def test_a_count_is_rounded_or_hidden_and_loses_its_rows(plan):
    assert (plan.row(MEN).text(), plan.row(MEN).rows) == ("10", "")
    assert (plan.row(WOMEN).text(), plan.row(WOMEN).reason) == ("[c]", FEW)
    assert not plan.row(WOMEN).available
    assert plan.row(NOBODY).text() == "0"


def test_a_finding_that_is_hidden_keeps_its_counts_as_they_are_shown(plan):
    hidden = plan.row(share())
    assert (hidden.text(), hidden.text("lower"), hidden.reason) == ("[c]", "[c]", FEW)
    assert (hidden.method, hidden.caveats) == ("", ())
    assert [one if isinstance(one, str) else one.text() for one in hidden.counts] == [
        "[c]", "10", "records/*",
    ]  # fmt: skip
    kept = plan.row(share(series_id="kept"))
    assert (kept.value, kept.caveats) == (0.2, ("one", "two"))
    assert kept.counts[0].text() == "[c]"


def test_tables_are_shown_row_by_row(plan):
    shown = plan.rows(TABLE)
    assert [count.text() for count in shown] == ["10", "[c]", "0"]
    for one, other in zip(shown, TABLE, strict=True):
        row = plan.row(other)
        assert (one.text(), one.printed, one.note) == (row.text(), row.printed, row.note)
    assert set(shown.frame["rows"]) == {""}
    assert [str(one) for one in plan.rows(Findings((share(),)))] == [str(plan.row(share()))]
    assert [count.text() for count in TABLE] == ["12", "3", "0"]  # as it was


@pytest.mark.parametrize("row", [share(series_id="another"), MEN], ids=["finding", "count"])
def test_what_the_plan_does_not_name_is_refused(plan, row):
    empty = Plan(10, 5, plan.restricted, {}, {})
    with pytest.raises(Refused, match="does not name it"):
        empty.row(row)


def test_a_finding_with_a_count_that_the_plan_does_not_name_is_refused(plan):
    without = Plan(10, 5, plan.restricted, {MEN.id: {}}, plan.findings)
    with pytest.raises(Refused, match="women"):
        without.row(share())
    with pytest.raises(Refused, match="women"):
        without.rows(TABLE)


def test_a_ledger_says_what_was_done_and_not_to_how_many(plan):
    entries = [
        ("records", "r.csv", "set aside", 3, "row", "Jo", "", "no date", "row 7"),
        ("records", "r.csv", "set aside", 12, "row", "Al", "", "no date", "row 9"),
        ("census", "c.csv", "read", 4, "cell", "x", "y", "", "row 2"),
    ]
    shown = plan.ledger(pd.DataFrame(entries, columns=LEDGER))
    assert shown.to_numpy().tolist() == [
        ["records", "r.csv", "set aside", "[c]", "row", "", "", "no date", ""],
        ["census", "c.csv", "read", "4", "cell", "x", "y", "", "row 2"],
    ]
