"""Dated facts on the renunciation, removal and verified destruction of weapons, one neutral line each with its source.

File histories.csv beside this module; it is a list of what was looked up or is certain, not of all that happened. A day
known to the month or year only counts from the last day of it. `looked_up`: read in the named source, or one that
quotes it, when it was entered.
"""

import csv
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from forestall.errors import StoreError

FILE = "histories.csv"
KNOWN_TO = date(2024, 12, 31)
"""Up to when the list was kept; later events may be missing."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened. day: last possible one; precision: day, month or year, as written in `when`.

    field: nuclear, chemical or testing.
    """

    iso3: str
    day: date
    when: str
    precision: str
    field: str
    what: str
    source: str
    looked_up: bool


def history(iso3: str, on: date) -> tuple[Fact, ...]:
    """What is listed of a state up to a day, by day. iso3: code of its series."""
    return tuple(fact for fact in _facts() if fact.iso3 == iso3 and fact.day <= on)


def listed() -> frozenset[str]:
    """The states that the list has anything of."""
    return frozenset(fact.iso3 for fact in _facts())


@cache
def _facts() -> tuple[Fact, ...]:
    text = files("forestall.instruments.nonproliferation").joinpath(FILE).read_text(encoding="utf-8")
    found = []
    for row in csv.DictReader(text.splitlines()):
        if None in row or None in row.values():
            raise StoreError(f"{FILE}: the row of {row['iso3']} {row['day']} has too few or too many fields")
        day = last_day(row["day"], row["precision"])
        looked_up = row["looked_up"] == "yes"
        found.append(
            Fact(row["iso3"], day, row["day"], row["precision"], row["field"], row["what"], row["source"], looked_up)
        )
    return tuple(sorted(found, key=lambda fact: (fact.iso3, fact.day)))


def last_day(text: str, precision: str) -> date:
    """The last day that YYYY-MM-DD, YYYY-MM or YYYY can mean. Raises StoreError if text and precision don't agree."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) != {"day": 3, "month": 2, "year": 1}.get(precision):
        raise StoreError(f"{FILE}: {text!r} is not a date known to the {precision}")
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) == 3 else monthrange(year, month)[1])
