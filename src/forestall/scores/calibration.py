"""Calibration: do things happen as often as the forecast says?

Draws are (n, m), outcomes (n,) in the same unit; probabilities (n,) go with outcomes of 0 or 1.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError
from forestall.scores._blocks import FloatArray, IntArray, checked, each_block, finite
from forestall.scores.ensemble import quantiles
from forestall.scores.probability import bin_edges, bin_numbers, checked_pair


def pit(draws: npt.ArrayLike, observed: npt.ArrayLike, *, seed: int = 0, workers: int | None = None) -> FloatArray:
    """Randomised probability integral transform: where in its own forecast did each outcome fall, from 0 to 1?

    u = (draws below y + v (draws equal to y + 1)) / (m + 1), with v uniform on 0..1. The random share spreads an
    outcome over its ties, as counts need it; the added one gives the outcome its own place among the draws, so that u
    is exactly uniform when outcome and draws come from the same distribution, whatever m. If the values of u crowd at 1
    the outcomes were higher than forecast; if they crowd at both ends the forecasts were too narrow.

    draws: (n, m). observed: (n,). seed: of the random shares. Returns (n,).
    Raises ShapeError if the rows don't match, ValueError on a NaN or an infinite value.
    Source: Czado, Gneiting & Held (2009), doi:10.1111/j.1541-0420.2009.01191.x; ranks: Hamill (2001),
    doi:10.1175/1520-0493(2001)129<0550:IORHFV>2.0.CO;2.
    """
    lower, upper = _pit_span(draws, observed, workers)
    share = np.random.default_rng(seed).random(lower.size)
    return lower + share * (upper - lower)


def pit_histogram(
    draws: npt.ArrayLike, observed: npt.ArrayLike, bins: int = 10, *, workers: int | None = None
) -> FloatArray:
    """Share of the outcomes in each of equal PIT bins, without chance: each outcome is spread evenly over its span.

    The mean of the conditional distribution of `pit`, so it needs no seed and has no noise of its own. A calibrated
    forecast gives about 1/bins everywhere; a U shape means too narrow, a hump too wide, a slope too high or too low.

    draws: (n, m). observed: (n,). Returns (bins,), adding up to 1 (all zero if n is 0). Raises as `pit`.
    Source: Czado, Gneiting & Held (2009), doi:10.1111/j.1541-0420.2009.01191.x, eq. 2 and 3.
    """
    edges = bin_edges(bins)
    lower, upper = _pit_span(draws, observed, workers)
    if lower.size == 0:
        return np.zeros(bins)
    below = np.array([np.clip((edge - lower) / (upper - lower), 0, 1).mean() for edge in edges])
    shares: FloatArray = np.diff(below)
    return shares


def _pit_span(draws: npt.ArrayLike, observed: npt.ArrayLike, workers: int | None) -> tuple[FloatArray, FloatArray]:
    """Both ends of the span over which each outcome's PIT value is spread; upper - lower >= 1 / (m + 1)."""
    x, y = checked(draws, observed)
    n, m = x.shape
    lower, upper = np.empty(n), np.empty(n)

    def work(rows: slice) -> None:
        block, outcome = x[rows], y[rows, None]
        finite(block.min(axis=1), rows.start)
        finite(block.max(axis=1), rows.start)
        lower[rows] = np.count_nonzero(block < outcome, axis=1) / (m + 1)
        upper[rows] = (np.count_nonzero(block <= outcome, axis=1) + 1) / (m + 1)

    each_block(work, n, m, workers)
    return lower, upper


@dataclass(frozen=True, slots=True, eq=False)
class CoverageTable:
    """Nominal and observed coverage of central intervals, one entry a level.

    levels: nominal. covered: observed share. lower, upper: Wilson interval of that share. width: mean width, in the
    unit of the draws. n: number of outcomes.
    """

    levels: FloatArray
    covered: FloatArray
    lower: FloatArray
    upper: FloatArray
    width: FloatArray
    n: int


