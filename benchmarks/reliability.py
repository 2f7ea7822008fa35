"""How often 25 or more deaths followed, by the probability that the brief's model had given.

`python benchmarks/reliability.py` prints the table behind the open ends of probabilities in `brief.words`.
"""

from pathlib import Path

import numpy as np

from forestall.forecast import models
from forestall.ids.months import month_id
from forestall.panel.country_month import country_month, latest_month
from forestall.store import Workspace

EDGES = (0, 1e-9, 0.01, 0.03, 0.1, 0.33, 0.66, 0.9, 0.95, 0.99, 1.01)


def main() -> None:
    """Print the tables."""
    workspace = Workspace.open(Path("/nonexistent"))
    panel = country_month(workspace, as_of=latest_month(workspace))
    for name, first, last in (
        ("1995-2016", month_id(1995, 10), month_id(2016, 6)),
        ("2017-2025", month_id(2017, 1), 548),
    ):
        print(f"origins {name}: probability given, cases, mean probability, share that followed")
        for ahead in (1, 3, 6, 12):
            given: list[float] = []
            followed: list[bool] = []
            for origin in range(first, min(last, int(panel.months[-1]) - ahead) + 1, 2):
                seen = panel.cut(origin)
                drawn = models.get("ewma")(seen, months=[origin + ahead], n_draws=1000, seed=0)
                truth = panel.values[:, origin + ahead - int(panel.months[0])]
                known = ~np.isnan(truth)
                given.extend((drawn.draws[known, 0] >= 25).mean(axis=1))
                followed.extend(truth[known] >= 25)
            p, y = np.asarray(given), np.asarray(followed)
            where = np.digitize(p, EDGES) - 1
            print(f"  {ahead} months ahead")
            for k in range(len(EDGES) - 1):
                if (where == k).any():
                    here = where == k
                    print(f"    {EDGES[k]:.2f}-  {here.sum():6d}  {p[here].mean():.3f}  {y[here].mean():.3f}")


if __name__ == "__main__":
    main()
