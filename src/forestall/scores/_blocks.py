"""Rows of draws, checked once and worked through in blocks that stay inside a core's cache."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
AnyArray = npt.NDArray[Any]

# A block of 1,048,576 draws is looked over at once, so that NumPy's overhead a call is spread over many rows of zeros;
# its other rows are sorted 65,536 draws at a time, which as float64 (512 kB) fit a core's cache.
BLOCK_DRAWS = 1_048_576
SORTED_DRAWS = 65_536
# Below this many draws, starting threads costs more than it saves.
THREADED_DRAWS = 4_000_000
MOST_WORKERS = 8


def checked(draws: npt.ArrayLike, observed: npt.ArrayLike | None = None) -> tuple[AnyArray, FloatArray]:
    """The draws as a numeric (n, m) array and the outcomes as (n,) float64 (empty if none are asked for).

    Draws keep their own type, so that a large float32 array is not copied; their finiteness is checked block by block.
    Raises ShapeError if the shapes do not fit, ValueError on draws that are not real numbers and outcomes that are not
    finite.
    """
    x = np.asarray(draws)
    if x.ndim != 2 or x.shape[1] == 0:
        raise ShapeError(
            f"draws have shape {x.shape}, expected (rows, draws) with at least one draw: reshape(-1, n_draws)"
        )
    if x.dtype.kind not in "iuf":
        raise ValueError(f"draws have type {x.dtype}, expected integers or floats")
    if observed is None:
        return x, np.empty(0)
    y = np.asarray(observed, dtype=np.float64)
    if y.shape != (x.shape[0],):
        raise ShapeError(
            f"observed has shape {y.shape}, expected ({x.shape[0]},): one outcome for each row of draws {x.shape}"
        )
    if not np.isfinite(y).all():
        row = int(np.flatnonzero(~np.isfinite(y))[0])
        raise ValueError(f"observed is {y[row]} in row {row}: leave out rows whose outcome is not known")
    return x, y


def finite(values: AnyArray, first_row: int) -> None:
    """Raise ValueError if an extreme of a row is NaN or infinite. values: (rows,); first_row: number of the first."""
    good = np.isfinite(values)
    if not good.all():
        row = first_row + int(np.flatnonzero(~good)[0])
        raise ValueError(f"draws hold NaN or an infinite value in row {row}: every draw must be a finite number")


def sorted_parts(
    block: AnyArray, first_row: int, *, assume_sorted: bool = False
) -> Iterator[tuple[IntArray, AnyArray]]:
    """The rows of a block with their draws in ascending order, in parts: each is (row numbers, (rows, m) draws).

    A row whose draws are all equal is handed back as one draw, which has the same distribution: most grid cells are
    such rows of zeros. Whole counts up to 65,535 are sorted as 16-bit integers: half the bytes, about twice the speed,
    the same result. All else is sorted in its own type.
    Raises ValueError on a draw that is not finite, or on rows that are not sorted though the caller said so.
    """
    if assume_sorted:
        rising = (block[:, 1:] >= block[:, :-1]).all(axis=1)
        low, high = block[:, 0], block[:, -1]
    else:
        low, high = block.min(axis=1), block.max(axis=1)
    finite(low, first_row)
    finite(high, first_row)
    if assume_sorted and not rising.all():
        row = first_row + int(np.flatnonzero(~rising)[0])
        raise ValueError(f"draws of row {row} are not in ascending order: sort them, or leave out assume_sorted")
    equal = low == high
    if equal.any():
        rows = np.flatnonzero(equal)
        yield rows, block[rows, :1]
    small = (low >= 0) & (high <= np.iinfo(np.uint16).max)
    step = max(1, SORTED_DRAWS // block.shape[1])
    for chosen, narrow in ((~equal & small, True), (~equal & ~small, False)):
        those = np.flatnonzero(chosen)
        for start in range(0, those.size, step):
            rows = those[start : start + step]
            part = block[rows]
            yield rows, part if assume_sorted else _sorted(part, narrow)


def _sorted(part: AnyArray, narrow: bool) -> AnyArray:
    """The rows of `part` (ours to change) in ascending order, as 16-bit integers if they are whole counts that fit."""
    if narrow:
        counts = part.astype(np.uint16)
        if part.dtype.kind in "iu" or (counts == part).all():
            part = counts
    part.sort(axis=1)
    return part


def each_block(work: Callable[[slice], None], n: int, m: int, workers: int | None = None) -> None:
    """Call `work` with slices that together cover rows 0..n, on several threads if there is enough to do.

    `work` must write only to its own rows; then the result does not depend on the number of threads. NumPy releases
    the interpreter lock while it sorts and adds. workers: threads; default: the cores this process may use, 8 at most.
    """
    step = max(1, BLOCK_DRAWS // m)
    blocks = [slice(start, min(start + step, n)) for start in range(0, n, step)]
    if workers is None:
        workers = min(MOST_WORKERS, _cores()) if n * m >= THREADED_DRAWS else 1
    if workers < 2 or len(blocks) < 2:
        for block in blocks:
            work(block)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(work, blocks):
            pass


def _cores() -> int:
    """Cores this process may use, at most FORESTALL_THREADS: several processes on one machine share its cores."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    most = os.environ.get("FORESTALL_THREADS", "")
    return max(1, min(cores, int(most))) if most.isdecimal() else cores
