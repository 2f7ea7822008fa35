"""Ideal points from votes of three ordered answers: no, abstain, yes.

    P(vote of u on j is at most k) = logistic(cut[j, k] - slope[j] . theta[t, u]),  k = no, abstain

Each roll call j has its own slope (D,) and two cutpoints; each state a position theta in every session, tied to its
position in the session before. Positions are given a Gaussian approximation (mean and covariance), slopes and cutpoints
their most probable value under weak priors, in turn until positions stand still (variational EM). The expectation of
the logistic under a Gaussian is MacKay's (1992, doi:10.1162/neco.1992.4.5.720). No random numbers: the same votes give
the same points.

What pins the scale: a position is N(0, I) in every session before its votes are seen, and correlated PERSISTENCE with
the one before; slopes are N(0, SLOPE_SD^2). So distances compare within a session; a change of a state's position over
time is a change beside the other states. What pins the sign: the unit `anchor` is positive in the first dimension;
`rotated` turns the axes.

Sources: Bailey, Strezhnev & Voeten (2017), doi:10.1177/0022002715595700 (the model of ordered votes over time); Imai,
Lo & Olmsted (2016), doi:10.1017/S000305541600037X (EM in place of sampling). Ours differs from the first: logistic for
normal errors, a tie to the state's last position in place of resolutions that recur, and EM.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.council.voting import start
from forestall.council.voting.smoother import Floats, Ints, Paths, smooth

NO, ABSTAIN, YES, NONE = 0, 1, 2, -1
PERSISTENCE, SLOPE_SD, CUT_SD, GHOSTS = 0.8, 2.0, 8.0, 0.5
"""Priors: correlation of a position with the one a session before; standard deviations of slopes and cutpoints, about
0; GHOSTS: abstentions added to every roll call, so that its cutpoints differ. docs/methods/council-voting.md says how
the first two were chosen."""
USUAL_SPREAD = 2.0
"""Standard deviation of positions within a session that fits of real sessions come to; where estimation begins."""

_LONGEST = 1.0  # of a Newton step of an item's parameter


@dataclass(frozen=True, slots=True)
class Session:
    """units (S,): numbers of the states that voted; votes (S, V) int8: 0 no, 1 abstain, 2 yes, -1 none recorded."""

    units: Ints
    votes: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Items:
    """Roll calls of a session: slope (V, D), lower and upper cutpoint (V,), lower < upper."""

    slope: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """paths: mean (T, U, D) and covariance (T, U, D, D) of positions; items: one a session."""

    paths: Paths
    items: tuple[Items, ...]
    iterations: int


def fit(
    sessions: Sequence[Session],
    units: int,
    anchor: int,
    *,
    dims: int = 1,
    iterations: int = 200,
    tolerance: float = 1e-3,
    warm: Fit | None = None,
) -> Fit:
    """Estimate positions and roll calls.

    sessions: in order of time. units: how many states there are. anchor: the unit that is positive in the first
    dimension. tolerance: largest root mean square change of a session's positions in the last round. warm: an earlier
    fit of the same first sessions to begin from. Raises ValueError if no session has a vote.
    """
    if not any((session.votes != NONE).any() for session in sessions):
        raise ValueError("no votes to estimate ideal points from")
    first = _first(sessions, units)
    paths, items = _begin(sessions, units, anchor, dims, warm)
    done = 0
    for _ in range(iterations):
        done += 1
        before = paths.mean
        precision = np.zeros((len(sessions), units, dims, dims))
        information = np.zeros((len(sessions), units, dims))
        for t, session in enumerate(sessions):
            at = session.units
            cells = _Cells.of(session, paths.mean[t, at], paths.cov[t, at], items[t])
            precision[t, at], information[t, at] = cells.reading(paths.mean[t, at], items[t].slope)
        paths = smooth(precision, information, first, PERSISTENCE)
        for t, session in enumerate(sessions):
            items[t] = _better(session, paths.mean[t, session.units], paths.cov[t, session.units], items[t])
        moved = [np.sqrt(np.mean((paths.mean[t, s.units] - before[t, s.units]) ** 2)) for t, s in enumerate(sessions)]
        if max(moved) < tolerance:
            break
    sign = np.ones(dims)
    held = [t for t, session in enumerate(sessions) if anchor in session.units]
    if held and paths.mean[held, anchor, 0].mean() < 0:
        sign[0] = -1.0
    return rotated(Fit(paths, tuple(items), done), np.diag(sign))


def rotated(found: Fit, turn: Floats) -> Fit:
    """The same fit in turned axes: positions turn @ theta. turn: (D, D) orthogonal."""
    mean = found.paths.mean @ turn.T
    cov = turn @ found.paths.cov @ turn.T
    items = tuple(Items(one.slope @ turn.T, one.lower, one.upper) for one in found.items)
    return Fit(Paths(mean, cov), items, found.iterations)


def chances(mean: Floats, cov: Floats, items: Items) -> Floats:
    """(S, V, 3) probabilities of no, abstain and yes for states at mean (S, D), cov (S, D, D)."""
    at, kappa = _predictor(mean, cov, items.slope)
    low, high = _logistic(kappa * (items.lower - at)), _logistic(kappa * (items.upper - at))
    found: Floats = np.stack([low, high - low, 1 - high], axis=2)
    return found


def items_given(session: Session, mean: Floats, cov: Floats, *, rounds: int = 30) -> Items:
    """Roll calls of a session for voters at mean (S, D), cov (S, D, D)."""
    items = Items(np.zeros((session.votes.shape[1], mean.shape[1])), *start.cutpoints(session.votes))
    for _ in range(rounds):
        items = _better(session, mean, cov, items)
    return items


@dataclass(frozen=True, slots=True)
class _Cells:
    """Expected first derivatives and curvatures (S, V) of each vote's log-probability, for both cutpoints."""

    score_low: Floats
    score_high: Floats
    weight_low: Floats
    weight_high: Floats
    abstained: Floats

    @classmethod
    def of(cls, session: Session, mean: Floats, cov: Floats, items: Items) -> "_Cells":
        # With F the logistic: log P(no) = log F(low - x), log P(yes) = log F(x - high), and
        # log P(abstain) = log F(x - low) + log F(high - x) + log(1 - exp(low - high)): two binary logits a vote.
        votes = session.votes
        no, abstained = votes == NO, votes == ABSTAIN
        at, kappa = _predictor(mean, cov, items.slope)
        low, high = _logistic(kappa * (items.lower - at)), _logistic(kappa * (items.upper - at))
        in_low, in_high = no | abstained, abstained | (votes == YES)
        return cls(
            in_low * (low - no),
            in_high * (high - abstained),
            in_low * (kappa * low * (1 - low)),
            in_high * (kappa * high * (1 - high)),
            abstained.sum(axis=0) + GHOSTS,
        )

    def reading(self, mean: Floats, slope: Floats) -> tuple[Floats, Floats]:
        """What these votes say of their voters: precision (S, D, D), precision times value (S, D)."""
        weight = self.weight_low + self.weight_high
        dims = slope.shape[1]
        outer = (slope[:, :, None] * slope[:, None, :]).reshape(len(slope), dims * dims)
        precision = (weight @ outer).reshape(len(mean), dims, dims)
        information = (precision @ mean[:, :, None])[:, :, 0] + (self.score_low + self.score_high) @ slope
        return precision, information


