"""regional_memberships: which state had which status in which regional organisation, and from when to when.

Run: `python -m tools.embed.regional.memberships --shared ../shared/data`. Dated changes stand in changes.csv, each with
its source. Two organisations whose accessions we have by year only (OAU, OIC) begin with COW IGO; for the others COW
is what the list is compared with (`disagreements`). A state that ended leaves with its last day.
"""

import hashlib
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

import polars as pl

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries
from forestall.ids.state_table import State, rows
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs, integer
from tools.embed.regional.spells import CHANGES, LAST_COW, MISSING, Change, Spell, changes, joined, of_years

TABLE = "regional_memberships"
COMMAND = "python -m tools.embed.regional.memberships --shared ../shared/data"
FILE = "regional/cow_igo_state_year_1945_2014.csv.gz"
KNOWN_TO = date(2026, 2, 28)
COLUMNS = {
    "OAU": "oau",
    "AU": "au",
    "ECOWAS": "ecowas",
    "ECCAS": "eccas",
    "SADC": "sadc",
    "SADCC": "sadcc",
    "IGAD": "igad",
    "AMU": "amu",
    "CEMAC": "cemac",
    "COMESA": "comesa",
    "EAC": "eac",
    "LAS": "loas",
    "GCC": "gcc",
    "OIC": "oic",
    "ASEAN": "asean",
    "SAARC": "saarc",
    "SCO": "sco",
    "CIS": "cis",
    "CSTO": "csto",
    "OSCE": "osce",
    "COE": "coe",
    "EU": "eu",
    "NATO": "nato",
    "WEU": "weu",
    "OAS": "oas",
    "CARICOM": "caricom",
    "MERCOSUR": "mercosur",
    "CAN": "andean",
    "PIF": "pif",
}
"""Our acronym and the column of COW IGO."""
FOUNDED = {"OAU": date(1963, 5, 25), "OIC": date(1969, 9, 25)}
"""Organisations that begin with COW, and the day each was founded."""
ENDED = {"OAU": date(2002, 7, 9)}
"""First day on which an organisation was no more."""


def code(state: State) -> str:
    """The code of a state's series: a forerunner bears its successor's."""
    return state.series_iso3


def yearly(inputs: Inputs) -> dict[tuple[str, str], dict[int, int]]:
    """COW's codes by organisation, state and year; states that our table lacks in a year are left out."""
    frame = inputs.csv(FILE, ("ccode", "year", *COLUMNS.values()))
    frame = frame.select(*(integer(name) for name in frame.columns))
    found: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for row in frame.filter(pl.col("year") >= countries.FIRST_DAY.year).iter_rows(named=True):
        try:
            iso3 = code(countries.by_cow(row["ccode"], date(row["year"], 12, 31)))
        except UnknownCountryError:
            continue
        for organisation, column in COLUMNS.items():
            found[organisation, iso3][row["year"]] = row[column]
    return found


def build(inputs: Inputs) -> list[Spell]:
    """All spells, by organisation, state and day. Raises SourceError if a change contradicts what is before it."""
    listed = {key: list(held) for key, held in groupby(changes(), key=lambda one: (one.organisation, one.iso3))}
    codes = yearly(inputs)
    found: list[Spell] = []
    for key in sorted({*listed, *(key for key in codes if key[0] in FOUNDED)}):
        organisation, iso3 = key
        years = of_years(organisation, iso3, codes[key], FOUNDED[organisation]) if organisation in FOUNDED else []
        held = listed.get(key, [])
        if organisation in ENDED:
            end = ENDED[organisation]
            over = Change(organisation, iso3, "none", end, "day", "African Union: succession", False, None)
            if held and held[-1].status != "none":
                held = [*held, over]
            elif not held and years:
                years = [one for one in years if one.since < end]
                held = [over]
        found += within(joined(years, held))
    return found


def within(held: list[Spell]) -> list[Spell]:
    """The spells of one state, none of them beyond its last day (Czechoslovakia, 1992-12-31).

    A spell known by its year or month begins no sooner than the state, where both began in that year.
    """
    first = min((state.start for state in rows() if held and code(state) == held[0].iso3), default=date.min)
    held = [
        replace(one, since=max(one.since, first))
        if one.since_precision != "day" and one.since.year == first.year
        else one
        for one in held
    ]
    last = max((state.end or date.max for state in rows() if held and code(state) == held[0].iso3), default=date.max)
    if last == date.max:
        return held
    return [
        one if one.until is not None and one.until <= last else replace(one, until=last, until_precision="day")
        for one in held
        if one.since <= last
    ]


