"""peace_fit: how the sites of each UN mission lay to the deaths forecast for the twelve months that began then.

Run: `python -m tools.embed.peacekeeping.fit --shared ../shared/data` (about 15 minutes: a forecast of cells for every
year from 1997 on and for the newest edition, each from what the models could see at its origin; nothing of `--shared`
is read). To be run again when the cell model, the country model or `peace_sites` change.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import SourceError
from forestall.forecast.cells import service
from forestall.forecast.cells.windows import YEAR
from forestall.ids import countries
from forestall.ids.months import month_end, month_id, month_start, year_of
from forestall.instruments.peacekeeping import overlap
from forestall.instruments.peacekeeping.sites import sites
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.land import holders
from forestall.store import Workspace
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing

TABLE = "peace_fit"
COMMAND = "python -m tools.embed.peacekeeping.fit --shared ../shared/data"
TARGET = "deaths_total"
FIRST_YEAR, LAST_YEAR = 1997, 2026
"""The first year for which cells have enough past to learn from; and the newest."""
DRAWS, SEED = 1000, 0
REACHES = (50, 100, 200)
Floats = npt.NDArray[np.float64]
INPUTS = ("peace_sites", "ucdp_cell_year", "ucdp_country_month", "population", "place_cells")


def rows(workspace: Workspace, origin: int) -> Iterator[dict[str, object]]:
    """The rows of one origin (month_id): the missions with known sites on the first day after it."""
    day = month_start(origin + 1)
    of_mission: dict[str, dict[int, float | None]] = {}
    years: dict[str, int] = {}
    for site in sites(day, workspace=workspace):
        of_mission.setdefault(site.mission, {})[site.pg_id] = site.troops_on_maps
        years[site.mission] = site.year
    hosts = {mission: held_by(workspace, mission, day) for mission in of_mission}
    panel = country_month(workspace, as_of=origin, target=TARGET)
    asked = sorted(set().union(*hosts.values()) & set(panel.units.tolist()))
    plan = service.prepared(workspace, panel, horizon=YEAR, n_draws=DRAWS, seed=SEED, units=asked)
    blocks = {task.gw_id: _drawn(task) for task in plan.tasks}
    persons = _persons(workspace)
    outcome = _outcome(workspace, origin)
    for mission, where in sorted(of_mission.items()):
        own = sorted(hosts[mission] & blocks.keys())
        if not own:
            continue
        cells = np.concatenate([blocks[gw][0] for gw in own])
        draws = np.concatenate([blocks[gw][1] for gw in own], axis=1)
        owner = np.concatenate([np.full(blocks[gw][0].size, gw) for gw in own])
        yield {
            "mission": mission,
            "origin": origin,
            "maps_year": years[mission],
            "located_last": plan.windows.through,
            "model": f"{plan.header.model} {plan.header.version}",
            **_measures(where, cells, draws),
            **_people(
                workspace, persons, cells, owner, area=overlap.risk_area(draws.mean(axis=0)), year=year_of(origin)
            ),
            **_came(outcome, where, cells),
        }


def held_by(workspace: Workspace, mission: str, day: date) -> frozenset[int]:
    """The states that held the ground of a mission's hosts on a day, by Gleditsch-Ward number."""
    frame = workspace.table("peace_mission_hosts").filter(
        pl.col("mission") == mission, pl.col("first") <= day, pl.col("last").is_null() | (pl.col("last") >= day)
    )
    found: set[int] = set()
    for gw_id, iso3 in frame.select("gw_id", "iso3").iter_rows():
        # A territory without a number has its events, and its cells, under the state it is counted with.
        number = gw_id if gw_id is not None else countries.by_iso3(iso3, day).counted_with
        found |= holders(number, day) if number is not None else frozenset()
    return frozenset(found)


def _drawn(task: service.Task) -> tuple[npt.NDArray[np.int64], Floats]:
    """Cells of one country and their deaths of twelve months by draw, (d, c)."""
    block = service.block(task)
    total = np.zeros((block.n_draws, block.cells.size))
    np.add.at(total, (block.draw, block.cell), block.deaths)
    return block.cells.astype(np.int64), total


