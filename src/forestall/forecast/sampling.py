"""How models draw: seeded unit by unit, evenly spread over the distribution.

A model here knows each unit's distribution exactly (a weighted set of past months, a Poisson law). Independent
random draws would add noise of their own to every score and to every figure in a brief, so draws are taken by
systematic sampling: one random start u in [0, 1/m), then the quantiles at u, u + 1/m, u + 2/m ..., in shuffled
order. Each draw still follows the distribution, a value of probability p appears floor(mp) or ceil(mp) times
among m draws, and the shuffle makes months independent of each other. Source: Madow & Madow (1944),
doi:10.1214/aoms/1177731312.

The generator of a unit is seeded by (seed, model, unit number) and walks through the months in order from the
one after `as_of`. So a unit's draws depend neither on which other units are in the panel nor on which other
months were asked for.
"""

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.panel.frame import Panel

Draws = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Quantile = Callable[[FloatArray], FloatArray]

MAX_HORIZON = 36


def rows_of(panel: Panel, months: Sequence[int]) -> npt.NDArray[np.intp]:
    """Which steps after `as_of` the months are, counted from 0: month as_of + 1 is step 0.

    Raises UsageError if there is none, if they don't ascend, or if one is not 1 to 36 months after the panel's as_of.
    """
    wanted = np.asarray(list(months), dtype=np.int64)
    if wanted.size == 0:
        raise UsageError("no month to forecast was given: name one to 36 month_ids after the panel's as_of")
    if np.any(np.diff(wanted) <= 0):
        raise UsageError(f"months to forecast must ascend, got {wanted.tolist()}")
    if wanted[0] <= panel.as_of or wanted[-1] > panel.as_of + MAX_HORIZON:
        raise UsageError(
            f"months to forecast are {wanted[0]}..{wanted[-1]}, expected 1 to {MAX_HORIZON} months after as_of: "
            f"within {panel.as_of + 1}..{panel.as_of + MAX_HORIZON}"
        )
    return (wanted - panel.as_of - 1).astype(np.intp)


def blank(panel: Panel, months: Sequence[int], n_draws: int) -> Draws:
    """Zero draws of the right shape, (n_units, n_months, n_draws) float32. Raises UsageError if n_draws is below 1."""
    if n_draws < 1:
        raise UsageError(f"n_draws is {n_draws}, expected 1 or more (1000 is the field's custom)")
    return np.zeros((panel.units.size, len(months), n_draws), dtype=np.float32)


def fill(out: Draws, rows: npt.NDArray[np.intp], *, unit: int, model: str, seed: int, quantile: Quantile) -> None:
    """Fill one unit's draws, in place.

    out: (n_months, n_draws). rows: the steps from `rows_of`. quantile: the inverse distribution function, from
    probabilities of any shape in [0, 1) to deaths per month of the same shape.
    """
    entropy = np.random.SeedSequence([seed, zlib.crc32(model.encode()), int(unit)])
    generator = np.random.Generator(np.random.SFC64(entropy))
    steps, n_draws = int(rows[-1]) + 1, out.shape[1]
    start = generator.random(MAX_HORIZON)[:steps, None]
    even = quantile((np.arange(n_draws) + start) / n_draws).astype(np.float32)
    out[:] = generator.permuted(even, axis=1, out=even)[rows]


def weighted(values: FloatArray, weights: FloatArray) -> Quantile:
    """The quantile function of values with weights. values, weights: (k,), weights not negative, not all 0."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    steps = np.cumsum(weights[order])
    steps = steps[:-1] / steps[-1]
    return lambda probability: ordered[np.searchsorted(steps, probability, side="right")]


def from_own_history(
    panel: Panel, months: Sequence[int], weights: FloatArray, *, n_draws: int, seed: int, model: str
) -> Draws:
    """Draws from each unit's own last months, (n_units, n_months, n_draws) float32.

    weights: (k,), one per month back: weights[0] is for the month as_of. A month that is not known drops out
    and the rest share its weight; a unit without any known month among the k gets zero deaths, the rule of the
    VIEWS challenge for states that did not exist. Raises UsageError as `rows_of` and `blank` do.
    """
    rows = rows_of(panel, months)
    out = blank(panel, months, n_draws)
    history = panel.values[:, ::-1][:, : weights.size]
    known = ~np.isnan(history)
    for i in np.flatnonzero(np.any(known & (history > 0), axis=1)):
        own = known[i]
        quantile = weighted(history[i, own], weights[: history.shape[1]][own])
        fill(out[i], rows, unit=int(panel.units[i]), model=model, seed=seed, quantile=quantile)
    return out
