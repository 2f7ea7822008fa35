"""Conflict states: how likely a unit is to be in each state some months ahead, and what its months look like there.

A month is in one of seven states by its deaths: none, 1, 5, 25, 100, 300, 1,000 or more; for a unit with a recent mean
above 25 the lines grow with that mean, so that great wars differ in size only. How likely each state is h months ahead
is counted over all units, for each h directly, given what the unit is like now: a class by its recent mean, crossed
with how often months had deaths (small conflicts, quiet countries) or with how much they jump (wars). The counts are
shrunk to those of the class alone and mixed with the unit's own recent months as far as that paid in training. Within a
state, deaths are the unit's own past months in that state and, scaled to its recent level, those of all units that
stood where it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from forestall.forecast.frame import Forecast
from forestall.forecast.levels import ewma, months_since, volatility
from forestall.forecast.sampling import MAX_HORIZON, Quantile, blank, fill, from_own_history, rows_of
from forestall.forecast.training import fitted
from forestall.panel.frame import Panel

NAME, VERSION = "markov", "1"

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# All of these were chosen on the challenge's windows 2008-2017; docs/models/markov.md holds the scores.
# Deaths a month at which a state begins, and at which a class of recent means does.
STATES = np.array([0.0, 1.0, 5.0, 25.0, 100.0, 300.0, 1000.0])
CLASSES = np.array([0.0, 0.02, 0.2, 1.0, 3.0, 8.0, 25.0])
LARGE = 25.0  # deaths a month above which states grow with the recent mean, so that great wars are alike but for size
WAR = 6  # first class (25 deaths a month) that is split by how much months jump and no longer by activity
SINCE = np.log1p([12.0, 36.0, 96.0])  # months without deaths that split the lowest class
ACTIVE = np.array([0.3, 0.6, 0.9])  # shares of recent months with deaths that split the classes between
JUMPS = np.array([0.25, 0.45, 0.8])  # volatilities (of log deaths, month to month) that split wars
KINDS = 4
LEVEL_HALF_LIFE, SHARE_HALF_LIFE, JUMP_HALF_LIFE = 4.0, 8.0, 6.0
OWN_BACK, OWN_HALF_LIFE = 24, 4.0  # of the own months that the counted states are mixed with
SHARES = np.linspace(0.0, 0.95, 20)  # of own months that were tried in training
GROUPS = np.array([0, 3, 8, 16, 36])  # steps ahead, from and to, that share one such share and one set of ratios
PRIOR = 100.0  # unit-months that the counts of the class alone stand for
OWN_SPAN, SPAN_HALF_LIFE = 120, 12.0  # months of own record behind what a state looks like, and how they fade
OWN_EMISSIONS = 2.0  # own months in a state (with their fading weight) that speak as loud as all other units
NOISE = 0.3  # standard deviation of the log noise on own months
MOMENTS = np.array([-1.3830, -0.6745, -0.2104, 0.2104, 0.6745, 1.3830])  # even quantiles of a standard normal
RATIOS = 24  # quantiles kept of the ratio of deaths to level
FEWEST = 200  # unit-months with deaths; with fewer, own history stands in
OWN_WINDOW, HISTORY_HALF_LIFE = 36, 4.0  # where own history stands in


@dataclass(frozen=True, slots=True)
class Fit:
    """What the training months say. chances: (36, classes, kinds, states). centres: (classes,) log level. shares:
    (groups, classes) of own months. ratios: (groups, classes, states, RATIOS) quantiles of deaths over level + 1, NaN
    where never seen. most: the largest monthly figure of any unit, at which draws are cut."""

    chances: FloatArray
    centres: FloatArray
    shares: FloatArray
    ratios: FloatArray
    most: float


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from the states a unit may be in, month by month, and the deaths it has in each.

    Whole counts, at most the largest monthly figure of any unit up to the training month or of the unit itself. Where
    fewer than 200 months with deaths are known up to then, draws come from the unit's own last 36 months as in `ewma`.
    Raises UsageError on months that are not 1 to 36 months after the panel's as_of.
    """
    rows = rows_of(panel, months)
    fit = fitted(NAME, VERSION, panel, learn)
    if fit is None:
        weights = 0.5 ** (np.arange(OWN_WINDOW) / HISTORY_HALF_LIFE)
        draws = from_own_history(panel, months, weights, n_draws=n_draws, seed=seed, model=NAME)
        return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)
    draws = blank(panel, months, n_draws)
    now = _describe(panel.values)
    most = np.rint(np.fmax(np.fmax.reduce(panel.values, axis=1), fit.most))
    steps = int(rows[-1]) + 1
    for i in np.flatnonzero((~np.isnan(panel.values)).any(axis=1)):
        log_level, kinds, own = float(now.level[i, -1]), now.kinds[i, -1], now.own[i, -1]
        chances = _chances(fit, log_level, kinds, own)[:steps]
        deaths, shares = _emissions(fit, panel.values[i], log_level, float(now.scale[i, -1]), float(most[i]))
        quantile = _law(chances, deaths, shares)
        fill(draws[i], rows, unit=int(panel.units[i]), model=NAME, seed=seed, quantile=quantile)
    return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)


