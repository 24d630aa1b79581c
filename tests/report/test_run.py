"""A run leaves a whole report or none; what fails is said in one line, and the rest stands."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from analysis import cli
from analysis.national.jobs import STORE
from analysis.places import ROOT
from analysis.report import chapters, run
from tests.report.stand_ins import SHOWN, UNRECORDED, chapter, take_chapters_from

NAME = "mine"


class Place:
    """A folder with a params file, chapters that stand in, and the reports made of them."""

    def __init__(self, root: Path, capsys) -> None:
        self.notebooks, self.reports, self.capsys = root / "notebooks", root / "reports", capsys
        self.params = root / f"{NAME}.yml"
        self.report = self.reports / NAME
        self.chapters("taser")

    def chapters(self, *names: str, more: str = "") -> None:
        text = f"area: Kent\nperiod: 2019/20\nchapters: [{', '.join(names)}]\n{more}"
        self.params.write_text(text, encoding="utf-8")

    def run(self) -> tuple[int, str, str]:
        """Exit status, output and errors of ``uof-audit run``."""
        self.capsys.readouterr()
        status = cli.main(["run", str(self.params), "--out", str(self.reports)])
        return status, *self.capsys.readouterr()

    def left(self) -> list[str]:
        """What lies in the folder of reports besides the report, the lock and the store."""
        usual = (NAME, f".{NAME}.lock", STORE)
        return [path.name for path in self.reports.iterdir() if path.name not in usual]

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.report).as_posix(): path.read_bytes()
            for path in self.report.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def place(tmp_path, monkeypatch, capsys):
    place = Place(tmp_path, capsys)
    take_chapters_from(place.notebooks, monkeypatch.setattr)
    return place


def errors(text: str) -> list[str]:
    """Lines on standard error that are not the progress bar's."""
    lines = [line.strip() for line in text.replace("\r", "\n").splitlines()]
    bars = ("cell/s]", "?cell", " left: ")
    return [line for line in lines if line and not any(word in line for word in bars)]


def test_a_run_writes_a_whole_report(place):
    chapter(place.notebooks, "taser", SHOWN)
    status, output, said = place.run()
    assert (status, output) == (cli.DONE, f"{place.report / 'report.html'}\n")
    assert errors(said) == []
    assert set(place.files()) == {
        "report.html",
        "counts.csv",
        "findings.csv",
        "ledger.csv",
        "manifest.json",
        "notebooks/taser.ipynb",
        "ro-crate-metadata.json",
        "trace.html",
    }
    assert "authorisations" in (place.report / "counts.csv").read_text("utf-8")
    assert place.left() == []


def test_a_failing_chapter_leaves_the_others(place):
    place.chapters("data-quality", "taser")
    chapter(place.notebooks, "data-quality", "1 / 0", "print('never reached')")
    chapter(place.notebooks, "taser", SHOWN)
    status, output, said = place.run()
    assert status == cli.CHAPTER_FAILED == 1
    assert errors(said) == ["chapter data-quality failed: ZeroDivisionError: division by zero"]
    assert Path(output.strip()).name == "report.html"
    page = (place.report / "report.html").read_text("utf-8")
    assert "“Chapter data-quality” failed" in page
    assert page.count("ZeroDivisionError: division by zero") == 2  # on top, and where it stopped
    assert ">309<" in page and "Section of taser" in page
    assert '"data-quality": "ZeroDivisionError' in (place.report / "manifest.json").read_text()


@pytest.mark.parametrize(
    "code",
    [
        "import os\nopen(os.path.join(os.getcwd(), 'none.csv'))",
        "import os\nraise ValueError(os.getcwd() + ': row 3\\nand more')",
        "import warnings\nwarnings.warn('odd')\n1 / 0",
        "import analysis\nraise ValueError(analysis.__file__)",
    ],
    ids=["a missing file", "two lines", "a warning", "a file of ours"],
)
def test_no_traceback_and_no_path_of_this_machine(place, code):
    chapter(place.notebooks, "taser", code)
    status, output, said = place.run()
    assert status == cli.CHAPTER_FAILED
    (line,) = errors(said)
    assert line.startswith("chapter taser failed: ") and "Traceback" not in output + said
    machine = [str(place.reports.parent), str(ROOT), sys.prefix, "ipykernel_"]
    for name, content in place.files().items():
        text = content.decode("utf-8")
        assert "Traceback" not in text, name
        assert [path for path in machine if path in text] == [], name


