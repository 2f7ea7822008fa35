"""The best plan by integer programming: maximal covering (Church & ReVelle 1974, doi:10.1007/BF01942293) with HiGHS.

A place counts as reached where a team that reaches it stands. The conditional value at risk is put as Rockafellar &
Uryasev (2000, doi:10.21314/JOR.2000.038) do. Places that the same choices reach are one place to the solver.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import optimize, sparse

from forestall.errors import ForestallError
from forestall.instruments.deployment import greedy
from forestall.instruments.deployment.bound import tightened
from forestall.instruments.deployment.problem import Floats, Ints, Placement, Problem

GAP = 0.01
SECONDS = 60.0
ERROR = 4  # scipy's status of a solver that failed by itself


def place(problem: Problem, *, gap: float = GAP, seconds: float = SECONDS) -> Placement:
    """A plan within `gap` of the best, or the best found within `seconds`, with the bound that was proven.

    Deterministic, as long as the time limit is not reached. The greedy plan is taken where it is better than what the
    solver found in time. Raises ForestallError if the solver fails for another reason than time.
    """
    start = time.monotonic()
    first = tightened(problem, greedy.place(problem))
    fits = problem.holds(first.chosen)
    if fits and first.gap <= gap / 10:
        return Placement(first.chosen, first.value, first.bound, "greedy, proven by its bound")
    model = _Model(problem)
    found = model.solved(gap, seconds - (time.monotonic() - start))
    if found.status == ERROR:  # seen once in a thousand small problems, with presolve only
        found = model.solved(gap, seconds - (time.monotonic() - start), presolve=False)
    if found.status not in (0, 1) and not (found.status == ERROR and fits):
        raise ForestallError(
            f"no plan could be found: {found.message} (HiGHS); check the minimums and limits asked for"
        )
    best = first if fits else None
    if found.x is not None:
        chosen = model.free[np.flatnonzero(found.x[: model.free.size] > 0.5)]
        value = problem.value(chosen)
        if best is None or value > best.value:
            best = Placement(greedy.ordered(problem, chosen), value, first.bound, "integer programme")
    if best is None:
        raise ForestallError(f"no plan was found within {seconds:g} seconds: give more time or use the greedy method")
    proven = found.status in (0, 1) and found.mip_dual_bound is not None
    bound = min(first.bound, -float(found.mip_dual_bound)) if proven else first.bound
    return Placement(best.chosen, best.value, max(bound, best.value), best.method)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """HiGHS prints a line of its own to standard output now and then, where a document of ours may go: drop it."""
    try:
        sys.stdout.flush()
        held = os.dup(1)
    except (OSError, ValueError):  # there is no standard output
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        os.dup2(held, 1)
        os.close(held)


class _Model:
    """The problem as a mixed-integer programme: choices x, reached shares of places y, and what the objective needs.

    Minimised is the negative of the objective.
    """

    def __init__(self, problem: Problem) -> None:
        self.free = np.flatnonzero(~problem.kept)
        held = problem.covered(np.zeros(0, dtype=np.int64))
        reach, draws = _merged(problem.reach[self.free][:, ~held], problem.draws[:, ~held])
        sure = problem.draws[:, held].sum(axis=1)
        n, (_, m), s = self.free.size, reach.shape, draws.shape[0]
        extra = {"expected": 0, "worst": 1, "cvar": 1 + s}[problem.objective]
        size = n + m + extra
        self.cost = np.zeros(size)
        self.low, self.high = np.zeros(size), np.ones(size)
        self.integer = np.concatenate([np.ones(n), np.zeros(m + extra)])
        rows: list[optimize.LinearConstraint] = [
            optimize.LinearConstraint(_wide(sparse.hstack([-reach.T, sparse.eye_array(m)]), size), -np.inf, 0)
        ]
        if problem.objective == "expected":
            self.cost[n : n + m] = -draws.mean(axis=0)
            # What is kept reaches its deaths in any plan: a constant, carried by a variable that stands at 1.
            self.cost, self.low, self.high, self.integer = (
                np.append(self.cost, -sure.mean()),
                np.append(self.low, 1.0),
                np.append(self.high, 1.0),
                np.append(self.integer, 0.0),
            )
            size += 1
            rows = [optimize.LinearConstraint(_wide(row.A, size), row.lb, row.ub) for row in rows]
        else:
            level = n + m
            self.low[level], self.high[level] = 0.0, float(problem.draws.sum(axis=1).max())
            self.cost[level] = -1.0
            parts = [sparse.csr_array((s, n)), -sparse.csr_array(draws), sparse.csr_array(np.ones((s, 1)))]
            if problem.objective == "cvar":
                self.high[level + 1 :] = self.high[level]
                self.cost[level + 1 :] = 1 / (problem.tail * s)
                parts.append(-sparse.eye_array(s))
            rows.append(optimize.LinearConstraint(_wide(sparse.hstack(parts), size), -np.inf, sure))
        limits = [(np.ones(n), 0.0, float(problem.teams))]
        if problem.budget is not None:
            limits.append((problem.cost[self.free], 0.0, problem.budget))
        for group in problem.groups:
            kept = int(problem.kept[group.members].sum())
            inside = np.isin(self.free, group.members).astype(np.float64)
            limits.append((inside, float(max(0, group.least - kept)), float(problem.most(group) - kept)))
        left = sparse.csr_array(np.stack([row for row, _, _ in limits]))
        rows.append(
            optimize.LinearConstraint(
                _wide(left, size), np.array([low for _, low, _ in limits]), np.array([high for _, _, high in limits])
            )
        )
        self.constraints = rows

    def solved(self, gap: float, seconds: float, *, presolve: bool = True) -> optimize.OptimizeResult:
        """What HiGHS finds within `gap` of the best, or in the time there is."""
        with _silent():
            return optimize.milp(
                self.cost,
                constraints=self.constraints,
                integrality=self.integer,
                bounds=optimize.Bounds(self.low, self.high),
                options={"mip_rel_gap": gap, "time_limit": max(1.0, seconds), "presolve": presolve},
            )


def _wide(left: "sparse.sparray", size: int) -> "sparse.csr_array":
    """The same rows with columns of zeros up to `size`."""
    found = sparse.csr_array(left)
    found.resize((found.shape[0], size))
    return found


def _merged(reach: "sparse.csr_array", draws: Floats) -> tuple["sparse.csr_array", Floats]:
    """Places that the same choices reach as one, and those that none reaches or that never see deaths left out."""
    columns = sparse.csc_array(reach)
    columns.sort_indices()
    some = draws.any(axis=0)
    kinds: dict[bytes, int] = {}
    group = np.full(columns.shape[1], -1, dtype=np.int64)
    for j in np.flatnonzero(some).tolist():
        who = columns.indices[columns.indptr[j] : columns.indptr[j + 1]]
        if who.size:
            group[j] = kinds.setdefault(who.tobytes(), len(kinds))
    used = np.flatnonzero(group >= 0)
    gather = sparse.csr_array((np.ones(used.size), (used, group[used])), shape=(columns.shape[1], len(kinds)))
    first: Ints = np.array([int(np.flatnonzero(group == g)[0]) for g in range(len(kinds))], dtype=np.int64)
    return sparse.csr_array(columns[:, first]), np.asarray(draws @ gather)
