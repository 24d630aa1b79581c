"""A real country of two forces, in workers of its own: the bytes that ``run`` makes, verified."""

from analysis import cli
from analysis.national.jobs import STORE
from analysis.parameters import check
from analysis.proof.verify import verify
from analysis.report.run import run
from tests.report.sameness import files

CHAPTERS = ["injuries"]


def test_two_forces(tmp_path, capsys):
    params, out = tmp_path / "two.yml", tmp_path / "reports"
    params.write_text(
        f"areas: [Kent, Cambridgeshire]\nperiods: [2019/20]\nchapters: {CHAPTERS}\n", "utf-8"
    )
    words = ["run-all", str(params), "--out", str(out)]
    assert cli.main(words) == cli.DONE
    said = capsys.readouterr()
    assert "4 of 4 done, 0 running, 0 failed, 0 left" in said.err
    assert said.out == f"2 of 2 reports made in full, 2 of all anew\n{out / 'index.html'}\n"
    alone = check({"area": "Kent", "period": "2019/20", "chapters": CHAPTERS}, "here")
    run(alone, tmp_path / "alone", tmp_path)
    assert files(out / "kent_2019-20") == files(tmp_path / "alone")
    assert verify(out / "cambridgeshire_2019-20") == []
    assert cli.main(words) == cli.DONE
    assert "2 of 2 reports made in full, 0 of all anew" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {
        "kent_2019-20",
        "cambridgeshire_2019-20",
        ".kent_2019-20.lock",
        ".cambridgeshire_2019-20.lock",
        "index.html",
        STORE,
    }
