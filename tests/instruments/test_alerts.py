"""When alerts are raised and cleared."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forestall.errors import UsageError
from forestall.instruments import alerts
from forestall.instruments.alerts import Rule, bayes_threshold, hysteresis, plain, standing

RULE = Rule(raise_at=0.1, clear_below=0.06, clear_months=2)
NAN = float("nan")
shares = st.one_of(st.just(NAN), st.floats(0, 1))
tables = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 24)), elements=shares)


def stands(*probabilities, rule=RULE):
    return standing(np.array([probabilities]), rule)[0].astype(int).tolist()


@pytest.mark.parametrize(("cost", "threshold"), [(10, 1 / 11), (1, 0.5), (3, 0.25), (0.25, 0.8)])
def test_the_threshold_is_where_both_errors_cost_the_same(cost, threshold):
    assert bayes_threshold(cost) == pytest.approx(threshold)
    assert (1 - threshold) * 1 == pytest.approx(threshold * cost)


@pytest.mark.parametrize("cost", [0, -1, NAN, float("inf"), 10_001])
def test_a_cost_that_is_none_is_refused_in_one_line(cost):
    with pytest.raises(UsageError, match=r"^--miss-cost .* is no cost: .*for example 10$"):
        bayes_threshold(cost)


def test_an_alert_is_raised_at_the_threshold_and_cleared_after_two_low_months():
    assert stands(0.05, 0.1, 0.07, 0.05, 0.07, 0.05, 0.05, 0.07) == [0, 1, 1, 1, 1, 1, 0, 0]


def test_a_month_at_the_threshold_starts_the_count_of_low_months_anew():
    assert stands(0.2, 0.0, 0.2, 0.0, 0.0) == [1, 1, 1, 1, 0]


def test_where_the_event_cannot_begin_no_alert_stands():
    assert stands(0.2, NAN, 0.07, 0.2) == [1, 0, 0, 1]


def test_without_hysteresis_an_alert_stands_exactly_at_or_above_the_threshold():
    assert stands(0.09, 0.1, 0.09, 0.5, rule=plain(0.1)) == [0, 1, 0, 1]


@pytest.mark.parametrize("bad", [(0.1, 0.2, 2), (0.1, 0.0, 2), (1.1, 0.5, 2), (0.1, 0.06, 0)])
def test_a_rule_that_cannot_be_is_refused(bad):
    with pytest.raises(ValueError, match="a rule needs"):
        Rule(*bad)


@given(tables, st.floats(0.01, 1))
def test_hysteresis_only_adds_months_and_never_changes_more_often(probability, threshold):
    slow, quick = standing(probability, hysteresis(threshold)), standing(probability, plain(threshold))
    assert not (quick & ~slow).any()
    assert alerts.changes(slow) <= alerts.changes(quick) + np.isnan(probability).sum()
    assert not slow[np.isnan(probability)].any()


@given(tables, tables)
def test_later_months_change_no_earlier_alert(probability, later):
    n = min(probability.shape[0], later.shape[0])
    both = np.concatenate([probability[:n], later[:n]], axis=1)
    assert np.array_equal(standing(both, RULE)[:, : probability.shape[1]], standing(probability[:n], RULE))


@given(tables)
def test_a_lower_threshold_alerts_wherever_a_higher_one_does(probability):
    low, high = standing(probability, hysteresis(0.1)), standing(probability, hysteresis(0.3))
    assert not (high & ~low).any()


def test_states_and_runs_of_the_last_month():
    table = np.array([[0, 0, 1], [0, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0]], dtype=bool)
    assert alerts.state(table) == ("new", "standing", "standing", "cleared", None)
    assert alerts.months_standing(table).tolist() == [1, 2, 3, 0, 0]
    assert alerts.raised(table).sum() == 2  # the third stood before the first month
    assert alerts.changes(table) == 4
    with pytest.raises(ValueError, match="two months"):
        alerts.state(table[:, :1])
