"""How alerts fared in the past: how often right, how early, what they missed, at any threshold.

Everything is computed from the embedded table `alert_record`: the probability of each event at every month since 2010,
made from figures to that month only, and what followed. A threshold may be chosen on months whose outcome was over
before 2018; the record that is shown as honest begins in January 2018.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from forestall.ids.months import format_month, month_id
from forestall.instruments import alerts
from forestall.instruments.alert_events import HORIZON
from forestall.instruments.alerts import Rule
from forestall.instruments.assessment import Part
from forestall.scores import wilson

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

TABLE = "alert_record"
HONEST = month_id(2018, 1)
"""First origin of the record that no choice has seen; choices use outcomes that were over before it."""

CANDIDATES = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SAVES = 0.05  # a threshold off the record has to be this much cheaper than 1 / (1 + miss_cost)
LEAST_ORIGINS = 36


@dataclass(frozen=True, slots=True)
class Grid:
    """One event's record.

    units: (n,) gw_id. origins: (t,) month_ids without holes. probability, outcome: (n, t), NaN where there is none;
    outcome k > 0: happened, complete with the k-th month; 0: did not happen (see `alert_events.outcomes`).
    """

    event: str
    units: npt.NDArray[np.int32]
    origins: npt.NDArray[np.int32]
    probability: FloatArray
    outcome: FloatArray

    def known_by(self, as_of: int) -> "Grid":
        """The record as a reader in month `as_of` could hold it: no later origin, no outcome that was not over."""
        keep = self.origins <= as_of
        over = self.origins[keep] + HORIZON <= as_of
        return replace(
            self,
            origins=self.origins[keep],
            probability=self.probability[:, keep],
            outcome=np.where(over, self.outcome[:, keep], np.nan),
        )

    def of_unit(self, unit: int) -> "Grid":
        """The record of one country; no row if it has none."""
        row = self.units == unit
        return replace(self, units=self.units[row], probability=self.probability[row], outcome=self.outcome[row])


class Rate(Part):
    """How many of how many, as a share with its 95 % Wilson interval; None without a case, or an honest interval.

    Months of one war hang together, so shares of months carry no interval.
    """

    n: int
    happened: int
    share: float | None
    low95: float | None = None
    high95: float | None = None


class Record(Part):
    """How a rule fared over a span of months."""

    span: str = Field(description="origins, YYYY-MM..YYYY-MM: the months the forecasts were made in")
    raised: Rate = Field(description="alerts raised, and how many were followed by the event within six months")
    months: Rate = Field(description="country-months under alert, and after how many the event came within six months")
    warned: Rate = Field(description="events that began, and how many had an alert standing before")
    lead_months: float | None = Field(
        description="median months between alert and event, of the events warned of; 6 at most"
    )
    false_alarms_per_year: float = Field(description="alerts raised that were not followed by the event, a year")
    changes_per_year: float = Field(description="alerts raised or cleared, a year, in all countries")
    changes_per_year_plain: float = Field(description="the same without hysteresis")
    cost: float = Field(description="mean cost a country-month in false alarms, a miss counting miss_cost, times 1,000")
    cost_never: float = Field(description="the same if no alert were ever raised")
    cost_always: float = Field(description="the same if an alert stood everywhere always")


class Raise(Part):
    """One alert raised in the past. right: whether the event came within six months; None if that is not over."""

    month: str
    right: bool | None


class OwnRecord(Part):
    """How this country's own alerts fared, over the whole record (months in which thresholds were chosen included)."""

    span: str
    raised: Rate
    warned: Rate
    lead_months: float | None
    last_raised: tuple[Raise, ...] = Field(description="the last five, newest first")


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which probability an alert is raised, and why there.

    bayes: 1 / (1 + miss_cost). saving: share of the cost that `raise_at` saved against `bayes` in the months before
    2018; NaN without a record.
    """

    raise_at: float
    bayes: float
    saving: float

    @property
    def from_record(self) -> bool:
        """Whether the record moved the threshold away from 1 / (1 + miss_cost)."""
        return self.raise_at != self.bayes


def grids(frame: pl.DataFrame, model: str, version: str) -> dict[str, Grid]:
    """The record of one model by event; empty if the table has none for it."""
    own = frame.filter((pl.col("model") == model) & (pl.col("version") == version))
    return {
        str(event): _grid(str(event), own.filter(pl.col("event") == event))
        for event in own["event"].unique(maintain_order=True)
    }


def _grid(event: str, rows: pl.DataFrame) -> Grid:
    units = np.unique(rows["gw_id"].to_numpy()).astype(np.int32)
    origin = rows["origin"].to_numpy()
    origins = np.arange(origin.min(), origin.max() + 1, dtype=np.int32)
    probability, outcome = (np.full((units.size, origins.size), np.nan) for _ in range(2))
    i, j = np.searchsorted(units, rows["gw_id"].to_numpy()), origin - origins[0]
    probability[i, j] = rows["probability"].to_numpy()
    outcome[i, j] = rows["outcome"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return Grid(event=event, units=units, origins=origins, probability=probability, outcome=outcome)


def cost(stands: BoolArray, outcome: FloatArray, miss_cost: float) -> float:
    """Mean cost of alerting so, in false alarms a country-month: a miss counts `miss_cost`, a false alarm 1.

    stands: (n, t). outcome: (n, t), months without a known outcome are left out. NaN if none is known.
    """
    known = ~np.isnan(outcome)
    if not known.any():
        return float("nan")
    missed = (outcome > 0) & ~stands
    false = (outcome == 0) & stands
    return float((miss_cost * missed.sum() + false.sum()) / known.sum())


def choose(grid: Grid | None, miss_cost: float) -> Threshold:
    """The threshold for a cost of misses: 1 / (1 + miss_cost), unless months before 2018 show that another is cheaper.

    For calibrated probabilities no threshold is cheaper in the long run. Where origins whose outcome was over before
    2018 show a candidate that costs at least 5 % less, the probabilities were not calibrated there, and the cheapest
    one is taken. grid: as known by the reader's month; with fewer than 36 such origins, or None, nothing is learned.
    """
    bayes = alerts.bayes_threshold(miss_cost)
    if grid is None:
        return Threshold(bayes, bayes, float("nan"))
    seen = (grid.origins + HORIZON < HONEST) & (~np.isnan(grid.outcome)).any(axis=0)
    if seen.sum() < LEAST_ORIGINS:
        return Threshold(bayes, bayes, float("nan"))
    probability, outcome = grid.probability[:, seen], grid.outcome[:, seen]

    def of(threshold: float) -> float:
        return cost(probability >= threshold, outcome, miss_cost)

    usual = of(bayes)
    best = min(CANDIDATES, key=of)
    saving = 1 - of(best) / usual if usual > 0 else 0.0
    return Threshold(best if saving >= SAVES else bayes, bayes, saving if saving >= SAVES else 0.0)


def record(
    grid: Grid, rule: Rule, miss_cost: float, *, first: int | None = None, last: int | None = None
) -> Record | None:
    """How the rule fared at origins first..last (month_ids) whose outcome is known; None if there is none.

    Alerts are followed from the grid's first month on, so that one that stood before `first` is not counted as raised.
    """
    stands = alerts.standing(grid.probability, rule)
    inside = _inside(grid, first, last)
    if not inside.any():
        return None
    known = ~np.isnan(grid.outcome) & inside
    began = alerts.raised(stands) & known
    under = stands & known
    warned, leads = _warned(grid, stands, inside)
    years = inside.sum() / 12
    swaps = [
        alerts.changes(one[:, np.flatnonzero(inside)[0] : np.flatnonzero(inside)[-1] + 1]) / years
        for one in (stands, alerts.standing(grid.probability, alerts.plain(rule.raise_at)))
    ]
    outcome = np.where(inside, grid.outcome, np.nan)
    return Record(
        span=_span(grid, inside),
        raised=_rate(int((grid.outcome[began] > 0).sum()), int(began.sum())),
        months=_rate(int((grid.outcome[under] > 0).sum()), int(under.sum()), interval=False),
        warned=warned,
        lead_months=leads,
        false_alarms_per_year=round(float((grid.outcome[began] == 0).sum() / years), 2),
        changes_per_year=round(swaps[0], 2),
        changes_per_year_plain=round(swaps[1], 2),
        **{
            name: round(1000 * cost(alerted, outcome, miss_cost), 1)
            for name, alerted in (
                ("cost", stands),
                ("cost_never", np.zeros_like(stands)),
                ("cost_always", np.ones_like(stands)),
            )
        },
    )


def own(grid: Grid, rule: Rule, unit: int) -> OwnRecord | None:
    """How the rule's alerts for one country fared; None if the record has no month of it with a known outcome."""
    mine = grid.of_unit(unit)
    inside = _inside(mine, None, None)
    if not mine.units.size or not inside.any():
        return None
    stands = alerts.standing(mine.probability, rule)
    began = alerts.raised(stands)
    known = began & ~np.isnan(mine.outcome)
    warned, leads = _warned(mine, stands, inside)
    last = np.flatnonzero(began[0])[::-1][:5]
    return OwnRecord(
        span=_span(mine, inside),
        raised=_rate(int((mine.outcome[known] > 0).sum()), int(known.sum())),
        warned=warned,
        lead_months=leads,
        last_raised=tuple(
            Raise(
                month=format_month(int(mine.origins[j])),
                right=None if np.isnan(mine.outcome[0, j]) else bool(mine.outcome[0, j] > 0),
            )
            for j in last
        ),
    )


