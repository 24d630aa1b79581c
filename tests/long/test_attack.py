"""Releases of the example quarter and of made-up files, attacked with all that they publish.

Whole chapters are made in the process of the test, a plan is made of their counts, and linear
programming looks for hidden counts in what a release would show.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

from analysis.parameters import Disclosure
from tests.disclosure import made_up
from tests.disclosure.attack import attack, fits, recovered

pytestmark = pytest.mark.long
FILES, FIRST_SEED, DAMAGED_EACH = 100, 1001, 10  # every tenth file has every defect planted
OPEN = 4  # files without complementary suppression, to see that the attack finds something
PROCESSES = 2
USUAL = Disclosure()


def _attacked(
    counts: pd.DataFrame, findings: pd.DataFrame, *, complementary: bool = True
) -> tuple[int, pd.DataFrame]:
    """How many counts are hidden, and those that the attack recovers; the truth must fit."""
    shown, said = made_up.released(counts, findings, complementary=complementary)
    truth = counts.set_index("id")["value"].astype(float)
    assert fits(shown, said, truth[shown["id"]]), "the attack states what is not true"
    found = attack(shown, said, USUAL.threshold, USUAL.rounding)
    return len(found), recovered(found, truth, USUAL.threshold)


def _seeded(seed: int, folder: Path, *, complementary: bool) -> tuple[int, int, list[str]]:
    os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    at = folder / f"{seed}-{complementary}"
    made_up.made(at, seed, damaged=seed % DAMAGED_EACH == 0)
    hidden, found = _attacked(*made_up.tables(at), complementary=complementary)
    return seed, hidden, [f"{one} = {row.truth:.0f}: {row.lower:.0f} to {row.upper:.0f}"
                          for one, row in found.iterrows()]  # fmt: skip


def _all(seeds: range, folder: Path, *, complementary: bool) -> list[tuple[int, int, list[str]]]:
    """Every file, on ``PROCESSES`` processes, in the order of the seeds."""
    one = partial(_seeded, folder=folder, complementary=complementary)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        done = []
        for future in as_completed([pool.submit(one, seed) for seed in seeds]):
            done.append(future.result())
            print(f"\n{done[-1][0]}: {done[-1][1]} hidden, {len(done[-1][2])} found", end="")
    return sorted(done)


def test_nothing_is_recovered_from_the_example_quarter():
    hidden, found = _attacked(*made_up.tables(made_up.EXAMPLE))
    assert hidden > 0 and found.empty, found


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
