"""Average marginal effects against marginaleffects (tests/expected/README.md)."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.models.logit import fit_logit
from analysis.models.marginal_effects import average_marginal_effects
from analysis.models.patterns import collapse
from tests.models.expected import number, rows
from tests.models.made_up_reports import reports, table


def effects(outcome, factors, clusters):
    found = collapse(outcome, factors, clusters)
    return average_marginal_effects(found, fit_logit(found))


def test_effects_and_errors_as_marginaleffects_gives_them():
    found = effects(*reports())
    expected = rows("marginal_effects.csv")
    names = ["factor", "level", "reference"]
    assert found[names].to_numpy().tolist() == [[row[name] for name in names] for row in expected]
    printed = np.array([number(row, "effect", "se") for row in expected])
    assert found[["effect", "se"]].to_numpy() == pytest.approx(printed, rel=0, abs=1e-8)


def test_one_factor_alone_gives_differences_of_proportions():
    outcome = np.array([True, False, False, False, True, True, False, True])
    kinds = table(kind=["a"] * 4 + ["b"] * 4)
    found = effects(outcome, kinds, np.arange(8))
    # clusters of one report, by hand: variance of each proportion times G/(G-1) (N-1)/(N-K) = 8/6
    error = np.sqrt(2 * 0.25 * 0.75 / 4 * 8 / 6)
    assert found.to_numpy().tolist() == [
        ["kind", "b", "a", pytest.approx(0.5, rel=1e-12), pytest.approx(error, rel=1e-12)]
    ]


def by_setting(outcome, factors):
    """Effects by statsmodels: every report set to a level, coefficients however far they ran."""
    design = pd.get_dummies(factors, drop_first=True, dtype=float)
    design.insert(0, "intercept", 1.0)
    fit = sm.GLM(outcome.astype(float), design, sm.families.Binomial()).fit(maxiter=40, tol=0)

    def mean_at(factor, level):
        moved = design.copy()
        moved[[column for column in design if column.startswith(f"{factor}_")]] = 0.0
        if f"{factor}_{level}" in design:
            moved[f"{factor}_{level}"] = 1.0
        return fit.predict(moved).mean()

    return lambda factor, level: (
        mean_at(factor, level) - mean_at(factor, factors[factor].cat.categories[0])
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name, level", [("ethnicity", "Other"), ("gender", "Male")])
def test_reports_predicted_with_certainty_count_among_all(name, level):
    outcome, factors, clusters = reports()
    outcome = outcome & (factors[name] != level).to_numpy()
    found = effects(outcome, factors, clusters).set_index(["factor", "level"])
    assert found.loc[name].isna()[["effect", "se"]].to_numpy().all()
    others = found.drop(name, level="factor")
    assert others.notna().to_numpy().all()
    theirs = by_setting(outcome, factors)
    for factor, other in others.index:
        effect = others.loc[(factor, other), "effect"]
        assert effect == pytest.approx(theirs(factor, other), abs=1e-8)


def test_the_error_where_some_are_certain_is_that_of_the_rest_by_their_share():
    outcome, factors, clusters = reports()
    other = (factors["ethnicity"] == "Other").to_numpy()
    found = effects(outcome & ~other, factors, clusters).set_index(["factor", "level"])
    rest = effects(outcome[~other], factors[~other], clusters[~other])
    rest = rest.set_index(["factor", "level"]).drop("ethnicity", level="factor")
    for column in ("effect", "se"):
        ours = found.loc[rest.index, column].to_numpy()
        assert ours == pytest.approx(rest[column].to_numpy() * (~other).mean(), rel=1e-9)
