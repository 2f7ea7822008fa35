"""Are spread deaths nearer the truth than piled ones? Known places, reported as if only province or country were known.

    python benchmarks/spread.py [--shared ../shared/data]

Events up to 2017 with a known place and province (UCDP files that have where_prec). Of three in ten province-years (or
country-years) a fifth of the events is taken out, put on the point of its province (country), and spread again beside
the events left. "in the right cell" is the share of deaths that lie where they truly were. All choices of
`panel/spread.py` were made on these years.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from tools.embed.country_year import EVENT_FILES
from tools.embed.inputs import Inputs, integer
from tools.embed.precision import SYRIA

from forestall.ids.cells import area_km2, cell_of, distance_km
from forestall.panel import spread as module
from forestall.panel.land import Land, land
from forestall.store import Workspace

LAST_YEAR = 2017
COLUMNS = ("country_id", "adm_1", "where_prec", "latitude", "longitude", "date_end", "best")


def placed(inputs: Inputs) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events with a place, and the point of each province: gw_id, adm_1, lat, lon and year, pg_id, deaths."""
    frames = [inputs.csv(name, COLUMNS) for name in EVENT_FILES]
    frames.append(inputs.rda(SYRIA, COLUMNS).with_columns(pl.col("date_end", "adm_1").cast(pl.String)))
    found = pl.concat(
        frame.select(
            integer("country_id").cast(pl.Int32).alias("gw_id"),
            "adm_1",
            integer("where_prec"),
            pl.col("latitude").cast(pl.Float64).alias("lat"),
            pl.col("longitude").cast(pl.Float64).alias("lon"),
            pl.col("date_end").str.slice(0, 4).cast(pl.Int32).alias("period"),
            integer("best").alias("deaths"),
        )
        for frame in frames
    ).filter(pl.col("adm_1").is_not_null(), ~pl.col("adm_1").is_in(["", "NaN"]))
    found = found.with_columns(pl.Series("pg_id", cell_of(found["lat"], found["lon"])))
    points = found.filter(pl.col("where_prec") == 4).group_by("gw_id", "adm_1").agg(pl.col("lat", "lon").median())
    return found.filter(pl.col("where_prec") <= 3), points.sort("gw_id", "adm_1")


def radius(events: pl.DataFrame, points: pl.DataFrame, ground: Land) -> str:
    """The power law of the distance within which nine in ten places of a province lie."""
    places = events.unique(["gw_id", "adm_1", "lat", "lon"], maintain_order=True)
    both = places.join(points, on=["gw_id", "adm_1"], suffix="_p").sort("gw_id", "adm_1", "lat", "lon")
    far = distance_km(both["lat"], both["lon"], both["lat_p"], both["lon_p"])
    km2 = area_km2(ground.pg_id)
    area = {int(gw): float(km2[ground.gw_id == gw].sum()) for gw in np.unique(ground.gw_id)}
    by = both.with_columns(pl.Series("far", far)).group_by("gw_id", maintain_order=True)
    fit = by.agg(pl.len(), pl.col("adm_1").n_unique().alias("n"), pl.col("far").quantile(0.9))
    fit = fit.filter(pl.col("len") >= 10, pl.col("n") >= 2)
    x = np.log([area[gw] for gw in fit["gw_id"]])
    slope, constant = np.polyfit(x, np.log(fit["far"].to_numpy()), 1, w=np.sqrt(fit["n"].to_numpy()))
    return f"radius: {np.exp(constant):.3f} A^{slope:.4f} km ({both.height:,} places)"


def trial(events: pl.DataFrame, ground: Land, level: str, seed: int) -> tuple[float, float, float, int, int]:
    """Deaths in the right cell, spread and piled; deaths in all; cells touched and truly touched."""
    rng = np.random.default_rng(seed)
    unit = ["gw_id", "period"] + (["adm_1"] if level == "province" else [])
    units = events.select(unit).unique(maintain_order=True).sort(unit)
    held = events.join(units.with_columns(pl.Series("held", rng.random(units.height) < 0.3)), on=unit)
    out = pl.Series("out", held["held"].to_numpy() & (rng.random(held.height) < 0.2))
    held = held.sort("gw_id", "period", "adm_1", "pg_id", "deaths").with_columns(out)
    rest, truth = held.filter(~pl.col("out")), held.filter("out")
    if level == "country":
        middle = truth.group_by("gw_id").agg(pl.col("lat", "lon").mean())
        truth = truth.drop("lat_p", "lon_p").join(middle.rename({"lat": "lat_p", "lon": "lon_p"}), on="gw_id")
    at = pl.Series("at", cell_of(truth["lat_p"], truth["lon_p"]))
    counted = [
        rest.select("pg_id", "period", "gw_id", "deaths", pl.lit("place").alias("precision")),
        truth.select(at.alias("pg_id"), "period", "gw_id", "deaths", pl.lit(level).alias("precision")),
    ]
    rows = pl.concat(counted).with_columns(pl.lit(1, pl.Int8).alias("type_of_violence"))
    keys = ["pg_id", "period", "type_of_violence", "gw_id", "precision"]
    rows = rows.group_by(keys).agg(pl.col("deaths").sum(), pl.len().cast(pl.Int64).alias("events"))

    def table(frame: pl.DataFrame) -> np.ndarray:
        sums = np.zeros((ground.pg_id.size, LAST_YEAR - 1988))
        at_cell = frame["position"].to_numpy() if "position" in frame.columns else ground.position(frame["pg_id"])
        on = at_cell >= 0
        np.add.at(sums, (at_cell[on], frame["period"].to_numpy()[on] - 1989), frame["deaths"].to_numpy()[on])
        return sums

    true = table(truth)
    alone = table(module.spread(rows.filter(pl.col("precision") == "place"), ground, step="year").frame)
    spread = table(module.spread(rows, ground, step="year").frame) - alone
    piled = table(module.spread(rows, ground, step="year", imprecise=False).frame) - alone
    right = [float(np.minimum(true, found).sum()) for found in (spread, piled)]
    return right[0], right[1], float(true.sum()), int((spread > 0).sum()), int((true > 0).sum())


def main() -> None:
    """Print the radius that the places give, and both trials."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    events, points = placed(Inputs(parser.parse_args().shared))
    ground = land(Workspace.open())
    print(radius(events, points, ground))
    known = events.filter(pl.col("period") <= LAST_YEAR, pl.col("deaths") > 0)
    known = known.join(points, on=["gw_id", "adm_1"], suffix="_p")
    for level in ("province", "country"):
        sums = np.sum([trial(known, ground, level, seed) for seed in range(5)], axis=0)
        print(
            f"{level}: in the right cell {sums[0] / sums[2]:.1%} spread, {sums[1] / sums[2]:.1%} piled, of "
            f"{sums[2]:,.0f} deaths in five draws; cells touched {sums[3]:,.0f}, truly {sums[4]:,.0f}"
        )


if __name__ == "__main__":
    main()
