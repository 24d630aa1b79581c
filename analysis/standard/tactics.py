"""Tactics of the national form as the Home Office tables name and nest them.

A tactic is counted once per report, so tactics add up to more than reports. Tactical
communication and tactics not reported are in no total (definitions 3 and 4).
"""

from __future__ import annotations

import re
from functools import cache

from analysis.errors import refusal
from analysis.standard.names import plain, without_footnote_mark

# tactic: (the tactic or type of force that it is a part of, other spellings)
_TREE: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "All tactics": (None, ("tactics",)),
    "Restraint": ("All tactics", ()),
    "Handcuffing": ("Restraint", ()),
    "Compliant handcuffing": ("Handcuffing", ()),
    "Non-compliant handcuffing": ("Handcuffing", ()),
    "Handcuffing not stated": ("Handcuffing", ("not stated handcuffing",)),
    "Limb or body restraints": ("Restraint", ("limb / body restraints",)),
    "Ground restraint": ("Restraint", ()),
    "Unarmed skills": ("All tactics", ()),
    "Other equipment": ("All tactics", ()),
    "Baton": ("Other equipment", ()),
    "Baton drawn": ("Baton", ()),
    "Baton used": ("Baton", ()),
    "Baton not stated": ("Baton", ("not stated baton",)),
    "Irritant spray": ("Other equipment", ()),
    "Irritant spray drawn": ("Irritant spray", ("irritant spray - drawn",)),
    "Irritant spray used": ("Irritant spray", ("irritant spray - used",)),
    "Irritant spray not stated": ("Irritant spray", ("not stated irritant spray",)),
    "Spit and bite guard": ("Other equipment", ()),
    "Shield": ("Other equipment", ()),
    "Less lethal weapons": ("All tactics", ()),
    "CED": ("Less lethal weapons", ()),
    "CED non-discharge": ("CED", ()),
    "CED drawn": ("CED non-discharge", ()),
    "CED aimed": ("CED non-discharge", ()),
    "CED red-dot": ("CED non-discharge", ()),
    "CED arced": ("CED non-discharge", ()),
    "CED discharge": ("CED", ()),
    "CED drive stun": ("CED discharge", ("ced drive-stun",)),
    "CED fired": ("CED discharge", ()),
    "CED angled drive stun": ("CED discharge", ("ced angle-drive stun",)),
    "CED not stated": ("CED", ("not stated ced",)),
    "AEP": ("Less lethal weapons", ()),
    "AEP aimed": ("AEP", ()),  # YE March 2019; the next edition prints drawn and used
    "AEP fired": ("AEP", ()),
    "AEP drawn": ("AEP", ()),
    "AEP used": ("AEP", ()),
    "AEP not stated": ("AEP", ("not stated aep",)),
    "Firearms": ("All tactics", ()),
    "Other": ("All tactics", ()),
    "Dog use": ("Other", ()),
    "Dog deployed": ("Dog use", ()),
    "Dog bite": ("Dog use", ()),
    "Dog not stated": ("Dog use", ("not stated dog", "dog use not stated")),
    "Other or improvised": ("Other", ("other / improvised",)),
    "Tactics not reported": (None, ()),
    "Tactical communication": (None, ("tactical communication (with other tactic)",)),
}
TACTICS = tuple(_TREE)

# Broken down by ethnic group, age, gender and health condition in every edition, and part of a
# total. The year ending March 2019 prints one row for CED there, and other rows for AEP.
BROKEN_DOWN = (
    "All tactics", "Restraint", "Handcuffing", "Compliant handcuffing",
    "Non-compliant handcuffing", "Handcuffing not stated", "Limb or body restraints",
    "Ground restraint", "Unarmed skills", "Other equipment", "Baton", "Baton drawn", "Baton used",
    "Baton not stated", "Irritant spray", "Irritant spray drawn", "Irritant spray used",
    "Irritant spray not stated", "Spit and bite guard", "Shield", "Less lethal weapons", "CED",
    "AEP", "AEP not stated", "Firearms", "Other", "Dog use", "Dog deployed", "Dog bite",
    "Dog not stated", "Other or improvised",
)  # fmt: skip

CED_NON_DISCHARGE = ("CED drawn", "CED aimed", "CED red-dot", "CED arced")
CED_DISCHARGE = ("CED drive stun", "CED fired", "CED angled drive stun")

# Named orders of CED use, highest first (definition 6). Statistics count the highest use only.
CED_ORDERS = {
    "metropolitan": (
        "CED angled drive stun", "CED fired", "CED drive stun", "CED arced",
        "CED red-dot", "CED aimed", "CED drawn",
    ),
    "fired-highest": (
        "CED fired", "CED angled drive stun", "CED drive stun", "CED arced",
        "CED red-dot", "CED aimed", "CED drawn",
    ),
}  # fmt: skip


def parent(tactic: str) -> str | None:
    """The tactic or type of force of which ``tactic`` is a part; None at the top."""
    return _TREE[tactic][0]


def ancestors(tactic: str) -> list[str]:
    """The parents of ``tactic``, nearest first.

    >>> ancestors("CED fired")
    ['CED discharge', 'CED', 'Less lethal weapons', 'All tactics']
    """
    above = parent(tactic)
    return [] if above is None else [above, *ancestors(above)]


@cache
def _spellings() -> dict[str, str]:
    return {plain(text): name for name, (_, others) in _TREE.items() for text in (name, *others)}


def tactic_name(printed: str, *, above: str | None, type_of_force: str, where: str) -> str:
    """The name of a printed row label; an unknown or misplaced one is refused.

    A bare label ("Not stated", "Fired") takes its meaning from ``above``, the nearest row above
    that has parts ("CED, of which"); a "Total ..." row is named by its type of force (definition
    23). ``type_of_force`` is the printed first column, against which the answer is checked.
    """
    label = plain(without_footnote_mark(printed))
    label = re.sub(r",? of which$", "", label)
    if label.startswith("total "):
        label = label.removeprefix("total ")
        label = "tactics not reported" if label == "not reported" else label
    name = _spellings().get(label)
    if above is not None and (name is None or label == "not stated"):
        name = _spellings().get(f"{plain(above)} {label}", name)
    if name is None:
        raise refusal(where, f"{printed!r} is not a known tactic", "the tactics of the standard")
    expected = plain(_top(name))
    if type_of_force and plain(type_of_force) != expected:
        raise refusal(where, f"{printed!r} stands under {type_of_force!r}", [_top(name)])
    return name


def _top(tactic: str) -> str:
    """The type of force as printed in the first column beside ``tactic``."""
    special = {
        "All tactics": "Total (excluding not reported and tactical communication)",
        "Tactics not reported": "Not reported",
    }
    return special.get(tactic) or ([tactic, *ancestors(tactic)][:-1] or [tactic])[-1]
