"""What the sites of UN missions would have reached in 2010-2020, beside 20 teams placed by forecasts.

    python -m benchmarks.un_sites [--cells FOLDER] [--first 2010] [--last 2020] [--area Africa] [--area world]

Scored cells of every origin are kept in --cells, as for `benchmarks.deployment`.
"""

import argparse
from pathlib import Path

import polars as pl

from forestall.forecast.cells import hurdle
from forestall.ids.months import month_id
from forestall.instruments.deployment.areas import area
from forestall.panel.land import land
from forestall.store import Workspace
from forestall.verify import deployment

MODELS = (deployment.LAST, hurdle.NAME)
SHOWN = (deployment.UN_ALL, deployment.UN_BEST, deployment.LAST, hurdle.NAME, deployment.PERFECT)


def main() -> None:
    """Print shares by year and their means, and what the same number of teams placed by a forecast reached more."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=Path, default=None)
    parser.add_argument("--first", type=int, default=2010)
    parser.add_argument("--last", type=int, default=2020)
    parser.add_argument("--area", action="append", default=None)
    parser.add_argument("--teams", type=int, default=20)
    parser.add_argument("--reach", type=float, default=200.0)
    given = parser.parse_args()
    workspace = Workspace.open()
    cells = deployment.past_forecasts(workspace, given.first, given.last, given.cells)
    cells = cells.filter(pl.col("model").is_in(MODELS))
    ground = land(workspace)
    for name in given.area or ("Africa", "world"):
        where = area(name, ground, month_id(deployment.LAST_OUTCOME, 12))
        inside, how = ground.pg_id[where.cells], {"teams": given.teams, "reach_km": given.reach}
        plans = deployment.hindcast(cells, inside, models=(deployment.LAST, hurdle.NAME), **how)
        stood = deployment.un_sites(cells, inside, **how)
        show(pl.concat([plans, stood], how="diagonal"), where.name)


def show(found: pl.DataFrame, name: str) -> None:
    """A table of one area: all deaths / deaths in cells quiet for three years, and how many cells have sites."""
    print(f"\n{name}\n| year | cells with sites | " + " | ".join(SHOWN) + " |")
    for year in found["year"].unique().sort():
        at = {row["model"]: row for row in found.filter(pl.col("year") == year).iter_rows(named=True)}
        text = " | ".join(f"{at[m]['share']:.3f} / {at[m]['share_quiet']:.3f}" for m in SHOWN)
        print(f"| {year} | {at[deployment.UN_ALL]['sites']} | {text} |")
    means = [found.filter(pl.col("model") == m).select(deployment.SHARES).mean().row(0) for m in SHOWN]
    print("| mean | | " + " | ".join(f"{one:.3f} / {quiet:.3f}" for one, quiet in means) + " |")
    for model in (deployment.LAST, hurdle.NAME):
        for share in deployment.SHARES:
            one = deployment.gain(found, model, deployment.UN_BEST, share)
            print(
                f"{model} less {deployment.UN_BEST}, {share}: {one.difference:+.3f} "
                f"[{one.interval[0]:+.3f}, {one.interval[1]:+.3f}], above in {one.better} of {one.years} years"
            )


if __name__ == "__main__":
    main()
