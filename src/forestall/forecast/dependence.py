"""How the months of one forecast hang together.

Models draw each month by itself. Month by month that scores well, but wars last: a total over several
months built from independent draws is far too sure of itself. Here the draws of each unit are re-ordered so that months
rise and fall together, while every month keeps exactly the draws it had: a shuffle of ranks by a one-factor Gaussian
copula, after Clark et al. (2004), doi:10.1175/1525-7541(2004)005<0243:TSSAMF>2.0.CO;2.
"""

from dataclasses import replace

import numpy as np

from forestall.forecast.frame import Forecast

# Chosen on origins before 2018 (benchmarks/dependence.py), so that totals over six and twelve months of countries with
# violence fall inside their 80 % interval about 80 % of the time; docs/methods/brief.md has the tables. A model of own
# history alone is too sure of each month, so its months have to be tied closely before totals are wide enough.
CORRELATION = 0.7
CORRELATIONS = {"forestall": 0.25}


def tie_months(forecast: Forecast, *, correlation: float | None = None) -> Forecast:
    """Re-order each unit's draws so that months share one Gaussian factor; marginal draws are unchanged.

    correlation: of the normal scores of any two months of a unit, in [0, 1]; that of the forecast's model if None.
    Units stay independent of each other. The order is seeded by the forecast's own seed and the unit, so it does not
    depend on which units stand beside it. Raises ValueError for a correlation outside [0, 1].
    """
    if correlation is None:
        correlation = CORRELATIONS.get(forecast.model, CORRELATION)
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation must lie in [0, 1], not {correlation}")
    n_units, n_months, n_draws = forecast.draws.shape
    out = np.empty_like(forecast.draws)
    for i in range(n_units):
        rows = np.sort(forecast.draws[i], axis=1)
        if rows[:, -1].max() == 0:
            out[i] = 0
            continue
        rng = np.random.default_rng([forecast.seed, int(forecast.units[i]), 0x7E])
        shared = rng.standard_normal((1, n_draws), dtype=np.float32)
        own = rng.standard_normal((n_months, n_draws), dtype=np.float32)
        score = np.sqrt(np.float32(correlation)) * shared + np.sqrt(np.float32(1 - correlation)) * own
        np.put_along_axis(out[i], np.argsort(score, axis=1), rows, axis=1)
    return replace(forecast, draws=out)
