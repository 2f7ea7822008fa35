"""peace_sites: where UN missions stood, by mission, year and cell of half a degree, from the Geo-PKO maps.

Run: `python -m tools.embed.peacekeeping.sites --shared ../shared/data`. The sites of every year are those of Geo-PKO
2.3 (FrontMap, 1994-2024). It gives the mean of the maps that show a site; the raw records (1994-2020) say how many of
the mission's maps of the year those are, so that a site shown on one map of four counts a quarter of its troops
(docs/sources/peacekeeping-sites.md).
"""

import re
import sys
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.ids import countries
from forestall.ids.cells import cell_of
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs
from tools.embed.peacekeeping.ground import state_then

TABLE = "peace_sites"
COMMAND = "python -m tools.embed.peacekeeping.sites --shared ../shared/data"
FRONT = "peacekeeping/geopko_FrontMap_v2_3.csv.gz"
CONTRIBUTORS = "peacekeeping/geopko_TCCMap_v2_3.csv.gz"
RAW = "peacekeeping/geopko_raw_1994_2020.csv.gz"
CITATION = (
    "Cil, D., Fjelde, H., Hultman, L. & Nilsson, D. (2020), Mapping blue helmets: Introducing the Geocoded "
    "Peacekeeping Operations (Geo-PKO) dataset, Journal of Peace Research 57(2): 360-370, doi:10.1177/0022343319871978"
)
LICENCE = "none stated; derived figures with citation"
BETWEEN = {"Ethiopia/Eritrea": "ERI"}
"""The zone between the two where UNMEE stood lay in Eritrea (S/2000/601, art. 12)."""
SAME = {"Korea": "South Korea", "UK": "United Kingdom", "Britain": "United Kingdom", "Us": "USA"}
NO_STATE = {"Multinational", "TCC name unknown", "Un", "CARICOM"}
STATE = pl.Struct({"gw_id": pl.Int32, "iso3": pl.String})
UNSIZED = ("NA", "unknown")
NAMED = re.compile(r"\s*([^(),]+?)\s*(?:\(ROK\)\s*)?\(([^)]*)\)\s*,?")


def locations(inputs: Inputs) -> pl.DataFrame:
    """One row a mission, year and named place: mission, year, location, country, lat, lon, troops (the mean of the maps
    that show it, null where no size is given), observers, police.

    Raises SourceError if a place and year have more than one mean.
    """
    columns = ("mission", "year", "country", "location", "latitude", "longitude", "UNPOL", "UNMO", "ave.no.troops")
    frame = inputs.csv(FRONT, columns).select(
        pl.col("mission"),
        pl.col("year").cast(pl.Int32),
        pl.col("location"),
        pl.col("country"),
        pl.col("latitude").cast(pl.Float64).alias("lat"),
        pl.col("longitude").cast(pl.Float64).alias("lon"),
        number("ave.no.troops").alias("troops"),
        (pl.col("UNMO") == "1").alias("observers"),
        (pl.col("UNPOL") == "1").alias("police"),
    )
    # A row a make-up that the place had in the year; a few places have two positions some hundred metres apart.
    places = frame.sort("mission", "year", "location", "lat", "lon").group_by(
        "mission", "year", "location", maintain_order=True
    )
    several = places.agg(pl.col("troops").n_unique()).filter(pl.col("troops") > 1)
    if several.height:
        raise SourceError(f"{FRONT}: {several.row(0)} has several means of troops, expected one")
    return places.agg(
        pl.col("country", "lat", "lon", "troops").first(), pl.col("observers").any(), pl.col("police").any()
    )


def number(name: str) -> pl.Expr:
    """A text column as a number, null where the size is not known; anything else stops the build."""
    return pl.when(~pl.col(name).is_in(UNSIZED)).then(pl.col(name)).cast(pl.Float64, strict=True)


def shown(inputs: Inputs) -> pl.DataFrame:
    """mission, year, location, shown, maps: on how many of the mission's maps of the year (one a month) a place is."""
    frame = inputs.csv(RAW, ("mission", "year", "month", "location")).with_columns(pl.col("year").cast(pl.Int32))
    maps = frame.group_by("mission", "year").agg(pl.col("month").n_unique().alias("maps"))
    places = frame.group_by("mission", "year", "location").agg(pl.col("month").n_unique().alias("shown"))
    return maps.join(places, on=["mission", "year"])