def _better(session: Session, mean: Floats, cov: Floats, items: Items) -> Items:
    """One Newton step of every roll call's slope and cutpoints, with positions as they are."""
    cells = _Cells.of(session, mean, cov, items)
    n, dims = items.slope.shape
    weight, gap = cells.weight_low + cells.weight_high, items.upper - items.lower
    second = (mean[:, :, None] * mean[:, None, :] + cov).reshape(len(mean), dims * dims)
    spread = (weight.T @ cov.reshape(len(mean), dims * dims)).reshape(n, dims, dims)
    push = cells.abstained / np.expm1(gap)
    bend = cells.abstained * np.exp(gap) / np.expm1(gap) ** 2

    gradient = np.empty((n, dims + 2))
    gradient[:, :dims] = (cells.score_low + cells.score_high).T @ mean - (spread @ items.slope[:, :, None])[:, :, 0]
    gradient[:, :dims] -= items.slope / SLOPE_SD**2
    gradient[:, dims] = -cells.score_low.sum(axis=0) - push - items.lower / CUT_SD**2
    gradient[:, dims + 1] = -cells.score_high.sum(axis=0) + push - items.upper / CUT_SD**2
    hessian = np.zeros((n, dims + 2, dims + 2))
    hessian[:, :dims, :dims] = (weight.T @ second).reshape(n, dims, dims) + np.eye(dims) / SLOPE_SD**2
    hessian[:, :dims, dims] = hessian[:, dims, :dims] = -(cells.weight_low.T @ mean)
    hessian[:, :dims, dims + 1] = hessian[:, dims + 1, :dims] = -(cells.weight_high.T @ mean)
    hessian[:, dims, dims] = cells.weight_low.sum(axis=0) + bend + 1 / CUT_SD**2
    hessian[:, dims + 1, dims + 1] = cells.weight_high.sum(axis=0) + bend + 1 / CUT_SD**2
    hessian[:, dims, dims + 1] = hessian[:, dims + 1, dims] = -bend
    step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
    step *= np.minimum(1.0, _LONGEST / np.abs(step).max(axis=1, keepdims=True).clip(1e-12))
    # Cutpoints must not cross: of a step that would nearly close the gap only so much is taken that a fifth is left.
    closing = step[:, dims] - step[:, dims + 1]
    step *= np.minimum(1.0, 0.8 * gap / closing.clip(1e-12))[:, None]
    return Items(items.slope + step[:, :dims], items.lower + step[:, dims], items.upper + step[:, dims + 1])


