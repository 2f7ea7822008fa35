from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.forecast import models, run
from forestall.forecast.models import MODELS
from forestall.forecast.models.last_poisson import poisson
from forestall.forecast.sampling import weighted
from forestall.panel.frame import Panel


def panel(values, *, last=500, units=None):
    values = np.asarray(values, dtype=np.float64)
    n, t = values.shape
    return Panel(
        units=np.asarray(range(1, n + 1) if units is None else units, dtype=np.int32),
        months=np.arange(last - t + 1, last + 1, dtype=np.int32),
        values=values,
        target="deaths_total",
        as_of=last,
        digest="test",
    )


def history(seed, n=6, t=50):
    rng = np.random.default_rng(seed)
    values = rng.poisson(rng.choice([0.0, 0.3, 8.0, 400.0], (n, 1)), (n, t)).astype(np.float64)
    values[rng.random((n, t)) < 0.05] = np.nan
    return values


every_model = pytest.mark.parametrize("name", MODELS)
OWN_HISTORY = ("zero", "last", "conflictology_12", "ewma", "history")
"""Models that look at a unit's own record and at nothing else."""
QUICK = pytest.mark.parametrize("name", [*OWN_HISTORY, "bootstrap_240"])
LEARNED = pytest.mark.parametrize("name", [name for name in MODELS if name not in (*OWN_HISTORY, "bootstrap_240")])


@QUICK
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(460, 499), other=st.integers(0, 10_000))
def test_nothing_after_as_of_changes_a_draw(name, seed, cut, other):
    blind_to_what_comes(name, seed, cut, other)


@LEARNED
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(460, 499), other=st.integers(0, 10_000))
def test_nothing_after_as_of_changes_a_draw_of_a_learned_model(name, seed, cut, other):
    blind_to_what_comes(name, seed, cut, other)


def blind_to_what_comes(name, seed, cut, other):
    values = history(seed)
    changed = values.copy()
    changed[:, cut - 450 :] = history(other)[:, cut - 450 :] * 3 + 1
    months = range(cut + 1, cut + 5)
    before = MODELS[name](panel(values).cut(cut), months=months, n_draws=40)
    after = MODELS[name](panel(changed).cut(cut), months=months, n_draws=40)
    np.testing.assert_array_equal(before.draws, after.draws)
    assert before.digest == after.digest


@QUICK
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(6)))
def test_the_order_of_units_changes_nothing(name, seed, order):
    blind_to_order(name, seed, order)


@LEARNED
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(6)))
def test_the_order_of_units_changes_nothing_in_a_learned_model(name, seed, order):
    blind_to_order(name, seed, order)


def blind_to_order(name, seed, order):
    values = history(seed)
    units = np.arange(6) * 7 + 2
    straight = MODELS[name](panel(values, units=units), months=[501, 502], n_draws=30, seed=4)
    turned = MODELS[name](panel(values[order], units=units[order]), months=[501, 502], n_draws=30, seed=4)
    np.testing.assert_array_equal(straight.draws[order], turned.draws)


@pytest.mark.parametrize("name", OWN_HISTORY)
def test_other_units_change_nothing(name):
    values = history(3)
    alone = MODELS[name](panel(values[2:3], units=[9]), months=[501], n_draws=30)
    among = MODELS[name](panel(values, units=[4, 5, 9, 1, 2, 3]), months=[501], n_draws=30)
    np.testing.assert_array_equal(alone.draws[0], among.draws[2])


@every_model
def test_the_seed_decides(name):
    values = np.vstack([history(1), np.full((1, 50), 300.0) + np.arange(50)])
    first = MODELS[name](panel(values), months=range(501, 510), seed=1)
    again = MODELS[name](panel(values), months=range(501, 510), seed=1)
    other = MODELS[name](panel(values), months=range(501, 510), seed=2)
    assert first.digest == again.digest
    assert first.seed == 1
    if name != "zero":
        assert not np.array_equal(first.draws, other.draws)


@every_model
def test_a_month_does_not_depend_on_the_months_asked_for(name):
    values = history(5)
    far = MODELS[name](panel(values), months=range(501, 537), n_draws=50)
    some = MODELS[name](panel(values), months=[503, 504, 514], n_draws=50)
    np.testing.assert_array_equal(far.draws[:, [2, 3, 13]], some.draws)


