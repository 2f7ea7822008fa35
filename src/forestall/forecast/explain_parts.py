"""Parts of an explanation: tree attributions of the boosted hurdle by theme, and forecasts with a theme left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forestall.errors import UsageError
from forestall.forecast import laws
from forestall.forecast.features import THEMES, Features, Float32, features
from forestall.forecast.learning import cases, latest
from forestall.forecast.models import boosting, forest, forestall, history
from forestall.forecast.sampling import rows_of
from forestall.forecast.training import fitted, learned_from, learning, require_lightgbm
from forestall.panel.frame import FloatArray, Panel

if TYPE_CHECKING:
    import lightgbm

NAME, VERSION = "explain", "2"
REACH = 25.0
FEWEST = 100
"""Fewest training cases with 25 or more deaths from which their odds are learned."""
LEAD = "months ahead"
PARTS = (*THEMES, LEAD)
"""What a forecast is split into: the themes of the features, and how far ahead it looks."""
LEVEL_THEME = "recent level"
"""The theme that also holds the short mean against which the boosted part measures deaths."""
OWN_THEMES = ("latest months", "long record")
"""What is left out in turn where a country's own record is the forecast."""
OWN_LATEST = 6
LEAST_CHANCE = 0.5 / laws.POINTS


@dataclass(frozen=True, slots=True, eq=False)
class Explainer:
    """What explaining needs beside the fits themselves. over: booster of the log odds of 25 or more deaths, None if
    too few cases. usual, usual_scale: the median over the training cases of each feature (k,) and of the short mean: a
    country long at peace. level: the mean over these cases of log(1 + short mean), where attributions of the level
    start. All cases count once, as in the base of LightGBM's attributions."""

    over: "lightgbm.Booster | None"
    usual: Float32
    level: float
    usual_scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """The boosted part, split. any_death, over, centre: (n, h, parts) additive in the log odds of any death, in those
    of 25 or more (NaN if not learned), and in the log mean of months with deaths. deaths: (n, h, parts), deaths a
    month, which add up to expected - usual, each (n, h)."""

    any_death: FloatArray
    over: FloatArray
    centre: FloatArray
    deaths: FloatArray
    expected: FloatArray
    usual: FloatArray


def learn(panel: Panel) -> Explainer | None:
    """Learn from the cases that the boosted part was trained on; None if they are too few. The same for the same
    figures."""
    return fitted(NAME, VERSION, panel, _learn)


def _learn(panel: Panel) -> Explainer | None:
    seen = cases(panel, features(panel))
    some = seen.pick(seen.scale <= boosting.TRAINED_TO)
    if not some.pick(some.observed > 0).enough:
        return None
    above = some.observed >= REACH
    over = None
    if np.count_nonzero(above) >= FEWEST:
        require_lightgbm()
        import lightgbm  # a second to import: not where nothing is fitted

        with learning:
            data = lightgbm.Dataset(some.inputs, above.astype(np.float64), weight=some.weight)
            over = lightgbm.train({**boosting.SETTINGS, "objective": "binary"}, data, boosting.TREES)
    usual = np.median(some.inputs[:, :-1], axis=0).astype(np.float32)
    return Explainer(over, usual, float(np.log1p(some.scale).mean()), float(np.median(some.scale)))


