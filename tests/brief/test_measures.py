"""The figures that a desk reads off a panel and its draws, on worked numbers."""

import numpy as np
import pytest

from forestall.brief import measures
from forestall.forecast.frame import Forecast
from forestall.panel.frame import Panel


def panel(values: np.ndarray, as_of: int = 554) -> Panel:
    n, t = values.shape
    return Panel(
        units=np.arange(2, 2 + n, dtype=np.int32),
        months=np.arange(as_of - t + 1, as_of + 1, dtype=np.int32),
        values=values.astype(np.float64),
        target="deaths_total",
        as_of=as_of,
        digest="x",
        iso3=tuple(f"X{i:02d}" for i in range(n)),
        status=("final",) * t,
        releases=("ucdp-ged-25.1",) * t,
    )


def forecast(draws: np.ndarray, of: Panel) -> Forecast:
    months = np.arange(of.as_of + 1, of.as_of + 1 + draws.shape[1], dtype=np.int32)
    return Forecast.of(of, draws.astype(np.float32), months=months, model="test", version="1", seed=0)


def test_window_totals_and_probabilities() -> None:
    history = panel(np.array([[10.0] * 6, [0.0] * 6]))
    # First unit: half of the draws have 10 a month, the other half 20, so totals are 60 and 120 against 60 recorded.
    draws = np.array([[[10, 20]] * 6, [[0, 5]] * 6])
    risk = measures.risk(history, forecast(draws, history))
    assert risk.expected.tolist() == [90, 15]
    assert risk.recorded_window.tolist() == [60, 0]
    assert risk.p1_window.tolist() == [1, 0.5]
    assert risk.p100_window.tolist() == [0.5, 0]
    assert risk.p25_months.tolist() == [0, 0]
    assert risk.p25_next_month.tolist() == [0, 0]
    assert risk.p25_window.tolist() == [1, 0.5]
    assert risk.world_total.tolist() == [60, 150]


def test_shares_of_draws_that_escalate_or_calm_down() -> None:
    history = panel(np.array([[10.0] * 6, [100.0] * 6, [np.nan] + [10.0] * 5]))
    # 60, 600 and an unknown number recorded; escalations are 160 and 1,200 or more, de-escalations 30 and 300 or fewer.
    totals = np.array([[160, 159, 31, 30], [1200, 1199, 300, 0], [0, 0, 0, 0]])
    draws = np.zeros((3, 6, 4))
    draws[:, 0] = totals
    risk = measures.risk(history, forecast(draws, history))
    assert risk.p_escalation[:2].tolist() == [0.25, 0.25]
    assert risk.p_deescalation[:2].tolist() == [0.25, 0.5]
    assert np.isnan([risk.p_escalation[2], risk.p_deescalation[2]]).all()


def test_an_unknown_month_leaves_the_recorded_window_unknown() -> None:
    history = panel(np.array([[10.0, np.nan, 1, 1, 1, 1]]))
    assert np.isnan(measures.risk(history, forecast(np.zeros((1, 6, 2)), history)).recorded_window[0])


def test_the_highest_month_is_no_likelier_than_the_whole() -> None:
    history = panel(np.zeros((1, 6)))
    draws = np.zeros((1, 6, 4))
    draws[0, 2, 0] = 30
    draws[0, 4, :2] = 25
    risk = measures.risk(history, forecast(draws, history))
    assert risk.p25_months.tolist() == [0.5]
    assert risk.p25_window[0] >= risk.p25_months[0]


def test_a_forecast_of_another_month_is_refused() -> None:
    history = panel(np.zeros((1, 8)))
    with pytest.raises(ValueError, match="not made from this panel"):
        measures.risk(history, forecast(np.zeros((1, 6, 2)), history.cut(553)))


def test_the_worst_month_is_taken_out() -> None:
    history = panel(np.array([[1.0, 9, 2], [0, 0, 5]]))
    without, month = measures.without_worst_month(history)
    assert month.tolist() == [553, 554]
    assert np.isnan(without.values[0, 1])
    assert without.values[0, [0, 2]].tolist() == [1, 2]
    assert without.digest != history.digest


def test_base_rate_counts_only_the_quiet() -> None:
    values = np.zeros((3, 48))
    values[0, 38] = 30  # quiet for 36 months, then 30 deaths within six
    values[1, 20] = 1  # a death within the 36 months: not quiet at month 36, nor at 42
    share, outbreaks, cases = measures.base_rate_after_quiet(panel(values))
    assert (outbreaks, cases) == (1, 3)  # at month 36: units 0 and 2; at 42: unit 2
    assert share == pytest.approx(1 / 3)


def test_neighbours_share_an_edge_and_wrap_at_the_antimeridian() -> None:
    # Row 100: countries 1, 2 and 2 side by side, 3 in the last column beside 4 in the first.
    pg = np.array([100 * 720 + 10, 100 * 720 + 11, 100 * 720 + 12, 100 * 720 + 720, 100 * 720 + 1])
    beside = measures.neighbours(pg, np.array([1, 2, 2, 3, 4]))
    assert beside == {1: {2}, 2: {1}, 3: {4}, 4: {3}}


def test_the_poles_do_not_touch() -> None:
    assert measures.neighbours(np.array([5, 359 * 720 + 5]), np.array([1, 2])) == {}
