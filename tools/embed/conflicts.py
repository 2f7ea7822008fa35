"""ucdp_conflict_year and ucdp_conflict_month: who fought whom, over what."""

import polars as pl

from tools.embed import events
from tools.embed.country_month import (
    CANDIDATE,
    CANDIDATE_FILES,
    LAST_PROVISIONAL,
    PROVISIONAL,
)
from tools.embed.inputs import Inputs, integer
from tools.embed.keys import Keys

ACD, DYADIC = "ucdp/ucdp-prio-acd-251.csv", "ucdp/ucdp-dyadic-251.csv"
ACD_RELEASE, DYADIC_RELEASE = "ucdp-acd-25.1", "ucdp-dyadic-25.1"
_OVER = {"1": "territory", "2": "government", "3": "both"}
_KIND = {"1": "extrasystemic", "2": "interstate", "3": "internal", "4": "internationalised"}


def _year_rows(inputs: Inputs, file: str, *, dyads: bool) -> pl.DataFrame:
    columns = (
        "conflict_id", "side_a", "side_b", "territory_name", "incompatibility", "type_of_conflict", "intensity_level",
        "start_date2", "gwno_loc", "year", *(("dyad_id",) if dyads else ()),
    )  # fmt: skip
    frame = inputs.csv(file, columns)
    dyad = integer("dyad_id") if dyads else pl.lit(None, dtype=pl.Int64).alias("dyad_id")
    return frame.select(
        integer("conflict_id").cast(pl.Int32),
        dyad.cast(pl.Int32),
        pl.col("gwno_loc").str.split(", ").alias("ucdp"),
        integer("year").cast(pl.Int32),
        pl.col("side_a", "side_b").str.strip_chars(),
        pl.col("territory_name").str.strip_chars().replace("", None).alias("territory"),
        pl.col("incompatibility").replace_strict(_OVER),
        pl.col("type_of_conflict").replace_strict(_KIND),
        integer("intensity_level").cast(pl.Int8).alias("intensity"),
        pl.col("start_date2").str.to_date("%Y-%m-%d", strict=True).alias("episode_start"),
        pl.lit(DYADIC_RELEASE if dyads else ACD_RELEASE).alias("release"),
    ).explode("ucdp")


def conflict_year(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Active conflicts (dyad_id null) and dyads by year; one row for each country a conflict is located in."""
    frame = pl.concat([_year_rows(inputs, ACD, dyads=False), _year_rows(inputs, DYADIC, dyads=True)])
    frame = frame.with_columns(pl.col("ucdp").cast(pl.Int64, strict=True))
    frame = frame.with_columns(keys.gw_of_year("ucdp")).with_columns(keys.iso3_of()).drop("ucdp")
    first = ["conflict_id", "dyad_id", "gw_id", "iso3", "year"]
    return frame.select(*first, pl.exclude(first)).sort("conflict_id", "dyad_id", "gw_id", "year", nulls_last=False)


def conflict_month(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Deaths by country, month and conflict (2025) or conflict and dyad (2026) in the candidate releases."""
    provisional = events.provisional_2025(inputs, keys).with_columns(
        pl.lit(None, dtype=pl.String).alias("dyad_name"), pl.lit(PROVISIONAL).alias("release")
    )
    pooled = events.candidate(inputs, *CANDIDATE_FILES).filter(pl.col("month_id") > LAST_PROVISIONAL)
    pooled = pooled.with_columns(pl.lit(CANDIDATE).alias("release")).select(provisional.columns)
    keys_of = ["gw_id", "iso3", "month_id", "type_of_violence", "conflict_id", "conflict_name", "dyad_name"]
    frame = (
        pl.concat([provisional, pooled])
        .with_columns(keys.gw_of_month("ucdp"), pl.col("conflict_name", "dyad_name").str.strip_chars())
        .with_columns(keys.iso3_of(), pl.col("type_of_violence").cast(pl.Int8), pl.col("conflict_id").cast(pl.Int32))
        .group_by(*keys_of, "release")
        .agg(
            pl.col("best").sum().cast(pl.Int32).alias("deaths_total"),
            pl.len().cast(pl.Int32).alias("events"),
        )
    )
    return frame.select(*keys_of, "deaths_total", "events", "release").sort(*keys_of, "release")
