"""Deaths of poor precision over the land they stand for, instead of on the one cell where UCDP draws their point.

An event known only by its province is drawn at the province's middle, one known only by its country at the country's.
Left there, they make hot spots where nothing may have happened. Here they go to the cells of that province or country
in proportion to where precisely located deaths of the same months and before were, with a part spread evenly: an area
without a record has one too, only smaller. Nothing later has any influence, whole deaths stay whole, and sums by
country and period are kept exactly. Events without a better place than a point at sea go to the nearest land cell of
their country beside it.

The constants, but for the radius, were chosen on events up to 2017 whose place and province are known, held out and
spread as if only the province (or the country) were known; docs/methods/cells.md gives the figures. The idea is that of
Croicu and Hegre (2018, "A fast spatial multiple imputation procedure for imprecise armed conflict events"), with one
best guess in place of several draws.
"""

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.ids import cells
from forestall.ids.months import month_end, month_start
from forestall.panel.land import Floats, Ints, Land

Step = Literal["year", "month"]
Longs = npt.NDArray[np.int64]

EVEN = 0.1
"""The part of the deaths that goes to all cells of the area alike, however quiet."""

KEPT_PER_YEAR = 0.7
"""What a death counts a year later, where later deaths are to go."""

CELLS_PER_EVENTS = 0.68
"""Events go to no more cells than their number to this power: so many cells hold the precisely located events of one
state, year and type (1989-2017), 1.7 for 2.3 events and 16 for 50. A lone event in a province of thirty cells happened
in one of them."""

DEATHS_PER_CELL = 50
"""Or to one cell for each this many deaths, if that is more: an event that sums up 78,000 deaths was not in one cell.
Where deaths are located precisely, a cell that has any has 56 a year, the thousandth largest aside."""

PER_YEAR = {"year": 1, "month": 12}


@dataclass(frozen=True, slots=True)
class Spread:
    """Deaths and events by land cell.

    frame: position (in the land cells), period, type_of_violence, gw_id, deaths, events; whole numbers, one row for
    each share. aside: rows without any land to go to, as they came. notes: one line on what was moved or set aside.
    """

    frame: pl.DataFrame
    aside: pl.DataFrame
    notes: tuple[str, ...]


def province_radius_km(land_km2: float) -> float:
    """How far from a province's point its events lie at most, nine times in ten, in a country of that size.

    1.334 A^0.346 km, fitted by `benchmarks/spread.py` on the distances between 10,187 precisely located places and the
    points of their provinces: 72 km in a country of 100,000 km2, 125 in one of 500,000, 202 in one of two million.
    land_km2: area of the country's cells.
    """
    return float(1.334 * land_km2**0.3461)


def days_of(period: int, step: Step) -> tuple[date, date]:
    """First and last day of a period: a year, or a month_id."""
    if step == "year":
        return date(period, 1, 1), date(period, 12, 31)
    return month_start(period), month_end(period)


def spread(rows: pl.DataFrame, land: Land, *, step: Step, imprecise: bool = True) -> Spread:
    """Bring located deaths to land cells.

    rows: pg_id, period (year or month_id), type_of_violence, gw_id, precision (null counts as place), deaths, events; a
    row a cell, period, type, state and precision. imprecise: False leaves all deaths where their points are, so that
    only points at sea are moved. The same rows in another order give the same shares.
    """
    order = ["period", "gw_id", "type_of_violence", "pg_id", "precision"]
    held = rows.with_columns(pl.Series("position", land.position(rows["pg_id"].to_numpy()))).sort(order)
    if not imprecise:
        held = held.with_columns(pl.lit("place").alias("precision"))
    coarse = pl.col("precision").is_in(["province", "country"]).fill_null(False)
    ashore, lost, notes = _ashore(held.filter(~coarse), land, step)
    of_areas = held.filter(coarse)
    shares, without = _shares(of_areas, ashore, land, step)
    if of_areas.height:
        notes.append(
            f"{of_areas['events'].sum():,} events located by province or country only, spread over its cells "
            f"({of_areas['deaths'].sum():,} deaths)"
        )
    aside = pl.concat([lost, without])
    if aside.height:
        notes.append(
            f"{aside['events'].sum():,} events without land cells of their country at hand set aside "
            f"({aside['deaths'].sum():,} deaths)"
        )
    columns = ["position", "period", "type_of_violence", "gw_id", "deaths", "events"]
    frame = pl.concat([part.select(columns) for part in (ashore, shares)])
    return Spread(frame.sort(columns), aside.drop("position"), tuple(notes))


