"""Scores of probabilities for yes-or-no outcomes, such as "25 or more deaths in this country next month".

Every function takes probabilities (n,), between 0 and 1, and outcomes (n,), 1 where it happened and 0 where it did not.
Ranking measures (AUROC, AUPRC) also take any score that orders the cases.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.errors import ShapeError
from forestall.scores._blocks import FloatArray, checked, each_block, finite


def exceedance(draws: npt.ArrayLike, threshold: float, *, workers: int | None = None) -> FloatArray:
    """P(x >= threshold) of each row: the share of its draws at or above the threshold.

    draws: (n, m). threshold: in the unit of the draws. Returns (n,), each a multiple of 1/m.
    Raises ShapeError if draws are not (n, m), ValueError on a NaN or an infinite value.
    """
    x, _ = checked(draws)
    if np.isnan(threshold):
        raise ValueError("threshold is NaN, expected a number in the unit of the draws")
    n, m = x.shape
    out = np.empty(n)

    def work(rows: slice) -> None:
        block = x[rows]
        finite(block.min(axis=1), rows.start)
        finite(block.max(axis=1), rows.start)
        out[rows] = np.count_nonzero(block >= threshold, axis=1) / m

    each_block(work, n, m, workers)
    return out


def brier(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> FloatArray:
    """Brier score: (p - o)^2 for each case. 0 is best, 1 worst; always saying 50 % scores 0.25.

    probabilities, outcomes: (n,). Returns (n,). Raises ShapeError if they don't match, ValueError on a NaN, a
    probability outside 0..1, or an outcome other than 0 or 1. Source: Brier (1950),
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    p, o = checked_pair(probabilities, outcomes)
    score: FloatArray = (p - o) ** 2
    return score


