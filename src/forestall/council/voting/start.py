"""Where estimation of ideal points begins: principal components of each session, turned to fit the session before."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from forestall.council.voting.smoother import Floats, Ints

Votes = npt.NDArray[np.int8]


def components(sessions: Sequence[tuple[Ints, Votes]], units: int, anchor: int, dims: int) -> Iterator[Floats]:
    """For each session (units, dims) positions of unit variance; the anchor is positive in the first dimension.

    Further dimensions are turned to lie as near as they can to the session before (Procrustes).
    """
    before = np.zeros((units, dims))
    seen = np.zeros(units, dtype=bool)
    for at, votes in sessions:
        scores = _scores(votes, dims)
        own = np.flatnonzero(at == anchor)
        if own.size and scores[own[0], 0] < 0:
            scores[:, 0] *= -1
        both = seen[at]
        if dims > 1 and both.sum() > dims:
            # Only the further dimensions are turned: the first is the axis on which most of the votes lie.
            left, _, right = np.linalg.svd(scores[both, 1:].T @ before[at[both], 1:])
            scores[:, 1:] = scores[:, 1:] @ left @ right
        if not own.size and both.sum() > dims and (scores[both, 0] * before[at[both], 0]).sum() < 0:
            scores[:, 0] *= -1
        before[at] = scores
        seen[at] = True
        yield before.copy()


def _scores(votes: Votes, dims: int) -> Floats:
    """(S, dims) principal components; a vote that is missing counts as the roll call's mean."""
    filled = np.where(votes < 0, np.nan, votes.astype(np.float64))
    centre = np.nanmean(filled, axis=0)
    filled = np.where(np.isnan(filled), 0.0, filled - centre)
    left, size, _ = np.linalg.svd(filled, full_matrices=False)
    out = np.zeros((len(votes), dims))
    n = min(dims, len(size))
    out[:, :n] = left[:, :n] * np.sqrt(len(votes))
    return out


def cutpoints(votes: Votes) -> tuple[Floats, Floats]:
    """Cutpoints (V,), (V,) that give each answer its share of the roll call (half a vote added to each answer)."""
    counts = [(votes == answer).sum(axis=0) + 0.5 for answer in range(3)]
    total = counts[0] + counts[1] + counts[2]
    low, high = counts[0] / total, (counts[0] + counts[1]) / total
    lower: Floats = np.log(low / (1 - low))
    upper: Floats = np.log(high / (1 - high))
    return lower, upper
