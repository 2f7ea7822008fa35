"""A logistic ranking of possible contributors, learned from who contributed to earlier new missions.

Ridge-penalised logistic regression on standardised figures, fitted by Newton's method; the same cases give the same
coefficients to the last digit that matters. Errors of the coefficients are robust to cases of one mission being alike
(Liang & Zeger 1986, doi:10.1093/biomet/73.1.13).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forestall.errors import ShapeError

if TYPE_CHECKING:
    import numpy.typing as npt

PENALTY = 30.0
"""Half of the sum of squared coefficients is charged at this rate; chosen on missions to 2004 (docs/methods)."""
_STEPS = 50
_CLOSE = 1e-10
_Z90 = 1.645


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """A fitted model. coefficients: of the standardised figures, (k,). covariance: of (intercept, coefficients),
    (k + 1, k + 1), clustered by mission. missions and cases: how many it was learned from."""

    means: "npt.NDArray[np.float64]"
    scales: "npt.NDArray[np.float64]"
    intercept: float
    coefficients: "npt.NDArray[np.float64]"
    covariance: "npt.NDArray[np.float64]"
    missions: int
    cases: int

    def standardised(self, figures: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        """Figures (n, k) less the means, over the scales, of the cases learned from."""
        return np.asarray((figures - self.means) / self.scales)

    def parts(self, figures: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        """What each figure adds, (n, k): with the intercept these sum to the log odds of the estimate."""
        return np.asarray(self.standardised(figures) * self.coefficients)

    def probability(self, figures: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        """Probability of a unit in the first twelve months with a 90 % interval: (n, 3), estimate, low, high.

        figures: (n, k) as learned from. The interval is that of the coefficients alone, not of the next mission.
        """
        design = _with_ones(self.standardised(figures))
        at = design @ np.concatenate(([self.intercept], self.coefficients))
        spread = _Z90 * np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", design, self.covariance, design), 0.0))
        return np.column_stack((_logistic(at), _logistic(at - spread), _logistic(at + spread)))


def fit(
    figures: "npt.NDArray[np.float64]",
    contributed: "npt.NDArray[np.bool_]",
    missions: "npt.NDArray[np.str_]",
    *,
    penalty: float = PENALTY,
) -> Ranking:
    """Learn from cases: figures (n, k) without NaN, whether each contributed (n,), the mission of each (n,).

    Raises ShapeError if the lengths differ, ValueError on a NaN or if nobody or everybody contributed.
    """
    if figures.ndim != 2 or not len(figures) == len(contributed) == len(missions):
        raise ShapeError(f"figures {figures.shape}, outcomes {contributed.shape}, missions {missions.shape}: no match")
    if not np.isfinite(figures).all():
        raise ValueError("figures have NaN or infinity: fill in what is not known first")
    outcome = contributed.astype(np.float64)
    if not 0 < outcome.sum() < len(outcome):
        raise ValueError("nobody or everybody contributed: there is nothing to tell them apart by")
    means, scales = figures.mean(axis=0), figures.std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)
    design = _with_ones((figures - means) / scales)
    charge = np.full(design.shape[1], penalty)
    charge[0] = 0.0
    weights = np.zeros(design.shape[1])
    weights[0] = np.log(outcome.mean() / (1 - outcome.mean()))
    gain = _gain(design, outcome, charge, weights)
    for _ in range(_STEPS):
        chance = _logistic(design @ weights)
        gradient = design.T @ (outcome - chance) - charge * weights
        step = np.linalg.solve(_curvature(design, chance, charge), gradient)
        # The objective is concave, but a full step may overshoot: halve it until it gains.
        while (tried := _gain(design, outcome, charge, weights + step)) < gain and np.abs(step).max() > _CLOSE:
            step = step / 2
        weights, gain = weights + step, max(tried, gain)
        if np.abs(step).max() < _CLOSE:
            break
    chance = _logistic(design @ weights)
    inverse = np.linalg.inv(_curvature(design, chance, charge))
    names, which = np.unique(missions, return_inverse=True)
    scores = np.zeros((len(names), design.shape[1]))
    np.add.at(scores, which, design * (outcome - chance)[:, None])
    inflate = len(names) / max(len(names) - 1, 1)
    covariance = inflate * inverse @ (scores.T @ scores) @ inverse
    return Ranking(means, scales, float(weights[0]), weights[1:], covariance, len(names), len(outcome))


def _with_ones(figures: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    return np.column_stack((np.ones(len(figures)), figures))


def _curvature(
    design: "npt.NDArray[np.float64]", chance: "npt.NDArray[np.float64]", charge: "npt.NDArray[np.float64]"
) -> "npt.NDArray[np.float64]":
    return np.asarray((design * (chance * (1 - chance))[:, None]).T @ design + np.diag(charge))


def _gain(
    design: "npt.NDArray[np.float64]",
    outcome: "npt.NDArray[np.float64]",
    charge: "npt.NDArray[np.float64]",
    weights: "npt.NDArray[np.float64]",
) -> float:
    """Penalised log likelihood."""
    at = design @ weights
    return float((outcome * at - np.logaddexp(0.0, at)).sum() - 0.5 * (charge * weights**2).sum())


def _logistic(at: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(at, -500, 500))))


def hits(score: "npt.NDArray[np.float64]", contributed: "npt.NDArray[np.bool_]", first: int) -> float:
    """Expected number of contributors among the first so many by score; those that tie at the edge count in part."""
    edge = np.sort(score)[::-1][min(first, len(score)) - 1]
    above, at = score > edge, score == edge
    share = (min(first, len(score)) - above.sum()) / at.sum()
    return float(contributed[above].sum() + share * contributed[at].sum())
