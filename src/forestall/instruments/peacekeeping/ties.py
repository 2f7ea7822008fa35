"""What a host country and the members of the United Nations have to do with each other on a day.

Distances, borders, languages, regional organisations, votes in the General Assembly and seats in the Council, each as a
mapping from the other state's ISO3 code.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.council.members import members
from forestall.council.voting import records
from forestall.ids import cells
from forestall.ids.months import month_of
from forestall.regional.membership import FULL
from forestall.regional.membership import TABLE as MEMBERSHIPS
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

ORGANISATIONS = {
    name: name
    for name in (
        "AU",
        "ECOWAS",
        "ECCAS",
        "EAC",
        "SADC",
        "IGAD",
        "LAS",
        "GCC",
        "ASEAN",
        "SAARC",
        "SCO",
        "CIS",
        "CSTO",
        "EU",
        "NATO",
        "OAS",
        "CARICOM",
        "PIF",
    )
} | {"OAU": "AU", "SADCC": "SADC", "CST": "CSTO"}
"""Organisations for peace and security, and what each is called here: a forerunner as what it became."""
PUBLISHED_ON = date(2025, 8, 1)
"""From this day on the published ideal points of July 2025 are used, before it our own of the last ended session."""


def distances(workspace: Workspace, host: str) -> Mapping[str, float]:
    """Great-circle distance in km between the centres of the nearest cells of land (half a degree, about 55 km).

    Empty if the host has no cell of its own; states smaller than a cell are missing (Andorra, San Marino ...).
    """
    codes, number, points = _edges(workspace)
    own = points[number == codes.index(host)] if host in codes else points[:0]
    if own.size == 0:
        return {}
    from scipy.spatial import cKDTree

    chord, _ = cKDTree(own).query(points)
    nearest = np.minimum.reduceat(chord, np.searchsorted(number, np.arange(len(codes))))
    km = 2 * cells.RADIUS_KM * np.arcsin(np.clip(nearest / 2, 0.0, 1.0))
    return {code: float(value) for code, value in zip(codes, km, strict=True) if code != host}


@lru_cache(maxsize=2)
def _edges(workspace: Workspace) -> tuple[list[str], "npt.NDArray[np.int64]", "npt.NDArray[np.float64]"]:
    """Cells at the edge of each state: codes, the number of each cell's state (ascending), points on the sphere."""
    table = workspace.table("land_cells").sort("iso3", "pg_id")
    names = table["iso3"].to_numpy()
    pg_id = table["pg_id"].to_numpy()
    codes, number = np.unique(names, return_inverse=True)
    grid = np.full((cells.ROWS + 2, cells.COLS), -1)
    row, col = cells.row_col(pg_id)
    grid[row + 1, col] = number
    inside = np.ones(len(pg_id), dtype=bool)
    for beside in ((row, col), (row + 2, col), (row + 1, (col - 1) % cells.COLS), (row + 1, (col + 1) % cells.COLS)):
        inside &= grid[beside] == number
    edge, number = pg_id[~inside], number[~inside]
    lat, lon = (np.radians(part) for part in cells.centre(edge))
    points = np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    return [str(code) for code in codes], number, points


def neighbours(workspace: Workspace, host: str, on: date) -> frozenset[str]:
    """States that share a border on land or a river with the host on a day."""
    month = month_of(on)
    rows = workspace.table("neighbours").filter(
        pl.col("iso3") == host,
        pl.col("contiguity") == 1,
        pl.col("from_month") <= month,
        pl.col("until_month").is_null() | (pl.col("until_month") >= month),
    )
    return frozenset(rows["neighbour"].to_list())


def shared_languages(workspace: Workspace, host: str) -> Mapping[str, tuple[str, ...]]:
    """Official or working languages that the host and the other state share (as of today's list)."""
    table = workspace.table("peace_languages")
    own = table.filter(pl.col("iso3") == host)["language"].to_list()
    return _listed(table.filter(pl.col("language").is_in(own), pl.col("iso3") != host), "language")


def shared_organisations(workspace: Workspace, host: str, on: date) -> Mapping[str, tuple[str, ...]]:
    """Regional organisations (`ORGANISATIONS`) of which both were members on a day, suspended or not."""
    table = (
        workspace.table(MEMBERSHIPS)
        .filter(
            pl.col("organisation").is_in(list(ORGANISATIONS)),
            pl.col("membership").is_in(list(FULL)),
            pl.col("membership_from") <= on,
            pl.col("membership_until").is_null() | (pl.col("membership_until") >= on),
        )
        .with_columns(pl.col("organisation").replace(ORGANISATIONS))
    )
    own = table.filter(pl.col("iso3") == host)["organisation"].to_list()
    return _listed(table.filter(pl.col("organisation").is_in(own), pl.col("iso3") != host), "organisation")


def _listed(rows: pl.DataFrame, column: str) -> dict[str, tuple[str, ...]]:
    grouped = rows.group_by("iso3").agg(pl.col(column).unique().sort())
    return {iso3: tuple(values) for iso3, values in grouped.rows()}


def ideal_point_distances(workspace: Workspace, host: str, on: date) -> Mapping[str, float]:
    """Distance of ideal points in the General Assembly as known on a day; empty if the host has none.

    Ours as of the last session that had ended, in one dimension; from August 2025 on those published for 2024. The two
    scales differ, so compare ranks, not distances, over that day.
    """
    points = _points(workspace, on)
    if host not in points:
        return {}
    return {iso3: abs(at - points[host]) for iso3, at in points.items() if iso3 != host}


def ideal_points_end(workspace: Workspace, on: date) -> str:
    """What the ideal points of a day rest on, with its year."""
    if on >= PUBLISHED_ON:
        return "published ideal points of 2024"
    return f"our ideal points of the session of {_session(workspace, on) + 1945}"


def _points(workspace: Workspace, on: date) -> dict[str, float]:
    if on >= PUBLISHED_ON:
        rows = workspace.table("un_ideal_points_published").filter(pl.col("roll_calls") == "final_passage")
        newest = rows.filter(pl.col("year") == pl.col("year").max())
        return dict(newest.select("iso3", "ideal_point").drop_nulls().rows())
    session = _session(workspace, on)
    rows = workspace.table("un_ideal_points").filter(pl.col("axes") == 1, pl.col("session") == session)
    return dict(rows.select("iso3", "ideal_point_then").drop_nulls().rows())


@lru_cache(maxsize=64)
def _ends(workspace: Workspace) -> tuple[tuple[int, date], ...]:
    return tuple(records.session_ends(workspace.table("un_roll_calls")).items())


def _session(workspace: Workspace, on: date) -> int:
    """The last session of which every recorded roll call had been held by a day; 0 if none."""
    return max((session for session, day in _ends(workspace) if day <= on), default=0)


def council_seats(on: date) -> Mapping[str, str]:
    """Members of the Security Council on a day: permanent or elected."""
    return {one.iso3: "permanent" if one.permanent else "elected" for one in members(on)}
