"""A stored run of cells in the layouts of others: the house's Forecast for some cells, and the files of VIEWS."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from forestall.errors import UsageError
from forestall.forecast.cells.block import IntArray, LongArray
from forestall.forecast.cells.layout import first_line
from forestall.forecast.cells.reading import Run
from forestall.forecast.frame import Forecast
from forestall.forecast.views import FEWEST_DRAWS, MOST_DRAWS, MOST_ROWS, pandas_note, quoted
from forestall.store import files

# A dense forecast of so many values holds 4 GB
MOST_VALUES = 10**9


def to_forecast(run: Run, cells: Sequence[int] | IntArray) -> Forecast:
    """The draws of some cells of a monthly run, in the order given, with their zeros.

    Raises UsageError if the run counts years, a cell has no forecast or is named twice, or there are more draws than
    memory should hold.
    """
    _needs_months(run)
    wanted = np.asarray(cells)
    values = wanted.size * len(run.header.periods) * run.header.n_draws
    if values > MOST_VALUES:
        raise UsageError(
            f"{wanted.size:,} cells with their zeros are {values:,} draws, more than {MOST_VALUES:,}: ask for fewer "
            "cells, or for blocks (Run.cells), which hold no zeros"
        )
    blocks = run.cells(wanted)
    if sum(block.cells.size for block in blocks) != wanted.size:
        raise UsageError("a cell is named twice: a forecast holds each once")
    draws = np.empty((wanted.size, len(run.header.periods), run.header.n_draws), dtype=np.float32)
    place = {int(pg_id): row for row, pg_id in enumerate(wanted)}
    for block in blocks:
        draws[[place[pg_id] for pg_id in block.cells.tolist()]] = block.dense()
    header = run.header
    return Forecast(
        draws=draws,
        units=wanted.astype(np.int32),
        months=run.periods,
        level="cell",
        unit_key="pg_id",
        target=header.target,
        as_of=header.as_of,
        model=header.model,
        version=header.version,
        seed=header.seed,
        panel_digest=header.panel_digest,
    )


def write_views(
    run: Run,
    folder: Path,
    *,
    cells: Sequence[int] | IntArray | None = None,
    months: Sequence[int] | None = None,
) -> Path:
    """Write one window of the VIEWS layout, pgm/window=Y2018/MODEL.parquet, zeros included; returns the file.

    cells: which, by default all of the run. months: month_ids in a row, by default all; the window is named after the
    year of the first. Rows ascend by month, cell and draw. Zeros are made while the file is written: memory holds what
    has deaths, about 40 bytes a draw and 4 bytes a draw of a cell and month. The file appears whole or not at all.

    Raises UsageError if the run counts years, lacks a month, has fewer than 15 or more than 1,000 draws, or makes more
    than the 200 million rows that `read_views` takes; StoreError if a partition is damaged; OSError as the system
    gives it.
    """
    _needs_months(run)
    header = run.header
    wanted = np.array(header.periods if months is None else months, dtype=np.int64)
    if wanted.size == 0 or np.any(np.diff(wanted) != 1) or not set(wanted.tolist()) <= set(header.periods):
        raise UsageError(
            f"months {wanted.tolist()} are not months in a row of this run: it covers {header.periods[0]} to "
            f"{header.periods[-1]}"
        )
    if not FEWEST_DRAWS <= header.n_draws <= MOST_DRAWS:
        raise UsageError(f"the VIEWS layout takes {FEWEST_DRAWS} to {MOST_DRAWS} draws; this run has {header.n_draws}")
    chosen = run.index.pg_id if cells is None else np.unique(np.asarray(cells))
    parts = [run.file(int(gw_id)) for gw_id in np.unique(run.index.country_of(chosen))]
    rows = chosen.size * wanted.size * header.n_draws
    if not 1 <= rows <= MOST_ROWS:
        raise UsageError(
            f"{chosen.size:,} cells, {wanted.size} months and {header.n_draws} draws are {rows:,} rows with zeros; "
            f"expected 1 to {MOST_ROWS:,}: name fewer cells or months"
        )
    path = folder / "pgm" / f"window=Y{1980 + (int(wanted[0]) - 1) // 12}" / f"{header.model}.parquet"
    _fill(wanted, chosen.astype(np.int64), header.n_draws, parts, path)
    return path


def _needs_months(run: Run) -> None:
    if run.header.step != "month":
        raise UsageError("this run counts years, and the layout months: read its draws with Run.cell or Run.cells")


def _fill(months: LongArray, cells: LongArray, n_draws: int, parts: Sequence[Path], path: Path) -> None:
    """Write every month, cell and draw with its deaths, or 0, in that order. Raises OSError."""
    import duckdb

    index = ("month_id", "priogrid_gid", "draw")
    note = pandas_note({"outcome": np.zeros(0, dtype=np.int32)} | dict.fromkeys(index, months[:0]), index)
    # Square brackets keep what DuckDB would take for a pattern in a folder's name.
    listed = ", ".join(quoted(re.sub(r"([\[*?])", r"[\1]", str(part))) for part in parts)
    # Only a cell and month with deaths gets a list of its own; the lists are spread out into rows as they are written.
    query = f"""
        WITH kept AS (
            FROM read_parquet([{listed}], hive_partitioning = false)
            WHERE period IN (SELECT month_id FROM months) AND pg_id IN (SELECT priogrid_gid FROM cells)
        ),
        whole AS (
            SELECT period, pg_id, list(coalesce(deaths, 0) ORDER BY draw) AS outcomes
            FROM (SELECT * FROM (SELECT DISTINCT period, pg_id FROM kept) CROSS JOIN draws)
            LEFT JOIN kept USING (period, pg_id, draw)
            GROUP BY period, pg_id
        )
        SELECT unnest(coalesce(outcomes, list_resize([]::INTEGER[], {n_draws}, 0))) AS outcome,
            month_id, priogrid_gid, unnest(range({n_draws})) AS draw
        FROM (
            SELECT outcomes, month_id, priogrid_gid
            FROM months CROSS JOIN cells LEFT JOIN whole ON period = month_id AND pg_id = priogrid_gid
            ORDER BY month_id, priogrid_gid
        )
    """  # noqa: S608 - names of files are quoted
    try:
        with files.replacing_file(path) as part:
            with duckdb.connect() as database:
                # Two threads would hold back rows, gigabytes of them, to write them in order; one streams.
                database.execute("SET threads = 1")
                database.register("months", {"month_id": months})
                database.register("cells", {"priogrid_gid": cells})
                database.register("draws", {"draw": np.arange(n_draws, dtype=np.int16)})
                database.execute(
                    f"COPY ({query}) TO {quoted(str(part))} "
                    f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{pandas: {quoted(note)}}})"
                )
            with part.open("rb+") as stream:
                files.sync(stream)
    except duckdb.IOException as error:
        raise OSError(first_line(error)) from None
