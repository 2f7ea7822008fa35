"""Days of which only the month or the year is known: kept as the last day that they can be.

What happened in a year can be used by a reader of its last day, and not before: so nothing is known too early.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from forestall.errors import SourceError


@dataclass(frozen=True, slots=True)
class Day:
    """last: the day, or the last one of the month or year. precision: day, month or year."""

    last: date
    precision: str

    @property
    def first(self) -> date:
        """The first day that it can be."""
        if self.precision == "day":
            return self.last
        return self.last.replace(day=1) if self.precision == "month" else self.last.replace(month=1, day=1)


def last_of(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def read(text: str | None, where: str) -> Day | None:
    """`2019-08-17`, `2019-08` or `2019`; None where blank. Raises SourceError for anything else."""
    written = (text or "").strip()
    if not written:
        return None
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", written)
    try:
        if found is None:
            raise ValueError
        year, month, day = found.groups()
        if day:
            return Day(date.fromisoformat(written), "day")
        return Day(last_of(int(year), int(month)), "month") if month else Day(date(int(year), 12, 31), "year")
    except ValueError as error:
        raise SourceError(f"{where}: {written!r} is no day: write YYYY-MM-DD, YYYY-MM or YYYY") from error
