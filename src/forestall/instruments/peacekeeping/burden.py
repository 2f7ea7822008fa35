"""How the burden of UN operations is shared: by regional group, M49 region and Council seat, beside population.

Person-months: persons (troops, police and experts) at the end of each month, added up over months, from IPI's counts by
contributor (1990-11 to 2014-08); after that only Geo-PKO's units on maps by year (to 2024), which are sizes of units
and are shown as a second, separate share. Members are those of the month or year; a seat in the Council is the seat
held at the end of the month (of the year, on 31 December). Population is that of the year before, or the newest.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import polars as pl

from forestall.council.members import members
from forestall.council.reform.regions import un_members
from forestall.errors import UsageError
from forestall.ids import countries
from forestall.ids.months import format_month, month_end, month_id
from forestall.instruments.peacekeeping import contributors
from forestall.store import Workspace

FIRST_MONTH: Final = month_id(1990, 11)
LAST_MONTH: Final = month_id(2014, 8)
NO_GROUP: Final = "no member then, or no group"
SEATS: Final = ("permanent members", "elected members", "other members")
POPULATION: Final = "World Bank WDI"


@dataclass(frozen=True, slots=True)
class Share:
    """A group's part of the burden. person_months: of the period. share: of those of all groups, 0 to 1.

    population_share: of the persons of all members, 0 to 1. ratio: share over population_share; None where the group
    has no population on record. contributors: members of it with any in the period; members: at the end of the period.
    """

    name: str
    person_months: float
    share: float
    population_share: float
    ratio: float | None
    contributors: int
    members: int


@dataclass(frozen=True, slots=True)
class Top:
    """A contributor: its person-months and share of all, 0 to 1."""

    iso3: str
    name: str
    person_months: float
    share: float


@dataclass(frozen=True, slots=True)
class Concentration:
    """How few bear how much. ten_largest: their share. half: the fewest contributors that make up half.

    herfindahl: sum of squared shares; effective: its inverse, the number of equal contributors of the same sum.
    """

    contributors: int
    ten_largest: float
    half: int
    herfindahl: float
    effective: float


@dataclass(frozen=True, slots=True)
class Burden:
    """Shares of a period. first, last: its months (YYYY-MM) or years. unit: what person_months counts there.

    total: of all contributors. not_named: part of the total whose contributor no map names, 0 to 1 (not in any share).
    repeats: months of the period that repeat the month before.
    """

    first: str
    last: str
    unit: str
    source: str
    total: float
    not_named: float
    repeats: tuple[str, ...]
    groups: tuple[Share, ...]
    regions: tuple[Share, ...]
    seats: tuple[Share, ...]
    top: tuple[Top, ...]
    concentration: Concentration


@dataclass(frozen=True, slots=True)
class _Cell:
    """A state's part in one month or year, which ends on the day."""

    iso3: str
    day: date
    amount: float


@dataclass(frozen=True, slots=True)
class _Period:
    """Months or one year by their last days, with the members of each day and the persons in each."""

    cells: list[_Cell]
    members: Mapping[date, tuple[str, ...]]
    people: Mapping[int, Mapping[str, float]]

    @classmethod
    def of(cls, cells: list[_Cell], days: list[date], workspace: Workspace) -> "_Period":
        people = {year: _population(workspace, year) for year in {day.year for day in days}}
        return cls(cells, {day: tuple(_groups(day)) for day in days}, people)


def months(on: date, n: int = 12, workspace: Workspace | None = None) -> Burden | None:
    """The burden over the last n months known on a day; None before any was (1990-12-31).

    Raises UsageError if n is less than 1.
    """
    if n < 1:
        raise UsageError(f"{n} months are no period: give 1 or more")
    last = min(contributors.last_known_month(on), LAST_MONTH)
    return None if last < FIRST_MONTH else _of_months(max(last - n + 1, FIRST_MONTH), last, workspace)


def whole(on: date, workspace: Workspace | None = None) -> Burden | None:
    """The burden over all months known on a day, from November 1990."""
    last = min(contributors.last_known_month(on), LAST_MONTH)
    return None if last < FIRST_MONTH else _of_months(FIRST_MONTH, last, workspace)


def _of_months(first: int, last: int, workspace: Workspace | None) -> Burden:
    workspace = workspace or Workspace.open()
    rows = workspace.table(contributors.MONTHS).filter(pl.col("month_id").is_between(first, last))
    parts = ("contributed_troops", "contributed_police", "contributed_experts")
    rows = rows.with_columns(pl.sum_horizontal(pl.col(parts).fill_null(0)).alias("persons"))
    cells = [
        _Cell(iso3, month_end(month), float(persons))
        for iso3, month, persons in rows.select("iso3", "month_id", "persons").rows()
    ]
    same = sorted(set(rows.filter(pl.col("is_repeat"))["month_id"].to_list()))
    return _burden(
        _Period.of(cells, [month_end(month) for month in range(first, last + 1)], workspace),
        first=format_month(first),
        last=format_month(last),
        unit="person-months (troops, police and experts at month's end)",
        source=contributors.IPI,
        repeats=tuple(format_month(month) for month in same),
    )


