"""How the sites of a mission lie to the deaths that a forecast expects: overlap, shares within reach, area of risk.

Distances are great-circle, between the middles of cells of half a degree, so that a site reaches its own cell at 0 km.
"""

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError
from forestall.ids.cells import RADIUS_KM, centre
from forestall.instruments.deployment.coverage import points, within

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
HALF_KM = 100.0
"""Distance at which a soldier counts half."""
RISK_SHARE = 0.9
"""Part of the expected deaths that the area of risk holds."""
FEWEST_DRAWS = 50
"""Draws with a death below which a share has no interval."""


def overlap(
    sites: npt.ArrayLike, troops: npt.ArrayLike, cells: npt.ArrayLike, expected: npt.ArrayLike, half_km: float = HALF_KM
) -> float | None:
    """Distance-weighted overlap of two spreads over the grid, 0..1; None if either of them is nothing.

    sum over sites s and cells c of w_s e_c 2^(-d_sc / half_km), where w are the sites' shares of the troops, e the
    cells' shares of the expected deaths and d the distance in km: what is left of a soldier, picked at random, at a
    death, picked at random. 1 only if all are in one cell. sites, cells: (n,), (m,) pg_ids. troops, expected: not
    negative. Raises ShapeError if lengths differ.
    """
    here, there = np.asarray(sites), np.asarray(cells)
    w, e = np.asarray(troops, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if here.shape != w.shape or there.shape != e.shape:
        raise ShapeError(
            f"{here.size} sites with {w.size} weights and {there.size} cells with {e.size}: lengths differ"
        )
    if not (w.sum() > 0 and e.sum() > 0):
        return None
    here, w, there, e = here[w > 0], w[w > 0], there[e > 0], e[e > 0]
    left = 0.5 ** (distances(here, there) / half_km)
    return float((w / w.sum()) @ left @ (e / e.sum()))


def distances(sites: npt.ArrayLike, cells: npt.ArrayLike) -> Floats:
    """(n, m) great-circle distances in km between the middles of cells."""
    cosine = points(*centre(sites)) @ points(*centre(cells)).T
    # The chord is exact near 0, where the arc cosine is not.
    chord = np.sqrt(np.clip(2 - 2 * cosine, 0, 4))
    found = 2 * RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    return np.asarray(np.where(chord < 1e-7, 0.0, found))


def reached(sites: npt.ArrayLike, cells: npt.ArrayLike, reach_km: float) -> Bools:
    """(m,) which cells lie within reach of any site."""
    here, there = np.asarray(sites), np.asarray(cells)
    if not here.size or not there.size:
        return np.zeros(there.size, dtype=bool)
    return np.asarray(within(points(*centre(here)), points(*centre(there)), reach_km).sum(axis=0) > 0)


def share(draws: Floats, near: Bools) -> tuple[float | None, float | None, float | None]:
    """The part of expected deaths in some cells, and the 80 % interval of that part over draws that have a death.

    draws: (d, m) deaths. near: (m,). All None without a death; no interval where fewer than FEWEST_DRAWS have one.
    """
    total, inside = draws.sum(axis=1), draws[:, near].sum(axis=1)
    if total.sum() == 0:
        return None, None, None
    mean, some = float(inside.sum() / total.sum()), total > 0
    if np.count_nonzero(some) < FEWEST_DRAWS:
        return mean, None, None
    low, high = np.quantile(inside[some] / total[some], (0.1, 0.9))
    return mean, float(low), float(high)


def risk_area(expected: npt.ArrayLike, part: float = RISK_SHARE) -> Bools:
    """(m,) the fewest cells that hold a part of the expected deaths; of equals the first. No cell without deaths."""
    e = np.asarray(expected, dtype=np.float64)
    chosen = np.zeros(e.size, dtype=bool)
    if e.sum() <= 0:
        return chosen
    order = np.argsort(-e, kind="stable")
    until = int(np.searchsorted(np.cumsum(e[order]), part * e.sum() * (1 - 1e-12))) + 1
    chosen[order[:until]] = True
    return chosen & (e > 0)
