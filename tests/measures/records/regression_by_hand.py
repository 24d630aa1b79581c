"""Made-up records for tests of the regression: few fields vary, by a seed and planted log odds."""

from functools import cache

import numpy as np

from analysis.measures.records.incidents import group_reports
from analysis.measures.records.regression import Study, study
from analysis.records import Records
from tests.records_by_hand import records_of

GROUPS = {"White": 0.7, "Black": 0.14, "Asian": 0.08, "Mixed": 0.04, "Not reported": 0.04}
AGES = {"11-17": 0.1, "18-34": 0.5, "35-49": 0.25, "50-64": 0.1, "Not reported": 0.05}
DISTRICTS = ("Cambridge", "Fenland", "Peterborough")


def _report(random: np.random.Generator, incident: dict, minute: int) -> dict:
    black, female = incident["ethnicity"] == "Black", incident["gender"] == "Female"
    log_odds = -1.5 + 0.8 * black - 0.3 * female + incident["shared"]
    used = random.random() < 1 / (1 + np.exp(-log_odds))
    kind = "CED fired" if random.random() < 0.3 else "CED drawn"
    return {key: value for key, value in incident.items() if key not in ("shared", "hour")} | {
        "time": f"{incident['hour']:02d}:{10 + minute}",
        "ced": [kind] if used else [],
        "subject injured": str(random.choice(["Yes", "No", "Not reported"], p=[0.1, 0.8, 0.1])),
        "conduct": str(random.choice(["Compliant", "Active resistance"])),
    }


@cache
def planted(incidents: int = 700, seed: int = 1) -> Records:
    """About twice as many reports as incidents; the odds of CED use are e^0.8 for Black."""
    random = np.random.default_rng(seed)
    reports = []
    for _ in range(incidents):
        incident = {
            "date": f"2017-04-{random.integers(1, 29):02d}",
            "hour": int(random.integers(0, 24)),
            "district": str(random.choice(DISTRICTS)),
            "ethnicity": str(random.choice(list(GROUPS), p=list(GROUPS.values()))),
            "age": str(random.choice(list(AGES), p=list(AGES.values()))),
            "gender": str(random.choice(["Male", "Female"], p=[0.8, 0.2])),
            "impact factor: Alcohol": str(random.choice(["Yes", "No"])),
            "location: Dwelling": str(random.choice(["Yes", "No"])),
            "location: Ambulance": "No",
            "shared": float(random.normal(0, 0.8)),
        }
        if incident["location: Dwelling"] == "No":
            incident["location: Street or highway"] = "Yes"
        reports += [_report(random, incident, minute) for minute in range(random.integers(1, 4))]
    return records_of(*reports)


def study_of(records: Records, reference: str = "White") -> Study:
    return study(records, group_reports, "within 30 minutes", reference, 0.95)
