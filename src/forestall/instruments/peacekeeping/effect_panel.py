"""The panel behind the effect table: UN troops and deaths by country and period, with lags and leads side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import ShapeError, UsageError
from forestall.ids.countries import by_gw
from forestall.ids.months import year_of
from forestall.instruments.peacekeeping.presence import CLASSES, Presence
from forestall.panel.frame import TARGETS, Panel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SCALE = {"troops": 1000.0, "police": 100.0, "observers": 100.0}
"""Persons that are one unit inside the logarithm: log(1 + troops / 1,000)."""


@dataclass(frozen=True, slots=True, eq=False)
class EffectPanel:
    """Persons and deaths by country and period, periods without holes.

    iso3: (n,). periods: (t,) years, or month_ids. step: "year" or "month". persons: class of personnel -> (n, t), mean
    of the months of a year, or at the end of the month; NaN where not known. deaths: target -> (n, t) deaths in the
    period, NaN where the state did not exist. Raises ShapeError if the parts do not fit.
    """

    iso3: tuple[str, ...]
    periods: IntArray
    step: str
    persons: Mapping[str, FloatArray]
    deaths: Mapping[str, FloatArray]

    def __post_init__(self) -> None:
        shape = (len(self.iso3), self.periods.size)
        for name, array in (*self.persons.items(), *self.deaths.items()):
            if array.shape != shape:
                raise ShapeError(f"{name} has shape {array.shape}, expected (countries, periods) = {shape}")

    @property
    def year(self) -> int:
        """Periods in a year."""
        return 1 if self.step == "year" else 12


def monthly(held: Presence, deaths: Panel) -> EffectPanel:
    """The panel by month, from the first month of the strength file to the last of the deaths; target deaths_total.

    deaths: of the same countries in the same order as `held`. Months after the strength file ends have deaths and no
    personnel. Deaths by type are left out: for three deaths in four the month's figures don't say which type.
    """
    if deaths.iso3 != held.iso3:
        raise ShapeError("personnel and deaths are not of the same countries in the same order")
    first = int(held.months[0])
    periods = np.arange(first, deaths.as_of + 1, dtype=np.int64)
    persons = {}
    for name in CLASSES:
        array = np.full((len(held.iso3), periods.size), np.nan)
        array[:, : held.months.size] = getattr(held, name)[:, : periods.size]
        persons[name] = array
    counted = deaths.values[:, first - int(deaths.months[0]) :]
    return EffectPanel(held.iso3, periods, "month", persons, {deaths.target: counted})


def yearly(panel: EffectPanel, counts: pl.DataFrame) -> EffectPanel:
    """The same by calendar year, for the years all of whose months are in the panel, with deaths by type.

    counts: table ucdp_country_year. Personnel is the mean of the months known, not known where fewer than six are. A
    year in which a state did not exist throughout (NaN in the panel's deaths) is not known. A country and year without
    a row had no deaths; years beyond the table's last are left out.
    """
    of_month = np.array([year_of(int(month)) for month in panel.periods])
    last = max(counts["year"].to_list())
    years = [int(y) for y in np.unique(of_month) if np.count_nonzero(of_month == y) == 12 and y <= last]
    columns = [np.flatnonzero(of_month == year) for year in years]
    existed = np.stack([~np.isnan(panel.deaths["deaths_total"][:, c]).any(axis=1) for c in columns], axis=1)
    persons = {name: np.stack([_mean(array[:, c]) for c in columns], axis=1) for name, array in panel.persons.items()}
    deaths = {name: np.where(existed, 0.0, np.nan) for name in TARGETS if name in counts.columns}
    row = {code: i for i, code in enumerate(panel.iso3)}
    column = {year: j for j, year in enumerate(years)}
    for one in counts.iter_rows(named=True):
        i, j = row.get(_thread(one["gw_id"], one["year"], one["iso3"])), column.get(one["year"])
        if i is not None and j is not None:
            for name, array in deaths.items():
                array[i, j] += np.nan if one[name] is None else one[name]
    return EffectPanel(panel.iso3, np.array(years, dtype=np.int64), "year", persons, deaths)


def _mean(array: FloatArray) -> FloatArray:
    known = np.count_nonzero(~np.isnan(array), axis=1)
    mean: FloatArray = np.where(known >= 6, np.nansum(array, axis=1) / np.maximum(known, 1), np.nan)
    return mean


def _thread(gw_id: int, year: int, iso3: str) -> str:
    """The code under which a panel holds a country's series: that of the state it continues."""
    try:
        state = by_gw(gw_id, date(year, 12, 31))
    except UsageError:
        return iso3
    return state.series_iso3


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One row a country and period s in which later deaths are counted; all arrays (m,).

    country, period: indices into the panel. after, now: log(1 + deaths) in period s and in s - 1. before: in s - 2.
    lag, lag_before: log(1 + persons / scale) in s - 1 and s - 2. lead: in the period a year after s. lead_before: one
    period before that. NaN where not known.
    """

    country: IntArray
    period: IntArray
    after: FloatArray
    now: FloatArray
    before: FloatArray
    lag: FloatArray
    lag_before: FloatArray
    lead: FloatArray
    lead_before: FloatArray

    def take(self, keep: npt.NDArray[np.bool_]) -> "Rows":
        """The rows where `keep` is true."""
        return Rows(*(getattr(self, name)[keep] for name in self.__slots__))


def rows(panel: EffectPanel, target: str, measure: str = "troops") -> Rows:
    """The panel as rows with lag (troops of the period before) and lead (troops a year after the deaths).

    Kept are rows whose deaths and whose personnel of the period before are known.
    """
    logged = np.log1p(panel.deaths[target])
    persons = np.log1p(panel.persons[measure] / SCALE[measure])
    n, t = logged.shape

    def shifted(array: FloatArray, by: int) -> FloatArray:
        moved = np.full((n, t), np.nan)
        if by >= 0:
            moved[:, by:] = array[:, : t - by]
        else:
            moved[:, :by] = array[:, -by:]
        return moved

    country, period = np.indices((n, t))
    year = panel.year
    found = Rows(
        country.ravel(),
        period.ravel(),
        *(
            array.ravel()
            for array in (
                logged,
                shifted(logged, 1),
                shifted(logged, 2),
                shifted(persons, 1),
                shifted(persons, 2),
                shifted(persons, -year),
                shifted(persons, 1 - year),
            )
        ),
    )
    return found.take(~np.isnan(found.after + found.now + found.lag))


SAMPLES = {
    "all": "all countries",
    "hosts": "countries that had UN troops at some time in the span",
    "conflict": "countries and periods with 25 or more deaths in the year before or in the year before that",
}


def sample(panel: EffectPanel, name: str, held: Rows) -> Rows:
    """The rows of a sample, one of SAMPLES.

    hosts is chosen with the whole span in view; conflict with what came before the period alone.
    """
    if name == "all":
        return held
    if name == "hosts":
        ever = np.nanmax(panel.persons["troops"], axis=1, initial=0.0) > 0
        return held.take(ever[held.country])
    if name == "conflict":
        total = np.nan_to_num(panel.deaths["deaths_total"])
        run = np.cumsum(np.concatenate([np.zeros((total.shape[0], 1)), total], axis=1), axis=1)
        period = held.period
        start = np.maximum(period - 2 * panel.year, 0)
        middle = np.maximum(period - panel.year, 0)
        recent = run[held.country, period] - run[held.country, middle]
        earlier = run[held.country, middle] - run[held.country, start]
        return held.take((recent >= 25) | (earlier >= 25))
    raise ValueError(f"sample {name!r} is not known: choose one of {', '.join(SAMPLES)}")
