"""A plan for an area from the forecast of cells: which sites, what they reach, why, and what was missed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from forestall.errors import UsageError
from forestall.ids.cells import centre
from forestall.ids.countries import resolve
from forestall.ids.months import format_month, month_end
from forestall.instruments.deployment import exact, explain, greedy, scenarios
from forestall.instruments.deployment.areas import Area
from forestall.instruments.deployment.classes import TeamClass
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.problem import Floats, Group, Ints, Objective, Placement, Problem
from forestall.instruments.deployment.sites import Site, candidates, positions
from forestall.panel.frame import Panel
from forestall.panel.land import Land, land
from forestall.store import Workspace

SHORTEST_KM = 40.0
"""Half the diagonal of a cell at the equator: a shorter reach asks for more than cells of half a degree can say."""
CAVEATS = (
    "Deaths are forecast for cells of half a degree (about 55 km); distance is great-circle, not by road.",
    "Events known only to a province or a country are spread over it: a site there may serve a guess.",
    "Within reach is not prevented: no figure says what a team would change, and none is claimed.",
    "This is where risk lies, no recommendation on mandate, consent of the host, access or safety.",
)
FEW = "Fewer than one death is expected in the whole area: where to stand there is hardly told apart."


@dataclass(frozen=True, slots=True)
class Stand:
    """A team in a plan: where, of which class, why. iso3s: countries with forecast deaths within its reach."""

    site: Site
    team: TeamClass
    why: explain.Reason
    iso3s: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Teams in the order of what each adds. value, bound, total: the objective reached, what no plan passes, and what
    a plan would have that reached everything; in deaths of the twelve months first..last (YYYY-MM). gap: share of the
    bound that may be missing. candidates: how many choices there were. scenarios: how many draws, 1 for the mean."""

    area: str
    as_of: str
    first: str
    last: str
    objective: str
    stands: tuple[Stand, ...]
    kept: tuple[Site, ...]
    value: float
    by_kept: float
    bound: float
    total: float
    gap: float
    method: str
    cost: float
    candidates: int
    scenarios: int
    model: str
    located_to: str
    caveats: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Share of the area's deaths within reach, None where none are forecast."""
        return self.value / self.total if self.total > 0 else None


