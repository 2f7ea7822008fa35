"""Where UN missions stood, by cell of half a degree, as known on a day.

Table `peace_sites` holds a mission's deployment maps of a year together (Geo-PKO, 1994-2024). A year is whole at its
end, so its sites count as known from 1 January of the next year on, although the data set was published years later:
the maps themselves went out with the reports of the year.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.errors import UsageError
from forestall.ids.cells import centre
from forestall.store import Workspace

TABLE = "peace_sites"
FIRST = date(1995, 1, 1)
SOURCE = "Geo-PKO 2.3 (doi:10.1177/0022343319871978), deployment maps of UN missions, 1994-2024"


@dataclass(frozen=True, slots=True)
class MissionSite:
    """A mission's sites in one cell of half a degree. year: of the maps. lat, lon: degrees, the middle of the cell.

    gw_id, iso3: the state that the ground belonged to at the end of that year, None where it was in none (Western
    Sahara, ESH). sites: named places together. troops_on_maps: what the units on the maps stand for, mean over the
    maps of the year; not a count of persons; 0 where only observers, police or offices are shown, None where no size
    is given. contributors: states that had troops there, None where not named.
    """

    mission: str
    year: int
    pg_id: int
    lat: float
    lon: float
    gw_id: int | None
    iso3: str
    sites: int
    troops_on_maps: float | None
    with_observers: bool
    with_police: bool
    contributors: int | None

    @property
    def known_from(self) -> date:
        """The first day on which these maps count as known."""
        return date(self.year + 1, 1, 1)

    @property
    def name(self) -> str:
        """A short name for tables and files: MONUSCO, cell 132177."""
        return f"{self.mission}, cell {self.pg_id}"


def sites(
    as_of: date, *, mission: str | None = None, iso3: str | None = None, workspace: Workspace | None = None
) -> tuple[MissionSite, ...]:
    """The sites known on a day, by mission and cell: each mission's newest maps of a year before, if it still goes on.

    A mission that began in the year of `as_of` has no maps yet, also where it took over another's sites. One that has
    ended by then (table `peace_missions`) is left out. mission, iso3: only that mission, only sites in that state. Maps
    end in 2024: after 2025 the sites are the last known ones (`year` says so). Raises UsageError before 1995.
    """
    if as_of < FIRST:
        raise UsageError(f"sites of missions are known from {FIRST} on (maps of 1994); given {as_of}")
    held = _embedded(TABLE) if workspace is None else workspace.table(TABLE)
    register = _embedded("peace_missions") if workspace is None else workspace.table("peace_missions")
    going = register.filter(pl.col("start") <= as_of, pl.col("end").is_null() | (pl.col("end") >= as_of))
    known = (
        held.filter(pl.col("year") < as_of.year)
        .filter(pl.col("year") == pl.col("year").max().over("mission"))
        .join(going.select("mission"), on="mission", how="semi")
    )
    if mission is not None:
        known = known.filter(pl.col("mission") == mission)
    if iso3 is not None:
        known = known.filter(pl.col("iso3") == iso3)
    known = known.sort("mission", "pg_id")
    lat, lon = centre(known["pg_id"].to_numpy())
    return tuple(
        MissionSite(
            mission=row["mission"],
            year=row["year"],
            pg_id=row["pg_id"],
            lat=float(north),
            lon=float(east),
            gw_id=row["gw_id"],
            iso3=row["iso3"],
            sites=row["sites"],
            troops_on_maps=row["troops_on_maps"],
            with_observers=row["sites_with_observers"] > 0,
            with_police=row["sites_with_police"] > 0,
            contributors=row["contributors"],
        )
        for row, north, east in zip(known.iter_rows(named=True), lat, lon, strict=True)
    )


@lru_cache(maxsize=2)
def _embedded(name: str) -> pl.DataFrame:
    """The rows that come with the package, read once."""
    return Workspace.open().table(name)
