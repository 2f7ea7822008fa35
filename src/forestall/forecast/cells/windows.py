"""Twelve-month windows of cells that end where the data end, whatever the month is: what the cell models learn from.

A window is whole if all its months are located. The last one may be located in part: its months then stand for the
twelve, as if every month had been like them. An older window that is not whole takes the calendar year that it shares
most months with, and is not known if that year is not located either.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.ids.months import format_month
from forestall.panel.cells import CellPanel, cell_panel
from forestall.store import Workspace

YEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """panel: a cell panel whose periods are windows, numbered by the year in which they end. months: how many months of
    the last window are located, of twelve (0: none). through: month_id of the last located month of all. basis: in
    words, what is located."""

    panel: CellPanel
    months: int
    through: int
    basis: str

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """(t,) month_id in which each window ends."""
        count = self.panel.periods.size
        return self.panel.as_of - YEAR * np.arange(count - 1, -1, -1, dtype=np.int64)


def windows(workspace: Workspace, *, as_of: int, target: str = "deaths_total", known_on: date | None = None) -> Windows:
    """The windows of all land cells that end in `as_of` (month_id) or whole years before it.

    Nothing dated after `as_of` or published after `known_on` has any influence. Raises UsageError if nothing is
    located.
    """
    monthly, yearly = (_panel(workspace, step, as_of, target, known_on) for step in ("month", "year"))
    some = yearly or monthly
    if some is None:
        raise UsageError(
            f"no events up to {format_month(as_of)} are located, so nothing can be said of cells: choose a later "
            "month, or add a UCDP GED file with `forestall data add`"
        )
    held = {} if monthly is None else dict(zip(monthly.periods.tolist(), monthly.located.tolist(), strict=True))
    known_months = sorted(month for month, located in held.items() if located)
    known_years = (
        [] if yearly is None else [y for y, ok in zip(yearly.periods.tolist(), yearly.located, strict=True) if ok]
    )
    first = min([*known_months[:1], *((y - 1980) * YEAR + 1 for y in known_years[:1])])
    count = (as_of - first) // YEAR + 1
    n = some.pg_id.size
    values = np.full((n, count), np.nan, dtype=np.float32)
    events = values.copy()
    releases, status = [""] * count, [""] * count
    for back in range(count):
        column, end = count - 1 - back, as_of - YEAR * back
        inside = [month for month in range(end - YEAR + 1, end + 1) if held.get(month, False)]
        if monthly is not None and (len(inside) == YEAR or (back == 0 and inside)):
            at = [month - int(monthly.periods[0]) for month in inside]
            scale = np.float32(YEAR / len(inside))
            values[:, column] = monthly.values[:, at].sum(axis=1) * scale
            events[:, column] = monthly.events[:, at].sum(axis=1) * scale
            releases[column] = "+".join(sorted({monthly.releases[k] for k in at}))
            status[column] = monthly.status[at[-1]]
            continue
        year = (end - 1) // YEAR + 1980 - (0 if (end - 1) % YEAR >= YEAR // 2 else 1)
        if yearly is not None and year in known_years:
            at_year = year - int(yearly.periods[0])
            values[:, column], events[:, column] = yearly.values[:, at_year], yearly.events[:, at_year]
            releases[column], status[column] = yearly.releases[at_year], yearly.status[at_year]
    last_months = [month for month in known_months if month > as_of - YEAR]
    through = max([*known_months[-1:], *((y - 1979) * YEAR for y in known_years[-1:])])
    ends = (as_of - 1) // YEAR + 1980
    panel = CellPanel(
        pg_id=some.pg_id,
        gw_id=some.gw_id,
        iso3=some.iso3,
        periods=np.arange(ends - count + 1, ends + 1, dtype=np.int32),
        values=values,
        events=events,
        step="year",
        target=target,
        as_of=as_of,
        releases=tuple(releases),
        status=tuple(status),
        known_on=known_on,
        notes=some.notes,
    )
    return Windows(panel, len(last_months), through, _basis(known_years, known_months, as_of))


def _panel(workspace: Workspace, step: str, as_of: int, target: str, known_on: date | None) -> CellPanel | None:
    try:
        return cell_panel(
            workspace, as_of=as_of, step="month" if step == "month" else "year", target=target, known_on=known_on
        )
    except UsageError:
        return None  # none is located by that step; the other may be


def _basis(years: list[int], months: list[int], as_of: int) -> str:
    """What is located, in words: runs of years, and the months after the last of them."""
    parts = []
    if years:
        parts.append(f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0]))
    later = [month for month in months if not years or month > (years[-1] - 1979) * YEAR]
    runs: list[list[int]] = []
    for month in later:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    for run in runs:
        text = format_month(run[0])
        parts.append(text if len(run) == 1 else f"{text} to {format_month(run[-1])}")
    return ", ".join(parts) if parts else f"nothing up to {format_month(as_of)}"
