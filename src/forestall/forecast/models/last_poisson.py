"""As last month: a Poisson law whose rate is the last observed month."""

from collections.abc import Sequence

import numpy as np

from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import FloatArray, Quantile, blank, fill, rows_of
from forestall.panel.frame import Panel

NAME, VERSION = "last", "1"


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Poisson draws with the rate of the unit's last known month ("last historical Poisson" in the VIEWS challenge).

    A month that is not known is skipped for the one before it; a unit without any known month gets zero deaths.
    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    Source: Hegre et al. (2025), the 2023/24 VIEWS Prediction Challenge, Journal of Peace Research.
    """
    rows = rows_of(panel, months)
    draws = blank(panel, months, n_draws)
    known = ~np.isnan(panel.values)
    last = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    rate = np.where(known.any(axis=1), panel.values[np.arange(last.size), last], 0.0)
    for i in np.flatnonzero(rate > 0):
        fill(draws[i], rows, unit=int(panel.units[i]), model=NAME, seed=seed, quantile=poisson(float(rate[i])))
    return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)


def poisson(rate: float) -> Quantile:
    """The quantile function of the Poisson law with that rate (deaths per month, above 0)."""
    # beyond 12 standard deviations (plus 30 for small rates) the tail holds less than 1e-20
    width = 12 * np.sqrt(rate) + 30
    counts = np.arange(max(0, int(rate - width)), int(rate + width) + 1, dtype=np.float64)
    # p(k) / p(k - 1) = rate / k, so sums of logs give the law up to its constant
    logs = np.concatenate([[0.0], np.cumsum(np.log(rate) - np.log(counts[1:]))])
    below: FloatArray = np.cumsum(np.exp(logs - logs.max()))
    below /= below[-1]
    return lambda probability: counts[np.searchsorted(below[:-1], probability, side="right")]