def attributed(learned: boosting.Fit, explainer: Explainer, seen: Features, steps: Sequence[int]) -> Attribution:
    """Split the boosted part of the last month's forecast. seen: features of n units. steps: (h,) months ahead.

    Deaths are p * m, the chance of any times the mean where there are any. With (p0, m0) at the attributions' base,
    the change p m - p0 m0 is shared out by logarithmic means: in proportion to log(p / p0), which follows the parts of
    the log odds, and to log(m / m0), the parts of the log mean. It leaves no remainder. Raises UsageError if nothing
    was learned.
    """
    if learned.any_death is None or learned.mean is None:
        raise UsageError("there is nothing to attribute: too few cases with deaths to learn from")
    n, h = seen.values.shape[0], len(steps)
    inputs, scale = latest(seen, np.asarray(steps))
    any_death, any_base = _contributions(learned.any_death, inputs, seen)
    centre, _ = _contributions(learned.mean, inputs, seen)
    over = np.full_like(any_death, np.nan)
    if explainer.over is not None:
        over, _ = _contributions(explainer.over, inputs, seen)
    centre[:, PARTS.index(LEVEL_THEME)] += np.log1p(scale) - explainer.level
    chance, usual_chance = _logistic(any_base + any_death.sum(axis=1)), _logistic(any_base)
    mean = _mean_of_deaths(learned, inputs, scale)
    expected, usual = chance * mean, usual_chance * mean * np.exp(-centre.sum(axis=1))
    shift = any_death.sum(axis=1)
    # log(p / p0) per unit of log odds; its limit is 1 - p where nothing shifts
    slope = np.divide(np.log(chance / usual_chance), shift, out=1 - chance, where=np.abs(shift) > 1e-9)
    deaths = logarithmic_mean(expected, usual)[:, None] * (slope[:, None] * any_death + centre)
    shape = (n, h, len(PARTS))
    return Attribution(
        any_death=any_death.reshape(shape),
        over=over.reshape(shape),
        centre=centre.reshape(shape),
        deaths=deaths.reshape(shape),
        expected=expected.reshape(n, h),
        usual=usual.reshape(n, h),
    )


def logarithmic_mean(one: FloatArray, other: FloatArray) -> FloatArray:
    """(a - b) / (log a - log b), and a where they are equal. Both positive."""
    apart = np.log(one / other)
    found: FloatArray = np.divide(one - other, apart, out=one.copy(), where=np.abs(apart) > 1e-9)
    return found


def _contributions(model: "lightgbm.Booster", inputs: Float32, seen: Features) -> tuple[FloatArray, float]:
    """Exact tree attributions summed by part, (m, parts), and the base, which together give the raw prediction."""
    with learning:
        raw = np.asarray(model.predict(inputs, pred_contrib=True, num_threads=1), dtype=np.float64)
    group = np.zeros((inputs.shape[1], len(PARTS)))
    for k, theme in enumerate((*seen.themes, LEAD)):
        group[k, PARTS.index(theme)] = 1.0
    return raw[:, :-1] @ group, float(raw[0, -1])


def _mean_of_deaths(learned: boosting.Fit, inputs: Float32, scale: FloatArray) -> FloatArray:
    """(m,) mean deaths of the boosted law in months with deaths; see `boosting.law`."""
    if learned.mean is None or learned.spread is None:
        return np.ones(scale.size)
    with learning:
        centre = np.asarray(learned.mean.predict(inputs, num_threads=1)) + np.log1p(scale)
        spread = np.maximum(np.asarray(learned.spread.predict(inputs, num_threads=1)), boosting.LEAST_SPREAD)
    group = np.digitize(np.log1p(scale), boosting.EDGES)
    found = np.ones(scale.size)
    for k, residual in enumerate(learned.residuals):
        rows = np.flatnonzero(group == k)
        most = np.maximum(learned.most[k] * (1 + scale[rows, None]), 1)
        deaths = np.rint(np.expm1(centre[rows, None] + spread[rows, None] * residual[None, :]))
        found[rows] = np.clip(deaths, 1, most).mean(axis=1)
    return found


def _logistic(log_odds_: FloatArray | float) -> FloatArray:
    found: FloatArray = np.asarray(1 / (1 + np.exp(-np.asarray(log_odds_, dtype=np.float64))))
    return found


def log_odds(chance: FloatArray) -> FloatArray:
    """Log odds of chances, none held surer than half a point of a law (0.0005)."""
    held = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    found: FloatArray = np.log(held) - np.log1p(-held)
    return found


def mean_and_p25(law: laws.Law) -> FloatArray:
    """(3, n, h): expected deaths a month, P(25 or more), P(any)."""
    mean = law.mean(axis=2, dtype=np.float64)
    return np.stack([mean, (law >= REACH).mean(axis=2), (law >= 1).mean(axis=2)])


