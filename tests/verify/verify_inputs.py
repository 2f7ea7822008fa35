"""Small panels and forecasts for the tests of this room."""

import numpy as np
import polars as pl

from forestall.forecast.frame import Forecast
from forestall.panel.frame import Panel
from forestall.verify.cells import SCHEMA

CODES = ("MLI", "UKR", "COL", "FJI", "SDN")


def panel(values, *, first=361, units=None, unit_key="gw_id", iso3=None):
    """Months from 2010-01 on unless said otherwise."""
    values = np.asarray(values, dtype=np.float64)
    n, t = values.shape
    return Panel(
        units=np.asarray(range(1, n + 1) if units is None else units, dtype=np.int32),
        months=np.arange(first, first + t, dtype=np.int32),
        values=values,
        target="deaths_total",
        as_of=first + t - 1,
        digest="test",
        iso3=CODES[:n] if iso3 is None and n <= len(CODES) else (iso3 or ()),
        unit_key=unit_key,
    )


def forecast(draws, *, units=None, first=457, as_of=None, unit_key="gw_id", model="by_hand"):
    """Months from 2018-01 on unless said otherwise."""
    draws = np.asarray(draws, dtype=np.float32)
    return Forecast(
        draws=draws,
        units=np.asarray(range(1, len(draws) + 1) if units is None else units, dtype=np.int32),
        months=np.arange(first, first + draws.shape[1], dtype=np.int32),
        level="country",
        unit_key=unit_key,
        target="deaths_total",
        as_of=first - 3 if as_of is None else as_of,
        model=model,
        version="1",
        seed=0,
        panel_digest="",
    )


def table(model, crps, *, ign=1.0, mis=1.0, unit=None, month=None, year=2018, observed=0.0, before=0.0, **more):
    """A table of per-cell scores by hand; what is not a list holds for every row."""
    n = len(crps)
    unit = list(range(1, n + 1)) if unit is None else unit
    month = [457] * n if month is None else month
    columns = {
        "model": model,
        "year": year,
        "as_of": 454,
        "unit": unit,
        "iso3": "MLI",
        "region": "Africa",
        "month_id": month,
        "step": 3,
        "observed": observed,
        "before": before,
        "state": "quiet",
        "crps": crps,
        "ign": ign,
        "mis": mis,
        "pit": 0.5,
    } | more
    full = {name: value if isinstance(value, list) else [value] * n for name, value in columns.items()}
    return pl.DataFrame(full, schema=SCHEMA)
