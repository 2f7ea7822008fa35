"""Anyone's forecast against anyone's actual figures, both from files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forestall.errors import SourceError, UsageError
from forestall.forecast import parquet, views
from forestall.forecast.frame import Forecast
from forestall.verify.measure import FloatArray, measure

UNIT_COLUMNS = {"country_id": ("country_id",), "gw_id": ("gw_id",), "pg_id": ("pg_id", "priogrid_gid")}
OUTCOME_COLUMNS = ("outcome", "ged_sb", "deaths")
MOST_BYTES = 2_000_000_000


def forecasts(path: Path) -> Iterable[tuple[str, Forecast]]:
    """The forecasts at a path, window by window: our own Parquet, or the VIEWS layout (one file or a folder of
    windows).

    Raises SourceError if it is neither.
    """
    if path.is_file() and parquet.is_own(path):
        yield path.stem, parquet.read_parquet(path)
        return
    for name, paths in views.windows(path).items():
        yield name, views.read_files(paths)


def read_actuals(path: Path, unit_key: str) -> pl.DataFrame:
    """Actual figures as unit (i64), month_id (i64), deaths (f64, null where not known), one row a unit and month.

    path: Parquet or CSV with month_id, the unit (country_id, gw_id, pg_id or priogrid_gid), and one of outcome,
    ged_sb or deaths. unit_key: how the forecast numbers its units. Raises SourceError in one line if the file
    is not that.
    """
    if not path.is_file():
        raise SourceError(f"{path} is not there: expected a Parquet or CSV file of actual figures")
    if path.stat().st_size > MOST_BYTES:
        raise SourceError(f"{path.name} has {path.stat().st_size:,} bytes, expected at most {MOST_BYTES:,}")
    try:
        with path.open("rb") as stream:
            is_parquet = stream.read(4) == b"PAR1"
        frame = pl.read_parquet(path) if is_parquet else pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise SourceError(
            f"{path.name} cannot be read as Parquet or CSV: {(str(error).splitlines() or [''])[0]}"
        ) from None
    unit = next((name for name in UNIT_COLUMNS[unit_key] if name in frame.columns), None)
    outcome = next((name for name in OUTCOME_COLUMNS if name in frame.columns), None)
    if unit is None or outcome is None or "month_id" not in frame.columns:
        raise SourceError(
            f"{path.name} has the columns {', '.join(frame.columns)[:200]}; expected month_id, "
            f"{' or '.join(UNIT_COLUMNS[unit_key])} (as in the forecast), and one of {', '.join(OUTCOME_COLUMNS)}"
        )
    try:
        table = frame.select(
            pl.col(unit).cast(pl.Int64).alias("unit"),
            pl.col("month_id").cast(pl.Int64),
            pl.col(outcome).cast(pl.Float64).fill_nan(None).alias("deaths"),
        )
    except pl.exceptions.PolarsError as error:
        raise SourceError(f"{path.name} holds text where numbers are expected: {str(error).splitlines()[0]}") from None
    if table["unit"].null_count() or table["month_id"].null_count():
        raise SourceError(f"{path.name} has rows without {unit} or month_id; every row needs both")
    bad = table.filter((pl.col("deaths") < 0) | pl.col("deaths").is_infinite())
    if bad.height:
        row = bad.row(0, named=True)
        raise SourceError(
            f"{path.name}: {outcome} is {row['deaths']} for {unit} {row['unit']} in month_id {row['month_id']}, "
            f"expected deaths, 0 or more"
        )
    if table.select("unit", "month_id").is_duplicated().any():
        row = table.filter(table.select("unit", "month_id").is_duplicated()).row(0, named=True)
        raise SourceError(
            f"{path.name} has two rows for {unit} {row['unit']} in month_id {row['month_id']}, expected one"
        )
    return table


def match(forecast: Forecast, actuals: pl.DataFrame) -> FloatArray:
    """The actual figures in the forecast's order, (n_units, n_months), NaN where the table has a null.

    Raises UsageError if units or months of the forecast have no row: a missing outcome is not a zero.
    """
    months = forecast.months.astype(np.int64)
    grid = pl.DataFrame(
        {
            "unit": np.repeat(forecast.units.astype(np.int64), months.size),
            "month_id": np.tile(months, forecast.units.size),
        }
    )
    joined = grid.join(
        actuals.with_columns(here=pl.lit(value=True)), on=["unit", "month_id"], how="left", maintain_order="left"
    )
    absent = joined.filter(pl.col("here").is_null())
    if absent.height:
        row = absent.row(0, named=True)
        raise UsageError(
            f"the actual figures lack {absent.height} of {joined.height} unit-months of the forecast, first "
            f"{forecast.unit_key} {row['unit']} in month_id {row['month_id']}; add them, or score fewer units"
        )
    deaths = joined["deaths"].fill_null(float("nan"))
    return deaths.to_numpy().reshape(forecast.units.size, months.size)


def score(path: Path, actuals: Path, *, extras: bool = True) -> list[dict[str, Any]]:
    """Scores of every forecast at a path: rows {"window", "model", "months", "draws", "crps", "ign", "mis", "n", ...}.

    Raises SourceError and UsageError as the readers do.
    """
    rows: list[dict[str, Any]] = []
    table: pl.DataFrame | None = None
    for name, forecast in forecasts(path):
        if table is None:
            table = read_actuals(actuals, forecast.unit_key)
        found = measure(forecast, match(forecast, table), extras=extras)
        months = [int(forecast.months[0]), int(forecast.months[-1])]
        rows.append({"window": name, "model": forecast.model, "month_ids": months, "draws": forecast.n_draws, **found})
    return rows
