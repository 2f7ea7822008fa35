"""The probabilities of the last months, so that the state of an alert follows from the figures and from nothing stored.

A month's probabilities are those a forecast of that month gives on the panel cut there. Where the embedded record was
made by the same model from the very same figures (equal digests), it is read instead: the same numbers, sooner.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.instruments.alert_events import EVENTS, Chances, Source
from forestall.instruments.record import Grid
from forestall.panel.frame import Panel

FloatArray = npt.NDArray[np.float64]

DEPTH = 24  # months looked back where the record can be read
RUN = 12  # months looked back where forecasts have to be run; docs/methods/alerts.md says why that is enough


@dataclass(frozen=True, slots=True)
class History:
    """Probabilities of each event at the last months: `origins` (t,) month_ids to as_of, event -> (n, t), units (n,).

    computed: how many origins were run anew rather than read from the record.
    """

    units: npt.NDArray[np.int32]
    origins: npt.NDArray[np.int32]
    probability: Mapping[str, FloatArray]
    computed: int


def history(
    panel: Panel,
    source: Source,
    table: pl.DataFrame,
    grids: Mapping[str, Grid],
    *,
    given: Mapping[int, Chances] | None = None,
    depth: int = DEPTH,
    run: int = RUN,
) -> History:
    """The chances at the `depth` months up to the panel's as_of; at the last `run` where the record lacks earlier ones.

    table: `alert_record`; grids: the same by event, for this source's model and version. given: chances by origin that
    the caller has already, which must be those of the panel cut there.
    """
    digests = _digests(table, source)
    columns: dict[str, list[FloatArray]] = {event: [] for event in EVENTS}
    origins: list[int] = []
    computed = 0
    for origin in range(panel.as_of, max(panel.as_of - depth, int(panel.months[0])), -1):
        seen = panel.cut(origin)
        if given is not None and origin in given:
            found = given[origin].probability
        elif digests.get(origin) == seen.digest:
            found = {event: _read(grids.get(event), panel.units, origin) for event in EVENTS}
        elif panel.as_of - origin < run:
            found = source(seen).probability
            computed += 1
        else:
            break
        origins.append(origin)
        for event, column in columns.items():
            column.append(found[event])
    return History(
        units=panel.units,
        origins=np.array(origins[::-1], dtype=np.int32),
        probability={event: np.stack(column[::-1], axis=1) for event, column in columns.items()},
        computed=computed,
    )


def _digests(table: pl.DataFrame, source: Source) -> dict[int, str]:
    own = table.filter((pl.col("model") == source.model) & (pl.col("version") == source.version))
    return dict(own.select("origin", "panel_digest").unique().iter_rows())


def _read(grid: Grid | None, units: npt.NDArray[np.int32], origin: int) -> FloatArray:
    """One origin of the record in the order of `units`, NaN where it has no row: the event could not begin there."""
    out = np.full(units.size, np.nan)
    if grid is None:
        return out
    row = {int(unit): i for i, unit in enumerate(grid.units)}
    held = np.array([row.get(int(unit), -1) for unit in units])
    there = held >= 0
    out[there] = grid.probability[held[there], origin - int(grid.origins[0])]
    return out
