"""What event models read from a workspace beside the panel: deaths and events of all types, and years of conflict.

Everything is laid out by the panel's countries and months, NaN where not known, each month from what was known in it.
Events, like deaths, are revised figures (architecture, "Two clocks"); a year of conflict counts as known from July of
the year after, when UCDP's yearly release is out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.panel.country_month import FIRST_MONTH, country_month, latest_month
from forestall.panel.frame import FloatArray, IntArray, Panel
from forestall.store import Workspace

COUNTS = "ucdp_country_month"
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
    """(n, t) deaths of all types in a panel's months, NaN where the workspace holds none.

    Only in months whose panel figures are the workspace's own, so that both put an event into the same month. Against a
    series that counts an event when it ends, one that counts it when it starts would tell of violence still to come.
    """
    found = np.full(panel.values.shape, np.nan)
    until = min(panel.as_of, latest_month(workspace, known_on=panel.known_on))
    first = max(int(panel.months[0]), FIRST_MONTH)
    own = _released(panel, set(workspace.releases()["release"]))
    if until < first or not own.any():
        return found
    total = country_month(workspace, as_of=until, known_on=panel.known_on, first_month=first)
    place = {code: i for i, code in enumerate(total.iso3)}
    columns = slice(first - int(panel.months[0]), until - int(panel.months[0]) + 1)
    for i, code in enumerate(panel.iso3):
        if code in place:
            found[i, columns] = total.values[place[code]]
    found[:, ~own] = np.nan
    return found


def event_counts(panel: Panel, workspace: Workspace) -> dict[str, FloatArray]:
    """(n, t) number of events by type of violence, NaN where not known.

    From the releases of country-months, in months whose panel figures come from the same release and table; see
    `all_types` for why.
    """
    register = workspace.releases()
    by_table = {name: set(register.filter(pl.col("table") == name)["release"]) for name in (COUNTS, "ucdp_events")}
    own = _released(panel, by_table[COUNTS] - by_table["ucdp_events"])
    first, until = int(panel.months[0]), panel.as_of
    columns = [f"events_{kind}" for kind in KINDS]
    table = (
        workspace.current(COUNTS, known_on=panel.known_on)
        .filter(pl.col("month_id") >= first, pl.col("month_id") <= until, pl.col("iso3").is_in(list(panel.iso3)))
        .select("iso3", "month_id", *columns)
    )
    place = {code: i for i, code in enumerate(panel.iso3)}
    rows = table["iso3"].replace_strict(place, return_dtype=pl.Int32).to_numpy()
    where = rows, table["month_id"].to_numpy() - first
    found = {}
    for kind, column in zip(KINDS, columns, strict=True):
        count = np.tile(np.where(own, 0.0, np.nan), (len(panel.iso3), 1))
        np.add.at(count, where, table[column].cast(pl.Float64).fill_null(float("nan")).to_numpy())
        found[kind] = count
    return found


def _released(panel: Panel, names: set[str]) -> npt.NDArray[np.bool_]:
    """(t,) whether the panel's month comes from one of these releases."""
    if len(panel.releases) != panel.months.size:
        return np.zeros(panel.months.size, dtype=np.bool_)
    return np.array([name in names for name in panel.releases], dtype=np.bool_)


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
