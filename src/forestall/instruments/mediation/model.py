"""A ranking of possible mediators, learned from who had roles in earlier events.

Who had a role in the country before comes first, the latest and most frequent first: a rule, not a model, and hard to
beat. Those for whom it would be the first role there are ranked by a conditional logit (McFadden 1974) on what ties
them to the conflict, in which every event weighs alike, however many third parties it had. The chance of each to be
among the third parties of the next event is read off its place by a logistic regression. Intervals come from models
learned on processes drawn with replacement, so that many agreements of one process count as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forestall.errors import ShapeError
from forestall.instruments.mediation.features import HISTORY, NAMES

if TYPE_CHECKING:
    import numpy.typing as npt

PENALTY = 10.0
"""Half of the sum of squared weights is charged at this rate; chosen on events of 2000 to 2014 (docs/methods)."""
CHANCE_PENALTY = 1.0
PLACED = 6
FOLDS = 4
"""Chances are read off places that weights give which the event's process had no part in: so many parts."""
USED = tuple(at for at, name in enumerate(NAMES) if name not in HISTORY)
"""Figures that tell newcomers apart: not those of a past in the country, which they have none of."""
_RULE = tuple(
    (NAMES.index(name), weight)
    for name, weight in (("own_1", 1e3), ("own_5", 1e2), ("region_5", 1.0), ("world_10", 0.01))
)
_STEPS = 40
_CLOSE = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One event to learn from or to be tested on.

    event: its key; day: days since 1970. process: events of one process are drawn together. figures: (n, k) of the
    candidates. there: who had a role in the country before, bool (n,). chosen: who had one in the event, bool (n,).
    missed: third parties that were no candidates (nobody could have ranked them).
    """

    event: str
    day: int
    process: str
    year: int
    mediators: tuple[str, ...]
    kinds: tuple[str, ...]
    figures: "npt.NDArray[np.float64]"
    there: "npt.NDArray[np.bool_]"
    chosen: "npt.NDArray[np.bool_]"
    missed: int


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """What was learned.

    means, scales: of the figures used, (u,). weights: of newcomers' standardised figures, (1 + b, u): the first row
    from all events, the others from processes drawn with replacement. chances: coefficients by which the chance is read
    off, (1 + b, 2, 6): of those there and of newcomers, by what `_placed` holds. events: how many it was learned from.
    """

    means: "npt.NDArray[np.float64]"
    scales: "npt.NDArray[np.float64]"
    weights: "npt.NDArray[np.float64]"
    chances: "npt.NDArray[np.float64]"
    events: int

    def order(
        self, figures: "npt.NDArray[np.float64]", there: "npt.NDArray[np.bool_]", model: int = 0
    ) -> "npt.NDArray[np.float64]":
        """What candidates are ordered by, the highest first, (n,): whoever is there comes before newcomers."""
        standard = (figures[:, USED] - self.means) / self.scales
        new = standard @ self.weights[model]
        ahead = new.max(initial=0.0) - history_first(figures).min(initial=0.0) + 1.0
        return np.asarray(np.where(there, history_first(figures) + ahead, new))

    def chance(self, figures: "npt.NDArray[np.float64]", there: "npt.NDArray[np.bool_]") -> "npt.NDArray[np.float64]":
        """Chance of each to be among the third parties of the country's next event, with its 80 % interval: (n, 3)."""
        each = [self._chance(figures, there, model) for model in range(len(self.weights))]
        low, high = np.quantile(np.array(each[1:] or each), [0.1, 0.9], axis=0)
        return np.column_stack((each[0], np.minimum(low, each[0]), np.maximum(high, each[0])))

    def _chance(
        self, figures: "npt.NDArray[np.float64]", there: "npt.NDArray[np.bool_]", model: int
    ) -> "npt.NDArray[np.float64]":
        order = self.order(figures, there, model)
        design = _placed(order, figures, there)
        chance = _logistic((design * self.chances[model][np.where(there, 0, 1)]).sum(axis=1))
        # Nobody's chance is above that of whoever is ranked before: the least so far, by order.
        for kept in (there, ~there):
            rows = np.flatnonzero(kept)[np.argsort(-order[kept], kind="stable")]
            chance[rows] = np.minimum.accumulate(chance[rows])
        return chance


