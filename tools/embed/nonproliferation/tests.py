"""nuclear_tests and nuclear_test_counts: nuclear explosions 1945-2017, two catalogues reconciled, and yearly counts.

Run: `python -m tools.embed.nonproliferation.tests --shared ../shared/data`. Prints what the catalogues agree on and
what not. Dates, places and yields only. The later tests of the Democratic People's Republic of Korea come from
tests_dprk.csv. Sources and defects: docs/sources/nonproliferation-capabilities.md.
"""

import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from forestall.errors import SourceError
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS
from tools.embed import command
from tools.embed.inputs import Inputs, integer
from tools.embed.nonproliferation.catalogues import OKLAHOMA, SIPRI, Explosion, oklahoma, sipri
from tools.embed.nonproliferation.reconcile import Reconciled, reconcile
from tools.embed.nonproliferation.states_named import iso3_of_name
from tools.embed.writing import write

TABLE, COUNTS = "nuclear_tests", "nuclear_test_counts"
COMMAND = "python -m tools.embed.nonproliferation.tests --shared ../shared/data"
YEARLY = "nonproliferation/tests_per_year_1945_2019.csv"
DPRK = Path(__file__).with_name("tests_dprk.csv")
FALSE = (("PRK", 2010),)
"""Of the yearly file: three tests of the DPRK in 2010, when there was none (CTBTO: six announced tests, on the days of
tests_dprk.csv)."""
OTHERWISE = 2.0
"""Yields that lie farther apart than this factor, whatever their ranges, are listed as different."""


def explosions(events: Sequence[Reconciled]) -> pl.DataFrame:
    """One row an event; where both catalogues list it, SIPRI/FOA's figures, with Oklahoma's where it has none."""
    rows: list[tuple[object, ...]] = []
    for event in events:
        first, second = event.one or event.other, event.other or event.one
        assert first is not None  # noqa: S101  (an event without any line is not made)
        assert second is not None  # noqa: S101
        pair = event.one is not None and event.other is not None
        placed = first if first.latitude is not None else second
        sized = first if first.high is not None or first.low is not None else second
        rows.append(
            (
                first.day,
                second.day if pair and second.day != first.day else None,
                first.iso3,
                first.site or second.site,
                first.site_iso3 if first.site else second.site_iso3,
                placed.latitude,
                placed.longitude,
                sized.low,
                sized.high,
                first.setting or second.setting,
                first.purpose or second.purpose,
                event.one is not None,
                event.other is not None,
                differences(event) if pair else event.reason,
                "; ".join(
                    name
                    for name, line in (("SIPRI/FOA 2000", event.one), ("Oklahoma Geological Survey", event.other))
                    if line is not None
                ),
            )
        )
    return pl.DataFrame(rows, schema=SCHEMAS[TABLE], orient="row")


def differences(event: Reconciled) -> str | None:
    """In which of day, place and yield the two lines of a pair differ, None for none."""
    one, other = event.one, event.other
    if one is None or other is None:
        return event.reason
    found = ["day"] if one.day != other.day else []
    found += ["place"] if event.reason == "place" else []
    return ", ".join([*found, "yield"] if _apart(one, other) else found) or None


def _apart(one: Explosion, other: Explosion) -> bool:
    """Whether two ranges of yields have no value in common, not even within the factor."""
    low, high = one.low or 0.0, one.high if one.high is not None else float("inf")
    least, most = other.low or 0.0, other.high if other.high is not None else float("inf")
    return low > most * OTHERWISE or least > high * OTHERWISE


