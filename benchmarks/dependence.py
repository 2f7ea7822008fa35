"""How far six- and twelve-month totals fall inside their 80 % interval, by how strongly months are tied together.

`python benchmarks/dependence.py` prints the table behind `forecast.dependence.CORRELATION`: origins every half-year
from mid-1995 to mid-2016, all before the test windows, and once more from 2018 on, which the choice did not see.
"""

from pathlib import Path

import numpy as np

from forestall.forecast import models
from forestall.forecast.dependence import tie_months
from forestall.ids.months import month_id
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace

ACTIVE = 25.0  # deaths in the six months before the forecast


def shares(panel: Panel, origins: range, correlation: float) -> tuple[float, float, float, int]:
    """Share of six-month totals, twelve-month totals and world six-month totals inside their 80 % interval; origins."""
    inside: dict[int, list[bool]] = {6: [], 12: []}
    world = []
    for origin in origins:
        seen = panel.cut(origin)
        drawn = models.get("ewma")(seen, months=range(origin + 1, origin + 13), n_draws=1000, seed=0)
        tied = tie_months(drawn, correlation=correlation).draws
        start = origin - int(panel.months[0]) + 1
        truth = np.nan_to_num(panel.values[:, start : start + 12])
        active = np.nansum(seen.values[:, -6:], axis=1) >= ACTIVE
        for months, hits in inside.items():
            total = tied[active, :months].sum(axis=1, dtype=np.float64)
            low, high = np.quantile(total, [0.1, 0.9], axis=1)
            hits.extend((truth[active, :months].sum(axis=1) >= low) & (truth[active, :months].sum(axis=1) <= high))
        low, high = np.quantile(tied[:, :6].sum(axis=(0, 1), dtype=np.float64), [0.1, 0.9])
        world.append(low <= truth[:, :6].sum() <= high)
    return float(np.mean(inside[6])), float(np.mean(inside[12])), float(np.mean(world)), len(world)


def main() -> None:
    """Print the table."""
    workspace = Workspace.open(Path("/nonexistent"))
    panel = country_month(workspace, as_of=latest_month(workspace))
    for name, origins in (
        ("1995-2016", range(month_id(1995, 6), month_id(2016, 12), 6)),
        ("2017-2025", range(month_id(2017, 10), month_id(2025, 2) + 1, 4)),
    ):
        print(f"origins {name}: share inside the 80 % interval, countries with {ACTIVE:.0f}+ deaths in six months")
        for correlation in (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
            six, twelve, world, n = shares(panel, origins, correlation)
            print(
                f"  {correlation:.1f}  six months {six:.3f}  twelve {twelve:.3f}  world, six months {world:.2f} of {n}"
            )


if __name__ == "__main__":
    main()
