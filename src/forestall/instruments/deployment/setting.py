"""What a plan may be made of, and the problem that follows: a class of team at a site, what stands already, limits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from forestall.errors import UsageError
from forestall.ids.cells import centre
from forestall.instruments.deployment.classes import TeamClass
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.problem import Floats, Group, Ints, Objective, Problem
from forestall.instruments.deployment.sites import Site, positions

Team = tuple[Site, TeamClass]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a plan may be: its teams, their classes, what stands already, and limits."""

    teams: int
    classes: tuple[TeamClass, ...]
    kept: tuple[Team, ...]
    budget: float | None
    max_per_country: int | None
    must: tuple[str, ...]

    def problem(
        self, sites: Sequence[Site], pg_id: Ints, draws: Floats, objective: Objective
    ) -> tuple[Problem, list[Team]]:
        """The problem of each class at each site that reaches deaths of any draw (s, m), and of what is kept; and the
        site and class of each of its choices."""
        choices, reach = _choices(sites, self.classes, pg_id, draws.sum(axis=0), self.must)
        parts = [reach]
        for site, team in self.kept:
            parts.append(within(vectors([site]), middles(pg_id), team.reach_km))
        every = [*choices, *self.kept]
        problem = Problem(
            reach=sparse.csr_array(sparse.vstack(parts)),
            draws=draws,
            teams=self.teams,
            cost=np.array([team.cost for _, team in every]),
            kept=np.array([site.kept for site, _ in every]),
            budget=self.budget,
            groups=_groups(every, self.classes, self.max_per_country, self.must),
            objective=objective,
        )
        return problem, every


def vectors(sites: Sequence[Site]) -> Floats:
    """Unit vectors (n, 3) of sites."""
    return points(*positions(sites))


def middles(pg_id: npt.ArrayLike) -> Floats:
    """Unit vectors (m, 3) of the middles of cells."""
    return points(*centre(pg_id))


def reached(teams: Sequence[Team], places: Floats) -> npt.NDArray[np.bool_]:
    """(m,) which places lie within reach of any of the teams."""
    on = np.zeros(places.shape[0], dtype=bool)
    for site, team in teams:
        on |= within(vectors([site]), places, team.reach_km).toarray()[0] > 0
    return on


def _choices(
    sites: Sequence[Site], classes: Sequence[TeamClass], pg_id: Ints, deaths: Floats, must: Sequence[str]
) -> "tuple[list[Team], sparse.csr_array]":
    """Each class at each site, those left out that reach no deaths, unless a country needs a team anyway."""
    at, middle = vectors(sites), middles(pg_id)
    named = np.array([site.iso3 in must for site in sites])
    choices: list[Team] = []
    parts = []
    for team in classes:
        reach = within(at, middle, team.reach_km)
        some = np.flatnonzero((reach @ deaths > 0) | named)
        choices += [(sites[i], team) for i in some.tolist()]
        parts.append(reach[some])
    if not choices:
        raise UsageError("no candidate site reaches a cell with forecast deaths: give more reach, or --middles")
    return choices, sparse.csr_array(sparse.vstack(parts))


def _groups(
    every: Sequence[Team], classes: Sequence[TeamClass], most: int | None, must: Sequence[str]
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
