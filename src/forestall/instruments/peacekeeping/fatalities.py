"""Deaths in UN missions, and their rate per 1,000 uniformed person-years with an exact interval.

Table `peace_fatalities_year` (UN fatalities, 1948 to 18 February 2025) over `peace_strength_month` (1990-11 to
2017-03). A year counts as known one month after its end; the first weeks of 2025 from the day the record came out.

The rate: deaths of soldiers, military observers and police (civilian staff are in no series of strength, and so left
out) in the months whose strength is known, over the sum of those months' strengths divided by 12. Deaths by malicious
acts are given apart from all. The interval is Garwood's exact Poisson interval (1936, doi:10.2307/2333958); it tells of
chance alone, not of errors in strength, which is counted once a month and leaves some months out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.instruments.peacekeeping.strength import FIRST, LAST, known_month
from forestall.store import Workspace

FIRST_YEAR, LAST_YEAR = 1948, 2025
LAST_DAY = date(2025, 2, 18)
"""Last death in the record."""
PUBLISHED = date(2025, 4, 4)
SOURCE = "UN peacekeeping fatalities (Peace and Security Data Hub, 2025-04-04)"
CAUSES = ("malicious", "accident", "illness", "self-inflicted", "not determined")


@dataclass(frozen=True, slots=True)
class Deaths:
    """Deaths in a mission, persons.

    uniformed, civilians and others add up to all. malicious, malicious_uniformed: of these, by malicious acts.
    first_year, last_year: of the deaths; None where there are none. data_end: the last day that the count covers.
    """

    uniformed: int
    civilians: int
    others: int
    malicious: int
    malicious_uniformed: int
    by_cause: tuple[tuple[str, int], ...]
    first_year: int | None
    last_year: int | None
    data_end: date

    @property
    def all(self) -> int:
        """All who died."""
        return self.uniformed + self.civilians + self.others


@dataclass(frozen=True, slots=True)
class Rate:
    """Deaths per 1,000 uniformed person-years, with the exact interval of 95 percent.

    deaths: uniformed, in months whose strength is known. first_month, last_month: month_id of those months.
    """

    deaths: int
    person_years: float
    per_1000: float
    low: float
    high: float
    first_month: int
    last_month: int
    months: int


def last_year(as_of: date) -> int:
    """The last year whose deaths count as known on a day; the unfinished 2025 from the day the record came out."""
    if as_of >= PUBLISHED:
        return LAST_YEAR
    return as_of.year - 1 if as_of >= date(as_of.year, 1, 31) else as_of.year - 2


def data_end(as_of: date) -> date:
    """The last day that counts cover as of a day."""
    year = last_year(as_of)
    return LAST_DAY if year >= LAST_YEAR else date(year, 12, 31)


def deaths(mission: str, as_of: date, workspace: Workspace | None = None) -> Deaths:
    """Deaths in a mission as far as known on a day; zeros if the record has none for it."""
    return all_deaths(as_of, [mission], workspace)[mission]


def all_deaths(as_of: date, missions: Iterable[str], workspace: Workspace | None = None) -> dict[str, Deaths]:
    """The same of many missions, by acronym."""
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in missions}
    for row in _known(as_of, workspace).filter(pl.col("mission").is_in(list(rows))).iter_rows(named=True):
        rows[row["mission"]].append(row)
    return {name: _counted(found, as_of) for name, found in rows.items()}


def by_year(mission: str, as_of: date, workspace: Workspace | None = None) -> tuple[tuple[int, int, int], ...]:
    """Year, uniformed deaths and all deaths of a mission; years without a death are left out."""
    frame = (
        _known(as_of, workspace)
        .filter(pl.col("mission") == mission)
        .group_by("year")
        .agg(pl.col("uniformed").sum(), pl.sum_horizontal("uniformed", "civilians", "others").sum().alias("all"))
    )
    return tuple(frame.sort("year").select("year", "uniformed", "all").iter_rows())


def rate(mission: str, as_of: date, *, malicious: bool = False, workspace: Workspace | None = None) -> Rate | None:
    """The rate of a mission over the span that both series cover, as far as known on a day.

    malicious: deaths by malicious acts alone. None if no month's strength is known.
    """
    return _rate(workspace or Workspace.open(), as_of, [mission], malicious=malicious)


def rate_of(
    missions: Iterable[str], as_of: date, *, malicious: bool = False, workspace: Workspace | None = None
) -> Rate | None:
    """The rate of several missions taken together."""
    return _rate(workspace or Workspace.open(), as_of, list(missions), malicious=malicious)


def interval(events: int, level: float = 0.95) -> tuple[float, float]:
    """Garwood's exact interval for the mean of a Poisson count.

    Low is half the chi-squared quantile with 2k degrees of freedom (0 if k is 0), high half that with 2k + 2. Raises
    ValueError for a negative count or a level outside 0..1.
    """
    from scipy.special import gammaincinv  # loads faster than scipy.stats; chi2.ppf(p, 2k) / 2 is gammaincinv(k, p)

    if events < 0 or not 0 < level < 1:
        raise ValueError(f"an interval needs a count of 0 or more and a level in 0..1; got {events}, {level}")
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(gammaincinv(events, tail))
    return low, float(gammaincinv(events + 1, 1 - tail))


def _rate(workspace: Workspace, as_of: date, missions: list[str], *, malicious: bool) -> Rate | None:
    year = min(last_year(as_of), (LAST - 1) // 12 + 1980)
    until = min(known_month(as_of), LAST, (year - 1980) * 12 + 12)
    months = workspace.table("peace_strength_month").filter(
        pl.col("mission").is_in(missions), pl.col("month_id").is_between(FIRST, until)
    )
    persons = months.select(pl.sum_horizontal("troops", "police", "observers").sum()).item() if months.height else 0
    if not persons:
        return None
    counted = _known(as_of, workspace).filter(pl.col("mission").is_in(missions), pl.col("year") <= year)
    if malicious:
        counted = counted.filter(pl.col("cause") == "malicious")
    died = int(counted["uniformed_measured"].sum())
    years = persons / 12
    low, high = interval(died)
    first, last = months["month_id"].to_numpy().min(), months["month_id"].to_numpy().max()
    return Rate(
        deaths=died,
        person_years=years,
        per_1000=1000 * died / years,
        low=1000 * low / years,
        high=1000 * high / years,
        first_month=int(first),
        last_month=int(last),
        months=months.height,
    )


def _known(as_of: date, workspace: Workspace | None) -> pl.DataFrame:
    frame = (workspace or Workspace.open()).table("peace_fatalities_year")
    return frame.filter(pl.col("year") <= last_year(as_of))


def _counted(rows: "list[dict[str, object]]", as_of: date) -> Deaths:
    def total(name: str, cause: str | None = None) -> int:
        return sum(int(str(row[name])) for row in rows if cause is None or row["cause"] == cause)

    kinds = ("uniformed", "civilians", "others")
    years = [int(str(row["year"])) for row in rows]
    return Deaths(
        uniformed=total("uniformed"),
        civilians=total("civilians"),
        others=total("others"),
        malicious=sum(total(kind, "malicious") for kind in kinds),
        malicious_uniformed=total("uniformed", "malicious"),
        by_cause=tuple((cause, sum(total(kind, cause) for kind in kinds)) for cause in CAUSES),
        first_year=min(years, default=None),
        last_year=max(years, default=None),
        data_end=data_end(as_of),
    )
