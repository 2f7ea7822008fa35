"""The record of alerts, on series small enough to count by hand."""

import numpy as np
import polars as pl
import pytest

from forestall.ids.months import month_id
from forestall.instruments import alerts, record
from forestall.instruments.record import Grid
from forestall.store.schemas import SCHEMAS

START = month_id(2018, 1)
NAN = float("nan")


def grid(probability, outcome, *, event="deaths_25", first=START):
    probability, outcome = np.atleast_2d(np.array(probability, float)), np.atleast_2d(np.array(outcome, float))
    return Grid(
        event=event,
        units=np.arange(1, len(probability) + 1, dtype=np.int32),
        origins=np.arange(first, first + probability.shape[1], dtype=np.int32),
        probability=probability,
        outcome=outcome,
    )


# An event in month 8 (counted from 0), seen from months 2 to 7 as 6 to 1 months ahead.
OUTCOME = [0, 0, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0]
# Raised once too early (month 0, cleared in 1) and again in month 5, three months before.
CHANCE = [0, 0.2, 0, 0, 0, 0.2, 0.2, 0.2, 0, 0, 0, 0]
RULE = alerts.plain(0.1)


def test_right_warned_early_and_costly_by_hand():
    found = record.record(grid(CHANCE, OUTCOME), RULE, 10)
    assert (found.span, found.raised.n, found.raised.happened) == ("2018-01..2018-12", 2, 1)
    assert (found.months.n, found.months.happened, found.months.low95) == (4, 3, None)
    assert (found.warned.n, found.warned.happened, found.lead_months) == (1, 1, 3)
    assert found.false_alarms_per_year == 1
    # six months that the event followed, three of them without an alert; one false alarm: (3 * 10 + 1) / 12
    assert found.cost == pytest.approx(1000 * 31 / 12, abs=0.1)
    assert found.cost_never == pytest.approx(1000 * 60 / 12)
    assert found.cost_always == pytest.approx(1000 * 6 / 12)
    assert found.changes_per_year == 4
    # Wilson 1927, one of two
    assert (found.raised.low95, found.raised.high95) == (0.0945, 0.9055)


def test_an_event_without_an_alert_is_missed_and_has_no_lead():
    found = record.record(grid([0] * 12, OUTCOME), RULE, 10)
    assert (found.warned.happened, found.warned.n, found.lead_months, found.raised.share) == (0, 1, None, None)


def test_an_alert_that_comes_with_the_event_is_no_warning():
    late = [0] * 8 + [0.9] + [0] * 3  # made on data that hold the event's month
    assert record.record(grid(late, OUTCOME), RULE, 10).warned.happened == 0
    in_time = [0] * 7 + [0.9] + [0] * 4
    assert record.record(grid(in_time, OUTCOME), RULE, 10).lead_months == 1


def test_an_onset_may_be_warned_of_from_the_month_a_country_comes_to_rest():
    chance, outcome = [NAN, 0.5, 0.5, NAN], [NAN, 2, 1, NAN]
    found = record.record(grid(chance, outcome, event="onset_6"), RULE, 10)
    assert (found.warned.n, found.lead_months) == (1, 2)
    # a war that was on before the record began is no event of its own
    assert record.record(grid([0.5, 0.5], [1, 1]), RULE, 10).warned.n == 0


def test_what_a_reader_could_know_ends_six_months_before():
    whole = grid(CHANCE, OUTCOME)
    seen = whole.known_by(START + 9)
    assert seen.origins.tolist() == list(range(START, START + 10))
    assert np.isnan(seen.outcome[0]).tolist() == [False] * 4 + [True] * 6
    changed = grid([*CHANCE[:10], 1, 1], [*OUTCOME[:4], *[0] * 8]).known_by(START + 9)
    one, other = (record.record(g, RULE, 10) for g in (seen, changed))
    assert one == other


def test_spans_count_only_their_own_months_but_know_what_stood_before():
    found = record.record(grid(CHANCE, OUTCOME), RULE, 10, first=START + 6)
    assert (found.raised.n, found.months.n) == (0, 2)
    assert record.record(grid(CHANCE, OUTCOME), RULE, 10, first=START + 12) is None


def test_own_record_lists_the_last_raises_newest_first():
    both = grid([CHANCE, [0] * 12], [OUTCOME, [0] * 12]).known_by(START + 10)
    own = record.own(both, RULE, 1)
    assert [(one.month, one.right) for one in own.last_raised] == [("2018-06", None), ("2018-02", False)]
    assert record.own(both, RULE, 2).raised.n == 0
    assert record.own(both, RULE, 99) is None


EARLY = month_id(2010, 1)


def chosen(probability, outcome, cost=10.0, first=EARLY):
    return record.choose(grid(probability, outcome, first=first), cost)


def test_calibrated_probabilities_keep_the_usual_threshold():
    rng = np.random.default_rng(1)
    p = np.round(rng.beta(0.3, 2.0, (200, 80)), 3)
    found = chosen(p, (rng.random(p.shape) < p).astype(float))
    assert found.raise_at == found.bayes == pytest.approx(1 / 11)
    assert not found.from_record


def test_probabilities_that_are_too_low_move_the_threshold_down_but_2018_and_later_do_not():
    rng = np.random.default_rng(2)
    p = np.round(rng.beta(0.3, 2.0, (200, 80)), 3)
    outcome = (rng.random(p.shape) < np.minimum(1, p * 8)).astype(float)
    found = chosen(p, outcome)
    assert found.from_record
    assert found.raise_at < 0.05
    assert found.saving > record.SAVES
    assert not chosen(p, outcome, first=START).from_record
    assert not chosen(p[:, :35], outcome[:, :35]).from_record  # too little to learn from
    assert record.choose(None, 10).raise_at == pytest.approx(1 / 11)


def test_a_table_reads_into_grids_of_the_model_asked_for():
    rows = [
        ("onset_6", 2, "USA", START, 0.125, 3, "m", "1", "d"),
        ("onset_6", 20, "CAN", START + 1, 0.25, None, "m", "1", "d"),
        ("onset_6", 20, "CAN", START + 1, 0.5, None, "m", "2", "d"),
    ]
    table = pl.DataFrame(rows, schema=SCHEMAS[record.TABLE], orient="row")
    (found,) = record.grids(table, "m", "1").values()
    assert np.array_equal(found.probability, [[0.125, NAN], [NAN, 0.25]], equal_nan=True)
    assert np.array_equal(found.outcome, [[3, NAN], [NAN, NAN]], equal_nan=True)
    assert record.grids(table, "other", "1") == {}
