"""What 20 teams of 200 km would have reached in 2010-2020, placed each January by what was known.

    python -m benchmarks.deployment --cells FOLDER [--first 2010] [--last 2020] [--area Africa] [--write]

FOLDER: scored cells of every origin, from `python -m benchmarks.cells --out FOLDER`. Plans of the product are made from
the forecast reconciled with the country's (RECONCILED). A quiet weight counts the deaths expected in cells quiet for
three years so many times; 4 was chosen on plans for 1998 to 2009. Nothing was chosen on the years shown.
--write puts our model's shares and those of perfect foresight, for Africa and the world, into
src/forestall/instruments/deployment/hindcast.json, from which plans say their regret.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import polars as pl

from forestall.forecast.cells import hurdle
from forestall.ids.months import month_id
from forestall.instruments.deployment import hindcasts, quiet
from forestall.instruments.deployment.areas import area
from forestall.panel.land import land
from forestall.store import Workspace, files
from forestall.verify import cell_backtest, deployment

RECONCILED = cell_backtest.RECONCILED
WEIGHTS = (1.0, quiet.MEASURED)
FORECASTS = ("last", "kernel", hurdle.NAME, RECONCILED)
MODELS = (*FORECASTS, *(f"{name}, quiet x{quiet.MEASURED:g}" for name in FORECASTS[1:]))
AREAS = (hindcasts.REGION, hindcasts.WORLD)


def main() -> None:
    """Print shares by year, means, and gains with 90 % intervals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=Path, required=True)
    parser.add_argument("--first", type=int, default=2010)
    parser.add_argument("--last", type=int, default=2020)
    parser.add_argument("--area", action="append", default=None)
    parser.add_argument("--teams", type=int, default=20)
    parser.add_argument("--reach", type=float, default=200.0)
    parser.add_argument("--write", action="store_true", help="also write the figures that plans show")
    given = parser.parse_args()
    if given.write and given.area:
        parser.error("--write is for Africa and the world together: leave out --area")
    workspace = Workspace.open()
    cells = deployment.past_forecasts(workspace, given.first, given.last, given.cells)
    cells = cells.filter(pl.col("model").is_in(FORECASTS))
    counted = pl.col("expected") * pl.when("quiet").then(quiet.MEASURED).otherwise(1.0)
    weighted = cells.filter(pl.col("model") != "last").with_columns(
        model=pl.format("{}, quiet x{}", "model", pl.lit(f"{quiet.MEASURED:g}")), expected=counted.cast(pl.Float32)
    )
    cells = pl.concat([cells, weighted])
    ground = land(workspace)
    written: dict[str, Any] = {}
    for name in given.area or AREAS:
        where = area(name, ground, month_id(deployment.LAST_OUTCOME, 12))
        found = deployment.hindcast(
            cells, ground.pg_id[where.cells], models=MODELS, teams=given.teams, reach_km=given.reach
        )
        show(found, where.name)
        for weight in WEIGHTS:
            written.setdefault(f"{weight:g}", {})[name] = figures(found, weight)
    if given.write:
        document = {
            "about": "Shares of the deaths of a year within reach of teams placed at its start by what was known.",
            "command": "python -m benchmarks.deployment --write",
            "source": "our own hindcast, on the located events of UCDP GED held in the package (revised figures)",
            "model": f"{RECONCILED} {hurdle.VERSION}",
            "teams": given.teams,
            "reach_km": given.reach,
            "areas": written,
        }
        path = Path(hindcasts.__file__).parent / hindcasts.FILE
        files.write(path, (json.dumps(document, indent=1) + "\n").encode())
        print(f"\nwritten: {path}")


def figures(found: pl.DataFrame, weight: float) -> list[dict[str, Any]]:
    """What plans of a quiet weight show of one area: shares of our model and of perfect foresight by year."""
    ours = RECONCILED if weight == 1 else f"{RECONCILED}, quiet x{weight:g}"
    wide = found.pivot("model", index="year", values=list(deployment.SHARES)).sort("year")
    names = {
        "share": f"share_{ours}",
        "best": f"share_{deployment.PERFECT}",
        "share_quiet": f"share_quiet_{ours}",
        "best_quiet": f"share_quiet_{deployment.PERFECT}",
    }
    return wide.select("year", **{name: pl.col(column).round(4) for name, column in names.items()}).to_dicts()


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
    for ours in (RECONCILED, MODELS[-1]):
        for reference in ("last", "kernel", f"kernel, quiet x{quiet.MEASURED:g}", deployment.PERFECT):
            for share in deployment.SHARES:
                one = deployment.gain(found, ours, reference, share)
                print(
                    f"{ours} less {reference}, {share}: {one.difference:+.3f} "
                    f"[{one.interval[0]:+.3f}, {one.interval[1]:+.3f}], above in {one.better} of {one.years} years"
                )


if __name__ == "__main__":
    main()
