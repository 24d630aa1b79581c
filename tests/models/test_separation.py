"""Separation against Konis's linear programme column by column, by hand, and by its cost."""

from time import perf_counter
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.models import separation as module
from analysis.models.logit import fit_logit
from analysis.models.patterns import collapse
from analysis.models.separation import find_separation
from tests.models.made_up_reports import reports, table
from tests.models.test_logit import separated_by_definition


def made_up(count, sizes, seed, odds=-3.0):
    """Reports with factors of these numbers of levels, by uneven chances, and a rare outcome."""
    random = np.random.default_rng(seed)
    factors = pd.DataFrame({
        f"factor {place}": pd.Categorical.from_codes(
            random.choice(size, count, p=1 / np.arange(1, size + 1) / sum(
                1 / np.arange(1, size + 1))),
            [f"level {one}" for one in range(size)],
        )
        for place, size in enumerate(sizes)
    })  # fmt: skip
    effects = [random.normal(0, 0.5, size) for size in sizes]
    codes = [factors[name].cat.codes.to_numpy() for name in factors]
    linear = odds + sum(effect[code] for effect, code in zip(effects, codes, strict=True))
    return random.random(count) < 1 / (1 + np.exp(-linear)), factors, codes


def separated(found):
    columns = find_separation(found).endless
    return tuple(name for name, endless in zip(found.columns, columns, strict=True) if endless)


@given(
    st.integers(0, 10**6), st.integers(15, 60), st.floats(-2.5, 2.5),
    st.lists(st.integers(2, 4), min_size=2, max_size=5),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_separation_by_many_factors_is_that_of_the_definition(seed, count, odds, sizes):
    outcome, factors, codes = made_up(count, sizes, seed, odds)
    assume(all(len(np.unique(code)) > 1 for code in codes))
    found = collapse(outcome, factors, np.arange(count))
    assume(np.linalg.matrix_rank(found.design) == len(found.columns))
    assert separated(found) == separated_by_definition(found)


def test_levels_alone_need_no_linear_programme(monkeypatch):
    def refused(*_, **__):
        raise AssertionError("a linear programme")

    monkeypatch.setattr(module, "linprog", refused)
    # "c" lacks events; among the rest "z" has events alone
    one = ["a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "a", "b"]
    other = ["x", "x", "y", "y", "x", "x", "y", "y", "z", "x", "z", "z"]
    outcome = np.array([True, False] * 4 + [False, False, True, True])
    found = collapse(outcome, table(one=one, other=other), np.arange(12))
    assert separated(found) == ("one: c", "other: z")
    assert find_separation(found).certain.sum() == 4


def diagonals(pairs):
    """Pairs of factors that no level separates alone: events only where both are "yes", or neither
    is; each pair stands in reports of its own, so that every pair is another direction."""
    rows = []
    for place in range(pairs):
        for one, other, outcome in (
            ("no", "no", False), ("no", "yes", False), ("no", "yes", True),
            ("yes", "no", False), ("yes", "no", True), ("yes", "yes", True),
        ):  # fmt: skip
            row = {f"factor {each}": "no" for each in range(2 * pairs)} | {"place": f"{place}"}
            rows.append(row | {f"factor {2 * place}": one, f"factor {2 * place + 1}": other,
                               "outcome": outcome})  # fmt: skip
    frame = pd.DataFrame(rows)
    outcome = frame.pop("outcome").to_numpy()
    return outcome, table(**{name: frame[name].tolist() for name in frame})


def test_several_directions_that_no_level_shows():
    outcome, factors = diagonals(4)
    found = collapse(outcome, factors, np.arange(len(outcome)))
    assert separated(found) == separated_by_definition(found)
    assert find_separation(found).certain.sum() == 2 * 4


def large(with_pair):
    """20,000 patterns and 60 columns; an outcome so rare that nearly all patterns are pure."""
    sizes = [6, 7, 4, 3, 3, 4, 5, 3] + [2] * 32
    outcome, factors, _ = made_up(20_000, sizes, 3, odds=-3.4)
    if with_pair:  # no level alone: two rare ones that never meet without the outcome
        meet = (factors["factor 38"] == "level 1") & (factors["factor 39"] == "level 1")
        neither = (factors["factor 38"] == "level 0") & (factors["factor 39"] == "level 0")
        outcome = np.where(meet, True, np.where(neither, False, outcome)).astype(bool)
    return collapse(outcome, factors, np.arange(20_000))


@pytest.mark.parametrize("with_pair", [False, True])
def test_twenty_thousand_patterns_take_moments(with_pair):
    found = large(with_pair)
    assert len(found.trials) > 19_000 and len(found.columns) == 60
    start = perf_counter()
    known = find_separation(found)
    # about a second; fifty by a programme with a variable for each pattern
    assert perf_counter() - start < 10
    assert known.decided
    pair = {"intercept", "factor 38: level 1", "factor 39: level 1"}
    assert set(separated(found)) == (pair if with_pair else set())


def failing(status, names):
    """scipy's linprog, which by the methods named does not end."""
    true = module.linprog

    def solve(*given, method, **more):
        if method in names:
            return SimpleNamespace(status=status, x=None)
        return true(*given, method=method, **more)

    return solve


def test_where_one_method_fails_the_other_is_taken(monkeypatch):
    outcome, factors = diagonals(2)
    found = collapse(outcome, factors, np.arange(len(outcome)))
    expected = separated(found)
    for name in module.METHODS:
        monkeypatch.setattr(module, "linprog", failing(4, [name]))
        assert find_separation(found).decided and separated(found) == expected
        monkeypatch.undo()


def test_where_every_method_fails_nothing_is_fitted_and_nothing_raised(monkeypatch):
    outcome, factors = diagonals(2)
    found = collapse(outcome, factors, np.arange(len(outcome)))
    monkeypatch.setattr(module, "linprog", failing(15, module.METHODS))
    assert not find_separation(found).decided
    fit = fit_logit(found)
    assert not fit.converged and not fit.separated
    assert np.isnan(fit.coefficients).all() and np.isnan(fit.clustered_covariance).all()


def test_an_answer_that_breaks_its_promise_is_none(monkeypatch):
    """A direction that contradicts a report, given out as a solution."""
    outcome, factors = diagonals(2)
    found = collapse(outcome, factors, np.arange(len(outcome)))

    def wrong(cost, *_, **__):
        return SimpleNamespace(status=0, x=np.sign(cost))

    monkeypatch.setattr(module, "linprog", wrong)
    assert not find_separation(found).decided


def test_no_linear_programme_where_every_direction_is_excluded(monkeypatch):
    monkeypatch.setattr(module, "linprog", failing(15, module.METHODS))
    outcome, factors, clusters = reports()
    assert find_separation(collapse(outcome, factors, clusters)).decided
