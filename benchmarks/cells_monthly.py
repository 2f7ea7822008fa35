"""How good are cell forecasts by month? On events that are located and dated precisely, which is not all events.

    python benchmarks/cells_monthly.py --shared ../shared/data [--first 2012 --last 2019]

GED 21.1's subset of precisely located events, 1989 to 2020 (176,579 of 261,864), is the only located record by month at
hand: levels are below those of all events, and places known only to a province are missing. It stands in for a full
GED here and is scored against itself. Origins are Decembers, months 1 to 12 ahead, all 64,818 land cells. Ours is the
monthly path of `forestall forecast --level cell`, with the country model `ewma` on the subset's own country months;
beside it conflictology over the last twelve months of a cell, the same with its eight neighbours (the strongest
baseline of the VIEWS challenge by cell), and zero. Nothing was chosen on these scores.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyreadr

from forestall import scores
from forestall.forecast import dependence, models
from forestall.forecast.cells import baselines, hurdle, service
from forestall.forecast.cells.context import context
from forestall.forecast.cells.features import Past
from forestall.forecast.cells.law import CellLaw
from forestall.forecast.cells.windows import Windows
from forestall.ids import cells
from forestall.ids.months import month_id
from forestall.panel import frame
from forestall.panel.cells import CellPanel
from forestall.panel.country_month import country_month
from forestall.panel.frame import Panel
from forestall.panel.land import land
from forestall.store import Workspace

Numbers = npt.NDArray[Any]
FIRST, YEAR, N_DRAWS = 109, 12, 1000
LAST = month_id(2020, 12)
SOURCE = "ucdp/ged211_events_dayprecise.rda"


def monthly(shared: Path, workspace: Workspace) -> CellPanel:
    """The subset by land cell and month of the event, and the states that the cells are assigned to."""
    events = next(iter(pyreadr.read_r(str(shared / SOURCE)).values()))
    place = land(workspace)
    lat, lon = events["latitude"].astype(float).to_numpy(), events["longitude"].astype(float).to_numpy()
    month = ((events["year"].astype(int) - 1980) * YEAR + events["month"].astype(int)).to_numpy()
    at = place.position(cells.cell_of(lat, lon))
    kept = (at >= 0) & (month >= FIRST) & (month <= LAST)
    values = np.zeros((place.pg_id.size, LAST - FIRST + 1), dtype=np.float32)
    count = values.copy()
    np.add.at(values, (at[kept], month[kept] - FIRST), events["best_death"].astype(float).to_numpy()[kept])
    np.add.at(count, (at[kept], month[kept] - FIRST), 1)
    t = values.shape[1]
    return CellPanel(
        pg_id=place.pg_id,
        gw_id=place.gw_id,
        iso3=place.iso3,
        periods=np.arange(FIRST, LAST + 1, dtype=np.int32),
        values=values,
        events=count,
        step="month",
        target="deaths_total",
        as_of=LAST,
        releases=("precise subset",) * t,
        status=("final",) * t,
        notes=(f"{int((~kept).sum())} events outside land cells or months",),
    )


def years(panel: CellPanel, as_of: int) -> CellPanel:
    """Calendar years of the subset up to a December."""
    count = (as_of - FIRST + 1) // YEAR
    shape = (panel.pg_id.size, count, YEAR)
    return CellPanel(
        pg_id=panel.pg_id,
        gw_id=panel.gw_id,
        iso3=panel.iso3,
        periods=np.arange(1989, 1989 + count, dtype=np.int32),
        values=panel.values[:, : count * YEAR].reshape(shape).sum(axis=2),
        events=panel.events[:, : count * YEAR].reshape(shape).sum(axis=2),
        step="year",
        target=panel.target,
        as_of=as_of,
        releases=("precise subset",) * count,
        status=("final",) * count,
    )


def by_country(panel: CellPanel, workspace: Workspace, as_of: int) -> Panel:
    """The subset by country and month: the states of the day, with the deaths of the cells they held."""
    real = country_month(workspace, as_of=as_of)
    owner = service.assigned(panel.gw_id, real.units, countries_day(as_of))
    t = as_of - FIRST + 1
    values = np.zeros((real.units.size, t))
    rank = {int(unit): i for i, unit in enumerate(real.units)}
    some = np.flatnonzero(owner)
    np.add.at(values, [rank[int(u)] for u in owner[some]], panel.values[some, :t])
    months = np.arange(FIRST, as_of + 1, dtype=np.int32)
    digest = frame.digest(real.units, months, values, target=real.target, unit_key="gw_id")
    return Panel(real.units, months, values, real.target, as_of, digest, iso3=real.iso3)


def countries_day(as_of: int) -> Any:
    """The last day of a month."""
    from forestall.ids.months import month_end

    return month_end(as_of)


def ours(panel: CellPanel, workspace: Workspace, origin: int) -> Numbers:
    """Rows (cell position, month, draw, deaths) of the next twelve months, only draws above zero."""
    seen = years(panel, origin)
    past = Past(seen, context(workspace, seen, seen.year_ends))
    k = seen.periods.size - 1
    law = hurdle.law(hurdle.fit(past, k, 1), past, k)
    states = by_country(panel, workspace, origin)
    drawn = models.get("ewma")(states, months=range(origin + 1, origin + YEAR + 1), n_draws=N_DRAWS, seed=0)
    found = service.Laws(Windows(seen, YEAR, origin, ""), (law,))
    position = {int(cell): i for i, cell in enumerate(panel.pg_id)}
    parts = []
    for task in service.tasks(found, dependence.tie_months(drawn), horizon=YEAR):
        block = service.block(task)
        at = np.array([position[int(cell)] for cell in block.cells])
        parts.append(np.stack([at[block.cell], block.period, block.draw, block.deaths], axis=1))
    return np.concatenate(parts)


def score_rows(rows: Numbers, outcome: Numbers) -> pl.DataFrame:
    """CRPS, ignorance, interval score and chance of each cell and month from sparse draws. outcome: (n, 12)."""
    key = rows[:, 0] * YEAR + rows[:, 1]
    order = np.argsort(key, kind="stable")
    key, rows = key[order], rows[order]
    found = blank(outcome)
    where, first = np.unique(key, return_index=True)
    ends = np.append(first[1:], key.size)
    for start in range(0, where.size, 20_000):
        some = slice(start, start + 20_000)
        span = slice(first[start], ends[some][-1])
        draws = np.zeros((where[some].size, N_DRAWS), dtype=np.float32)
        draws[np.searchsorted(where[some], key[span]), rows[span, 2]] = rows[span, 3]
        fill(found, where[some], draws, outcome.ravel()[where[some]])
    return pl.DataFrame(found)


def score_law(law: CellLaw, outcome: Numbers) -> pl.DataFrame:
    """The same for a law that holds for each of the twelve months."""
    found = blank(outcome)
    draws = np.repeat(law.values, N_DRAWS // law.values.shape[1], axis=1)
    for month in range(YEAR):
        fill(found, law.rows * YEAR + month, draws, outcome[law.rows, month])
    return pl.DataFrame(found)


def blank(outcome: Numbers) -> dict[str, Numbers]:
    """Scores of draws that are all zero."""
    flat = outcome.ravel().astype(np.float64)
    one = np.zeros((2, N_DRAWS), dtype=np.float32)
    of = scores.ignorance(one, np.array([0.0, 5.0]))
    return {
        "crps": flat.copy(),
        "ign": np.where(flat > 0, of[1], of[0]),
        "mis": 20 * flat,
        "chance": np.zeros(flat.size),
        "outcome": flat,
    }


def fill(found: dict[str, Numbers], where: Numbers, draws: Numbers, outcome: Numbers) -> None:
    """Enter the scores of some cells and months."""
    if where.size == 0:
        return
    seen = outcome.astype(np.float64)
    found["crps"][where] = scores.crps(draws, seen)
    found["ign"][where] = scores.ignorance(draws, seen)
    found["mis"][where] = scores.interval_score(draws, seen, level=0.9)
    found["chance"][where] = (draws > 0).mean(axis=1)


def main() -> None:
    """Print a line an origin and model, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--first", type=int, default=2012)
    parser.add_argument("--last", type=int, default=2019)
    given = parser.parse_args()
    workspace = Workspace.open()
    panel = monthly(given.shared, workspace)
    print(f"{panel.values.sum():,.0f} deaths in {panel.pg_id.size:,} cells; {panel.notes[0]}")
    print(f"{'origin':<9}{'model':<18}{'CRPS':>9}{'IGN':>9}{'MIS':>9}{'Brier':>10}{'AUPRC':>8}{'quiet':>8}")
    means: dict[str, list[list[float]]] = {}
    for year in range(given.first, given.last + 1):
        origin, start = month_id(year, 12), time.perf_counter()
        seen = panel.cut(origin)
        k = seen.periods.size
        outcome = panel.values[:, k : k + YEAR]
        quiet = np.repeat(seen.values[:, -36:].sum(axis=1) == 0, YEAR)
        past = Past(seen)
        columns = list(range(k - YEAR, k))
        ring = {(r, c): 1.0 for r in (-1, 0, 1) for c in (-1, 0, 1)}
        found = {
            "zero": pl.DataFrame(blank(outcome)),
            "own 12 months": score_law(baselines.samples(past, columns, {(0, 0): 1.0}), outcome),
            "with neighbours": score_law(baselines.samples(past, columns, ring), outcome),
            "forestall": score_rows(ours(panel, workspace, origin), outcome),
        }
        for name, table in found.items():
            happened = (table["outcome"] > 0).to_numpy()
            chance = table["chance"].to_numpy()
            row = [float(table[metric].mean()) for metric in ("crps", "ign", "mis")]  # type: ignore[arg-type]
            row.append(float(((chance - happened) ** 2).mean()))
            row.append(scores.auprc(chance, happened))
            row.append(scores.auprc(chance[quiet], happened[quiet]))
            means.setdefault(name, []).append(row)
            print(line(f"{year}-12", name, row), flush=True)
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)
    for name, rows in means.items():
        print(line("mean", name, np.mean(rows, axis=0).tolist()))


def line(origin: str, name: str, row: list[float]) -> str:
    """One line of the table."""
    crps, ign, mis, brier, auprc, quiet = row
    return f"{origin:<9}{name:<18}{crps:>9.4f}{ign:>9.4f}{mis:>9.3f}{brier:>10.6f}{auprc:>8.3f}{quiet:>8.3f}"


if __name__ == "__main__":
    main()
