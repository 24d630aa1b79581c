"""Drawn reports as the form prints them: all columns of the Metropolitan layout, as text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.made_up.plan import CED_BELOW, CUSTODY_SUITES, Plan, districts
from analysis.made_up.reports import Drawn, first_day
from analysis.standard.form import (
    CED_USES,
    MADE_UP,
    NO_FURTHER_ACTION,
    STOP_AND_SEARCH,
    TACTIC_PAIRS,
    columns,
)

_LATER = (f"reason: {STOP_AND_SEARCH}", f"outcome: {NO_FURTHER_ACTION}")
# field: group and what the form prints for it, where that is not the group's own name
_PRINTED = {
    "age": {"Under 11": "0-10"},
    "ethnicity": {"Black": "Black (or Black British)", "Asian": "Asian (or Asian British)"},
    "conduct": {"Verbal resistance or gestures": "Verbal resistance/gestures"},
}
# tactic on the form: the outcome that it is; in the order in which reports list them
_TACTICS = {
    "Tactical Communications": "tactical communication",
    "Unarmed Skills (including pressure points, strikes, restraints and take-downs)":
        "unarmed skills",
    "Compliant Handcuffing": "handcuffed compliant",
    "Non-Compliant Handcuffing": "handcuffed not compliant",
    "Ground Restraint": "ground restraint",
    "Limb/Body Restraints": "limb or body restraints",
    "Spit Guard": "spit and bite guard",
    "Shield": "shield",
    "Baton Drawn": "baton drawn",
    "Baton Used": "baton used",
    "Irritant Spray - PAVA Drawn": "irritant spray drawn",
    "Irritant Spray - PAVA Used": "irritant spray used",
    "CED (Taser) Drawn": "CED drawn",
    "CED (Taser) Aimed": "CED aimed",
    "CED (Taser) Red-Dotted": "CED red-dot",
    "CED (Taser) Arced": "CED arced",
    "CED (Taser) Drive Stun": "CED drive stun",
    "CED (Taser) Angle Drive Stun": "CED angled drive stun",
    "CED (Taser) Fired": "CED fired",
    "Firearm Aimed": "firearm aimed",
    "Dog Deployed": "dog deployed",
    "Dog Bite": "dog bite",
    "Other/Improvised": "other or improvised",
}  # fmt: skip
_TACTIC_LABELS = tuple(_TACTICS)
HANDCUFFING = ("handcuffed compliant", "handcuffed not compliant")

# share of subjects for whom a box is ticked, whatever else they are
_IMPACTS = {
    "Possession of a weapon": 0.08, "Alcohol": 0.40, "Drugs": 0.22, "Mental health": 0.12,
    "Prior knowledge": 0.30, "Size, gender or build": 0.25, "Acute behavioural disturbance": 0.02,
    "Crowd": 0.08, "Other": 0.10,
}  # fmt: skip
_REASONS = {
    "Protect self": 0.60, "Protect public": 0.28, "Protect subject": 0.30,
    "Protect other officers": 0.50, "Prevent offence": 0.25, "Secure evidence": 0.10,
    "Effect search": 0.18, "Effect arrest": 0.55, "Method of entry": 0.02,
    "Remove handcuffs": 0.03, "Prevent harm": 0.33, "Prevent escape": 0.42, "Other": 0.05,
}  # fmt: skip
_EFFECTIVE = np.array([0.10, 0.87])  # not effective, effective; the rest says nothing
_YES_NO = ("No", "Yes")
_SAID = ("No", "Yes", "")


def layout(drawn: Drawn, random: np.random.Generator, plan: Plan) -> pd.DataFrame:
    """The file: a row a report, a column for each header, categories of text, "Made up" last."""
    fields = {
        **_when_and_where(drawn, plan),
        **_boxes(drawn, random),
        **_answers(drawn),
        **_tactics(drawn, random),
        **_ced(drawn, random),
        **_people(drawn),
    }
    nothing = _constant("", len(drawn))
    printed = {
        column.header: fields.get(column.field, nothing)
        for column in columns()
        if column.field not in _LATER
    }
    return pd.DataFrame(printed | {MADE_UP: _constant(MADE_UP, len(drawn))})


def _text(codes: np.ndarray, words) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, list(words))


def _constant(word: str, reports: int) -> pd.Categorical:
    return _text(np.zeros(reports, np.int8), [word])


def _yes(happened: np.ndarray) -> pd.Categorical:
    return _text(happened.astype(np.int8), _YES_NO)


def _yes_if_asked(happened: np.ndarray, asked: np.ndarray) -> pd.Categorical:
    """Yes or No, and nothing where the question does not arise."""
    return _text(np.where(asked, happened, 2).astype(np.int8), _SAID)


def _as_printed(drawn: Drawn, field: str) -> pd.Categorical:
    printed = _PRINTED.get(field, {}) | {"Not reported": ""}
    return _text(drawn.groups[field], [printed.get(one, one) for one in drawn.names[field]])


def _when_and_where(drawn: Drawn, plan: Plan) -> dict[str, pd.Categorical]:
    day, minute = np.divmod(drawn.minute, 24 * 60)
    scenes = drawn.names["scene"]
    names = districts(scenes)
    district_of = np.array([names.index(CUSTODY_SUITES.get(scene, scene)) for scene in scenes])
    in_custody = drawn.are("scene", *CUSTODY_SUITES)
    fields = {
        "date": _text(day, (first_day(plan.period) + np.arange(day.max() + 1)).astype(str)),
        "time": _text(minute, [f"{m // 60:02}:{m % 60:02}:00" for m in range(24 * 60)]),
        "district": _text(district_of[drawn.groups["scene"]], names),
        "location: Custody block": _yes(in_custody),
    }
    for place in drawn.names["place"]:
        fields[f"location: {place}"] = _yes(drawn.are("place", place) & ~in_custody)
    no = _constant("No", len(drawn))
    boxes = (column.field for column in columns() if column.field.startswith("location: "))
    return dict.fromkeys(boxes, no) | fields


def _boxes(drawn: Drawn, random: np.random.Generator) -> dict[str, pd.Categorical]:
    """Impact factors, which reports on one subject share, and reasons, which are an officer's."""
    fields = {}
    for factor, share in _IMPACTS.items():
        ticked = (random.random(drawn.subject.max() + 1) < share)[drawn.subject]
        if factor == "Mental health":
            ticked |= drawn.are("health condition", "Mental", "Physical and mental")
        fields[f"impact factor: {factor}"] = _yes(ticked)
    for reason, share in _REASONS.items():
        fields[f"reason: {reason}"] = _yes(random.random(len(drawn)) < share)
    return fields


