"""Codes of our series for the numbers of states that the raw files use, year by year from 1946."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.state_table import rows

FIRST_YEAR = countries.FIRST_DAY.year


def of_gw(gw_id: int, year: int) -> str | None:
    """The code of a Gleditsch-Ward or UCDP number in a year, at its end if two states share the number in it.

    None where no state of our table had it then.
    """
    return _series_of_gw().get((gw_id, year))


@cache
def _series_of_gw() -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    last = date.today().year
    for state in rows():
        if state.kind != "state" or state.gw_id is None or not state.series_iso3:
            continue
        for year in range(max(state.start.year, FIRST_YEAR), (state.end.year if state.end else last) + 1):
            found[state.gw_id, year] = state.series_iso3
    return found


def of_ucdp(number: int, year: int) -> str | None:
    """The code of a UCDP number in a year: as `of_gw`, and for what was no state yet, of the state to be.

    None for Hyderabad (1948), which has no code, and for a number that nobody knows.
    """
    found = of_gw(number, year)
    if found is not None:
        return found
    try:
        return countries.of_ucdp(number, date(year, 12, 31)).series_iso3 or None
    except UnknownCountryError:
        return None


def of_cow(cow_id: int, first: int, last: int) -> str | None:
    """The code of a Correlates of War number at the end of the first of these years in which a state had it."""
    for year in range(max(first, FIRST_YEAR), last + 2):
        try:
            return countries.by_cow(cow_id, date(year, 12, 31)).series_iso3 or None
        except UnknownCountryError:
            continue
    return None


def starts() -> dict[str, int]:
    """The first year from 1946 on in which each series had a state."""
    found: dict[str, int] = {}
    for (_, year), code in _series_of_gw().items():
        found[code] = min(year, found.get(code, year))
    return found


def spells(years: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of years without a gap: (first, last)."""
    held: Sequence[int] = sorted(set(years))
    first = 0
    for at, year in enumerate(held):
        if at + 1 == len(held) or held[at + 1] != year + 1:
            yield held[first], year
            first = at + 1
