"""council_members: every term on the Security Council since 1946, from an index of members by year.

Run: `python -m tools.embed.council.members --shared ../shared/data`. The index gives calendar years; days that it
cannot tell, and what else a reader must know of a term, stand in council_members_facts.csv. The two other files of
members are compared with it, and what differs is printed (docs/sources/council-members.md).
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs

TABLE = "council_members"
COMMAND = "python -m tools.embed.council.members --shared ../shared/data"
INDEX = "council/sc_membership_1946_2027.csv"
TERMS = "council/sc_terms_1992_2023.csv"
YEARS = "council/sc_nonpermanent_1946_2019.csv"
FACTS = Path(__file__).with_name("council_members_facts.csv")

FIRST_MEETING = date(1946, 1, 17)
ENLARGED = 1966
SEATS = {"TWN": "CHN", "SUN": "RUS", "YUG": "SRB", "CSK": "CZE"}
"""Codes of the index for states whose seats or tables we keep under one code."""
GROUPS = {
    "african": "African",
    "asia_pacific": "Asia-Pacific",
    "eastern_european": "Eastern European",
    "latin_american_caribbean": "Latin American and Caribbean",
    "western_european_others": "Western European and Others",
}
# The index leaves permanent members without a group. The United States is in none.
PERMANENT = {"CHN": "Asia-Pacific", "FRA": GROUPS["western_european_others"], "GBR": GROUPS["western_european_others"],
             "RUS": "Eastern European", "USA": None}  # fmt: skip
NOTES = {"USA": "member of no regional group; counted with Western European and others in elections"}


def by_year(inputs: Inputs) -> dict[int, dict[str, tuple[bool, str | None]]]:
    """Members by year: ISO3 code to (permanent, group). One code a seat.

    Raises SourceError unless a year has 11 members until 1965 and 15 from 1966.
    """
    frame = inputs.csv(INDEX, ("year", "iso3", "permanent", "regional_group"))
    found: dict[int, dict[str, tuple[bool, str | None]]] = {}
    for year, iso3, permanent, group in frame.iter_rows():
        code = SEATS.get(iso3, iso3)
        own = PERMANENT[code] if permanent == "True" else GROUPS.get(group or "")
        found.setdefault(int(year), {})[code] = (permanent == "True", own)
    for year, members in found.items():
        if len(members) != (15 if year >= ENLARGED else 11):
            raise SourceError(f"{INDEX}: {len(members)} members in {year}")
    return found


def terms(inputs: Inputs) -> pl.DataFrame:
    """One row a term: a run of years, with its days and notes."""
    years = by_year(inputs)
    facts = _facts()
    rows = []
    for iso3 in sorted({code for members in years.values() for code in members}):
        for first, last in _runs(sorted(year for year, members in years.items() if iso3 in members)):
            permanent, _ = years[first][iso3]
            start = FIRST_MEETING if first == FIRST_MEETING.year else date(first, 1, 1)
            end = date(last, 12, 31)
            fact = facts.pop((iso3, start, end), {})
            groups = [years[year][iso3][1] for year in range(max(first, ENLARGED), last + 1)]
            rows.append(
                {
                    "iso3": iso3,
                    "is_permanent": permanent,
                    # Seats of elected members were shared out among groups from 1966 on (A/RES/1991 (XVIII)).
                    "regional_group": next((g for g in groups if g), None),
                    "first_day": date.fromisoformat(fact["new_start"]) if fact.get("new_start") else start,
                    "last_day": date.fromisoformat(fact["new_end"]) if fact.get("new_end") else end,
                    "note": "; ".join(filter(None, (fact.get("note"), NOTES.get(iso3)))) or None,
                    "source": fact.get("source") or None,
                }
            )
    if facts:
        raise SourceError(f"{FACTS.name} speaks of terms that are not there: {sorted(facts)}")
    return pl.DataFrame(rows, schema=dict(SCHEMAS[TABLE])).sort("first_day", "iso3")


def _runs(years: list[int]) -> Iterator[tuple[int, int]]:
    first = last = years[0]
    for year in years[1:]:
        if year != last + 1:
            yield first, last
            first = year
        last = year
    yield first, last


def _facts() -> dict[tuple[str, date, date], dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as handle:
        return {
            (row["iso3"], date.fromisoformat(row["start"]), date.fromisoformat(row["end"])): row
            for row in csv.DictReader(handle)
            if row["note"] or row["new_start"]
        }


def differences(inputs: Inputs) -> list[str]:
    """What the two other files say of elected members that the index does not, and the other way round."""
    years = {
        year: {code for code, (permanent, _) in members.items() if not permanent}
        for year, members in by_year(inputs).items()
    }
    found: list[str] = []
    with inputs.path(TERMS).open(encoding="utf-8") as handle:
        listed = list(csv.DictReader(line for line in handle if not line.startswith("#")))
    told: dict[int, set[str]] = {}
    for row in listed:
        if row["seat"] == "elected":
            for year in range(int(row["start_year"]), int(row["end_year"]) + 1):
                told.setdefault(year, set()).add(_code(row["country_org"], year))
    for year in range(1992, 2024):
        found += [f"{year}: {code} only in {TERMS}" for code in sorted(told.get(year, set()) - years[year])]
        found += [f"{year}: {code} not in {TERMS}" for code in sorted(years[year] - told.get(year, set()))]
    other: dict[int, set[str]] = {}
    for row in inputs.csv(YEARS, ("country", "year")).iter_rows(named=True):
        other.setdefault(_year(row["year"]), set()).add(
            _code(row["country"].replace("\xa0", " ").strip(), _year(row["year"]))
        )
    for year in range(1946, 2020):
        found += [f"{year}: {code} only in {YEARS}" for code in sorted(other[year] - years[year])]
        found += [f"{year}: {code} not in {YEARS}" for code in sorted(years[year] - other[year])]
    return found


def _year(text: str) -> int:
    """A year as the file writes it: 2000 stands there as 2e3."""
    return int(float(text))


def _code(name: str, year: int) -> str:
    """The code of a name in the other two files, which write today's names also for earlier years."""
    known = {"Yemen": "YEM", "East Germany": "DDR", "Yugoslavia": "SRB", "Czechoslovakia": "CZE"}
    if name in known:
        return known[name]
    try:
        return countries.resolve(name, on=date(year, 7, 1)).iso3
    except UnknownCountryError:
        return countries.resolve(name, on=date(2020, 1, 1)).iso3


def build(shared: Path, out: Path) -> list[str]:
    """Write the table and its entry in the manifest; returns lines on what was found."""
    inputs = Inputs(shared)
    frame = terms(inputs)
    different = differences(inputs)
    source = Source(
        name="Membership of the Security Council by year",
        version="1946-2027",
        licence="none stated; derived figures with citation",
        citation="Security Council membership by year, 1946-2027, from an open index; days and notes from UN documents "
        "named in the rows; compared with Madore (terms 1992-2023) and security.council.membership (1946-2019)",
        url="https://www.un.org/securitycouncil/content/countries-elected-members",
        published=None,
        sha256_of_input=inputs.digests[INDEX],
    )
    said = writing.write(
        out,
        TABLE,
        frame,
        source,
        command=COMMAND,
        note="2027 rests on one source; groups of elected members are given from 1966",
        span={"first_year": 1946, "last_year": 2027},
    )
    return [said, f"{len(different)} differences", *different]


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.council.members", __doc__, build)


if __name__ == "__main__":
    sys.exit(main())
