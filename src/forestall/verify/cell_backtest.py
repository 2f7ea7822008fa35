"""Forecasts of land cells by year, made as at past year ends and scored cell by cell.

A case is one origin (the end of a year) and one horizon. Models see the panel's columns up to the origin and nothing
later; every model of a case is scored on the same cells. Laws of cells have 200 points: each stands for five of 1,000
draws, so that the scores are those of 1,000 draws, as in the VIEWS challenge, whether a forecast comes as laws or as
draws. Scores of single cells are kept, so that means, intervals and tables can be made again without a model.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall import scores
from forestall.errors import ShapeError, UsageError
from forestall.forecast.cells import hurdle, reconcile
from forestall.forecast.cells.baselines import BASELINES
from forestall.forecast.cells.features import FIRST, Past, Values, table
from forestall.forecast.cells.law import CellLaw
from forestall.forecast.cells.service import assigned
from forestall.store import files

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Country = Callable[[int, int], tuple[Ints, Ints]]
"""Country forecast of a case: (origin, year) -> units (u,) and their yearly deaths by draw (u, d), whole numbers."""

HURDLE, RECONCILED = hurdle.NAME, f"{hurdle.NAME}_reconciled"
DRAWS = 1000
QUIET_YEARS = 3
SCHEMA: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "origin": pl.Int32,
    "ahead": pl.Int32,
    "pg_id": pl.Int32,
    "gw_id": pl.Int32,
    "quiet": pl.Boolean,
    "observed": pl.Float32,
    "chance": pl.Float32,
    "expected": pl.Float32,
    "crps": pl.Float32,
    "ign": pl.Float32,
    "mis": pl.Float32,
    "pit": pl.Float32,
    "in50": pl.Boolean,
    "in80": pl.Boolean,
    "in90": pl.Boolean,
}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One origin and horizon. past: what forecasts draw on. k: the origin's column. observed: (n,) deaths of the year
    forecast. quiet: (n,) whether the cell had no deaths in the three years up to the origin."""

    past: Past
    origin: int
    ahead: int
    k: int
    observed: Floats
    quiet: npt.NDArray[np.bool_]


def case(past: Past, origin: int, ahead: int) -> Case:
    """The case of an origin (year) and horizon (years). Raises UsageError if the panel does not hold what it needs."""
    panel = past.panel
    k = origin - int(panel.periods[0])
    if ahead < 1 or k < max(FIRST, QUIET_YEARS - 1) or k + ahead >= panel.periods.size:
        raise UsageError(
            f"origin {origin} and {ahead} years ahead do not lie within the cell panel {panel.periods[0]}.."
            f"{panel.periods[-1]}, which needs {FIRST} years before an origin and the outcome"
        )
    if not past.located[[*range(k - QUIET_YEARS + 1, k + 1), k + ahead]].all():
        raise UsageError(f"a year that origin {origin}, {ahead} years ahead, needs is not located: choose another")
    quiet = (panel.values[:, k - QUIET_YEARS + 1 : k + 1] == 0).all(axis=1)
    return Case(past, origin, ahead, k, panel.values[:, k + ahead].astype(np.float64), quiet)


