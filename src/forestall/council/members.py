"""Who sits on the Security Council on a day, for which term, and from which regional group.

Table `council_members`: one row a term, 17 January 1946 to the end of 2027 (docs/sources/council-members.md). A seat
has one code throughout: CHN for China's, RUS for that of the Soviet Union and the Russian Federation.
"""

import contextlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from forestall.council.ever import resolve_ever
from forestall.council.un_order import alphabetical, earlier, named, un_name
from forestall.errors import UnknownCountryError, UsageError
from forestall.store import Workspace

TABLE = "council_members"
FIRST, LAST = date(1946, 1, 17), date(2027, 12, 31)
PERMANENT = ("CHN", "FRA", "GBR", "RUS", "USA")
"""Seats of the permanent members (Charter, Article 23)."""
GROUPS_FROM = date(1966, 1, 1)
"""Seats were shared out among regional groups from this day on (A/RES/1991 (XVIII)); before it a group is not known."""
SOURCE = (
    "open index of Council members by year, compared with two other lists; days and notes from UN documents; "
    "2027 rests on one source"
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member on a day. name: as the UN wrote it that day. group: regional group; None where it has none, and of
    all members before 1966. term_start, term_end: first and last day; term_end is None for permanent members."""

    iso3: str
    name: str
    permanent: bool
    group: str | None
    term_start: date
    term_end: date | None
    note: str = ""

    @property
    def elected(self) -> bool:
        """Whether the General Assembly elected it for a term."""
        return not self.permanent


def terms(workspace: Workspace | None = None) -> pl.DataFrame:
    """All terms: iso3, is_permanent, regional_group, first_day, last_day, note, source; by first day and code."""
    return (workspace or Workspace.open()).table(TABLE)


def members(on: date, workspace: Workspace | None = None) -> tuple[Member, ...]:
    """The members on a day, in English alphabetical order of the names the UN used then.

    A day ahead gives those elected so far. Raises UsageError outside 1946-01-17..2027-12-31.
    """
    if not FIRST <= on <= LAST:
        raise UsageError(f"members are known from {FIRST} to {LAST}; given {on}")
    rows = _embedded() if workspace is None else tuple(terms(workspace).iter_rows(named=True))
    found = [_member(row, on, on) for row in rows if row["first_day"] <= on <= row["last_day"]]
    return tuple(sorted(found, key=lambda m: alphabetical(m.name)))


@lru_cache(maxsize=1)
def _embedded() -> tuple[dict[str, Any], ...]:
    """The rows that come with the package, read once."""
    return tuple(terms().iter_rows(named=True))


def member_on(iso3: str, on: date, workspace: Workspace | None = None) -> Member | None:
    """The member of this code on a day, None if it was none."""
    return next((m for m in members(on, workspace) if m.iso3 == iso3), None)


def terms_of(query: str, workspace: Workspace | None = None) -> tuple[str, tuple[Member, ...]]:
    """A state's present or last name and all its terms, under whatever name it sat. query: ISO3, number or name.

    Raises UnknownCountryError if nobody knows the state.
    """
    iso3, name = seat_code(query)
    rows = terms(workspace).filter(pl.col("iso3") == iso3).sort("first_day")
    return name, tuple(_member(row, row["first_day"], row["last_day"]) for row in rows.iter_rows(named=True))


CODES = {"SUN": "RUS", "YUG": "SRB", "CSK": "CZE", "YMD": "YEM"}
"""States of the past whose seat stands under another code here."""
NOTE_ENDS = {"CHN": date(1971, 10, 25), "RUS": date(1991, 12, 24)}


def seat_code(query: str) -> tuple[str, str]:
    """The code that a state's terms stand under, and its name; also by a name or code of the past (Zaire, SUN).

    Raises UnknownCountryError if nobody knows it, today or then.
    """
    former = named(query)
    if former is not None:
        return former, _name(former)
    state = resolve_ever(query)
    iso3 = CODES.get(state.iso3, state.iso3)
    return iso3, _name(iso3) if iso3 != state.iso3 else state.un_name or state.name


def _name(iso3: str) -> str:
    """Today's UN name of a seat, its last one where the state is no member of that name any more."""
    with contextlib.suppress(UnknownCountryError):
        return un_name(iso3, date.today())
    return earlier(iso3)[-1].name


def _past(iso3: str, on: date) -> bool:
    """Whether the note of a permanent seat speaks of what was over by a day."""
    return iso3 in NOTE_ENDS and on >= NOTE_ENDS[iso3]


def _member(row: dict[str, Any], on: date, grouped: date) -> Member:
    """A row as a member. on: the day of its name; grouped: the day of its group (a whole term's is that of its end)."""
    iso3, permanent = str(row["iso3"]), bool(row["is_permanent"])
    first, last, group = row["first_day"], row["last_day"], row["regional_group"]
    return Member(
        iso3=iso3,
        name=un_name(iso3, on),
        permanent=permanent,
        group=None if group is None or grouped < GROUPS_FROM else str(group),
        term_start=first,
        term_end=None if permanent else last,
        note="" if _past(iso3, on) else str(row["note"] or ""),
    )
