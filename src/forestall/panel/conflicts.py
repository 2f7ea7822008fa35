"""Who fought: conflicts by month and yearly tables, each period from one release, as of a month."""

import re
from datetime import date

import polars as pl

from forestall.panel import merge
from forestall.store import Workspace

_KEYS = ("gw_id", "month_id", "type_of_violence", "conflict_id", "conflict_name", "dyad_name")


def conflict_month(workspace: Workspace, *, as_of: int, known_on: date | None = None) -> pl.DataFrame:
    """Deaths and events by country, month, conflict and dyad up to `as_of`, each month from one release.

    Months come from `ucdp_conflict_month` or from events that the user added, as `merge.choose` decides. Returns
    (gw_id, month_id, type_of_violence, conflict_id, conflict_name, dyad_name, deaths_total, events, release, status);
    months that no release covers have no rows, and neither have months without deaths or events.
    """
    return merge.conflict_month(
        workspace.table("ucdp_conflict_month"),
        workspace.table("ucdp_events"),
        workspace.releases(),
        as_of=as_of,
        known_on=known_on,
        keys=_KEYS,
    ).frame


def yearly(workspace: Workspace, name: str, *, as_of: int, known_on: date | None = None) -> pl.DataFrame:
    """The rows of a yearly table for years that end by `as_of`, each year from the best release of its dataset.

    name: `ucdp_country_year`, `ucdp_conflict_year` or `ucdp_dyad_country_year`. Releases of one dataset (ucdp-acd-24.1
    and ucdp-acd-25.1) replace each other, those of two (ucdp-acd and ucdp-dyadic) stand side by side. Adds a column
    status.
    """
    register = workspace.releases().filter(pl.col("table") == name)
    rows = workspace.table(name)
    frames = [rows.clear().with_columns(pl.lit(None, dtype=pl.String).alias("status"))]
    for dataset in sorted({_dataset(release) for release in register["release"]}):
        own = register.filter(pl.col("release").map_elements(_dataset, return_dtype=pl.String) == dataset)
        months = merge.choose(own, name, known_on=known_on, last=as_of)
        winners = [(m // 12 + 1979, s.release, s.status) for m, s in months.items() if m % 12 == 0]
        schema = {"year": pl.Int32, "release": pl.String, "status": pl.String}
        frames.append(
            rows.join(pl.DataFrame(winners, schema=schema, orient="row"), on=["year", "release"], how="inner")
        )
    return pl.concat(frames)


def _dataset(release: str) -> str:
    """The name of a release without its version: ucdp-acd-25.1 is ucdp-acd."""
    return re.sub(r"-\d[\d.]*(-\d{4})?$", "", release)