def _measures(where: dict[int, float | None], cells: npt.NDArray[np.int64], draws: Floats) -> dict[str, object]:
    stand, expected, total = np.array(sorted(where)), draws.mean(axis=0), draws.sum(axis=1)
    troops = np.array([where[int(cell)] or 0.0 for cell in stand])
    found: dict[str, object] = {
        "site_cells": stand.size,
        "expected_deaths": round(float(expected.sum()), 2),
        "expected_deaths_low80": round(float(np.quantile(total, 0.1)), 1),
        "expected_deaths_high80": round(float(np.quantile(total, 0.9)), 1),
        "overlap": _rounded(overlap.overlap(stand, troops, cells, expected)),
        "overlap_matched": _rounded(overlap.overlap(cells, expected, cells, expected)),
    }
    for reach in REACHES:
        mean, low, high = overlap.share(draws, overlap.reached(stand, cells, reach))
        found |= {
            f"share_{reach}": _rounded(mean),
            f"share_{reach}_low80": _rounded(low),
            f"share_{reach}_high80": _rounded(high),
        }
    return found


def _people(
    workspace: Workspace,
    persons: dict[int, int],
    cells: npt.NDArray[np.int64],
    owner: npt.NDArray[np.int64],
    *,
    area: overlap.Bools,
    year: int,
) -> dict[str, object]:
    """Persons in the area of risk: those in listed places, and each state's population in the same proportion."""
    listed = np.array([persons.get(int(cell), 0) for cell in cells], dtype=np.float64)
    population = workspace.table("population").filter(pl.col("year") <= year).sort("year")
    inside, known = 0.0, True
    for gw_id in np.unique(owner).tolist():
        of = owner == gw_id
        people = population.filter(pl.col("gw_id") == gw_id)["persons"]
        known &= bool(len(people)) and listed[of].sum() > 0
        if known and area[of].any():
            inside += float(people[-1]) * float(listed[of & area].sum() / listed[of].sum())
    return {
        "risk_cells": int(area.sum()),
        "risk_persons_listed": int(listed[area].sum()),
        "risk_persons": round(inside) if known else None,
    }


def _persons(workspace: Workspace) -> dict[int, int]:
    frame = workspace.table("place_cells").select("pg_id", "place_cell_persons").drop_nulls()
    return dict(frame.iter_rows())


def _outcome(workspace: Workspace, origin: int) -> dict[int, int] | None:
    """Deaths by cell in the year that followed, None where that year is not located whole."""
    if origin % YEAR:
        return None
    year = year_of(origin) + 1
    held_years = workspace.current("ucdp_cell_year").filter(pl.col("year") == year)
    if held_years.is_empty():
        return None
    return dict(held_years.group_by("pg_id").agg(pl.col("deaths_total").sum()).iter_rows())


def _came(
    outcome: dict[int, int] | None, where: dict[int, float | None], cells: npt.NDArray[np.int64]
) -> dict[str, object]:
    """What came in the same cells: deaths, and the share of them within 200 km of a site."""
    if outcome is None:
        return {"observed_deaths": None, "observed_share_200": None}
    deaths = np.array([outcome.get(int(cell), 0) for cell in cells], dtype=np.float64)
    near = overlap.reached(np.array(sorted(where)), cells, REACHES[-1])
    share = float(deaths[near].sum() / deaths.sum()) if deaths.sum() else None
    return {"observed_deaths": int(deaths.sum()), "observed_share_200": _rounded(share)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def origins(workspace: Workspace) -> list[int]:
    """Ends of the years before FIRST_YEAR to LAST_YEAR, and the newest month of deaths."""
    return [*(month_id(year - 1, 12) for year in range(FIRST_YEAR, LAST_YEAR + 1)), latest_month(workspace)]


def write(shared: Path, out: Path) -> Iterator[str]:
    """Write the table and enter it in the manifest; yields a line for each origin and one on the table."""
    del shared  # all that is read comes with the package
    made: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as home:  # a desk's own releases and caches stay out of it
        workspace = Workspace.open(Path(home), embedded=out)
        at = origins(workspace)
        for origin in at:
            found = list(rows(workspace, origin))
            made += found
            yield f"{month_end(origin)}: {len(found)} missions"
    frame = pl.DataFrame(made, schema=dict(SCHEMAS[TABLE])).sort("origin", "mission")
    if frame.is_empty():
        raise SourceError("no mission has sites on any of the days")
    manifest = workspace.manifest()
    sources = {f"{source.name} {source.version}": source for name in INPUTS for source in manifest.tables[name].sources}
    note = (
        "a row a mission and origin: forecasts from revised figures up to the origin, sites of the newest maps before "
        "it; from origin 2022-12 on cells are located to 2021, save single months"
    )
    yield writing.write(out, TABLE, frame, *sources.values(), command=COMMAND, note=note)


if __name__ == "__main__":
    sys.exit(command.run("tools.embed.peacekeeping.fit", __doc__, write))
