"""Weights of a linear pool, by the scores it had on earlier origins.

The CRPS of a mixture is a quadratic form in its weights and the log score is concave in them, so the best weights
follow without drawing again: only distances between the components and the chances each gave to what happened are kept.
Source: Hall & Mitchell (2007), doi:10.1016/j.ijforecast.2006.12.002; Gneiting & Raftery (2007),
doi:10.1198/016214506000001437.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from forestall.forecast.laws import POINTS, Law
from forestall.panel.frame import FloatArray

IGNORANCE_EDGES = np.array([0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5])
"""Between the eleven bins of the VIEWS challenge; Hegre et al. (2024), arXiv:2407.11045."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What stacking needs of one origin. error: (k,) mean |x - y| of each component. distance: (k, k) mean |x - x'|
    between components. chance: (cells, k) the share of each component in the bin of what happened. crps, ign: of the
    reference, to which scores are put in relation.
    """

    error: FloatArray
    distance: FloatArray
    chance: FloatArray
    crps: float
    ign: float


def score(components: Sequence[Law], observed: FloatArray, *, crps: float, ign: float) -> Scored:
    """Distances and chances of components at one origin. observed: (n_units, n_months), NaN where not known.

    crps, ign: mean scores of the reference on the same cells.
    """
    known = ~np.isnan(observed)
    outcome = observed[known]
    parts = [law[known].astype(np.float64) for law in components]
    k = len(parts)
    distance = np.zeros((k, k))
    for i in range(k):
        distance[i, i] = _within(parts[i])
    for i in range(k):
        for j in range(i):
            both = np.sort(np.concatenate([parts[i], parts[j]], axis=1), axis=1)
            # half and half: its inner distance is a quarter of each own and half of the one between
            between = 2 * (_within(both) - (distance[i, i] + distance[j, j]) / 4)
            distance[i, j] = distance[j, i] = between
    mine = np.digitize(outcome, IGNORANCE_EDGES)
    chance = np.stack([(np.digitize(part, IGNORANCE_EDGES) == mine[:, None]).mean(axis=1) for part in parts], axis=1)
    error = np.array([np.abs(part - outcome[:, None]).mean() for part in parts])
    return Scored(error, distance, chance, crps, ign)


def _within(ordered: FloatArray) -> float:
    """Mean |x - x'| of rows of ascending draws, mean over rows."""
    m = ordered.shape[1]
    factor = 2 * np.arange(1, m + 1) - m - 1
    return float(2 * (ordered @ factor).mean() / m**2)


def loss(weights: FloatArray, origins: Sequence[Scored]) -> float:
    """Mean over origins of CRPS and ignorance, each as a share of the reference's: 1 is as good as the reference."""
    bins = IGNORANCE_EDGES.size + 1
    parts = []
    for one in origins:
        crps = weights @ one.error - weights @ one.distance @ weights / 2
        ign = -np.log2((one.chance @ weights * POINTS + 1) / (POINTS + bins)).mean()
        parts.append((crps / one.crps + ign / one.ign) / 2)
    return float(np.mean(parts))


def best(origins: Sequence[Scored], *, shrinkage: float) -> FloatArray:
    """Weights (k,) of least loss plus shrinkage * k * sum of (weight - 1 / k)^2, none negative, together 1.

    shrinkage: 0 follows the record alone, large values give equal weights.
    """
    k = origins[0].error.size
    equal = np.full(k, 1 / k)
    found = minimize(
        lambda w: loss(w, origins) + shrinkage * k * float(((w - equal) ** 2).sum()),
        equal,
        bounds=[(0, 1)] * k,
        constraints=[{"type": "eq", "fun": lambda w: w.sum() - 1}],
        method="SLSQP",
    )
    weights = np.clip(np.asarray(found.x, dtype=np.float64), 0, None)
    return np.asarray(weights / weights.sum())
