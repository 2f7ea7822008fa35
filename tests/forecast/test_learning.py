"""The cases that learned models are trained on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_worlds import panel, world

from forestall.forecast.features import features
from forestall.forecast.learning import FEWEST, FIRST, NEAR, QUIET_KEPT, cases, design, latest
from forestall.forecast.sampling import MAX_HORIZON


def made(values, **kwargs):
    shown = panel(values)
    return cases(shown, features(shown), **kwargs)


def told(n=6, t=100):
    """Figures that tell their unit and month: 1000 * (unit + 1) + month."""
    return 1000.0 * (np.arange(n)[:, None] + 1) + np.arange(t)


def test_an_outcome_is_the_same_units_figure_that_many_months_later_inside_the_panel():
    found = made(told())
    figure = np.rint(np.expm1(found.inputs[:, 0].astype(np.float64)))  # lag_0
    steps = found.inputs[:, -1]
    np.testing.assert_array_equal(found.observed, figure + steps)
    np.testing.assert_array_equal(found.observed // 1000, figure // 1000)
    assert figure.size > 1000
    assert (figure % 1000).min() == FIRST
    assert (found.observed % 1000).max() == 99
    assert (steps.min(), steps.max()) == (1, MAX_HORIZON)
    near = (steps <= NEAR).mean()
    assert 0.8 < near < 0.95  # four of five, and more where the panel ends


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_is_not_known_is_neither_origin_nor_outcome(seed):
    values = told()
    unknown = np.random.default_rng(seed).random(values.shape) < 0.3
    found = made(np.where(unknown, np.nan, values), seed=seed)
    figure = np.rint(np.expm1(found.inputs[:, 0].astype(np.float64)))
    assert not np.isnan(found.observed).any()
    assert figure.min() >= 1000  # lag_0 of a month that is not known would be 0
    np.testing.assert_array_equal(found.observed, figure + found.inputs[:, -1])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(8)))
def test_the_order_of_units_changes_no_case(seed, order):
    values, units = world(seed, n=8, t=60), np.arange(8) * 7 + 2
    turned = panel(values[order], units=units[order])
    one, other = made(values), cases(turned, features(turned))
    for name in ("observed", "weight", "fold"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_allclose(one.inputs, other.inputs, rtol=1e-5, atol=1e-6)


def test_a_quarter_of_long_quiet_cases_stand_for_all_of_them():
    values = np.zeros((40, 100))
    values[:4] = 20.0
    found = made(values)
    quiet = found.observed == 0
    assert set(found.weight[quiet]) == {1 / QUIET_KEPT}
    assert set(found.weight[~quiet]) == {1.0}
    # 36 quiet units against 4: what they weigh together is what all their cases would
    assert found.weight[quiet].sum() / found.weight[~quiet].sum() == pytest.approx(9, rel=0.1)


def test_cases_of_a_unit_are_in_one_fold_whoever_stands_beside_it():
    values = told()
    many, alone = made(values), made(values[2:3])
    own = many.fold[many.observed // 1000 == 3]
    assert len(set(own)) == 1
    assert len(set(many.fold)) > 1
    shown = panel(values[2:3], units=[16])  # its number among the many
    assert set(cases(shown, features(shown)).fold) == set(own)
    assert len(set(alone.fold)) == 1


@pytest.mark.parametrize("months", [1, 2, FIRST, FIRST + 1])
def test_a_panel_too_short_has_no_cases(months):
    found = made(np.full((3, months), 9.0))
    assert found.observed.size == 0
    assert not found.enough


def test_enough_is_a_number_of_cases_with_deaths():
    found = made(told())
    keep = np.zeros(found.observed.size, dtype=np.bool_)
    keep[: FEWEST - 1] = True
    assert not found.pick(keep).enough
    keep[FEWEST - 1] = True
    assert found.pick(keep).enough


def test_a_forecast_asks_from_the_last_month_with_all_steps_unit_by_unit():
    seen = features(panel(told(n=2, t=50)))
    inputs, scale = latest(seen, np.array([1, 5]))
    np.testing.assert_array_equal(inputs[:, -1], [1, 5, 1, 5])
    np.testing.assert_array_equal(inputs[:, :-1], np.repeat(seen.values[:, -1], 2, axis=0))
    np.testing.assert_array_equal(scale, np.repeat(seen.scale[:, -1], 2))
    assert design(seen.values[:, 0], np.array([3, 4])).dtype == np.float32
