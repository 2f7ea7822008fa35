"""The guard: a share for `conflictology_12` in the ensemble, as small as keeps every validation year from being
lost."""

from collections.abc import Callable, Sequence

TOLERANCE = 0.01
STEPS = tuple(k / 20 for k in range(11))


def share(crps: Callable[[float], Sequence[float]], reference: Sequence[float]) -> tuple[float, list[float]]:
    """The smallest share of the reference at which the ensemble's CRPS is within 1 % of it in every validation year.

    crps: from the share of the reference in the pool to the pool's mean CRPS in each year. reference: the reference's.
    Returns the share, 0 if the guard need not step in and at most 0.5, and the years' CRPS over the reference's at it.
    """
    ratios: list[float] = []
    for step in STEPS:
        ratios = [own / other for own, other in zip(crps(step), reference, strict=True)]
        if max(ratios) <= 1 + TOLERANCE:
            return step, ratios
    return STEPS[-1], ratios
