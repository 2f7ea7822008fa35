"""Events of a stream counted by country and month, or by grid cell and month, straight from its part files.

Every event counts once: those without a state or a cell stand in a row of their own a month, so the counts sum to the
rows of the stream.
"""

import os
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.errors import StoreError
from forestall.ids import state_table
from forestall.ids.months import month_of
from forestall.sources.places import land
from forestall.sources.stream_store import Part, Stream

if TYPE_CHECKING:
    import duckdb

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
_STEP_ROWS = 8_000_000
"""Cells are counted some months at a time, so that memory does not grow with the stream."""
_PROTEST = 14


def country_month_counts(
    stream: Stream,
    *,
    first: int | None = None,
    last: int | None = None,
    known_on: date | None = None,
    threads: int | None = None,
) -> pl.DataFrame:
    """Events by state and month: gw_id, iso3 (null: no state), month_id and `COUNTS`, all int64; by month and gw_id.

    first, last: month_id, both included. known_on: only events that the publisher had by that day. A state without a
    row in a month had no event in the stream; whether the stream covers the month is another question. threads: default
    all cores. Raises StoreError, naming the file, if a part is missing, truncated or damaged.
    """
    parts = stream.parts(first, last)
    counts = _count(stream, parts, "gw_id", known_on, threads).sort("month_id")
    counts = counts.join_asof(_codes(), on="month_id", by="gw_id", check_sortedness=False)
    return _ordered(counts, "gw_id").select("gw_id", "iso3", "month_id", *COUNTS)


def cell_month_counts(
    stream: Stream,
    *,
    first: int | None = None,
    last: int | None = None,
    known_on: date | None = None,
    threads: int | None = None,
) -> pl.DataFrame:
    """Events by cell and month: pg_id, on_land (both null: no cell), month_id and `COUNTS`; by month and pg_id.

    Only events known to the place have a cell: those known to a country or division would pile up on its centroid.
    Cells without land are counted too, with on_land false. Arguments and errors as in `country_month_counts`. Memory is
    bounded by some months of the stream and the answer.
    """
    parts = stream.parts(first, last)
    steps = [_count(stream, step, "pg_id", known_on, threads) for step in _steps(parts)]
    counts = _ordered(pl.concat(steps), "pg_id") if steps else _ordered(_empty("pg_id"), "pg_id")
    states = land()[counts["pg_id"].fill_null(0).to_numpy()]
    on_land = pl.Series("on_land", np.asarray(states > 0))
    return counts.select(
        "pg_id", pl.when(pl.col("pg_id").is_not_null()).then(on_land).alias("on_land"), "month_id", *COUNTS
    )


def _steps(parts: list[Part]) -> Iterable[list[Part]]:
    """Whole months, together at most `_STEP_ROWS` rows unless one month has more."""
    step: list[Part] = []
    for part in parts:
        if step and part.month_id != step[-1].month_id and sum(p.rows for p in step) >= _STEP_ROWS:
            yield step
            step = []
        step.append(part)
    if step:
        yield step


def _empty(key: str) -> pl.DataFrame:
    return pl.DataFrame(schema={key: pl.Int32, "month_id": pl.Int32, **dict.fromkeys(COUNTS, pl.Int64)})


def _ordered(counts: pl.DataFrame, key: str) -> pl.DataFrame:
    return counts.sort("month_id", key, nulls_last=True)


def _count(stream: Stream, parts: list[Part], key: str, known_on: date | None, threads: int | None) -> pl.DataFrame:
    import duckdb

    if not parts:
        return _empty(key)
    paths = [str(path) for path in stream.whole(parts)]
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET threads = {int(threads or os.cpu_count() or 1)}")
        connection.execute("SET preserve_insertion_order = false")
        try:
            return _query(connection, paths, key, known_on)
        except (duckdb.Error, pl.exceptions.PolarsError) as error:
            stream.whole(parts, deep=True)
            raise StoreError(f"{stream.folder} cannot be counted: {' '.join(str(error).split())[:200]}") from None


def _query(connection: "duckdb.DuckDBPyConnection", paths: list[str], key: str, known_on: date | None) -> pl.DataFrame:
    where = "" if known_on is None else f"WHERE added <= DATE '{known_on.isoformat()}'"
    sums = {"events": "sum(n)"}
    sums |= {name: f"sum(n) FILTER (quad_class = {quad})" for quad, name in enumerate(COUNTS[1:5], start=1)}
    sums |= {"protests": f"sum(n) FILTER (root_code = {_PROTEST})", "mentions": "sum(m)"}
    listed = ", ".join(f"CAST(coalesce({what}, 0) AS BIGINT) AS {name}" for name, what in sums.items())
    # Counting by category first and adding up then is faster than seven sums over every row.
    return pl.DataFrame(
        connection.execute(
            f"SELECT {key}, month_id, {listed} FROM ("  # noqa: S608
            f"SELECT {key}, month_id, quad_class, root_code, count(*) AS n, sum(mentions) AS m "
            f"FROM read_parquet(?, hive_partitioning = false) {where} GROUP BY ALL) GROUP BY {key}, month_id",
            [paths],
        ).pl()
    )


@cache
def _codes() -> pl.DataFrame:
    """The code that ties each state's number to its series, from the month in which its row of the table begins."""
    held = [s for s in state_table.rows() if s.gw_id is not None and s.kind == "state"]
    return pl.DataFrame(
        {
            "gw_id": pl.Series([s.gw_id for s in held], dtype=pl.Int32),
            "month_id": pl.Series([month_of(s.start) for s in held], dtype=pl.Int32),
            "iso3": pl.Series([s.continuing_iso3 or s.iso3 or None for s in held], dtype=pl.String),
        }
    ).sort("month_id", maintain_order=True)
