"""Reports to be compared, made of counts and findings without a run."""

import io
from collections.abc import Iterable

import pandas as pd

from analysis import counts as count_tables
from analysis import findings as finding_tables
from analysis.checks.compared import Report
from analysis.counts import Count, Counts, build
from analysis.findings import Finding, Findings
from analysis.measures import intervals
from analysis.parameters import Choices
from analysis.rows import unit_of
from analysis.standard.names import slug

CHOICES = Choices().model_dump()
GROUPS = [f"Band {number}" for number in range(25)]


def as_read(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A table as it is read again from its file: all text."""
    written = frame.reindex(columns=columns).to_csv(index=False, float_format="%.10g")
    return pd.read_csv(io.StringIO(written), dtype=str, keep_default_na=False)


def report(
    area: str, period: str, findings: Iterable[Finding] = (), counts: Iterable[Count] = (), **more
) -> Report:
    """A report that holds these findings, the counts they rest on, and these counts."""
    findings = tuple(findings)
    held = {count.id: count for count in counts}
    held |= {one.id: one for row in findings for one in row.counts if isinstance(one, Count)}
    frame = pd.DataFrame([vars(one) for one in held.values()], columns=count_tables.COLUMNS)
    files = {source: {f"{source}.csv": "a"} for source in frame["source"].unique()}
    more = {"choices": CHOICES, "files": files} | more
    return Report(
        area,
        period,
        as_read(Findings(findings).frame, finding_tables.COLUMNS),
        as_read(frame, count_tables.COLUMNS),
        units={one.id: unit_of(one.rows) for one in held.values() if one.rows},
        **more,
    )


def counts(
    area: str,
    period: str,
    numbers: dict[str, int],
    source: str = "",
    edition: str = "",
    breakdown: str = "",
) -> Counts:
    """Counts of tactic uses by group, as a table of one edition prints them."""
    rows = [
        {"period": period, "area": area, "measure": "tactic uses", "tactic": "CED",
         "breakdown": breakdown, "group": group, "printed": str(number), "status": "stated",
         "table": "Table 1", "cell": "A1", "note": ""}
        for group, number in numbers.items()
    ]  # fmt: skip
    source = source or f"official-{slug(period)}"
    frame = pd.DataFrame(rows).astype(str)
    return build(frame, source=source, edition=edition or source, subject="by group")


def share(
    area: str, period: str, events: int, trials: int, series: str = "share", **more
) -> Finding:
    """A share with Wilson's limits, on two counts of its own."""
    given = counts(area, period, {f"{series} yes": events, f"{series} of": trials})
    lower, upper = intervals.wilson(events, trials, 0.95)
    words = {"series_id": series, "label": series, "kind": "share", "unit": "report",
             "form": "percent:1", "confidence": 0.95, "method": "Wilson score",
             "basis": "{0} of {1}", "edition": f"official-{slug(period)}"}  # fmt: skip
    limits = {"value": events / trials, "lower": lower, "upper": upper}
    return Finding(area=area, period=period, counts=tuple(given), **words | limits | more)
