"""What 20 teams of 200 km would have reached in 2010-2020, placed each January by what was known.

    python -m benchmarks.deployment [--cells FOLDER] [--first 2010] [--last 2020] [--area Africa] [--area world]

Scored cells of every origin are kept in --cells (those that `python -m benchmarks.cells` writes will do); without them
each year takes 20 s. Nothing was chosen on these years.
"""

import argparse
from pathlib import Path

import polars as pl

from forestall.forecast.cells import hurdle
from forestall.forecast.cells.features import Past
from forestall.ids.months import month_id
from forestall.instruments.deployment.areas import area
from forestall.panel.cells import cell_panel
from forestall.panel.land import land
from forestall.store import Workspace
from forestall.verify import cell_backtest, deployment

MODELS = ("last", "kernel", hurdle.NAME)
LAST_OUTCOME = 2021


def main() -> None:
    """Print shares by year, means, and gains with 90 % intervals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=Path, default=None)
    parser.add_argument("--first", type=int, default=2010)
    parser.add_argument("--last", type=int, default=2020)
    parser.add_argument("--area", action="append", default=None)
    parser.add_argument("--teams", type=int, default=20)
    parser.add_argument("--reach", type=float, default=200.0)
    given = parser.parse_args()
    workspace = Workspace.open()
    panel = cell_panel(workspace, as_of=month_id(LAST_OUTCOME, 12), step="year", target="deaths_total")
    origins = {year - 1: (1,) for year in range(given.first, given.last + 1)}
    cells = cell_backtest.backtest(Past(panel), origins, folder=given.cells)
    columns = ("model", "origin", "ahead", "pg_id", "quiet", "observed", "expected")
    cells = cells.select(columns).filter(pl.col("model").is_in(MODELS))
    ground = land(workspace)
    for name in given.area or ("Africa", "world"):
        where = area(name, ground, month_id(LAST_OUTCOME, 12))
        found = deployment.hindcast(
            cells, ground.pg_id[where.cells], models=MODELS, teams=given.teams, reach_km=given.reach
        )
        show(found, where.name)


def show(found: pl.DataFrame, name: str) -> None:
    """Tables of one area: all deaths / deaths in cells quiet for three years."""
    names = (*MODELS, deployment.PERFECT)
    print(
        f"\n{name}: share of all deaths / of deaths in cells quiet for three years\n| year | "
        + " | ".join(names)
        + " |"
    )
    for year in found["year"].unique().sort():
        at = {row["model"]: row for row in found.filter(pl.col("year") == year).iter_rows(named=True)}
        print(f"| {year} | " + " | ".join(f"{at[m]['share']:.3f} / {at[m]['share_quiet']:.3f}" for m in names) + " |")
    means = {m: found.filter(pl.col("model") == m).select(deployment.SHARES).mean().row(0) for m in names}
    print("| mean | " + " | ".join(f"{means[m][0]:.3f} / {means[m][1]:.3f}" for m in names) + " |")
    for reference in (*MODELS[:-1], deployment.PERFECT):
        for share in deployment.SHARES:
            one = deployment.gain(found, hurdle.NAME, reference, share)
            print(
                f"{hurdle.NAME} less {reference}, {share}: {one.difference:+.3f} "
                f"[{one.interval[0]:+.3f}, {one.interval[1]:+.3f}], above in {one.better} of {one.years} years"
            )


if __name__ == "__main__":
    main()
