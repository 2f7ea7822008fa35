import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError, UsageError
from forestall.forecast.frame import Forecast


def make(draws=None, *, units=(2, 20), months=(530, 531, 532), **changed):
    if draws is None:
        draws = np.arange(2 * 3 * 5, dtype=np.float32).reshape(2, 3, 5)
    rest = {
        "level": "country",
        "unit_key": "gw_id",
        "target": "deaths_total",
        "as_of": 529,
        "model": "by hand",
        "version": "1",
        "seed": 0,
        "panel_digest": "",
    }
    return Forecast(draws=draws, units=np.array(units), months=np.array(months), **{**rest, **changed})


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, -1.0, -0.001])
def test_refuses_draws_that_are_no_deaths(bad):
    draws = np.zeros((2, 3, 5), dtype=np.float32)
    draws[1, 2, 4] = bad
    with pytest.raises(ValueError, match="must"):
        make(draws)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"months": (530, 532, 531)}, "ascend"),
        ({"months": (530, 530, 531)}, "ascend"),
        ({"as_of": 530}, "not after as_of 530"),
        ({"units": (2, 2)}, "gw_id 2 is there twice"),
        ({"units": (2, 20, 40)}, "shape"),
        ({"level": "cell"}, "does not go with"),
        ({"unit_key": "iso3"}, "does not go with"),
        ({"target": "deaths"}, "unknown target"),
    ],
)
def test_refuses_what_does_not_fit(changed, message):
    with pytest.raises((ShapeError, ValueError), match=message):
        make(**changed)


def test_refuses_an_empty_or_flat_cube():
    with pytest.raises(ShapeError):
        make(np.zeros((2, 3, 0), dtype=np.float32))
    with pytest.raises(ShapeError):
        make(np.zeros((2, 3), dtype=np.float32))


def test_is_float32_read_only_and_leaves_the_callers_array_alone():
    own = np.ones((2, 3, 5))
    forecast = make(own)
    assert forecast.draws.dtype == np.float32
    for array in (forecast.draws, forecast.units, forecast.months):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    own[:] = 7
    assert forecast.draws.max() == 1
    with pytest.raises(AttributeError):
        forecast.seed = 3


def test_nobody_can_reach_in_from_outside():
    owner = np.ones((2, 3, 5), dtype=np.float32)
    through_a_view = make(owner[:, ::1])
    owner[:] = 7
    assert through_a_view.draws.max() == 1
    forecast = make(owner)
    with pytest.raises(ValueError, match="read-only"):
        owner[:] = 8
    assert forecast.draws.max() == 7


def test_figures_by_hand():
    draws = np.array([[[0, 0, 10, 20, 70], [1, 1, 1, 1, 1]]], dtype=np.float32)
    forecast = make(draws, units=(2,), months=(530, 531))
    assert forecast.mean().tolist() == [[20.0, 1.0]]
    assert forecast.prob_at_least(10).tolist() == [[0.6, 0.0]]
    # five draws: the 0.9 quantile lies 0.6 of the way from the fourth (20) to the fifth (70)
    np.testing.assert_allclose(forecast.quantiles([0.5, 0.9, 1.0]), [[[10, 50, 70], [1, 1, 1]]])
    assert forecast.period(530, 531).tolist() == [[1, 1, 11, 21, 71]]
    assert forecast.n_draws == 5


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_quantiles_are_numpys(seed, q):
    draws = np.random.default_rng(seed).poisson(3, (2, 3, 17)).astype(np.float32)
    np.testing.assert_allclose(make(draws).quantiles(q), np.moveaxis(np.quantile(draws, q, axis=2), 0, 2), rtol=1e-6)


def test_refuses_a_quantile_that_is_none():
    with pytest.raises(UsageError, match="between 0 and 1"):
        make().quantiles([50])


def test_select_keeps_the_order_asked_for():
    forecast = make()
    turned = forecast.select([20, 2])
    assert turned.units.tolist() == [20, 2]
    np.testing.assert_array_equal(turned.draws, forecast.draws[::-1])
    assert forecast.select(20).units.tolist() == [20]
    with pytest.raises(UsageError, match="no gw_id 3"):
        forecast.select(3)


def test_yearly_sums_whole_years_only():
    months = tuple(range(530, 530 + 24))  # 2024-02 to 2026-01: 2025 alone is whole
    forecast = make(np.ones((2, 24, 5), dtype=np.float32), months=months)
    assert list(forecast.yearly()) == [2025]
    assert np.all(forecast.yearly()[2025] == 12)
    with pytest.raises(UsageError, match="does not cover"):
        forecast.period(529, 531)


def test_digest_is_of_content():
    forecast = make()
    assert forecast.digest == make().digest
    assert len(bytes.fromhex(forecast.digest)) == hashlib.sha256().digest_size
    draws = forecast.draws.copy()
    draws[1, 2, 4] += 1
    others = [make(draws), make(seed=1), make(model="other"), make(months=(530, 531, 533)), make(units=(2, 21))]
    assert len({forecast.digest, *(other.digest for other in others)}) == 6
