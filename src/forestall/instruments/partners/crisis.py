"""The crisis that organisations are ranked for: a country on a day, its conflicts, the states in them, neighbours."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.months import month_of
from forestall.store import Workspace

CONFLICTS, INTERVENTIONS = "ucdp_conflict_year", "mediation_interventions"
GOVERNMENT = "Government of "
FIRST_MONTH = 109
"""First month (1989-01) of the table of neighbours: earlier days use it as it stood then."""


@dataclass(frozen=True, slots=True)
class Crisis:
    """A country on a day. iso3: code of its series. year: the last year of conflicts known on the day, None without.

    conflicts: active in it in that year, by UCDP's number. states: other states that are party to one of them or have
    troops on a side, by code. unresolved: governments named as parties that no state was found for. neighbours: by
    code; by_sea: whether they lie across water, for want of any on land.
    """

    iso3: str
    name: str
    on: date
    year: int | None
    conflicts: tuple[int, ...]
    states: tuple[str, ...]
    unresolved: tuple[str, ...]
    neighbours: frozenset[str]
    by_sea: bool


@lru_cache(maxsize=512)
def crisis(workspace: Workspace, gw_id: int, on: date) -> Crisis:
    """The crisis of a country. Raises UnknownCountryError if it was no state on the day."""
    state = countries.by_gw(gw_id, on)
    iso3 = state.series_iso3
    held = _conflicts(workspace)
    known = held.filter(pl.col("year") < on.year)["year"].max()
    year = int(str(known)) if known is not None else None
    rows = held.filter(pl.col("year") == year, pl.col("gw_id") == gw_id) if year is not None else held.clear()
    states, unresolved = _states(rows, year or on.year, iso3)
    conflicts = tuple(sorted(rows["conflict_id"].unique().to_list()))
    states |= _interveners(workspace, conflicts, year) - {iso3}
    land, by_sea = _neighbours(workspace, iso3, on)
    return Crisis(
        iso3=iso3,
        name=state.name,
        on=on,
        year=year,
        conflicts=conflicts,
        states=tuple(sorted(states)),
        unresolved=unresolved,
        neighbours=land,
        by_sea=by_sea,
    )


@lru_cache(maxsize=2)
def _conflicts(workspace: Workspace) -> pl.DataFrame:
    return workspace.table(CONFLICTS)


def active(workspace: Workspace, year: int) -> tuple[int, ...]:
    """States (gw_id) in which UCDP has an active state-based conflict in a year."""
    return tuple(sorted(_conflicts(workspace).filter(pl.col("year") == year)["gw_id"].drop_nulls().unique().to_list()))


def _states(rows: pl.DataFrame, year: int, own: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """States other than the country itself on any side of its conflicts, and governments that were not resolved."""
    found, unresolved = set(), set()
    for side in (*rows["side_a"].drop_nulls().unique(), *rows["side_b"].drop_nulls().unique()):
        for part in str(side).split(", "):
            if not part.startswith(GOVERNMENT):
                continue
            name = part.removeprefix(GOVERNMENT)
            try:
                found.add(countries.resolve(name.split(" (")[0], date(year, 12, 31)).series_iso3)
            except UnknownCountryError:
                unresolved.add(name)
    return frozenset(found - {own}), tuple(sorted(unresolved))


def _interveners(workspace: Workspace, conflicts: tuple[int, ...], year: int | None) -> frozenset[str]:
    """States with troops on a side of the conflicts in a year, by UCDP's secondary parties."""
    rows = _interventions(workspace)
    if rows is None or year is None:
        return frozenset()
    rows = rows.filter(pl.col("conflict_id").is_in(conflicts), pl.col("year") == year)
    return frozenset(rows["intervener"].drop_nulls().to_list())


@lru_cache(maxsize=2)
def _interventions(workspace: Workspace) -> pl.DataFrame | None:
    return workspace.table(INTERVENTIONS) if INTERVENTIONS in workspace.names() else None


def _neighbours(workspace: Workspace, iso3: str, on: date) -> tuple[frozenset[str], bool]:
    month = max(month_of(on), FIRST_MONTH)
    rows = (
        _borders(workspace)
        .filter(
            pl.col("iso3") == iso3,
            pl.col("from_month") <= month,
            pl.col("until_month").is_null() | (pl.col("until_month") >= month),
        )
        .select("neighbour", "contiguity")
    )
    land = frozenset(rows.filter(pl.col("contiguity") == 1)["neighbour"].to_list())
    return (land, False) if land else (frozenset(rows["neighbour"].to_list()), True)


@lru_cache(maxsize=2)
def _borders(workspace: Workspace) -> pl.DataFrame:
    return workspace.table("neighbours")
