"""What learned country models look at."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_worlds import panel, world

from forestall.forecast import features as module
from forestall.forecast.features import THEMES, features, near, of_values

NOBODY = np.zeros((0, 0), dtype=np.bool_)


def one(seen, name):
    return seen.values[:, :, seen.names.index(name)]


def ring(n):
    """Each unit beside the next one and the one before."""
    found = np.zeros((n, n), dtype=np.bool_)
    for i in range(n):
        found[i, (i + 1) % n] = found[i, i - 1] = True
    return found


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(1, 59), other=st.integers(0, 10_000))
def test_later_months_change_no_feature_of_a_month(seed, cut, other):
    values = world(seed, n=6, t=60)
    changed = values.copy()
    changed[:, cut:] = world(other, n=6, t=60)[:, cut:] * 3 + 1
    before, after = (of_values(figures, ring(6)) for figures in (values, changed))
    np.testing.assert_array_equal(before.values[:, :cut], after.values[:, :cut])
    np.testing.assert_array_equal(before.scale[:, :cut], after.scale[:, :cut])
    short = of_values(values[:, :cut], ring(6))
    np.testing.assert_allclose(short.values, before.values[:, :cut], rtol=1e-6, atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(6)))
def test_the_order_of_units_changes_nothing(seed, order):
    values, beside = world(seed, n=6, t=60), ring(6)
    straight, turned = of_values(values, beside), of_values(values[order], beside[np.ix_(order, order)])
    np.testing.assert_allclose(turned.values, straight.values[order], rtol=1e-5, atol=1e-6)


def test_every_feature_has_a_theme_and_every_theme_a_feature():
    seen = features(panel(world(1, n=4, t=50)))
    assert len(seen.names) == len(set(seen.names)) == len(seen.themes) == seen.values.shape[2]
    assert set(seen.themes) == set(THEMES)
    assert seen.values.dtype == np.float32
    assert seen.values.shape[:2] == seen.scale.shape == (4, 50)


def test_a_month_that_is_not_known_drops_out_of_means_and_is_no_figure_elsewhere():
    values = np.array([[10.0, 20.0, np.nan, 40.0]])
    seen = of_values(values, NOBODY)
    assert not np.isnan(seen.values).any()
    assert one(seen, "lag_0")[0, 2] == 0
    assert one(seen, "lag_1")[0, 3] == 0
    # two months further on the same two figures are known: the mean of logs has not moved
    assert one(seen, "log_mean_2")[0, 2] == one(seen, "log_mean_2")[0, 1]
    assert one(seen, "share_1_6")[0, 2] == one(seen, "share_1_6")[0, 3] == 1
    half = 0.5 ** (1 / 3)
    assert seen.scale[0, 3] == pytest.approx((40 + 20 * half**2 + 10 * half**3) / (1 + half**2 + half**3))


def test_a_unit_of_which_nothing_is_known_looks_quiet():
    seen = of_values(np.full((1, 30), np.nan), NOBODY)
    own = [k for k, name in enumerate(seen.names) if not name.startswith("since_")]
    assert np.all(seen.values[0][:, own] == 0)
    assert np.all(one(seen, "since_25") == np.float32(np.log1p(module.LONGEST)))
    assert np.all(seen.scale == 0)


def test_lags_maxima_and_months_since_by_hand():
    values = np.zeros((1, 20))
    values[0, 3], values[0, 10] = 30.0, 5.0
    seen = of_values(values, NOBODY)
    assert one(seen, "lag_5")[0, 8] == np.float32(np.log1p(30))
    assert one(seen, "high_12")[0, 14] == np.float32(np.log1p(30))
    assert one(seen, "high_12")[0, 15] == np.float32(np.log1p(5))
    assert one(seen, "high_60")[0, 19] == np.float32(np.log1p(30))
    assert one(seen, "since_1")[0, 12] == np.float32(np.log1p(2))
    assert one(seen, "since_25")[0, 12] == np.float32(np.log1p(9))
    assert one(seen, "world_level")[0, 2] == 0 < one(seen, "world_level")[0, 3]


def test_neighbours_are_those_beside_and_nobody_else():
    values = np.zeros((4, 30))
    values[1], values[3] = 50.0, 700.0
    beside = np.zeros((4, 4), dtype=np.bool_)
    beside[0, 1] = beside[1, 0] = beside[0, 2] = beside[2, 0] = True
    seen = of_values(values, beside)
    level = np.log1p(50.0)
    assert one(seen, "neighbours_4")[0, -1] == pytest.approx(level / 2, rel=1e-6)
    assert one(seen, "neighbours_most")[0, -1] == pytest.approx(level, rel=1e-6)
    assert one(seen, "neighbours_4")[1, -1] == one(seen, "neighbours_4")[3, -1] == 0


def test_borders_come_from_codes_and_without_codes_there_are_none():
    codes = ("FRA", "DEU", "GBR")
    found = near(codes, 540)
    assert found[0, 1]
    assert found[1, 0]
    assert not found[0, 2]
    assert not near((), 540).any()
    assert not near(("", ""), 540).any()
