"""Analogues: what followed the past windows that look most like the present, at the unit's own level.

Windows of all units and what followed them come from `forestall.forecast.analogues`. What followed is taken as a ratio
to the window's level and applied to the unit's own, so a small war can stand for a large one of the same shape.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from forestall.forecast import analogues
from forestall.forecast.frame import Forecast
from forestall.forecast.sampling import MAX_HORIZON, Quantile, blank, fill, from_own_history, rows_of, weighted
from forestall.forecast.training import fitted
from forestall.panel.frame import Panel

NAME, VERSION = "analogue", "1"

FloatArray = npt.NDArray[np.float64]

# All of these were chosen on the challenge's windows 2008-2017; docs/models/analogue.md holds the scores.
NEAREST, NEAREST_QUIET = 300, 2000  # windows that speak for a unit; more where hardly any was followed by deaths
FEWEST = 300  # windows after deaths in the library; with fewer, own history stands in
WIDTH = 0.6  # of the kernel that weighs windows, as a multiple of the distance of the median one
OWN = 0.7  # a window of the unit itself counts as nearer by this factor
OFFSET = 1.0  # deaths a month added to levels before ratios are taken
MOST_RATIO = 30.0  # of what followed to the window's level
NOISE = 0.2  # standard deviation of the log noise on what followed
MOMENTS = np.array([-1.1503, -0.3186, 0.3186, 1.1503])  # even quantiles of a standard normal
BESIDE = ((-1, 0.5), (0, 1.0), (1, 0.5))  # months beside the one asked for that speak for it, with weights
OWN_WINDOW, OWN_HALF_LIFE = 36, 4.0  # where own history stands in


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from what followed the 300 most similar past windows (2,000 for units without deaths in three years).

    Whole counts; what followed is at most 30 times the window's level, and no draw is above the largest monthly figure
    of the panel. A window whose outcome at some step is not known up to the training month drops out at that step.
    Where fewer than 300 windows after deaths are known, draws come from the unit's own last 36 months as in `ewma`.
    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    Source of the idea: Chadefaux (2022), A shape-based approach to conflict forecasting,
    doi:10.1080/03050629.2022.2009821; the distance and the draws are our own.
    """
    rows = rows_of(panel, months)
    library = fitted(analogues.NAME, analogues.VERSION, panel, analogues.build)
    if np.count_nonzero(~library.quiet) < FEWEST:
        weights = 0.5 ** (np.arange(OWN_WINDOW) / OWN_HALF_LIFE)
        draws = from_own_history(panel, months, weights, n_draws=n_draws, seed=seed, model=NAME)
        return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)
    draws = blank(panel, months, n_draws)
    features, level, quiet = (part[:, -1] for part in analogues.describe(panel.values))
    known = (~np.isnan(panel.values)).any(axis=1)
    most = max(float(np.rint(np.nanmax(panel.values[known]))), 1.0)
    groups = {flag: np.flatnonzero(library.quiet == flag) for flag in (False, True)}
    for i in np.flatnonzero(known):
        group, count = (groups[True], NEAREST_QUIET) if quiet[i] else (groups[False], NEAREST)
        if group.size == 0:
            continue
        unit = int(panel.units[i])
        near, weight = _nearest(library, group, features[i], unit, count)
        values = _followed(library, near, float(level[i]), most)
        fill(draws[i], rows, unit=unit, model=NAME, seed=seed, quantile=_law(values, weight))
    return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)


def _nearest(
    library: analogues.Library, group: npt.NDArray[np.intp], here: FloatArray, unit: int, count: int
) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """The places of the nearest windows of a group, nearest first, and their weights by a Gaussian kernel."""
    far = analogues.distances(library, here, group)
    far = np.where(library.units[library.row[group]] == unit, OWN * far, far)
    near = np.argsort(far, kind="stable")[:count]
    weight = np.exp(-0.5 * (far[near] / (WIDTH * np.median(far[near]) + 1e-9)) ** 2)
    return group[near], weight


def _followed(library: analogues.Library, near: npt.NDArray[np.intp], level: float, most: float) -> FloatArray:
    """What followed those windows, at the unit's level, with noise: whole deaths, (windows x moments, 36)."""
    ratio = np.minimum(library.after[near] / (library.level[near, None] + OFFSET), MOST_RATIO)
    scaled = (ratio * (level + OFFSET))[:, None, :] * np.exp(NOISE * MOMENTS)[None, :, None]
    scaled = np.where(scaled > 0, np.clip(np.rint(scaled), 1.0, most), scaled)
    return scaled.reshape(-1, MAX_HORIZON)


def _law(values: FloatArray, weight: FloatArray) -> Quantile:
    """The quantile function of one unit, its rows being the steps ahead. values: from `_followed`, NaN where not known.
    weight: of each window."""
    each = np.repeat(weight, MOMENTS.size)

    def quantile(probability: FloatArray) -> FloatArray:
        out = np.zeros_like(probability)
        for step in range(probability.shape[0]):
            beside = [(step + shift, share) for shift, share in BESIDE if 0 <= step + shift < MAX_HORIZON]
            found = np.concatenate([values[:, at] for at, _ in beside])
            mass = np.concatenate([each * share for _, share in beside])
            some, none = found > 0, found == 0  # both false where not known
            if not some.any():
                continue
            law = weighted(np.append(0.0, found[some]), np.append(mass[none].sum(), mass[some]))
            out[step] = law(probability[step])
        return out

    return quantile
