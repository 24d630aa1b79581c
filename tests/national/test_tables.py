"""National tables against the same counted report by report in pandas, over a made-up country."""

import pytest

from analysis import store
from analysis.errors import Refused
from analysis.made_up.files import RECORDS, damaged, make, write
from analysis.national.counting import count
from analysis.national.tables import BY_ANSWER, TOGETHER, national_tables
from analysis.sources.records import read_records
from analysis.standard.forces import forces
from analysis.standard.tactics import TACTICS

PERIOD, ORDER = "2017-Q2", "metropolitan"
FORCES = sorted(force.name for force in forces().values())[:10]


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Ten made-up forces of 200 rows, some damaged: as stored, and as read row by row."""
    folder = tmp_path_factory.mktemp("country")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.STORE, str(folder / "store"))
        kept, read = [], {}
        for seed, force in enumerate(FORCES):
            write(folder / force, (damaged if seed % 3 else make)(200, seed))
            path = folder / force / RECORDS
            kept.append(store.stored(path, force, PERIOD))
            read[force] = read_records(path, force, PERIOD).records
    return kept, read


@pytest.fixture(scope="module")
def tables(country):
    return counted(country[0])


def counted(kept, order=ORDER):
    return national_tables(count(one, order) for one in kept)


def held(counts, **dimensions):
    frame = counts.where(**dimensions).frame
    return dict(zip(frame["area"], frame["value"].astype(int), strict=True))


def with_sum(numbers):
    """What stands in a table: no row for nought, and the sum."""
    found = {force: int(number) for force, number in numbers.items() if number}
    return found | {TOGETHER: sum(found.values())} if found else {}


def test_reports_are_those_of_each_force(country, tables):
    wanted = with_sum({force: len(records) for force, records in country[1].items()})
    assert held(tables, subject="reports") == wanted


@pytest.mark.parametrize("subject", BY_ANSWER)
def test_reports_by_answer(country, tables, subject):
    field = BY_ANSWER[subject]
    answers = next(iter(country[1].values())).reports[field].cat.categories
    for answer in answers:
        wanted = {force: records.answered(field, answer).sum()
                  for force, records in country[1].items()}  # fmt: skip
        assert held(tables, subject=subject, group=answer) == with_sum(wanted), answer


@pytest.mark.parametrize("tactic", TACTICS)
def test_reports_by_tactic(country, tables, tactic):
    wanted = {force: records.involving(tactic).sum() for force, records in country[1].items()}
    assert held(tables, subject="reports by tactic", tactic=tactic) == with_sum(wanted)


@pytest.mark.parametrize("order", ["metropolitan", "fired-highest"])
def test_the_highest_use_of_a_ced(country, order):
    counts = counted(country[0], order).where(subject="highest use of CED")
    highest = {force: records.highest_ced(order) for force, records in country[1].items()}
    found = {use for series in highest.values() for use in series.dropna()}
    assert {*counts.frame["tactic"]} == found and len(found) > 4
    for use in found:
        wanted = {force: (series == use).sum() for force, series in highest.items()}
        assert held(counts, tactic=use) == with_sum(wanted)


def test_ids_are_of_made_up_records(tables):
    assert {*tables.frame["edition"]} == {"made up"}
    assert tables.frame["id"].is_unique
    assert tables.frame["id"].str.startswith("made-up-records/").all()


def test_what_does_not_go_together_is_refused(country):
    kept = country[0]
    with pytest.raises(Refused, match="is given twice"):
        counted([kept[0], kept[0]])
    with pytest.raises(Refused, match="no file holds a report"):
        national_tables([])


def test_a_period_that_one_force_lacks_has_no_sum(country, monkeypatch, tmp_path):
    monkeypatch.setenv(store.STORE, str(tmp_path / "store"))
    write(tmp_path, make(50, 3))
    other = store.stored(tmp_path / RECORDS, FORCES[0], "2017-04..2017-04")
    counts = counted([*country[0], other]).where(subject="reports")
    assert TOGETHER not in held(counts, period=other.period)
    assert TOGETHER in held(counts, period=PERIOD)
