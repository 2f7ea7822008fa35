"""Chances from event models in place of draws."""

import numpy as np
import pytest
from made_panels import panel

from forestall.forecast import events
from forestall.forecast.event_definitions import EVENTS as LEARNED
from forestall.instruments.alert_events import EVENTS, FromDraws
from forestall.instruments.alert_sources import WithEventModels

NAN = float("nan")


@pytest.fixture
def said(monkeypatch):
    """What the event models say, without fitting any."""
    values = np.array([[0.12345, 0.2, NAN, NAN], [NAN, NAN, 0.25, 0.5]])

    def probabilities(seen, workspace):
        assert workspace == "a workspace"
        return events.EventForecast(
            units=seen.units.copy(),
            iso3=seen.iso3,
            events=LEARNED,
            values=values.copy(),
            as_of=seen.as_of,
            target=seen.target,
            unit_key=seen.unit_key,
            panel_digest=seen.digest,
            training=(None,) * len(LEARNED),
        )

    monkeypatch.setattr(events, "probabilities", probabilities)
    return values


def test_onset_and_escalation_are_the_models_and_the_rest_stays(said):
    seen = panel([[1] * 40, [30] * 40])
    source = WithEventModels(FromDraws("ewma"), "a workspace")
    draws, mixed = FromDraws("ewma")(seen), source(seen)
    assert set(mixed.probability) == set(EVENTS)
    assert np.array_equal(mixed.probability["deaths_25"], draws.probability["deaths_25"])
    assert np.array_equal(mixed.probability["onset_6"], [0.123, NAN], equal_nan=True)
    assert np.array_equal(mixed.probability["escalation_6"], [NAN, 0.25], equal_nan=True)
    assert (mixed.model, mixed.version) == ("ewma+events", f"1+{events.VERSION}")
    assert mixed.panel_digest == seen.digest
