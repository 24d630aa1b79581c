"""The made-up reports of tests/expected/marginal_effects_input.csv, and some by hypothesis."""

from functools import cache

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.conftest import EXPECTED

LEVELS = {  # the reference first; tests/expected/marginal_effects.py
    "ethnicity": ("White", "Black", "Asian", "Mixed", "Other"),
    "age": ("18-34", "11-17", "35-49", "50-64"),
    "gender": ("Male", "Female", "Other"),
    "conduct": ("Compliant", "Passive", "Active", "Aggressive"),
    "crewed": ("Double", "Single"),
}


@cache
def reports():
    """Outcome, factors and incidents of 3,000 made-up reports."""
    read = pd.read_csv(EXPECTED / "marginal_effects_input.csv")
    factors = pd.DataFrame({name: pd.Categorical(read[name], LEVELS[name]) for name in LEVELS})
    return read["outcome"].to_numpy() == 1, factors, read["incident"].to_numpy()


def table(**columns):
    """Categoricals with the levels in the order in which they come."""
    return pd.DataFrame(
        {name: pd.Categorical(x, pd.unique(np.array(x))) for name, x in columns.items()}
    )


@st.composite
def drawn(draw, most=40):
    """A few reports with two factors of two or three levels, all of which occur."""
    count = draw(st.integers(6, most))
    code = st.integers(0, 2)
    one = [0, 1, 2] + draw(st.lists(code, min_size=count - 3, max_size=count - 3))
    other = [0, 0, 0, 1, 1, 1] + draw(
        st.lists(st.integers(0, 1), min_size=count - 6, max_size=count - 6)
    )
    outcome = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    clusters = draw(st.lists(st.integers(0, 12), min_size=count, max_size=count))
    factors = pd.DataFrame({
        "one": pd.Categorical.from_codes(one, ["a", "b", "c"]),
        "other": pd.Categorical.from_codes(other, ["x", "y"]),
    })  # fmt: skip
    return np.array(outcome), factors, np.array(clusters)
