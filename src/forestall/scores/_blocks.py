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

# 65,536 draws are 256 kB as float32 and 512 kB as float64: one block and its working copy fit in a 1 MB L2 cache.
BLOCK_DRAWS = 65_536
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
    if assume_sorted and not (block[:, 1:] >= block[:, :-1]).all():
        row = first_row + int(np.flatnonzero(~(block[:, 1:] >= block[:, :-1]).all(axis=1))[0])
        raise ValueError(f"draws of row {row} are not in ascending order: sort them, or leave out assume_sorted")
    low = block[:, 0] if assume_sorted else block.min(axis=1)
    high = block[:, -1] if assume_sorted else block.max(axis=1)
    finite(low, first_row)
    finite(high, first_row)
    equal = low == high
    if equal.any():
        rows = np.flatnonzero(equal)
        yield rows, block[rows, :1]
    if equal.all():
        return
    if assume_sorted:
        rows = np.flatnonzero(~equal)
        yield rows, block[rows]
        return
    fits = ~equal & (low >= 0) & (high <= np.iinfo(np.uint16).max)
    rows = np.flatnonzero(fits)
    if rows.size:
        part = block[rows]
        counts = part.astype(np.uint16)
        if part.dtype.kind == "f" and not (counts == part).all():
            counts = part
        counts.sort(axis=1)
        yield rows, counts
    rows = np.flatnonzero(~equal & ~fits)
    if rows.size:
        part = block[rows]
        part.sort(axis=1)
        yield rows, part


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
    # Each thread takes short runs of neighbouring blocks, so that a dense region does not fall to one thread alone.
    runs = [blocks[i : i + 8] for i in range(0, len(blocks), 8)]

    def run(some: list[slice]) -> None:
        for block in some:
            work(block)

    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(run, runs):
            pass


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