@dataclass(frozen=True, slots=True)
class _Described:
    """Every unit at every month. level: (n, t) log of recent mean + 1. scale: (n, t) by which its states are larger
    than `STATES`. classes: (n, t). kinds: (n, t, 3) the second part under each of the three ways to split. own: (n, t,
    states) share of own recent months in each state."""

    level: FloatArray
    scale: FloatArray
    classes: IntArray
    kinds: IntArray
    own: FloatArray


def _describe(values: FloatArray) -> _Described:
    mean = ewma(values, LEVEL_HALF_LIFE)
    level = np.log1p(mean)
    unknown = np.isnan(values)
    share = ewma(np.where(unknown, np.nan, (values > 0).astype(np.float64)), SHARE_HALF_LIFE)
    kinds = np.stack(
        [
            np.searchsorted(SINCE, np.log1p(months_since(values)), side="right"),
            np.searchsorted(ACTIVE, share, side="right"),
            np.searchsorted(JUMPS, volatility(values, JUMP_HALF_LIFE), side="right"),
        ],
        axis=-1,
    )
    scale = np.maximum(mean / LARGE, 1.0)
    classes = np.searchsorted(CLASSES, mean, side="right").astype(np.int64) - 1
    return _Described(level, scale, classes, kinds, _own_states(values, scale))


def _own_states(values: FloatArray, scale: FloatArray) -> FloatArray:
    """Weighted shares of the last 24 months in each state, at every month; none where nothing is known. Older months
    are measured by the scale of the month that looks back at them. (n, t, states)"""
    n, t = values.shape
    total = np.zeros((n, t, STATES.size))
    for back in range(min(OWN_BACK, t)):
        past = values[:, : t - back]
        state = _states(past, scale[:, back:])
        weight = np.where(np.isnan(past), 0.0, 0.5 ** (back / OWN_HALF_LIFE))
        for s in range(STATES.size):
            total[:, back:, s] += weight * (state == s)
    known = total.sum(axis=-1, keepdims=True)
    total[..., 0] += known[..., 0] == 0
    return total / np.where(known > 0, known, 1.0)


def _states(values: FloatArray, scale: FloatArray | float = 1.0) -> IntArray:
    """The state of each month at that scale; not known counts as none here and is masked by whoever asks."""
    found = np.searchsorted(STATES, np.nan_to_num(values) / scale, side="right").astype(np.int64) - 1
    return np.where(values > 0, np.maximum(found, 1), found)


def _way(classes: IntArray) -> IntArray:
    """Which of the three ways to split belongs to a class."""
    return np.where(classes == 0, 0, np.where(classes < WAR, 1, 2))


