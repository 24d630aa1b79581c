"""A sample of the files whose planted effects tests/long/test_planted_effects.py holds to them."""

import numpy as np
import pytest

from analysis.made_up.files import make
from analysis.measures.records.incidents import group_reports
from tests import planted_effects
from tests.planted_effects import PLAN, REPORTS, RULE, read_back

FILES, SEED = 20, 900_000


@pytest.fixture(scope="module")
def found():
    return np.array([planted_effects.one_file(SEED + file) for file in range(FILES)])


def test_planted_effects_come_back_without_bias(found):
    # a mean of 20 standard normal variates lies within 0.9 but in one of 17,000 cases
    away = (found[:, :, 0] - planted_effects.truth()) / found[:, :, 1]
    assert np.abs(away.mean(axis=0)).max() < 4 / FILES**0.5


def test_limits_are_as_wide_as_estimates_vary(found):
    away = (found[:, :, 0] - planted_effects.truth()) / found[:, :, 1]
    assert 0.85 < away.std() < 1.15  # of 240


def test_errors_as_if_reports_were_independent_are_too_small(found):
    ratios = (found[:, :, 1] / found[:, :, 2]).mean(axis=0)
    assert ratios.min() > 1.5**0.5  # a design effect above 1.5


def test_the_rule_finds_nearly_all_incidents(tmp_path):
    found = group_reports(read_back(SEED, tmp_path), RULE).to_numpy()
    true = np.array(make(REPORTS, SEED, PLAN).truth["subject"])
    assert len(found) == len(true) == REPORTS
    together = len(set(zip(found, true, strict=True)))  # as many as either where they agree
    assert together - len(set(found)) < 0.02 * len(set(true))
    assert together - len(set(true)) < 0.02 * len(set(true))