def maps(on: date, workspace: Workspace | None = None) -> Burden | None:
    """The shares of units on maps in the newest year of maps known on a day; None before the maps of 1994 were.

    person_months are then persons in units of standard size: the year's largest at each site, added up.
    """
    workspace = workspace or Workspace.open()
    rows = workspace.table(contributors.YEARS).filter(
        pl.col("contributor_series") == "geopko_site_sum",
        pl.col("year") <= contributors.last_known_year(on),
        pl.col("contributed_troops").is_not_null(),
    )
    if rows.is_empty():
        return None
    year = int(rows["year"].to_numpy().max())
    rows = rows.filter(pl.col("year") == year)
    day = date(year, 12, 31)
    named = rows.filter(pl.col("iso3").is_not_null()).group_by("iso3").agg(pl.col("contributed_troops").sum())
    total = float(rows["contributed_troops"].sum())
    cells = [_Cell(iso3, day, float(troops)) for iso3, troops in named.sort("iso3").rows()]
    series = contributors.SERIES["geopko_site_sum"]
    left_out = 1.0 - sum(cell.amount for cell in cells) / total
    return _burden(
        _Period.of(cells, [day], workspace),
        first=str(year),
        last=str(year),
        unit=series.unit,
        source=series.source,
        not_named=left_out,
    )


def _burden(
    period: _Period,
    *,
    first: str,
    last: str,
    unit: str,
    source: str,
    not_named: float = 0.0,
    repeats: tuple[str, ...] = (),
) -> Burden:
    by_state: dict[str, float] = {}
    for cell in period.cells:
        by_state[cell.iso3] = by_state.get(cell.iso3, 0.0) + cell.amount
    total = sum(by_state.values())
    top = sorted(by_state, key=lambda iso3: (-by_state[iso3], iso3))
    return Burden(
        first,
        last,
        unit,
        source,
        total / (1.0 - not_named),
        not_named,
        repeats,
        _shares(period, _group),
        _shares(period, _region),
        _shares(period, _seat, SEATS),
        tuple(Top(i, contributors.name_of(i), by_state[i], by_state[i] / total) for i in top if by_state[i] > 0),
        concentration(by_state.values()),
    )


def _shares(period: _Period, area: Callable[[str, date], str], order: tuple[str, ...] = ()) -> tuple[Share, ...]:
    """The parts of each area: a state counts where it is on the day of each cell; population, the mean over days."""
    amounts: dict[str, float] = {}
    who: dict[str, set[str]] = {}
    for cell in period.cells:
        name = area(cell.iso3, cell.day)
        amounts[name] = amounts.get(name, 0.0) + cell.amount
        if cell.amount > 0:
            who.setdefault(name, set()).add(cell.iso3)
    persons: dict[str, float] = {}
    seated: dict[str, int] = {}
    for day, states in period.members.items():
        of_year = period.people[day.year]
        seated = {}
        for iso3 in states:
            name = area(iso3, day)
            persons[name] = persons.get(name, 0.0) + of_year.get(iso3, 0.0)
            seated[name] = seated.get(name, 0) + 1
    total, world = sum(amounts.values()), sum(persons.values())
    found = []
    for name in order or sorted(set(amounts) | set(persons), key=lambda one: (-amounts.get(one, 0.0), one)):
        share, part = amounts.get(name, 0.0) / total, persons.get(name, 0.0) / world
        ratio = share / part if part > 0 else None
        found.append(
            Share(name, amounts.get(name, 0.0), share, part, ratio, len(who.get(name, ())), seated.get(name, 0))
        )
    return tuple(found)


def concentration(amounts: Iterable[float]) -> Concentration:
    """Concentration of amounts (persons or person-months, none negative). Raises UsageError if they sum to nothing.

    Source: Herfindahl (1950); Hirschman (1964), American Economic Review 54(5).
    """
    held = sorted((amount for amount in amounts if amount > 0), reverse=True)
    if not held:
        raise UsageError("no contribution is above zero: there is nothing to be shared")
    total = sum(held)
    running, half = 0.0, 0
    for amount in held:
        running, half = running + amount, half + 1
        if running * 2 >= total:
            break
    index = sum((amount / total) ** 2 for amount in held)
    return Concentration(len(held), sum(held[:10]) / total, half, index, 1.0 / index)


@lru_cache(maxsize=512)
def _groups(day: date) -> Mapping[str, str | None]:
    return un_members(day)


def _group(iso3: str, day: date) -> str:
    """UN regional group of today."""
    return _groups(day).get(iso3) or NO_GROUP


@lru_cache(maxsize=1024)
def _region_of(iso3: str) -> str:
    return countries.lineage(iso3)[-1].region


def _region(iso3: str, _day: date) -> str:
    return _region_of(iso3)


@lru_cache(maxsize=512)
def _seated(day: date) -> Mapping[str, str]:
    return {one.iso3: SEATS[0] if one.permanent else SEATS[1] for one in members(day)}


def _seat(iso3: str, day: date) -> str:
    return _seated(day).get(iso3, SEATS[2])


def _population(workspace: Workspace, year: int) -> Mapping[str, float]:
    """Persons by state in the newest year before a year that has a figure for it."""
    rows = workspace.table("population").filter(pl.col("year") < year, pl.col("iso3").is_not_null())
    return dict(rows.sort("year").group_by("iso3").agg(pl.col("persons").last()).rows())
