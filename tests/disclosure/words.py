"""What the words of a published count say, as an attacker reads them: sets of answers to questions.

Nothing here knows the rows behind a count: only the columns of ``counts.csv``.
"""

from __future__ import annotations

import re
from calendar import month_name
from itertools import product

from analysis.standard.form import CONDUCT, NOT_REPORTED
from analysis.standard.people import AGE
from analysis.standard.periods import parse_period
from analysis.standard.severity import severity_order
from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE, TACTICS, ancestors

YES, OTHER = "Yes", "any other"
ONE_ANSWER = (
    "age", "gender", "ethnicity", "health condition", "conduct", "main duty", "month", "district",
)  # fmt: skip
BOXES = ("location", "reason", "impact factor", "outcome")
NO_CED, BOTH = "no CED", "CED angled drive stun and fired"  # the two orders part only on the last
CED = (NO_CED, "CED not stated", *CED_NON_DISCHARGE, *CED_DISCHARGE, BOTH)
DISCHARGED = frozenset({*CED_DISCHARGE, BOTH})
HIGHEST_IN_BOTH = {"metropolitan": "CED angled drive stun", "fired-highest": "CED fired"}
_LEVELS = {"subject": ("Minor", "Severe", "Death"), "officer": ("Minor", "Severe")}
INJURED = {
    side: frozenset(product((YES, NOT_REPORTED, OTHER), (*levels, OTHER)))
    for side, levels in _LEVELS.items()
}
DOMAINS = {**INJURED, "CED": frozenset(CED)}
_MIXED = "other or not known"  # levels of a study that are too few
# A level of the regression of injuries; what is left over of all levels is none.
_LEVEL = re.compile(
    rf"subject injured: answered; (?!.*: (?:Rarer tactics|{_MIXED});)[^;]+; subject injured: Yes"
)
DISTRICT_NAMED = "a district named"
ALONE = 10  # injured, and not injured, of a level in the regression of injuries
NONE_OF_ORDER = "Tactics not reported"
_MONTHS = {name: number for number, name in enumerate(month_name) if name}

Condition = dict[str, frozenset]  # question: the answers that count; no question, everything
_USED = ("CED", frozenset(CED) - {NO_CED})
_SAID = {  # words that stand for an answer
    "a CED was used in any way": _USED,
    "a CED was used": _USED,
    "a CED was discharged": ("CED", DISCHARGED),
    "a CED was used and not discharged": ("CED", _USED[1] - DISCHARGED),
    "the subject was injured": ("subject", frozenset(o for o in INJURED["subject"] if o[0] == YES)),
    "the subject was taken to hospital": ("outcome: Hospitalised", frozenset({YES})),
    "the handcuffing was not compliant": ("tactic: Non-compliant handcuffing", frozenset({YES})),
    "the subject was restrained on the ground": ("tactic: Ground restraint", frozenset({YES})),
    "irritant spray was used, not only drawn": ("tactic: Irritant spray used", frozenset({YES})),
    "the officer is trained in CEDs": ("CED trained", frozenset({YES})),
    "the officer carried a CED": ("CED carried", frozenset({YES})),
}  # fmt: skip
_CHECKS = {
    "A CED used by an officer who is recorded as not carrying one": ("CED carried", "No"),
    "A CED used, and carriage not reported": ("CED carried", NOT_REPORTED),
}
# What a report must say to tell of an outcome, step by step: one question, each longer one inside.
_STEPS = (
    "with a tactic other than communication", "in which a CED was used",
    "handcuffing among the tactics", "without “",
)  # fmt: skip
BASE = "base: "
_EVERYTHING = {"every report", "every report used", "every report of the file", "all reports", ""}


class _Not(frozenset):
    """All answers but these."""


def condition(row) -> tuple[str, Condition]:
    """What a count is of (reports, rows, incidents by a rule, a stage of the log), and which."""
    subject = row.subject
    if subject.startswith("district activity"):
        return f"log: {row.measure}", _of_log(row)
    if subject in ("records reading", "records set aside", "records remarks"):
        return "rows of the file", _of_rows(row)
    if row.measure == "incidents":
        return _of_incidents(row)
    if row.tactic == "All tactics":
        return "tactics", {}
    return "reports", _whole(_of_reports(row))


