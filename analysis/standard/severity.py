"""Named orders of all tactics of a report, highest first, by which one is its highest.

The form has no such order, and no publisher gives one: it is a choice of this project, made by
kind of force, and another choice moves reports from one tactic to another. Both orders put every
tactic of a kind that is not stated last among those of its name, and take the order of CED use
from a named order of its own (definition 6).
"""

from __future__ import annotations

from analysis.standard.tactics import CED_DISCHARGE, CED_NON_DISCHARGE, CED_ORDERS

# Firearms stand first in both: the form does not say in the tactic whether one was fired.
SEVERITY_ORDERS = {
    # what was done to the body, by the injury that it is made to cause; then what only threatened
    "applied first": (
        "Firearms", "AEP fired", "AEP used", "Dog bite", "CED discharge", "Baton used",
        "Irritant spray used", "Unarmed skills", "Ground restraint", "Limb or body restraints",
        "Shield", "Spit and bite guard", "Other or improvised", "Non-compliant handcuffing",
        "AEP aimed", "AEP drawn", "AEP not stated", "CED non-discharge", "CED not stated",
        "Dog deployed", "Dog not stated", "Baton drawn", "Baton not stated",
        "Irritant spray drawn", "Irritant spray not stated", "Handcuffing not stated",
        "Compliant handcuffing",
    ),
    # the means that was brought to bear, whether it was applied or only shown
    "means first": (
        "Firearms", "AEP fired", "AEP used", "AEP aimed", "AEP drawn", "AEP not stated",
        "CED discharge", "CED non-discharge", "CED not stated", "Dog bite", "Dog deployed",
        "Dog not stated", "Baton used", "Baton drawn", "Baton not stated", "Irritant spray used",
        "Irritant spray drawn", "Irritant spray not stated", "Unarmed skills", "Ground restraint",
        "Limb or body restraints", "Shield", "Spit and bite guard", "Other or improvised",
        "Non-compliant handcuffing", "Handcuffing not stated", "Compliant handcuffing",
    ),
}  # fmt: skip


def severity_order(name: str, ced_order: str) -> tuple[str, ...]:
    """The tactics of a named order, highest first, with CED use as a named order of it has it.

    >>> severity_order("applied first", "fired-highest")[4:7]
    ('CED fired', 'CED angled drive stun', 'CED drive stun')
    """
    parts = {"CED discharge": CED_DISCHARGE, "CED non-discharge": CED_NON_DISCHARGE}
    return tuple(
        tactic
        for given in SEVERITY_ORDERS[name]
        for tactic in (
            [use for use in CED_ORDERS[ced_order] if use in parts[given]]
            if given in parts
            else [given]
        )
    )
