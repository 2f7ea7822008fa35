"""Month numbers: month_id = (year - 1980) * 12 + month, as VIEWS and this house count them.

1 is January 1980, 109 January 1989, 554 February 2026; 0 is December 1979 and months before it are negative. People see
`YYYY-MM`.
"""

import re
from calendar import monthrange
from datetime import date

from forestall.errors import UsageError

FIRST_YEAR = 1980
_WRITTEN = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_id(year: int, month: int) -> int:
    """Number of a month: (year - 1980) * 12 + month.

    year: 1..9999. month: 1..12. Raises UsageError if they are not a month of the calendar.
    """
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        raise UsageError(f"year {year}, month {month} is not a month: years run from 1 to 9999, months from 1 to 12")
    return (int(year) - FIRST_YEAR) * 12 + int(month)


def parse_month(text: str) -> int:
    """Number of a month that a person wrote as `YYYY-MM`; blanks around it don't matter.

    Raises UsageError, one line that says how to write it.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is not None:
        year, month = int(found[1]), int(found[2])
        if year >= 1 and 1 <= month <= 12:
            return month_id(year, month)
    shown = text if len(text) <= 40 else text[:37] + "..."
    raise UsageError(f"month {shown!r} is not a month: write YYYY-MM, for example 2026-02")


def year_of(month: int) -> int:
    """Calendar year of a month_id."""
    return _split(month)[0]


def format_month(month: int) -> str:
    """A month_id as people see it: 554 is `2026-02`."""
    year, number = _split(month)
    return f"{year:04d}-{number:02d}"


def long_month(month: int) -> str:
    """A month_id in words: 554 is `February 2026`."""
    year, number = _split(month)
    return f"{_NAMES[number - 1]} {year}"


def month_start(month: int) -> date:
    """First day of a month_id."""
    return date(*_split(month), 1)


def month_end(month: int) -> date:
    """Last day of a month_id."""
    year, number = _split(month)
    return date(year, number, monthrange(year, number)[1])


def month_of(day: date) -> int:
    """The month_id that a day falls in."""
    return month_id(day.year, day.month)


def _split(month: int) -> tuple[int, int]:
    """Year and month (1..12) of a month_id; raises UsageError outside the years 1 to 9999."""
    years, months = divmod(int(month) - 1, 12)
    year = years + FIRST_YEAR
    if not 1 <= year <= 9999:
        raise UsageError(f"month_id {month} is the year {year}: months from year 1 to year 9999 can be shown")
    return year, months + 1
