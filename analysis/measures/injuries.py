"""Injuries in the official tables, and in three newspapers' figures for one quarter.

The official tables have two measures, which disagree (definition 18): the answer to whether the
officer or subject was injured, and the level of the injury. Both count reports, nationally only.
An officer's injury is one from the incident, a subject's one from the officer's force: neither is
ever divided by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from analysis.counts import ALL, Count, Counts
from analysis.findings import Finding, Findings, not_available
from analysis.measures.intervals import INDEPENDENT, wilson
from analysis.measures.ratios import ratio_of_proportions
from analysis.sources.press import EDITION, PAPERS, PERIOD
from analysis.standard.forces import ENGLAND_AND_WALES
from analysis.standard.injuries import SUBJECT_ANSWERS, SUBJECT_LEVELS
from analysis.standard.names import slug
from analysis.standard.periods import parse_period

PER = 1_000
INJURED = "Yes"
UNKNOWN = ("Unknown", "Not reported")  # the first of subjects only
NO_LEVEL = "Not reported"
LEVELS = tuple(level for level in SUBJECT_LEVELS if level != NO_LEVEL)  # officers have no "Death"
NOT_YES = tuple(answer for answer in SUBJECT_ANSWERS if answer != INJURED)
BY_ANSWER, BY_LEVEL = "answer", "level"

NATIONAL_ONLY = (
    "the official tables of injuries hold no force and no tactic, and the national rate is not "
    "that of a force"
)
COUNTED_AGAIN = "one injured person is counted once for every officer who reports the injury"
RECORDING = (
    "growth in reports is mostly better recording, and more reports without an injury lower the "
    "rate though nobody is spared one"
)
LEVEL_HAS_NO_UNKNOWN = (
    "limits are of the answer only: where no level is given, nobody may have been injured"
)
OTHER_AREA = "newspaper figures of injuries in this quarter are held for Cambridgeshire only"
FORMS = (
    "newspaper figures of officers' forms, from the first year of recording; no official statistic"
)
ONE_A_REPORT = "takes each injury as in a report of its own, since the paper does not say whose"


@dataclass(frozen=True)
class _Year:
    """The official table of one side (officers or subjects) in one year."""

    side: str
    period: str
    table: Counts

    @property
    def who(self) -> str:
        return self.side.capitalize()

    def words(self, series: str, label: str, area: str = ENGLAND_AND_WALES) -> dict:
        """What every finding from this table says of itself."""
        return {
            "series_id": f"injuries/{self.side}/{series}",
            "label": f"{self.who} {label}",
            "area": area,
            "period": self.period,
            "edition": self.table.frame["edition"].iloc[0],
        }

    def rate_words(self, series: str, label: str, area: str = ENGLAND_AND_WALES) -> dict:
        return self.words(series, label, area) | {
            "kind": "rate",
            "unit": "report of an injury per thousand reports",
            "form": "number:1",
        }

    def cells(self, answers: Iterable[str], levels: Iterable[str]) -> list[Count]:
        """The cells whose first answer and whose level are among those given."""
        found = []
        for count in self.table:
            answer, *_, level = count.group.split(" / ")
            if answer in answers and level in levels:
                found.append(count)
        return found

    @property
    def reports(self) -> Count:
        (total,) = self.cells([ALL], [ALL])
        return total

    def injured(self, measure: str) -> Finding:
        """Reports of an injury by one of the two measures."""
        by_answer = measure == BY_ANSWER
        cells = self.cells([INJURED], [ALL]) if by_answer else self.cells([ALL], LEVELS)
        return _sum(cells, self.words(measure, f"injured by the {measure}"))


def _years(side: str, tables: Counts) -> Iterator[_Year]:
    """The years that a side's tables hold, oldest first."""
    for period in sorted(set(tables.frame["period"]), key=parse_period):
        yield _Year(side, period, tables.where(period=period))


def _both(officers: Counts, subjects: Counts) -> list[_Year]:
    return [*_years("officers", officers), *_years("subjects", subjects)]


def _sum(counts: list[Count], words: dict) -> Finding:
    """The counts together; not available where one of them is not."""
    words = words | {"kind": "count", "unit": "report", "counts": tuple(counts)}
    if reason := _reason(counts):
        return not_available(reason, **words)
    return Finding(
        **words,
        value=sum(count.value for count in counts),
        method="as printed" if len(counts) == 1 else "printed numbers added up",
        basis=" + ".join(f"{{{place}}}" for place in range(len(counts))),
    )


def _reason(rows: Iterable[Count | Finding]) -> str:
    """Why one of them is not available; empty where all are."""
    return next((row.reason for row in rows if not row.available), "")


