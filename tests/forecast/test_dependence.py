"""Tying months together changes how they move, never what each month says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.forecast.dependence import tie_months
from forestall.forecast.frame import Forecast


def drawn(n_units: int, n_months: int, seed: int) -> Forecast:
    draws = np.random.default_rng(seed).gamma(0.5, 40, (n_units, n_months, 400)).round().astype(np.float32)
    return Forecast(
        draws=draws,
        units=np.arange(2, 2 + n_units, dtype=np.int32),
        months=np.arange(555, 555 + n_months, dtype=np.int32),
        level="country",
        unit_key="gw_id",
        target="deaths_total",
        as_of=554,
        model="test",
        version="1",
        seed=seed,
        panel_digest="",
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 8), st.integers(0, 99), st.floats(0, 1))
def test_each_month_keeps_its_draws(n_units: int, n_months: int, seed: int, correlation: float) -> None:
    forecast = drawn(n_units, n_months, seed)
    tied = tie_months(forecast, correlation=correlation)
    assert np.array_equal(np.sort(tied.draws, axis=2), np.sort(forecast.draws, axis=2))


def test_totals_spread_more_the_stronger_the_tie() -> None:
    forecast = drawn(3, 6, 7)
    spread = [tie_months(forecast, correlation=c).draws.sum(axis=1).std(axis=1).mean() for c in (0.0, 0.5, 1.0)]
    assert spread[0] < 0.75 * spread[1]
    assert spread[1] < 0.9 * spread[2]


def test_the_correlation_is_the_one_asked_for() -> None:
    draws = tie_months(drawn(40, 2, 3), correlation=0.7).draws
    ranks = draws.argsort(axis=2).argsort(axis=2).astype(float)
    rank_correlation = np.mean([np.corrcoef(unit)[0, 1] for unit in ranks])
    # Spearman's rho of a Gaussian copula: 6/pi * asin(r/2) = 0.683 for r = 0.7; zeros among the draws blur it a little.
    assert rank_correlation == pytest.approx(0.683, abs=0.05)


def test_a_unit_does_not_depend_on_its_neighbours() -> None:
    forecast = drawn(4, 5, 1)
    alone = tie_months(forecast.select(3))
    assert np.array_equal(alone.draws[0], tie_months(forecast).draws[forecast.index(3)])


def test_a_correlation_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="must lie in"):
        tie_months(drawn(1, 2, 0), correlation=1.5)
