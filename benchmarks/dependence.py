"""How far six- and twelve-month totals fall inside their 80 % interval, by how strongly months are tied together.

`python benchmarks/dependence.py [MODEL]` prints the table behind `forecast.dependence.CORRELATION`: origins before the
test windows, and once more from 2018 on, which the choice did not see. Origins are October and the April after it,
every second year, so that a model that learns is fitted once for two origins.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from forestall.forecast import models
from forestall.forecast.dependence import tie_months
from forestall.forecast.frame import Forecast
from forestall.ids.months import month_id
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace

ACTIVE = 25.0  # deaths in the six months before the forecast
AHEAD = 12
SPANS = {"1996-2016": range(1996, 2016, 2), "2018-2025": range(2018, 2025, 2)}


def origins(years: Sequence[int]) -> list[int]:
    """October of each year and the April after it, as month_id."""
    return [month_id(year, 10) + later for year in years for later in (0, 6)]


def forecaster(panel: Panel, model: str) -> Callable[[int], Forecast]:
    """The model's forecast of the twelve months after an origin, made once for each."""
    held: dict[int, Forecast] = {}

    def of(origin: int) -> Forecast:
        if origin not in held:
            months = range(origin + 1, origin + AHEAD + 1)
            held[origin] = models.get(model)(panel.cut(origin), months=months, n_draws=1000, seed=0)
        return held[origin]

    return of


def shares(
    panel: Panel, forecast: Callable[[int], Forecast], when: Sequence[int], correlation: float
) -> tuple[float, float, float, int]:
    """Share of six-month totals, twelve-month totals and world six-month totals inside their 80 % interval; origins."""
    inside: dict[int, list[bool]] = {6: [], 12: []}
    world = []
    for origin in when:
        tied = tie_months(forecast(origin), correlation=correlation).draws
        start = origin - int(panel.months[0]) + 1
        truth = np.nan_to_num(panel.values[:, start : start + AHEAD])[np.isin(panel.units, forecast(origin).units)]
        active = np.nansum(panel.cut(origin).values[:, -6:], axis=1) >= ACTIVE
        full = start + AHEAD <= panel.months.size
        for months, hits in inside.items():
            if months == AHEAD and not full:
                continue
            total = tied[active, :months].sum(axis=1, dtype=np.float64)
            low, high = np.quantile(total, [0.1, 0.9], axis=1)
            hits.extend((truth[active, :months].sum(axis=1) >= low) & (truth[active, :months].sum(axis=1) <= high))
        low, high = np.quantile(tied[:, :6].sum(axis=(0, 1), dtype=np.float64), [0.1, 0.9])
        world.append(low <= truth[:, :6].sum() <= high)
    return float(np.mean(inside[6])), float(np.mean(inside[12])), float(np.mean(world)), len(world)


def table(panel: Panel, forecast: Callable[[int], Forecast]) -> None:
    """Print the table."""
    for name, years in SPANS.items():
        print(f"origins {name}: share inside the 80 % interval, countries with {ACTIVE:.0f}+ deaths in six months")
        for correlation in (0.0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.9):
            six, twelve, world, n = shares(panel, forecast, origins(years), correlation)
            print(
                f"  {correlation:.1f}  six months {six:.3f}  twelve {twelve:.3f}  world, six months {world:.2f} of {n}",
                flush=True,
            )


def main() -> None:
    """Print the table of one model."""
    workspace = Workspace.open(Path("/nonexistent"))
    panel = country_month(workspace, as_of=latest_month(workspace))
    table(panel, forecaster(panel, sys.argv[1] if len(sys.argv) > 1 else models.DEFAULT))


if __name__ == "__main__":
    main()