def _answers(drawn: Drawn) -> dict[str, pd.Categorical]:
    """What happened to officer and subject, and how it ended."""
    happened, every = drawn.outcomes, np.ones(len(drawn), bool)
    hurt, officer_hurt = happened["subject injured"], happened["officer injured"]
    ended = {
        "Made off or escaped": happened["made off or escaped"],
        "Hospitalised": happened["hospitalised"],
        "Detained (Mental Health Act)": happened["detained"],
        "Fatality": ~every,
    }
    other = drawn.are("conduct", "Compliant") & ~np.any([*ended.values()], axis=0)
    ended["Other"] = other
    ended["Arrested"] = ~other & ~happened["made off or escaped"] & ~happened["detained"]
    weapon = ("No", "Bladed weapon")
    fields = {
        "threatened with weapon": _text(happened["threatened with weapon"].astype(int), weapon),
        "assaulted with weapon": _text(happened["assaulted with weapon"].astype(int), weapon),
        "CED trained": _yes(happened["CED trained"] | happened["Taser used"]),
        "CED carried": _yes(happened["CED carried"] | happened["Taser used"]),
        "officer injury level": _level(officer_hurt, happened["officer severely injured"]),
        "subject injury level": _level(hurt, happened["subject severely injured"]),
        "firearm aimed": _yes(happened["firearm aimed"]),
        "firearm fired": _constant("No", len(drawn)),
    }
    for name in ("assaulted by subject", "single crewed", "officer injured", "subject injured"):
        fields[name] = _yes(happened[name])
    for name in ("officer injury intentional", "officer aid given"):
        fields[name] = _yes_if_asked(happened[name], officer_hurt)
    for name in ("subject aid offered", "subject aid given"):
        fields[name] = _yes_if_asked(happened[name], hurt)
    return fields | {f"outcome: {name}": _yes(ticked) for name, ticked in ended.items()}


def _level(injured: np.ndarray, severely: np.ndarray) -> pd.Categorical:
    return _text(injured.astype(int) + severely, ("", "Minor", "Severe"))


