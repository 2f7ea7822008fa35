"""What plans would have reached: teams placed by what was known at the end of a year, counted on the year after.

Every forecast is placed by the same method (greedy choice with exchanges, sites at the middles of land cells), so that
what differs is the forecast; `PERFECT` places them by the deaths that came. A share is of all deaths in the area, or of
those in cells that were quiet for three years. Beside them stand the sites of UN missions (`un_sites`): what their
deployments of the year before reached. Missions go where there is consent and a mandate, not where most deaths are
expected, so that is a comparison of places, not of performance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import UsageError
from forestall.forecast.cells.context import context
from forestall.forecast.cells.features import Past
from forestall.ids.cells import centre
from forestall.ids.months import month_id
from forestall.instruments.deployment import greedy
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.problem import Problem
from forestall.instruments.peacekeeping.sites import sites
from forestall.panel.cells import cell_panel
from forestall.scores import compare
from forestall.store import Workspace
from forestall.verify import cell_backtest

Floats = npt.NDArray[np.float64]
LAST_OUTCOME = 2021
"""The last year whose deaths are located whole in the embedded figures."""
PERFECT = "perfect_foresight"
SHARES = ("share", "share_quiet")
LAST = "last"
UN_ALL, UN_BEST = "un_sites_all", "un_sites_best"


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean over years of one forecast's share less another's, with the interval of a paired bootstrap of years, and in
    how many years it was above."""

    difference: float
    interval: tuple[float, float]
    better: int
    years: int


def past_forecasts(workspace: Workspace, first: int, last: int, folder: Path | None = None) -> pl.DataFrame:
    """What was expected one year ahead for each year first..last and what came: rows for `hindcast`, all models.

    folder: scored cells of every origin, as `cell_backtest.backtest` keeps and reads them; what it lacks is learned.
    """
    panel = cell_panel(workspace, as_of=month_id(LAST_OUTCOME, 12))
    past = Past(panel, context(workspace, panel, panel.year_ends))
    scored = cell_backtest.backtest(past, {year - 1: (1,) for year in range(first, last + 1)}, folder=folder)
    return scored.select("model", "origin", "ahead", "pg_id", "quiet", "observed", "expected")


def hindcast(
    cells: pl.DataFrame, area: npt.ArrayLike, *, models: Sequence[str], teams: int, reach_km: float
) -> pl.DataFrame:
    """One row a year and forecast: year, model, share, share_quiet (0..1, null without deaths), deaths, deaths_quiet.

    cells: rows of `verify.cell_backtest` (model, origin, ahead, pg_id, quiet, observed, expected). area: pg_ids.
    models: those of `cells` to place by; PERFECT is added. Raises UsageError if a model is not in `cells`.
    """
    inside = cells.filter(pl.col("pg_id").is_in(np.unique(np.asarray(area)).tolist()), pl.col("ahead") == 1)
    rows = []
    for origin in inside["origin"].unique().sort().to_list():
        of_year = inside.filter(pl.col("origin") == origin)
        observed: Floats | None = None
        for model in models:
            one = of_year.filter(pl.col("model") == model).sort("pg_id")
            if one.is_empty():
                held = ", ".join(of_year["model"].unique().sort())
                raise UsageError(f"no cells of model {model!r} at origin {origin}; there are {held}")
            pg_id, quiet = one["pg_id"].to_numpy(), one["quiet"].to_numpy()
            deaths = one["observed"].to_numpy().astype(np.float64)
            reached = placed(pg_id, one["expected"].to_numpy().astype(np.float64), teams=teams, reach_km=reach_km)
            rows.append(_row(origin + 1, model, deaths, quiet, reached))
            if observed is None:
                observed = deaths
                rows.append(
                    _row(origin + 1, PERFECT, deaths, quiet, placed(pg_id, deaths, teams=teams, reach_km=reach_km))
                )
    return pl.DataFrame(rows, infer_schema_length=None)


