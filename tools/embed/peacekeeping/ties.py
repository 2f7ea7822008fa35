"""peace_languages and peace_regional_members: what a host and a possible contributor have in common.

Run: `python -m tools.embed.peacekeeping.ties --shared ../shared/data`. Official and working languages by state (of
today, on every date: in Mali, Burkina Faso and Niger, French, which the list keeps, is a working language now), and
membership of regional organisations that concern themselves with peace and security: by year to 2014 from COW IGO, with
later changes from a list of facts. A minimal table until the house has a room for these organisations.
"""

import csv
import hashlib
import sys
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs, integer
from tools.embed.peacekeeping import writing

LANGUAGES = "peace_languages"
MEMBERS = "peace_regional_members"
COMMAND = "python -m tools.embed.peacekeeping.ties --shared ../shared/data"
COUNTRIES = "regional/mledoze_countries.csv"
COW = "regional/cow_igo_state_year_1945_2014.csv.gz"
CHANGES = Path(__file__).with_name("regional_changes.csv")
FIRST_YEAR, LAST_COW, MISSING = 1990, 2014, -9

ORGANISATIONS: dict[str, tuple[str, ...]] = {
    "AU": ("oau", "au"),
    "ECOWAS": ("ecowas",),
    "ECCAS": ("eccas",),
    "SADC": ("sadcc", "sadc"),
    "IGAD": ("igad",),
    "LAS": ("loas",),
    "GCC": ("gcc",),
    "ASEAN": ("asean",),
    "SAARC": ("saarc",),
    "SCO": ("sco",),
    "CIS": ("cis",),
    "CSTO": ("csto",),
    "EU": ("eu",),
    "NATO": ("nato",),
    "OAS": ("oas",),
    "CARICOM": ("caricom",),
    "PIF": ("pif",),
}
"""Our acronym and the columns of COW; an organisation and its forerunner are one. COW gives the East African Community
(EAC) members it never had (Lesotho, Malawi, Zambia, Zimbabwe): its members are all in the list of facts."""


def languages(inputs: Inputs) -> pl.DataFrame:
    """One row a state and official language, in English names."""
    frame = inputs.csv(COUNTRIES, ("cca3", "languages"))
    frame = frame.select(
        pl.col("cca3").replace({"UNK": "XKX"}).alias("iso3"), pl.col("languages").str.split(",").alias("language")
    )
    frame = frame.explode("language").with_columns(pl.col("language").str.strip_chars())
    return frame.filter(pl.col("language") != "", pl.col("iso3").is_in(_codes())).sort("iso3", "language")


def _codes() -> list[str]:
    return sorted(set(countries.table()["iso3"].drop_nulls().to_list()) - {""})


def members(inputs: Inputs) -> pl.DataFrame:
    """One row a stretch of days in which a state was a full member; member_until is null where it goes on.

    COW gives years: a stretch runs from 1 January of its first to 31 December of its last. A year the file has as
    missing continues the year before. Membership of 2014 goes on unless the list of changes ends it.
    """
    names = sorted(set(chain.from_iterable(ORGANISATIONS.values())))
    frame = inputs.csv(COW, ("ccode", "year", *names))
    frame = frame.select(*(integer(name) for name in frame.columns)).filter(pl.col("year") >= FIRST_YEAR)
    years: dict[tuple[str, str], dict[int, bool | None]] = {}
    for row in frame.iter_rows(named=True):
        iso3 = _state(row["ccode"], row["year"])
        for acronym, columns in ORGANISATIONS.items():
            values = [row[column] for column in columns]
            known = None if set(values) & {MISSING} and 1 not in values else 1 in values
            if iso3 is not None:
                years.setdefault((iso3, acronym), {})[row["year"]] = known
    spells = [
        [iso3, acronym, date(first, 1, 1), None if last == LAST_COW else date(last, 12, 31), "COW IGO 3"]
        for (iso3, acronym), of in years.items()
        for first, last in _stretches(of)
    ]
    with CHANGES.open(encoding="utf-8", newline="") as handle:
        for change in csv.DictReader(handle):
            _apply(spells, change)
    return pl.DataFrame(spells, schema=SCHEMAS[MEMBERS], orient="row").sort("iso3", "organisation", "member_from")


