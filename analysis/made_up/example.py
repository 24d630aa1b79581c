"""The example: a made-up quarter with the margins that three newspapers printed of a real one.

Peterborough Telegraph, Cambs Times and Hunts Post, 2017, on Cambridgeshire, April to June 2017
(their files in ``data/claims``). Only the margins are theirs: who was hurt, where and
by what is made up.
"""

from __future__ import annotations

import pandas as pd

from analysis.made_up.defects import AGE_AS_DATE, EFFECT_OF_NOTHING, NOT_CARRIED, TWICE, Defect
from analysis.made_up.files import MadeUp, make
from analysis.made_up.plan import USUAL

SEED, REPORTS = 20170630, 1234
NUMBERS = {
    "scene": {
        "Peterborough": 451, "Thorpe Wood custody": 129, "Cambridge": 220, "Huntingdonshire": 147,
        "East Cambridgeshire": 91, "Fenland": 81, "South Cambridgeshire": 115,
    },
    "ethnicity": {
        "White": 982, "Black": 70, "Asian": 68, "Chinese": 4, "Mixed": 30, "Other": 20,
        "Don't know": 45, "Not reported": 15,
    },
    "age": {
        "Under 11": 5, "11-17": 117, "18-34": 666, "35-49": 330, "50-64": 85, "65 and over": 16,
        "Not reported": 15,
    },
    "gender": {"Male": 938, "Female": 290, "Other": 1, "Not reported": 5},
    "health condition": {
        "None": 890, "Mental": 270, "Physical": 20, "Physical and mental": 38, "Not reported": 16,
    },
    "main duty": {
        "Patrol": 975, "Custody": 70, "ARV": 50, "Public order": 45, "Neighbourhood": 40,
        "Dog handler duty": 14, "Other": 40,
    },
}  # fmt: skip
OUTCOMES = {
    "Taser used": 35, "Taser discharged": 4, "handcuffed": 744, "handcuffs effective": 707,
    "subject injured": 78, "subject severely injured": 1, "officer injured": 85,
    "officer severely injured": 1, "threatened with weapon": 37, "firearm aimed": 6,
    "dog deployed": 5,
}  # fmt: skip
# such as a real file carries: one kind is repaired, the others are labelled, no row is set aside
DEFECTS = {AGE_AS_DATE: 20, EFFECT_OF_NOTHING: 2, TWICE: 1, NOT_CARRIED: 2}
PLAN = USUAL.with_numbers(NUMBERS, OUTCOMES)


def _few(records: pd.DataFrame) -> dict[Defect, int]:
    return DEFECTS


def example() -> MadeUp:
    """The quarter in ``data/made-up/cambridgeshire_2017-Q2``, byte for byte."""
    return make(REPORTS, SEED, PLAN, _few)
