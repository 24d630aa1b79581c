"""Planted changes, each found by the command itself in a copy of the project, with its cause."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.places import ROOT
from tests.long.test_same_bytes import LEFT_OUT
from tests.report.sameness import files

pytestmark = pytest.mark.long

PARAMS = "area: Cambridgeshire\nperiod: 2019/20\nchapters: [injuries]\n"
RANDOM = "import random\nfrom IPython.display import HTML\nHTML(str(random.random()))"
INPUT = "data/published/home-office-2019-20/subject-injuries.csv"
MODULE = "analysis/measures/injuries.py"


@dataclass(frozen=True)
class Place:
    """A copy of the project, and a report of one chapter made in it."""

    clone: Path
    report: Path

    def command(self, *words: object, more: Path | None = None) -> tuple[int, str, str]:
        """Exit status, output and errors of ``uof-audit`` in the copy."""
        path = os.pathsep.join(str(one) for one in (more, self.clone) if one)
        done = subprocess.run(
            [sys.executable, "-m", "analysis.cli", *map(str, words)],
            cwd=self.clone,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout, done.stderr

    def verify(self, more: Path | None = None) -> str:
        """What the command says of the report, which it must find to differ."""
        status, said, errors = self.command("verify", self.report, more=more)
        assert status == 1, said + errors
        assert "Traceback" not in said + errors
        return said

    def edit(self, name: str, before: str, after: str) -> None:
        """Change one place of a file of the copy or, if there is none, of the report."""
        path = self.clone / name if (self.clone / name).exists() else self.report / name
        text = path.read_text("utf-8")
        assert text.count(before) >= 1, before
        path.write_text(text.replace(before, after, 1), encoding="utf-8", newline="\n")

    def manifest(self, *keys: str, value: object) -> None:
        """Set one value of the report's manifest."""
        path = self.report / "manifest.json"
        whole = inner = json.loads(path.read_text("utf-8"))
        for key in keys[:-1]:
            inner = inner[key]
        assert inner[keys[-1]] != value
        inner[keys[-1]] = value
        text = json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Place:
    root = tmp_path_factory.mktemp("verify")
    place = Place(root / "clone", root / "reports" / "injuries")
    shutil.copytree(ROOT, place.clone, ignore=LEFT_OUT)
    (root / "injuries.yml").write_text(PARAMS, encoding="utf-8")
    status, said, errors = place.command("run", root / "injuries.yml", "--out", root / "reports")
    assert status == 0, said + errors
    return place


@pytest.fixture
def place(made):
    """The copy and the report, put right again after each change."""
    before = {folder: files(folder) for folder in (made.clone / "data", made.report)}
    before |= {made.clone / name: files(made.clone / name) for name in ("analysis", "notebooks")}
    lock = (made.clone / "requirements.lock").read_bytes()
    yield made
    (made.clone / "requirements.lock").write_bytes(lock)
    for folder, held in before.items():
        for name in files(folder).keys() - held.keys():
            (folder / name).unlink()
        for name, content in held.items():
            (folder / name).write_bytes(content)


def line_of(said: str, start: str) -> str:
    return next((line for line in said.splitlines() if line.startswith(start)), f"none in: {said}")


def test_the_report_itself_is_the_same(place):
    status, said, _ = place.command("verify", place.report)
    assert (status, said) == (0, f"{place.report}: made again, every byte the same\n")


def test_a_byte_of_an_input(place):
    place.edit(INPUT, "Yes / all,27224,stated", "Yes / all,27225,stated")
    said = place.verify()
    assert line_of(said, f"input {INPUT}") == f"input {INPUT}: changed since the report was made"
    assert f"likely cause: input {INPUT}" in line_of(said, "report.html: ")
    assert "manifest.json" not in said


def test_a_parameter_in_the_manifest(place):
    place.manifest("parameters", "choices", "confidence", value=0.9)
    said = place.verify()
    assert "parameter choices.confidence: 0.9 in manifest.json, 0.95 in ro-crate-metadata" in said
    assert "likely cause: parameter choices.confidence" in line_of(said, "findings.csv: ")


def test_a_parameter_in_the_manifest_and_in_the_crate(place):
    place.manifest("parameters", "choices", "confidence", value=0.9)
    place.edit("ro-crate-metadata.json", '"value": "0.95"', '"value": "0.9"')
    said = place.verify()
    assert "parameter choices.confidence: 0.9 in manifest.json, 0.95 in notebooks/injuri" in said


def test_a_seed_in_the_manifest(place):
    place.manifest("parameters", "choices", "seed", value=2)
    said = place.verify()  # this chapter draws nothing at random, and its bytes are the same
    assert "parameter choices.seed: 2 in manifest.json, 1 in ro-crate-metadata.json" in said
    assert "Every table, chart, chapter and page has the same bytes all the same" in said


def test_another_version_of_a_package_in_the_manifest(place):
    place.manifest("packages", "numpy", value="2.4.5")
    said = place.verify()
    assert line_of(said, "package numpy: 2.4.5 when the report was made, ").endswith(" here")


def test_another_version_of_a_package(place, tmp_path):
    named = tmp_path / "mistune-9.9.9.dist-info" / "METADATA"
    named.parent.mkdir()
    named.write_text("Metadata-Version: 2.1\nName: mistune\nVersion: 9.9.9\n", encoding="utf-8")
    said = place.verify(more=tmp_path)
    assert line_of(said, "package mistune: ").endswith(" when the report was made, 9.9.9 here")


