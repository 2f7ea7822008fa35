"""Global cell forecasts: the country forecast, spread draw by draw over the cells by what the cell models say.

Laws of cells are learned for the next twelve months, the twelve after them and so on (`windows`, `hurdle`), reconciled
with the country's draws (`reconcile`) and broken into months (`months`). One block is one country; blocks do not depend
on each other, so they may be made on any worker in any order, and written as they come (`store`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.forecast import dependence, models
from forestall.forecast import service as countries
from forestall.forecast.cells import hurdle, months, reconcile, store
from forestall.forecast.cells.block import CellBlock
from forestall.forecast.cells.context import context
from forestall.forecast.cells.features import Past, Values, table
from forestall.forecast.cells.law import CellLaw
from forestall.forecast.cells.layout import CellIndex, RunHeader
from forestall.forecast.cells.reading import Run
from forestall.forecast.cells.windows import YEAR, Windows, windows
from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import MAX_HORIZON
from forestall.ids.months import month_end
from forestall.panel.frame import Panel
from forestall.panel.land import holders
from forestall.parallel import Here, Workers
from forestall.store import Workspace

NAME, VERSION = "cells", "1"
Ints = npt.NDArray[np.int64]
Step = Literal["month", "year"]


@dataclass(frozen=True, slots=True, eq=False)
class Laws:
    """Laws of all land cells for the years ahead. windows: what they were learned from. years: one law a year ahead."""

    windows: Windows
    years: tuple[CellLaw, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """All that one country's block follows from.

    cells: (c,) its pg_ids. totals: (t, d) deaths of the country by month, whole years of months. order, values, chance:
    per year ahead, as `CellLaw.of_cells` gives them. first_month: the first month_id after as_of.
    """

    gw_id: int
    cells: npt.NDArray[np.int32]
    totals: Ints
    order: tuple[Ints, ...]
    values: tuple[Values, ...]
    chance: tuple[npt.NDArray[np.float64], ...]
    first_month: int
    horizon: int
    step: Step
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A run before any cell is drawn: what it is, which cells it covers, a task a country, what it was learned from."""

    header: RunHeader
    index: CellIndex
    tasks: list[Task]
    windows: Windows


def laws(workspace: Workspace, *, as_of: int, target: str, years: int, known_on: date | None = None) -> Laws:
    """Learn from the windows up to `as_of` and give the laws of `years` years of twelve months after it.

    Where the newest window is not located, the models look from the last one that is, so many years further ahead.
    Raises UsageError if too little is located.
    """
    seen = windows(workspace, as_of=as_of, target=target, known_on=known_on)
    past = Past(seen.panel, context(workspace, seen.panel, seen.ends))
    k = seen.panel.periods.size - 1
    newest = past.newest(k)
    tables: dict[int, Values] = {newest: table(past, newest)}
    found = []
    for ahead in range(1, years + 1):
        learned = hurdle.fit(past, newest, ahead + k - newest, tables=tables)
        found.append(hurdle.law(learned, past, newest, seen=tables[newest]))
    return Laws(seen, tuple(found))


def assigned(pg_gw: npt.ArrayLike, units: npt.ArrayLike, on: date) -> npt.NDArray[np.int32]:
    """The state of `units` that held each cell on a day, 0 where none did. pg_gw: (n,) the state of each cell today."""
    today = np.asarray(pg_gw)
    known = set(np.asarray(units).tolist())
    found = np.zeros(today.shape, dtype=np.int32)
    for gw_id in np.unique(today).tolist():
        held = sorted(holders(gw_id, on) & known)
        found[today == gw_id] = gw_id if gw_id in known else (held[0] if held else 0)
    return found


def tasks(found: Laws, country: Forecast, *, horizon: int, step: Step = "month") -> list[Task]:
    """One task a country with cells. country: draws of whole years of months after as_of, months tied."""
    panel = found.windows.panel
    owner = assigned(panel.gw_id, country.units, month_end(country.as_of))
    made = []
    for unit in sorted(set(owner.tolist()) - {0}):
        own = np.flatnonzero(owner == unit)
        order, values, chance = zip(*(law.of_cells(own) for law in found.years), strict=True)
        made.append(
            Task(
                gw_id=unit,
                cells=panel.pg_id[own],
                totals=np.rint(country.draws[country.index(unit)]).astype(np.int64),
                order=order,
                values=values,
                chance=chance,
                first_month=int(country.months[0]),
                horizon=horizon,
                step=step,
                seed=country.seed,
            )
        )
    return made


