"""How often something followed after a sign, against years without the sign and against what past conflict alone says.

An observation is a state in a year at the end of which it had been quiet for two years. It is followed if the event
comes in the years after. Years of one state hang together, so every interval counts states, not years: Wilson's with
the effective number of observations (the design effect of clusters; Kish 1965, *Survey sampling*), and a bootstrap that
draws states for differences. Nothing here is a cause: a sign and what follows may both come from something else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.scores import wilson

Real = npt.NDArray[np.float64]

QUIET_YEARS = 2
STRATA = (5, 10, 20)
"""Years since the last event at which the strata of the baseline begin: 2 to 4, 5 to 9, 10 to 19, 20 and more."""
RESAMPLES = 2000
FEWEST_STATES, FEWEST_FOLLOWED = 5, 3
"""With fewer states in which the sign stood, or fewer of these followed, no difference is told."""
_CAP = 50.0
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation: state, year, years since its last event (from 1946 where there was none), whether the sign stood
    and whether the event followed."""

    iso3: str
    year: int
    since: int
    fired: bool
    followed: bool


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some observations were followed; low, high: 95 % interval of the share, 0 to 1 without observations.
    states: how many states they come from; effective: what the observations are worth once those of a state hang
    together."""

    observations: int
    states: int
    followed: int
    effective: float
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The share followed, None without observations."""
        return self.followed / self.observations if self.observations else None


