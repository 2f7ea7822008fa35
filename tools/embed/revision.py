"""How candidate figures were revised, learned from the vintages: the parameters of the nowcast."""

import hashlib
import sys
from datetime import date
from pathlib import Path

import polars as pl

from forestall.panel.revision import STAGES, Revision, fit, to_frame
from forestall.store import files
from forestall.store.manifest import EmbeddedTable, Source
from tools.embed import catalogue, command, held, vintages
from tools.embed.build import parquet
from tools.embed.inputs import Inputs
from tools.embed.vintages import Vintages

COMMAND = "python -m tools.embed.revision --shared ../shared/data"
NOTE = (
    "our own estimate. Two yearly revisions of each stage (2023, 2024): 23 months of monthly and 24 of yearly "
    "candidate releases. Ratios of deaths in events that begin and end in one month; longer events, which final "
    "releases add more of, are not in them"
)


def learn(held_vintages: Vintages, known_on: date | None = None) -> dict[str, Revision]:
    """The revisions by stage, from final figures that were out on a day; empty before the first."""
    found = {}
    for stage in STAGES:
        years, known, recent, final = held_vintages.pairs(stage, known_on)
        if years.size:
            found[stage] = fit(stage, units=held_vintages.units, years=years, known=known, recent=recent, final=final)
    return found


def build(inputs: Inputs) -> pl.DataFrame:
    """Table `revision` from all vintages."""
    return to_frame(learn(vintages.read(inputs)))


def write(shared: Path, out: Path) -> str:
    """Write `revision.parquet` beside the other tables and enter it in their manifest; returns a line about it."""
    inputs = Inputs(shared)
    frame = build(inputs)
    content = parquet(frame)
    sources = tuple(
        Source(
            name="PaCE monthly deaths by country, from UCDP",
            version=Path(name).name.removeprefix("cm_asof_").removesuffix(".csv.gz"),
            licence=catalogue.BY,
            citation=f"{catalogue.PACE}; {catalogue.CANDIDATES}",
            sha256_of_input=digest,
        )
        for name, digest in sorted(inputs.digests.items())
    )
    table = EmbeddedTable(
        file="revision.parquet",
        rows=frame.height,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=sources,
        first_year=min(vintages.FINAL),
        last_year=max(vintages.FINAL),
        command=COMMAND,
        note=NOTE,
    )
    files.write(out / "revision.parquet", content)
    held.enter(out, tables={"revision": table})
    return f"revision: {table.rows:,} rows, {table.bytes:,} bytes"


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.revision", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