def _whole(found: list[tuple[str, frozenset]]) -> Condition:
    held: Condition = {}
    for question, answers in found:
        domain = DOMAINS.get(question)
        if isinstance(answers, _Not) and domain:
            answers = domain - answers
        before = held.get(question)
        if before is None:
            held[question] = answers
        elif isinstance(answers, _Not) or isinstance(before, _Not):
            wide, narrow = (answers, before) if isinstance(answers, _Not) else (before, answers)
            held[question] = (
                _Not(wide | narrow) if isinstance(narrow, _Not) else frozenset(narrow - wide)
            )
        else:
            held[question] = before & answers
    return held


def complemented(answers: frozenset, domain: frozenset) -> frozenset:
    """Answers in full, where the words said which do not count."""
    return frozenset(domain - answers) if isinstance(answers, _Not) else answers & domain


def _months(period: str) -> frozenset:
    found = parse_period(period)
    first = found.first[0] * 12 + found.first[1] - 1
    return frozenset(f"{m // 12}-{m % 12 + 1:02}" for m in range(first, first + found.months))


def _of_log(row) -> Condition:
    held = {"month": _months(row.period)}
    return held | ({"district": frozenset({row.group})} if row.group != "all" else {})


def _of_rows(row) -> Condition:
    if row.subject == "records reading":
        return {
            "Rows read": {},
            "Rows used as reports": {"column": frozenset({"used"})},
            "Rows set aside": {"column": _Not({"used"})},
        }[row.group]
    if row.subject == "records set aside":
        return {"column": frozenset({row.group})}
    aside = {"column": _Not({"used"})} if row.group.startswith("set aside") else {}
    return aside | {row.group: frozenset({YES})}


def _of_incidents(row) -> tuple[str, Condition]:
    if row.subject == "records incidents":
        rule, _, size = row.group.partition(": ")
        return f"incidents, {rule}", {"size": frozenset({size})} if size else {}
    together = re.match(r"reports taken together by the rule “(.*?)”, one of them (.*)", row.cell)
    if together:
        rule, words = together.groups()
        words = words.removeprefix("with ").removeprefix("among: ")
        every = words in _EVERYTHING
        return f"incidents, {rule}", {} if every else {f"some: {words}": frozenset({YES})}
    rule = re.search(r"incidents \((.*?)\)", row.cell)[1]
    return f"incidents, {rule}", _whole(_literals(row.cell))


def _month_of(text: str) -> str:
    name, _, year = text.partition(" ")
    return f"{year}-{_MONTHS[name]:02}" if name in _MONTHS else text


def _of_reports(row) -> list[tuple[str, frozenset]]:
    subject, group = row.subject, row.group
    by = subject.removeprefix("records by ")
    if by == "month" and group != "all":
        return [("month", frozenset({_month_of(group)}))]
    if by in BOXES and group != "all":
        return [_box(by, group)]
    if by in ONE_ANSWER and group != "all":
        return [(by, frozenset({group}))]
    if row.measure == "reports involving tactic" and row.breakdown == "":
        return [_involves(row.tactic)]
    if subject == "records not reported" and group != "all":
        return [_unanswered(group)]
    if row.breakdown == "time":
        return [("time", frozenset({NOT_REPORTED}))]
    if subject == "records taser kinds":
        return [_kind(row)]
    if subject == "records taser orders":
        return [("CED", frozenset({BOTH}))]
    if subject == "records taser months":
        return _taser_by(group)
    if subject == "records taser effective":
        answers = frozenset({YES} if group == "effective" else {YES, "No"})
        return [_involves(row.tactic), (f"effective: {row.tactic}", answers)]
    if subject == "records taser checks":
        return _contradiction(row.cell)
    if subject == "records taser carriage":
        return _carriage(row.cell)
    return _literals(row.cell)


def _box(question: str, group: str) -> tuple[str, frozenset]:
    return (f"{question}: {group}", frozenset({YES}))


