"""Fitting the probability of an event: ridge logistic regression and boosted trees, averaged and calibrated.

Both see the same features. Rare events teach little, so each is learned together with milder and graver grades of
itself: a model a grade, their log odds averaged, and the average calibrated by a line in log odds (Platt) to the event
itself. The line is fitted to what models trained without a country said about that country: a model's own training
cases would make it look surer than it is.

Sources: Platt (1999), Probabilistic outputs for support vector machines; Ke et al. (2017), LightGBM: A highly efficient
gradient boosting decision tree.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.forecast.training import learning, require_lightgbm
from forestall.panel.frame import FloatArray

IntArray = npt.NDArray[np.int64]

LEAST, MOST = 0.0005, 0.9995
"""No probability is stated beyond these: a case in two thousand is less than what the record can tell from none."""

BOUNDS = float(np.log(LEAST / (1 - LEAST))), float(np.log(MOST / (1 - MOST)))

FOLDS = 3
FEWEST = 15
"""With fewer cases in which it happened, or did not, there is nothing to learn: every case gets the base rate."""

TREES: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 4,
    "min_data_in_leaf": 200,
    "lambda_l2": 20.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
    "seed": 0,
}
ROUNDS = 300


def logit(probability: FloatArray) -> FloatArray:
    """Log odds, of probabilities kept within LEAST..MOST."""
    inside = np.clip(probability, LEAST, MOST)
    found: FloatArray = np.log(inside / (1 - inside))
    return found


def expit(score: FloatArray) -> FloatArray:
    """The probability with these log odds."""
    found: FloatArray = 1 / (1 + np.exp(-np.clip(score, -30, 30)))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Fitted models of g grades. Features not known count as average for a regression; trees have a branch for them.

    centre, spread: (k,) of the training cases. weights: (k, g), intercepts: (g,) of the regressions. trees: g LightGBM
    boosters.
    """

    centre: FloatArray
    spread: FloatArray
    weights: FloatArray
    intercepts: FloatArray
    trees: tuple[Any, ...]

    def score(self, cases: FloatArray) -> FloatArray:
        """(m,) mean log odds of all models for cases (m, k)."""
        linear = standard(cases, self.centre, self.spread) @ self.weights + self.intercepts
        with learning:
            boosted = [logit(np.asarray(tree.predict(cases, num_threads=1))) for tree in self.trees]
        score: FloatArray = (np.clip(linear, *BOUNDS).mean(axis=1) + np.mean(boosted, axis=0)) / 2
        return score


@dataclass(frozen=True, slots=True, eq=False)
class EventModel:
    """What was learned of one event. models: None if there were too few cases. base_rate: share of training cases.

    intercept, slope: of the calibration, in log odds; 0 and 1 leave the score as it is.
    """

    models: Pooled | None
    intercept: float
    slope: float
    base_rate: float
    cases: int
    happened: int

    def probabilities(self, cases: FloatArray) -> FloatArray:
        """(m,) calibrated probabilities for cases (m, k)."""
        if self.models is None:
            return np.full(cases.shape[0], np.clip(self.base_rate, LEAST, MOST))
        score = self.intercept + self.slope * self.models.score(cases)
        return np.clip(expit(score), LEAST, MOST)


def standard(cases: FloatArray, centre: FloatArray, spread: FloatArray) -> FloatArray:
    """Cases on the scale of the training cases, within five standard deviations; not known is the average."""
    return np.clip(np.nan_to_num((cases - centre) / spread), -5, 5)


def pooled(cases: FloatArray, happened: FloatArray, ridge: float) -> Pooled:
    """All models. cases: (m, k). happened: (m, g) 0 or 1. ridge: C of scikit-learn, less is a stronger penalty."""
    require_lightgbm()
    import lightgbm
    from sklearn.linear_model import LogisticRegression

    known = ~np.isnan(cases)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, cases, 0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, cases - centre, 0) ** 2).sum(axis=0) / count) + 1e-9
    scaled = standard(cases, centre, spread)
    weights, intercepts, trees = [], [], []
    data = lightgbm.Dataset(cases, params=TREES, free_raw_data=False).construct()
    for grade in happened.T:
        regression = LogisticRegression(C=ridge, max_iter=300, tol=1e-4).fit(scaled, grade)
        weights.append(regression.coef_[0])
        intercepts.append(regression.intercept_[0])
        data.set_label(grade)
        trees.append(lightgbm.train(TREES, data, ROUNDS))
    return Pooled(centre, spread, np.stack(weights, axis=1), np.array(intercepts), tuple(trees))


def line(score: FloatArray, happened: FloatArray, prior: float = 10.0) -> tuple[float, float]:
    """Intercept and slope of happened on score in log odds, held towards 0 and 1 as by `prior` squared deviations.

    Newton's method on the penalised log likelihood. The slope stays between 0.5 and 1.5; at an end the intercept is
    found for that slope, so that the mean probability stays right.
    """
    beta = _newton(score, happened, prior, np.array([True, True]), np.array([0.0, 1.0]))
    slope = float(np.clip(beta[1], 0.5, 1.5))
    if slope != beta[1]:
        beta = _newton(score, happened, prior, np.array([True, False]), np.array([0.0, slope]))
    return float(beta[0]), float(beta[1])


def _newton(
    score: FloatArray, happened: FloatArray, prior: float, free: npt.NDArray[np.bool_], beta: FloatArray
) -> FloatArray:
    """The line from start `beta`, with only the free parts moved."""
    design = np.stack([np.ones_like(score), score], axis=1)
    for _ in range(25):
        p = expit(design @ beta)
        gradient = design.T @ (happened - p) - prior * (beta - np.array([0.0, 1.0]))
        curvature = (design * (p * (1 - p))[:, None]).T @ design + prior * np.eye(2)
        step = np.zeros(2)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def fit(cases: FloatArray, happened: FloatArray, country: IntArray, *, ridge: float, event: int = 0) -> EventModel:
    """Fit one event. cases: (m, k), NaN where not known. happened: (m, g) 0 or 1, by grade; event: the column of the
    event itself. country: (m,) a number per country.
    """
    itself = happened[:, event]
    n, k = itself.size, int(itself.sum())
    rate = (k + 0.5) / (n + 1)
    grades = happened.sum(axis=0)
    usable = np.minimum(grades, n - grades) >= FEWEST
    if not usable[event]:
        return EventModel(None, 0.0, 1.0, rate, n, k)
    labels = happened[:, usable]
    # Countries are dealt to folds by how often it happened there, so that each fold has its share.
    often = np.bincount(country, weights=itself)
    dealt = np.empty(often.size, dtype=np.int64)
    dealt[np.argsort(-often, kind="stable")] = np.arange(often.size) % FOLDS
    fold = dealt[country]
    score = np.full(n, float(logit(np.array(rate))))
    for f in range(FOLDS):
        out = fold == f
        inside = labels[~out].sum(axis=0)
        if out.any() and np.all((inside > 0) & (inside < (~out).sum())):
            score[out] = pooled(cases[~out], labels[~out], ridge).score(cases[out])
    intercept, slope = line(score, itself)
    return EventModel(pooled(cases, labels, ridge), intercept, slope, rate, n, k)
