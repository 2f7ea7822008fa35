"""What is known on a day of every possible contributor to a mission in a host country, and as numbers for a model.

Possible contributors are the members of the United Nations on the day, without the host. Nothing published later is
used: a year of Geo-PKO's maps counts as known 31 days after its end, a session of the General Assembly when it has
ended, income of a year from the month that the table of covariates gives. Deaths are those of the release at hand, so
that for past days they are the final figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from forestall.council.reform.regions import un_members
from forestall.errors import UsageError
from forestall.ids import countries
from forestall.ids.months import month_of
from forestall.instruments.peacekeeping import ties
from forestall.store import Workspace

SERIES = "geopko_site_sum"
KNOWN_AFTER = timedelta(days=31)
FIRST_DAY = date(1995, 2, 1)
"""The first day on which a whole year of contributors by mission is known (1994)."""
LAST_YEAR = 2024
"""The newest year of the maps we hold."""
PAST_YEARS = 5
UNSIZED = 35.0
"""What a unit without a size counts as for the model: a platoon, persons."""
FEATURES = (
    "recent_troops",
    "missions",
    "region_troops",
    "here_troops",
    "distance",
    "neighbour",
    "language",
    "organisations",
    "same_region",
    "ideal_point_rank",
    "own_deaths",
    "permanent_member",
    "elected_member",
    "population",
    "income",
)
"""Columns of `matrix`, in this order; what each is stands in docs/methods/peacekeeping-contributors.md."""
LABELS = dict(
    zip(
        FEATURES,
        (
            "size of units in the newest year",
            "missions in five years",
            "units in the region",
            "units in the host",
            "distance",
            "common border",
            "common language",
            "common organisations",
            "same region",
            "votes in the General Assembly",
            "deaths at home",
            "permanent member",
            "elected member",
            "population",
            "income per person",
        ),
        strict=True,
    )
)
"""What a reader calls each of them."""
NOT_KNOWN = {"distance": None, "ideal_point_rank": 0.5, "income": None, "population": None, "own_deaths": None}
"""What stands for a figure that is not known: the middle of ranks, else the median of the other candidates."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A possible contributor as seen on a day.

    troops: in units on maps of `year`, all missions, persons; 0.0 if named on none, None if named without sizes.
    missions, region, here: missions it was named in over the last five known years: all, those in the host's M49
    subregion, those in the host itself. region_troops, here_troops: the largest year's troops there, persons.
    distance_km: between the nearest cells of land of half a degree. ideal_point_rank: share of the others that voted
    nearer to the host (0 nearest), None if the host or the state has no ideal point. deaths: on its territory in the
    twelve months before the day. seat: permanent, elected or None. income: GDP per person, US dollars.
    """

    iso3: str
    name: str
    year: int
    troops: float | None
    missions: tuple[str, ...]
    region: tuple[str, ...]
    region_troops: float
    here: tuple[str, ...]
    here_troops: float
    distance_km: float | None
    neighbour: bool
    languages: tuple[str, ...]
    organisations: tuple[str, ...]
    same_region: bool
    ideal_point_distance: float | None
    ideal_point_rank: float | None
    deaths: int | None
    seat: str | None
    population: float | None
    income: float | None


def last_year(on: date) -> int:
    """The newest year of contributors by mission that was known on a day. Raises UsageError before 1995-02-01."""
    if on < FIRST_DAY:
        raise UsageError(f"contributors by mission are known from {FIRST_DAY}, with the maps of 1994; given {on}")
    # A year counts from 31 days after its last day on.
    return min((on - KNOWN_AFTER + timedelta(days=1)).year - 1, LAST_YEAR)


def facts(host: str, on: date, workspace: Workspace | None = None) -> tuple[Facts, ...]:
    """All possible contributors to a mission in a host (ISO3) on a day, by code.

    Raises UsageError before 1995-02-01, UnknownCountryError for a host that did not exist then.
    """
    workspace = workspace or Workspace.open()
    year = last_year(on)
    hosting = countries.by_iso3(host, on)
    members = [code for code in sorted(un_members(on)) if code != host]
    past = _past(workspace, host, hosting.subregion, on, year)
    km = ties.distances(workspace, host)
    near = ties.neighbours(workspace, host, on)
    spoken = ties.shared_languages(workspace, host)
    together = ties.shared_organisations(workspace, host, on)
    apart = ties.ideal_point_distances(workspace, host, on)
    deaths = _deaths(workspace, on)
    seats = ties.council_seats(on)
    people = _population(workspace, on)
    income = _income(workspace, on)
    ranked = sorted(value for code, value in apart.items() if code in set(members))
    found = []
    for code in members:
        state = countries.by_iso3(code, on)
        own = past.get(code, _NONE)
        rank = None
        if code in apart and len(ranked) > 1:
            rank = float(np.searchsorted(ranked, apart[code])) / (len(ranked) - 1)
        found.append(
            Facts(
                code,
                state.un_name or state.name,
                year,
                own.troops,
                own.missions,
                own.region,
                own.region_troops,
                own.here,
                own.here_troops,
                km.get(code),
                code in near,
                spoken.get(code, ()),
                together.get(code, ()),
                state.subregion == hosting.subregion,
                apart.get(code),
                rank,
                deaths.get(code, 0) if deaths is not None else None,
                seats.get(code),
                people.get(code),
                income.get(code),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Past:
    troops: float | None = 0.0
    missions: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    region_troops: float = 0.0
    here: tuple[str, ...] = ()
    here_troops: float = 0.0


_NONE = _Past()


def _past(workspace: Workspace, host: str, subregion: str, on: date, year: int) -> Mapping[str, _Past]:
    """What each state contributed in the last five known years, by the maps."""
    rows = workspace.table("peace_contributor_mission_year").filter(
        pl.col("contributor_series") == SERIES,
        pl.col("iso3").is_not_null(),
        pl.col("year").is_between(year - PAST_YEARS + 1, year),
    )
    hosts = mission_hosts(workspace, on)
    here = {mission for mission, codes in hosts.items() if host in codes}
    region = {mission for mission, codes in hosts.items() if any(_subregion(code) == subregion for code in codes)}
    region -= here
    by_state: dict[str, list[tuple[str, int, float | None]]] = {}
    for iso3, mission, of, troops in rows.select("iso3", "mission", "year", "contributed_troops").rows():
        by_state.setdefault(iso3, []).append((mission, of, troops))
    found = {}
    for iso3, own in by_state.items():
        newest = [troops for _, of, troops in own if of == year]
        sized = [troops for troops in newest if troops is not None]
        named = {mission for mission, _, _ in own}
        found[iso3] = _Past(
            (sum(sized) if sized else None) if newest else 0.0,
            tuple(sorted(named)),
            tuple(sorted(named & region)),
            _largest(own, region),
            tuple(sorted(named & here)),
            _largest(own, here),
        )
    return found


def _largest(own: list[tuple[str, int, float | None]], missions: set[str]) -> float:
    """The largest year's troops in some missions, persons; 0.0 where no size is known."""
    by_year: dict[int, float] = {}
    for mission, year, troops in own:
        if mission in missions:
            by_year[year] = by_year.get(year, 0.0) + (troops or 0.0)
    return max(by_year.values(), default=0.0)


