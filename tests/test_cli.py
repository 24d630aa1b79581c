"""The commands: what they print, and one line and an exit status for what they refuse."""

import subprocess
import sys

import pytest

from analysis import __version__, cli
from tests.conftest import ROOT


def test_list_names_every_area_and_period(capsys):
    assert cli.main(["list"]) == cli.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Periods: 2018/19, 2019/20"
    assert len(lines) == 2 + 43
    assert (
        "  Cambridgeshire (East of England)" in lines and "  West Midlands (West Midlands)" in lines
    )


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


@pytest.mark.parametrize("area", ["West Midlands", "west midlands", "London, City of"])
def test_area_and_period_need_no_file(area, monkeypatch, tmp_path, capsys):
    from analysis.report import run

    asked = []

    def instead(parameters, folder, base):
        asked.append((parameters.area, parameters.period, folder.name))
        return run.Report(folder, {})

    monkeypatch.setattr(run, "run", instead)
    given = ["run", "--area", area, "--period", "2018/19", "--out", str(tmp_path)]
    assert cli.main(given) == cli.DONE
    name = "City of London" if "City" in area else "West Midlands"
    assert asked == [(name, "2018/19", f"{name.lower().replace(' ', '-')}_2018-19")]


def test_the_params_file_names_the_report(monkeypatch, tmp_path):
    from analysis.report import run

    asked = []
    monkeypatch.setattr(
        run, "run", lambda p, folder, base: asked.append((folder, base)) or run.Report(folder, {})
    )
    (tmp_path / "my audit.yml").write_text("area: Kent\nperiod: 2019/20\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "my audit.yml"]) == cli.DONE
    assert asked == [(tmp_path / "reports" / "my audit", tmp_path)]


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
