"""From UCDP's countries to the state of that number in that month.

UCDP numbers countries after Gleditsch and Ward, with its own habits (Serbia stays 345 after 2006); `forestall.ids`
knows them.
"""

from datetime import date
from functools import lru_cache

import polars as pl

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.sources.ucdp_values import month_end, numbers_in


@lru_cache(maxsize=100_000)
def state(number: int | None, name: str, on: date) -> tuple[int, str | None] | None:
    """Gleditsch-Ward number and ISO code of a UCDP country on a date, or None if nobody knows it.

    number: UCDP's country_id, or None where the file gives only the name. The code is that of the state which continues
    the series today (RUS for the Soviet Union, SRB for Yugoslavia), because it ties a state to its predecessors; a
    state whose series has ended keeps its own. Days before 1946, where the table of states begins, count as its first.
    """
    on = max(on, countries.FIRST_DAY)
    try:
        found = countries.resolve(name, on) if number is None else countries.of_ucdp(number, on)
    except UnknownCountryError:
        return None if number is None else _ended(number, on)
    return _keys(found)


def _ended(number: int, on: date) -> tuple[int, str | None] | None:
    """The last row of a number that is used after its series ended, as UCDP does in the year after a state's end."""
    try:
        held = [one for one in countries.lineage(number) if one.gw_id == number and one.end and one.end < on]
    except UnknownCountryError:
        return None
    return _keys(held[-1]) if held else None


def _keys(found: countries.State) -> tuple[int, str | None] | None:
    return None if found.gw_id is None else (found.gw_id, found.series_iso3 or None)


def states(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `gw_id` (int32) and `iso3` to a frame with `country_id` (int64 or null), `country` and `_month` (month_id).

    A state is looked up on the last day of the month. Null where the country is not known.
    """
    keys = frame.select("country_id", "country", "_month").unique()
    found = [state(number, name or "", month_end(month)) for number, name, month in keys.iter_rows()]
    keys = keys.with_columns(
        pl.Series("gw_id", [f and f[0] for f in found], dtype=pl.Int32),
        pl.Series("iso3", [f and f[1] for f in found], dtype=pl.String),
    )
    return frame.join(keys, on=["country_id", "country", "_month"], how="left", nulls_equal=True, maintain_order="left")


def locations(text: str, on: date) -> list[tuple[int, str | None]] | None:
    """The states of a list of Gleditsch-Ward numbers such as "651, 666"; None if there are none or one is not known."""
    found = [state(number, "", on) for number in numbers_in(text)]
    known = [f for f in found if f is not None]
    return known if known and len(known) == len(found) else None
