"""Spells of membership out of dated changes and of yearly codes, before they become a table."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from forestall.errors import SourceError

CHANGES = Path(__file__).with_name("changes.csv")
STATUSES = ("member", "suspended", "observer", "associate", "partner", "participant", "disputed")
NONE = "none"
"""The status from the day on which a state is out."""
COW_CODES = {1: "member", 2: "associate", 3: "observer"}
MISSING = -9
COW = "COW IGO 3"
LAST_COW = 2014
PRECISIONS = {4: "year", 7: "month", 10: "day"}


@dataclass(frozen=True, slots=True)
class Change:
    """From `on`, a state has this status. on is the first day of the year or month where that is all we know."""

    organisation: str
    iso3: str
    status: str
    on: date
    precision: str
    source: str
    checked: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Spell:
    """Days `since` to `until`, both within; until is None where it goes on."""

    organisation: str
    iso3: str
    status: str
    since: date
    since_precision: str
    until: date | None
    until_precision: str | None
    source: str
    checked: bool
    note: str | None = None


def first_day(text: str) -> tuple[date, str]:
    """`1999`, `1999-06` or `1999-06-01` as its first day, and its precision. Raises SourceError for all else."""
    if text is None or not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        raise SourceError(f"{CHANGES.name}: {text!r} is no year, month or day")
    return date.fromisoformat(text + "-01-01"[len(text) - 4 :]), PRECISIONS[len(text)]


def changes(path: Path = CHANGES) -> list[Change]:
    """All changes of the list, by organisation, state and day. Raises SourceError on a row that is not whole."""
    found = []
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["status"] not in (*STATUSES, NONE) or row["checked"] not in ("yes", "no") or not row["source"]:
                raise SourceError(f"{path.name}: status, source or checked of {row} is not one we have")
            if None in row or None in row.values():
                raise SourceError(f"{path.name}: {row} has too many or too few fields")
            on, precision = first_day(row["on"])
            for iso3 in row["states"].split(";"):
                found.append(
                    Change(
                        row["organisation"],
                        iso3,
                        row["status"],
                        on,
                        precision,
                        row["source"],
                        row["checked"] == "yes",
                        row["note"] or None,
                    )
                )
    return sorted(found, key=lambda one: (one.organisation, one.iso3, one.on))


def spells(held: Sequence[Change]) -> list[Spell]:
    """The spells of one state in one organisation: each change ends the one before.

    Raises SourceError if a change changes nothing, or ends what had not begun.
    """
    held = list(held)
    for one, after in pairwise(held):
        if one.on == after.on or one.status == after.status:
            raise SourceError(
                f"{CHANGES.name}: {after.organisation} {after.iso3} {after.on}: no change from the one before"
            )
    if held and held[0].status == NONE:
        raise SourceError(f"{CHANGES.name}: {held[0].iso3} was in {held[0].organisation} at no time before it left")
    ends: list[Change | None] = [*held[1:], None] if held else []
    return [
        Spell(
            one.organisation,
            one.iso3,
            one.status,
            one.on,
            one.precision,
            None if end is None else end.on - timedelta(days=1),
            None if end is None else end.precision,
            one.source,
            one.checked,
            one.note,
        )
        for one, end in zip(held, ends, strict=True)
        if one.status != NONE
    ]


def of_years(organisation: str, iso3: str, codes: Mapping[int, int], founded: date) -> list[Spell]:
    """Spells out of COW's yearly codes: 1 January of the first year to 31 December of the last.

    A year that is missing (-9) continues the one before; one without a row counts as not in. The first year of the
    organisation begins on its founding day. What holds in the last year of the file (2014) goes on.
    """
    runs: list[tuple[str, int, int]] = []
    before: str | None = None
    for year in range(min(codes, default=LAST_COW + 1), LAST_COW + 1):
        code = codes.get(year, 0)
        now = before if code == MISSING else COW_CODES.get(code)
        if now is not None:
            if now == before and runs:
                runs[-1] = (now, runs[-1][1], year)
            else:
                runs.append((now, year, year))
        before = now
    found = []
    for status, first, last in runs:
        at_start = first == founded.year
        until, precision = (None, None) if last == LAST_COW else (date(last, 12, 31), "year")
        since = founded if at_start else date(first, 1, 1)
        found.append(
            Spell(
                organisation,
                iso3,
                status,
                since,
                "day" if at_start else "year",
                until,
                precision,
                COW + (" (founding day of the organisation)" if at_start else ""),
                False,
            )
        )
    return found


def joined(years: list[Spell], held: list[Change]) -> list[Spell]:
    """COW's spells up to the first dated change, and the dated changes from then on.

    Where the first change brings the state in, nothing of COW is used. Raises SourceError if a change ends or suspends
    what COW does not have.
    """
    if not held:
        return years
    if held[0].status not in (NONE, "suspended"):
        return spells(held)
    first = held[0]
    earlier = [one for one in years if one.since < first.on]
    if not earlier or (earlier[-1].until is not None and earlier[-1].until < first.on - timedelta(days=366)):
        raise SourceError(f"{CHANGES.name}: {first.organisation} {first.iso3} {first.on}: COW has no spell before it")
    last = replace(earlier[-1], until=first.on - timedelta(days=1), until_precision=first.precision)
    later = held[1:] if first.status == NONE else held
    return [*earlier[:-1], last, *spells(later)]
