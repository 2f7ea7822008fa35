"""When an alert is raised and cleared, and which alerts stand: a function of probabilities, without stored state."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
State = Literal["new", "standing", "cleared"]

MISS_COST = 10.0
# Chosen on origins before 2018: a fifth of all changes less for 5 % more cost; docs/methods/alerts.md holds the table.
CLEAR_RATIO = 0.8
CLEAR_MONTHS = 1
MOST_COST = 10_000.0


@dataclass(frozen=True, slots=True)
class Rule:
    """Raise at `raise_at` or more; clear after `clear_months` months running below `clear_below`.

    Raises ValueError unless 0 < clear_below <= raise_at <= 1 and clear_months >= 1.
    """

    raise_at: float
    clear_below: float
    clear_months: int = CLEAR_MONTHS

    def __post_init__(self) -> None:
        if not 0 < self.clear_below <= self.raise_at <= 1 or self.clear_months < 1:
            raise ValueError(
                f"a rule needs 0 < clear_below <= raise_at <= 1 and a month or more to clear, got {self.clear_below}, "
                f"{self.raise_at}, {self.clear_months}"
            )


def bayes_threshold(miss_cost: float) -> float:
    """The probability from which an alert costs less than silence: 1 / (1 + miss_cost).

    An alert costs (1 - p) false alarms, silence costs p * miss_cost of them; they are equal at this p. miss_cost: what
    an event without an alert costs, in false alarms. Raises UsageError unless it is a number above 0 and at most
    10,000.
    Source: Murphy (1977), doi:10.1175/1520-0493(1977)105<0803:TVOCCP>2.0.CO;2.
    """
    if not math.isfinite(miss_cost) or not 0 < miss_cost <= MOST_COST:
        raise UsageError(
            f"--miss-cost {miss_cost:g} is no cost: give what a missed event costs in false alarms, a number above 0 "
            f"and at most {MOST_COST:,.0f}, for example 10"
        )
    return 1 / (1 + miss_cost)


def hysteresis(raise_at: float, *, ratio: float = CLEAR_RATIO, months: int = CLEAR_MONTHS) -> Rule:
    """The rule that raises at a threshold and clears only well below it, so that a list does not flicker."""
    return Rule(raise_at=raise_at, clear_below=raise_at * ratio, clear_months=months)


def plain(raise_at: float) -> Rule:
    """The rule without hysteresis: an alert stands in the months at or above the threshold and in no other."""
    return Rule(raise_at=raise_at, clear_below=raise_at, clear_months=1)


def standing(probability: FloatArray, rule: Rule) -> BoolArray:
    """In which months an alert stands: (n, t) from probabilities (n, t), months in order.

    Before the first month none stands. Where the probability is NaN the event cannot begin or is not known: no alert
    stands there, and the count of low months begins anew.
    """
    n, t = probability.shape
    out = np.zeros((n, t), dtype=np.bool_)
    on = np.zeros(n, dtype=np.bool_)
    low = np.zeros(n, dtype=np.int64)
    for j in range(t):
        p = probability[:, j]
        known = ~np.isnan(p)
        low = np.where(known & (p < rule.clear_below), low + 1, 0)
        on = known & ((p >= rule.raise_at) | (on & (low < rule.clear_months)))
        out[:, j] = on
    return out


def raised(stands: BoolArray) -> BoolArray:
    """(n, t): the months in which an alert begins to stand. In the first month it is not known, and not counted."""
    out = np.zeros_like(stands)
    out[:, 1:] = stands[:, 1:] & ~stands[:, :-1]
    return out


def changes(stands: BoolArray) -> int:
    """How many times an alert was raised or cleared, over all units and months."""
    return int((stands[:, 1:] != stands[:, :-1]).sum())


def state(stands: BoolArray) -> tuple[State | None, ...]:
    """For each unit what happened in the last month: raised (new), standing, cleared, or nothing."""
    if stands.shape[1] < 2:
        raise ValueError("a state needs two months at least")
    now, before = stands[:, -1], stands[:, -2]
    named: dict[tuple[bool, bool], State | None] = {
        (True, False): "new",
        (True, True): "standing",
        (False, True): "cleared",
        (False, False): None,
    }
    return tuple(named[bool(a), bool(b)] for a, b in zip(now, before, strict=True))


def months_standing(stands: BoolArray) -> npt.NDArray[np.int64]:
    """(n,): for how many months running an alert stands at the last one; t means since the first month or before."""
    off = ~stands[:, ::-1]
    run: npt.NDArray[np.int64] = np.where(off.any(axis=1), off.argmax(axis=1), stands.shape[1]).astype(np.int64)
    return run
