"""How often 95% intervals of the model hold the true ratio, in counts made up for the purpose.

``python -m tests.coverage`` runs all and writes docs/coverage.md and docs/coverage.svg. The design
was fixed before the first run and is not to be tuned to its results.
"""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
from scipy.special import ndtri

from analysis.charts.drawing import BLACK, BLUE, GREY, ORANGE, STYLE, finish, new_figure
from analysis.findings import formatted
from analysis.models import few_clusters
from analysis.models.force_counts import Fit, ForceCounts, fit
from analysis.places import ROOT
from tests.models.expected import GROUPS, published

SEED, RUNS = 20201217, 2000
RATIOS = {"White": 1.0, "Black": 4.4, "Asian": 0.75, "Mixed": 1.0, "Other": 1.0}
VARIATION = 0.4  # coefficient of variation of a force's own rate for a group
CONFIDENCE = 0.95
DRAWS = 399  # of the wild bootstrap in each run

CHANCE, QUASI, CR0 = "Chance alone", "Quasi-Poisson", "CR0, normal"
CR2, WILD = "CR2, Satterthwaite t", "Wild bootstrap"
METHODS = (CHANCE, QUASI, CR0, CR2, WILD)
TRUTH = np.log([RATIOS[group] for group in GROUPS[1:]])


def expected_uses(observed: ForceCounts) -> np.ndarray:
    """Uses that the true ratios give each force, with its total as observed: (forces, groups)."""
    weight = observed.residents * np.array([RATIOS[group] for group in GROUPS])
    base = observed.events.sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    return base * weight


def made_up(observed: ForceCounts, random: np.random.Generator) -> ForceCounts:
    """Poisson counts about the expected uses, each rate times a gamma variate of mean 1."""
    shape = 1 / VARIATION**2
    own = random.gamma(shape, 1 / shape, observed.events.shape)
    return replace(observed, events=random.poisson(expected_uses(observed) * own).astype(float))


def covers(data: ForceCounts, signs: np.ndarray) -> np.ndarray:
    """Whether each method's interval holds the true log ratio: (methods, groups)."""
    fitted = fit(data)
    naive = np.sqrt(np.diag(fitted.covariance))
    normal = float(ndtri((1 + CONFIDENCE) / 2))
    lower, upper = few_clusters.cr2(fitted).limits(fitted.log_ratios, CONFIDENCE)
    rejected = 1 - CONFIDENCE
    return np.array(
        [
            *(
                np.abs(fitted.log_ratios - TRUTH) <= normal * error
                for error in (naive, naive * fitted.dispersion**0.5, clustered(fitted))
            ),
            (lower <= TRUTH) & (upper >= TRUTH),
            [
                few_clusters.wild_bootstrap(data, place, true, signs)[1] > rejected
                for place, true in enumerate(TRUTH)
            ],
        ]
    )


def clustered(fitted: Fit) -> np.ndarray:
    """Ordinary clustered errors (CR0), without any correction for few forces."""
    scores = np.einsum("gki,gk->gi", fitted.design, fitted.residuals)
    return np.sqrt(np.diag(fitted.covariance @ scores.T @ scores @ fitted.covariance))


def coverage(runs: int) -> np.ndarray:
    """Share of runs in which each method's interval holds the truth: (methods, groups)."""
    observed, random = published("2019/20", "2021"), np.random.default_rng(SEED)
    times = np.zeros((len(METHODS), len(TRUTH)))
    for _ in range(runs):
        data = made_up(observed, random)
        times += covers(data, random.choice([-1.0, 1.0], (DRAWS, len(data.forces))))
    return times / runs


def chart(held: np.ndarray) -> str:
    """The coverage of each method as SVG, a mark for each group."""
    figure = new_figure(4.2)
    with mpl.rc_context(STYLE):
        axes = figure.subplots()
        marks = zip("osD^", (BLUE, ORANGE, GREY, BLACK), strict=True)
        for group, column, (shape, colour) in zip(GROUPS[1:], held.T, marks, strict=True):
            axes.plot(
                100 * column, METHODS, shape, color=colour, markersize=8, label=group, alpha=0.8
            )
        axes.axvline(100 * CONFIDENCE, color=BLACK, linewidth=1.2)
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("Runs that hold the true ratio (%)")
        figure.legend(loc="outside upper center", ncols=4, frameon=False, handletextpad=0.1)
    return finish(figure, "coverage", "Coverage", alternative(held), ()).svg + "\n"


