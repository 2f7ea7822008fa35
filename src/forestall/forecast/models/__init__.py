"""The models by name. A model is one file with one function, `forecast`."""

from collections.abc import Sequence
from typing import Protocol

from forestall.errors import UsageError
from forestall.forecast.frame import Forecast
from forestall.forecast.models import (
    analogue,
    boosting,
    bootstrap,
    conflictology,
    ewma,
    forest,
    forestall,
    history,
    last_poisson,
    markov,
    negative_binomial,
    zero,
)
from forestall.panel.frame import Panel


class Model(Protocol):
    """From a panel to draws. Sees nothing but the panel, and nothing after its as_of."""

    def __call__(self, panel: Panel, *, months: Sequence[int], n_draws: int = 1000, seed: int = 0) -> Forecast:
        """Draws for those months."""
        ...


BASELINES = (zero, last_poisson, conflictology, bootstrap, ewma)
PARTS = (history, forest, boosting, analogue, markov, negative_binomial)
_MODULES = (*BASELINES, *PARTS, forestall)
MODELS: dict[str, Model] = {module.NAME: module.forecast for module in _MODULES}
VERSIONS: dict[str, str] = {module.NAME: module.VERSION for module in _MODULES}
DEFAULT = forestall.NAME


def get(name: str) -> Model:
    """The model of that name. Raises UsageError that names the known ones."""
    if name not in MODELS:
        raise UsageError(f"unknown model {name!r}; known: {', '.join(MODELS)}")
    return MODELS[name]
