"""A job that fails is told and leaves the rest, and is done again by the next run."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from bs4 import BeautifulSoup

from analysis import audit, cli
from analysis.audit import check_at_hand
from analysis.errors import CannotWrite, Refused
from analysis.national.jobs import Wanted
from analysis.national.reports import Making
from analysis.national.workers import DIED, local
from analysis.parameters import check
from tests.national.test_again import ALL, CAMBS, KENT
from tests.report.stand_ins import chapter


def page_of(small) -> BeautifulSoup:
    return BeautifulSoup((small.out / "index.html").read_text("utf-8"), "html.parser")


def test_a_chapter_that_fails_is_told_and_run_again_next_time(small):
    chapter(small.notebooks, "injuries", "1 / 0 if area == 'Kent' else None")
    status, done, said = small.run()
    assert (status, done) == (cli.CHAPTER_FAILED, ALL)
    assert f"{KENT}: chapter injuries failed: ZeroDivisionError: division by zero" in said
    assert "1 of 2 reports made in full" in said and "2 done" not in said.splitlines()[-1]
    page = page_of(small)
    assert "ZeroDivisionError" in page.find(role="alert").text
    assert page.find("a", href=f"{KENT}/report.html") is not None
    before = small.files()
    assert small.run()[:2] == (cli.CHAPTER_FAILED, [f"{KENT}/injuries"])
    assert small.files() == before


def test_a_report_that_is_refused_leaves_the_others(made, monkeypatch):
    def check(parameters, where, base):
        if parameters.area == "Kent":
            raise Refused("kent.csv: row 3: no number")

    monkeypatch.setattr(audit, "check_at_hand", check)
    made.write("choices: {seed: 3}")
    status, done, said = made.run()
    assert (status, done) == (cli.CHAPTER_FAILED, [CAMBS])
    assert f"{KENT}: not made anew: kent.csv: row 3: no number" in said
    page = page_of(made)
    assert "row 3: no number" in page.find(role="alert").text
    assert page.find("a", href=f"{KENT}/report.html") is None


def test_a_report_that_is_still_refused_is_told_again_while_others_stand(made, monkeypatch):
    def look(parameters, where, base):
        if parameters.area == "Kent":
            raise Refused("kent.csv: row 3: no number")

    (made.out / KENT / "report.html").unlink()
    monkeypatch.setattr(audit, "check_at_hand", look)
    for _ in range(2):
        status, done, said = made.run()
        assert (status, done) == (cli.CHAPTER_FAILED, []) and "1 of 2 reports made in full" in said


def test_where_every_report_is_refused_nothing_is_started(small, monkeypatch):
    def check(parameters, where, base):
        raise Refused(f"{where}: no records of {parameters.area}")

    monkeypatch.setattr(audit, "check_at_hand", check)
    status, done, said = small.run()
    assert (status, done, said) == (cli.REFUSED, [], f"{small.params}: no records of Kent\n")
    assert not (small.out / "index.html").exists()


def test_an_unchanged_run_looks_at_no_source(made, monkeypatch):
    monkeypatch.setattr(audit, "check_at_hand", lambda *_: pytest.fail("was asked"))
    assert made.run()[:2] == (cli.DONE, [])


def test_sources_are_looked_at_side_by_side(small, tmp_path):
    wanted = [
        Wanted(tmp_path / name, check({"area": name, "period": "2019/20"}, "here"), tmp_path)
        for name in ("Kent", "Surrey")
    ]
    both = threading.Barrier(2, timeout=20)  # breaks where one is looked at behind the other
    assert Making(wanted, tmp_path).refused(2, lambda *_: both.wait() and None, "here") == {}


def test_a_refusal_comes_from_a_worker_as_it_was_said(tmp_path):
    given = {"area": "Kent", "period": "2017-Q2", "sources": {"records": "kent.csv"}}
    kent = check(given, "here")
    (tmp_path / "kent.csv").write_text("something else\n1\n", "utf-8")
    with pytest.raises(Refused) as here:
        check_at_hand(kent, "country.yml", tmp_path)
    with local(1) as place:
        wanted = Wanted(tmp_path / kent.name, kent, tmp_path)
        told = Making([wanted], tmp_path).refused(1, place, "country.yml")[kent.name]
        with pytest.raises(CannotWrite, match=r"^full$"):
            place(_refuse, CannotWrite("full"))
    assert type(told) is Refused and str(told) == str(here.value)
    assert str(told).startswith("country.yml: sources.records: kent.csv: ")


def _refuse(error: Exception) -> None:
    raise error


def test_the_page_of_a_country_can_be_read_aloud_and_ranks_nobody(made):
    page = page_of(made)
    assert page.html["lang"] == "en-GB" and page.title.text and page.find("h1") and page.main
    assert [one["scope"] for one in page.table.tbody.find_all("th")] == ["row", "row"]
    names = [one.text for one in page.table.tbody.find_all("th")]
    assert names == sorted(names) == ["Cambridgeshire", "Kent"]
    links = [one["href"] for one in page.table.find_all("a")]
    assert [(made.out / link).is_file() for link in links] == [True, True]
    assert "://" not in str(page) and page.find("script") is None


def test_a_worker_that_dies_costs_the_job_it_held_and_no_other():
    with local(2) as place:
        assert place(abs, -1) == 1
        with pytest.raises(Refused, match=DIED):
            place(_die)
        assert place(abs, -2) == 2 and place(abs, -3) == 3


def _die() -> None:
    os._exit(9)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this system")
def test_a_worker_ends_when_the_run_that_asked_for_it_was_killed(tmp_path):
    code = (
        "import os\nfrom analysis.national.workers import local\n"
        "with local(1) as place:\n    print(place(os.getpid), flush=True)\n    input()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    worker = int(run.stdout.readline())
    run.kill()
    run.wait()
    end = time.monotonic() + 20
    while alive(worker):
        assert time.monotonic() < end, "the worker is still there"
        time.sleep(0.1)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # a dead one nobody waited for
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return True
