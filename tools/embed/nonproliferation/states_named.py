"""Which state a release means by a name, a COW number or an ISO 3166 alpha-2 code."""

from datetime import date
from functools import lru_cache

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries

NOT_STATES = frozenset({"World", "Zanzibar"})
EARLY = date(1946, 1, 1)
"""The table of states begins here; a state of an earlier year is the one that continues it."""

CONTINUED = {315: ("CZE", 1992), 260: ("DEU", 1989), 265: ("DEU", 1989)}
"""COW numbers that a list goes on using after their last full year, and on whose territory its facilities stand."""


@lru_cache(maxsize=1024)
def iso3_of_name(name: str, on: date) -> str | None:
    """Code of the state's series (Soviet Union RUS), None for what is no state of the table on that day or today."""
    if name in NOT_STATES:
        return None
    for day in (on, None):
        try:
            return countries.resolve(name, day).series_iso3
        except UnknownCountryError:
            continue
    return None


@lru_cache(maxsize=4096)
def iso3_of_cow(ccode: int, year: int) -> str:
    """Code of the series of a COW number in a year. Raises SourceError if nobody bears it in that year or today."""
    if ccode in CONTINUED and year > CONTINUED[ccode][1]:
        return CONTINUED[ccode][0]
    for day in (max(date(year, 12, 31), EARLY), date(2012, 12, 31)):
        try:
            return countries.by_cow(ccode, day).series_iso3
        except UnknownCountryError:
            continue
    raise SourceError(f"COW number {ccode} is no state of {year}")
