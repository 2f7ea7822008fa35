"""The land cells and whose they were: which cells a state held on a day, where today's border is not yesterday's."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from forestall.errors import UnknownCountryError
from forestall.ids import cells, countries
from forestall.store import Workspace

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

ASSIGNED_ON = date(2020, 1, 1)
"""A day on which the states are those that the cells are assigned to."""


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """Every land cell, ascending, and the state it is assigned to today.

    pg_id, gw_id: (n,) int32. iso3: (n,), "" where the state has none. lat, lon: (n,) degrees, of the middle. touching:
    (n, 8) positions of the cells around each, -1 for none (`ids.cells.adjacency`).
    """

    pg_id: Ints
    gw_id: Ints
    iso3: tuple[str, ...]
    lat: Floats
    lon: Floats
    touching: Ints
    _position: Ints
    _states: tuple[int, ...]
    _held: dict[tuple[int, date, date], Ints] = field(default_factory=dict)
    _extents: dict[tuple[int, ...], Ints] = field(default_factory=dict)

    def position(self, pg_id: npt.ArrayLike) -> Ints:
        """Where each cell stands in `pg_id`, -1 if it is no land cell. pg_id: (m,) cells, 1..259200."""
        return self._position[np.asarray(pg_id, dtype=np.int64)]

    def held_by(self, gw_id: int, first: date, last: date) -> Ints:
        """The positions of the cells that a state held on the first day or the last; none for a state without cells.

        One array stands for one extent: as long as a state's land does not change, the same object comes back. A
        state's land is what is assigned to it today and to the states that left it after those days: Sudan held in
        2010 what is South Sudan now.
        """
        key = (gw_id, first, last)
        if key not in self._held:
            of = tuple(now for now in self._states if gw_id in holders(now, first) or gw_id in holders(now, last))
            if of not in self._extents:
                self._extents[of] = np.flatnonzero(np.isin(self.gw_id, of)).astype(np.int32)
            self._held[key] = self._extents[of]
        return self._held[key]


def land(workspace: Workspace) -> Land:
    """The land cells of table `land_cells`. Raises StoreError if the table is missing."""
    table = workspace.table("land_cells").sort("pg_id")
    pg_id = table["pg_id"].to_numpy().astype(np.int32)
    lat, lon = cells.centre(pg_id)
    position = np.full(cells.CELLS + 1, -1, dtype=np.int32)
    position[pg_id] = np.arange(pg_id.size)
    made = Land(
        pg_id=pg_id,
        gw_id=table["gw_id"].to_numpy().astype(np.int32),
        iso3=tuple(table["iso3"].fill_null("")),
        lat=lat,
        lon=lon,
        touching=cells.adjacency(pg_id),
        _position=position,
        _states=tuple(table["gw_id"].unique().sort()),
    )
    for array in (made.pg_id, made.gw_id, made.lat, made.lon, made.touching):
        array.setflags(write=False)
    return made


@lru_cache(maxsize=65536)
def holders(gw_id: int, on: date) -> frozenset[int]:
    """The states, by Gleditsch-Ward number, that held on a day the land that a state holds today.

    More than one where states have merged since: Yemen's land was that of both. A state that nobody knows held its own.
    """
    try:
        state = countries.by_gw(gw_id, ASSIGNED_ON)
    except UnknownCountryError:
        return frozenset({gw_id})
    found: set[int] = set()
    open_rows, seen = [state], set()
    while open_rows:
        row = open_rows.pop()
        if row in seen:
            continue
        seen.add(row)
        earlier = countries.predecessors(row) if row.start > on else ()
        open_rows.extend(earlier)
        if not earlier:
            found.update(number for number in (row.gw_id, row.counted_with) if number is not None)
    return frozenset(found)
