"""The learned component models: negative binomial hurdle, Markov states, analogues."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_worlds import LAST, panel, world

from forestall.errors import UsageError
from forestall.forecast import analogues
from forestall.forecast.levels import ewma, months_since, volatility
from forestall.forecast.models import analogue, markov, negative_binomial
from forestall.forecast.training import training_month
from forestall.verify import backtest, challenge
from forestall.verify.measure import measure, observed

MODELS = {module.NAME: module for module in (negative_binomial, markov, analogue)}
every_model = pytest.mark.parametrize("name", MODELS)


def forecast(name, values, months=(501, 506, 512), n_draws=200, seed=0, **kwargs):
    return MODELS[name].forecast(panel(values, **kwargs), months=months, n_draws=n_draws, seed=seed)


@every_model
def test_draws_are_whole_bounded_counts(name):
    values = world(1)
    made = forecast(name, values, months=range(501, 537))
    assert made.draws.shape == (24, 36, 200)
    assert made.draws.dtype == np.float32
    assert (made.model, made.version) == (name, MODELS[name].VERSION)
    np.testing.assert_array_equal(made.draws, np.rint(made.draws))
    assert made.draws.max() <= np.nanmax(values)
    assert made.draws.max() > 0


@every_model
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(491, 499))
def test_nothing_after_as_of_changes_a_draw(name, seed, cut):
    values = world(seed)
    changed = values.copy()
    changed[:, cut - LAST :] = changed[:, cut - LAST :] * 3 + 1
    months = range(cut + 1, cut + 5)
    before, after = (
        MODELS[name].forecast(panel(v).cut(cut), months=months, n_draws=40, seed=1) for v in (values, changed)
    )
    assert before.digest == after.digest


@every_model
def test_figures_after_the_training_month_reach_only_their_own_unit(name):
    # November to as_of are seen by the unit's own state, never by the fit that all share
    assert training_month(LAST) == 490
    values = world(2)
    changed = values.copy()
    changed[5, -10:] = 77.0
    before, after = forecast(name, values), forecast(name, changed)
    same = [i for i in range(24) if i != 5]
    np.testing.assert_array_equal(before.draws[same], after.draws[same])
    assert not np.array_equal(before.draws[5], after.draws[5])


@every_model
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_units_changes_nothing(name, seed):
    values = world(seed)
    units = np.arange(24) * 7 + 2
    order = np.random.default_rng(seed).permutation(24)
    straight, turned = forecast(name, values, units=units), forecast(name, values[order], units=units[order])
    np.testing.assert_array_equal(straight.draws[order], turned.draws)


@every_model
def test_the_seed_decides(name):
    values = world(3)
    first, again, other = (forecast(name, values, seed=seed) for seed in (1, 1, 2))
    assert first.digest == again.digest
    assert not np.array_equal(first.draws, other.draws)


@every_model
def test_a_month_does_not_depend_on_the_months_asked_for(name):
    values = world(4)
    far, some = forecast(name, values, months=range(501, 537)), forecast(name, values, months=[503, 514])
    np.testing.assert_array_equal(far.draws[:, [2, 13]], some.draws)


@every_model
@pytest.mark.parametrize("months", [[], [500], [502, 501], [537]])
def test_months_that_cannot_be_are_refused(name, months):
    with pytest.raises(UsageError, match="to forecast"):
        forecast(name, world(1), months=months)


@every_model
@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_an_empty_history_gives_zero(name, value):
    assert not forecast(name, np.full((3, 130), value)).draws.any()


@every_model
def test_a_unit_without_any_known_month_gets_zero(name):
    values = world(5)
    values[3] = np.nan
    assert not forecast(name, values).draws[3].any()


@every_model
def test_too_little_to_learn_from_falls_back_on_own_history(name):
    made = forecast(name, [[7.0]], months=[501])
    np.testing.assert_array_equal(made.draws, 7.0)


@every_model
def test_a_steady_war_is_forecast_near_its_level(name):
    values = world(6)
    values[0] = 300.0
    made = forecast(name, values, n_draws=1000)
    low, middle, high = np.moveaxis(made.quantiles([0.1, 0.5, 0.9])[0], -1, 0)
    assert np.all((middle > 180) & (middle < 420))
    assert np.all(low < 300)
    assert np.all(high < 300 * 8)


@every_model
def test_quiet_units_are_near_zero_with_a_small_chance(name):
    # eight units without a death now; some that were as quiet for years saw deaths later
    values = world(7, n=40)
    values[:16] = 0.0
    values[8:16, 60:64] = 12.0
    values[8:12, 110:112] = 9.0
    made = forecast(name, values, n_draws=1000)
    chance = made.prob_at_least(1)[:8]
    assert np.all(chance < 0.15)
    assert chance.max() > 0
    assert made.mean()[:8].max() < 5


@every_model
def test_more_violence_of_late_means_more_to_come(name):
    values = world(8)
    values[0], values[1] = 20.0, 20.0
    values[1, -12:] = 60.0
    made = forecast(name, values, n_draws=1000)
    assert np.all(made.mean()[1] > made.mean()[0])
    assert np.median(made.draws[1, 0]) > 1.5 * np.median(made.draws[0, 0])


def test_the_negative_binomial_law_is_the_textbook_one():
    # chance .5, mean 4, size 2: P(k | k > 0) = C(k + 1, 1) (1/3)^2 (2/3)^k / (1 - 1/9)
    one = np.array([1.0])
    law = negative_binomial._law(0.5 * one, [(one, 4 * one, 2 * one)], 10_000.0)
    draws = law((np.arange(200_000)[None] + 0.5) / 200_000)[0]
    for k in range(1, 6):
        expected = 0.5 * (k + 1) / 9 * (2 / 3) ** k / (1 - 1 / 9)
        assert np.mean(draws == k) == pytest.approx(expected, abs=1e-4)
    assert np.mean(draws == 0) == pytest.approx(0.5, abs=1e-4)


def test_slopes_of_the_likelihood_are_its_differences():
    y, mean, size, step = np.array([1.0, 4.0, 90.0]), np.array([2.0, 3.0, 50.0]), np.array([0.5, 2.0, 8.0]), 1e-5
    _, in_mean, in_size = negative_binomial._scores(mean, size, y)
    fit = negative_binomial._scores
    by_mean = (fit(mean * np.exp(step), size, y)[0] - fit(mean * np.exp(-step), size, y)[0]) / (2 * step)
    by_size = (fit(mean, size * np.exp(step), y)[0] - fit(mean, size * np.exp(-step), y)[0]) / (2 * step)
    np.testing.assert_allclose(in_mean, by_mean, rtol=1e-5)
    np.testing.assert_allclose(in_size, by_size, rtol=1e-5)


def test_chances_of_states_sum_to_one():
    fit = markov.learn(panel(world(9)).cut(490))
    np.testing.assert_allclose(fit.chances.sum(axis=-1), 1.0)
    assert np.all(fit.chances > 0)


def test_states_of_a_great_war_grow_with_it():
    assert markov._states(np.array([0.0, 1.0, 4.0, 5.0, 99.0, 1000.0])).tolist() == [0, 1, 1, 2, 3, 6]
    assert markov._states(np.array([0.0, 1.0, 49.0, 50.0, 1000.0]), 10.0).tolist() == [0, 1, 1, 2, 4]


def test_similar_cases_are_the_ones_that_look_alike():
    values = np.zeros((6, 120))
    ramp = np.array([0, 0, 0, 2, 5, 10, 20, 40, 60, 80, 100, 120], dtype=float)
    values[1, 40:52], values[1, 52:64] = ramp, 150.0
    values[2] = 30.0
    values[0, -12:] = ramp
    cases = analogues.similar(panel(values), 2, k=2)
    best = cases[0]
    assert (best.unit, best.iso3) == (9, "C01")
    assert abs(best.origin - (LAST - 119 + 51)) <= 1
    assert best.deaths_after == pytest.approx(12 * 150, rel=0.1)
    assert len(best.before) == len(best.after) == 12
    assert cases[0].distance <= cases[1].distance


def test_similar_cases_end_before_the_training_month_and_stand_apart():
    made = panel(world(10))
    cases = analogues.similar(made, int(made.units[4]), k=8)
    assert len(cases) == 8
    for case in cases:
        row = int(np.flatnonzero(made.units == case.unit)[0])
        at = case.origin - int(made.months[0])
        assert case.origin + 12 <= training_month(LAST)
        np.testing.assert_array_equal(case.after, made.values[row, at + 1 : at + 13])
    pairs = [(a, b) for a in cases for b in cases if a is not b and a.unit == b.unit]
    assert all(abs(a.origin - b.origin) >= 12 for a, b in pairs)
    assert repr(cases) == repr(analogues.similar(made, int(made.units[4]), k=8))


def test_similar_refuses_what_cannot_be():
    with pytest.raises(UsageError, match="has no gw_id 999"):
        analogues.similar(panel(world(1)), 999)
    with pytest.raises(UsageError, match="expected 1 or more"):
        analogues.similar(panel(world(1)), 2, k=0)


def test_levels_are_weighted_means_of_what_is_known():
    values = np.array([[8.0, np.nan, 2.0], [np.nan, np.nan, 4.0]])
    found = ewma(values, 1.0)
    np.testing.assert_allclose(found, [[8.0, 8.0, (8 * 0.25 + 2) / 1.25], [0.0, 0.0, 4.0]])
    np.testing.assert_array_equal(months_since(np.array([[0.0, 3.0, np.nan, 0.0]]), most=9), [[9, 0, 1, 2]])


def test_volatility_of_a_steady_climb_is_small_and_of_noise_its_deviation():
    climb = np.expm1(np.linspace(1.0, 8.0, 100))[None]
    noise = np.expm1(5.0 + 0.5 * np.random.default_rng(1).standard_normal((1, 20_000)))
    assert volatility(climb, 6.0)[0, -1] < 0.06
    assert volatility(noise, 5_000.0)[0, -1] == pytest.approx(0.5, rel=0.05)
    assert np.all(volatility(np.array([[np.nan, 3.0, np.nan]]), 6.0) == 0)


@every_model
def test_the_challenge_window_2012_scores_as_the_card_says(name, shared):
    whole = challenge.read(shared / "challenge")
    window = backtest.window(2012)
    made = MODELS[name].forecast(whole.cut(window.as_of), months=window.months)
    row = measure(made, observed(whole, made))
    card = {"hurdle_nb": (25.82, 0.441), "markov": (26.76, 0.467), "analogue": (26.83, 0.449)}
    assert (row["crps"], row["ign"]) == pytest.approx(card[name], rel=0.01)
