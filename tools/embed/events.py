"""Event files of UCDP at hand, brought to one small frame: who, when, which type, how many."""

import polars as pl

from tools.embed.inputs import Inputs, integer, month_id
from tools.embed.keys import Keys

COLUMNS = (
    "id", "type_of_violence", "conflict_new_id", "conflict_name", "dyad_name", "latitude", "longitude", "country_id",
    "date_start", "deaths_civilians", "best", "low", "high", "where_prec",
)  # fmt: skip

TYPES = {1: "state_based", 2: "non_state", 3: "one_sided"}


def candidate(inputs: Inputs, *names: str) -> pl.DataFrame:
    """Candidate releases, the earliest first, pooled by event id: where an id comes twice the later file's event
    stands.

    Columns: id, type_of_violence, conflict_id, conflict_name, dyad_name, latitude, longitude, ucdp, month_id (of
    date_start), civilians, best, low, high, where_prec.
    """
    frames = [
        inputs.csv(name, COLUMNS).select(
            integer("id"),
            integer("type_of_violence"),
            integer("conflict_new_id").alias("conflict_id"),
            "conflict_name",
            "dyad_name",
            pl.col("latitude", "longitude").cast(pl.Float64, strict=True),
            integer("country_id").alias("ucdp"),
            month_id("date_start"),
            integer("deaths_civilians").alias("civilians"),
            integer("best"),
            integer("low"),
            integer("high"),
            integer("where_prec"),
        )
        for name in names
    ]
    return pl.concat(frames).unique("id", keep="last", maintain_order=True).sort("id")


def provisional_2025(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """The events of 2025 (7 columns): ucdp, month_id, type_of_violence, conflict_id, conflict_name, best.

    One id is written 6e+05 in the file; ids are not used, and no two rows share one.
    """
    names = ("conflict_new_id", "conflict_name", "country", "best", "type_of_violence", "date")
    frame = inputs.csv("ucdp/candidate_2025_events.csv.gz", names).select(
        "country",
        month_id("date"),
        integer("type_of_violence"),
        integer("conflict_new_id").alias("conflict_id"),
        "conflict_name",
        integer("best"),
    )
    return keys.ucdp_of_name(frame, "country").drop("country")


def _by_type(frame: pl.DataFrame) -> pl.DataFrame:
    """Country-month sums of best, low, high and, for each type, events and deaths."""
    each = [
        expression
        for number, name in TYPES.items()
        for expression in (
            (pl.col("type_of_violence") == number).sum().cast(pl.Int64).alias(f"events_{name}"),
            pl.col("best").filter(pl.col("type_of_violence") == number).sum().alias(f"deaths_{name}"),
        )
    ]
    return frame.group_by("ucdp", "month_id").agg(pl.col("best", "low", "high").sum(), *each).sort("ucdp", "month_id")


def complete_files(inputs: Inputs, keys: Keys) -> list[tuple[str, pl.DataFrame]]:
    """Country-month sums by type from each event file at hand, openly licensed, older than GED 25.1 or not.

    The caller takes a month from one of them only where it agrees with GED 25.1 in everything both have.
    """
    countries = ("ethiopia", "south_sudan", "sri_lanka", "sierra_leone", "venezuela", "el_salvador")
    names = [f"ucdp/samples/ged_{country}.csv.gz" for country in countries]
    names += ["ucdp/GEDEvent_v21_01_21_12.csv.gz", "ucdp/GEDEvent_v22_0_2.csv.gz", "ucdp/GEDEvent_v23_0_10.csv.gz"]
    found = [(name, _by_type(candidate(inputs, name))) for name in names]

    syria = inputs.rda(
        "ucdp/samples/ged_syria_2016_2019.rda", ("country_id", "type_of_violence", "date_start", "best", "low", "high")
    ).select(
        integer("country_id").alias("ucdp"),
        integer("type_of_violence"),
        pl.col("date_start").cast(pl.String),
        *(integer(column) for column in ("best", "low", "high")),
    )
    found.append(("ucdp/samples/ged_syria_2016_2019.rda", _by_type(syria.with_columns(month_id("date_start")))))

    words = {"State-based violence": 1, "Non-state violence": 2, "One-sided violence": 3}
    precise = inputs.rda(
        "ucdp/ged211_events_dayprecise.rda",
        ("country", "type_of_violence", "year", "month", "best_death", "low_death", "high_death"),
    ).select(
        "country",
        pl.col("type_of_violence").replace_strict(words, return_dtype=pl.Int64),
        ((integer("year") - 1980) * 12 + integer("month")).cast(pl.Int32).alias("month_id"),
        *(integer(f"{column}_death").alias(column) for column in ("best", "low", "high")),
    )
    found.append(("ucdp/ged211_events_dayprecise.rda", _by_type(keys.ucdp_of_name(precise, "country"))))
    return found