def table(found: list[Spell]) -> pl.DataFrame:
    """The spells as a table, with the Gleditsch-Ward number that the state had on the first day. Raises SourceError."""
    known = {code(state) for state in rows()}
    records = []
    for one in found:
        if one.iso3 not in known:
            raise SourceError(f"{CHANGES.name}: {one.iso3} is no code of our table of states")
        records.append(
            {
                "organisation": one.organisation,
                "gw_id": number(one),
                "iso3": one.iso3,
                "membership": one.status,
                "membership_from": one.since,
                "from_precision": one.since_precision,
                "membership_until": one.until,
                "until_precision": one.until_precision,
                "source": one.source,
                "is_looked_up": one.checked,
                "note": one.note,
            }
        )
    return pl.DataFrame(records, schema=SCHEMAS[TABLE])


def number(one: Spell) -> int | None:
    """Gleditsch-Ward number on the first day, else that of the state as it came to be; None for a territory."""
    try:
        return countries.by_iso3(one.iso3, max(one.since, countries.FIRST_DAY)).gw_id
    except UnknownCountryError:
        return next((state.gw_id for state in rows() if code(state) == one.iso3), None)


def disagreements(found: list[Spell], inputs: Inputs) -> pl.DataFrame:
    """State-years in which our table on 31 December and COW differ on who is a member, by organisation.

    Columns organisation, iso3, year, ours, cow (true: a member; suspension counts as membership). Years that COW has as
    missing or in which the organisation did not exist are left out; so are associates and observers.
    """
    held: dict[tuple[str, str], list[Spell]] = defaultdict(list)
    for one in found:
        if one.status in ("member", "suspended"):
            held[one.organisation, one.iso3].append(one)
    differing = []
    for key, years in yearly(inputs).items():
        for year, value in years.items():
            end = date(year, 12, 31)
            ours = any(one.since <= end and (one.until is None or end <= one.until) for one in held.get(key, ()))
            if value not in (MISSING, -1) and ours != (value == 1):
                differing.append((*key, year, ours, value == 1))
    columns = {"organisation": pl.String, "iso3": pl.String, "year": pl.Int32, "ours": pl.Boolean, "cow": pl.Boolean}
    return pl.DataFrame(differing, schema=columns, orient="row").sort("organisation", "iso3", "year")


def sources(inputs: Inputs) -> tuple[Source, ...]:
    """With licences and digests."""
    return (
        Source(
            name="COW Intergovernmental Organizations",
            version="3 (1945-2014), reduced",
            licence="none stated; derived figures with citation",
            citation="Pevehouse, Nordstrom, McManus and Jamison (2020), Tracking organizations in the world, "
            "Journal of Peace Research 57(3), doi:10.1177/0022343319881175",
            url="https://correlatesofwar.org/data-sets/igos/",
            sha256_of_input=inputs.digests[FILE],
        ),
        Source(
            name="Dated changes of membership",
            version=KNOWN_TO.isoformat(),
            licence="public domain",
            citation="Treaties, decisions and announcements of the organisations, named in each row",
            url="https://treaties.un.org/",
            sha256_of_input=hashlib.sha256(CHANGES.read_bytes()).hexdigest(),
        ),
    )


def write(shared: Path, out: Path) -> list[str]:
    """Write the table beside the others and enter it in the manifest; returns lines on it."""
    inputs = Inputs(shared)
    found = build(inputs)
    frame = table(found)
    note = (
        f"changes known to {KNOWN_TO}; spells of one state in one organisation never overlap; OAU and OIC "
        f"begin with COW IGO by year (to {LAST_COW}); membership_until is the last day"
    )
    said = writing.write(out, TABLE, frame, *sources(inputs), command=COMMAND, note=note)
    differing = disagreements(found, inputs)
    checked = frame["is_looked_up"].sum()
    return [said, f"looked up: {checked} of {frame.height}", f"state-years unlike COW: {differing.height:,}"]


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.regional.memberships", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