def score(model: str, law: CellLaw, about: Case) -> pl.DataFrame:
    """One row a cell with the columns of SCHEMA: crps and mis (90 %) in deaths, ign in bits, pit randomised.

    The law's points must divide 1,000; the chance is the law's own, finer than its points. Raises ShapeError if not.
    """
    y, n = about.observed, about.observed.size
    points = law.values.shape[1]
    if law.chance.size != n or DRAWS % points:
        raise ShapeError(f"a law of {law.chance.size} cells with {points} points cannot be scored on {n} cells")
    draws = np.repeat(law.values, DRAWS // points, axis=1)
    if points == DRAWS:
        draws = np.sort(draws, axis=1)
    # Cells without a law are certainly zero: the scores of one draw for each outcome that occurs, which is quick.
    known, place = np.unique(y, return_inverse=True)
    nil = np.zeros((known.size, DRAWS), dtype=np.float32)
    share = np.random.default_rng([about.origin, about.ahead]).random(n)
    found: dict[str, npt.NDArray[np.generic]] = {}
    measures: dict[str, Callable[[npt.ArrayLike, npt.ArrayLike], Floats]] = {
        "crps": lambda x, o: scores.crps(x, o, assume_sorted=True, workers=1),
        "ign": lambda x, o: scores.ignorance(x, o, workers=1),
        "mis": lambda x, o: scores.interval_score(x, o, 0.9, assume_sorted=True, workers=1),
    }
    for name, measure in measures.items():
        value = measure(nil, known)[place]
        value[law.rows] = measure(draws, y[law.rows])
        found[name] = value
    below, equal = np.zeros(n), np.where(y == 0, DRAWS, 0)
    below[y > 0] = DRAWS
    below[law.rows] = np.count_nonzero(draws < y[law.rows, None], axis=1)
    equal[law.rows] = np.count_nonzero(draws == y[law.rows, None], axis=1)
    found["pit"] = (below + share * (equal + 1)) / (DRAWS + 1)
    for level in (50, 80, 90):
        inside = y == 0
        low, high = scores.central_interval(draws, level / 100, assume_sorted=True, workers=1)
        inside[law.rows] = (low <= y[law.rows]) & (y[law.rows] <= high)
        found[f"in{level}"] = inside
    panel = about.past.panel
    return pl.DataFrame(
        {
            "model": pl.repeat(model, n, eager=True),
            "origin": np.full(n, about.origin),
            "ahead": np.full(n, about.ahead),
            "pg_id": panel.pg_id,
            "gw_id": panel.gw_id,
            "quiet": about.quiet,
            "observed": y,
            "chance": law.chance,
            "expected": law.expected,
            **found,
        },
        schema=SCHEMA,
    )


def reconciled(law: CellLaw, about: Case, units: Ints, totals: Ints, *, seed: int = 0) -> CellLaw:
    """The law of the cells' draws once they sum to the country's, as sorted draws.

    units: (u,) gw_id. totals: (u, 1,000) deaths in the year. A cell is part of the country that held it at the origin;
    one that no country of `units` held has no draws: zero. chance and expected are those of the draws. Raises
    ShapeError if units and totals do not fit.
    """
    if totals.shape != (units.size, DRAWS):
        raise ShapeError(f"totals have shape {totals.shape}, expected ({units.size}, {DRAWS})")
    n = about.observed.size
    owner = assigned(about.past.panel.gw_id, units, date(about.origin, 12, 31))
    rows: list[Ints] = []
    parts: list[npt.NDArray[np.float32]] = []
    for unit, total in zip(units.tolist(), totals, strict=True):
        own = np.flatnonzero(owner == unit)
        if own.size == 0:
            continue
        order, values, chance = law.of_cells(own)
        some, drawn = reconcile.draw(values, total, chance, seed=seed, gw_id=int(unit), year=about.ahead - 1)
        rows.append(own[order][some])
        parts.append(np.sort(drawn.astype(np.float32), axis=1))
    where = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    values = np.concatenate(parts) if parts else np.zeros((0, DRAWS), dtype=np.float32)
    order = np.argsort(where)
    where, values = where[order], values[order]
    chance, expected = np.zeros(n), np.zeros(n)
    chance[where], expected[where] = (values > 0).mean(axis=1), values.mean(axis=1, dtype=np.float64)
    return CellLaw(where, values, chance, expected)


def laws(
    about: Case, *, tables: dict[int, Values] | None = None, country: Country | None = None
) -> Iterator[tuple[str, CellLaw]]:
    """Each model's law for a case: the baselines, the hurdle and, with country forecasts, the hurdle reconciled.

    tables: features by column, filled as needed. Raises UsageError as `hurdle.fit`.
    """
    for name, baseline in BASELINES.items():
        yield name, baseline(about.past, about.k)
    known = {} if tables is None else tables
    if about.k not in known:
        known[about.k] = table(about.past, about.k)
    learned = hurdle.fit(about.past, about.k, about.ahead, tables=known)
    found = hurdle.law(learned, about.past, about.k, seen=known[about.k])
    yield HURDLE, found
    if country is not None:
        units, totals = country(about.origin, about.origin + about.ahead)
        yield RECONCILED, reconciled(found, about, units, totals)


def backtest(
    past: Past,
    origins: Mapping[int, tuple[int, ...]],
    *,
    country: Country | None = None,
    folder: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> pl.DataFrame:
    """Scores of all cells for every origin and horizon, rows as `score` gives them.

    origins: years ahead by origin year. folder: keeps one Parquet file a case and reads those that it holds; they are
    the caller's to delete when a model changes. Raises UsageError as `case` and `laws`.
    """
    tables: dict[int, Values] = {}
    frames = []
    for origin, horizons in origins.items():
        for ahead in horizons:
            path = None if folder is None else folder / f"cells_{origin}_{ahead}.parquet"
            if path is not None and path.is_file():
                frames.append(pl.read_parquet(path))
                continue
            about = case(past, origin, ahead)
            made = [score(name, law, about) for name, law in laws(about, tables=tables, country=country)]
            frame = pl.concat(made)
            if path is not None:
                with files.replacing(path) as stream:  # a run that is stopped leaves no half file behind
                    frame.write_parquet(stream, compression="zstd")
            frames.append(frame)
            say(f"origin {origin}, {ahead} ahead: scored")
    if not frames:
        raise UsageError("no origin was given: nothing to score")
    return pl.concat(frames)