def _apply(spells: list[list[Any]], change: dict[str, str]) -> None:
    """Begin or end a membership. Raises SourceError if what ends did not go on, or what begins did."""
    key = [change["iso3"], change["organisation"]]
    if change["replaces"]:
        spells[:] = [spell for spell in spells if spell[:2] != key]
    going_on = [spell for spell in spells if spell[:2] == key and spell[3] is None]
    if change["last_day"]:
        if len(going_on) != 1:
            raise SourceError(f"{CHANGES.name}: {key[0]} was no member of {key[1]} that could leave")
        going_on[0][3] = date.fromisoformat(change["last_day"])
        going_on[0][4] = f"COW IGO 3; {change['source']}"
    elif going_on:
        raise SourceError(f"{CHANGES.name}: {key[0]} was a member of {key[1]} already")
    else:
        spells.append([*key, date.fromisoformat(change["first_day"]), None, change["source"]])


def _state(ccode: int, year: int) -> str | None:
    """The code of a COW state; None where our table of states has none of that number in the year."""
    try:
        state = countries.by_cow(ccode, date(year, 12, 31))
    except UnknownCountryError:
        return None
    return state.continuing_iso3 or state.iso3


def _stretches(of: dict[int, bool | None]) -> list[tuple[int, int]]:
    """First and last year of each run of membership; a year that is not known continues the one before."""
    found: list[list[int]] = []
    member = False
    for year in range(min(of), LAST_COW + 1):
        known = of.get(year, False)
        was, member = member, member if known is None else known
        if member and was:
            found[-1][1] = year
        elif member:
            found.append([year, year])
    return [(first, last) for first, last in found]


def sources(inputs: Inputs) -> dict[str, tuple[Source, ...]]:
    """Of each table, with licences and digests."""
    return {
        LANGUAGES: (
            Source(
                name="World countries (official languages)",
                version="2026",
                licence="ODbL-1.0",
                citation="mledoze/countries, under the Open Database License 1.0; this table, too, is under it",
                url="https://github.com/mledoze/countries",
                sha256_of_input=inputs.digests[COUNTRIES],
            ),
        ),
        MEMBERS: (
            Source(
                name="COW Intergovernmental Organizations",
                version="3 (1945-2014), reduced",
                licence="none stated; derived figures with citation",
                citation="Pevehouse, Nordstrom, McManus and Jamison (2020), Tracking organizations in the world, "
                "Journal of Peace Research 57(3), doi:10.1177/0022343319881175",
                url="https://correlatesofwar.org/data-sets/igos/",
                sha256_of_input=inputs.digests[COW],
            ),
            Source(
                name="Changes of membership 2016-2025",
                version="2025-10",
                licence="public domain",
                citation="Organisations' own announcements, named in each row",
                url="https://treaties.un.org/",
                sha256_of_input=hashlib.sha256(CHANGES.read_bytes()).hexdigest(),
            ),
        ),
    }


def write(shared: Path, out: Path) -> list[str]:
    """Write both tables beside the others and enter them in the manifest; returns a line on each."""
    inputs = Inputs(shared)
    built = {LANGUAGES: languages(inputs), MEMBERS: members(inputs)}
    notes = {
        LANGUAGES: "official and working languages as of the file, used for every date",
        MEMBERS: "full members 1990-2014 by year; after that only the changes that "
        "tools/embed/peacekeeping/regional_changes.csv lists",
    }
    cited = sources(inputs)
    for name, frame in built.items():
        if dict(frame.schema) != {column: kind() for column, kind in SCHEMAS[name].items()}:
            raise SourceError(f"{name}: columns {frame.schema} are not those of the schema")
    return [
        writing.write(out, name, frame, *cited[name], command=COMMAND, note=notes[name])
        for name, frame in built.items()
    ]


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.peacekeeping.ties", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
