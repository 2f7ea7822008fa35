"""Alerts on the embedded record: which hysteresis, at what cost, with how much flicker; and how alerts fared.

    python benchmarks/alerts.py [--miss-cost 10]

Choose on the columns "before 2018" only; 2018 and after is what the choice did not see.
"""

import argparse

import numpy as np

from forestall.forecast import models
from forestall.instruments import alerts
from forestall.instruments import record as records
from forestall.instruments.alert_events import EVENTS, HORIZON
from forestall.store import Workspace

RATIOS = (1.0, 0.8, 0.6, 0.5, 0.4, 0.25)
BEFORE = records.HONEST - HORIZON - 1


def hysteresis(held: dict[str, records.Grid], miss_cost: float) -> None:
    """Cost and changes a year of each rule, summed over the events."""
    print("clear ratio, months | changes a year, cost: before 2018 | the same: 2018 and after")
    for ratio in RATIOS:
        for months in (1, 2, 3):
            sums = np.zeros(4)
            for grid in held.values():
                at = records.choose(grid, miss_cost).raise_at
                rule = alerts.hysteresis(at, ratio=ratio, months=months)
                spans = [
                    records.record(grid, rule, miss_cost, last=BEFORE),
                    records.record(grid, rule, miss_cost, first=records.HONEST),
                ]
                sums += [v for one in spans if one for v in (one.changes_per_year, one.cost)]
            print(f"{ratio:4.2f}, {months} | {sums[0]:6.1f}, {sums[1]:6.1f} | {sums[2]:6.1f}, {sums[3]:6.1f}")


def fared(held: dict[str, records.Grid], miss_cost: float) -> None:
    """The record of each event under the rule in use."""
    for event in EVENTS:
        grid = held[event]
        threshold = records.choose(grid, miss_cost)
        rule = alerts.hysteresis(threshold.raise_at)
        print(
            f"\n{event}: raise at {threshold.raise_at:.3f} (Bayes {threshold.bayes:.3f}, saving {threshold.saving:.1%})"
        )
        for first, last in ((None, BEFORE), (records.HONEST, None)):
            r = records.record(grid, rule, miss_cost, first=first, last=last)
            if r is None:
                continue
            print(
                f"  {r.span}: raised {r.raised.n}, right {r.raised.share} [{r.raised.low95}, {r.raised.high95}]; "
                f"months {r.months.n}, right {r.months.share}; began {r.warned.n}, warned {r.warned.share} "
                f"[{r.warned.low95}, {r.warned.high95}], lead {r.lead_months}; false a year {r.false_alarms_per_year}; "
                f"changes a year {r.changes_per_year} (plain {r.changes_per_year_plain}); "
                f"cost {r.cost} (never {r.cost_never}, always {r.cost_always})"
            )


def main() -> None:
    """Print both tables for the default model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--miss-cost", type=float, default=alerts.MISS_COST)
    miss_cost = parser.parse_args().miss_cost
    model = models.DEFAULT
    held = records.grids(Workspace.open().table(records.TABLE), model, models.VERSIONS[model])
    hysteresis(held, miss_cost)
    fared(held, miss_cost)


if __name__ == "__main__":
    main()
