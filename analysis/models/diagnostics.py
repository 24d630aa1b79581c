"""Whether a logit on covariate patterns can be relied on: each measure with its condition.

Patterns without a report, or predicted with certainty where the fit gives no probability, tell
nothing and are left out. Unless a function says otherwise, reports are taken one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.models.patterns import Patterns

STEPS, CLOSE = 100, 1e-9
FOLDS = 10


@dataclass(frozen=True)
class Condition:
    """What a measure has to be for no remark: at least ``least``, at most ``most``."""

    least: float
    most: float
    source: str

    def holds(self, value: float) -> bool:
        """Whether the value needs no remark; one that is missing does."""
        return self.least <= value <= self.most


# Rules of thumb, each from its source: a breach asks for a remark, and decides nothing.
CONDITIONS = {
    "generalised VIF per column": Condition(
        1, sqrt(10), "Fox and Monette 1992: its square on the scale of a VIF, 10 at most"
    ),
    "events per column": Condition(
        10, np.inf, "Peduzzi and others 1996, doi 10.1016/S0895-4356(96)00236-3"
    ),
    "dispersion": Condition(
        0, 1.5, "McCullagh and Nelder 1989, section 4.5: far above 1 the model or clusters matter"
    ),
    "calibration slope": Condition(
        0.9, 1.1, "van Houwelingen and le Cessie 1990, doi 10.1002/sim.4780091109: shrinkage"
    ),
}


def generalised_vif(covariance: np.ndarray, terms: dict[str, slice]) -> pd.DataFrame:
    """Index term; columns, gvif, and per_column = gvif ** (1 / (2 columns)).

    How much the other terms widen the joint confidence region of a factor's columns, whatever its
    reference level (Fox and Monette 1992, doi 10.1080/01621459.1992.10475190). ``covariance``: of
    all coefficients, the intercept's, which belongs to no term, among them. Refuses one term
    alone, and coefficients without a finite variance.
    """
    if len(terms) < 2:
        raise ValueError("one term has no other to be tied to")
    places = {term: np.arange(len(covariance))[columns] for term, columns in terms.items()}
    kept = np.concatenate(list(places.values()))
    if not np.isfinite(covariance[np.ix_(kept, kept)]).all():
        raise ValueError("a coefficient without a finite variance has no inflation")
    whole = _log_determinant(covariance, kept)
    rows = {}
    for term, own in places.items():
        parts = _log_determinant(covariance, own)
        parts += _log_determinant(covariance, np.setdiff1d(kept, own))
        rows[term] = (len(own), np.exp(parts - whole), np.exp((parts - whole) / (2 * len(own))))
    return pd.DataFrame.from_dict(rows, "index", columns=["columns", "gvif", "per_column"])


def _log_determinant(covariance: np.ndarray, places: np.ndarray) -> float:
    """Of the correlations among some coefficients."""
    part = covariance[np.ix_(places, places)]
    scale = np.sqrt(np.diag(part))
    return np.linalg.slogdet(part / np.outer(scale, scale))[1]


def _known(*arrays: np.ndarray) -> list[np.ndarray]:
    """Probability, trials, events of the patterns with reports and a probability."""
    chance, trials, events = (np.asarray(given, float) for given in arrays)
    kept = (trials > 0) & np.isfinite(chance)
    return [chance[kept], trials[kept], events[kept]]


@dataclass(frozen=True)
class Regression:
    """Logit of the outcome on an intercept and a few numbers of each pattern."""

    coefficients: np.ndarray
    errors: np.ndarray
    clustered: bool  # whether the errors allow for clusters


def _regression(
    columns: np.ndarray, trials: np.ndarray, events: np.ndarray, meat: Callable | None = None
) -> Regression:
    """``meat(probabilities)``: sum of squared scores of the clusters; without it, model errors."""
    beta = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        chance = expit(columns @ beta)
        bread = np.linalg.inv((columns.T * (trials * chance * (1 - chance))) @ columns)
        step = bread @ (columns.T @ (events - trials * chance))
        length = np.abs(columns @ step).max()
        if length < CLOSE:
            covariance = bread if meat is None else bread @ meat(chance) @ bread
            return Regression(beta, np.sqrt(np.diag(covariance)), meat is not None)
        beta = beta + step * np.log1p(length) / length  # as in analysis.models.logit
    raise ValueError("the regression on fitted log odds did not settle: they part the outcomes")


def link_test(patterns: Patterns, probabilities: np.ndarray) -> Regression:
    """Logit on the fitted log odds and their square; the last coefficient should be nought.

    Pregibon 1980 (doi 10.2307/2346405), as Tukey's one degree of freedom: a square that matters
    says that the link, or the covariates as they stand, miss something. Errors are clustered by
    the clusters of the patterns, without a small-sample factor, and take the log odds as known.
    Patterns with a probability of 0, 1 or none are left out, and their reports with them.
    """
    inner = (probabilities > 0) & (probabilities < 1) & (patterns.trials > 0)
    linear = logit(np.where(inner, probabilities, 0.5))
    columns = np.column_stack([np.ones(len(linear)), linear, linear**2])
    trials, events = (np.where(inner, each, 0) for each in (patterns.trials, patterns.events))

    def meat(chance: np.ndarray) -> np.ndarray:
        pattern = patterns.pattern_of
        residuals = np.where(inner[pattern], patterns.outcome_of - chance[pattern], 0)
        scores = residuals[:, None] * columns[pattern]
        before = np.vstack([np.zeros(3), np.cumsum(scores, axis=0)])
        sums = np.diff(before[patterns.starts], axis=0)
        return sums.T @ sums

    return _regression(columns, trials, events, meat)


@dataclass(frozen=True)
class Calibration:
    """``intercept`` and ``slope`` of the outcome's log odds on the predicted ones: 0 and 1 are
    perfect, a slope below 1 says that predictions are too extreme. ``slope_error`` takes reports
    as independent of each other.

    Reports that the regression had to leave out: ``certain``, predicted as 0 or 1, ``wrong`` of
    them against what happened, and ``unknown``, without a prediction."""

    intercept: float
    slope: float
    slope_error: float
    certain: int
    wrong: int
    unknown: int


def calibration(probabilities: np.ndarray, trials: np.ndarray, events: np.ndarray) -> Calibration:
    """Calibration of predictions, one for each pattern (Cox 1958, doi 10.1093/biomet/45.3-4.562).

    On the reports from which a logit was fitted the slope is exactly 1 and says nothing: see
    ``cross_validated_calibration``. Probabilities of 0 or 1, or of nan, are left out, and counted.
    """
    reports = int(np.sum(trials))
    chance, trials, events = _known(probabilities, trials, events)
    inner = (chance > 0) & (chance < 1)
    columns = np.column_stack([np.ones(inner.sum()), logit(chance[inner])])
    found = _regression(columns, trials[inner], events[inner])
    against = np.abs(events - trials * chance)[~inner]
    return Calibration(
        *found.coefficients.tolist(),
        slope_error=float(found.errors[1]),
        certain=int(trials[~inner].sum()),
        wrong=int(against.sum()),
        unknown=reports - int(trials.sum()),
    )


def cross_validated_calibration(
    patterns: Patterns, fit: Callable[[Patterns], np.ndarray], seed: int
) -> Calibration:
    """Calibration of predictions for reports whose incidents were left out of the fit.

    Clusters are dealt to ten folds in an order drawn from ``seed``; ``fit`` takes the patterns of
    the other nine and gives the probability of each pattern (nan where those have no say). No
    cluster is in the fit and in the test. A slope below 1 is the optimism of the fit
    (Steyerberg 2019, Clinical Prediction Models, chapter 5). Refuses fewer clusters than folds;
    what ``fit`` refuses, such as a level that one fold holds alone, is refused too.
    """
    count = len(patterns.starts) - 1
    if count < FOLDS:
        raise ValueError(f"{count} clusters are fewer than {FOLDS} folds")
    fold = np.empty(count, int)
    fold[np.random.default_rng(seed).permutation(count)] = np.arange(count) % FOLDS
    parts = []
    for left_out in range(FOLDS):
        tested = patterns.among(fold == left_out)
        parts.append((fit(patterns.among(fold != left_out)), tested.trials, tested.events))
    return calibration(*(np.concatenate(each) for each in zip(*parts, strict=True)))


@dataclass(frozen=True)
class Brier:
    """``score``: mean squared error of the probabilities, 0 at best. ``scaled``: the share of it
    that they take off what the same probability for all would leave."""

    score: float
    scaled: float


def brier(probabilities: np.ndarray, trials: np.ndarray, events: np.ndarray) -> Brier:
    """Brier 1950 (doi 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2) in its form for two
    outcomes, and scaled (Steyerberg and others 2010, doi 10.1097/EDE.0b013e3181c30fb2).

    On the reports of the fit it is optimistic. Refuses reports with one outcome only.
    """
    chance, trials, events = _known(probabilities, trials, events)
    share = events.sum() / trials.sum()
    if not 0 < share < 1:
        raise ValueError("all reports have one outcome")
    errors = events * (1 - chance) ** 2 + (trials - events) * chance**2
    score = errors.sum() / trials.sum()
    return Brier(float(score), float(1 - score / (share * (1 - share))))


def dispersion(
    probabilities: np.ndarray, trials: np.ndarray, events: np.ndarray, columns: int
) -> float:
    """Pearson's X² over its degrees of freedom, patterns less ``columns``: near 1 if all is well.

    McCullagh and Nelder 1989, Generalized Linear Models, section 4.5. It tells little where most
    patterns hold a report or two. nan without a degree of freedom. Patterns predicted with
    certainty are left out, so ``columns`` are those that the other patterns rest on.
    """
    chance, trials, events = _known(probabilities, trials, events)
    inner = (chance > 0) & (chance < 1)
    chance, trials, events = chance[inner], trials[inner], events[inner]
    degrees = len(chance) - columns
    if degrees <= 0:
        return float("nan")
    return float(
        ((events - trials * chance) ** 2 / (trials * chance * (1 - chance))).sum() / degrees
    )


def events_per_column(trials: np.ndarray, events: np.ndarray, columns: int) -> float:
    """Reports with the rarer of the two outcomes, over columns other than the intercept.

    Peduzzi and others 1996 (doi 10.1016/S0895-4356(96)00236-3). Reports of one incident count one
    by one, which flatters the number.
    """
    with_outcome = np.sum(events)
    return float(min(with_outcome, np.sum(trials) - with_outcome) / (columns - 1))
