"""Where violence is likely in the next twelve months: the risk of each cell, for a page to show.

The newest edition's risk comes with the package; for other figures it is worked out once and remembered.
"""

import contextlib
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import ForestallError
from forestall.forecast import edition, models
from forestall.forecast.cells import hurdle, service
from forestall.forecast.cells.windows import YEAR, Windows
from forestall.ids.months import format_month, year_of
from forestall.panel.frame import Panel
from forestall.store import Workspace, files

FORMAT = 1
META = "forestall.cells"
NUMBERS = ("chance", "chance_25", "expected", "low80", "high80")
TABLES = frozenset(
    {
        "ucdp_cell_year",
        "ucdp_cell_month",
        "land_cells",
        "release_register",
        "ucdp_country_month",
        "covariates",
        "population",
        "place_cells",
    }
)
N_DRAWS, SEED = 1000, 0
UNFIT = (OSError, KeyError, ValueError, pl.exceptions.PolarsError)
"""What reading a file raises that is not there, is damaged or answers another question."""
SHOWN = 0.01
"""Cells with a smaller chance of a death than this are left out: a thousand draws cannot tell them from none."""

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CellRisk:
    """The next twelve months by cell; all arrays (m,), cells ascending, those with a chance of SHOWN or more.

    chance, chance_25: probability of one death or more, of 25 or more. expected: deaths. low80, high80: the 80 %
    interval of deaths. first_month, last_month: month_ids of the twelve months. located_to: which periods are located.
    caveats: what a reader must know.
    """

    pg_id: Ints
    gw_id: Ints
    chance: Floats
    chance_25: Floats
    expected: Floats
    low80: Floats
    high80: Floats
    first_month: int
    last_month: int
    located_to: str
    caveats: tuple[str, ...]
    model: str = f"{service.NAME} {service.VERSION}"


def risk(workspace: Workspace, panel: Panel, *, plan: service.Plan | None = None) -> CellRisk:
    """The risk of all cells after the panel's last month. plan: of `plan_of`, where a caller has it already.

    Raises UsageError if too little is located.
    """
    held = at_hand(workspace, panel)
    if held is not None:
        return held
    content = pack(workspace, panel, plan=plan)
    with contextlib.suppress(OSError, ForestallError):
        files.write(_path(workspace, panel), content)
    return unpack(content, key(panel, workspace))


def at_hand(workspace: Workspace, panel: Panel) -> CellRisk | None:
    """The risk if it came with the package or was worked out before, None if it has to be learned first."""
    asked = key(panel, workspace)
    with contextlib.suppress(*UNFIT):
        return unpack(edition.cells(), asked)
    with contextlib.suppress(*UNFIT):
        return unpack(_path(workspace, panel).read_bytes(), asked)
    return None


def plan_of(workspace: Workspace, panel: Panel) -> service.Plan:
    """What the risk is drawn from: half a minute's learning or more. Raises UsageError if too little is located."""
    return service.prepared(workspace, panel, horizon=YEAR, n_draws=N_DRAWS, seed=SEED)


def _path(workspace: Workspace, panel: Panel) -> Path:
    return workspace.cache_dir / "cells" / f"{key(panel, workspace)}.parquet"