def both_measures(officers: Counts, subjects: Counts) -> Findings:
    """Reports of an injury by the answer and by the level, and what lies between the two.

    ``officers`` and ``subjects`` hold the official tables of one year or several. In each year
    the answer, less those answered Yes without a level, and those with a level and no Yes, give
    the level; what is left over is 0 where the table agrees with its own sums.
    """
    rows = []
    for year in _both(officers, subjects):
        without = _sum(
            year.cells([INJURED], [NO_LEVEL]),
            year.words("yes-without-level", "answered Yes, no level given"),
        )
        besides = _sum(
            year.cells(NOT_YES, LEVELS),
            year.words("level-without-yes", "with a level, not answered Yes"),
        )
        parts = (year.injured(BY_ANSWER), without, besides, year.injured(BY_LEVEL))
        rows += [*parts, _left_over(parts, year)]
    return Findings(tuple(rows))


def _left_over(parts: tuple[Finding, ...], year: _Year) -> Finding:
    words = year.words("left-over", "left over between the two measures") | {
        "kind": "difference",
        "unit": "report",
        "findings": tuple(part.id for part in parts),
    }
    if reason := _reason(parts):
        return not_available(reason, **words)
    answer, without, besides, level = (part.value for part in parts)
    return Finding(
        **words,
        value=level - (answer - without + besides),
        method="level less (answer less Yes without a level plus level without a Yes)",
    )


def rates(
    officers: Counts, subjects: Counts, area: str, period: str, confidence: float
) -> Findings:
    """Reports of an injury per 1,000 reports by both measures, in each year, with Wilson limits.

    England and Wales only; for ``area`` each rate is not available, with its reason.
    """
    rows = []
    for year in _both(officers, subjects):
        for measure in (BY_ANSWER, BY_LEVEL):
            rows.append(_rate(year, measure, confidence))
            if year.period == period:
                series, label = _rate_name(measure)
                rows.append(not_available(NATIONAL_ONLY, **year.rate_words(series, label, area)))
    return Findings(tuple(rows))


def _rate_name(measure: str) -> tuple[str, str]:
    return f"{measure}-per-1000-reports", f"injured by the {measure}, per thousand reports"


def _rate(year: _Year, measure: str, confidence: float) -> Finding:
    injured, reports = year.injured(measure), year.reports
    words = year.rate_words(*_rate_name(measure)) | {
        "counts": (*injured.counts, reports),
        "findings": (injured.id,),
    }
    if reason := _reason((injured, reports)):
        return not_available(reason, **words)
    return Finding(
        **words,
        **_per_thousand(int(injured.value), int(reports.value), confidence),
        caveats=(COUNTED_AGAIN, INDEPENDENT),
        basis=f"{injured.basis} of {{{len(injured.counts)}}}",
    )


def _per_thousand(injured: int, reports: int, confidence: float) -> dict:
    """A share of the reports, each with an injury or not, as a rate with Wilson's limits."""
    lower, upper = wilson(injured, reports, confidence)
    return {
        "value": injured * PER / reports,
        "lower": lower * PER,
        "upper": upper * PER,
        "confidence": confidence,
        "method": "Wilson score",
    }


def unknown(officers: Counts, subjects: Counts) -> Findings:
    """Reports whose answer is unknown or not reported, and the limits of the rate by the answer.

    The limits are the rate if none, and if all, of these reports were of an injury.
    """
    rows = []
    for year in _both(officers, subjects):
        answers = [
            _sum(
                year.cells([answer], [ALL]),
                year.words(f"answer-{slug(answer)}", f"with the answer {answer.lower()}"),
            )
            for answer in UNKNOWN
            if year.cells([answer], [ALL])
        ]
        injured = year.injured(BY_ANSWER)
        rows += [
            *answers,
            _limit("none", [injured], year),
            _limit("all", [injured, *answers], year),
        ]
    return Findings(tuple(rows))


def _limit(which: str, counted: list[Finding], year: _Year) -> Finding:
    reports = year.reports
    label = f"injured, per thousand reports: limit if {which} of the answers not known were Yes"
    words = year.rate_words(f"limit-{which}", label) | {
        "counts": (*(count for one in counted for count in one.counts), reports),
        "findings": tuple(one.id for one in counted),
    }
    if reason := _reason((*counted, reports)):
        return not_available(reason, **words)
    return Finding(
        **words,
        value=sum(one.value for one in counted) * PER / reports.value,
        method="missing-data limit",
        caveats=(LEVEL_HAS_NO_UNKNOWN,),
    )