def _involves(tactic: str) -> tuple[str, frozenset]:
    return _USED if tactic == "CED" else (f"tactic: {tactic}", frozenset({YES}))


def _unanswered(question: str) -> tuple[str, frozenset]:
    if question in BOXES:
        return _box(question, NOT_REPORTED)
    return _answer(question, NOT_REPORTED)


def _kind(row) -> tuple[str, frozenset]:
    if row.tactic == "CED":
        return _USED
    if row.tactic == "CED discharge":
        return ("CED", DISCHARGED)
    if "every kind" in row.group:
        return (f"tactic: {row.tactic}", frozenset({YES}))
    order = row.group.removeprefix("highest use, ").removesuffix(" order")
    parts = {"CED non-discharge": frozenset(CED_NON_DISCHARGE)}
    return ("CED", parts.get(row.tactic) or _highest_ced(row.tactic, order))


def _highest_ced(kind: str, order: str) -> frozenset:
    return frozenset({kind, BOTH} if HIGHEST_IN_BOTH[order] == kind else {kind})


def _taser_by(group: str) -> list[tuple[str, frozenset]]:
    stage, _, part = group.partition(", ")
    found = [_USED if stage == "used" else ("CED", DISCHARGED)]
    if part != "all":
        month = re.fullmatch(r"\d{4}-\d\d", part)
        found.append(("month" if month else "district", frozenset({part})))
    return found


def _contradiction(words: str) -> list[tuple[str, frozenset]]:
    if words in _CHECKS:
        question, answer = _CHECKS[words]
        return [_USED, (question, frozenset({answer}))]
    if "not trained" in words:
        return [("CED carried", frozenset({YES})), ("CED trained", frozenset({"No"}))]
    return [_USED, (words, frozenset({YES}))]


def _carriage(words: str) -> list[tuple[str, frozenset]]:
    found = []
    for part in words.split(", and "):
        given, _, answered = part.partition(" and it is answered whether ")
        if given not in _EVERYTHING:
            found.append(_SAID[given])
        if answered:
            question, _ = _SAID[answered]
            found.append((question, _Not({NOT_REPORTED})))
    return found


def _literals(words: str) -> list[tuple[str, frozenset]]:
    """The parts of a condition that is joined by semicolons."""
    parts = words.split("; ")
    steps = [part for part in parts if part.startswith(_STEPS)]
    found = [(BASE + "; ".join(steps), frozenset({YES}))] if steps else []
    for part in parts:
        if part in steps:
            continue
        negated = part.startswith("not: ")
        for question, answers in _literal(part.removeprefix("not: ")):
            if negated:
                domain = DOMAINS.get(question)
                answers = domain - answers if domain else _Not(answers)
            found.append((question, answers))
    return found


def _literal(words: str) -> list[tuple[str, frozenset]]:
    if words in _EVERYTHING:
        return []
    if words.startswith("tactic: ") and words.endswith(" (effective)"):
        tactic = _tactics(words.removeprefix("tactic: ").removesuffix(" (effective)"))
        return [tactic, (f"effective, {tactic[0]}", frozenset({YES}))]
    if words in _SAID:
        return [_SAID[words]]
    if words.startswith("ethnic group "):
        return [("ethnicity", _ethnic(words.removeprefix("ethnic group ")))]
    if words == "a district and an ethnic group named":
        named = ("ethnicity", _Not(_ethnic("not known")))
        return [(DISTRICT_NAMED, frozenset({YES})), named]
    chosen = re.fullmatch(
        r"(?:reports|incidents \(.*?\)): (.*), (complete only|not known .*)", words
    )
    if chosen:
        whole = chosen[2] == "complete only"
        return [(f"complete: {chosen[1]}", frozenset({YES}))] if whole else []
    highest = re.fullmatch(r"tactic highest by the order “(.*?)”, CED by “(.*?)”: (.*)", words)
    if highest:
        return [(f"highest: {highest[1]}", frozenset({highest[3]}))]
    if words.startswith("highest tactic: "):
        return [("highest: applied first", frozenset({words}))]  # put in tactics: of_classes
    answered = re.fullmatch(r"with an answer to “(.*?)”", words)
    if answered or words.endswith(": answered"):
        return [_answered(answered[1] if answered else words.removesuffix(": answered"))]
    return [_answer_in(words)]