def mission_hosts(workspace: Workspace, on: date) -> Mapping[str, set[str]]:
    """Hosts (ISO3) of each mission that had begun by a day."""
    rows = workspace.table("peace_mission_hosts").filter(pl.col("first").is_null() | (pl.col("first") <= on))
    found: dict[str, set[str]] = {}
    for mission, iso3 in rows.select("mission", "iso3").rows():
        found.setdefault(mission, set()).add(iso3)
    return found


@lru_cache(maxsize=512)
def _subregion(iso3: str) -> str:
    return countries.lineage(iso3)[-1].subregion


def _deaths(workspace: Workspace, on: date) -> Mapping[str, int] | None:
    """Deaths by state in the twelve months before the day's month, as far as they are known; None if none are."""
    rows = workspace.table("ucdp_country_month").select("iso3", "month_id", "deaths_total")
    last = min(month_of(on) - 1, int(rows["month_id"].to_numpy().max()))
    rows = rows.filter(pl.col("month_id").is_between(last - 11, last), pl.col("iso3").is_not_null())
    if rows.is_empty():
        return None
    return dict(rows.group_by("iso3").agg(pl.col("deaths_total").sum()).rows())


def _population(workspace: Workspace, on: date) -> Mapping[str, float]:
    """Persons in the newest year before the day's year that the table has."""
    rows = workspace.table("population").filter(pl.col("year") < on.year, pl.col("iso3").is_not_null())
    return dict(rows.sort("year").group_by("iso3").agg(pl.col("persons").last()).rows())


def _income(workspace: Workspace, on: date) -> Mapping[str, float]:
    """GDP per person, the newest that was known and not older than five years."""
    month = month_of(on)
    rows = workspace.table("covariates").filter(
        pl.col("covariate") == "gdp_per_capita",
        pl.col("known_from") <= month,
        pl.col("month_id") > month - 72,
        pl.col("value") > 0,
    )
    return dict(rows.sort("month_id").group_by("iso3").agg(pl.col("value").last()).rows())


def matrix(found: tuple[Facts, ...]) -> np.ndarray:
    """The facts as numbers, float64 of shape (n, len(FEATURES)), without NaN.

    Troops, population, income and deaths as log(1 + x), distance as log(1 + km / 100), the rest as they are. What is
    not known is as NOT_KNOWN says; troops of units without a size count as a platoon, 35 persons.
    """
    rows = np.full((len(found), len(FEATURES)), np.nan)
    for row, one in zip(rows, found, strict=True):
        troops = UNSIZED if one.troops is None else one.troops
        row[:] = (
            np.log1p(troops),
            len(one.missions),
            np.log1p(one.region_troops or UNSIZED * bool(one.region)),
            np.log1p(one.here_troops or UNSIZED * bool(one.here)),
            np.nan if one.distance_km is None else np.log1p(one.distance_km / 100.0),
            float(one.neighbour),
            float(bool(one.languages)),
            len(one.organisations),
            float(one.same_region),
            np.nan if one.ideal_point_rank is None else one.ideal_point_rank,
            np.nan if one.deaths is None else np.log1p(one.deaths),
            float(one.seat == "permanent"),
            float(one.seat == "elected"),
            np.nan if one.population is None else np.log(one.population),
            np.nan if one.income is None else np.log(one.income),
        )
    for column, name in enumerate(FEATURES):
        values = rows[:, column]
        missing = np.isnan(values)
        if missing.any():
            instead = NOT_KNOWN[name]
            middle = float(np.median(values[~missing])) if (~missing).any() else 0.0
            values[missing] = middle if instead is None else instead
    return rows
