"""From a cell's deaths in a year to its months, so that cells still sum to the country and months to the year.

Violence comes in bursts: a cell with ten deaths in a year has seen them in two months, not in ten. A cell's year is
therefore broken into x^0.43 parts of random size, x its deaths; the parts of all cells of the country are laid end to
end in random order, and the line is cut into months as long as the country's deaths in each. Both margins hold in
every draw.

The exponent is from events located precisely, 1995 to 2011 (GED 21.1): the number of parts, dealt out by the country's
own months, that gives as many active months as cells with so many deaths had (1.2 for 2 deaths, 2.4 for 10, 4.7 for 40,
8.3 for 100, 16 for 600).
"""

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError

Draws = npt.NDArray[np.int64]
BURSTS = 0.43


def split(cells: Draws, months: Draws, *, seed: int, key: int) -> tuple[Draws, Draws, Draws, Draws]:
    """Deaths by cell, month and draw, only where there are any: (cell, month, draw, deaths), each (q,), in that order.

    cells: (r, d) deaths of each cell in a year, whole numbers. months: (t, d) deaths of the country in each of its
    months. seed, key: the same give the same. Raises ShapeError if cells and months do not have the same sum in every
    draw.
    """
    if cells.shape[1] != months.shape[1] or not np.array_equal(cells.sum(axis=0), months.sum(axis=0)):
        raise ShapeError("the deaths of cells and those of months do not have the same sum in every draw")
    rng = np.random.default_rng([seed, key, 0x3047])
    d, t = months.shape[1], months.shape[0]
    # By draw, so that a draw's parts lie together.
    draw, cell = np.nonzero(cells.T)
    deaths = cells[cell, draw]
    if deaths.size == 0:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty, empty
    owner, size = _parts(deaths, rng)
    order = np.lexsort((rng.random(size.size), draw[owner]))
    owner, size = owner[order], size[order]
    ends = np.cumsum(size)
    # The line of all draws: parts end at `ends`, months at `cuts`; between two neighbouring ends lies one piece.
    cuts = np.cumsum(months.T.ravel())
    every = np.unique(np.concatenate([ends, cuts[cuts > 0]]))
    length = np.diff(every, prepend=0)
    part = owner[np.searchsorted(ends, every, side="left")]
    month = np.searchsorted(cuts, every, side="left") % t
    place = (cell[part] * t + month) * d + draw[part]
    where, inverse = np.unique(place, return_inverse=True)
    total = np.bincount(inverse, weights=length).astype(np.int64)
    return where // (t * d), where // d % t, where % d, total


def _parts(deaths: Draws, rng: np.random.Generator) -> tuple[Draws, Draws]:
    """Break each number (k,) into parts: which number each part is of, ascending, and its size, 1 or more."""
    wanted = deaths**BURSTS
    count = np.floor(wanted + rng.random(deaths.size)).astype(np.int64)
    count = np.clip(count, 1, deaths)
    owner = np.repeat(np.arange(deaths.size), count)
    weight = rng.exponential(size=owner.size)
    first = np.cumsum(count) - count
    share = weight / np.add.reduceat(weight, first)[owner]
    # One death for each part, the others by the cumulated shares, so that the sizes sum to the number.
    spare = (deaths - count)[owner]
    upto = np.cumsum(share)
    upto -= np.concatenate([[0.0], upto])[first][owner]
    edge = np.rint(np.minimum(upto, 1) * spare).astype(np.int64)
    edge[first + count - 1] = deaths - count
    before = np.concatenate([[0], edge[:-1]])
    before[first] = 0
    return owner, 1 + edge - before