def brier_skill(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> float:
    """Share of a reference forecast's Brier score that this forecast saves: 1 - BS / BS of the reference.

    1 is perfect, 0 no better than the reference, below 0 worse. reference: (n,) probabilities, or one for all; default:
    the share of cases in which it happened, known only afterwards and therefore hard to beat.
    NaN (not known) if the reference is already perfect or there is no case. Raises as `brier`.
    Source: Murphy (1973), doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2.
    """
    p, o = checked_pair(probabilities, outcomes)
    if o.size == 0:
        return float("nan")
    base = np.full(o.shape, o.mean()) if reference is None else np.asarray(reference, dtype=np.float64)
    if base.ndim == 0:
        base = np.full(o.shape, float(base))
    base_score = float(brier(base, o).mean())
    return float("nan") if base_score == 0 else 1 - float(brier(p, o).mean()) / base_score


def log_score(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> FloatArray:
    """Logarithmic score: -log2 of the probability given to what happened, in bits. 0 is best.

    Always saying 50 % scores 1 bit. A forecast of 0 % for something that happens scores infinity: that is the score's
    verdict on certainty, and it is not softened here.

    probabilities, outcomes: (n,). Returns (n,). Raises as `brier`.
    Source: Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x.
    """
    p, o = checked_pair(probabilities, outcomes)
    with np.errstate(divide="ignore"):
        # log1p keeps the digits of a small probability; adding 0.0 turns -0.0 into 0.0.
        bits: FloatArray = -np.where(o == 1, np.log(p), np.log1p(-p)) / np.log(2) + 0.0
    return bits


def auroc(scores: npt.ArrayLike, outcomes: npt.ArrayLike) -> float:
    """Area under the ROC curve: the chance that a case where it happened was ranked above one where it did not.

    (sum of the ranks of the cases where it happened - k (k + 1) / 2) / (k (n - k)), ties counting half. 1 is best, 0.5
    is guessing. It looks at the order only: a forecast can rank well and still be far too high or too low.

    scores: (n,), any numbers, higher = more likely. outcomes: (n,). NaN (not known) unless both outcomes occur.
    Raises ShapeError if they don't match, ValueError on a NaN or an outcome other than 0 or 1.
    Source: Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747.
    """
    s, o = checked_pair(scores, outcomes, probabilities=False)
    happened = int(o.sum())
    if happened in {0, o.size}:
        return float("nan")
    _, group, size = np.unique(s, return_inverse=True, return_counts=True)
    last = np.cumsum(size)
    rank = (last - (size - 1) / 2)[group]
    return float((rank[o == 1].sum() - happened * (happened + 1) / 2) / (happened * (o.size - happened)))


def auprc(scores: npt.ArrayLike, outcomes: npt.ArrayLike) -> float:
    """Area under the precision-recall curve as average precision: how clean is the top of the list?

    sum over distinct scores, from the highest, of (recall - previous recall) x precision; cases with equal scores enter
    together, so that their order in the file does not matter. 1 is best; guessing scores the share of cases in which it
    happened, which is why a value means something only beside that share.

    scores: (n,), any numbers, higher = more likely. outcomes: (n,). NaN (not known) if it never happened.
    Raises ShapeError if they don't match, ValueError on a NaN or an outcome other than 0 or 1.
    Source: Davis & Goadrich (2006), doi:10.1145/1143844.1143874; Saito & Rehmsmeier (2015),
    doi:10.1371/journal.pone.0118432.
    """
    s, o = checked_pair(scores, outcomes, probabilities=False)
    happened = float(o.sum())
    if happened == 0:
        return float("nan")
    order = np.argsort(-s, kind="stable")
    s, o = s[order], o[order]
    ends = np.append(np.flatnonzero(np.diff(s)), s.size - 1)
    hits = np.cumsum(o)[ends]
    precision = hits / (ends + 1)
    return float((np.diff(hits, prepend=0.0) * precision).sum() / happened)


@dataclass(frozen=True, slots=True)
class BrierParts:
    """The mean Brier score taken apart: score = reliability - resolution + uncertainty + within.

    reliability: how far stated probabilities lie from what then happened, 0 is best. resolution: how far the bins lie
    from the overall share, more is better. uncertainty: what always stating the overall share would score. within: what
    binning hides (zero if all probabilities of a bin are equal); it can have either sign.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier_parts(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, bins: int | npt.ArrayLike = 10) -> BrierParts:
    """Take the mean Brier score apart into reliability, resolution, uncertainty and what binning hides.

    With k bins of n_k cases, mean probability p_k, observed share o_k, and overall share o:
    reliability = sum n_k (p_k - o_k)^2 / n, resolution = sum n_k (o_k - o)^2 / n, uncertainty = o (1 - o),
    within = mean (p - p_k)^2 - 2 mean (p - p_k)(o_i - o_k). The four add up to the score exactly.

    probabilities, outcomes: (n,), n >= 1. bins: a number of equal bins, or ascending edges from 0 to 1. Raises as
    `brier`, and ShapeError if there is no case. Source: Murphy (1973),
    doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2; the within-bin part: Stephenson, Coelho & Jolliffe (2008),
    doi:10.1175/2007WAF2006116.1.
    """
    p, o = checked_pair(probabilities, outcomes)
    if p.size == 0:
        raise ShapeError("probabilities are empty: a Brier score needs at least one case")
    edges = bin_edges(bins)
    bin_of = bin_numbers(p, edges)
    size = np.bincount(bin_of, minlength=edges.size - 1)
    filled = np.maximum(size, 1)
    stated = np.bincount(bin_of, weights=p, minlength=edges.size - 1) / filled
    seen = np.bincount(bin_of, weights=o, minlength=edges.size - 1) / filled
    overall = o.mean()
    off, miss = p - stated[bin_of], o - seen[bin_of]
    return BrierParts(
        score=float(((p - o) ** 2).mean()),
        reliability=float((size * (stated - seen) ** 2).sum() / p.size),
        resolution=float((size * (seen - overall) ** 2).sum() / p.size),
        uncertainty=float(overall * (1 - overall)),
        within=float((off**2).mean() - 2 * (off * miss).mean()),
    )


def bin_edges(bins: int | npt.ArrayLike) -> FloatArray:
    """Edges of bins over 0..1: a number gives equal bins, edges are checked to ascend from 0 to 1 (ValueError)."""
    if isinstance(bins, int):
        if bins < 1:
            raise ValueError(f"bins is {bins}, expected at least 1")
        return np.linspace(0, 1, bins + 1)
    edges = np.asarray(bins, dtype=np.float64)
    if edges.ndim != 1 or edges.size < 2 or edges[0] != 0 or edges[-1] != 1 or not (np.diff(edges) > 0).all():
        raise ValueError(f"bins must be a number, or edges that ascend from 0 to 1, given {edges}")
    return edges


def bin_numbers(probabilities: FloatArray, edges: FloatArray) -> npt.NDArray[np.int64]:
    """The bin of each probability: edges[k] <= p < edges[k + 1]; a probability of exactly 1 belongs to the last bin."""
    return np.minimum(np.searchsorted(edges, probabilities, side="right") - 1, edges.size - 2).astype(np.int64)


def checked_pair(
    scores: npt.ArrayLike, outcomes: npt.ArrayLike, *, probabilities: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Probabilities (or any scores) and outcomes as (n,) float64, after the checks that `brier` names."""
    s, o = np.asarray(scores, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if s.ndim != 1 or s.shape != o.shape:
        raise ShapeError(f"probabilities have shape {s.shape} and outcomes {o.shape}, expected both (n,)")
    if np.isnan(s).any() or np.isnan(o).any():
        row = int(np.flatnonzero(np.isnan(s) | np.isnan(o))[0])
        raise ValueError(f"probability or outcome is NaN in row {row}: leave out cases that are not known")
    if probabilities and not ((s >= 0) & (s <= 1)).all():
        row = int(np.flatnonzero(~((s >= 0) & (s <= 1)))[0])
        raise ValueError(f"probability is {s[row]} in row {row}, expected a value between 0 and 1")
    if not ((o == 0) | (o == 1)).all():
        row = int(np.flatnonzero((o != 0) & (o != 1))[0])
        raise ValueError(f"outcome is {o[row]} in row {row}, expected 1 (it happened) or 0 (it did not)")
    return s, o
