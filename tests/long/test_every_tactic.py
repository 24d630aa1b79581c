"""Every tactic that can be chosen, between groups that seldom meet: nothing fails, all is told."""

import pytest

from analysis.measures.disparity import Comparison
from analysis.standard.tactics import BROKEN_DOWN
from tests.measures.test_disparity import both_years, everything_is_told

pytestmark = pytest.mark.long


@pytest.mark.parametrize("tactic", BROKEN_DOWN)
@pytest.mark.parametrize("group, reference", [("Mixed", "Other"), ("White", "Mixed")])
def test_nothing_fails(tactic, group, reference):
    everything_is_told(both_years(), Comparison(tactic, group, reference, 0.95))
