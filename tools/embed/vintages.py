"""The PaCE vintages: deaths of all types by country and month as UCDP's figures stood on 21 days.

Only events that begin and end in one month are in them, so their levels are not those of GED (data catalogue). Compare
them with each other only. Names are UCDP's; a country or month that is absent inside a vintage's span is zero.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import polars as pl

from forestall.errors import SourceError
from forestall.ids.countries import states
from forestall.ids.months import month_end, month_id, year_of
from forestall.panel.frame import FloatArray, IntArray, Panel, digest
from forestall.panel.revision import MONTHLY, YEARLY, recent_mean
from forestall.sources.ucdp_countries import state
from tools.embed.inputs import Inputs
from tools.embed.inputs import month_id as month_column

FOLDER = "ucdp/vintages"
FIRST = 109
# First vintage with the year's candidates issued again as one release, and first with the year as final (GED 24.1,
# 25.1). Years before these are final throughout. Nothing but one cell changes on any other day; a test says so.
REISSUED = {2023: date(2024, 1, 26), 2024: date(2025, 2, 21)}
FINAL = {2023: date(2024, 6, 24), 2024: date(2025, 7, 21)}
STATUS = {MONTHLY: "candidate", YEARLY: "provisional", None: "final"}


def stage(month: int, day: date) -> str | None:
    """The stage of a month's figures on a day: monthly, yearly, or None for final."""
    year = year_of(month)
    if year < min(FINAL) or (year in FINAL and day >= FINAL[year]):
        return None
    return YEARLY if year in REISSUED and day >= REISSUED[year] else MONTHLY


@dataclass(frozen=True, eq=False)
class Vintages:
    """All vintages on one list of states. days: ascending. units: (n,) gw_id of the states of the last vintage's last
    month. figures: one (n, t) array a vintage, months from January 1989, NaN where the state did not exist."""

    days: tuple[date, ...]
    units: IntArray
    iso3: tuple[str, ...]
    figures: tuple[FloatArray, ...]

    def panel(self, day: date, as_of: int | None = None) -> Panel:
        """What the vintage of that day says, up to its last month or to `as_of`."""
        values = self.figures[self.days.index(day)]
        months = np.arange(FIRST, FIRST + values.shape[1], dtype=np.int32)
        status = tuple(STATUS[stage(int(month), day)] for month in months)
        releases = tuple(f"pace-{day}" for _ in months)
        whole = Panel(
            units=self.units,
            months=months,
            values=values,
            target="deaths_total",
            as_of=int(months[-1]),
            digest=digest(self.units, months, values, target="deaths_total", unit_key="gw_id", releases=releases),
            iso3=self.iso3,
            status=status,
            releases=releases,
            known_on=day,
        )
        return whole if as_of is None else whole.cut(as_of)

    @cached_property
    def recent(self) -> tuple[FloatArray, ...]:
        """Mean deaths of the last twelve months, for each vintage."""
        return tuple(recent_mean(values) for values in self.figures)

    def first_issue(self, month: int) -> int | None:
        """Which vintage gave a month its first, monthly figure; None if the first on hand is later than that."""
        column = month - FIRST
        held = next((k for k, values in enumerate(self.figures) if values.shape[1] > column), None)
        return held if held is not None and stage(month, self.days[held]) == MONTHLY else None

    def pairs(self, which: str, known_on: date | None = None) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
        """(years, known, recent, final) of every month whose final figure was out by `known_on`: (t,) and (n, t)."""
        years: list[int] = []
        columns: list[tuple[FloatArray, FloatArray, FloatArray]] = []
        for year, final_on in FINAL.items():
            if known_on is not None and final_on > known_on:
                continue
            last = self.days.index(final_on)
            for month in range(month_id(year, 1), month_id(year, 12) + 1):
                # The yearly candidate release stands unchanged in the last vintage before the final one.
                k = self.first_issue(month) if which == MONTHLY else last - 1
                if k is None:
                    continue
                c = month - FIRST
                years.append(year)
                columns.append((self.figures[k][:, c], self.recent[k][:, c], self.figures[last][:, c]))
        if not columns:
            empty = np.zeros((self.units.size, 0))
            return np.zeros(0, dtype=np.int32), empty, empty, empty
        known, recent, final = (np.stack(part, axis=1) for part in zip(*columns, strict=True))
        return np.array(years, dtype=np.int32), known, recent, final


def read(inputs: Inputs) -> Vintages:
    """All vintages. Raises SourceError on a file that is not as expected or a country that nobody knows."""
    names = sorted(path.name for path in (inputs.shared / FOLDER).glob("cm_asof_*.csv.gz"))
    if not names:
        raise SourceError(f"{inputs.shared / FOLDER} holds no cm_asof_DATE.csv.gz")
    days = tuple(date.fromisoformat(name.removeprefix("cm_asof_").removesuffix(".csv.gz")) for name in names)
    frames = [_read(f"{FOLDER}/{name}", inputs) for name in names]
    last = FIRST + frames[-1].height - 1
    now = {s.series_iso3: s.gw_id for s in states(month_end(last)) if s.gw_id is not None}
    codes = sorted(now, key=lambda code: now[code])
    figures = tuple(_figures(frame, codes, name) for frame, name in zip(frames, names, strict=True))
    return Vintages(days, np.array([now[code] for code in codes], dtype=np.int32), tuple(codes), figures)


def _read(name: str, inputs: Inputs) -> pl.DataFrame:
    frame = pl.read_csv(inputs.path(name), infer_schema=False)
    months = frame.select(month_column(frame.columns[0])).to_series().to_list()
    if months != list(range(FIRST, FIRST + len(months))):
        raise SourceError(f"{name}: the first column must hold consecutive months from 1989-01")
    return frame.select(pl.col(frame.columns[1:]).cast(pl.Float64, strict=True))


def _figures(frame: pl.DataFrame, codes: list[str], name: str) -> FloatArray:
    row = {code: i for i, code in enumerate(codes)}
    values = np.full((len(codes), frame.height), np.nan)
    for column in range(frame.height):
        values[[row[code] for code in _existing(FIRST + column) if code in row], column] = 0.0
    for country in frame.columns:
        deaths = frame[country].to_numpy()
        # Names are those of today's states or of states gone; the day of the last death says which.
        active = np.flatnonzero(deaths > 0)
        found = state(None, country, month_end(FIRST + int(active[-1]) if active.size else FIRST + frame.height - 1))
        if found is None or found[1] is None:
            if active.size:
                raise SourceError(f"{name}: nobody knows the country {country!r}")
            continue
        if found[1] in row:
            known = ~np.isnan(values[row[found[1]]])
            values[row[found[1]], active] = np.where(known[active], values[row[found[1]], active], 0.0) + deaths[active]
    return values


@lru_cache(maxsize=1024)
def _existing(month: int) -> tuple[str, ...]:
    return tuple(s.series_iso3 for s in states(month_end(month)) if s.gw_id is not None)
