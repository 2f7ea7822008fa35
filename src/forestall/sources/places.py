"""Which grid cell an event lies in, and why it lies in none: coordinates from outside are checked, never mended."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import StoreError
from forestall.ids import cells
from forestall.store.tables import Embedded

_NEAR = 4
"""Cells, two degrees: an event this near to its country is at its coast or border, not on the wrong way round."""

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """place: (n,) keys of `stream_rows.PLACES`. pg_id: (n,) int32, 0 where there is no cell."""

    place: npt.NDArray[np.str_]
    pg_id: Ints


@cache
def land() -> Ints:
    """The state that each cell is assigned to, by pg_id (element 0 is unused); 0 for cells without land.

    Raises StoreError if this copy carries no embedded figures.
    """
    path = Embedded().path("land_cells")
    if path is None:
        raise StoreError("the embedded table land_cells is missing, so no cell is known: install forestall again")
    table = pl.read_parquet(path, columns=["pg_id", "gw_id"])
    states = np.zeros(cells.CELLS + 1, dtype=np.int32)
    states[table["pg_id"].to_numpy()] = table["gw_id"].to_numpy()
    states.setflags(write=False)
    return states


def locate(
    lat: Floats, lon: Floats, unreadable: npt.NDArray[np.bool_], exact: npt.NDArray[np.bool_], gw_id: Ints
) -> Located:
    """The cell of each event, or what keeps it from having one.

    lat, lon: degrees, NaN where none is given. unreadable: where one was given that is no number. exact: whether the
    coordinates are those of a place; a country's or division's centroid is no place, and counting it would pile events
    up in one cell. gw_id: the state the source names, 0 if none. All (n,). 180 E is the meridian of 180 W; both poles
    belong to the grid.

    Swapped are coordinates that are none as they stand and are some the other way round, and those that lie more than
    two degrees from every cell of the state that the source names, but the other way round within that state.
    """
    given = ~(np.isnan(lat) | np.isnan(lon))
    place = np.full(lat.shape, "none", dtype="<U12")
    in_range = given & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    turned = given & ~in_range & (np.abs(lon) <= 90) & (np.abs(lat) <= 180)
    place[given & ~in_range] = "out_of_range"
    place[turned] = "swapped"
    place[unreadable] = "unreadable"
    place[in_range] = "area"
    place[in_range & (lat == 0) & (lon == 0)] = "null_island"
    pg_id = np.zeros(lat.shape, dtype=np.int32)
    at = np.flatnonzero(in_range & exact & (place == "area"))
    if at.size:
        pg_id[at] = cells.cell_of(lat[at], lon[at])
        states = land()[pg_id[at]]
        place[at] = np.where(states > 0, "land", "sea")
        wrong = at[_swapped(lat[at], lon[at], pg_id[at], gw_id[at])]
        place[wrong], pg_id[wrong] = "swapped", 0
    return Located(place, pg_id)


def _swapped(lat: Floats, lon: Floats, pg_id: Ints, gw_id: Ints) -> npt.NDArray[np.bool_]:
    states = land()
    able = (gw_id > 0) & (states[pg_id] != gw_id) & (np.abs(lon) <= 90)
    suspect = np.flatnonzero(able)
    if suspect.size:
        other = cells.cell_of(lon[suspect], lat[suspect])
        suspect = suspect[states[other] == gw_id[suspect]]
    found = np.zeros(lat.shape, dtype=np.bool_)
    for i in suspect:
        found[i] = not _near(int(pg_id[i]), int(gw_id[i]))
    return found


@lru_cache(maxsize=1 << 16)
def _near(pg_id: int, gw_id: int) -> bool:
    return bool(np.any(land()[cells.neighbours(pg_id, _NEAR)] == gw_id))
