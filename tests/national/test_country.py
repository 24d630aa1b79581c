"""The form of a country's params file: what it asks for, and what is refused at once."""

import pytest

from analysis import cli
from analysis.errors import Refused
from analysis.national.country import read_country
from analysis.places import PARAMS


def write(folder, text):
    path = folder / "country.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_of_the_project_asks_for_every_force_and_year():
    country = read_country(PARAMS / "national.yml")
    assert len(country.reports) == 43 * 2 and country.without_records == ()
    assert len({one.name for one in country.reports}) == 86
    assert {len(one.chapters) for one in country.reports} == {5}


def test_records_are_those_of_the_forces_that_have_a_file(tmp_path):
    names = ("kent_2017-q2", "avon-and-somerset_2017-q2", "kent_2017-q3")
    for name in names:
        (tmp_path / f"{name}.csv").write_text("", encoding="utf-8")
    text = 'periods: [2017-Q2, 2017-Q3]\nsources: {records: "{area}_{period}.csv"}\n'
    country = read_country(write(tmp_path, "areas: all\n" + text))
    assert {one.sources.records for one in country.reports} == {f"{name}.csv" for name in names}
    assert ("Avon and Somerset", "2017-Q3") in country.without_records
    assert not {("Kent", "2017-Q2"), ("Kent", "2017-Q3")} & {*country.without_records}
    with pytest.raises(Refused, match="avon-and-somerset_2017-q3.csv: there is no such file"):
        read_country(write(tmp_path, "areas: [Avon and Somerset]\n" + text))


@pytest.mark.parametrize(
    "text, named",
    [
        ("areas: all", ["periods", "None", "2019/20"]),
        ("periods: [2019/20]", ["areas", "all, or a list"]),
        ("areas: [Camelot]\nperiods: [2019/20]", ["areas", "'Camelot'"]),
        ("areas: [Kent, kent]\nperiods: [2019/20]", ["areas", "'Kent' stands twice"]),
        ("areas: all\nperiods: [last year]", ["periods", "'last year'"]),
        ("areas: all\nperiods: [2019/20]\narea: Kent", ["key 'area' is not known", "areas"]),
        ("areas: all\nperiods: [2019/20]\nsources: x", ["sources", "keys with values"]),
        ("areas: all\nperiods: [2019/20]\nsources: {recods: x}", ["sources.recods", "records"]),
        (
            'areas: all\nperiods: [2019/20]\nsources: {arrests: "{force}.csv"}',
            ["sources.arrests", "{force}", "{area} and {period}"],
        ),
        ("areas: all\nperiods: [2019/20]\nchoices: {seed: -1}", ["choices.seed", "0 or more"]),
        ('areas: all\nperiods: [2019/20]\nsources: {records: "{area}.csv"}', ["no file is named"]),
    ],
)
def test_what_is_refused_is_told_in_one_line(text, named, tmp_path, capsys):
    path = write(tmp_path, text)
    status = cli.main(["run-all", str(path), "--out", str(tmp_path / "out")])
    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n")) == (cli.REFUSED, "", 1), said
    assert str(path) in said.err and [word for word in named if word not in said.err] == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [["--workers", "0"], ["--workers", "2", "--cluster", "x"]])
def test_workers_are_one_or_more_and_a_cluster_has_its_own(words, capsys):
    assert cli.main(["run-all", str(PARAMS / "national.yml"), *words]) == cli.REFUSED
    assert "--workers" in capsys.readouterr().err
