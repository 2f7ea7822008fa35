"""peace_shortfall_month: personnel authorised and deployed in UN missions by month, 1990 to May 2015.

Run: `python -m tools.embed.peacekeeping.shortfall --shared ../shared/data`. Uniformed personnel of all kinds together.
The shortfall itself is not kept: the file cuts it at 0 where more were deployed than authorised. Defects:
docs/sources/peacekeeping-register.md.
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

TABLE = "peace_shortfall_month"
COMMAND = "python -m tools.embed.peacekeeping.shortfall --shared ../shared/data"
FILE = "peacekeeping/personnel_shortfall_1990_2015.csv.gz"
NUMBERS = ("year", "month", "totalauth", "total")
COPIED = ("UNMISS", 416)
"""August 2014: the authorised total repeats the deployed one and contradicts its own parts (13,823): left out."""


def shortfall(inputs: Inputs) -> pl.DataFrame:
    """One row a mission and month. An authorised total of 0 means that the file has none: null."""
    frame = inputs.csv(FILE, ("mission", *NUMBERS)).with_columns(
        pl.col(name).replace({"": None, "NA": None}).cast(pl.Float64, strict=True) for name in NUMBERS
    )
    names, kept = {}, frame.select("mission", "year", "month").unique()
    for name, year, month in kept.iter_rows():
        # The last days of a month: where a mission took over in it, the figure is the new one's.
        found = mission(name, date(int(year), int(month), 28))
        if found is None:
            raise SourceError(f"{FILE}: mission {name!r} is not in the register")
        names[name, year, month] = found
    month_id = (pl.col("year").cast(pl.Int32) - 1980) * 12 + pl.col("month").cast(pl.Int32)
    authorised = pl.when(pl.col("totalauth") > 0).then(pl.col("totalauth").round().cast(pl.Int32))
    table = frame.select(
        pl.Series("mission", [names[row] for row in frame.select("mission", "year", "month").iter_rows()]),
        month_id.alias("month_id"),
        authorised.alias("authorised"),
        pl.col("total").cast(pl.Int32).alias("deployed"),
    )
    if table.select("mission", "month_id").is_duplicated().any():
        raise SourceError(f"{FILE}: a mission stands twice in a month")
    copied = (pl.col("mission") == COPIED[0]) & (pl.col("month_id") == COPIED[1])
    table = table.with_columns(pl.when(~copied).then(pl.col("authorised")).alias("authorised"))
    return (
        table.drop_nulls("mission")
        .filter(pl.any_horizontal(pl.col("authorised", "deployed").is_not_null()))
        .select(list(SCHEMAS[TABLE]))
        .sort("mission", "month_id")
    )


def build(shared: Path, out: Path) -> str:
    """Write the table and its entry in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    frame = shortfall(inputs)
    source = Source(
        name="Personnel shortfall in UN missions",
        version="1990-2015",
        licence="none stated; derived figures with citation",
        citation="Passmore, Shannon and Hart (2018), Rallying the troops: collective action and self-interest in UN "
        "peacekeeping contributions, Journal of Peace Research 55(3), doi:10.1177/0022343317731152",
        sha256_of_input=inputs.digests[FILE],
    )
    note = "authorised is null where the file has 0 or none; uniformed personnel of all kinds"
    said = write(out, TABLE, frame, source, command=COMMAND, note=note, span="month_id")
    return f"{said}, {frame.drop_nulls().height:,} rows with both figures"


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.peacekeeping.shortfall", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
