"""A forecast that carries through what is not yet known about the last months."""

from collections.abc import Sequence

import numpy as np

from forestall.errors import UsageError
from forestall.forecast.frame import Forecast
from forestall.forecast.models import Model
from forestall.panel.frame import Panel
from forestall.panel.nowcast import Nowcast, revised


def forecast_through(
    panel: Panel,
    now: Nowcast,
    model: Model,
    *,
    months: Sequence[int],
    n_draws: int = 1000,
    n_paths: int = 10,
    seed: int = 0,
) -> Forecast:
    """The pool of a model's forecasts from panels revised by the first `n_paths` draws of the nowcast.

    Each path gives its share of the n_draws, from a seed of its own. The forecast speaks about final figures, names the
    panel as published by its digest, and is called after the model with "_nowcast" behind. A nowcast without months
    gives the model's own draws under its own name. A model that learns from the panel learns anew on each path if its
    training months are among those revised.
    Raises UsageError if n_paths is not between 1 and both n_draws and the draws of the nowcast, or as the model does.
    """
    if now.months.size == 0:
        return model(panel, months=months, n_draws=n_draws, seed=seed)
    if not 1 <= n_paths <= min(n_draws, now.n_draws):
        raise UsageError(
            f"{n_paths} paths were asked for, expected 1 to {min(n_draws, now.n_draws)}: each needs a draw of the "
            f"nowcast ({now.n_draws}) and one of the forecast ({n_draws}) at least"
        )
    shares = [n_draws // n_paths + (path < n_draws % n_paths) for path in range(n_paths)]
    seeds = np.random.SeedSequence([seed, n_paths]).generate_state(n_paths)
    parts = [
        model(revised(panel, now, path), months=months, n_draws=share, seed=int(seeds[path]))
        for path, share in enumerate(shares)
    ]
    return Forecast.of(
        panel,
        np.concatenate([part.draws for part in parts], axis=2),
        months=months,
        model=f"{parts[0].model}_nowcast",
        version=parts[0].version,
        seed=seed,
    )
