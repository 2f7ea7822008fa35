"""Small panels with given figures."""

import numpy as np

from forestall.panel.frame import Panel, digest


def panel(values, *, first=361, units=None, releases=None):
    """A panel of deaths_total; values (n, t), first a month_id."""
    values = np.atleast_2d(np.array(values, dtype=np.float64))
    n, t = values.shape
    units = np.array([432, 433, 434, 436, 437, 438, 439][:n] if units is None else units, dtype=np.int32)
    months = np.arange(first, first + t, dtype=np.int32)
    releases = ("made",) * t if releases is None else releases
    return Panel(
        units=units,
        months=months,
        values=values,
        target="deaths_total",
        as_of=int(months[-1]),
        digest=digest(units, months, values, target="deaths_total", unit_key="gw_id", releases=releases),
        iso3=("MLI", "SEN", "BEN", "NER", "CIV", "GIN", "BFA")[:n],
        status=("candidate",) * t,
        releases=releases,
    )
