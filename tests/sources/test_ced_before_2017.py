"""CED use before April 2017, from a table of figures that others printed."""

import pandas as pd
import pytest

from analysis.errors import Refused
from analysis.ledger import Ledger
from analysis.sources import ced_before_2017, published

X26 = {
    "source": "Home Office Taser X26 2016 tables",
    "url": "",
    "period": "Jan-Dec 2016",
    "area": "Cambridgeshire",
    "measure": "CED uses total",
    "value": "93.0",
}

# Known defects of analysis/sources/ced_before_2017.py, in clean() and read(): remove with them.


def clean(*rows, ledger=None):
    frame = pd.DataFrame([X26 | words for words in rows])
    return ced_before_2017.clean(frame, ledger or Ledger())


@pytest.mark.parametrize(
    "source, period, uses, fired",
    [  # published_figures.csv; January to March 2017 was printed with the financial year 2017/18
        ("home-office-ced-2016", "2015", 72, None),
        ("home-office-ced-2016", "2016", 93, 9),
        ("home-office-2017-18", "2017-Q1", 40, 8),
    ],
)
def test_cambridgeshire_as_the_project_holds_it(source, period, uses, fired):
    held = published.load(source, "CED by force").where(area="Cambridgeshire", period=period)
    assert held.one(tactic="CED").value == uses
    if fired is not None:
        assert held.one(tactic="CED fired").value == fired
    kinds = {count.tactic: count.value for count in held}
    assert kinds["CED"] == sum(
        kinds[f"CED {part}"] for part in ("non-discharge", "discharge", "not stated")
    )


def test_all_of_the_file_is_accounted_for(shared):
    ledger = Ledger()
    frame = ced_before_2017.read(shared / "domain" / "published_figures.csv")
    counts = ced_before_2017.clean(frame, ledger)
    numbers = ledger.frame.set_index("action")["number"]
    assert numbers["read"] == 381  # as ../shared/README.md says
    assert numbers["read"] == numbers["used"] + numbers["set aside"]
    assert numbers["used"] == sum(len(table) for table in counts.values()) == 33


def test_periods_and_revision_are_kept_apart():
    # definition 10: calendar years, and three months before the first financial year
    tables = clean(
        {},
        {"period": "Jan-Dec 2015 (revised)"},
        {"source": "Home Office ODS CED by type and force table", "period": "Jan-Mar 2017"},
    )
    found = {
        (source, count.period, count.note) for source, table in tables.items() for count in table
    }
    assert found == {
        ("home-office-ced-2016", "2016", ""),
        ("home-office-ced-2016", "2015", "revised"),
        ("home-office-2017-18", "2017-Q1", "three months"),
    }


@pytest.mark.parametrize(
    "words",
    [{"period": "Apr 2017-Mar 2018"}, {"source": "BBC"}, {"area": "England and Wales"}],
)
def test_other_figures_are_set_aside(words):
    ledger = Ledger()
    (table,) = clean({}, words, ledger=ledger).values()
    assert len(table) == 1
    assert ledger.frame.set_index("action")["number"]["set aside"] == 1


@pytest.mark.parametrize(
    "words, problem",
    [
        ({"area": "Cambs"}, "row 2: 'Cambs' is not a police force of the national list; allowed: "),
        ({"measure": "CED shown"}, "row 2: 'shown' is not a known tactic"),
        ({"measure": "Baton used"}, "'Baton used'"),
    ],
)
def test_what_is_refused(words, problem):
    with pytest.raises(Refused, match=problem):
        clean(words)


@pytest.mark.parametrize("value", ["-3", "n/a", "", "40.5", ":"])
def test_a_value_that_is_no_whole_number_is_refused(value):
    with pytest.raises(Refused, match="whole number"):
        clean({"value": value})


def test_a_row_that_stands_twice_is_refused():
    with pytest.raises(Refused, match="2016/cambridgeshire/tactic-uses/ced/all' stands twice"):
        clean({}, {})


@pytest.mark.parametrize(
    "content, problem",
    [
        (None, "there is no such file"),
        (b"", "cannot be read"),
        (b"source,area\n\xff,x\n", "cannot be read"),
        (b"source,area\nx,y\n", "header: columns differ"),
    ],
)
def test_a_file_that_is_not_the_table_of_figures_is_refused(tmp_path, content, problem):
    path = tmp_path / "figures.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused, match=problem):
        ced_before_2017.clean(ced_before_2017.read(path), Ledger())
