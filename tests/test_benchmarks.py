"""The benchmarks: what they measure is so, what they scale is right, the page is the results."""

import csv
import subprocess
import sys

import pytest

from analysis.places import ROOT
from benchmarks import country, growth, page
from benchmarks.measuring import COLUMNS, Row, measured, write_results

# A process that is as large as it is asked to be, below one that does nothing
LARGE = (
    "import subprocess, sys; "
    "subprocess.run([sys.executable, '-c', "
    "'import time; held = bytearray({0} * 2**20); held[::4096] = bytes(len(held[::4096])); "
    "time.sleep(0.5)'])"
)


@pytest.fixture
def in_a_small_process(tmp_path):
    """Measures in a process that imports nothing large: its memory counts for those it starts."""

    def measure(megabytes: int) -> tuple[float, float]:
        code = (
            "import sys; from benchmarks.measuring import measured; "
            f"taken = measured([sys.executable, '-c', {LARGE.format(megabytes)!r}]); "
            "print(taken.seconds, taken.peak_mb)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return tuple(map(float, done.stdout.split()))

    return measure


def test_memory_is_that_of_all_processes_below_a_command(in_a_small_process):
    (seconds, small), (_, large) = in_a_small_process(10), in_a_small_process(210)
    assert large - small == pytest.approx(200, abs=15) and small < 100
    assert seconds > 0.5


def test_a_command_that_fails_is_told_with_what_it_said():
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(1)"]
    with pytest.raises(RuntimeError, match="ended with 1:\nthe reason"):
        measured(command)
    assert measured(command, allowed=(0, 1)).status == 1


def test_results_are_written_and_a_missed_limit_is_told(tmp_path, capsys):
    kept = Row("kept", records=10, seconds=1.23456, ratio=0.5, ratio_of="ours to its", limit=0.5)
    missed = Row("missed", ratio=0.51, ratio_of="ours to its", limit=0.5)
    assert write_results("one", [kept], tmp_path) == 0
    assert write_results("two", [kept, missed], tmp_path) == 1
    assert capsys.readouterr().out.count("MISSED") == 1
    with (tmp_path / "two.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert tuple(first) == COLUMNS and first["seconds"] == "1.23456" and second["seconds"] == ""
    assert page.held(first) and not page.held(second)


def test_seconds_between_the_sample_are_in_straight_lines():
    sizes, seconds = (100, 1000, 10_000), (5.0, 6.0, 24.0)
    expected = {50: 5.0, 100: 5.0, 550: 5.5, 1000: 6.0, 5500: 15.0, 10_000: 24.0, 20_000: 24.0}
    assert {size: country.between(size, sizes, seconds) for size in expected} == expected


def test_the_exponent_of_a_power_is_found():
    sizes = (1e5, 1e6, 5e6)
    assert growth.exponent(sizes, [3e-4 * size**1.05 for size in sizes]) == pytest.approx(1.05)
    assert growth.exponent(sizes, [7.0] * 3) == pytest.approx(0)


def test_the_seconds_of_jobs_are_read_off_what_run_all_prints():
    printed = (
        "1 of 3 done, 2 running, 0 failed, 0 left: kent_2019-20/taser done in 12.5 s\n"
        "1 of 3 done, 1 running, 1 failed, 0 left: kent_2019-20/claims failed in 0.5 s\n"
        "2 of 3 done, 0 running, 1 failed, 0 left: kent_2019-20 done in 2.0 s\n"
    )
    jobs = {job: float(seconds) for job, seconds in country.ENDED.findall(printed)}
    assert jobs == {"kent_2019-20/taser": 12.5, "kent_2019-20/claims": 0.5, "kent_2019-20": 2.0}


def test_the_page_is_what_the_results_give():
    found = page.results()
    assert page.PAGE.read_text("utf-8") == page.page(found)
    if found["growth"]:
        assert page.CHART.read_text("utf-8") == page.chart(found["growth"])


def test_the_page_tells_what_is_missed_and_what_is_not_measured(tmp_path):
    rows = [
        Row("storing", 100, 45, 1.0, 200.0),
        Row("storing", 1000, 45, 12345.6, 300.0),
        Row("storing", forces=45, ratio=1.2, ratio_of="exponent of records", limit=1.05),
    ]
    write_results("growth", rows, tmp_path)
    found = page.results(tmp_path)
    text = page.page(found)
    assert (
        "- Growth with records and forces: storing, exponent of records 1.2 (at most 1.05)" in text
    )
    assert "**1.2, missed**" in text and "| storing | 1,000 | 45 | 12,300 | 300 |" in text
    assert text.count("Not measured yet") == len(page.SECTIONS) - 1
    words = "storing 1, 12,300 seconds and 200, 300 MB for 100, 1,000 records"
    assert words in text and words in page.chart(found["growth"])
