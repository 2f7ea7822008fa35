"""What a plan of the past would have reached of the deaths that came, where these are located."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.forecast.cells.windows import YEAR, windows
from forestall.instruments.deployment.problem import Floats, Ints
from forestall.instruments.deployment.quiet import PERIODS
from forestall.panel.country_month import latest_month
from forestall.panel.frame import Panel
from forestall.store import Workspace

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Deaths recorded in a plan's twelve months. pg_id: (m,) land cells, ascending. deaths: (m,); events known only to
    a province or country are spread over it. quiet: (m,) cells without deaths in the three years before. release: where
    the figures come from."""

    pg_id: Ints
    deaths: Floats
    quiet: Flags
    release: str

    def inside(self, pg_id: npt.ArrayLike) -> "Recorded":
        """The same of some cells only."""
        held = np.isin(self.pg_id, pg_id)
        return Recorded(self.pg_id[held], self.deaths[held], self.quiet[held], self.release)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan beside the deaths of its months as recorded since: in all, within its reach, and within reach of the best
    plan found with the same teams, sites and limits by one who knew them; quiet: of deaths in cells without any in the
    three years before. release: where the figures come from."""

    total: float
    reached: float
    best: float
    quiet_total: float
    quiet_reached: float
    release: str

    @property
    def regret(self) -> float:
        """Deaths within reach of the best plan and not of this one."""
        return self.best - self.reached


def recorded(workspace: Workspace, panel: Panel) -> Recorded | None:
    """Deaths by cell in the twelve months after a panel's last, None unless every one of them is located.

    Years are compared by the same rule as `windows`: whole months, or a calendar year that is the twelve months.
    """
    end = panel.as_of + YEAR
    if end > latest_month(workspace):
        return None
    try:
        seen = windows(workspace, as_of=end, target=panel.target)
    except UsageError:
        return None
    held, located = seen.panel, seen.panel.located
    whole = located[-1] and (seen.months == YEAR or (seen.months == 0 and end % YEAR == 0))
    if not whole or held.periods.size <= PERIODS or not located[-1 - PERIODS : -1].all():
        return None
    return Recorded(
        pg_id=held.pg_id.astype(np.int64),
        deaths=held.values[:, -1].astype(np.float64),
        quiet=(held.values[:, -1 - PERIODS : -1] == 0).all(axis=1),
        release=held.releases[-1],
    )


def outcome_of(came: Recorded, reached: Flags, best: float) -> Outcome:
    """Sum up. reached: (m,) which cells of `came` lie within reach of the plan. best: deaths within reach of the best
    plan."""
    return Outcome(
        total=float(came.deaths.sum()),
        reached=float(came.deaths[reached].sum()),
        best=best,
        quiet_total=float(came.deaths[came.quiet].sum()),
        quiet_reached=float(came.deaths[reached & came.quiet].sum()),
        release=came.release,
    )
