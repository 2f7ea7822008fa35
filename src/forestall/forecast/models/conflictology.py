"""Conflictology: the next months will look like one of the unit's own last twelve."""

from collections.abc import Sequence

import numpy as np

from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import from_own_history
from forestall.panel.frame import Panel

NAME, VERSION = "conflictology_12", "1"
WINDOW = 12


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws with equal weight from the unit's own last 12 months ("conflictology country12" in the VIEWS challenge).

    With 1,000 draws each of the 12 values stands 83 or 84 times. Months that are not known drop out; with none
    known the unit gets zero deaths. Raises UsageError on months that are not 1 to 36 months after the panel's
    as_of. Source: Hegre et al. (2025), the 2023/24 VIEWS Prediction Challenge, Journal of Peace Research.
    """
    draws = from_own_history(panel, months, np.ones(WINDOW), n_draws=n_draws, seed=seed, model=NAME)
    return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)
