"""Made-up worlds for tests of models: figures with wars, skirmishes and quiet countries, and panels of them."""

import numpy as np

from forestall.panel.frame import Panel, digest

LAST = 500  # as_of; the training month is 490


def world(seed, n=24, t=130):
    """Wars that begin, last and end, skirmishes, and quiet countries."""
    rng = np.random.default_rng(seed)
    level = rng.choice([0.0, 0.0, 0.2, 5.0, 40.0, 400.0], (n, 1))
    phases = np.repeat(rng.choice([0.0, 0.3, 1.0, 2.0], (n, t // 10)), 10, axis=1)
    values = rng.poisson(level * phases * rng.gamma(2.0, 0.5, (n, t))).astype(np.float64)
    values[rng.random((n, t)) < 0.02] = np.nan
    return values


def panel(values, *, last=LAST, units=None):
    values = np.array(values, dtype=np.float64)
    n, t = values.shape
    numbers = np.asarray(np.arange(n) * 7 + 2 if units is None else units, dtype=np.int32)
    months = np.arange(last - t + 1, last + 1, dtype=np.int32)
    return Panel(
        units=numbers,
        months=months,
        values=values,
        target="deaths_total",
        as_of=last,
        digest=digest(numbers, months, values, target="deaths_total", unit_key="gw_id"),
        iso3=tuple(f"C{i:02d}" for i in range(n)),
    )
