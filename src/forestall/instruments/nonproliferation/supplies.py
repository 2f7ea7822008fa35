"""Major arms that a state received, before and during armed conflict, and what it spent on its military, up to a day.

From the SIPRI files that a user added; without them the answer is None. TIV is the volume of major arms delivered, not
money, rounded to whole millions: every sum bears the bounds that rounding leaves. Deliveries before a conflict do not
show that they led to it. Figures of a year count from their usual publication (readings.py), as revised since.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forestall.ids import countries
from forestall.instruments.nonproliferation import readings
from forestall.store import Workspace

YEARS_BEFORE = 5
TREND_YEARS = 10
FEWEST_TREND = 6
_T95 = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306}
"""97.5 % points of Student's t by degrees of freedom, for 6 to 10 years."""


@dataclass(frozen=True, slots=True)
class Received:
    """Major arms delivered to a state in a year. tiv: millions; low, high: bounds from rounding. suppliers: name and
    TIV, largest first. conflict: armed conflict on its territory in that year (UCDP state-based), None if not known by
    the day asked."""

    year: int
    tiv: float
    low: float
    high: float
    suppliers: tuple[tuple[str, float], ...]
    conflict: bool | None


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean TIV a year over some years, millions; low, high: bounds from rounding."""

    first_year: int
    last_year: int
    tiv: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Around:
    """Arms received before and during a spell of armed conflict. before: the five years before the first year of the
    spell, as far as the state was there; during: from that year to its last, or to the end of the figures. None where
    no year is covered. goes_on: whether the spell reaches the last year of UCDP that was out by the day."""

    first_year: int
    last_year: int
    goes_on: bool
    before: Mean | None
    during: Mean | None


@dataclass(frozen=True, slots=True)
class Spent:
    """Military expenditure in a year. usd: millions at prices of price_year; share: of gross domestic product; None
    where SIPRI has no figure."""

    year: int
    usd: float | None
    price_year: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Mean change a year of expenditure at constant prices over the last ten years: a line through the logarithms.

    change, low, high: share a year with its 95 % interval, which counts the scatter around the line alone, not errors
    of SIPRI's estimates. years: how many of the ten are known."""

    first_year: int
    last_year: int
    years: int
    change: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the files that a user added say of a state up to a day; each part None where its file is not added.

    received: arms by year. around: arms before and during spells of armed conflict. spent: expenditure by year; trend:
    of the last ten years, None with fewer than six known."""

    received: tuple[Received, ...] | None
    around: tuple[Around, ...] | None
    spent: tuple[Spent, ...] | None
    trend: Trend | None


def supplies(iso3: str, on: date, workspace: Workspace) -> Supplies:
    """All of it for one state. Raises UnknownCountryError if there was no such state on the day."""
    spent = spending(iso3, on, workspace)
    return Supplies(
        received=received(iso3, on, workspace),
        around=around_conflict(iso3, on, workspace),
        spent=spent,
        trend=None if spent is None else trend(spent),
    )


def received(iso3: str, on: date, workspace: Workspace) -> tuple[Received, ...] | None:
    """Arms received by year, from the first year of the figures in which the state was there to the last that was out
    by a day; a year without a delivery on record has 0. None where no transfers have been added."""
    held = readings.released("sipri_transfers", on, workspace)
    if held is None:
        return None
    rows, last = held
    code = countries.resolve(iso3, on).series_iso3
    by_year: dict[int, list[tuple[str, float]]] = {}
    for supplier, year, tiv in rows.filter(pl.col("iso3") == code).select("supplier", "year", "tiv").iter_rows():
        by_year.setdefault(year, []).append((supplier, tiv))
    fought, known = readings.conflict_years(code, on, workspace)
    found = []
    for year in range(max(readings.FIRST_TRANSFER, readings.first_year(code)), last + 1):
        parts = tuple(sorted(by_year.get(year, ()), key=lambda part: (-part[1], part[0])))
        low, high = _bounds([value for _, value in parts])
        conflict = year in fought if year <= known else None
        found.append(Received(year, sum((value for _, value in parts), 0.0), low, high, parts, conflict))
    return tuple(found)


def around_conflict(iso3: str, on: date, workspace: Workspace) -> tuple[Around, ...] | None:
    """Arms received before and during each spell of armed conflict that had begun by a day, oldest first. Spells are
    apart if two years or more lie between them. None where no transfers have been added."""
    years = received(iso3, on, workspace)
    if years is None:
        return None
    by_year = {one.year: one for one in years}
    fought, known = readings.conflict_years(countries.resolve(iso3, on).series_iso3, on, workspace)
    found = []
    for first, last in _spells(sorted(fought)):
        before = _mean([by_year[year] for year in range(first - YEARS_BEFORE, first) if year in by_year])
        during = _mean([by_year[year] for year in range(first, last + 1) if year in by_year])
        found.append(Around(first, last, last == known, before, during))
    return tuple(found)


def spending(iso3: str, on: date, workspace: Workspace) -> tuple[Spent, ...] | None:
    """Military expenditure by year up to the last that was out by a day; None where SIPRI's workbook is not added."""
    held = readings.released("sipri_expenditure", on, workspace)
    if held is None:
        return None
    rows, _ = held
    code = countries.resolve(iso3, on).series_iso3
    mine = rows.filter(pl.col("iso3") == code).sort("year")
    return tuple(Spent(*row) for row in mine.select("year", "usd_constant", "price_year", "share_of_gdp").iter_rows())


def trend(spent: Sequence[Spent]) -> Trend | None:
    """The trend over the ten years up to the last year of figures; None with fewer than six of them known."""
    if not spent:
        return None
    last = max(one.year for one in spent)
    known = [(one.year, math.log(one.usd)) for one in spent if one.usd and last - TREND_YEARS < one.year]
    if len(known) < FEWEST_TREND:
        return None
    x, y = np.array([year for year, _ in known], dtype=np.float64), np.array([value for _, value in known])
    apart = x - x.mean()
    slope = float(apart @ y / (apart @ apart))
    rest = y - y.mean() - slope * apart
    error = math.sqrt(float(rest @ rest) / (len(x) - 2) / float(apart @ apart))
    reach = _T95[len(x) - 2] * error
    low, change, high = (math.expm1(value) for value in (slope - reach, slope, slope + reach))
    return Trend(int(x.min()), int(x.max()), len(x), change, low, high)


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low = sum((max(value - 0.5, 0.0) for value in values), 0.0)
    return low, sum((value + 0.5 for value in values), 0.0)


def _mean(years: Sequence[Received]) -> Mean | None:
    if not years:
        return None
    sums: Mapping[str, float] = {name: sum(getattr(one, name) for one in years) for name in ("tiv", "low", "high")}
    n = len(years)
    return Mean(years[0].year, years[-1].year, sums["tiv"] / n, sums["low"] / n, sums["high"] / n)


def _spells(years: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for year in years:
        if found and year - found[-1][1] <= 2:
            found[-1] = (found[-1][0], year)
        else:
            found.append((year, year))
    return found
