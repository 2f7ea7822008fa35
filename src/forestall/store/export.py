"""Writing a table for others: CSV (with HXL tags if wished), Parquet or GeoJSON, each with its sources beside it.

CSV cells that a spreadsheet would run as a formula get an apostrophe in front. HXL: https://hxlstandard.org/standard/1-1final/
GeoJSON: RFC 7946.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from forestall.errors import StoreError, UsageError
from forestall.ids.cells import corners
from forestall.ids.months import format_month, year_of
from forestall.store import files
from forestall.store.manifest import Source
from forestall.store.tables import Embedded
from forestall.store.workspace import Workspace

FORMATS = ("csv", "parquet", "geojson")

_FORMULA = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"
_MOST_FEATURES = 500_000


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file, the note of sources beside it (None where they are inside), rows and columns."""

    path: Path
    citation: Path | None
    rows: int
    columns: tuple[str, ...]


def sources(workspace: Workspace, table: str, releases: Iterable[str] | None = None) -> list[Source]:
    """The sources of a table's rows, embedded and added, each once. releases: of added files, only those named."""
    wanted = None if releases is None else set(releases)
    found: list[Source] = []
    embedded = workspace.embedded.tables().get(table)
    entries = workspace.catalogue().of_table(table)
    if embedded is not None:
        found += embedded.sources
    found += [entry.source for entry in entries if wanted is None or entry.row.release in wanted]
    return list(dict.fromkeys(found))


def fields(embedded: Embedded) -> dict[str, dict[str, str]]:
    """Meaning, unit, source and HXL tag of every column, from `fields.yml`; empty if this copy has none."""
    path = embedded.folder / "fields.yml"
    if not path.is_file():
        return {}
    content = yaml.safe_load(path.read_text("utf-8"))
    listed = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(listed, dict) or not all(isinstance(about, dict) for about in listed.values()):
        raise StoreError(
            f"{path} is not a list of fields: expected columns with their meaning; install forestall again"
        )
    return {str(name): {str(key): str(value) for key, value in about.items()} for name, about in listed.items()}


def export(
    workspace: Workspace, table: str, frame: pl.DataFrame, path: Path, *, kind: str, hxl: bool = False
) -> Exported:
    """Write `frame`, rows of `table`, to `path` in one step, with its sources.

    kind: csv, parquet or geojson (for tables with cells or coordinates). hxl: a row of HXL tags under the CSV's header.
    Sources stand in PATH.citation.txt, and inside Parquet (metadata `forestall`) and GeoJSON (member `metadata`).
    Raises UsageError if the table has no place, StoreError if the file cannot be written.
    """
    cited = sources(workspace, table, frame["release"].unique() if "release" in frame.columns else None)
    about = fields(workspace.embedded)
    if hxl and not any("hxl" in entry for entry in about.values()):
        raise StoreError(f"no HXL tags: {workspace.embedded.folder / 'fields.yml'} is missing; install forestall again")
    frame = _with_month(frame)
    note = _metadata(table, frame, cited, about)
    if kind == "csv":
        tags = {name: entry.get("hxl", "") for name, entry in about.items()}
        content = csv(frame, tags if hxl else None)
    elif kind == "parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer, metadata={"forestall": json.dumps(note, ensure_ascii=False)})
        content = buffer.getvalue()
    elif kind == "geojson":
        content = geojson(frame, table, note)
    else:
        raise UsageError(f"format {kind!r} is not written: choose one of {', '.join(FORMATS)}")
    beside = path.with_name(path.name + ".citation.txt")
    try:
        with files.refusals(path, "write"):
            files.write(path, content)
            files.write(beside, _citation(table, frame, cited).encode())
    except StoreError as error:
        # The advice about FORESTALL_HOME is for the workspace; this is the user's own file.
        raise StoreError(str(error).replace("set FORESTALL_HOME to", "give --out in")) from error.__cause__
    return Exported(path, beside, frame.height, tuple(frame.columns))


def csv(frame: pl.DataFrame, tags: Mapping[str, str] | None = None) -> bytes:
    """CSV in UTF-8: one header, dates as YYYY-MM-DD, nothing for what is not known, no cell that acts as a formula.

    tags: HXL tags by column, written as a second row.
    """
    text = [name for name, kind in frame.schema.items() if kind == pl.String]
    safe = frame.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in text
    )
    if tags is None:
        return safe.write_csv().encode()
    header, _, body = safe.write_csv().partition("\n")
    return f"{header}\n{','.join(tags.get(name, '') for name in frame.columns)}\n{body}".encode()


