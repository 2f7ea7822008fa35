"""Own history with fading memory: recent months weigh more."""

from collections.abc import Sequence

import numpy as np

from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import from_own_history
from forestall.panel.frame import Panel

NAME, VERSION = "ewma", "1"
# Chosen by mean CRPS over the windows 1996-2017 of the challenge's series, all before the six official windows;
# docs/models/baselines.md holds the table.
WINDOW = 36
HALF_LIFE = 4.0


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from the unit's own last 36 months, the month k before the last one with weight 0.5^(k / 4).

    Months that are not known drop out and the others share their weight; with none known the unit gets zero deaths.
    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    """
    weights = 0.5 ** (np.arange(WINDOW) / HALF_LIFE)
    draws = from_own_history(panel, months, weights, n_draws=n_draws, seed=seed, model=NAME)
    return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)
