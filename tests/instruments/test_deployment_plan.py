"""Plans of few choices against all that there are, and laws that every plan keeps."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from forestall.errors import UsageError
from forestall.instruments.deployment import bound, exact, greedy
from forestall.instruments.deployment.coverage import points, within
from forestall.instruments.deployment.problem import OBJECTIVES, Group, Problem


def problem(seed: int, n: int = 7, m: int = 9, s: int = 4, **how: object) -> Problem:
    rng = np.random.default_rng(seed)
    reach = sparse.csr_array((rng.random((n, m)) < 0.35).astype(float))
    draws = np.where(rng.random((s, m)) < 0.6, rng.integers(0, 30, (s, m)), 0).astype(float)
    given_ = {
        "teams": int(rng.integers(1, 5)),
        "cost": np.ones(n),
        "kept": np.zeros(n, dtype=bool),
        **how,
    }
    return Problem(reach, draws, **given_)  # type: ignore[arg-type]


def best(p: Problem) -> float:
    """The best of all plans there are."""
    free = np.flatnonzero(~p.kept)
    plans = (np.array(c, dtype=np.int64) for k in range(p.teams + 1) for c in combinations(free, k))
    return max((p.value(c) for c in plans if p.holds(c)), default=-1.0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(OBJECTIVES), st.sampled_from([0.1, 0.25, 0.6, 1.0]))
def test_the_exact_plan_is_the_best_of_all(seed: int, objective: str, tail: float) -> None:
    p = problem(seed, objective=objective, tail=tail)
    found = exact.place(p, gap=0.0)
    assert p.holds(found.chosen)
    assert found.value == pytest.approx(best(p), abs=1e-6)
    assert found.value == pytest.approx(p.value(found.chosen))
    assert found.gap <= 1e-6


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(OBJECTIVES))
def test_limits_hold_and_cost_no_more_than_they_must(seed: int, objective: str) -> None:
    rng = np.random.default_rng(seed)
    cost, kept = rng.integers(1, 4, 7).astype(float), rng.random(7) < 0.2
    groups = (Group("north", np.arange(3), most=1), Group("south", np.arange(3, 7), least=1))
    p = problem(seed, cost=cost, kept=kept, budget=5.0, groups=groups, objective=objective, teams=3)
    found = exact.place(p, gap=0.0)
    assert p.holds(found.chosen)
    assert found.value == pytest.approx(best(p), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(OBJECTIVES))
def test_no_plan_passes_the_bound_of_the_greedy_one(seed: int, objective: str) -> None:
    p = problem(seed, objective=objective)
    found = greedy.place(p)
    assert p.holds(found.chosen)
    assert found.value <= best(p) + 1e-9 <= found.bound + 1e-6
    if objective == "expected":
        assert found.value >= (1 - 1 / np.e) * best(p) - 1e-9


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_the_tightened_bound_holds_and_is_never_worse(seed: int, limited: bool) -> None:
    rng = np.random.default_rng(seed)
    kept = rng.random(7) < 0.2
    groups = (Group("north", np.arange(3), most=1),) if limited else ()
    p = problem(seed, kept=kept, groups=groups)
    found = greedy.place(p)
    tight = bound.tightened(p, found)
    assert tight.chosen.tolist() == found.chosen.tolist()
    assert max(tight.value, best(p)) <= tight.bound + 1e-9
    assert tight.bound <= found.bound + 1e-9


def test_the_tightened_bound_is_near_the_best_where_the_quick_one_is_far() -> None:
    rng = np.random.default_rng(11)
    places, sites = rng.random((400, 2)), rng.random((150, 2))
    near = ((sites[:, None] - places[None]) ** 2).sum(axis=2) < 0.12**2
    draws = rng.gamma(0.5, 10, (1, 400))
    p = Problem(sparse.csr_array(near.astype(float)), draws, 12, np.ones(150), np.zeros(150, dtype=bool))
    found, optimum = greedy.place(p), exact.place(p, gap=0.0)
    tight = bound.tightened(p, found)
    assert optimum.value <= tight.bound + 1e-6 <= 1.02 * optimum.value
    assert found.bound > 1.1 * optimum.value


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(OBJECTIVES))
def test_more_teams_or_more_reach_never_cover_less(seed: int, objective: str) -> None:
    rng = np.random.default_rng(seed)
    sites = points(rng.uniform(-20, 20, 6), rng.uniform(160, 200, 6))
    places = points(rng.uniform(-20, 20, 10), rng.uniform(160, 200, 10))
    draws = rng.integers(0, 9, (3, 10)).astype(float)
    kept = np.zeros(6, dtype=bool)

    def value(teams: int, reach: float) -> float:
        p = Problem(within(sites, places, reach), draws, teams, np.ones(6), kept, objective=objective)  # type: ignore[arg-type]
        return exact.place(p, gap=0.0).value

    assert value(1, 900) <= value(2, 900) + 1e-9
    assert value(2, 900) <= value(2, 1400) + 1e-9


def test_a_worked_plan() -> None:
    # Five places in a row, a site at each reaching its neighbours: one team stands in the middle of the deaths, two
    # stand apart from each other.
    reach = sparse.csr_array(
        np.array([[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 0, 1, 1.0]])
    )
    draws = np.array([[5, 1, 4, 1, 6.0]])
    one = Problem(reach, draws, 1, np.ones(5), np.zeros(5, dtype=bool))
    assert exact.place(one).chosen.tolist() == [3]
    assert exact.place(one).value == 11
    two = Problem(reach, draws, 2, np.ones(5), np.zeros(5, dtype=bool))
    assert exact.place(two).value == 17
    kept = Problem(reach, draws, 1, np.ones(5), np.array([False, False, False, True, False]))
    assert exact.place(kept).value == 17


def test_the_tail_is_the_mean_of_the_worst_scenarios() -> None:
    p = problem(1, s=4, objective="cvar", tail=0.375)
    # A tail of 1.5 scenarios of four: the worst whole, the next by half.
    assert p.value_of(np.array([10.0, 2.0, 4.0, 9.0])) == pytest.approx((2 + 0.5 * 4) / 1.5)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"teams": 0}, "0 teams"),
        ({"budget": 0.5}, "pays for no team"),
        ({"budget": -1.0}, "budget of -1"),
        ({"objective": "best"}, "expected one of expected, cvar, worst"),
        ({"tail": 0.0}, "a tail of 0"),
        ({"cost": np.zeros(7)}, "cost above 0"),
        ({"groups": (Group("Mali", np.arange(2), least=3),), "teams": 4}, "Mali: 3 asked for, but only 2 places"),
        ({"groups": (Group("Mali", np.arange(3), least=2, most=1),)}, "at least 2 and at most 1"),
        (
            {"groups": (Group("Mali", np.arange(3), least=2), Group("Chad", np.arange(3, 6), least=2)), "teams": 3},
            r"the minimums of Mali \(2\), Chad \(2\) need 4 teams, but there are 3",
        ),
        (
            {"groups": (Group("Mali", np.arange(3), least=2),), "teams": 3, "budget": 1.5},
            r"the minimums of Mali \(2\) cost 2, but the budget is 1.5",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(how: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        problem(3, **how)


@pytest.mark.parametrize("reach", [0, -5, float("nan"), 30_000])
def test_a_reach_must_be_one(reach: float) -> None:
    with pytest.raises(UsageError, match="reach"):
        within(points([0], [0]), points([0], [0]), reach)


def test_reach_knows_no_antimeridian_and_no_pole() -> None:
    sites, places = points([0, 89.9], [179.9, 10]), points([0, 0, 89.9], [-179.9, 178, -170])
    assert within(sites, places, 25).toarray().tolist() == [[1, 0, 0], [0, 0, 1]]