def learn(panel: Panel) -> Fit | None:
    """Tables from all months of the panel; None where it holds too few months with deaths to learn."""
    values = panel.values[np.argsort(panel.units)]  # sums then don't depend on the panel's order
    if np.count_nonzero(values > 0) < FEWEST:
        return None
    t = values.shape[1]
    now = _describe(values)
    kind = np.take_along_axis(now.kinds, _way(now.classes)[..., None], axis=-1)[..., 0]
    cell = now.classes * KINDS + kind
    known = ~np.isnan(values)
    size = (CLASSES.size, KINDS, STATES.size)
    counts = np.zeros((MAX_HORIZON, *size))
    for h in range(1, min(MAX_HORIZON, t - 1) + 1):
        ok = known[:, h:] & known[:, :-h]
        after = _states(values[:, h:], now.scale[:, :-h])
        found = np.bincount((cell[:, :-h] * STATES.size + after)[ok], minlength=int(np.prod(size)))
        counts[h - 1] = found.reshape(size)
    padded = np.concatenate([counts[:1], counts, counts[-1:]])
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3  # neighbouring horizons speak for each other
    by_class = smooth.sum(axis=2, keepdims=True)
    # a class never seen looks like all together that are next to it
    wide = by_class + 0.02 * (_beside(by_class, 1) + _beside(by_class, -1)) + 1e-6
    common = wide / wide.sum(axis=-1, keepdims=True)
    chances = (smooth + PRIOR * common) / (smooth.sum(axis=-1, keepdims=True) + PRIOR)
    centres = np.array(
        [
            now.level[known & (now.classes == c)].mean() if np.any(known & (now.classes == c)) else np.log1p(CLASSES[c])
            for c in range(CLASSES.size)
        ]
    )
    return Fit(
        chances=chances,
        centres=centres,
        shares=_own_shares(chances, values, now, cell),
        ratios=_ratios(values, now),
        most=float(np.nanmax(values)),
    )


def _beside(table: FloatArray, shift: int) -> FloatArray:
    """The table of the class below (1) or above (-1), the last one repeated."""
    place = np.clip(np.arange(CLASSES.size) - shift, 0, CLASSES.size - 1)
    return table[:, place]