def history_first(figures: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    """Who was here lately, then who was in the region, then who is anywhere: the rule, and the baseline to beat."""
    return np.asarray(sum(weight * figures[:, at] for at, weight in _RULE))


def learn(cases: Sequence[Case], *, penalty: float = PENALTY, replicates: int = 0, seed: int = 0) -> Ranker:
    """Learn from cases; the same cases give the same ranker.

    Raises ShapeError where no case has a newcomer among its third parties, or none has one that was there before.
    """
    if not any((one.chosen & ~one.there).any() for one in cases) or not any(
        (one.chosen & one.there).any() for one in cases
    ):
        raise ShapeError(
            "no events to learn from: the record before that day has to hold third parties that were new in a country "
            "and such that were not; ask for a later day"
        )
    pool = np.concatenate([one.figures[~one.there][:, USED] for one in cases])
    means, scales = pool.mean(axis=0), pool.std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)
    names = sorted({one.process for one in cases})
    number = np.array([names.index(one.process) for one in cases])
    drawn = np.random.default_rng(seed)
    times = [np.ones(len(cases))]
    times += [
        np.bincount(drawn.integers(len(names), size=len(names)), minlength=len(names))[number].astype(float)
        for _ in range(replicates)
    ]
    held = _Pool.of(cases, means, scales)
    weights = [_weights(held, times[0], penalty)]
    weights += [_weights(held, each, penalty, weights[0]) for each in times[1:]]
    bare = Ranker(means, scales, np.array(weights), np.zeros((len(weights), 2, PLACED)), len(cases))
    unseen = _unseen(cases, held, bare, number, penalty)
    return replace(bare, chances=np.array([_chances(unseen, each) for each in times]))


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Newcomers of all cases that chose one, end to end. at: which case each block is of; starts, sizes: of blocks."""

    figures: "npt.NDArray[np.float64]"
    chosen: "npt.NDArray[np.float64]"
    at: "npt.NDArray[np.int64]"
    starts: "npt.NDArray[np.int64]"
    sizes: "npt.NDArray[np.int64]"

    @classmethod
    def of(cls, cases: Sequence[Case], means: "npt.NDArray[np.float64]", scales: "npt.NDArray[np.float64]") -> "_Pool":
        at = np.array([row for row, one in enumerate(cases) if (one.chosen & ~one.there).any()], np.int64)
        kept = [cases[row] for row in at]
        sizes = np.array([int((~one.there).sum()) for one in kept], np.int64)
        return cls(
            figures=np.concatenate([(one.figures[~one.there][:, USED] - means) / scales for one in kept]),
            chosen=np.concatenate([one.chosen[~one.there] for one in kept]).astype(float),
            at=at,
            starts=np.concatenate(([0], np.cumsum(sizes)[:-1])),
            sizes=sizes,
        )


def _unseen(
    cases: Sequence[Case], held: _Pool, bare: Ranker, number: "npt.NDArray[np.int64]", penalty: float
) -> tuple[tuple["npt.NDArray[np.float64]", "npt.NDArray[np.bool_]", "npt.NDArray[np.bool_]"], ...]:
    """What chances are read off, of each case, by weights that its process had no part in: design, there, chosen."""
    out = []
    for fold in range(FOLDS):
        inside = number % FOLDS == fold
        weights = _weights(held, (~inside).astype(float), penalty)
        model = replace(bare, weights=weights[None])
        for row in np.flatnonzero(inside).tolist():
            one = cases[row]
            out.append(
                (row, (_placed(model.order(one.figures, one.there), one.figures, one.there), one.there, one.chosen))
            )
    return tuple(each for _, each in sorted(out, key=lambda pair: pair[0]))


def _weights(
    held: _Pool,
    times: "npt.NDArray[np.float64]",
    penalty: float,
    start: "npt.NDArray[np.float64] | None" = None,
) -> "npt.NDArray[np.float64]":
    """Weights of the conditional logit, the penalised likelihood's highest point. times: how often each case counts."""
    from scipy.optimize import minimize

    often = times[held.at]
    # Every event weighs alike: its third parties share the weight.
    target = held.chosen * np.repeat(often / np.add.reduceat(held.chosen, held.starts), held.sizes)
    average = held.figures.T @ target

    def loss(at: "npt.NDArray[np.float64]") -> tuple[float, "npt.NDArray[np.float64]"]:
        score = held.figures @ at
        top = np.maximum.reduceat(score, held.starts)
        raised = np.exp(score - np.repeat(top, held.sizes))
        total = np.add.reduceat(raised, held.starts)
        share = raised * np.repeat(often / total, held.sizes)
        value = float(target @ score - often @ (np.log(total) + top) - penalty / 2 * at @ at)
        return -value, held.figures.T @ share - average + penalty * at

    begin = np.zeros(held.figures.shape[1]) if start is None else start
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"ftol": 1e-10, "gtol": 1e-5, "maxiter": 500})
    return np.asarray(found.x)


