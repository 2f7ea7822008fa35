"""Scores of single unit-months: the table from which every comparison and breakdown is made.

Two models are compared on the same cells, case by case, so the scores of each cell are kept with what a reader may
want to sort them by: country, region, months ahead, and how violent the country was when the forecast was made.
"""

import io
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall import scores
from forestall.errors import SourceError, UnknownCountryError, UsageError
from forestall.forecast.frame import Forecast
from forestall.ids.countries import by_iso3
from forestall.ids.months import month_end
from forestall.panel.frame import Panel
from forestall.store import files
from forestall.verify.measure import observed

FloatArray = npt.NDArray[np.float64]

METRICS = ("crps", "ign", "mis")
SCHEMA: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "year": pl.Int32,
    "as_of": pl.Int32,
    "unit": pl.Int32,
    "iso3": pl.String,
    "region": pl.String,
    "month_id": pl.Int32,
    "step": pl.Int32,
    "observed": pl.Float64,
    "before": pl.Float64,
    "state": pl.String,
    "crps": pl.Float64,
    "ign": pl.Float64,
    "mis": pl.Float64,
    "pit": pl.Float64,
}
KEY = ("as_of", "unit", "month_id")
SHARED = tuple(name for name in SCHEMA if name not in {"model", *METRICS, "pit"})
"""Columns that are the same for every model."""

# Deaths in the twelve months up to the origin: none, a mean under 20 a month, 20 to 200, over 200.
STATES = ("quiet", "under 20", "20 to 200", "over 200")
UNKNOWN_STATE = "not known"
BOUNDS = (12 * 20, 12 * 200)
BEFORE_MONTHS = 12
ACTIVE = 12.0
"""Deaths in the twelve months up to the origin from which a cell counts as active: a death a month."""


