"""Small releases for the tests of the panel: registers, counts and events, drawn or written out."""

from datetime import date, timedelta

import polars as pl
from hypothesis import strategies as st

from forestall.store.schemas import SCHEMAS

FIRST, LAST = 541, 552
"""2025-01 to 2025-12: the months that drawn releases speak of."""


def frame(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows of a table with nulls where a row names no value."""
    schema = SCHEMAS[table]
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema)


def release(
    name: str,
    table: str,
    status: str,
    first: int,
    last: int,
    published: date | None = None,
    month_rule: str | None = None,
) -> dict[str, object]:
    """A row of the register."""
    rule = month_rule or ("end" if table == "ucdp_events" else "start")
    return {
        "release": name,
        "table": table,
        "source": "UCDP",
        "status": status,
        "published": published,
        "first_month": first,
        "last_month": last,
        "month_rule": rule,
    }


def count(
    release_name: str, month: int, deaths: int, gw_id: int = 432, iso3: str = "MLI", **more: object
) -> dict[str, object]:
    """A row of ucdp_country_month: one event, its deaths state-based."""
    row: dict[str, object] = {
        "gw_id": gw_id,
        "iso3": iso3,
        "month_id": month,
        "deaths_total": deaths,
        "deaths_total_low": deaths,
        "deaths_total_high": deaths + 5,
        "deaths_civilians": 0,
        "events": 1,
        "deaths_state_based": deaths,
        "deaths_non_state": 0,
        "deaths_one_sided": 0,
        "events_state_based": 1,
        "events_non_state": 0,
        "events_one_sided": 0,
        "release": release_name,
    }
    return row | more


def event(release_name: str, event_id: int, start: date, end: date, deaths: int, **more: object) -> dict[str, object]:
    """A row of ucdp_events, in Mali unless told otherwise."""
    row: dict[str, object] = {
        "event_id": event_id,
        "date_start": start,
        "date_end": end,
        "date_prec": 1,
        "type_of_violence": 1,
        "gw_id": 432,
        "ucdp_country": "Mali",
        "lat": 16.25,
        "lon": -0.25,
        "pg_id": 153_000,
        "deaths_total": deaths,
        "deaths_total_low": deaths,
        "deaths_total_high": 2 * deaths,
        "deaths_civilians": 0,
        "release": release_name,
    }
    return row | more


def day_of(month: int, day: int = 1) -> date:
    """A day of a month_id."""
    return date((month - 1) // 12 + 1980, (month - 1) % 12 + 1, day)


@st.composite
def events(draw: st.DrawFn, names: tuple[str, ...] = ("ucdp-candidate-25.0.6",), max_size: int = 12) -> pl.DataFrame:
    """Events of 2025, some across months, some without country or position, ids that may repeat between releases."""
    rows = []
    for name in names:
        for number in draw(st.lists(st.integers(1, 15), unique=True, max_size=max_size)):
            start = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
            rows.append(
                event(
                    name,
                    number,
                    start,
                    start + timedelta(days=draw(st.sampled_from([0, 0, 0, 3, 40]))),
                    draw(st.integers(0, 500)),
                    type_of_violence=draw(st.integers(1, 3)),
                    gw_id=draw(st.sampled_from([432, 439, 475, None])),
                    pg_id=draw(st.sampled_from([153_000, 153_001, None])),
                )
            )
    return frame("ucdp_events", rows)


@st.composite
def counts(draw: st.DrawFn, names: tuple[str, ...]) -> pl.DataFrame:
    """Country-month counts of these releases in 2025."""
    rows = []
    for name in names:
        for month in draw(st.lists(st.integers(FIRST, LAST), unique=True, max_size=6)):
            rows.append(count(name, month, draw(st.integers(1, 500))))
    return frame("ucdp_country_month", rows)
