"""A hurdle and two negative binomial regimes: whether anybody dies, then how many, learned from all countries together.

The chance of a month with deaths is logistic in a unit's recent record and the horizon. Deaths in such a month follow
one of two negative binomial laws cut at zero: violence goes on about as it was, or it departs from that. Both means are
multiples of the unit's own recent level; spreads and the odds of the regimes depend on level, activity, volatility and
horizon. Coefficients are shrunk to "as of late", and a unit's own mean and spread depart from the common ones as far as
its own record says so (empirical Bayes).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.forecast.frame import Forecast
from forestall.forecast.levels import ewma, months_since, volatility
from forestall.forecast.sampling import MAX_HORIZON, Quantile, blank, fill, from_own_history, rows_of
from forestall.forecast.training import fitted
from forestall.panel.frame import Panel

NAME, VERSION = "hurdle_nb", "1"

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# All of these were chosen on the challenge's windows 2008-2017; docs/models/hurdle_nb.md holds the scores.
HORIZONS = (1, 2, 3, 5, 7, 9, 11, 14, 18, 24, 36)
EVERY = 3  # months between training origins
WARM_UP = 24  # months of history before the first one
FEWEST = 200  # training rows with deaths; with fewer, own history stands in
HURDLE_RIDGE, RIDGE = 1.0, 30.0  # rows overlap: dozens of them carry the news of one
ITERATIONS = 150
TOP = 5.7  # log level (about 300 deaths a month) above which all wars are alike but for their size
FAR = 1.0  # how far, in logs, levels over other spans may stand from the recent one
# A unit's rows repeat each other: so many count as one when its own level and spread are estimated.
ROWS_AS_ONE = 12.0
FADE = 24.0  # half-life in months of what a unit's own record says of its level and spread
LEVEL_SD, SPREAD_SD = 0.3, 0.5  # of units around the common level and spread, in logs
OWN_WINDOW, OWN_HALF_LIFE = 36, 4.0  # where own history stands in

# Columns of `_state`: log levels with half-lives 1.5, 4, 12 and 48 months; shares of months with deaths with half-lives
# 3, 12 and 60; log months since the last death; capped level; volatility; differences of levels.
RECENT = 1
HURDLE = (1, 2, 3, 4, 5, 6, 7)
LEVEL = (8, 10, 11, 12, 5, 4)
SPREAD = (8, 4, 5, 9)


@dataclass(frozen=True, slots=True)
class Fit:
    """What the training rows say. hurdle: coefficients of the chance of deaths. going, going_spread, other,
    other_spread: of log mean and log size in the two regimes. odds: of the first regime. unit_level, unit_spread:
    shifts in logs by unit number. most: the largest monthly figure of any unit, at which draws are cut."""

    hurdle: FloatArray
    going: FloatArray
    going_spread: FloatArray
    other: FloatArray
    other_spread: FloatArray
    odds: FloatArray
    unit_level: dict[int, float]
    unit_spread: dict[int, float]
    most: float


def forecast(panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
    """Draws from the hurdle and the two negative binomial laws of each unit and month ahead.

    Whole counts, at most the largest monthly figure of any unit up to the training month or of the unit itself. Where
    fewer than 200 training rows have deaths, draws come from the unit's own last 36 months as in `ewma`. Raises
    UsageError on months that are not 1 to 36 months after the panel's as_of.
    Sources: Mullahy (1986), doi:10.1016/0304-4076(86)90002-3 (hurdle); Efron & Morris
    (1975), doi:10.1080/01621459.1975.10479864 (shrinkage of units to what all have in common).
    """
    rows = rows_of(panel, months)
    fit = fitted(NAME, VERSION, panel, learn)
    if fit is None:
        weights = 0.5 ** (np.arange(OWN_WINDOW) / OWN_HALF_LIFE)
        draws = from_own_history(panel, months, weights, n_draws=n_draws, seed=seed, model=NAME)
        return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)
    draws = blank(panel, months, n_draws)
    state = _state(panel.values)[:, -1]
    most = np.rint(np.fmax(np.fmax.reduce(panel.values, axis=1), fit.most))
    steps = np.arange(1, MAX_HORIZON + 1)
    for i in np.flatnonzero((~np.isnan(panel.values)).any(axis=1)):
        unit, own = int(panel.units[i]), np.repeat(state[i][None], steps.size, axis=0)
        level, spread = fit.unit_level.get(unit, 0.0), fit.unit_spread.get(unit, 0.0)
        level_x, spread_x = _design(own, steps, LEVEL), _design(own, steps, SPREAD)
        chance = _chance(_design(own, steps, HURDLE) @ fit.hurdle)
        weight = _chance(spread_x @ fit.odds)
        laws = [
            (share, _mean(own[:, RECENT] + level_x @ mean + level), _size(spread_x @ size + spread))
            for share, mean, size in (
                (weight, fit.going, fit.going_spread),
                (1 - weight, fit.other, fit.other_spread),
            )
        ]
        fill(draws[i], rows, unit=unit, model=NAME, seed=seed, quantile=_law(chance, laws, float(most[i])))
    return Forecast.of(panel, draws, months=months, model=NAME, version=VERSION, seed=seed)


def learn(panel: Panel) -> Fit | None:
    """Coefficients from rolling origins inside the panel; None where it holds too few months with deaths to learn."""
    order = np.argsort(panel.units)  # so that sums, and all that comes of them, don't depend on the panel's order
    values = panel.values[order]
    n, t = values.shape
    state = _state(values)
    parts = []
    for h in HORIZONS:
        origins = np.arange(t - 1 - h, WARM_UP - 1, -EVERY)
        y = values[:, origins + h]
        known = ~np.isnan(y) & ~np.isnan(values[:, origins])
        who = np.broadcast_to(np.arange(n)[:, None], y.shape)[known]
        age = np.broadcast_to(t - 1 - origins - h, y.shape)[known]
        parts.append((state[:, origins][known], np.full(who.size, h), y[known], who, age))
    own, steps, y, who, age = (np.concatenate([part[k] for part in parts]) for k in range(5))
    hit = y > 0
    if np.count_nonzero(hit) < FEWEST:
        return None
    hurdle = _logistic(_design(own, steps, HURDLE), hit.astype(np.float64))
    own, steps, y, who, age = own[hit], steps[hit], np.rint(y[hit]), who[hit], age[hit]
    rows = _Rows(own[:, RECENT], _design(own, steps, LEVEL), _design(own, steps, SPREAD), y)
    going, going_spread, other, other_spread, odds = theta = rows.maximise()
    by_level, by_spread = rows.shifts(theta, who, 0.5 ** (age / FADE) / ROWS_AS_ONE, n)
    units = [int(unit) for unit in panel.units[order]]
    return Fit(
        hurdle=hurdle,
        going=going,
        going_spread=going_spread,
        other=other,
        other_spread=other_spread,
        odds=odds,
        unit_level=dict(zip(units, by_level.tolist(), strict=True)),
        unit_spread=dict(zip(units, by_spread.tolist(), strict=True)),
        most=float(np.nanmax(values)),
    )


def _state(values: FloatArray) -> FloatArray:
    """What is known of a unit at every month, (n, t, 13)."""
    active = np.where(np.isnan(values), np.nan, (values > 0).astype(np.float64))
    levels = [np.log1p(ewma(values, half_life)) for half_life in (1.5, 4.0, 12.0, 48.0)]
    shares = [ewma(active, half_life) for half_life in (3.0, 12.0, 60.0)]
    recent = levels[RECENT]
    apart = [np.clip(levels[k] - recent, -FAR, FAR) for k in (0, 2, 3)]
    since, jumps = np.log1p(months_since(values)), volatility(values, 6.0)
    return np.stack([*levels, *shares, since, np.minimum(recent, TOP), jumps, *apart], axis=-1)


def _design(own: FloatArray, steps: npt.NDArray[np.integer], columns: tuple[int, ...]) -> FloatArray:
    """Constant, log horizon, those columns, and those columns times log horizon: (rows, 2 + 2 k)."""
    far = np.log(steps)[:, None]
    base = own[:, columns]
    return np.concatenate([np.ones_like(far), far, base, base * far], axis=1)


def _chance(odds: FloatArray) -> FloatArray:
    """From log odds, held where exp does not overflow."""
    found: FloatArray = 1 / (1 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return found


def _mean(log: FloatArray) -> FloatArray:
    return np.exp(np.clip(log, -5.0, 13.0))


def _size(log: FloatArray) -> FloatArray:
    return np.exp(np.clip(log, -5.0, 5.0))


def _logistic(x: FloatArray, hit: FloatArray) -> FloatArray:
    """Logistic regression by Newton's method, with a small ridge on all but the constant."""
    scale = np.maximum(x.std(axis=0), 1e-9)
    scale[0] = 1.0
    z = x / scale
    beta = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], HURDLE_RIDGE)
    ridge[0] = 1e-6
    for _ in range(25):
        chance = _chance(z @ beta)
        weight = chance * (1 - chance)
        step = np.linalg.solve((z * weight[:, None]).T @ z + np.diag(ridge), z.T @ (hit - chance) - ridge * beta)
        beta = beta + step
        if np.max(np.abs(step)) < 1e-6:
            break
    found: FloatArray = beta / scale
    return found