def assaults(officers: Counts) -> Findings:
    """Reports by whether the officer was injured and was assaulted on purpose, in each year."""
    rows = []
    for year in _years("officers", officers):
        for answers, label in (
            ("Yes / Yes", "injured, assaulted on purpose"),
            ("Yes / No", "injured, not assaulted on purpose"),
            ("Yes / Not reported", "injured, purpose not reported"),
            ("No / Yes", "not injured, assaulted on purpose"),
        ):
            cell = year.table.one(group=f"{answers} / {ALL}")
            rows.append(_sum([cell], year.words(f"assaulted/{slug(answers)}", label)))
    return Findings(tuple(rows))


def deaths(outcomes: Counts, subjects: Counts) -> Findings:
    """Reports with the outcome "Fatality" and with an injury of the level "Death", in each year."""
    rows = []
    for year in _years("subjects", subjects):
        fatal = outcomes.one(period=year.period, measure="reports", group="Fatality")
        level = year.table.one(group=f"{ALL} / Death")
        rows += [
            _sum([fatal], year.words("outcome-fatality", "in reports with the outcome “Fatality”")),
            _sum([level], year.words("level-death", "with an injury of the level “Death”")),
        ]
    return Findings(tuple(rows))


def changes(officers: Counts, subjects: Counts, confidence: float) -> Findings:
    """Each year's rate over that of the year before, by both measures, with Katz's log interval."""
    rows = [
        _change(before, after, measure, confidence)
        for side in (_years("officers", officers), _years("subjects", subjects))
        for before, after in pairwise(side)
        for measure in (BY_ANSWER, BY_LEVEL)
    ]
    return Findings(tuple(rows))


def _change(before: _Year, after: _Year, measure: str, confidence: float) -> Finding:
    figures = (after.injured(measure), after.reports, before.injured(measure), before.reports)
    new, reports, old, old_reports = figures
    label = f"injured by the {measure}: rate over that of {before.period}"
    words = after.words(f"{measure}-rate-over-year-before", label) | {
        "kind": "ratio",
        "unit": "ratio of rates per report",
        "form": "number:2",
        "counts": (*new.counts, reports, *old.counts, old_reports),
        "findings": (new.id, old.id),
    }
    if reason := _reason(figures):
        return not_available(reason, **words)
    if not (new.value and old.value):
        return not_available("no injury was recorded in one of the years", **words)
    ratio = ratio_of_proportions(*(int(one.value) for one in figures), confidence)
    return Finding(
        **words,
        value=ratio.value,
        lower=ratio.lower,
        upper=ratio.upper,
        confidence=confidence,
        method=ratio.method,
        caveats=(COUNTED_AGAIN, INDEPENDENT, RECORDING),
    )


# (paper, who is named in the label, measure of the counts that are added up)
_PRINTED = (
    ("cambs-times-2017", "Officers injured", "officer injuries"),
    ("hunts-post-2017", "Officers injured", "officer injuries"),
    ("cambs-times-2017", "Subjects injured", "subject injuries"),
    ("peterborough-telegraph-2017", "Injuries, whose is not said", "injuries"),
)
_SHARE = "peterborough-telegraph-2017"


def press_rates(printed: Counts, area: str, confidence: float) -> Findings:
    """Injuries per 1,000 reports by each newspaper's own figures, with Wilson limits.

    ``printed`` holds the counts of ``analysis.sources.press``. Where a paper prints a share and
    no number, the limits are the widest over all numbers that round to it (a half goes up), and
    the fewest and most of these numbers are findings too. For other areas than that of the papers
    each rate is not available.
    """
    rows = []
    for paper, label, measure in _PRINTED:
        words = _press_words(f"{measure.replace(' ', '-')}-per-1000-reports", paper, label, area)
        own = printed.where(source=paper, area=area)
        if not len(own):
            rows.append(not_available(OTHER_AREA, **words))
            continue
        injured, reports = list(own.where(measure=measure)), own.one(measure="reports")
        number = int(sum(count.value for count in injured))
        together = " + ".join(f"{{{place}}}" for place in range(len(injured)))
        rows.append(
            Finding(
                **words,
                **_per_thousand(number, int(reports.value), confidence),
                caveats=(FORMS, INDEPENDENT, *((ONE_A_REPORT,) if measure == "injuries" else ())),
                counts=(*injured, reports),
                basis=f"{together} of {{{len(injured)}}}",
            )
        )
    return Findings(
        (*rows, *_from_share(printed.where(source=_SHARE, area=area), area, confidence))
    )


def _press_words(series: str, paper: str, label: str, area: str) -> dict:
    return {
        "series_id": f"press-injuries/{series}/{paper}",
        "kind": "rate",
        "label": f"{label}, per thousand reports, {PAPERS[paper]}",
        "area": area,
        "period": PERIOD,
        "edition": EDITION,
        "unit": "report of an injury per thousand reports",
        "form": "number:1",
    }


