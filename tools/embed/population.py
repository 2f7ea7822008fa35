"""population: persons by country and year, from the World Development Indicators."""

import polars as pl

from tools.embed.inputs import Inputs
from tools.embed.keys import Keys

FILE = "covariates/gdidata_wdi.rda"
SOURCE = "World Bank WDI (gdidata)"


def population(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Persons living in what is now the country, 1950-2023; every present state, Taiwan and Kosovo included."""
    frame = inputs.rda(FILE, ("geo", "var", "t", "v")).filter(pl.col("var") == "pop")
    iso3_to_gw = {iso3: gw for gw, iso3 in keys.iso3.items() if gw != 345}
    frame = frame.filter(pl.col("geo").is_in(list(iso3_to_gw)), pl.col("v").is_not_nan(), pl.col("v").is_not_null())
    return (
        frame.with_columns(
            pl.col("geo").replace_strict(iso3_to_gw, return_dtype=pl.Int64).alias("ucdp"),
            pl.col("t").cast(pl.Int32).alias("year"),
        )
        .select(
            # Serbia's figures carry the number of the state of the time: 345 until 2005.
            pl.when((pl.col("ucdp") == 340) & (pl.col("year") < 2006))
            .then(345)
            .otherwise(pl.col("ucdp"))
            .cast(pl.Int32)
            .alias("gw_id"),
            pl.col("geo").alias("iso3"),
            "year",
            pl.col("v").alias("persons"),
            pl.lit(SOURCE).alias("source"),
        )
        .sort("gw_id", "year")
    )
