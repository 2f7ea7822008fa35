"""`forestall forecast --level cell`: where inside countries, as draws on disk and a table of the worst cells."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forestall.cli.common import crew, folder, note, print_json
from forestall.cli.terminal import REVISED, month_text, new_table, show
from forestall.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from forestall.forecast.cells.reading import Run
    from forestall.panel.frame import Panel
    from forestall.store import Workspace

STEPS = ("month", "year")
SHOWN = 20
NUMBERS = ("mean", "p1", "p25", "p100", "q05", "q50", "q95")


def check(country: str | None, step: str, out: Path | None) -> None:
    """Raises UsageError on a step that is none, and where nothing says what to do with a forecast of the world."""
    if step not in STEPS:
        raise UsageError(f"--step {step!r} is not known: expected month or year")
    if country is None and out is None:
        raise UsageError(
            "all cells of the world are too many to print: name a country, or a folder to write to (--out DIR)"
        )


def forecast(
    workspace: "Workspace",
    panel: "Panel",
    unit: int | None,
    *,
    model: str,
    horizon: int,
    step: str,
    seed: int,
    out: Path | None,
    jobs: int | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Forecast the cells of one country, or of all; print the worst, or one JSON document."""
    from forestall.forecast.cells import service

    with _where(out) as where, crew(jobs, cluster) as workers:
        done = service.run(
            workspace,
            panel,
            where,
            horizon=horizon,
            step="year" if step == "year" else "month",
            seed=seed,
            model=model,
            units=None if unit is None else [unit],
            workers=workers,
        )
        if out is not None:
            note(f"written: {out} ({done.index.pg_id.size:,} cells)")
        summary = done.summary()
        codes = dict(zip(panel.units.tolist(), panel.iso3, strict=True))
        if as_json:
            print_json(_document(done, summary if unit is not None else None, panel, codes))
        else:
            show(_table(done, summary, codes))


@contextmanager
def _where(out: Path | None) -> Iterator[Path]:
    if out is not None:
        yield folder(out, "--out")
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "run"


def _document(done: "Run", summary: "pl.DataFrame | None", panel: "Panel", codes: dict[int, str]) -> dict[str, Any]:
    """The run in words; with a summary, also its cells. pK is P(deaths >= K)."""
    head = done.header
    document: dict[str, Any] = {
        "as_of": month_text(head.as_of),
        "target": head.target,
        "level": "cell",
        "step": head.step,
        "unit": f"deaths per {head.step} and cell of half a degree, UCDP best estimate",
        "model": head.model,
        "model_version": head.version,
        "seed": head.seed,
        "draws": head.n_draws,
        "panel_digest": head.panel_digest,
        "figures": REVISED,
        "last_month": {"release": panel.releases[-1], "status": panel.status[-1]},
        "periods": [_period(head.step, period) for period in head.periods],
        "cells_covered": int(done.index.pg_id.size),
        "note": "cells that are not named have no deaths in any draw",
    }
    if summary is not None:
        document["cells"] = _cells(summary, head.step, codes)
    return document


def _cells(summary: "pl.DataFrame", step: str, codes: dict[int, str]) -> list[dict[str, Any]]:
    from forestall.ids import cells

    found = []
    for (pg_id, gw_id), rows in summary.group_by("pg_id", "gw_id", maintain_order=True):
        lat, lon = cells.centre(int(str(pg_id)))
        found.append(
            {
                "pg_id": pg_id,
                "lat": float(lat),
                "lon": float(lon),
                "gw_id": gw_id,
                "iso3": codes[int(str(gw_id))],
                "periods": [
                    {step: _period(step, row["period"])} | {name: round(row[name], 4) for name in NUMBERS}
                    for row in rows.sort("period").iter_rows(named=True)
                ],
            }
        )
    return found


def _period(step: str, period: int) -> str | int:
    return month_text(period) if step == "month" else period


def _table(done: "Run", summary: "pl.DataFrame", codes: dict[int, str]) -> "Table":
    """The cells with the most deaths expected over all periods."""
    import polars as pl

    from forestall.ids import cells

    head = done.header
    first, last = (_period(head.step, period) for period in (head.periods[0], head.periods[-1]))
    most = (
        summary.group_by("pg_id", "gw_id")
        .agg(pl.col("mean").sum(), pl.col("p1").first(), pl.col("p25").first())
        .sort("mean", "pg_id", descending=[True, False])
        .head(SHOWN)
    )
    table = new_table(
        f"{head.target} by cell, model {head.model}, data to {month_text(head.as_of)}",
        ["cell", "lat, lon", "country"],
        ["expected", "P(1+)", "P(25+)"],
        f"the {most.height} cells of half a degree with the most deaths expected from {first} to {last}, of "
        f"{done.index.pg_id.size:,}; P: in {first} alone; lat, lon: the middle",
    )
    for row in most.iter_rows(named=True):
        lat, lon = cells.centre(row["pg_id"])
        table.add_row(
            str(row["pg_id"]),
            f"{float(lat):.2f}, {float(lon):.2f}",
            codes[row["gw_id"]],
            f"{row['mean']:,.0f}" if row["mean"] >= 1 else "under 1",
            _percent(row["p1"]),
            _percent(row["p25"]),
        )
    return table


def _percent(chance: float) -> str:
    if chance < 0.01:
        return "< 1 %"
    return "> 99 %" if chance > 0.99 else f"{chance * 100:.0f} %"
