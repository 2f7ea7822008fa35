"""The country numbers of VIEWS, and which state each stood for on a date.

VIEWS gives a state a new number when its borders change (Sudan was 59 before July 2011 and is 245 since), so a number
can be found for a date only. Source: the key of VIEWS (Hegre et al. 2025, The 2023/24 VIEWS Prediction Challenge,
doi:10.1177/00223433241300862); dates as docs/methods/states.md tells.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from forestall.errors import UnknownCountryError


@dataclass(frozen=True, slots=True)
class ViewsCountry:
    """A number of VIEWS, the state it stands for, and its first and last day (None: it goes on).

    in_challenge: one of the 191 countries of the 2023/24 Prediction Challenge.
    """

    country_id: int
    gw_id: int
    iso3: str
    valid_from: date
    valid_to: date | None
    in_challenge: bool

    def holds(self, on: date) -> bool:
        """Whether the number stands for the state on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@cache
def rows() -> tuple[ViewsCountry, ...]:
    """All numbers, by gw_id and first day."""
    from importlib.resources import files

    import polars as pl

    content = files("forestall").joinpath("data", "views_countries.parquet").read_bytes()
    return tuple(ViewsCountry(**row) for row in pl.read_parquet(content).iter_rows(named=True))


def views_id(gw_id: int, on: date) -> int | None:
    """The number VIEWS gives a Gleditsch-Ward state on a day; None if it numbers no such state then.

    The Holy See is the one state of today's table without a number there.
    """
    return next((row.country_id for row in _by_gw().get(gw_id, ()) if row.holds(on)), None)


def gw_of_views(country_id: int) -> ViewsCountry:
    """The row of a number of VIEWS. Raises UnknownCountryError if VIEWS has no such number."""
    found = next((row for row in rows() if row.country_id == country_id), None)
    if found is None:
        raise UnknownCountryError(f"country_id {country_id} is not a number of VIEWS; they run from 1 to {_highest()}")
    return found


@cache
def _by_gw() -> dict[int, tuple[ViewsCountry, ...]]:
    held: dict[int, tuple[ViewsCountry, ...]] = {}
    for row in rows():
        held[row.gw_id] = (*held.get(row.gw_id, ()), row)
    return held


def _highest() -> int:
    return max(row.country_id for row in rows())
