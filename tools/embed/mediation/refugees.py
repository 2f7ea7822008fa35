"""mediation_refugees: people displaced across borders by country of origin and of asylum, where a thousand or more.

Run: `python -m tools.embed.mediation.refugees --shared ../shared/data`. Refugees, asylum-seekers and others in
need of international protection at the end of each year together: hosts register them in different ways. Who hosts many
people that a conflict drove out has a stake in its end.
"""

import sys
from pathlib import Path

import polars as pl

from forestall.errors import SourceError, UnknownCountryError, UsageError
from forestall.ids.countries import by_iso3
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.covariates import UNHCR
from tools.embed.inputs import Inputs
from tools.embed.writing import write

TABLE = "mediation_refugees"
COMMAND = "python -m tools.embed.mediation.refugees --shared ../shared/data"
COUNTED = ("refugees", "asylum_seekers", "oip")
LEAST = 1000
LAST_WHOLE_YEAR = 2024
"""2025 is a count at mid-year: left out."""


def refugees(inputs: Inputs) -> pl.DataFrame:
    """One row an origin, an asylum and a year. Places that are no state of ours (overseas territories) are left out."""
    frame = inputs.rda(UNHCR.file, ("year", "coo_iso", "coa_iso", *COUNTED)).filter(pl.col("year") <= LAST_WHOLE_YEAR)
    frame = frame.with_columns(pl.sum_horizontal(pl.col(COUNTED).fill_nan(None).fill_null(0)).alias("refugees"))
    frame = frame.filter(pl.col("refugees") >= LEAST)
    codes = sorted(set(frame["coo_iso"].to_list()) | set(frame["coa_iso"].to_list()))
    ours = {code: _series(code) for code in codes}
    known = {code: series for code, series in ours.items() if series is not None}
    return (
        frame.with_columns(
            pl.col("coo_iso").replace_strict(known, default=None, return_dtype=pl.String).alias("iso3"),
            pl.col("coa_iso").replace_strict(known, default=None, return_dtype=pl.String).alias("asylum"),
            pl.col("year").cast(pl.Int32),
            pl.col("refugees").cast(pl.Int32).alias("refugees"),
        )
        .drop_nulls(("iso3", "asylum"))
        .filter(pl.col("iso3") != pl.col("asylum"))
        .group_by("iso3", "asylum", "year")
        .agg(pl.col("refugees").sum())
        .select(list(SCHEMAS[TABLE]))
        .sort("iso3", "asylum", "year")
    )


def _series(code: str) -> str | None:
    try:
        return by_iso3(code).series_iso3
    except (UnknownCountryError, UsageError):
        return None


def write_table(shared: Path, out: Path) -> str:
    """Write the table and enter it in the manifest. Raises SourceError if the file holds nothing."""
    inputs = Inputs(shared)
    frame = refugees(inputs)
    if frame.is_empty():
        raise SourceError(f"{UNHCR.file} holds no refugees: expected counts by origin and asylum")
    source = Source(
        name=UNHCR.name,
        version=UNHCR.version,
        licence=UNHCR.licence,
        citation=UNHCR.citation,
        url=UNHCR.url,
        sha256_of_input=inputs.digests[UNHCR.file],
    )
    note = (
        f"refugees, asylum-seekers and others in need of protection; pairs with {LEAST:,} or more at a year's end; "
        "places that are no state are left out"
    )
    return write(out, TABLE, frame, source, command=COMMAND, note=note, span="year")


if __name__ == "__main__":
    sys.exit(command.run("tools.embed.mediation.refugees", __doc__, write_table))
