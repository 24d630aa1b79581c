"""Verifying: what differs, and why; with chapters that stand in, so that a rebuild takes a second.

The planted changes of a real chapter, found by the command in a copy of the project, are in
tests/long/test_verify.py.
"""

import shutil
from pathlib import Path

import pytest

from analysis import cli
from analysis.errors import Refused
from analysis.parameters import check
from analysis.proof.verify import first_difference, summary, verify
from analysis.report.run import run
from tests.report.stand_ins import SHOWN, chapter, take_chapters_from

CHAPTER = {"area": "Kent", "period": "2019/20", "chapters": ["taser"]}
WITH_SEED = 'area = ""\nperiod = ""\nsources = {}\nseed = 0'


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    chapter(folder, "taser", SHOWN, parameters=WITH_SEED)
    with pytest.MonkeyPatch.context() as patched:
        take_chapters_from(folder, patched.setattr)
        yield folder


@pytest.fixture(scope="module")
def made(notebooks, tmp_path_factory) -> Path:
    """A report whose chapter stands in."""
    folder = tmp_path_factory.mktemp("reports") / "kent"
    return run(check(CHAPTER, "test"), folder, folder.parent).folder


@pytest.fixture
def report(made, tmp_path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "reports" / "kent"))


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8", newline="\n")


def said(report: Path) -> dict[str, str]:
    return {one.what: one.cause for one in verify(report)}


def test_a_report_that_is_the_same(report, capsys):
    (report / "my notes.txt").write_text("mine", encoding="utf-8")
    assert cli.main(["verify", str(report)]) == cli.DONE == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{report}: made again, every byte the same",
        "my notes.txt: is no file of the report, and was not looked at",
    ]


def test_edits_by_hand_and_what_is_missing(report, capsys):
    edit(report / "report.html", ">309<", ">903<")
    (report / "ledger.csv").unlink()
    assert cli.main(["verify", str(report)]) == cli.DIFFERS == 1
    missing, page = capsys.readouterr().out.splitlines()
    assert missing == "ledger.csv: is missing: deleted since the report was made"
    assert page.startswith("report.html: edited by hand; line ")
    assert ">903<" in page and ">309<" in page.partition(", and ")[2]


def test_a_manifest_that_was_edited(report):
    edit(report / "manifest.json", '"seed": 1', '"seed": 2')
    edit(report / "manifest.json", '"pandas": "', '"pandas": "1')
    edit(report / "manifest.json", '"python": "', '"python": "1')
    edit(report / "manifest.json", '"lock": "', '"lock": "0')
    edit(report / "manifest.json", '"analysis/cli.py": "', '"analysis/cli.py": "0')
    found = said(report)
    assert found.pop("parameter choices.seed") == (
        "2 in manifest.json, 1 in ro-crate-metadata.json"
    )
    assert found.pop("package pandas").startswith("1") and found.pop("Python").startswith("1")
    changed = "changed since the report was made"
    assert found.pop("requirements.lock") == found.pop("module analysis/cli.py") == changed
    assert found.pop("manifest.json").startswith("edited by hand: ro-crate-metadata.json names an")
    assert found.keys() == {"notebooks/taser.ipynb", "report.html"}  # both show the seed
    for cause in found.values():
        assert "; likely cause: parameter choices.seed, module analysis/cli.py, package" in cause


def test_the_executed_chapter_is_a_witness_too(report):
    edit(report / "manifest.json", '"seed": 1', '"seed": 2')
    (report / "ro-crate-metadata.json").unlink()
    found = said(report)
    words = "2 in manifest.json, 1 in notebooks/taser.ipynb"
    assert found["parameter choices.seed"] == words
    assert found["ro-crate-metadata.json"].startswith("is missing, or cannot be read, or ")


def test_what_the_manifest_says_of_the_report(report):
    edit(report / "manifest.json", '"made_up": false', '"made_up": true')
    (report / "ro-crate-metadata.json").unlink()
    assert said(report)["manifest.json"] == "made_up is true, and false when made again"


def test_a_chapter_that_differs_or_draws_without_a_seed(notebooks, tmp_path):
    draws = "import random\nfrom IPython.display import HTML\nHTML(str(random.random()))"
    chapter(notebooks, "injuries", draws)
    folder = tmp_path / "draws"
    run(check(CHAPTER | {"chapters": ["injuries"]}, "test"), folder, tmp_path)
    found = said(folder)
    assert found.keys() == {"notebooks/injuries.ipynb", "report.html"}
    assert all(cause.startswith("not deterministic: two runs ") for cause in found.values())
    chapter(notebooks, "injuries", draws.replace("str(", "repr("))
    found = said(folder)
    assert found.pop("notebook injuries") == "changed since the report was made"
    assert all("likely cause: notebook injuries" in cause for cause in found.values())


