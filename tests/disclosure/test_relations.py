"""How numbers hang together: each rule is needed, as an attack by hand shows."""

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import relations as room
from analysis.disclosure import suppression
from tests.disclosure.by_hand import count, counted, printed

THRESHOLD = 10


def hidden(counts):
    held = room.relations(counts)
    chosen = suppression.hidden(held, np.ones(len(held.numbers)), THRESHOLD)
    words = counts.set_index("id")["cell"]
    return {words[one] for one, cell in held.cell_of.items() if chosen[cell]}


def tactics():
    """All tactics, each once a report, less those with a shield: 4 batons used."""
    involving = {"measure": "reports involving tactic", "subject": "by tactic"}
    return pd.concat([
        count("baton", range(4), tactic="Baton used", **involving),
        count("shield", range(2, 22), tactic="Shield", **involving),
        count("all tactics", range(22), 24, unit="tactic in a report", measure="tactic uses",
              tactic="All tactics"),
    ], ignore_index=True)  # fmt: skip


def sizes():
    """38 reports, less 30 that are one by one: 8, which are 4 incidents of two."""
    by_minute = {"unit": "incident by same minute", "measure": "incidents"}
    return pd.concat([
        count("all", range(38)),
        count("alone", range(8, 38), 30, group="1 report", **by_minute),
        count("in twos", range(8), 4, group="2 reports", **by_minute),
    ], ignore_index=True)  # fmt: skip


def stages():
    """33 discharges, 12 of them in the third place; of 10 and 12 uses, 9 and 12 in the others."""
    lines = []
    for place, (used, discharged) in enumerate([(10, 9), (12, 12), (12, 12)], 2):
        for measure, number in (("uses", used), ("discharges", discharged)):
            lines.append(count(f"{measure} {place}", [place], number, unit=measure,
                               measure=measure))  # fmt: skip
    lines.append(count("discharges", [2, 3, 4], 33, unit="discharges", measure="discharges"))
    return pd.concat(lines, ignore_index=True)


def incidents_with():
    """19 incidents of two groups: of 9 and 10 reports with force on the ground."""
    by_place = {"unit": "incident by one place", "measure": "incidents"}
    return pd.concat([
        count("group A; incidents: ground", range(20), 9, **by_place),
        count("group B; incidents: ground", range(20, 45), 10, **by_place),
        count("incidents: ground", range(45), 19, **by_place),
        count("group A; reports: ground", range(10)),
        count("group B; reports: ground", range(20, 30)),
    ], ignore_index=True)  # fmt: skip


def levels():
    """14 injured of two levels: of 10, which stands alone, and of 4, which were merged."""
    level, rarer = (f"subject injured: answered; highest tactic: {one}"
                    for one in ("Shield", "Rarer tactics"))  # fmt: skip
    return counted({
        level: range(40), f"{level}; subject injured: Yes": range(10),
        rarer: range(40, 80), f"{rarer}; subject injured: Yes": range(40, 44),
        "injured": [*range(10), *range(40, 44)],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "counts", "small"),
    [
        ("_tactics_in_all", tactics, {"baton"}),
        ("_sizes", sizes, {"in twos"}),
        ("_printed", lambda: printed(all=50, Male=46, Female=4), {"Female"}),
    ],
)
def test_without_the_rule_a_sum_gives_the_small_number_away(rule, counts, small, monkeypatch):
    hide = hidden(counts())
    assert small < hide  # another with it
    monkeypatch.setattr(room, rule, lambda *given, **more: ())
    assert hidden(counts()) == small


def most(counts, words, hide):
    """The most that a cell can be while these are hidden."""
    held = room.relations(counts)
    place = {
        one: held.cell_of[count] for count, one in zip(counts["id"], counts["cell"], strict=True)
    }
    concealed = np.isin(np.arange(len(held.numbers)), [place[one] for one in hide])
    objective = -1.0 * (np.arange(len(held.numbers)) == place[words])
    lower, upper = suppression.bounds(held, concealed)
    return -suppression.solve(held, objective, lower, upper).fun


@pytest.mark.parametrize(
    ("rule", "counts", "small", "other", "bounded", "free"),
    [
        # 33 less 12 is 21: 20 if the other is 1, but it is at most the 10 uses of its own line
        ("_in_order", stages, "discharges 2", "discharges 3", 10, 20),
        # 19 incidents: 18 if the other is 1, but at most the 10 reports that are theirs
        ("_incidents_with", incidents_with, "group A; incidents: ground",
         "group B; incidents: ground", 10, 18),
        # 14 injured: 13 if the other is 1, but a level that stands alone has at least 10
        ("_levels", levels,
         "subject injured: answered; highest tactic: Rarer tactics; subject injured: Yes",
         "subject injured: answered; highest tactic: Shield; subject injured: Yes", 4, 13),
    ],
)  # fmt: skip
def test_without_the_rule_a_number_is_not_bounded_by_a_larger_one(
    rule, counts, small, other, bounded, free, monkeypatch
):
    table = counts()
    assert most(table, small, {small, other}) == pytest.approx(bounded)
    assert len(hidden(table)) > 2
    monkeypatch.setattr(room, rule, lambda *given, **more: ())
    assert most(table, small, {small, other}) == pytest.approx(free)


def test_incidents_are_at_most_the_reports_in_them():
    by_minute = {"unit": "incident by same minute", "measure": "incidents"}
    table = pd.concat(
        [count("reports", range(11)), count("incidents", range(11), 9, **by_minute)],
        ignore_index=True,
    )
    assert most(table, "incidents", {"incidents"}) == pytest.approx(11)


def test_a_row_that_is_used_is_a_report():
    table = pd.concat(
        [count("read", range(12), unit="row of the file"), count("all", range(12))],
        ignore_index=True,
    )
    held = room.relations(table)
    assert len(set(held.cell_of.values())) == 1


def test_files_are_apart():
    record, other = ({"source": "records", "table": name, "measure": "reports", "rows": "report:6"}
                     for name in ("a.csv", "b.csv"))  # fmt: skip
    assert room.file_of(record) != room.file_of(other)
    line = {"source": "log", "measure": "uses", "rows": "uses:4"}
    assert room.file_of(line | {"table": "printed here"}) == room.file_of(line | {"table": "there"})


def test_two_numbers_of_the_same_rows_are_a_defect():
    uses = {"unit": "uses", "measure": "uses"}
    table = pd.concat([count("a", [2], 4, **uses), count("b", [2], 5, **uses)], ignore_index=True)
    with pytest.raises(ValueError, match="two values"):
        room.relations(table)


def test_the_true_numbers_fulfil_what_is_told_of_them():
    for counts in (
        tactics,
        sizes,
        stages,
        incidents_with,
        levels,
        lambda: printed(all=50, Male=46),
    ):
        held = room.relations(counts())
        suppression.solve(held, np.zeros(len(held.numbers)), held.numbers, held.numbers)


def test_counts_that_share_nothing_are_not_related():
    held = room.relations(counted({"a": range(3), "b": range(3, 30)}))
    suppression.solve(held, np.zeros(2), np.array([1.0, 500.0]), np.array([1.0, 500.0]))
