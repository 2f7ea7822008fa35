"""The cell panel: deaths by land cell and year or month, as of a month, imprecise events spread over their area."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import ShapeError, UsageError
from forestall.ids.months import format_month
from forestall.panel import cell_month as located
from forestall.panel.frame import TARGETS
from forestall.panel.land import Ints, land
from forestall.panel.spread import Spread, Step
from forestall.panel.spread import spread as spread_over
from forestall.store import Workspace

Figures = npt.NDArray[np.float32]

_TYPES = {"deaths_total": None, "deaths_state_based": 1, "deaths_non_state": 2, "deaths_one_sided": 3}


@dataclass(frozen=True, slots=True, eq=False)
class CellPanel:
    """Deaths by land cell and period, as of a month.

    pg_id: (n,) int32, all land cells, ascending. gw_id: (n,) int32, the state each is assigned to today; iso3: (n,), ""
    where it has none. periods: (t,) int32, consecutive years or month_ids, as `step` says. values, events: (n, t)
    float32, deaths of the target and events per cell and period; a period that no release locates whole is NaN in both.
    as_of: month_id, the last month of data that could count. releases, status: one a period, "" where it is not
    located. spread: whether imprecise events were spread. notes: what was moved or set aside. digest: sha256 of the
    figures. Raises ShapeError if the parts do not fit, ValueError on a negative or infinite figure.
    """

    pg_id: Ints
    gw_id: Ints
    iso3: tuple[str, ...]
    periods: Ints
    values: Figures
    events: Figures
    step: Step
    target: str
    as_of: int
    releases: tuple[str, ...]
    status: tuple[str, ...]
    spread: bool = True
    known_on: date | None = None
    notes: tuple[str, ...] = ()
    digest: str = field(default="")

    def __post_init__(self) -> None:
        n, t = self.pg_id.size, self.periods.size
        if self.gw_id.shape != (n,) or len(self.iso3) != n or np.any(np.diff(self.pg_id) <= 0):
            raise ShapeError(f"a cell panel has a gw_id and an iso3 for each of its {n} cells, which ascend")
        if t == 0 or np.any(np.diff(self.periods) != 1) or len(self.releases) != t or len(self.status) != t:
            raise ShapeError("the periods of a cell panel are consecutive, each with a release and a status")
        for name, figures in (("values", self.values), ("events", self.events)):
            if figures.shape != (n, t):
                raise ShapeError(f"cell panel {name} have shape {figures.shape}, expected (cells, periods) = {(n, t)}")
            if np.any(figures < 0) or np.any(np.isinf(figures)):
                raise ValueError(f"cell panel {name} must be finite and not negative")
        if not self.digest:
            object.__setattr__(self, "digest", self._digest())
        for array in (self.pg_id, self.gw_id, self.periods, self.values, self.events):
            array.setflags(write=False)

    def _digest(self) -> str:
        head = f"{self.target}|{self.step}|{self.spread}|{'|'.join(self.releases)}|{self.pg_id.size}"
        found = hashlib.sha256(head.encode())
        for array in (self.pg_id, self.gw_id, self.periods):
            found.update(np.ascontiguousarray(array, dtype="<i4").data)
        for figures in (self.values, self.events):
            # By period, so that the panel need not be copied; only located periods hold anything, and those no NaN.
            for column in figures.T[self.located]:
                found.update(np.ascontiguousarray(column, dtype="<f4").data)
        return found.hexdigest()

    @property
    def located(self) -> npt.NDArray[np.bool_]:
        """(t,) whether a release locates the period whole."""
        return np.array([bool(release) for release in self.releases])

    @property
    def year_ends(self) -> Ints:
        """(t,) month_id of each December, for a panel of calendar years. Raises ShapeError for one of months."""
        if self.step != "year":
            raise ShapeError("only a cell panel of years has year ends")
        return (self.periods - 1979) * 12

    def cut(self, as_of: int) -> "CellPanel":
        """The same panel seen from an earlier month: periods that end after `as_of` (month_id) are gone, and the notes,
        which speak of the whole.

        Raises ValueError if no period is left, or `as_of` is later than the panel's own.
        """
        last = last_period(as_of, self.step)
        keep = min(last - int(self.periods[0]) + 1, self.periods.size)
        if keep < 1 or as_of > self.as_of:
            raise ValueError(f"as_of {as_of} lies outside the cell panel, which was made as of {self.as_of}")
        while not self.releases[keep - 1] and keep > 1:  # a panel ends with a located period
            keep -= 1
        return CellPanel(
            pg_id=self.pg_id,
            gw_id=self.gw_id,
            iso3=self.iso3,
            periods=self.periods[:keep],
            values=self.values[:, :keep],
            events=self.events[:, :keep],
            step=self.step,
            target=self.target,
            as_of=as_of,
            releases=self.releases[:keep],
            status=self.status[:keep],
            spread=self.spread,
            known_on=self.known_on,
        )


def last_period(as_of: int, step: Step) -> int:
    """The last year that has ended, or the month itself, in month `as_of` (month_id)."""
    return as_of if step == "month" else as_of // 12 + 1979


def cell_panel(
    workspace: Workspace,
    *,
    as_of: int,
    step: Literal["year", "month"] = "year",
    target: str = "deaths_total",
    known_on: date | None = None,
    spread: bool = True,
) -> CellPanel:
    """Deaths of every land cell from the first located period to the last that ends by `as_of` (month_id).

    step: "year" from the yearly table or whole years of added events, "month" from located months. spread: False leaves
    imprecise events on the cell of their point. known_on: only releases published on or before that day. Nothing dated
    after `as_of` or published after `known_on` has any influence. Raises UsageError for an unknown step or target, or
    if no period is located.
    """
    if step not in ("year", "month"):
        raise UsageError(f"step {step!r} is not known: expected 'year' or 'month'")
    if target not in _TYPES:
        raise UsageError(f"target {target!r} is not known: expected one of {', '.join(TARGETS)}")
    read: Callable[..., located.Located] = located.cell_year if step == "year" else located.cell_month
    found = read(workspace, as_of=as_of, known_on=known_on)
    if not found.periods:
        raise UsageError(f"no year that ends by {format_month(as_of)} is located whole")
    cells = land(workspace)
    time = "year" if step == "year" else "month_id"
    rows = found.frame.select(
        "pg_id",
        pl.col(time).cast(pl.Int32).alias("period"),
        "type_of_violence",
        "gw_id",
        "precision",
        pl.col("deaths_total").cast(pl.Int64).alias("deaths"),
        pl.col("events").cast(pl.Int64),
    )
    # Rows of one cell, period, type, state and precision may come from two releases of one pool.
    keys = ["pg_id", "period", "type_of_violence", "gw_id", "precision"]
    rows = rows.group_by(keys).agg(pl.col("deaths", "events").sum())
    done = spread_over(rows, cells, step=step, imprecise=spread)
    periods = np.arange(found.periods[0], found.periods[-1] + 1, dtype=np.int32)
    values, events = _arrays(done, cells.pg_id.size, periods, found.periods, _TYPES[target])
    names = _names(found, time, periods)
    return CellPanel(
        pg_id=cells.pg_id,
        gw_id=cells.gw_id,
        iso3=cells.iso3,
        periods=periods,
        values=values,
        events=events,
        step=step,
        target=target,
        as_of=as_of,
        releases=tuple(name for name, _ in names),
        status=tuple(status for _, status in names),
        spread=spread,
        known_on=known_on,
        notes=(*found.set_aside, *done.notes),
    )


def _arrays(done: Spread, n: int, periods: Ints, whole: tuple[int, ...], kind: int | None) -> tuple[Figures, Figures]:
    """(n, t) deaths and events; NaN in the periods that are not located."""
    frame = done.frame if kind is None else done.frame.filter(pl.col("type_of_violence") == kind)
    place = frame["position"].to_numpy(), frame["period"].to_numpy() - periods[0]
    out = []
    for name in ("deaths", "events"):
        figures = np.zeros((n, periods.size), dtype=np.float32)
        np.add.at(figures, place, frame[name].to_numpy())
        figures[:, ~np.isin(periods, whole)] = np.nan
        out.append(figures)
    return out[0], out[1]


def _names(found: located.Located, time: str, periods: Ints) -> list[tuple[str, str]]:
    """Release and status of each period; several of one pool are joined by "+", the least sure status stands."""
    by = found.frame.group_by(time).agg(pl.col("release").unique().sort(), pl.col("status").unique())
    rank = {"final": 2, "candidate": 1, "provisional": 0}
    known = {
        period: ("+".join(releases), min(status, key=lambda name: rank.get(name, -1)))
        for period, releases, status in by.iter_rows()
    }
    # A located period in which nobody died has no row that names its release.
    quiet = ("no events", "unknown")
    return [known.get(p, quiet) if p in found.periods else ("", "") for p in periods.tolist()]
