"""Placing one team after another where it adds most, then exchanging: quick, and never far off.

Deaths within reach have diminishing returns, so the greedy plan of p teams reaches at least 1 - 1/e of the optimum
(Nemhauser, Wolsey & Fisher 1978, doi:10.1007/BF01588971), and the plan itself gives a bound: what it reaches plus the p
largest further gains, of any choice, is more than any plan can reach. For the tail and the worst case the guarantee
does not hold, but that bound does, scenario by scenario.
"""

import numpy as np
import numpy.typing as npt

from forestall.instruments.deployment.problem import Floats, Ints, Placement, Problem

Flags = npt.NDArray[np.bool_]
SWEEPS = 8


def place(problem: Problem, *, sweeps: int = SWEEPS) -> Placement:
    """A plan by greedy choice and exchanges, with a bound. Deterministic: of equals the lower index goes first.

    May place fewer teams than allowed where none adds anything. Minimums of groups are served first.
    """
    state = _State(problem)
    for group in sorted(problem.groups, key=lambda g: len(g.members)):
        while state.in_group(group.members) < group.least:
            best = state.best(only=group.members)
            if best is None:
                break
            state.add(best)
    while (best := state.best()) is not None:
        state.add(best)
    for _ in range(sweeps):
        if not state.exchange():
            break
    return Placement(state.in_order(), problem.value(state.chosen), state.bound(), "greedy")


def improved(problem: Problem, chosen: Ints, *, sweeps: int = SWEEPS) -> Placement:
    """A plan that is at hand, its teams moved to where they add more as long as that helps."""
    state = _State(problem)
    for i in chosen.tolist():
        state.add(int(i))
    for _ in range(sweeps):
        if not state.exchange():
            break
    return Placement(state.in_order(), problem.value(state.chosen), state.bound(), "exchanges")


def ordered(problem: Problem, chosen: Ints) -> Ints:
    """The same choices, each next one adding most to those before it."""
    state = _State(problem)
    state.chosen = [int(i) for i in chosen]
    return state.in_order()


def _tail(reached: Floats, size: float) -> Floats:
    """(n,) mean of the `size` smallest of each row (n, s), the last of them in part."""
    whole = int(size + 1e-9)
    if whole >= reached.shape[1]:
        return np.asarray(reached.mean(axis=1))
    ordered = np.partition(reached, whole, axis=1)
    return np.asarray((ordered[:, :whole].sum(axis=1) + (size - whole) * ordered[:, whole]) / size)


