"""Gradient-boosted hurdle: whether anyone dies, how many against the recent level, and how far off that has been."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forestall.forecast import laws
from forestall.forecast.features import Features, Float32, features
from forestall.forecast.frame import Forecast
from forestall.forecast.learning import MOST_SCALE, Cases, cases, latest
from forestall.forecast.models import history
from forestall.forecast.sampling import rows_of
from forestall.forecast.training import fitted, learning, require_lightgbm
from forestall.panel.frame import FloatArray, Panel

if TYPE_CHECKING:
    import lightgbm

NAME, VERSION = "boosting", "1"
# Chosen on origins whose outcomes end before 2018; docs/models/boosting.md holds what was tried.
TRAINED_TO = 225.0
TREES = 120
FOLDS = 3
LEAST_SPREAD = 0.15
EDGES = np.array([1e-9, 1.0, 3.0, 4.6])
"""Edges of log(1 + short mean) between which residuals are taken together."""
SETTINGS: dict[str, Any] = {
    "num_leaves": 8,
    "learning_rate": 0.06,
    "min_data_in_leaf": 80,
    "lambda_l2": 10.0,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 127,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What was learned: boosters of the log odds of any death, of the mean of log(1 + deaths) - log(1 + short mean)
    where there are deaths, and of the absolute residual; and of each class of levels the standardised residuals, as
    quantiles at laws.LEVELS, and the largest ratio of deaths to 1 + short mean. None and empty if there was too
    little to learn from.
    """

    any_death: "lightgbm.Booster | None"
    mean: "lightgbm.Booster | None"
    spread: "lightgbm.Booster | None"
    residuals: tuple[FloatArray, ...] = ()
    most: tuple[float, ...] = ()


def fit(panel: Panel) -> Fit:
    """Fit the hurdle on all cases of a panel, which should end at its training month."""
    return fit_cases(cases(panel, features(panel)))


def fit_cases(seen: Cases) -> Fit:
    """Fit on cases with a short mean up to 225 deaths a month.

    Residuals are those of countries left out of the fit (three folds), so that they are as large as they are for
    cases not seen. Source: Ke et al. (2017), LightGBM.
    """
    some = seen.pick(seen.scale <= TRAINED_TO)
    positive = some.pick(some.observed > 0)
    if not positive.enough:
        return Fit(None, None, None)
    target = np.log1p(positive.observed) - np.log1p(positive.scale)
    out_of_fold = np.empty(target.size)
    for fold in range(FOLDS):
        inside = positive.fold != fold
        if inside.all() or not inside.any():
            continue
        part = positive.pick(inside)
        model = _boost("regression", part.inputs, target[inside], part.weight, TREES)
        out_of_fold[~inside] = _predict(model, positive.inputs[~inside])
    residual = target - out_of_fold
    spread = _boost("regression", positive.inputs, np.abs(residual), positive.weight, TREES // 2)
    standard = residual / np.maximum(_predict(spread, positive.inputs), LEAST_SPREAD)
    group = np.digitize(np.log1p(positive.scale), EDGES)
    ratio = positive.observed / (1 + positive.scale)
    residuals, most = [], []
    for k in range(EDGES.size + 1):
        own = group == k if np.count_nonzero(group == k) >= 50 else np.ones(group.size, dtype=np.bool_)
        residuals.append(laws.weighted_quantiles(standard[own], positive.weight[own]))
        most.append(float(ratio[own].max()))
    return Fit(
        any_death=_boost("binary", some.inputs, (some.observed > 0).astype(np.float64), some.weight, TREES),
        mean=_boost("regression", positive.inputs, target, positive.weight, TREES),
        spread=spread,
        residuals=tuple(residuals),
        most=tuple(most),
    )


def law(learned: Fit, panel: Panel, months: Sequence[int], seen: Features | None = None) -> laws.Law:
    """Laws of a fitted hurdle, (n_units, n_months, POINTS), whole deaths per month.

    Zero with the probability learned; else exp(mean + spread * residual) times 1 + short mean, less 1, at least 1
    death, and at most the largest ratio on record. Units with a short mean above 150, and all if there was too little
    to learn from, have the law of `history`. seen: the panel's features, if they are at hand.
    """
    steps = rows_of(panel, months) + 1
    own = history.law(panel, months)
    if learned.any_death is None or learned.mean is None or learned.spread is None:
        return own
    inputs, scale = latest(features(panel) if seen is None else seen, steps)
    chance = _predict(learned.any_death, inputs)
    centre = _predict(learned.mean, inputs) + np.log1p(scale)
    spread = np.maximum(_predict(learned.spread, inputs), LEAST_SPREAD)
    group = np.digitize(np.log1p(scale), EDGES)
    out = np.zeros((scale.size, laws.POINTS), dtype=np.float32)
    for k, residual in enumerate(learned.residuals):
        rows = np.flatnonzero(group == k)
        if not rows.size:
            continue
        # The upper `chance` of the levels is spread over the whole law of a month with deaths.
        level = (laws.LEVELS[None, :] - (1 - chance[rows, None])) / chance[rows, None]
        place = np.clip((level * laws.POINTS).astype(np.int64), 0, laws.POINTS - 1)
        deaths = np.expm1(centre[rows, None] + spread[rows, None] * residual[place])
        bounded = np.clip(np.rint(deaths), 1, np.maximum(learned.most[k] * (1 + scale[rows, None]), 1))
        out[rows] = np.where(level > 0, np.rint(bounded), 0)
    found = out.reshape(panel.units.size, steps.size, laws.POINTS)
    large = scale.reshape(panel.units.size, steps.size)[:, 0] > MOST_SCALE
    found[large] = own[large]
    return found


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from the boosted hurdle, fitted on the panel cut at its training month; see `law`.

    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    """
    found = law(fitted(NAME, VERSION, panel, fit), panel, months)
    return laws.draw(panel, found, months=months, model=NAME, version=VERSION, n_draws=n_draws, seed=seed)


def _boost(objective: str, inputs: Float32, target: FloatArray, weight: FloatArray, trees: int) -> "lightgbm.Booster":
    require_lightgbm()
    import lightgbm  # a second to import: not where nothing is fitted

    with learning:
        data = lightgbm.Dataset(inputs, target, weight=weight)
        return lightgbm.train({**SETTINGS, "objective": objective}, data, trees)


def _predict(model: "lightgbm.Booster", inputs: Float32) -> FloatArray:
    with learning:
        return np.asarray(model.predict(inputs, num_threads=1), dtype=np.float64)
