"""From events to counts by country or cell, month or year: an event is counted whole, in one month, and nothing is
lost.

Sums are exact: what comes in equals what comes out plus what is set aside, for events and for deaths alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

MonthRule = Literal["start", "end"]

TYPES = {1: "state_based", 2: "non_state", 3: "one_sided"}
"""UCDP's types of violence: fighting with a state, fighting without one, killing of civilians."""

PRECISION = {1: "place", 2: "place", 3: "place", 4: "province", 5: "province", 6: "country", 7: "place"}
"""What a position stands for, by UCDP's where_prec.

Place: the place itself (1), a point within about 25 km of it (2), a district (3), a point at sea or in the air (7).
Province: a first-order division (4), or a part of a country, a border or a road not better known (5). Country: 6.
"""

_ESTIMATES = ("deaths_total", "deaths_total_low", "deaths_total_high")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Counts and what was left out of them.

    frame: one row a unit and time with at least one event; absent is zero. aside: the events without a unit (no
    country, or no position), as they came. notes: one line on each reason, with counts.
    """

    frame: pl.DataFrame
    aside: pl.DataFrame
    notes: tuple[str, ...]


def month_of(rule: MonthRule) -> pl.Expr:
    """month_id (1 = January 1980) of an event, by the date it ended or started. Raises ValueError on another rule.

    VIEWS counts an event in the month it ended; an event that is not over is not known yet.
    """
    if rule not in ("start", "end"):
        raise ValueError(f"month rule {rule!r} is not known: expected 'end' or 'start'")
    day = pl.col(f"date_{rule}")
    return ((day.dt.year() - 1980) * 12 + day.dt.month().cast(pl.Int32)).cast(pl.Int32).alias("month_id")


def precision_of(where_prec: str = "where_prec") -> pl.Expr:
    """Column `precision` (place, province or country) from UCDP's where_prec; null where that is null or not 1 to 7."""
    return (
        pl.col(where_prec)
        .cast(pl.Int64)
        .replace_strict(PRECISION, default=None, return_dtype=pl.String)
        .alias("precision")
    )


def events_to_country_month(events: pl.DataFrame, month_rule: MonthRule | None = "end") -> Aggregate:
    """Deaths by country and month, all types and each.

    events: rows of table `ucdp_events`; those with a null gw_id are set aside. month_rule: None if the events carry
    their month_id already. An estimate that an event of the month lacks is null for the month. Returns rows (gw_id,
    month_id, deaths_total, deaths_total_low, deaths_total_high, deaths_civilians, events, deaths_<type>,
    events_<type>), sorted.
    """
    kept, aside = _split(events, "gw_id")
    return Aggregate(
        _country_sums(_with_month(kept, month_rule), ["gw_id", "month_id"]),
        aside,
        _notes(aside, "without a country"),
    )


def events_to_cell_month(events: pl.DataFrame, month_rule: MonthRule | None = "end") -> Aggregate:
    """Deaths by cell, month, type, country and precision: (pg_id, month_id, type_of_violence, deaths_total, _low,
    _high, events, gw_id, precision).

    events: rows of table `ucdp_events`; those with a null pg_id are set aside.
    """
    kept, aside = _split(events, "pg_id")
    located = _with_month(kept, month_rule).with_columns(precision_of())
    sums = _cell_sums(located, ["pg_id", "month_id", "type_of_violence", "gw_id", "precision"])
    order = ["pg_id", "month_id", "type_of_violence", *_ESTIMATES, "events", "gw_id", "precision"]
    return Aggregate(sums.select(order), aside, _notes(aside, "without a position"))


def events_to_cell_year(events: pl.DataFrame, month_rule: MonthRule | None = "end") -> Aggregate:
    """Deaths by cell, year, type, country and precision: (pg_id, year, type_of_violence, deaths_total, _low, _high,
    events, gw_id, precision).

    The year is that of the event's month. Events with a null pg_id are set aside.
    """
    kept, aside = _split(events, "pg_id")
    year = ((pl.col("month_id") - 1) // 12 + 1980).alias("year")
    by = ["pg_id", "year", "type_of_violence", "gw_id", "precision"]
    sums = _cell_sums(_with_month(kept, month_rule).with_columns(year, precision_of()), by)
    order = ["pg_id", "year", "type_of_violence", *_ESTIMATES, "events", "gw_id", "precision"]
    return Aggregate(sums.select(order), aside, _notes(aside, "without a position"))


def pool(releases: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Candidate releases as one set of events: where an id comes more than once, the last frame's event stands."""
    frames = list(releases)
    return pl.concat(frames, how="diagonal").unique("event_id", keep="last", maintain_order=True)


def _with_month(events: pl.DataFrame, rule: MonthRule | None) -> pl.DataFrame:
    return events if rule is None else events.with_columns(month_of(rule))


def _split(events: pl.DataFrame, unit: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    return events.filter(pl.col(unit).is_not_null()), events.filter(pl.col(unit).is_null())


def _notes(aside: pl.DataFrame, why: str) -> tuple[str, ...]:
    if not aside.height:
        return ()
    return (f"{aside.height:,} events {why} set aside ({int(aside['deaths_total'].sum()):,} deaths)",)


def _total(column: str) -> pl.Expr:
    # Int64 inside: sums of Int32 could run over before they are checked against the type of the table. What one event
    # lacks (the seven-column candidate files give no range) is not known for the whole either.
    return pl.when(pl.col(column).null_count() == 0).then(pl.col(column).cast(pl.Int64).sum())


def _country_sums(events: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    sums = [_total(column).cast(pl.Int32).alias(column) for column in (*_ESTIMATES, "deaths_civilians")]
    sums.append(pl.len().cast(pl.Int32).alias("events"))
    for number, name in TYPES.items():
        of_type = pl.col("type_of_violence") == number
        deaths = pl.col("deaths_total").cast(pl.Int64).filter(of_type).sum()
        sums.append(deaths.cast(pl.Int32).alias(f"deaths_{name}"))
    for number, name in TYPES.items():
        sums.append((pl.col("type_of_violence") == number).sum().cast(pl.Int32).alias(f"events_{name}"))
    return events.group_by(by).agg(sums).sort(by)


def _cell_sums(events: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    sums = [_total(column).cast(pl.Int32).alias(column) for column in _ESTIMATES]
    return events.group_by(by).agg(*sums, pl.len().cast(pl.Int32).alias("events")).sort(by)
