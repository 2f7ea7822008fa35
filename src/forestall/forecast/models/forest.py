"""Quantile forest: what followed in the past, relative to the level of the time, wherever much was alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from forestall.forecast import laws
from forestall.forecast.features import Features, Float32, features
from forestall.forecast.frame import Forecast
from forestall.forecast.learning import MOST_SCALE, Cases, cases, latest
from forestall.forecast.models import history
from forestall.forecast.sampling import rows_of
from forestall.forecast.training import fitted
from forestall.panel.frame import FloatArray, Panel

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesRegressor

NAME, VERSION = "forest", "1"
# Chosen on origins whose outcomes end before 2018; docs/models/forest.md holds what was tried.
TREES = 100
LEAF = 50
SHARE_OF_FEATURES = 0.33
DEATHS_WEIGHT = 2.0
GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted forest and what stands in its leaves.

    trees: the forest, None if there was too little to learn from. Of each tree, sorted by leaf and outcome: leaf (m,)
    the node of each training case, ratio (m,) its outcome over 1 + the short mean at its origin, below (m,) running
    weight.
    """

    trees: "ExtraTreesRegressor | None"
    leaf: tuple[npt.NDArray[np.int64], ...] = ()
    ratio: tuple[Float32, ...] = ()
    below: tuple[FloatArray, ...] = ()


def fit(panel: Panel) -> Fit:
    """Grow the forest on all cases of a panel, which should end at its training month."""
    return fit_cases(cases(panel, features(panel)))


def fit_cases(seen: Cases) -> Fit:
    """Grow the forest: extremely randomised trees that tell apart log deaths, their ratio to the short mean, and
    whether there are any. Source: Geurts, Ernst & Wehenkel (2006), doi:10.1007/s10994-006-6226-1; leaves as conditional
    distributions: Meinshausen (2006), https://jmlr.org/papers/v7/meinshausen06a.html.
    """
    if not seen.enough:
        return Fit(None)
    from sklearn.ensemble import ExtraTreesRegressor  # a second to import: not where nothing is fitted

    level = np.log1p(seen.observed)
    targets = np.stack([level, level - np.log1p(seen.scale), DEATHS_WEIGHT * (seen.observed > 0)], axis=1)
    trees = ExtraTreesRegressor(
        TREES, min_samples_leaf=LEAF, max_features=SHARE_OF_FEATURES, n_jobs=-1, random_state=0
    ).fit(np.asfortranarray(seen.inputs), targets, sample_weight=seen.weight)  # trees read one feature at a time
    where = trees.apply(seen.inputs)
    ratio = (seen.observed / (1 + seen.scale)).astype(np.float32)
    by_ratio = np.argsort(ratio, kind="stable")
    leaf, ratios, below = [], [], []
    for tree in range(TREES):
        order = by_ratio[np.argsort(where[by_ratio, tree], kind="stable")]
        leaf.append(where[order, tree])
        ratios.append(ratio[order])
        below.append(np.cumsum(seen.weight[order]))
    return Fit(trees, tuple(leaf), tuple(ratios), tuple(below))


def law(learned: Fit, panel: Panel, months: Sequence[int], seen: Features | None = None) -> laws.Law:
    """Laws of a fitted forest, (n_units, n_months, POINTS), whole deaths per month.

    From the leaf of every tree stand POINTS / TREES outcomes, evenly spread by weight from a start that differs by
    tree, each times 1 + the unit's short mean. The tail is historical: no draw exceeds the largest ratio on record.
    Units with a short mean above 150, and all if there was too little to learn from, have the law of `history`. seen:
    the panel's features, if they are at hand.
    """
    if learned.trees is None:
        return history.law(panel, months)
    steps = rows_of(panel, months) + 1
    inputs, scale = latest(features(panel) if seen is None else seen, steps)
    where = learned.trees.apply(inputs)
    each = laws.POINTS // TREES
    out = np.empty((inputs.shape[0], laws.POINTS), dtype=np.float32)
    for tree in range(TREES):
        leaf, ratio, below = learned.leaf[tree], learned.ratio[tree], learned.below[tree]
        first = np.searchsorted(leaf, where[:, tree], side="left")
        last = np.searchsorted(leaf, where[:, tree], side="right") - 1
        before = np.where(first > 0, below[np.maximum(first - 1, 0)], 0.0)
        level = (np.arange(each) + (tree + 0.5) * GOLDEN % 1) / each
        wanted = before[:, None] + level * (below[last] - before)[:, None]
        place = np.clip(np.searchsorted(below, wanted, side="left"), first[:, None], last[:, None])
        out[:, tree * each : (tree + 1) * each] = ratio[place]
    out *= (1 + scale).astype(np.float32)[:, None]
    np.rint(out, out=out)
    out.sort(axis=1)
    found = out.reshape(panel.units.size, steps.size, laws.POINTS)
    large = np.flatnonzero(scale.reshape(panel.units.size, steps.size)[:, 0] > MOST_SCALE)
    if large.size:
        found[large] = history.law(panel, months)[large]
    return found


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from the quantile forest, fitted on the panel cut at its training month; see `law`.

    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    """
    found = law(fitted(NAME, VERSION, panel, fit), panel, months)
    return laws.draw(panel, found, months=months, model=NAME, version=VERSION, n_draws=n_draws, seed=seed)