def block(task: Task) -> CellBlock:
    """The draws of one country's cells; a function of the task alone, for any worker."""
    d = task.totals.shape[1]
    rows: list[tuple[Ints, Ints, Ints, Ints]] = []
    for year, (order, values, chance) in enumerate(zip(task.order, task.values, task.chance, strict=True)):
        monthly = task.totals[year * YEAR : (year + 1) * YEAR]
        some, drawn = reconcile.draw(values, monthly.sum(axis=0), chance, seed=task.seed, gw_id=task.gw_id, year=year)
        cell, month, draw, deaths = months.split(drawn, monthly, seed=task.seed, key=task.gw_id * 100 + year)
        rows.append((order[some][cell], month + year * YEAR, draw, deaths))
    cell, month, draw, deaths = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    periods, place = _spans(task.first_month, task.horizon, task.step)
    period = place[month]
    kept = period >= 0
    cell, period, draw, deaths = cell[kept], period[kept], draw[kept], deaths[kept]
    key = (cell * periods.size + period) * d + draw
    where, inverse = np.unique(key, return_inverse=True)
    total = np.bincount(inverse, weights=deaths, minlength=where.size)
    return CellBlock(
        gw_id=task.gw_id,
        cells=task.cells.astype(np.int32),
        periods=periods,
        n_draws=d,
        cell=(where // (periods.size * d)).astype(np.int32),
        period=(where // d % periods.size).astype(np.int32),
        draw=(where % d).astype(np.int32),
        deaths=total.astype(np.int32),
    )


def run(
    workspace: Workspace,
    panel: Panel,
    folder: Path,
    *,
    horizon: int = MAX_HORIZON,
    step: Step = "month",
    n_draws: int = 1000,
    seed: int = 0,
    model: str = models.DEFAULT,
    units: Sequence[int] | None = None,
    workers: Workers | None = None,
) -> Run:
    """Forecast all land cells and write them to a folder, a country at a time; what is complete there is kept.

    panel: country panel with the target and as_of. horizon: months after as_of, 1 to 36; with step "year" the calendar
    years that lie whole within it. units: only these countries (gw_id). workers: where countries are worked out;
    default: in this process. Raises UsageError on a horizon that is none, or if too little is located, StoreError as
    the store does.
    """
    plan = prepared(workspace, panel, horizon=horizon, step=step, n_draws=n_draws, seed=seed, model=model, units=units)
    wanted = set(store.missing(folder, plan.header, plan.index))
    blocks = (workers or Here()).each(block, [task for task in plan.tasks if task.gw_id in wanted])
    return store.write_run(folder, plan.header, plan.index, blocks)


def prepared(
    workspace: Workspace,
    panel: Panel,
    *,
    horizon: int,
    step: Step = "month",
    n_draws: int = 1000,
    seed: int = 0,
    model: str = models.DEFAULT,
    units: Sequence[int] | None = None,
) -> Plan:
    """Learn, forecast the countries, and lay out what is to be drawn. Arguments and errors as `run`."""
    if not 1 <= horizon <= MAX_HORIZON:
        raise UsageError(f"a horizon of {horizon} months was asked for, expected 1 to {MAX_HORIZON}")
    years = -(-horizon // YEAR)
    span = range(panel.as_of + 1, panel.as_of + years * YEAR + 1)
    drawn = countries.run(panel, model, months=span, n_draws=n_draws, seed=seed, cache_dir=workspace.cache_dir)
    country = dependence.tie_months(drawn)
    found = laws(workspace, as_of=panel.as_of, target=panel.target, years=years, known_on=panel.known_on)
    made = tasks(found, country, horizon=horizon, step=step)
    if units is not None:
        made = [task for task in made if task.gw_id in set(units)]
    if not made:
        raise UsageError(
            "none of the countries asked for has a cell of half a degree assigned to it: Monaco, San Marino and the "
            "like are smaller than one; ask for the country itself"
        )
    periods, _ = _spans(int(country.months[0]), horizon, step)
    pg_id = np.concatenate([task.cells for task in made])
    gw_id = np.concatenate([np.full(task.cells.size, task.gw_id, dtype=np.int32) for task in made])
    order = np.argsort(pg_id)
    header = RunHeader(
        model=NAME,
        version=f"{VERSION}+{hurdle.NAME} {hurdle.VERSION}+{model} {models.VERSIONS[model]}",
        target=panel.target,
        as_of=panel.as_of,
        step=step,
        periods=tuple(periods.tolist()),
        n_draws=n_draws,
        seed=seed,
        panel_digest=hashlib.sha256(f"{panel.digest}{found.windows.panel.digest}".encode()).hexdigest(),
        country_digest=country.digest,
    )
    return Plan(header, CellIndex(pg_id[order], gw_id[order]), made, found.windows)


@lru_cache(maxsize=64)
def _spans(first_month: int, horizon: int, step: Step) -> tuple[npt.NDArray[np.int32], Ints]:
    """Periods, and the period of each month of whole years from the first, -1 for those outside."""
    inside = np.arange(MAX_HORIZON) < horizon
    ids = first_month + np.arange(MAX_HORIZON)
    if step == "month":
        return ids[:horizon].astype(np.int32), np.where(inside, np.arange(MAX_HORIZON), -1)
    years = (ids - 1) // YEAR + 1980
    whole = [int(y) for y in np.unique(years[inside]) if np.count_nonzero(inside & (years == y)) == YEAR]
    if not whole:
        raise UsageError(f"no calendar year lies whole within the next {horizon} months: choose a longer --horizon")
    place = {y: i for i, y in enumerate(whole)}
    return np.array(whole, dtype=np.int32), np.array([place.get(int(y), -1) for y in years])
