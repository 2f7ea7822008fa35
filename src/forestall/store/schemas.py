"""The columns and types of every table, as docs/architecture.md states them.

A table that is not listed here may be stored too; it keeps the types it came with. Columns beyond the listed ones are
kept. Nullability is not part of the type: not known is null, never 0.
"""

import polars as pl

_I8, _I32, _I64, _F64, _STR, _DATE = pl.Int8, pl.Int32, pl.Int64, pl.Float64, pl.String, pl.Date

_BY_TYPE = ("deaths_state_based", "deaths_non_state", "deaths_one_sided")

SCHEMAS: dict[str, dict[str, type[pl.DataType]]] = {
    "release_register": {
        "release": _STR,
        "table": _STR,
        "source": _STR,
        "status": _STR,
        "published": _DATE,
        "first_month": _I32,
        "last_month": _I32,
        "month_rule": _STR,
    },
    "ucdp_country_month": {
        "gw_id": _I32,
        "iso3": _STR,
        "month_id": _I32,
        "deaths_total": _I32,
        "deaths_total_low": _I32,
        "deaths_total_high": _I32,
        "deaths_civilians": _I32,
        "events": _I32,
        **dict.fromkeys(_BY_TYPE, _I32),
        "events_state_based": _I32,
        "events_non_state": _I32,
        "events_one_sided": _I32,
        "release": _STR,
    },
    "ucdp_events": {
        "event_id": _I64,
        "date_start": _DATE,
        "date_end": _DATE,
        "date_prec": _I8,
        "type_of_violence": _I8,
        "conflict_id": _I32,
        "conflict_name": _STR,
        "dyad_id": _I32,
        "dyad_name": _STR,
        "side_a": _STR,
        "side_b": _STR,
        "gw_id": _I32,
        "ucdp_country": _STR,
        "lat": _F64,
        "lon": _F64,
        "where_prec": _I8,
        "pg_id": _I32,
        "deaths_total": _I32,
        "deaths_total_low": _I32,
        "deaths_total_high": _I32,
        "deaths_a": _I32,
        "deaths_b": _I32,
        "deaths_civilians": _I32,
        "deaths_unknown": _I32,
        "code_status": _STR,
        "release": _STR,
    },
    "ucdp_country_year": {
        "gw_id": _I32,
        "iso3": _STR,
        "year": _I32,
        **{f"{target}{suffix}": _I32 for target in ("deaths_total", *_BY_TYPE) for suffix in ("", "_low", "_high")},
        "release": _STR,
    },
    "ucdp_cell_year": {
        "pg_id": _I32,
        "year": _I32,
        "type_of_violence": _I8,
        "deaths_total": _I32,
        "deaths_total_low": _I32,
        "deaths_total_high": _I32,
        "events": _I32,
        "gw_id": _I32,
        "release": _STR,
    },
    "ucdp_cell_month": {
        "pg_id": _I32,
        "month_id": _I32,
        "type_of_violence": _I8,
        "deaths_total": _I32,
        "deaths_total_low": _I32,
        "deaths_total_high": _I32,
        "events": _I32,
        "gw_id": _I32,
        "release": _STR,
    },
    "ucdp_conflict_year": {
        "conflict_id": _I32,
        "dyad_id": _I32,
        "gw_id": _I32,
        "iso3": _STR,
        "year": _I32,
        "side_a": _STR,
        "side_b": _STR,
        "territory": _STR,
        "incompatibility": _STR,
        "type_of_conflict": _STR,
        "intensity": _I8,
        "episode_start": _DATE,
        "release": _STR,
    },
    "ucdp_conflict_month": {
        "gw_id": _I32,
        "iso3": _STR,
        "month_id": _I32,
        "type_of_violence": _I8,
        "conflict_id": _I32,
        "conflict_name": _STR,
        "dyad_name": _STR,
        "deaths_total": _I32,
        "events": _I32,
        "release": _STR,
    },
    "ucdp_dyad_country_year": {
        "gw_id": _I32,
        "iso3": _STR,
        "year": _I32,
        "type_of_violence": _I8,
        "dyad_id": _I32,
        "dyad_name": _STR,
        "release": _STR,
    },
    "population": {"gw_id": _I32, "iso3": _STR, "year": _I32, "persons": _F64, "source": _STR},
    "land_cells": {"pg_id": _I32, "gw_id": _I32, "iso3": _STR},
}

ADDED_ONLY = ("ucdp_events",)
"""Tables that are never embedded: without an added file they are empty rather than unknown."""


def empty(name: str) -> pl.DataFrame:
    """A table of this name with its columns and no rows. Raises KeyError for a name without a schema."""
    return pl.DataFrame(schema=SCHEMAS[name])