def removed(
    panel: Panel, rows: Sequence[int], months: Sequence[int], seen: Features, explainer: Explainer
) -> dict[str, FloatArray]:
    """How far the ensemble would be moved by each theme being as usual: (3, n, h) of with less without, in expected
    deaths a month, P(25 or more) and P(any).

    The theme's features become the training cases' median, with the recent level also the short mean. They pass through
    the boosted part and the forest, at their shares of the pool; the other components do not look at features and
    stay. rows: of the panel's units, all with a short mean of at most 150.
    """
    part = units_of(panel, rows)
    own = replace_last(seen, rows)
    shares = pool_shares()
    steps: dict[str, FloatArray] = {}
    hurdle = fitted(boosting.NAME, boosting.VERSION, panel, boosting.fit)
    trees = fitted(forest.NAME, forest.VERSION, panel, forest.fit)
    # A pool has 1,000 points: where they fall, and so whether one of them crosses 25, depends on all components.
    others = tuple(name for name in shares if name not in {boosting.NAME, forest.NAME})
    index = np.asarray(rows, dtype=np.intp)
    stay = {name: law[index] for name, law in forestall.components(panel, months, others).items()}

    def figures(shown: Features) -> FloatArray:
        found = dict(stay)
        for name, law in (
            (boosting.NAME, boosting.law(hurdle, part, months, shown)),
            (forest.NAME, forest.law(trees, part, months, shown)),
        ):
            found.update({name: law} if name in shares else {})
        return mean_and_p25(laws.pool([found[name] for name in shares], list(shares.values())))

    whole = figures(own)
    for theme in THEMES:
        steps[theme] = whole - figures(without_theme(own, theme, explainer))
    return steps


def without_theme(seen: Features, theme: str, explainer: Explainer) -> Features:
    """The features with those of one theme as usual; the short mean goes with the recent level."""
    values, scale = seen.values.copy(), seen.scale
    own = np.array([each == theme for each in seen.themes])
    values[:, :, own] = explainer.usual[own]
    if theme == LEVEL_THEME:
        scale = np.full_like(scale, explainer.usual_scale)
    return replace(seen, values=values, scale=scale)


def replace_last(seen: Features, rows: Sequence[int]) -> Features:
    """The last month's features of some units."""
    index = np.asarray(rows, dtype=np.intp)
    return replace(seen, values=seen.values[index, -1:], scale=seen.scale[index, -1:])


def own_record(
    panel: Panel, rows: Sequence[int], months: Sequence[int]
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """What parts of the own record do where it is the forecast: by part of the record, (3, n, h) of with less without
    as in `removed`, of the component `history` (what is said) and of the ensemble (the check).

    Left out means not known: the last six months, or all months before them. Boosting and forest go on giving way to
    history.
    """
    shares = pool_shares()
    part = units_of(panel, rows)
    giving_way = {boosting.NAME, forest.NAME, history.NAME}
    others = tuple(name for name in shares if name not in giving_way)

    def figures(shown: Panel) -> tuple[FloatArray, FloatArray]:
        own = history.law(shown, months)
        with learned_from(panel):
            found = forestall.components(shown, months, others)
        every = [own if name in giving_way else found[name] for name in shares]
        return mean_and_p25(own), mean_and_p25(laws.pool(every, list(shares.values())))

    whole, pool = figures(part)
    said: dict[str, FloatArray] = {}
    checked: dict[str, FloatArray] = {}
    for theme in OWN_THEMES:
        own, pooled = figures(without_months(part, theme))
        said[theme], checked[theme] = whole - own, pool - pooled
    return said, checked


def without_months(panel: Panel, theme: str) -> Panel:
    """The panel with the last six months, or all before them, not known."""
    values = panel.values.copy()
    if theme == OWN_THEMES[0]:
        values[:, -OWN_LATEST:] = np.nan
    else:
        values[:, :-OWN_LATEST] = np.nan
    return replace(panel, values=values)


def units_of(panel: Panel, rows: Sequence[int]) -> Panel:
    """Some units of a panel. Its digest stays that of the whole: nothing is learned from a part."""
    index = np.asarray(rows, dtype=np.intp)
    return replace(
        panel,
        units=panel.units[index],
        values=panel.values[index],
        low=None,
        high=None,
        iso3=tuple(panel.iso3[int(i)] for i in index) if panel.iso3 else (),
    )


def pool_shares() -> dict[str, float]:
    """The components' shares of the pool, together 1."""
    held = {name: share for name, share in forestall.weights().items() if share > 0}
    total = sum(held.values())
    return {name: share / total for name, share in held.items()}


def steps_of(panel: Panel, months: Sequence[int]) -> list[int]:
    """Months ahead of month_ids, from 1. Raises UsageError as `sampling.rows_of` does."""
    return [int(step) + 1 for step in rows_of(panel, months)]