def alternative(held: np.ndarray) -> str:
    """What the chart shows, in words."""
    told = "; ".join(
        f"{method} {shown(row.min())} to {shown(row.max())}"
        for method, row in zip(METHODS, held, strict=True)
    )
    return (
        f"Coverage of intervals meant to hold the true ratio in {shown(CONFIDENCE, 0)} of runs, "
        f"lowest to highest of {len(TRUTH)} ethnic groups: {told}."
    )


def shown(share: float, digits: int = 1) -> str:
    """A share as a percentage."""
    return formatted(share, f"percent:{digits}")


PAGE = """\
# Do the intervals hold the true ratio?

A {level} interval should hold the true ratio in {level} of cases. Published counts cannot show
whether it does, since nobody knows their true ratio. Counts made up from known ratios can. **The
counts behind this page are made up: they describe no force.**

![{alternative}](coverage.svg)

Share of {runs} runs in which the {level} interval holds the true ratio to {reference}:

| method | {groups} |
|---|{rules}|
{table}

An interval that covers exactly {level} would show {low} to {high} here in 95% of such simulations.
Outside that range by CR2: {outside_cr2}; by the wild bootstrap: {outside_wild}.

## What was simulated

- **Forces and residents:** the {forces} forces with a breakdown of CED uses in 2019/20, and their
  residents by ethnic group ({listed}) in Census 2021.
- **True ratios to {reference}:** {ratios}.
- **Counts:** each force has the base rate that makes its expected uses equal its published ones.
  The rate of each group in each force is multiplied by a gamma variate of mean 1 and coefficient
  of variation {variation}, independent of all others: forces differ by more than chance. A Poisson
  count is drawn about each rate.
- **Runs:** {runs}, with the seed {seed}. All this was fixed before the first run.

## The methods

| method | interval |
|---|---|
| {CHANCE} | model error, as if every report were independent of every other; normal |
| {QUASI} | model error times the root of the dispersion; normal |
| {CR0} | errors clustered by force, without correction; normal |
| {CR2} | bias-reduced errors clustered by force; t with Satterthwaite degrees of freedom |
| {WILD} | the ratios that the wild cluster bootstrap does not reject, {draws} draws a run |

The first three hold the true ratio far too seldom: forces differ by more than chance, and a few of
them decide the result. The reports use the last two (the bootstrap with {more_draws} draws), and
print the first for contrast.

This is one design. It does not show how the intervals do where what sets forces apart has another
shape or size, where groups of one force share it, or with other tactics.

To make this page again:

```
python -m tests.coverage
```
"""


def page(held: np.ndarray) -> str:
    """The text of docs/coverage.md."""
    chance = float(ndtri(0.975)) * (CONFIDENCE * (1 - CONFIDENCE) / RUNS) ** 0.5
    outside = {
        method: ", ".join(np.array(GROUPS[1:])[np.abs(row - CONFIDENCE) > chance]) or "none"
        for method, row in zip(METHODS, held, strict=True)
    }
    return PAGE.format(
        level=shown(CONFIDENCE, 0),
        alternative=alternative(held),
        runs=f"{RUNS:,}",
        reference=GROUPS[0],
        groups=" | ".join(GROUPS[1:]),
        rules="|".join("---:" for _ in TRUTH),
        table="\n".join(
            f"| {method} | {' | '.join(map(shown, row))} |"
            for method, row in zip(METHODS, held, strict=True)
        ),
        low=shown(CONFIDENCE - chance),
        high=shown(CONFIDENCE + chance),
        outside_cr2=outside[CR2],
        outside_wild=outside[WILD],
        forces=len(published("2019/20", "2021").forces),
        listed=", ".join(GROUPS),
        ratios=", ".join(f"{group} {RATIOS[group]:g}" for group in GROUPS[1:]),
        variation=VARIATION,
        seed=SEED,
        draws=DRAWS,
        more_draws=f"{few_clusters.DRAWS:,}",
        CHANCE=CHANCE,
        QUASI=QUASI,
        CR0=CR0,
        CR2=CR2,
        WILD=WILD,
    )


if __name__ == "__main__":
    found = coverage(RUNS)
    (ROOT / "docs" / "coverage.md").write_text(page(found), "utf-8", newline="\n")
    (ROOT / "docs" / "coverage.svg").write_text(chart(found), "utf-8", newline="\n")
