"""How long plans take: 2,000 sites x 10,000 cells x 200 scenarios to a gap of 1 %, and 10,000 sites by greedy choice.

    python -m benchmarks.deployment_speed [--teams 20] [--reach 200] [--objective expected] [--again 1]

Sites are the populated places of the whole world that reach most expected deaths, cells those with most expected
deaths, scenarios the forecast's own draws of the newest figures on hand. Times are of one process; the load of the
machine (mean of the last minute) stands beside them.
"""

import argparse
import os
import time
from collections.abc import Sequence
from typing import get_args

import numpy as np
from scipy import sparse

from forestall.ids.cells import centre
from forestall.instruments.deployment import exact, greedy, scenarios
from forestall.instruments.deployment.areas import area
from forestall.instruments.deployment.bound import tightened
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.problem import OBJECTIVES, Floats, Objective, Placement, Problem
from forestall.instruments.deployment.sites import candidates, positions
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.land import land
from forestall.store import Workspace

CELLS, EXACT, GREEDY = 10_000, 2_000, 10_000


def main() -> None:
    """Print a table of times, values and gaps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", type=int, default=20)
    parser.add_argument("--reach", type=float, default=200.0)
    parser.add_argument("--objective", choices=OBJECTIVES, action="append", default=None)
    parser.add_argument("--again", type=int, default=1, help="runs of each; the quickest counts")
    given = parser.parse_args()
    reach, draws = instance(given.reach)
    print(
        f"{given.teams} teams of {given.reach:g} km, {draws.shape[1]:,} cells, {draws.shape[0]} scenarios "
        f"({np.count_nonzero(draws):,} counts of deaths)"
    )
    print("| objective | sites | method | seconds | deaths within reach | gap | load |")
    wanted: Sequence[Objective] = given.objective or get_args(Objective)
    for objective in wanted:
        for count, method in ((EXACT, "exact"), (GREEDY, "greedy")):
            took, found, load = timed(problem(reach, draws, count, given.teams, objective), method, given.again)
            print(
                f"| {objective} | {count:,} | {found.method} | {took:.1f} | {found.value:,.0f} | "
                f"{100 * found.gap:.2f} % | {load:.1f} |",
                flush=True,
            )


def instance(reach_km: float) -> tuple["sparse.csr_array", Floats]:
    """Which of GREEDY sites reach which of CELLS cells, those that reach most first, and deaths (scenarios, cells)."""
    workspace = Workspace.open()
    panel = country_month(workspace, as_of=latest_month(workspace), target="deaths_total")
    ground, seen = land(workspace), scenarios.ahead(workspace, panel, print)
    mean = seen.draws.mean(axis=0)
    most = np.sort(np.argsort(-mean, kind="stable")[:CELLS])
    sites = candidates(workspace, ground, area("world", ground, panel.as_of))
    reach = within(points(*positions(sites)), points(*centre(seen.pg_id[most])), reach_km)
    first = np.argsort(-(reach @ mean[most]), kind="stable")[:GREEDY]
    return sparse.csr_array(reach[first]), seen.draws[:, most]


def problem(reach: "sparse.csr_array", draws: Floats, sites: int, teams: int, objective: Objective) -> Problem:
    """The problem of the first `sites` sites."""
    kept = np.zeros(sites, dtype=bool)
    return Problem(reach[:sites], draws, teams, np.ones(sites), kept, objective=objective)


def timed(asked: Problem, method: str, again: int) -> tuple[float, Placement, float]:
    """Seconds of the quickest run, its plan, and the machine's load when it ended."""
    best: tuple[float, Placement, float] | None = None
    for _ in range(again):
        start = time.perf_counter()
        found = exact.place(asked) if method == "exact" else tightened(asked, greedy.place(asked))
        took = time.perf_counter() - start
        if best is None or took < best[0]:
            best = (took, found, os.getloadavg()[0])
    if best is None:
        raise ValueError(f"{again} runs: expected 1 or more")
    return best


if __name__ == "__main__":
    main()
