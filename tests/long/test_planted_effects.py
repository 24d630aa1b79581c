"""Planted effects in all files: what the document on them claims."""

import pytest

from analysis.places import ROOT
from tests import planted_effects

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def found():
    return planted_effects.many(planted_effects.RUNS, planted_effects.SEED)


def test_limits_by_incident_hold_the_planted_effects_in_93_to_97_percent_of_files(found):
    clustered, _ = planted_effects.held(found)
    assert (clustered >= 0.93).all() and (clustered <= 0.97).all()


def test_limits_as_if_reports_were_independent_do_not(found):
    _, model = planted_effects.held(found)
    assert (model < 0.90).all()


def test_the_document_shows_exactly_these_figures(found):
    text = (ROOT / "docs" / "planted-effects.md").read_text("utf-8")
    assert text == planted_effects.page(found)
