"""Days as people type them."""

import re
from datetime import date

from forestall.errors import UsageError


def day(text: str, option: str = "--on") -> date:
    """A day written YYYY-MM-DD. option: what it was given for, named in the error. Raises UsageError for all else."""
    wanted = text.strip()
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", wanted):
            raise ValueError
        return date.fromisoformat(wanted)
    except ValueError:
        raise UsageError(
            f"{option} {text[:40]!r} is not a day of the calendar: write YYYY-MM-DD, for example 2018-01-18"
        ) from None


def day_or_none(text: str | None, option: str = "--on") -> date | None:
    """The same; None if none is given."""
    return None if text is None else day(text, option)


def day_or_today(text: str | None, option: str = "--on") -> date:
    """The same; today if none is given."""
    return date.today() if text is None else day(text, option)


def day_or_year(text: str | None, option: str = "--on") -> date:
    """The same; a year alone means its last day."""
    if text is not None and re.fullmatch(r"[0-9]{4}", text.strip()) and int(text) > 0:
        return date(int(text), 12, 31)
    return day_or_today(text, option)