def _highest_ced(drawn: Drawn) -> dict[str, np.ndarray]:
    """For each use of a CED the reports in which it is the highest."""
    used, discharged = drawn.outcomes["Taser used"], drawn.outcomes["Taser discharged"]
    return {
        use: kind & drawn.are(field, use)
        for field, kind in {
            "CED not discharged": used & ~discharged, "CED discharged": discharged,
        }.items()
        for use in drawn.names[field]
    }  # fmt: skip


def _used(drawn: Drawn) -> dict[str, np.ndarray]:
    """Tactic: the reports that name it. A report names at least one that is a use of force."""
    used = drawn.outcomes | _highest_ced(drawn)
    used["handcuffed compliant"] = used["handcuffed"] & ~used["handcuffed not compliant"]
    named = {name: used[name] for name in _TACTICS.values()}
    force = [happened for name, happened in named.items() if name != "tactical communication"]
    named["unarmed skills"] = named["unarmed skills"] | ~np.any(force, axis=0)
    return named


def _tactics(drawn: Drawn, random: np.random.Generator) -> dict[str, pd.Categorical]:
    """The pairs of a tactic and whether it was effective, filled from the first on."""
    reports = len(drawn)
    none = len(_TACTIC_LABELS)
    tactic = np.full((TACTIC_PAIRS, reports), none, np.int8)
    effective = np.full((TACTIC_PAIRS, reports), 2, np.int8)
    place = np.zeros(reports, int)
    for code, (name, happened) in enumerate(_used(drawn).items()):
        rows = np.flatnonzero(happened)
        answer = np.searchsorted(np.cumsum(_EFFECTIVE), random.random(len(rows)))
        if name in HANDCUFFING:
            answer = drawn.outcomes["handcuffs effective"][rows].astype(int)
        tactic[place[rows], rows], effective[place[rows], rows] = code, answer
        place[rows] += 1
    fields = {}
    for pair in range(TACTIC_PAIRS):
        fields[f"tactic {pair + 1}"] = _text(tactic[pair], (*_TACTIC_LABELS, ""))
        fields[f"effective {pair + 1}"] = _text(effective[pair], _SAID)
    return fields


def _ced(drawn: Drawn, random: np.random.Generator) -> dict[str, pd.Categorical]:
    """The block of the first device; the blocks of the others are empty."""
    highest = _highest_ced(drawn)
    used = drawn.outcomes["Taser used"]
    fields = {
        "CED 1: used": _text(used.astype(int), ("", "Yes")),
        "CED 1: serial number": _serial_numbers(used, random),
    }
    for use in CED_USES:
        above = [other for other, below in CED_BELOW.items() if use in below]
        ticked = np.any([highest[one] for one in (use, *above)], axis=0)
        fields[f"CED 1: {use}"] = _text(ticked.astype(int), ("", "Yes"))
    return fields | _fired(highest["CED fired"] | highest["CED angled drive stun"], random)


def _serial_numbers(used: np.ndarray, random: np.random.Generator) -> pd.Categorical:
    numbers = np.where(used, 1 + np.floor(40 * random.random(len(used))), 0).astype(int)
    return _text(numbers, ["", *(f"MADE-UP-{number:03}" for number in range(1, 41))])


def _fired(fired: np.ndarray, random: np.random.Generator) -> dict[str, pd.Categorical]:
    """Details of a device that was fired: the cartridge, the cycles, and where the probes hit."""
    cycles = np.where(fired, 1 + (random.random(len(fired)) < 0.2), 0)
    fields = {
        "CED 1: fired cartridge number": _text(fired.astype(int), ("", "1")),
        "CED 1: fired total number of cycles": _text(cycles, ("", "1", "2")),
        "CED 1: fired repeat cycle same cartridge": _yes_if_asked(cycles == 2, fired),
    }
    hit = np.where(fired, np.floor(15 * random.random(len(fired))), -1)
    for number in range(1, 16):
        fields[f"CED 1: front {number}"] = _text((hit == number - 1).astype(int), ("", "Yes"))
    return fields


def _people(drawn: Drawn) -> dict[str, pd.Categorical]:
    """The subject as the officer saw him or her, the conduct, and the officer's duty."""
    asked = ~drawn.are("health condition", "Not reported")
    mental = drawn.are("health condition", "Mental", "Physical and mental")
    physical = drawn.are("health condition", "Physical", "Physical and mental")
    fields = ("age", "gender", "ethnicity", "conduct", "main duty")
    return {field: _as_printed(drawn, field) for field in fields} | {
        "mental disability": _yes_if_asked(mental, asked),
        "physical disability": _yes_if_asked(physical, asked),
    }
