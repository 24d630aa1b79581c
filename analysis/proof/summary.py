"""The summary of a release: one page in plain words for readers who want no tables."""

from __future__ import annotations

import re
from pathlib import Path

from markupsafe import Markup

from analysis.counts import SUPPRESSED
from analysis.disclosure.plan import Plan
from analysis.parameters import Parameters
from analysis.report import page
from analysis.standard.periods import parse_period

SUMMARY = "summary.html"
_ANSWERS = re.compile(r'<section class="answers".*?</section>', re.S)


def summary(parameters: Parameters, plan: Plan, report: str, made_up: bool) -> str:
    """The page as HTML; its figures are the answers of the ``report``, a page of the release.

    An answer that is hidden tells nothing in plain words, and is left to the report.
    """
    said = re.findall(r"<p>.*?</p>", _ANSWERS.search(report)[0], re.S)
    answers = [answer for answer in said if f">{SUPPRESSED}<" not in answer]
    text = page.template(Path(__file__).with_name("summary.html.j2")).render(
        area=parameters.area,
        period=parameters.period,
        months=parse_period(parameters.period).in_words.partition(" (")[0],
        records=bool(parameters.sources.records),
        answers=[Markup(answer) for answer in answers],
        left_out=len(answers) < len(said),
        release=plan,
        made_up=made_up,
        style=Markup((page.HERE / "page.css").read_text(encoding="utf-8")),
    )
    return text.replace("\r\n", "\n")
