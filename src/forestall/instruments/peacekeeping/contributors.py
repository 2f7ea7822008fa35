"""Who has sent what to which UN mission, by mission, by host and by contributor, as known on a day.

Three series that stop in different years and are never added up (docs/sources/peacekeeping-contributors.md): IPI's
counts by contributor and month (1990-11 to 2014-08) and by contributor and mission (2009-11 to 2014-08), and the units
that Geo-PKO reads off deployment maps (1994-2024; standard sizes of units, without single officers and observers).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import polars as pl

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.months import format_month, month_of
from forestall.store import Workspace

MONTHS, YEARS = "peace_contributor_month", "peace_contributor_mission_year"
KNOWN_AFTER: Final = timedelta(days=31)
"""A month or a year counts as known this long after its end."""
IPI = "Perry & Smith (2013), IPI Peacekeeping Database"
GEOPKO = "Geo-PKO (Cil et al. 2020, doi:10.1177/0022343319871978)"


@dataclass(frozen=True, slots=True)
class Series:
    """A series of contributions: its key in the tables, what a figure is, its unit, span and source."""

    key: str
    what: str
    unit: str
    first: str
    last: str
    source: str


SERIES: Final = {
    one.key: one
    for one in (
        Series("ipi_month", "troops, police and experts at month's end", "persons", "1990-11", "2014-08", IPI),
        Series("ipi_month_mean", "mean of the year's months, by mission", "persons", "2009-11", "2014-08", IPI),
        Series(
            "geopko_map_mean",
            "units on maps, mean of the year's maps, by mission",
            "persons in units of standard size",
            "1994",
            "2020",
            GEOPKO,
        ),
        Series(
            "geopko_site_sum",
            "units on maps, the year's largest at each site, by mission",
            "persons in units of standard size",
            "1994",
            "2024",
            f"{GEOPKO}, version 2.3",
        ),
    )
}
BY_MISSION: Final = ("ipi_month_mean", "geopko_map_mean", "geopko_site_sum")
"""The series by mission, the best first: where a year has several, the first of them is shown."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a state had in a mission in a year. iso3: None for units whose contributor no map names.

    troops, police, experts: persons, None where the series leaves them out or gives no size. unsized: sites with a unit
    of which no size is known.
    """

    iso3: str | None
    name: str
    troops: float | None
    police: float | None
    experts: float | None
    unsized: int | None

    @property
    def persons(self) -> float | None:
        """Troops, police and experts together, of what is known; None if nothing is."""
        known = [part for part in (self.troops, self.police, self.experts) if part is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class MissionYear:
    """The contributors to a mission in a year, largest first. periods: months or maps the means are over."""

    mission: str
    year: int
    series: Series
    periods: int
    contributions: tuple[Contribution, ...]

    @property
    def persons(self) -> float:
        """Persons of all contributions with a known size."""
        return sum(one.persons or 0.0 for one in self.contributions)


@dataclass(frozen=True, slots=True)
class Named:
    """A state's whole record in a mission. years: years in which it is named, in any series by mission.

    largest: troops of its largest year, in that year's best series, persons; None if no size is known.
    """

    iso3: str
    name: str
    mission: str
    first_year: int
    last_year: int
    years: int
    largest: float | None
    largest_year: int | None
    largest_series: str | None


@dataclass(frozen=True, slots=True)
class ToMission:
    """A mission's contributors as known on a day. newest: its newest known year. ever: everyone named, largest first.

    first_year, last_year: the years that the series by mission cover for it; None if they don't know it.
    """

    mission: str
    newest: MissionYear | None
    ever: tuple[Named, ...]
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Month:
    """What a state had in all UN operations at the end of a month, persons; None where the file leaves a part out."""

    month: str
    troops: int | None
    police: int | None
    experts: int | None
    persons: int
    rank: int
    contributors: int


@dataclass(frozen=True, slots=True)
class FromCountry:
    """A state's contributions as known on a day. newest: of the last month the series had by then, None if it had no
    one there; peak: its largest month. series_end: that last month. missions: where it is named, latest first."""

    iso3: str
    name: str
    series_end: str | None
    newest: Month | None
    peak: Month | None
    missions: tuple[Named, ...]


def last_known_year(on: date) -> int:
    """The newest calendar year that counts as known on a day."""
    return (on - KNOWN_AFTER + timedelta(days=1)).year - 1


def last_known_month(on: date) -> int:
    """The newest month (month_id) that counts as known on a day."""
    return month_of(on - KNOWN_AFTER + timedelta(days=1)) - 1


def to_mission(mission: str, on: date, workspace: Workspace | None = None) -> ToMission:
    """Who has contributed to a mission (its acronym), as known on a day; empty where no series knows the mission."""
    return to_missions((mission,), on, workspace)[0]


def to_missions(missions: Iterable[str], on: date, workspace: Workspace | None = None) -> tuple[ToMission, ...]:
    """The same of several missions, in their order. Years after a mission's end (liquidation) are left out."""
    workspace = workspace or Workspace.open()
    asked = tuple(missions)
    ends = workspace.table("peace_missions").filter(pl.col("end") <= on).select("mission", pl.col("end").dt.year())
    rows = _known(workspace, on).filter(pl.col("mission").is_in(asked)).join(ends, on="mission", how="left")
    rows = rows.filter(pl.col("end").is_null() | (pl.col("year") <= pl.col("end")))
    return tuple(_to_mission(mission, rows.filter(pl.col("mission") == mission)) for mission in asked)


