"""A small country with tiny chapters, whose jobs are counted."""

import shutil
from pathlib import Path

import pytest

from analysis import audit, cli
from analysis.national import jobs
from tests.report.stand_ins import SHOWN, chapter, take_chapters_from

# a chapter that reads a file of its own, and says so as an audit does
READS = """
import json, pathlib
from IPython.display import display
from analysis.sources.registry import identify
read = []
if "arrests" in sources:
    path = pathlib.Path(sources["arrests"])
    one = identify(path, "arrests")
    read = [[one.file, one.sha256, one.source, one.registered]]
empty = {"columns": [], "rows": []}
tables = {name: empty for name in ("findings", "counts", "rows", "ledger")}
tables["inputs"] = {"columns": ["file", "sha256", "source", "registered"], "rows": read}
display({"application/vnd.uof-audit.record+json": tables, "text/plain": "read"}, raw=True)
"""


class Small:
    """Forces × one period × the chapters taser, which reads nothing, and injuries, which does."""

    def __init__(self, root: Path, capsys) -> None:
        self.root, self.capsys = root, capsys
        self.notebooks, self.out = root / "notebooks", root / "reports"
        self.params = root / "small.yml"
        self.done: list[str] = []
        chapter(self.notebooks, "taser", SHOWN)
        chapter(self.notebooks, "injuries", READS)
        for area in ("kent", "cambridgeshire"):
            text = "period,area,ethnic_group,arrests\n2019/20,Kent,White,10\n"
            (root / f"{area}.csv").write_text(text, "utf-8")
        self.write()

    def write(self, more: str = "", areas: str = "[Kent, Cambridgeshire]") -> None:
        self.params.write_text(
            f"areas: {areas}\nperiods: [2019/20]\nchapters: [taser, injuries]\n"
            f'sources: {{arrests: "{{area}}.csv"}}\n{more}',
            encoding="utf-8",
        )

    def run(self) -> tuple[int, list[str], str]:
        """Status of ``run-all``, the names of the jobs that were done, and what was said."""
        self.done.clear()
        self.capsys.readouterr()
        status = cli.main(["run-all", str(self.params), "--out", str(self.out)])
        said = self.capsys.readouterr()
        return status, sorted(self.done), said.out + said.err

    def files(self) -> dict[str, bytes]:
        """Every file below the folder of reports but pytask's own and locks."""
        return files_in(self.out)


def files_in(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.endswith("lock") and ".pytask" not in path.parts
    }


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> Path:
    """The folder of a small country that was made."""
    small = Small(tmp_path_factory.mktemp("made-once"), None)
    with pytest.MonkeyPatch.context() as patch:
        take_chapters_from(small.notebooks, patch.setattr)
        patch.setattr(audit, "check_at_hand", lambda *_: None)
        assert cli.main(["run-all", str(small.params), "--out", str(small.out)]) == cli.DONE
    return small.root


@pytest.fixture
def made(made_once, small):
    """A country that was made elsewhere, and moved here, with the bytes of all that was."""
    shutil.copytree(made_once, small.root, dirs_exist_ok=True)
    small.before = small.files()
    return small


@pytest.fixture
def small(tmp_path, monkeypatch, capsys):
    small = Small(tmp_path, capsys)
    take_chapters_from(small.notebooks, monkeypatch.setattr)
    monkeypatch.setattr(audit, "check_at_hand", lambda *_: None)  # is tested in tests/test_audit.py
    for kind in (jobs.ChapterJob, jobs.ReportJob):
        noted(kind, small.done, monkeypatch)
    return small


def noted(kind, done: list[str], monkeypatch) -> None:
    """Note the name of each job that is done."""
    do = kind.do

    def noting(job, place):
        done.append(job.name)
        do(job, place)

    monkeypatch.setattr(kind, "do", noting)
