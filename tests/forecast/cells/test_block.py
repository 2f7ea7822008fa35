import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from forestall.errors import ShapeError, UsageError
from forestall.forecast.cells.block import MOST_DEATHS, CellBlock
from forestall.forecast.frame import Forecast

# Zeros mostly, small counts, and the largest that can be
DEATHS = st.one_of(st.just(0), st.just(0), st.integers(0, 4), st.integers(0, MOST_DEATHS))
CUBES = hnp.array_shapes(min_dims=3, max_dims=3, max_side=6).flatmap(
    lambda shape: hnp.arrays(np.int64, shape, elements=DEATHS)
)


def block(cube):
    n, t, _ = cube.shape
    return CellBlock.of_dense(625, np.arange(n) * 3 + 100, np.arange(t) + 555, cube)


@settings(max_examples=60, deadline=None)
@given(CUBES)
def test_a_block_says_what_its_draws_say_zeros_counted(cube):
    made = block(cube)
    assert made.shape == cube.shape
    assert made.rows == np.count_nonzero(cube)
    np.testing.assert_array_equal(made.dense(), cube)
    np.testing.assert_array_equal(made.country_draws(), cube.sum(axis=0))
    np.testing.assert_array_equal(made.mean(), cube.sum(axis=2) / cube.shape[2])
    for k in (0, 1, 2, 25, 0.5):
        np.testing.assert_array_equal(made.prob_at_least(k), (cube >= k).mean(axis=2))
    q = (0, 0.05, 0.3, 0.5, 0.95, 1)
    np.testing.assert_allclose(made.quantiles(q), np.moveaxis(np.quantile(cube, q, axis=2), 0, 2), rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(CUBES, st.randoms(use_true_random=False))
def test_rows_may_come_in_any_order(cube, random):
    made = block(cube)
    order = list(range(made.rows))
    random.shuffle(order)
    rows = {name: getattr(made, name)[order] for name in ("cell", "period", "draw", "deaths")}
    again = CellBlock.of_rows(625, made.cells, made.periods, made.n_draws, **rows)
    np.testing.assert_array_equal(again.dense(), cube)


@settings(max_examples=40, deadline=None)
@given(CUBES, st.data())
def test_a_part_of_a_block_is_that_part(cube, data):
    made = block(cube)
    at = data.draw(st.lists(st.integers(0, cube.shape[0] - 1), min_size=1, max_size=5))
    np.testing.assert_array_equal(made.dense(made.cells[at]), cube[at])
    part = made.select(made.cells[at])
    np.testing.assert_array_equal(part.cells, made.cells[sorted(set(at))])
    np.testing.assert_array_equal(part.dense(), cube[sorted(set(at))])


def test_quantiles_and_probabilities_are_those_of_a_forecast():
    rng = np.random.default_rng(0)
    cube = np.where(rng.random((5, 3, 1000)) < 0.3, rng.negative_binomial(1, 0.02, (5, 3, 1000)), 0)
    made = block(cube)
    forecast = Forecast(
        draws=cube.astype(np.float32), units=made.cells, months=made.periods, level="cell", unit_key="pg_id",
        target="deaths_total", as_of=554, model="m", version="1", seed=0, panel_digest="",
    )  # fmt: skip
    q = (0.05, 0.5, 0.95, 0.999)
    np.testing.assert_array_equal(made.quantiles(q), forecast.quantiles(q))
    np.testing.assert_array_equal(made.mean(), forecast.mean())
    np.testing.assert_array_equal(made.prob_at_least(25), forecast.prob_at_least(25))


def test_sums_beyond_32_bits_are_exact():
    cube = np.full((4, 1, 2), MOST_DEATHS)
    assert block(cube).country_draws().tolist() == [[4 * MOST_DEATHS] * 2]


def rows(**other):
    facts = {
        "gw_id": 625,
        "cells": np.array([100, 103]),
        "periods": np.array([555, 556]),
        "n_draws": 10,
        "cell": np.array([0, 0, 1]),
        "period": np.array([0, 1, 1]),
        "draw": np.array([9, 0, 0]),
        "deaths": np.array([1, 2, 3]),
    }
    return CellBlock(**(facts | other))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"gw_id": 0}, "gw_id is 0"),
        ({"n_draws": 0}, "1 to 32767 draws, not 0"),
        ({"n_draws": 40_000}, "1 to 32767 draws, not 40000"),
        ({"n_draws": 9}, "draw of country 625 runs from 0 to 9, expected 0 to 8"),
        ({"cells": np.array([103, 100])}, "cells of country 625 must be one or more numbers that ascend"),
        ({"cells": np.array([], dtype=int)}, "cells of country 625 must be one or more"),
        ({"cells": np.array([0, 100])}, "pg_ids from 1 to 259200"),
        ({"cells": np.array([100, 259_201])}, "pg_ids from 1 to 259200"),
        ({"periods": np.array([555, 555])}, "periods of country 625 must be one or more numbers that ascend"),
        ({"cell": np.array([0, 0, 2])}, "cell of country 625 runs from 0 to 2, expected 0 to 1"),
        ({"cell": np.array([-1, 0, 1])}, "cell of country 625 runs from -1"),
        ({"period": np.array([0, 1, 2])}, "period of country 625 runs from 0 to 2"),
        ({"deaths": np.array([1, 0, 3])}, "hold 0; only draws of 1 death or more"),
        ({"deaths": np.array([1, 2, 2**31])}, "more than 32 bits hold"),
        ({"deaths": np.array([1.5, 2, 3])}, "array of whole numbers"),
        ({"deaths": [1, 2, 3]}, "array of whole numbers"),
        ({"deaths": np.array([1, 2])}, "do not make rows"),
        ({"cell": np.array([1, 0, 0])}, "must ascend by cell, period and draw"),
        ({"draw": np.array([0, 0, 0]), "period": np.array([0, 0, 1])}, "none of them twice"),
    ],
)
def test_a_wrong_block_is_refused_at_birth(other, message):
    with pytest.raises((ShapeError, ValueError)) as caught:
        rows(**other)
    assert message in str(caught.value)


def test_rows_with_negative_deaths_are_not_taken_for_zeros():
    with pytest.raises(ValueError, match="hold -1"):
        CellBlock.of_rows(625, [100], [555], 3, cell=[0, 0], period=[0, 0], draw=[0, 1], deaths=[-1, 0])


def test_a_block_cannot_be_written_to():
    source = np.array([1, 2, 3, 4], dtype=np.int32)
    made = rows(deaths=source[:3])
    source[0] = 99
    assert made.deaths.tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="read-only"):
        made.deaths[0] = 5


def test_questions_that_have_no_answer():
    made = rows()
    with pytest.raises(UsageError, match="cell 101 is none of the 2 cells of country 625"):
        made.dense([100, 101])
    with pytest.raises(UsageError, match="between 0 and 1"):
        made.quantiles([1.5])
    with pytest.raises(ShapeError, match="expected \\(cells, periods, draws\\)"):
        CellBlock.of_dense(625, [100], [555], np.zeros((2, 1, 3), dtype=int))