def _chances(
    unseen: Sequence[tuple["npt.NDArray[np.float64]", "npt.NDArray[np.bool_]", "npt.NDArray[np.bool_]"]],
    times: "npt.NDArray[np.float64]",
) -> "npt.NDArray[np.float64]":
    """Coefficients of the chance, of those there and of newcomers: (2, 6)."""
    design = np.concatenate([each[0] for each in unseen])
    there, chosen = (np.concatenate([each[at] for each in unseen]) for at in (1, 2))
    often = np.repeat(times, [len(each[1]) for each in unseen])
    return np.array([_fit(design[kept], chosen[kept].astype(float), often[kept]) for kept in (there, ~there)])


def _placed(
    order: "npt.NDArray[np.float64]", figures: "npt.NDArray[np.float64]", there: "npt.NDArray[np.bool_]"
) -> "npt.NDArray[np.float64]":
    """What the chance is read off, (n, 6).

    One and log place; of those there, how often and how lately, and how many they are; of newcomers, the share that the
    model gives and how often the most frequent third party has had a role in the country.
    """
    out = np.zeros((len(order), PLACED))
    out[:, 0] = 1.0
    for kept in (there, ~there):
        out[kept, 1] = np.log1p(np.argsort(np.argsort(-order[kept], kind="stable"), kind="stable"))
    for column, name in enumerate(("own_1", "own_last"), start=2):
        out[there, column] = figures[there, NAMES.index(name)]
    out[there, 4] = np.log(figures[there, NAMES.index("own_share")] + 0.03)
    out[there, 5] = np.log(max(int(there.sum()), 1))
    if (~there).any():
        new = order[~there]
        out[~there, 2] = new - new.max() - np.log(np.exp(new - new.max()).sum())
        # Where talks have gone on for long, newcomers are rarer.
        out[~there, 3] = figures[:, NAMES.index("own_all")].max(initial=0.0)
    return out


def _logistic(at: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(at, -35.0, 35.0))))


def _fit(
    design: "npt.NDArray[np.float64]", chosen: "npt.NDArray[np.float64]", weights: "npt.NDArray[np.float64]"
) -> "npt.NDArray[np.float64]":
    """Logistic regression by Newton's method; the intercept is hardly penalised."""
    ridge = np.full(design.shape[1], CHANCE_PENALTY)
    ridge[0] = 1e-6
    at = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = _logistic(design @ at)
        slope = design.T @ (weights * (chosen - chance)) - ridge * at
        bend = (design * (weights * chance * (1.0 - chance))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        # Where a step would be wild (at the start), a part of it.
        at = at + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < _CLOSE:
            break
    return at
