"""The national tables of a run: on the page and in their file, and when they are counted again."""

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import audit, cli, store
from analysis.errors import Refused
from analysis.made_up.files import RECORDS, make, write
from analysis.made_up.plan import USUAL
from analysis.national import jobs
from analysis.national.tables import TOGETHER
from analysis.national.tabling import TABLE, TablesJob, count_records
from analysis.places import ROOT
from analysis.sources.records import read_records
from analysis.standard.tactics import CED_ORDERS, TACTICS
from tests.national.conftest import Small, noted
from tests.report.stand_ins import SHOWN, chapter, take_chapters_from

PERIOD, LATER = "2017-Q2", "2017-Q3"
FORCES = ["Kent", "British Transport Police", "Avon and Somerset"]
NAMES = sorted(["kent_2017-q2", "british-transport-police_2017-q2", "avon-and-somerset_2017-q2"])
INJURED = ["Yes", "No", "Not reported"]


class Counting(Small):
    """Forces with made-up records, and one chapter, which does not read them."""

    def __init__(self, root, capsys) -> None:
        super().__init__(root, capsys)
        chapter(self.notebooks, "records", SHOWN)
        for seed, area in enumerate(FORCES):
            self.give(area, PERIOD, seed)
        self.ask()

    def path(self, area: str, period: str = PERIOD):
        return self.root / f"{area.lower().replace(' ', '-')}_{period.lower()}.csv"

    def give(self, area: str, period: str, seed: int) -> None:
        folder = self.root / "made"
        write(folder, make(60, seed, replace(USUAL, period=period)))
        (folder / RECORDS).replace(self.path(area, period))

    def ask(self, more: str = "", periods: str = PERIOD) -> None:
        self.params.write_text(
            f"areas: all\nperiods: [{periods}]\nchapters: [records]\n"
            f'sources: {{records: "{{area}}_{{period}}.csv"}}\n{more}',
            encoding="utf-8",
        )

    def records(self, area: str, period: str = PERIOD):
        return read_records(self.path(area, period), area, period).records

    @property
    def table(self) -> list[dict[str, str]]:
        with (self.out / TABLE).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup((self.out / "index.html").read_text("utf-8"), "html.parser")

    def shown(self, caption: str) -> pd.DataFrame:
        """A table of the page by its caption."""
        tables = self.page.find_all("table")
        (found,) = (one for one in tables if one.caption.text == f"{caption} (made up)")
        heads = [one.text for one in found.thead.find_all("th")]
        rows = {row.th.text: [one.text for one in row.find_all("td")]
                for row in found.tbody.find_all("tr")}  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index", columns=heads)


def patched(counting: Counting, patch: pytest.MonkeyPatch) -> Counting:
    take_chapters_from(counting.notebooks, patch.setattr)
    patch.setattr(audit, "check_at_hand", lambda *_: None)
    patch.setenv(store.STORE, str(counting.root / "store"))
    return counting


@pytest.fixture(scope="module")
def counted_once(tmp_path_factory):
    counting = Counting(tmp_path_factory.mktemp("counted-once"), None)
    with pytest.MonkeyPatch.context() as patch:
        patched(counting, patch)
        words = ["run-all", str(counting.params), "--out", str(counting.out)]
        assert cli.main(words) == cli.DONE
    return counting.root


@pytest.fixture
def counted(counted_once, tmp_path, monkeypatch, capsys):
    """A country that was made elsewhere, and moved here; the jobs that are done are noted."""
    counting = patched(Counting(tmp_path, capsys), monkeypatch)
    shutil.copytree(counted_once, counting.root, dirs_exist_ok=True)
    for kind in (jobs.ChapterJob, jobs.ReportJob, TablesJob):
        noted(kind, counting.done, monkeypatch)
    counting.before = counting.files()
    return counting


def with_sum(numbers: dict[str, int]) -> list[str]:
    """The numbers of forces by the alphabet and their sum, as they stand below each other."""
    forces = [int(numbers[area]) for area in sorted(numbers)]
    return [f"{one:,}" for one in (*forces, sum(forces))]


