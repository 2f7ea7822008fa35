"""peace_strength_month: troops, police and military observers of UN missions by month, 1990-11 to 2017-03.

Run: `python -m tools.embed.peacekeeping.strength --shared ../shared/data`. From the peacekeeping database of the
International Peace Institute. A count that the file leaves out is null, not 0: early months give some missions' whole
strength as troops. Defects: docs/sources/peacekeeping-register.md.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs
from tools.embed.peacekeeping.names import mission
from tools.embed.writing import write

TABLE = "peace_strength_month"
COMMAND = "python -m tools.embed.peacekeeping.strength --shared ../shared/data"
IPI = "peacekeeping/ipi_mission_month_1990_2017.csv.gz"
COUNTS = ("Troops", "Police", "Observers", "Total")


def strength(inputs: Inputs) -> pl.DataFrame:
    """One row a mission and month. Raises SourceError if the counts don't add up or a mission is not known."""
    frame = inputs.csv(IPI, ("Date", "Mission", *COUNTS))
    names = {}
    for name, text in frame.select("Mission", "Date").unique().iter_rows():
        found = mission(name, date.fromisoformat(text))
        if found is None:
            raise SourceError(f"{IPI}: mission {name!r} is not in the register")
        names[name, text] = found
    counts = [pl.col(name).replace("NA", None).cast(pl.Int32, strict=True) for name in COUNTS]
    month = pl.col("Date").str.to_date().dt
    table = frame.with_columns(counts).select(
        pl.Series("mission", [names[row] for row in frame.select("Mission", "Date").iter_rows()]),
        ((month.year() - 1980) * 12 + month.month()).cast(pl.Int32).alias("month_id"),
        pl.col("Troops").alias("troops"),
        pl.col("Police").alias("police"),
        pl.col("Observers").alias("observers"),
        pl.col("Total").alias("total"),
    )
    wrong = table.filter(pl.sum_horizontal("troops", "police", "observers") != pl.col("total"))
    if wrong.height or table.select("mission", "month_id").is_duplicated().any():
        raise SourceError(f"{IPI}: {wrong.height} rows don't add up, or a mission stands twice in a month")
    return table.drop("total").select(list(SCHEMAS[TABLE])).sort("mission", "month_id")


def source_of(inputs: Inputs) -> Source:
    """The series of strength as a source of the manifest."""
    return Source(
        name="IPI peacekeeping database, missions by month",
        version="1990-11 to 2017-03",
        licence="none stated; derived figures with citation",
        citation="Perry and Smith (2013), Trends in uniformed contributions to UN peacekeeping: a new dataset, "
        "International Peace Institute; missions under the names of our register",
        url="https://www.ipinst.org/providing-for-peacekeeping-database",
        sha256_of_input=inputs.digests[IPI],
    )


def build(shared: Path, out: Path) -> str:
    """Write the table and its entry in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    frame = strength(inputs)
    note = "months as at their end; a count the file leaves out is null; civilians are not in it"
    return write(out, TABLE, frame, source_of(inputs), command=COMMAND, note=note, span="month_id")


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.peacekeeping.strength", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
