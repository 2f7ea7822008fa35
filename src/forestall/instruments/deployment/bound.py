"""A bound on every plan that is close to the best: Lagrangian relaxation of maximal covering.

That a place counts only where a team reaches it is let go at a price for each place; the prices are moved by a
subgradient as long as the bound falls (as Galvao & ReVelle 1996, European Journal of Operational Research 88, 114-123).
Any prices give a valid bound.
"""

import numpy as np

from forestall.instruments.deployment.problem import Placement, Problem

STEPS = 200
PATIENCE = 10
ENOUGH = 1e-4


def tightened(problem: Problem, found: Placement) -> Placement:
    """The same plan with a lower bound, for expected deaths and a number of teams; as it is where a budget holds or the
    objective is another. Limits by group are not used: without them plans can only be better."""
    if problem.objective != "expected" or problem.budget is not None or found.bound <= found.value:
        return found
    held = problem.covered(np.zeros(0, dtype=np.int64))
    mean = problem.draws.mean(axis=0)
    some = np.flatnonzero(~held & (mean > 0))
    base, worth = float(mean[held].sum()), mean[some]
    reach = problem.reach[np.flatnonzero(~problem.kept)][:, some]
    back, teams = reach.T.tocsr(), min(problem.teams, reach.shape[0])
    least, best, since, pace = found.value - base, found.bound - base, 0, 1.0
    price = worth / 2
    for _ in range(STEPS):
        pays = reach @ price
        picked = np.argpartition(-pays, teams - 1)[:teams]
        bound = float((worth - price).sum() + pays[picked].sum())
        if bound < best * (1 - 1e-9):
            best, since = bound, 0
        else:
            since += 1
            if since >= PATIENCE:
                pace, since = pace / 2, 0
        on = np.zeros(reach.shape[0])
        on[picked] = 1.0
        slope = back @ on - 1.0
        slope[((price >= worth) & (slope < 0)) | ((price <= 0) & (slope > 0))] = 0.0
        length = float(slope @ slope)
        if length == 0 or best - least <= ENOUGH * best:
            break
        price = np.clip(price - pace * (bound - least) / length * slope, 0.0, worth)
    return Placement(found.chosen, found.value, max(found.value, base + best), found.method)