def _begin(
    sessions: Sequence[Session], units: int, anchor: int, dims: int, warm: Fit | None
) -> tuple[Paths, list[Items]]:
    """Positions and roll calls to start from: an earlier fit, and principal components for sessions it lacks."""
    times = len(sessions)
    mean, cov = np.zeros((times, units, dims)), np.tile(0.05 * np.eye(dims), (times, units, 1, 1))
    items: list[Items] = []
    known = 0 if warm is None else min(len(warm.items), times)
    if warm is not None:
        mean[:known], cov[:known] = warm.paths.mean[:known], warm.paths.cov[:known]
        items += warm.items[:known]
    fresh = [(session.units, session.votes) for session in sessions[known:]]
    for t, scores in enumerate(start.components(fresh, units, anchor, dims), known):
        mean[t] = USUAL_SPREAD * scores
    for t in range(known, times):
        at = sessions[t].units
        items.append(items_given(sessions[t], mean[t, at], cov[t, at], rounds=8))
    return Paths(mean, cov), items


def _first(sessions: Sequence[Session], units: int) -> Ints:
    """(U,) first session with a vote; 0 for a unit without any."""
    first = np.full(units, len(sessions), dtype=np.int64)
    for t, session in enumerate(sessions):
        at = session.units[(session.votes != NONE).any(axis=1)]
        first[at] = np.minimum(first[at], t)
    first[first == len(sessions)] = 0
    return first


def _predictor(mean: Floats, cov: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Mean (S, V) of slope . theta, and what its variance multiplies the logistic's argument by."""
    dims = slope.shape[1]
    outer = (slope[:, :, None] * slope[:, None, :]).reshape(len(slope), dims * dims)
    variance = cov.reshape(len(mean), dims * dims) @ outer.T
    return mean @ slope.T, 1 / np.sqrt(1 + (np.pi / 8) * variance)


def _logistic(x: Floats) -> Floats:
    with np.errstate(over="ignore"):
        out: Floats = 1 / (1 + np.exp(-x))
    return out
