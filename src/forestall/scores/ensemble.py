"""Scores of forecasts that are given as draws: each row of draws against what then happened.

Every function takes draws (n, m): n forecasts of m draws each, and observed (n,): the outcomes, in the same unit. A
forecast cube (units, months, draws) is passed as `draws.reshape(-1, n_draws)` with `observed.reshape(-1)`. Draws of any
numeric type are accepted; sums are made in float64. Results do not depend on the order of the draws, on the number of
threads, or on which rows are scored together.
"""

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError
from forestall.scores._blocks import FloatArray, checked, each_block, finite, sorted_parts

# Deaths per month: the bins of the VIEWS Prediction Challenge 2023/24 (Hegre et al. 2024, arXiv:2407.11045).
CHALLENGE_EDGES = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5, float("inf"))


def crps(
    draws: npt.ArrayLike, observed: npt.ArrayLike, *, assume_sorted: bool = False, workers: int | None = None
) -> FloatArray:
    """Continuous ranked probability score of each row's ensemble.

    CRPS = mean|x - y| - 1/2 mean|x - x'|, both means over all draws (equal weights, as the VIEWS challenge scores).
    With the draws sorted, the second term is sum (2i - m - 1) x_(i) / m^2, so the cost is O(m log m) and no m x m table
    is made.

    draws: (n, m), any order (ascending with assume_sorted, which is checked). observed: (n,). workers: threads, by
    default as many as there are cores. Returns (n,) in the unit of the draws; 0 is best. A forecast without spread
    scores |x - y|.
    Raises ShapeError if the rows don't match, ValueError on a NaN or an infinite value.
    Source: Gneiting & Raftery (2007), doi:10.1198/016214506000001437, eq. 21.
    """
    return _crps(draws, observed, assume_sorted=assume_sorted, workers=workers)


def fair_crps(
    draws: npt.ArrayLike, observed: npt.ArrayLike, *, assume_sorted: bool = False, workers: int | None = None
) -> FloatArray:
    """The CRPS that the distribution behind the draws would get, estimated without bias from m draws.

    mean|x - y| - sum|x_i - x_j| / (2 m (m - 1)). Use it to compare ensembles of different sizes; it can fall below 0.

    Shapes, unit and errors as in `crps`; at least two draws a row (ShapeError).
    Source: Ferro (2014), doi:10.1002/qj.2270; Zamo & Naveau (2018), doi:10.1007/s11004-017-9709-7.
    """
    return _crps(draws, observed, fair=True, assume_sorted=assume_sorted, workers=workers)


def twcrps(
    draws: npt.ArrayLike,
    observed: npt.ArrayLike,
    threshold: float,
    *,
    assume_sorted: bool = False,
    workers: int | None = None,
) -> FloatArray:
    """CRPS that counts only what happens at or above a threshold: how good is the forecast of the severe months?

    The integral of the squared distance of the two distribution functions over x >= t. It equals the CRPS of max(x, t)
    against max(y, t), and stays proper, which picking out the severe months afterwards would not be.

    threshold: t, in the unit of the draws. Shapes, unit and errors as in `crps`. t at or below all values gives `crps`.
    Source: Gneiting & Ranjan (2011), doi:10.1198/jbes.2010.08110; Allen, Ginsbourger & Ziegel (2023),
    doi:10.1137/22M1532184.
    """
    if not np.isfinite(threshold):
        raise ValueError(f"threshold is {threshold}, expected a finite number in the unit of the draws")
    return _crps(draws, observed, threshold=float(threshold), assume_sorted=assume_sorted, workers=workers)


