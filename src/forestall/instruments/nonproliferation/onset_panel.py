"""State-years at risk of a nuclear weapons programme beginning, with what was the case at the end of the year before.

Outcomes are Bleek's (table nuclear_programmes): the first year of exploration or beyond from none ("exploration"), and
the first year of pursuit or possession from none or exploration ("pursuit"). Covariates come from embedded tables and
are of the year before; benchmarks/nonproliferation.py learns from them, nothing at run time does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.ids import countries
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

FIRST, LAST = 1947, 2022
RIVAL_YEARS = 15
OUTCOMES = ("exploration", "pursuit")
RANKS = {"none": 0, "exploration": 1, "pursuit": 2, "possession": 3}
COVARIATES = (
    "facilities",
    "power_reactors",
    "rivals",
    "rival_with_programme",
    "allied_with_possessor",
    "npt_party",
    "earlier_programme",
    "population",
)
NPT_ENTERS = ("ratified", "acceded", "accepted", "succeeded", "rejoined")
NPT_LEAVES = ("withdrew", "revoked")


@dataclass(frozen=True, slots=True, eq=False)
class AtRisk:
    """n state-years in which the outcome could begin. x (n, k) in the order of COVARIATES, y (n,) 0 or 1.

    facilities, rivals and population as log(1 + number); the others 0 or 1. population: persons in thousands, at the
    mean of its year where not known.
    """

    iso3: tuple[str, ...]
    year: "Whole"
    x: "Real"
    y: "Real"

    def rows(self, keep: "npt.NDArray[np.bool_]") -> "AtRisk":
        """Those rows."""
        where = np.flatnonzero(keep)
        return AtRisk(tuple(self.iso3[at] for at in where), self.year[where], self.x[where], self.y[where])


def at_risk(outcome: str, workspace: Workspace) -> AtRisk:
    """All state-years at risk 1947-2022, by year and state. Raises KeyError for an outcome that is none of OUTCOMES."""
    threshold = {"exploration": 1, "pursuit": 2}[outcome]
    stages = {(iso3, year): RANKS[stage] for iso3, year, stage in workspace.table("nuclear_programmes").iter_rows()}
    facilities = _counts(workspace, "nuclear_facilities")
    reactors = _counts(workspace, "nuclear_reactors")
    people = _population(workspace)
    rivals, allies = (
        _pairs(workspace, ("crisis_rivalry", "interstate_conflict"), RIVAL_YEARS),
        _pairs(workspace, ("defence_pact",), 0),
    )
    npt = _npt(workspace)
    names: list[str] = []
    years: list[int] = []
    x: list[list[float]] = []
    y: list[int] = []
    for year in range(FIRST, LAST + 1):
        before = year - 1
        listed = sorted({state.series_iso3 for state in countries.states(date(year, 1, 1))})
        known = [people[iso3, before] for iso3 in listed if (iso3, before) in people]
        mean = float(np.mean(np.log1p(known))) if known else 0.0
        for iso3 in listed:
            if stages.get((iso3, before), 99) >= threshold:
                continue
            hostile = rivals.get((iso3, before), frozenset())
            size = people.get((iso3, before))
            names.append(iso3)
            years.append(year)
            y.append(int(stages[iso3, year] >= threshold))
            x.append(
                [
                    float(np.log1p(facilities.get((iso3, before), 0))),
                    float((iso3, before) in reactors),
                    float(np.log1p(len(hostile))),
                    float(any(stages.get((one, before), 0) >= 2 for one in hostile)),
                    float(any(stages.get((one, before), 0) == 3 for one in allies.get((iso3, before), frozenset()))),
                    float(_party(npt.get(iso3, ()), before)),
                    float(any(stages.get((iso3, past), 0) > 0 for past in range(1938, year))),
                    mean if size is None else float(np.log1p(size)),
                ]
            )
    return AtRisk(tuple(names), np.array(years, dtype=np.int64), np.array(x), np.array(y, dtype=np.float64))


def _counts(workspace: Workspace, table: str) -> dict[tuple[str, int], int]:
    frame = workspace.table(table).group_by("iso3", "year").agg(pl.col("operating").sum())
    return {(iso3, year): count for iso3, year, count in frame.iter_rows()}


def _population(workspace: Workspace) -> dict[tuple[str, int], float]:
    frame = workspace.table("population").select("iso3", "year", "persons").drop_nulls()
    return {(iso3, year): count / 1000 for iso3, year, count in frame.iter_rows()}


def _pairs(workspace: Workspace, ties: Iterable[str], after: int) -> dict[tuple[str, int], frozenset[str]]:
    """Who was tied to a state in a year, or so many years after it."""
    found: dict[tuple[str, int], set[str]] = {}
    frame = workspace.table("mediation_ties").filter(pl.col("tie").is_in(list(ties)))
    for one, other, first, last in frame.select("iso3", "other", "first_year", "last_year").iter_rows():
        for year in range(first, min((LAST if last is None else last) + after, LAST) + 1):
            found.setdefault((one, year), set()).add(other)
            found.setdefault((other, year), set()).add(one)
    return {key: frozenset(states) for key, states in found.items()}


def _npt(workspace: Workspace) -> dict[str, tuple[tuple[date, bool], ...]]:
    """Days on which a state became or ceased to be a party to the NPT."""
    frame = workspace.table("treaty_actions").filter(pl.col("treaty") == "NPT", pl.col("day").is_not_null())
    found: dict[str, list[tuple[date, bool]]] = {}
    for iso3, action, day in frame.select("iso3", "action", "day").iter_rows():
        if action in NPT_ENTERS or action in NPT_LEAVES:
            found.setdefault(iso3, []).append((day, action in NPT_ENTERS))
    return {iso3: tuple(sorted(days)) for iso3, days in found.items()}


def _party(days: Iterable[tuple[date, bool]], year: int) -> bool:
    """Whether the last of these up to the end of the year made it a party."""
    return any(enters for _, enters in [one for one in days if one[0] <= date(year, 12, 31)][-1:])
