"""ISO 8601 durations of years, months, weeks, days and hours, counted from a day."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from forestall.errors import UsageError

_FORM = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(\d{1,7})H)?")


@dataclass(frozen=True, slots=True)
class Duration:
    """Months (years are 12) and days (weeks are 7; hours are rounded up to whole days)."""

    months: int
    days: int


def parse(text: str) -> Duration:
    """P30D, P3M, P1Y6M, P2W, PT24H. Raises UsageError for any other text and for a duration of nothing."""
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    years, months, weeks, days, hours = (int(part or 0) for part in found.groups()) if found else (0,) * 5
    made = Duration(12 * years + months, 7 * weeks + days + -(-hours // 24))
    if made == Duration(0, 0):
        raise UsageError(f"{str(text)[:40]!r} is no duration; expected ISO 8601 such as P30D, P6M or PT24H")
    return made


def after(start: date, length: Duration, times: int = 1) -> date:
    """The day `times` lengths after a day: the same day of the month, or the last of a shorter month, then the days.

    Counted from `start` in one step, so that 31 January gives 28 February and then 31 March. Raises UsageError beyond
    the year 9999.
    """
    index = start.year * 12 + start.month - 1 + times * length.months
    year, month = divmod(index, 12)
    try:
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        return date(year, month + 1, day) + timedelta(days=times * length.days)
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        raise UsageError(f"{times} times this duration after {start} is beyond the year 9999") from None


def words(text: str) -> str:
    """A duration in words: "45 days", "1 year 6 months", "24 hours". Raises UsageError as parse does."""
    parse(text)
    found = _FORM.fullmatch(text)
    parts = [] if found is None else zip(found.groups(), ("year", "month", "week", "day", "hour"), strict=True)
    return " ".join(f"{int(n)} {unit}{'' if int(n) == 1 else 's'}" for n, unit in parts if n and int(n))
