"""What is known of every land cell at the end of a period: its own past, its surroundings, its country.

Everything follows from periods up to that one. Periods that are not located are passed over: averages run over located
ones only, and the newest located period stands for "now".
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from forestall.forecast.cells.context import Context
from forestall.forecast.cells.grid import Grid, around, distance, smooth
from forestall.forecast.levels import months_since
from forestall.ids.cells import COLS, ROWS
from forestall.panel.cells import CellPanel

Values = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FIRST = 3
"""Periods of history before the first one that features are given for."""
HALF_LIVES = (1.0, 3.0, 8.0)
EVER = 1000.0
RINGS = {"r1": (0, 1), "r2": (1, 2), "r4": (2, 4)}
WIDTHS = (1.0, 2.0, 4.0, 8.0)
NEAR = 0.6
"""Width in cells of the kernel whose decayed history is the best of the baselines."""
MOST_SINCE = 40
"""Periods since the last death are counted up to so many."""


def decayed(values: npt.ArrayLike, half_life: float) -> Values:
    """Means over the past with weight 0.5^(age / half_life), (n, t): column k over the located columns up to k.

    values: (n, t), NaN throughout a column that is not located. A column before the first located one is 0.
    """
    given = np.asarray(values, dtype=np.float32)
    keep = np.float32(0.5 ** (1 / half_life))
    total = np.zeros(given.shape[0], dtype=np.float32)
    weight = np.float32(0)
    found = np.empty_like(given)
    for k in range(given.shape[1]):
        total, weight = total * keep, weight * keep
        if not np.isnan(given[0, k]):
            total, weight = total + given[:, k], weight + np.float32(1)
        found[:, k] = total / max(weight, np.float32(1e-12))
    return found


class Past:
    """The averages over time that features of any period draw on, worked out once for a panel.

    panel: a cell panel. Its last column may be any; nothing of a column enters features of an earlier one. about: what
    is known of places and states beside the panel; without it features are of the cells' own record only.
    """

    def __init__(self, panel: CellPanel, about: Context | None = None) -> None:
        self.panel = panel
        self.context = about
        self.grid = Grid.of(panel.pg_id)
        self.located = panel.located
        values = panel.values
        self.logs = np.log1p(values)
        self.active = np.where(np.isnan(values), np.nan, values > 0).astype(np.float32)
        self.log_means = {h: decayed(self.logs, h) for h in HALF_LIVES}
        self.shares = {h: decayed(self.active, h) for h in (*HALF_LIVES, 2.0, EVER)}
        self.since = months_since(values.astype(np.float64), most=MOST_SINCE).astype(np.float32)
        self.events = decayed(np.log1p(panel.events), 2)
        self.country, self.of = np.unique(panel.gw_id, return_inverse=True)
        self.cells = np.bincount(self.of)
        self.border = distance(_borders(self.grid, self.of))[self.grid.row, self.grid.col]
        self.land = self.grid.values(around(self.grid.field(np.ones(panel.pg_id.size)), 0, 1))

    def in_country(self, values: npt.ArrayLike) -> Values:
        """Each cell's country sum of the cells' values (n,)."""
        sums = np.bincount(self.of, weights=np.nan_to_num(np.asarray(values, dtype=np.float64)))
        return sums[self.of].astype(np.float32)

    def newest(self, k: int, back: int = 0) -> int:
        """Column of the newest located period up to column k, or of the `back`-th before it."""
        known = np.flatnonzero(self.located[: k + 1])
        return int(known[-1 - back]) if known.size > back else int(known[0])


def at(past: Past, k: int) -> Mapping[str, Values]:
    """Features of all cells at the end of period column k, name -> (n,) float32. k: FIRST or later."""
    grid, now = past.grid, past.newest(k)
    logs, active, values = past.logs[:, now], past.active[:, now], past.panel.values[:, now]
    found: dict[str, Values] = {f"log_{b}": past.logs[:, past.newest(k, b)] for b in range(3)}
    found |= {f"log_mean_{h:g}": past.log_means[h][:, k] for h in HALF_LIVES}
    found |= {f"share_{h:g}": past.shares[h][:, k] for h in (*HALF_LIVES, EVER)}
    found["events"] = past.events[:, k]
    found["since"] = past.since[:, k]
    for span in (5, 10):
        known = [c for c in range(max(0, k - span + 1), k + 1) if past.located[c]] or [now]
        found[f"most_{span}"] = past.logs[:, known].max(axis=1)
    fields = {
        "log": grid.field(logs),
        "active": grid.field(active),
        "log_mean": grid.field(past.log_means[3.0][:, k]),
        "share_3": grid.field(past.shares[3.0][:, k]),
        "share_8": grid.field(past.shares[8.0][:, k]),
        "ever": grid.field(past.shares[EVER][:, k]),
    }
    deaths = grid.field(values)
    for name, (inner, outer) in RINGS.items():
        found[f"{name}_deaths"] = np.log1p(grid.values(around(deaths, inner, outer)))
        for field in ("active", "log_mean", "share_8"):
            found[f"{name}_{field}"] = grid.values(around(fields[field], inner, outer))
    for width in WIDTHS:
        for field in ("active", "share_3", "log"):
            found[f"k{width:g}_{field}"] = grid.values(smooth(fields[field], width))
    for width in (1.5, 4.0):
        found[f"k{width:g}_share_8"] = grid.values(smooth(fields["share_8"], width))
    for width in (0.7, 1.5, 3.0):
        found[f"k{width:g}_ever"] = grid.values(smooth(fields["ever"], width))
    for half_life in (1.0, 2.0):
        found[f"near_share_{half_life:g}"] = grid.values(smooth(grid.field(past.shares[half_life][:, k]), NEAR))
    found["near_log_mean"] = grid.values(smooth(grid.field(past.log_means[1.0][:, k]), NEAR))
    found["to_active"] = grid.values(distance(deaths >= 1))
    found["to_25"] = grid.values(distance(deaths >= 25))
    found["to_recent"] = grid.values(distance(fields["share_3"] > 0.05))
    found |= _of_country(past, k, now, found["k2_share_3"])
    found["border"], found["land"] = past.border, past.land
    if past.context is not None:
        found |= past.context.at(k)
    return found


def table(past: Past, k: int) -> Values:
    """The features of column k side by side, (n, NAMES) float32, in the order of `names`."""
    return np.stack(list(at(past, k).values()), axis=1)


def names(past: Past) -> tuple[str, ...]:
    """Names of the features in the order of `table`."""
    return tuple(at(past, past.panel.periods.size - 1))


def _of_country(past: Past, k: int, now: int, near: Values) -> dict[str, Values]:
    """How violent the country is now, how much of it is, and the cell's part in it."""
    log_mean = past.log_means[3.0][:, k]
    deaths = np.log1p(past.in_country(past.panel.values[:, now]))
    before = np.log1p(past.in_country(past.panel.values[:, past.newest(k, 1)]))
    cells = past.cells[past.of].astype(np.float32)
    return {
        "country_log": deaths,
        "country_change": deaths - before,
        "country_active": past.in_country(past.active[:, now]) / cells,
        "part": log_mean / np.maximum(past.in_country(log_mean), 1e-9),
        "part_near": near * cells / np.maximum(past.in_country(near), 1e-9),
    }


def _borders(grid: Grid, of: Ints) -> npt.NDArray[np.bool_]:
    """(360, 720) whether a cell touches one of another country."""
    owner = np.full((ROWS, COLS), -1)
    owner[grid.row, grid.col] = of
    found = np.zeros(owner.shape, dtype=np.bool_)
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        other = np.roll(owner, shift, axis)
        if axis == 0:
            other[0 if shift > 0 else -1] = -1
        found |= (owner >= 0) & (other >= 0) & (other != owner)
    return found
