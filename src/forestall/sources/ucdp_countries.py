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

    number: UCDP's country_id, or None where the file gives only the name. UCDP files what happened under a number even
    before that state began (Angola in 1961) or in the year after it ended: the row nearest in time then stands for it.
    """
    try:
        found = countries.resolve(name if number is None else countries.gw_of_ucdp_country_id(number, on), on)
    except UnknownCountryError:
        if number is None:
            return None
        try:
            held = [one for one in countries.lineage(number) if one.gw_id == number]
        except UnknownCountryError:
            return None
        found = min(held, key=lambda one: max(one.start - on, on - (one.end or date.max)))
    return (found.gw_id, found.iso3 or None) if found.gw_id is not None else None


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
