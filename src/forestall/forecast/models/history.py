"""Own history, blurred: recent months weigh more, and none comes back exactly as it was."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from forestall.forecast import laws
from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import rows_of
from forestall.panel.frame import FloatArray, Panel

NAME, VERSION = "history", "1"
# Chosen on the challenge's series, origins whose outcomes end before 2018; docs/models/history.md holds the table.
WINDOW = 48
NOISE_POINTS = 25


def half_life(step: int) -> float:
    """Months back after which a month weighs half, for a forecast that many months ahead: 2.7 for the next, 9.7 at
    36."""
    return 2.5 + 0.2 * step


def noise(step: int) -> float:
    """Standard deviation of the log factor on a past month: 0.41 for the next month, 0.58 at 36."""
    return 0.4 + 0.005 * step


def law(panel: Panel, months: Sequence[int]) -> laws.Law:
    """Laws from each unit's own last 48 months, (n_units, n_months, POINTS), whole deaths per month.

    The month k before the last one has weight 0.5^(k / half_life), and its figure is multiplied by exp(noise * z), z
    standard normal: 25 evenly spread values of z, the outermost at 2.05, so that the tail is bounded by 3.3 times the
    highest of the 48 months. Months that are not known drop out; with none known, or no deaths, the law is zero.
    """
    steps = rows_of(panel, months) + 1
    history = panel.values[:, ::-1][:, :WINDOW]
    known = ~np.isnan(history)
    out = np.zeros((panel.units.size, steps.size, laws.POINTS), dtype=np.float32)
    for i in np.flatnonzero(np.any(known & (history > 0), axis=1)):
        back = np.flatnonzero(known[i])
        for j, step in enumerate(steps.tolist()):
            factor = _factors(noise(step))
            values = np.round(history[i, back][:, None] * factor)
            weights = np.repeat(0.5 ** (back / half_life(step)), factor.size)
            out[i, j] = laws.weighted_quantiles(values.ravel(), weights)
    return out


@cache
def _factors(spread: float) -> FloatArray:
    from scipy.special import ndtri

    factors: FloatArray = np.exp(spread * ndtri((np.arange(NOISE_POINTS) + 0.5) / NOISE_POINTS))
    factors.setflags(write=False)
    return factors


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from the blurred own history; see `law`.

    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    """
    return laws.draw(panel, law(panel, months), months=months, model=NAME, version=VERSION, n_draws=n_draws, seed=seed)