def _ethnic(group: str) -> frozenset:
    parts = {"not known": {"Don't know", NOT_REPORTED}, "Asian": {"Asian", "Chinese"}}
    return frozenset().union(*(parts.get(one, {one}) for one in group.split(" or ")))


def _answered(question: str) -> tuple[str, frozenset]:
    side = question.removesuffix(" injured")
    if side in INJURED:
        return (side, frozenset(one for one in INJURED[side] if one[0] != NOT_REPORTED))
    return (f"answered: {question}", frozenset({YES}))


def _answer_in(words: str) -> tuple[str, frozenset]:
    """``question: answer``, or ``question: box: Yes``; anything else stands for itself."""
    question, _, answer = words.rpartition(": ")
    if ": Yes or " in words and not words.endswith(("Yes or Not reported", "Minor or Severe")):
        return (words, frozenset({YES}))
    if answer == "none ticked":
        return _box(question, answer)
    if not question:
        return (words, frozenset({YES}))
    return _answer(question, answer)


def _answer(question: str, answer: str) -> tuple[str, frozenset]:
    side, _, asked = question.partition(" ")
    answers = answer.split(" or ")
    if question.removesuffix(" injured") in INJURED:
        return (side, frozenset(one for one in INJURED[side] if one[0] in answers))
    if asked == "injury level" and side in INJURED:
        return (side, frozenset(one for one in INJURED[side] if one[1] in answers))
    if question == "tactic":
        return _tactics(answer)
    if question == "conduct" and " to " in answer:
        first, _, last = answer.partition(" to ")
        return (question, frozenset(CONDUCT[CONDUCT.index(first) : CONDUCT.index(last) + 1]))
    if answer == _MIXED:
        return (f"{question}: {answer}", frozenset({YES}))
    if question == "age" and not {*answers} <= {*AGE.editions[0]}:
        # what is not known may have joined a level: it need not be these ages alone
        return ("age as a level", frozenset(answers))
    if question in ("conduct", "main duty", "district"):  # they may have an "or" of their own
        return (question, frozenset({answer}))
    return (question, frozenset(answers))


def stands_as_level(cell: str) -> bool:
    """Whether the words name those injured of a level of the regression of injuries."""
    return bool(_LEVEL.fullmatch(cell))


def _tactics(named: str) -> tuple[str, frozenset]:
    if named == "Compliant handcuffing, Non-compliant handcuffing":
        return ("tactic: Handcuffing", frozenset({YES}))
    return _involves(named)


def of_classes(named: set[str], occurring: set[str]) -> dict[str, frozenset]:
    """The tactics of each class of highest tactics, which its name and the other names tell."""
    classes = {one.removeprefix("highest tactic: ").removesuffix(", the rest") for one in named}
    members: dict[str, set[str]] = {one: set() for one in classes}
    for tactic in occurring:
        lines = [tactic, *(ancestors(tactic) if tactic in TACTICS else ())]
        own = next((one for one in lines if one in classes), "Rarer tactics")
        members.setdefault(own, set()).add(tactic)
    return {
        one: frozenset(members[one.removeprefix("highest tactic: ").removesuffix(", the rest")])
        for one in named
    }


def told_of(base: str) -> list[tuple[str, frozenset]]:
    """Outcomes that happen only in reports that tell of them by the steps of ``base``."""
    yes = frozenset({YES})
    if "handcuffing" in base:
        return [("tactic: Non-compliant handcuffing", yes)]
    if "irritant spray" in base:
        return [("tactic: Irritant spray used", yes)]
    stated = frozenset({*CED_NON_DISCHARGE, *DISCHARGED})
    force = [("tactic: Ground restraint", yes), ("tactic: Irritant spray used", yes)]
    ced = [("CED", stated if "not stated" in base else _USED[1])]
    return ced if "CED" in base else [*force, *ced]


def order_of(name: str) -> tuple[str, ...]:
    """Tactics of a severity order, the highest first."""
    return (*severity_order(name, "metropolitan"), NONE_OF_ORDER)
