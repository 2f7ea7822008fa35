"""Places that were quiet, and how much more a death there counts where a plan is to reach what is newly violent."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.forecast.cells.windows import windows
from forestall.panel.frame import Panel
from forestall.store import Workspace

PERIODS = 3
"""Twelve-month windows without deaths after which a cell counts as quiet."""
MEASURED = 4.0
"""The weight whose plans were measured in hindcasts, chosen on plans for 1998 to 2009 (docs/methods/deployment.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Quiet:
    """Which cells were quiet as of a month. cells: (m,) in the order asked. basis: what that rests on, for a reader."""

    cells: npt.NDArray[np.bool_]
    basis: str


def quiet(workspace: Workspace, panel: Panel, pg_id: npt.ArrayLike) -> Quiet:
    """Whether land cells had no death in the newest PERIODS windows of twelve months that are located.

    Those need not be the last three: what lies between them is not located and not known. Raises UsageError if
    nothing is located.
    """
    seen = windows(workspace, as_of=panel.as_of, target=panel.target, known_on=panel.known_on)
    held = seen.panel
    newest = np.flatnonzero(held.located)[-PERIODS:]
    violent = held.pg_id[(held.values[:, newest] > 0).any(axis=1)]
    run = newest.size == PERIODS and bool((np.diff(newest) == 1).all()) and newest[-1] == held.periods.size - 1
    # No located month in a window that is located: a whole calendar year stands for it.
    if run and seen.months in {0, 12}:
        basis = "no death in the three years before"
    else:
        ends = ", ".join(str(year) for year in held.periods[newest].tolist())
        basis = (
            f"no death in the newest {PERIODS} windows of twelve months that are located, if only in part ({ends}, by "
            f"the year in which they end); deaths between them are not located ({seen.basis})"
        )
    return Quiet(~np.isin(np.asarray(pg_id), violent), basis)


def checked(weight: float) -> float:
    """The weight if it is one. Raises UsageError if it is under 1 or no number."""
    if not 1 <= weight < float("inf"):
        raise UsageError(f"a quiet weight of {weight:g}: expected 1 (all deaths alike) or more, for example 4")
    return weight
