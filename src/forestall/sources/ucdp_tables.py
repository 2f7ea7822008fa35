"""Columns and types of the UCDP tables that only an added file fills, beside those of `forestall.store.schemas`."""

import polars as pl

from forestall.sources.ucdp_formats import PROVISIONS
from forestall.store.schemas import SCHEMAS

TERMINATION: dict[str, type[pl.DataType]] = {
    "episode_id": pl.Int64,
    "episode": pl.Int32,
    "conflict_id": pl.Int32,
    "dyad_id": pl.Int32,
    "gw_id": pl.Int32,
    "iso3": pl.String,
    "year": pl.Int32,
    "side_a": pl.String,
    "side_b": pl.String,
    "territory": pl.String,
    "incompatibility": pl.String,
    "type_of_conflict": pl.String,
    "intensity": pl.Int8,
    "episode_start": pl.Date,
    "terminated": pl.Boolean,
    "ended_on": pl.Date,
    "outcome": pl.String,
    "recurred": pl.Boolean,
    "release": pl.String,
}
PEACE_AGREEMENTS: dict[str, type[pl.DataType]] = {
    "agreement_id": pl.Int32,
    "name": pl.String,
    "agreed_on": pl.Date,
    "gw_id": pl.Int32,
    "iso3": pl.String,
    "conflict_ids": pl.String,
    "conflict_name": pl.String,
    "dyad_ids": pl.String,
    "actors": pl.String,
    "incompatibility": pl.String,
    "agreement_type": pl.String,
    "ended": pl.Boolean,
    "ended_on": pl.Date,
    "process_id": pl.Int32,
    "url": pl.String,
    **dict.fromkeys(PROVISIONS.values(), pl.Boolean),
    "release": pl.String,
}
ACTORS: dict[str, type[pl.DataType]] = {
    "actor_id": pl.Int32,
    "name": pl.String,
    "name_original": pl.String,
    "name_english": pl.String,
    "government": pl.Boolean,
    "conflict_ids": pl.String,
    "dyad_ids": pl.String,
    "gw_ids": pl.String,
    "release": pl.String,
}
TABLES = {
    "ucdp_events": SCHEMAS["ucdp_events"],
    "ucdp_conflict_year": SCHEMAS["ucdp_conflict_year"],
    "ucdp_country_year": SCHEMAS["ucdp_country_year"],
    "ucdp_termination": TERMINATION,
    "ucdp_peace_agreements": PEACE_AGREEMENTS,
    "ucdp_actors": ACTORS,
}
