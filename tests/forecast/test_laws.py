"""Laws: pools of distributions, and draws from them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_worlds import panel

from forestall.errors import ShapeError, UsageError
from forestall.forecast import laws
from forestall.forecast.laws import LEVELS, POINTS, draw, pool, weighted_quantiles


def made(seed, n=3, months=2):
    """A law of each unit and month: whole, ascending, with many or few zeros."""
    rng = np.random.default_rng(seed)
    level = rng.choice([0.1, 3.0, 200.0], (n, months, 1))
    drawn = rng.poisson(level * rng.gamma(1.0, 1.0, (n, months, POINTS)))
    return np.sort(drawn, axis=2).astype(np.float32)


shares_of = st.lists(st.integers(0, 100), min_size=1, max_size=7).filter(any)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), parts=shares_of)
def test_a_pool_is_the_mixture_to_a_thousandth_a_part(seed, parts):
    shares = np.array(parts) / sum(parts)
    each = [made(seed + k) for k in range(len(parts))]
    found = pool(each, shares)
    assert np.all(np.diff(found, axis=2) >= 0)
    assert found.dtype == np.float32
    for at in (0, 1, 2, 5, 25, 100, 300, 1000):
        mixture = sum(share * (law <= at).mean(axis=2) for share, law in zip(shares, each, strict=True))
        np.testing.assert_allclose((found <= at).mean(axis=2), mixture, atol=0.001 * len(parts))


def test_a_pool_of_one_law_or_of_equals_is_that_law():
    law = made(3)
    np.testing.assert_array_equal(pool([law], [1.0]), law)
    np.testing.assert_array_equal(pool([law, made(4)], [1.0, 0.0]), law)
    np.testing.assert_array_equal(pool([law, law], [0.5, 0.5]), law)


def test_the_tail_of_a_small_share_is_kept():
    # One in a hundred of the law with a share of a tenth: its mean must not be lost to thinning.
    heavy = np.zeros((1, 1, POINTS), dtype=np.float32)
    heavy[..., -10:] = 1000
    found = pool([np.zeros_like(heavy), heavy], [0.9, 0.1])
    assert found.mean() == pytest.approx(1.0)


def test_shares_may_differ_by_unit():
    one, other = made(5), made(6)
    found = pool([one, other], np.array([[1.0, 0.0], [0.0, 1.0], [0.3, 0.7]]))
    np.testing.assert_array_equal(found[0], one[0])
    np.testing.assert_array_equal(found[1], other[1])
    np.testing.assert_array_equal(found[2], pool([one, other], [0.3, 0.7])[2])


@pytest.mark.parametrize("shares", [[0.5, 0.4], [1.5, -0.5]])
def test_shares_that_are_no_shares_are_refused(shares):
    with pytest.raises(ShapeError, match="add up to 1"):
        pool([made(1), made(2)], shares)


def test_laws_of_two_shapes_are_refused():
    with pytest.raises(ShapeError, match="one shape"):
        pool([made(1), made(2, months=3)], [0.5, 0.5])


def drawn(law, months, units=(2, 9, 16), **kwargs):
    shown = panel(np.ones((len(units), 40)), units=units)
    return draw(shown, law, months=months, model="made", version="1", **kwargs)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_thousand_draws_are_the_law_in_another_order(seed):
    law = made(seed)
    found = drawn(law, [501, 502], seed=seed)
    np.testing.assert_array_equal(np.sort(found.draws, axis=2), law)
    assert not np.array_equal(found.draws, law)


def test_draws_follow_the_seed_and_the_unit_and_nothing_beside_them():
    law = np.repeat(np.arange(POINTS, dtype=np.float32)[None, None], 3, axis=0).repeat(2, axis=1)
    found = drawn(law, [501, 502]).draws
    np.testing.assert_array_equal(found, drawn(law, [501, 502]).draws)
    assert not np.array_equal(found, drawn(law, [501, 502], seed=1).draws)
    assert not np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0, 0], found[0, 1])
    np.testing.assert_array_equal(found[1:2], drawn(law[1:2], [501, 502], units=[9]).draws)
    np.testing.assert_array_equal(found[:, 1:], drawn(law[:, 1:], [502]).draws)


def test_fewer_draws_stand_evenly_over_the_law():
    law = np.arange(POINTS, dtype=np.float32)[None, None].repeat(3, axis=0)
    found = np.sort(drawn(law, [503], n_draws=10).draws[0, 0])
    np.testing.assert_array_equal(found // 100, np.arange(10))


def test_a_unit_without_deaths_stays_at_zero_and_months_are_checked():
    law = made(2)
    law[1] = 0
    assert drawn(law, [501, 502]).draws[1].max() == 0
    with pytest.raises(UsageError, match="1 to 36 months"):
        drawn(law, [500, 501])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=20).filter(
        lambda pairs: any(weight for _, weight in pairs)
    )
)
def test_weighted_quantiles_are_those_of_values_repeated_as_often_as_they_weigh(pairs):
    values, weights = (np.array(part, dtype=np.float64) for part in zip(*pairs, strict=True))
    repeated = np.sort(np.repeat(values, weights.astype(int)))
    place = np.minimum((LEVELS * repeated.size + 1e-9).astype(int), repeated.size - 1)
    np.testing.assert_array_equal(weighted_quantiles(values, weights), repeated[place])
    np.testing.assert_array_equal(
        weighted_quantiles(values, weights, np.array([0.0, 0.999999])), [repeated[0], repeated[-1]]
    )
    assert laws.LEVELS[0] == 0.5 / POINTS