def coverage_table(
    draws: npt.ArrayLike,
    observed: npt.ArrayLike,
    levels: npt.ArrayLike = (0.5, 0.8, 0.9, 0.95),
    *,
    confidence: float = 0.95,
    workers: int | None = None,
) -> CoverageTable:
    """How often central intervals of several levels held the outcome, and how wide they were: one sort for all levels.

    draws: (n, m), n >= 1. observed: (n,). levels: (k,), each between 0 and 1. confidence: of the Wilson intervals,
    which take outcomes as independent; where neighbours or months hang together they are too narrow. Raises ShapeError
    if the rows don't match or are none, ValueError on a NaN or a level that is not between 0 and 1. Source: Gneiting,
    Balabdaoui & Raftery (2007), doi:10.1111/j.1467-9868.2007.00587.x.
    """
    x, y = checked(draws, observed)
    nominal = np.atleast_1d(np.asarray(levels, dtype=np.float64))
    if nominal.ndim != 1 or not ((nominal > 0) & (nominal < 1)).all():
        raise ValueError(f"levels must lie between 0 and 1, given {nominal}")
    if y.size == 0:
        raise ShapeError("draws are empty: coverage needs at least one outcome")
    tails = (1 - nominal) / 2
    ends = quantiles(x, np.concatenate([tails, 1 - tails]), workers=workers)
    low, high = ends[:, : nominal.size], ends[:, nominal.size :]
    inside = np.count_nonzero((low <= y[:, None]) & (y[:, None] <= high), axis=0)
    lower, upper = wilson(inside, np.full(nominal.size, y.size), confidence)
    return CoverageTable(nominal, inside / y.size, lower, upper, (high - low).mean(axis=0), int(y.size))


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityCurve:
    """Stated probability against what then happened, one entry a bin of stated probability.

    edges: (bins + 1,). n: cases in each bin. stated: mean probability. happened: share in which it happened. lower,
    upper: Wilson interval of that share. A bin without cases has NaN (not known) and the interval 0..1.
    """

    edges: FloatArray
    n: IntArray
    stated: FloatArray
    happened: FloatArray
    lower: FloatArray
    upper: FloatArray


def reliability_curve(
    probabilities: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    bins: int | npt.ArrayLike = 10,
    *,
    confidence: float = 0.95,
) -> ReliabilityCurve:
    """Of the cases that were given about p, in what share did it happen? Good is a curve along the diagonal.

    probabilities, outcomes: (n,). bins: a number of equal bins, or ascending edges from 0 to 1 (finer near 0 for rare
    events). confidence: of the Wilson intervals, which take cases as independent.
    Raises as `forestall.scores.probability.brier`, ValueError on edges that do not ascend from 0 to 1.
    Source: Broecker & Smith (2007), doi:10.1175/WAF993.1.
    """
    p, o = checked_pair(probabilities, outcomes)
    edges = bin_edges(bins)
    bin_of = bin_numbers(p, edges)
    n = np.bincount(bin_of, minlength=edges.size - 1)
    happened = np.bincount(bin_of, weights=o, minlength=edges.size - 1)
    stated = np.bincount(bin_of, weights=p, minlength=edges.size - 1)
    lower, upper = wilson(happened, n, confidence)
    with np.errstate(invalid="ignore"):
        return ReliabilityCurve(edges, n, stated / n, happened / n, lower, upper)


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Wilson interval of a share: (s + z^2/2 -+ z sqrt(s (t - s) / t + z^2/4)) / (t + z^2). No trials give 0..1.

    Unlike the plain s/t -+ z sqrt(...), it stays inside 0..1 and is honest at 0 or t successes. successes, trials: same
    shape. Returns lower and upper. Raises ShapeError if the shapes differ, ValueError if successes are not within
    0..trials or confidence is not between 0 and 1. Source: Wilson (1927), doi:10.1080/01621459.1927.10502953.
    """
    s, t = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if s.shape != t.shape:
        raise ShapeError(f"successes have shape {s.shape} and trials {t.shape}, expected the same")
    if not ((s >= 0) & (s <= t)).all():
        raise ValueError("successes must be at least 0 and at most the trials")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a probability between 0 and 1, for example 0.95")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = s + z * z / 2
    reach = z * np.sqrt(s * (t - s) / np.maximum(t, 1) + z * z / 4)
    total = t + z * z
    return np.clip((middle - reach) / total, 0, 1), np.clip((middle + reach) / total, 0, 1)
