"""Nobody dies: the floor of every comparison."""

from collections.abc import Sequence

from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import blank, rows_of
from forestall.panel.frame import Panel

NAME, VERSION = "zero", "1"


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Zero deaths in every unit, month and draw ("exactly zero" in the VIEWS challenge).

    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    """
    rows_of(panel, months)
    return Forecast.of(panel, blank(panel, months, n_draws), months=months, model=NAME, version=VERSION, seed=seed)
