"""Least squares with standard errors that allow for ties within a country, on panels of countries by periods.

Plain numpy. Within transformation and cluster-robust variance as in Wooldridge (2010), *Econometric Analysis of Cross
Section and Panel Data*, chapters 7 and 10; the small-sample factor is that of Cameron & Miller (2015),
doi:10.3368/jhr.50.2.317, section II.B.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from forestall.errors import ShapeError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEVEL = 0.95
_TOLERANCE = 1e-10
_SWEEPS = 1000


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients of one regression, in the order of the columns.

    coefficients, errors, low, high: (k,); errors are cluster-robust standard errors, low and high the ends of the 95 %
    interval by Student's t with one degree of freedom fewer than there are clusters. n: rows. clusters: countries.
    """

    coefficients: FloatArray
    errors: FloatArray
    low: FloatArray
    high: FloatArray
    n: int
    clusters: int


def least_squares(y: FloatArray, x: FloatArray, cluster: IntArray) -> Fit:
    """Ordinary least squares of y on the columns of x, with variance clustered by `cluster`.

    y: (n,). x: (n, k), with a column of ones if a constant is wanted. cluster: (n,) whole numbers. The variance is
    c (X'X)^-1 (sum over clusters of X_g' u_g u_g' X_g) (X'X)^-1 with c = G / (G - 1) (n - 1) / (n - k). Effects taken
    out beforehand by `within` are not counted in k if they lie inside clusters. Raises ShapeError if the parts do not
    fit, ValueError with fewer than two clusters, no more rows than columns, or columns that repeat each other.
    """
    n, k = x.shape
    if y.shape != (n,) or cluster.shape != (n,):
        raise ShapeError(f"y has shape {y.shape} and cluster {cluster.shape}, expected ({n},)")
    labels, group = np.unique(cluster, return_inverse=True)
    if labels.size < 2 or n <= k:
        raise ValueError(f"{n} rows in {labels.size} clusters for {k} columns: more of both are needed")
    gram = x.T @ x
    if np.linalg.matrix_rank(x) < k:
        raise ValueError("the columns repeat each other: a coefficient cannot be told from the others")
    bread = np.linalg.inv(gram)
    coefficients = bread @ (x.T @ y)
    scores = np.zeros((labels.size, k))
    np.add.at(scores, group, x * (y - x @ coefficients)[:, None])
    factor = labels.size / (labels.size - 1) * (n - 1) / (n - k)
    errors = np.sqrt(np.diag(factor * bread @ (scores.T @ scores) @ bread))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, labels.size - 1)) * errors
    return Fit(coefficients, errors, coefficients - reach, coefficients + reach, n, int(labels.size))


def within(values: FloatArray, *groups: IntArray) -> FloatArray:
    """The values less the mean of their group, for one grouping or for several at once (country and period).

    values: (n,) or (n, k). groups: (n,) each. Several groupings are swept in turn until nothing moves any more, which
    is the projection on what no sum of group effects can explain. Raises ValueError if it does not settle.
    """
    indices = [np.unique(group, return_inverse=True)[1] for group in groups]
    counts = [np.bincount(index) for index in indices]
    left = values.astype(np.float64).reshape(values.shape[0], -1).copy()
    scale = float(np.abs(left).max(initial=1.0))
    for _ in range(_SWEEPS if len(groups) > 1 else 1):
        before = left.copy()
        for index, count in zip(indices, counts, strict=True):
            for k in range(left.shape[1]):
                left[:, k] -= (np.bincount(index, weights=left[:, k]) / count)[index]
        if len(groups) < 2 or np.abs(left - before).max(initial=0.0) <= _TOLERANCE * scale:
            return left.reshape(values.shape)
    raise ValueError(f"the effects of {len(groups)} groupings did not settle in {_SWEEPS} sweeps")