def test_a_report_with_a_failed_chapter(notebooks, tmp_path):
    chapter(notebooks, "injuries", "1 / 0")
    folder = tmp_path / "fails"
    run(check(CHAPTER | {"chapters": ["injuries"]}, "test"), folder, tmp_path)
    assert summary(folder, verify(folder)) == [
        f"{folder}: made again, every byte the same",
        "chapter injuries: failed when the report was made",
    ]
    chapter(notebooks, "injuries", SHOWN)
    assert said(folder)["chapter injuries"] == (
        "ZeroDivisionError: division by zero; made again: did not fail"
    )


OWN = "taser-activity.csv"
ARRESTS = "force,group,arrests\nKent,White,10\n"


@pytest.fixture
def with_source(notebooks, tmp_path):
    """A report whose params file named a file beside the folder in which it stood.

    The file has the name of another that the chapter reads, data/published/taser-activity.csv.
    """
    (tmp_path / "theirs" / "params").mkdir(parents=True)
    (tmp_path / "theirs" / OWN).write_text(ARRESTS, encoding="utf-8")
    parameters = check(CHAPTER | {"sources": {"arrests": f"../{OWN}"}}, "test")
    return run(parameters, tmp_path / "there" / "kent", tmp_path / "theirs" / "params").folder


def test_a_source_is_found_by_path_or_by_name_and_hash(with_source, tmp_path, capsys):
    assert "data/published/taser-activity.csv" in (with_source / "manifest.json").read_text("utf-8")
    assert verify(with_source, tmp_path / "theirs" / "params") == []
    (tmp_path / "mine").mkdir()
    shutil.move(tmp_path / "theirs" / OWN, tmp_path / "mine")
    command = ["verify", str(with_source), "--base"]
    assert cli.main([*command, str(tmp_path / "mine")]) == cli.DONE
    edit(tmp_path / "mine" / OWN, "10", "11")
    capsys.readouterr()
    assert cli.main([*command, str(tmp_path / "mine")]) == cli.REFUSED == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"sources.arrests: ../{OWN}: is not at hand; looked for in ")
    places = line.partition("looked for in ")[2].split(", ")
    assert places[0] == str(tmp_path / "mine") and len(set(places)) == len(places)


def test_a_base_that_is_not_there_is_refused(report, tmp_path, capsys):
    assert cli.main(["verify", str(report), "--base", str(tmp_path / "none")]) == cli.REFUSED
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"--base {tmp_path / 'none'}: there is no such folder")


@pytest.mark.parametrize(
    "content, words",
    [
        ("{", "is not JSON: "),
        ("{}", "toolkit is missing or wrong: made by another version of the toolkit, or edited"),
        ("[]", "all of it is missing or wrong: made by another version"),
    ],
)
def test_what_is_no_report_is_refused(content, words, tmp_path):
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        verify(tmp_path)
    assert f"manifest.json: {words}" in str(refused.value) and "\n" not in str(refused.value)


def test_a_release_is_refused(report):
    edit(report / "manifest.json", '"outputs": {', '"outputs": {"suppressed.csv": "",')
    with pytest.raises(Refused, match="is a release; allowed: the report that it was made from"):
        verify(report)


def test_a_parameter_that_cannot_be_is_refused(report):
    edit(report / "manifest.json", '"confidence": 0.95', '"confidence": 95')
    with pytest.raises(Refused, match=r"manifest.json: choices.confidence: 95\.?0?; allowed: 0.5"):
        verify(report)


@pytest.mark.parametrize(
    "name, here, again, words",
    [
        ("a.csv", "id,value\na,1\nb,2\n", "id,value\na,1\nb,3\n", "rows that differ: b"),
        ("a.csv", "id,v\na,1\n", "id,v\nb,1\nc,1\nd,1\n", "rows that differ: a, b, c and 1 more"),
        ("a.csv", "x,y\n1,2\n", "x,y\n1,3\n", "line 2 has '1,2', and '1,3' when made again"),
        ("a.txt", "one\n", "one\ntwo\n", "line 2 has '', and 'two' when made again"),
        ("a.svg", f"{'x' * 99}1", f"{'x' * 99}2", f"line 1 has '{'x' * 20}1', and '{'x' * 20}2'"),
    ],
)
def test_how_a_file_differs(name, here, again, words, tmp_path):
    paths = [tmp_path / folder / name for folder in ("here", "again")]
    for path, text in zip(paths, (here, again), strict=True):
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8", newline="\n")
    assert first_difference(*paths).startswith(words)


def test_other_line_ends_are_a_difference_too(tmp_path):
    for name, content in (("a", b"x\r\ny"), ("b", b"x\ny")):
        (tmp_path / name).write_bytes(content)
    assert first_difference(tmp_path / "a", tmp_path / "b") == "its line ends differ"
