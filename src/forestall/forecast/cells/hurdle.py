"""A boosted hurdle for land cells: whether a cell sees deaths, how many then, and how sure that is.

LightGBM models a horizon, learned from all earlier origins of the panel: the chance of one death or more; the mean of
log deaths where there are any; and the size of that mean's cross-fitted errors, which scales one pool of standardised
errors. Each is the mean of two that differ by their random numbers only. One more learns deaths themselves,
zeros included (a Tweedie mean): sizes are moved so that a cell's expected deaths lie half way between what the hurdle
and that mean expect, which ranks places by expected deaths better than either. Cells far from any violence are most of
the rows and few of the deaths: a twentieth of them is learned from, at twenty times the weight.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.forecast.cells.features import FIRST, Past, Values, names, table
from forestall.forecast.cells.law import LEAST, POINTS, CellLaw
from forestall.forecast.laws import end_of_tail
from forestall.forecast.training import learning, require_lightgbm

NAME, VERSION = "cell_hurdle", "2"

Floats = npt.NDArray[np.float64]

FEWEST_ORIGINS = 4
NEAR = "k4_share_8"
"""The feature that tells cells far from violence, and the value below which a cell counts as far."""
FAR = 2e-3
FAR_KEPT = 0.05
FOLDS = 4
COMMON: dict[str, Any] = {
    "learning_rate": 0.05,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "seed": 1,
}
CHANCE = {**COMMON, "objective": "binary", "num_leaves": 15, "min_data_in_leaf": 200}
SIZE = {**COMMON, "objective": "regression", "num_leaves": 15, "min_data_in_leaf": 60}
MEAN = {
    **COMMON,
    "objective": "tweedie",
    "tweedie_variance_power": 1.2,
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
}
CHANCE_ROUNDS, SIZE_ROUNDS, SCALE_ROUNDS, MEAN_ROUNDS = 150, 150, 80, 125
SEEDS = (1, 2)
MOST_LEARNED = 2000
"""Deaths of a cell in a year are learned from up to so many by the Tweedie mean, or a few cells would be all of it."""
MOST_MOVED = 1.5
"""Sizes are moved by at most so much, in logs."""


@dataclass(frozen=True, slots=True)
class Hurdle:
    """What was learned for one horizon. chance, size, scale: one model a seed. errors: ascending standardised errors of
    log deaths. origins: how many."""

    chance: tuple[Any, ...]
    size: tuple[Any, ...]
    scale: tuple[Any, ...]
    mean: Any
    errors: Floats
    features: tuple[str, ...]
    ahead: int
    origins: int


def fit(past: Past, k: int, ahead: int, *, tables: dict[int, Values] | None = None) -> Hurdle:
    """Learn from all origins whose outcome, `ahead` periods later, is at column k or before.

    tables: features by column, filled as needed, so that they are worked out once for many fits. Raises UsageError
    with fewer than four origins, and as `require_lightgbm` does.
    """
    require_lightgbm()
    import lightgbm

    origins = [o for o in range(FIRST, k - ahead + 1) if past.located[o] and past.located[o + ahead]]
    if len(origins) < FEWEST_ORIGINS:
        raise UsageError(
            f"a forecast of cells {ahead} periods ahead learns from {FEWEST_ORIGINS} located origins or more, there "
            f"are {len(origins)}: add a release with located events"
        )
    known = {} if tables is None else tables
    order = names(past)
    near = order.index(NEAR)
    parts: list[tuple[Values, Values, Floats]] = []
    for origin in origins:
        if origin not in known:
            known[origin] = table(past, origin)
        seen, outcome = known[origin], past.panel.values[:, origin + ahead]
        close = (seen[:, near] > FAR) | (outcome > 0)
        rng = np.random.default_rng([origin, ahead])
        kept = close | (rng.random(close.size) < FAR_KEPT)
        parts.append((seen[kept], outcome[kept], np.where(close[kept], 1.0, 1 / FAR_KEPT)))
    seen, outcome = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    weight = np.concatenate([p[2] for p in parts])
    some = outcome > 0
    sizes, cases = np.log(outcome[some].astype(np.float64)), seen[some]

    def learned(parameters: dict[str, Any], x: Values, y: Floats, rounds: int, w: Floats | None = None) -> Any:
        return lightgbm.train(parameters, lightgbm.Dataset(x, y, weight=w, free_raw_data=True), rounds)

    def each(parameters: dict[str, Any], x: Values, y: Floats, rounds: int, w: Floats | None = None) -> tuple[Any, ...]:
        return tuple(learned({**parameters, "seed": seed}, x, y, rounds, w) for seed in SEEDS)

    with learning:
        chance = each(CHANCE, seen, some.astype(np.float64), CHANCE_ROUNDS, weight)
        mean = learned(MEAN, seen, np.minimum(outcome, MOST_LEARNED).astype(np.float64), MEAN_ROUNDS, weight)
        fold = np.random.default_rng(ahead).integers(0, FOLDS, sizes.size)
        expected = np.empty(sizes.size)
        for f in range(FOLDS):
            model = learned(SIZE, cases[fold != f], sizes[fold != f], SIZE_ROUNDS)
            expected[fold == f] = model.predict(cases[fold == f], num_threads=1)
        size = each(SIZE, cases, sizes, SIZE_ROUNDS)
        off = sizes - expected
        scale = each(SIZE, cases, np.log(np.abs(off) + 0.1), SCALE_ROUNDS)
        errors = np.sort(off / np.exp(_predicted(scale, cases)))
    return Hurdle(chance, size, scale, mean, errors, order, ahead, len(origins))


def law(learned: Hurdle, past: Past, k: int, *, seen: Values | None = None, points: int = POINTS) -> CellLaw:
    """The law of every cell `learned.ahead` periods after column k. seen: its features, if they are at hand."""
    x = table(past, k) if seen is None else seen
    with learning:
        chance = _predicted(learned.chance, x)
        rows = np.flatnonzero(chance >= LEAST)
        middle, width = _predicted(learned.size, x[rows]), np.exp(_predicted(learned.scale, x[rows]))
        mean = np.asarray(learned.mean.predict(x[rows], num_threads=1))
    quiet = 1 - chance[rows, None]
    at = (np.arange(points) + 0.5) / points
    within = np.clip((at - quiet) / (1 - quiet), 0, 1)
    sizes = np.exp(middle[:, None] + width[:, None] * np.quantile(learned.errors, within))
    highest = most(past, k)[rows, None]

    def deaths_of(moved: Floats) -> Values:
        found = np.where(at > quiet, np.maximum(np.round(sizes * moved[:, None]), 1), 0)
        return np.minimum(found, highest).astype(np.float32)

    hurdle_mean = deaths_of(np.ones(rows.size)).mean(axis=1, dtype=np.float64)
    between = (hurdle_mean + mean) / 2
    moved = np.exp(np.clip(np.log(between / np.maximum(hurdle_mean, 1e-12)), -MOST_MOVED, MOST_MOVED))
    # A law none of whose points is above zero has no size to move.
    deaths = deaths_of(np.where(hurdle_mean > 0, moved, 1))
    expected = np.zeros(chance.size)
    expected[rows] = deaths.mean(axis=1)
    return CellLaw(rows, deaths, chance, expected)


def _predicted(models: tuple[Any, ...], x: Values) -> Floats:
    """(n,) the mean of what the models predict."""
    found: Floats = np.mean([model.predict(x, num_threads=1) for model in models], axis=0, dtype=np.float64)
    return found


def most(past: Past, k: int) -> Floats:
    """The most deaths held possible for each cell in a period, (n,): `laws.end_of_tail` with the cell's highest period
    up to column k as its own one, and the highest of the last ten as the recent one."""
    values = np.nan_to_num(past.panel.values[:, : k + 1])
    own = values.max(axis=1)
    return end_of_tail(own, values[:, -10:].max(axis=1), own)
