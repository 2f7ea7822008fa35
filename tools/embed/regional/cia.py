"""Our memberships on a day beside the CIA's list of May 2026: what differs, by organisation.

Run: `python -m tools.embed.regional.cia --shared ../shared/data`. Prints, writes nothing.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from forestall.regional.membership import FULL, KNOWN_TO, TABLE
from forestall.store import Workspace
from tools.embed import command
from tools.embed.inputs import Inputs

FILE = "regional/cia_io_participation_2026-05.csv"
NAMES = {
    "AMU": "AMU",
    "BIMSTEC": "BIMSTEC",
    "BSEC": "BSEC",
    "CELAC": "CELAC",
    "CPLP": "CPLP",
    "GUAM": "GUAM",
    "IOC": "InOC",
    "LCBC": "LCBC",
    "OECS": "OECS",
    "ASEAN": "ASEAN",
    "AU": "AU",
    "BRICS": "BRICS",
    "CAN": "CAN",
    "CARICOM": "Caricom",
    "CEMAC": "CEMAC",
    "CICA": "CICA",
    "CIS": "CIS",
    "COE": "CE",
    "COMESA": "COMESA",
    "Commonwealth": "C",
    "CSTO": "CSTO",
    "EAC": "EAC",
    "EAEU": "EAEU",
    "ECOWAS": "ECOWAS",
    "EU": "EU",
    "GCC": "GCC",
    "IGAD": "IGAD",
    "LAS": "LAS",
    "MERCOSUR": "Mercosur",
    "NATO": "NATO",
    "OAS": "OAS",
    "OIC": "OIC",
    "OIF": "OIF",
    "OSCE": "OSCE",
    "PIF": "PIF",
    "SAARC": "SAARC",
    "SADC": "SADC",
    "SCO": "SCO",
    "SICA": "SICA",
    "UNASUR": "UNASUR",
}
"""Our acronym and the CIA's, for the organisations that both have."""


def listed(inputs: Inputs) -> pl.DataFrame:
    """The CIA's members and suspended members: organisation (our acronym), iso3, cia (member or suspended)."""
    frame = inputs.csv(FILE, ("iso3", "org", "status"))
    ours = {theirs: acronym for acronym, theirs in NAMES.items()}
    frame = frame.filter(pl.col("org").is_in(list(ours)), pl.col("iso3").is_not_null())
    status = pl.col("status").replace({"temporarily suspended": "suspended"})
    return (
        frame.select(pl.col("org").replace(ours).alias("organisation"), "iso3", status.alias("cia"))
        .filter(pl.col("cia").is_in(list(FULL)))
        .unique()
    )


def compared(inputs: Inputs, on: date = KNOWN_TO) -> pl.DataFrame:
    """Pairs of organisation and state in which one of both has a member: organisation, iso3, ours, cia (null: none)."""
    table = Workspace.open().table(TABLE)
    held = table.filter(
        pl.col("membership_from") <= on,
        pl.col("membership_until").is_null() | (pl.col("membership_until") >= on),
        pl.col("membership").is_in(list(FULL)),
        pl.col("organisation").is_in(list(NAMES)),
    ).select("organisation", "iso3", pl.col("membership").alias("ours"))
    both = held.join(listed(inputs), on=["organisation", "iso3"], how="full", coalesce=True)
    return both.sort("organisation", "iso3")


def report(shared: Path, out: Path) -> list[str]:
    """Lines on what agrees and what differs."""
    del out
    both = compared(Inputs(shared))
    same = both.filter(pl.col("ours").eq_missing(pl.col("cia"))).height
    lines = [f"{both.height} pairs of organisation and member on {KNOWN_TO}: {same} the same in both"]
    differing = both.filter(~pl.col("ours").eq_missing(pl.col("cia")))
    for organisation, iso3, ours, cia in differing.rows():
        lines.append(f"{organisation} {iso3}: ours {ours or 'no member'}, CIA {cia or 'no member'}")
    return lines


def main() -> int:
    """Print the comparison; returns the exit code."""
    return command.run("tools.embed.regional.cia", __doc__, report)


if __name__ == "__main__":
    sys.exit(main())
