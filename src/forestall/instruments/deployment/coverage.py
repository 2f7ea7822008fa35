"""What lies within reach of what, by great-circle distance on a sphere."""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import cKDTree

from forestall.errors import UsageError
from forestall.ids.cells import RADIUS_KM

Floats = npt.NDArray[np.float64]
FARTHEST_KM = 20_000.0


def points(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Unit vectors (n, 3) of positions in degrees: distances between them know no antimeridian and no pole."""
    north, east = np.radians(np.asarray(lat, dtype=np.float64)), np.radians(np.asarray(lon, dtype=np.float64))
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)


def within(sites: Floats, places: Floats, reach_km: float) -> "sparse.csr_array":
    """Which places (m, 3) lie within `reach_km` of which sites (n, 3), as unit vectors: (n, m) CSR of ones.

    Raises UsageError if the reach is not above 0 km or longer than half the globe.
    """
    if not 0 < reach_km <= FARTHEST_KM:
        raise UsageError(f"a reach of {reach_km:g} km: expected more than 0 and at most {FARTHEST_KM:,.0f} km")
    # A chord of length 2 sin(angle / 2) spans the angle; half a metre is added so that a site reaches its own place.
    chord = 2 * np.sin(min((reach_km + 5e-4) / RADIUS_KM / 2, np.pi / 2))
    found = cKDTree(sites).query_ball_tree(cKDTree(places), chord) if len(sites) and len(places) else [[]] * len(sites)
    lengths = np.fromiter((len(row) for row in found), dtype=np.int64, count=len(sites))
    columns = np.fromiter((column for row in found for column in sorted(row)), dtype=np.int64, count=int(lengths.sum()))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_array((np.ones(columns.size), columns, starts), shape=(len(sites), len(places)))