def test_a_chapter_is_given_the_values_that_it_names_and_no_others(place):
    place.chapters("taser", more="choices: {seed: 7, tactic: AEP}\n")
    names = 'assert (area, tactic, seed) == ("Kent", "AEP", 7) and "census" not in dir()'
    chapter(place.notebooks, "taser", names, parameters='area = ""\ntactic = ""\nseed = 0')
    assert place.run()[0] == cli.DONE


def test_kernels_start_beside_the_params_file_and_the_process_stays(place, monkeypatch):
    # chapters run in threads: one that moved the process would move where others start
    place.chapters("data-quality", "taser")
    here = f"import os\nassert os.path.samefile(os.getcwd(), {str(place.params.parent)!r})"
    for name in ("data-quality", "taser"):
        chapter(place.notebooks, name, here)
    execute, folders = chapters.execute, []

    def noting(*given):
        folders.append(Path.cwd())
        return execute(*given)

    monkeypatch.setattr(chapters, "execute", noting)
    before = Path.cwd()
    assert place.run()[0] == cli.DONE
    assert folders == [before, before] and before != place.params.parent


def test_a_chapter_that_names_a_value_of_no_params_file_fails(place):
    place.chapters("data-quality", "taser")
    chapter(place.notebooks, "data-quality", SHOWN, parameters='area = ""\nshoe_size = 43')
    chapter(place.notebooks, "taser", SHOWN)
    status, _, said = place.run()
    assert status == cli.CHAPTER_FAILED
    (line,) = errors(said)
    assert "data-quality failed: parameters of the chapter: 'shoe_size'; allowed: area, per" in line
    assert ">309<" in (place.report / "report.html").read_text("utf-8")


def test_a_chapter_that_shows_a_figure_without_recording_it_fails(place):
    chapter(place.notebooks, "taser", UNRECORDED)
    status, _, said = place.run()
    assert status == cli.CHAPTER_FAILED
    (line,) = errors(said)
    assert line.startswith("chapter taser failed: shows taser-activity/")
    assert line.endswith("/authorisations/all/all without recording it")


def test_a_kernel_that_dies_fails_its_chapter_only(place):
    place.chapters("data-quality", "taser")
    chapter(place.notebooks, "data-quality", "import os\nos._exit(1)")
    chapter(place.notebooks, "taser", SHOWN)
    status, _, said = place.run()
    assert status == cli.CHAPTER_FAILED
    (line,) = errors(said)
    assert line.startswith("chapter data-quality failed: DeadKernelError: ")
    assert ">309<" in (place.report / "report.html").read_text("utf-8")


def test_an_unknown_key_and_a_missing_file_are_refused(place):
    for text, word in (
        ("confidnce: 1\n", "confidnce"),
        ("sources: {taser_activity: x.csv}\n", "x.csv"),
    ):
        place.chapters("taser", more=text)
        status, output, said = place.run()
        assert (status, output, said.count("\n")) == (cli.REFUSED, "", 1) and cli.REFUSED == 2
        assert word in said
    place.params.unlink()
    status, _, said = place.run()
    assert status == cli.REFUSED and said == f"{place.params}: there is no such params file\n"
    assert not place.reports.exists()


def hold(place, monkeypatch, nth: int) -> None:
    """Let the nth renaming of a run fail, as when a spreadsheet program holds a file."""
    rename, calls = os.replace, []

    def replace(source, target):
        if Path(target).parent == place.reports:  # not in the store of chapters
            calls.append(source)
            if len(calls) == nth:
                raise PermissionError(errno.EACCES, "Permission denied", str(source))
        rename(source, target)

    monkeypatch.setattr(run.os, "replace", replace)


@pytest.mark.parametrize("nth", [1, 2], ids=["the old report", "the new one"])
def test_a_report_that_cannot_be_replaced_is_left_as_it_was(place, monkeypatch, nth):
    chapter(place.notebooks, "taser", SHOWN)
    assert place.run()[0] == cli.DONE
    (place.report / "my notes.txt").write_text("mine", encoding="utf-8")
    before = place.files()
    chapter(place.notebooks, "taser", SHOWN, "'anything new'")
    hold(place, monkeypatch, nth)
    status, output, said = place.run()
    assert (status, output) == (cli.CANNOT_WRITE, "") and cli.CANNOT_WRITE == 3
    (line,) = errors(said)
    assert "cannot be written (Permission denied)" in line and "close the program" in line
    assert place.files() == before
    assert place.left() == []


