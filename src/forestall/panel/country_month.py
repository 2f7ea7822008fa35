"""Deaths by state and month, as of a month of data and, if wanted, as known on a day."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl

from forestall.errors import UsageError
from forestall.ids.countries import states
from forestall.ids.months import format_month, month_end
from forestall.panel import merge
from forestall.panel.aggregate import TYPES
from forestall.panel.frame import TARGETS, FloatArray, IntArray, Panel, digest
from forestall.store import Workspace

FIRST_MONTH = 109
"""January 1989, where UCDP's events begin."""

POPULATION_LAG = 18
"""Months after January of year Y until its population figure counts as known: July of Y + 1."""


def latest_month(workspace: Workspace, *, known_on: date | None = None) -> int:
    """The last month_id that any release with country figures covers. Raises UsageError if there is none."""
    months = merge.choose(workspace.releases(), "ucdp_country_month", known_on=known_on)
    if not months:
        known = f" published on or before {known_on}" if known_on else ""
        raise UsageError(f"there are no country figures{known}; add a release with `forestall data add FILE`")
    return max(months)


def country_month(
    workspace: Workspace,
    *,
    as_of: int,
    target: str = "deaths_total",
    known_on: date | None = None,
    first_month: int = FIRST_MONTH,
) -> Panel:
    """The panel of all states that exist at the end of month `as_of`, from `first_month` to `as_of`.

    as_of, first_month: month_id. target: one of TARGETS, deaths per state and month, UCDP best estimate. known_on: use
    only releases published on or before this day; without it the newest figures on hand (revised figures).

    A state's series is that of its ISO code, which those it continues share: Serbia goes on from Yugoslavia, Russia
    from the Soviet Union; `iso3` of the panel is that code (SRB also for Yugoslavia). A month in which no release
    covers, or no state with that code existed and none was counted, or the type is not known, is NaN; a covered month
    without events is 0. low and high are the publisher's range for the target, NaN where it gives none.

    Nothing after `as_of`, and nothing published after `known_on`, changes values or digest. Raises UsageError on an
    unknown target or a month without data.
    """
    _check_target(target)
    months = _check_months(workspace, as_of, first_month, known_on)
    kind = next((number for number, name in TYPES.items() if target == f"deaths_{name}"), None)
    merged = merge.country_month(
        workspace.table("ucdp_country_month"),
        workspace.table("ucdp_events"),
        workspace.releases(),
        as_of=as_of,
        known_on=known_on,
        type_of_violence=kind,
    )
    now = _existing(as_of)
    iso3 = sorted(now, key=lambda code: now[code])
    units = np.array([now[code] for code in iso3], dtype=np.int32)
    frame, gone = _threads(merged.frame, iso3, as_of, first_month)
    shape = (units.size, months.size)
    values, low, high = (np.full(shape, np.nan) for _ in range(3))
    covered = np.array([int(m) in merged.months for m in months])
    existed = _existed(iso3, months)
    for array in (values, low, high):
        array[existed & covered] = 0.0
    rows, columns = frame["row"].to_numpy(), frame["month_id"].to_numpy() - first_month
    if kind is None:
        figures = ("deaths_total", "deaths_total_low", "deaths_total_high")
        for array, name in zip((values, low, high), figures, strict=True):
            array[rows, columns] = _floats(frame[name])
    else:
        # Months that come from events were counted for this type alone; counts give types without a range.
        from_events = np.isin(columns + first_month, [m for m, s in merged.months.items() if not s.counted])
        values[rows, columns] = np.where(from_events, _floats(frame["deaths_total"]), _floats(frame[target]))
        for array, name in ((low, "deaths_total_low"), (high, "deaths_total_high")):
            given = np.where(values[rows, columns] == 0, 0.0, np.nan)
            array[rows, columns] = np.where(from_events, _floats(frame[name]), given)
    sources = [merged.months.get(int(m)) for m in months]
    releases = tuple(s.release if s else "" for s in sources)
    return Panel(
        units=units,
        months=months,
        values=values,
        target=target,
        as_of=as_of,
        digest=digest(units, months, values, low, high, target=target, unit_key="gw_id", releases=releases),
        iso3=tuple(iso3),
        low=low,
        high=high,
        status=tuple(s.status if s else "unknown" for s in sources),
        releases=releases,
        known_on=known_on,
        set_aside=(*merged.set_aside, *gone),
    )


