"""Cases that learned country models are trained on: what was seen in a month, and what came some months later."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.forecast.features import Features, Float32
from forestall.forecast.sampling import MAX_HORIZON
from forestall.panel.frame import FloatArray, Panel

FIRST = 36
"""Months of record before the first origin."""
NEAR = 14
"""Most months ahead in which most cases lie: the horizon of the outlook and of the VIEWS challenge."""
QUIET = 0.02
"""Fading mean of log deaths (half-life 96 months) under which a unit counts as long quiet."""
QUIET_KEPT = 0.25
"""Share of long quiet cases that are kept, with four times the weight: they are most of the world and all alike."""
MOST_SCALE = 150.0
"""Short mean, deaths a month, above which models that split on levels give way to `history`: too few wars are larger to
learn from, and a tree answers for one of them with the few it has seen.
"""
FEWEST = 400
"""Fewest cases with deaths from which anything is learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Cases for training. inputs: (m, k + 1) float32, features at the origin and the months ahead. scale: (m,) the
    short mean at the origin, observed: (m,) what came, deaths per month. weight: (m,). fold: (m,) a number of the
    unit, for models that are tried on units they were not fitted on.
    """

    inputs: Float32
    scale: FloatArray
    observed: FloatArray
    weight: FloatArray
    fold: npt.NDArray[np.int64]

    def pick(self, keep: npt.NDArray[np.bool_]) -> "Cases":
        """Some of the cases."""
        return Cases(self.inputs[keep], self.scale[keep], self.observed[keep], self.weight[keep], self.fold[keep])

    @property
    def enough(self) -> bool:
        """Whether there is anything to learn from."""
        return int(np.count_nonzero(self.observed > 0)) >= FEWEST


def cases(panel: Panel, seen: Features, *, each: int = 5, seed: int = 0) -> Cases:
    """Cases from all origins whose outcome lies in the panel.

    seen: the features of that panel. each: months ahead drawn for each unit and origin, one of them 15 to 36 and the
    others 1 to 14. Units are taken in the order of their numbers, so that the order of the panel changes nothing.
    """
    order = np.argsort(panel.units, kind="stable")
    values = panel.values[order]
    features, scale = seen.values[order], seen.scale[order]
    n, t = values.shape
    generator = np.random.default_rng(seed)
    if t <= FIRST + 1:
        unit = origin = np.zeros(0, dtype=np.int64)
    else:
        unit, origin = (part.ravel() for part in np.meshgrid(np.arange(n), np.arange(FIRST, t - 1), indexing="ij"))
    quiet = features[unit, origin, seen.names.index("log_mean_96")] < QUIET
    kept = (~quiet | (generator.random(unit.size) < QUIET_KEPT)) & ~np.isnan(values[unit, origin])
    unit, origin, quiet = unit[kept], origin[kept], quiet[kept]
    units, origins, steps, weights = [], [], [], []
    for k in range(each):
        low, high = (1, NEAR) if k < each - 1 or each == 1 else (NEAR + 1, MAX_HORIZON)
        step = generator.integers(low, high + 1, unit.size)
        inside = origin + step < t
        inside[inside] = ~np.isnan(values[unit[inside], origin[inside] + step[inside]])
        units.append(unit[inside])
        origins.append(origin[inside])
        steps.append(step[inside])
        weights.append(np.where(quiet[inside], 1 / QUIET_KEPT, 1.0))
    unit, origin, step, weight = (np.concatenate(parts) for parts in (units, origins, steps, weights))
    return Cases(
        inputs=design(features[unit, origin], step),
        scale=scale[unit, origin],
        observed=values[unit, origin + step],
        weight=weight,
        fold=panel.units[order][unit].astype(np.int64) * 7919 % 3,
    )


def design(features: Float32, step: npt.NDArray[np.integer]) -> Float32:
    """Features of some origins with the months ahead beside them, (m, k + 1) float32. step: (m,) months ahead."""
    return np.concatenate([features, step[:, None].astype(np.float32)], axis=1)


def latest(seen: Features, steps: npt.NDArray[np.integer]) -> tuple[Float32, FloatArray]:
    """Inputs and scales of a forecast from the last month: unit by unit, each with all steps.

    steps: (h,) months ahead, from 1. Returns (n * h, k + 1) and (n * h,).
    """
    n, h = seen.values.shape[0], len(steps)
    inputs = design(np.repeat(seen.values[:, -1], h, axis=0), np.tile(np.asarray(steps), n))
    return inputs, np.repeat(seen.scale[:, -1], h)
