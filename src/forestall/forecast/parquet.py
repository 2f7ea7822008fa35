"""Our own file of a forecast: one Parquet row per unit and month, its draws in a list column.

Columns: the unit (`gw_id`, `country_id` or `pg_id`), `month_id`, `draws` (fixed-size list of float32, deaths
per month). The file's metadata hold, under `forestall.forecast`, what made the draws and the digest that the
reader checks.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forestall.errors import ForestallError, SourceError
from forestall.forecast.frame import LEVEL_OF_KEY, Forecast
from forestall.store import files

KEY = "forestall.forecast"
HEADER = {
    "level": str,
    "unit_key": str,
    "target": str,
    "as_of": int,
    "model": str,
    "version": str,
    "seed": int,
    "panel_digest": str,
}


def write_parquet(forecast: Forecast, path: Path) -> None:
    """Write a forecast to one file, whole or not at all. Raises OSError as the system gives it."""
    n_units, n_months, n_draws = forecast.draws.shape
    frame = pl.DataFrame(
        {
            forecast.unit_key: np.repeat(forecast.units, n_months),
            "month_id": np.tile(forecast.months, n_units),
            "draws": pl.Series(forecast.draws.reshape(-1, n_draws), dtype=pl.Array(pl.Float32, n_draws)),
        }
    )
    document = {**forecast.header(), "n_months": n_months, "digest": forecast.digest}
    # In memory first: polars reports a full disk as an error of its own, which nobody here would take for one.
    packed = io.BytesIO()
    frame.write_parquet(packed, compression="lz4", statistics=False, metadata={KEY: json.dumps(document)})
    with files.replacing(path) as stream:
        stream.write(packed.getbuffer())


def is_own(path: Path) -> bool:
    """Whether a file says of itself that it is one of ours. Raises SourceError if it is no Parquet file."""
    return KEY in _metadata(path)


def read_parquet(path: Path) -> Forecast:
    """Read a file that `write_parquet` made and check it against its digest.

    Raises SourceError if it is not such a file, is damaged, or was changed after it was written.
    """
    metadata = _metadata(path)
    if KEY not in metadata:
        raise SourceError(f"{path.name} is not a forestall forecast: its metadata lack {KEY!r}")
    try:
        document: dict[str, Any] = json.loads(metadata[KEY])
        header = {name: kind(document[name]) for name, kind in HEADER.items()}
        n_months, digest = int(document["n_months"]), str(document["digest"])
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{path.name}: the header under {KEY!r} cannot be read ({error!r}); write the file anew"
        ) from None
    unit_key = header["unit_key"]
    if unit_key not in LEVEL_OF_KEY:
        raise SourceError(f"{path.name}: unit_key is {unit_key!r}, expected one of {', '.join(LEVEL_OF_KEY)}")
    try:
        frame = pl.read_parquet(path, columns=[unit_key, "month_id", "draws"])
        draws = frame["draws"].to_numpy()
        if draws.ndim != 2 or n_months < 1 or draws.shape[0] % n_months:
            raise SourceError(f"{path.name}: {draws.shape[0]} rows are not units of {n_months} months each")
        forecast = Forecast(
            draws=draws.reshape(-1, n_months, draws.shape[1]),
            units=frame[unit_key].to_numpy()[::n_months],
            months=frame["month_id"].to_numpy()[:n_months],
            **header,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise SourceError(f"{path.name} cannot be read as a forecast: {_first_line(error)}") from None
    except (ForestallError, ValueError) as error:
        raise SourceError(f"{path.name} holds no valid forecast: {_first_line(error)}") from None
    if forecast.digest != digest:
        raise SourceError(
            f"{path.name} was changed after it was written: its draws have digest {forecast.digest[:12]}, "
            f"its header says {digest[:12]}"
        )
    return forecast


def _metadata(path: Path) -> dict[str, str]:
    try:
        return pl.read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise SourceError(f"{path.name} cannot be read as Parquet: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