def test_the_page_shows_what_is_counted_in_pandas(counted):
    records = {area: counted.records(area) for area in FORCES}
    by_force = counted.shown("Officers’ reports by force")
    assert [*by_force.index] == [*sorted(FORCES), TOGETHER]
    assert [*by_force[PERIOD]] == with_sum({area: len(one) for area, one in records.items()})

    by_tactic = counted.shown("Officers’ reports by tactic, all forces at hand")
    wanted = {
        tactic: sum(int(one.involving(tactic).sum()) for one in records.values())
        for tactic in TACTICS
    }
    wanted = {tactic: f"{number:,}" for tactic, number in wanted.items() if number}
    assert dict(by_tactic[PERIOD]) == wanted and [*by_tactic.index] == [*wanted]

    highest = counted.shown(f"Officers’ reports by highest use of a CED, {PERIOD}")
    assert [*highest.columns] == [*CED_ORDERS["metropolitan"], "CED not stated"]
    for use in highest.columns:
        number = {area: (one.highest_ced("metropolitan") == use).sum()
                  for area, one in records.items()}  # fmt: skip
        assert [*highest[use]] == with_sum(number), use

    injured = counted.shown(f"Officers’ reports by injury of subject and officer, {PERIOD}")
    asked = [(f"{who} injured", answer) for who in ("subject", "officer") for answer in INJURED]
    for head, (field, answer) in zip(injured.columns, asked, strict=True):
        number = {area: one.answered(field, answer).sum() for area, one in records.items()}
        assert [*injured[head]] == with_sum(number), head
    assert [*injured.columns][0] == "Subject injured" and "0" not in {*injured["Subject injured"]}


def test_the_file_has_what_counts_have_and_the_page_links_it(counted):
    rows = counted.table
    assert {one["edition"] for one in rows} == {"made up"}
    assert {one["unit"] for one in rows} == {"report", "tactic"}
    (kent,) = (one for one in rows if one["subject"] == "reports" and one["area"] == "Kent")
    assert (kent["value"], kent["table"]) == (str(len(counted.records("Kent"))), "kent_2017-q2.csv")
    assert counted.page.find("a", href=TABLE).text == TABLE


def test_the_tables_can_be_read_aloud_and_say_what_they_are(counted):
    section = counted.page.find(id="national-tables").find_all_next("table")
    assert len(section) == 4
    for one in section:
        assert one.caption.text.strip().endswith("(made up)")
        scopes = [
            {head["scope"] for head in part.find_all("th")} for part in (one.thead, one.tbody)
        ]
        assert scopes == [{"col"}, {"row"}]
        assert one.parent["tabindex"] == "0" and one.parent["aria-label"]
    said = " ".join(counted.page.main.text.split())
    for words in ("not of incidents and not of people", "alphabetical order", "no league table"):
        assert words in said
    assert "Made up. Every number below is counted from made-up records" in said


def test_nothing_changed_and_nothing_is_counted(counted):
    assert counted.run()[:2] == (cli.DONE, [])
    assert counted.files() == counted.before


@pytest.mark.parametrize("how", ["edited", "deleted"])
def test_the_file_of_the_tables_that_was(how, counted):
    path = counted.out / TABLE
    if how == "edited":
        path.write_bytes(path.read_bytes().replace(b"made up", b"genuine"))
    else:
        path.unlink()
    assert counted.run()[:2] == (cli.DONE, [TABLE])
    assert counted.files() == counted.before


def test_a_file_of_records_that_was_changed(counted):
    before = counted.shown("Officers’ reports by force").loc["Kent", PERIOD]
    lines = counted.path("Kent").read_text("utf-8").splitlines(keepends=True)
    counted.path("Kent").write_text("".join(lines[:-1]), "utf-8")
    assert counted.run()[:2] == (cli.DONE, ["kent_2017-q2", TABLE])
    assert counted.shown("Officers’ reports by force").loc["Kent", PERIOD] == str(int(before) - 1)


def test_another_order_of_ced_use(counted):
    counted.ask("choices: {ced_order: fired-highest}")
    assert counted.run()[:2] == (cli.DONE, [*NAMES, TABLE])  # the chapter does not name it
    highest = counted.shown(f"Officers’ reports by highest use of a CED, {PERIOD}")
    assert [*highest.columns][:-1] == [*CED_ORDERS["fired-highest"]]
    fired = {area: (counted.records(area).highest_ced("fired-highest") == "CED fired").sum()
             for area in FORCES}  # fmt: skip
    assert [*highest["CED fired"]] == with_sum(fired)


