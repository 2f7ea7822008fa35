"""A plan for an area from the forecast of cells: which sites, what they reach, why, and what was missed."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from forestall.errors import UsageError
from forestall.ids.countries import resolve
from forestall.ids.months import format_month, month_end
from forestall.instruments.deployment import exact, explain, greedy, regret, scenarios, standing
from forestall.instruments.deployment.areas import Area
from forestall.instruments.deployment.bound import tightened
from forestall.instruments.deployment.classes import TeamClass
from forestall.instruments.deployment.coverage import within
from forestall.instruments.deployment.hindcasts import Hindcast, hindcast_of
from forestall.instruments.deployment.outcome import Outcome, Recorded, outcome_of, recorded
from forestall.instruments.deployment.problem import Ints, Objective, Placement, Problem
from forestall.instruments.deployment.quiet import Quiet, checked, quiet
from forestall.instruments.deployment.setting import Setting, Team, middles, reached, vectors
from forestall.instruments.deployment.sites import Site, candidates
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
class Standing:
    """What stands already, by mission, or given by the user (name "given"): how many sites, and the objective within
    reach of them alone."""

    name: str
    sites: int
    reaches: float


@dataclass(frozen=True, slots=True)
class Weighted:
    """A plan for which a death in a quiet place counts `weight` times. value, total: the objective so weighted, reached
    and of all. quiet_reached, quiet_total: the objective in quiet places alone, unweighted. basis: what quiet means."""

    weight: float
    value: float
    total: float
    quiet_reached: float
    quiet_total: float
    basis: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Teams in the order of what each adds. value, bound, total: the objective reached, what no plan passes, and what
    a plan would have that reached everything; in deaths of the twelve months first..last (YYYY-MM). gap: share of the
    bound that may be missing. candidates: how many choices there were. scenarios: how many draws the objective is taken
    over, 1 for the mean. weighted: where deaths in quiet places count more, what the plan was chosen by, None where all
    count alike; `bound` and `gap` are then of that. foresight: the plan within scenarios; hindcast: how such plans
    fared in years before, None if too few are on record; outcome: what came, None where that is not located."""

    area: str
    as_of: str
    first: str
    last: str
    objective: str
    stands: tuple[Stand, ...]
    kept: tuple[Site, ...]
    standing: tuple[Standing, ...]
    value: float
    by_kept: float
    bound: float
    total: float
    gap: float
    method: str
    cost: float
    candidates: int
    scenarios: int
    weighted: "Weighted | None"
    model: str
    located_to: str
    foresight: regret.Foresight
    hindcast: Hindcast | None
    outcome: Outcome | None
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
    quiet_weight: float = 1.0,
    stability: bool = False,
    quick: bool = False,
    gap: float = exact.GAP,
    seconds: float = exact.SECONDS,
    ahead: scenarios.Ahead | None = None,
    with_outcome: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Place teams in an area so that most deaths of the next twelve months lie within reach.

    classes: one or more; a team that has no class of its own is one of cost 1. each: countries that must have a team.
    keep: sites that stand already, of reach `keep_reach_km` (default: that of the first class). quiet_weight: how many
    times a death in a quiet place counts when the plan is chosen; its figures count all alike. quick: greedy only.
    ahead: what may come, where a caller has it. with_outcome: hold the plan against what came, where that is known.
    Raises UsageError on what cannot be.
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
    checked(quiet_weight)
    ground = land(workspace)
    setting = Setting(
        teams=teams,
        classes=tuple(classes),
        kept=tuple((site, TeamClass("kept", 1.0, keep_reach_km or classes[0].reach_km)) for site in keep),
        budget=budget,
        max_per_country=max_per_country,
        must=tuple(resolve(code, on=month_end(panel.as_of)).iso3 for code in each),
    )
    open_sites = candidates(workspace, ground, where, middles=middles)
    inside = ground.pg_id[where.cells]
    seen = (ahead or scenarios.ahead(workspace, panel, say)).inside(inside)
    if not seen.expected.any() and not seen.draws.any():
        raise UsageError(
            f"no deaths are forecast in {where.name} in the twelve months after {format_month(panel.as_of)}: there is "
            "nothing to place teams by"
        )
    both, every = setting.problem(open_sites, seen.pg_id, np.vstack([seen.expected, seen.draws]), objective)
    plain_draws = replace(both, draws=seen.draws)
    plain = replace(both, draws=seen.expected[None, :]) if objective == "expected" else plain_draws
    was = quiet(workspace, panel, seen.pg_id) if quiet_weight != 1 else None
    drawn, problem = (_weighing(one, was, quiet_weight) for one in (plain_draws, plain))
    found = tightened(problem, greedy.place(problem)) if quick else exact.place(problem, gap=gap, seconds=seconds)
    if not problem.holds(found.chosen):
        raise UsageError(
            "the greedy method found no plan that keeps to all minimums and limits: leave out --greedy, or ask for less"
        )
    found = _useful(problem, found)
    again = None
    if stability and found.chosen.size:
        say(f"planning again from {explain.RESAMPLES} resamples of the scenarios")
        again = explain.frequency(drawn, found.chosen, _near(every, found.chosen))
    why = explain.reasons(plain, found, again)
    stands = tuple(
        Stand(every[i][0], every[i][1], reason, _countries(both.reach, int(i), seen, ground))
        for i, reason in zip(found.chosen.tolist(), why, strict=True)
    )
    came = recorded(workspace, panel) if with_outcome else None
    return Plan(
        area=where.name,
        as_of=format_month(panel.as_of),
        first=format_month(seen.risk.first_month),
        last=format_month(seen.risk.last_month),
        objective=objective,
        stands=stands,
        kept=tuple(keep),
        standing=_standing(plain, every),
        value=plain.value(found.chosen),
        by_kept=plain.value(found.chosen[:0]),
        bound=found.bound,
        total=plain.value_of(plain.draws.sum(axis=1)),
        gap=found.gap,
        method=found.method,
        cost=float(problem.cost[found.chosen].sum()),
        candidates=int((~problem.kept).sum()),
        scenarios=int(problem.draws.shape[0]),
        weighted=None if was is None else _weighted(problem, plain, found, was, quiet_weight),
        model=seen.risk.model,
        located_to=seen.risk.located_to,
        foresight=regret.within_scenarios(plain_draws, found.chosen),
        hindcast=hindcast_of(where.cells, ground, panel.as_of, quiet_weight),
        outcome=None if came is None else _outcome(came.inside(inside), setting, open_sites, stands),
        caveats=(
            *seen.risk.caveats,
            *([FEW] if seen.expected.sum() < 1 else []),
            *standing.caveats(keep, month_end(panel.as_of)),
            *CAVEATS,
        ),
    )