@every_model
@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_an_empty_history_gives_zero(name, value):
    forecast = MODELS[name](panel(np.full((3, 20), value)), months=range(501, 537), n_draws=20)
    assert forecast.draws.shape == (3, 36, 20)
    assert not forecast.draws.any()


@every_model
def test_a_history_of_one_month_is_enough(name):
    forecast = MODELS[name](panel([[7.0]]), months=[501], n_draws=1000)
    expected = 0 if name == "zero" else 7
    # own history with noise, and what falls back on it, spreads around the one month it knows
    spreads = name in {"history", "forest", "boosting", "forestall"}
    assert forecast.draws.mean() == pytest.approx(expected, abs=1.0 if spreads else 0.05)
    assert np.median(forecast.draws) == expected


@every_model
@pytest.mark.parametrize("months", [[], [500], [501, 501], [502, 501], [537], [501, 540]])
def test_months_that_cannot_be_are_refused(name, months):
    with pytest.raises(UsageError, match="to forecast"):
        MODELS[name](panel(np.ones((2, 20))), months=months)


@every_model
def test_no_draws_are_refused(name):
    with pytest.raises(UsageError, match="n_draws"):
        MODELS[name](panel(np.ones((2, 20))), months=[501], n_draws=0)


def test_an_unknown_model_names_the_known_ones():
    with pytest.raises(UsageError, match="known: zero, last, conflictology_12, bootstrap_240, ewma"):
        models.get("hydra")


def test_conflictology_gives_each_of_the_last_twelve_months_its_twelfth():
    values = np.concatenate([np.full(30, 999.0), np.arange(1, 13)])[None, :]
    draws = MODELS["conflictology_12"](panel(values), months=range(501, 507)).draws[0]
    for month in draws:
        found, counts = np.unique(month, return_counts=True)
        assert found.tolist() == list(range(1, 13))
        assert set(counts.tolist()) == {83, 84}


def test_conflictology_leaves_out_months_that_are_not_known():
    values = np.concatenate([np.full(8, 50.0), np.full(10, np.nan), [3.0, 5.0]])[None, :]
    draws = MODELS["conflictology_12"](panel(values), months=[501]).draws
    assert np.unique(draws, return_counts=True)[1].tolist() == [500, 500]
    assert set(np.unique(draws)) == {3.0, 5.0}


def test_last_takes_the_last_known_month_as_rate():
    draws = MODELS["last"](panel([[1.0, 400.0, np.nan]]), months=[501]).draws
    assert draws.mean() == pytest.approx(400, abs=0.5)
    assert draws.var() == pytest.approx(400, rel=0.02)


@pytest.mark.parametrize("rate", [0.2, 1.0, 3.5, 60.0, 79_609.0])
def test_the_poisson_quantiles_are_exact(rate):
    quantile = poisson(rate)
    grid = (np.arange(200_000) + 0.5) / 200_000
    drawn = quantile(grid)
    assert drawn.mean() == pytest.approx(rate, rel=1e-3)
    assert drawn.var() == pytest.approx(rate, rel=5e-3)
    # P(0) = exp(-rate)
    assert np.mean(drawn == 0) == pytest.approx(np.exp(-rate), abs=1e-5)


def test_bootstrap_pools_units_and_the_last_240_months():
    values = np.zeros((4, 260))
    values[:, :20] = 5000.0  # too old to be drawn
    values[1, 100:196] = 40.0  # 96 of 4 x 240 unit-months
    forecast = MODELS["bootstrap_240"](panel(values), months=[501, 502])
    assert set(np.unique(forecast.draws)) == {0.0, 40.0}
    np.testing.assert_array_equal(np.count_nonzero(forecast.draws == 40, axis=2), 100)


def test_ewma_weights_halve_every_four_months():
    # the last four months hold 1, the four before them 2, the four before those 3: weights 4 : 2 : 1
    values = np.concatenate([np.repeat([3.0, 2.0, 1.0], 4)])[None, :]
    counts = np.unique(MODELS["ewma"](panel(values), months=[501], n_draws=7000).draws, return_counts=True)[1]
    np.testing.assert_allclose(counts, [4000, 2000, 1000], atol=1)


