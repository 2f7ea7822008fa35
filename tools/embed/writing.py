"""Writing a table beside the others and entering it in the manifest."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from forestall.store import files
from forestall.store.manifest import EmbeddedTable, Source
from tools.embed import held
from tools.embed.build import parquet


def write(
    out: Path,
    name: str,
    frame: pl.DataFrame,
    *sources: Source,
    command: str,
    note: str,
    span: str | Mapping[str, int] | None = None,
) -> str:
    """Write the table and enter it; returns a line on it.

    span: the column that gives the table's span, month_id or year, or the manifest's own ends (first_year, last_year);
    None for a table without time.
    """
    content = parquet(frame)
    files.write(out / f"{name}.parquet", content)
    entry = EmbeddedTable(
        file=f"{name}.parquet",
        rows=frame.height,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=sources,
        command=command,
        note=note,
    )
    if isinstance(span, Mapping):
        entry = EmbeddedTable.model_validate(entry.model_dump() | dict(span))
    elif span is not None:
        first, last = (int(edge) for edge in (frame[span].to_numpy().min(), frame[span].to_numpy().max()))
        ends = (
            {"first_month": first, "last_month": last}
            if span == "month_id"
            else {"first_year": first, "last_year": last}
        )
        entry = EmbeddedTable.model_validate(entry.model_dump() | ends)
    held.enter(out, tables={name: entry}, built_with=f"polars {pl.__version__}")
    return f"{name}: {frame.height:,} rows, {len(content):,} bytes"
