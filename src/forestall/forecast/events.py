"""Probabilities of onset, escalation and de-escalation by country, calibrated.

    probabilities(panel, workspace) -> EventForecast

Definitions: `event_definitions`; features: `event_features`; fitting: `event_models`. Fitted on the panel cut at the
last October, with covariates as they were known in each month. Scores: docs/methods/events.md.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from forestall.errors import ShapeError, UsageError
from forestall.forecast import event_inputs, event_models
from forestall.forecast.event_definitions import (
    DEESCALATION_6,
    ESCALATION_6,
    EVENTS,
    ONSET_6,
    ONSET_12,
    Event,
    defined,
    outcomes,
)
from forestall.forecast.event_features import Features, features
from forestall.forecast.training import fitted, training_month
from forestall.panel.covariates import adjacency, covariates
from forestall.panel.frame import FloatArray, IntArray, Panel
from forestall.store import Workspace

NAME, VERSION = "events", "2"

WARM_UP = 24
"""Months at the beginning of a panel that are not trained on: fading means know too little there."""

EVERY = 3
"""Training cases are taken every third month: neighbouring months of a country say the same."""

# Chosen on origins whose outcomes end before 2018, like everything else here; docs/methods/events.md.
RIDGE = {ONSET_6: 0.02, ONSET_12: 0.02, ESCALATION_6: 0.05, DEESCALATION_6: 0.2}


GRADES = {ONSET_6: (0.4, 1.0, 2.4), ONSET_12: (0.4, 1.0, 2.4), ESCALATION_6: (0.5, 1.0, 2.0), DEESCALATION_6: (1.0,)}
"""Milder and graver forms that are learned beside the event; see `outcomes`."""


@dataclass(frozen=True, slots=True)
class Training:
    """How an event's model was trained.

    event: its name. until: month_id at which the panel was cut. first, last: month_ids of the training origins. cases:
    country-months. happened: how many of them saw the event. countries: in how many countries. base_rate: happened /
    cases. intercept, slope: calibration in log odds.
    """

    event: str
    until: int
    first: int
    last: int
    cases: int
    happened: int
    countries: int
    base_rate: float
    intercept: float
    slope: float


@dataclass(frozen=True, slots=True, eq=False)
class EventForecast:
    """Probabilities by country and event, immutable.

    units: (n,) int32, numbers of `unit_key`. iso3: (n,). events: (e,). values: (n, e) probabilities, NaN where the
    event is not defined: the country is not in the state from which it starts, or its last months are not known.
    training: one record an event. Raises ShapeError if the parts do not fit, ValueError on a number that is no
    probability.
    """

    units: IntArray
    iso3: tuple[str, ...]
    events: tuple[Event, ...]
    values: FloatArray
    as_of: int
    target: str
    unit_key: str
    panel_digest: str
    training: tuple[Training, ...]
    model: str = NAME
    version: str = VERSION

    def __post_init__(self) -> None:
        shape = (self.units.size, len(self.events))
        if self.values.shape != shape or len(self.iso3) != shape[0] or len(self.training) != shape[1]:
            raise ShapeError(f"event probabilities have shape {self.values.shape}, expected (units, events) = {shape}")
        known = self.values[~np.isnan(self.values)]
        if np.any((known < 0) | (known > 1)):
            raise ValueError("event probabilities must lie between 0 and 1")
        self.units.setflags(write=False)
        self.values.setflags(write=False)

    def of(self, event: str) -> FloatArray:
        """(n,) probabilities of one event. Raises UsageError if there is none of that name."""
        names = [each.name for each in self.events]
        if event not in names:
            raise UsageError(f"event {event!r} is not known: choose one of {', '.join(names)}")
        found: FloatArray = self.values[:, names.index(event)]
        return found

    @property
    def definitions(self) -> dict[str, str]:
        """What each event means, in words."""
        return {event.name: event.text for event in self.events}


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What event models see of a panel's months: features (n, t, k), and their digest."""

    features: Features
    digest: str