def score(forecast: Forecast, panel: Panel, *, year: int | None = None, model: str | None = None) -> pl.DataFrame:
    """One row a unit-month whose outcome is known, in the order of units and months, with the columns of SCHEMA.

    panel: holds the outcomes and the twelve months up to the forecast's `as_of`; nothing after `as_of` enters a column
    but `observed` and the scores. year: the window's label; default: the year of the first month. model: a name;
    default: the forecast's. crps and mis (of the 90 % interval) are in deaths per month, ign in bits; pit is the
    randomised PIT value (the same random share for every model), before the deaths in the twelve months up to the
    origin (null if a month of them is not known), step the months from `as_of` to the month scored.
    Raises UsageError if units or months lie outside the panel, or nothing is known.
    """
    actual = observed(panel, forecast)
    known = ~np.isnan(actual)
    if not known.any():
        raise UsageError("no actual figure is known for the units and months of this forecast: nothing to score")
    row, column = np.nonzero(known)
    draws, outcome = forecast.draws[known], actual[known]
    before = deaths_before(panel, forecast)
    place = {int(unit): i for i, unit in enumerate(panel.units)}
    iso3 = [panel.iso3[place[int(unit)]] if panel.iso3 else "" for unit in forecast.units]
    region = [_region(code, month_end(forecast.as_of)) for code in iso3]
    state = states(before)
    # drawn for all cells, known or not, so that each cell has its own share whatever else is scored
    share = np.random.default_rng(forecast.as_of).random(known.shape)[known]
    months = forecast.months[column]
    return pl.DataFrame(
        {
            "model": [model or forecast.model] * outcome.size,
            "year": np.full(outcome.size, year or 1980 + (int(forecast.months[0]) - 1) // 12),
            "as_of": np.full(outcome.size, forecast.as_of),
            "unit": forecast.units[row],
            "iso3": [iso3[i] for i in row],
            "region": [region[i] for i in row],
            "month_id": months,
            "step": months - forecast.as_of,
            "observed": outcome,
            "before": pl.Series(before[row], dtype=pl.Float64).fill_nan(None),
            "state": [state[i] for i in row],
            "crps": scores.crps(draws, outcome),
            "ign": scores.ignorance(draws, outcome),
            "mis": scores.interval_score(draws, outcome, level=0.9),
            "pit": _pit(draws, outcome, share),
        },
        schema=SCHEMA,
    )


def deaths_before(panel: Panel, forecast: Forecast) -> FloatArray:
    """Deaths of each unit in the twelve months up to `as_of`, (n_units,), NaN where one of the months is not known.

    Raises UsageError if the panel does not reach back twelve months before the end of `as_of`.
    """
    end = forecast.as_of - int(panel.months[0]) + 1
    if not BEFORE_MONTHS <= end <= panel.months.size:
        raise UsageError(
            f"the panel holds month_ids {panel.months[0]}..{panel.months[-1]}; the conflict state at the origin "
            f"{forecast.as_of} needs the {BEFORE_MONTHS} months up to it"
        )
    place = {int(unit): i for i, unit in enumerate(panel.units)}
    rows = [place[int(unit)] for unit in forecast.units]
    total: FloatArray = panel.values[rows, end - BEFORE_MONTHS : end].sum(axis=1)
    return total


def states(before: FloatArray) -> list[str]:
    """The conflict state of each unit from its deaths in twelve months: an entry of STATES, "not known" for NaN."""
    low, high = BOUNDS
    kind = np.where(before == 0, 0, np.where(before < low, 1, np.where(before <= high, 2, 3)))
    return [UNKNOWN_STATE if unknown else STATES[k] for k, unknown in zip(kind, np.isnan(before), strict=True)]


def rows(frame: pl.DataFrame, by: Sequence[str] = ("year", "model")) -> list[dict[str, float | int | str]]:
    """Mean scores by those columns: {*by, "crps", "ign", "mis", "n"}, in the order of first appearance."""
    return frame.group_by(by, maintain_order=True).agg(pl.col(*METRICS).mean(), n=pl.len()).to_dicts()


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write the table as Parquet, whole or not at all. OSError as the system gives it."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    files.write(path, buffer.getvalue())


def read(path: Path) -> pl.DataFrame:
    """Read a table that `write` wrote, or another with the columns of SCHEMA.

    Raises SourceError if the file is not there, not Parquet, lacks a column, or holds a score that is not a number.
    """
    if not path.is_file():
        raise SourceError(
            f"{path} is not there: expected a Parquet file of per-cell scores (forestall backtest --cells)"
        )
    try:
        lazy = pl.scan_parquet(path, hive_partitioning=False, glob=False)
        missing = [name for name in SCHEMA if name not in lazy.collect_schema()]
        if missing:
            raise SourceError(f"{path.name} lacks the columns {', '.join(missing)} of a table of per-cell scores")
        frame = lazy.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = (str(error).splitlines() or ["damaged"])[0]
        raise SourceError(f"{path.name} cannot be read as a Parquet file of per-cell scores: {reason}") from None
    optional = {"before"}
    for name, kind in SCHEMA.items():
        gaps = frame[name].null_count() + (frame[name].is_nan().sum() if kind == pl.Float64 else 0)
        if gaps and name not in optional:
            raise SourceError(f"{path.name}: {gaps} rows have no {name}; every row needs one")
    if frame.is_empty():
        raise SourceError(f"{path.name} holds no row: expected one a model, origin, country and month")
    return frame


def best(frame: pl.DataFrame) -> str:
    """The model with the lowest mean CRPS, ties by name."""
    means = frame.group_by("model").agg(pl.col("crps").mean()).sort("crps", "model")
    return str(means["model"][0])


def _pit(draws: npt.NDArray[np.float32], outcome: FloatArray, share: FloatArray) -> FloatArray:
    """As `scores.pit`, with the random shares given: all models of a window meet the same ones."""
    below = np.count_nonzero(draws < outcome[:, None], axis=1)
    equal = np.count_nonzero(draws == outcome[:, None], axis=1)
    value: FloatArray = (below + share * (equal + 1)) / (draws.shape[1] + 1)
    return value


@lru_cache(maxsize=4096)
def _region(iso3: str, on: date) -> str:
    """The M49 region of a code on a day, "not known" where the table of states has none."""
    if not iso3:
        return UNKNOWN_STATE
    try:
        return by_iso3(iso3, on).region
    except UnknownCountryError:
        return UNKNOWN_STATE
