"""Small records for tests, written by hand: a dictionary a report, everything else answered No."""

import pandas as pd

from analysis.records import Records
from analysis.standard.form import NOT_REPORTED, YES_NO, report_fields

USUAL = {
    "date": "2017-04-01",
    "time": "12:00",
    "district": "Fenland",
    "conduct": "Active resistance",
    "age": "18-34",
    "gender": "Male",
    "ethnicity": "White",
    "health condition": "None",
    "main duty": "Patrol",
}


def records_of(*reports: dict, **given) -> Records:
    """Records of ``reports``; keys are fields, ``tactics`` a list, ``ced`` a list of uses.

    A tactic may be a pair of it and whether it was effective.
    """
    rows = pd.Index(range(2, 2 + len(reports)), name="row")
    columns = {}
    for field, allowed in report_fields().items():
        fallback = USUAL.get(field, "No" if allowed == YES_NO else NOT_REPORTED if allowed else "")
        values = [report.get(field, fallback) for report in reports]
        unknown = sorted({*values} - {*allowed}) if allowed else []
        assert not unknown, f"{field}: {unknown} is not among {allowed}"
        columns[field] = pd.Categorical(values, allowed) if allowed else values
    tactics = [
        (row, place, *(tactic if isinstance(tactic, tuple) else (tactic, "Yes")))
        for row, report in zip(rows, reports, strict=True)
        for place, tactic in enumerate(report.get("tactics", ["Compliant handcuffing"]), 1)
    ]
    ced = [
        (row, 1, use)
        for row, report in zip(rows, reports, strict=True)
        for use in report.get("ced", [])
    ]
    known = {
        "source": "made-up-records",
        "file": "by_hand.csv",
        "edition": "made up",
        "area": "Cambridgeshire",
        "period": "2017-Q2",
        "made_up": True,
    }
    return Records(
        reports=pd.DataFrame(columns, index=rows),
        tactics=pd.DataFrame(tactics, columns=["row", "position", "tactic", "effective"]),
        ced=pd.DataFrame(ced, columns=["row", "device", "use"]),
        **(known | given),
    )
