"""How often 25 or more deaths followed, by the probability that the brief's model had given.

`python benchmarks/reliability.py [MODEL]` prints the tables behind the open ends of probabilities in `brief.words`: for
one month, and for the six months of the outlook together. Origins are those of `benchmarks/dependence.py`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dependence import SPANS, forecaster, origins
from forestall.forecast import models
from forestall.forecast.dependence import tie_months
from forestall.forecast.frame import Forecast
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import FloatArray, Panel
from forestall.store import Workspace

EDGES = (0, 1e-9, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.33, 0.66, 0.9, 0.95, 0.99, 1.01)
REACH = 25


def table(panel: Panel, forecast: Callable[[int], Forecast]) -> None:
    """Print the tables."""
    for name, years in SPANS.items():
        print(f"origins {name}: probability given, cases, mean probability, share that followed")
        given: dict[str, list[float]] = {}
        followed: dict[str, list[bool]] = {}
        for origin in origins(years):
            drawn = forecast(origin)
            start = origin - int(panel.months[0]) + 1
            truth = panel.values[:, start : start + 12][np.isin(panel.units, drawn.units)]
            draws = {f"{k} months ahead": (drawn.draws[:, k - 1], truth[:, k - 1 : k]) for k in (1, 3, 6, 12)}
            draws["six months together"] = (tie_months(drawn).draws[:, :6].sum(axis=1), truth[:, :6])
            for label, (values, seen) in draws.items():
                if not seen.shape[1]:
                    continue
                known = ~np.isnan(seen).any(axis=1)
                given.setdefault(label, []).extend((values[known] >= REACH).mean(axis=1))
                followed.setdefault(label, []).extend(seen[known].sum(axis=1) >= REACH)
        for label, chances in given.items():
            print(f"  {label}")
            _print(np.asarray(chances), np.asarray(followed[label], dtype=np.float64))


def _print(p: FloatArray, y: FloatArray) -> None:
    where = np.digitize(p, EDGES) - 1
    for k in range(len(EDGES) - 1):
        if (here := where == k).any():
            print(f"    {EDGES[k]:.3f}-  {here.sum():6d}  {p[here].mean():.3f}  {y[here].mean():.3f}", flush=True)


def main() -> None:
    """Print the tables of one model."""
    workspace = Workspace.open(Path("/nonexistent"))
    panel = country_month(workspace, as_of=latest_month(workspace))
    table(panel, forecaster(panel, sys.argv[1] if len(sys.argv) > 1 else models.DEFAULT))


if __name__ == "__main__":
    main()
