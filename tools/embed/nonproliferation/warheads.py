"""nuclear_warheads: estimated warheads in the stockpile by state and year 1945-2022, and the inventories of 2022.

Run: `python -m tools.embed.nonproliferation.warheads --shared ../shared/data`. Numbers are estimates of the Federation
of American Scientists, published by states themselves only in part. Sources and defects:
docs/sources/nonproliferation-capabilities.md.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs, integer
from tools.embed.nonproliferation.states_named import iso3_of_name
from tools.embed.writing import write

TABLE = "nuclear_warheads"
COMMAND = "python -m tools.embed.nonproliferation.warheads --shared ../shared/data"
STOCKPILES = "nonproliferation/stockpiles_fas_1945_2022.csv"
INVENTORIES = "nonproliferation/inventories_fas_2022.csv"
MEASURES = {
    "nuclear_weapons_depl_strat": "deployed_strategic",
    "nuclear_weapons_depl_nonstrat": "deployed_nonstrategic",
    "nuclear_weapons_reserve_nondepl": "reserve",
    "nuclear_weapons_retired": "retired",
    "nuclear_weapons_inventory": "inventory",
}
SAID = "Federation of American Scientists, estimate"


def stockpiles(inputs: Inputs) -> pl.DataFrame:
    """Warheads assigned to military forces (without retired ones), one row a state and year."""
    frame = inputs.csv(STOCKPILES, ("Entity", "Year", "nuclear_weapons_stockpile"))
    return frame.select(
        _iso3(frame),
        integer("Year").cast(pl.Int32).alias("year"),
        pl.lit("stockpile").alias("measure"),
        integer("nuclear_weapons_stockpile").cast(pl.Int32).alias("warheads"),
        pl.lit(SAID).alias("source"),
    )


def inventories(inputs: Inputs) -> pl.DataFrame:
    """What the inventories of 2022 consist of. Raises SourceError if the parts don't add up to the whole."""
    frame = inputs.csv(INVENTORIES, ("Entity", "Year", *MEASURES)).with_columns(integer(name) for name in MEASURES)
    parts = pl.sum_horizontal(pl.col(name) for name in MEASURES if not name.endswith("inventory"))
    odd = frame.filter(parts != pl.col("nuclear_weapons_inventory"))
    if odd.height:
        raise SourceError(f"{INVENTORIES}: parts and whole differ for {odd['Entity'].to_list()}")
    named = frame.with_columns(_iso3(frame), integer("Year").cast(pl.Int32).alias("year"))
    long = named.unpivot(list(MEASURES), index=["iso3", "year"], variable_name="measure", value_name="warheads")
    return long.with_columns(
        pl.col("measure").replace_strict(MEASURES),
        pl.col("warheads").cast(pl.Int32),
        pl.lit(SAID).alias("source"),
    )


def _iso3(frame: pl.DataFrame) -> pl.Series:
    found = [iso3_of_name(name, date(2022, 12, 31)) for name in frame["Entity"].to_list()]
    if None in found:
        raise SourceError(f"{frame['Entity'].to_list()[found.index(None)]!r} is not known as a state")
    return pl.Series("iso3", found, dtype=pl.String)


def build(inputs: Inputs) -> pl.DataFrame:
    """Table nuclear_warheads, sorted."""
    columns = list(SCHEMAS[TABLE])
    both = pl.concat([stockpiles(inputs).select(columns), inventories(inputs).select(columns)])
    return both.sort("iso3", "measure", "year")


def put(shared: Path, out: Path) -> str:
    """Write the table and its entry in the manifest."""
    inputs = Inputs(shared)
    frame = build(inputs)
    citation = (
        "Kristensen, Korda and Norris, Nuclear notebook, Federation of American Scientists, estimates to 2022, as "
        "published by Our World in Data"
    )
    given = [
        Source(
            name=name,
            version="2022",
            licence="CC-BY-4.0",
            citation=citation,
            url="https://fas.org/initiative/status-world-nuclear-forces/",
            sha256_of_input=inputs.digests[file],
        )
        for name, file in (("FAS estimated stockpiles", STOCKPILES), ("FAS estimated inventories", INVENTORIES))
    ]
    note = "estimates; stockpile: without retired warheads; inventory and its parts: 2022 only"
    return write(out, TABLE, frame, *given, command=COMMAND, note=note, span="year")


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.nonproliferation.warheads", __doc__, put)


if __name__ == "__main__":
    sys.exit(main())
