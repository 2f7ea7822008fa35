"""What features of cells draw on beside the record by cell: where people live, and how the cell's state stands.

The state's deaths of the last months say whether its violence is rising or falling within the year; its covariates say
what kind of state it is. Both are as known at the end of each period. Places and their persons are of one date, that of
the file (docs/sources/places.md), for all periods: where people live changes slowly, but it is not known as of a date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import UnknownCountryError
from forestall.forecast.cells.grid import Grid, smooth
from forestall.ids import countries
from forestall.ids.months import month_end
from forestall.panel.cells import CellPanel
from forestall.panel.country_month import country_month
from forestall.panel.covariates import NAMES, covariates
from forestall.panel.land import holders
from forestall.store import Workspace

Values = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

WIDTHS = (0.7, 1.5, 4.0, 8.0)
"""Widths in cells of the kernels over persons: a town's surroundings, and the region's."""
MONTHS = (1, 3, 6, 12)
YEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """fixed: features that hold for all periods, name -> (n,). state: (t, u, f) features of each state at the end of
    each period, NaN where not known. of: (t, n) the state of each cell then, -1 where none of the states held it.
    names: (f,) those of `state`."""

    fixed: Mapping[str, Values]
    state: Values
    of: Ints
    names: tuple[str, ...]

    def at(self, k: int) -> Mapping[str, Values]:
        """Features of all cells at the end of period column k, name -> (n,) float32."""
        of = self.of[k]
        found = np.where(of[:, None] >= 0, self.state[k, of], np.float32(np.nan))
        return {**self.fixed, **{name: found[:, f] for f, name in enumerate(self.names)}}


def context(workspace: Workspace, panel: CellPanel, ends: npt.ArrayLike) -> Context:
    """The context of a cell panel. ends: (t,) month_id in which each period of it ends, ascending, at most `as_of`.

    Nothing that became known of states after a period's end enters what is said of it, but for revisions of deaths,
    which are those of `panel.known_on`. Raises UsageError as `country_month`.
    """
    months = np.asarray(ends, dtype=np.int64)
    last = int(months[-1])
    states = country_month(workspace, as_of=last, target=panel.target, known_on=panel.known_on)
    first = int(states.months[0])
    known = covariates(workspace, states.iso3, as_of=last, first_month=first)
    deaths = np.stack([_deaths(states.values, months - first, span) for span in MONTHS], axis=2)
    lately = dict(zip(MONTHS, np.moveaxis(deaths, 2, 0), strict=True))
    change = np.stack([lately[3] - lately[12], lately[1] - lately[3]], axis=2)
    rows = np.clip(months - first, 0, None)
    standing = known.values[:, rows].astype(np.float32)
    standing[:, months < first] = np.nan
    parts = [np.moveaxis(part, 1, 0) for part in (deaths, change, standing)]
    names = (*(f"state_{span}" for span in MONTHS), "state_change_3", "state_change_1", *NAMES)
    return Context(
        fixed=_persons(workspace, panel),
        state=np.concatenate(parts, axis=2).astype(np.float32),
        of=np.stack([_row(panel.gw_id, states.iso3, month_end(int(month))) for month in months]),
        names=names,
    )


def _deaths(values: npt.NDArray[np.float64], at: Ints, span: int) -> npt.NDArray[np.float64]:
    """(u, t) log of 1 + deaths in the `span` months up to each column of `at`; NaN where a month is not known."""
    total = np.full((values.shape[0], at.size), np.nan)
    for j, column in enumerate(at.tolist()):
        if column >= span - 1:
            total[:, j] = values[:, column - span + 1 : column + 1].sum(axis=1)
    found: npt.NDArray[np.float64] = np.log1p(total)
    return found


def _row(today: npt.ArrayLike, iso3: Sequence[str], on: date) -> Ints:
    """(n,) position in `iso3` of the series of the state that held each cell on a day, -1 where there is none."""
    of, place = np.asarray(today), {code: i for i, code in enumerate(iso3)}
    found = np.full(of.shape, -1, dtype=np.int64)
    for gw_id in np.unique(of).tolist():
        then = [place[code] for holder in sorted(holders(gw_id, on)) if (code := _iso3(holder, on)) in place]
        if then:
            found[of == gw_id] = then[0]
    return found


def _iso3(gw_id: int, on: date) -> str:
    """The code whose series a state's figures are in, "" for a number that nobody knows."""
    try:
        state = countries.by_gw(gw_id, on)
    except UnknownCountryError:
        return ""
    return state.series_iso3


def _persons(workspace: Workspace, panel: CellPanel) -> Mapping[str, Values]:
    """Log of 1 + persons who live in the cell's places, and around it with falling weight."""
    cells = pl.DataFrame({"pg_id": panel.pg_id}).join(
        workspace.table("place_cells"), on="pg_id", how="left", maintain_order="left"
    )
    persons = cells["place_cell_persons"].fill_null(0).to_numpy().astype(np.float64)
    grid = Grid.of(panel.pg_id)
    field = grid.field(persons)
    found = {"persons": np.log1p(persons).astype(np.float32)}
    for width in WIDTHS:
        found[f"persons_{width:g}"] = np.log1p(np.maximum(grid.values(smooth(field, width)), 0)).astype(np.float32)
    return found
