"""What alerts are raised for: three events of the next six months, their probability before and their outcome after.

A probability may come from any source that answers for a whole panel (`Source`): the share of a model's draws
(`FromDraws`), or a model learned for the event itself. Outcomes come from recorded deaths only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from forestall.forecast import dependence, models, service
from forestall.forecast import event_definitions as definitions
from forestall.forecast.frame import Forecast
from forestall.panel.frame import Panel

FloatArray = npt.NDArray[np.float64]

HORIZON = 6  # months within which an event counts
REACH = definitions.ACTIVE
N_DRAWS = 1000
SEED = 2018


@dataclass(frozen=True, slots=True)
class Event:
    """One event: a short name for tables and keys, a title for headings, and the definition in a sentence.

    within: the title in other words, "" where it says all.
    """

    name: str
    title: str
    within: str
    definition: str


EVENTS: dict[str, Event] = {
    event.name: event
    for event in (
        Event(
            "deaths_25",
            "25 or more deaths in a month",
            "",
            "25 or more deaths in at least one of the next 6 months",
        ),
        Event(
            definitions.ONSET_6.name,
            "Onset",
            "25 or more deaths in all, after a year with fewer",
            definitions.ONSET_6.text,
        ),
        Event(
            definitions.ESCALATION_6.name,
            "Escalation",
            "at least twice the deaths of the last six months, and 100 more",
            definitions.ESCALATION_6.text,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities of the events within six months of `as_of`, per unit of a panel.

    units: (n,) int32 gw_id. probability: event name -> (n,) float64 in [0, 1] in steps of a thousandth, NaN where the
    event cannot begin (no onset where a year already has 25 deaths) or what it needs is not known. model, version: what
    gave them. panel_digest: the panel they were made from.
    """

    units: npt.NDArray[np.int32]
    as_of: int
    model: str
    version: str
    panel_digest: str
    probability: Mapping[str, FloatArray]


class Source(Protocol):
    """Gives the chances of a panel; it sees that panel and nothing else. `model` and `version` name what it is."""

    @property
    def model(self) -> str:
        """Name of the model."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...

    def __call__(self, panel: Panel) -> Chances:
        """Chances for the six months after the panel."""
        ...


@dataclass(frozen=True, slots=True)
class FromDraws:
    """Chances as shares of a forecasting model's draws. cache_dir: where `service.run` may remember them."""

    model: str = models.DEFAULT
    cache_dir: Path | None = None

    @property
    def version(self) -> str:
        """The version of the forecasting model."""
        return models.VERSIONS[self.model]

    def __call__(self, panel: Panel) -> Chances:
        """Run the model for six months and count its draws. Raises UsageError on an unknown model."""
        found = service.run(panel, self.model, months=HORIZON, n_draws=N_DRAWS, seed=SEED, cache_dir=self.cache_dir)
        return from_draws(panel, found)


def first_months(forecast: Forecast, months: int) -> Forecast:
    """The forecast's first `months`, its draws tied over time so that sums over months carry a war that lasts."""
    cut = replace(forecast, draws=forecast.draws[:, :months].copy(), months=forecast.months[:months].copy())
    return dependence.tie_months(cut)


def from_draws(panel: Panel, forecast: Forecast) -> Chances:
    """The share of draws in which each event happens within six months; months are tied here.

    Raises ValueError if the forecast was not made from this panel, or does not begin right after it and cover six
    months.
    """
    if forecast.as_of != panel.as_of or not np.array_equal(forecast.units, panel.units):
        raise ValueError("the forecast was not made from this panel: as_of or units differ")
    if forecast.months[:HORIZON].tolist() != list(range(panel.as_of + 1, panel.as_of + HORIZON + 1)):
        raise ValueError(f"alerts need a forecast of months as_of+1 to as_of+{HORIZON}")
    draws = first_months(forecast, HORIZON).draws
    total = draws.sum(axis=1, dtype=np.float64)
    need = _escalated(panel)[:, -1]
    able = {event.name: definitions.defined(panel.values, event)[:, -1] for event in definitions.EVENTS}
    return Chances(
        units=panel.units,
        as_of=panel.as_of,
        model=forecast.model,
        version=forecast.version,
        panel_digest=panel.digest,
        probability={
            name: thousandths(np.where(where, share, np.nan))
            for name, where, share in (
                ("deaths_25", ~np.isnan(panel.values[:, -1]), (draws.max(axis=1) >= REACH).mean(axis=1)),
                ("onset_6", able["onset_6"], (total >= REACH).mean(axis=1)),
                ("escalation_6", able["escalation_6"], (total >= need[:, None]).mean(axis=1)),
            )
        },
    )


def thousandths(probability: FloatArray) -> FloatArray:
    """Probabilities to a thousandth: the record holds them so, and alerts must not depend on where one came from."""
    return np.asarray(np.round(probability, 3), dtype=np.float64)


def outcomes(panel: Panel, event: str) -> FloatArray:
    """What followed each month of the panel: (n, t), for event `event` seen from that month.

    k in 1..6: the event happened, complete with the k-th month after it. 0: it did not happen within six months. NaN:
    the six months are not over or not known, or the event could not begin. Raises KeyError on an unknown event.
    """
    definition = EVENTS[event]
    values = panel.values
    n, t = values.shape
    # Month o+k of origin o, NaN beyond the panel: (6, n, t).
    padded = np.concatenate([values, np.full((n, HORIZON), np.nan)], axis=1)
    ahead = np.stack([padded[:, k : k + t] for k in range(1, HORIZON + 1)])
    with np.errstate(invalid="ignore"):
        if definition.name == "deaths_25":
            reached = ahead >= REACH
            defined = ~np.isnan(values)
        elif definition.name == "onset_6":
            reached = ahead.cumsum(axis=0) >= REACH
            defined = definitions.defined(values, definitions.ONSET_6)
        else:
            reached = ahead.cumsum(axis=0) >= _escalated(panel)
            defined = definitions.defined(values, definitions.ESCALATION_6)
    result = np.where(reached.any(axis=0), reached.argmax(axis=0) + 1.0, 0.0)
    return np.where(defined & ~np.isnan(ahead).any(axis=0), result, np.nan)


def _escalated(panel: Panel) -> FloatArray:
    """(n, t): deaths that the six months after each need for an escalation; NaN where the six to it are not known."""
    return definitions.escalated(definitions.last(panel.values, HORIZON))