def later(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with the tests of tests_dprk.csv; one that a catalogue has gets their place and source instead."""
    with DPRK.open(encoding="utf-8", newline="") as handle:
        facts = list(csv.DictReader(handle))
    held = dict(frame.filter(pl.col("iso3") == "PRK").select("exploded_on", "source").rows())
    days = {date.fromisoformat(row["day"]) for row in facts}
    if not set(held) <= days:
        raise SourceError(f"{DPRK.name} lacks {sorted(set(held) - days)}")
    rows = []
    for row in facts:
        day = date.fromisoformat(row["day"])
        source = "; ".join(filter(None, (held.get(day), row["source"])))
        place = (row["site"], "PRK", float(row["latitude"]), float(row["longitude"]))
        listed = (False, day in held, "after the other ends" if day in held else "after both end")
        rows.append((day, None, "PRK", *place, None, None, "underground", None, *listed, source))
    return pl.concat(
        [
            frame.filter(pl.col("iso3").ne_missing("PRK")),
            pl.DataFrame(rows, schema=SCHEMAS[TABLE], orient="row"),
        ]
    ).sort("exploded_on", "iso3", "in_sipri_foa", "in_oklahoma", "yield_high_kt", nulls_last=True, maintain_order=True)


def counts(inputs: Inputs, frame: pl.DataFrame) -> pl.DataFrame:
    """Explosions by state and year as each source counts them: never to be added up across sources."""
    yearly = inputs.csv(YEARLY, ("Entity", "Year", "nuclear_weapons_tests"))
    names = {name: iso3_of_name(name, date(2019, 12, 31)) for name in yearly["Entity"].unique().to_list()}
    published = yearly.select(
        pl.col("Entity").replace_strict(names, return_dtype=pl.String).alias("iso3"),
        integer("Year").cast(pl.Int32).alias("year"),
        pl.lit("Arms Control Association").alias("catalogue"),
        integer("nuclear_weapons_tests").cast(pl.Int32).alias("tests"),
    ).drop_nulls("iso3")
    false = pl.any_horizontal((pl.col("iso3") == iso3) & (pl.col("year") == year) for iso3, year in FALSE)
    parts = [published.filter(pl.col("tests") > 0, ~false)]
    for column, name in (("in_sipri_foa", "SIPRI/FOA 2000"), ("in_oklahoma", "Oklahoma Geological Survey")):
        listed = frame.filter(pl.col(column), pl.col("iso3").is_not_null())
        parts.append(
            listed.group_by("iso3", pl.col("exploded_on").dt.year().cast(pl.Int32).alias("year"))
            .agg(pl.len().cast(pl.Int32).alias("tests"))
            .select("iso3", "year", pl.lit(name).alias("catalogue"), "tests")
        )
    return pl.concat(parts).sort("iso3", "year", "catalogue")


def report(events: Sequence[Reconciled]) -> list[str]:
    """What both list, what one lists only and why, by state."""
    found = Counter(_case(event) for event in events)
    return [f"{state}: {where}: {count}" for (state, where), count in sorted(found.items())]


def _case(event: Reconciled) -> tuple[str, str]:
    line = event.one or event.other
    state = "not named" if line is None or line.iso3 is None else line.iso3
    if event.one is not None and event.other is not None:
        return state, f"in both, differing in {differences(event)}" if differences(event) else "in both"
    return state, f"in {'SIPRI/FOA' if event.one is not None else 'Oklahoma'} only: {event.reason}"


def put(shared: Path, out: Path) -> Iterable[str]:
    """Write both tables and their entries; returns lines on what was found."""
    inputs = Inputs(shared)
    events = reconcile(sipri(inputs), oklahoma(inputs))
    frame = later(explosions(events))
    yearly = counts(inputs, frame)
    terms = "none stated; derived figures with citation"
    catalogues = (
        Source(
            name="Nuclear explosions 1945-1998",
            version="2000",
            licence=terms,
            citation="Bergkvist and Ferm (2000), Nuclear explosions 1945-1998, FOA-R-00-01572-180-SE, FOA and SIPRI",
            url="https://www.sipri.org/",
            published=date(2000, 7, 1),
            sha256_of_input=inputs.digests[SIPRI],
        ),
        Source(
            name="Catalog of known nuclear explosions",
            version="2006",
            licence=terms,
            citation="Lawson, Catalog of known nuclear explosions, Oklahoma Geological Survey Observatory",
            url="https://www.ou.edu/okgeosurvey",
            sha256_of_input=inputs.digests[OKLAHOMA],
        ),
    )
    facts = Source(
        name="Announced nuclear tests 2006-2017",
        version="looked up 2026-11-25",
        licence="UN, source named",
        citation="Security Council resolutions and CTBTO Preparatory Commission, named in the rows",
        url="https://www.ctbto.org/",
        sha256_of_input=hashlib.sha256(DPRK.read_bytes()).hexdigest(),
    )
    published = Source(
        name="The nuclear testing tally",
        version="1945-2019",
        licence="CC-BY-4.0",
        citation="Arms Control Association, The nuclear testing tally, as published by Our World in Data",
        url="https://www.armscontrol.org/factsheets/nuclear-testing-tally",
        sha256_of_input=inputs.digests[YEARLY],
    )
    note = "SIPRI/FOA to 1998, Oklahoma to 2006, announced tests to 2017; a row that one catalogue lists only says why"
    apart = "each source counts by its own unit (tests, explosions, devices): never add them up"
    return [
        write(
            out,
            TABLE,
            frame,
            *catalogues,
            facts,
            command=COMMAND,
            note=note,
            span={"first_year": frame["exploded_on"][0].year, "last_year": frame["exploded_on"][-1].year},
        ),
        write(out, COUNTS, yearly, *catalogues, published, command=COMMAND, note=apart, span="year"),
        *report(events),
    ]


def main() -> int:
    """Build the tables; returns the exit code."""
    return command.run("tools.embed.nonproliferation.tests", __doc__, put)


if __name__ == "__main__":
    sys.exit(main())