def _scores(mean: FloatArray, size: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log likelihood of the negative binomial law cut at zero, and its slopes in log mean and log size, row by row."""
    from scipy.special import digamma, gammaln

    share = size / (size + mean)
    logs = np.log(share)
    none = size * logs  # log of the chance of zero
    odds = 1 / np.expm1(np.clip(-none, 1e-12, 700.0))  # p0 / (1 - p0)
    fit = (
        gammaln(y + size)
        - gammaln(size)
        - gammaln(y + 1)
        + none
        + y * np.log1p(-share)
        - np.log(-np.expm1(np.minimum(none, -1e-12)))
    )
    in_mean = share * (y - mean) - odds * share * mean
    in_size = size * (digamma(y + size) - digamma(size) + logs + 1 - (y + size) / (size + mean))
    in_size += odds * size * (logs + 1 - share)
    return fit, in_mean, in_size


class _Rows:
    """The training rows with deaths. level: (rows,) log recent level. level_x, spread_x: designs. y: deaths."""

    def __init__(self, level: FloatArray, level_x: FloatArray, spread_x: FloatArray, y: FloatArray) -> None:
        self.level, self.y = level, y
        designs = (level_x, spread_x, level_x, spread_x, spread_x)
        self.scales = [np.maximum(x.std(axis=0), 1e-9) for x in designs]
        for scale in self.scales:
            scale[0] = 1.0
        self.designs = [x / scale for x, scale in zip(designs, self.scales, strict=True)]
        self.cuts = np.cumsum([x.shape[1] for x in designs])[:-1]

    def regimes(
        self, theta: FloatArray, level: FloatArray | float = 0.0, spread: FloatArray | float = 0.0
    ) -> "_Regimes":
        """Log likelihood and its slopes under coefficients (of scaled designs) and shifts of the rows."""
        parts = np.split(theta, self.cuts)
        eta = [z @ part for z, part in zip(self.designs, parts, strict=True)]
        share = _chance(eta[4])
        first = _scores(_mean(self.level + eta[0] + level), _size(eta[1] + spread), self.y)
        second = _scores(_mean(self.level + eta[2] + level), _size(eta[3] + spread), self.y)
        a, b = np.log(share + 1e-12) + first[0], np.log(1 - share + 1e-12) + second[0]
        total = np.logaddexp(a, b)
        mine = np.exp(a - total)
        return _Regimes(
            total, (mine * first[1], mine * first[2], (1 - mine) * second[1], (1 - mine) * second[2], mine - share)
        )

    def maximise(self) -> list[FloatArray]:
        """Coefficients of the five designs by maximum likelihood with a ridge on all but the constants."""
        from scipy.optimize import minimize

        ridge = np.full(sum(z.shape[1] for z in self.designs), RIDGE)
        ridge[[0, *self.cuts]] = 1e-3

        def loss(theta: FloatArray) -> tuple[float, FloatArray]:
            found = self.regimes(theta)
            slope = np.concatenate([z.T @ s for z, s in zip(self.designs, found.slopes, strict=True)]) - ridge * theta
            return -(found.total.sum() - 0.5 * ridge @ theta**2) / self.y.size, -slope / self.y.size

        start = np.zeros(ridge.size)
        start[self.cuts[0]] = 1.0  # the regime that goes on is the narrow one
        start[[self.cuts[1], self.cuts[2]]] = -0.5
        theta = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS}).x
        return [part / scale for part, scale in zip(np.split(theta, self.cuts), self.scales, strict=True)]

    def shifts(
        self, theta: list[FloatArray], who: IntArray, weight: FloatArray, n: int
    ) -> tuple[FloatArray, FloatArray]:
        """Each unit's shift of log mean and log size, (n,) each: its own weighted likelihood against a normal law
        around no shift, by a few Fisher steps."""
        scaled = np.concatenate([part * scale for part, scale in zip(theta, self.scales, strict=True)])
        level, spread = np.zeros(n), np.zeros(n)
        for _ in range(4):
            slopes = self.regimes(scaled, level[who], spread[who]).slopes
            for shift, slope, sd in (
                (level, slopes[0] + slopes[2], LEVEL_SD),
                (spread, slopes[1] + slopes[3], SPREAD_SD),
            ):
                total = np.bincount(who, weight * slope, n)
                square = np.bincount(who, weight * slope**2, n)
                shift[:] += np.clip((total - shift / sd**2) / (square + 1 / sd**2), -0.5, 0.5)
        return level, spread


@dataclass(frozen=True, slots=True)
class _Regimes:
    """total: (rows,) log likelihood. slopes: (rows,) for each of the five linear predictors."""

    total: FloatArray
    slopes: tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]


def _law(chance: FloatArray, laws: list[tuple[FloatArray, FloatArray, FloatArray]], most: float) -> Quantile:
    """The quantile function of one unit, its rows being the steps ahead: zero below 1 - chance, then the mixture of
    laws cut at zero and at `most`. chance: (steps,). laws: share, mean and size of each, (steps,)."""
    from scipy.special import betainc

    top = max(min(float(max(mean.max() for _, mean, _ in laws)) * 60 + 50, most), 1.0)
    few = np.arange(min(50, int(top)) + 1, dtype=np.float64)
    many = np.unique(np.rint(np.geomspace(few[-1] + 1, top, 150))) if top > few[-1] + 1 else np.zeros(0)
    counts = np.concatenate([few, many])

    def quantile(probability: FloatArray) -> FloatArray:
        steps = probability.shape[0]
        below = np.zeros((steps, counts.size))
        for share, mean, size in ((a[:steps, None], b[:steps, None], c[:steps, None]) for a, b, c in laws):
            part = betainc(size, counts + 1, size / (size + mean))
            below += share * (part - part[:, :1]) / np.maximum(part[:, -1:] - part[:, :1], 1e-12)
        out = np.zeros_like(probability)
        for step in range(steps):
            inside = (probability[step] - (1 - chance[step])) / chance[step]
            out[step] = np.where(inside > 0, np.ceil(np.interp(inside, below[step], counts)), 0.0)
        return out

    return quantile
