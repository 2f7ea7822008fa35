"""What alerts would have said each month since 2010, and what followed: the record printed beside every alert."""

import argparse
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from forestall.forecast import models
from forestall.ids.months import month_id
from forestall.instruments.alert_events import EVENTS, FromDraws, Source, outcomes
from forestall.instruments.record import TABLE
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace, files
from forestall.store.manifest import EmbeddedTable, Manifest
from forestall.store.schemas import SCHEMAS
from tools.embed import held
from tools.embed.build import parquet

FIRST = month_id(2010, 1)


def rows(
    panel: Panel, source: Source, *, first: int = FIRST, progress: Callable[[int], None] | None = None
) -> pl.DataFrame:
    """Table `alert_record`: one row a country, origin and event that can begin there, by event, country and origin.

    panel: the newest figures. source: gives the chances; at each origin it sees the panel cut there and nothing else.
    first: first origin (month_id). progress: called with each origin.
    """
    after = {event: outcomes(panel, event) for event in EVENTS}
    parts = []
    for origin in range(first, panel.as_of + 1):
        seen = panel.cut(origin)
        chances = source(seen)
        for event in EVENTS:
            p = chances.probability[event]
            keep = ~np.isnan(p)
            parts.append(
                pl.DataFrame(
                    {
                        "event": [event] * int(keep.sum()),
                        "gw_id": panel.units[keep],
                        "iso3": np.array(panel.iso3)[keep],
                        "origin": np.full(int(keep.sum()), origin, dtype=np.int32),
                        "probability": p[keep],
                        "outcome": after[event][keep, origin - int(panel.months[0])],
                        "model": [chances.model] * int(keep.sum()),
                        "version": [chances.version] * int(keep.sum()),
                        "panel_digest": [seen.digest] * int(keep.sum()),
                    }
                )
            )
        if progress is not None:
            progress(origin)
    frame = pl.concat(parts).with_columns(pl.col("outcome").fill_nan(None))
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMAS[TABLE].items()).sort(
        "event", "gw_id", "origin"
    )


def write(out: Path, model: str, *, event_models: bool = False, progress: Callable[[int], None] | None = None) -> str:
    """Write `alert_record.parquet` beside the other tables and enter it in their manifest; returns a line about it."""
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(Path(home), embedded=out)
        panel = country_month(workspace, as_of=latest_month(workspace))
        source: Source = FromDraws(model)
        if event_models:
            from forestall.instruments.alert_sources import WithEventModels

            source = WithEventModels(FromDraws(model), workspace)
        frame = rows(panel, source, progress=progress)
    content = parquet(frame)
    figures = Manifest.read(out / held.MANIFEST).tables["ucdp_country_month"]
    table = EmbeddedTable(
        file=f"{TABLE}.parquet",
        rows=frame.height,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=figures.sources,
        first_month=FIRST,
        last_month=panel.as_of,
        command=f"python -m tools.embed.alerts --model {model}{' --event-models' if event_models else ''}",
        note="our own measurement on the embedded country-month figures, as revised since, not as known at the time",
    )
    files.write(out / table.file, content)
    held.enter(out, tables={TABLE: table})
    return f"{TABLE}: {table.rows:,} rows, {table.bytes:,} bytes"


def main() -> None:
    """Build the record of one model's alerts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=models.DEFAULT, help="the forecasting model; default: %(default)s")
    parser.add_argument(
        "--event-models", action="store_true", help="onset and escalation from the models learned for them"
    )
    asked = parser.parse_args()
    models.get(asked.model)
    out = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"
    said = write(
        out, asked.model, event_models=asked.event_models, progress=lambda origin: print(origin, end=" ", flush=True)
    )
    print(said)


if __name__ == "__main__":
    main()
