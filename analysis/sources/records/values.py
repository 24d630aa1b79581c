"""What a cell of the form says: a value of the standard, or why it may not stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from analysis.sources.records import moments
from analysis.sources.records.headers import letters
from analysis.standard.form import NOT_REPORTED, TACTIC_LABELS, YES_NO, Column
from analysis.standard.people import AGE, ETHNICITY
from analysis.standard.periods import Period
from analysis.standard.tactics import TACTICS, parent

_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_ALIKE = str.maketrans("‘’“”‐‑‒–—−", "''\"\"------")
# words for no answer, in small letters
_MISSING = frozenset({
    "-", "--", "n/a", "na", "null", "nan", "unknown", "(blank)", "not recorded", "not stated",
    "not known", "not reported",
})  # fmt: skip
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})
_TICKED = frozenset({"x", "✓", "✔", "☑"})
ASSAULTED = "yes, i was injured as a result of an assault"  # an answer seen in a real file

# field: labels of the form itself, which need no remark
_LABELS = {
    "age": {"0-10": "Under 11"},
    "ethnicity": ETHNICITY.spellings,
    "conduct": {"Verbal resistance/gestures": "Verbal resistance or gestures"},
}
# field: other spellings, which are remarked on
_SPELT = {
    "age": AGE.spellings | {"65 or over": "65 and over"},
    "gender": {"M": "Male", "F": "Female"},
    "ethnicity": {"Do not know": "Don't know", "Black British": "Black", "Asian British": "Asian"},
    "officer injury level": {"Minor injury": "Minor", "Severe injury": "Severe"},
    "subject injury level": {"Minor injury": "Minor", "Severe injury": "Severe"},
}
_CED_NOT_STATED = ("CED (Taser)", "CED", "Taser", "CED (Taser) not stated")
# A spreadsheet takes 11-17 for November 2017 or for the 17th, and 0-10 for October 2000
# (definition 19).
_MIDNIGHT = r"([ t]00:00(:00(\.0+)?)?)?"
_DAMAGED_AGES = {
    "11-17": re.compile(
        rf"2017-11-01{_MIDNIGHT}|20\d\d-11-17{_MIDNIGHT}|0?1/11/(20)?17{_MIDNIGHT}"
        rf"|17/11/(20)?\d\d{_MIDNIGHT}|11/(0?1/(20)?)?17|((0?1)[- ])?nov[- ](20)?17"
        r"|17[- ]nov([- ](20)?\d\d)?|11[- ]nov|43040(\.0+)?"
    ),
    "Under 11": re.compile(
        rf"2000-10-01{_MIDNIGHT}|0?1/10/(20)?00{_MIDNIGHT}|10/(0?1/(20)?)?00"
        r"|((0?1)[- ])?oct[- ](20)?00|00[- ]oct|36800(\.0+)?"
    ),
}
_BANDS = {10: "Under 11", 17: "11-17", 34: "18-34", 49: "35-49", 64: "50-64", 120: "65 and over"}
OTHERWISE = "spelt otherwise in the form"
_BOX = Column("", "", "ced", YES_NO)


class Verdict(NamedTuple):
    """The value of the standard (None where the cell may not stand), and what to remark on it."""

    value: str | None
    action: str = ""
    reason: str = ""


def tidy(printed: str) -> str:
    """Text without invisible characters and needless spaces; plain marks for printers' ones.

    >>> tidy("\\u200b18–34\\u00a0 "), tidy("Don’t  know")
    ('18-34', "Don't know")
    """
    return " ".join(_INVISIBLE.sub("", printed).translate(_ALIKE).split())


def judge(column: Column, printed: str, period: Period | None) -> Verdict:
    """What ``printed`` says in a column of the form; a date has to lie in ``period`` if given."""
    text = tidy(printed)
    if column.kind == "date":
        verdict = Verdict(*moments.day(text, period))
    else:
        verdict = _JUDGES[column.kind](column, text)
    if verdict.value is not None and not verdict.action and printed != text:
        return verdict._replace(action="spelled", reason="spaces or marks that do not belong to it")
    return verdict


def no_answer(text: str) -> bool:
    """Whether free text says in words or marks that there is no answer."""
    return letters(text) in _no_answers()


@cache
def _no_answers() -> frozenset[str]:
    return frozenset(map(letters, _MISSING))


def ticked(printed: str) -> bool | None:
    """Whether a box is ticked; None where its words say neither."""
    verdict = _ticked(_BOX, tidy(printed))
    return None if verdict.value is None else verdict.value == "Yes"


def _refused(allowed) -> Verdict:
    return Verdict(None, "set aside", f"outside the standard; allowed: {', '.join(allowed)}")


def _yes_no(column: Column, text: str) -> Verdict:
    if text in column.allowed:
        return Verdict(text)
    small = text.casefold()
    if small == ASSAULTED and column.field == "officer injured":
        return Verdict("Yes", "spelled", "the cause of the injury stands with the answer")
    answer = "Yes" if small in _YES else "No" if small in _NO else _missing(small)
    if not text:
        return Verdict(NOT_REPORTED)
    return Verdict(answer, "spelled", OTHERWISE) if answer else _refused(column.allowed)


def _missing(small: str) -> str | None:
    return NOT_REPORTED if small in _MISSING or not small else None


def _ticked(column: Column, text: str) -> Verdict:
    """A box: blank where it is not ticked."""
    if text.casefold() in _TICKED:
        return Verdict("Yes", "spelled", "a tick")
    return _yes_no(column, text) if text else Verdict("No")


def _list(column: Column, text: str) -> Verdict:
    """Words, whatever they are, are a Yes."""
    if text.casefold() == "none":
        return Verdict("No")
    verdict = _yes_no(column, text)
    return Verdict("Yes") if verdict.value is None else verdict


def _choice(column: Column, text: str) -> Verdict:
    if not text:
        return Verdict(NOT_REPORTED)
    labels = {one: one for one in column.allowed} | _LABELS.get(column.field, {})
    if text in labels:
        return Verdict(labels[text])
    found = _spellings(column).get(letters(text)) or _missing(text.casefold())
    if found:
        return Verdict(found, "spelled", OTHERWISE)
    special = _SPECIAL.get(column.field)
    return (special and special(column, text)) or _refused(column.allowed)


@cache
def _spellings(column: Column) -> dict[str, str]:
    others = _LABELS.get(column.field, {}) | _SPELT.get(column.field, {})
    return {letters(text): one for text, one in ({a: a for a in column.allowed} | others).items()}


def _age(column: Column, text: str) -> Verdict | None:
    small = text.casefold()
    for band, damaged in _DAMAGED_AGES.items():
        if damaged.fullmatch(small):
            return Verdict(band, "repaired", "an age that a spreadsheet took for a date")
    if re.fullmatch(r"\d{1,3}(\.0+)?", small, re.ASCII):
        years = int(float(small))
        band = next((band for last, band in _BANDS.items() if years <= last), None)
        return Verdict(band, "repaired", "an age in years put into its band") if band else None
    return Verdict("65 and over", "spelled", OTHERWISE) if re.fullmatch(r"65 ?\+", small) else None


def _level(column: Column, text: str) -> Verdict:
    """Words, several joined by commas: the highest level among them, where one is named.

    What the column may hold is not known but for its being such a list (definition 22), so that
    no row is set aside for its words.
    """
    if letters(text) in ("none", "noinjury", "nil"):
        return Verdict(NOT_REPORTED, "spelled", "no level is given")
    named = [_spellings(column).get(letters(part)) for part in text.split(",")]
    levels = [one for one in named if one not in (None, NOT_REPORTED)]
    if not levels:
        return Verdict(NOT_REPORTED, "labelled", "words that name no level of injury")
    highest = max(levels, key=column.allowed.index)
    return Verdict(highest, "labelled", "several words: the highest level among them is taken")


def _tactic(column: Column, text: str) -> Verdict:
    """A tactic of the standard; nothing where the pair is empty."""
    if text in TACTIC_LABELS:
        return Verdict(TACTIC_LABELS[text])
    if not text:
        return Verdict("")
    if found := _tactics().get(letters(text)):
        return Verdict(found, "spelled", OTHERWISE)
    missing = _missing(text.casefold())
    return Verdict("", "spelled", OTHERWISE) if missing else _refused(TACTIC_LABELS)


@cache
def _tactics() -> dict[str, str]:
    """Tactics without parts by every name: the standard's, the form's, and a CED of no kind."""
    whole = {parent(tactic) for tactic in TACTICS} | {"Tactics not reported"}
    names = {tactic: tactic for tactic in TACTICS if tactic not in whole} | TACTIC_LABELS
    names |= dict.fromkeys(_CED_NOT_STATED, "CED not stated")
    return {letters(text): tactic for text, tactic in names.items()}


def _made_up(column: Column, text: str) -> Verdict:
    if letters(text) == "madeup":
        return Verdict("Yes")
    verdict = _yes_no(Column("", "", "", ("Yes", "No")), text)
    return Verdict("No") if verdict.value == NOT_REPORTED else verdict


_JUDGES: dict[str, Callable[[Column, str], Verdict]] = {
    "time": lambda column, text: (
        Verdict("", "spelled", OTHERWISE)
        if text and _missing(text.casefold())
        else Verdict(*moments.minute(text))
    ),
    "yes/no": _yes_no,
    "choice": _choice,
    "list": _list,
    "ced": _ticked,
    "tactic": _tactic,
    "text": lambda column, text: Verdict(text),
    "made up": _made_up,
}
_SPECIAL: dict[str, Callable[[Column, str], Verdict | None]] = {
    "age": _age,
    "officer injury level": _level,
    "subject injury level": _level,
}
