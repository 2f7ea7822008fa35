"""The events alerts are raised for: chances before, outcomes after."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_panels import panel
from tools.embed import alerts as builder

from forestall.forecast import event_definitions as definitions
from forestall.forecast.frame import Forecast
from forestall.instruments import alert_events, alert_history, record
from forestall.instruments.alert_events import EVENTS, HORIZON, FromDraws, from_draws, outcomes
from forestall.store.schemas import empty

NAN = float("nan")
deaths = st.one_of(st.just(0.0), st.sampled_from([NAN, 5.0, 24.0, 25.0, 130.0]))
series = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 40)), elements=deaths)


def drawn(seen, draws):
    """A forecast whose every unit has these draws, (months, draws)."""
    draws = np.broadcast_to(np.array(draws, np.float32), (seen.units.size, *np.shape(draws))).copy()
    months = range(seen.as_of + 1, seen.as_of + 1 + draws.shape[1])
    return Forecast.of(seen, draws, months=list(months), model="made", version="1", seed=0)


def test_a_month_with_25_deaths_is_seen_from_the_six_months_before_it():
    found = outcomes(panel([0] * 8 + [25] + [24] * 8), "deaths_25")[0]
    assert found[:9].tolist() == [0, 0, 6, 5, 4, 3, 2, 1, 0]
    assert found[9:11].tolist() == [0, 0]
    assert np.isnan(found[11:]).all()  # their six months are not over


def test_an_onset_adds_months_up_and_is_defined_after_a_quiet_year():
    found = outcomes(panel([0] * 12 + [10, 10, 10] + [0] * 8), "onset_6")[0]
    assert np.isnan(found[:11]).all()
    assert found[11] == 3  # 30 deaths with the third month
    assert found[12] == 0  # only 20 to come
    assert np.isnan(found[14])  # 30 deaths in twelve months: no longer quiet


def test_an_escalation_doubles_and_adds_a_hundred():
    base = [10] * 12
    assert outcomes(panel([*base, 159, 1, 0, 0, 0, 0]), "escalation_6")[0, 11] == 2
    assert outcomes(panel([*base, 159, 0, 0, 0, 0, 0]), "escalation_6")[0, 11] == 0
    assert np.isnan(outcomes(panel([0] * 12 + [500] * 6), "escalation_6")[0, 11])  # that is an onset


def test_outcomes_before_an_unknown_month_are_not_known():
    found = outcomes(panel([0] * 10 + [NAN] + [0] * 10), "deaths_25")[0]
    assert np.isnan(found[4:11]).all()
    assert found[3] == found[11] == 0


@given(series)
def test_outcomes_agree_with_the_definitions_that_models_learn_from(values):
    made = panel(values)
    for event in (definitions.ONSET_6, definitions.ESCALATION_6):
        ours, theirs = outcomes(made, event.name), definitions.outcomes(values, event)
        assert np.array_equal(np.where(np.isnan(ours), NAN, ours > 0), theirs, equal_nan=True)


@given(series, st.integers(0, 39))
def test_an_outcome_known_once_stays_as_it_was(values, cut):
    made = panel(values)
    seen = made.cut(int(made.months[min(cut, made.months.size - 1)]))
    for event in EVENTS:
        early, late = outcomes(seen, event), outcomes(made, event)[:, : seen.months.size]
        known = ~np.isnan(early)
        assert np.array_equal(early[known], late[known])


def test_chances_are_shares_of_draws():
    quiet, war = panel([0] * 12), panel([30] * 12)
    burst = np.zeros((6, 4))
    burst[0] = [0, 0, 0, 100]
    found = from_draws(quiet, drawn(quiet, burst))
    assert found.probability["deaths_25"] == found.probability["onset_6"] == 0.25
    assert np.isnan(found.probability["escalation_6"]).all()
    slow = from_draws(quiet, drawn(quiet, np.full((6, 4), 5)))  # 30 in all, 25 in no month
    assert (slow.probability["deaths_25"], slow.probability["onset_6"]) == (0, 1)
    # 180 deaths before: 360 or more are an escalation
    assert from_draws(war, drawn(war, np.full((6, 4), 60))).probability["escalation_6"] == 1
    found = from_draws(war, drawn(war, np.full((6, 4), 59)))
    assert found.probability["escalation_6"] == 0
    assert np.isnan(found.probability["onset_6"]).all()
    assert (found.model, found.as_of, found.panel_digest) == ("made", war.as_of, war.digest)


def test_chances_of_another_panel_are_refused():
    seen = panel([0] * 12)
    with pytest.raises(ValueError, match="not made from this panel"):
        from_draws(seen, drawn(seen.cut(seen.as_of - 1), np.zeros((6, 4))))
    with pytest.raises(ValueError, match="alerts need a forecast of months"):
        from_draws(seen, drawn(seen, np.zeros((5, 4))))


def test_a_longer_forecast_gives_the_same_chances():
    rng = np.random.default_rng(0)
    seen = panel(rng.poisson(8, (3, 60)) * (rng.random((3, 60)) < 0.4))
    source = FromDraws("ewma")
    longer = alert_events.service.run(seen, "ewma", months=36, n_draws=alert_events.N_DRAWS, seed=alert_events.SEED)
    for event, values in source(seen).probability.items():
        assert np.array_equal(values, from_draws(seen, longer).probability[event], equal_nan=True)


def test_history_read_from_the_record_is_that_computed_anew():
    rng = np.random.default_rng(3)
    made = panel(np.round(rng.gamma(0.3, 40, (4, 60))))
    source = FromDraws("ewma")
    table = builder.rows(made, source, first=int(made.months[36]))
    anew = alert_history.history(made, source, empty(record.TABLE), {}, depth=8)
    grids = record.grids(table, "ewma", source.version)
    read = alert_history.history(made, source, table, grids, depth=8)
    assert (anew.computed, read.computed) == (8, 0)
    for event in EVENTS:
        assert np.array_equal(anew.probability[event], read.probability[event], equal_nan=True)
    # other figures in one month: that month and all after it are computed anew
    changed = made.values.copy()
    changed[0, -3] += 1
    other = panel(changed)
    assert alert_history.history(other, source, table, grids, depth=8).computed == 3
    # further back than forecasts are run, only what the record holds is looked at
    short = alert_history.history(made, source, empty(record.TABLE), {}, depth=8, run=5)
    assert short.origins.tolist() == anew.origins[3:].tolist() == made.months[-5:].tolist()
    for event in EVENTS:
        assert np.array_equal(short.probability[event], anew.probability[event][:, 3:], equal_nan=True)


def test_the_record_holds_what_could_be_said_and_what_followed():
    made = panel([[0] * 40 + [30] * 5 + [0] * 15, [0] * 60])
    table = builder.rows(made, FromDraws("ewma"), first=int(made.months[30]))
    war = table.filter((table["gw_id"] == 432) & (table["event"] == "deaths_25"))
    assert war["origin"].to_list() == made.months[30:].tolist()
    assert war["outcome"].to_list()[:11] == [0] * 4 + [6, 5, 4, 3, 2, 1, 1]
    assert war["outcome"].to_list()[-HORIZON:] == [None] * HORIZON
    assert war["probability"].to_list()[:10] == [0.0] * 10
    assert war["probability"][10] > 0.1
    onset = table.filter((table["gw_id"] == 432) & (table["event"] == "onset_6"))
    assert made.months[41] not in onset["origin"].to_list()  # no row where it cannot begin
