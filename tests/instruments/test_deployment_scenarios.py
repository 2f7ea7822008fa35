"""Scenarios of cells: kept without loss, refused where they follow from other figures, and how firm a choice is."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, sparse

from forestall.forecast import edition
from forestall.forecast.cells import outlook
from forestall.instruments.deployment import exact, explain, scenarios
from forestall.instruments.deployment.problem import Problem
from forestall.panel.country_month import country_month, latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def newest(store: Workspace) -> Panel:
    return country_month(store, as_of=latest_month(store), target="deaths_total")


def made() -> scenarios.Draws:
    rng = np.random.default_rng(3)
    deaths = np.where(rng.random((scenarios.COUNT, 5)) < 0.3, rng.integers(1, 90_000, (scenarios.COUNT, 5)), 0)
    return scenarios.Draws(np.array([4, 90, 91, 100_000, 259_200]), deaths.astype(np.float64))


def test_packing_loses_nothing() -> None:
    content = scenarios.pack(made(), "key")
    again = scenarios.unpack(content, "key")
    np.testing.assert_array_equal(again.pg_id, made().pg_id)
    np.testing.assert_array_equal(again.deaths, made().deaths)
    assert scenarios.pack(again, "key") == content


@pytest.mark.parametrize("damaged", [b"", b"PK", scenarios.pack(made(), "key")[:-300], scenarios.pack(made(), "other")])
def test_a_damaged_file_or_one_of_other_figures_is_not_taken(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "held.npz"
    path.write_bytes(damaged)
    assert scenarios._held("key", path) is None


def test_the_package_holds_the_scenarios_of_the_newest_figures(store: Workspace, newest: Panel) -> None:
    # Fails when a table or a version changed and `python -m tools.embed.edition` was not run after it.
    held = scenarios.unpack(edition.scenarios(), outlook.key(newest, store))
    risk = outlook.unpack(edition.cells(), outlook.key(newest, store))
    assert held.deaths.shape[0] == scenarios.COUNT
    # The expectation is the mean of a thousand draws, of which these are the first 200.
    shared = np.isin(risk.pg_id, held.pg_id)
    assert shared.mean() > 0.9
    assert held.deaths.sum(axis=1).mean() == pytest.approx(risk.expected.sum(), rel=0.1)


def test_long_work_is_announced_before_it_starts(
    store: Workspace, newest: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StartedError(Exception):
        pass

    def begin(*_: object) -> None:
        raise StartedError

    said: list[str] = []
    scenarios.ahead(store, newest, said.append)
    assert said == []  # the newest figures come with the package
    monkeypatch.setattr(outlook, "plan_of", begin)
    with pytest.raises(StartedError):
        scenarios.ahead(store, newest.cut(newest.as_of - 1), said.append)
    assert len(said) == 1
    assert "a minute or two the first time" in said[0]


def problem(draws: np.ndarray, objective: str, tail: float = 0.1) -> Problem:
    n = draws.shape[1]
    reach = sparse.csr_array(np.eye(n))
    return Problem(reach, draws, 1, np.ones(n), np.zeros(n, dtype=bool), objective=objective, tail=tail)  # type: ignore[arg-type]


def test_how_firm_a_site_of_the_tail_is_against_counting_by_hand() -> None:
    """One team, two places: the first always sees 3 deaths, the second 9, but none in two scenarios of twenty.

    By the mean the second is chosen (8.1), by the mean of the worst two scenarios the first (3 against 0). In a resample
    of twenty the first is chosen if both of the worst two are without deaths at the second: if one alone is, their mean
    there is 4.5.
    """
    draws = np.array([[3.0, 0.0]] * 2 + [[3.0, 9.0]] * 18)
    tail = problem(draws, "cvar")
    assert exact.place(tail).chosen.tolist() == [0]
    assert exact.place(problem(draws.mean(axis=0, keepdims=True), "expected")).chosen.tolist() == [1]
    near = np.eye(2, dtype=bool)
    found = explain.frequency(tail, np.array([0]), near[[0]], times=400, seed=7)
    p = 0.1
    by_hand = 1 - (1 - p) ** 20 - 20 * p * (1 - p) ** 19
    assert found[0] == pytest.approx(by_hand, abs=4 * np.sqrt(by_hand * (1 - by_hand) / 400))
    assert explain.frequency(problem(draws, "expected"), np.array([1]), near[[1]])[0] == 1


def test_the_frequency_of_the_tail_is_that_of_exact_plans() -> None:
    rng = np.random.default_rng(5)
    draws = rng.gamma(0.5, 10, (40, 6)).round()
    reach = sparse.csr_array((rng.random((6, 6)) < 0.3) | np.eye(6, dtype=bool), dtype=float)
    p = Problem(reach, draws, 2, np.ones(6), np.zeros(6, dtype=bool), objective="cvar", tail=0.25)
    chosen = exact.place(p, gap=0.0).chosen
    found = explain.frequency(p, chosen, np.eye(6, dtype=bool)[chosen], times=100, seed=1)
    again, count = np.random.default_rng(1), Counter[int]()
    for _ in range(100):
        resampled = Problem(
            reach, draws[again.integers(0, 40, 40)], 2, np.ones(6), np.zeros(6, dtype=bool), objective="cvar", tail=0.25
        )
        count.update(exact.place(resampled, gap=0.0).chosen.tolist())
    np.testing.assert_allclose(found, [count[i] / 100 for i in chosen.tolist()], atol=0.1)


def hard(objective: str = "expected") -> Problem:
    """A problem of which the greedy plan does not prove itself best, so that the solver is asked."""
    rng = np.random.default_rng(4)
    reach = sparse.csr_array((rng.random((30, 60)) < 0.15).astype(float))
    draws, kept = rng.integers(0, 9, (3, 60)).astype(float), np.zeros(30, dtype=bool)
    return Problem(reach, draws, 5, np.ones(30), kept, objective=objective)  # type: ignore[arg-type]


def test_what_the_solver_prints_does_not_reach_standard_output(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = optimize.milp

    def noisy(*args: object, **how: object) -> optimize.OptimizeResult:
        os.write(1, b"a line of the solver\n")
        return kept(*args, **how)

    monkeypatch.setattr(optimize, "milp", noisy)
    p = hard()
    assert exact.place(p, gap=0.0).method in {"integer programme", "greedy"}  # the solver was asked
    os.write(1, b"ours\n")
    assert capfd.readouterr().out == "ours\n"


def test_a_solver_that_fails_leaves_the_greedy_plan_and_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def fails(*_: object, options: dict[str, object], **__: object) -> optimize.OptimizeResult:
        asked.append(bool(options["presolve"]))
        return optimize.OptimizeResult(status=4, message="Solve error", x=None, mip_dual_bound=None)

    monkeypatch.setattr(optimize, "milp", fails)
    p = hard("cvar")
    found = exact.place(p, gap=0.0)
    assert asked == [True, False]
    assert found.method == "greedy"
    assert found.value <= found.bound
