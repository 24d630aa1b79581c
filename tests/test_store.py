"""The store gives what reading gives, reads a file once, and never shows half of one."""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import grimp
import pandas as pd
import polars as pl
import pytest

from analysis import store
from analysis.errors import CannotWrite, Refused
from analysis.made_up.files import RECORDS, TRUTH, damaged, make, write
from analysis.places import ROOT
from analysis.sources.records import lines, read_records, table
from analysis.store import TABLES, stored

AREA, PERIOD = "Cambridgeshire", "2017-Q2"
PATHS = {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A made-up file with every defect, and a store of its own."""
    monkeypatch.setenv(store.STORE, str(tmp_path / "store"))
    monkeypatch.setattr(table, "AT_ONCE", 128)
    write(tmp_path, damaged(500, 23))
    return tmp_path / RECORDS


def entries(path):
    return sorted(path.parent.glob("store/force=*/period=*/[!.]*"))


def ask(path):
    """In a process of its own: which entry it was given, and how many reports that has."""
    found = stored(path, AREA, PERIOD)
    return found.folder.name, len(found.reading().records)


@pytest.fixture
def long(monkeypatch):
    """Every file is long enough for processes of its own, and read in many blocks."""
    monkeypatch.setattr(store, "LONG", 0)
    monkeypatch.setattr(lines, "_SIZE", 2**15)


def die(*_):
    os._exit(1)


@pytest.mark.parametrize("period", [PERIOD, None])
def test_the_store_gives_what_reading_gives(path, period):
    assert_the_store_gives_what_reading_gives(path, period)


@pytest.mark.usefixtures("long")
def test_several_processes_give_what_one_gives(path):
    text = path.read_bytes().split(b"\n")
    text[100:100] = [b"", b'a mark " inside a cell,,', b",", text[0]]  # read by csv; empty; again
    path.write_bytes(b"\n".join(text))
    assert_the_store_gives_what_reading_gives(path, PERIOD)


@pytest.mark.usefixtures("long")
def test_a_process_that_dies_while_it_reads_is_told(path, monkeypatch):
    monkeypatch.setattr(store, "_keep", die)  # instead of writing, in the process
    with pytest.raises(Refused, match="its process ended without a word"):
        stored(path, AREA, PERIOD)
    assert entries(path) == []


def assert_the_store_gives_what_reading_gives(path, period):
    read, kept = read_records(path, AREA, period), stored(path, AREA, period)
    again = kept.reading()
    pd.testing.assert_frame_equal(again.remarks, read.remarks)
    for name in TABLES:
        left, right = getattr(again.records, name), getattr(read.records, name)
        pd.testing.assert_frame_equal(left, right)
    for name in ("source", "file", "edition", "area", "period", "made_up", "absent"):
        assert getattr(again.records, name) == getattr(read.records, name)
    assert (again.rows, again.months) == (read.rows, read.months)
    some = ["ethnicity", "date", "subject injured"]
    pd.testing.assert_frame_equal(kept.answers(*some), read.records.reports[some])


def test_rows_are_used_or_set_aside_as_they_were_planted(path):
    kept = stored(path, AREA, PERIOD)
    truth = pd.DataFrame(json.loads((path.parent / TRUTH).read_text("utf-8"))["defects"])
    planted = truth.loc[truth["becomes"] == "set aside", "row"].nunique()
    assert kept.rows == 500 == kept.used + planted
    reports = kept.scan("reports").select(pl.len(), pl.col("force", "period").unique()).collect()
    assert reports.row(0) == (kept.used, AREA, PERIOD)
    assert kept.remarks.loc[kept.remarks["action"] == "set aside", "row"].nunique() == planted


def test_a_file_is_read_once_and_again_when_anything_is_other(path, monkeypatch):
    first = stored(path, AREA, PERIOD)
    with monkeypatch.context() as patch:
        patch.setattr(store, "Judging", None)
        assert stored(path, AREA, PERIOD) == first
        copy = path.with_name("copy.csv")
        copy.write_bytes(path.read_bytes())
        assert stored(copy, AREA, PERIOD).reading().records.file == "copy.csv"
    assert stored(path, AREA, None).folder != first.folder
    assert stored(path, "Kent", PERIOD).folder != first.folder
    monkeypatch.setattr(store, "_reader", lambda: "other code")
    assert stored(path, AREA, PERIOD).folder != first.folder
    path.write_bytes(path.read_bytes() + b"\n")
    stored(path, AREA, PERIOD)
    assert len(entries(path)) == 5


def test_one_that_is_killed_leaves_nothing_and_is_made_anew(path, monkeypatch):
    with monkeypatch.context() as patch:
        # the process ends: nothing is tidied up
        patch.setattr(store.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        patch.setattr(store.shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            stored(path, AREA, PERIOD)
    assert entries(path) == [] and len([*path.parent.glob("store/force=*/period=*/.*.new/*")]) > 4
    assert stored(path, AREA, PERIOD).rows == 500
    assert len(entries(path)) == 1 and not [*path.parent.glob("store/force=*/period=*/.*.new")]


def cut(file):
    file.write_bytes(file.read_bytes()[:-1])


def altered(file):
    """One bit, with the time of the file as it was."""
    stat, content = file.stat(), bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def doubled(file):
    """A block of rows that stands twice in the entry."""
    shutil.copy2(file, file.with_name(file.name.replace("0000", "9999")))


def unreadable(file):
    file.unlink()
    file.mkdir()


DAMAGED = ("reports-00000", "tactics-00000", "ced-00000", "ced_details-00000", "remarks")


@pytest.mark.parametrize(
    "name, damage",
    [
        *((f"{name}.parquet", damage) for name in DAMAGED for damage in (cut, altered, os.remove)),
        ("reports-00000.parquet", doubled),
        ("reports-00000.parquet", unreadable),
        *(("about.json", damage) for damage in (cut, altered, os.remove)),
    ],
)
def test_an_entry_that_is_damaged_is_made_anew(path, name, damage):
    def held():
        return {one.name: one.is_file() and one.read_bytes() for one in entry.folder.iterdir()}

    entry = stored(path, AREA, PERIOD)
    before = held()
    damage(entry.folder / name)
    assert held() != before
    again = stored(path, AREA, PERIOD)
    assert again == entry and held() == before
    assert len(again.reading().records) == entry.used


def test_numbers_about_an_entry_that_were_edited_are_not_believed(path):
    entry = stored(path, AREA, PERIOD)
    about = entry.folder / "about.json"
    text = about.read_text("utf-8")
    about.write_text(text.replace('"rows": 500', '"rows": 499'), "utf-8")
    assert about.read_text("utf-8") != text
    assert stored(path, AREA, PERIOD) == entry and about.read_text("utf-8") == text


def test_what_is_refused_is_not_kept(path):
    path.write_text("IncidentDate,Tactic 1\n", "utf-8")
    with pytest.raises(Refused, match="a header and no rows"):
        stored(path, AREA, PERIOD)
    with pytest.raises(Refused, match="there is no such file"):
        stored(path.with_name("none.csv"), AREA, PERIOD)
    assert entries(path) == []


def test_a_file_that_changes_while_it_is_read_is_refused(path, monkeypatch):
    class Changing(store.Judging):
        def parts(self, keep):
            yield from super().parts(keep)
            path.write_bytes(path.read_bytes() + b"\n")

    monkeypatch.setattr(store, "Judging", Changing)
    with pytest.raises(Refused, match="was changed while it was read"):
        stored(path, AREA, PERIOD)
    assert entries(path) == []


def test_a_store_that_cannot_be_written_is_named(path, monkeypatch):
    monkeypatch.setenv(store.STORE, str(path / "below a file"))
    with pytest.raises(CannotWrite, match="cannot be written"):
        stored(path, AREA, PERIOD)


def test_several_processes_ask_at_once_and_one_reads(tmp_path, monkeypatch):
    monkeypatch.setenv(store.STORE, str(tmp_path / "store"))
    write(tmp_path, make(3_000, 5))
    with ProcessPoolExecutor(3, get_context("spawn")) as processes:
        given = {*processes.map(ask, [tmp_path / RECORDS] * 3)}
    assert given == {(entries(tmp_path / RECORDS)[0].name, 3_000)}
    assert len(entries(tmp_path / RECORDS)) == 1


def test_an_entry_depends_on_all_code_that_its_reader_imports():
    reader = "analysis.sources.records.reading"
    imported = grimp.build_graph("analysis", cache_dir=None).find_upstream_modules(reader)
    held = {path for pattern in store.CODE for path in ROOT.glob(pattern)}
    modules = {"analysis", "analysis.sources"}  # which hold nothing but a docstring
    for module in sorted({reader, *imported} - modules):
        path = ROOT / module.replace(".", "/")
        assert {path.with_suffix(".py"), path / "__init__.py"} & held, module


LONG_FILE = """
import sys
from analysis import store
store.LONG = 0
if {guard}:
    print(store.stored(sys.argv[1], "Kent", "2017-Q2").rows, flush=True)
"""


@pytest.mark.parametrize(
    ("guard", "told"), [("__name__ == '__main__'", "500\n"), ("True", "Refused")]
)
def test_a_script_without_a_guard_is_refused_and_does_not_hang(path, guard, told):
    script = path.with_name("script.py")
    script.write_text(LONG_FILE.format(guard=guard), "utf-8")
    command = [sys.executable, str(script), str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **PATHS}
    )
    assert told in (done.stdout or done.stderr)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_processes_that_read_end_with_the_one_that_asked(path):
    text = LONG_FILE.format(guard="True")
    process = subprocess.Popen([sys.executable, "-c", text, str(path)], env=PATHS | {**os.environ})
    mine = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (started := mine.read_text().split()):
        time.sleep(0.02)
    process.kill()
    process.wait()
    for _ in range(300):
        if not any(Path("/proc", one).exists() for one in started):
            return
        time.sleep(0.1)
    pytest.fail("they go on")
