"""Made-up reports in collapsed patterns for Firth's penalised logit, rare and separated.

Usage, from the repository root (numpy 2.4):
    python tests/expected/firth_patterns.py

Writes firth_patterns.csv beside this script. No report of the group "asian" has the outcome.
"""

import csv
import itertools
from pathlib import Path

import numpy as np

random = np.random.default_rng(20020815)
rows = []
for group, night, armed in itertools.product(("white", "black", "asian"), (0, 1), (0, 1)):
    trials = int(random.integers(5, 60))
    chance = 1 / (1 + np.exp(3.2 - 0.5 * (group == "black") - 0.9 * night - 0.4 * armed))
    events = 0 if group == "asian" else int(random.binomial(trials, chance))
    rows.append([int(group == "black"), int(group == "asian"), night, armed, trials, events])
path = Path(__file__).with_name("firth_patterns.csv")
with path.open("w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["black", "asian", "night", "armed", "trials", "events"])
    writer.writerows(rows)
