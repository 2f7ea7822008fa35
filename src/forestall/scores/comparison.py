"""Is one forecast better than another, or was it luck? Paired comparison of scores of the same cases."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError
from forestall.scores._blocks import FloatArray

# Counts of one batch of resamples: 4 million integers are 32 MB.
BATCH_COUNTS = 4_000_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean scores of two forecasts on the same cases, their difference, and how sure we are of it.

    difference: mean of score - reference, below 0 if the first is better (all our error scores are best when small).
    skill: 1 - mean / mean of the reference, the share of the reference's score that is saved; NaN if the reference is
    0. Intervals are (lower, upper) at `level`. better: share of the resamples in which the first came out better, ties
    half.
    """

    mean: float
    reference_mean: float
    difference: float
    difference_interval: tuple[float, float]
    skill: float
    skill_interval: tuple[float, float]
    better: float
    level: float
    blocks: int
    resamples: int


def compare(
    scores: npt.ArrayLike,
    reference: npt.ArrayLike,
    blocks: npt.ArrayLike | None = None,
    *,
    level: float = 0.9,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Paired block bootstrap of the difference of two forecasts' mean scores.

    Whole blocks are drawn with replacement, both forecasts' scores together, and the difference of the means is taken
    again each time; the interval holds the middle `level` of them. Cases of one block (all months of a country, all
    countries of a month) may hang together in any way; blocks should be independent of each other, and fewer than about
    20 give intervals that are too narrow.

    scores, reference: (n,), the same cases in the same order, lower is better. blocks: (n,) integers, cases with equal
    labels form a block; default: every case for itself. Same input and seed give the same result; the order of cases or
    the names of blocks change only which resamples are drawn.
    Raises ShapeError if the shapes don't match or there is no case, ValueError on a NaN, an infinite score, labels that
    are not integers, a level that is not between 0 and 1, or no resamples.
    Source: Kuensch (1989), doi:10.1214/aos/1176347265; blocks of unequal size: Field & Welsh (2007),
    doi:10.1111/j.1467-9868.2007.00593.x.
    """
    a, b = np.asarray(scores, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or a.size == 0:
        raise ShapeError(
            f"scores have shape {a.shape} and reference {b.shape}, expected both (n,) with at least one case"
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        row = int(np.flatnonzero(~(np.isfinite(a) & np.isfinite(b)))[0])
        raise ValueError(f"score is {a[row]} and reference {b[row]} in row {row}: compare finite scores only")
    labels = np.arange(a.size) if blocks is None else np.asarray(blocks)
    if labels.shape != a.shape:
        raise ShapeError(f"blocks have shape {labels.shape}, expected {a.shape}: one label for each case")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"blocks have type {labels.dtype}, expected integer labels")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, expected a probability between 0 and 1, for example 0.9")
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}, expected at least 1")
    _, block_of = np.unique(labels, return_inverse=True)
    size = np.bincount(block_of)
    sums = np.stack(
        [np.bincount(block_of, weights=a), np.bincount(block_of, weights=b), size.astype(np.float64)], axis=1
    )
    means = _resampled_means(sums, resamples, seed)
    differences = means[:, 0] - means[:, 1]
    mean, base = float(a.mean()), float(b.mean())
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = (float(q) for q in np.quantile(differences, tails))
    skill_low, skill_high = float("nan"), float("nan")
    if (means[:, 1] > 0).all():
        skill_low, skill_high = (float(q) for q in np.quantile(1 - means[:, 0] / means[:, 1], tails))
    return Comparison(
        mean=mean,
        reference_mean=base,
        difference=float((a - b).mean()),
        difference_interval=(low, high),
        skill=1 - mean / base if base != 0 else float("nan"),
        skill_interval=(skill_low, skill_high),
        better=float((differences < 0).mean() + (differences == 0).mean() / 2),
        level=level,
        blocks=int(size.size),
        resamples=resamples,
    )


def _resampled_means(sums: FloatArray, resamples: int, seed: int) -> FloatArray:
    """Means of both forecasts in each resample. sums: (blocks, 3): score, reference, cases. Returns (resamples, 2)."""
    rng = np.random.default_rng(seed)
    count = sums.shape[0]
    batch = max(1, BATCH_COUNTS // count)
    out = np.empty((resamples, 2))
    for start in range(0, resamples, batch):
        rows = min(batch, resamples - start)
        drawn = rng.integers(count, size=(rows, count))
        total = np.stack([column[drawn].sum(axis=1) for column in sums.T], axis=1)
        out[start : start + rows] = total[:, :2] / total[:, 2:]
    return out
