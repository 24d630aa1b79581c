"""A params file for a new quarter of records, written for people who do not read code."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import yaml

from analysis.errors import Refused, refusal
from analysis.parameters import RECORD_CHAPTERS, Choices, check, read_parameters
from analysis.records import Records
from analysis.standard.form import INCIDENT_RULES, OUTCOMES
from analysis.standard.periods import parse_period
from analysis.standard.tactics import CED_ORDERS

_TEMPLATE = """\
# yaml-language-server: $schema=schema.json
# {area}: {months}.{made_up}
# docs/sources.md has the layouts of the files. Change what you need; no code needs to be read.
area: {area}
period: {period}

# Paths are relative to this file.
sources:
  records: {records}
{before}{activity}
# The chapters of the report, in this order.
chapters:
{chapters}

# Choices of method; each is recorded with the report.
choices:
  # level of every interval
  confidence: {choices.confidence}
  # how reports are taken for one incident: {rules}
  incident_rule: {choices.incident_rule}
  # what the regression explains: {outcomes}
  outcome: {choices.outcome}
  # which use of a CED counts as the highest: {orders}
  ced_order: {choices.ced_order}
  # population by ethnic group: 2011 or 2021
  census: "{choices.census}"
  # the group that others are compared with, and the group that is compared
  reference_group: {choices.reference_group}
  comparison_group: {choices.comparison_group}
  # of anything drawn at random
  seed: {choices.seed}
"""


_MADE_UP = "\n# MADE UP: these records are no force's; they show and test the toolkit."


def text_of(
    records: Records, path: Path, folder: Path, before: Path | None, activity: Path | None
) -> str:
    """The params file as text for the ``records`` read from ``path``.

    Paths are as seen from ``folder``. Without the records of the period ``before``, or without
    ``activity`` by district, their keys stand there as comments.
    """
    period = parse_period(records.period)

    def line(key: str, path: Path | None, absent: str) -> str:
        return f"  {key}: {_from(folder, path)}\n" if path else f"  # {key}: {absent}\n"

    text = _TEMPLATE.format(
        area=records.area,
        period=records.period,
        months=period.in_words,
        made_up=_MADE_UP if records.made_up else "",
        records=_from(folder, path),
        before=line("records_before", before, f"the file of {period.before}, to see what changed"),
        activity=line(
            "district_activity", activity, "a CSV of incidents and Taser activity by district"
        ),
        chapters="\n".join(f"  - {name}" for name in RECORD_CHAPTERS),
        choices=Choices(),
        rules=_listed(INCIDENT_RULES),
        outcomes=_listed(OUTCOMES),
        orders=_listed(CED_ORDERS),
    )
    check(yaml.safe_load(text), "the new params file")
    return text


def records_before(area: str, period: str, folder: Path) -> Path | None:
    """The records of the period before by its params file in ``folder``; None where there is none.

    A params file that cannot be read is of no use here, and is refused by the command that runs it.
    """
    wanted = str(parse_period(period).before)
    for path in sorted(folder.glob("*.yml")):
        try:
            found = read_parameters(path)
        except Refused:
            continue
        if (found.area, found.period) == (area, wanted) and found.sources.records:
            return path.parent / found.sources.records
    return None


def refuse_to_replace(path: Path) -> None:
    """A params file that is there already may hold choices of its user."""
    if path.exists():
        raise refusal(str(path), "is there already", "a new name, or remove it first")


def write(text: str, path: Path) -> None:
    """Write a new params file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _from(folder: Path, path: Path) -> str:
    """A path as seen from ``folder``, with ``/``; quoted for YAML where it must be."""
    try:
        relative = os.path.relpath(path.resolve(), folder.resolve())
    except ValueError:  # another drive of Windows
        relative = str(path.resolve())
    return yaml.safe_dump(relative.replace(os.sep, "/"), default_flow_style=True).split("\n")[0]