def geojson(frame: pl.DataFrame, table: str, note: Mapping[str, Any]) -> bytes:
    """A FeatureCollection: a square for each row with a `pg_id`, or else a point for each row with `lat` and `lon`.

    Rows without a place have geometry null, as RFC 7946 allows. Raises UsageError if the table has neither.
    """
    if frame.height > _MOST_FEATURES:
        raise UsageError(
            f"{frame.height:,} rows are too many for GeoJSON (at most {_MOST_FEATURES:,}): narrow them with --country, "
            "--from and --to, or write Parquet"
        )
    points = {"lat", "lon"} <= set(frame.columns)
    if not points and "pg_id" not in frame.columns:
        raise UsageError(
            f"table {table} has no place: GeoJSON wants cells (pg_id) or coordinates; write CSV or Parquet"
        )
    squares = {} if points else _squares(frame["pg_id"])
    features = []
    for row in frame.iter_rows(named=True):
        geometry: dict[str, Any] | None = None
        if points and row["lat"] is not None and row["lon"] is not None:
            geometry = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
        elif not points and row["pg_id"] is not None:
            geometry = {"type": "Polygon", "coordinates": [squares[row["pg_id"]]]}
        properties = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    document = {"type": "FeatureCollection", "metadata": note, "features": features}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _squares(cells: pl.Series) -> dict[int, list[list[float]]]:
    """The corners of each cell once as [lon, lat], counter-clockwise and closed."""
    numbers = cells.drop_nulls().unique().to_numpy()
    rings = corners(numbers)
    return dict(zip(numbers.tolist(), np.concatenate([rings, rings[:, :1]], axis=1).tolist(), strict=True))


def of_state(frame: pl.DataFrame, table: str, *, gw_id: int | None, iso3: str | None) -> pl.DataFrame:
    """The rows of one state, with those of the states whose series it continues: by iso3, or else by gw_id.

    Raises UsageError if the table has neither column, or the state neither code.
    """
    for column, code in (("iso3", iso3), ("gw_id", gw_id)):
        if column in frame.columns and code is not None:
            return frame.filter(pl.col(column) == code)
    raise UsageError(f"table {table} does not say which state its rows belong to; export it without --country")


def between(frame: pl.DataFrame, table: str, first: int | None, last: int | None) -> pl.DataFrame:
    """The rows from month `first` to month `last` (month_id, None: open); of yearly rows, the years of those months.

    Events count by the day they ended. Raises UsageError if the table has no time, or `first` lies after `last`.
    """
    if first is not None and last is not None and first > last:
        raise UsageError("--from lies after --to: give the earlier month first")
    if "month_id" in frame.columns:
        moment, low, high = pl.col("month_id"), first, last
    elif "date_end" in frame.columns:
        month = (pl.col("date_end").dt.year().cast(pl.Int32) - 1980) * 12 + pl.col("date_end").dt.month()
        moment, low, high = month, first, last
    elif "year" in frame.columns:
        moment, low, high = pl.col("year"), *(None if month is None else year_of(month) for month in (first, last))
    else:
        raise UsageError(f"table {table} has no time; export it without --from and --to")
    if low is not None:
        frame = frame.filter(moment >= low)
    return frame if high is None else frame.filter(moment <= high)


def _with_month(frame: pl.DataFrame) -> pl.DataFrame:
    """Months as people write them, YYYY-MM, beside month_id."""
    if "month_id" not in frame.columns or "month" in frame.columns:
        return frame
    names = {month: format_month(month) for month in frame["month_id"].drop_nulls().unique()}
    text = pl.col("month_id").replace_strict(names, return_dtype=pl.String).alias("month")
    return frame.with_columns(text).select(
        *(part for name in frame.columns for part in ((name, "month") if name == "month_id" else (name,)))
    )


def _metadata(
    table: str, frame: pl.DataFrame, cited: Sequence[Source], about: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    return {
        "table": table,
        "sources": [source.model_dump(mode="json", exclude_none=True) for source in cited],
        "columns": {name: dict(about[name]) for name in frame.columns if name in about},
    }


def _citation(table: str, frame: pl.DataFrame, cited: Sequence[Source]) -> str:
    lines = [f"Table {table}: {frame.height:,} rows, written by forestall.", ""]
    if "release" in frame.columns:
        lines += ["Releases: " + ", ".join(sorted(frame["release"].drop_nulls().unique())), ""]
    for source in cited:
        lines += [f"{source.name}, version {source.version}. Licence: {source.licence}.", f"  {source.citation}"]
        lines += [f"  {source.url}"] if source.url else []
    return "\n".join([*lines, ""])