def _known(workspace: Workspace, on: date) -> pl.DataFrame:
    return workspace.table(YEARS).filter(pl.col("year") <= last_known_year(on))


def _to_mission(mission: str, rows: pl.DataFrame) -> ToMission:
    if rows.is_empty():
        return ToMission(mission, None, (), None, None)
    years = rows["year"].to_list()
    return ToMission(mission, _year(mission, max(years), rows), _named(rows), min(years), max(years))


def _year(mission: str, year: int, rows: pl.DataFrame) -> MissionYear:
    rows = rows.filter(pl.col("year") == year)
    held = set(rows["contributor_series"].to_list())
    best = next(series for series in BY_MISSION if series in held)
    found = [
        Contribution(
            row["iso3"],
            name_of(row["iso3"]),
            row["contributed_troops"],
            row["contributed_police"],
            row["contributed_experts"],
            row["units_unsized"],
        )
        for row in rows.filter(pl.col("contributor_series") == best).iter_rows(named=True)
    ]
    found.sort(key=lambda one: (one.iso3 is None, -(one.persons or 0.0), one.name))
    periods = rows.filter(pl.col("contributor_series") == best)["periods"].to_list()
    return MissionYear(mission, year, SERIES[best], max(periods), tuple(found))


def _named(rows: pl.DataFrame) -> tuple[Named, ...]:
    """Everyone named, by mission and state: largest first."""
    order = {series: at for at, series in enumerate(BY_MISSION)}
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows.filter(pl.col("iso3").is_not_null()).iter_rows(named=True):
        grouped.setdefault((row["mission"], row["iso3"]), []).append(row)
    found = []
    for (mission, iso3), own in grouped.items():
        best: dict[int, dict[str, Any]] = {}
        for row in sorted(own, key=lambda one: order[one["contributor_series"]], reverse=True):
            best[row["year"]] = row
        sized = [row for row in best.values() if row["contributed_troops"] is not None]
        top = max(sized, key=lambda one: (one["contributed_troops"], -one["year"]), default=None)
        found.append(
            Named(
                iso3,
                name_of(iso3),
                mission,
                min(best),
                max(best),
                len(best),
                None if top is None else top["contributed_troops"],
                None if top is None else top["year"],
                None if top is None else top["contributor_series"],
            )
        )
    return tuple(sorted(found, key=lambda one: (-(one.largest or 0.0), one.name, one.mission)))


def from_country(iso3: str, on: date, workspace: Workspace | None = None) -> FromCountry:
    """What a state (today's code of its series) has sent to UN operations, as known on a day."""
    workspace = workspace or Workspace.open()
    months = workspace.table(MONTHS).filter(pl.col("month_id") <= last_known_month(on))
    named = _named(_known(workspace, on).filter(pl.col("iso3") == iso3))
    latest = tuple(sorted(named, key=lambda one: (-one.last_year, -(one.largest or 0.0), one.mission)))
    if months.is_empty():
        return FromCountry(iso3, name_of(iso3), None, None, None, latest)
    parts = ("contributed_troops", "contributed_police", "contributed_experts")
    months = months.with_columns(pl.sum_horizontal(pl.col(parts).fill_null(0)).alias("persons"))
    last = int(months["month_id"].to_numpy().max())
    own = months.filter(pl.col("iso3") == iso3)
    newest = peak = None
    if not own.is_empty():
        best = own.sort("persons", "month_id", descending=[True, False]).row(0, named=True)
        peak = _month(best, months)
        of_last = own.filter(pl.col("month_id") == last)
        newest = None if of_last.is_empty() else _month(of_last.row(0, named=True), months)
    return FromCountry(iso3, name_of(iso3), format_month(last), newest, peak, latest)


def _month(row: dict[str, Any], months: pl.DataFrame) -> Month:
    others = months.filter(pl.col("month_id") == row["month_id"])["persons"]
    return Month(
        format_month(row["month_id"]),
        row["contributed_troops"],
        row["contributed_police"],
        row["contributed_experts"],
        row["persons"],
        int((others > row["persons"]).sum()) + 1,
        int((others > 0).sum()),
    )


@lru_cache(maxsize=512)
def name_of(iso3: str | None) -> str:
    """The UN's name of a state, else its usual one; of today's or its last row."""
    if iso3 is None:
        return "contributor not named"
    try:
        state = countries.lineage(iso3)[-1]
    except UnknownCountryError:
        return iso3
    return state.un_name or state.name
