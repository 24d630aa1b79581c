"""How often 95% limits of shares by incident hold the true share, in made-up reports.

    python tests/expected/clustered_coverage.py

from the repository root writes tests/expected/clustered_coverage.csv, in some minutes.
"""

import csv
import itertools
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from analysis.measures.intervals import wilson  # noqa: E402
from analysis.measures.records.clustered import ratio_of_shares, share  # noqa: E402

SEED, RUNS, CONFIDENCE = 20170401, 2000, 0.95
SIZES, CHANCES = [1, 2, 3, 4], [0.5, 0.3, 0.15, 0.05]  # reports of an incident
INCIDENTS, SHARES, ALIKE = (25, 100, 800), (0.01, 0.05, 0.2, 0.5), (0.0, 0.5, 1.0)
EVENTS = 10  # a ratio is given from so many in each group
COLUMNS = ("incidents", "share", "alike", "independent", "by_incident", "ratio_runs", "ratio")


def made_up(random, incidents, truth, alike):
    """Incident and outcome of each report, and its group, which is drawn for each report.

    With the chance ``alike`` all reports of an incident share one outcome, which is then also
    their correlation.
    """
    numbers = np.repeat(np.arange(incidents), random.choice(SIZES, incidents, p=CHANCES))
    shared = (random.random(incidents) < alike)[numbers]
    one = (random.random(incidents) < truth)[numbers]
    events = np.where(shared, one, random.random(len(numbers)) < truth)
    return pd.Series(numbers), pd.Series(events), pd.Series(random.random(len(numbers)) < 0.5)


def held(random, incidents, truth, alike):
    """Whether each method's limits hold the truth; the ratio's is missing with too few events."""
    numbers, events, group = made_up(random, incidents, truth, alike)
    every = pd.Series(True, index=events.index)
    lower, upper = wilson(int(events.sum()), len(events), CONFIDENCE)
    own = share(events, every, numbers, CONFIDENCE)
    found = [lower <= truth <= upper, own.lower <= truth <= own.upper, np.nan]
    if min(events[group].sum(), events[~group].sum()) >= EVENTS:
        ratio = ratio_of_shares(events, group, ~group, numbers, CONFIDENCE)
        found[2] = ratio.lower <= 1 <= ratio.upper
    return found


def main():
    random = np.random.default_rng(SEED)
    with open("tests/expected/clustered_coverage.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for design in itertools.product(INCIDENTS, SHARES, ALIKE):
            runs = np.array([held(random, *design) for _ in range(RUNS)], float)
            ratio = runs[~np.isnan(runs[:, 2]), 2]
            # under a tenth of the runs is too little to say how often
            shown = f"{ratio.mean():.3f}" if len(ratio) >= RUNS / 10 else ""
            covers = [f"{one:.3f}" for one in runs[:, :2].mean(axis=0)]
            out.writerow([*design, *covers, len(ratio), shown])


if __name__ == "__main__":
    main()