def _weighing(problem: Problem, was: Quiet | None, weight: float) -> Problem:
    """The same problem with deaths in quiet places counted so many times."""
    if was is None:
        return problem
    return replace(problem, draws=problem.draws * np.where(was.cells, weight, 1.0))


def _weighted(problem: Problem, plain: Problem, found: Placement, was: Quiet, weight: float) -> Weighted:
    alone = replace(plain, draws=plain.draws * was.cells)
    return Weighted(
        weight=weight,
        value=found.value,
        total=problem.value_of(problem.draws.sum(axis=1)),
        quiet_reached=alone.value(found.chosen),
        quiet_total=alone.value_of(alone.draws.sum(axis=1)),
        basis=was.basis,
    )


def _outcome(came: Recorded, setting: Setting, sites: Sequence[Site], stands: Sequence[Stand]) -> Outcome:
    """The plan beside what came; the best plan may stand at any candidate site."""
    on = reached([*((one.site, one.team) for one in stands), *setting.kept], middles(came.pg_id))
    best = float(came.deaths[on].sum())
    if came.deaths.any():
        with contextlib.suppress(UsageError):  # no candidate reaches any of it
            problem, _ = setting.problem(sites, came.pg_id, came.deaths[None, :], "expected")
            found = greedy.place(problem)
            best = max(best, found.value) if problem.holds(found.chosen) else best
    return outcome_of(came, on, best)


def _standing(problem: Problem, every: Sequence[Team]) -> tuple[Standing, ...]:
    """What each mission's sites, and those given, reach alone; most first."""
    groups: dict[str, list[int]] = {}
    for i, (site, _) in enumerate(every):
        if site.kept:
            groups.setdefault(site.group or "given", []).append(i)
    found = []
    for name, members in groups.items():
        on = np.asarray(problem.reach[members].sum(axis=0)).ravel() > 0
        found.append(Standing(name, len(members), problem.value_of(problem.draws[:, on].sum(axis=1))))
    return tuple(sorted(found, key=lambda one: (-one.reaches, one.name)))


def _useful(problem: Problem, found: Placement) -> Placement:
    """The same plan without teams that add nothing and that no minimum needs."""
    chosen = found.chosen
    for i in chosen[::-1].tolist():
        fewer = chosen[chosen != i]
        if problem.value(fewer) >= found.value - 1e-9 and problem.holds(fewer):
            chosen = fewer
    return Placement(chosen, found.value, found.bound, found.method)


def _near(every: Sequence[Team], chosen: Ints) -> npt.NDArray[np.bool_]:
    """(chosen, n) which choices lie within half the reach of a chosen one."""
    at = vectors([site for site, _ in every])
    return np.stack([within(at[i : i + 1], at, every[i][1].reach_km / 2).toarray()[0] > 0 for i in chosen.tolist()])


def _countries(reach: "sparse.csr_array", i: int, seen: scenarios.Ahead, ground: Land) -> tuple[str, ...]:
    """Countries with forecast deaths within reach of a choice, those with most first."""
    deaths: dict[str, float] = {}
    for j in reach.indices[reach.indptr[i] : reach.indptr[i + 1]].tolist():
        code = ground.iso3[int(ground.position(int(seen.pg_id[j])))]
        deaths[code] = deaths.get(code, 0.0) + float(seen.expected[j])
    return tuple(code for code, much in sorted(deaths.items(), key=lambda one: (-one[1], one[0])) if code and much > 0)
