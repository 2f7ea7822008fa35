"""The watch list: which countries to look at first, by risk, by change and by surprise.

Risk is the expected number of deaths over the next six months. Change is how that expectation moved in a month, for the
same six months. Surprise is a newly recorded month outside the 90 % interval of the forecast made just before it.
Changes and surprises are ranked by differences of square roots: for counts these weigh a move from 0 to 25 like one
from 2,500 to 3,025, so that neither the large wars nor the smallest countries own the list (the variance-stabilising
root of Bartlett 1936, doi:10.2307/2983678).
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from forestall.errors import ShapeError
from forestall.forecast.frame import Forecast
from forestall.ids.countries import states
from forestall.ids.months import format_month, long_month, month_end
from forestall.instruments import phrases
from forestall.instruments.alert_events import HORIZON, REACH, first_months
from forestall.instruments.assessment import Part
from forestall.panel.frame import Panel

MOVED = 5.0  # deaths: a smaller move of the expectation, or a figure closer to its interval, is no news
QUIET = 36  # months without a death


class Watched(Part):
    """One country on the watch list. Deaths are those of the panel's target; the window: six months after as_of."""

    iso3: str
    gw_id: int
    name: str
    quiet: bool = Field(description="no recorded death in 36 months: a model of own history gives no forecast here")
    recorded_month: float | None = Field(description="deaths recorded in the last month; null where not known")
    recorded_window: float | None = Field(description="deaths recorded in the last six months; null where not known")
    expected: float = Field(description="deaths expected over the window")
    low80: float
    high80: float
    p25: float = Field(description="share of draws with a month of 25 or more deaths in the window")
    p1000: float = Field(description="share of draws with 1,000 or more deaths in the whole window")
    expected_before: float = Field(description="deaths expected over the same window a month ago")
    p25_before: float = Field(description="p25 of the same window a month ago")
    change: float = Field(description="expected - expected_before")
    foreseen_low90: float = Field(description="5 % quantile of the last month in the forecast just before it")
    foreseen_high90: float = Field(description="95 % quantile of the same")
    surprise: Literal["above", "below"] | None
    beyond: float = Field(description="deaths beyond the interval's nearer end; 0 inside")
    sentence: str = Field(description="what changed, in a sentence")


def watched(panel: Panel, forecast: Forecast, previous: Forecast) -> tuple[Watched, ...]:
    """Every country of the panel, in the panel's order.

    forecast: made from this panel, covering six months. previous: made from the panel cut a month earlier, covering
    seven. Raises ShapeError if the three do not belong together.
    """
    _check(panel, forecast, previous)
    now, before = first_months(forecast, HORIZON), first_months(previous, HORIZON + 1)
    total = now.draws.sum(axis=1, dtype=np.float64)
    expected, expected_before = total.mean(axis=1), before.draws[:, 1:].sum(axis=1, dtype=np.float64).mean(axis=1)
    low80, high80 = np.quantile(total, [0.1, 0.9], axis=1)
    low90, high90 = np.quantile(before.draws[:, 0], [0.05, 0.95], axis=1)
    p25, p25_before = (_reaches(draws) for draws in (now.draws, before.draws[:, 1:]))
    here = {state.gw_id: state.name for state in states(month_end(panel.as_of))}
    rows = []
    for i, unit in enumerate(panel.units.tolist()):
        recorded = _known(panel.values[i, -1])
        above = recorded is not None and recorded > high90[i]
        below = recorded is not None and recorded < low90[i]
        surprise: Literal["above", "below"] | None = "above" if above else "below" if below else None
        beyond = 0.0 if recorded is None else max(recorded - float(high90[i]), float(low90[i]) - recorded, 0.0)
        name = here.get(unit, panel.iso3[i])
        rows.append(
            Watched(
                iso3=panel.iso3[i],
                gw_id=unit,
                name=name,
                quiet=not panel.values[i, -QUIET:].any(),
                recorded_month=recorded,
                recorded_window=_known(panel.values[i, -HORIZON:].sum()),
                expected=_rounded(expected[i]),
                low80=_rounded(low80[i]),
                high80=_rounded(high80[i]),
                p25=float(p25[i]),
                p1000=float((total[i] >= 1000).mean()),
                expected_before=_rounded(expected_before[i]),
                p25_before=float(p25_before[i]),
                change=_rounded(expected[i] - expected_before[i]),
                foreseen_low90=_rounded(low90[i]),
                foreseen_high90=_rounded(high90[i]),
                surprise=surprise,
                beyond=_rounded(beyond),
                sentence=_sentence(name, panel, recorded=recorded, surprise=surprise, low=low90[i], high=high90[i]),
            )
        )
    return tuple(rows)


def by_risk(rows: Sequence[Watched], top: int) -> tuple[Watched, ...]:
    """The `top` countries with the most deaths expected; none without."""
    ranked = sorted((row for row in rows if row.expected > 0), key=lambda row: (-row.expected, -row.p25, row.iso3))
    return tuple(ranked[:top])


def by_change(rows: Sequence[Watched], top: int) -> tuple[Watched, ...]:
    """The `top` countries whose expectation moved most in a month, up or down, of those that moved by 5 or more."""
    moved = (row for row in rows if abs(row.change) >= MOVED)
    return tuple(sorted(moved, key=lambda row: (-_root_distance(row.expected, row.expected_before), row.iso3))[:top])


def by_surprise(rows: Sequence[Watched], top: int) -> tuple[Watched, ...]:
    """The `top` countries whose last month lay farthest outside its interval, of those 5 deaths or more beyond it."""
    return tuple(
        sorted(
            (row for row in rows if row.surprise and row.beyond >= MOVED),
            key=lambda row: (-_root_distance(row.recorded_month or 0, _end(row)), row.iso3),
        )[:top]
    )


def _end(row: Watched) -> float:
    return row.foreseen_high90 if row.surprise == "above" else row.foreseen_low90


def _root_distance(a: float, b: float) -> float:
    return float(abs(np.sqrt(a) - np.sqrt(b)))


def _reaches(draws: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return np.asarray((draws.max(axis=1) >= REACH).mean(axis=1), dtype=np.float64)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _rounded(value: float) -> float:
    return round(float(value), 3)


def _sentence(name: str, panel: Panel, *, recorded: float | None, surprise: str | None, low: float, high: float) -> str:
    month = long_month(panel.as_of)
    if recorded is None:
        return f"{name}: figures for {month} are not known."
    place = f"{surprise} the" if surprise else "within the"
    interval = f"{phrases.count(low)} to {phrases.count(high)}" if high > low else phrases.count(low)
    return (
        f"{name}: {phrases.deaths(recorded)} recorded in {month}, {place} 90 % interval of the forecast made on data "
        f"to {long_month(panel.as_of - 1)} ({interval})."
    )


def _check(panel: Panel, forecast: Forecast, previous: Forecast) -> None:
    for one, as_of, months in ((forecast, panel.as_of, HORIZON), (previous, panel.as_of - 1, HORIZON + 1)):
        if one.as_of != as_of or not np.array_equal(one.units, panel.units):
            raise ShapeError(
                f"expected a forecast as of {format_month(as_of)} for {panel.units.size} units, got one as of "
                f"{format_month(one.as_of)} for {one.units.size}"
            )
        if one.months[:months].tolist() != list(range(as_of + 1, as_of + months + 1)):
            raise ShapeError(f"the watch list needs a forecast of the {months} months after {format_month(as_of)}")
