"""Deaths by grid cell: located months and complete years, as of a month of data. Sparse: these are not panels."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.errors import UsageError
from forestall.ids.months import format_month
from forestall.panel import merge
from forestall.store import Workspace

_FIGURES = ("deaths_total", "deaths_total_low", "deaths_total_high", "events")


@dataclass(frozen=True, slots=True)
class Located:
    """Counts by cell in the periods that are located at all.

    frame: one row a cell, period and type with at least one event; absent within `periods` is zero. periods: the
    month_ids or years that some release locates whole; any other is not known. set_aside: one line on each thing left
    out.
    """

    frame: pl.DataFrame
    periods: tuple[int, ...]
    set_aside: tuple[str, ...]


def cell_month(workspace: Workspace, *, as_of: int, known_on: date | None = None) -> Located:
    """Deaths by cell, month and type of violence in the located months up to `as_of`.

    frame: pg_id, month_id, type_of_violence, deaths_total, deaths_total_low, deaths_total_high, events, gw_id,
    precision, release, status. Raises UsageError if no month up to `as_of` is located.
    """
    merged = merge.cell_month(
        workspace.table("ucdp_cell_month"),
        workspace.table("ucdp_events"),
        workspace.releases(),
        as_of=as_of,
        known_on=known_on,
    )
    if not merged.months:
        raise UsageError(f"no month up to {format_month(as_of)} has located events; yearly cells may: see cell_year")
    columns = ("pg_id", "month_id", "type_of_violence", *_FIGURES, "gw_id", "precision", "release", "status")
    return Located(merged.frame.select(columns), tuple(merged.months), merged.set_aside)


def cell_year(workspace: Workspace, *, as_of: int, known_on: date | None = None) -> Located:
    """Deaths by cell, country, year and type of violence in the years that end by `as_of` and are located whole.

    A year comes from the yearly table, or from events if all its months come from events of better or later releases
    than the yearly table's. frame: pg_id, year, type_of_violence, deaths_total, deaths_total_low, deaths_total_high,
    events, gw_id, precision, release, status. A year that has begun but not ended by `as_of` is never given.
    """
    register = workspace.releases()
    won = merge.choose(register, "ucdp_cell_year", known_on=known_on, last=as_of)
    whole = [
        y
        for y in range(1946, (as_of - 1) // 12 + 1981)
        if all(m in won for m in _months(y)) and _months(y)[-1] <= as_of
    ]
    counted = {y: won[_months(y)[0]] for y in whole if all(won[m].counted for m in _months(y))}
    from_events = [y for y in whole if not any(won[m].counted for m in _months(y))]
    schema = {"year": pl.Int32, "release": pl.String, "status": pl.String}
    winners = pl.DataFrame([(y, s.release, s.status) for y, s in counted.items()], schema=schema, orient="row")
    frames = [workspace.table("ucdp_cell_year").join(winners, on=["year", "release"], how="inner")]
    notes: tuple[str, ...] = ()
    if from_events:
        months = merge.cell_month(
            workspace.table("ucdp_cell_month").clear(),
            workspace.table("ucdp_events"),
            register.filter(pl.col("table") != "ucdp_cell_month"),
            as_of=as_of,
            known_on=known_on,
        )
        notes = months.set_aside
        keys = ["pg_id", "year", "type_of_violence", "gw_id", "precision"]
        summed = (
            months.frame.with_columns(((pl.col("month_id") - 1) // 12 + 1980).alias("year"))
            .filter(pl.col("year").is_in(from_events))
            .group_by(keys)
            .agg(pl.col(_FIGURES).sum(), pl.col("release").max(), pl.col("status").min())
        )
        frames.append(summed)
    columns = ("pg_id", "year", "type_of_violence", *_FIGURES, "gw_id", "precision", "release", "status")
    frame = pl.concat([f.select(columns) for f in frames], how="vertical_relaxed")
    frame = frame.sort("pg_id", "year", "type_of_violence", "gw_id", "precision")
    return Located(frame, tuple(sorted([*counted, *from_events])), notes)


def _months(year: int) -> range:
    first = (year - 1980) * 12 + 1
    return range(first, first + 12)
