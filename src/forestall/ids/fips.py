"""Countries by FIPS 10-4 code, as GDELT and other geocoded news use them, and the state each is counted with on a day.

FIPS 10-4 was withdrawn in 2008 and kept up until 2014; many of its two-letter codes mean another country in ISO 3166
(FIPS NI is Nigeria, ISO NI Nicaragua). `fips.csv` has a row a code: the place, and the ISO code under which the table
of states finds who counts it: its own, or for a dependency that of the state that administers it. Places without a
state (oceans, Antarctica, islands that several states claim) have none.

Geocoders use today's codes for all years, so the day decides: a place in Ukraine in 1985 was in the Soviet Union.
Sources: NIST FIPS PUB 10-4 (1995) with its change notices; the lookup table that GDELT publishes with its events.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.state_table import State


@dataclass(frozen=True, slots=True)
class Place:
    """What a code stands for. iso3: the state or territory that counts it, "" where there is none."""

    fips: str
    name: str
    iso3: str


@cache
def places() -> dict[str, Place]:
    """All codes, by code."""
    text = resources.files("forestall.ids").joinpath("fips.csv").read_text("utf-8")
    return {record["fips"]: Place(**record) for record in csv.DictReader(text.splitlines())}


@lru_cache(maxsize=1 << 18)
def state_on(code: str, on: date) -> State | None:
    """The state that a place was counted with on a day, or None if the code is not known or the place had no state.

    A territory gives the state under whose number it is filed (Gaza: Israel; Hong Kong before July 1997: the United
    Kingdom). Before a state existed, the one that it came from is given (Slovenia in 1990: Yugoslavia), if that is one
    state; colonies whose ruler the table of states does not record have none. Raises UsageError for a day before 1946.
    """
    place = places().get(code)
    if place is None or not place.iso3:
        return None
    try:
        found = countries.by_iso3(place.iso3, on)
    except UnknownCountryError:
        return _before(place.iso3, on)
    if found.kind == "state":
        return found
    return None if found.counted_with is None else countries.by_gw(found.counted_with, on)


def _before(iso3: str, on: date) -> State | None:
    """The one state from which the place came, on a day before it had its own."""
    waiting, then = list(countries.lineage(iso3)[:1]), set[State]()
    while waiting:
        for earlier in countries.predecessors(waiting.pop()):
            if earlier.exists(on):
                then.add(earlier)
            else:
                waiting.append(earlier)
    return then.pop() if len(then) == 1 else None
