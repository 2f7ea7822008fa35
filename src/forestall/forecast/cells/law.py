"""What may happen in every land cell in one period: a law for each cell that may see deaths, zero for all others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError

POINTS = 200
LEAST = 0.002
"""Cells with a smaller chance of a death than this keep the law zero; their chance is kept."""
Values = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CellLaw:
    """Laws of cells for one period.

    rows: (m,) positions, ascending, of the cells with a law of their own; every other cell is certainly zero. values:
    (m, POINTS) float32, ascending and equally likely, deaths. chance: (n,) float64, probability of one death or more,
    finer than the points give it. expected: (n,) float64, expected deaths. Raises ShapeError if the parts do not fit.
    """

    rows: Ints
    values: Values
    chance: Floats
    expected: Floats

    def __post_init__(self) -> None:
        if self.values.shape[:1] != self.rows.shape or self.values.ndim != 2:
            raise ShapeError(f"{self.rows.size} cells need as many laws, got an array of shape {self.values.shape}")
        if self.chance.shape != self.expected.shape:
            raise ShapeError("chances and expectations of cells differ in length")

    def of_cells(self, own: Ints) -> tuple[Ints, Values, Floats]:
        """Some cells as `reconcile.draw` wants them: their order with those that have a law first, laws, chances.

        own: (c,) positions among all cells, ascending. Returns the order (c,) as positions in `own`, the laws (m,
        points) of the first m cells of it, and the chances (c,) of all in it.
        """
        lawful = np.isin(own, self.rows)
        order = np.argsort(~lawful, kind="stable")
        return order, self.values[np.searchsorted(self.rows, own[lawful])], self.chance[own[order]]


def nothing(n: int) -> CellLaw:
    """Certainly no deaths in any of n cells."""
    zero = np.zeros(n)
    return CellLaw(np.zeros(0, dtype=np.int64), np.zeros((0, POINTS), dtype=np.float32), zero, zero)


def weighted(values: npt.ArrayLike, weights: npt.ArrayLike, points: int = POINTS) -> Values:
    """Laws of samples with weights: (m, points) from values and weights (m, s), at the middles of equal shares."""
    given, weight = np.asarray(values), np.asarray(weights, dtype=np.float64)
    order = np.argsort(given, axis=1, kind="stable")
    ordered = np.take_along_axis(given, order, axis=1)
    share = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    share /= share[:, -1:]
    m, s = given.shape
    # One search over all rows at once: row i's shares are lifted by i, so that the whole ascends.
    at = (np.arange(points) + 0.5) / points
    place = np.searchsorted((share + np.arange(m)[:, None]).ravel(), (at + np.arange(m)[:, None]).ravel())
    column = np.clip(place.reshape(m, points) - s * np.arange(m)[:, None], 0, s - 1)
    return np.take_along_axis(ordered, column, axis=1).astype(np.float32)


def pool(laws: Sequence[CellLaw], shares: Sequence[float]) -> CellLaw:
    """The linear pool of laws of the same cells. shares: of each law, summing to 1."""
    rows = np.unique(np.concatenate([law.rows for law in laws]))
    points = laws[0].values.shape[1]
    values = np.zeros((rows.size, len(laws) * points), dtype=np.float32)
    weights = np.empty_like(values)
    for i, (law, share) in enumerate(zip(laws, shares, strict=True)):
        part = slice(i * points, (i + 1) * points)
        values[np.searchsorted(rows, law.rows), part] = law.values
        weights[:, part] = share / points
    chance = sum(share * law.chance for law, share in zip(laws, shares, strict=True))
    expected = sum(share * law.expected for law, share in zip(laws, shares, strict=True))
    return CellLaw(rows, weighted(values, weights, points), np.asarray(chance), np.asarray(expected))