def un_sites(
    cells: pl.DataFrame, area: npt.ArrayLike, *, teams: int, reach_km: float, workspace: Workspace | None = None
) -> pl.DataFrame:
    """What the sites of UN missions reached, rows as of `hindcast`, with `sites`: how many cells with sites count.

    UN_ALL: all cells of the area with a site known on 1 January of the year. UN_BEST: the `teams` of them (fewer where
    there are fewer) that reach most of the last year's deaths, chosen as teams are. cells, area: as for `hindcast`; the
    model LAST must be among them, as it tells the last year's deaths. Raises UsageError if it is not.
    """
    inside = cells.filter(
        pl.col("pg_id").is_in(np.unique(np.asarray(area)).tolist()), pl.col("ahead") == 1, pl.col("model") == LAST
    )
    if inside.is_empty():
        raise UsageError(f"no cells of model {LAST!r}, which tells the deaths of the year before")
    rows = []
    for origin in inside["origin"].unique().sort().to_list():
        one = inside.filter(pl.col("origin") == origin).sort("pg_id")
        pg_id, quiet = one["pg_id"].to_numpy(), one["quiet"].to_numpy()
        deaths, before = (one[name].to_numpy().astype(np.float64) for name in ("observed", "expected"))
        known = sites(date(origin + 1, 1, 1), workspace=workspace)
        stand = np.intersect1d(np.array([site.pg_id for site in known], dtype=np.int64), np.asarray(area))
        every = np.asarray(within(points(*centre(stand)), points(*centre(pg_id)), reach_km).sum(axis=0) > 0)
        best = placed(pg_id, before, teams=teams, reach_km=reach_km, candidates=stand)
        rows.append(_row(origin + 1, UN_ALL, deaths, quiet, every) | {"sites": stand.size})
        rows.append(_row(origin + 1, UN_BEST, deaths, quiet, best) | {"sites": min(teams, stand.size)})
    return pl.DataFrame(rows, infer_schema_length=None)


def placed(
    pg_id: npt.ArrayLike, expected: Floats, *, teams: int, reach_km: float, candidates: npt.ArrayLike | None = None
) -> npt.NDArray[np.bool_]:
    """(n,) which cells lie within reach of teams placed by `expected`, at the middles of the cells.

    candidates: cells where teams may stand, default: all of `pg_id`. All False where nothing is expected, or nothing
    lies within reach of the candidates.
    """
    middle, some = points(*centre(pg_id)), np.flatnonzero(expected > 0)
    stand = middle if candidates is None else points(*centre(candidates))
    reach = within(stand, middle[some], reach_km)
    near = np.flatnonzero(np.diff(reach.indptr) > 0)
    if not near.size:
        return np.zeros(expected.size, dtype=bool)
    kept = np.zeros(near.size, dtype=bool)
    found = greedy.place(Problem(reach[near], expected[None, some], teams, np.ones(near.size), kept))
    return np.asarray(within(stand[near[found.chosen]], middle, reach_km).sum(axis=0) > 0)


def _row(
    year: int, model: str, deaths: Floats, quiet: npt.NDArray[np.bool_], reached: npt.NDArray[np.bool_]
) -> dict[str, object]:
    total, of_quiet = float(deaths.sum()), float(deaths[quiet].sum())
    return {
        "year": year,
        "model": model,
        "share": float(deaths[reached].sum()) / total if total else None,
        "share_quiet": float(deaths[reached & quiet].sum()) / of_quiet if of_quiet else None,
        "deaths": total,
        "deaths_quiet": of_quiet,
    }


def gain(found: pl.DataFrame, model: str, reference: str, share: str = "share", *, seed: int = 0) -> Gain:
    """How much more of the deaths a forecast reached than another, in the same years."""
    pair = (
        found.filter(pl.col("model") == model)
        .join(found.filter(pl.col("model") == reference), on="year", suffix="_of_reference")
        .drop_nulls((share, f"{share}_of_reference"))
        .sort("year")
    )
    ours, theirs = pair[share].to_numpy(), pair[f"{share}_of_reference"].to_numpy()
    about = compare(ours, theirs, seed=seed)
    low, high = about.difference_interval
    return Gain(float(ours.mean() - theirs.mean()), (float(low), float(high)), int((ours > theirs).sum()), ours.size)
