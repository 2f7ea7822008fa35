"""How far one division lies from another: seats from votes, in the literature; here seats from people, money, troops.

Each takes two vectors of the same length: `held` (seats, or power) and `due` (population, contributions ...), any
scale, no negatives; they are brought to shares of their sum first. 0 means the same shares.
"""

import math
from collections.abc import Sequence

from forestall.errors import ShapeError


def shares(values: Sequence[float]) -> list[float]:
    """Each value over their sum. Raises ValueError on a negative or not finite value, or a sum of zero."""
    if any(not math.isfinite(value) or value < 0 for value in values):
        raise ValueError("shares need finite values that are not negative")
    total = math.fsum(values)
    if total <= 0:
        raise ValueError("shares need a sum above zero")
    return [value / total for value in values]


def _pair(held: Sequence[float], due: Sequence[float]) -> list[tuple[float, float]]:
    if len(held) != len(due):
        raise ShapeError(f"{len(held)} shares held do not fit {len(due)} shares due")
    return list(zip(shares(held), shares(due), strict=True))


def gallagher(held: Sequence[float], due: Sequence[float]) -> float:
    """Least-squares index: the root of half the sum of squared differences in shares; 0 to 1.

    Source: Gallagher (1991), Proportionality, disproportionality and electoral systems,
    doi:10.1016/0261-3794(91)90004-C.
    """
    return math.sqrt(0.5 * math.fsum((h - d) ** 2 for h, d in _pair(held, due)))


def loosemore_hanby(held: Sequence[float], due: Sequence[float]) -> float:
    """Half the sum of absolute differences: the share of seats that would have to change hands; 0 to 1.

    Source: Loosemore and Hanby (1971), The theoretical limits of maximum distortion, doi:10.1017/S000712340000925X.
    """
    return 0.5 * math.fsum(abs(h - d) for h, d in _pair(held, due))


def gini(held: Sequence[float], due: Sequence[float]) -> float:
    """Gini coefficient of what is held per unit due, each group weighing as much as it is due; 0 (equal) to 1.

    Twice the area between the diagonal and the Lorenz curve of held shares over due shares, groups in order of held per
    unit due; a group that is due nothing comes last. Not symmetric: the groups weigh by what they are due.
    """
    ordered = sorted(_pair(held, due), key=lambda pair: math.inf if pair[1] == 0 else pair[0] / pair[1])
    area, below = 0.0, 0.0
    for part, width in ordered:
        area += width * (below + part / 2)
        below += part
    return max(0.0, 1 - 2 * area)
