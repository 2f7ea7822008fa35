"""The baselines that a cell forecast has to beat: zero, the last period, own history, the cells around, a kernel.

Each takes what is known (`features.Past`) and the column of the last period, and gives a law for any later period.
Half-lives and widths were chosen on origins 2005 to 2011.
"""

from collections.abc import Callable

import numpy as np

from forestall.forecast.cells.features import Past
from forestall.forecast.cells.grid import smooth
from forestall.forecast.cells.law import LEAST, CellLaw, nothing, weighted
from forestall.ids.cells import COLS, ROWS

Baseline = Callable[[Past, int], CellLaw]

OWN_PERIODS = 5
RING_PERIODS = 3
KERNEL_PERIODS = 10
KERNEL_WIDTH = 0.6
KERNEL_HALF_LIFE = 1.0
KERNEL_RADIUS = 3


def zero(past: Past, _k: int) -> CellLaw:
    """No deaths anywhere."""
    return nothing(past.panel.pg_id.size)


def last(past: Past, k: int) -> CellLaw:
    """The deaths of the last period again."""
    return samples(past, [past.newest(k)], {(0, 0): 1.0})


def own_history(past: Past, k: int) -> CellLaw:
    """The cell's last five periods, equally likely: conflictology for cells."""
    return samples(past, _columns(past, k, OWN_PERIODS), {(0, 0): 1.0})


def with_neighbours(past: Past, k: int) -> CellLaw:
    """The last three periods of the cell and the eight around it, equally likely."""
    return samples(past, _columns(past, k, RING_PERIODS), {(r, c): 1.0 for r in (-1, 0, 1) for c in (-1, 0, 1)})


def kernel(past: Past, k: int) -> CellLaw:
    """Decayed kernel history: ten periods of the cells around, weighted by 0.5^age and a Gaussian of 0.6 cells."""
    reach = range(-KERNEL_RADIUS, KERNEL_RADIUS + 1)
    near = {(r, c): float(np.exp(-(r * r + c * c) / 2 / KERNEL_WIDTH**2)) for r in reach for c in reach}
    return samples(past, _columns(past, k, KERNEL_PERIODS), near, half_life=KERNEL_HALF_LIFE)


BASELINES: dict[str, Baseline] = {
    "zero": zero,
    "last": last,
    "own_history": own_history,
    "with_neighbours": with_neighbours,
    "kernel": kernel,
}


def _columns(past: Past, k: int, periods: int) -> list[int]:
    known = [c for c in range(max(0, k - periods + 1), k + 1) if past.located[c]]
    return known or [past.newest(k)]


def samples(
    past: Past, columns: list[int], near: dict[tuple[int, int], float], *, half_life: float | None = None
) -> CellLaw:
    """The law of the values of some columns of the cells around, weighted by place and age."""
    panel, grid = past.panel, past.grid
    n = panel.pg_id.size
    age = np.array([columns[-1] - c for c in columns], dtype=np.float64)
    ages = np.ones(age.size) if half_life is None else 0.5 ** (age / half_life)
    position = np.full((ROWS, COLS), -1)
    position[grid.row, grid.col] = np.arange(n)
    around = []
    for (down, right), share in near.items():
        row = grid.row + down
        there = np.where((row >= 0) & (row < ROWS), position[row % ROWS, (grid.col + right) % COLS], -1)
        around.append((there, share))
    # Only cells that can see anything need their samples laid out.
    busy = grid.field((panel.values[:, columns] > 0).any(axis=1))
    reach = max(max(abs(r), abs(c)) for r, c in near)
    seen = busy if reach == 0 else smooth(busy, reach)  # truncated at three widths: wider than needed, never narrower
    rows = np.flatnonzero(grid.values(seen) > 0)
    values = np.concatenate([panel.values[there[rows]][:, columns] for there, _ in around], axis=1)
    weights = np.concatenate([np.where(there[rows, None] >= 0, share * ages, 0.0) for there, share in around], axis=1)
    weights /= weights.sum(axis=1, keepdims=True)
    chance, expected = np.zeros(n), np.zeros(n)
    chance[rows] = ((values > 0) * weights).sum(axis=1)
    expected[rows] = (values * weights).sum(axis=1)
    kept = chance[rows] >= LEAST
    return CellLaw(rows[kept], weighted(values[kept], weights[kept]), chance, expected)