def population(workspace: Workspace, year: int, *, as_of: int) -> pl.DataFrame:
    """Persons by country in `year`, or in the last year before it that is known in month `as_of`.

    A figure for year Y counts as known from July of Y + 1. Returns (iso3, gw_id, persons, year_of_figure, source), one
    row an ISO code that has a figure; year_of_figure says which year was carried. Raises UsageError if none is known
    yet.
    """
    table = workspace.table("population")
    known = table.filter(pl.col("year") <= year, (pl.col("year") - 1980) * 12 + 1 + POPULATION_LAG <= as_of)
    if not known.height:
        first = table.sort("year").item(0, "year") if table.height else "nowhere"
        raise UsageError(
            f"no population figure for {year} or before is known in {format_month(as_of)}: figures begin "
            f"{first} and appear in July of the year after"
        )
    last = known.sort("iso3", "year").group_by("iso3", maintain_order=True).last()
    return last.select("iso3", "gw_id", "persons", pl.col("year").alias("year_of_figure"), "source")


def _check_target(target: str) -> None:
    if target not in TARGETS:
        raise UsageError(f"target {target!r} is not known: choose one of {', '.join(TARGETS)}")


def _check_months(workspace: Workspace, as_of: int, first_month: int, known_on: date | None) -> IntArray:
    latest = latest_month(workspace, known_on=known_on)
    if as_of > latest:
        known = f" among releases published by {known_on}" if known_on else ""
        raise UsageError(
            f"{format_month(as_of)} lies after the last month of data{known}: figures end {format_month(latest)}; "
            f"choose {format_month(latest)} or before, or add a later release with `forestall data add FILE`"
        )
    if first_month < FIRST_MONTH:
        raise UsageError(f"a panel cannot begin in {format_month(first_month)}: UCDP's events begin 1989-01")
    if as_of < first_month:
        raise UsageError(
            f"{format_month(as_of)} lies before the first month of the panel, {format_month(first_month)}: "
            f"choose a month from {format_month(first_month)} to {format_month(latest)}"
        )
    return np.arange(first_month, as_of + 1, dtype=np.int32)


@lru_cache(maxsize=1024)
def _existing(month: int) -> Mapping[str, int]:
    """Thread -> Gleditsch-Ward number of the states at the end of a month; see `_thread`."""
    return {state.series_iso3: state.gw_id for state in states(month_end(month)) if state.gw_id is not None}


def _existed(iso3: list[str], months: IntArray) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """(n, t) whether a state with that ISO code existed at the end of the month."""
    existed = np.zeros((len(iso3), months.size), dtype=np.bool_)
    for j, month in enumerate(months):
        there = _existing(int(month))
        existed[:, j] = [code in there for code in iso3]
    return existed


def _threads(frame: pl.DataFrame, iso3: list[str], as_of: int, first: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The counts with the panel row of each, and a note on states that ended without a successor in the panel."""
    codes: dict[int, str] = {}
    for month in range(first, as_of + 1):
        codes.update({gw: code for code, gw in _existing(month).items()})
    if "iso3" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("iso3"))
    by_number = pl.col("gw_id").replace_strict(codes, default=None, return_dtype=pl.String)
    row = {code: i for i, code in enumerate(iso3)}
    frame = frame.filter(pl.col("month_id") >= first).with_columns(
        # The dated table of states decides; the code a table carries stands in for states the dates do not hold.
        pl.coalesce(by_number, "iso3").replace_strict(row, default=None, return_dtype=pl.Int64).alias("row")
    )
    sums = [name for name in frame.columns if name.startswith(("deaths_", "events"))]
    gone = frame.filter(pl.col("row").is_null())
    note: tuple[str, ...] = ()
    if gone.height:
        numbers = ", ".join(str(gw) for gw in gone["gw_id"].unique().sort())
        deaths = int(gone["deaths_total"].sum())
        note = (f"states without a successor of the same code set aside: Gleditsch-Ward {numbers} ({deaths:,} deaths)",)
    # A month in which the number changes (June 2006) may have rows under both.
    kept = (
        frame.filter(pl.col("row").is_not_null())
        .group_by("row", "month_id")
        .agg(_sum_or_null(sums))
        .sort("row", "month_id")
    )
    return kept, note


def _sum_or_null(names: list[str]) -> list[pl.Expr]:
    return [pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in names]


def _floats(column: pl.Series) -> FloatArray:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
