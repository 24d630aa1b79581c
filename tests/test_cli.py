"""The commands: what they print, and one line and an exit status for what they refuse."""

import subprocess
import sys

import pytest

from analysis import __version__, cli
from analysis.national.reports import Outcome
from tests.conftest import ROOT


def test_list_names_every_area_and_period(capsys):
    assert cli.main(["list"]) == cli.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Periods of the official tables: 2018/19, 2019/20"
    records_only = lines.index("Areas with records only:")
    with_tables = lines[2:records_only]
    assert len(with_tables) == 43 and len(lines) == records_only + 3
    assert "  Cambridgeshire (East of England)" in with_tables
    assert "  West Midlands (West Midlands)" in with_tables
    assert lines[-1].startswith("  Police Service of Northern Ireland (Northern Ireland): ")


def test_list_gives_the_page_of_each_force(capsys):
    assert cli.main(["list", "--pages"]) == cli.DONE
    pages = [line for line in capsys.readouterr().out.splitlines() if ".police.uk/" in line]
    assert len(pages) == 45


@pytest.mark.parametrize(
    "arguments, status",
    [(["--version"], 0), (["--help"], 0), ([], 2), (["walk"], 2), (["run", "--aera", "Kent"], 2)],
)
def test_the_command_line_itself(arguments, status, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    said = capsys.readouterr()
    assert left.value.code == status and "Traceback" not in said.err
    if arguments == ["--version"]:
        assert said.out == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--area", "Kent"], ["--area and --period go together"]),
        (["--period", "2019/20"], ["--area and --period go together"]),
        (["--area", "Camelot", "--period", "2019/20"], ["area", "'Camelot'", "allowed: "]),
        (["--area", "Kent", "--period", "2019"], ["period", "'2019'", "2018/19, 2019/20"]),
        (["--area", "Kent", "--period", "last year"], ["period", "'last year'", "2019/20"]),
        (["--area", "", "--period", "2019/20"], ["area"]),
        (["x.yml", "--area", "Kent", "--period", "2019/20"], ["not both"]),
        (["none.yml"], ["none.yml", "no such params file"]),
    ],
)
def test_what_is_refused_is_told_in_one_line(arguments, named, capsys, tmp_path):
    status = cli.main(["run", *arguments, "--out", str(tmp_path / "out")])
    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n")) == (cli.REFUSED, "", 1), said
    assert [word for word in named if word not in said.err] == []
    assert not (tmp_path / "out").exists()


def test_the_schema_is_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cli, "PARAMS", tmp_path)
    assert cli.main(["schema"]) == cli.DONE
    assert capsys.readouterr().out == f"{tmp_path / 'schema.json'}\n"
    written = (tmp_path / "schema.json").read_bytes()
    assert written == (ROOT / "params" / "schema.json").read_bytes()


@pytest.fixture
def wanted(monkeypatch):
    """The reports that a command wants made; none is."""
    found = []

    class Making:
        def __init__(self, wanted, out):
            self.unfinished = wanted
            found.extend(wanted)

        def make(self, number, place):
            return [Outcome(one, {}, None, False) for one in found]

    monkeypatch.setattr(cli, "Making", Making)
    return found


@pytest.mark.parametrize("area", ["West Midlands", "west midlands", "London, City of"])
def test_area_and_period_need_no_file(area, wanted, tmp_path):
    given = ["run", "--area", area, "--period", "2018/19", "--out", str(tmp_path)]
    assert cli.main(given) == cli.DONE
    name = "City of London" if "City" in area else "West Midlands"
    (one,) = wanted
    assert (one.parameters.area, one.parameters.period) == (name, "2018/19")
    assert one.name == f"{name.lower().replace(' ', '-')}_2018-19"


def test_the_params_file_names_the_report(wanted, monkeypatch, tmp_path):
    (tmp_path / "my audit.yml").write_text("area: Kent\nperiod: 2019/20\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "my audit.yml"]) == cli.DONE
    assert [(one.folder, one.base) for one in wanted] == [
        (tmp_path / "reports" / "my audit", tmp_path)
    ]


@pytest.fixture
def records(tmp_path):
    """A file of made-up records."""
    assert cli.main([*MADE_UP, "--into", str(tmp_path)]) == cli.DONE
    return tmp_path / "records.csv"


MADE_UP = ["made-up", "--reports", "60", "--seed", "7"]


def test_a_check_tells_prints_and_writes(records, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = records.read_text("utf-8")
    records.write_text(text.replace(",White,", ",Martian,", 1), "utf-8")
    assert cli.main(["check", str(records)]) == cli.SET_ASIDE == 1
    said = capsys.readouterr().out
    assert "60 rows = 59 used + 1 set aside" in said and "Martian" in said
    table = (tmp_path / "records_check.csv").read_text("utf-8")
    assert table.startswith("row,column,value,action,becomes,reason,number\n")
    assert "SubjectEthnicity,Martian,set aside" in table
    records.write_text(text, "utf-8")
    assert cli.main(["check", str(records)]) == cli.DONE  # a table of remarks may be replaced
    assert "Martian" not in (tmp_path / "records_check.csv").read_text("utf-8")


def test_a_check_never_writes_over_records(records, capsys):
    before = records.read_bytes()
    assert cli.main(["check", str(records), "--out", str(records)]) == cli.REFUSED
    assert "no table of remarks" in capsys.readouterr().err
    assert records.read_bytes() == before


def test_a_check_of_a_period_sets_other_dates_aside(records, tmp_path, capsys):
    words = ["check", str(records), "--period", "2017/18-Q2", "--out", str(tmp_path / "x.csv")]
    assert cli.main(words) == cli.SET_ASIDE
    assert "60 rows = 0 used + 60 set aside" in capsys.readouterr().out


def test_made_up_files_are_those_of_their_seed(records, tmp_path, capsys):
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"records.csv", "taser-activity.csv", "truth.json"}
    other = tmp_path / "other"
    cli.main([*MADE_UP, "--into", str(other)])
    assert (other / "records.csv").read_bytes() == records.read_bytes()
    assert cli.main([*MADE_UP[:2], "0", "--seed", "1", "--into", str(other)]) == cli.REFUSED


def test_the_usual_run_makes_both_reports_in_one_folder(wanted, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run"]) == cli.DONE
    names = ["cambridgeshire_2019-20", "made-up_cambridgeshire_2017-q2"]
    assert [one.folder for one in wanted] == [tmp_path / "reports" / name for name in names]


def test_rebuild_without_material_is_refused(tmp_path, capsys):
    assert cli.main(["rebuild", str(tmp_path), "--into", str(tmp_path / "into")]) == cli.REFUSED
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "holds no workbook" in said


def test_a_refusal_costs_no_traceback_in_a_process_of_its_own():
    # and a console that cannot show every letter does not stop it
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "utf8=0",
            "-m",
            "analysis.cli",
            "run",
            "--area",
            "Zürich",
            "--period",
            "2019/20",
        ],
        cwd=ROOT,
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "SYSTEMROOT": "C:\\Windows"},
    )
    said = done.stderr.decode("ascii")
    assert done.returncode == cli.REFUSED and said.count("\n") == 1 and "rich" in said