def numbers_that_round_to(share: int, reports: int) -> tuple[int, int]:
    """The fewest and the most of ``reports`` that make ``share`` per cent, a half rounded up.

    >>> numbers_that_round_to(7, 1234)  # 80 are 6.483 per cent, 81 are 6.564; 92 are 7.455
    (81, 92)
    """
    fitting = [
        number
        for number in range(reports + 1)
        if (Decimal(100 * number) / reports).quantize(Decimal(1), ROUND_HALF_UP) == share
    ]
    return fitting[0], fitting[-1]


def _from_share(own: Counts, area: str, confidence: float) -> list[Finding]:
    """The rate of injured officers from a share that was printed without a number."""
    words = _press_words("officer-injury-share-per-1000-reports", _SHARE, "Officers injured", area)
    words["form"] = "number:0"  # the share has no more digits
    ends = [
        words
        | {
            "series_id": f"press-injuries/officer-injuries-{which}/{_SHARE}",
            "kind": "count",
            "label": f"Officers injured, {which} that round to the share, {PAPERS[_SHARE]}",
            "unit": "report",
            "form": "count",
        }
        for which in ("fewest", "most")
    ]
    if not len(own):
        return [not_available(OTHER_AREA, **one) for one in (words, *ends)]
    share = own.one(measure="per cent of reports with an officer injured")
    reports = own.one(measure="reports")
    fewest, most = numbers_that_round_to(int(share.value), int(reports.value))
    given = {"counts": (share, reports), "basis": "{0} per cent of {1}"}
    made = [
        Finding(
            **one,
            **given,
            value=number,
            method="every number of reports tried, a half rounded up",
            caveats=(FORMS,),
        )
        for one, number in zip(ends, (fewest, most), strict=True)
    ]
    rate = Finding(
        **words,
        **given,
        value=share.value * PER / 100,
        lower=wilson(fewest, int(reports.value), confidence)[0] * PER,
        upper=wilson(most, int(reports.value), confidence)[1] * PER,
        confidence=confidence,
        method="Wilson score, the widest limits over all numbers that round to the share",
        caveats=(FORMS, INDEPENDENT),
        findings=tuple(one.id for one in made),
    )
    return [rate, *made]


def press_contradictions(printed: Counts, rates: Findings, area: str) -> Findings:
    """Where the papers' figures for the quarter differ: shown, not resolved.

    ``rates`` are those of ``press_rates``. For other areas than that of the papers not available.
    """
    own = printed.where(area=area)
    words = {
        "area": area,
        "period": PERIOD,
        "edition": EDITION,
        "kind": "difference",
        "unit": "report",
    }
    reports = words | {
        "series_id": "press-injuries/reports-hunts-post-less-cambs-times",
        "label": "Reports, Hunts Post less Cambs Times",
    }
    injuries = words | {
        "series_id": "press-injuries/injuries-peterborough-telegraph-less-cambs-times",
        "label": "Injuries, Peterborough Telegraph (whose is not said) less subjects, Cambs Times",
    }
    against = words | {
        "series_id": "press-injuries/officer-injuries-against-share",
        "label": "Officers injured in the other two papers, against the share that the "
        "Peterborough Telegraph prints",
        "kind": "verdict",
        "unit": "",
    }
    if not len(own):
        return Findings(
            tuple(not_available(OTHER_AREA, **one) for one in (reports, injuries, against))
        )
    times, post, telegraph = (own.where(source=paper) for paper in PAPERS)
    made = (post.one(measure="reports"), times.one(measure="reports"))
    subjects = times.one(measure="subject injuries")
    unnamed = tuple(telegraph.where(measure="injuries"))
    officers = tuple(paper.one(measure="officer injuries") for paper in (times, post))
    ends = [
        rates.one(f"press-injuries/officer-injuries-{which}/{_SHARE}")
        for which in ("fewest", "most")
    ]
    inside = all(ends[0].value <= count.value <= ends[1].value for count in officers)
    return Findings(
        (
            Finding(
                **reports,
                value=made[0].value - made[1].value,
                method="one paper less the other",
                counts=made,
                basis="{0} less {1}",
                caveats=(FORMS,),
            ),
            Finding(
                **injuries,
                value=sum(count.value for count in unnamed) - subjects.value,
                method="one paper less the other",
                counts=(*unnamed, subjects),
                basis="{0} + {1} less {2}",
                caveats=(FORMS,),
            ),
            Finding(
                **against,
                outcome="within the numbers that round to it"
                if inside
                else "outside the numbers that round to it",
                method="held against every number that rounds to the printed share",
                counts=officers,
                basis="{0} and {1}",
                findings=tuple(end.id for end in ends),
                caveats=(FORMS,),
            ),
        )
    )
