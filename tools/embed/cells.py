"""ucdp_cell_year, ucdp_cell_month and land_cells: where deaths were, on the PRIO-GRID of half a degree."""

import polars as pl

from forestall.errors import SourceError
from forestall.panel.aggregate import precision_of
from tools.embed import events, precision
from tools.embed.country_month import CANDIDATE, CANDIDATE_FILES, LAST, LAST_PROVISIONAL
from tools.embed.inputs import Inputs, integer
from tools.embed.keys import Keys

SLIM = precision.SLIM
FINAL_YEARS, CANDIDATE_YEARS = "ucdp-ged-21.1", "ucdp-candidate-21.01.21.12"

# Spans of located events after the last complete year of the final copy, each with the months its release is about.
LATER = (
    (CANDIDATE_YEARS, ("ucdp/GEDEvent_v21_01_21_12.csv.gz",), 493, 504),
    ("ucdp-candidate-22.0.2", ("ucdp/GEDEvent_v22_0_2.csv.gz",), 506, 506),
    ("ucdp-candidate-23.0.10", ("ucdp/GEDEvent_v23_0_10.csv.gz",), 526, 526),
    (CANDIDATE, CANDIDATE_FILES, LAST_PROVISIONAL + 1, LAST),
)


def pg_id(longitude: str, latitude: str) -> pl.Expr:
    """Cell of a point: row from the south and column from the west of half a degree, both counted from 0."""
    row = ((pl.col(latitude) + 90) * 2).floor().cast(pl.Int32).clip(0, 359)
    column = ((pl.col(longitude) + 180) * 2).floor().cast(pl.Int32).clip(0, 719)
    return (row * 720 + column + 1).alias("pg_id")


_SUMS = (
    pl.col("best").sum().cast(pl.Int32).alias("deaths_total"),
    pl.col("low").sum().cast(pl.Int32).alias("deaths_total_low"),
    pl.col("high").sum().cast(pl.Int32).alias("deaths_total_high"),
    pl.len().cast(pl.Int32).alias("events"),
)


_FIGURES = ("deaths_total", "deaths_total_low", "deaths_total_high", "events")


def cell_year(inputs: Inputs, keys: Keys) -> tuple[pl.DataFrame, str]:
    """Deaths by cell, country, year, type and precision, 1989-2021, and what was set aside.

    How precisely an event is located the copy does not say: `precision` works it out. The copy's low and high are those
    that its editors repaired where they crossed the best estimate. The two months of 2022 in it are no year and are
    left out; they are in ucdp_cell_month.
    """
    columns = (
        "relid",
        "year",
        "longitude",
        "latitude",
        "country_id",
        "type_of_violence",
        "best",
        "low_amend",
        "high_amend",
        "flag",
    )
    frame = inputs.parquet(SLIM, columns).rename({"low_amend": "low", "high_amend": "high"})
    if (
        not frame.select(pl.col("longitude").is_between(-180, 180), pl.col("latitude").is_between(-90, 90))
        .to_series()
        .all()
    ):
        raise SourceError(f"{SLIM}: coordinates off the globe")
    known = precision.labelled(inputs)
    partial = frame.filter(pl.col("year") > 2021)
    whole = frame.filter(pl.col("year") <= 2021)
    flagged = precision.doubtful(whole, known)
    kept = whole.join(flagged, on="relid", how="anti")
    kept = precision.with_precision(kept, known, precision.precise(inputs))
    table = (
        kept.with_columns(pg_id("longitude", "latitude"), pl.col("year").cast(pl.Int32))
        .with_columns(pl.col("type_of_violence").cast(pl.Int8), keys.gw_of_year("country_id"))
        .group_by("pg_id", "year", "type_of_violence", "gw_id", "precision")
        .agg(_SUMS)
        .with_columns(
            pl.when(pl.col("year") <= 2020)
            .then(pl.lit(FINAL_YEARS))
            .otherwise(pl.lit(CANDIDATE_YEARS))
            .alias("release")
        )
        .select("pg_id", "year", "type_of_violence", *_FIGURES, "gw_id", "precision", "release")
        .sort("pg_id", "year", "type_of_violence", "gw_id", "precision")
    )
    aside = int(flagged["best"].sum()) + int(partial["best"].sum())
    if int(table["deaths_total"].sum()) + aside != int(frame["best"].sum()):
        raise SourceError(f"{SLIM}: deaths by cell and those set aside do not add up to the file")
    note = (
        f"set aside: {flagged.height} events with a doubtful position ({flagged['best'].sum()} deaths) and the "
        f"{partial.height} events of January and February 2022 ({partial['best'].sum()} deaths), which are no year. "
        f"precision: {_shares(table)}; as other files have it for {_share(kept, 'event')} of deaths, for the point "
        f"{_share(kept, 'point')}, by presence in a copy of precise events {_share(kept, 'copy')}, detected the rest"
    )
    return table, note


