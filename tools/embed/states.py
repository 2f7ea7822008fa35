"""The dated table of states, from the raw state-system panels and the facts kept by hand in `states_facts.csv`.

    python -m tools.embed.states --shared ../shared/data

Gleditsch-Ward spells, COW numbers, ISO alpha-2 and M49 codes and UCDP's spellings come from the raw releases; names,
ISO codes of states that are gone, UN membership and groups, regions and who followed whom are kept by hand. Where both
know something, the build compares them and stops on a difference that is not explained here. docs/methods/states.md
tells the conventions.
"""

import argparse
import csv
import io
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from forestall.errors import ForestallError, SourceError
from forestall.store import files
from forestall.store.manifest import Source
from tools.embed import catalogue, held
from tools.embed.inputs import Inputs

FACTS = Path(__file__).with_name("states_facts.csv")
OUT = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data" / "states.csv"

FIRST_DAY = date(1946, 1, 1)
REGIONS = {
    "Africa": ("Northern Africa", "Eastern Africa", "Middle Africa", "Southern Africa", "Western Africa"),
    "Americas": ("Caribbean", "Central America", "South America", "Northern America"),
    "Asia": ("Central Asia", "Eastern Asia", "South-eastern Asia", "Southern Asia", "Western Asia"),
    "Europe": ("Eastern Europe", "Northern Europe", "Southern Europe", "Western Europe"),
    "Oceania": ("Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia"),
}
_REGION_OF = {sub: region for region, subs in REGIONS.items() for sub in subs}
# The key of countries names Kosovo UNK, for which M49 has no code, and puts Cyprus in Europe; M49 has it in Asia.
_RECODED = {"UNK": "XKX"}
_REGION_DIFFERS = {"CYP"}
# Numbers that UCDP uses and the Gleditsch-Ward list does not hold.
_UCDP_ONLY = {327, 751}
COMMAND = "python -m tools.embed.states --shared ../shared/data"
_NONE_STATED = "none stated; dates and numbers only"
_GW = (
    "Gleditsch and Ward (1999), A revised list of independent states since the Congress of Vienna, International "
    "Interactions 25(4), doi:10.1080/03050629908434958, as in Miller's R package isard"
)
_COW = "Correlates of War, State System Membership, as in Miller's R package isard"
_LISTS = {
    "regional/isard_gw_system.rda": ("Gleditsch-Ward list of states", "1816-2020", _NONE_STATED, _GW),
    "regional/isard_cw_system.rda": ("Correlates of War list of states", "1816-2016", _NONE_STATED, _COW),
    "regional/isard_gw_cw_panel.rda": (
        "Gleditsch-Ward numbers with COW's",
        "1816-2025",
        _NONE_STATED,
        f"{_GW}; {_COW}",
    ),
    "regional/isard_cw_gw_panel.rda": (
        "COW numbers with Gleditsch-Ward's",
        "1816-2025",
        _NONE_STATED,
        f"{_GW}; {_COW}",
    ),
    "regional/mledoze_countries.csv": (
        "mledoze/countries: ISO alpha-2, M49 numbers and regions",
        "2026",
        "ODbL-1.0",
        "mledoze/countries; single codes only, facts that ISO and the UN publish",
    ),
}
_BY_HAND = (
    (
        "UN admissions, short names and regional groups",
        "2026",
        "UN, source named",
        "United Nations, roster of Member States with dates of admission; DGACM, list of regional groups",
        "https://www.un.org/en/about-us/member-states",
    ),
)
_SYSTEMS = (
    ("regional/isard_gw_system.rda", "gwcode", "gw_name"),
    ("regional/isard_cw_system.rda", "ccode", "cw_name"),
)
SCHEMA: dict[str, Any] = {
    "gw_id": pl.Int32,
    "cow_id": pl.Int32,
    "iso3": pl.String,
    "iso2": pl.String,
    "m49": pl.Int32,
    "name": pl.String,
    "un_name": pl.String,
    "ucdp_name": pl.String,
    "aliases": pl.List(pl.String),
    "start": pl.Date,
    "end": pl.Date,
    "un_member_since": pl.Date,
    "un_observer_since": pl.Date,
    "un_group": pl.String,
    "region": pl.String,
    "subregion": pl.String,
    "kind": pl.String,
    "counted_with": pl.Int32,
    "continuing_iso3": pl.String,
    "predecessors": pl.List(pl.Int32),
    "joined": pl.Int32,
}