def plan(
    workspace: Workspace,
    panel: Panel,
    where: Area,
    *,
    teams: int,
    classes: Sequence[TeamClass],
    objective: Objective = "expected",
    budget: float | None = None,
    max_per_country: int | None = None,
    each: Sequence[str] = (),
    keep: Sequence[Site] = (),
    keep_reach_km: float | None = None,
    middles: bool = False,
    stability: bool = False,
    quick: bool = False,
    gap: float = exact.GAP,
    seconds: float = exact.SECONDS,
    say: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Place teams in an area so that most deaths of the next twelve months lie within reach.

    classes: one or more; a team that has no class of its own is one of cost 1. each: countries that must have a team.
    keep: sites that stand already, of reach `keep_reach_km` (default: that of the first class). quick: greedy only.
    Scenarios are drawn for "cvar" and "worst", and with `stability`. Raises UsageError on what cannot be.
    """
    for team in classes:
        if not team.reach_km >= SHORTEST_KM:
            raise UsageError(
                f"a reach of {team.reach_km:g} km: the forecast's cells are about 55 km wide, give {SHORTEST_KM:g} km "
                "or more"
            )
    if teams < 1:
        raise UsageError(f"{teams} teams: a plan places 1 or more")
    if max_per_country is not None and max_per_country < 1:
        raise UsageError(f"at most {max_per_country} a country: expected 1 or more")
    ground = land(workspace)
    must = [resolve(code, on=month_end(panel.as_of)).iso3 for code in each]
    open_sites = candidates(workspace, ground, where, middles=middles)
    demand, risk = scenarios.expected(workspace, panel)
    if objective != "expected" or stability:
        say("drawing scenarios of all cells: about a minute the first time, remembered afterwards")
        demand = scenarios.drawn(workspace, panel)
    inside = np.isin(demand.pg_id, ground.pg_id[where.cells])
    pg_id, draws = demand.pg_id[inside], demand.draws[:, inside]
    if not draws.any():
        raise UsageError(
            f"no deaths are forecast in {where.name} in the twelve months after {format_month(panel.as_of)}: there is "
            "nothing to place teams by"
        )
    choices, reach = _choices(open_sites, classes, pg_id, draws, must)
    stood = [(site, TeamClass("kept", 1.0, keep_reach_km or classes[0].reach_km)) for site in keep]
    if stood:
        reach = sparse.csr_array(
            sparse.vstack([reach, within(_vectors([s for s, _ in stood]), _middles(pg_id), stood[0][1].reach_km)])
        )
    every = [*choices, *stood]
    mean = draws.mean(axis=0, keepdims=True) if objective == "expected" else draws
    problem = Problem(
        reach=reach,
        draws=mean,
        teams=teams,
        cost=np.array([team.cost for _, team in every]),
        kept=np.array([site.kept for site, _ in every]),
        budget=budget,
        groups=_groups(every, classes, max_per_country, must),
        objective=objective,
    )
    found = greedy.place(problem) if quick else exact.place(problem, gap=gap, seconds=seconds)
    if not problem.holds(found.chosen):
        raise UsageError(
            "the greedy method found no plan that keeps to all minimums and limits: leave out --greedy, or ask for less"
        )
    found = _useful(problem, found)
    again = None
    if draws.shape[0] > 1 and stability:
        say("planning again from 50 resamples of the scenarios")
        again = explain.frequency(_resampled(problem, draws), found.chosen, _near(every, found.chosen))
    why = explain.reasons(problem, found, again)
    return Plan(
        area=where.name,
        as_of=format_month(panel.as_of),
        first=format_month(risk.first_month),
        last=format_month(risk.last_month),
        objective=objective,
        stands=tuple(
            Stand(every[i][0], every[i][1], reason, _countries(problem, int(i), pg_id, ground))
            for i, reason in zip(found.chosen.tolist(), why, strict=True)
        ),
        kept=tuple(keep),
        value=found.value,
        by_kept=problem.value(found.chosen[:0]),
        bound=found.bound,
        total=problem.value_of(problem.draws.sum(axis=1)),
        gap=found.gap,
        method=found.method,
        cost=float(problem.cost[found.chosen].sum()),
        candidates=len(choices),
        scenarios=int(problem.draws.shape[0]),
        model=risk.model,
        located_to=risk.located_to,
        caveats=(*risk.caveats, *([FEW] if draws.sum(axis=1).mean() < 1 else []), *CAVEATS),
    )


def _vectors(sites: Sequence[Site]) -> Floats:
    return points(*positions(sites))


def _middles(pg_id: Ints) -> Floats:
    return points(*centre(pg_id))


def _choices(
    sites: Sequence[Site], classes: Sequence[TeamClass], pg_id: Ints, draws: Floats, must: Sequence[str]
) -> "tuple[list[tuple[Site, TeamClass]], sparse.csr_array]":
    """Each class at each site, those left out that reach no expected death, unless a country needs a team anyway."""
    vectors, middle, mean = _vectors(sites), _middles(pg_id), draws.mean(axis=0)
    named = np.array([site.iso3 in must for site in sites])
    choices: list[tuple[Site, TeamClass]] = []
    parts = []
    for team in classes:
        reach = within(vectors, middle, team.reach_km)
        some = np.flatnonzero((reach @ mean > 0) | named)
        choices += [(sites[i], team) for i in some.tolist()]
        parts.append(reach[some])
    if not choices:
        raise UsageError("no candidate site reaches a cell with forecast deaths: give more reach, or --middles")
    return choices, sparse.csr_array(sparse.vstack(parts))


def _groups(
    every: Sequence[tuple[Site, TeamClass]], classes: Sequence[TeamClass], most: int | None, must: Sequence[str]
) -> tuple[Group, ...]:
    """Limits by country and by class. What is kept counts in its country."""
    iso3 = np.array([site.iso3 for site, _ in every])
    team = np.array([kind.name if not site.kept else "" for site, kind in every])
    found = []
    for code in sorted(set(iso3.tolist()) - {""} | set(must)):
        least = 1 if code in must else 0
        if least or most is not None:
            found.append(Group(code, np.flatnonzero(iso3 == code).astype(np.int64), least, most))
    for kind in classes:
        if kind.at_most is not None:
            members = np.flatnonzero(team == kind.name).astype(np.int64)
            found.append(Group(f"class {kind.name}", members, 0, kind.at_most))
    return tuple(found)


def _useful(problem: Problem, found: Placement) -> Placement:
    """The same plan without teams that add nothing and that no minimum needs."""
    chosen = found.chosen
    for i in chosen[::-1].tolist():
        fewer = chosen[chosen != i]
        if problem.value(fewer) >= found.value - 1e-9 and problem.holds(fewer):
            chosen = fewer
    return Placement(chosen, found.value, found.bound, found.method)


def _resampled(problem: Problem, draws: Floats) -> Problem:
    """The problem with all scenarios, whatever its objective needs of them."""
    return Problem(
        problem.reach,
        draws,
        problem.teams,
        problem.cost,
        problem.kept,
        problem.budget,
        problem.groups,
        problem.objective,
        problem.tail,
    )


def _near(every: Sequence[tuple[Site, TeamClass]], chosen: Ints) -> npt.NDArray[np.bool_]:
    """(chosen, n) which choices lie within half the reach of a chosen one."""
    vectors = _vectors([site for site, _ in every])
    return np.stack(
        [within(vectors[i : i + 1], vectors, every[i][1].reach_km / 2).toarray()[0] > 0 for i in chosen.tolist()]
    )


def _countries(problem: Problem, i: int, pg_id: Ints, ground: Land) -> tuple[str, ...]:
    """Countries with forecast deaths within reach of a choice, those with most first."""
    near = problem.reach.indices[problem.reach.indptr[i] : problem.reach.indptr[i + 1]]
    deaths: dict[str, float] = {}
    for j in near.tolist():
        code = ground.iso3[int(ground.position(int(pg_id[j])))]
        deaths[code] = deaths.get(code, 0.0) + float(problem.draws[:, j].mean())
    return tuple(code for code, much in sorted(deaths.items(), key=lambda one: (-one[1], one[0])) if code and much > 0)
