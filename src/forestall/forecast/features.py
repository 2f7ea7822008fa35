"""What learned country models look at: each unit's own record and its surroundings, at every month of a panel.

Every feature of a month uses that month and those before it. Levels are logs of 1 + deaths per month. A month that is
not known counts as 0 in lags and maxima and drops out of the fading means.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from forestall.forecast.levels import ewma, highest, months_since, shifted, volatility
from forestall.panel.covariates import adjacency
from forestall.panel.frame import FloatArray, Panel
from forestall.store import Workspace

Float32 = npt.NDArray[np.float32]

SCALE_HALF_LIFE = 3.0
"""Half-life in months of the short mean that targets are measured against."""
LONGEST = 240

THEMES = (
    "latest months",
    "recent level",
    "long record",
    "active months",
    "volatility and trend",
    "neighbours",
    "world",
)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """names, themes: (k,). values: (n, t, k) float32. scale: (n, t) float64, the unit's short mean, deaths per
    month."""

    names: tuple[str, ...]
    themes: tuple[str, ...]
    values: Float32
    scale: FloatArray


def features(panel: Panel) -> Features:
    """Features of all units and months of a panel, in its order."""
    return of_values(panel.values, near(panel.iso3, panel.as_of))


def near(iso3: tuple[str, ...], month: int) -> npt.NDArray[np.bool_]:
    """(n, n) which units share a land or river border in a month; nobody where codes are not given."""
    if len(iso3) == 0 or not any(iso3):
        return np.zeros((len(iso3), len(iso3)), dtype=np.bool_)
    return _near(iso3, month)


@lru_cache(maxsize=64)
def _near(iso3: tuple[str, ...], month: int) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = adjacency(Workspace.open(), iso3, [month])[0]
    found.setflags(write=False)
    return found


def of_values(values: FloatArray, beside: npt.NDArray[np.bool_]) -> Features:
    """Features of figures. values: (n, t) deaths per month, NaN where not known. beside: (n, n) or (0, 0)
    neighbours."""
    filled = np.nan_to_num(values)
    logs = np.where(np.isnan(values), np.nan, np.log1p(filled))
    n = filled.shape[0]
    level = np.log1p(filled)
    found: dict[str, tuple[str, FloatArray]] = {}

    def put(name: str, theme: str, value: FloatArray) -> None:
        found[name] = theme, value

    for k in range(6):
        put(f"lag_{k}", "latest months", shifted(level, k))
    short = {h: np.log1p(ewma(values, h)) for h in (1.0, 2.0, 4.0, 8.0, 16.0, 48.0)}
    for h, value in short.items():
        put(f"mean_{h:g}", "recent level" if h <= 8 else "long record", value)
    for h in (2.0, 6.0, 12.0, 24.0, 96.0):
        put(f"log_mean_{h:g}", "recent level" if h <= 12 else "long record", ewma(logs, h))
    for at_least, half_lives in ((1, (6.0, 24.0, 96.0)), (25, (12.0, 48.0))):
        active = np.where(np.isnan(values), np.nan, filled >= at_least)
        for h in half_lives:
            put(f"share_{at_least}_{h:g}", "active months", ewma(active, h))
    for at_least in (1, 25, 100):
        put(f"since_{at_least}", "active months", np.log1p(months_since(values, at_least, most=LONGEST)))
    put("high_12", "long record", highest(level, 12))
    put("high_60", "long record", highest(level, 60))
    put("spread_4", "volatility and trend", _spread(level, 4))
    put("spread_12", "volatility and trend", _spread(level, 12))
    for h in (4.0, 12.0):
        put(f"volatility_{h:g}", "volatility and trend", volatility(values, h))
    put("trend_short", "volatility and trend", short[1.0] - short[8.0])
    put("trend_long", "volatility and trend", short[4.0] - short[48.0])
    put("below_peak", "volatility and trend", short[2.0] - found["high_60"][1])
    linked = beside if beside.shape == (n, n) else np.zeros((n, n), dtype=np.bool_)
    count = np.maximum(linked.sum(axis=1), 1)[:, None]
    weight = linked / count
    put("neighbours_4", "neighbours", weight @ short[4.0])
    put("neighbours_24", "neighbours", weight @ found["log_mean_24"][1])
    put("neighbours_most", "neighbours", _most(short[4.0], linked))
    put("neighbours_trend", "neighbours", weight @ (short[2.0] - short[16.0]))
    for name, figure in (("world_level", np.log1p(filled.sum(axis=0))), ("world_active", (filled >= 25).mean(axis=0))):
        smooth = ewma(figure[None, :], 6.0)
        put(name, "world", np.repeat(smooth, n, axis=0))
    names = tuple(found)
    stacked = np.stack([found[name][1] for name in names], axis=-1).astype(np.float32)
    return Features(names, tuple(found[name][0] for name in names), stacked, ewma(values, SCALE_HALF_LIFE))


def _spread(values: FloatArray, months: int) -> FloatArray:
    """(n, t) standard deviation of the last months; before the first month stands the first value."""
    padded = np.pad(values, ((0, 0), (months - 1, 0)), mode="edge")
    found: FloatArray = np.lib.stride_tricks.sliding_window_view(padded, months, axis=1).std(axis=2)
    return found


def _most(level: FloatArray, linked: npt.NDArray[np.bool_]) -> FloatArray:
    out = np.zeros_like(level)
    for i in np.flatnonzero(linked.any(axis=1)):
        out[i] = level[linked[i]].max(axis=0)
    return out