def contributors(inputs: Inputs) -> pl.DataFrame:
    """mission, year, location, contributor: the states whose troops a place had, where they are named."""
    frame = inputs.csv(CONTRIBUTORS, ("mission", "year", "location", "No.TCC", "year.overview"))
    rows = []
    for mission, year, location, count, overview in frame.iter_rows():
        found = {name for name, _ in NAMED.findall(overview)}
        if len(found) != int(count) or NAMED.sub("", overview).strip():
            raise SourceError(f"{CONTRIBUTORS}: {overview!r} does not name the {count} contributors of {location}")
        rows += [(mission, int(year), location, SAME.get(name, name)) for name in found - NO_STATE]
    schema = {"mission": pl.String, "year": pl.Int32, "location": pl.String, "contributor": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def build(inputs: Inputs) -> pl.DataFrame:
    """Table `peace_sites`, by mission, year and cell."""
    keys = ["mission", "year", "location"]
    on_maps = shown(inputs)
    maps = on_maps.select("mission", "year", "maps").unique()
    placed = (
        locations(inputs)
        .join(on_maps.drop("maps"), on=keys, how="left")
        .join(maps, on=["mission", "year"], how="left")
        .with_columns(
            (pl.col("troops") * (pl.col("shown") / pl.col("maps")).fill_null(1.0)).alias("troops"),
            pl.struct("country", "year").map_elements(_state, return_dtype=STATE).struct.unnest(),
        )
    )
    placed = placed.with_columns(
        pl.Series("pg_id", cell_of(placed["lat"].to_numpy(), placed["lon"].to_numpy()), dtype=pl.Int32)
    )
    cells = ["mission", "year", "pg_id"]
    named = contributors(inputs).join(placed.select(*keys, "pg_id"), on=keys)
    found = placed.group_by(cells).agg(
        pl.len().cast(pl.Int32).alias("sites"),
        pl.col("troops").is_null().sum().cast(pl.Int32).alias("sites_unsized"),
        pl.when(pl.col("troops").count() > 0).then(pl.col("troops").sum()).round(1).alias("troops_on_maps"),
        pl.col("observers").sum().cast(pl.Int32).alias("sites_with_observers"),
        pl.col("police").sum().cast(pl.Int32).alias("sites_with_police"),
        pl.col("maps").first().cast(pl.Int32),
    )
    counted = named.group_by(cells).agg(pl.col("contributor").n_unique().cast(pl.Int32).alias("contributors"))
    # A cell on a border has one country: that of most of its sites, of equals the first by code.
    states = placed.group_by(*cells, "iso3", "gw_id").len().sort("len", "iso3", descending=[True, False])
    found = found.join(states.unique(cells, keep="first", maintain_order=True), on=cells)
    return found.join(counted, on=cells, how="left").select(list(SCHEMAS[TABLE])).sort(cells)


def _state(place: dict[str, object]) -> dict[str, object]:
    """The state that the ground belonged to at the end of the year; without a number where it belonged to none."""
    name, day = str(place["country"]), date(int(str(place["year"])), 12, 31)
    held = state_then(countries.resolve(BETWEEN.get(name, name)), day)
    return {"gw_id": held.gw_id, "iso3": held.series_iso3}


def write(shared: Path, out: Path) -> str:
    """Write the table and enter it in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    frame = build(inputs)
    sources = (
        Source(
            name=f"Geo-PKO, {what}",
            version=version,
            licence=LICENCE,
            citation=CITATION,
            url="https://www.uu.se/en/department/peace-and-conflict-research/research/research-data/geo-pko",
            sha256_of_input=inputs.digests[name],
        )
        for name, what, version in (
            (FRONT, "sites by year", "2.3"),
            (CONTRIBUTORS, "contributors at sites by year", "2.3"),
            (RAW, "records by map", "1994-2020"),
        )
    )
    note = (
        "sites of a cell together; troops are what the units on a map stand for (a battalion 650, a company 150, a "
        "platoon 35 unless the map says more), not a count of persons"
    )
    return writing.write(out, TABLE, frame, *sources, command=COMMAND, note=note, span="year")


if __name__ == "__main__":
    sys.exit(command.run("tools.embed.peacekeeping.sites", __doc__, write))
