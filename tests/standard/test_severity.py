"""The named orders of all tactics: nothing forgotten, nothing twice, CED by its own order."""

import pytest

from analysis.standard.severity import SEVERITY_ORDERS, severity_order
from analysis.standard.tactics import CED_ORDERS, TACTICS, parent

IN_NO_TOTAL = {"Tactical communication", "Tactics not reported"}


@pytest.mark.parametrize("name", SEVERITY_ORDERS)
@pytest.mark.parametrize("ced_order", CED_ORDERS)
def test_every_tactic_that_a_report_can_name_stands_once(name, ced_order):
    finest = set(TACTICS) - {parent(tactic) for tactic in TACTICS} - IN_NO_TOTAL
    assert sorted(severity_order(name, ced_order)) == sorted(finest)


@pytest.mark.parametrize("name", SEVERITY_ORDERS)
@pytest.mark.parametrize("ced_order", CED_ORDERS)
def test_uses_of_a_ced_stand_in_their_own_order(name, ced_order):
    uses = [tactic for tactic in severity_order(name, ced_order) if tactic in CED_ORDERS[ced_order]]
    assert tuple(uses) == CED_ORDERS[ced_order]


def test_the_orders_differ_in_what_was_only_shown():
    applied, means = (severity_order(name, "metropolitan") for name in SEVERITY_ORDERS)
    assert applied.index("Unarmed skills") < applied.index("CED drawn")
    assert means.index("Unarmed skills") > means.index("CED drawn")