def key(panel: Panel, workspace: Workspace) -> str:
    """sha256 of all that the risk follows from: figures of countries and cells, the models and their versions."""
    asked = {
        "format": FORMAT,
        "country": panel.digest,
        "target": panel.target,
        "as_of": panel.as_of,
        "known_on": None if panel.known_on is None else panel.known_on.isoformat(),
        "units": hashlib.sha256(panel.units.tobytes()).hexdigest(),
        "embedded": {name: table.sha256 for name, table in workspace.manifest().tables.items() if name in TABLES},
        "added": [[*entry.key, entry.sha256] for entry in workspace.catalogue().entries],
        "versions": [service.VERSION, hurdle.VERSION, models.DEFAULT, models.VERSIONS[models.DEFAULT]],
        "draws": N_DRAWS,
        "seed": SEED,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def pack(workspace: Workspace, panel: Panel, *, plan: service.Plan | None = None) -> bytes:
    """The risk, worked out, as a Parquet file that says in its metadata what it follows from."""
    plan = plan or plan_of(workspace, panel)
    found = worked_out(plan.tasks).with_columns(pl.col(NUMBERS).cast(pl.Float32).round(3))
    head = {
        "key": key(panel, workspace),
        "as_of": panel.as_of,
        "located_to": plan.windows.basis,
        "caveats": _caveats(plan.windows, panel.as_of),
    }
    packed = io.BytesIO()
    found.write_parquet(packed, compression="zstd", statistics=False, metadata={META: json.dumps(head)})
    return packed.getvalue()


def unpack(content: bytes, asked: str) -> CellRisk:
    """Read what `pack` made. Raises KeyError or ValueError if it does not answer the question `asked` (a key)."""
    head = json.loads(pl.read_parquet_metadata(io.BytesIO(content))[META])
    if head["key"] != asked:
        raise ValueError("this is the risk that follows from other figures")
    found = pl.read_parquet(io.BytesIO(content))
    numbers = found.select(pl.col(NUMBERS).cast(pl.Float64).round(3))  # 0.01 is not 0.0099999998
    return CellRisk(
        pg_id=found["pg_id"].to_numpy().astype(np.int32),
        gw_id=found["gw_id"].to_numpy().astype(np.int32),
        chance=numbers["chance"].to_numpy(),
        chance_25=numbers["chance_25"].to_numpy(),
        expected=numbers["expected"].to_numpy(),
        low80=numbers["low80"].to_numpy(),
        high80=numbers["high80"].to_numpy(),
        first_month=int(head["as_of"]) + 1,
        last_month=int(head["as_of"]) + YEAR,
        located_to=str(head["located_to"]),
        caveats=tuple(head["caveats"]),
    )


def worked_out(tasks: Sequence[service.Task]) -> pl.DataFrame:
    """pg_id, gw_id, chance, chance_25, expected, low80, high80 of the cells with a chance of SHOWN or more."""
    parts = []
    for task in tasks:
        draws = service.block(task)
        total = np.zeros((draws.cells.size, draws.n_draws), dtype=np.int64)
        np.add.at(total, (draws.cell, draws.draw), draws.deaths)
        chance = (total > 0).mean(axis=1)
        kept = chance >= SHOWN
        low, high = np.quantile(total[kept], [0.1, 0.9], axis=1) if kept.any() else np.zeros((2, 0))
        parts.append(
            pl.DataFrame(
                {
                    "pg_id": draws.cells[kept],
                    "gw_id": np.full(int(kept.sum()), task.gw_id, dtype=np.int32),
                    "chance": chance[kept],
                    "chance_25": (total[kept] >= 25).mean(axis=1),
                    "expected": total[kept].mean(axis=1),
                    "low80": low,
                    "high80": high,
                }
            )
        )
    return pl.concat(parts).sort("pg_id")


def _caveats(seen: Windows, as_of: int) -> tuple[str, ...]:
    found = []
    located = seen.panel.located
    if seen.months == 0 and located[-1]:
        # A calendar year that is located whole serves as the newest window; it is the window itself in December.
        if as_of % YEAR:
            found.append(
                f"No month after {format_month(seen.through)} is located: the places known for the calendar year "
                f"{year_of(seen.through)} stand for the last twelve months."
            )
    elif seen.months == 0:
        found.append(
            f"No place of violence is known after {format_month(seen.through)}: where violence is likely rests on "
            "those known up to then."
        )
    elif seen.months < YEAR:
        found.append(
            f"Only {seen.months} of the twelve months up to {format_month(as_of)} are located; they stand for all "
            "twelve."
        )
    gap = int(np.count_nonzero(~located[:-1][np.argmax(located) :]))
    if gap:
        found.append(
            f"In {gap} of the years before, no events are located; places of violence in those years are not known."
        )
    return tuple(found)