def inputs(panel: Panel, workspace: Workspace) -> Inputs:
    """Features of every month of a panel, each from what was known in it. Raises UsageError for a panel of cells."""
    if panel.unit_key not in ("gw_id", "country_id") or len(panel.iso3) != panel.units.size:
        raise UsageError(f"events are forecast for countries; this panel's units are {panel.unit_key}")
    known = covariates(workspace, panel.iso3, as_of=panel.as_of, first_month=int(panel.months[0]))
    near = adjacency(workspace, panel.iso3, panel.months)
    every = None if panel.target == "deaths_total" else event_inputs.all_types(panel, workspace)
    counts = event_inputs.event_counts(panel, workspace)
    past = event_inputs.conflict_years(workspace, panel.iso3, panel.months, known_on=panel.known_on)
    seen = features(panel.values, near=near, known=known, counts=counts, past=past, every=every)
    return Inputs(seen, hashlib.sha256(np.ascontiguousarray(seen.values).tobytes()).hexdigest()[:16])


def probabilities(panel: Panel, workspace: Workspace) -> EventForecast:
    """Probabilities of the events after the panel's last month, for every country of the panel.

    panel: deaths by country and month, of any target, from `panel.country_month` or the VIEWS challenge. workspace:
    holds covariates, neighbours and deaths of all types. P(onset within 12 months) is never below P(onset within 6).

    The models are those of the last October: nothing after the panel's last month can reach them. Raises UsageError for
    a panel that is not of countries.
    """
    seen = inputs(panel, workspace)
    return predict(panel, seen, train(panel, workspace))


def train(panel: Panel, workspace: Workspace) -> dict[str, tuple[event_models.EventModel, Training]]:
    """The models of the panel's training month by event, fitted once in a process for the same figures."""
    cut = panel.cut(max(training_month(panel.as_of), int(panel.months[0])))
    seen = inputs(cut, workspace)
    # The panel's digest does not say what the covariates were, so the key names the features too.
    return fitted(NAME, f"{VERSION}-{seen.digest}", panel, lambda figures: _fit(figures, seen.features))


def predict(panel: Panel, seen: Inputs, models: dict[str, tuple[event_models.EventModel, Training]]) -> EventForecast:
    """Probabilities after the panel's last month with fitted models."""
    values = np.full((panel.units.size, len(EVENTS)), np.nan)
    for e, event in enumerate(EVENTS):
        here = defined(panel.values, event)[:, -1]
        if here.any():
            values[here, e] = models[event.name][0].probabilities(seen.features.values[here, -1])
    values = ordered(values)
    return EventForecast(
        units=panel.units.copy(),
        iso3=panel.iso3,
        events=EVENTS,
        values=values,
        as_of=panel.as_of,
        target=panel.target,
        unit_key=panel.unit_key,
        panel_digest=panel.digest,
        training=tuple(models[event.name][1] for event in EVENTS),
    )


def ordered(values: FloatArray) -> FloatArray:
    """Probabilities (n, e) in which an onset within 12 months is at least as likely as one within 6."""
    found = values.copy()
    short, long = EVENTS.index(ONSET_6), EVENTS.index(ONSET_12)
    found[:, long] = np.maximum(values[:, short], values[:, long])
    return found


def _fit(panel: Panel, seen: Features) -> dict[str, tuple[event_models.EventModel, Training]]:
    """A model an event, from the months of a panel whose outcomes lie within it."""
    found = {}
    for event in EVENTS:
        latest = panel.months.size - 1 - event.ahead
        origins = np.arange(latest, WARM_UP - 1, -EVERY)[::-1]
        grades = GRADES[event]
        happened = np.stack([outcomes(panel.values, event, grade)[:, origins] for grade in grades], axis=2)
        rows, columns = np.nonzero(~np.isnan(happened[:, :, 0]))
        graded = happened[rows, columns]
        model = event_models.fit(
            seen.values[rows, origins[columns]],
            graded,
            rows.astype(np.int64),
            ridge=RIDGE[event],
            event=grades.index(1.0),
        )
        outcome = graded[:, grades.index(1.0)]
        found[event.name] = (
            model,
            Training(
                event=event.name,
                until=panel.as_of,
                first=int(panel.months[origins[0]]) if origins.size else 0,
                last=int(panel.months[origins[-1]]) if origins.size else 0,
                cases=model.cases,
                happened=model.happened,
                countries=int(np.unique(rows[outcome == 1]).size),
                base_rate=model.base_rate,
                intercept=model.intercept,
                slope=model.slope,
            ),
        )
    return found
