"""Draws for all cells of one country, kept where they are above zero and counted where they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError, UsageError
from forestall.ids.cells import CELLS

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# Draws are stored as signed 16-bit numbers, which every reader of Parquet knows, and deaths as 32-bit ones.
MOST_DRAWS = 2**15 - 1
MOST_DEATHS = 2**31 - 1


@dataclass(frozen=True, eq=False)
class CellBlock:
    """What may happen in the cells of one country, as equally likely draws of deaths per cell and period.

    gw_id: the country. cells: (n,) int32 pg_ids, ascending, all cells of the country. periods: (t,) int32 month_ids or
    years, ascending. n_draws: m, how many draws every cell and period has. Then one entry for each draw with deaths,
    ordered by cell, period and draw, none twice: cell, period (r,) int32 positions in `cells` and `periods`; draw (r,)
    int32, 0..m-1; deaths (r,) int32, 1 or more. Every draw that is not named is zero.

    Draw k of one cell belongs to draw k of every other cell of the country: summed over cells it is draw k of the
    country.

    Raises ShapeError if the parts do not fit together, ValueError on content out of range, out of order or doubled.
    All arrays become read-only.
    """

    gw_id: int
    cells: IntArray
    periods: IntArray
    n_draws: int
    cell: IntArray
    period: IntArray
    draw: IntArray
    deaths: IntArray

    def __post_init__(self) -> None:
        for name in ("cells", "periods", "cell", "period", "draw", "deaths"):
            object.__setattr__(self, name, _closed(getattr(self, name), name))
        if self.gw_id < 1:
            raise ValueError(f"gw_id is {self.gw_id}, expected the number of a country, 1 or more")
        if not 1 <= self.n_draws <= MOST_DRAWS:
            raise ValueError(f"a block of cells has 1 to {MOST_DRAWS} draws, not {self.n_draws}")
        for name in ("cells", "periods"):
            array = getattr(self, name)
            if array.size == 0 or np.any(np.diff(array) <= 0):
                raise ShapeError(f"{name} of country {self.gw_id} must be one or more numbers that ascend")
        if self.cells[0] < 1 or self.cells[-1] > CELLS:
            raise ValueError(f"cells of country {self.gw_id} must be pg_ids from 1 to {CELLS}")
        rows = self.deaths.size
        if not self.cell.size == self.period.size == self.draw.size == rows:
            raise ShapeError(
                f"country {self.gw_id}: {self.cell.size} cells, {self.period.size} periods, {self.draw.size} draws and "
                f"{rows} deaths do not make rows"
            )
        if rows == 0:
            return
        for name, end in (("cell", self.cells.size), ("period", self.periods.size), ("draw", self.n_draws)):
            array = getattr(self, name)
            if array.min() < 0 or array.max() >= end:
                raise ValueError(
                    f"{name} of country {self.gw_id} runs from {array.min()} to {array.max()}, expected 0 to {end - 1}"
                )
        if self.deaths.min() < 1:
            raise ValueError(
                f"deaths of country {self.gw_id} hold {self.deaths.min()}; only draws of 1 death or more are kept"
            )
        if np.any(np.diff(self._place()) <= 0):
            raise ValueError(f"rows of country {self.gw_id} must ascend by cell, period and draw, none of them twice")

    @classmethod
    def of_rows(
        cls,
        gw_id: int,
        cells: npt.ArrayLike,
        periods: npt.ArrayLike,
        n_draws: int,
        *,
        cell: npt.ArrayLike,
        period: npt.ArrayLike,
        draw: npt.ArrayLike,
        deaths: npt.ArrayLike,
    ) -> "CellBlock":
        """A block from rows in any order; rows without deaths are left out. Raises as the class does."""
        columns = [np.asarray(column) for column in (cell, period, draw, deaths)]
        if len({column.shape for column in columns}) == 1 and columns[3].size:
            kept = columns[3] != 0
            if not kept.all():
                columns = [column[kept] for column in columns]
            # One key is faster than three; values out of range make a wrong order, and the class then names them.
            key = (columns[0].astype(np.int64) * np.size(periods) + columns[1]) * n_draws + columns[2]
            order = np.argsort(key)
            columns = [column[order] for column in columns]
        return cls(gw_id, np.asarray(cells), np.asarray(periods), n_draws, *columns)

    @classmethod
    def of_dense(
        cls, gw_id: int, cells: npt.ArrayLike, periods: npt.ArrayLike, draws: npt.NDArray[np.integer[Any]]
    ) -> "CellBlock":
        """A block from all draws, (n, t, m) whole numbers. Raises as the class does."""
        ids, times, cube = np.asarray(cells), np.asarray(periods), np.asarray(draws)
        if cube.ndim != 3 or cube.shape[:2] != (ids.size, times.size):
            raise ShapeError(
                f"draws of country {gw_id} have shape {cube.shape}, expected (cells, periods, draws) = "
                f"({ids.size}, {times.size}, any)"
            )
        cell, period, draw = (at.astype(np.int32) for at in np.nonzero(cube))
        return cls(gw_id, ids, times, int(cube.shape[2]), cell, period, draw, cube[cell, period, draw])

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n cells, t periods, m draws), zeros included."""
        return self.cells.size, self.periods.size, self.n_draws

    @property
    def rows(self) -> int:
        """How many draws have deaths."""
        return int(self.deaths.size)

    def dense(self, cells: Sequence[int] | IntArray | None = None) -> IntArray:
        """All draws with their zeros, (k, t, m) int32: of all cells, or of those named, in the order given.

        A block that is large only in its zeros becomes large here: 4 n t m bytes. Raises UsageError on a cell that is
        not the country's.
        """
        at = np.arange(self.cells.size) if cells is None else self._positions(cells)
        filled = np.zeros((at.size, self.periods.size, self.n_draws), dtype=np.int32)
        first, last = np.searchsorted(self.cell, at), np.searchsorted(self.cell, at, side="right")
        for row, (start, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
            filled[row, self.period[start:end], self.draw[start:end]] = self.deaths[start:end]
        return filled

    def select(self, cells: Sequence[int] | IntArray) -> "CellBlock":
        """The block cut to some of its cells, ascending. Raises UsageError on a cell that is not the country's."""
        at = np.unique(self._positions(cells))
        new = np.full(self.cells.size, -1, dtype=np.int32)
        new[at] = np.arange(at.size)
        kept = new[self.cell] >= 0
        return CellBlock(
            self.gw_id,
            self.cells[at],
            self.periods,
            self.n_draws,
            new[self.cell[kept]],
            self.period[kept],
            self.draw[kept],
            self.deaths[kept],
        )

    def mean(self) -> FloatArray:
        """Expected deaths, (n, t) float64."""
        n, t, m = self.shape
        # Whole numbers below 2^53 add up in float64 without rounding.
        total = np.bincount(self._group(), weights=self.deaths, minlength=n * t)
        mean: FloatArray = total.reshape(n, t) / m
        return mean

    def prob_at_least(self, k: float) -> FloatArray:
        """P(deaths >= k) as the share of draws, zeros among them, (n, t) float64 in [0, 1]."""
        n, t, m = self.shape
        if k <= 0:
            return np.ones((n, t))
        share: FloatArray = np.bincount(self._group()[self.deaths >= k], minlength=n * t).reshape(n, t) / m
        return share

    def quantiles(self, q: Sequence[float]) -> FloatArray:
        """Quantiles of the draws, zeros counted, (n, t, len(q)) float64, interpolated as `numpy.quantile` does.

        q: probabilities in [0, 1]. Raises UsageError outside that range.
        """
        wanted = np.asarray(q, dtype=np.float64)
        if wanted.ndim != 1 or np.any(~((wanted >= 0) & (wanted <= 1))):
            raise UsageError(f"quantiles must be probabilities between 0 and 1, got {list(q)}")
        n, t, m = self.shape
        values = np.zeros((n * t, wanted.size))
        group = self._group()
        start = np.flatnonzero(np.diff(group, prepend=-1))
        ranked = self._sorted_in_groups(group)
        zeros = m - np.diff(start, append=group.size)

        def at(rank: int) -> FloatArray:
            """The value of each group's `rank`-th smallest draw: a zero, or one of those kept."""
            beyond = rank - zeros
            found: FloatArray = np.where(beyond < 0, 0, ranked[start + np.maximum(beyond, 0)]).astype(np.float64)
            return found

        if start.size:
            for column, position in enumerate(wanted * (m - 1)):
                below = int(np.floor(position))
                low, high = at(below), at(min(below + 1, m - 1))
                values[group[start], column] = low + (high - low) * (position - below)
        return values.reshape(n, t, wanted.size)

    def country_draws(self) -> LongArray:
        """Draws of the country: the sum over its cells, (t, m) int64, draw by draw and exact."""
        _, t, m = self.shape
        total = np.bincount(self.period.astype(np.int64) * m + self.draw, weights=self.deaths, minlength=t * m)
        draws: LongArray = total.astype(np.int64).reshape(t, m)
        return draws

    def _positions(self, cells: Sequence[int] | IntArray) -> npt.NDArray[np.intp]:
        wanted = np.asarray(cells)
        at = np.minimum(np.searchsorted(self.cells, wanted), self.cells.size - 1)
        wrong = self.cells[at] != wanted
        if np.any(wrong):
            raise UsageError(f"cell {wanted[wrong][0]} is none of the {self.cells.size} cells of country {self.gw_id}")
        return at

    def _group(self) -> LongArray:
        """The number of each row's cell and period, cell * t + period: ascending."""
        return self.cell.astype(np.int64) * self.periods.size + self.period

    def _place(self) -> LongArray:
        return self._group() * self.n_draws + self.draw

    def _sorted_in_groups(self, group: LongArray) -> LongArray:
        # One sort of (group, deaths) packed into 64 bits: all 259,200 cells leave room for 16,000 periods.
        packed = (group << 31) | self.deaths
        packed.sort()
        packed &= MOST_DEATHS
        return packed


def _closed(array: npt.NDArray[Any], name: str) -> IntArray:
    """The array as int32, read-only, and out of reach of whoever handed it in."""
    if not isinstance(array, np.ndarray) or array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ShapeError(f"{name} of a block of cells must be a one-dimensional array of whole numbers")
    if array.size and (int(array.min()) < -(2**31) or int(array.max()) > MOST_DEATHS):
        raise ValueError(f"{name} of a block of cells holds {array.max()}, more than 32 bits hold")
    closed = np.ascontiguousarray(array, dtype=np.int32)
    # As a Forecast does: an array that owns its memory is taken over, a view of other memory is copied.
    if closed.flags.writeable and closed.base is not None:
        closed = closed.copy()
    closed.setflags(write=False)
    return closed
