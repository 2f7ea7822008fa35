"""Laws: what a component says of a unit and month before anything is drawn.

A law is an array (n_units, n_months, POINTS) of deaths per month, each row ascending and its values equally likely: the
quantiles at (i + 1/2) / POINTS. Components hand on laws, the ensemble pools them, and only the result is drawn from, so
that no component adds chance of its own. Drawing is seeded by unit, as in `sampling`.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError
from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import blank, fill, rows_of, weighted
from forestall.panel.frame import FloatArray, Panel

Law = npt.NDArray[np.float32]

POINTS = 1000
OWN_MOST, RATIO_MOST = 3.3, 30.0
LEVELS: FloatArray = (np.arange(POINTS) + 0.5) / POINTS


def weighted_quantiles(values: FloatArray, weights: FloatArray, levels: FloatArray = LEVELS) -> FloatArray:
    """Quantiles of values with weights. values, weights: (k,), weights not negative, not all 0. Returns
    (len(levels),)."""
    return weighted(values, weights)(levels)


def end_of_tail(own: FloatArray, recent: FloatArray, records: FloatArray) -> FloatArray:
    """The most deaths held possible, (n,), whole numbers.

    Thirty times the highest recent figure and 50 deaths, but no more than the second highest record of any unit (the
    highest may stand alone), nor less than 3.3 times a unit's own highest.

    own: (n,) the highest figure that counts as a unit's own. recent: (n,) its highest recent one. records: (n,) the
    highest of each unit on record.
    """
    ordered = np.sort(records)
    second = ordered[-2] if ordered.size > 1 else ordered[-1]
    return np.asarray(np.ceil(np.maximum(OWN_MOST * own, np.minimum(RATIO_MOST * (recent + 50), second))))


def pool(laws: Sequence[Law], shares: Sequence[float] | FloatArray) -> Law:
    """The linear pool of laws: a mixture in which law k has that share.

    laws: arrays of one shape. shares: (k,) for all units, or (n_units, k); each adds up to 1. The result holds the
    quantiles of the mixture at LEVELS, so the tail of a law with a small share is kept as far as POINTS values can.
    Raises ShapeError if the parts do not fit.
    """
    each = np.broadcast_to(np.asarray(shares, dtype=np.float64), (laws[0].shape[0], len(laws)))
    if len({law.shape for law in laws}) != 1 or not np.allclose(each.sum(axis=1), 1) or np.any(each < 0):
        raise ShapeError("laws to pool must have one shape, and shares must not be negative and add up to 1")
    out = np.zeros_like(laws[0])
    for i in np.flatnonzero(np.max([law.max(axis=(1, 2)) for law in laws], axis=0) > 0):
        own = [k for k in range(len(laws)) if each[i, k] > 0]
        weights = np.repeat(each[i, own] / POINTS, POINTS)
        values = np.concatenate([laws[k][i] for k in own], axis=1)
        order = np.argsort(values, axis=1, kind="stable")
        below = np.cumsum(weights[order], axis=1)
        for month in range(values.shape[0]):
            place = np.searchsorted(below[month], LEVELS, side="left")
            out[i, month] = values[month, order[month, np.minimum(place, weights.size - 1)]]
    return out


def draw(
    panel: Panel, law: Law, *, months: Sequence[int], model: str, version: str, n_draws: int = 1000, seed: int = 0
) -> Forecast:
    """Draws from laws of a panel's units and those months; see `sampling` for how they are seeded.

    law: (n_units, len(months), POINTS). Raises UsageError on months that are not 1 to 36 months after the panel's
    as_of.
    """
    rows = rows_of(panel, months)
    draws = blank(panel, months, n_draws)
    step = np.arange(rows[-1] + 1)
    # The generator walks through all months from the first; those not asked for take the law of a month that was.
    standing = np.minimum(np.searchsorted(rows, step), rows.size - 1)
    for i, unit in enumerate(panel.units):
        if law[i].max() == 0:
            continue
        own = law[i][standing]

        def quantile(probability: FloatArray, own: Law = own) -> FloatArray:
            place = np.minimum((probability * POINTS).astype(np.int64), POINTS - 1)
            found: FloatArray = np.take_along_axis(own, place, axis=1).astype(np.float64)
            return found

        fill(draws[i], rows, unit=int(unit), model=model, seed=seed, quantile=quantile)
    return Forecast.of(panel, draws, months=months, model=model, version=version, seed=seed)
