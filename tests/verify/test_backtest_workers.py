"""A backtest on workers gives what it gives in this process, draw by draw."""

import functools
import os
import signal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_inputs import panel

from forestall.forecast import models
from forestall.forecast.training import training_month
from forestall.parallel import workers
from forestall.verify import backtest


@pytest.fixture(scope="module")
def figures():
    """Sixty countries, thirty years: enough for models to learn from."""
    generator = np.random.default_rng(11)
    level = generator.lognormal(0.0, 2.0, (60, 1)) * np.exp(generator.normal(0, 0.25, (60, 360)).cumsum(axis=1) / 3)
    return panel(generator.poisson(np.minimum(level, 400)).astype(float), iso3=())


@pytest.fixture(scope="module", params=[{"jobs": 2}, {"cluster": "local:2:2GB"}], ids=["processes", "cluster"])
def crew(request):
    with workers(**request.param) as made:
        yield made


NAMES = ("ewma", "hurdle_nb", "history", "markov")


def test_rows_cells_and_draws_are_the_same_on_workers(figures, crew):
    over = backtest.origins(figures, 2017, 2018)[10:13]  # two Octobers
    assert len({training_month(one.as_of) for one in over}) == 2
    seen = []
    for where in (2, crew):
        draws, told = {}, []

        def keep(window, name, made, draws=draws):
            draws[window.as_of, name] = made.digest

        rows, table = backtest.detailed(
            figures,
            NAMES,
            over,
            n_draws=40,
            seed=3,
            workers=where,
            each=keep,
            progress=lambda window, name, told=told: told.append((window.as_of, name)),
        )
        assert sorted(told) == sorted(draws) == sorted((one.as_of, name) for one in over for name in NAMES)
        seen.append((rows, table, draws))
    (rows, table, draws), (other_rows, other_table, other_draws) = seen
    assert rows == other_rows
    assert table.equals(other_table)
    assert draws == other_draws
    assert len(set(draws.values())) == len(draws)


def die_once(folder, seen, *, months, n_draws=1000, seed=0):
    if seen.as_of == 454 and not (folder / "died").exists():
        (folder / "died").write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return models.get("ewma")(seen, months=months, n_draws=n_draws, seed=seed)


def test_a_worker_killed_in_the_middle_of_a_backtest_changes_nothing(figures, crew, tmp_path):
    over = backtest.windows(figures, 2016, 2019)
    own = {"mortal": functools.partial(die_once, tmp_path)}
    found = backtest.run(figures, ["mortal", "last"], over, n_draws=40, workers=crew, extra_models=own)
    assert (tmp_path / "died").exists()
    expected = backtest.run(figures, ["ewma", "last"], over, n_draws=40, workers=1)
    assert [row | {"model": ""} for row in found] == [row | {"model": ""} for row in expected]


@given(
    st.lists(st.integers(400, 460), min_size=1, max_size=20, unique=True),
    st.lists(st.sampled_from(sorted(models.MODELS)), min_size=1, unique=True),
)
def test_jobs_hold_every_pair_once_and_learn_the_same_once(origins, names):
    over = [backtest.Window(2000, as_of, (as_of + 3,), rolling=True) for as_of in origins]
    found = backtest.jobs(over, names)
    pairs = [pair for job in found for pair in job]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {(one, name) for one in over for name in names}
    learned = [
        {training_month(one.as_of) for one, _ in job} for job in found if {name for _, name in job} & backtest.SHARING
    ]
    assert all(len(months) == 1 for months in learned)
    assert len(learned) == len(set(map(tuple, learned)))
