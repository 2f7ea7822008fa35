"""Who presides over the Security Council, month by month, by its provisional rules of procedure.

Rule 18: the presidency is held in turn by the members in the English alphabetical order of their names, each for one
calendar month (S/96/Rev.7). So each month falls to the member whose name follows that of the last president, under
which it presided, among those who sit when the month begins; after the last name comes the first. In 1946 the turns
ran from the 17th of a month to the 16th of the next; S/RES/14 (1946) let the last of them run to the end of December,
and from 1947 on they are calendar months. Months in which the Council decided otherwise stand in
presidency_exceptions.csv with the document, and presidency_records.csv holds what records say, to check the rule.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from forestall.council.members import FIRST, LAST, Member, members, seat_code
from forestall.council.un_order import alphabetical
from forestall.errors import UsageError
from forestall.ids.months import format_month, parse_month

FIRST_MONTH, LAST_MONTH = "1946-01", "2027-12"


@dataclass(frozen=True, slots=True)
class Presidency:
    """Who presides in a month. first, last: the days. rule: False where the Council decided otherwise. note: what was
    decided, or what a reader must know. recorded: what records say the president was, "" where we hold none. source:
    the document of the note or the record."""

    month: str
    iso3: str
    name: str
    first: date
    last: date
    rule: bool = True
    note: str = ""
    recorded: str = ""
    source: str = ""


def presidency(month: str) -> Presidency:
    """The presidency of a month (YYYY-MM); in 1946, the one that began in it. Raises UsageError outside 1946-2027."""
    wanted = format_month(parse_month(month))
    found = presidencies().get(wanted)
    if found is None:
        raise UsageError(f"the presidency is known from {FIRST_MONTH} to {LAST_MONTH}; given {wanted}")
    return found


def presidency_on(day: date) -> Presidency:
    """The presidency of a day. Raises UsageError outside 1946-01-17..2027-12-31."""
    found = next((p for p in presidencies().values() if p.first <= day <= p.last), None)
    if found is None:
        raise UsageError(f"the presidency is known from {FIRST} to {LAST}; given {day}")
    return found


def presided(query: str) -> tuple[str, str, tuple[Presidency, ...]]:
    """A state's code and name, and every month it presided or will preside, under whatever name.

    query: ISO3, number or name. Raises UnknownCountryError if nobody knows the state.
    """
    iso3, name = seat_code(query)
    return iso3, name, tuple(p for p in presidencies().values() if p.iso3 == iso3)


@lru_cache(maxsize=1)
def presidencies() -> dict[str, Presidency]:
    """Every month from January 1946 to December 2027, in order."""
    exceptions, records = _table("presidency_exceptions.csv"), _table("presidency_records.csv")
    found: dict[str, Presidency] = {}
    last = ""
    for year in range(FIRST.year, LAST.year + 1):
        for number in range(1, 13):
            month = f"{year}-{number:02d}"
            first, end = _days(year, number)
            sitting = members(first)
            # In December 1946 the president of November stayed on.
            turn = _next(sitting, last) if month != "1946-12" else next(m for m in sitting if m.name == last)
            last = turn.name
            other = exceptions.get(month)
            held = turn if other is None else next(m for m in sitting if m.iso3 == other["iso3"])
            record = records.get(month, {})
            note, source = (
                (other["why"], other["source"]) if other else (record.get("note", ""), record.get("source", ""))
            )
            found[month] = Presidency(
                month, held.iso3, held.name, first, end, other is None, note, record.get("iso3", ""), source
            )
    return found


def _next(sitting: tuple[Member, ...], last: str) -> Member:
    """The member whose name follows `last`; the first in the alphabet if none does."""
    return next((m for m in sitting if alphabetical(m.name) > alphabetical(last)), sitting[0])


def _days(year: int, month: int) -> tuple[date, date]:
    """First and last day of the presidency that begins in a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    if year > FIRST.year:
        return date(year, month, 1), date.fromordinal(following.toordinal() - 1)
    if month == 12:
        return date(year, 12, 17), date(year, 12, 31)
    return date(year, month, 17), following.replace(day=16)


def _table(name: str) -> dict[str, dict[str, str]]:
    text = (resources.files("forestall") / "council" / name).read_text("utf-8")
    return {row["month"]: row for row in csv.DictReader(text.splitlines())}
