"""From a panel and its draws to the figures a desk reads: totals over the outlook window and over years, probabilities."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forestall.forecast import event_definitions
from forestall.forecast.frame import Forecast
from forestall.panel.frame import Panel

FloatArray = npt.NDArray[np.float64]

WINDOW = 6  # months of the outlook window
RECENT = 24  # months of history shown beside a country's name
REACHES = (1, 25, 100, 1000)  # deaths whose probability is given


@dataclass(frozen=True, slots=True)
class Risk:
    """Per unit, (n,) each, deaths or probabilities, for months as_of+1 .. as_of+6 unless the name says otherwise."""

    expected: FloatArray
    median: FloatArray
    low80: FloatArray
    high80: FloatArray
    p25_next_month: FloatArray
    p25_months: FloatArray
    """The highest probability of 25 or more deaths in one of the months."""
    p1_window: FloatArray
    p25_window: FloatArray
    p100_window: FloatArray
    p1000_window: FloatArray
    p_escalation: FloatArray
    """Share of draws with at least twice the recorded window's deaths and 100 more, as an escalation is defined; NaN where
    those are not known."""
    p_deescalation: FloatArray
    """The same with at most half."""
    recorded_window: FloatArray
    world_total: FloatArray
    """(n_draws,): deaths of all units together in the window, draw by draw."""


def risk(panel: Panel, forecast: Forecast) -> Risk:
    """Sum the draws over the outlook window and read the figures off them.

    The recorded window is the last six months of the panel; a unit with an unknown month there has NaN. Raises ValueError if the forecast does not begin right after the panel or does not cover the window.
    """
    if forecast.as_of != panel.as_of or not np.array_equal(forecast.units, panel.units):
        raise ValueError("the forecast was not made from this panel: as_of or units differ")
    if forecast.months[0] != panel.as_of + 1 or forecast.months.size < WINDOW:
        raise ValueError(f"the outlook needs months as_of+1 to as_of+{WINDOW}")
    total = forecast.draws[:, :WINDOW, :].sum(axis=1, dtype=np.float64)
    recorded = panel.values[:, -WINDOW:].sum(axis=1)
    low, median, high = np.quantile(total, [0.1, 0.5, 0.9], axis=1)
    return Risk(
        expected=total.mean(axis=1),
        median=median,
        low80=low,
        high80=high,
        p25_next_month=(forecast.draws[:, 0, :] >= 25).mean(axis=1),
        p25_months=(forecast.draws[:, :WINDOW, :] >= 25).mean(axis=2).max(axis=1),
        p1_window=(total >= 1).mean(axis=1),
        p25_window=(total >= 25).mean(axis=1),
        p100_window=(total >= 100).mean(axis=1),
        p1000_window=(total >= 1000).mean(axis=1),
        p_escalation=_share(total >= event_definitions.escalated(recorded)[:, None], recorded),
        p_deescalation=_share(total <= event_definitions.HALF * recorded[:, None], recorded),
        recorded_window=recorded,
        world_total=total.sum(axis=0),
    )


def _share(reached: npt.NDArray[np.bool_], recorded: FloatArray) -> FloatArray:
    return np.where(np.isnan(recorded), np.nan, reached.mean(axis=1))


def expected_over(forecast: Forecast, first_month: int) -> FloatArray:
    """(n,) expected deaths over the six months from `first_month`, which the forecast must cover."""
    start = first_month - int(forecast.months[0])
    if start < 0 or start + WINDOW > forecast.months.size:
        raise ValueError("the forecast does not cover the outlook window")
    return np.asarray(forecast.draws[:, start : start + WINDOW, :].sum(axis=1, dtype=np.float64).mean(axis=1))


def without_worst_month(panel: Panel, *, window: int = 36) -> tuple[Panel, npt.NDArray[np.int32]]:
    """The panel with each unit's worst month of the last `window` taken out (not known), and which month that was.

    A model run on it tells how far a forecast rests on one month. Returns the panel and (n,) month_ids.
    """
    values = panel.values.copy()
    recent = np.nan_to_num(values[:, -window:], nan=-1.0)
    worst = recent.argmax(axis=1) + values.shape[1] - recent.shape[1]
    values[np.arange(values.shape[0]), worst] = np.nan
    seal = hashlib.sha256(values.tobytes() + panel.digest.encode()).hexdigest()
    return replace(panel, values=values, digest=seal), panel.months[worst]


def base_rate_after_quiet(
    panel: Panel, *, quiet: int = 36, ahead: int = WINDOW, reach: float = 25.0
) -> tuple[float, int, int]:
    """How often a unit without a death for `quiet` months saw `reach` or more within the next `ahead`.

    Counted at every half-year of the panel, so that windows do not overlap. Returns (share, outbreaks, cases); share is NaN
    without cases. It is a record of the past, not a forecast for one country.
    """
    values = np.nan_to_num(panel.values)
    known = ~np.isnan(panel.values)
    outbreaks = cases = 0
    for t in range(quiet, values.shape[1] - ahead + 1, ahead):
        at_rest = (values[:, t - quiet : t].sum(axis=1) == 0) & known[:, t - quiet : t + ahead].all(axis=1)
        cases += int(at_rest.sum())
        outbreaks += int((values[at_rest, t : t + ahead].sum(axis=1) >= reach).sum())
    return (outbreaks / cases if cases else float("nan")), outbreaks, cases


def neighbours(pg_id: npt.NDArray[np.int64], gw_id: npt.NDArray[np.int64]) -> dict[int, set[int]]:
    """Which countries touch on the half-degree land grid: cells side by side that belong to different countries.

    pg_id, gw_id: (n,), a land cell and the country it is assigned to. Borders are as coarse as the grid.
    """
    grid = np.zeros((360, 720), dtype=np.int64)
    grid[(pg_id - 1) // 720, (pg_id - 1) % 720] = gw_id
    out: dict[int, set[int]] = {}
    for a, b in ((grid, np.roll(grid, -1, axis=1)), (grid[:-1], grid[1:])):
        touch = (a != b) & (a > 0) & (b > 0)
        for x, y in np.unique(np.stack([a[touch], b[touch]], axis=1), axis=0).tolist():
            out.setdefault(x, set()).add(y)
            out.setdefault(y, set()).add(x)
    return out
