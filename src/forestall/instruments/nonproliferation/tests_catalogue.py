"""Nuclear explosions of a state or on its territory up to a day, as two catalogues and the official totals count them.

Table `nuclear_tests`: SIPRI/FOA (to 1998) and Oklahoma (to 2006) reconciled event by event, and the announced tests of
the Democratic People's Republic of Korea to 2017. The catalogues count by different units (explosions, devices), so a
total is given per catalogue and never added up. docs/methods/nonproliferation-capabilities.md.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.store import Workspace

TABLE = "nuclear_tests"
ENDS = {"SIPRI/FOA": date(1998, 12, 31), "Oklahoma": date(2006, 12, 31), "announced": date(2017, 12, 31)}
KNOWN_TO = date(2023, 12, 31)
"""No nuclear explosion after 2017-09-03 is known to the CTBTO Preparatory Commission up to then."""
OFFICIAL = {
    "USA": (
        1030,
        "US Department of Energy, DOE/NV-209: 1,054 less 24 with the United Kingdom; without use in war",
    ),
    "RUS": (715, "Ministry for Atomic Energy of the Russian Federation (1996), tests of the USSR"),
    "FRA": (210, "Ministry of Defence of France"),
    "GBR": (45, "Ministry of Defence of the United Kingdom, 24 of them joint with the United States"),
    "CHN": (45, "Announced tests, CTBTO Preparatory Commission; other lists have 47"),
    "IND": (3, "Arms Control Association: 1974 and two days of 1998"),
    "PAK": (2, "Arms Control Association: two days of 1998"),
    "PRK": (6, "CTBTO Preparatory Commission, announced tests 2006-2017"),
}
"""Totals over all time as governments or the CTBTO state them; India, Pakistan: simultaneous explosions count once."""


@dataclass(frozen=True, slots=True)
class Tests:
    """Nuclear explosions up to a day. sipri_foa, oklahoma: entries of each catalogue up to the day or its own end.

    both: events that both list. first, last: days, of either or of the announced tests. atmospheric: events that are
    catalogued as in the atmosphere, at high altitude or under water. largest_kt: upper yield of the largest.
    """

    sipri_foa: int
    oklahoma: int
    both: int
    announced: int
    first: date
    last: date
    atmospheric: int
    largest_kt: float | None


def by_state(iso3: str, on: date, workspace: Workspace) -> Tests | None:
    """Explosions that a state made up to a day, two in combat included; None if none is listed."""
    return _tests(_up_to(on, workspace).filter(pl.col("iso3") == iso3))


def on_territory(iso3: str, on: date, workspace: Workspace) -> Tests | None:
    """Explosions up to a day on what is a state's territory today, whoever made them; None if none is listed."""
    return _tests(_up_to(on, workspace).filter(pl.col("site_iso3") == iso3))


def _up_to(on: date, workspace: Workspace) -> pl.DataFrame:
    return workspace.table(TABLE).filter(pl.col("exploded_on") <= on)


def _tests(frame: pl.DataFrame) -> Tests | None:
    if frame.is_empty():
        return None
    days = frame["exploded_on"].to_list()
    largest = frame["yield_high_kt"].drop_nulls().to_list()
    return Tests(
        sipri_foa=int(frame["in_sipri_foa"].sum()),
        oklahoma=int(frame["in_oklahoma"].sum()),
        both=frame.filter(pl.col("in_sipri_foa") & pl.col("in_oklahoma")).height,
        announced=frame.filter(pl.col("iso3") == "PRK").height,
        first=min(days),
        last=max(days),
        atmospheric=frame.filter(pl.col("setting").is_in(["atmosphere", "high altitude", "underwater"])).height,
        largest_kt=max(largest) if largest else None,
    )
