"""mediation_agreements: what each agreement in the UCDP peace agreement data contained, and whether and when it ended.

Run: `python -m tools.embed.mediation.agreements --shared ../shared/data`. One row an agreement, 1975-2021, with UCDP's
29 provisions as yes or no (docs/sources/mediation-record.md).
"""

import sys
from pathlib import Path

import polars as pl

from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs
from tools.embed.mediation import accords

TABLE = "mediation_agreements"
COMMAND = "python -m tools.embed.mediation.agreements --shared ../shared/data"


def agreements(inputs: Inputs) -> pl.DataFrame:
    """The table."""
    rows = accords.frame(inputs).with_columns(
        pl.format("UCDP Peace Agreement 22.1, {}", "agreement_id").alias("source")
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in SCHEMAS[TABLE].items()).sort("agreed_on", "event")


def build(shared: Path, out: Path) -> str:
    """Write the table and its entry in the manifest; returns a line on it."""
    inputs = Inputs(shared)
    frame = agreements(inputs)
    days = frame["agreed_on"].to_list()
    return writing.write(
        out,
        TABLE,
        frame,
        accords.source(inputs),
        command=COMMAND,
        note="agreements between at least one government and an armed opponent, 1975-2021; an end is known to "
        "2021-12-31, and where none is recorded `ended` is false",
        span={"first_year": days[0].year, "last_year": days[-1].year},
    )


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.mediation.agreements", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