@dataclass(frozen=True, slots=True)
class Excess:
    """The share followed less the one expected of years without the sign (`excess`: in the same strata of years since
    the last event; `within`: in the same states). expected: that share. low, high: 95 % interval, None where too few
    were seen."""

    expected: float | None
    excess: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean gain in log score (nats per observation) of a baseline that learns the sign too, on years it has not seen.
    low, high: 95 % interval over states."""

    gain: float
    low: float
    high: float


def share(seen: Sequence[Seen]) -> Share:
    """The share of observations that were followed, with its interval over states."""
    n, k, followed, effective = len(seen), 0, 0, 0.0
    by_state: dict[str, list[int]] = {}
    for one in seen:
        held = by_state.setdefault(one.iso3, [0, 0])
        held[0] += 1
        held[1] += one.followed
    k = len(by_state)
    if n:
        counts = np.array(list(by_state.values()), dtype=np.float64)
        followed = int(counts[:, 1].sum())
        effective = effective_number(counts[:, 0], counts[:, 1])
    low, high = wilson(np.array([followed / max(n, 1) * effective]), np.array([effective]))
    return Share(n, k, followed, effective, float(low[0]), float(high[0]))


def effective_number(observations: Real, followed: Real) -> float:
    """What observations in clusters are worth as independent ones: n over the design effect, between 1 and n.

    observations, followed: (clusters,). With none or all followed the spread says nothing, and it is the number of
    clusters.
    """
    n, clusters = float(observations.sum()), len(observations)
    part = float(followed.sum()) / n
    if part in {0.0, 1.0} or clusters == 1:
        return float(min(clusters, n))
    residual = followed - part * observations
    between = float((residual**2).sum()) / n**2 * clusters / (clusters - 1)
    alone = part * (1 - part) / n
    return min(n, max(1.0, n * alone / between)) if between > 0 else n


def excess(seen: Sequence[Seen], *, resamples: int = RESAMPLES, seed: int = 1) -> Excess:
    """What is followed beyond what years since the last event alone say, with an interval that draws states."""
    names = {name: i for i, name in enumerate(dict.fromkeys(one.iso3 for one in seen))}
    # State, stratum, whether fired, (observations, followed).
    counts = np.zeros((len(names), len(STRATA) + 1, 2, 2))
    for one in seen:
        cell = counts[names[one.iso3], stratum(one.since), int(one.fired)]
        cell[0] += 1
        cell[1] += one.followed
    total = counts.sum(axis=0)
    if not total[:, 1, 0].sum() or not total[:, 0, 0].sum():
        return Excess(None, None, None, None)
    expected, beyond = _beyond(total[None])
    states = int((counts[:, :, 1, 0].sum(axis=1) > 0).sum())
    if states < FEWEST_STATES or total[:, 1, 1].sum() < FEWEST_FOLLOWED:
        return Excess(float(expected[0]), float(beyond[0]), None, None)
    draws = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    drawn = np.tensordot(draws.astype(np.float64), counts, axes=1)
    kept = (drawn[:, :, 1, 0].sum(axis=1) > 0) & (drawn[:, :, 0, 0].sum(axis=1) > 0)
    low, high = np.quantile(_beyond(drawn[kept])[1], [0.025, 0.975])
    return Excess(float(expected[0]), float(beyond[0]), float(low), float(high))


def within(seen: Sequence[Seen], *, resamples: int = RESAMPLES, seed: int = 1) -> Excess:
    """What is followed beyond the share in years without the sign of the very same states, those that have both.

    It takes out what is lasting about a state (its size, its neighbours, its rivals), which `excess` does not.
    expected: each state's share without the sign, weighted by its years with it.
    """
    names = {name: i for i, name in enumerate(dict.fromkeys(one.iso3 for one in seen))}
    counts = np.zeros((len(names), 2, 2))  # state, whether fired, (observations, followed)
    for one in seen:
        cell = counts[names[one.iso3], int(one.fired)]
        cell[0] += 1
        cell[1] += one.followed
    both = counts[(counts[:, :, 0] > 0).all(axis=1)]
    if not len(both):
        return Excess(None, None, None, None)
    n = both[:, 1, 0]
    sums = np.stack([n, n * both[:, 0, 1] / both[:, 0, 0], both[:, 1, 1]], axis=1)
    years, expected, followed = sums.sum(axis=0)
    mean, beyond = float(expected / years), float((followed - expected) / years)
    if len(both) < FEWEST_STATES or followed < FEWEST_FOLLOWED:
        return Excess(mean, beyond, None, None)
    draws = np.random.default_rng(seed).multinomial(len(both), np.full(len(both), 1 / len(both)), size=resamples)
    drawn = draws @ sums
    low, high = np.quantile((drawn[:, 2] - drawn[:, 1]) / drawn[:, 0], [0.025, 0.975])
    return Excess(mean, beyond, float(low), float(high))


def stratum(since: int) -> int:
    """The stratum of the baseline that years since the last event fall in, 0 to 3."""
    return sum(since >= start for start in STRATA)


def _beyond(counts: Real) -> tuple[Real, Real]:
    """Expected share and excess of (draws, strata, fired, 2) counts. A stratum without quiet years takes the mean."""
    quiet, fired = counts[:, :, 0], counts[:, :, 1]
    mean = (quiet[:, :, 1].sum(axis=1) / quiet[:, :, 0].sum(axis=1))[:, None]
    rate = np.where(quiet[:, :, 0] > 0, quiet[:, :, 1] / np.maximum(quiet[:, :, 0], 1), mean)
    n = fired[:, :, 0].sum(axis=1)
    expected = (rate * fired[:, :, 0]).sum(axis=1) / n
    return expected, fired[:, :, 1].sum(axis=1) / n - expected


def gain(learn: Sequence[Seen], test: Sequence[Seen], *, resamples: int = RESAMPLES, seed: int = 1) -> Gain | None:
    """Whether the sign helps a logistic regression on years since the last event, on observations it has not seen.

    None where fewer than ten of those to learn from have the sign, none of these was followed, or none of the test has
    it.
    """
    had = [one for one in learn if one.fired]
    if len(had) < 2 * FEWEST_STATES or not any(one.followed for one in had) or not any(one.fired for one in test):
        return None
    scores = []
    for columns in (slice(0, 2), slice(0, 3)):
        weights = _logistic(_features(learn)[:, columns], _followed(learn))
        chance = 1 / (1 + np.exp(-_features(test)[:, columns] @ weights))
        y = _followed(test)
        scores.append(y * np.log(chance) + (1 - y) * np.log1p(-chance))
    better = scores[1] - scores[0]
    names = {name: i for i, name in enumerate(dict.fromkeys(one.iso3 for one in test))}
    place = np.array([names[one.iso3] for one in test])
    sums, counts = np.bincount(place, better), np.bincount(place).astype(np.float64)
    draws = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    low, high = np.quantile((draws @ sums) / (draws @ counts), [0.025, 0.975])
    return Gain(float(better.mean()), float(low), float(high))


def _features(seen: Sequence[Seen]) -> Real:
    return np.array([(1.0, math.log1p(min(one.since, _CAP)), float(one.fired)) for one in seen])


def _followed(seen: Sequence[Seen]) -> Real:
    return np.array([one.followed for one in seen], dtype=np.float64)


def _logistic(x: Real, y: Real) -> Real:
    """Weights by Newton's method; a ridge too small to matter keeps them finite."""
    weights = np.zeros(x.shape[1])
    ridge = _RIDGE * np.eye(x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (y - chance) - ridge @ weights
        step = np.linalg.solve((x * (chance * (1 - chance))[:, None]).T @ x + ridge, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return weights
