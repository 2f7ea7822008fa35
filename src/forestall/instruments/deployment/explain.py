"""Why a site is in a plan: what it reaches, what it adds, what is lost without it, and how firmly it is chosen."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forestall.instruments.deployment import greedy
from forestall.instruments.deployment.problem import Ints, Placement, Problem

RESAMPLES = 50


@dataclass(frozen=True, slots=True)
class Reason:
    """What one chosen team does, in units of the objective (deaths).

    alone: what it and what is kept reach without other teams, less what is kept reaches. adds: what it adds to those
    before it in the plan's order. lost: what the plan loses without it, the others staying. again: share of plans from
    resampled scenarios that have a team at a site within half its reach; None where no scenarios were drawn.
    """

    alone: float
    adds: float
    lost: float
    again: float | None


def reasons(problem: Problem, found: Placement, again: npt.NDArray[np.float64] | None = None) -> tuple[Reason, ...]:
    """The reasons of each chosen team, in the order of the plan."""
    chosen = found.chosen
    none, whole = problem.value(chosen[:0]), problem.value(chosen)
    return tuple(
        Reason(
            alone=problem.value(chosen[k : k + 1]) - none,
            adds=problem.value(chosen[: k + 1]) - problem.value(chosen[:k]),
            lost=whole - problem.value(np.delete(chosen, k)),
            again=None if again is None else float(again[k]),
        )
        for k in range(chosen.size)
    )


def frequency(
    problem: Problem, chosen: Ints, near: npt.NDArray[np.bool_], *, times: int = RESAMPLES, seed: int = 0
) -> npt.NDArray[np.float64]:
    """How often the plan from scenarios drawn again, with replacement, has a team near each chosen one.

    That plan is the better of a greedy one and of the plan at hand improved by exchanges: a greedy plan alone may be
    arranged quite differently and a little worse, which would make firm sites look weak.
    near: (chosen, n) which choices stand for a chosen one: two towns side by side serve alike.
    """
    rng, count = np.random.default_rng(seed), np.zeros(chosen.size)
    s = problem.draws.shape[0]
    for _ in range(times):
        draws = problem.draws[rng.integers(0, s, s)]
        if problem.objective == "expected":  # only the mean counts, and one row is quick
            draws = draws.mean(axis=0, keepdims=True)
        again = replace(problem, draws=draws)
        fresh, moved = greedy.place(again, sweeps=2), greedy.improved(again, chosen, sweeps=2)
        count += near[:, (fresh if fresh.value > moved.value else moved).chosen].any(axis=1)
    return count / times
