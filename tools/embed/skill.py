"""How well the models did when tried on the past: the scores that the brief prints beside its forecasts."""

import hashlib
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from forestall.forecast import models
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.scores import crps, ignorance, interval_score
from forestall.store import Workspace, files
from forestall.store.manifest import EmbeddedTable, Manifest
from forestall.verify import backtest
from forestall.verify.measure import observed
from tools.embed import held
from tools.embed.build import parquet

MODELS = ("forestall", "conflictology_12", "ewma", "last", "bootstrap_240", "zero")
FIRST_YEAR = 2018
SEED = 2018
ACTIVE = 12.0  # deaths in the twelve months before the forecast: a death a month


def build(embedded: Path, home: Path) -> pl.DataFrame:
    """One row a model and yearly window: mean scores over all countries and months, coverage where violence went on.

    embedded: the folder of embedded tables just built. home: an empty folder to work in. crps and mis in deaths, ign in
    bits.
    """
    workspace = Workspace.open(home, embedded=embedded)
    panel = country_month(workspace, as_of=latest_month(workspace))
    rows = [_row(panel, name, window) for name in MODELS for window in backtest.windows(panel, FIRST_YEAR)]
    return pl.DataFrame(rows).with_columns(pl.col("year").cast(pl.Int32), pl.col("n", "n_active").cast(pl.Int32))


def _row(panel: Panel, name: str, window: backtest.Window) -> dict[str, object]:
    seen = panel.cut(window.as_of)
    forecast = models.get(name)(seen, months=window.months, n_draws=1000, seed=SEED)
    draws = forecast.draws.reshape(-1, forecast.draws.shape[2])
    truth = observed(panel, forecast).reshape(-1)
    active = np.repeat(seen.values[:, -12:].sum(axis=1) >= ACTIVE, len(window.months))
    low, high = np.quantile(draws[active], [0.1, 0.9], axis=1)
    inside = (truth[active] >= low) & (truth[active] <= high)
    return {
        "model": name,
        "year": window.year,
        "crps": float(crps(draws, truth).mean()),
        "ign": float(ignorance(draws, truth).mean()),
        "mis": float(interval_score(draws, truth, level=0.9).mean()),
        "coverage80_active": float(inside.mean()),
        "n": truth.size,
        "n_active": int(active.sum()),
    }


def write(out: Path) -> str:
    """Write `skill.parquet` beside the other tables and enter it in their manifest; returns a line about it."""
    with tempfile.TemporaryDirectory() as home:
        frame = build(out, Path(home))
    content = parquet(frame)
    figures = Manifest.read(out / held.MANIFEST).tables["ucdp_country_month"]
    table = EmbeddedTable(
        file="skill.parquet",
        rows=frame.height,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=figures.sources,
        first_year=FIRST_YEAR,
        last_year=int(frame["year"].to_numpy().max()),
        command="python -m tools.embed.skill",
        note="our own measurement on the embedded country-month figures, as revised since, not as known at the time",
    )
    files.write(out / "skill.parquet", content)
    held.enter(out, tables={"skill": table})
    return f"skill: {table.rows:,} rows, {table.bytes:,} bytes"


if __name__ == "__main__":
    print(write(Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"))
