"""Deaths of the next twelve months by cell: their expectation, and draws of what may happen together.

Both come with the package for the newest edition's figures. For others they are worked out once and remembered.
"""

import contextlib
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forestall.errors import ForestallError
from forestall.forecast import edition
from forestall.forecast.cells import outlook, service
from forestall.ids.months import format_month
from forestall.panel.frame import Panel
from forestall.store import Workspace, files

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
COUNT = 200
UNFIT = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)
"""What reading a file raises that is not there, is damaged or follows from other figures."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Scenarios. pg_id: (m,) cells, ascending. deaths: (s, m), equally likely, of the twelve months."""

    pg_id: Ints
    deaths: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What may come in the twelve months after a panel's last. pg_id: (m,) cells, ascending: those with a chance of a
    death of one in a hundred or more, and those with a death in any scenario. expected: (m,) deaths, 0 for the others.
    draws: (COUNT, m) equally likely scenarios, the first of the thousand that `expected` is the mean of. risk: what the
    expectation comes from."""

    pg_id: Ints
    expected: Floats
    draws: Floats
    risk: outlook.CellRisk

    def inside(self, pg_id: npt.ArrayLike) -> "Ahead":
        """The same of some cells only."""
        held = np.isin(self.pg_id, pg_id)
        return Ahead(self.pg_id[held], self.expected[held], self.draws[:, held], self.risk)


def ahead(workspace: Workspace, panel: Panel, say: Callable[[str], None] = lambda _: None) -> Ahead:
    """Expected deaths and scenarios of all cells; at once if they are at hand, else in a minute or two, which is said.

    Raises UsageError if too little is located.
    """
    asked = outlook.key(panel, workspace)
    path = workspace.cache_dir / "deployment" / f"{asked}_{COUNT}.npz"
    risk, drawn = outlook.at_hand(workspace, panel), _held(asked, path)
    if risk is None or drawn is None:
        say(
            f"learning where violence was likely from figures up to {format_month(panel.as_of)}: a minute or two the "
            "first time, remembered afterwards"
        )
        plan = outlook.plan_of(workspace, panel)
        risk = risk or outlook.risk(workspace, panel, plan=plan)
        say(f"drawing {COUNT} scenarios of all cells")
        drawn = draw(plan)
        with contextlib.suppress(OSError, ForestallError):
            files.write(path, pack(drawn, asked))
    return joined(risk, drawn)


def joined(risk: outlook.CellRisk, drawn: Draws) -> Ahead:
    """The expectation and the scenarios over the same cells."""
    pg_id = np.union1d(risk.pg_id, drawn.pg_id).astype(np.int64)
    expected, draws = np.zeros(pg_id.size), np.zeros((drawn.deaths.shape[0], pg_id.size))
    expected[np.searchsorted(pg_id, risk.pg_id)] = risk.expected
    draws[:, np.searchsorted(pg_id, drawn.pg_id)] = drawn.deaths
    return Ahead(pg_id, expected, draws, risk)


def _held(asked: str, path: Path) -> Draws | None:
    """The scenarios that came with the package or were drawn before, None if there are none."""
    with contextlib.suppress(*UNFIT):
        return unpack(edition.scenarios(), asked)
    with contextlib.suppress(*UNFIT):
        return unpack(path.read_bytes(), asked)
    return None


def draw(plan: service.Plan) -> Draws:
    """The first COUNT of the forecast's draws, summed over the twelve months, all cells with a death in any."""
    rows = []
    for task in plan.tasks:
        block = service.block(task)
        some = block.draw < COUNT
        rows.append((block.cells[block.cell[some]], block.draw[some], block.deaths[some]))
    pg_id, number, deaths = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    cells, column = np.unique(pg_id.astype(np.int64), return_inverse=True)
    draws = np.zeros((COUNT, cells.size))
    np.add.at(draws, (number, column), deaths)
    return Draws(cells, draws)


def pack(found: Draws, key: str) -> bytes:
    """Scenarios as a compressed file that says what they follow from; deaths as low byte and rest, which packs well."""
    cell, number = np.nonzero(found.deaths.T)
    deaths = found.deaths.T[cell, number].astype(np.uint32)
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        key=np.array(key),
        step=np.diff(found.pg_id, prepend=0).astype(np.int32),
        count=np.bincount(cell, minlength=found.pg_id.size).astype(np.uint16),
        draw=number.astype(np.uint16),
        low=(deaths & 255).astype(np.uint8),
        rest=(deaths >> 8).astype(np.uint32),
    )
    return stream.getvalue()


def unpack(content: bytes, asked: str) -> Draws:
    """Read what `pack` made. Raises KeyError, ValueError or OSError if it is damaged or follows from other figures."""
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        if str(held["key"]) != asked:
            raise ValueError("these scenarios follow from other figures")
        pg_id = np.cumsum(held["step"], dtype=np.int64)
        column = np.repeat(np.arange(pg_id.size), held["count"])
        draws = np.zeros((COUNT, pg_id.size))
        draws[held["draw"], column] = held["low"] + held["rest"].astype(np.float64) * 256
    return Draws(pg_id, draws)
