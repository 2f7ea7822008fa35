"""What event models read from a workspace beside the panel: deaths and events of all types, and years of conflict.

Everything is laid out by the panel's countries and months, NaN where not known, each month from what was known in it.
Events, like deaths, are revised figures (architecture, "Two clocks"); a year of conflict counts as known from July of
the year after, when UCDP's yearly release is out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forestall.panel.country_month import FIRST_MONTH, country_month, latest_month
from forestall.panel.frame import FloatArray, IntArray, Panel
from forestall.store import Workspace

KINDS = ("state_based", "non_state", "one_sided")
FIRST_YEAR = 1946
KNOWN_IN = 7  # July of the year after
HALF_LIFE = 15.0  # years


@dataclass(frozen=True, slots=True, eq=False)
class ConflictYears:
    """Years of armed conflict on a country's territory (UCDP/PRIO, 25 or more deaths in battle), as known in a month.

    since: (n, t) years from the last one to the last year known, 80 if there was none since 1946. weight: (n, t) their
    sum, the year k before the last known weighing 0.5^(k / 15).
    """

    since: FloatArray
    weight: FloatArray


def all_types(panel: Panel, workspace: Workspace) -> FloatArray:
    """(n, t) deaths of all types in a panel's months, as the workspace holds them; NaN where it holds none."""
    found = np.full(panel.values.shape, np.nan)
    until = min(panel.as_of, latest_month(workspace, known_on=panel.known_on))
    first = max(int(panel.months[0]), FIRST_MONTH)
    if until < first:
        return found
    total = country_month(workspace, as_of=until, known_on=panel.known_on, first_month=first)
    place = {code: i for i, code in enumerate(total.iso3)}
    columns = slice(first - int(panel.months[0]), until - int(panel.months[0]) + 1)
    for i, code in enumerate(panel.iso3):
        if code in place:
            found[i, columns] = total.values[place[code]]
    return found


def event_counts(
    workspace: Workspace, iso3: Sequence[str], months: IntArray, *, known_on: date | None = None
) -> dict[str, FloatArray]:
    """(n, t) number of events by type of violence; 0 in a month that a release of country-months covers, else NaN."""
    table = workspace.current("ucdp_country_month", known_on=known_on).filter(pl.col("month_id") <= int(months[-1]))
    columns = [f"events_{kind}" for kind in KINDS]
    table = table.select("iso3", "month_id", *columns).filter(pl.col("month_id") >= int(months[0]))
    # Every month that has a release has events somewhere in the world.
    covered = np.isin(months, table["month_id"].unique().to_numpy())
    place = {code: i for i, code in enumerate(iso3)}
    table = table.filter(pl.col("iso3").is_in(list(place)))
    rows = table["iso3"].replace_strict(place, return_dtype=pl.Int32).to_numpy()
    where = rows, table["month_id"].to_numpy() - int(months[0])
    found = {}
    for kind, column in zip(KINDS, columns, strict=True):
        count = np.where(covered, 0.0, np.nan) * np.ones((len(iso3), 1))
        np.add.at(count, where, table[column].cast(pl.Float64).fill_null(float("nan")).to_numpy())
        found[kind] = count
    return found


def conflict_years(
    workspace: Workspace, iso3: Sequence[str], months: IntArray, *, known_on: date | None = None
) -> ConflictYears:
    """Years of conflict since 1946, internal or between states, by country and month."""
    table = workspace.current("ucdp_conflict_year", known_on=known_on).filter(
        pl.col("dyad_id").is_null(), pl.col("type_of_conflict") != "extrasystemic", pl.col("year") >= FIRST_YEAR
    )
    place = {code: i for i, code in enumerate(iso3)}
    years = table["year"].to_list()
    shape = (len(iso3), months.size)
    if not years:
        return ConflictYears(np.full(shape, np.nan), np.full(shape, np.nan))
    active = np.zeros((len(iso3), max(years) - FIRST_YEAR + 1))
    for code, year in zip(table["iso3"].to_list(), years, strict=True):
        if code in place:
            active[place[code], year - FIRST_YEAR] = 1
    column = np.arange(active.shape[1])
    latest = np.maximum.accumulate(np.where(active > 0, column, -1), axis=1)
    since = np.where(latest < 0, 80.0, column - latest)
    weight = np.zeros_like(active)
    keep = 0.5 ** (1 / HALF_LIFE)
    for k in column:
        weight[:, k] = active[:, k] + (keep * weight[:, k - 1] if k else 0)
    year, month = 1980 + (months - 1) // 12, (months - 1) % 12 + 1
    last = np.where(month >= KNOWN_IN, year - 1, year - 2) - FIRST_YEAR
    last = np.clip(last, 0, active.shape[1] - 1)
    return ConflictYears(since[:, last], weight[:, last])
