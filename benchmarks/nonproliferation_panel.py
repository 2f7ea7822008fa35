"""States by year, when they were quiet, and when something began: what signals are measured on.

Armed conflict: a state-based conflict of UCDP/PRIO (25 or more deaths in a year) located in the state. Interstate: the
state is a primary party to a conflict between states (UCDP/PRIO type 2) or an actor in an international crisis (ICB).
"""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.instruments.nonproliferation.follow_up import QUIET_YEARS, Seen
from forestall.store import Workspace

FIRST_YEAR = 1946
ENDS = {"armed_conflict": 2024, "interstate": 2017}
"""Last years of UCDP/PRIO 25.1 and of ICB 14, the shorter of the two that make up the second."""
ACD, ICB = "ucdp/ucdp-prio-acd-251.csv", "mediation/icb2v14.csv"
Years = Mapping[str, frozenset[int]]


@cache
def states(year: int) -> frozenset[str]:
    """The states at the end of a year, by code of their series."""
    return frozenset(one.series_iso3 for one in countries.states(date(year, 12, 31)))


@cache
def first_year(iso3: str) -> int:
    """The first year at whose end the state was there, not before 1946."""
    return next(year for year in range(FIRST_YEAR, 2026) if iso3 in states(year))


def armed_conflict(workspace: Workspace) -> Years:
    """Years of state-based armed conflict by the country it is located in."""
    rows = workspace.table("ucdp_conflict_year").filter(pl.col("dyad_id").is_null(), pl.col("iso3").is_not_null())
    return _years(rows.select("iso3", "year").unique().rows())


def interstate(shared: Path) -> Years:
    """Years of conflict between states, or of an international crisis, by the states that were party to it."""
    found: list[tuple[str, int]] = []
    with (shared / ACD).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["type_of_conflict"] == "2":
                year = int(row["year"])
                sides = f"{row['gwno_a']},{row['gwno_b']}".split(",")
                found += [(code, year) for side in sides if side.strip() and (code := _gw(int(side), year))]
    with (shared / ICB).open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if not row["yrtrig"]:
                continue  # one actor of ICB 14 (crisis 474, SAU) has no year at all
            begin = int(row["yrtrig"])
            end = int(row["yrterm"] or begin)
            for year in range(begin, max(begin, end) + 1):
                code = _cow(int(row["cracid"]), year) if year >= FIRST_YEAR else None
                found += [(code, year)] if code else []
    return _years(found)


def observations(fired: Mapping[tuple[str, int], bool | None], active: Years, ahead: int, end: int) -> list[Seen]:
    """The states in each year for which the rule knew an answer, that were quiet in it and the year before, and whose
    next `ahead` years lie within the data. active: years of the event by state; end: last year of its data."""
    found = []
    for (iso3, year), sign in sorted(fired.items()):
        if sign is None or year + ahead > end or iso3 not in states(year):
            continue
        years = active.get(iso3, frozenset())
        if any(year - back in years for back in range(QUIET_YEARS)):
            continue
        since = year - max((one for one in years if one < year), default=FIRST_YEAR)
        followed = any(year + later in years for later in range(1, ahead + 1))
        found.append(Seen(iso3, year, since, sign, followed))
    return found


def _years(rows: list[tuple[str, int]]) -> Years:
    found: dict[str, set[int]] = {}
    for iso3, year in rows:
        found.setdefault(iso3, set()).add(year)
    return {iso3: frozenset(years) for iso3, years in found.items()}


def _gw(number: int, year: int) -> str | None:
    for day in (date(year, 12, 31), date(year, 1, 1)):
        try:
            return countries.of_ucdp(number, day).series_iso3 or None
        except UnknownCountryError:
            continue
    return None


def _cow(number: int, year: int) -> str | None:
    for day in (date(year, 12, 31), date(year, 1, 1)):
        try:
            return countries.by_cow(number, day).series_iso3 or None
        except UnknownCountryError:
            continue
    return None