def test_ewma_remembers_36_months():
    values = np.concatenate([np.full(30, 900.0), np.full(36, 2.0)])[None, :]
    assert set(np.unique(MODELS["ewma"](panel(values), months=[501]).draws)) == {2.0}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(0.01, 10)), min_size=1, max_size=12),
    st.integers(1, 300),
    st.floats(0, 1, exclude_max=True),
)
def test_even_sampling_counts_each_value_to_within_one(pairs, m, start):
    values, weights = (np.array(side, dtype=np.float64) for side in zip(*pairs, strict=True))
    drawn = weighted(values, weights)((np.arange(m) + start) / m)
    for value in np.unique(values):
        share = weights[values == value].sum() / weights.sum()
        assert abs(np.count_nonzero(drawn == value) - m * share) <= 1 + 1e-6


def test_months_are_drawn_independently():
    values = np.arange(1.0, 13.0)[None, :]
    draws = MODELS["conflictology_12"](panel(values), months=range(501, 537), n_draws=1000).draws[0]
    correlation = np.corrcoef(draws) - np.eye(36)
    # 630 pairs with a standard error of 0.032 each
    assert np.abs(correlation).max() < 0.15
    assert abs(correlation.sum() / (36 * 35)) < 0.01


def test_units_with_the_same_record_are_drawn_independently():
    values = np.tile(np.arange(1.0, 13.0), (2, 1))
    draws = MODELS["conflictology_12"](panel(values), months=[501], n_draws=1000).draws[:, 0]
    assert abs(np.corrcoef(draws)[0, 1]) < 0.15


def test_the_cache_tells_panels_apart(tmp_path, monkeypatch):
    calls = []
    real = MODELS["ewma"]
    monkeypatch.setitem(MODELS, "ewma", lambda *args, **kwargs: calls.append(1) or real(*args, **kwargs))
    one, other = panel(history(1)), replace(panel(history(2)), digest="other")
    found = [
        run(asked, "ewma", months=3, n_draws=50, cache_dir=tmp_path).panel_digest for asked in (one, other, one, other)
    ]
    assert found == ["test", "other"] * 2
    assert len(calls) == 2


def test_the_cache_answers_the_same_question_once(tmp_path, monkeypatch):
    calls = []
    real = MODELS["ewma"]
    monkeypatch.setitem(MODELS, "ewma", lambda *args, **kwargs: calls.append(1) or real(*args, **kwargs))
    asked = panel(history(1))
    first = run(asked, "ewma", months=6, n_draws=50, cache_dir=tmp_path)
    again = run(asked, "ewma", months=6, n_draws=50, cache_dir=tmp_path)
    assert len(calls) == 1
    assert first.digest == again.digest
    for changed in ({"seed": 1}, {"months": 5}, {"n_draws": 51}, {"months": range(502, 506)}):
        run(asked, "ewma", **{"months": 6, "n_draws": 50, **changed}, cache_dir=tmp_path)
    run(asked.cut(499), "ewma", months=6, n_draws=50, cache_dir=tmp_path)
    assert len(calls) == 6
    assert run(asked, "last", months=6, n_draws=50, cache_dir=tmp_path).model == "last"


@pytest.mark.parametrize("damage", [b"", b"not parquet", None])
def test_a_damaged_cache_costs_time_only(tmp_path, damage):
    asked = panel(history(1))
    first = run(asked, "ewma", months=6, n_draws=50, cache_dir=tmp_path)
    (held,) = (tmp_path / "forecasts").glob("*.parquet")
    content = held.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]
    held.write_bytes(flipped if damage is None else damage)
    assert run(asked, "ewma", months=6, n_draws=50, cache_dir=tmp_path).digest == first.digest
    assert run(asked, "ewma", months=6, n_draws=50, cache_dir=tmp_path).digest == first.digest


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert run(panel(history(1)), "ewma", months=2, n_draws=20, cache_dir=tmp_path / "file").n_draws == 20


@pytest.mark.parametrize("months", [0, 37, -1])
def test_a_horizon_that_cannot_be_is_refused(months):
    with pytest.raises(UsageError, match="horizon"):
        run(panel(history(1)), months=months)
