"""PRIO-GRID arithmetic: half-degree cells, their places, neighbours and areas.

pg_id = row_from_south * 720 + col + 1: rows from 0 at 90 S to 359, columns from 0 at 180 W to 719, so 1..259200. A
point on an edge belongs to the cell north or east of it, but the North Pole belongs to the last row and 180 E is the
same meridian as 180 W, hence column 0. Functions take numbers or arrays of any shape that broadcast, and give arrays.

Areas and distances are on the sphere of WGS 84's authalic radius, 6371.0072 km, which has the ellipsoid's surface: the
cells sum to 510,065,622 km2. A single cell's area is within 0.9 % of its area on the ellipsoid, a distance within
0.6 % of the one there.

Sources: the grid, Tollefsen, Strand & Buhaug (2012), doi:10.1177/0022343311431287; the radius, from the axes of
WGS 84 (NIMA TR8350.2, table 3.1) as Moritz (2000), doi:10.1007/s001900050278, derives it for GRS 80.
"""

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError

ROWS, COLS = 360, 720
CELLS = ROWS * COLS
SIZE = 0.5
RADIUS_KM = 6371.0071809

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def row_col(pg_id: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Row from the south (0..359) and column from 180 W (0..719) of cells.

    Raises UsageError if a number is not a whole number from 1 to 259200.
    """
    given = np.asarray(pg_id)
    if given.dtype.kind not in "iuf":
        raise UsageError(f"cells are whole numbers from 1 to {CELLS}: {str(pg_id)[:40]!r} is not")
    wrong = ~((given >= 1) & (given <= CELLS) & (given == np.floor(given)))
    if np.any(wrong):
        raise UsageError(f"cell {given[wrong].flat[0]} is not a PRIO-GRID cell: they are numbered from 1 to {CELLS}")
    index = given.astype(np.int64) - 1
    row: Ints = (index // COLS).astype(np.int32)
    col: Ints = (index % COLS).astype(np.int32)
    return row, col


def from_row_col(row: npt.ArrayLike, col: npt.ArrayLike) -> Ints:
    """Cell numbers of rows (0..359 from the south) and columns (0..719 from 180 W); raises UsageError outside."""
    rows, cols = np.broadcast_arrays(np.asarray(row, dtype=np.int64), np.asarray(col, dtype=np.int64))
    if np.any((rows < 0) | (rows >= ROWS) | (cols < 0) | (cols >= COLS)):
        raise UsageError(f"a PRIO-GRID row runs from 0 to {ROWS - 1}, a column from 0 to {COLS - 1}")
    cells: Ints = (rows * COLS + cols + 1).astype(np.int32)
    return cells


def cell_of(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Ints:
    """The cell of each point.

    lat: degrees north, -90..90. lon: degrees east, -180..180. Raises UsageError outside those, and on a NaN: a place
    that is not known has no cell.
    """
    lats, lons = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
    wrong = ~((np.abs(lats) <= 90) & (np.abs(lons) <= 180))
    if np.any(wrong):
        raise UsageError(
            f"latitude {lats[wrong].flat[0]}, longitude {lons[wrong].flat[0]} is not a place: "
            "latitudes run from -90 to 90 degrees, longitudes from -180 to 180"
        )
    # Doubling is exact in floating point, so an edge such as 12.5 stays an edge; adding 90 first would round a point a
    # hair south of the equator onto it.
    row = np.minimum(np.floor(lats * 2).astype(np.int64) + ROWS // 2, ROWS - 1)
    col = (np.floor(lons * 2).astype(np.int64) + COLS // 2) % COLS
    return from_row_col(row, col)


def centre(pg_id: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Latitude and longitude (degrees) of the middle of cells; raises UsageError on a number that is no cell."""
    south, west, _, _ = bounds(pg_id)
    return south + SIZE / 2, west + SIZE / 2


def bounds(pg_id: npt.ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """South, west, north and east edge (degrees) of cells; raises UsageError on a number that is no cell."""
    row, col = row_col(pg_id)
    south = row.astype(np.float64) * SIZE - 90
    west = col.astype(np.float64) * SIZE - 180
    return south, west, south + SIZE, west + SIZE


def corners(pg_id: npt.ArrayLike) -> Floats:
    """The four corners of cells as (longitude, latitude), counter-clockwise from the south-west.

    Returns (..., 4, 2), degrees. Longitude first, as GeoJSON wants it.
    """
    south, west, north, east = bounds(pg_id)
    return np.stack(
        [np.stack(corner, axis=-1) for corner in ((west, south), (east, south), (east, north), (west, north))], axis=-2
    )


def neighbours(pg_id: int, rings: int = 1) -> Ints:
    """The cells around one cell, up to `rings` cells away on each side, ascending, without the cell itself.

    Columns go on across 180 degrees. Rows end at the poles: a cell in the top or bottom row touches all others of that
    row at the pole, but only those beside it count here. Raises UsageError on a number that is no cell or rings < 0.
    """
    if rings < 0:
        raise UsageError(f"rings must be 0 or more, not {rings}")
    row, col = (int(part) for part in row_col(pg_id))
    rows = np.arange(max(row - rings, 0), min(row + rings, ROWS - 1) + 1)
    cols = np.unique(np.arange(col - rings, col + rings + 1) % COLS)
    around = from_row_col(rows[:, None], cols[None, :]).ravel()
    return np.sort(around[around != pg_id])


def adjacency(pg_id: npt.ArrayLike) -> Ints:
    """Which of these cells touch each of them, as positions in `pg_id`.

    pg_id: (n,) cells, ascending, none twice. Returns (n, 8): the positions of the cells to the south-west, south,
    south-east, west, east, north-west, north and north-east; -1 where that cell is not among them (the sea, say) or
    would lie beyond a pole. Columns go on across 180 degrees. Raises UsageError on a number that is no cell, or if the
    cells do not ascend.
    """
    given = np.atleast_1d(np.asarray(pg_id))
    row, col = row_col(given)
    if np.any(np.diff(given) <= 0):
        raise UsageError("cells must be given in ascending order, none twice")
    position = np.full(CELLS + 1, -1, dtype=np.int32)
    position[given.astype(np.int64)] = np.arange(given.size)
    steps = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
    found = np.full((given.size, len(steps)), -1, dtype=np.int32)
    for k, (up, right) in enumerate(steps):
        inside = (row + up >= 0) & (row + up < ROWS)
        cell = (row[inside].astype(np.int64) + up) * COLS + (col[inside] + right) % COLS + 1
        found[inside, k] = position[cell]
    return found


def area_km2(pg_id: npt.ArrayLike) -> Floats:
    """Area of cells in km2, land and water, on the authalic sphere.

    A = R^2 * dlon * (sin north - sin south), angles in radians: about 3,091 km2 at the equator, 13 beside the poles.
    """
    row, _ = row_col(pg_id)
    middle = np.radians(row * SIZE - 90 + SIZE / 2)
    half = np.radians(SIZE / 2)
    # sin n - sin s = 2 cos(middle) sin(half): no small difference of large numbers near the poles.
    return np.asarray(RADIUS_KM**2 * 2 * half * 2 * np.cos(middle) * np.sin(half), dtype=np.float64)


def distance_km(lat: npt.ArrayLike, lon: npt.ArrayLike, other_lat: npt.ArrayLike, other_lon: npt.ArrayLike) -> Floats:
    """Great-circle distance in km between points given in degrees, by the haversine formula; NaN where a part is NaN.

    Raises UsageError on a latitude outside -90..90.
    """
    lats = np.asarray(lat, dtype=np.float64), np.asarray(other_lat, dtype=np.float64)
    if any(np.any(np.abs(part) > 90) for part in lats):
        raise UsageError("latitudes run from -90 to 90 degrees: are latitude and longitude swapped?")
    north, other_north = np.radians(lats[0]), np.radians(lats[1])
    turn = np.radians(np.asarray(other_lon, dtype=np.float64) - np.asarray(lon, dtype=np.float64))
    haversine = np.sin((other_north - north) / 2) ** 2 + np.cos(north) * np.cos(other_north) * np.sin(turn / 2) ** 2
    return np.asarray(2 * RADIUS_KM * np.arcsin(np.sqrt(np.clip(haversine, 0, 1))), dtype=np.float64)
