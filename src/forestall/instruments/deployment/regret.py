"""What is lost because nobody knows what will come: a plan beside the best ones that perfect foresight would make.

Within the forecast's own scenarios: for each the best plan of the same teams, sites and limits is sought as if it were
known to come. That measures how far the scenarios differ, and nothing of what the forecast itself gets wrong.
"""

from dataclasses import dataclass, replace

import numpy as np

from forestall.errors import UsageError
from forestall.instruments.deployment import greedy
from forestall.instruments.deployment.problem import Floats, Ints, Problem

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Foresight:
    """A plan within scenarios, in deaths of the period, means of all scenarios unless said otherwise.

    scenarios: how many. total: all deaths of the area. reached: within reach of the plan; reached_low80,
    reached_high80: the 80 % interval over scenarios, as total_low80, total_high80. best: within reach of the best plan
    found for each scenario (greedy choice with exchanges, or the plan itself where that is better). bound: no plans
    reach more.
    """

    scenarios: int
    total: float
    total_low80: float
    total_high80: float
    reached: float
    reached_low80: float
    reached_high80: float
    best: float
    bound: float

    @property
    def regret(self) -> float:
        """Deaths within reach of the best plans and not of this one."""
        return self.best - self.reached


def within_scenarios(problem: Problem, chosen: Ints) -> Foresight:
    """How much a plan reaches in each row of the problem's draws, and how much a plan made for that row would.

    Minimums, limits, budget and kept sites of the problem hold for those plans too; its objective plays no part.
    """
    reached = problem.draws[:, problem.covered(chosen)].sum(axis=1)
    found = [best(problem, row, chosen) for row in problem.draws]
    total = problem.draws.sum(axis=1)
    return Foresight(
        scenarios=problem.draws.shape[0],
        total=float(total.mean()),
        total_low80=float(np.quantile(total, LOW)),
        total_high80=float(np.quantile(total, HIGH)),
        reached=float(reached.mean()),
        reached_low80=float(np.quantile(reached, LOW)),
        reached_high80=float(np.quantile(reached, HIGH)),
        best=float(np.mean([value for value, _ in found])),
        bound=float(np.mean([bound for _, bound in found])),
    )


def best(problem: Problem, deaths: Floats, chosen: Ints) -> tuple[float, float]:
    """Deaths within reach of the best plan found for one row of deaths (m,), never less than `chosen` reaches, and a
    bound that no plan passes."""
    some = np.flatnonzero(deaths)
    own = float(deaths[problem.covered(chosen)].sum())
    if not some.size:
        return own, own
    try:
        one = replace(problem, reach=problem.reach[:, some], draws=deaths[None, some], objective="expected")
    except UsageError:  # cannot be: what holds for the plan holds here
        return own, float(deaths.sum())
    found = greedy.place(one)
    value = max(own, found.value) if one.holds(found.chosen) else own
    return value, max(value, found.bound)
