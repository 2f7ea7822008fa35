"""The question a plan answers: what can be placed where, what lies within reach, what may be spent, what is wanted."""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from forestall.errors import ShapeError, UsageError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objective = Literal["expected", "cvar", "worst"]
OBJECTIVES: tuple[str, ...] = get_args(Objective)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Choices of which at least `least` and at most `most` may be made (None: any number): a country, a named area, or
    the classes of team that could stand at one site.

    members: indices of choices.
    """

    name: str
    members: Ints
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What a plan chooses from and what it is measured by.

    reach: (n, m) CSR, 1 where choice i (a team of some class at some site) reaches place j. draws: (s, m) deaths at
    place j in scenario s, equally likely; one row for a forecast of the mean. cost: (n,), in units of the budget. kept:
    (n,) choices that stand already and stay; they cost nothing more and do not count as teams. teams: how many are to
    be placed. budget: the most their costs may sum to, None for no limit. groups: limits on parts of the choices.
    objective: expected deaths within reach; "cvar", the mean of what is within reach in the worst `tail` of scenarios,
    those where least is reached; "worst", the least of any scenario.

    Raises ShapeError if the parts do not fit; UsageError if no plan can satisfy what is asked, naming what conflicts.
    """

    reach: "sparse.csr_array"
    draws: Floats
    teams: int
    cost: Floats
    kept: npt.NDArray[np.bool_]
    budget: float | None = None
    groups: tuple[Group, ...] = ()
    objective: Objective = "expected"
    tail: float = 0.1
    names: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        n, m = self.reach.shape
        if self.draws.ndim != 2 or self.draws.shape[1] != m or self.cost.shape != (n,) or self.kept.shape != (n,):
            raise ShapeError(
                f"{n} choices that reach {m} places need draws (scenarios, {m}), cost ({n},) and kept ({n},)"
            )
        if not np.isfinite(self.draws).all() or (self.draws < 0).any():
            raise ShapeError("deaths of a scenario must be finite and not negative")
        if not np.isfinite(self.cost).all() or (self.cost <= 0).any():
            raise UsageError("every team needs a cost above 0")
        if self.teams < 1:
            raise UsageError(f"{self.teams} teams: a plan places 1 or more")
        if self.objective not in OBJECTIVES:
            raise UsageError(f"objective {self.objective!r}: expected one of {', '.join(OBJECTIVES)}")
        if not 0 < self.tail <= 1:
            raise UsageError(f"a tail of {self.tail:g}: expected a share above 0 and at most 1")
        if self.budget is not None and not 0 < self.budget < np.inf:
            raise UsageError(f"a budget of {self.budget:g}: expected a number above 0")
        self._feasible()

    def _feasible(self) -> None:
        """What cannot hold together, found before any solver is asked, so that the conflict can be named."""
        free = ~self.kept
        needed = {g.name: max(0, g.least - int(self.kept[g.members].sum())) for g in self.groups}
        for group in self.groups:
            if group.most is not None and group.least > group.most:
                raise UsageError(f"{group.name}: at least {group.least} and at most {group.most} cannot both hold")
            room = int(free[group.members].sum())
            if needed[group.name] > room:
                raise UsageError(
                    f"{group.name}: {group.least} asked for, but only {room} places for a team lie there: ask for "
                    "less or widen the area"
                )
        # Areas that share no site each need teams of their own.
        taken: set[int] = set()
        total, cheapest, named = 0, 0.0, []
        for group in sorted(self.groups, key=lambda g: len(g.members)):
            own = {int(i) for i in group.members if free[i]}
            if not needed[group.name] or own & taken:
                continue
            taken |= own
            total += needed[group.name]
            cheapest += float(np.sort(self.cost[sorted(own)])[: needed[group.name]].sum())
            named.append(f"{group.name} ({needed[group.name]})")
        if total > self.teams:
            raise UsageError(
                f"the minimums of {', '.join(named)} need {total} teams, but there are {self.teams}: give more teams "
                "or ask for less"
            )
        if self.budget is not None and cheapest > self.budget:
            raise UsageError(
                f"the minimums of {', '.join(named)} cost {cheapest:g}, but the budget is {self.budget:g}: raise it or "
                "ask for less"
            )
        if self.budget is not None and free.any() and float(self.cost[free].min()) > self.budget:
            raise UsageError(
                f"the budget of {self.budget:g} pays for no team: the cheapest costs {self.cost[free].min():g}"
            )

    def covered(self, chosen: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """(m,) whether a place is within reach of one of the chosen, or of what is kept."""
        on = self.kept.copy()
        on[np.asarray(chosen, dtype=np.int64)] = True
        return np.asarray(self.reach.T @ on.astype(np.float64) > 0)

    def value(self, chosen: npt.ArrayLike) -> float:
        """The objective of a choice: deaths within reach of it and of what is kept."""
        return self.value_of(self.draws[:, self.covered(chosen)].sum(axis=1))

    def value_of(self, reached: Floats) -> float:
        """The objective of deaths reached by scenario, (s,)."""
        if self.objective == "expected":
            return float(reached.mean())
        if self.objective == "worst":
            return float(reached.min())
        # The mean of the worst tail; a scenario on its edge counts in part.
        ordered, left = np.sort(reached), self.tail * reached.size
        weight = np.clip(left - np.arange(reached.size), 0, 1)
        return float(weight @ ordered / left)

    def holds(self, chosen: npt.ArrayLike) -> bool:
        """Whether a choice keeps to the number of teams, the budget and the groups."""
        picked = np.asarray(chosen, dtype=np.int64)
        if picked.size != np.unique(picked).size or picked.size > self.teams or self.kept[picked].any():
            return False
        if self.budget is not None and self.cost[picked].sum() > self.budget + 1e-9:
            return False
        on = self.kept.copy()
        on[picked] = True
        return all(g.least <= int(on[g.members].sum()) <= self.most(g) for g in self.groups)

    def most(self, group: Group) -> int:
        """How many choices of a group may stand; what is kept there may be more than the limit, and then nothing is
        added to it."""
        held = int(self.kept[group.members].sum())
        return len(group.members) if group.most is None else max(group.most, held)


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """An answer. chosen: indices, in the order of what each adds to those before. value: the objective reached. bound:
    no plan reaches more. method: how it was found. gap: (bound - value) / bound, 0 where the bound is 0."""

    chosen: Ints
    value: float
    bound: float
    method: str

    @property
    def gap(self) -> float:
        """The share of the bound that may be missing."""
        return 0.0 if self.bound <= 0 else max(0.0, (self.bound - self.value) / self.bound)