def test_another_lock(counted, monkeypatch, tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(jobs.LOCK.read_text("utf-8") + "\n", encoding="utf-8")
    monkeypatch.setattr(jobs, "LOCK", lock)
    assert counted.run()[1][-1] == TABLE


def test_a_parameter_that_no_table_rests_on(counted):
    counted.ask("choices: {seed: 2}")
    assert counted.run()[:2] == (cli.DONE, NAMES)


def test_a_report_that_is_refused_is_left_out_and_said(counted, monkeypatch):
    counted.ask("choices: {seed: 3}")

    def look(parameters, where, base):
        if parameters.area == "Kent":
            raise Refused("kent_2017-q2.csv: row 3: no number")

    with monkeypatch.context() as only:
        only.setattr(audit, "check_at_hand", look)
        status, done, _ = counted.run()
    assert (status, done) == (
        cli.CHAPTER_FAILED,
        [*(one for one in NAMES if "kent" not in one), TABLE],
    )
    assert [*counted.shown("Officers’ reports by force").index] == [*sorted(FORCES)[:2], TOGETHER]
    assert "Kent, 2017-Q2: its audit was not made anew" in counted.page.main.text
    assert counted.run()[:2] == (cli.DONE, ["kent_2017-q2", TABLE])
    assert [*counted.shown("Officers’ reports by force").index] == [*sorted(FORCES), TOGETHER]
    assert "Not counted" not in counted.page.main.text


def test_a_file_without_a_report_of_the_period_is_left_out_and_said(counted):
    counted.give("Kent", LATER, 9)
    counted.path("Kent", LATER).replace(counted.path("Kent"))
    assert counted.run()[:2] == (cli.DONE, ["kent_2017-q2", TABLE])
    assert [*counted.shown("Officers’ reports by force").index] == [*sorted(FORCES)[:2], TOGETHER]
    without = "Kent, 2017-Q2: its file has no officer’s report that can be used"
    assert without in counted.page.main.text


def test_made_up_records_beside_others_are_not_added_up(counted):
    frame = pd.read_csv(counted.path("Kent"), dtype=str, keep_default_na=False)
    frame.drop(columns="Made up").to_csv(counted.path("Kent"), index=False)
    status, _, said = counted.run()
    assert status == cli.CHAPTER_FAILED
    assert "national tables: not made anew: kent_2017-q2.csv (Kent): is not made up" in said
    assert "is not made up" in counted.page.find(role="alert").text
    assert counted.page.find("a", href=TABLE) is None and len(counted.page.find_all("table")) == 1
    counted.give("Kent", PERIOD, 0)
    assert counted.run()[0] == cli.DONE
    assert counted.files() == counted.before


def test_periods_are_told_apart_and_added_up_where_every_force_has_them(counted):
    counted.give("Kent", LATER, 7)
    counted.ask(periods=f"{PERIOD}, {LATER}")
    assert counted.run()[0] == cli.DONE
    by_force = counted.shown("Officers’ reports by force")
    assert [*by_force.columns] == [PERIOD, LATER]
    kept = str(len(counted.records("Kent", LATER)))
    assert [*by_force[LATER]] == ["no records", "no records", kept, "not added up"]
    assert by_force.loc[TOGETHER, PERIOD] == str(sum(len(counted.records(one)) for one in FORCES))
    assert [*counted.shown("Officers’ reports by tactic, all forces at hand").columns] == [PERIOD]
    later = counted.shown(f"Officers’ reports by injury of subject and officer, {LATER}")
    assert [*later.index] == [*sorted(FORCES), TOGETHER]


def test_without_records_there_are_no_tables(made):
    assert not (made.out / TABLE).exists()
    assert "national-tables" not in (made.out / "index.html").read_text("utf-8")


def test_workers_count_and_the_run_itself_imports_no_polars(counted):
    code = (
        "import sys\nfrom pathlib import Path\nfrom analysis import cli\n"
        "from analysis.national.jobs import project\n"
        "from analysis.national.tabling import count_records\n"
        "from analysis.national.workers import local\n"
        "if __name__ == '__main__':\n"
        "    with local(1) as place:\n"
        "        given = Path(sys.argv[1]), 'Kent', '2017-Q2', 'metropolitan', project()\n"
        "        print(place(count_records, *given).numbers['reports']['all'])\n"
        "    print('polars' in sys.modules)\n"
    )
    script = counted.root / "count.py"
    script.write_text(code, encoding="utf-8")
    words = [sys.executable, str(script), str(counted.path("Kent"))]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=paths)
    assert done.stdout.split() == [str(len(counted.records("Kent"))), "False"]


def test_a_worker_with_another_project_counts_nothing(counted):
    with pytest.raises(Refused, match="the same on every machine"):
        count_records(counted.path("Kent"), "Kent", PERIOD, "metropolitan", "another")


def test_a_worker_that_dies_leaves_the_page_and_says_so(counted, monkeypatch):
    def die(*_):
        raise Refused("its process ended")

    (counted.out / TABLE).unlink()
    monkeypatch.setattr("analysis.national.tabling.count_records", die)
    status, _, said = counted.run()
    assert status == cli.CHAPTER_FAILED and "3 of 3 reports made in full" in said
    assert "its process ended" in counted.page.find(role="alert").text