def _crps(
    draws: npt.ArrayLike,
    observed: npt.ArrayLike,
    *,
    fair: bool = False,
    threshold: float | None = None,
    assume_sorted: bool = False,
    workers: int | None = None,
) -> FloatArray:
    x, y = checked(draws, observed)
    n, m = x.shape
    if fair and m < 2:
        raise ShapeError(f"draws have shape {x.shape}: the fair CRPS needs at least two draws a row")
    if threshold is not None:
        # Outcome and draws meet the very same threshold, also where float32 cannot hold it exactly.
        y = np.maximum(y, np.float32(threshold) if x.dtype == np.float32 else threshold)
    weights = np.arange(1 - m, m, 2, dtype=np.float64)
    pairs = m * (m - 1) if fair else m * m
    out = np.empty(n)

    def work(rows: slice) -> None:
        block, outcomes, scores = x[rows], y[rows], out[rows]
        if threshold is not None:
            finite(block.min(axis=1), rows.start)
            kind = np.float32 if x.dtype == np.float32 else np.float64
            block = np.maximum(block.astype(kind, copy=False), kind(threshold))
        for index, ordered in sorted_parts(block, rows.start, assume_sorted=assume_sorted):
            # Distances from the outcome: the spread does not mind the shift, and large figures lose no digits.
            away = ordered.astype(np.float64)
            away -= outcomes[index, None]
            if away.shape[1] == 1:
                scores[index] = np.abs(away[:, 0])
                continue
            spread = np.vecdot(away, weights) / pairs
            np.abs(away, out=away)
            score = away.sum(axis=1) / m - spread
            scores[index] = score if fair else np.maximum(score, 0.0)

    each_block(work, n, m, workers)
    return out


def ignorance(
    draws: npt.ArrayLike,
    observed: npt.ArrayLike,
    edges: npt.ArrayLike = CHALLENGE_EDGES,
    *,
    workers: int | None = None,
) -> FloatArray:
    """Ignorance score: the surprise, in bits, at the bin in which the outcome fell.

    IGN = -log2((draws in the outcome's bin + 1) / (m + bins)). The added one for each bin keeps a bin without draws
    from scoring infinity; so IGN lies between log2((m + bins) / (m + 1)) and log2(m + bins).

    draws: (n, m). observed: (n,). edges: (bins + 1,), ascending; bin k holds edges[k] <= x < edges[k + 1]. Returns
    (n,), in bits. Raises ShapeError if the rows don't match, ValueError on a NaN, on edges that do not ascend, or on a
    value outside the bins.
    Source: Roulston & Smith (2002), doi:10.1175/1520-0493(2002)130<1653:EPFUIT>2.0.CO;2; bins and added ones as in the
    VIEWS Prediction Challenge 2023/24, arXiv:2407.11045.
    """
    x, y = checked(draws, observed)
    n, m = x.shape
    bounds = np.asarray(edges, dtype=np.float64)
    if bounds.ndim != 1 or bounds.size < 2 or not (np.diff(bounds) > 0).all():
        raise ValueError(f"edges must be at least two ascending numbers, given {np.array2string(bounds, threshold=12)}")
    bins = bounds.size - 1
    bin_of = np.searchsorted(bounds, y, side="right") - 1
    outside = (bin_of < 0) | (bin_of >= bins)
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        raise ValueError(f"observed is {y[row]} in row {row}, outside the bins {bounds[0]}..{bounds[-1]}")
    lower, upper = bounds[bin_of], bounds[bin_of + 1]
    hits = np.empty(n, dtype=np.int64)

    def work(rows: slice) -> None:
        block = x[rows]
        low, high = block.min(axis=1), block.max(axis=1)
        finite(low, rows.start)
        finite(high, rows.start)
        if n and (low.min() < bounds[0] or high.max() >= bounds[-1]):
            raise ValueError(f"draws reach {low.min()}..{high.max()}, outside the bins {bounds[0]}..{bounds[-1]}")
        inside = (block >= lower[rows, None]) & (block < upper[rows, None])
        hits[rows] = np.count_nonzero(inside, axis=1)

    each_block(work, n, m, workers)
    bits: FloatArray = np.log2((m + bins) / (hits + 1.0))
    return bits


def quantiles(
    draws: npt.ArrayLike, probabilities: npt.ArrayLike, *, assume_sorted: bool = False, workers: int | None = None
) -> FloatArray:
    """Quantiles of each row of draws, by linear interpolation between neighbouring draws (NumPy's default, type 7).

    draws: (n, m). probabilities: (k,), each between 0 and 1. Returns (n, k) float64 in the unit of the draws.
    Raises ShapeError if draws are not (n, m), ValueError on a NaN or a probability outside 0..1.
    Source: Hyndman & Fan (1996), doi:10.1080/00031305.1996.10473566, definition 7.
    """
    x, _ = checked(draws)
    n, m = x.shape
    wanted = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    if wanted.ndim != 1 or not ((wanted >= 0) & (wanted <= 1)).all():
        raise ValueError(f"probabilities must lie between 0 and 1, given {wanted}")
    place = wanted * (m - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, m - 1)
    share = place - below
    out = np.empty((n, wanted.size))

    def work(rows: slice) -> None:
        part = out[rows]
        for index, ordered in sorted_parts(x[rows], rows.start, assume_sorted=assume_sorted):
            if ordered.shape[1] == 1:
                part[index] = ordered
                continue
            left, right = ordered[:, below].astype(np.float64), ordered[:, above].astype(np.float64)
            part[index] = left + (right - left) * share

    each_block(work, n, m, workers)
    return out