def _ashore(rows: pl.DataFrame, land: Land, step: Step) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Rows at sea go to the nearest land cell of their state among the eight around; the others are lost."""
    at_sea = rows.filter(pl.col("position") < 0)
    if not at_sea.height:
        return rows, at_sea, []
    found = [
        -1 if gw_id is None else _nearest_beside(pg_id, land.held_by(gw_id, *days_of(period, step)), land)
        for pg_id, gw_id, period in at_sea.select("pg_id", "gw_id", "period").iter_rows()
    ]
    moved = at_sea.with_columns(pl.Series("position", found, dtype=pl.Int32))
    there = moved.filter(pl.col("position") >= 0)
    notes = []
    if there.height:
        notes.append(
            f"{there['events'].sum():,} events in cells without land moved to the nearest land cell of their country "
            f"({there['deaths'].sum():,} deaths)"
        )
    return pl.concat([rows.filter(pl.col("position") >= 0), there]), moved.filter(pl.col("position") < 0), notes


def _nearest_beside(pg_id: int, own: Ints, land: Land) -> int:
    around = land.position(cells.neighbours(pg_id))
    around = around[np.isin(around, own)]
    if not around.size:
        return -1
    lat, lon = cells.centre(pg_id)
    far = cells.distance_km(lat, lon, land.lat[around], land.lon[around])
    return int(around[np.lexsort((around, far))[0]])


def _shares(rows: pl.DataFrame, precise: pl.DataFrame, land: Land, step: Step) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of provinces and countries as shares of cells, and those that have no cell to go to."""
    kept = KEPT_PER_YEAR ** (1 / PER_YEAR[step])
    record = np.zeros(land.pg_id.size)
    of_period = {
        key[0]: (part["position"].to_numpy(), part["deaths"].to_numpy())
        for key, part in precise.group_by("period", maintain_order=True)
    }
    waiting = sorted(of_period)
    made: list[tuple[Ints, Longs, Longs]] = []
    source: list[int] = []
    lost: list[int] = []
    last = waiting[0] if waiting else 0
    areas = _Areas(land, step)
    names = ("position", "pg_id", "period", "gw_id", "precision", "deaths", "events")
    for index, (position, pg_id, period, gw_id, precision, deaths, events) in enumerate(rows.select(names).iter_rows()):
        while waiting and waiting[0] <= period:  # what is known by the end of this period, and nothing later
            now = waiting.pop(0)
            record *= kept ** (now - last)
            last = now
            np.add.at(record, of_period[now][0], of_period[now][1])
        area, far = areas.of(pg_id, position, gw_id, precision, period)
        if not area.size:
            lost.append(index)
            continue
        chosen, some_deaths, some_events = share(record[area], far, deaths, events)
        made.append((area[chosen], some_deaths, some_events))
        source.append(index)
    lengths = [part[0].size for part in made]
    repeated = rows[np.repeat(np.array(source, dtype=np.int64), lengths)]
    stacked = [np.concatenate([part[k] for part in made]) if made else np.zeros(0, dtype=np.int64) for k in range(3)]
    kinds = {name: rows.schema[name] for name in ("position", "deaths", "events")}
    shares = repeated.with_columns(
        pl.Series(name, values).cast(kind) for (name, kind), values in zip(kinds.items(), stacked, strict=True)
    )
    return shares, rows[lost]


class _Areas:
    """The cells that a point of a province or country stands for, remembered."""

    def __init__(self, land: Land, step: Step) -> None:
        self.land, self.step = land, step
        self.km2 = cells.area_km2(land.pg_id)
        self._near: dict[tuple[int, int, int, str], tuple[Ints, Floats]] = {}

    def of(self, pg_id: int, position: int, gw_id: int | None, precision: str, period: int) -> tuple[Ints, Floats]:
        """Positions of the cells, and how far each is from the point's cell in km; empty if there are none."""
        own = None if gw_id is None else self.land.held_by(gw_id, *days_of(period, self.step))
        if own is None or not own.size:
            here = np.array([position] if position >= 0 else [], dtype=np.int32)
            return here, np.zeros(here.size)
        # `held_by` hands out one array for each extent of a state, so that its identity tells the extents apart.
        key = (pg_id, gw_id or 0, id(own), precision)
        if key not in self._near:
            lat, lon = cells.centre(pg_id)
            far = cells.distance_km(lat, lon, self.land.lat[own], self.land.lon[own])
            if precision == "province":
                inside = far <= max(province_radius_km(float(self.km2[own].sum())), float(far.min()))
                own, far = own[inside], far[inside]
            self._near[key] = own, far
        return self._near[key]


def share(record: Floats, far: Floats, deaths: int, events: int) -> tuple[Longs, Longs, Longs]:
    """Whole deaths and events to cells: which cells, and how many of each go there.

    record: (m,) deaths on record in the cells, as much as they still count. far: (m,) km from the point. Cells of equal
    weight come in the order of distance, then as given. Returns (k,) positions in the m, deaths and events there; both
    sum to what was given.
    """
    whole = record.sum()
    weights = np.full(record.size, 1 / record.size)
    if whole > 0:
        weights = EVEN * weights + (1 - EVEN) * record / whole
    most = min(max(ceil(events**CELLS_PER_EVENTS), -(-deaths // DEATHS_PER_CELL), 1), record.size)
    chosen = np.lexsort((np.arange(record.size), far, -weights))[:most].astype(np.int64)
    some_deaths, some_events = (whole_parts(weights[chosen], total) for total in (deaths, events))
    some = (some_deaths > 0) | (some_events > 0)
    return chosen[some], some_deaths[some], some_events[some]


def whole_parts(weights: Floats, total: int) -> Longs:
    """A whole number split by weights into whole parts, by largest remainders; the first of equal ones goes first.

    weights: (m,), not negative, not all 0. total: 0 or more. Returns (m,), summing to `total`.
    """
    exact = weights / weights.sum() * total
    parts: Longs = np.floor(exact).astype(np.int64)
    left = int(total - parts.sum())
    # Rounding may leave one more or less than the remainders say; what counts is that the sum is kept.
    order = np.argsort(parts - exact, kind="stable")
    if left >= 0:
        parts += left // parts.size
        parts[order[: left % parts.size]] += 1
    else:
        parts[np.argmax(parts)] += left
    return parts
