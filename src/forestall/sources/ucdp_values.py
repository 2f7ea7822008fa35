"""Turning UCDP's text into numbers and dates, in every spelling that its releases have used."""

import re
from datetime import date

import polars as pl

from forestall.errors import SourceError

BLANK = ("", "NULL", "NA", "NaN", "nan", "None", ".")
"""How an empty cell is written, by UCDP or by the programs its files pass through."""
_MIDNIGHT = r"^(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$"
_SLASHED = r"^(\d{1,2})/(\d{1,2})/(\d{4})(?: \d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: [AP]M)?)?$"
_EXACT_IN_DOUBLE = 2**53


def is_blank(column: pl.Series) -> pl.Series:
    """Where a text column holds nothing."""
    return column.is_null() | column.str.strip_chars().is_in(BLANK)


def integers(column: pl.Series) -> pl.Series:
    """Whole numbers (int64) from text; null where there is none. Reads 5, 5.0 and 6e+05; not 5.5, 1,000 or words."""
    out = column.cast(pl.Int64, strict=False)
    if out.null_count():
        number = column.str.strip_chars().cast(pl.Float64, strict=False)
        whole = number.is_finite() & (number == number.floor()) & (number.abs() < _EXACT_IN_DOUBLE)
        nulls = pl.Series([None], dtype=pl.Float64)
        out = out.zip_with(out.is_not_null(), number.zip_with(whole.fill_null(False), nulls).cast(pl.Int64))
    return out


def lost_digits(column: pl.Series) -> pl.Series:
    """Where a number is written with an exponent and more than one digit before it.

    R writes 600000 as 6e+05, which is exact. A spreadsheet writes 612345 as 6.12E+05, which is not the number any more.
    """
    return column.str.contains(r"^\s*-?\d+\.\d+[eE]\+?\d+\s*$").fill_null(False)


def decimals(column: pl.Series) -> pl.Series:
    """Numbers (float64) from text; null where there is none that is finite. Reads a decimal comma as a point."""
    out = column.cast(pl.Float64, strict=False)
    if out.null_count():
        out = column.str.strip_chars().str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    nulls = pl.Series([None], dtype=pl.Float64)
    return out.zip_with(out.is_finite().fill_null(False), nulls)


def dates(column: pl.Series, what: str) -> pl.Series:
    """Dates from YYYY-MM-DD or month/day/year, with or without a time of day; null where there is none.

    what: the file and the column, for the error. Raises SourceError if slashed dates put the day first: then 3/4/2021
    cannot be told from 4 March, and reading on would move events between months in silence.
    """
    out = column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False, exact=True)
    tail = column.str.slice(10)
    if not tail.is_in(["", " 00:00:00.000"]).all():
        nulls = pl.Series([None], dtype=pl.Date)
        out = out.zip_with(tail.str.contains(_MIDNIGHT).fill_null(False), nulls)
    if out.null_count():
        parts = column.str.strip_chars().str.extract_groups(_SLASHED).struct.unnest()
        month, day, year = (parts[:, i] for i in range(3))
        if (month.cast(pl.Int32, strict=False) > 12).any():
            row = int((month.cast(pl.Int32, strict=False) > 12).fill_null(False).arg_max() or 0)
            raise SourceError(
                f"{what}: {column[row]!r} puts the day before the month; expected YYYY-MM-DD or month/day/year: "
                "give the file as UCDP publishes it"
            )
        iso = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
        out = out.zip_with(out.is_not_null(), iso.str.to_date("%Y-%m-%d", strict=False))
    return out


def month_id(day: date) -> int:
    """(year - 1980) * 12 + month."""
    return (day.year - 1980) * 12 + day.month


def month_end(month: int) -> date:
    """The last day of a month_id."""
    year, place = divmod(month, 12)
    return date.fromordinal(date(1980 + year, place + 1, 1).toordinal() - 1)


def numbers_in(text: str) -> list[int]:
    """The numbers in a list such as "651, 666" or "200,  2"."""
    return [int(n) for n in re.findall(r"\d+", text)]
