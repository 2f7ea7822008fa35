"""How many a mission had, month by month, and how many were authorised.

Tables `peace_strength_month` (International Peace Institute, 1990-11 to 2017-03) and `peace_shortfall_month` (Passmore,
Shannon and Hart, 1990 to May 2015, doi:10.1177/0022343317731152); docs/sources/peacekeeping-register.md. Counts are of
the end of a month; civilians are in neither. A month's figure counts as known once the month after it is over.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from forestall.ids.months import month_id, month_of, year_of
from forestall.store import Workspace

FIRST, LAST = month_id(1990, 11), month_id(2017, 3)
"""First and last month of the series of strength."""
SHORTFALL_LAST = month_id(2015, 5)
SOURCE = "IPI peacekeeping database, missions by month (Perry and Smith 2013)"
SHORTFALL_SOURCE = "Passmore, Shannon and Hart (2018)"


@dataclass(frozen=True, slots=True)
class Strength:
    """Persons of a mission at the end of a month.

    troops, police, observers: None where the file leaves the count out, as it does where early months give a mission's
    whole strength as troops. total: the sum of those given, the file's own total.
    """

    month_id: int
    troops: int | None
    police: int | None
    observers: int | None

    @property
    def total(self) -> int:
        """Uniformed personnel together."""
        return sum(part for part in (self.troops, self.police, self.observers) if part is not None)


@dataclass(frozen=True, slots=True)
class Year:
    """A mission's year: persons, mean over the months that have the figure (`months`, `shortfall_months` of them).

    authorised, deployed: over months that have both. Any of them is None where no month has it.
    """

    year: int
    troops: float | None
    police: float | None
    observers: float | None
    total: float | None
    months: int
    authorised: float | None
    deployed: float | None
    shortfall_months: int

    @property
    def gap(self) -> float | None:
        """Persons authorised less persons deployed; negative where more were deployed."""
        return None if self.authorised is None or self.deployed is None else self.authorised - self.deployed


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Uniformed personnel authorised and deployed in a month, persons."""

    month_id: int
    authorised: int
    deployed: int

    @property
    def share(self) -> float:
        """What is lacking, as a share of what is authorised; negative where more are deployed."""
        return (self.authorised - self.deployed) / self.authorised


def known_month(as_of: date) -> int:
    """The last month whose figures count as known on a day: the last that is followed by a month that is over."""
    return month_of(min(as_of, date.max - timedelta(days=1)) + timedelta(days=1)) - 2


def series(mission: str, as_of: date, workspace: Workspace | None = None) -> tuple[Strength, ...]:
    """A mission's strength by month, as far as known on a day."""
    frame = _known("peace_strength_month", mission, as_of, workspace)
    return tuple(Strength(*row) for row in frame.select("month_id", "troops", "police", "observers").iter_rows())


def latest(as_of: date, workspace: Workspace | None = None) -> dict[str, Strength]:
    """The last strength known of each mission, by acronym."""
    frame = (workspace or Workspace.open()).table("peace_strength_month")
    frame = frame.filter(pl.col("month_id") <= known_month(as_of)).sort("mission", "month_id")
    last = frame.unique("mission", keep="last", maintain_order=True)
    columns = ("mission", "month_id", "troops", "police", "observers")
    return {row[0]: Strength(*row[1:]) for row in last.select(columns).iter_rows()}


def latest_shortfall(mission: str, as_of: date, workspace: Workspace | None = None) -> Shortfall | None:
    """The last month known on a day that has both figures; None if there is none."""
    frame = _known("peace_shortfall_month", mission, as_of, workspace).drop_nulls()
    return None if not frame.height else Shortfall(*frame.select("month_id", "authorised", "deployed").row(-1))


def by_year(mission: str, as_of: date, workspace: Workspace | None = None) -> tuple[Year, ...]:
    """A mission's strength and shortfall by year, as far as known on a day."""
    held = workspace or Workspace.open()
    counts = series(mission, as_of, held)
    pairs = _known("peace_shortfall_month", mission, as_of, held).drop_nulls()
    both = [Shortfall(*row) for row in pairs.select("month_id", "authorised", "deployed").iter_rows()]
    years = sorted({year_of(one.month_id) for one in counts} | {year_of(one.month_id) for one in both})
    return tuple(_year(year, counts, both) for year in years)


def _year(year: int, counts: tuple[Strength, ...], both: list[Shortfall]) -> Year:
    months = [one for one in counts if year_of(one.month_id) == year]
    pairs = [one for one in both if year_of(one.month_id) == year]
    return Year(
        year=year,
        troops=_mean([one.troops for one in months]),
        police=_mean([one.police for one in months]),
        observers=_mean([one.observers for one in months]),
        total=_mean([one.total for one in months]),
        months=len(months),
        authorised=_mean([one.authorised for one in pairs]),
        deployed=_mean([one.deployed for one in pairs]),
        shortfall_months=len(pairs),
    )


def _mean(values: "list[int | None] | list[int]") -> float | None:
    given = [value for value in values if value is not None]
    return sum(given) / len(given) if given else None


def _known(table: str, mission: str, as_of: date, workspace: Workspace | None) -> pl.DataFrame:
    frame = (workspace or Workspace.open()).table(table)
    return frame.filter(pl.col("mission") == mission, pl.col("month_id") <= known_month(as_of)).sort("month_id")