def build(inputs: Inputs) -> pl.DataFrame:
    """All states and territories from 1946 on, one row for each stretch in which nothing that we record changes.

    inputs: the raw releases. Columns: `SCHEMA`, in that order. Sorted by gw_id (territories
    without one last, by iso3) and start, which may lie before 1946: it is the true first day.
    Raises SourceError where the facts kept by hand and the raw releases disagree.
    """
    facts = _facts()
    spells = gw_spells(inputs)
    cow = _cow_of_year(inputs)
    codes = _codes(inputs)
    ucdp = _ucdp_names(inputs)
    known = {row["gw_id"] for row in facts} - {None}
    if missing := sorted(set(spells) - known):
        raise SourceError(f"Gleditsch-Ward states without facts: {missing}; add them to {FACTS.name}")
    if extra := sorted(known - set(spells) - _UCDP_ONLY):
        raise SourceError(f"{FACTS.name} has states that the Gleditsch-Ward list has not: {extra}")
    rows = [row | _span(row, following, spells) for row, following in zip(facts, [*facts[1:], None], strict=True)]
    for row in rows:
        years = range(max(row["start"].year, 1946), (row["end"] or date(2025, 12, 31)).year + 1)
        row["cow_id"] = _cow(cow.get(row["gw_id"], {}), years)
        row["ucdp_name"] = ucdp.get(345 if row["gw_id"] == 340 else row["gw_id"])
        row["region"] = _REGION_OF[row["subregion"]]
        if row["iso3"] in codes and row["end"] is None:
            iso2, m49, region = codes[row["iso3"]]
            row["iso2"] = row["iso2"] or iso2
            row["m49"] = row["m49"] or m49
            if region != row["region"] and row["iso3"] not in _REGION_DIFFERS:
                raise SourceError(f"{row['name']}: region {row['region']} by hand, {region} in mledoze_countries.csv")
    _codes_of_earlier_rows(rows)
    _published_spellings(rows, inputs)
    frame = pl.DataFrame([{name: row[name] for name in SCHEMA} for row in rows], schema=SCHEMA, orient="row")
    by_code = pl.when(pl.col("gw_id").is_null()).then(pl.col("iso3"))
    return frame.sort(pl.col("gw_id"), by_code, pl.col("start"), nulls_last=True)


def gw_spells(inputs: Inputs) -> dict[int, tuple[date, date | None]]:
    """First and last day of every Gleditsch-Ward state that existed in 1946 or later; None: it still exists.

    The list was closed on 31 December 2020: that date is not an end.
    """
    frame = inputs.rda("regional/isard_gw_system.rda", ("gwcode", "start", "end"))
    frame = frame.with_columns(pl.col("gwcode").cast(pl.Int64), pl.col("start", "end").cast(pl.String).str.to_date())
    closed = frame["end"].max()
    spells: dict[int, tuple[date, date | None]] = {}
    for gw_id, start, end in frame.filter(pl.col("end") >= FIRST_DAY).iter_rows():
        if gw_id in spells:
            raise SourceError(f"isard_gw_system.rda holds more than one spell of {gw_id} after 1945; it had one")
        spells[gw_id] = (start, None if end == closed else end)
    return spells


def _facts() -> list[dict[str, Any]]:
    """The rows kept by hand, in their order, typed."""
    with FACTS.open(encoding="utf-8", newline="") as handle:
        rows: list[dict[str, Any]] = [dict(row) for row in csv.DictReader(handle)]
    for row in rows:
        for name in ("gw_id", "m49", "counted_with", "joined"):
            row[name] = int(row[name]) if row[name] else None
        for name in ("from", "until", "un_member_since", "un_observer_since"):
            row[name] = date.fromisoformat(row[name]) if row[name] else None
        for name in ("un_name", "un_group"):
            row[name] = row[name] or None
        row["aliases"] = [alias for alias in row["aliases"].split(";") if alias]
        row["predecessors"] = [int(number) for number in row["predecessors"].split(";") if number]
    return rows


def _span(
    row: dict[str, Any], following: dict[str, Any] | None, spells: dict[int, tuple[date, date | None]]
) -> dict[str, date | None]:
    """First and last day of a row: the spell's own, cut where the next row of the same state begins."""
    start, end = spells.get(row["gw_id"], (row["from"], row["until"]))
    start = row["from"] or start
    same = following is not None and (
        following["gw_id"] == row["gw_id"] if row["gw_id"] is not None else following["iso3"] == row["iso3"]
    )
    if same and following is not None:
        end = following["from"] - timedelta(days=1)
    if start is None or (end is not None and end < start):
        raise SourceError(f"{row['name']}: the row from {start} to {end} is empty; see {FACTS.name}")
    return {"start": start, "end": end}


def _cow_of_year(inputs: Inputs) -> dict[int, dict[int, int]]:
    """COW number by Gleditsch-Ward number and year, from both panels."""
    found: dict[int, dict[int, int]] = {}
    for name in ("regional/isard_gw_cw_panel.rda", "regional/isard_cw_gw_panel.rda"):
        frame = inputs.rda(name, ("gwcode", "ccode", "year"))
        frame = frame.fill_nan(None).drop_nulls().filter(pl.col("year") >= FIRST_DAY.year)
        for gw_id, cow_id, year in frame.cast(pl.Int64).select("gwcode", "ccode", "year").iter_rows():
            found.setdefault(gw_id, {}).setdefault(year, cow_id)
    return found


