"""What plans would have reached: teams placed by what was known at the end of a year, counted on the year after.

Every forecast is placed by the same method (greedy choice with exchanges, sites at the middles of land cells), so that
what differs is the forecast; `PERFECT` places them by the deaths that came. A share is of all deaths in the area, or of
those in cells that were quiet for three years.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import UsageError
from forestall.ids.cells import centre
from forestall.instruments.deployment import greedy
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.problem import Problem
from forestall.scores import compare

Floats = npt.NDArray[np.float64]
PERFECT = "perfect_foresight"
SHARES = ("share", "share_quiet")


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean over years of one forecast's share less another's, with the interval of a paired bootstrap of years, and in
    how many years it was above."""

    difference: float
    interval: tuple[float, float]
    better: int
    years: int


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


def placed(pg_id: npt.ArrayLike, expected: Floats, *, teams: int, reach_km: float) -> npt.NDArray[np.bool_]:
    """(n,) which cells lie within reach of teams placed by `expected`, at the middles of the cells. All False where
    nothing is expected."""
    middle, some = points(*centre(pg_id)), np.flatnonzero(expected > 0)
    if not some.size:
        return np.zeros(expected.size, dtype=bool)
    reach = within(middle, middle[some], reach_km)
    near = np.flatnonzero(np.diff(reach.indptr) > 0)
    kept = np.zeros(near.size, dtype=bool)
    found = greedy.place(Problem(reach[near], expected[None, some], teams, np.ones(near.size), kept))
    return np.asarray(within(middle[near[found.chosen]], middle, reach_km).sum(axis=0) > 0)


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
