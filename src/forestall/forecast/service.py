"""Run a model by name, and remember what it said: an unchanged panel costs one file read."""

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from forestall.errors import ForestallError, UsageError
from forestall.forecast import models
from forestall.forecast.frame import Forecast
from forestall.forecast.parquet import read_parquet, write_parquet
from forestall.forecast.sampling import MAX_HORIZON
from forestall.panel.frame import Panel

# Changes when what a cached file means changes.
FORMAT = 1
KEPT = 48


def run(
    panel: Panel,
    model: str = models.DEFAULT,
    *,
    months: int | Sequence[int] = MAX_HORIZON,
    n_draws: int = 1000,
    seed: int = 0,
    cache_dir: Path | None = None,
) -> Forecast:
    """The model's forecast for a panel, from the cache if the very same question was asked before.

    months: how many months after as_of (1 to 36), or the month_ids themselves. cache_dir: a folder for files
    that can be made again (`Workspace.cache_dir`); None keeps nothing. A cached file is used only if its
    content matches its digest; a cache that cannot be written or read costs time, never a result. Raises
    UsageError on an unknown model or months that are not 1 to 36 months after as_of.
    """
    function = models.get(model)
    if isinstance(months, int):
        if not 1 <= months <= MAX_HORIZON:
            raise UsageError(f"a horizon of {months} months was asked for, expected 1 to {MAX_HORIZON}")
        months = range(panel.as_of + 1, panel.as_of + months + 1)
    path = (
        None if cache_dir is None else cache_dir / "forecasts" / f"{_key(panel, model, months, n_draws, seed)}.parquet"
    )
    if path is not None and path.is_file():
        with contextlib.suppress(ForestallError, OSError):
            found = read_parquet(path)
            if found.panel_digest == panel.digest and found.model == model and found.as_of == panel.as_of:
                return found
    forecast = function(panel, months=months, n_draws=n_draws, seed=seed)
    if path is not None:
        with contextlib.suppress(OSError, ForestallError):
            write_parquet(forecast, path)
            _prune(path.parent)
    return forecast


def _key(panel: Panel, model: str, months: Sequence[int], n_draws: int, seed: int) -> str:
    asked = {
        "format": FORMAT,
        "panel": panel.digest,
        "as_of": panel.as_of,
        "target": panel.target,
        "unit_key": panel.unit_key,
        "units": hashlib.sha256(panel.units.tobytes()).hexdigest(),
        "model": model,
        "version": models.VERSIONS[model],
        "months": [int(month) for month in months],
        "n_draws": n_draws,
        "seed": seed,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _prune(folder: Path) -> None:
    """Keep the newest files only: a backtest over many months would otherwise fill the disk."""
    held = sorted(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in held[KEPT:]:
        path.unlink(missing_ok=True)
