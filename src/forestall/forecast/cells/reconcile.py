"""Cell draws that sum to the country's draws, one by one.

The country forecast knows how much, the cells know where. Draws of a country's cells are first tied together, for in
a bad year many cells are bad at once, and put into the order of the country's draws; then each is scaled to the
country's number of deaths and rounded so that nothing is lost. Where the country has deaths in a draw and its cells
have none, the deaths fall on cells by their chance.
"""

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError
from forestall.forecast.cells.law import Floats, Ints, Values

Draws = npt.NDArray[np.int64]

TIED = 0.3
"""Rank correlation of the normal scores of two cells of a country: set by judgement, not fitted."""


def draw(values: Values, totals: Draws, chance: Floats, *, seed: int, gw_id: int, year: int = 0) -> tuple[Ints, Draws]:
    """Draws of the cells of one country whose sum is `totals` in every draw.

    values: (m, points) laws of the cells that have one, ascending. totals: (d,) deaths of the country, whole numbers.
    chance: (c,) of one death or more for all cells of the country; the first m are those of `values`, in its order.
    Returns the positions (r,) among the c cells that have deaths in any draw, ascending, and their draws (r, d). The
    same seed, country and year ahead give the same draws, whatever countries stand beside it. Raises ShapeError if the
    parts do not fit.
    """
    cells, d = chance.size, totals.size
    if values.shape[0] > cells or cells == 0:
        raise ShapeError(f"{values.shape[0]} laws for {cells} cells")
    rng = np.random.default_rng([seed, gw_id, year, 0xCE11])
    found = np.zeros((cells, d), dtype=np.int64)
    if not totals.any():
        return np.zeros(0, dtype=np.int64), found[:0]
    given = _tied(values, d, rng)
    total = given.sum(axis=0)
    # The k-th worst draw of the cells goes with the k-th worst of the country; ties are broken by chance.
    order = np.lexsort((rng.random(d), total))
    place = np.empty(d, dtype=np.int64)
    place[np.lexsort((rng.random(d), totals))] = order
    given, total = given[:, place], total[place]
    scaled = (total > 0) & (totals > 0)
    if scaled.any():
        found[: values.shape[0], scaled] = whole(given[:, scaled] * (totals[scaled] / total[scaled]), totals[scaled])
    share = chance / chance.sum() if chance.sum() > 0 else np.full(cells, 1 / cells)
    for k in np.flatnonzero((total == 0) & (totals > 0)):
        found[:, k] = rng.multinomial(totals[k], share)
    some = np.flatnonzero(found.any(axis=1))
    return some, found[some]


def whole(parts: Floats, totals: Draws) -> Draws:
    """Whole numbers (m, d) beside `parts` whose columns sum to `totals` (d,): largest remainders are rounded up."""
    down = np.floor(parts + 1e-9)
    left = np.rint(totals - down.sum(axis=0)).astype(np.int64)
    rest = parts - down
    rank = np.empty_like(rest, dtype=np.int64)
    np.put_along_axis(rank, np.argsort(-rest, axis=0, kind="stable"), np.arange(rest.shape[0])[:, None], axis=0)
    found: Draws = down.astype(np.int64) + (rank < left)
    return found


def _tied(values: Values, d: int, rng: np.random.Generator) -> Floats:
    """Draws (m, d) of laws that share one Gaussian factor: each cell's draws are d quantiles of its law, reordered."""
    m, points = values.shape
    at = np.minimum(((np.arange(d) + 0.5) / d * points).astype(np.int64), points - 1)
    score = np.sqrt(1 - TIED) * rng.standard_normal((m, d), dtype=np.float32)
    score += np.sqrt(np.float32(TIED)) * rng.standard_normal((1, d), dtype=np.float32)
    out = np.empty((m, d))
    np.put_along_axis(out, np.argsort(score, axis=1), values[:, at].astype(np.float64), axis=1)
    return out
