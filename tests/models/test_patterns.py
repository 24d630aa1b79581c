"""Collapsing against pandas' own grouping and dummies, report by report."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import Refused
from analysis.models import patterns as module
from analysis.models.patterns import collapse
from tests.models.made_up_reports import drawn, reports, table


def dummies(factors):
    """The design of single reports, by pandas."""
    raw = pd.get_dummies(factors, drop_first=True, prefix_sep=": ", dtype=float)
    raw.insert(0, "intercept", 1.0)
    return raw


def by_report(found):
    """Cluster number, outcome and row of the design of each report."""
    cluster = np.repeat(np.arange(len(found.starts) - 1), np.diff(found.starts))
    return cluster, found.outcome_of, found.design[found.pattern_of]


def as_set(cluster, outcome, design):
    """The reports as rows, in an order of their own."""
    rows = np.column_stack([cluster, outcome, design])
    return rows[np.lexsort(rows.T)]


def test_every_report_keeps_its_cluster_outcome_and_row():
    outcome, factors, clusters = reports()
    found = collapse(outcome, factors, clusters)
    number = pd.factorize(clusters, sort=True)[0]
    expected = as_set(number, outcome, dummies(factors).to_numpy())
    assert np.array_equal(as_set(*by_report(found)), expected)
    assert list(found.columns) == list(dummies(factors).columns)


def test_trials_and_events_are_those_of_the_groups():
    outcome, factors, clusters = reports()
    found = collapse(outcome, factors, clusters)
    names = list(factors)
    grouped = factors.assign(y=outcome).groupby(names, observed=True)["y"].agg(["size", "sum"])
    # groups come in the order of the levels, as the patterns do
    assert found.trials.tolist() == grouped["size"].tolist()
    assert found.events.tolist() == grouped["sum"].tolist()
    labels = [
        [found.levels[name][code] for code in found.codes[:, i]] for i, name in enumerate(names)
    ]
    assert list(zip(*labels, strict=True)) == list(grouped.index)
    assert found.clusters == len(set(clusters.tolist()))


def test_the_first_category_that_occurs_is_the_reference():
    kinds = pd.Categorical(["c", "b", "c", "d"], ["a", "b", "c", "d", "e"])
    found = collapse(
        np.array([True, False, False, True]), pd.DataFrame({"kind": kinds}), np.arange(4)
    )
    assert found.levels == {"kind": ("b", "c", "d")}
    assert found.columns == ("intercept", "kind: c", "kind: d")
    assert found.terms == {"kind": slice(1, 3)}
    assert found.codes.tolist() == [[0], [1], [2]]
    assert found.design.tolist() == [[1, 0, 0], [1, 1, 0], [1, 0, 1]]
    assert (found.trials.tolist(), found.events.tolist()) == ([1, 2, 1], [0, 1, 1])


@given(drawn(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_products_are_those_of_the_design(given_reports, seed):
    found = collapse(*given_reports)
    random = np.random.default_rng(seed)
    weights, chance = random.random((2, len(found.trials)))
    several = random.normal(size=(len(found.columns), 2))
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(found.linear(several), found.design @ several, **close)
    np.testing.assert_allclose(found.linear(several[:, 0]), found.design @ several[:, 0], **close)
    np.testing.assert_allclose(found.totals(weights), found.design.T @ weights, **close)
    squares = (found.design.T * weights) @ found.design
    np.testing.assert_allclose(found.cross(weights), squares, **close)
    outcome, factors, clusters = given_reports
    raw = dummies(factors).to_numpy()
    rows, inverse = np.unique(raw[:, ::-1], axis=0, return_inverse=True)
    assert len(rows) == len(found.design)
    place = [found.design.tolist().index(row) for row in raw.tolist()]
    scores = (
        pd.DataFrame(raw * (outcome - chance[place])[:, None]).groupby(clusters).sum().to_numpy()
    )
    np.testing.assert_allclose(found.cross_of_clusters(chance), scores.T @ scores, **close)


def test_more_clusters_than_are_held_at_once(monkeypatch):
    found = collapse(*reports())
    chance = np.linspace(0.1, 0.9, len(found.trials))
    monkeypatch.setattr(module, "AT_ONCE", 64)
    assert len(found.starts) > 5 * 64
    in_pieces = found.cross_of_clusters(chance)
    cluster, outcome, design = by_report(found)
    left = design * (outcome - chance[found.pattern_of])[:, None]
    scores = pd.DataFrame(left).groupby(cluster).sum().to_numpy()
    np.testing.assert_allclose(in_pieces, scores.T @ scores, rtol=1e-11, atol=1e-11)


def test_sparse_keys_and_more_combinations_than_fit_in_a_key(monkeypatch):
    outcome, factors, clusters = reports()
    usual = collapse(outcome, factors, clusters)
    monkeypatch.setattr(module, "LARGEST", 20)  # so that the key is renumbered at each factor
    monkeypatch.setattr(module, "DIRECT", 0)  # so that all keys are hashed
    other = collapse(outcome, factors, clusters * 10**12)
    assert np.array_equal(usual.codes, other.codes)
    assert np.array_equal(usual.trials, other.trials)
    assert np.array_equal(usual.events, other.events)
    assert np.array_equal(as_set(*by_report(usual)), as_set(*by_report(other)))


def test_many_factors_have_more_combinations_than_a_64_bit_key():
    random = np.random.default_rng(7)
    codes = random.integers(0, 9, (500, 25))
    factors = pd.DataFrame({f"f{i}": pd.Categorical(codes[:, i]) for i in range(25)})
    assert 9**25 > 2**64
    found = collapse(random.random(500) < 0.5, factors, np.arange(500))
    expected = np.unique(codes, axis=0)
    assert np.array_equal(found.codes, expected)


@given(drawn(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(given_reports, random):
    outcome, factors, clusters = given_reports
    order = list(range(len(outcome)))
    random.shuffle(order)
    one = collapse(outcome, factors, clusters)
    other = collapse(outcome[order], factors.iloc[order], clusters[order])
    for field in ("codes", "trials", "events", "starts"):
        assert np.array_equal(getattr(one, field), getattr(other, field)), field
    assert np.array_equal(as_set(*by_report(one)), as_set(*by_report(other)))


def test_the_reports_of_some_clusters():
    outcome, factors, clusters = reports()
    found = collapse(outcome, factors, clusters)
    kept = np.arange(found.clusters) % 3 == 0
    some = found.among(kept)
    named = np.isin(clusters, np.unique(clusters)[kept])
    alone = collapse(outcome[named], factors[named], clusters[named])
    occurs = some.trials > 0
    assert np.array_equal(some.codes[occurs], alone.codes)
    assert np.array_equal(some.trials[occurs], alone.trials)
    assert np.array_equal(some.events[occurs], alone.events)
    assert np.array_equal(as_set(*by_report(some)), as_set(*by_report(alone)))
    assert some.clusters == kept.sum() and len(some.trials) == len(found.trials)


YES, KIND = np.array([True, False]), table(kind=["a", "b"])


@pytest.mark.parametrize(
    "outcome, factors, clusters, said",
    [
        (np.array([1, 0]), KIND, [1, 2], "outcome: is of type int64; allowed: bool"),
        (np.array([True, None]), KIND, [1, 2], "outcome: is of type object"),
        (YES, KIND, [1.0, 2.0], "clusters: are of type float64; allowed: integers"),
        (YES, KIND, [1, 2, 3], "outcome, factors and clusters: are 2, 2 and 3 long"),
        (YES[:0], KIND[:0], np.array([], int), "outcome: has no report"),
        (YES, KIND[[]], [1, 2], "factors: there are none"),
        (YES, pd.DataFrame({"kind": ["a", "b"]}), [1, 2], "factor 'kind': is of type str"),
        (YES, table(kind=["a", "a"]), [1, 2], "factor 'kind': has the level 'a' only"),
        (
            YES, pd.DataFrame({"kind": pd.Categorical(["a", None], ["a", "b"])}), [1, 2],
            "factor 'kind', row 1: is missing; allowed: a, b",
        ),
    ],
)  # fmt: skip
def test_refusals(outcome, factors, clusters, said):
    with pytest.raises(Refused) as raised:
        collapse(outcome, factors, clusters)
    assert said in str(raised.value)