def central_interval(
    draws: npt.ArrayLike, level: float = 0.9, *, assume_sorted: bool = False, workers: int | None = None
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of the central interval that should hold the outcome with probability `level`.

    For level 0.9 the 5 % and 95 % quantiles of each row (see `quantiles`). draws: (n, m). Returns two (n,) arrays.
    Raises as `quantiles`, and ValueError on a level that is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, expected a probability between 0 and 1, for example 0.9")
    tail = (1 - level) / 2
    ends = quantiles(draws, (tail, 1 - tail), assume_sorted=assume_sorted, workers=workers)
    return ends[:, 0], ends[:, 1]


def interval_score(
    draws: npt.ArrayLike,
    observed: npt.ArrayLike,
    level: float = 0.9,
    *,
    assume_sorted: bool = False,
    workers: int | None = None,
) -> FloatArray:
    """Interval score of each row's central interval; its mean over rows is the challenge's MIS.

    IS = (u - l) + 2/alpha (l - y) if y < l, + 2/alpha (y - u) if y > u, with alpha = 1 - level and l, u the alpha/2 and
    1 - alpha/2 quantiles: the width, plus a fine for each unit by which the outcome lies outside (20 for level 0.9).

    draws: (n, m). observed: (n,). Returns (n,) in the unit of the draws; 0 is best.
    Raises ShapeError if the rows don't match, ValueError on a NaN or a level that is not between 0 and 1.
    Source: Gneiting & Raftery (2007), doi:10.1198/016214506000001437, eq. 43.
    """
    x, y = checked(draws, observed)
    lower, upper = central_interval(x, level, assume_sorted=assume_sorted, workers=workers)
    outside = np.maximum(lower - y, 0) + np.maximum(y - upper, 0)
    return (upper - lower) + 2 / (1 - level) * outside


def quantile_score(
    draws: npt.ArrayLike, observed: npt.ArrayLike, probability: float, *, workers: int | None = None
) -> FloatArray:
    """Quantile (pinball) score of one quantile of each row.

    QS = (1{y <= q} - p) (q - y), with q the p-quantile of the draws. At p = 0.99, falling short of the outcome costs 99
    times as much as overshooting it by the same amount.

    draws: (n, m). observed: (n,). probability: p, between 0 and 1. Returns (n,) in the unit of the draws; 0 is best.
    Raises ShapeError if the rows don't match, ValueError on a NaN or a probability outside 0..1.
    Source: Koenker & Bassett (1978), doi:10.2307/1913643; Gneiting (2011), doi:10.1016/j.ijforecast.2009.12.015.
    """
    x, y = checked(draws, observed)
    q = quantiles(x, probability, workers=workers)[:, 0]
    return ((y <= q) - float(probability)) * (q - y)


def coverage(
    draws: npt.ArrayLike, observed: npt.ArrayLike, level: float = 0.9, *, workers: int | None = None
) -> FloatArray:
    """Whether each outcome fell inside its central interval, ends included: 1.0 or 0.0; the mean is the coverage.

    Good is a mean near `level`. With counts it often lies above: an interval of 0..0 holds every quiet month.

    draws: (n, m). observed: (n,). Returns (n,). Raises ShapeError if the rows don't match, ValueError on a NaN or a
    level that is not between 0 and 1.
    Source: Gneiting, Balabdaoui & Raftery (2007), doi:10.1111/j.1467-9868.2007.00587.x.
    """
    x, y = checked(draws, observed)
    lower, upper = central_interval(x, level, workers=workers)
    return ((lower <= y) & (y <= upper)).astype(np.float64)


def width(draws: npt.ArrayLike, level: float = 0.9, *, workers: int | None = None) -> FloatArray:
    """Sharpness: the width of each row's central interval. Narrow is good only among forecasts that cover well.

    draws: (n, m). Returns (n,) in the unit of the draws. Raises as `central_interval`.
    Source: Gneiting, Balabdaoui & Raftery (2007), doi:10.1111/j.1467-9868.2007.00587.x.
    """
    lower, upper = central_interval(draws, level, workers=workers)
    return upper - lower
