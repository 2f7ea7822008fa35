"""The pooled bootstrap: every unit may see any month that any unit saw in the last twenty years."""

from collections.abc import Sequence

import numpy as np

from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import blank, fill, rows_of, weighted
from forestall.panel.frame import Panel

NAME, VERSION = "bootstrap_240", "1"
WINDOW = 240


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws with equal weight from all known unit-months of the panel's last 240 months, the same law for every unit.

    This is "boot 240" of the VIEWS challenge as its script defines it (prio-data/prediction_competition_2023). The
    draws published for 2018 to 2021 are something else: a resample of the very year to be forecast, which no model
    here may see (docs/methods/backtest.md). With nothing known at all, every unit gets zero deaths.
    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    """
    rows = rows_of(panel, months)
    draws = blank(panel, months, n_draws)
    recent = panel.values[:, -WINDOW:]
    pool = recent[~np.isnan(recent)]
    if np.any(pool > 0):
        quantile = weighted(*_counted(pool))
        for i, unit in enumerate(panel.units):
            fill(draws[i], rows, unit=int(unit), model=NAME, seed=seed, quantile=quantile)
    return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)


def _counted(pool: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pool's distinct values and how often each stands there: some hundreds of values instead of 46,000."""
    values, counts = np.unique(pool, return_counts=True)
    return values, counts.astype(np.float64)
