"""Sums, smoothing and distances over the grid of half degrees: 360 rows from the south, 720 columns from 180 W.

Functions take a field (360, 720) and give one of the same shape; `Grid` lays values of land cells out as a field and
takes them back. Columns go on across 180 degrees, rows end at the poles. Widths are in cells: a cell is 56 km from
south to north everywhere, and fewer from west to east away from the equator, which is left as it is.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.ids.cells import COLS, ROWS, row_col

Field = npt.NDArray[np.float32]
Values = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

FARTHEST = 60
"""Distances are counted up to so many cells."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Where land cells stand in a field. row, col: (n,) int32, as `ids.cells.row_col` counts them."""

    row: Ints
    col: Ints

    @classmethod
    def of(cls, pg_id: npt.ArrayLike) -> "Grid":
        """The grid of cells. Raises UsageError on a number that is no cell."""
        row, col = row_col(pg_id)
        return cls(row, col)

    def field(self, values: npt.ArrayLike) -> Field:
        """(360, 720) with the values (n,) of the cells, zero elsewhere."""
        found = np.zeros((ROWS, COLS), dtype=np.float32)
        found[self.row, self.col] = values
        return found

    def values(self, field: npt.ArrayLike) -> Values:
        """(n,) float32: the field at the cells."""
        return np.asarray(field)[self.row, self.col].astype(np.float32)


def around(field: Field, inner: int, outer: int) -> Field:
    """Sum over the cells more than `inner` and at most `outer` cells away, on either side: a square ring."""
    return box(field, outer) - box(field, inner)


def box(field: Field, radius: int) -> Field:
    """Sum over the square of cells up to `radius` away, the cell itself among them."""
    size = 2 * radius + 1
    wide = np.pad(np.pad(field.astype(np.float64), ((0, 0), (radius, radius)), mode="wrap"), ((radius, radius), (0, 0)))
    total = np.cumsum(np.cumsum(np.pad(wide, ((1, 0), (1, 0))), axis=0), axis=1)
    found: Field = (total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]).astype(
        np.float32
    )
    return np.asarray(np.maximum(found, 0), dtype=np.float32)


def smooth(field: Field, width: float) -> Field:
    """Gaussian density: the mean of the cells around, weighted by exp(-d^2 / 2 width^2), d in cells, to 3 widths."""
    from scipy import ndimage  # a quarter of a second, which a page that reads a risk at hand need not wait

    found: Field = ndimage.gaussian_filter(field, width, mode=["constant", "wrap"], truncate=3)
    return found


def distance(where: npt.NDArray[np.bool_]) -> Field:
    """Distance in cells to the nearest cell of a mask (360, 720), at most FARTHEST."""
    from scipy import ndimage

    if not where.any():
        return np.full(where.shape, FARTHEST, dtype=np.float32)
    wide = np.pad(where, ((0, 0), (FARTHEST, FARTHEST)), mode="wrap")
    found = np.asarray(ndimage.distance_transform_edt(~wide), dtype=np.float32)
    return np.minimum(found[:, FARTHEST:-FARTHEST], np.float32(FARTHEST))
