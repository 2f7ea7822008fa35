"""Deaths of the next twelve months by cell: their expectation, and draws of what may happen together."""

import contextlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.forecast.cells import outlook, service
from forestall.forecast.cells.windows import YEAR
from forestall.panel.frame import Panel
from forestall.store import Workspace, files

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
COUNT = 200
UNFIT = (OSError, KeyError, ValueError)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Deaths that may come. pg_id: (m,) cells, ascending. draws: (s, m), equally likely scenarios of the next twelve
    months; one row holding the expectation where no scenarios were asked for."""

    pg_id: Ints
    draws: Floats


def expected(workspace: Workspace, panel: Panel) -> tuple[Demand, outlook.CellRisk]:
    """Expected deaths by cell; quick. Cells with a chance of a death under one in a hundred are left out."""
    risk = outlook.risk(workspace, panel)
    return Demand(risk.pg_id.astype(np.int64), risk.expected[None, :]), risk


def drawn(workspace: Workspace, panel: Panel) -> Demand:
    """The first COUNT of the forecast's draws, all cells; about a minute the first time, then remembered."""
    path = workspace.cache_dir / "deployment" / f"{outlook.key(panel, workspace)}_{COUNT}.npz"
    with contextlib.suppress(*UNFIT), np.load(path, allow_pickle=False) as held:
        return _demand(held["pg_id"], held["draw"], held["deaths"])
    plan = service.prepared(workspace, panel, horizon=YEAR, n_draws=outlook.N_DRAWS, seed=outlook.SEED)
    rows = []
    for task in plan.tasks:
        block = service.block(task)
        some = block.draw < COUNT
        rows.append((block.cells[block.cell[some]], block.draw[some], block.deaths[some]))
    pg_id, draw, deaths = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    key, where = np.unique(pg_id.astype(np.int64) * COUNT + draw, return_inverse=True)
    total = np.bincount(where, weights=deaths, minlength=key.size).astype(np.int64)
    held = {"pg_id": key // COUNT, "draw": key % COUNT, "deaths": total}
    with contextlib.suppress(OSError), files.replacing(path) as stream:
        np.savez_compressed(stream, **held)
    return _demand(**held)


def _demand(pg_id: Ints, draw: Ints, deaths: Ints) -> Demand:
    cells, column = np.unique(pg_id, return_inverse=True)
    draws = np.zeros((COUNT, cells.size))
    draws[draw, column] = deaths
    return Demand(cells.astype(np.int64), draws)
