"""Events of a stream counted by country and month, or by grid cell and month, straight from its part files.

Every event counts once: those without a state or a cell stand in a row of their own a month, so the counts sum to the
rows of the stream.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from forestall.errors import StoreError
from forestall.ids import state_table
from forestall.ids.months import month_of
from forestall.sources.places import land
from forestall.sources.stream_store import Part, Stream

COUNTS = (
    "events",
    "verbal_cooperation",
    "material_cooperation",
    "verbal_conflict",
    "material_conflict",
    "protests",
    "mentions",
)
"""What is counted: events, those of each quad class, those of CAMEO category 14 (protest), and mentions in the news."""
_STEP_ROWS = 4_000_000
"""Months are counted some at a time: their groups fit the processor's cache, and memory stays small."""
_PROTEST = 14


def country_month_counts(
    stream: Stream, *, first: int | None = None, last: int | None = None, known_on: date | None = None
) -> pl.DataFrame:
    """Events by state and month: gw_id, iso3 (null: no state), month_id and `COUNTS`, all int64; by month and gw_id.

    first, last: month_id, both included. known_on: only events that the publisher had by that day. A state without a
    row in a month had no event in the stream; whether the stream covers the month is another question. Raises
    StoreError, naming the file, if a part is missing, truncated or damaged.
    """
    counts = _count(stream, stream.parts(first, last), "gw_id", known_on)
    counts = counts.join_asof(_codes(), on="month_id", by="gw_id", check_sortedness=False)
    return counts.select("gw_id", "iso3", "month_id", *COUNTS)


def cell_month_counts(
    stream: Stream, *, first: int | None = None, last: int | None = None, known_on: date | None = None
) -> pl.DataFrame:
    """Events by cell and month: pg_id, on_land (both null: no cell), month_id and `COUNTS`; by month and pg_id.

    Only events known to the place have a cell: those known to a country or division would pile up on its centroid.
    Cells without land are counted too, with on_land false. Arguments and errors as in `country_month_counts`.
    """
    counts = _count(stream, stream.parts(first, last), "pg_id", known_on)
    states = land()[counts["pg_id"].fill_null(0).to_numpy()]
    on_land = pl.Series("on_land", np.asarray(states > 0))
    return counts.select(
        "pg_id", pl.when(pl.col("pg_id").is_not_null()).then(on_land).alias("on_land"), "month_id", *COUNTS
    )


def _steps(parts: list[Part]) -> Iterator[list[Part]]:
    """Whole months, together about `_STEP_ROWS` rows unless one month has more."""
    step: list[Part] = []
    for part in parts:
        if step and part.month_id != step[-1].month_id and sum(p.rows for p in step) >= _STEP_ROWS:
            yield step
            step = []
        step.append(part)
    if step:
        yield step


def _count(stream: Stream, parts: list[Part], key: str, known_on: date | None) -> pl.DataFrame:
    """`key`, month_id and `COUNTS`, by month and key, null last."""
    stream.whole(parts)
    empty = pl.DataFrame(schema={key: pl.Int32, "month_id": pl.Int32, **dict.fromkeys(COUNTS, pl.Int64)})
    try:
        return pl.concat([empty, *(_counted(stream.whole(step), key, known_on) for step in _steps(parts))])
    except (pl.exceptions.PolarsError, OSError) as error:
        stream.whole(parts, deep=True)
        raise StoreError(f"{stream.folder} cannot be counted: {' '.join(str(error).split())[:200]}") from None


def _counted(paths: list[Path], key: str, known_on: date | None) -> pl.DataFrame:
    column = pl.col
    rows = pl.scan_parquet(paths, hive_partitioning=False)
    if known_on is not None:
        rows = rows.filter(column("added") <= known_on)
    sums = {"events": pl.len()}
    sums |= {name: (column("quad_class") == quad).sum() for quad, name in enumerate(COUNTS[1:5], start=1)}
    sums |= {"protests": (column("root_code") == _PROTEST).sum(), "mentions": column("mentions").sum()}
    counts = rows.group_by(key, "month_id").agg(what.cast(pl.Int64).alias(name) for name, what in sums.items())
    return counts.sort("month_id", key, nulls_last=True).collect(engine="streaming")


@cache
def _codes() -> pl.DataFrame:
    """The code that ties each state's number to its series, from the month in which its row of the table begins."""
    held = [s for s in state_table.rows() if s.gw_id is not None and s.kind == "state"]
    return pl.DataFrame(
        {
            "gw_id": pl.Series([s.gw_id for s in held], dtype=pl.Int32),
            "month_id": pl.Series([month_of(s.start) for s in held], dtype=pl.Int32),
            "iso3": pl.Series([s.series_iso3 or None for s in held], dtype=pl.String),
        }
    ).sort("month_id", maintain_order=True)
