"""How violent a unit has been of late: exponentially weighted means of a panel, at every month of it.

Not known (NaN) drops out and the known months share its weight; where nothing is known yet the mean is 0, the rule for
states that did not exist, unless another is asked for.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def ewma(values: FloatArray, half_life: float, *, nothing: float = 0.0) -> FloatArray:
    """Weighted mean of all known months up to each one, the month k before with weight 0.5^(k / half_life).

    values: (n, t), NaN where not known. half_life: months. nothing: what stands where no month is known yet. Returns
    (n, t), in the unit of values.
    """
    fade = 0.5 ** (1 / half_life)
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    out = np.full_like(filled, nothing)
    total, weight = np.zeros(values.shape[0]), np.zeros(values.shape[0])
    for month in range(values.shape[1]):
        total = fade * total + filled[:, month]
        weight = fade * weight + known[:, month]
        np.divide(total, weight, out=out[:, month], where=weight > 0)
    return out


def months_since(values: FloatArray, at_least: float = 1.0, *, most: int = 120) -> FloatArray:
    """Months since a unit last had that many deaths, at every month: 0 in such a month, at most `most`.

    values: (n, t), NaN where not known (which counts as a month without). Returns (n, t).
    """
    hit = values >= at_least  # False for NaN
    out = np.empty(values.shape)
    since = np.full(values.shape[0], float(most))
    for month in range(values.shape[1]):
        since = np.where(hit[:, month], 0.0, np.minimum(since + 1, most))
        out[:, month] = since
    return out


def highest(values: FloatArray, months: int) -> FloatArray:
    """Highest of the last `months` months at every month; not known, and before the first month, counts as 0.

    values: (n, t), NaN where not known. Returns (n, t).
    """
    padded = np.pad(np.nan_to_num(values), ((0, 0), (months - 1, 0)))
    found: FloatArray = np.lib.stride_tricks.sliding_window_view(padded, months, axis=1).max(axis=2)
    return found


def shifted(values: FloatArray, months: int) -> FloatArray:
    """(n, t) the values that many months before, 0 before the first month."""
    out = np.zeros_like(values)
    if months < values.shape[1]:
        out[:, months:] = values[:, : values.shape[1] - months]
    return out


def volatility(values: FloatArray, half_life: float) -> FloatArray:
    """How much figures jump from month to month: root of half the weighted mean square change of log(deaths + 1).

    Unlike a standard deviation it does not take a steady climb for unrest; for months independent of each other the two
    agree. values: (n, t) deaths per month, NaN where not known. half_life: months. Returns (n, t), without NaN.
    """
    logs = np.log1p(values)
    change = np.diff(logs, axis=1, prepend=logs[:, :1])
    found: FloatArray = np.sqrt(ewma(change**2, half_life) / 2)
    return found
