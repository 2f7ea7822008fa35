"""All embedded tables, their files and the manifest."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from forestall.store import files
from forestall.store.manifest import EmbeddedTable, Source
from forestall.store.schemas import SCHEMAS
from tools.embed import (
    catalogue,
    cells,
    conflicts,
    country_month,
    country_year,
    held,
    population,
    register,
)
from tools.embed.inputs import Inputs
from tools.embed.keys import Keys

COMMAND = "python -m tools.embed --shared ../shared/data"


@dataclass
class Built:
    """A table, the raw files it was derived from, and what a reader must know."""

    frame: pl.DataFrame
    inputs: list[str]
    note: str = ""
    span: dict[str, int] = field(default_factory=dict)


def _month_note(report: country_month.Report) -> str:
    rows, deaths = report.how_rows, report.how_deaths
    kinds = ", ".join(f"{how}: {rows[how]:,} rows with {deaths[how]:,} deaths" for how in sorted(rows))
    return (
        "whole events in the month of date_start. Absent country or month inside a release's span is zero. 2025 is "
        "provisional (no low, high or civilians). 2026-01 and 2026-02: candidate releases 26.0.1 and 26.0.2 pooled by "
        f"event id. {report.set_aside}. {report.niger}. {report.crossed} rows of GED 25.1 have low above best or best "
        f"above high, as published. Deaths by type, 1989-2024 ({kinds}; open means that at least one type is null)."
    )


def tables(inputs: Inputs) -> Iterator[tuple[str, Built]]:
    """Every table by name, in the order of docs/architecture.md."""
    keys = Keys(inputs)
    of_keys = inputs.start_over()

    def taken() -> list[str]:
        """Files read since the last call, and those that every table's keys come from."""
        return sorted(inputs.start_over() | of_keys)

    yield "release_register", Built(register.register(), [], "spans and dates as stated in tools/embed/register.py")
    frame, report = country_month.build(inputs, keys)
    yield (
        "ucdp_country_month",
        Built(
            frame, taken(), _month_note(report), {"first_month": country_month.FIRST, "last_month": country_month.LAST}
        ),
    )
    years = {"first_year": 1989, "last_year": 2024}
    frame = country_year.country_year(inputs, keys)
    yield "ucdp_country_year", Built(frame, taken(), "every state of every year, zeros included", years)
    frame, note = country_year.dyad_country_year(inputs, keys)
    yield "ucdp_dyad_country_year", Built(frame, taken(), note, years)
    frame, note = cells.cell_year(inputs, keys)
    note = (
        "low and high are those repaired by the copy's editors where they crossed best; 2021 is a candidate release; "
        + note
    )
    yield "ucdp_cell_year", Built(frame, taken(), note, {"first_year": 1989, "last_year": 2021})
    frame, note = cells.cell_month(inputs, keys)
    note = "not a panel: only the months that release_register names; whole events in the month of date_start; " + note
    span = {"first_month": cells.LATER[0][2], "last_month": cells.LATER[-1][3]}
    yield "ucdp_cell_month", Built(frame, taken(), note, span)
    frame = conflicts.conflict_year(inputs, keys)
    note = "conflict rows have no dyad_id; one row for each country a conflict is located in"
    yield "ucdp_conflict_year", Built(frame, taken(), note, {"first_year": 1946, "last_year": 2024})
    frame = conflicts.conflict_month(inputs, keys)
    note = "candidate releases: provisional; the file of 2025 names conflicts, not dyads"
    span = {"first_month": country_month.LAST_FINAL + 1, "last_month": country_month.LAST}
    yield "ucdp_conflict_month", Built(frame, taken(), note, span)
    frame = population.population(inputs, keys)
    note = "persons living in what is now the country, also for years before it was a state"
    yield "population", Built(frame, taken(), note, {"first_year": 1950, "last_year": 2023})
    frame = cells.land_cells(inputs, keys)
    yield (
        "land_cells",
        Built(frame, taken(), "one country a cell, on one date: wrong near borders and before state changes"),
    )


def parquet(frame: pl.DataFrame) -> bytes:
    """The bytes of a table's file; the same figures give the same bytes."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=19, statistics=True, row_group_size=1 << 20)
    return buffer.getvalue()


def write(shared: Path, out: Path) -> list[str]:
    """Write all tables, then the manifest, to `out`; returns a line on each. Raises SourceError on a bad input.

    What other builders entered in the manifest (skill, states, outlines) is kept as it is.
    """
    inputs = Inputs(shared)
    out.mkdir(parents=True, exist_ok=True)
    entries: dict[str, EmbeddedTable] = {}
    contents: dict[str, bytes] = {}
    for name, built in tables(inputs):
        if dict(built.frame.schema) != {column: kind() for column, kind in SCHEMAS[name].items()}:
            raise ValueError(f"{name}: columns {built.frame.schema} are not those of the schema")
        contents[name] = parquet(built.frame)
        entries[name] = EmbeddedTable(
            file=f"{name}.parquet",
            rows=built.frame.height,
            bytes=len(contents[name]),
            sha256=hashlib.sha256(contents[name]).hexdigest(),
            sources=tuple(source_of(file, inputs) for file in built.inputs),
            command=COMMAND,
            note=built.note,
            **built.span,
        )
    for name, content in contents.items():
        files.write(out / entries[name].file, content)
    held.enter(out, tables=entries, built_with=f"polars {pl.__version__}")
    return [f"{name}: {entry.rows:,} rows, {entry.bytes:,} bytes" for name, entry in entries.items()]


def source_of(file: str, inputs: Inputs) -> Source:
    """Where a raw file comes from, as the catalogue has it, with its digest."""
    known = catalogue.describe(file)
    return Source(
        name=known.name,
        version=known.version,
        licence=catalogue.BY,
        citation=known.citation,
        url=known.url,
        published=known.published,
        sha256_of_input=inputs.digests[file],
    )
