"""nuclear_programmes and weapons_programmes: who explored, pursued or possessed which weapons, as coded by others.

Run: `python -m tools.embed.nonproliferation.programmes --shared ../shared/data`. Histories of nuclear programmes
1938-2022 (Bleek 2017, with NTI for later years); status of biological and chemical programmes in 2022, now and past
(Arms Control Association). Both are judgements of their authors, often on partial evidence. Sources and defects:
docs/sources/nonproliferation-capabilities.md.
"""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs, integer
from tools.embed.nonproliferation.states_named import iso3_of_name
from tools.embed.writing import write

NUCLEAR, OTHERS = "nuclear_programmes", "weapons_programmes"
COMMAND = "python -m tools.embed.nonproliferation.programmes --shared ../shared/data"
HISTORIES = "nonproliferation/nuclear_proliferation_1938_2022.csv"
STATUS = "nonproliferation/bio_chem_proliferation_2022.csv"
STAGES = {"0": "none", "1": "exploration", "2": "pursuit", "3": "possession"}
NOW = {
    "neither pursues nor possesses": "none",
    "allegedly pursues": "pursuit alleged",
    "possesses": "possession",
    "allegedly recently used": "recent use alleged",
    "recently used": "recent use",
}
PAST = {
    "neither pursued nor possessed": "none",
    "allegedly pursued": "pursuit alleged",
    "pursued": "pursuit",
    "allegedly possessed": "possession alleged",
    "possessed": "possession",
    "allegedly used": "use alleged",
    "used": "use",
}


def nuclear(inputs: Inputs) -> pl.DataFrame:
    """One row a state and year, with the highest stage in it. Entities that are no states are left out.

    Raises SourceError if a state stands twice in a year or the four columns of the file contradict each other.
    """
    parts = ("nuclear_weapons_consideration", "nuclear_weapons_pursuit", "nuclear_weapons_possession")
    frame = inputs.csv(HISTORIES, ("Entity", "Year", "nuclear_weapons_status", *parts))
    marks = frame.select(pl.col("nuclear_weapons_status"), *(pl.col(part) for part in parts)).unique()
    for status, *flags in marks.rows():
        if [int(flag) for flag in flags] != [int(status == code) for code in ("1", "2", "3")]:
            raise SourceError(f"{HISTORIES}: status {status} beside {flags}")
    names = {name: iso3_of_name(name, date(2022, 12, 31)) for name in frame["Entity"].unique().to_list()}
    found = frame.select(
        pl.col("Entity").replace_strict(names, return_dtype=pl.String).alias("iso3"),
        integer("Year").cast(pl.Int32).alias("year"),
        pl.col("nuclear_weapons_status").replace_strict(STAGES).alias("stage"),
    ).drop_nulls("iso3")
    order = {stage: rank for rank, stage in enumerate(STAGES.values())}
    # A predecessor that the file lists beside the state that continues it (East Germany) counts as the same series.
    found = found.sort("iso3", "year", pl.col("stage").replace_strict(order), descending=[False, False, True])
    return found.unique(["iso3", "year"], keep="first", maintain_order=True).select(list(SCHEMAS[NUCLEAR]))


def others(inputs: Inputs) -> pl.DataFrame:
    """One row a state and kind of weapon, biological or chemical, with its status in 2022 and before."""
    columns = [f"{kind}weapons_status_{when}" for kind in ("bio", "chem") for when in ("current", "hist")]
    frame = inputs.csv(STATUS, ("Entity", "Year", *columns)).filter(pl.col("Entity") != "World")
    rows: list[tuple[str, str, str, str, int]] = []
    for name, year, *status in frame.rows():
        iso3 = iso3_of_name(name, date(2022, 12, 31))
        if iso3 is None:
            raise SourceError(f"{STATUS}: {name!r} is not known as a state")
        for weapon, now, past in (("biological", *status[:2]), ("chemical", *status[2:])):
            if now not in NOW or past not in PAST:
                raise SourceError(f"{STATUS}: status {now!r} or {past!r} of {name} is not known")
            rows.append((iso3, weapon, NOW[now], PAST[past], int(year)))
    return pl.DataFrame(rows, schema=SCHEMAS[OTHERS], orient="row").sort("iso3", "weapon")


def put(shared: Path, out: Path) -> Iterable[str]:
    """Write both tables and their entries in the manifest."""
    inputs = Inputs(shared)
    histories, status = nuclear(inputs), others(inputs)
    return [
        write(
            out,
            NUCLEAR,
            histories,
            Source(
                name="Nuclear proliferation histories",
                version="1938-2022",
                licence="CC-BY-4.0",
                citation="Bleek (2017), When did (and didn't) states proliferate?, Belfer Center; Nuclear Threat "
                "Initiative for later years; as published by Our World in Data",
                url="https://www.belfercenter.org/publication/when-did-and-didnt-states-proliferate",
                sha256_of_input=inputs.digests[HISTORIES],
            ),
            command=COMMAND,
            note="as coded by the authors; the stage of a year is the highest in it; none: no programme is coded",
            span="year",
        ),
        write(
            out,
            OTHERS,
            status,
            Source(
                name="Status of chemical and biological weapons programmes",
                version="2022",
                licence="CC-BY-4.0",
                citation="Arms Control Association, Chemical and biological weapons status at a glance, as published "
                "by Our World in Data",
                url="https://www.armscontrol.org/factsheets/cbwprolif",
                sha256_of_input=inputs.digests[STATUS],
            ),
            command=COMMAND,
            note="as judged by the Arms Control Association in 2022; 'alleged' is its word",
            span="year",
        ),
    ]


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.nonproliferation.programmes", __doc__, put)


if __name__ == "__main__":
    sys.exit(main())