def starts(grid: Grid) -> list[tuple[int, int, int]]:
    """Where events began: (row, column, months ahead) of the first origin of each run of months that the event follows.

    A run begins where the month before has a known outcome of 0 or, for onset and escalation, where the event could not
    begin in the month before.
    """
    found = []
    happened = grid.outcome > 0
    for i, j in zip(*np.nonzero(happened), strict=True):
        if j == 0 or happened[i, j - 1]:
            continue
        before = grid.outcome[i, j - 1]
        if before == 0 or (grid.event != "deaths_25" and np.isnan(grid.probability[i, j - 1])):
            found.append((int(i), int(j), int(grid.outcome[i, j])))
    return found


def _warned(grid: Grid, stands: BoolArray, inside: BoolArray) -> tuple[Rate, float | None]:
    """Of the events that began, how many had an alert before they were complete, and the median months ahead."""
    leads, began = [], 0
    for i, j, ahead in starts(grid):
        if not inside[j]:
            continue
        began += 1
        early = np.flatnonzero(stands[i, j : j + ahead])
        if early.size:
            leads.append(ahead - int(early[0]))
    return _rate(len(leads), began), (float(np.median(leads)) if leads else None)


def _inside(grid: Grid, first: int | None, last: int | None) -> BoolArray:
    """(t,): origins of the span that have a known outcome somewhere."""
    origins = grid.origins
    inside: BoolArray = np.any(~np.isnan(grid.outcome), axis=0)
    if first is not None:
        inside &= origins >= first
    if last is not None:
        inside &= origins <= last
    return inside


def _span(grid: Grid, inside: BoolArray) -> str:
    months: Sequence[int] = grid.origins[inside].tolist()
    return f"{format_month(months[0])}..{format_month(months[-1])}"


def _rate(happened: int, n: int, *, interval: bool = True) -> Rate:
    if n == 0:
        return Rate(n=0, happened=0, share=None)
    low, high = wilson(np.array([happened]), np.array([n]))
    return Rate(
        n=n,
        happened=happened,
        share=round(happened / n, 4),
        low95=round(float(low[0]), 4) if interval else None,
        high95=round(float(high[0]), 4) if interval else None,
    )