def test_a_cell_of_a_notebook(place):
    place.edit("notebooks/injuries.ipynb", '"# ', '"# Of ')
    said = place.verify()
    assert "notebook injuries: changed since the report was made" in said
    assert "likely cause: notebook injuries" in line_of(said, "report.html: ")
    assert "# Of " in line_of(said, "notebooks/injuries.ipynb: ")


def test_a_module(place):
    place.edit(MODULE, '"""', '"""Changed. ')
    said = place.verify()
    assert line_of(said, "module ") == f"module {MODULE}: changed since the report was made"
    assert "has the same bytes all the same" in said


def test_a_table_of_the_toolkit(place):
    place.edit("data/registry.csv", "Experimental Statistics", "National Statistics")
    said = place.verify()
    assert "data/registry.csv: changed since the report was made" in said
    assert "likely cause: data/registry.csv" in line_of(said, "report.html: ")


def test_a_number_on_the_page(place):
    page = (place.report / "report.html").read_text("utf-8")
    shown = next(part for part in page.split('part="value">')[1:] if part[0].isdigit())
    number = shown.partition("<")[0]
    place.edit("report.html", f'part="value">{number}<', 'part="value">12345<')
    said = place.verify()
    (line,) = said.splitlines()
    assert line.startswith("report.html: edited by hand; line ")
    assert ">12345<" in line and f">{number}<" in line


def test_a_value_of_a_finding(place):
    rows = (place.report / "findings.csv").read_text("utf-8").splitlines()
    row = next(one for one in rows if "@cambridgeshire@" in one and ",stated," in one)
    place.edit("findings.csv", f"\n{row}", f"\n{row},9")
    name = row.partition(",")[0]
    (line,) = place.verify().splitlines()
    assert line == f"findings.csv: edited by hand; rows that differ: {name}"


def test_a_deleted_file(place):
    (place.report / "counts.csv").unlink()
    said = place.verify()
    assert said == "counts.csv: is missing: deleted since the report was made\n"


def test_an_edited_chart(place):
    place.edit("charts/injury-rates.svg", "<path", "<path ")
    assert line_of(place.verify(), "charts/injury-rates.svg: edited by hand; line ")


def hide(place, crate: bool) -> None:
    """Edit the page and put its new hash into the manifest, and into the crate."""
    before = files(place.report)
    place.edit("report.html", "Audit report", "Audited report")
    (old, new), manifest = both(before, place, "report.html"), "manifest.json"
    place.edit(manifest, old, new)
    if crate:
        place.edit("ro-crate-metadata.json", old, new)
        place.edit("ro-crate-metadata.json", *both(before, place, manifest))


def both(before: dict, place, name: str) -> tuple[str, str]:
    texts = before[name], (place.report / name).read_bytes()
    return tuple(hashlib.sha256(text).hexdigest() for text in texts)


def test_a_hash_that_hides_an_edit(place):
    hide(place, crate=False)
    said = place.verify()
    assert "manifest.json: edited by hand: ro-crate-metadata.json names another hash" in said
    assert "report.html: edited by hand, and its hash in manifest.json too; line " in said


def test_two_hashes_that_hide_an_edit(place):
    hide(place, crate=True)
    (line,) = place.verify().splitlines()
    assert line.startswith("report.html: edited by hand, and its hashes in manifest.json and ro-cr")
    assert "Audited report" in line


def test_the_lock(place):
    place.edit("requirements.lock", "numpy==", "numpy== ")
    assert "requirements.lock: changed since the report was made" in place.verify()


def test_another_python(place):
    place.manifest("python", value="3.13.9")
    assert "Python: 3.13.9 when the report was made, " in place.verify()


def test_a_chapter_that_draws_without_a_seed(place):
    book = json.loads((place.clone / "notebooks/injuries.ipynb").read_text("utf-8"))
    cell = {"cell_type": "code", "execution_count": None, "id": "draws", "metadata": {}}
    book["cells"].append(cell | {"outputs": [], "source": RANDOM})
    (place.clone / "notebooks/injuries.ipynb").write_text(json.dumps(book), encoding="utf-8")
    out = place.report.parent
    assert place.command("run", out.parent / "injuries.yml", "--out", out)[0] == 0
    said = place.verify()
    for name in ("notebooks/injuries.ipynb", "report.html"):
        assert line_of(said, f"{name}: not deterministic: two runs differ; line ")
    assert len(said.splitlines()) == 2


def test_the_default_reports_in_a_second_clone(tmp_path):
    clone = Place(tmp_path / "clone", tmp_path / "reports")
    shutil.copytree(ROOT, clone.clone, ignore=LEFT_OUT)
    other = Place(tmp_path / "another folder", clone.report)
    shutil.copytree(ROOT, other.clone, ignore=LEFT_OUT)
    assert clone.command("run", "--out", clone.report)[0] == 0
    for name in ("cambridgeshire_2019-20", "made-up_cambridgeshire_2017-q2"):
        status, said, _ = other.command("verify", clone.report / name)
        assert (status, said) == (0, f"{clone.report / name}: made again, every byte the same\n")