class _State:
    """The plan so far: how many choices reach each place, and what each choice would add."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.reach, self.back = problem.reach, problem.reach.T.tocsr()
        self.count = np.asarray(self.reach.T @ problem.kept.astype(np.float64))
        self.chosen: list[int] = []
        self.free = ~problem.kept
        self.linear = problem.objective == "expected"
        self.mean = problem.draws.mean(axis=0)
        self._open: Flags = np.zeros(self.count.size, dtype=bool)
        self._reached: Floats | None = None

    def in_group(self, members: Ints) -> int:
        on = self.problem.kept.copy()
        on[self.chosen] = True
        return int(on[members].sum())

    def allowed(self, without: int | None = None) -> Flags:
        """Which choices may be added to the plan, with one of it taken away."""
        p, held = self.problem, [i for i in self.chosen if i != without]
        may = self.free.copy()
        may[held] = False
        if len(held) >= p.teams:
            may[:] = False
        if p.budget is not None:
            may &= p.cost <= p.budget - p.cost[held].sum() + 1e-9
        on = p.kept.copy()
        on[held] = True
        for group in p.groups:
            if int(on[group.members].sum()) >= p.most(group):
                may[group.members] = False
        return may

    def gains(self, count: Floats) -> Floats:
        """(n,) what each choice adds to the objective, if places with a count of 0 are not reached."""
        open_ = count == 0
        if self.linear:
            return np.asarray(self.reach @ np.where(open_, self.mean, 0.0))
        p = self.problem
        base = p.draws[:, ~open_].sum(axis=1)
        more = self._more(open_)
        now = p.value_of(base)
        if p.objective == "worst":
            # Many scenarios may be the worst together, so the mean of all breaks ties.
            return np.asarray((base + more).min(axis=1) - now + 1e-6 * more.mean(axis=1))
        return np.asarray(_tail(base + more, p.tail * base.size) - now + 1e-6 * more.mean(axis=1))

    def _more(self, open_: Flags) -> Floats:
        """(n, s) deaths in open places that each choice reaches, by scenario; kept, and changed where places did."""
        if self._reached is None:
            self._open = open_.copy()
            self._reached = np.asarray(self.reach @ np.where(open_, self.problem.draws, 0.0).T)
            return self._reached
        changed = np.flatnonzero(open_ != self._open)
        if changed.size:
            sign = np.where(open_[changed], 1.0, -1.0)
            touched = self.back[changed]
            rows = np.unique(touched.indices)
            self._reached[rows] += touched[:, rows].T @ (self.problem.draws[:, changed] * sign).T
            self._open = open_.copy()
        return self._reached

    def best(self, only: Ints | None = None) -> int | None:
        """The choice that adds most (most for its cost, where a budget holds), None if none adds anything."""
        may = self.allowed()
        if only is not None:
            inside = np.zeros_like(may)
            inside[only] = True
            may &= inside
        if not may.any():
            return None
        gain = np.where(may, self.gains(self.count), -1.0)
        if self.problem.budget is not None:
            gain = np.where(may, gain / self.problem.cost, -1.0)
        i = int(gain.argmax())
        return i if gain[i] > 0 or only is not None else None

    def add(self, i: int) -> None:
        self.chosen.append(i)
        self.count += self._row(i)

    def exchange(self) -> bool:
        """Move each team to where it would add most now; True if any moved."""
        moved = False
        for k, old in enumerate(self.chosen):
            count = self.count - self._row(old)
            gain = self.gains(count)
            gain = np.where(self.allowed(without=old), gain, -np.inf)
            new = int(gain.argmax())
            if gain[new] > gain[old] * (1 + 1e-9) + 1e-12 and self._keeps_minimums(k, new):
                self.chosen[k], self.count = new, count + self._row(new)
                moved = True
        return moved

    def _keeps_minimums(self, k: int, new: int) -> bool:
        held = [*self.chosen[:k], new, *self.chosen[k + 1 :]]
        on = self.problem.kept.copy()
        on[held] = True
        return all(int(on[g.members].sum()) >= g.least for g in self.problem.groups)

    def _row(self, i: int) -> Floats:
        row = np.zeros(self.count.size)
        start, end = self.reach.indptr[i], self.reach.indptr[i + 1]
        row[self.reach.indices[start:end]] = 1.0
        return row

    def in_order(self) -> Ints:
        """The chosen, each next one adding most to those before it."""
        left, count, found = list(self.chosen), np.asarray(self.reach.T @ self.problem.kept.astype(np.float64)), []
        while left:
            gain = self.gains(count)[left]
            i = left.pop(int(gain.argmax()))
            found.append(i)
            count = count + self._row(i)
        return np.array(found, dtype=np.int64)

    def bound(self) -> float:
        """No plan reaches more: in each scenario what is reached now and the p largest further gains."""
        p = self.problem
        open_ = np.where(self.count == 0, p.draws, 0.0)
        more = np.asarray(self.reach @ open_.T)[self.free]
        base = p.draws[:, self.count > 0].sum(axis=1)
        most = self._affordable(more)
        return p.value_of(np.minimum(base + most, p.draws.sum(axis=1)))

    def _affordable(self, more: Floats) -> Floats:
        """(s,) the most that choices could add in each scenario if they took nothing from each other."""
        p = self.problem
        count = min(p.teams, more.shape[0])
        by_number = np.sort(more, axis=0)[more.shape[0] - count :].sum(axis=0)
        if p.budget is None:
            return np.asarray(by_number)
        # Fractions of choices, the most for their cost first, never pay less than whole ones.
        cost = p.cost[self.free]
        found = np.empty(more.shape[1])
        for s in range(more.shape[1]):
            order = np.argsort(-more[:, s] / cost, kind="stable")
            before = np.concatenate([[0.0], np.cumsum(cost[order])[:-1]])
            found[s] = (np.clip((p.budget - before) / cost[order], 0, 1) * more[order, s]).sum()
        return np.asarray(np.minimum(by_number, found))