def _share(kept: pl.DataFrame, how: str) -> str:
    return f"{_deaths(kept.filter(pl.col('how') == how), 'best') / _deaths(kept, 'best'):.1%}"


def _shares(table: pl.DataFrame) -> str:
    """What part of all deaths stands for a province and for a country."""
    total = _deaths(table, "deaths_total")
    parts = {p: _deaths(table.filter(pl.col("precision") == p), "deaths_total") for p in ("province", "country")}
    return ", ".join(f"{name} {deaths / total:.1%} of deaths" for name, deaths in parts.items())


def _deaths(table: pl.DataFrame, column: str) -> int:
    return int(table[column].sum())


def cell_month(inputs: Inputs, keys: Keys) -> tuple[pl.DataFrame, str]:
    """Deaths by cell, month of the event's start and type, in the months that later located releases are about.

    Events of a release that start in an earlier month are set aside: that month is not covered whole.
    """
    frames, aside_events, aside_deaths, total = [], 0, 0, 0
    for release, files, first, last in LATER:
        frame = events.candidate(inputs, *files)
        total += int(frame["best"].sum())
        inside = pl.col("month_id").is_between(first, last)
        aside_events += frame.filter(~inside).height
        aside_deaths += int(frame.filter(~inside)["best"].sum())
        frames.append(frame.filter(inside).with_columns(pl.lit(release).alias("release")))
    table = (
        pl.concat(frames)
        .with_columns(
            pg_id("longitude", "latitude"),
            keys.gw_of_month("ucdp"),
            pl.col("type_of_violence").cast(pl.Int8),
            precision_of(),
        )
        .group_by("pg_id", "month_id", "type_of_violence", "gw_id", "precision", "release")
        .agg(_SUMS)
    )
    if int(table["deaths_total"].sum()) + aside_deaths != total:
        raise SourceError("deaths by cell and month and those set aside do not add up to the candidate files")
    columns = (
        "pg_id",
        "month_id",
        "type_of_violence",
        "deaths_total",
        "deaths_total_low",
        "deaths_total_high",
        "events",
    )
    note = f"set aside: {aside_events} events that start before their release's months ({aside_deaths} deaths)"
    note += f". precision, from where_prec: {_shares(table)}"
    order = ("pg_id", "month_id", "type_of_violence", "gw_id", "precision", "release")
    table = table.select(*columns, "gw_id", "precision", "release").sort(order)
    return table, note


def land_cells(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """Cells with land and the one country each is assigned to, on one date."""
    frame = inputs.parquet("grid/priogrid_land.parquet", ("gid", "gwcode")).select(
        pl.col("gid").cast(pl.Int32).alias("pg_id"), integer("gwcode").cast(pl.Int32).alias("gw_id")
    )
    return frame.with_columns(keys.iso3_of()).select("pg_id", "gw_id", "iso3").sort("pg_id")