def _own_shares(chances: FloatArray, values: FloatArray, now: _Described, cell: IntArray) -> FloatArray:
    """How much of the chances own recent months should be, by group of steps and class: the share with the greatest
    likelihood in training. (groups, classes)"""
    t, known = values.shape[1], ~np.isnan(values)
    flat = chances.reshape(MAX_HORIZON, -1, STATES.size)
    fit = np.zeros((GROUPS.size - 1, CLASSES.size, SHARES.size))
    for g, (first, last) in enumerate(pairwise(GROUPS.tolist())):
        for h in sorted({int(first) + 1, int(first + last + 1) // 2, int(last)}):
            if h >= t:
                continue
            ok = known[:, h:] & known[:, :-h]
            after, of = _states(values[:, h:], now.scale[:, :-h])[ok], cell[:, :-h][ok]
            common, own = flat[h - 1, of, after], now.own[:, :-h][ok][np.arange(after.size), after]
            for k, share in enumerate(SHARES):
                score = np.log((1 - share) * common + share * own)
                fit[g, :, k] += np.bincount(of // KINDS, score, CLASSES.size)
    best: FloatArray = SHARES[np.argmax(fit, axis=2)]
    return best


def _ratios(values: FloatArray, now: _Described) -> FloatArray:
    """Quantiles of deaths over level + 1, by group of steps, class and state."""
    t = values.shape[1]
    out = np.full((GROUPS.size - 1, CLASSES.size, STATES.size, RATIOS), np.nan)
    at = (np.arange(RATIOS) + 0.5) / RATIOS
    for g, (first, last) in enumerate(pairwise(GROUPS.tolist())):
        ratios, cells = [], []
        for h in range(int(first) + 1, min(int(last), t - 1) + 1, 2):
            after = _states(values[:, h:], now.scale[:, :-h])
            ok = (after > 0) & ~np.isnan(values[:, :-h])
            ratios.append((values[:, h:] / np.exp(now.level[:, :-h]))[ok])
            cells.append((now.classes[:, :-h] * STATES.size + after)[ok])
        if not ratios:
            continue
        ratio, cell = np.concatenate(ratios), np.concatenate(cells)
        order = np.argsort(cell, kind="stable")
        ratio, cell = ratio[order], cell[order]
        for place, start, count in zip(*np.unique(cell, return_index=True, return_counts=True), strict=True):
            out[g, place // STATES.size, place % STATES.size] = np.quantile(ratio[start : start + count], at)
    return out


def _chances(fit: Fit, log_level: float, kinds: IntArray, own: FloatArray) -> FloatArray:
    """Chance of each state at each step ahead, (36, states): between the two classes whose centres the level lies
    between, mixed with own months."""
    above = int(np.clip(np.searchsorted(fit.centres, log_level), 1, CLASSES.size - 1))
    low, high = fit.centres[above - 1], fit.centres[above]
    part = float(np.clip((log_level - low) / max(high - low, 1e-9), 0.0, 1.0))
    group = np.searchsorted(GROUPS, np.arange(MAX_HORIZON), side="right") - 1
    out = np.zeros((MAX_HORIZON, STATES.size))
    for c, weight in ((above - 1, 1 - part), (above, part)):
        kind = int(kinds[int(_way(np.array(c)))])
        share = fit.shares[group, c][:, None]
        out += weight * ((1 - share) * fit.chances[:, c, kind] + share * own)
    return out


def _emissions(
    fit: Fit, values: FloatArray, log_level: float, scale: float, most: float
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Deaths in each state and their weights, (groups, k) each, ascending; the weights of a group sum to 1."""
    own = values[-OWN_SPAN:]
    weight = 0.5 ** (np.arange(own.size)[::-1] / SPAN_HALF_LIFE)
    state = np.where(np.isnan(own), -1, _states(own, scale))
    c = int(np.clip(np.searchsorted(CLASSES, np.expm1(log_level), side="right") - 1, 0, CLASSES.size - 1))
    groups = GROUPS.size - 1
    found, shares = [np.zeros((groups, 1))], [np.ones((groups, 1))]
    for s in range(1, STATES.size):
        low = np.ceil(STATES[s] * scale) if s > 1 else 1.0
        high = np.ceil(STATES[s + 1] * scale) - 1 if s + 1 < STATES.size else np.inf
        mine = state == s
        loud = float(weight[mine].sum())
        common = fit.ratios[:, c, s] * np.exp(log_level)
        # never seen from here: spread evenly over the logs of the state
        even = np.geomspace(low, max(low, min(high, 10 * low)), RATIOS)
        common = np.where(np.isnan(common), even, common)
        noisy = (own[mine][:, None] * np.exp(NOISE * MOMENTS)).ravel()
        share = loud / (loud + OWN_EMISSIONS)
        each = np.repeat(weight[mine], MOMENTS.size) / max(loud * MOMENTS.size, 1e-12) * share
        all_values = np.concatenate([common, np.broadcast_to(noisy, (groups, noisy.size))], axis=1)
        all_shares = np.concatenate(
            [np.full((groups, RATIOS), (1 - share) / RATIOS), np.broadcast_to(each, (groups, each.size))], axis=1
        )
        all_values = np.minimum(np.clip(np.rint(all_values), low, high), most)
        order = np.argsort(all_values, axis=1, kind="stable")
        found.append(np.take_along_axis(all_values, order, axis=1))
        shares.append(np.take_along_axis(all_shares, order, axis=1))
    return found, shares


def _law(chances: FloatArray, values: list[FloatArray], weights: list[FloatArray]) -> Quantile:
    """The quantile function of one unit, its rows being the steps ahead. chances: (steps, states). values, weights: for
    each state (groups, k), ascending; states ascend, so what is in order within each is in order throughout."""
    group = np.searchsorted(GROUPS, np.arange(chances.shape[0]), side="right") - 1
    ordered = np.concatenate(values, axis=1)
    below = np.concatenate([chances[:, s, None] * weight[group] for s, weight in enumerate(weights)], axis=1)
    below = np.cumsum(below, axis=1)
    below /= below[:, -1:]

    def quantile(probability: FloatArray) -> FloatArray:
        out = np.zeros_like(probability)
        for step in range(probability.shape[0]):
            place = np.searchsorted(below[step, :-1], probability[step], side="right")
            out[step] = ordered[group[step], place]
        return out

    return quantile
