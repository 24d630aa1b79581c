"""What others printed, held against what the figures give.

A claim names the series of the finding that it is about. Verdicts: ``holds``; ``holds only when
cut off, not when rounded``; ``does not hold``; ``does not follow from the figures``; ``not
checkable``.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from pathlib import Path

import yaml

from analysis.findings import Finding, Findings, not_available
from analysis.places import CLAIMS

# How far a printed number may lie from the figure, in units of its last printed digit, fixed
# before any claim was checked. "Approximately" gives no licence beyond rounding.
TOLERANCE = {"none": Decimal("0.5"), "approximately": Decimal("0.5")}
JUDGEMENT = "judgement"

NO_STANDARD = (
    "a judgement needs a standard to be judged by, and the paper names none; the figures show how "
    "often, not whether each use was necessary and proportionate"
)

HOLDS = "holds"
CUT_OFF = "holds only when cut off, not when rounded"
FAILS = "does not hold"
DOES_NOT_FOLLOW = "does not follow from the figures"


def read_claims(folder: Path = CLAIMS) -> list[dict]:
    """Every file of claims, each a mapping with the claims in a list."""
    files = sorted(folder.glob("*.yml"))
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]


def check_claims(papers: list[dict], findings: Findings, area: str) -> Findings:
    """For each claim about the area: what was printed, what the figures give, and the verdict.

    A claim whose finding is not there is not checkable, with its reason.
    """
    rows: list[Finding] = []
    for paper in papers:
        if paper["area"] == area:
            for claim in paper["claims"]:
                rows += _check(paper, claim, findings)
    return Findings(tuple(rows))


def _check(paper: dict, claim: dict, findings: Findings) -> list[Finding]:
    words = {
        "area": paper["area"],
        "period": str(paper["period"]),
        "edition": str(paper["edition"]),
        "label": claim["text"],
        "caveats": (f"printed in: {paper['printed_by']}, {paper['date']}",),
    }
    series_id = f"claim/{claim['id']}"
    if claim["qualifier"] == JUDGEMENT:
        return [
            Finding(
                series_id=f"{series_id}/verdict",
                kind="verdict",
                unit="",
                outcome=DOES_NOT_FOLLOW,
                method="the figures say how much, not whether it was too much",
                **words | {"caveats": (*words["caveats"], NO_STANDARD)},
            )
        ]
    digits = len(claim["printed"].partition(".")[2])
    printed = Finding(
        series_id=f"{series_id}/printed",
        kind="printed",
        unit=claim["unit"],
        form=f"percent:{digits}",
        value=float(Decimal(claim["printed"]) / 100),
        method=f"as printed by the source, {claim['qualifier']} qualified",
        **words,
    )
    about = [
        finding
        for finding in findings.where(series_id=claim["about"])
        if finding.period == printed.period and finding.area == printed.area
    ]
    verdict = {"series_id": f"{series_id}/verdict", "kind": "verdict", "unit": "", **words}
    if not about or not about[0].available:
        reason = about[0].reason if about else "no finding about it is at hand"
        return [printed, not_available(reason, **verdict)]
    figure = Finding(
        series_id=f"{series_id}/figure",
        kind="figure",
        unit=claim["unit"],
        form=f"percent:{digits + 1}",
        value=about[0].value,
        method="the finding it is about",
        counts=about[0].counts,
        findings=(about[0].id,),
        **words,
    )
    outcome = verdict_on(
        Decimal(claim["printed"]), Decimal(repr(100 * about[0].value)), claim["qualifier"]
    )
    return [
        printed,
        figure,
        Finding(
            outcome=outcome,
            counts=about[0].counts,
            findings=(about[0].id,),
            method="held if within half a unit of the last printed digit; fixed beforehand",
            **verdict,
        ),
    ]


def verdict_on(printed: Decimal, figure: Decimal, qualifier: str) -> str:
    """Whether a printed number holds for a figure in the same unit.

    >>> verdict_on(Decimal("17"), Decimal("17.80"), "approximately")
    'holds only when cut off, not when rounded'
    >>> verdict_on(Decimal("0.56"), Decimal("0.5602"), "none")
    'holds'
    """
    unit = Decimal(1).scaleb(printed.as_tuple().exponent)
    tolerance = TOLERANCE[qualifier] * unit
    if -tolerance <= figure - printed < tolerance:
        return HOLDS
    return CUT_OFF if figure.quantize(unit, ROUND_DOWN) == printed else FAILS
