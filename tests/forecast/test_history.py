"""The blurred own history."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_worlds import panel, world

from forestall.forecast.models import history

MONTHS = [501, 506, 536]


def law(values, months=MONTHS):
    return history.law(panel(values), months)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_laws_are_whole_ascend_and_end_at_a_multiple_of_the_highest_month(seed):
    values = world(seed)
    found = law(values)
    assert found.shape == (24, 3, 1000)
    np.testing.assert_array_equal(found, np.rint(found))
    assert np.all(np.diff(found, axis=2) >= 0)
    highest = np.nan_to_num(values[:, -history.WINDOW :]).max(axis=1)
    assert np.all(found.max(axis=(1, 2)) <= np.rint(3.3 * highest))


def test_a_steady_war_goes_on_with_a_spread_that_grows_with_the_horizon():
    found = law(np.full((1, 60), 100.0))
    np.testing.assert_allclose(np.median(found, axis=2), 100, rtol=0.05)
    spread = found[0].std(axis=1)
    assert spread[0] < spread[1] < spread[2]
    assert np.log(found[0]).std(axis=1) == pytest.approx([history.noise(k) for k in (1, 6, 36)], rel=0.06)


def test_recent_months_weigh_more_and_the_nearer_the_month_the_more():
    values = np.zeros((1, 60))
    values[0, -6:] = 100.0
    chance = (law(values)[0] > 0).mean(axis=1)
    weights = [0.5 ** (np.arange(48) / history.half_life(k)) for k in (1, 6, 36)]
    np.testing.assert_allclose(chance, [w[:6].sum() / w.sum() for w in weights], atol=0.0011)
    assert chance[0] > chance[1] > chance[2]


def test_months_that_are_not_known_drop_out():
    values = np.full((1, 60), 100.0)
    values[0, -3:] = np.nan
    assert law(values).min() > 0
    values[0, -10:-3] = 0.0
    # of the known months the last are the quiet ones
    assert (law(values)[0, 0] == 0).mean() > 0.5


def test_no_deaths_or_nothing_known_is_zero():
    values = np.zeros((3, 60))
    values[1] = np.nan
    values[2, : -history.WINDOW] = 500.0  # too long ago
    assert law(values).max() == 0
    found = history.forecast(panel(values), months=MONTHS)
    assert found.draws.max() == 0
    assert (found.model, found.version) == ("history", history.VERSION)


def test_a_unit_alone_has_the_same_law():
    values = world(5)
    np.testing.assert_array_equal(law(values[7:8]), law(values)[7:8])