def test_a_file_of_the_user_that_is_held_is_not_lost(place, monkeypatch):
    chapter(place.notebooks, "taser", SHOWN)
    assert place.run()[0] == cli.DONE
    (place.report / "my notes.txt").write_text("mine", encoding="utf-8")
    with monkeypatch.context() as while_it_is_held:
        hold(place, while_it_is_held, 3)
        place.run()
    assert place.run()[0] == cli.DONE
    kept = list(place.reports.rglob("my notes.txt"))
    assert [path.read_text("utf-8") for path in kept] == ["mine"]


def test_a_folder_that_cannot_be_made_is_refused(place):
    chapter(place.notebooks, "taser", SHOWN)
    place.reports.write_text("a file, where the folder should be", encoding="utf-8")
    status, output, said = place.run()
    assert (status, output) == (cli.CANNOT_WRITE, "")
    assert len(errors(said)) == 1 and str(place.reports) in said


def test_files_of_the_user_stay_and_old_ones_of_ours_go(place):
    place.chapters("data-quality", "taser")
    for name in ("data-quality", "taser"):
        chapter(place.notebooks, name, SHOWN)
    assert place.run()[0] == cli.DONE
    (place.report / "notes").mkdir()
    (place.report / "notes" / "mine.txt").write_text("mine", encoding="utf-8")
    place.chapters("taser")
    assert place.run()[0] == cli.DONE
    assert (place.report / "notes" / "mine.txt").read_text("utf-8") == "mine"
    assert not (place.report / "notebooks" / "data-quality.ipynb").exists()
    assert place.left() == []


ANOTHER_RUN = """
import sys
from pathlib import Path
from analysis import cli
from analysis.places import ROOT
from tests.report.stand_ins import take_chapters_from
take_chapters_from(Path(sys.argv[1]))
cli.main(["run", *sys.argv[2:]])
"""


def is_held(lock: Path) -> bool:
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def test_two_runs_into_one_folder_and_one_that_is_killed(place):
    chapter(place.notebooks, "taser", SHOWN)
    assert place.run()[0] == cli.DONE
    before = place.files()
    chapter(place.notebooks, "taser", SHOWN, "'anything new'")
    slow = place.notebooks.with_name("slow")
    chapter(slow, "taser", "import time\ntime.sleep(60)")
    command = [sys.executable, "-c", ANOTHER_RUN, slow, place.params, "--out", place.reports]
    other = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while not is_held(place.reports / STORE / "lock"):
            assert other.poll() is None and time.monotonic() < end, "the other run did not start"
            time.sleep(0.05)
        started = time.monotonic()
        status, output, said = place.run()
        assert time.monotonic() - started < 10
        assert (status, output) == (cli.CANNOT_WRITE, "")
        assert said.startswith(f"{place.reports}: another run is at work in this folder; wait")
    finally:
        other.kill()
        other.wait()
    assert place.files() == before
    assert place.run()[0] == cli.DONE
    assert place.left() == []


def test_a_run_that_is_killed_while_replacing_loses_nothing(place):
    chapter(place.notebooks, "taser", SHOWN)
    assert place.run()[0] == cli.DONE
    (place.report / "my notes.txt").write_text("mine", encoding="utf-8")
    # as after the first of the two renamings: the report moved aside, the new one not yet there
    place.report.rename(place.reports / f".{NAME}.old")
    assert place.run()[0] == cli.DONE
    assert (place.report / "my notes.txt").read_text("utf-8") == "mine"
    assert place.left() == []


def test_a_report_of_a_similar_name_is_left_alone(place):
    chapter(place.notebooks, "taser", SHOWN)
    others = [place.reports / name for name in (f"{NAME}.2", f".{NAME}.2.new", f"{NAME}.old")]
    for other in others:
        other.mkdir(parents=True)
    assert place.run()[0] == cli.DONE
    assert all(other.exists() for other in others)
