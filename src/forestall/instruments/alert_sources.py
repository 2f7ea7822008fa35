"""Chances of onset and escalation from models learned for the events, beside the draws of a forecasting model."""

from dataclasses import dataclass, replace

from forestall.forecast import events
from forestall.forecast.frame import Forecast
from forestall.instruments.alert_events import EVENTS, Chances, FromDraws, from_draws, thousandths
from forestall.panel.frame import Panel
from forestall.store import Workspace


@dataclass(frozen=True, slots=True)
class WithEventModels:
    """Chances of `deaths_25` from draws, of onset and escalation from `forecast.events`.

    workspace: holds the covariates and neighbours that those models see, each as known in its month.
    """

    draws: FromDraws
    workspace: Workspace

    @property
    def model(self) -> str:
        """Both names: `ewma+events`."""
        return f"{self.draws.model}+{events.NAME}"

    @property
    def version(self) -> str:
        """Both versions: `1+1`."""
        return f"{self.draws.version}+{events.VERSION}"

    def __call__(self, panel: Panel) -> Chances:
        """Chances for the six months after the panel. Raises as its two parts do."""
        return self._replaced(panel, self.draws(panel))

    def of(self, panel: Panel, forecast: Forecast) -> Chances:
        """The same with the draws at hand; `forecast` as `alert_events.from_draws` wants it."""
        return self._replaced(panel, from_draws(panel, forecast))

    def _replaced(self, panel: Panel, chances: Chances) -> Chances:
        learned = events.probabilities(panel, self.workspace)
        known = {event.name for event in learned.events} & set(EVENTS)
        mixed = {
            name: thousandths(learned.of(name)) if name in known else values
            for name, values in chances.probability.items()
        }
        return replace(chances, model=self.model, version=self.version, probability=mixed)
