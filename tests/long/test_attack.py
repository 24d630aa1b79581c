"""Releases of the example quarter and of made-up files, attacked with all that they publish.

The example's release is made as the command makes it, and read from its folder. Of made-up files
whole chapters are made in the process of the test, a plan is made of their counts, and linear
programming looks for hidden counts in what a release would show.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from unittest.mock import patch

import pandas as pd
import pytest

from analysis import cli
from analysis.counts import STATED
from analysis.parameters import Disclosure, read_parameters
from analysis.places import PARAMS
from analysis.report.run import run
from tests.disclosure import made_up
from tests.disclosure.attack import attack, fits, recovered
from tests.disclosure.finished import Release, falling

pytestmark = pytest.mark.long
FILES, FIRST_SEED, DAMAGED_EACH = 100, 1001, 10  # every tenth file has every defect planted
SIZES = (600, 300, 150, 300)  # reports of a file, in turn
OPEN = 4  # files without complementary suppression, to see that the attack finds something
PROCESSES = 2
USUAL = Disclosure()
PRINTED = "conditions of claims"  # numbers of the same reports that newspapers print

Tables = tuple[pd.DataFrame, pd.DataFrame]


def _attacked(shown: pd.DataFrame, said: pd.DataFrame, truth: pd.Series, **given) -> pd.DataFrame:
    """The hidden counts that are recovered; the truth must fit what the attack states."""
    assert fits(shown, said, truth[shown["id"]]), "the attack states what is not true"
    found = attack(shown, said, USUAL.threshold, USUAL.rounding, **given)
    return recovered(found, truth, USUAL.threshold)


def _shown(counts: pd.DataFrame) -> pd.Series:
    return counts.loc[counts["status"] == STATED, "id"]


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    name = "made-up_cambridgeshire_2017-q2"
    folder = tmp_path_factory.mktemp("reports") / name
    return run(read_parameters(PARAMS / f"{name}.yml"), folder, PARAMS).folder


@pytest.fixture(scope="module")
def folder(report, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("public") / "quarter"
    assert cli.main(["release", str(report), "--out", str(out)]) == cli.DONE
    return out


@pytest.fixture(scope="module")
def example() -> Tables:
    return made_up.tables(made_up.EXAMPLE)


@pytest.fixture(scope="module")
def truth(example) -> pd.Series:
    return example[0].set_index("id")["value"].astype(float)


def test_pages_trace_and_charts_say_no_more_than_the_tables(folder):
    assert Release(folder).beyond_tables() == []


@pytest.mark.parametrize("name", ["report.html", "trace.html", "charts"])
def test_what_is_not_of_the_release_would_be_seen(report, folder, tmp_path, name):
    mixed = Path(shutil.copytree(folder, tmp_path / "mixed"))
    own = [report / name] if name != "charts" else (report / name).glob("*.svg")
    for path in own:
        shutil.copyfile(path, mixed / path.relative_to(report))
    assert len(Release(mixed).beyond_tables()) > 100


def test_made_up_files_are_counted_as_a_release_of_them_is(folder, example):
    """So what is found of them below is true of releases."""
    counts = made_up.released(*example)[0]
    columns = ["id", "cell", "status"]
    written = Release(folder).tables()[0]
    assert sorted(map(tuple, written[columns].to_numpy())) == sorted(
        map(tuple, counts[columns].to_numpy())
    )


@pytest.mark.parametrize("knows", ["what is shown", "what is printed", "every number shown"])
def test_nothing_is_recovered_from_the_folder(folder, truth, knows):
    """``what is printed``: the claims of newspapers whose counts the release shows."""
    shown, said = Release(folder).tables()
    exact = _shown(shown[shown["subject"] == PRINTED] if knows == "what is printed" else shown)
    known = None if knows == "what is shown" else truth[exact]
    assert known is None or len(known) > 15
    found = _attacked(shown, said, truth, known=known)
    assert found.empty, found


def test_nothing_is_recovered_from_the_order_of_rows(folder, example, truth):
    """Whoever takes an order for that of the numbers learns nothing, or contradicts the release."""
    release = Release(folder)
    shown, said = release.tables()
    rests_on = {row.id: row.counts.split(";") for row in example[1].itertuples() if row.counts}
    orders = {place: falling(ids, rests_on) for place, ids in release.by_size().items()}
    assert orders
    for place, pairs in orders.items():
        if pairs and all(truth[more] >= truth[less] for more, less in pairs):
            found = _attacked(shown, said, truth, falling=pairs)
            assert found.empty, (place, found)


def _seeded(seed: int, folder: Path, *, complementary: bool) -> tuple[int, int, list[str]]:
    """Hidden counts of a file, and those recovered by who knows exactly all that are shown."""
    at = folder / f"{seed}-{complementary}"
    made_up.made(at, seed, SIZES[seed % len(SIZES)], damaged=seed % DAMAGED_EACH == 0)
    counts, findings = made_up.tables(at)
    truth = counts.set_index("id")["value"].astype(float)
    shown, said = made_up.released(counts, findings, complementary=complementary)
    exact = _shown(shown)
    found = _attacked(shown, said, truth, known=truth[exact])
    return seed, len(shown) - len(exact), [
        f"{one} = {row.truth:.0f}: {row.lower:.0f} to {row.upper:.0f}"
        for one, row in found.iterrows()
    ]  # fmt: skip


def _all(seeds: range, folder: Path, *, complementary: bool) -> list[tuple[int, int, list[str]]]:
    """Every file, on ``PROCESSES`` processes, in the order of the seeds."""
    one = partial(_seeded, folder=folder, complementary=complementary)
    start = monotonic()
    alone = patch.dict(os.environ, dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
    with alone, ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        done = []
        for future in as_completed([pool.submit(one, seed) for seed in seeds]):
            if future.exception():
                pool.shutdown(cancel_futures=True)
            seed, hidden, found = future.result()
            done.append((seed, hidden, found))
            minutes = (monotonic() - start) / 60
            print(
                f"\n{len(done)} of {len(seeds)}, {minutes:.1f} minutes, seed {seed}: "
                f"{hidden} hidden, {len(found)} found", end="", flush=True,
            )  # fmt: skip
    return sorted(done)


def test_nothing_is_recovered_from_made_up_files(tmp_path, capsys):
    with capsys.disabled():
        seeds = range(FIRST_SEED, FIRST_SEED + FILES)
        done = _all(seeds, tmp_path, complementary=True)
    assert all(hidden > 0 for _, hidden, _ in done)
    assert not [(seed, found) for seed, _, found in done if found]


def test_the_attack_finds_cells_where_only_small_counts_are_hidden(tmp_path, capsys):
    with capsys.disabled():
        seeds = range(FIRST_SEED, FIRST_SEED + OPEN)
        done = _all(seeds, tmp_path, complementary=False)
    assert all(found for _, _, found in done)