def _cow(by_year: dict[int, int], years: range) -> int | None:
    """The COW number of most of these years: in a year of change both numbers stand."""
    counted = Counter(by_year[year] for year in years if year in by_year)
    return counted.most_common(1)[0][0] if counted else None


def _codes(inputs: Inputs) -> dict[str, tuple[str, int | None, str]]:
    """ISO alpha-2, M49 number and M49 region by ISO alpha-3."""
    frame = inputs.csv("regional/mledoze_countries.csv", ("cca2", "cca3", "ccn3", "region"))
    return {
        _RECODED.get(iso3, iso3): (iso2, int(m49) if m49 else None, region)
        for iso2, iso3, m49, region in frame.iter_rows()
    }


def _ucdp_names(inputs: Inputs) -> dict[int, str]:
    """UCDP's spelling by its number: the country-year file, then the location of conflicts in one country (ACD)."""
    names = inputs.csv("ucdp/ucdp-prio-acd-251.csv", ("gwno_loc", "location"))
    found = {int(number): name for number, name in names.iter_rows() if number.strip().isdigit()}
    names = inputs.csv("ucdp/organizedviolencecy_v25_1.csv.gz", ("country_id_cy", "country_cy"))
    return found | {int(number): name for number, name in names.unique().iter_rows()}


def _codes_of_earlier_rows(rows: list[dict[str, Any]]) -> None:
    """Give rows that have ended the codes of the row that goes on under the same ISO3, where none is set by hand."""
    current = {row["iso3"]: row for row in rows if row["iso3"] and row["end"] is None}
    for row in rows:
        later = current.get(row["iso3"])
        if later is not None:
            row["iso2"] = row["iso2"] or later["iso2"]
            row["m49"] = row["m49"] or later["m49"]


def _published_spellings(rows: list[dict[str, Any]], inputs: Inputs) -> None:
    """Add the spellings of Gleditsch-Ward, COW and VIEWS as aliases to states that are one row and share no number."""
    gw, cow = (_names_since_1946(inputs, *source) for source in _SYSTEMS)
    views = dict(inputs.csv("challenge/views_country_key.csv", ("gwcode", "country")).cast({"gwcode": int}).iter_rows())
    of_gw = Counter(row["gw_id"] for row in rows)
    of_cow = Counter(row["cow_id"] for row in rows)
    for row in rows:
        if of_gw[row["gw_id"]] != 1 or row["gw_id"] is None:
            continue
        spellings = [gw.get(row["gw_id"]), views.get(row["gw_id"])]
        if of_cow[row["cow_id"]] == 1:
            spellings.append(cow.get(row["cow_id"]))
        held = {row["name"], row["un_name"], row["ucdp_name"], *row["aliases"]}
        row["aliases"] += sorted({spelling for spelling in spellings if spelling} - held)


def _names_since_1946(inputs: Inputs, file: str, number: str, name: str) -> dict[int, str]:
    """Names by number of the states that a state-system file lists on 1 January 1946 or later."""
    frame = inputs.rda(file, (number, name, "end")).with_columns(pl.col("end").cast(pl.String).str.to_date())
    frame = frame.filter(pl.col("end") >= FIRST_DAY).select(pl.col(number).cast(pl.Int64), name)
    return dict(frame.iter_rows())


def sources(inputs: Inputs) -> tuple[Source, ...]:
    """Where the facts of the table come from, with the digests of the raw files that were read."""
    found = [
        Source(name=name, version=version, licence=licence, citation=citation, url=url)
        for name, version, licence, citation, url in _BY_HAND
    ]
    for file, digest in sorted(inputs.digests.items()):
        if file in _LISTS:
            name, version, licence, citation = _LISTS[file]
            found.append(Source(name=name, version=version, licence=licence, citation=citation, sha256_of_input=digest))
        else:
            known = catalogue.describe(file)
            found.append(
                Source(
                    name=known.name,
                    version=known.version,
                    licence=catalogue.BY,
                    citation=known.citation,
                    url=known.url,
                    sha256_of_input=digest,
                )
            )
    return tuple(found)


def to_csv(frame: pl.DataFrame) -> str:
    """The table as the wheel carries it: empty for not known, `;` between the entries of a list."""
    lists = [name for name, kind in SCHEMA.items() if isinstance(kind, pl.List)]
    text = io.StringIO()
    frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(";")).write_csv(text)
    return text.getvalue()


def main() -> int:
    """Build the table and write it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.embed.states", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="the folder of raw releases")
    parser.add_argument("--out", type=Path, default=OUT, help="the file to write")
    arguments = parser.parse_args()
    try:
        inputs = Inputs(arguments.shared)
        frame = build(inputs)
        content = to_csv(frame).encode()
        files.write(arguments.out, content)
        entry = held.file_of(content, sources(inputs), COMMAND)
        held.enter(arguments.out.parent, files={arguments.out.name: entry})
    except ForestallError as error:
        print(f"tools.embed.states: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.out.name}: {frame.height} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
